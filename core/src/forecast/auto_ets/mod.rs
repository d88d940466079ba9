//! Exponential smoothing that chooses its own form.
use super::fitted::Fitted;
use super::method::Method;
use super::seasonality::{SeasonalPeriod, seasonal_period};
use crate::Context;
use crate::error::{Result, bail, ensure};

mod form;
mod guard;
mod interval;
mod likelihood;
mod options;
mod prior;
mod recursion;
mod search;
mod simulate;
mod start;
mod state;

pub use options::{AutoEts, EtsCriterion, EtsError, EtsMode, EtsSeasonal, EtsTrend};
pub use state::AutoEtsState;

use form::{Form, Season};
use options::LONGEST_SEASON;
use recursion::{Start, Weights};
use search::Search;

/// [`AutoEts`] fitted to series.
pub type FittedAutoEts = Fitted<AutoEts>;

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
        let period = match self.season {
            Some(season) => season,
            None => detected_period(series)?,
        };
        let scale = scale_of(series);
        let scaled: Vec<f64> = series.iter().map(|y| y / scale).collect();
        let search = Search { options: self, series: &scaled, period, context };
        let forms = search.forms();
        let Some(simplest) = forms.first() else {
            return self.fall_back(series, scale, period);
        };
        if series.iter().all(|y| *y == series[0]) {
            return Ok(AutoEtsState::constant(*simplest, series, scale, period, self.paths));
        }
        let candidates = search.candidates(&forms)?;
        let sound = candidates.iter().position(|candidate| search.is_sound(candidate));
        let level = || candidates.iter().position(|candidate| candidate.estimate.form == Form::LEVEL);
        match sound.or_else(level).or((!candidates.is_empty()).then_some(0)) {
            Some(chosen) => Ok(AutoEtsState::fitted(&candidates[chosen], series, scale, period, self.paths)),
            None => bail!(DidNotConverge, "none of the forms asked for is defined on this series"),
        }
    }
}

impl AutoEts {
    /// The random walk as a member of the family where the series is too short to estimate anything, if the options allow
    /// that member; else why no form can be fitted.
    fn fall_back(&self, series: &[f64], scale: f64, period: usize) -> Result<AutoEtsState> {
        let forms = self.forms();
        if forms.contains(&Form::LEVEL) {
            return Ok(AutoEtsState::random_walk(series, scale, self.paths));
        }
        if let Some(position) = series.iter().position(|y| *y <= scale * recursion::SMALLEST) {
            ensure!(
                forms.iter().any(|form| !form.needs_positive()),
                InvalidData,
                "multiplicative errors and seasons need positive data, found {} at position {position} (0-based)",
                series[position]
            );
        }
        ensure!(
            period > 1 || forms.iter().any(|form| form.season == Season::None),
            InvalidConfig,
            "an additive or multiplicative season needs a period of at least 2: none was given and none was detected"
        );
        let needed = forms.iter().map(|form| form.parameters(period) + 2).min().unwrap_or(0);
        bail!(
            NotEnoughData,
            "the forms asked for need at least {needed} observations (season {period}), got {}",
            series.len()
        )
    }
}

/// The period of a series whose caller gave none.
fn detected_period(series: &[f64]) -> Result<usize> {
    let options = SeasonalPeriod::default().with_longest(LONGEST_SEASON);
    Ok(seasonal_period(series, &options)?.period)
}

/// The power of two next to the mean size of the values, so that scaled values are near 1 and scaling loses no bit.
fn scale_of(series: &[f64]) -> f64 {
    let n = series.len() as f64;
    let size: f64 = series.iter().map(|y| y.abs() / n).sum();
    if size > 0.0 { 2f64.powi(size.log2().floor().clamp(-1021.0, 1021.0) as i32) } else { 1.0 }
}

impl AutoEtsState {
    /// A series without any variation: every form says the same, and says it exactly.
    fn constant(form: Form, series: &[f64], scale: f64, period: usize, paths: usize) -> Self {
        let neutral = if form.season == Season::Multiplicative { 1.0 } else { 0.0 };
        let period = if form.has_season() { period } else { 1 };
        let first = Start { level: series[0] / scale, slope: 0.0 };
        let first_seasons = if form.has_season() { vec![neutral; period] } else { Vec::new() };
        Self {
            series: series.to_vec(),
            scale,
            form,
            period,
            weights: Weights {
                alpha: 0.5,
                beta: if form.has_trend() { 1e-4 } else { 0.0 },
                gamma: if form.has_season() { 1e-4 } else { 0.0 },
                phi: if form.is_damped() { 0.9 } else { 1.0 },
            },
            first,
            last: first,
            last_seasons: first_seasons.clone(),
            first_seasons,
            sigma2: 0.0,
            freedom: (series.len() as f64 - 1.0).max(1.0),
            fitted: series.len(),
            log_likelihood: None,
            aicc: None,
            paths,
        }
    }

    /// The random walk: the level is the last observation.
    fn random_walk(series: &[f64], scale: f64, paths: usize) -> Self {
        let steps = (series.len() - 1).max(1) as f64;
        let squares = series.windows(2).map(|pair| (pair[1] / scale - pair[0] / scale).powi(2)).sum::<f64>();
        let mut state = Self::constant(Form::LEVEL, series, scale, 1, paths);
        state.weights.alpha = likelihood::LARGEST_WEIGHT;
        state.sigma2 = squares / steps;
        state.freedom = steps;
        state.refilter();
        state
    }
}

#[cfg(test)]
mod tests;
