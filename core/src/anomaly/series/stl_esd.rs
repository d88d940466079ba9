//! Seasonal hybrid ESD: what is unlike the season and the level, by a test that outliers cannot blind.
use serde::{Deserialize, Serialize};

use super::esd::{Outcome, Test, check_significance};
use super::gaps::{Filled, Gaps, check_length, season_of};
use super::result::SeriesAnomalies;
use super::robust::{in_units, largest, median, scale_of};
use crate::Context;
use crate::anomaly::ChangeDirection;
use crate::error::{Result, bail, ensure};
use crate::forecast::Stl;

/// What is taken away beside the season.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EsdCentre {
    /// The median of the series, as in the source: a level that lasts some days is an anomaly too.
    #[default]
    Median,
    /// The trend of the decomposition: only what is unlike its surroundings is an anomaly. Without a season, the median.
    Trend,
}

/// Seasonal hybrid ESD (S-H-ESD): a robust STL takes a periodic season out, the generalised ESD test, with median and median
/// absolute deviation, finds outliers in the rest.
///
/// The score is the test's statistic over its critical value, so that scores above 1 are anomalies at the `significance`
/// of the test; a step that hides behind later ones takes their score. The band is as wide as the critical value once
/// the anomalies are out. Not causal: it looks at the whole series. Best for a steady level, a steady season and outliers
/// that last some steps at most; noise with a memory has more of them than the significance says.
/// O(observations * season), and O(n log n) for the test. Source: Hochenbaum, Vallis, Kejariwal, *Automatic anomaly
/// detection in the cloud via statistical learning* (2017); Rosner (1983).
///
/// ```
/// use inlaid::{Context, anomaly::StlEsd};
/// let mut series: Vec<f64> = (0..240).map(|t| [0.0, 4.0, 6.0, 1.0][t % 4] + (t * 7 % 5) as f64 * 0.1).collect();
/// series[101] -= 2.5; // still within the range of the values, not of its place in the season
/// let found = StlEsd::default().with_season(4).detect(&series, &Context::new())?;
/// assert_eq!(found.positions.to_vec(), [101]);
/// assert!((found.expected[101] - 4.2).abs() < 0.3 && series[101] < found.lower[101]);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StlEsd {
    /// Observations per season, at least 1; 1 is no season. Default: detected, and none where none is clear.
    pub season: Option<usize>,
    /// The largest share of the steps that may be anomalies, above 0 and at most 0.49. Default 0.1.
    pub max_anomalies: f64,
    /// The probability to find any anomaly in normal independent noise, in (0, 1). Default 0.05.
    pub significance: f64,
    /// Which deviations count. Default both.
    pub direction: ChangeDirection,
    /// Whether the test takes median and median absolute deviation, and not mean and standard deviation. Default true.
    pub robust: bool,
    /// What is taken away beside the season. Default median.
    pub centre: EsdCentre,
    /// What happens to missing values. Default: they are refused.
    pub gaps: Gaps,
}

impl Default for StlEsd {
    fn default() -> Self {
        Self {
            season: None,
            max_anomalies: 0.1,
            significance: 0.05,
            direction: ChangeDirection::Both,
            robust: true,
            centre: EsdCentre::Median,
            gaps: Gaps::Refuse,
        }
    }
}

impl StlEsd {
    setters! {
        /// Set the observations per season.
        with_season, season: usize, Some;
        /// Set the largest share of the steps that may be anomalies.
        with_max_anomalies, max_anomalies: f64;
        /// Set the probability to find any anomaly in noise.
        with_significance, significance: f64;
        /// Set which deviations count.
        with_direction, direction: ChangeDirection;
        /// Set whether the test takes medians.
        with_robust, robust: bool;
        /// Set what is taken away beside the season.
        with_centre, centre: EsdCentre;
        /// Set what happens to missing values.
        with_gaps, gaps: Gaps;
    }

