//! The last value again.
//!
//! Every step is forecast by the last observation: the best forecast of a random walk, whose variance at step `h` is
//! `h * sigma^2`, `sigma^2` the mean square of the one-step errors (0 for a single observation). O(time).
//! Source: Hyndman, Athanasopoulos, *Forecasting: Principles and Practice* (3rd ed.), sections 5.2 and 5.5.
//!
//! ```
//! use inlaid::forecast::{Method, Naive};
//! let fitted = Naive::default().fit(ndarray::aview2(&[[1.0, 3.0, 2.0]]), &inlaid::Context::new())?;
//! let forecast = fitted.predict(2, &[0.95], &inlaid::Context::new())?;
//! assert_eq!(forecast.mean[[0, 1]], 2.0);
//! # Ok::<(), inlaid::Error>(())
//! ```
use serde::{Deserialize, Serialize};

use super::fitted::Fitted;
use super::method::{Method, SeriesState};
use super::result::{SeriesForecast, Summary};
use super::spread::{check_deviation, deviation, normal_forecast};
use crate::Context;
use crate::error::Result;

/// Forecast by the last observation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Naive {}

/// [`Naive`] fitted to series.
pub type FittedNaive = Fitted<Naive>;

/// One series known to [`Naive`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NaiveState {
    series: Vec<f64>,
    sigma: f64,
}

impl Method for Naive {
    type State = NaiveState;
    const FITTED: &'static str = "forecast.FittedNaive";

    fn validate(&self) -> Result<()> {
        Ok(())
    }

    fn shortest(&self) -> usize {
        1
    }

    fn fit_series(&self, series: &[f64], _: &Context) -> Result<NaiveState> {
        let errors = series.windows(2).map(|pair| pair[1] - pair[0]);
        Ok(NaiveState { series: series.to_vec(), sigma: deviation(errors, series.len() - 1) })
    }
}

impl SeriesState for NaiveState {
    fn observed(&self) -> &[f64] {
        &self.series
    }

    fn fitted_values(&self) -> Vec<f64> {
        let before = self.series.iter().take(self.series.len().saturating_sub(1));
        std::iter::once(f64::NAN).chain(before.copied()).collect()
    }

    fn predict(&self, horizon: usize, levels: &[f64], _: &Context) -> Result<SeriesForecast> {
        let last = self.series.last().copied().unwrap_or(f64::NAN);
        let deviations: Vec<f64> = (1..=horizon).map(|step| self.sigma * (step as f64).sqrt()).collect();
        normal_forecast(vec![last; horizon], &deviations, levels)
    }

    fn update(&mut self, new: &[f64]) -> Result<()> {
        self.series.extend_from_slice(new);
        Ok(())
    }

    fn summary(&self) -> Summary {
        Summary {
            model: "Naive".into(),
            season: 1,
            observations: self.series.len(),
            parameters: Default::default(),
            sigma2: Some(self.sigma * self.sigma),
            log_likelihood: None,
            aicc: None,
        }
    }

    fn check(&self) -> Result<()> {
        self.check_observed()?;
        check_deviation(self.sigma)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: errors 2 and -1, so the variance is 5/2; 1.2815515655446004 is the normal quantile at 0.9.
    #[test]
    fn bands_grow_with_the_root_of_the_step() {
        let state = Naive::default().fit_series(&[1.0, 3.0, 2.0], &Context::new()).unwrap();
        let forecast = state.predict(4, &[0.8], &Context::new()).unwrap();
        assert_eq!(forecast.mean, [2.0; 4]);
        for (step, upper) in forecast.bands[0].1.iter().enumerate() {
            let half = 1.281_551_565_544_600_4 * (2.5 * (step + 1) as f64).sqrt();
            assert!((upper - 2.0 - half).abs() < 1e-12);
            assert!((forecast.bands[0].0[step] - 2.0 + half).abs() < 1e-12);
        }
        assert!((state.summary().sigma2.unwrap() - 2.5).abs() < 1e-12);
    }

    #[test]
    fn one_observation_has_no_errors_and_no_band() {
        let forecast =
            Naive::default().fit_series(&[7.0], &Context::new()).unwrap().predict(2, &[0.9], &Context::new()).unwrap();
        assert_eq!((forecast.mean[1], forecast.bands[0].0[1], forecast.bands[0].1[1]), (7.0, 7.0, 7.0));
    }
}
