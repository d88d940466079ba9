//! What is looked at first: steps without a value, the length, the season.
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::Context;
use crate::error::{Result, bail, ensure};
use crate::forecast::{SeasonalPeriod, seasonal_period_batch};

/// What happens to steps whose value is missing (NaN). Infinite values are always refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Gaps {
    /// They are an error that names the first.
    #[default]
    Refuse,
    /// A line between the values on both sides stands in, at the ends the nearest value; such a step has score 0 and is never
    /// an anomaly.
    Interpolate,
}

/// A series without gaps.
pub(super) struct Filled<'a> {
    pub(super) values: std::borrow::Cow<'a, [f64]>,
    /// Whether each step was missing; empty where none was.
    missing: Vec<bool>,
}

impl Filled<'_> {
    /// Whether there was no value at this step.
    pub(super) fn is_missing(&self, step: usize) -> bool {
        self.missing.get(step).copied().unwrap_or(false)
    }

    /// Scores with 0 where a value was missing.
    pub(super) fn silence(&self, scores: &mut [f64]) {
        for (score, missing) in scores.iter_mut().zip(&self.missing) {
            if *missing {
                *score = 0.0;
            }
        }
    }
}

impl Gaps {
    /// The series with its gaps filled, or why it is refused.
    pub(super) fn fill(self, series: &[f64]) -> Result<Filled<'_>> {
        if series.iter().all(|value| value.is_finite()) {
            return Ok(Filled { values: series.into(), missing: Vec::new() });
        }
        if let Some(step) = series.iter().position(|value| value.is_infinite()) {
            bail!(InvalidData, "value {} at step {step} (0-based); only finite values can be judged", series[step]);
        }
        if self == Gaps::Refuse
            && let Some(step) = series.iter().position(|value| value.is_nan())
        {
            bail!(InvalidData, "no value (NaN) at step {step} (0-based); set gaps to interpolate, or fill them first");
        }
        let mut values = series.to_vec();
        let mut last: Option<usize> = None;
        for step in 0..values.len() {
            if series[step].is_nan() {
                continue;
            }
            let from = last.map_or(0, |last| last + 1);
            let width = last.map_or(1.0, |last| (step - last) as f64);
            let (start, end) = (last.map_or(series[step], |last| series[last]), series[step]);
            for (gap, value) in values[from..step].iter_mut().enumerate() {
                let share = (gap + 1) as f64 / width;
                *value = if last.is_some() { start * (1.0 - share) + end * share } else { end };
            }
            last = Some(step);
        }
        let Some(last) = last else {
            bail!(InvalidData, "all {} values are missing (NaN)", series.len());
        };
        values[last + 1..].fill(series[last]);
        let missing = series.iter().map(|value| value.is_nan()).collect();
        Ok(Filled { values: values.into(), missing })
    }
}

/// The dominant season of finite values, 1 where none is clear.
pub(super) fn season_of(series: &[f64], context: &Context) -> Result<usize> {
    let Ok(row) = ArrayView2::from_shape((1, series.len()), series) else { return Ok(1) };
    let found = seasonal_period_batch(row, &SeasonalPeriod::default(), context)?;
    Ok(found.first().map_or(1, |season| season.period))
}

/// A series has to have a few steps.
pub(super) fn check_length(series: &[f64], fewest: usize) -> Result<()> {
    ensure!(series.len() >= fewest, NotEnoughData, "need at least {fewest} steps, got {}", series.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn lines_fill_gaps_and_the_nearest_value_the_ends() {
        let nan = f64::NAN;
        let series = [nan, 2.0, nan, nan, 8.0, nan];
        let filled = Gaps::Interpolate.fill(&series).unwrap();
        for (value, wanted) in filled.values.iter().zip([2.0, 2.0, 4.0, 6.0, 8.0, 8.0]) {
            assert!((value - wanted).abs() < 1e-12, "{value} {wanted}");
        }
        let missing: Vec<bool> = (0..6).map(|step| filled.is_missing(step)).collect();
        assert_eq!(missing, [true, false, true, true, false, true]);
        let mut scores = [1.0; 6];
        filled.silence(&mut scores);
        assert_eq!(scores, [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
        let series = [f64::MAX, nan, -f64::MAX];
        let far = Gaps::Interpolate.fill(&series).unwrap();
        assert_eq!(far.values[1], 0.0);
    }

    #[test]
    fn what_cannot_be_filled_is_refused() {
        let code = |gaps: Gaps, series: &[f64]| gaps.fill(series).err().map(|error| error.code());
        assert_eq!(code(Gaps::Refuse, &[1.0, f64::NAN]), Some(Code::InvalidData));
        assert_eq!(code(Gaps::Interpolate, &[f64::NAN; 3]), Some(Code::InvalidData));
        assert_eq!(code(Gaps::Interpolate, &[1.0, f64::INFINITY, f64::NAN]), Some(Code::InvalidData));
        assert_eq!(code(Gaps::Refuse, &[]), None);
    }
}
