//! The generalised extreme Studentised deviate test.
//!
//! The value farthest from the centre is taken out, in units of the spread, again and again; the critical value of the i-th
//! is `(m - 1) t / sqrt((m - 2 + t^2) m)`, `m` the values that were left and `t` the quantile of Student's distribution with
//! `m - 2` degrees of freedom at `1 - significance / (2 m)`. All up to the last that exceeds its critical value are outliers.
//! What is left is always a stretch of the sorted values, so that a step costs O(log n); O(n log n) in all.
//! Source: Rosner, *Percentage points for a generalized ESD many-outlier procedure*, Technometrics 25 (1983).
use serde::{Deserialize, Serialize};

use super::gaps::check_length;
use super::robust::{MAD_TO_SIGMA, MEAN_TO_SIGMA, in_units, largest, scale_of};
use super::student;
use crate::Context;
use crate::anomaly::ChangeDirection;
use crate::data::{Ints, Vector};
use crate::error::{Result, bail, ensure};

/// What the test says of every candidate, the strangest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct EsdReport {
    /// Where the candidates are, in the order in which they were taken out; the first value is 0.
    pub positions: Ints,
    /// How far each lies from the mean of the values that were left, in their standard deviations.
    pub statistics: Vector,
    /// What the statistic of an outlier exceeds.
    pub critical_values: Vector,
    /// How many of the candidates are outliers: the first so many.
    pub outliers: usize,
}

/// Generalised extreme Studentised deviate test for up to `max_anomalies` outliers among values that are otherwise normal.
///
/// `significance`, in (0, 1), is the probability to find any where there are none. Good from about 15 values on.
/// Rosner (1983); O(n log n).
///
/// ```
/// use inlaid::anomaly::generalized_esd;
/// let mut values: Vec<f64> = (0..50).map(|i| ((i * 37 % 50) as f64 / 49.0 - 0.5) * 4.0).collect();
/// values[7] = 9.0;
/// values[31] = -8.5;
/// let report = generalized_esd(&values, 5, 0.05)?;
/// assert_eq!(report.outliers, 2);
/// assert_eq!(report.positions.to_vec()[..2], [7, 31]);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_config` for `max_anomalies` of 0 or a significance outside (0, 1); `invalid_data` for NaN or infinite values;
/// `not_enough_data` below 3 values.
pub fn generalized_esd(values: &[f64], max_anomalies: usize, significance: f64) -> Result<EsdReport> {
    ensure!(max_anomalies >= 1, InvalidConfig, "max_anomalies must be at least 1, got 0");
    check_significance(significance)?;
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        bail!(InvalidData, "value {} at position {at} (0-based); values must be finite", values[at]);
    }
    check_length(values, 3)?;
    let floor = 8.0 * f64::EPSILON * largest(values);
    let test = Test { most: max_anomalies, significance, direction: ChangeDirection::Both, robust: false, floor };
    let outcome = test.run(values, &Context::new())?;
    let column = |pick: fn(&Candidate) -> f64| outcome.candidates.iter().map(pick).collect::<Vec<_>>().into();
    Ok(EsdReport {
        positions: outcome.candidates.iter().map(|one| one.position as i64).collect::<Vec<_>>().into(),
        statistics: column(|one| one.statistic),
        critical_values: column(|one| one.critical),
        outliers: outcome.outliers,
    })
}

/// Judge a significance.
pub(super) fn check_significance(significance: f64) -> Result<()> {
    ensure!(
        significance > 0.0 && significance < 1.0,
        InvalidConfig,
        "significance must lie between 0 and 1, got {significance}"
    );
    Ok(())
}

/// What is tested.
pub(super) struct Test {
    pub(super) most: usize,
    pub(super) significance: f64,
    pub(super) direction: ChangeDirection,
    /// Median and median absolute deviation instead of mean and standard deviation.
    pub(super) robust: bool,
    /// The least spread, in the unit of the values: below is rounding.
    pub(super) floor: f64,
}

/// A value that was taken out.
pub(super) struct Candidate {
    pub(super) position: usize,
    pub(super) statistic: f64,
    pub(super) critical: f64,
}

