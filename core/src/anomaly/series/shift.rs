//! Shifts of the level and of the noise: what lies before a step against what follows.
use serde::{Deserialize, Serialize};

use super::gaps::{Gaps, check_length};
use super::robust::{MAD_TO_SIGMA, centre_and_sigma, in_units, largest, median, scale_of};
use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::{Result, bail, ensure};

/// Where a series changes for longer, and from what to what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ShiftReport {
    /// How different the windows on both sides of every step are, in the unit that the detector names; 0 where one of them
    /// would leave the series.
    pub scores: Vector,
    /// A shift's score is above this.
    pub threshold: f64,
    /// The shifts: the first step of what is new, ascending; the first step of the series is 0.
    pub positions: Ints,
    /// What was before each shift: a level, or a standard deviation of the noise.
    pub before: Vector,
    /// What is after it.
    pub after: Vector,
    /// How large it is: the difference of levels, or the ratio of standard deviations, at most 1e6.
    pub sizes: Vector,
}

macro_rules! shift_options {
    ($(#[$meta:meta])* $name:ident, $window:expr, $threshold:expr, $(#[$about:meta])*) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $name {
            /// How many steps are looked at on each side, 4 to 100,000; with a season, a multiple of it. Shifts that follow
            /// each other more closely are not told apart. Default 50.
            pub window: usize,
            $(#[$about])*
            pub threshold: f64,
            /// What happens to missing values. Default: they are refused.
            pub gaps: Gaps,
        }

        impl Default for $name {
            fn default() -> Self {
                Self { window: $window, threshold: $threshold, gaps: Gaps::Refuse }
            }
        }

        impl $name {
            setters! {
                /// Set how many steps are looked at on each side.
                with_window, window: usize;
                /// Set from which score on a shift counts.
                with_threshold, threshold: f64;
                /// Set what happens to missing values.
                with_gaps, gaps: Gaps;
            }

            /// Judge every option.
            ///
            /// # Errors
            /// `invalid_config`.
            pub fn validate(&self) -> Result<()> {
                ensure!(
                    (4..=100_000).contains(&self.window),
                    InvalidConfig,
                    "window must be 4 to 100000, got {}",
                    self.window
                );
                ensure!(
                    self.threshold >= 0.0 && self.threshold.is_finite(),
                    InvalidConfig,
                    "threshold must be at least 0 and finite, got {}",
                    self.threshold
                );
                Ok(())
            }
        }
    };
}

shift_options! {
    /// Shifts of the level: the medians of the windows before and after a step differ.
    ///
    /// The score is the difference of the medians in robust standard deviations of the values around their own median, so that
    /// single outliers neither make nor hide a shift. Of steps closer than `window` whose scores are above the threshold, the
    /// highest is the shift; where it begins is the split of both windows with the least distances from the two medians, none of
    /// which counts more than 3 deviations. A slope of more than `threshold` deviations per window counts as a shift. O(n * window).
    ///
    /// ```
    /// use inlaid::{Context, anomaly::LevelShift};
    /// let series: Vec<f64> = (0..300).map(|t| if t < 120 { 10.0 } else { 13.0 } + (t * 7 % 11) as f64 * 0.1).collect();
    /// let found = LevelShift::default().detect(&series, &Context::new())?;
    /// assert_eq!(found.positions.to_vec(), [120]);
    /// assert!((found.sizes[0] - 3.0).abs() < 0.2 && (found.after[0] - 13.5).abs() < 0.2);
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    LevelShift, 50, 3.0,
    /// From which score on a shift counts, at least 0. Default 3.
}

shift_options! {
    /// Shifts of the noise: the changes from step to step are larger or smaller after a step than before.
    ///
    /// The standard deviation of the noise is estimated from the median absolute change, over the square root of 2, so that
    /// neither level nor slope nor single outliers matter; noise with a memory has less of it. The score is the absolute
    /// logarithm of the ratio of both windows' deviations. Where a shift begins is the split of both windows' changes with
    /// the greatest likelihood of two normal variances. O(n * window).
    ///
    /// ```
    /// use inlaid::{Context, anomaly::VarianceShift};
    /// let series: Vec<f64> = (0..300).map(|t| (t * 7919 % 101) as f64 * if t < 150 { 0.01 } else { 0.08 }).collect();
    /// let found = VarianceShift::default().detect(&series, &Context::new())?;
    /// assert_eq!(found.positions.len(), 1);
    /// assert!((found.positions[0] - 150).abs() < 5 && (found.sizes[0] - 8.0).abs() < 2.5);
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    VarianceShift, 50, 1.1,
    /// From which score on a shift counts, at least 0. Default 1.1, a factor of 3.
}

/// A shift between two windows.
struct Shift {
    position: usize,
    before: f64,
    after: f64,
}

impl LevelShift {
    /// Find the shifts of `series`, at least two windows.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range; `invalid_data` for infinite values, NaN unless `gaps` says otherwise, and
    /// sizes that leave the range of numbers; `not_enough_data` below two windows; `cancelled`.
    pub fn detect(&self, series: &[f64], context: &Context) -> Result<ShiftReport> {
        self.validate()?;
        check_length(series, 2 * self.window)?;
        let filled = self.gaps.fill(series)?;
        let scale = scale_of(&filled.values);
        let values: Vec<f64> = filled.values.iter().map(|value| value / scale).collect();
        let floor = 1e-9 * largest(&values);
        let score = |step: usize| {
            let (left, right) = sides(&values, step, self.window);
            let (before, after) = (median(&mut left.to_vec()), median(&mut right.to_vec()));
            let off = left.iter().map(|value| (value, before)).chain(right.iter().map(|value| (value, after)));
            let mut off: Vec<f64> = off.map(|(value, centre)| (value - centre).abs()).collect();
            let sigma = spread(&mut off).max(floor);
            in_units((after - before).abs(), sigma)
        };
        let scores = scan(values.len(), self.window, score, context)?;
        let peaks = peaks(&scores, self.threshold, self.window);
        let shifts = peaks.iter().map(|step| level_split(&values, *step, self.window)).collect();
        report(scores, self.threshold, shifts, scale, |before, after| after - before)
    }
}

impl VarianceShift {
    /// Find the shifts of `series`, at least two windows and one step.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range; `invalid_data` for infinite values, and NaN unless `gaps` says otherwise;
    /// `not_enough_data` below two windows and a step; `cancelled`.
    pub fn detect(&self, series: &[f64], context: &Context) -> Result<ShiftReport> {
        self.validate()?;
        check_length(series, 2 * self.window + 1)?;
        let filled = self.gaps.fill(series)?;
        let scale = scale_of(&filled.values);
        let values: Vec<f64> = filled.values.iter().map(|value| value / scale).collect();
        let changes: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
        let floor = 1e-9 * largest(&values);
        // Change t leads to step t + 1; the windows of step t are the changes before and from t on.
        let noise = |changes: &[f64]| spread(&mut changes.to_vec()) / std::f64::consts::SQRT_2;
        let score = |step: usize| {
            let (left, right) = sides(&changes, step, self.window);
            let (before, after) = (noise(left).max(floor), noise(right).max(floor));
            if before == after { 0.0 } else { (after / before).ln().abs() }
        };
        let mut scores = scan(changes.len(), self.window, score, context)?;
        let peaks = peaks(&scores, self.threshold, self.window);
        let shifts = peaks
            .iter()
            .map(|step| {
                let (left, right) = sides(&changes, *step, self.window);
                let (before, after) = (noise(left), noise(right));
                Shift { position: variance_split(&changes, *step, self.window, floor), before, after }
            })
            .collect();
        scores.insert(0, 0.0);
        report(
            scores,
            self.threshold,
            shifts,
            scale,
            |before, after| if before == after { 1.0 } else { in_units(after, before) },
        )
    }
}

/// The windows before and from a step on.
fn sides(values: &[f64], step: usize, window: usize) -> (&[f64], &[f64]) {
    values[step - window..step + window].split_at(window)
}

/// The robust standard deviation of absolute deviations; their order is lost.
fn spread(off: &mut [f64]) -> f64 {
    let middle = MAD_TO_SIGMA * median(off);
    if middle > 0.0 {
        return middle;
    }
    super::robust::MEAN_TO_SIGMA * off.iter().sum::<f64>() / off.len() as f64
}

/// The scores of all steps with two whole windows, in parallel.
fn scan(steps: usize, window: usize, score: impl Fn(usize) -> f64 + Sync, context: &Context) -> Result<Vec<f64>> {
    let mut scores = vec![0.0; steps];
    let block = ((1 << 18) / window).max(1);
    let inner = (steps + 1).saturating_sub(2 * window);
    let blocks = context.map(inner.div_ceil(block), |at| {
        let first = window + at * block;
        Ok((first..(first + block).min(window + inner)).map(&score).collect::<Vec<f64>>())
    })?;
    for (place, value) in scores[window..].iter_mut().zip(blocks.into_iter().flatten()) {
        *place = value;
    }
    Ok(scores)
}

/// The highest scores above the threshold, none within a window of a higher one, ascending by step.
fn peaks(scores: &[f64], threshold: f64, window: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).filter(|step| scores[*step] > threshold).collect();
    order.sort_by(|left, right| scores[*right].total_cmp(&scores[*left]).then(left.cmp(right)));
    let mut taken: Vec<usize> = Vec::new();
    for step in order {
        let place = taken.partition_point(|peak| *peak < step);
        let near = |at: Option<&usize>| at.is_some_and(|peak| peak.abs_diff(step) < window);
        if !near(taken.get(place)) && !near(place.checked_sub(1).and_then(|at| taken.get(at))) {
            taken.insert(place, step);
        }
    }
    taken
}

