//! From scores of windows to scores of steps, thresholds, and how long a window should be.
use super::windows::filled;
use crate::Context;
use crate::anomaly::series::SeriesAnomalies;
use crate::anomaly::tabular::{Threshold, contamination_threshold, extreme_value_threshold};
use crate::data::Vector;
use crate::error::{Result, bail, ensure};
use crate::math::fft::autocovariances;

/// The longest period that is looked for.
const LONGEST: usize = 2000;
/// A period shorter than this is none: its window would have no shape.
const SHORTEST: usize = 4;
/// An autocorrelation below this is no period.
const LEAST: f64 = 0.2;
/// Windows of so many points have room for a shape.
const ROOM: usize = 32;
/// The first peak this high, as a share of the highest, is the period, and not a multiple of it.
const FIRST: f64 = 0.9;
/// Points that are looked at.
const POINTS: usize = 1 << 16;

/// The rule of a detector may be any that needs nothing but scores.
pub(super) fn check_rule(threshold: &Threshold, contamination: f64) -> Result<()> {
    // The rules judge their numbers before they look at scores.
    contamination_threshold(&[0.0], contamination)?;
    match threshold {
        Threshold::Conformal(_) => bail!(
            InvalidConfig,
            "threshold ConformalThreshold needs rows that may be exchanged, and windows overlap; use contamination, extreme \
             values or a fixed score"
        ),
        Threshold::Fixed(rule) => {
            let score = rule.score;
            ensure!(score.is_finite(), InvalidConfig, "threshold score must be finite, got {score}");
        }
        Threshold::ExtremeValue(rule) => {
            extreme_value_threshold(&[0.0], rule.probability, rule.level)?;
        }
        Threshold::Contamination(rule) => {
            contamination_threshold(&[0.0], rule.contamination.unwrap_or(contamination))?;
        }
    }
    Ok(())
}

/// The anomalies among steps; NaN is a step that nothing is known of.
pub(super) fn judged(
    scores: &[f64],
    threshold: &Threshold,
    contamination: f64,
    context: &Context,
) -> Result<SeriesAnomalies> {
    context.check()?;
    let known: Vec<f64> = scores.iter().copied().filter(|score| !score.is_nan()).collect();
    context.check()?;
    let threshold = match threshold {
        Threshold::Fixed(rule) => rule.score,
        _ if known.is_empty() => 0.0,
        Threshold::ExtremeValue(rule) => extreme_value_threshold(&known, rule.probability, rule.level)?,
        Threshold::Contamination(rule) => contamination_threshold(&known, rule.contamination.unwrap_or(contamination))?,
        Threshold::Conformal(_) => contamination_threshold(&known, contamination)?,
    };
    context.check()?;
    let above = scores.iter().enumerate().filter(|(_, score)| **score > threshold);
    let positions: Vec<i64> = above.map(|(step, _)| step as i64).collect();
    let scores = context.collect(scores.len(), |step| if scores[step].is_nan() { 0.0 } else { scores[step] })?;
    let none = || Vector::from(Vec::new());
    Ok(SeriesAnomalies {
        scores: scores.into(),
        threshold,
        positions: positions.into(),
        expected: none(),
        lower: none(),
        upper: none(),
    })
}

/// The score of every step: the mean over the windows that cover it and have one (are not NaN).
pub(super) fn spread(scores: &[f64], window: usize, context: &Context) -> Result<Vec<f64>> {
    let (mut sum, mut count) = (0.0, 0_usize);
    let sums = context.collect(scores.len() + 1, |end| {
        let score = end.checked_sub(1).map_or(f64::NAN, |at| scores[at]);
        if !score.is_nan() {
            sum += score;
            count += 1;
        }
        (sum, count)
    })?;
    context.collect(scores.len() + window - 1, |step| {
        let (low, high) = ((step + 1).saturating_sub(window), (step + 1).min(scores.len()));
        let count = sums[high].1 - sums[low].1;
        if count == 0 { f64::NAN } else { ((sums[high].0 - sums[low].0) / count as f64).max(0.0) }
    })
}

