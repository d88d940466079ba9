//! The last value, moved on by the mean change.
//!
//! Step `h` is forecast by `y_T + h * b`, `b = (y_T - y_1) / (T - 1)`: the line through the first and the last observation.
//! The variance is `sigma^2 h (1 + h / (T - 1))`, `sigma^2` the squared one-step errors over `T - 2` degrees of freedom
//! (0 for two observations, through which the line is exact). For random walks that have a direction. O(time).
//! Source: Hyndman, Athanasopoulos, *Forecasting: Principles and Practice* (3rd ed.), sections 5.2 and 5.5.
//!
//! ```
//! use inlaid::forecast::{Drift, Method};
//! let fitted = Drift::default().fit(ndarray::aview2(&[[1.0, 4.0, 5.0]]), &inlaid::Context::new())?;
//! let forecast = fitted.predict(2, &[], &inlaid::Context::new())?;
//! assert_eq!(forecast.mean.row(0).to_vec(), [7.0, 9.0]);
//! # Ok::<(), inlaid::Error>(())
//! ```
use serde::{Deserialize, Serialize};

use super::fitted::Fitted;
use super::method::{Method, SeriesState};
use super::result::{SeriesForecast, Summary};
use super::spread::{check_deviation, deviation, normal_forecast};
use crate::Context;
use crate::error::{Result, ensure};

/// Forecast by the last observation and the mean change per step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Drift {}

/// [`Drift`] fitted to series.
pub type FittedDrift = Fitted<Drift>;

/// One series known to [`Drift`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DriftState {
    series: Vec<f64>,
    /// Changes that the slope was estimated from.
    changes: usize,
    slope: f64,
    sigma: f64,
}

impl Method for Drift {
    type State = DriftState;
    const FITTED: &'static str = "forecast.FittedDrift";

    fn validate(&self) -> Result<()> {
        Ok(())
    }

    fn shortest(&self) -> usize {
        2
    }

    fn fit_series(&self, series: &[f64], _: &Context) -> Result<DriftState> {
        let changes = series.len() - 1;
        let count = changes as f64;
        // Each end is divided first: the difference of two huge values may leave the range.
        let slope = series[changes] / count - series[0] / count;
        let errors = series.windows(2).map(|pair| pair[1] - pair[0] - slope);
        // Through two points the line is exact; what is left of the division is rounding.
        let sigma = if changes == 1 { 0.0 } else { deviation(errors, changes - 1) };
        Ok(DriftState { series: series.to_vec(), changes, slope, sigma })
    }
}

impl SeriesState for DriftState {
    fn observed(&self) -> &[f64] {
        &self.series
    }

    fn fitted_values(&self) -> Vec<f64> {
        let before = self.series.iter().take(self.series.len() - 1);
        std::iter::once(f64::NAN).chain(before.map(|value| value + self.slope)).collect()
    }

    fn predict(&self, horizon: usize, levels: &[f64], _: &Context) -> Result<SeriesForecast> {
        let last = self.series.last().copied().unwrap_or(f64::NAN);
        let steps = || (1..=horizon).map(|step| step as f64);
        let mean = steps().map(|step| last + step * self.slope).collect();
        let deviations: Vec<f64> =
            steps().map(|step| self.sigma * (step * (1.0 + step / self.changes as f64)).sqrt()).collect();
        normal_forecast(mean, &deviations, levels)
    }

    fn update(&mut self, new: &[f64]) -> Result<()> {
        self.series.extend_from_slice(new);
        Ok(())
    }

    fn summary(&self) -> Summary {
        Summary {
            model: "Drift".into(),
            season: 1,
            observations: self.series.len(),
            parameters: [("slope".to_owned(), self.slope)].into(),
            sigma2: Some(self.sigma * self.sigma),
            log_likelihood: None,
            aicc: None,
        }
    }

    fn trend(&self) -> Option<Vec<f64>> {
        Some(vec![self.slope; self.series.len()])
    }

    fn check(&self) -> Result<()> {
        self.check_observed()?;
        ensure!(
            self.changes >= 1 && self.changes < self.series.len(),
            InvalidData,
            "the slope of {} observations comes from {} changes, allowed are 1 to one less than observations",
            self.series.len(),
            self.changes
        );
        ensure!(self.slope.is_finite(), InvalidData, "the slope is {}, it must be finite", self.slope);
        check_deviation(self.sigma)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: slope 2, errors 1 and -1 over one degree of freedom, so the variance is 2 h (1 + h / 2).
    #[test]
    fn bands_count_the_doubt_about_the_slope() {
        let state = Drift::default().fit_series(&[1.0, 4.0, 5.0], &Context::new()).unwrap();
        let forecast = state.predict(3, &[0.8], &Context::new()).unwrap();
        assert_eq!(forecast.mean, [7.0, 9.0, 11.0]);
        for (step, variance) in [3.0, 8.0, 15.0].iter().enumerate() {
            let half = 1.281_551_565_544_600_4 * f64::sqrt(*variance);
            assert!((forecast.bands[0].1[step] - forecast.mean[step] - half).abs() < 1e-12);
        }
    }

    #[test]
    fn a_line_through_two_points_is_exact() {
        let forecast = Drift::default()
            .fit_series(&[0.1, 0.4], &Context::new())
            .unwrap()
            .predict(2, &[0.9], &Context::new())
            .unwrap();
        assert!((forecast.mean[1] - 1.0).abs() < 1e-15);
        assert_eq!(forecast.bands[0].0, forecast.mean);
    }
}
