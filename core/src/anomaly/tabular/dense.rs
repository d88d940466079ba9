//! Nearest neighbours by holding all rows against all, in blocks.
//!
//! Half squared distances `(|a|^2 + |b|^2) / 2 - a.b` of 4 rows and 32 others at a time, in single precision around the mean, each
//! pair of rows once for both. With `g` the relative error of such a sum, `(1 - g)(|a|^2 + |b|^2) / 2 - a.b` is never above the
//! true value and `(1 + g)(..) / 2 - a.b` never below, so that the few rows that could be among the nearest are known
//! for certain; only those are measured in double precision. Rows at the same distance come in their own order, whatever
//! the order of blocks and the number of threads. O(rows^2 columns), about 16 products a cycle with AVX-512.
//! Source of the bound: Higham, *Accuracy and Stability of Numerical Algorithms* (2002), section 3.1.
use std::ops::Range;

use super::screen::apart;
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;

/// The most rows of a panel, which stand side by side, and the fewest where they are wide.
const PANEL: usize = 256;
const NARROW: usize = 96;
/// About how many numbers of a panel stay in the cache.
const KEPT: usize = 3 << 16;
/// Rows that are held against a panel at once.
const FEW: usize = 4;
/// Rows that are left out together where they are too far from a panel.
const GROUP: usize = 32;

/// Rows, in an order that puts near ones together, in single precision around their mean.
struct Panels {
    columns: usize,
    count: usize,
    /// Rows of a panel; the last may have fewer.
    width: usize,
    /// One row after the other.
    rows: Vec<f32>,
    /// `[panel][column][row]`.
    values: Vec<f32>,
    /// Half squared lengths less their error.
    lengths: Vec<f32>,
    groups: Balls,
    balls: Balls,
    /// The relative error.
    spread: f32,
}

/// The middle of some rows each, and how far they reach from there.
struct Balls {
    middles: Vec<f32>,
    reaches: Vec<f32>,
}

/// Rows that may be among the nearest to one row, with bounds from below.
type Hopes = Vec<(f32, u32)>;

/// What is known so far about some rows.
struct State {
    hopes: Vec<Hopes>,
    /// From this bound on a row is too far.
    limits: Vec<f32>,
}

/// The search for the nearest rows of all.
pub(super) struct Search<'a> {
    panels: Panels,
    /// The rows themselves, in the order of the panels.
    rows: &'a [f64],
    /// Which row stands where.
    names: &'a [u32],
    wanted: usize,
    /// With so many hopes it is time to drop some.
    room: usize,
}

impl Panels {
    /// None where single precision does not reach.
    fn of(rows: &[f64], columns: usize) -> Option<Self> {
        let count = rows.len() / columns;
        let width = (KEPT / columns / 16 * 16).clamp(NARROW, PANEL);
        let mut mean = vec![0.0; columns];
        for row in rows.chunks_exact(columns) {
            mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value / count as f64);
        }
        // Rounding of both rows, of the products, their sum and the lengths, doubled for what is of second order.
        let spread = (columns as f32 + 8.0) * f32::EPSILON;
        let (mut narrow, mut lengths) = (Vec::with_capacity(rows.len()), Vec::with_capacity(count));
        for row in rows.chunks_exact(columns) {
            let mut length = 0.0;
            for (value, mean) in row.iter().zip(&mean) {
                let off = value - mean;
                length += off * off;
                narrow.push(off as f32);
            }
            if length.is_nan() || length >= 1e30 {
                return None;
            }
            lengths.push((0.5 * length * (1.0 - f64::from(spread))) as f32);
        }
        let mut values = vec![0.0; narrow.len()];
        for (panel, rows) in values.chunks_mut(width * columns).zip(narrow.chunks(width * columns)) {
            let width = rows.len() / columns;
            for (row, values) in rows.chunks_exact(columns).enumerate() {
                values.iter().enumerate().for_each(|(column, value)| panel[column * width + row] = *value);
            }
        }
        let groups = Balls::of(&narrow, columns, GROUP, spread);
        let balls = Balls::of(&narrow, columns, width, spread);
        Some(Self { columns, count, width, rows: narrow, values, lengths, groups, balls, spread })
    }

    fn len(&self) -> usize {
        self.balls.reaches.len()
    }

    /// The rows of a panel.
    fn range(&self, panel: usize) -> Range<usize> {
        panel * self.width..self.count.min((panel + 1) * self.width)
    }

    /// Whether a group of rows is nowhere nearer to a panel than a bound.
    fn beyond(&self, group: usize, panel: usize, most: f32) -> bool {
        let middle = |balls: &Balls, at: usize| at * self.columns..balls.middles.len().min((at + 1) * self.columns);
        let apart =
            between(&self.groups.middles[middle(&self.groups, group)], &self.balls.middles[middle(&self.balls, panel)]);
        let least = apart.sqrt() * (1.0 - self.spread) - self.groups.reaches[group] - self.balls.reaches[panel];
        least > 0.0 && 0.5 * least * least * (1.0 - 1e-5) > most
    }
}

