//! Exact segmentation: the change points that cost the least.
use serde::{Deserialize, Serialize};

use super::gaps::{Gaps, check_length};
use super::robust::{MAD_TO_SIGMA, MEAN_TO_SIGMA, largest, median, scale_of};
use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::{Result, bail, ensure};
use crate::math::simd::dispatch;

/// What changes at a change point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The mean of normal values, whose variance is the same throughout.
    #[default]
    Mean,
    /// Mean and variance of normal values.
    MeanVariance,
}

/// Change points of mean, or of mean and variance: the segmentation with the least cost, exactly (PELT).
///
/// The cost is the sum over segments of minus twice the logarithmic likelihood, without its constants, and of a `penalty`
/// for every change: for a mean the squared error over the variance of the noise, for mean and variance `m ln(variance) + m`
/// of the `m` values, whose deviation counts as at least 1e-5 of the largest distance from the series' median. By default the variance of the noise is that of normal noise with the series' median absolute change,
/// and the penalty is Schwarz's, `ln n` for each parameter that a change brings: its place, a mean, a variance. Noise with
/// a memory looks like changes; a larger penalty helps.
///
/// O(n) where changes are as frequent as the series is long, O(n^2) in the worst case, a long series without any; memory O(n).
/// Source: Killick, Fearnhead, Eckley, *Optimal detection of changepoints with a linear computational cost*, JASA 107 (2012).
///
/// ```
/// use inlaid::{Context, anomaly::ChangePoints};
/// let series: Vec<f64> = (0..200).map(|t| [0.0, 5.0, 1.0][t / 80] + (t * 7919 % 23) as f64 * 0.1).collect();
/// let found = ChangePoints::default().detect(&series, &Context::new())?;
/// assert_eq!(found.positions.to_vec(), [80, 160]);
/// assert!((found.means[1] - found.means[0] - 5.0).abs() < 0.2);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ChangePoints {
    /// What changes. Default the mean.
    pub kind: ChangeKind,
    /// What a change costs, above 0. Default: `2 ln n` for the mean, `3 ln n` for mean and variance.
    pub penalty: Option<f64>,
    /// The fewest steps of a segment, at least 1, and 2 for mean and variance. Default 5.
    pub shortest: usize,
    /// What happens to missing values. Default: they are refused.
    pub gaps: Gaps,
}

/// A series in segments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Segments {
    /// The change points: the first step of every segment but the first, ascending.
    pub positions: Ints,
    /// The mean of every segment, one more than there are change points.
    pub means: Vector,
    /// The standard deviation of every segment, over its number of steps.
    pub deviations: Vector,
    /// What a change cost.
    pub penalty: f64,
    /// What the segmentation costs, penalties included.
    pub cost: f64,
}

impl Default for ChangePoints {
    fn default() -> Self {
        Self { kind: ChangeKind::Mean, penalty: None, shortest: 5, gaps: Gaps::Refuse }
    }
}

/// How many candidates are tried between two looks at the context, and how many cost as much as the step around them.
const WORK: usize = 1 << 19;
const STEP: usize = 16;
/// The least deviation of a segment, as a share of the largest distance from the median: the likelihood of equal values
/// would be without bounds.
const LEAST: f64 = 1e-5;

/// Candidates for the last change, one column each, so that all are tried at once.
#[derive(Default)]
struct Candidates {
    starts: Vec<usize>,
    /// What the best segmentation up to there costs.
    costs: Vec<f64>,
    sums: Vec<f64>,
    squares: Vec<f64>,
    /// What the rounding of both took away.
    sums_low: Vec<f64>,
    squares_low: Vec<f64>,
    counts: Vec<f64>,
    /// From which end on the candidate cannot be the best.
    ends: Vec<usize>,
    totals: Vec<f64>,
}

impl ChangePoints {
    setters! {
        /// Set what changes.
        with_kind, kind: ChangeKind;
        /// Set what a change costs.
        with_penalty, penalty: f64, Some;
        /// Set the fewest steps of a segment.
        with_shortest, shortest: usize;
        /// Set what happens to missing values.
        with_gaps, gaps: Gaps;
    }

