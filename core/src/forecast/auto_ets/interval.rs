//! Means and variances of future values.
//!
//! Class 1 (additive errors, no multiplicative season): `sigma^2 (1 + sum c_j^2)`. Class 2 (multiplicative errors, no
//! multiplicative season): `theta_h = mu_h^2 + sigma^2 sum c_j^2 theta_(h-j)`, variance `(1 + sigma^2) theta_h - mu_h^2`.
//! Class 3 (multiplicative errors and season): the same for the level and slope, times the season's own growth.
//! `c_j` is what an error adds to the mean `j` steps later. Source: Hyndman, Koehler, Ord, Snyder (2008), chapter 6.
use super::form::{Form, Season};
use super::recursion::{Start, Weights};

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
    /// Level with slope, and season, `step` >= 1 steps ahead, called in order with the running slope sum.
    fn season(&self, step: usize) -> f64 {
        match self.form.season {
            Season::Additive => self.seasons[(self.place + step - 1) % self.seasons.len()],
            Season::Multiplicative => self.seasons[(self.place + step - 1) % self.seasons.len()],
            Season::None => 0.0,
        }
    }

    /// Level with slope for each step.
    fn bases(&self, horizon: usize) -> Vec<f64> {
        let mut damp = 1.0;
        let mut sum = 0.0;
        (0..horizon)
            .map(|_| {
                damp *= self.weights.phi;
                sum += damp;
                self.states.level + sum * self.states.slope
            })
            .collect()
    }

    fn means_of(&self, bases: &[f64]) -> Vec<f64> {
        let value = |(i, base): (usize, &f64)| match self.form.season {
            Season::None => *base,
            Season::Additive => base + self.season(i + 1),
            Season::Multiplicative => base * self.season(i + 1),
        };
        bases.iter().enumerate().map(value).collect()
    }

    /// The recursion without errors, one value per step.
    pub(super) fn means(&self, horizon: usize) -> Vec<f64> {
        self.means_of(&self.bases(horizon))
    }

    /// Variance of each step for a one-step variance of `sigma2`; nothing where the form has no formula.
    pub(super) fn variances(&self, horizon: usize, sigma2: f64) -> Option<Vec<f64>> {
        let bases = self.bases(horizon);
        let Weights { alpha, beta, gamma, phi } = self.weights;
        // c_j for j = 1.., without the season's part.
        let mut damp = 1.0;
        let mut sum = 0.0;
        let effects: Vec<f64> = (1..horizon)
            .map(|_| {
                damp *= phi;
                sum += damp;
                alpha + beta * sum
            })
            .collect();
        let period = self.seasons.len();
        let with_season = |j: usize| {
            let own = if period > 0 && j.is_multiple_of(period) { gamma } else { 0.0 };
            effects[j - 1] + own
        };
        match (self.form.is_multiplicative(), self.form.season) {
            (false, Season::Multiplicative) => None,
            (false, _) => {
                let mut total = 0.0;
                Some(
                    (1..=horizon)
                        .map(|h| {
                            if h > 1 {
                                total += with_season(h - 1).powi(2);
                            }
                            sigma2 * (1.0 + total)
                        })
                        .collect(),
                )
            }
            (true, season) => {
                let apart = season == Season::Multiplicative;
                let means = if apart { bases.clone() } else { self.means_of(&bases) };
                let squares: Vec<f64> =
                    (1..horizon).map(|j| if apart { effects[j - 1] } else { with_season(j) }.powi(2)).collect();
                let mut theta = Vec::with_capacity(horizon);
                for (h, mean) in means.iter().enumerate() {
                    let carried: f64 =
                        squares[..h].iter().zip(theta.iter().rev()).map(|(c, t): (&f64, &f64)| c * t).sum();
                    theta.push(mean * mean + sigma2 * carried);
                }
                let variance = |(i, (theta, mean)): (usize, (&f64, &f64))| {
                    if apart {
                        let growth = (1.0 + gamma * gamma * sigma2).powf((i / period) as f64);
                        self.season(i + 1).powi(2) * (theta * (1.0 + sigma2) * growth - mean * mean)
                    } else {
                        (1.0 + sigma2) * theta - mean * mean
                    }
                };
                Some(theta.iter().zip(&means).enumerate().map(variance).map(|v| v.max(0.0)).collect())
            }
        }
    }
}
