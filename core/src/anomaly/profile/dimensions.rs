//! Matrix profiles of several series at once (mSTAMP).
//!
//! Between two places the k series that are most alike there count, whichever they are: the distance of k is the mean of the
//! k smallest distances. Every k has its own nearest neighbours. O(n^2 d log d) for d series.
//! Source: Yeh, Kavantzas, Keogh, *Matrix profile VI: meaningful multidimensional motif discovery* (ICDM 2017).
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::engine::step;
use super::kernel::{NONE, seed};
use super::options::{MatrixProfile, check_length};
use super::search::distance;
use super::windows::{BAND, Kind, LANES, Windows, scale_of};
use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::{Result, ensure};
use crate::math::simd::dispatch;

/// The most series: every pair of windows sorts their distances.
const MOST: usize = 1024;
/// Rows between two looks at the context, times series.
const TOGETHER: usize = 1024;

/// The nearest neighbours of all windows by the `columns` series that are most alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ColumnsProfile {
    /// How many series count.
    pub columns: usize,
    /// The mean distance over those series to the nearest window, infinite where none.
    pub distances: Vector,
    /// Where the nearest window begins, -1 where none.
    pub neighbours: Ints,
}

/// Matrix profiles of several series, by one series, by two, .. by all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MultiProfile {
    /// The length of the windows.
    pub window: usize,
    /// How many steps left and right of a window did not count.
    pub exclusion: usize,
    /// By the one most alike series, by the two most alike, .. by all.
    pub profiles: Vec<ColumnsProfile>,
}