    /// Judge every option.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        let penalty = self.penalty.unwrap_or(1.0);
        ensure!(
            penalty > 0.0 && penalty.is_finite(),
            InvalidConfig,
            "penalty must be above 0 and finite, got {penalty}"
        );
        let least = if self.kind == ChangeKind::MeanVariance { 2 } else { 1 };
        ensure!(self.shortest >= least, InvalidConfig, "shortest must be at least {least}, got {}", self.shortest);
        Ok(())
    }

    /// Find the change points of `series`, at least one segment of the shortest length.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range; `invalid_data` for infinite values, and NaN unless `gaps` says otherwise;
    /// `not_enough_data` below `shortest` steps and below 2; `cancelled`.
    pub fn detect(&self, series: &[f64], context: &Context) -> Result<Segments> {
        self.validate()?;
        check_length(series, self.shortest.max(2))?;
        let filled = self.gaps.fill(series)?;
        let scale = scale_of(&filled.values);
        let mut values: Vec<f64> = filled.values.iter().map(|value| value / scale).collect();
        context.check()?;
        let middle = median(&mut values.clone());
        context.check()?;
        values.iter_mut().for_each(|value| *value -= middle);
        let count = values.len() as f64;
        let parameters = if self.kind == ChangeKind::Mean { 2.0 } else { 3.0 };
        let penalty = self.penalty.unwrap_or(parameters * count.ln());
        // Rounding has a variance too.
        let rounding = (1e-10 * (largest(&values) + middle.abs())).max(f64::MIN_POSITIVE.sqrt());
        let deviation = match self.kind {
            ChangeKind::Mean => noise(&values, context)?,
            ChangeKind::MeanVariance => LEAST * largest(&values),
        };
        let variance = deviation.max(rounding) * deviation.max(rounding);
        let (last, cost) = self.search(&values, penalty, variance, context)?;
        let mut starts = Vec::new();
        let mut end = values.len();
        while end > 0 {
            starts.push(last[end]);
            end = last[end];
        }
        starts.reverse();
        let (mut means, mut deviations) = (Vec::new(), Vec::new());
        for (at, start) in starts.iter().enumerate() {
            if at % 1024 == 0 {
                context.check()?;
            }
            let part = &values[*start..starts.get(at + 1).copied().unwrap_or(values.len())];
            let length = part.len() as f64;
            let mean = part.iter().sum::<f64>() / length;
            let variance = part.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / length;
            means.push(scale * (mean + middle));
            deviations.push(scale * variance.sqrt());
        }
        if means.iter().chain(&deviations).any(|value| !value.is_finite()) {
            bail!(InvalidData, "a segment leaves the range of numbers; divide the series by a large constant first");
        }
        Ok(Segments {
            positions: starts[1..].iter().map(|start| *start as i64).collect::<Vec<_>>().into(),
            means: means.into(),
            deviations: deviations.into(),
            penalty,
            // A variance of scaled values is one of the values over the square of the scale.
            cost: if self.kind == ChangeKind::Mean { cost } else { cost + 2.0 * count * scale.ln() },
        })
    }

    /// The start of the last segment of the best segmentation up to every end, and what the whole costs.
    fn search(&self, values: &[f64], penalty: f64, variance: f64, context: &Context) -> Result<(Vec<usize>, f64)> {
        let count = values.len();
        let mut last = vec![0; count + 1];
        let mut best = vec![f64::INFINITY; count + 1];
        best[0] = -penalty;
        let sums = prefix(values, |value| value, context)?;
        let squares = prefix(values, |value| value * value, context)?;
        let mut candidates = Candidates::default();
        let mut work = 0;
        for end in self.shortest..=count {
            let start = end - self.shortest;
            if best[start].is_finite() {
                candidates.push(start, best[start], sums[start], squares[start]);
            }
            work += candidates.starts.len() + STEP;
            if work > WORK {
                context.check()?;
                context.report(end, count);
                work = 0;
            }
            let now = [end as f64, sums[end].0, squares[end].0, sums[end].1, squares[end].1];
            let least = match self.kind {
                ChangeKind::Mean => by_mean(&mut candidates, now, variance),
                ChangeKind::MeanVariance => by_mean_and_variance(&mut candidates, now, variance),
            };
            let Some(place) = candidates.totals.iter().position(|total| *total == least) else {
                bail!(Internal, "no segment ends at step {end}; please report this with the input");
            };
            (best[end], last[end]) = (least + penalty, candidates.starts[place]);
            candidates.prune(end, self.shortest, best[end]);
        }
        Ok((last, best[count]))
    }
}

impl Candidates {
    fn push(&mut self, start: usize, cost: f64, sum: (f64, f64), square: (f64, f64)) {
        self.starts.push(start);
        self.costs.push(cost);
        self.sums.push(sum.0);
        self.squares.push(square.0);
        self.sums_low.push(sum.1);
        self.squares_low.push(square.1);
        self.counts.push(start as f64);
        self.ends.push(usize::MAX);
        self.totals.push(0.0);
    }