impl Balls {
    fn of(rows: &[f32], columns: usize, size: usize, spread: f32) -> Self {
        let mut balls = Self { middles: Vec::new(), reaches: Vec::new() };
        for rows in rows.chunks(size * columns) {
            let mut middle = vec![0.0; columns];
            let share = 1.0 / (rows.len() / columns) as f32;
            for row in rows.chunks_exact(columns) {
                middle.iter_mut().zip(row).for_each(|(middle, value)| *middle += share * value);
            }
            let most = rows.chunks_exact(columns).map(|row| between(row, &middle)).fold(0.0, f32::max);
            balls.reaches.push(most.sqrt() * (1.0 + spread));
            balls.middles.extend(middle);
        }
        balls
    }
}

dispatch! {
    /// The squared distance of two rows.
    fn between, portable between_portable(left: &[f32], right: &[f32]) -> f32 {
        let mut lanes = [0.0_f32; 16];
        let ((a, a_rest), (b, b_rest)) = (left.as_chunks::<16>(), right.as_chunks::<16>());
        for (a, b) in a.iter().zip(b) {
            for lane in 0..16 {
                let difference = a[lane] - b[lane];
                lanes[lane] += difference * difference;
            }
        }
        let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| (a - b) * (a - b)).sum();
        rest + lanes.iter().sum::<f32>()
    }
}

dispatch! {
    /// The products of [`FEW`] rows, one after the other, with all rows of a panel, one list after the other. Four columns
    /// at a time, so that the sums are loaded and stored a quarter as often.
    fn multiply, portable multiply_portable(rows: &[f32], panel: &[f32], sums: &mut [f32]) {
        let (columns, width) = (rows.len() / FEW, sums.len() / FEW);
        sums.fill(0.0);
        let (s0, rest) = sums.split_at_mut(width);
        let (s1, rest) = rest.split_at_mut(width);
        let (s2, s3) = rest.split_at_mut(width);
        let s3 = &mut s3[..width];
        let fours = columns / 4 * 4;
        for column in (0..fours).step_by(4) {
            let t = &panel[column * width..(column + 4) * width];
            let (t0, t) = t.split_at(width);
            let (t1, t) = t.split_at(width);
            let (t2, t3) = t.split_at(width);
            let t3 = &t3[..width];
            let a = |row: usize, next: usize| rows[row * columns + column + next];
            let a0 = [a(0, 0), a(0, 1), a(0, 2), a(0, 3)];
            let a1 = [a(1, 0), a(1, 1), a(1, 2), a(1, 3)];
            let a2 = [a(2, 0), a(2, 1), a(2, 2), a(2, 3)];
            let a3 = [a(3, 0), a(3, 1), a(3, 2), a(3, 3)];
            for lane in 0..width {
                s0[lane] += (a0[0] * t0[lane] + a0[1] * t1[lane]) + (a0[2] * t2[lane] + a0[3] * t3[lane]);
                s1[lane] += (a1[0] * t0[lane] + a1[1] * t1[lane]) + (a1[2] * t2[lane] + a1[3] * t3[lane]);
                s2[lane] += (a2[0] * t0[lane] + a2[1] * t1[lane]) + (a2[2] * t2[lane] + a2[3] * t3[lane]);
                s3[lane] += (a3[0] * t0[lane] + a3[1] * t1[lane]) + (a3[2] * t2[lane] + a3[3] * t3[lane]);
            }
        }
        for column in fours..columns {
            let t = &panel[column * width..(column + 1) * width];
            for (row, sums) in [&mut *s0, &mut *s1, &mut *s2, &mut *s3].into_iter().enumerate() {
                let value = rows[row * columns + column];
                sums.iter_mut().zip(t).for_each(|(sum, t)| *sum += value * t);
            }
        }
    }
}

