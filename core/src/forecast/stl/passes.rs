//! The passes of the decomposition over a series: seasons, low-pass filter, trend, robust weights.
use super::loess::{LANES, Loess, Sums, Window};
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;

/// What is decomposed how.
pub(super) struct Plan<'a> {
    pub(super) series: &'a [f64],
    pub(super) season: usize,
    /// `None` takes the mean of each position of the season.
    pub(super) seasonal: Option<Loess>,
    pub(super) trend: Loess,
    pub(super) low_pass: Loess,
    pub(super) inner: usize,
    pub(super) outer: usize,
}

/// Season, trend and robust weights.
pub(super) struct Parts {
    pub(super) seasonal: Vec<f64>,
    pub(super) trend: Vec<f64>,
    pub(super) weights: Vec<f64>,
}

impl Plan<'_> {
    pub(super) fn run(&self, context: &Context) -> Result<Parts> {
        let count = self.series.len();
        let mut parts = Parts { seasonal: vec![0.0; count], trend: vec![0.0; count], weights: vec![1.0; count] };
        let passes = (self.outer + 1) * self.inner;
        let mut work = vec![0.0; count];
        let mut extended = vec![0.0; count + 2 * self.season];
        for outer in 0..=self.outer {
            for inner in 0..self.inner {
                context.report(outer * self.inner + inner, passes);
                context.check()?;
                let robust = (outer > 0).then_some(&parts.weights[..]);
                for ((work, value), trend) in work.iter_mut().zip(self.series).zip(&parts.trend) {
                    *work = value - trend;
                }
                self.seasons(&work, robust, &mut extended, context)?;
                let low = filter(&extended, self.season, context)?;
                self.low_pass.smooth(&low, None, &mut work, context)?;
                context.check()?;
                let cycle = &extended[self.season..];
                for ((seasonal, cycle), low) in parts.seasonal.iter_mut().zip(cycle).zip(&work) {
                    *seasonal = cycle - low;
                }
                for ((work, value), seasonal) in work.iter_mut().zip(self.series).zip(&parts.seasonal) {
                    *work = value - seasonal;
                }
                self.trend.smooth(&work, robust, &mut parts.trend, context)?;
            }
            if outer < self.outer {
                self.weigh(&mut parts, &mut work, context)?;
            }
        }
        context.report(passes, passes);
        Ok(parts)
    }

    /// Smooth the values at each position of the season, one season beyond both ends.
    fn seasons(&self, values: &[f64], robust: Option<&[f64]>, extended: &mut [f64], context: &Context) -> Result<()> {
        let Some(loess) = self.seasonal else {
            means(values, robust, self.season, extended);
            return context.check();
        };
        // Positions side by side, in rows of whole registers.
        let stride = self.season.next_multiple_of(LANES);
        let rows = values.len().div_ceil(self.season);
        let pad = |values: &[f64]| {
            let mut padded = vec![0.0; rows * stride];
            for (row, values) in padded.chunks_exact_mut(stride).zip(values.chunks(self.season)) {
                row[..values.len()].copy_from_slice(values);
            }
            padded
        };
        let (values_padded, robust) = (pad(values), robust.map(pad));
        context.check()?;
        // The first positions occur once more than the rest where the last season is not whole.
        let longer = values.len() % self.season;
        let groups = [(0..longer, rows), (longer..self.season, values.len() / self.season)];
        for (positions, count) in groups {
            if positions.is_empty() {
                continue;
            }
            let columns = Columns { values: &values_padded, robust: robust.as_deref(), stride, count };
            columns.smooth(loess, positions, self.season, extended, context)?;
        }
        Ok(())
    }

    /// Bisquare weights of the remainders, in units of six times their median.
    fn weigh(&self, parts: &mut Parts, distances: &mut [f64], context: &Context) -> Result<()> {
        context.check()?;
        let fits = parts.trend.iter().zip(&parts.seasonal).map(|(trend, seasonal)| trend + seasonal);
        for ((distance, value), fit) in distances.iter_mut().zip(self.series).zip(fits) {
            *distance = (value - fit).abs();
        }
        parts.weights.copy_from_slice(distances);
        context.check()?;
        let half = distances.len() / 2;
        let (below, middle, _) = distances.select_nth_unstable_by(half, f64::total_cmp);
        let largest_below = below.iter().copied().max_by(f64::total_cmp).unwrap_or(*middle);
        let median = if self.series.len() % 2 == 1 { *middle } else { 0.5 * (*middle + largest_below) };
        context.check()?;
        let reach = 6.0 * median;
        for weight in &mut parts.weights {
            let distance = *weight;
            *weight = if distance <= 0.001 * reach {
                1.0
            } else if distance <= 0.999 * reach {
                let rest = 1.0 - (distance / reach) * (distance / reach);
                rest * rest
            } else {
                0.0
            };
        }
        Ok(())
    }
}

