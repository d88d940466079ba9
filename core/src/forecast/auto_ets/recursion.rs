//! The recursions: one pass forward for the errors, one pass back for the exact gradient, one pass with sensitivities for
//! the curvature. Everything is written once and compiled for each of the 18 combinations of error, trend and season.
//!
//! With `q = l + phi b`, one-step mean `f = q`, `q + s` or `q s`, and `e = y - f`:
//! `u = e` (or `e / s` if the season multiplies), `l' = q + alpha u`, `b' = phi b + beta u`, `s' = s + gamma v` with
//! `v = e` (or `e / q`). A multiplicative error changes the likelihood, not the recursion.
use serde::{Deserialize, Serialize};

use super::form::{Error, Form, Season, Trend};

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
        if SEASON == SEASON_MULTIPLICATIVE && !(q > SMALLEST && season > SMALLEST) {
            return None;
        }
        if RELATIVE && !(mean > SMALLEST) {
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

fn backward<const TREND: u8, const SEASON: u8, const RELATIVE: bool>(
    series: &[f64],
    period: usize,
    weights: &Weights,
    factor: f64,
    tape: &[Point],
    ring: &mut [f64],
    gradient: &mut [f64],
) {
    let Weights { alpha, beta, gamma, phi } = *weights;
    let n = series.len();
    if SEASON != SEASON_NONE {
        ring.fill(0.0);
    }
    let mut place = if SEASON == SEASON_NONE { 0 } else { n % period };
    // Adjoints of the states after the step, and of the weights.
    let (mut level, mut slope) = (0.0, 0.0);
    let (mut to_alpha, mut to_beta, mut to_gamma, mut to_phi) = (0.0, 0.0, 0.0, 0.0);
    for (&y, point) in series.iter().zip(tape).rev() {
        if SEASON != SEASON_NONE {
            place = if place == 0 { period - 1 } else { place - 1 };
        }
        let (q, s) = (point.base, point.season);
        let mean = match SEASON {
            SEASON_NONE => q,
            SEASON_ADDITIVE => q + s,
            _ => q * s,
        };
        let error = y - mean;
        let mut season = if SEASON == SEASON_NONE { 0.0 } else { ring[place] };
        let to_u = alpha * level + beta * slope;
        let to_v = gamma * season;
        let mut to_base = level;
        // What the error passes on to the states, and its own part of the objective.
        let mut to_error;
        if SEASON == SEASON_MULTIPLICATIVE {
            let (per_s, per_q) = (1.0 / s, 1.0 / q);
            let (u, v) = (error * per_s, error * per_q);
            to_alpha += level * u;
            to_beta += slope * u;
            to_gamma += season * v;
            to_error = to_u * per_s + to_v * per_q;
            season -= to_u * u * per_s;
            to_base -= to_v * v * per_q;
        } else {
            to_alpha += level * error;
            to_beta += slope * error;
            to_gamma += season * error;
            to_error = to_u + if SEASON == SEASON_NONE { 0.0 } else { to_v };
        }
        let mut to_mean = 0.0;
        if RELATIVE {
            let per_mean = 1.0 / mean;
            let relative = error * per_mean;
            // r = y / f - 1
            to_mean = 2.0 * per_mean * (1.0 - factor * relative * y * per_mean);
        } else {
            to_error += 2.0 * factor * error;
        }
        to_mean -= to_error;
        match SEASON {
            SEASON_NONE => to_base += to_mean,
            SEASON_ADDITIVE => {
                to_base += to_mean;
                season += to_mean;
            }
            _ => {
                to_base += to_mean * s;
                season += to_mean * q;
            }
        }
        if SEASON != SEASON_NONE {
            ring[place] = season;
        }
        level = to_base;
        match TREND {
            TREND_NONE => {}
            TREND_ADDITIVE => slope += to_base,
            _ => {
                to_phi += point.slope * (slope + to_base);
                slope = phi * (slope + to_base);
            }
        }
    }
    let mut put = gradient.iter_mut();
    let mut next = |value: f64| {
        if let Some(place) = put.next() {
            *place = value;
        }
    };
    next(to_alpha);
    if TREND != TREND_NONE {
        next(to_beta);
    }
    if SEASON != SEASON_NONE {
        next(to_gamma);
    }
    if TREND == TREND_DAMPED {
        next(to_phi);
    }
    next(level);
    if TREND != TREND_NONE {
        next(slope);
    }
    if SEASON != SEASON_NONE {
        ring.iter().for_each(|value| next(*value));
    }
}

/// Buffers of the pass with sensitivities, and its result.
#[derive(Clone, Debug, Default)]
pub(super) struct Sensitivity {
    level: Vec<f64>,
    slope: Vec<f64>,
    /// `[place, number]`.
    season: Vec<f64>,
    error: Vec<f64>,
    base: Vec<f64>,
    /// Sum over time of the outer products of the errors' gradients, `[number, number]`, lower triangle; only its
    /// diagonal where `diagonal` is set.
    pub(super) gram: Vec<f64>,
    /// Leave out everything but the diagonal.
    pub(super) diagonal: bool,
}

impl Sensitivity {
    /// Clear everything for a form with `len` numbers.
    fn clear(&mut self, len: usize, seasons: usize) {
        for (buffer, size) in [
            (&mut self.level, len),
            (&mut self.slope, len),
            (&mut self.error, len),
            (&mut self.base, len),
            (&mut self.season, len * seasons),
            (&mut self.gram, len * len),
        ] {
            buffer.clear();
            buffer.resize(size, 0.0);
        }
    }
}

fn curvature<const TREND: u8, const SEASON: u8, const RELATIVE: bool>(
    series: &[f64],
    period: usize,
    weights: &Weights,
    tape: &[Point],
    work: &mut Sensitivity,
) {
    let Weights { alpha, beta, gamma, phi } = *weights;
    let has_trend = TREND != TREND_NONE;
    let has_season = SEASON != SEASON_NONE;
    // The form's layout, as in `Form::layout`.
    let at_beta = usize::from(has_trend);
    let at_gamma = at_beta + usize::from(has_season);
    let at_phi = at_gamma + usize::from(TREND == TREND_DAMPED);
    let at_level = at_phi + 1;
    let at_season = at_level + 1 + usize::from(has_trend);
    let len = at_season + if has_season { period } else { 0 };
    work.clear(len, if has_season { period } else { 0 });
    work.level[at_level] = 1.0;
    if has_trend {
        work.slope[at_level + 1] = 1.0;
    }
    if has_season {
        for place in 0..period {
            work.season[place * len + at_season + place] = 1.0;
        }
    }
    let mut place = 0;
    for (&y, point) in series.iter().zip(tape) {
        let (q, s) = (point.base, point.season);
        let mean = match SEASON {
            SEASON_NONE => q,
            SEASON_ADDITIVE => q + s,
            _ => q * s,
        };
        let error = y - mean;
        // Derivatives of the mean with respect to base and season, of u and v with respect to their two arguments.
        let (mean_base, mean_season) = if SEASON == SEASON_MULTIPLICATIVE { (s, q) } else { (1.0, 1.0) };
        let scale = if RELATIVE { y / (mean * mean) } else { 1.0 };
        let row = if has_season { &mut work.season[place * len..(place + 1) * len] } else { &mut [][..] };
        for j in 0..len {
            let base = work.level[j] + if has_trend { phi * work.slope[j] } else { 0.0 };
            work.base[j] = base;
            let season = if has_season { row[j] } else { 0.0 };
            work.error[j] = -(mean_base * base + if has_season { mean_season * season } else { 0.0 });
        }
        if TREND == TREND_DAMPED {
            work.base[at_phi] += point.slope;
            work.error[at_phi] -= mean_base * point.slope;
        }
        let (u, v, per_s, per_q) = if SEASON == SEASON_MULTIPLICATIVE {
            (error / s, error / q, 1.0 / s, 1.0 / q)
        } else {
            (error, error, 1.0, 1.0)
        };
        for j in 0..len {
            let mut to_u = work.error[j] * per_s;
            let mut to_v = work.error[j] * per_q;
            if SEASON == SEASON_MULTIPLICATIVE {
                to_u -= u * per_s * row[j];
                to_v -= v * per_q * work.base[j];
            }
            work.level[j] = work.base[j] + alpha * to_u;
            if has_trend {
                work.slope[j] = phi * work.slope[j] + beta * to_u;
            }
            if has_season {
                row[j] += gamma * to_v;
            }
        }
        work.level[0] += u;
        if has_trend {
            work.slope[at_beta] += u;
        }
        if has_season {
            row[at_gamma] += v;
            place = if place + 1 == period { 0 } else { place + 1 };
        }
        if TREND == TREND_DAMPED {
            work.slope[at_phi] += point.slope;
        }
        let weight = scale * scale;
        if work.diagonal {
            for j in 0..len {
                work.gram[j * len + j] += weight * work.error[j] * work.error[j];
            }
        } else {
            for i in 0..len {
                let left = weight * work.error[i];
                let (row, right) = (&mut work.gram[i * len..i * len + i + 1], &work.error[..=i]);
                row.iter_mut().zip(right).for_each(|(sum, right)| *sum += left * right);
            }
        }
    }
}