/// Where both windows of a step fall apart into two levels, and these.
fn level_split(values: &[f64], step: usize, window: usize) -> Shift {
    let (left, right) = sides(values, step, window);
    let ((before, low), (after, high)) = (centre_and_sigma(left), centre_and_sigma(right));
    let most = 3.0 * low.max(high).max(f64::MIN_POSITIVE);
    // What it costs to count the steps up to one as before and not as after; outliers have no say.
    let cost = |value: f64, level: f64| (value - level).abs().min(most);
    let mut best = (f64::INFINITY, window);
    let mut sum = 0.0;
    for (place, value) in values[step - window..step + window].iter().enumerate() {
        sum += cost(*value, before) - cost(*value, after);
        if sum < best.0 && (place + 1).abs_diff(window) <= window / 2 {
            best = (sum, place + 1);
        }
    }
    Shift { position: step - window + best.1, before, after }
}

/// The step to which the first change of the new variance leads.
fn variance_split(changes: &[f64], step: usize, window: usize, floor: f64) -> usize {
    let both = &changes[step - window..step + window];
    let squares: Vec<f64> = both.iter().map(|change| change * change).collect();
    let total: f64 = squares.iter().sum();
    let count = squares.len() as f64;
    let least = floor * floor;
    let mut best = (f64::INFINITY, window);
    let mut sum = 0.0;
    for (place, square) in squares.iter().enumerate().take(squares.len() - 1) {
        sum += square;
        let length = (place + 1) as f64;
        let (before, after) = ((sum / length).max(least), ((total - sum) / (count - length)).max(least));
        let cost = length * before.ln() + (count - length) * after.ln();
        if cost < best.0 && (place + 1).abs_diff(window) <= window / 2 {
            best = (cost, place + 1);
        }
    }
    step - window + best.1 + 1
}

fn report(
    scores: Vec<f64>,
    threshold: f64,
    mut shifts: Vec<Shift>,
    scale: f64,
    size: impl Fn(f64, f64) -> f64,
) -> Result<ShiftReport> {
    shifts.sort_by_key(|shift| shift.position);
    let column = |pick: &dyn Fn(&Shift) -> f64| shifts.iter().map(pick).collect::<Vec<f64>>();
    let (before, after) = (column(&|shift| scale * shift.before), column(&|shift| scale * shift.after));
    let sizes: Vec<f64> = before.iter().zip(&after).map(|(before, after)| size(*before, *after)).collect();
    if sizes.iter().chain(&before).chain(&after).any(|value| !value.is_finite()) {
        bail!(
            InvalidData,
            "the size of a shift leaves the range of numbers; divide the series by a large constant first"
        );
    }
    Ok(ShiftReport {
        scores: scores.into(),
        threshold,
        positions: shifts.iter().map(|shift| shift.position as i64).collect::<Vec<_>>().into(),
        before: before.into(),
        after: after.into(),
        sizes: sizes.into(),
    })
}

#[cfg(test)]
#[path = "shift_tests.rs"]
mod tests;
