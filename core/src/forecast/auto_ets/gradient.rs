//! The exact gradient: one pass back over the tape of the recursion (reverse-mode differentiation). Its cost does not depend
//! on how many first states there are.
use super::recursion::{
    Point, SEASON_ADDITIVE, SEASON_MULTIPLICATIVE, SEASON_NONE, TREND_ADDITIVE, TREND_DAMPED, TREND_NONE, Weights,
};

/// Adjoints: what the objective gains per unit of a state after the present step, and of a weight.
#[derive(Default)]
struct Adjoints {
    level: f64,
    slope: f64,
    alpha: f64,
    beta: f64,
    gamma: f64,
    phi: f64,
}

/// The gradient of `n ln square + 2 log`, see [`Passes`](super::recursion::Passes).
pub(super) fn backward<const TREND: u8, const SEASON: u8, const RELATIVE: bool>(
    series: &[f64],
    period: usize,
    weights: &Weights,
    factor: f64,
    tape: &[Point],
    ring: &mut [f64],
    gradient: &mut [f64],
) {
    let mut adjoints = Adjoints::default();
    let mut place = 0;
    if SEASON != SEASON_NONE {
        ring.fill(0.0);
        place = series.len() % period;
    }
    let mut none = 0.0;
    for (&y, point) in series.iter().zip(tape).rev() {
        let season = if SEASON == SEASON_NONE {
            &mut none
        } else {
            place = if place == 0 { period - 1 } else { place - 1 };
            &mut ring[place]
        };
        step_back::<TREND, SEASON, RELATIVE>(y, point, weights, factor, &mut adjoints, season);
    }
    let Adjoints { level, slope, alpha, beta, gamma, phi } = adjoints;
    // The form's layout, as in `Form::layout`.
    let numbers = [
        (alpha, true),
        (beta, TREND != TREND_NONE),
        (gamma, SEASON != SEASON_NONE),
        (phi, TREND == TREND_DAMPED),
        (level, true),
        (slope, TREND != TREND_NONE),
    ];
    let seasons: &[f64] = if SEASON == SEASON_NONE { &[] } else { ring };
    let present = numbers.into_iter().filter(|(_, present)| *present).map(|(value, _)| value);
    gradient.iter_mut().zip(present.chain(seasons.iter().copied())).for_each(|(place, value)| *place = value);
}

/// Carry the adjoints from after a step to before it; `season` is the adjoint of the step's place.
#[inline(always)]
fn step_back<const TREND: u8, const SEASON: u8, const RELATIVE: bool>(
    y: f64,
    point: &Point,
    weights: &Weights,
    factor: f64,
    adjoints: &mut Adjoints,
    season: &mut f64,
) {
    let Weights { alpha, beta, gamma, phi } = *weights;
    let (q, s) = (point.base, point.season);
    let mean = match SEASON {
        SEASON_NONE => q,
        SEASON_ADDITIVE => q + s,
        _ => q * s,
    };
    let error = y - mean;
    let to_u = alpha * adjoints.level + beta * adjoints.slope;
    let to_v = gamma * *season;
    let mut to_base = adjoints.level;
    let mut to_error;
    if SEASON == SEASON_MULTIPLICATIVE {
        let (per_s, per_q) = (1.0 / s, 1.0 / q);
        let (u, v) = (error * per_s, error * per_q);
        adjoints.alpha += adjoints.level * u;
        adjoints.beta += adjoints.slope * u;
        adjoints.gamma += *season * v;
        to_error = to_u * per_s + to_v * per_q;
        *season -= to_u * u * per_s;
        to_base -= to_v * v * per_q;
    } else {
        adjoints.alpha += adjoints.level * error;
        adjoints.beta += adjoints.slope * error;
        adjoints.gamma += *season * error;
        to_error = to_u + if SEASON == SEASON_NONE { 0.0 } else { to_v };
    }
    // The step's own part of the objective: r = e, or r = y / f - 1 with ln f beside it.
    let mut to_mean = 0.0;
    if RELATIVE {
        let per_mean = 1.0 / mean;
        let relative = error * per_mean;
        to_mean = 2.0 * per_mean * (1.0 - factor * relative * y * per_mean);
    } else {
        to_error += 2.0 * factor * error;
    }
    to_mean -= to_error;
    match SEASON {
        SEASON_NONE => to_base += to_mean,
        SEASON_ADDITIVE => {
            to_base += to_mean;
            *season += to_mean;
        }
        _ => {
            to_base += to_mean * s;
            *season += to_mean * q;
        }
    }
    adjoints.level = to_base;
    match TREND {
        TREND_NONE => {}
        TREND_ADDITIVE => adjoints.slope += to_base,
        _ => {
            adjoints.phi += point.slope * (adjoints.slope + to_base);
            adjoints.slope = phi * (adjoints.slope + to_base);
        }
    }
}