    /// Judge every option.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        ensure!(self.season != Some(0), InvalidConfig, "season must be at least 1 (1 is no season), got 0");
        ensure!(
            self.max_anomalies > 0.0 && self.max_anomalies <= 0.49,
            InvalidConfig,
            "max_anomalies must lie above 0 and be at most 0.49, got {}",
            self.max_anomalies
        );
        check_significance(self.significance)
    }

    /// Find the anomalies of `series`, at least 3 steps.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range; `invalid_data` for infinite values, NaN unless `gaps` says otherwise, and
    /// where the parts leave the range of numbers; `not_enough_data` below 3 steps and below two seasons; `cancelled`.
    pub fn detect(&self, series: &[f64], context: &Context) -> Result<SeriesAnomalies> {
        self.validate()?;
        check_length(series, 3)?;
        let filled = self.gaps.fill(series)?;
        let values = &filled.values;
        let scale = scale_of(values);
        let scaled: Vec<f64> = values.iter().map(|value| value / scale).collect();
        let base = self.base(&scaled, context)?;
        context.check()?;
        let tested: Vec<usize> = (0..values.len()).filter(|step| !filled.is_missing(*step)).collect();
        let rests = context.collect(tested.len(), |at| scaled[tested[at]] - base[tested[at]])?;
        let most = ((self.max_anomalies * tested.len() as f64) as usize).max(1);
        // What a decomposition leaves of a series without noise.
        let floor = 1e-10 * largest(&scaled);
        let test =
            Test { most, significance: self.significance, direction: self.direction, robust: self.robust, floor };
        let outcome = test.run(&rests, context)?;
        context.check()?;
        let scores = self.scores(&outcome, &tested, &rests, &filled);
        let band = |side: f64| {
            let usual = outcome.usual;
            let reach = if usual.critical.is_finite() { side * usual.critical * usual.sigma } else { 0.0 };
            context.collect(base.len(), |step| scale * (base[step] + usual.centre + reach))
        };
        let (expected, lower, upper) = (band(0.0)?, band(-1.0)?, band(1.0)?);
        for value in expected.iter().chain(&lower).chain(&upper) {
            if !value.is_finite() {
                bail!(InvalidData, "the band leaves the range of numbers; divide the series by a large constant first");
            }
        }
        Ok(SeriesAnomalies::judged(scores, 1.0).with_band(expected, lower, upper))
    }

    /// What is taken away at every step.
    fn base(&self, series: &[f64], context: &Context) -> Result<Vec<f64>> {
        let season = match self.season {
            Some(season) => season,
            None => season_of(series, context)?,
        };
        context.check()?;
        if season == 1 {
            return Ok(vec![median(&mut series.to_vec()); series.len()]);
        }
        let parts =
            Stl::default().with_season(season).with_periodic(true).with_robust(true).transform(series, context)?;
        Ok(match self.centre {
            EsdCentre::Trend => {
                parts.trend.iter().zip(&*parts.seasonal).map(|(trend, season)| trend + season).collect()
            }
            EsdCentre::Median => {
                context.check()?;
                let level = median(&mut series.to_vec());
                parts.seasonal.iter().map(|season| season + level).collect()
            }
        })
    }

    /// Statistics over critical values, such that those of anomalies alone are above 1.
    fn scores(&self, outcome: &Outcome, tested: &[usize], rests: &[f64], filled: &Filled<'_>) -> Vec<f64> {
        let mut scores = vec![0.0; filled.values.len()];
        let last = outcome.last;
        for (step, rest) in tested.iter().zip(rests) {
            let off = match self.direction {
                ChangeDirection::Both => (rest - last.centre).abs(),
                ChangeDirection::Up => (rest - last.centre).max(0.0),
                ChangeDirection::Down => (last.centre - rest).max(0.0),
            };
            // The test stopped before these.
            if last.critical.is_finite() {
                scores[*step] = (in_units(off, last.sigma) / last.critical).min(1.0);
            }
        }
        let mut highest = 0.0_f64;
        for one in outcome.candidates.iter().rev() {
            highest = highest.max(one.statistic / one.critical);
            scores[tested[one.position]] = highest.max(0.0);
        }
        scores
    }
}

#[cfg(test)]
#[path = "stl_esd_tests.rs"]
mod tests;
