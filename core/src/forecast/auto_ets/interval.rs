//! Means and variances of future values.
//!
//! With `c_j` what an error adds to the mean `j` steps later, `c_j = alpha + beta (phi + .. + phi^j)`, plus gamma where `j`
//! is a multiple of the period and the form has a season:
//!
//! | class | forms | variance at step h |
//! |---|---|---|
//! | 1 | additive errors, no multiplicative season | `sigma^2 (1 + sum_(j<h) c_j^2)` |
//! | 2 | multiplicative errors, no multiplicative season | `(1 + sigma^2) theta_h - mu_h^2`, `theta_h = mu_h^2 + sigma^2 sum_(j<h) c_j^2 theta_(h-j)` |
//! | 3 | multiplicative errors and season | `s_h^2` times the same, mu and theta of level and slope alone |
//!
//! Classes 1 and 2 are exact, class 3 is up to one period. Beyond, the source lets level and season vary independently;
//! here the error that moves both counts in both, to first order in sigma^2, which is nearer to simulated paths.
//! Compound growth of classes 2 and 3 ends beyond two periods (at least 10 steps): from there on variances grow at most as
//! the fifth power of the step. Additive errors with a multiplicative season have no formula and are simulated. The sums are carried along, so that a
//! step costs the same however far it lies ahead.
//! Source: Hyndman, Koehler, Ord, Snyder (2008), chapter 6.
use super::form::{Form, Season};
use super::guard;
use super::recursion::{Start, Weights};
use crate::math::power;

/// The power of the step with which variances may grow beyond the steps that the guard looks at. Those of additive trends
/// grow with the third, times the square of a growing mean; relative errors compound without end, which no series does.
const FASTEST: i32 = 5;

/// The end of a filtered series: what the future starts from.
#[derive(Clone, Copy, Debug)]
pub(super) struct End<'a> {
    pub(super) form: Form,
    pub(super) weights: Weights,
    pub(super) states: Start,
    /// The ring of seasons and the place of the next observation in it.
    pub(super) seasons: &'a [f64],
    pub(super) place: usize,
}

impl End<'_> {
    /// The season `step` >= 1 steps ahead; what leaves the level as it is where there is none.
    fn season(&self, step: usize) -> f64 {
        match self.form.season {
            Season::None => 0.0,
            _ => self.seasons[(self.place + step - 1) % self.seasons.len()],
        }
    }

    /// Level with slope for each step.
    fn bases(&self) -> impl Iterator<Item = f64> {
        let Weights { phi, .. } = self.weights;
        let Start { level, slope } = self.states;
        let (mut damp, mut sum) = (1.0, 0.0);
        std::iter::repeat_with(move || {
            damp *= phi;
            sum += damp;
            level + sum * slope
        })
    }

    /// The mean of a step from its level with slope.
    fn mean(&self, base: f64, step: usize) -> f64 {
        match self.form.season {
            Season::None => base,
            Season::Additive => base + self.season(step),
            Season::Multiplicative => base * self.season(step),
        }
    }

    /// The recursion without errors, one value per step.
    pub(super) fn means(&self, horizon: usize) -> Vec<f64> {
        self.bases().take(horizon).enumerate().map(|(i, base)| self.mean(base, i + 1)).collect()
    }

    /// Variance of each step for a one-step variance of `sigma2`; nothing where the form has no formula.
    pub(super) fn variances(&self, horizon: usize, sigma2: f64) -> Option<Vec<f64>> {
        match (self.form.is_multiplicative(), self.form.season) {
            (false, Season::Multiplicative) => None,
            (false, _) => Some(self.absolute(horizon, sigma2)),
            (true, _) => Some(self.relative(horizon, sigma2)),
        }
    }

    /// Class 1.
    fn absolute(&self, horizon: usize, sigma2: f64) -> Vec<f64> {
        let mut carried = Carried::new(self);
        (0..horizon)
            .map(|_| {
                let variance = sigma2 * (1.0 + carried.sum());
                carried.push(1.0);
                variance
            })
            .collect()
    }

    /// Classes 2 and 3.
    fn relative(&self, horizon: usize, sigma2: f64) -> Vec<f64> {
        let mut carried = Carried::new(self);
        let mut variance = |(i, base): (usize, f64)| {
            let (mean, factor) = match self.form.season {
                Season::Multiplicative => (base, self.season(i + 1)),
                _ => (self.mean(base, i + 1), 1.0),
            };
            let spread = sigma2 * carried.sum();
            let theta = mean * mean + spread;
            carried.push(theta);
            // (1 + sigma^2) theta - mean^2, without the cancellation
            factor * factor * (spread + sigma2 * theta)
        };
        let mut variances: Vec<f64> = self.bases().take(horizon).enumerate().map(&mut variance).collect();
        let checked = guard::horizon(self.seasons.len());
        if let Some(&reached) = variances.get(checked - 1) {
            for (i, variance) in variances.iter_mut().enumerate().skip(checked) {
                *variance = variance.min(reached * power::whole((i + 1) as f64 / checked as f64, FASTEST));
            }
        }
        variances
    }
}

/// `sum_(j<h) c_j^2 theta_(h-j)`, carried from step to step: the part of level and slope as the covariance of a state
/// that every theta is poured into, the part of the season per place in the period.
struct Carried {
    weights: Weights,
    /// Covariance of level and slope: (level, level), (level, slope), (slope, slope).
    covariance: [f64; 3],
    /// Per place: sum of the thetas, and sum of the thetas times what the slope has added since.
    seasonal: Vec<(f64, f64)>,
    step: usize,
    /// `phi^m`.
    damping: f64,
}

impl Carried {
    fn new(end: &End<'_>) -> Self {
        let period = end.seasons.len();
        Self {
            weights: end.weights,
            covariance: [0.0; 3],
            seasonal: vec![(0.0, 0.0); period],
            step: 0,
            damping: power::whole(end.weights.phi, period as i32),
        }
    }

    /// The sum at the present step.
    fn sum(&self) -> f64 {
        let Weights { alpha, beta, gamma, phi } = self.weights;
        let [level, both, slope] = self.covariance;
        let trend = level + 2.0 * phi * both + phi * phi * slope;
        let Some(&(mass, moment)) = self.seasonal.get(self.step % self.seasonal.len().max(1)) else {
            return trend;
        };
        let slope_part = if beta == 0.0 {
            0.0
        } else if phi < 1.0 {
            phi / (1.0 - phi) * (mass - moment)
        } else {
            self.seasonal.len() as f64 * moment
        };
        trend + (2.0 * gamma * alpha + gamma * gamma) * mass + 2.0 * gamma * beta * slope_part
    }

    /// Let the error of the present step, of size `theta`, enter, and go one step on.
    fn push(&mut self, theta: f64) {
        let Weights { alpha, beta, phi, .. } = self.weights;
        let [level, both, slope] = self.covariance;
        self.covariance = [
            level + 2.0 * phi * both + phi * phi * slope + alpha * alpha * theta,
            phi * both + phi * phi * slope + alpha * beta * theta,
            phi * phi * slope + beta * beta * theta,
        ];
        let places = self.seasonal.len().max(1);
        if let Some((mass, moment)) = self.seasonal.get_mut(self.step % places) {
            // With damping the moment is the sum of phi^(im) theta, without it the sum of i theta, i periods ago.
            *moment = if phi < 1.0 { self.damping * (*moment + theta) } else { *moment + *mass + theta };
            *mass += theta;
        }
        self.step += 1;
    }
}