impl MatrixProfile {
    /// The matrix profiles of several series of the same times, `[time, column]`, 1 to 1024 columns.
    ///
    /// A window of a column with a missing (NaN) or infinite point is infinitely far from all others, so that it counts only
    /// where all columns must.
    ///
    /// ```
    /// use inlaid::{Context, anomaly::MatrixProfile, ndarray::Array2};
    /// let series = Array2::from_shape_fn((200, 2), |(t, column)| {
    ///     if column == 0 { (t as f64 * 0.5).sin() } else { ((t * t * 31) % 97) as f64 }
    /// });
    /// let found = MatrixProfile::default().with_window(10).search_columns(series.view(), &Context::new())?;
    /// assert!(found.profiles[0].distances[50] < found.profiles[1].distances[50]);
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_config` as [`MatrixProfile::validate`]; `invalid_data` without columns; `not_enough_data` for fewer rows than
    /// the window; `too_large` for more than 1024 columns or from 2^31 rows; `cancelled`.
    pub fn search_columns(&self, series: ArrayView2<'_, f64>, context: &Context) -> Result<MultiProfile> {
        self.validate()?;
        let columns = series.ncols();
        ensure!(columns >= 1, InvalidData, "the series has no columns, at least 1 is needed");
        ensure!(columns <= MOST, TooLarge, "the series has {columns} columns, at most {MOST} are allowed");
        check_length("the series", series.nrows(), self.window)?;
        let owned: Vec<Vec<f64>> = series.columns().into_iter().map(|column| column.to_vec()).collect();
        // By value the columns must keep one unit.
        let common = scale_of(&owned.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let mut all = Vec::with_capacity(columns);
        for column in &owned {
            let scale = if self.normalized { scale_of(&[column]) } else { common };
            all.push(Column::of(Windows::of(column, self, scale, context)?));
        }
        let exclusion = self.excluded();
        let best = run(&all, exclusion, context)?;
        let count = all[0].windows.count;
        let mut profiles = Vec::with_capacity(columns);
        for (level, best) in best.iter().enumerate() {
            let (mut distances, mut neighbours) = (Vec::with_capacity(count), Vec::with_capacity(count));
            for at in 0..count {
                if at.is_multiple_of((1 << 18) / (self.window * columns) + 1) {
                    context.check()?;
                }
                let from = best.from[at];
                let place = if from == NONE { -1 } else { i64::from(from) };
                distances.push(if from == NONE { f64::INFINITY } else { exact(&all, at, from as usize, level + 1) });
                neighbours.push(place);
            }
            let (distances, neighbours) = (distances.into(), neighbours.into());
            profiles.push(ColumnsProfile { columns: level + 1, distances, neighbours });
        }
        Ok(MultiProfile { window: self.window, exclusion, profiles })
    }
}

/// The mean of the `level` smallest distances of two windows, from their points.
fn exact(all: &[Column], at: usize, other: usize, level: usize) -> f64 {
    let apart = |column: &Column| {
        let windows = &column.windows;
        match (windows.kinds[at], windows.kinds[other]) {
            (Kind::Missing, _) | (_, Kind::Missing) => f64::INFINITY,
            (Kind::Constant, Kind::Constant) => 0.0,
            (Kind::Constant, _) | (_, Kind::Constant) => (windows.window as f64).sqrt(),
            _ => distance(windows, windows, at, other),
        }
    };
    let mut distances: Vec<f64> = all.iter().map(apart).collect();
    distances.sort_unstable_by(f64::total_cmp);
    distances[..level].iter().sum::<f64>() / level as f64
}

/// One series.
#[derive(Debug)]
struct Column {
    windows: Windows,
    /// What sums are multiplied with: 0 for constant windows.
    weights: Vec<f64>,
    /// What a window adds to the correlation: a half where constant, NaN where a point is missing; padded with NaN.
    shares: Vec<f64>,
}

impl Column {
    fn of(windows: Windows) -> Self {
        let mut weights = vec![0.0; windows.weights.len()];
        let mut shares = vec![f64::NAN; windows.weights.len()];
        for (at, kind) in windows.kinds.iter().enumerate() {
            (weights[at], shares[at]) = match kind {
                Kind::Varied => (windows.weights[at], 0.0),
                Kind::Constant => (0.0, 0.5),
                Kind::Missing => (0.0, f64::NAN),
            };
        }
        Self { windows, weights, shares }
    }
}

/// The nearest neighbours of one number of columns.
#[derive(Clone, Debug)]
struct Best {
    /// Sums of the smallest distances.
    totals: Vec<f64>,
    from: Vec<u32>,
}

impl Best {
    fn keep(&mut self, at: usize, total: f64, from: u32) {
        if total < self.totals[at] || (total == self.totals[at] && from < self.from[at]) {
            self.totals[at] = total;
            self.from[at] = from;
        }
    }
}

fn run(all: &[Column], exclusion: usize, context: &Context) -> Result<Vec<Best>> {
    let count = all[0].windows.count;
    let start = exclusion.saturating_add(1);
    let bands: Vec<usize> = (start..count).step_by(BAND).collect();
    let none = || {
        let best = Best { totals: vec![f64::INFINITY; count + BAND + LANES], from: vec![NONE; count + BAND + LANES] };
        vec![best; all.len()]
    };
    let threads = context.threads().min(bands.len()).min(1 + count * count / (1 << 19)).max(1);
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let found = context.map(threads, |_| {
        let mut best = none();
        while let Some(diagonal) = bands.get(next.fetch_add(1, Relaxed)) {
            follow(all, *diagonal, &mut best, context)?;
            let rows = count - diagonal;
            context.report(done.fetch_add(rows, Relaxed) + rows, bands.iter().map(|band| count - band).sum());
        }
        Ok(best)
    })?;
    let mut best = none();
    for more in found {
        for (best, more) in best.iter_mut().zip(&more) {
            (0..count).for_each(|at| best.keep(at, more.totals[at], more.from[at]));
        }
    }
    Ok(best)
}

/// Follow the diagonals of a band in all columns.
fn follow(all: &[Column], diagonal: usize, best: &mut [Best], context: &Context) -> Result<()> {
    let (count, window) = (all[0].windows.count, all[0].windows.window);
    let rows = count - diagonal;
    let longest = (16 * window).clamp(1024, 1 << 16);
    let mut sums = vec![[0.0; LANES]; all.len() * BAND / LANES];
    let mut since = 0;
    for row in 0..rows {
        if row.is_multiple_of((TOGETHER / all.len()).max(1)) {
            context.check()?;
        }
        let first = row + diagonal;
        for (column, sums) in all.iter().zip(sums.chunks_exact_mut(BAND / LANES)) {
            let windows = &column.windows;
            if row == since || windows.cuts.binary_search(&(row as u32)).is_ok() {
                seed(windows, windows, (row, first), sums);
            } else {
                step(windows, windows, (row, first), sums);
            }
        }
        if row == since {
            since += longest;
        }
        compare(all, (row, first), &sums, best);
    }
    Ok(())
}

dispatch! {
    /// Hold the distances of a row of windows, column by column, against the best so far.
    fn compare, portable compare_portable(
        all: &[Column], place: (usize, usize), sums: &[[f64; LANES]], best: &mut [Best],
    ) {
        let (row, first) = place;
        let groups = (all[0].windows.count - first).min(BAND).div_ceil(LANES);
        let (normalized, twice) = (all[0].windows.normalized, 2.0 * all[0].windows.window as f64);
        let mut lanes = vec![[0.0; LANES]; all.len()];
        for group in 0..groups {
            let start = first + group * LANES;
            for (at, column) in all.iter().enumerate() {
                let sums = &sums[at * (BAND / LANES) + group];
                let (weight, share) = (column.weights[row], column.shares[row]);
                let (weights, shares) = (&column.weights[start..start + LANES], &column.shares[start..start + LANES]);
                for lane in 0..LANES {
                    let square = if normalized {
                        let correlation = sums[lane] * weight * weights[lane] + (share + shares[lane]);
                        twice * (1.0 - correlation)
                    } else {
                        sums[lane] + (share + shares[lane])
                    };
                    let square = if square < 0.0 { 0.0 } else { square };
                    // NaN is where a point is missing.
                    lanes[at][lane] = if square >= 0.0 { square.sqrt() } else { f64::INFINITY };
                }
                // The columns so far are in order; the new one moves down to its place, lane by lane.
                for above in (0..at).rev() {
                    let (low, high) = lanes.split_at_mut(above + 1);
                    let (low, high) = (&mut low[above], &mut high[0]);
                    for lane in 0..LANES {
                        let (a, b) = (low[lane], high[lane]);
                        low[lane] = if a < b { a } else { b };
                        high[lane] = if a < b { b } else { a };
                    }
                }
            }
            let mut totals = [0.0; LANES];
            for (distances, best) in lanes.iter().zip(best.iter_mut()) {
                let bests = &best.totals[start..start + LANES];
                let own = best.totals[row];
                let mut better = 0_u32;
                for lane in 0..LANES {
                    totals[lane] += distances[lane];
                    let bound = if bests[lane] > own { bests[lane] } else { own };
                    better |= u32::from(totals[lane] <= bound) << lane;
                }
                if better != 0 {
                    for (lane, total) in totals.iter().enumerate().filter(|(_, total)| **total < f64::INFINITY) {
                        best.keep(start + lane, *total, row as u32);
                        best.keep(row, *total, (start + lane) as u32);
                    }
                }
            }
        }
    }
}