/// What the test found.
pub(super) struct Outcome {
    pub(super) candidates: Vec<Candidate>,
    pub(super) outliers: usize,
    /// Centre, spread and critical value once the outliers are out, in the unit of the values.
    pub(super) usual: Usual,
    /// The same once all candidates are out.
    pub(super) last: Usual,
}

/// What values usually are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usual {
    pub(super) centre: f64,
    pub(super) sigma: f64,
    pub(super) critical: f64,
}

impl Test {
    /// Test at least one finite value.
    pub(super) fn run(&self, values: &[f64], context: &Context) -> Result<Outcome> {
        let scale = scale_of(values);
        let sorted = Sorted::new(values, scale, context)?;
        let floor = self.floor / scale;
        let (mut low, mut high) = (0, values.len());
        let mut candidates = Vec::new();
        let mut usuals = Vec::new();
        loop {
            if candidates.len() % 256 == 0 {
                context.check()?;
            }
            let left = high - low;
            let (centre, sigma) = if self.robust { sorted.robust(low, high) } else { sorted.classical(low, high) };
            let sigma = sigma.max(floor);
            let critical = if left >= 3 { self.critical(left) } else { f64::INFINITY };
            usuals.push(Usual { centre: (centre + sorted.middle) * scale, sigma: sigma * scale, critical });
            if candidates.len() == self.most || left < 3 || sigma == 0.0 {
                break;
            }
            let (below, above) = (centre - sorted.values[low], sorted.values[high - 1] - centre);
            let up = match self.direction {
                ChangeDirection::Both => above >= below,
                ChangeDirection::Up => true,
                ChangeDirection::Down => false,
            };
            let (place, off) = if up { (high - 1, above) } else { (low, below) };
            if up {
                high -= 1;
            } else {
                low += 1;
            }
            let statistic = in_units(off, sigma);
            candidates.push(Candidate { position: sorted.order[place], statistic, critical });
        }
        let outliers = candidates.iter().rposition(|one| one.statistic > one.critical).map_or(0, |last| last + 1);
        let fallback = Usual { centre: sorted.middle * scale, sigma: 0.0, critical: f64::INFINITY };
        let at = |place: usize| usuals.get(place).copied().unwrap_or(fallback);
        Ok(Outcome { outliers, usual: at(outliers), last: at(candidates.len()), candidates })
    }

    /// What the statistic of an outlier among `left` >= 3 values exceeds.
    fn critical(&self, left: usize) -> f64 {
        let count = left as f64;
        let sides = if self.direction == ChangeDirection::Both { 2.0 } else { 1.0 };
        let t = student::upper_quantile(self.significance / (sides * count), count - 2.0);
        // t may be so large that its square is not finite; the limit is (m - 1) / sqrt(m).
        (count - 1.0) / ((count - 2.0) / t / t + 1.0).sqrt() / count.sqrt()
    }
}

/// Values in ascending order less their median, and sums of them from the middle outwards, which taking out the ends
/// does not disturb.
struct Sorted {
    values: Vec<f64>,
    order: Vec<usize>,
    middle: f64,
    half: usize,
    /// Sums and sums of squares from the middle to each place, that included above and below.
    sums: Vec<(f64, f64)>,
}

impl Sorted {
    fn new(values: &[f64], scale: f64, context: &Context) -> Result<Self> {
        let pairs = ascending(values, context)?;
        let order = context.collect(pairs.len(), |place| pairs[place].1)?;
        let half = pairs.len() / 2;
        let middle = pairs[half].0 / scale;
        let sorted = context.collect(pairs.len(), |place| pairs[place].0 / scale - middle)?;
        drop(pairs);
        let mut sums = vec![(0.0, 0.0); sorted.len()];
        let mut sum = (0.0, 0.0);
        for place in half..sorted.len() {
            sum = (sum.0 + sorted[place], sum.1 + sorted[place] * sorted[place]);
            sums[place] = sum;
        }
        context.check()?;
        sum = (0.0, 0.0);
        for place in (0..half).rev() {
            sum = (sum.0 + sorted[place], sum.1 + sorted[place] * sorted[place]);
            sums[place] = sum;
        }
        Ok(Self { values: sorted, order, middle, half, sums })
    }

