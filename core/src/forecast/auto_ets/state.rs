//! One fitted series: what it knows, what it answers.
use serde::{Deserialize, Serialize};

use super::form::{Form, Season};
use super::interval::End;
use super::recursion::{Point, Start, Weights, passes};
use crate::error::{Result, ensure};
use crate::forecast::method::SeriesState;
use crate::forecast::result::{SeriesForecast, Summary};
use crate::math::normal;

/// One series known to [`AutoEts`](super::AutoEts).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AutoEtsState {
    pub(super) series: Vec<f64>,
    /// Everything below is in units of this power of two.
    pub(super) scale: f64,
    pub(super) form: Form,
    pub(super) period: usize,
    pub(super) weights: Weights,
    pub(super) first: Start,
    pub(super) first_seasons: Vec<f64>,
    pub(super) last: Start,
    pub(super) last_seasons: Vec<f64>,
    /// Variance of the one-step errors with the degrees of freedom taken off.
    pub(super) sigma2: f64,
    pub(super) freedom: f64,
    pub(super) log_likelihood: Option<f64>,
    pub(super) aicc: Option<f64>,
    pub(super) paths: usize,
}

impl AutoEtsState {
    /// Run the recursion over all observations.
    fn replay(&self) -> Vec<Point> {
        let scaled: Vec<f64> = self.series.iter().map(|y| y / self.scale).collect();
        let mut tape = vec![Point::default(); scaled.len()];
        let (mut start, mut ring) = (self.first, self.first_seasons.clone());
        (passes(self.form).forward)(&scaled, self.period, &self.weights, &mut start, &mut ring, &mut tape);
        tape
    }

    pub(super) fn end(&self) -> End<'_> {
        End {
            form: self.form,
            weights: self.weights,
            states: self.last,
            seasons: &self.last_seasons,
            place: self.series.len() % self.period,
        }
    }
}

impl SeriesState for AutoEtsState {
    fn observed(&self) -> &[f64] {
        &self.series
    }

    fn fitted_values(&self) -> Vec<f64> {
        self.replay().iter().map(|point| point.mean(self.form.season) * self.scale).collect()
    }

    fn predict(&self, horizon: usize, levels: &[f64], _seed: u64) -> Result<SeriesForecast> {
        let mean: Vec<f64> = self.end().means(horizon).iter().map(|value| value * self.scale).collect();
        let variances = self.end().variances(horizon, self.sigma2).unwrap_or_default();
        let bands = levels
            .iter()
            .map(|level| {
                let z = normal::quantile(0.5 + level / 2.0);
                let bound = |sign: f64| {
                    mean.iter().zip(&variances).map(|(m, v)| m + sign * z * v.sqrt() * self.scale).collect::<Vec<_>>()
                };
                (bound(-1.0), bound(1.0))
            })
            .collect();
        Ok(SeriesForecast { mean, bands })
    }

    fn update(&mut self, new: &[f64]) -> Result<()> {
        let scaled: Vec<f64> = new.iter().map(|y| y / self.scale).collect();
        let mut tape = vec![Point::default(); scaled.len()];
        let mut last = self.last;
        // The ring is turned so that its first place belongs to the first new observation.
        let mut ring = self.last_seasons.clone();
        let place = self.series.len() % self.period;
        if !ring.is_empty() {
            ring.rotate_left(place);
        }
        let found = (passes(self.form).forward)(&scaled, self.period, &self.weights, &mut last, &mut ring, &mut tape);
        ensure!(
            found.is_some(),
            InvalidData,
            "the new values drive {} across zero or out of the numbers; fit again with them",
            self.form
        );
        if !ring.is_empty() {
            ring.rotate_right(place);
        }
        self.last = last;
        self.last_seasons = ring;
        self.series.extend_from_slice(new);
        Ok(())
    }

    fn summary(&self) -> Summary {
        let mut parameters = std::collections::BTreeMap::new();
        parameters.insert("alpha".to_owned(), self.weights.alpha);
        if self.form.has_trend() {
            parameters.insert("beta".to_owned(), self.weights.beta);
        }
        if self.form.has_season() {
            parameters.insert("gamma".to_owned(), self.weights.gamma);
        }
        if self.form.is_damped() {
            parameters.insert("phi".to_owned(), self.weights.phi);
        }
        let unit = if self.form.is_multiplicative() { 1.0 } else { self.scale };
        Summary {
            model: self.form.to_string(),
            season: if self.form.has_season() { self.period } else { 1 },
            observations: self.series.len(),
            parameters,
            sigma2: Some(self.sigma2 * unit * unit).filter(|value| value.is_finite()),
            log_likelihood: self.log_likelihood,
            aicc: self.aicc,
        }
    }

    fn level(&self) -> Option<Vec<f64>> {
        let tape = self.replay();
        Some(tape.iter().map(|p| (p.base - self.weights.phi * p.slope) * self.scale).collect())
    }

    fn trend(&self) -> Option<Vec<f64>> {
        self.form.has_trend().then(|| self.replay().iter().map(|p| p.slope * self.scale).collect())
    }

    fn season(&self) -> Option<Vec<f64>> {
        let unit = if self.form.season == Season::Additive { self.scale } else { 1.0 };
        self.form.has_season().then(|| self.replay().iter().map(|p| p.season * unit).collect())
    }
}
