//! The value of one season ago again.
//!
//! Step `h` is forecast by the last observation of the same season; the variance is `(k + 1) sigma^2` with `k` the number
//! of whole seasons before step `h` and `sigma^2` the mean square of the seasonal differences (0 for a single season).
//! The yardstick for seasonal series, and what MASE divides by. O(time).
//! Source: Hyndman, Athanasopoulos, *Forecasting: Principles and Practice* (3rd ed.), sections 5.2 and 5.5.
//!
//! ```
//! use inlaid::forecast::{Method, SeasonalNaive};
//! let series = [[1.0, 5.0, 2.0, 6.0]];
//! let fitted = SeasonalNaive::default().with_season(2).fit(ndarray::aview2(&series), &inlaid::Context::new())?;
//! let forecast = fitted.predict(3, &[], &inlaid::Context::new())?;
//! assert_eq!(forecast.mean.row(0).to_vec(), [2.0, 6.0, 2.0]);
//! # Ok::<(), inlaid::Error>(())
//! ```
use serde::{Deserialize, Serialize};

use super::fitted::Fitted;
use super::method::{Method, SeriesState};
use super::result::{SeriesForecast, Summary};
use super::seasonality::{check_season, season_of};
use super::spread::{check_deviation, deviation, normal_forecast};
use crate::Context;
use crate::error::{Result, ensure};

/// Forecast by the observation one season before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeasonalNaive {
    /// Observations per season, at least 1; 1 is the naive forecast. Default: detected in each series by
    /// [`seasonal_period`](super::seasonal_period). Series shorter than one season are refused.
    pub season: Option<usize>,
}

impl SeasonalNaive {
    /// Set the observations per season.
    #[must_use]
    pub fn with_season(mut self, season: usize) -> Self {
        self.season = Some(season);
        self
    }
}

/// [`SeasonalNaive`] fitted to series.
pub type FittedSeasonalNaive = Fitted<SeasonalNaive>;

/// One series known to [`SeasonalNaive`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeasonalNaiveState {
    series: Vec<f64>,
    season: usize,
    sigma: f64,
}

impl Method for SeasonalNaive {
    type State = SeasonalNaiveState;
    const FITTED: &'static str = "forecast.FittedSeasonalNaive";

    fn validate(&self) -> Result<()> {
        check_season(self.season)
    }

    fn shortest(&self) -> usize {
        self.season.unwrap_or(1)
    }

    fn fit_series(&self, series: &[f64], context: &Context) -> Result<SeasonalNaiveState> {
        let season = season_of(series, self.season, context)?;
        let errors = series.iter().skip(season).zip(series).map(|(now, before)| now - before);
        Ok(SeasonalNaiveState { series: series.to_vec(), season, sigma: deviation(errors, series.len() - season) })
    }
}

impl SeriesState for SeasonalNaiveState {
    fn observed(&self) -> &[f64] {
        &self.series
    }

    fn fitted_values(&self) -> Vec<f64> {
        let none = std::iter::repeat_n(f64::NAN, self.season);
        none.chain(self.series.iter().copied()).take(self.series.len()).collect()
    }

    fn predict(&self, horizon: usize, levels: &[f64], _: &Context) -> Result<SeriesForecast> {
        let last = self.series.iter().skip(self.series.len() - self.season);
        let mean = last.copied().cycle().take(horizon).collect();
        let deviations: Vec<f64> =
            (0..horizon).map(|step| self.sigma * ((step / self.season + 1) as f64).sqrt()).collect();
        normal_forecast(mean, &deviations, levels)
    }

    fn update(&mut self, new: &[f64]) -> Result<()> {
        self.series.extend_from_slice(new);
        Ok(())
    }

    fn summary(&self) -> Summary {
        Summary {
            model: "SeasonalNaive".into(),
            season: self.season,
            observations: self.series.len(),
            parameters: Default::default(),
            sigma2: Some(self.sigma * self.sigma),
            log_likelihood: None,
            aicc: None,
        }
    }

    fn check(&self) -> Result<()> {
        self.check_observed()?;
        ensure!(
            self.season >= 1 && self.season <= self.series.len(),
            InvalidData,
            "the season has {} observations, allowed are 1 to the {} of the series",
            self.season,
            self.series.len()
        );
        check_deviation(self.sigma)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    /// By hand: seasonal errors 2, 4 and -4, so the variance is 12; one season ahead it doubles.
    #[test]
    fn bands_grow_once_per_season() {
        let method = SeasonalNaive::default().with_season(2);
        let state = method.fit_series(&[1.0, 5.0, 3.0, 9.0, -1.0], &Context::new()).unwrap();
        let forecast = state.predict(5, &[0.8], &Context::new()).unwrap();
        assert_eq!(forecast.mean, [9.0, -1.0, 9.0, -1.0, 9.0]);
        for (step, factor) in [1.0, 1.0, 2.0, 2.0, 3.0].iter().enumerate() {
            let half = 1.281_551_565_544_600_4 * (12.0_f64 * factor).sqrt();
            assert!((forecast.bands[0].1[step] - forecast.mean[step] - half).abs() < 1e-12);
        }
        assert!(state.fitted_values()[..2].iter().all(|value| value.is_nan()));
        assert_eq!(state.fitted_values()[2..], [1.0, 5.0, 3.0]);
    }

    #[test]
    fn less_than_a_season_is_not_enough() {
        let error = SeasonalNaive::default().with_season(4).fit_checked(&[1.0; 3], &Context::new()).unwrap_err();
        assert_eq!(error.code(), Code::NotEnoughData);
        assert!(error.message().contains("at least 4 observations, got 3"), "{error}");
        let exact = SeasonalNaive::default().with_season(3).fit_checked(&[1.0, 2.0, 3.0], &Context::new()).unwrap();
        assert_eq!(exact.predict(4, &[0.9], &Context::new()).unwrap().mean, [1.0, 2.0, 3.0, 1.0]);
    }
}
