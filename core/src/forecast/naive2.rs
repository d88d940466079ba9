//! The last deseasonalised value, times its season: the yardstick of the M4 competition.
//!
//! If the seasonality test finds the season at 90 % (which needs three seasons of data), the series is divided by classical
//! multiplicative indices, the last adjusted value is repeated, and the indices are put back; otherwise the forecast is
//! the naive one. The variance at step `h` is that of a random walk of the adjusted series, `h * sigma^2`, times the
//! squared index of the step. Series with values of 0 or less are adjusted additively (the competition has none).
//! O(time). Source: Makridakis, Spiliotis, Assimakopoulos, *The M4 Competition* (2020), appendix A.
//!
//! ```
//! use inlaid::forecast::{Method, Naive2};
//! let series: Vec<f64> = (0..24).map(|t| [80.0, 120.0, 130.0, 70.0][t % 4]).collect();
//! let series = ndarray::aview1(&series).into_shape_with_order((1, 24)).unwrap();
//! let fitted = Naive2::default().with_season(4).fit(series, &inlaid::Context::new())?;
//! let forecast = fitted.predict(4, &[0.95], &inlaid::Context::new())?;
//! assert!((forecast.mean[[0, 2]] - 130.0).abs() < 1e-9);
//! # Ok::<(), inlaid::Error>(())
//! ```
use serde::{Deserialize, Serialize};

use super::fitted::Fitted;
use super::method::{Method, SeriesState};
use super::result::{SeriesForecast, Summary};
use super::seasonality::{Adjustment, DecompositionKind, check_season};
use super::spread::{check_deviation, deviation, normal_forecast};
use crate::Context;
use crate::error::Result;

/// Forecast by the last seasonally adjusted observation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Naive2 {
    /// Observations per season, at least 1; 1 is the naive forecast. Default: detected in each series by
    /// [`seasonal_period`](super::seasonal_period). Series shorter than three seasons count as not seasonal.
    pub season: Option<usize>,
}

impl Naive2 {
    /// Set the observations per season.
    #[must_use]
    pub fn with_season(mut self, season: usize) -> Self {
        self.season = Some(season);
        self
    }
}

/// [`Naive2`] fitted to series.
pub type FittedNaive2 = Fitted<Naive2>;

/// One series known to [`Naive2`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Naive2State {
    series: Vec<f64>,
    adjustment: Adjustment,
    sigma: f64,
}

impl Naive2State {
    fn adjusted_last(&self) -> f64 {
        let position = self.series.len() - 1;
        self.adjustment.remove(&self.series[position..], position).first().copied().unwrap_or(f64::NAN)
    }
}

impl Method for Naive2 {
    type State = Naive2State;
    const FITTED: &'static str = "forecast.FittedNaive2";

    fn validate(&self) -> Result<()> {
        check_season(self.season)
    }

    fn shortest(&self) -> usize {
        1
    }

    fn fit_series(&self, series: &[f64], context: &Context) -> Result<Naive2State> {
        let adjustment = Adjustment::of(series, self.season, DecompositionKind::Multiplicative, true, context)?;
        let adjusted = adjustment.remove(series, 0);
        let changes = adjusted.windows(2).map(|pair| pair[1] - pair[0]);
        let sigma = deviation(changes, series.len() - 1);
        Ok(Naive2State { series: series.to_vec(), adjustment, sigma })
    }
}

impl SeriesState for Naive2State {
    fn observed(&self) -> &[f64] {
        &self.series
    }

    fn fitted_values(&self) -> Vec<f64> {
        let adjusted = self.adjustment.remove(&self.series, 0);
        let before = adjusted.iter().take(adjusted.len() - 1).copied();
        let mut fitted: Vec<f64> = std::iter::once(f64::NAN).chain(before).collect();
        self.adjustment.restore(&mut fitted, &mut [], 0);
        fitted
    }

    fn predict(&self, horizon: usize, levels: &[f64], _: &Context) -> Result<SeriesForecast> {
        let mut mean = vec![self.adjusted_last(); horizon];
        let mut deviations: Vec<f64> = (1..=horizon).map(|step| self.sigma * (step as f64).sqrt()).collect();
        self.adjustment.restore(&mut mean, &mut deviations, self.series.len());
        normal_forecast(mean, &deviations, levels)
    }

    fn update(&mut self, new: &[f64]) -> Result<()> {
        self.series.extend_from_slice(new);
        Ok(())
    }

    fn summary(&self) -> Summary {
        Summary {
            model: format!("Naive2{}", self.adjustment.notation()),
            season: self.adjustment.season(),
            observations: self.series.len(),
            parameters: Default::default(),
            sigma2: Some(self.sigma * self.sigma),
            log_likelihood: None,
            aicc: None,
        }
    }

    fn season(&self) -> Option<Vec<f64>> {
        self.adjustment.seasons(self.series.len())
    }

    fn check(&self) -> Result<()> {
        self.check_observed()?;
        self.adjustment.check(self.series.len())?;
        check_deviation(self.sigma)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: a level of 100 with factors 0.5 and 1.5 that doubles to 200 at the end of the series.
    #[test]
    fn the_last_adjusted_value_gets_its_season_back() {
        let mut series: Vec<f64> = (0..30).map(|t| 100.0 * [0.5, 1.5][t % 2]).collect();
        series.push(60.0);
        let state = Naive2::default().with_season(2).fit_series(&series, &Context::new()).unwrap();
        assert_eq!(state.summary().model, "Naive2(M)");
        let forecast = state.predict(4, &[0.8], &Context::new()).unwrap();
        let factors: Vec<f64> = state.season().unwrap()[..2].to_vec();
        assert!((factors[0] - 0.5).abs() < 0.01 && (factors[0] + factors[1] - 2.0).abs() < 1e-12);
        for step in 0..4 {
            let expected = 60.0 / factors[0] * factors[(31 + step) % 2];
            assert!((forecast.mean[step] - expected).abs() < 1e-9);
        }
        // Half-widths are those of a walk of the adjusted series, times the factor of the step.
        let half = |step: usize| forecast.bands[0].1[step] - forecast.mean[step];
        let ratio = (half(3) / factors[0]) / (half(0) / factors[1]);
        assert!((ratio - 2.0).abs() < 1e-9);
    }

    #[test]
    fn without_a_season_it_is_the_naive_forecast() {
        let series = [3.0, 9.0, 4.0, 4.5, 8.0, 2.0, 7.0];
        let ours = Naive2::default().with_season(4).fit_series(&series, &Context::new()).unwrap();
        assert_eq!((ours.summary().model.as_str(), ours.summary().season), ("Naive2", 1));
        let naive = super::super::Naive::default().fit_series(&series, &Context::new()).unwrap();
        assert_eq!(
            ours.predict(3, &[0.9], &Context::new()).unwrap(),
            naive.predict(3, &[0.9], &Context::new()).unwrap()
        );
    }
}