/// The values at some positions of the season: one column per position.
struct Columns<'a> {
    values: &'a [f64],
    robust: Option<&'a [f64]>,
    stride: usize,
    count: usize,
}

impl Columns<'_> {
    /// Smooth the columns at every row, and one row beyond both ends, into the rows of `extended`.
    fn smooth(
        &self,
        loess: Loess,
        positions: std::ops::Range<usize>,
        season: usize,
        extended: &mut [f64],
        context: &Context,
    ) -> Result<()> {
        let count = self.count;
        let mut window = Window::default();
        let first = positions.start / LANES * LANES;
        let mut solved = vec![0.0; positions.end.next_multiple_of(LANES) - first];
        let jump = loess.jump.min(count.max(2) - 1);
        let last = (count - 1) / jump * jump + 1;
        let mut line = |point: usize, reach: (usize, usize), own: usize, extended: &mut [f64]| {
            context.check()?;
            loess.weigh(&mut window, point, reach, count);
            let start = (window.left - 1) * self.stride + first;
            let values = &self.values[start..];
            let own = &self.values[(own - 1) * self.stride + first..];
            let slope = loess.degree > 0;
            match self.robust {
                Some(robust) => weighted_rows(values, &robust[start..], self.stride, &window, slope, own, &mut solved),
                None => plain_rows(values, self.stride, &window, slope, &mut solved),
            }
            extended[point * season..][positions.clone()]
                .copy_from_slice(&solved[positions.start - first..positions.end - first]);
            Ok(())
        };
        if count > 1 {
            for point in (1..=count).step_by(jump) {
                line(point, loess.reach(point, count), point, extended)?;
            }
            if last != count {
                line(count, loess.reach(last, count), count, extended)?;
            }
        } else {
            extended[season..][positions.clone()].copy_from_slice(&self.values[positions.clone()]);
        }
        line(0, (1, loess.width.min(count)), 1, extended)?;
        line(count + 1, ((count + 1).saturating_sub(loess.width).max(1), count), count, extended)?;
        for position in positions.clone() {
            let mut from = 1;
            while jump > 1 && from < count {
                let to = (from + jump).min(count);
                let (low, high) = (extended[from * season + position], extended[to * season + position]);
                let slope = (high - low) / (to - from) as f64;
                for row in from + 1..to {
                    extended[row * season + position] = low + slope * (row - from) as f64;
                }
                from = to;
            }
        }
        // Where nothing near an end has weight, the smoothed value beside it stands in, as in the source.
        if let Some(robust) = self.robust {
            for position in positions {
                for (row, from, to) in
                    [(0, 1, loess.width.min(count)), (count + 1, (count + 1).saturating_sub(loess.width).max(1), count)]
                {
                    let beside = row.clamp(1, count);
                    let weightless = (from..=to).all(|point| robust[(point - 1) * self.stride + position] == 0.0);
                    if weightless {
                        extended[row * season + position] = extended[beside * season + position];
                    }
                }
            }
        }
        Ok(())
    }
}

