//! The recursion over a series. It is written once and compiled for each of the 18 combinations of error, trend and
//! season, and so are its [gradient](super::gradient) and its [curvature](super::curvature).
//!
//! With `q = l + phi b`, one-step mean `f = q`, `q + s` or `q s`, and `e = y - f`:
//! `u = e` (or `e / s` if the season multiplies), `l' = q + alpha u`, `b' = phi b + beta u`, `s' = s + gamma v` with
//! `v = e` (or `e / q`). A multiplicative error changes the likelihood, not the recursion.
use serde::{Deserialize, Serialize};

use super::curvature::{Sensitivity, curvature};
use super::form::{Error, Form, Season, Trend};
use super::gradient::backward;

pub(super) const TREND_NONE: u8 = 0;
pub(super) const TREND_ADDITIVE: u8 = 1;
pub(super) const TREND_DAMPED: u8 = 2;
pub(super) const SEASON_NONE: u8 = 0;
pub(super) const SEASON_ADDITIVE: u8 = 1;
pub(super) const SEASON_MULTIPLICATIVE: u8 = 2;

/// The smallest value, relative to the mean size of the series, that a form which divides may take: below, a state has
/// crossed zero and the form is not defined.
pub(super) const SMALLEST: f64 = 1e-9;

/// Smoothing weights: beta and gamma are 0 and phi 1 where the form lacks them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Weights {
    pub(super) alpha: f64,
    pub(super) beta: f64,
    pub(super) gamma: f64,
    pub(super) phi: f64,
}

/// Level and slope; the seasons stand in a ring of their own whose entry `t % period` belongs to time `t`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Start {
    pub(super) level: f64,
    pub(super) slope: f64,
}

/// What one step looked like before its observation was seen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Point {
    /// `l + phi b`.
    pub(super) base: f64,
    pub(super) slope: f64,
    pub(super) season: f64,
}

impl Point {
    /// The one-step mean.
    pub(super) fn mean(&self, season: Season) -> f64 {
        match season {
            Season::None => self.base,
            Season::Additive => self.base + self.season,
            Season::Multiplicative => self.base * self.season,
        }
    }
}

/// What the likelihood is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    /// Sum of squared errors, relative errors if they are multiplicative.
    pub(super) square: f64,
    /// Sum of the logarithms of the one-step means; 0 for additive errors.
    pub(super) log: f64,
}

type Forward = fn(&[f64], usize, &Weights, &mut Start, &mut [f64], &mut [Point]) -> Option<Sums>;
type Backward = fn(&[f64], usize, &Weights, f64, &[Point], &mut [f64], &mut [f64]);
type Curvature = fn(&[f64], usize, &Weights, &[Point], &mut Sensitivity);

/// The three passes of one form.
#[derive(Clone, Copy)]
pub(super) struct Passes {
    /// `(series, period, weights, start, ring, tape)`: leaves the last states in `start` and `ring` and one point per
    /// observation on the tape; nothing where a value would cross zero or leave the numbers.
    pub(super) forward: Forward,
    /// `(series, period, weights, n / square, tape, ring of adjoints, gradient)`: the gradient of
    /// `n ln square + 2 log` with respect to weights and first states in the form's layout.
    pub(super) backward: Backward,
    /// `(series, period, weights, tape, sensitivity)`: the sum of outer products of the errors' gradients.
    pub(super) curvature: Curvature,
}

/// The passes that belong to a form.
pub(super) fn passes(form: Form) -> Passes {
    macro_rules! compiled {
        ($trend:ident, $season:ident) => {
            match form.error {
                Error::Additive => Passes {
                    forward: forward::<$trend, $season, false>,
                    backward: backward::<$trend, $season, false>,
                    curvature: curvature::<$trend, $season, false>,
                },
                Error::Multiplicative => Passes {
                    forward: forward::<$trend, $season, true>,
                    backward: backward::<$trend, $season, true>,
                    curvature: curvature::<$trend, $season, true>,
                },
            }
        };
        ($trend:ident) => {
            match form.season {
                Season::None => compiled!($trend, SEASON_NONE),
                Season::Additive => compiled!($trend, SEASON_ADDITIVE),
                Season::Multiplicative => compiled!($trend, SEASON_MULTIPLICATIVE),
            }
        };
    }
    match form.trend {
        Trend::None => compiled!(TREND_NONE),
        Trend::Additive => compiled!(TREND_ADDITIVE),
        Trend::Damped => compiled!(TREND_DAMPED),
    }
}

/// A running product whose logarithm is taken only when it threatens to leave the numbers.
struct LogSum {
    product: f64,
    sum: f64,
}

impl LogSum {
    #[inline(always)]
    fn add(&mut self, value: f64) {
        self.product *= value;
        if !(1e-120..1e120).contains(&self.product) {
            self.sum += self.product.ln();
            self.product = 1.0;
        }
    }
}

#[inline(always)]
fn base<const TREND: u8>(level: f64, slope: f64, phi: f64) -> f64 {
    match TREND {
        TREND_NONE => level,
        TREND_ADDITIVE => level + slope,
        _ => level + phi * slope,
    }
}

/// Whether states of a form that divides are on the right side of zero; NaN is not.
#[inline(always)]
pub(super) fn is_alive(base: f64, season: f64) -> bool {
    base > SMALLEST && season > SMALLEST
}

fn forward<const TREND: u8, const SEASON: u8, const RELATIVE: bool>(
    series: &[f64],
    period: usize,
    weights: &Weights,
    start: &mut Start,
    ring: &mut [f64],
    tape: &mut [Point],
) -> Option<Sums> {
    let Weights { alpha, beta, gamma, phi } = *weights;
    let (mut level, mut slope) = (start.level, start.slope);
    let mut logs = LogSum { product: 1.0, sum: 0.0 };
    let mut square = 0.0;
    let mut place = 0;
    for (&y, point) in series.iter().zip(tape.iter_mut()) {
        let q = base::<TREND>(level, slope, phi);
        let season = if SEASON == SEASON_NONE { 0.0 } else { ring[place] };
        let mean = match SEASON {
            SEASON_NONE => q,
            SEASON_ADDITIVE => q + season,
            _ => q * season,
        };
        *point = Point { base: q, slope, season };
        if SEASON == SEASON_MULTIPLICATIVE && !is_alive(q, season) {
            return None;
        }
        if RELATIVE && !is_alive(mean, 1.0) {
            return None;
        }
        let error = y - mean;
        if RELATIVE {
            let relative = error / mean;
            square += relative * relative;
            logs.add(mean);
        } else {
            square += error * error;
        }
        let (u, v) = if SEASON == SEASON_MULTIPLICATIVE { (error / season, error / q) } else { (error, error) };
        level = q + alpha * u;
        match TREND {
            TREND_NONE => {}
            TREND_ADDITIVE => slope += beta * u,
            _ => slope = phi * slope + beta * u,
        }
        if SEASON != SEASON_NONE {
            ring[place] = season + gamma * v;
            place += 1;
            if place == period {
                place = 0;
            }
        }
    }
    *start = Start { level, slope };
    let log = logs.sum + logs.product.ln();
    (square.is_finite() && log.is_finite()).then_some(Sums { square, log })
}
