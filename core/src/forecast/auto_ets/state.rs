//! One fitted series: what it knows, what it answers.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::calibration::Past;
use super::form::{Form, Season};
use super::guard;
use super::interval::End;
use super::options::{LONGEST_SEASON, PATHS};
use super::recursion::{Point, Start, Sums, Weights, passes};
use super::search::Candidate;
use super::simulate;
use crate::Context;
use crate::error::{Result, ensure};
use crate::forecast::method::SeriesState;
use crate::forecast::result::{SeriesForecast, Summary};
use crate::forecast::spread::checked;
use crate::math::{normal, student};

/// The most numbers that a simulation may hold, and the most that it may draw.
const LARGEST_SIMULATION: usize = 1 << 27;

/// One series known to [`AutoEts`](super::AutoEts).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AutoEtsState {
    pub(super) series: Vec<f64>,
    /// States and sigma are in units of this power of two.
    pub(super) scale: f64,
    pub(super) form: Form,
    pub(super) period: usize,
    pub(super) weights: Weights,
    pub(super) first: Start,
    pub(super) first_seasons: Vec<f64>,
    pub(super) last: Start,
    pub(super) last_seasons: Vec<f64>,
    /// Variance of the one-step errors, estimated parameters taken off the observations.
    pub(super) sigma2: f64,
    pub(super) freedom: f64,
    /// How many observations the parameters were estimated from.
    pub(super) fitted: usize,
    pub(super) log_likelihood: Option<f64>,
    pub(super) aicc: Option<f64>,
    pub(super) paths: usize,
}

impl AutoEtsState {
    /// The state that belongs to an estimate.
    pub(super) fn fitted(chosen: &Candidate, series: &[f64], scale: f64, period: usize, paths: usize) -> Self {
        let estimate = &chosen.estimate;
        let n = series.len() as f64;
        let mut state = Self {
            series: series.to_vec(),
            scale,
            form: estimate.form,
            period: if estimate.form.has_season() { period } else { 1 },
            weights: estimate.weights,
            first: estimate.start,
            first_seasons: estimate.seasons.clone(),
            last: estimate.start,
            last_seasons: Vec::new(),
            sigma2: chosen.sigma2,
            freedom: chosen.freedom,
            fitted: series.len(),
            log_likelihood: Some(chosen.log_likelihood - n * scale.ln()),
            aicc: Some(chosen.aicc + 2.0 * n * scale.ln()),
            paths,
        };
        state.refilter();
        state
    }

    /// Run the recursion over all observations and keep where it ends.
    pub(super) fn refilter(&mut self) {
        let (_, last, ring) = self.replay();
        self.last = last;
        self.last_seasons = ring;
    }

    /// Run the recursion over all observations: one point each, and the last states.
    fn replay(&self) -> (Vec<Point>, Start, Vec<f64>) {
        let (mut start, mut ring) = (self.first, self.first_seasons.clone());
        let (tape, _) = self.run(&self.series, &mut start, &mut ring);
        (tape, start, ring)
    }

    /// Run the recursion over `values` from the given states, whose ring begins with the first value's place.
    fn run(&self, values: &[f64], start: &mut Start, ring: &mut [f64]) -> (Vec<Point>, Option<Sums>) {
        let scaled: Vec<f64> = values.iter().map(|y| y / self.scale).collect();
        let mut tape = vec![Point::default(); scaled.len()];
        let sums = (passes(self.form).forward)(&scaled, self.period, &self.weights, start, ring, &mut tape);
        (tape, sums)
    }

