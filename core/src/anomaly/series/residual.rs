//! What a forecast did not expect: every step beside the interval that was forecast for it.
use serde::{Deserialize, Serialize};

use super::gaps::{Gaps, check_length, season_of};
use super::result::SeriesAnomalies;
use super::robust::{in_units, largest};
use crate::Context;
use crate::anomaly::ChangeDirection;
use crate::error::{Result, bail, ensure};
use crate::forecast::{AnyMethod, AnyState, AutoEts, Method, SeriesState};
use crate::math::normal;

/// Values that a forecast from the past alone did not expect, with any method of `forecast`.
///
/// Every step is forecast one step ahead by a model fitted to the `window` steps before, at most `refit` steps ago, that has
/// learnt all values since. The score is the distance from the forecast in standard deviations of the model, that is in the
/// half-widths of its interval; outside of the interval of `level` a step is an anomaly, so that the threshold is the
/// normal quantile of that interval. The band is the interval itself. Causal: a score depends on values up to its step only.
///
/// An anomaly is learnt as the end of the band that it left, which a season may echo once; after `patience` in a row the values themselves are learnt
/// and the model is fitted anew, for then they are what is normal now. The first `warm_up` steps have score 0, and their
/// expectation and band are NaN. A missing value, if allowed, is learnt as what was expected. One fit per `refit` steps and
/// one step of the method each.
///
/// ```
/// use inlaid::{Context, anomaly::ResidualDetector, forecast::SeasonalNaive};
/// let mut series: Vec<f64> = (0..120).map(|t| [5.0, 9.0, 7.0][t % 3] + (t * 5 % 7) as f64 * 0.1).collect();
/// series[100] = 5.0;
/// let options = ResidualDetector::default().with_method(SeasonalNaive::default().with_season(3).into()).with_warm_up(30);
/// let found = options.detect(&series, &Context::new())?;
/// assert_eq!(found.positions[0], 100);
/// assert!(found.lower[100] > 5.0 && found.expected[100] > 8.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ResidualDetector {
    /// The method, with its options. Default `AutoEts`.
    pub method: AnyMethod,
    /// Observations per season where the method names none, at least 1; 1 is no season. Default: detected at every fit.
    pub season: Option<usize>,
    /// The probability that the interval of a normal step holds, 0.01 to 1 - 1e-12. Default 0.9999.
    pub level: f64,
    /// How many steps are learnt before any is judged, at least what the method needs. Default: 100, at most half of the series.
    pub warm_up: Option<usize>,
    /// After how many steps the model is fitted anew, at least 1. Default 200.
    pub refit: usize,
    /// How many of the last steps a fit sees, at least what the method needs. Default 1000.
    pub window: usize,
    /// After how many anomalies in a row these are taken for what is normal now, at least 1. Default 20.
    pub patience: usize,
    /// Which deviations count. Default both.
    pub direction: ChangeDirection,
    /// What happens to missing values. Default: they are refused.
    pub gaps: Gaps,
}

impl Default for ResidualDetector {
    fn default() -> Self {
        Self {
            method: AutoEts::default().into(),
            season: None,
            level: 0.9999,
            warm_up: None,
            refit: 200,
            window: 1000,
            patience: 20,
            direction: ChangeDirection::Both,
            gaps: Gaps::Refuse,
        }
    }
}

/// What is known when a step comes.
struct Walk<'a> {
    options: &'a ResidualDetector,
    context: &'a Context,
    state: AnyState,
    /// Every value so far, anomalies as what was learnt of them.
    learnt: Vec<f64>,
    fitted_at: usize,
    in_a_row: usize,
}

/// One step forecast.
struct Step {
    mean: f64,
    lower: f64,
    upper: f64,
}

impl ResidualDetector {
    setters! {
        /// Set the method.
        with_method, method: AnyMethod;
        /// Set the observations per season where the method names none.
        with_season, season: usize, Some;
        /// Set the probability that the interval of a normal step holds.
        with_level, level: f64;
        /// Set how many steps are learnt before any is judged.
        with_warm_up, warm_up: usize, Some;
        /// Set after how many steps the model is fitted anew.
        with_refit, refit: usize;
        /// Set how many of the last steps a fit sees.
        with_window, window: usize;
        /// Set after how many anomalies in a row these are normal.
        with_patience, patience: usize;
        /// Set which deviations count.
        with_direction, direction: ChangeDirection;
        /// Set what happens to missing values.
        with_gaps, gaps: Gaps;
    }