dispatch! {
    /// Turn products into bounds, and mark those that are within the limit of the row or of the other.
    fn judge, portable judge_portable(
        sums: &mut [f32],
        length: f32,
        limit: f32,
        lengths: &[f32],
        limits: &[f32],
        marks: &mut [u8],
    ) {
        for (((sum, length_there), limit_there), mark) in sums.iter_mut().zip(lengths).zip(limits).zip(marks) {
            let bound = (length + length_there) - *sum;
            *sum = bound;
            let most = if limit > *limit_there { limit } else { *limit_there };
            *mark = u8::from(bound <= most);
        }
    }
}

impl<'a> Search<'a> {
    /// Over rows in an order that puts near ones together. None where single precision does not reach.
    pub(super) fn new(rows: &'a [f64], columns: usize, names: &'a [u32], wanted: usize) -> Option<Self> {
        Some(Self { panels: Panels::of(rows, columns)?, rows, names, wanted, room: 2 * wanted + 32 })
    }

    /// The `wanted` nearest of every row, itself left out, nearest first: places and squared distances; rows at the same distance
    /// in the order of their names.
    pub(super) fn run(&self, context: &Context) -> Result<(Vec<u32>, Vec<f64>)> {
        let panels = self.panels.len();
        // Each panel beside itself: the first limits.
        let first = context.map(panels, |panel| {
            context.check()?;
            let range = self.panels.range(panel);
            let mut state = State { hopes: vec![Vec::new(); range.len()], limits: vec![f32::INFINITY; range.len()] };
            self.meet(panel, panel, range.start, &mut state, context)?;
            let State { hopes, limits } = &mut state;
            for ((row, hopes), limit) in range.zip(hopes).zip(limits) {
                *limit = limit.min(self.tidy(row, hopes));
            }
            Ok(state)
        })?;
        let limits: Vec<f32> = first.iter().flat_map(|state| &state.limits).copied().collect();
        let threads = context.threads().clamp(1, panels);
        // Then each beside all later ones, the nearest first; each thread has its own hopes.
        let rest = context.map(threads, |thread| {
            let mut state = State { hopes: vec![Vec::new(); limits.len()], limits: limits.clone() };
            let pairs = (1..panels).flat_map(|apart| (0..panels - apart).map(move |at| (at, at + apart)));
            for (left, right) in pairs.skip(thread).step_by(threads) {
                self.meet(left, right, 0, &mut state, context)?;
            }
            Ok(state)
        })?;
        let mut hopes: Vec<Hopes> = first.into_iter().flat_map(|state| state.hopes).collect();
        for state in rest {
            hopes.iter_mut().zip(state.hopes).for_each(|(all, some)| all.extend(some));
        }
        let (mut places, mut distances) = (Vec::new(), Vec::new());
        for (row, hopes) in hopes.iter_mut().enumerate().take(self.panels.count) {
            if row % 64 == 0 {
                context.check()?;
            }
            self.tidy(row, hopes);
            for (distance, place) in self.nearest(row, hopes) {
                places.push(place);
                distances.push(distance);
            }
        }
        Ok((places, distances))
    }

    /// Hold the rows of one panel against another; `from` is the row that the state starts with.
    fn meet(&self, left: usize, right: usize, from: usize, state: &mut State, context: &Context) -> Result<()> {
        let panels = &self.panels;
        let (columns, there) = (panels.columns, panels.range(right));
        let values = &panels.values[there.start * columns..there.end * columns];
        let mut sums = vec![0.0; FEW * there.len()];
        let mut marks = [0; PANEL];
        let mut few = vec![0.0; FEW * columns];
        let range = panels.range(left);
        for group in (range.start..range.end).step_by(GROUP) {
            context.check()?;
            let group = group..range.end.min(group + GROUP);
            if left != right && group.start % GROUP == 0 {
                let limits = [group.clone(), there.clone()].map(|rows| rows.start - from..rows.end - from);
                let most = limits.into_iter().flat_map(|rows| &state.limits[rows]).copied().fold(0.0, f32::max);
                if panels.beyond(group.start / GROUP, right, most) {
                    continue;
                }
            }
            for start in group.clone().step_by(FEW) {
                let own = start..group.end.min(start + FEW);
                few[..own.len() * columns].copy_from_slice(&panels.rows[own.start * columns..own.end * columns]);
                multiply(&few, values, &mut sums);
                for (row, bounds) in own.zip(sums.chunks_exact_mut(there.len())) {
                    let limits = &state.limits[there.start - from..there.end - from];
                    judge(
                        bounds,
                        panels.lengths[row],
                        state.limits[row - from],
                        &panels.lengths[there.clone()],
                        limits,
                        &mut marks[..there.len()],
                    );
                    marks[there.len()..there.len().next_multiple_of(8)].fill(0);
                    self.pick(row, there.start, bounds, &marks[..there.len().next_multiple_of(8)], from, state);
                }
            }
        }
        Ok(())
    }