/// The window that a detector uses: what was asked for, or with 0 the dominant period of the series.
///
/// The period is the lag of the highest peak of the autocorrelation of the series less its straight line, from 4 to a
/// quarter of the series and at most 2000; of peaks nearly as high the first. A short period is taken several times, up to
/// 32 points. Without a peak it is a fortieth of the series, 16 to 125.
pub(super) fn window_of(asked: usize, series: &[f64], context: &Context) -> Result<usize> {
    ensure!(asked == 0 || asked >= 3, InvalidConfig, "window must be 0 (automatic) or at least 3, got {asked}");
    if asked > 0 || series.len() < 3 {
        return Ok(asked.max(3));
    }
    let without = (series.len() / 40).clamp(16, 125).min(series.len() / 2).max(3);
    let part = &series[series.len().saturating_sub(POINTS)..];
    let longest = (part.len() / 4).min(LONGEST);
    if longest <= SHORTEST {
        return Ok(without);
    }
    let (mut values, _) = filled(part, part.len(), super::windows::scale_of(&[part]));
    values.truncate(part.len());
    straighten(&mut values);
    let [sums, _] = autocovariances(&values, &[], longest + 1, context)?;
    if sums[0] <= 0.0 {
        return Ok(without);
    }
    let peak = |lag: &usize| sums[*lag] > sums[lag - 1] && sums[*lag] >= sums[lag + 1] && sums[*lag] > LEAST * sums[0];
    let peaks: Vec<usize> = (SHORTEST..=longest).filter(peak).collect();
    let highest = peaks.iter().map(|lag| sums[*lag]).fold(0.0, f64::max);
    let period = peaks.into_iter().find(|lag| sums[*lag] >= FIRST * highest);
    Ok(period.map_or(without, |period| (period * ROOM.div_ceil(period)).min(series.len() / 2)))
}

/// Take the straight line of least squares from `values`.
fn straighten(values: &mut [f64]) {
    let count = values.len() as f64;
    let centre = (count - 1.0) / 2.0;
    let mean = values.iter().sum::<f64>() / count;
    let products = values.iter().enumerate().map(|(t, value)| (t as f64 - centre) * (value - mean)).sum::<f64>();
    let slope = products / (count * (count * count - 1.0) / 12.0);
    values.iter_mut().enumerate().for_each(|(t, value)| *value -= mean + slope * (t as f64 - centre));
}

/// The options that all detectors by windows have, and their setters.
macro_rules! window_detector {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$about:meta])* $field:ident : $type:ty = $value:expr, $(#[$told:meta])* $setter:ident;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $name {
            /// The length of the windows in points, at least 3; 0 takes the dominant period of the series. Default 0.
            pub window: usize,
            $($(#[$about])* pub $field: $type,)*
            /// The share of anomalous steps that the contamination rule cuts off, above 0 and at most 0.5. Default 0.01.
            pub contamination: f64,
            /// From which score on a step is an anomaly: contamination, extreme value or fixed. Default contamination.
            pub threshold: $crate::anomaly::tabular::Threshold,
        }

        impl Default for $name {
            fn default() -> Self {
                Self { window: 0, $($field: $value,)* contamination: 0.01, threshold: Default::default() }
            }
        }

        impl $name {
            /// Set the length of the windows; 0 takes the dominant period.
            #[must_use]
            pub fn with_window(mut self, window: usize) -> Self {
                self.window = window;
                self
            }

            $($(#[$told])* #[must_use]
            pub fn $setter(mut self, $field: impl Into<$type>) -> Self {
                self.$field = $field.into();
                self
            })*

            /// Set the share of anomalous steps.
            #[must_use]
            pub fn with_contamination(mut self, contamination: f64) -> Self {
                self.contamination = contamination;
                self
            }

            /// Set from which score on a step is an anomaly.
            #[must_use]
            pub fn with_threshold(mut self, threshold: impl Into<$crate::anomaly::tabular::Threshold>) -> Self {
                self.threshold = threshold.into();
                self
            }
        }
    };
}
pub(super) use window_detector;
