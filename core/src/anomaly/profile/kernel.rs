//! The inner loops: sums of products along diagonals, many diagonals side by side.
//!
//! For windows i and j = i + d with deviations from their means, the sum of products moves along the diagonal d by
//! `C(i, j) = C(i-1, j-1) + f_i g_j + g_i f_j`, f and g the steps and drifts of [`Windows`]; it needs no means of products
//! and loses no digits to an offset. The correlation is `C / (N_i N_j)`, the squared distance `2 m (1 - correlation)`.
//! Unless normalised, the squared distance itself moves by what enters less what leaves.
//! Source: Zimmerman et al., *Matrix profile XIV: scaling time series motif discovery with GPUs to break a quintillion
//! pairwise comparisons a day and beyond* (SoCC 2019), section 3.1.
use std::ops::Range;

use super::windows::{BAND, LANES, Windows};
use crate::math::simd::dispatch;

/// No window.
pub(super) const NONE: u32 = u32::MAX;

/// The best match of every window so far: correlations (negative squared distances unless normalised) and where.
#[derive(Clone, Debug)]
pub(super) struct Best {
    pub(super) scores: Vec<f64>,
    pub(super) from: Vec<u32>,
}

impl Best {
    pub(super) fn new(count: usize) -> Self {
        let padded = count + BAND + LANES;
        Self { scores: vec![f64::NEG_INFINITY; padded], from: vec![NONE; padded] }
    }

    /// The better of each; of equals the window that comes first.
    pub(super) fn merge(&mut self, other: &Self) {
        for (at, (score, from)) in other.scores.iter().zip(&other.from).enumerate() {
            keep(*score, *from, &mut self.scores[at], &mut self.from[at]);
        }
    }
}

#[inline]
fn keep(score: f64, from: u32, best: &mut f64, place: &mut u32) {
    if score > *best || (score == *best && from < *place) {
        *best = score;
        *place = from;
    }
}

/// What a group of lanes found that may be better than what was known.
#[inline(never)]
fn note(
    scores: &[f64; LANES],
    row: u32,
    column: u32,
    best: (&mut f64, &mut u32),
    bests: (&mut [f64; LANES], &mut [u32; LANES]),
) {
    let (row_score, row_from) = best;
    for (lane, score) in scores.iter().enumerate() {
        keep(*score, row, &mut bests.0[lane], &mut bests.1[lane]);
        keep(*score, column + lane as u32, row_score, row_from);
    }
}

/// Some rows of a band of diagonals.
#[derive(Debug)]
pub(super) struct Sweep<'a> {
    pub(super) rows: Range<usize>,
    /// The first diagonal: row i meets the columns from i + `diagonal` on.
    pub(super) diagonal: usize,
    /// Whether the sums already belong to the first row; otherwise to the one before.
    pub(super) fresh: bool,
    pub(super) row: &'a Windows,
    pub(super) column: &'a Windows,
    pub(super) row_best: &'a mut Best,
    pub(super) column_best: &'a mut Best,
}

impl Sweep<'_> {
    /// How many groups of lanes a row has.
    #[inline(always)]
    fn groups(&self, row: usize) -> usize {
        (self.column.count - (row + self.diagonal)).min(BAND).div_ceil(LANES)
    }
}

dispatch! {
    /// Follow the diagonals and keep the best matches of rows and columns, by correlation.
    pub(super) fn sweep_shapes, portable sweep_shapes_portable(sweep: &mut Sweep<'_>, sums: &mut [[f64; LANES]]) {
        for row in sweep.rows.clone() {
            let first = row + sweep.diagonal;
            let groups = sweep.groups(row);
            let range = first..first + groups * LANES;
            let sums = &mut sums[..groups];
            let steps = &sweep.column.steps[range.clone()].as_chunks::<LANES>().0[..groups];
            let drifts = &sweep.column.drifts[range.clone()].as_chunks::<LANES>().0[..groups];
            let weights = &sweep.column.weights[range.clone()].as_chunks::<LANES>().0[..groups];
            let best = &mut sweep.column_best.scores[range.clone()].as_chunks_mut::<LANES>().0[..groups];
            let from = &mut sweep.column_best.from[range].as_chunks_mut::<LANES>().0[..groups];
            let moves = !(sweep.fresh && row == sweep.rows.start);
            let (step, drift) = if moves { (sweep.row.steps[row], sweep.row.drifts[row]) } else { (0.0, 0.0) };
            let weight = sweep.row.weights[row];
            let (mut row_best, mut row_from) = (sweep.row_best.scores[row], sweep.row_best.from[row]);
            for group in 0..groups {
                let mut scores = [0.0; LANES];
                let mut better = 0_u32;
                for lane in 0..LANES {
                    let sum = sums[group][lane] + (step * drifts[group][lane] + drift * steps[group][lane]);
                    sums[group][lane] = sum;
                    scores[lane] = sum * weight * weights[group][lane];
                }
                for lane in 0..LANES {
                    let bound = if best[group][lane] < row_best { best[group][lane] } else { row_best };
                    better |= u32::from(scores[lane] >= bound) << lane;
                }
                if better != 0 {
                    note(
                        &scores,
                        row as u32,
                        (first + group * LANES) as u32,
                        (&mut row_best, &mut row_from),
                        (&mut best[group], &mut from[group]),
                    );
                }
            }
            sweep.row_best.scores[row] = row_best;
            sweep.row_best.from[row] = row_from;
        }
    }
}

