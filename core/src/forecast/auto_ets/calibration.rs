//! How much wider than the model says a forecast's spread is.
//!
//! Model variances rest on the one-step errors and on parameters as if they were known. Two things are set against that,
//! weighed by how many independent errors of `h` steps a series of `n` observations holds, about `n / h`:
//!
//! - `r_h`, the mean square of the errors that the fitted recursion makes `h` steps ahead inside the series, over the model's
//!   variance; what a form gets wrong about the distant future shows there, be it too wide or too narrow;
//! - `1 + 6 h / n`, what unknown parameters cost: for a random walk with an estimated slope the exact factor is
//!   `1 + h / (n - 1)`, and the multiple was chosen so that 95 % intervals hold 95 % of the development data.
//!
//! The variance is multiplied by `exp((n / h ln r_h + 8 ln(1 + 6 h / n)) / (n / h + 8))`: ratios of variances are weighed
//! by their logarithms, so that a form that is five times too wide is mended as readily as one that is five times too
//! narrow. On rolling origins inside the development series that gave smaller interval scores in every frequency than
//! weighing the ratios themselves.
//! Sources: Chatfield (1993), *Calculating interval forecasts*, Journal of Business & Economic Statistics 11(2), section
//! 4.5 (errors within the sample); Hyndman, Athanasopoulos, *Forecasting: Principles and Practice* (3rd ed.), table 5.2.
use super::form::{Form, Season};
use super::recursion::{Point, SMALLEST, Weights};

/// What unknown parameters add per step and observation.
const DRIFT: f64 = 6.0;
/// How many independent errors the model's own word is worth.
const WORTH: f64 = 8.0;
/// How far errors within the sample may speak against the model.
const LIMITS: (f64, f64) = (0.1, 10.0);
/// The most steps ahead and the most origins that are looked at; further ahead the last ratio holds.
const STEPS: usize = 500;
const ORIGINS: usize = 2_000;

/// A filtered series.
pub(super) struct Past<'a> {
    pub(super) form: Form,
    pub(super) period: usize,
    pub(super) weights: Weights,
    /// Scaled observations, one point of the tape each.
    pub(super) series: &'a [f64],
    pub(super) tape: &'a [Point],
}

impl Past<'_> {
    /// By what the model's variance of each step is multiplied. `spreads` are the model's variances, of relative errors if
    /// the errors are multiplicative; without them the parameters' share alone is given.
    pub(super) fn widening(&self, horizon: usize, spreads: Option<&[f64]>) -> Vec<f64> {
        let n = self.series.len() as f64;
        let mut ratio = 1.0;
        let (mut damp, mut sum) = (1.0, 0.0);
        (1..=horizon)
            .map(|step| {
                damp *= self.weights.phi;
                sum += damp;
                let spread = spreads.and_then(|spreads| spreads.get(step - 1)).filter(|spread| **spread > 0.0);
                let seen = if step <= STEPS { self.mean_square(step, sum) } else { None };
                if let (Some(spread), Some(seen)) = (spread, seen) {
                    ratio = (seen / spread).clamp(LIMITS.0, LIMITS.1);
                }
                let own = 1.0 + DRIFT * step as f64 / n;
                let errors = if spreads.is_some() { n / step as f64 } else { 0.0 };
                ((errors * ratio.ln() + WORTH * own.ln()) / (errors + WORTH)).exp()
            })
            .collect()
    }

    /// Mean square of the errors `step` steps ahead of every origin after the first fifth of the series; `sum` is
    /// `phi + .. + phi^step`. Nothing where no origin is left.
    fn mean_square(&self, step: usize, sum: f64) -> Option<f64> {
        let first = (self.series.len() / 5).max(3);
        let origins = (self.series.len() + 1).checked_sub(first + step).filter(|count| *count > 0)?;
        let stride = origins.div_ceil(ORIGINS);
        let mut square = 0.0;
        let mut count = 0.0;
        for origin in (first..first + origins).step_by(stride) {
            let before = &self.tape[origin];
            let base = before.base + (sum - self.weights.phi) * before.slope;
            // The season of a place is not touched again before its next turn.
            let season = self.tape[origin + (step - 1) % self.period].season;
            let mean = match self.form.season {
                Season::None => base,
                Season::Additive => base + season,
                Season::Multiplicative => base * season,
            };
            let mut error = self.series[origin + step - 1] - mean;
            if self.form.is_multiplicative() {
                if mean <= SMALLEST {
                    continue;
                }
                error /= mean;
            }
            square += error * error;
            count += 1.0;
        }
        (count > 0.0 && square.is_finite()).then(|| square / count)
    }
}