    fn end(&self) -> End<'_> {
        End {
            form: self.form,
            weights: self.weights,
            states: self.last,
            seasons: &self.last_seasons,
            place: self.series.len() % self.period,
        }
    }

    /// What each step's standard deviation is multiplied by; see [`calibration`](super::calibration).
    fn widening(&self, means: &[f64], variances: Option<&[f64]>) -> Vec<f64> {
        let tape = self.replay().0;
        let series: Vec<f64> = self.series.iter().map(|y| y / self.scale).collect();
        let past = Past { form: self.form, period: self.period, weights: self.weights, series: &series, tape: &tape };
        let relative = |variances: &[f64]| {
            let unit = |mean: &f64| if self.form.is_multiplicative() { mean * mean } else { 1.0 };
            variances.iter().zip(means).map(|(variance, mean)| variance / unit(mean)).collect::<Vec<f64>>()
        };
        let spreads = variances.map(relative);
        past.widening(means.len(), spreads.as_deref()).into_iter().map(f64::sqrt).collect()
    }

    /// Distances of lower and upper bounds from the mean, scaled, one pair of rows per level.
    fn reaches(&self, means: &[f64], levels: &[f64], context: &Context) -> Result<Vec<(Vec<f64>, Vec<f64>)>> {
        let horizon = means.len();
        let tail = |level: &f64| 0.5 + level / 2.0;
        if let Some(variances) = self.end().variances(horizon, self.sigma2) {
            let deviations: Vec<f64> = variances
                .iter()
                .zip(self.widening(means, Some(&variances)))
                .map(|(v, wider)| v.sqrt() * wider)
                .collect();
            let reach = |level| {
                let t = student::quantile(tail(level), self.freedom);
                let row: Vec<f64> = deviations.iter().map(|deviation| t * deviation).collect();
                (row.iter().map(|r| -r).collect(), row)
            };
            return Ok(levels.iter().map(reach).collect());
        }
        let numbers = self.paths.saturating_mul((self.period + 3).max(horizon));
        ensure!(
            numbers <= LARGEST_SIMULATION,
            TooLarge,
            "simulating {} paths of season {} over {horizon} steps is more than {LARGEST_SIMULATION} numbers",
            self.paths,
            self.period
        );
        let range = guard::reach(self.series.iter().map(|y| y / self.scale).chain(means.iter().copied()));
        let sigma = self.sigma2.sqrt();
        let mut bands = simulate::quantiles(&self.end(), sigma, horizon, levels, range, self.paths, context)?;
        let widening = self.widening(means, None);
        for ((lower, upper), level) in bands.iter_mut().zip(levels) {
            let t = student::quantile(tail(level), self.freedom) / normal::quantile(tail(level));
            for (i, (mean, wider)) in means.iter().zip(&widening).enumerate() {
                let factor = t * wider;
                lower[i] = factor * (lower[i] - mean);
                upper[i] = factor * (upper[i] - mean);
            }
        }
        Ok(bands)
    }
}

impl SeriesState for AutoEtsState {
    fn observed(&self) -> &[f64] {
        &self.series
    }

    fn fitted_values(&self) -> Vec<f64> {
        self.replay().0.iter().map(|point| point.mean(self.form.season) * self.scale).collect()
    }

    fn predict(&self, horizon: usize, levels: &[f64], context: &Context) -> Result<SeriesForecast> {
        let means = self.end().means(horizon);
        let reaches = if levels.is_empty() { Vec::new() } else { self.reaches(&means, levels, context)? };
        let bands: Vec<(Vec<f64>, Vec<f64>)> = reaches
            .into_iter()
            .map(|(lower, upper)| {
                let add = |row: Vec<f64>| row.iter().zip(&means).map(|(r, m)| (m + r) * self.scale).collect();
                (add(lower), add(upper))
            })
            .collect();
        let mean: Vec<f64> = means.iter().map(|m| m * self.scale).collect();
        checked(SeriesForecast { mean, bands })
    }

    fn update(&mut self, new: &[f64]) -> Result<()> {
        let place = self.series.len() % self.period;
        let (mut last, mut ring) = (self.last, self.last_seasons.clone());
        // A ring without a season is empty and its place 0.
        ring.rotate_left(place);
        let (_, sums) = self.run(new, &mut last, &mut ring);
        ensure!(
            sums.is_some(),
            InvalidData,
            "the new values drive {} across zero or out of the range of numbers; fit again with them",
            self.form
        );
        ring.rotate_right(place);
        self.last = last;
        self.last_seasons = ring;
        self.series.extend_from_slice(new);
        Ok(())
    }

