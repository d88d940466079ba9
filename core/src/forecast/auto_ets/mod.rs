//! Exponential smoothing that chooses its own form.
//!
//! **Model.** A level `l`, a slope `b` and seasons `s` that each observation corrects. With `q = l + phi b`, one-step mean
//! `f = q`, `q + s` or `q s`, error `e = y - f`, and `u = v = e` (`u = e / s`, `v = e / q` if the season multiplies):
//! `l' = q + alpha u`, `b' = phi b + beta u`, `s' = s + gamma v`. The error's variance is constant (A) or in proportion to
//! `f^2` (M); the trend is absent (N), additive (A) or damped (Ad); the season absent (N), additive (A) or multiplicative
//! (M). The name of a form lists the three: `ETS(M,Ad,M)`.
//!
//! **Fit.** Weights and first states minimise `n ln(sum r^2) + 2 sum ln |f|` (the second sum for M errors, whose
//! `r = e / f`), by a projected quasi-Newton method with the exact gradient, started from the Gauss-Newton curvature.
//! Region: `1e-4 <= alpha <= .9999`, `1e-4 <= beta <= alpha`, `1e-4 <= gamma <= 1 - alpha`, `.8 <= phi <= .98`. Log-likelihoods
//! and criteria leave out the same constants as the reference implementations.
//!
//! **Choice.** Every form that the data allow, the smallest criterion wins: all 15 without M season under A errors; M errors
//! and M seasons only for positive data; seasons only with more than one period of data; no form with fewer than 2
//! observations more than numbers to estimate. With 2 to 4 observations the random walk stands in, ETS(A,N,N) with
//! `alpha = .9999`; a constant series is its constant. Both have no likelihood.
//!
//! **Two modes**, because the best likelihood is not the best forecast. `forecast` (default) bounds `beta` to a share
//! `.15 * season^-.75` of alpha, a prior chosen on rolling origins inside the training parts of the M4 development subset.
//! `exact` is pure maximum likelihood from a dozen starts and more, some 60 times slower.
//!
//! Either passes over forms whose forecast over the next two periods (at least 10 steps) crosses zero though the data do
//! not, or leaves, with its 99 % interval, ten ranges of the data around the data, unless no other form is left.
//!
//! **Intervals.** Variances by formula for all forms but A errors with M season, which are simulated (same errors for
//! every series, decided by the seed). Variances use the errors' degrees of freedom, quantiles are Student's t, and each
//! step is widened or narrowed by the errors that the fitted recursion makes that many steps ahead inside the series,
//! weighed against `1 + 4 h / n` for unknown parameters. On the M4 development subset 95 % intervals hold 94 to 95 % per
//! frequency and 97 % of the hourly series.
//!
//! Missing values are refused. Cost: O(observations) per step of the search, to which the quasi-Newton matrix
//! adds O(season^2). An update keeps weights, sigma and criteria as they were fitted.
//!
//! Sources: Hyndman, Koehler, Ord, Snyder, *Forecasting with Exponential Smoothing* (2008), chapters 2, 5 and 6; Hyndman,
//! Khandakar (2008), *Automatic time series forecasting*, J. Statistical Software 27(3); Chatfield (1993) for the errors
//! within the sample. Oracles: R forecast 8.20 and statsforecast 2.1.1.
use super::fitted::Fitted;
use super::method::Method;
use super::seasonality::{SeasonalPeriod, seasonal_period_within};
use crate::Context;
use crate::error::{Result, bail, ensure};
use crate::math::power;

mod calibration;
mod curvature;
mod form;
mod gradient;
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

use form::{Error, Form, Season};
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
            None => detected_period(series, context)?,
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
        // Where no form can be trusted, one whose variance cannot compound.
        let by = |wanted: &dyn Fn(Form) -> bool| candidates.iter().position(|found| wanted(found.estimate.form));
        let chosen = candidates
            .iter()
            .position(|candidate| search.is_sound(candidate))
            .or_else(|| by(&|form| form == Form::LEVEL))
            .or_else(|| by(&|form| form.error == Error::Additive && form.season != Season::Multiplicative))
            .or_else(|| by(&|_| true));
        match chosen {
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
fn detected_period(series: &[f64], context: &Context) -> Result<usize> {
    let options = SeasonalPeriod::default().with_longest(LONGEST_SEASON);
    Ok(seasonal_period_within(series, &options, context)?.period)
}

/// The power of two next to the mean size of the values, so that scaled values are near 1 and scaling loses no bit.
fn scale_of(series: &[f64]) -> f64 {
    let n = series.len() as f64;
    let size: f64 = series.iter().map(|y| y.abs() / n).sum();
    if size > 0.0 { power::whole(2f64, size.log2().floor().clamp(-1021.0, 1021.0) as i32) } else { 1.0 }
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
        let squares = series.windows(2).map(|pair| power::whole(pair[1] / scale - pair[0] / scale, 2)).sum::<f64>();
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
