//! Exponential smoothing that chooses its own form.
use super::fitted::Fitted;
use super::method::Method;
use crate::Context;
use crate::error::{Result, bail};

mod form;
mod interval;
mod likelihood;
mod options;
mod prior;
mod recursion;
mod search;
mod start;
mod state;

pub use options::{AutoEts, EtsCriterion, EtsError, EtsMode, EtsSeasonal, EtsTrend};
pub use state::AutoEtsState;

use form::Form;
use recursion::{Point, Start, Weights, passes};
use search::{Candidate, Search};

/// [`AutoEts`] fitted to series.
pub type FittedAutoEts = Fitted<AutoEts>;

fn tuning(i: usize, default: f64) -> f64 {
    static VALUES: std::sync::OnceLock<Vec<f64>> = std::sync::OnceLock::new();
    let values = VALUES.get_or_init(|| {
        std::env::var("TUNE").map(|s| s.split(',').map(|p| p.parse().unwrap_or(f64::NAN)).collect()).unwrap_or_default()
    });
    values.get(i).copied().filter(|v| !v.is_nan()).unwrap_or(default)
}

impl Method for AutoEts {
    type State = AutoEtsState;
    const FITTED: &'static str = "forecast.FittedAutoEts";

    fn validate(&self) -> Result<()> {
        self.check()
    }

    fn shortest(&self) -> usize {
        2
    }

    fn fit_series(&self, series: &[f64], context: &Context) -> Result<AutoEtsState> {
        let period = self.season.unwrap_or_else(|| detected_period(series));
        let scale = scale_of(series);
        let scaled: Vec<f64> = series.iter().map(|y| y / scale).collect();
        let search = Search { options: self, series: &scaled, period, context };
        let candidates = search.candidates()?;
        for candidate in candidates {
            if let Some(state) = settle(self, series, &scaled, scale, period, candidate) {
                return Ok(state);
            }
        }
        bail!(NotEnoughData, "no form could be fitted")
    }
}

fn detected_period(_series: &[f64]) -> usize {
    1
}

fn settle(
    options: &AutoEts,
    series: &[f64],
    scaled: &[f64],
    scale: f64,
    period: usize,
    candidate: Candidate,
) -> Option<AutoEtsState> {
    let form = candidate.estimate.form;
    let period = if form.has_season() { period } else { 1 };
    let n = series.len() as f64;
    let freedom = (n - form.parameters(period) as f64 + 1.0).max(1.0);
    let mut state = AutoEtsState {
        series: series.to_vec(),
        scale,
        form,
        period,
        weights: candidate.estimate.weights,
        first: candidate.estimate.start,
        first_seasons: candidate.estimate.seasons.clone(),
        last: candidate.estimate.start,
        last_seasons: candidate.estimate.seasons,
        sigma2: candidate.estimate.sums.square / freedom,
        freedom,
        log_likelihood: Some(candidate.log_likelihood - n * scale.ln()),
        aicc: Some(candidate.aicc + 2.0 * n * scale.ln()),
        paths: options.paths,
    };
    let mut tape = vec![Point::default(); scaled.len()];
    (passes(form).forward)(scaled, period, &state.weights, &mut state.last, &mut state.last_seasons, &mut tape)?;
    Some(state)
}

/// The power of two next to the mean size of the values, so that scaled values are near 1 and scaling loses no bit.
fn scale_of(series: &[f64]) -> f64 {
    let n = series.len() as f64;
    let size: f64 = series.iter().map(|y| y.abs() / n).sum();
    if size > 0.0 { 2f64.powi(size.log2().floor().clamp(-1021.0, 1021.0) as i32) } else { 1.0 }
}

#[cfg(test)]
mod tests;