    fn summary(&self) -> Summary {
        let Weights { alpha, beta, gamma, phi } = self.weights;
        let named = [
            ("alpha", alpha, true),
            ("beta", beta, self.form.has_trend()),
            ("gamma", gamma, self.form.has_season()),
            ("phi", phi, self.form.is_damped()),
        ];
        let present = named.into_iter().filter(|(_, _, present)| *present);
        let parameters: BTreeMap<String, f64> = present.map(|(name, value, _)| (name.to_owned(), value)).collect();
        let unit = if self.form.is_multiplicative() { 1.0 } else { self.scale };
        Summary {
            model: self.form.to_string(),
            season: self.period,
            observations: self.series.len(),
            parameters,
            sigma2: Some(self.sigma2 * unit * unit).filter(|value| value.is_finite()),
            log_likelihood: self.log_likelihood,
            aicc: self.aicc,
        }
    }

    fn check(&self) -> Result<()> {
        self.check_observed()?;
        let Weights { alpha, beta, gamma, phi } = self.weights;
        let period = if self.form.has_season() { 2..=LONGEST_SEASON } else { 1..=1 };
        ensure!(period.contains(&self.period), InvalidData, "{} has season {}", self.form, self.period);
        let places = if self.form.has_season() { self.period } else { 0 };
        let exponent = self.scale.log2();
        let power = self.scale.is_normal() && exponent.fract() == 0.0;
        ensure!(power, InvalidData, "the scale must be a power of two, is {}", self.scale);
        let states = [self.first.level, self.first.slope, self.last.level, self.last.slope];
        let numbers = states.iter().chain(&self.first_seasons).chain(&self.last_seasons).chain(&self.log_likelihood);
        for (name, holds) in [
            ("alpha must lie in (0, 1]", alpha > 0.0 && alpha <= 1.0),
            (
                "beta must lie in [0, alpha], 0 without a trend",
                (0.0..=alpha).contains(&beta) && (beta == 0.0 || self.form.has_trend()),
            ),
            (
                "gamma must lie in [0, 1], 0 without a season",
                (0.0..=1.0).contains(&gamma) && (gamma == 0.0 || self.form.has_season()),
            ),
            (
                "phi must lie in (0, 1], 1 without damping",
                phi > 0.0 && phi <= 1.0 && (phi == 1.0 || self.form.is_damped()),
            ),
            (
                "there must be one season per place",
                self.first_seasons.len() == places && self.last_seasons.len() == places,
            ),
            ("states and likelihood must be finite", numbers.chain(&self.aicc).all(|value| value.is_finite())),
            ("sigma2 must be at least 0 and finite", self.sigma2 >= 0.0 && self.sigma2.is_finite()),
            ("the degrees of freedom must be at least 1", self.freedom >= 1.0 && self.freedom.is_finite()),
            ("as many observations must be there as were fitted", (1..=self.series.len()).contains(&self.fitted)),
            ("the number of paths is out of range", PATHS.contains(&self.paths)),
        ] {
            ensure!(holds, InvalidData, "a saved state of {} does not hold together: {name}", self.form);
        }
        let (mut start, mut ring) = (self.first, self.first_seasons.clone());
        let defined = self.run(&self.series, &mut start, &mut ring).1.is_some();
        ensure!(defined, InvalidData, "a saved state of {} is not defined on its own observations", self.form);
        Ok(())
    }

    fn level(&self) -> Option<Vec<f64>> {
        let level = |point: &Point| (point.base - self.weights.phi * point.slope) * self.scale;
        Some(self.replay().0.iter().map(level).collect())
    }

    fn trend(&self) -> Option<Vec<f64>> {
        self.form.has_trend().then(|| self.replay().0.iter().map(|point| point.slope * self.scale).collect())
    }

    fn season(&self) -> Option<Vec<f64>> {
        let unit = if self.form.season == Season::Additive { self.scale } else { 1.0 };
        self.form.has_season().then(|| self.replay().0.iter().map(|point| point.season * unit).collect())
    }
}