dispatch! {
    /// The same by squared distance.
    pub(super) fn sweep_values, portable sweep_values_portable(sweep: &mut Sweep<'_>, sums: &mut [[f64; LANES]]) {
        for row in sweep.rows.clone() {
            let first = row + sweep.diagonal;
            let groups = sweep.groups(row);
            let range = first..first + groups * LANES;
            let sums = &mut sums[..groups];
            let enter = &sweep.column.steps[range.clone()].as_chunks::<LANES>().0[..groups];
            let leave = &sweep.column.drifts[range.clone()].as_chunks::<LANES>().0[..groups];
            let weights = &sweep.column.weights[range.clone()].as_chunks::<LANES>().0[..groups];
            let best = &mut sweep.column_best.scores[range.clone()].as_chunks_mut::<LANES>().0[..groups];
            let from = &mut sweep.column_best.from[range].as_chunks_mut::<LANES>().0[..groups];
            let moves = if sweep.fresh && row == sweep.rows.start { 0.0 } else { 1.0 };
            let (entering, leaving, weight) = (sweep.row.steps[row], sweep.row.drifts[row], sweep.row.weights[row]);
            let (mut row_best, mut row_from) = (sweep.row_best.scores[row], sweep.row_best.from[row]);
            for group in 0..groups {
                let mut scores = [0.0; LANES];
                let mut better = 0_u32;
                for lane in 0..LANES {
                    let (new, old) = (enter[group][lane] - entering, leave[group][lane] - leaving);
                    let sum = sums[group][lane] + moves * (new * new - old * old);
                    sums[group][lane] = sum;
                    scores[lane] = -(sum * weight * weights[group][lane]);
                }
                for lane in 0..LANES {
                    let bound = if best[group][lane] < row_best { best[group][lane] } else { row_best };
                    better |= u32::from(scores[lane] >= bound) << lane;
                }
                if better != 0 {
                    note(
                        &scores,
                        row as u32,
                        (first + group * LANES) as u32,
                        (&mut row_best, &mut row_from),
                        (&mut best[group], &mut from[group]),
                    );
                }
            }
            sweep.row_best.scores[row] = row_best;
            sweep.row_best.from[row] = row_from;
        }
    }
}

dispatch! {
    /// Bring the sums to row `row` without comparing.
    pub(super) fn advance, portable advance_portable(
        row: &Windows, column: &Windows, place: (usize, usize), sums: &mut [[f64; LANES]],
    ) {
        let (at, first) = place;
        let groups = (column.count - first).min(BAND).div_ceil(LANES);
        let range = first..first + groups * LANES;
        let steps = &column.steps[range.clone()].as_chunks::<LANES>().0[..groups];
        let drifts = &column.drifts[range].as_chunks::<LANES>().0[..groups];
        let (step, drift) = (row.steps[at], row.drifts[at]);
        for ((sums, steps), drifts) in sums.iter_mut().zip(steps).zip(drifts) {
            for lane in 0..LANES {
                sums[lane] += if row.normalized {
                    step * drifts[lane] + drift * steps[lane]
                } else {
                    let (new, old) = (steps[lane] - step, drifts[lane] - drift);
                    new * new - old * old
                };
            }
        }
    }
}

dispatch! {
    /// The sums of row `place.0` with the columns from `place.1` on, from the points themselves.
    pub(super) fn seed, portable seed_portable(
        row: &Windows, column: &Windows, place: (usize, usize), sums: &mut [[f64; LANES]],
    ) {
        let (at, first) = place;
        let groups = (column.count - first).min(BAND).div_ceil(LANES);
        for (group, sums) in sums[..groups].iter_mut().enumerate() {
            let start = first + group * LANES;
            let values = &column.values[start..start + row.window + LANES - 1];
            let mut base = [0.0; LANES];
            base.copy_from_slice(&values[..LANES]);
            let mut total = [0.0; LANES];
            if row.normalized {
                let shift = row.values[at] ;
                let mean = row.means[at];
                for (points, value) in values.windows(LANES).zip(&row.values[at..]) {
                    let deviation = value - shift - mean;
                    for lane in 0..LANES {
                        total[lane] += deviation * (points[lane] - base[lane]);
                    }
                }
            } else {
                for (points, value) in values.windows(LANES).zip(&row.values[at..]) {
                    for lane in 0..LANES {
                        let difference = points[lane] - value;
                        total[lane] += difference * difference;
                    }
                }
            }
            *sums = total;
        }
    }
}

/// The sum of one pair of windows, from the points themselves.
pub(super) fn pair(row: &Windows, column: &Windows, at: usize, other: usize) -> f64 {
    let (left, right) = (&row.values[at..at + row.window], &column.values[other..other + row.window]);
    let (mut sums, mean) = ([0.0; LANES], row.means[at]);
    let (shift, base) = (left[0], right[0]);
    let product = |a: f64, b: f64| {
        if row.normalized { (a - shift - mean) * (b - base) } else { (a - b) * (a - b) }
    };
    let ((groups, rest), (others, last)) = (left.as_chunks::<LANES>(), right.as_chunks::<LANES>());
    for (a, b) in groups.iter().zip(others) {
        for lane in 0..LANES {
            sums[lane] += product(a[lane], b[lane]);
        }
    }
    sums.iter().sum::<f64>() + rest.iter().zip(last).map(|(a, b)| product(*a, *b)).sum::<f64>()
}