    /// Sum and sum of squares of a stretch.
    fn sums(&self, low: usize, high: usize) -> (f64, f64) {
        // Up to a place above the middle, or down to one below it.
        let above = |place: usize| if place > self.half { self.sums[place - 1] } else { (0.0, 0.0) };
        let below = |place: usize| if place < self.half { self.sums[place] } else { (0.0, 0.0) };
        let (upper, lower) = (above(high), below(low));
        // A stretch on one side of the middle is a difference.
        let (over, under) = (above(low), below(high));
        (upper.0 + lower.0 - over.0 - under.0, upper.1 + lower.1 - over.1 - under.1)
    }

    fn classical(&self, low: usize, high: usize) -> (f64, f64) {
        let count = (high - low) as f64;
        let (sum, squares) = self.sums(low, high);
        let mean = sum / count;
        (mean, ((squares - sum * mean).max(0.0) / (count - 1.0).max(1.0)).sqrt())
    }

    fn robust(&self, low: usize, high: usize) -> (f64, f64) {
        let values = &self.values[low..high];
        let half = values.len() / 2;
        let even = values.len().is_multiple_of(2);
        let centre = if even { 0.5 * (values[half - 1] + values[half]) } else { values[half] };
        let deviation = |rank: usize| {
            // Ascending deviations below the centre and above it.
            let (below, above) = (|at: usize| centre - values[half - 1 - at], |at: usize| values[half + at] - centre);
            ranked(rank, (half, below), (values.len() - half, above))
        };
        let middle = if even { 0.5 * (deviation(half - 1) + deviation(half)) } else { deviation(half) };
        if middle > 0.0 {
            return (centre, MAD_TO_SIGMA * middle);
        }
        let (lower, upper) = (self.sums(low, low + half).0, self.sums(low + half, high).0);
        let (fewer, more) = (half as f64, (values.len() - half) as f64);
        let total = (fewer * centre - lower) + (upper - more * centre);
        (centre, MEAN_TO_SIGMA * total.max(0.0) / values.len() as f64)
    }
}

/// Values with their positions in ascending order, equal ones by position. Sorted in blocks that are merged, with a look at
/// the context in between.
pub(in crate::anomaly) fn ascending(values: &[f64], context: &Context) -> Result<Vec<(f64, usize)>> {
    const BLOCK: usize = 1 << 16;
    let before = |left: &(f64, usize), right: &(f64, usize)| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1));
    let mut pairs = context.collect(values.len(), |at| (values[at], at))?;
    for block in pairs.chunks_mut(BLOCK) {
        context.check()?;
        block.sort_unstable_by(before);
    }
    let mut width = BLOCK;
    while width < pairs.len() {
        let mut merged = Vec::with_capacity(pairs.len());
        for both in pairs.chunks(2 * width) {
            let (mut left, mut right) = both.split_at(width.min(both.len()));
            while let (Some(first), Some(second)) = (left.first(), right.first()) {
                if merged.len() % BLOCK == 0 {
                    context.check()?;
                }
                let side = if before(first, second).is_le() { &mut left } else { &mut right };
                merged.push(side[0]);
                *side = &side[1..];
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        pairs = merged;
        width *= 2;
    }
    Ok(pairs)
}

/// The number of this rank among two ascending lists, each a length and a function.
fn ranked(rank: usize, first: (usize, impl Fn(usize) -> f64), second: (usize, impl Fn(usize) -> f64)) -> f64 {
    // How many of the first list are among the `rank + 1` smallest.
    let (mut least, mut most) = ((rank + 1).saturating_sub(second.0), (rank + 1).min(first.0));
    while least < most {
        let taken = (least + most) / 2;
        if first.1(taken) < second.1(rank - taken) {
            least = taken + 1;
        } else {
            most = taken;
        }
    }
    let one = if least > 0 { first.1(least - 1) } else { f64::NEG_INFINITY };
    let other = if rank + 1 > least { second.1(rank - least) } else { f64::NEG_INFINITY };
    one.max(other)
}

#[cfg(test)]
#[path = "esd_tests.rs"]
mod tests;