    /// Take up what is marked, for both rows.
    fn pick(&self, row: usize, start: usize, bounds: &[f32], marks: &[u8], from: usize, state: &mut State) {
        let (words, _) = marks.as_chunks::<8>();
        for (word, marks) in words.iter().enumerate() {
            if u64::from_ne_bytes(*marks) == 0 {
                continue;
            }
            for (lane, _) in marks.iter().enumerate().filter(|(_, mark)| **mark != 0) {
                let other = start + word * 8 + lane;
                let bound = bounds[word * 8 + lane];
                // Within a panel every pair is met twice, and every row with itself.
                if other <= row && row < start + bounds.len() {
                    continue;
                }
                if bound <= state.limits[row - from] {
                    self.hope(row, other, bound, from, state);
                }
                if bound <= state.limits[other - from] {
                    self.hope(other, row, bound, from, state);
                }
            }
        }
    }

    fn hope(&self, row: usize, other: usize, bound: f32, from: usize, state: &mut State) {
        let hopes = &mut state.hopes[row - from];
        hopes.push((bound, other as u32));
        if hopes.len() >= self.room {
            let limit = self.tidy(row, hopes);
            let limits = &mut state.limits[row - from];
            *limits = limits.min(limit);
            if hopes.len() > self.room - self.room / 4 {
                // Many at almost the same distance: only measuring tells them apart.
                let nearest = self.nearest(row, hopes);
                let exact = nearest.last().map_or(f64::INFINITY, |(distance, _)| *distance);
                hopes.retain(|(_, place)| nearest.iter().any(|(_, kept)| kept == place));
                // Nothing is nearer than an equal row, and one is like the other.
                let limit = if exact > 0.0 { (0.5 * exact * (1.0 + 1e-6)) as f32 } else { f32::NEG_INFINITY };
                *limits = limits.min(limit);
            }
        }
    }

    /// Drop hopes that are too far; the bound from which on others are.
    fn tidy(&self, row: usize, hopes: &mut Hopes) -> f32 {
        if hopes.len() < self.wanted {
            return f32::INFINITY;
        }
        let own = self.panels.lengths[row];
        let above =
            |hope: &(f32, u32)| hope.0 + 3.0 * self.panels.spread * (own + self.panels.lengths[hope.1 as usize]);
        let mut bounds: Vec<f32> = hopes.iter().map(above).collect();
        let (_, limit, _) = bounds.select_nth_unstable_by(self.wanted - 1, f32::total_cmp);
        let limit = *limit;
        hopes.retain(|(low, _)| *low <= limit);
        limit
    }

    /// The nearest of the hopes, by their true distances.
    fn nearest(&self, row: usize, hopes: &Hopes) -> Vec<(f64, u32)> {
        let columns = self.panels.columns;
        let at = |place: usize| &self.rows[place * columns..(place + 1) * columns];
        let mut nearest: Vec<(f64, u32)> =
            hopes.iter().map(|(_, place)| (measure(at(row), at(*place as usize)), *place)).collect();
        let name = |place: u32| self.names[place as usize];
        nearest.sort_unstable_by(|left, right| left.0.total_cmp(&right.0).then(name(left.1).cmp(&name(right.1))));
        nearest.truncate(self.wanted);
        nearest
    }
}

dispatch! {
    fn measure, portable measure_portable(left: &[f64], right: &[f64]) -> f64 {
        apart(left, right, f64::INFINITY)
    }
}