dispatch! {
    /// Local regressions of columns that all weigh their rows alike.
    fn plain_rows, portable plain_rows_portable(values: &[f64], stride: usize, window: &Window, slope: bool,
        smooth: &mut [f64]) {
        let (weights, offsets) = (&window.weights, &window.offsets);
        let total: f64 = weights.iter().sum();
        let centre = weights.iter().zip(offsets).map(|(weight, offset)| weight * offset).sum::<f64>() / total;
        let squares = weights.iter().zip(offsets).map(|(weight, offset)| weight * (offset - centre) * (offset - centre));
        let spread = squares.sum::<f64>() / total;
        let tilt = if slope && spread > window.least_spread { -centre / spread } else { 0.0 };
        for (block, smooth) in smooth.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let mut sums = [0.0; LANES];
            let mut at = block * LANES;
            for (weight, offset) in weights.iter().zip(offsets) {
                let weight = weight / total * (tilt * (offset - centre) + 1.0);
                for (sum, value) in sums.iter_mut().zip(&values[at..at + LANES]) {
                    *sum += weight * value;
                }
                at += stride;
            }
            *smooth = sums;
        }
    }
}

dispatch! {
    /// Local regressions of columns whose rows have weights of their own.
    fn weighted_rows, portable weighted_rows_portable(values: &[f64], robust: &[f64], stride: usize, window: &Window,
        slope: bool, own: &[f64], smooth: &mut [f64]) {
        for (block, smooth) in smooth.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let mut sums = Sums::NONE;
            let mut at = block * LANES;
            for (weight, offset) in window.weights.iter().zip(&window.offsets) {
                let (robust, values) = (&robust[at..at + LANES], &values[at..at + LANES]);
                for lane in 0..LANES {
                    let weight = weight * robust[lane];
                    let tilted = weight * offset;
                    sums.weight[lane] += weight;
                    sums.offset[lane] += tilted;
                    sums.square[lane] += tilted * offset;
                    sums.value[lane] += weight * values[lane];
                    sums.product[lane] += tilted * values[lane];
                }
                at += stride;
            }
            let mut otherwise = [0.0; LANES];
            otherwise.copy_from_slice(&own[block * LANES..(block + 1) * LANES]);
            *smooth = sums.solve(slope, window.least_spread, &otherwise);
        }
    }
}

/// The (weighted) mean at each position of the season, in every row.
fn means(values: &[f64], robust: Option<&[f64]>, season: usize, extended: &mut [f64]) {
    let mut sums = vec![(0.0, 0.0, 0.0, 0.0); season];
    for (at, value) in values.iter().enumerate() {
        let weight = robust.map_or(1.0, |robust| robust[at]);
        let sum = &mut sums[at % season];
        *sum = (sum.0 + weight, sum.1 + weight * value, sum.2 + 1.0, sum.3 + value);
    }
    let mean = |sum: &(f64, f64, f64, f64)| if sum.0 > 0.0 { sum.1 / sum.0 } else { sum.3 / sum.2 };
    let means: Vec<f64> = sums.iter().map(mean).collect();
    for row in extended.chunks_mut(season) {
        row.copy_from_slice(&means[..row.len()]);
    }
}

/// Moving averages over one season, one season, and three values; shorter than the input by two seasons.
fn filter(extended: &[f64], season: usize, context: &Context) -> Result<Vec<f64>> {
    let once = moving_average(extended, season);
    context.check()?;
    let twice = moving_average(&once, season);
    context.check()?;
    Ok(moving_average(&twice, 3))
}

/// The means of all windows of `width`, by a running sum that starts afresh once per width.
fn moving_average(values: &[f64], width: usize) -> Vec<f64> {
    let mut sum = 0.0;
    let share = width as f64;
    let mut next = |(start, window): (usize, &[f64])| {
        if start % width == 0 {
            sum = window.iter().sum();
        } else {
            sum += window[width - 1] - values[start - 1];
        }
        sum / share
    };
    values.windows(width).enumerate().map(&mut next).collect()
}
