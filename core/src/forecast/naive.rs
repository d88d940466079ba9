//! The last value again.
//!
//! Every step is forecast by the last observation: the best forecast of a random walk, whose variance at step `h` is
//! `h * sigma^2`, sigma the standard deviation of the one-step errors.
//! Source: Hyndman, Athanasopoulos, *Forecasting: Principles and Practice* (3rd ed.), section 5.2 and table 5.2.
use serde::{Deserialize, Serialize};

use super::fitted::Fitted;
use super::method::{Method, SeriesState};
use super::result::{SeriesForecast, Summary};
use crate::error::{Result, ensure};
use crate::{Context, math::normal};

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
    sigma2: f64,
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
        let errors: Vec<f64> = series.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let sigma2 = errors.iter().map(|e| e * e).sum::<f64>() / errors.len().max(1) as f64;
        ensure!(sigma2.is_finite(), InvalidData, "the steps of the series are too large to be squared; scale it down");
        Ok(NaiveState { series: series.to_vec(), sigma2 })
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

    fn predict(&self, horizon: usize, levels: &[f64], _: u64) -> Result<SeriesForecast> {
        let last = self.series.last().copied().unwrap_or(f64::NAN);
        let bands = levels
            .iter()
            .map(|level| {
                let z = normal::quantile(0.5 + level / 2.0);
                let half = |step: usize| z * (self.sigma2 * step as f64).sqrt();
                ((1..=horizon).map(|h| last - half(h)).collect(), (1..=horizon).map(|h| last + half(h)).collect())
            })
            .collect();
        Ok(SeriesForecast { mean: vec![last; horizon], bands })
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
            sigma2: Some(self.sigma2),
            log_likelihood: None,
            aicc: None,
        }
    }

    fn check(&self) -> Result<()> {
        self.check_observed()?;
        ensure!(
            self.sigma2 >= 0.0 && self.sigma2.is_finite(),
            InvalidData,
            "sigma2 is {}, it must be finite and at least 0",
            self.sigma2
        );
        Ok(())
    }
}