    /// Judge every option.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        self.method.validate()?;
        ensure!(self.season != Some(0), InvalidConfig, "season must be at least 1 (1 is no season), got 0");
        ensure!(
            (0.01..=1.0 - 1e-12).contains(&self.level),
            InvalidConfig,
            "level must be 0.01 to 1 - 1e-12, got {}",
            self.level
        );
        let shortest = self.method.shortest().max(2);
        let lengths = [("warm_up", self.warm_up.unwrap_or(shortest)), ("window", self.window)];
        for (name, length) in lengths {
            ensure!(
                length >= shortest,
                InvalidConfig,
                "{name} must be at least {}, which {} needs, got {length}",
                shortest,
                self.method.name()
            );
        }
        ensure!(self.refit >= 1, InvalidConfig, "refit must be at least 1, got 0");
        ensure!(self.patience >= 1, InvalidConfig, "patience must be at least 1, got 0");
        Ok(())
    }

    /// Find the anomalies of `series`, at least one step more than `warm_up`.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range; `invalid_data` for infinite values, NaN unless `gaps` says otherwise, and
    /// where a forecast leaves the range of numbers; `not_enough_data`; what the method's fit returns; `cancelled`.
    pub fn detect(&self, series: &[f64], context: &Context) -> Result<SeriesAnomalies> {
        self.validate()?;
        let fewest = self.method.shortest().max(2);
        let warm_up = self.warm_up.unwrap_or((series.len() / 2).min(100).max(fewest));
        check_length(series, warm_up + 1)?;
        self.gaps.fill(series)?;
        let first = self.gaps.fill(&series[..warm_up]).map_err(|error| error.at("the steps before any is judged"))?;
        let learnt = first.values.into_owned();
        let mut largest_yet = largest(&learnt);
        let state = self.fitted(&learnt, context)?;
        let mut walk = Walk { options: self, context, state, fitted_at: warm_up, learnt, in_a_row: 0 };
        let threshold = normal::quantile(0.5 + 0.5 * self.level);
        let mut scores = vec![0.0; series.len()];
        let mut bands = [(); 3].map(|()| vec![f64::NAN; series.len()]);
        for (at, value) in series.iter().enumerate().skip(warm_up) {
            context.check()?;
            context.report(at, series.len());
            let step = walk.forecast().map_err(|error| error.at(format_args!("step {at}")))?;
            for (band, value) in bands.iter_mut().zip([step.mean, step.lower, step.upper]) {
                band[at] = value;
            }
            if !value.is_nan() {
                largest_yet = largest_yet.max(value.abs());
            }
            let score = step.score(*value, threshold, largest_yet);
            let counts = match self.direction {
                ChangeDirection::Both => true,
                ChangeDirection::Up => *value > step.mean,
                ChangeDirection::Down => *value < step.mean,
            };
            scores[at] = if counts { score } else { 0.0 };
            walk.learn(at, &step, score > threshold, series).map_err(|error| error.at(format_args!("step {at}")))?;
        }
        let [expected, lower, upper] = bands;
        Ok(SeriesAnomalies::judged(scores, threshold).with_band(expected, lower, upper))
    }

    /// The method fitted to the end of what was learnt.
    fn fitted(&self, learnt: &[f64], context: &Context) -> Result<AnyState> {
        let recent = &learnt[learnt.len().saturating_sub(self.window)..];
        let season = match self.season {
            Some(season) => season,
            None if self.method.season().is_none() => season_of(recent, context)?,
            None => 1,
        };
        self.method.clone().with_default_season(season).fit_checked(recent, context)
    }
}

impl Step {
    /// How far a value is from the mean, in standard deviations; 0 where it is missing.
    fn score(&self, value: f64, threshold: f64, largest_yet: f64) -> f64 {
        if value.is_nan() {
            return 0.0;
        }
        let half = if value > self.mean { self.upper - self.mean } else { self.mean - self.lower };
        // A spread below rounding is none; halves, because the difference of two finite numbers may not be finite.
        let sigma = (half / threshold).max(1e-12 * largest_yet);
        in_units((0.5 * value - 0.5 * self.mean).abs(), 0.5 * sigma)
    }
}

impl Walk<'_> {
    fn forecast(&self) -> Result<Step> {
        let forecast = self.state.predict(1, &[self.options.level], self.context)?;
        let band = forecast.bands.first().and_then(|(lower, upper)| lower.first().zip(upper.first()));
        let (Some(mean), Some((lower, upper))) = (forecast.mean.first(), band) else {
            bail!(Internal, "a forecast of one step came back empty; please report this with the input");
        };
        for bound in [mean, lower, upper] {
            ensure!(
                bound.is_finite(),
                InvalidData,
                "the forecast leaves the range of numbers; divide the series first"
            );
        }
        Ok(Step { mean: *mean, lower: *lower, upper: *upper })
    }

    /// Learn the value at step `at`, or what stands for it.
    fn learn(&mut self, at: usize, step: &Step, anomaly: bool, series: &[f64]) -> Result<()> {
        let value = match series[at] {
            value if value.is_nan() => step.mean,
            value if anomaly => value.clamp(step.lower.min(step.upper), step.upper.max(step.lower)),
            value => value,
        };
        self.learnt.push(value);
        self.in_a_row = if anomaly { self.in_a_row + 1 } else { 0 };
        let lasting = self.in_a_row >= self.options.patience;
        if lasting {
            let first = at + 1 - self.in_a_row;
            self.learnt[first..=at].copy_from_slice(&series[first..=at]);
            self.in_a_row = 0;
        }
        if lasting || at + 1 - self.fitted_at >= self.options.refit || self.state.update(&[value]).is_err() {
            self.state = self.options.fitted(&self.learnt, self.context)?;
            self.fitted_at = at + 1;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "residual_tests.rs"]
mod tests;
