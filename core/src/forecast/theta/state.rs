//! One series known to the theta method.
use serde::{Deserialize, Serialize};

use super::filter::Filter;
use super::fit::{SKIPPED, fit};
use super::options::{Theta, ThetaModel};
use super::spread;
use crate::Context;
use crate::error::{Result, ensure};
use crate::forecast::method::{Method, SeriesState};
use crate::forecast::result::{SeriesForecast, Summary};
use crate::forecast::seasonality::{Adjustment, check_season};
use crate::forecast::spread::{check_deviation, deviation, normal_forecast};

/// One series known to [`Theta`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ThetaState {
    series: Vec<f64>,
    model: ThetaModel,
    adjustment: Adjustment,
    frame: Frame,
    /// Before the first observation, in the frame.
    first: Filter,
    /// After the last observation, in the frame.
    last: Filter,
    /// Standard deviation of the one-step errors, in the unit of the data.
    sigma: f64,
}

/// The seasonally adjusted series is fitted less its first value and divided by a power of two near its largest: every
/// theta model gives the same forecasts for it, and huge or tiny values stay in range. Powers of two divide exactly.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Frame {
    origin: f64,
    scale: f64,
}

impl Frame {
    fn of(series: &[f64]) -> Self {
        let largest = series.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let exponent = if largest > 0.0 { largest.log2().floor().clamp(-1000.0, 1000.0) } else { 0.0 };
        Self { origin: series.first().copied().unwrap_or(0.0), scale: exponent.exp2() }
    }

    /// Judge a frame that came from a file.
    fn check(&self) -> Result<()> {
        ensure!(self.origin.is_finite(), InvalidData, "the origin is {}, it must be finite", self.origin);
        ensure!(
            (f64::MIN_POSITIVE..=f64::MAX).contains(&self.scale),
            InvalidData,
            "the scale is {}, it must be above 0 and finite",
            self.scale
        );
        Ok(())
    }

    fn enter(&self, value: f64) -> f64 {
        value / self.scale - self.origin / self.scale
    }

    fn inside(&self, values: &[f64]) -> Vec<f64> {
        values.iter().map(|value| self.enter(*value)).collect()
    }

    fn leave(&self, value: f64) -> f64 {
        (value + self.origin / self.scale) * self.scale
    }
}

impl Method for Theta {
    type State = ThetaState;
    const FITTED: &'static str = "forecast.FittedTheta";

    fn validate(&self) -> Result<()> {
        check_season(self.season)
    }

    fn shortest(&self) -> usize {
        4
    }

    fn fit_series(&self, series: &[f64], context: &Context) -> Result<ThetaState> {
        let adjustment = Adjustment::of(series, self.season, self.decomposition, self.seasonality_test, context)?;
        let adjusted = adjustment.remove(series, 0);
        let frame = Frame::of(&adjusted);
        let inside = frame.inside(&adjusted);
        let first = fit(&inside, self.model, context)?;
        // The classic method's variance is that of its smoothing alone.
        let classic = self.model == ThetaModel::Classic;
        let mut last = first.clone();
        let mut errors = Vec::with_capacity(inside.len());
        for value in &inside {
            errors.push(value - if classic { last.level } else { last.forecast() });
            last.learn(*value);
        }
        let counted = if classic { &errors[..] } else { &errors[SKIPPED..] };
        let parameters = if self.model.is_optimised() { 3 } else { 2 };
        let freedom = counted.len().saturating_sub(parameters).max(1);
        let sigma = deviation(counted.iter().copied(), freedom) * frame.scale;
        Ok(ThetaState { series: series.to_vec(), model: self.model, adjustment, frame, first, last, sigma })
    }
}

impl ThetaState {
    /// Sum of squared one-step errors that the fit minimises and their number, in the unit of the adjusted data.
    #[cfg(test)]
    pub(super) fn loss(&self) -> (f64, usize) {
        let adjusted = self.adjustment.remove(&self.series, 0);
        let fitted = self.before_each(|filter| self.frame.leave(filter.forecast()));
        let errors = adjusted.iter().zip(fitted).skip(SKIPPED).map(|(value, fitted)| value - fitted);
        (errors.clone().map(|error| error * error).sum(), errors.count())
    }

    /// Run the fitted recursion over all observations and put `read` of the state before each into the data's frame.
    fn before_each(&self, read: impl Fn(&Filter) -> f64) -> Vec<f64> {
        let mut filter = self.first.clone();
        let adjusted = self.adjustment.remove(&self.series, 0);
        let step = |value: &f64| {
            let seen = read(&filter);
            filter.learn(self.frame.enter(*value));
            seen
        };
        adjusted.iter().map(step).collect()
    }
}

impl SeriesState for ThetaState {
    fn observed(&self) -> &[f64] {
        &self.series
    }

    fn fitted_values(&self) -> Vec<f64> {
        let mut fitted = self.before_each(|filter| self.frame.leave(filter.forecast()));
        self.adjustment.restore(&mut fitted, &mut [], 0);
        fitted
    }

    fn predict(&self, horizon: usize, levels: &[f64], _: &Context) -> Result<SeriesForecast> {
        let mut mean: Vec<f64> = self.last.path(horizon).into_iter().map(|value| self.frame.leave(value)).collect();
        let mut deviations = Vec::new();
        if !levels.is_empty() {
            let inside = self.frame.inside(&self.adjustment.remove(&self.series, 0));
            deviations = spread::deviations(&inside, &self.first, &self.last, horizon);
            deviations.iter_mut().for_each(|deviation| *deviation *= self.frame.scale);
        }
        self.adjustment.restore(&mut mean, &mut deviations, self.series.len());
        normal_forecast(mean, &deviations, levels)
    }

    fn update(&mut self, new: &[f64]) -> Result<()> {
        for value in self.adjustment.remove(new, self.series.len()) {
            self.last.learn(self.frame.enter(value));
        }
        self.series.extend_from_slice(new);
        Ok(())
    }

    fn summary(&self) -> Summary {
        let filter = &self.first;
        let moved = if self.model == ThetaModel::Classic { 1.0 } else { 1.0 - filter.weight };
        let start = filter.level * self.frame.scale + moved * self.frame.origin;
        let parameters = [
            ("alpha", filter.alpha),
            ("initial_level", start),
            ("slope", self.last.slope() * self.frame.scale),
            ("theta", 1.0 / (1.0 - filter.weight)),
        ];
        Summary {
            model: format!("{}{}", self.model.notation(), self.adjustment.notation()),
            season: self.adjustment.season(),
            observations: self.series.len(),
            parameters: parameters.map(|(name, value)| (name.to_owned(), value)).into(),
            sigma2: Some(self.sigma * self.sigma),
            log_likelihood: None,
            aicc: None,
        }
    }

    fn trend(&self) -> Option<Vec<f64>> {
        Some(self.before_each(|filter| filter.slope() * self.frame.scale))
    }

    fn season(&self) -> Option<Vec<f64>> {
        self.adjustment.seasons(self.series.len())
    }

    fn check(&self) -> Result<()> {
        self.check_observed()?;
        self.adjustment.check(self.series.len())?;
        self.frame.check()?;
        self.first.check_start(self.model.is_dynamic())?;
        check_deviation(self.sigma)?;
        // What stands after the last observation follows from what stood before the first.
        let mut filter = self.first.clone();
        for value in self.adjustment.remove(&self.series, 0) {
            filter.learn(self.frame.enter(value));
        }
        ensure!(
            filter == self.last,
            InvalidData,
            "the state after the last observation, {:?}, does not follow from the observations",
            self.last
        );
        Ok(())
    }
}