    /// Drop what cannot be the best for any later end: a change at `end` would be cheaper, once a segment fits after it.
    fn prune(&mut self, end: usize, shortest: usize, best: f64) {
        let mut gone = false;
        for (until, total) in self.ends.iter_mut().zip(&self.totals) {
            if *total > best && *until == usize::MAX {
                *until = end + shortest;
            }
            gone |= *until <= end + 1;
        }
        if !gone {
            return;
        }
        let keep: Vec<bool> = self.ends.iter().map(|until| *until > end + 1).collect();
        fn retain<T>(values: &mut Vec<T>, keep: &[bool]) {
            let mut flags = keep.iter();
            values.retain(|_| flags.next().copied().unwrap_or(false));
        }
        retain(&mut self.starts, &keep);
        retain(&mut self.costs, &keep);
        retain(&mut self.sums, &keep);
        retain(&mut self.squares, &keep);
        retain(&mut self.sums_low, &keep);
        retain(&mut self.squares_low, &keep);
        retain(&mut self.counts, &keep);
        retain(&mut self.ends, &keep);
        retain(&mut self.totals, &keep);
    }
}

dispatch! {
    /// What a last segment from every candidate costs in all; the least.
    fn by_mean, portable by_mean_portable(candidates: &mut Candidates, now: [f64; 5], variance: f64) -> f64 {
        let [count, sum, square, sum_low, square_low] = now;
        let columns = candidates.sums.iter().zip(&candidates.squares);
        let columns = columns.zip(candidates.sums_low.iter().zip(&candidates.squares_low));
        let columns = columns.zip(candidates.costs.iter().zip(&candidates.counts));
        for (total, (((from, squares), (low, lower)), (cost, start))) in candidates.totals.iter_mut().zip(columns) {
            let part = (sum - from) + (sum_low - low);
            let error = (square - squares) + (square_low - lower) - part * part / (count - start);
            *total = cost + error.max(0.0) / variance;
        }
        least(&candidates.totals)
    }
}

dispatch! {
    fn by_mean_and_variance, portable by_mean_and_variance_portable(candidates: &mut Candidates, now: [f64; 5],
        smallest: f64) -> f64 {
        let [count, sum, square, sum_low, square_low] = now;
        let columns = candidates.sums.iter().zip(&candidates.squares);
        let columns = columns.zip(candidates.sums_low.iter().zip(&candidates.squares_low));
        let columns = columns.zip(candidates.costs.iter().zip(&candidates.counts));
        for (total, (((from, squares), (low, lower)), (cost, start))) in candidates.totals.iter_mut().zip(columns) {
            let (part, length) = ((sum - from) + (sum_low - low), count - start);
            let error = (square - squares) + (square_low - lower) - part * part / length;
            let variance = error.max(0.0) / length;
            let held = variance.max(smallest);
            *total = cost + length * (held.ln() + variance / held);
        }
        least(&candidates.totals)
    }
}

/// The least of finite numbers.
#[inline(always)]
fn least(values: &[f64]) -> f64 {
    let mut lanes = [f64::INFINITY; 8];
    let (blocks, rest) = values.as_chunks::<8>();
    for block in blocks {
        for (lane, value) in lanes.iter_mut().zip(block) {
            *lane = if *value < *lane { *value } else { *lane };
        }
    }
    lanes.iter().chain(rest).fold(f64::INFINITY, |least, value| least.min(*value))
}

/// The standard deviation of normal noise with the series' median absolute change.
fn noise(values: &[f64], context: &Context) -> Result<f64> {
    let mut changes = context.collect(values.len() - 1, |at| (values[at + 1] - values[at]).abs())?;
    let middle = MAD_TO_SIGMA * median(&mut changes);
    context.check()?;
    let mean = MEAN_TO_SIGMA * changes.iter().sum::<f64>() / changes.len() as f64;
    Ok((if middle > 0.0 { middle } else { mean }) / std::f64::consts::SQRT_2)
}

/// Sums of all beginnings, the empty one first, each with what its rounding took away (Neumaier).
fn prefix(values: &[f64], of: impl Fn(f64) -> f64, context: &Context) -> Result<Vec<(f64, f64)>> {
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    context.collect(values.len() + 1, |end| {
        let Some(value) = end.checked_sub(1).map(|at| of(values[at])) else { return (0.0, 0.0) };
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
        (sum, lost)
    })
}

#[cfg(test)]
#[path = "segments_tests.rs"]
mod tests;
