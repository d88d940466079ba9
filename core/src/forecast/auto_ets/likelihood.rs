//! The likelihood of one form as a smooth function inside a box, and its maximum.
//!
//! `-2 log L = n ln(sum of squared errors) + 2 sum ln |f|` (the sum of logarithms for multiplicative errors only; constants
//! dropped, as in the reference implementations). The usual region is a box in alpha, beta's place between its bounds,
//! gamma's place between its bounds and phi: `1e-4 <= alpha <= .9999`, `1e-4 <= beta <= alpha`, `1e-4 <= gamma <= 1 - alpha`,
//! `.8 <= phi <= .98`. First states are free; a form that crosses zero has no likelihood.
use super::curvature::Sensitivity;
use super::form::Form;
use super::recursion::{Passes, Point, Start, Sums, Weights, passes};
use crate::Context;
use crate::error::Result;
use crate::math::cholesky;
use crate::math::quasi_newton::{Bfgs, Smooth, Stopping};

/// The smallest smoothing weight.
const SMALLEST_WEIGHT: f64 = 1e-4;
/// The largest smoothing weight.
pub(super) const LARGEST_WEIGHT: f64 = 0.9999;
/// The range of the damping.
const DAMPING: (f64, f64) = (0.8, 0.98);
/// Added to the sum of squares per observation: errors below 1e-15 of the series' size are rounding.
const ROUNDING: f64 = 1e-30;
/// Above this many numbers the search starts from the diagonal of the curvature alone.
const DENSE: usize = 64;

/// One form before one series. The series is scaled to a size near 1.
pub(super) struct Problem<'a> {
    pub(super) series: &'a [f64],
    pub(super) period: usize,
    pub(super) form: Form,
    /// The largest place of beta between its bounds: 1, or less by the forecasting mode's prior.
    pub(super) slope_share: f64,
    pub(super) context: &'a Context,
}

/// Buffers shared by all fits of one series.
#[derive(Default)]
pub(super) struct Workspace {
    tape: Vec<Point>,
    ring: Vec<f64>,
    sensitivity: Sensitivity,
    bfgs: Bfgs,
    lower: Vec<f64>,
    upper: Vec<f64>,
}

/// A form with its numbers.
#[derive(Clone, Debug)]
pub(super) struct Estimate {
    pub(super) form: Form,
    pub(super) weights: Weights,
    pub(super) start: Start,
    /// First seasons, entry `t % period` for time `t`; empty without a season.
    pub(super) seasons: Vec<f64>,
    /// States after the last observation, for a look at the future.
    pub(super) last: Start,
    pub(super) ring: Vec<f64>,
    pub(super) sums: Sums,
    /// The vector that was optimised.
    pub(super) x: Vec<f64>,
    /// -2 log L.
    pub(super) objective: f64,
}

/// Where to begin: weights as their places in the box.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    pub(super) alpha: f64,
    pub(super) beta: f64,
    pub(super) gamma: f64,
    pub(super) phi: f64,
}

impl Problem<'_> {
    /// The vector that is optimised, from its parts.
    pub(super) fn vector(&self, places: Places, start: Start, seasons: &[f64]) -> Vec<f64> {
        let layout = self.form.layout(self.period);
        let mut x = vec![places.alpha; layout.len];
        if self.form.has_season() {
            x[layout.gamma] = places.gamma;
            x[layout.season..].copy_from_slice(seasons);
        }
        if self.form.is_damped() {
            x[layout.phi] = places.phi;
        }
        x[layout.level] = start.level;
        if self.form.has_trend() {
            x[layout.beta] = places.beta;
            x[layout.slope] = start.slope;
        }
        x
    }

    fn weights(&self, x: &[f64]) -> Weights {
        let layout = self.form.layout(self.period);
        let alpha = x[0];
        let inside = |place: f64, width: f64| SMALLEST_WEIGHT + place * width.max(0.0);
        Weights {
            alpha,
            beta: if self.form.has_trend() { inside(x[layout.beta], alpha - SMALLEST_WEIGHT) } else { 0.0 },
            gamma: if self.form.has_season() { inside(x[layout.gamma], 1.0 - alpha - SMALLEST_WEIGHT) } else { 0.0 },
            phi: if self.form.is_damped() { x[layout.phi] } else { 1.0 },
        }
    }

    fn start(&self, x: &[f64]) -> Start {
        let layout = self.form.layout(self.period);
        Start { level: x[layout.level], slope: if self.form.has_trend() { x[layout.slope] } else { 0.0 } }
    }

    /// -2 log L.
    pub(super) fn objective(&self, sums: Sums) -> f64 {
        let n = self.series.len() as f64;
        n * (sums.square + n * ROUNDING).ln() + 2.0 * sums.log
    }

    /// Derivatives of weights with respect to the vector: what turns rows of (alpha, beta, gamma) into those of places.
    fn turn(&self, x: &[f64], gradient: &mut [f64]) {
        let layout = self.form.layout(self.period);
        if self.form.has_trend() {
            gradient[0] += x[layout.beta] * gradient[layout.beta];
            gradient[layout.beta] *= x[0] - SMALLEST_WEIGHT;
        }
        if self.form.has_season() {
            gradient[0] -= x[layout.gamma] * gradient[layout.gamma];
            gradient[layout.gamma] *= (1.0 - x[0] - SMALLEST_WEIGHT).max(0.0);
        }
    }
}

/// The function that is minimised.
struct Likelihood<'a> {
    problem: &'a Problem<'a>,
    passes: Passes,
    tape: &'a mut [Point],
    ring: &'a mut [f64],
    sums: Sums,
    last: Start,
}

impl Smooth for Likelihood<'_> {
    fn value(&mut self, x: &[f64]) -> Result<f64> {
        self.problem.context.check()?;
        let layout = self.problem.form.layout(self.problem.period);
        let weights = self.problem.weights(x);
        let mut start = self.problem.start(x);
        if self.problem.form.has_season() {
            self.ring.copy_from_slice(&x[layout.season..]);
        }
        let found =
            (self.passes.forward)(self.problem.series, self.problem.period, &weights, &mut start, self.ring, self.tape);
        Ok(match found {
            Some(sums) => {
                self.sums = sums;
                self.last = start;
                self.problem.objective(sums)
            }
            None => f64::INFINITY,
        })
    }

    fn gradient(&mut self, x: &[f64], gradient: &mut [f64]) {
        let n = self.problem.series.len() as f64;
        let weights = self.problem.weights(x);
        let factor = n / (self.sums.square + n * ROUNDING);
        (self.passes.backward)(
            self.problem.series,
            self.problem.period,
            &weights,
            factor,
            self.tape,
            self.ring,
            gradient,
        );
        self.problem.turn(x, gradient);
    }
}

impl Workspace {
    /// `-2 log L` at `x`, infinite where the form is not defined there.
    pub(super) fn value(&mut self, problem: &Problem<'_>, x: &[f64]) -> Result<f64> {
        self.likelihood(problem).0.value(x)
    }

    fn likelihood<'a>(&'a mut self, problem: &'a Problem<'a>) -> (Likelihood<'a>, &'a mut Bfgs, &'a mut Sensitivity) {
        self.tape.resize(problem.series.len(), Point::default());
        self.ring.resize(if problem.form.has_season() { problem.period } else { 0 }, 0.0);
        let likelihood = Likelihood {
            problem,
            passes: passes(problem.form),
            tape: &mut self.tape,
            ring: &mut self.ring,
            sums: Sums { square: 0.0, log: 0.0 },
            last: Start { level: 0.0, slope: 0.0 },
        };
        (likelihood, &mut self.bfgs, &mut self.sensitivity)
    }

    /// The maximum of the likelihood that is reached from `x`; nothing where the form is not defined at `x`.
    pub(super) fn climb(
        &mut self,
        problem: &Problem<'_>,
        mut x: Vec<f64>,
        stopping: Stopping,
    ) -> Result<Option<Estimate>> {
        let (mut lower, mut upper) = (std::mem::take(&mut self.lower), std::mem::take(&mut self.upper));
        box_of(problem, &mut lower, &mut upper);
        x.iter_mut().zip(lower.iter().zip(&upper)).for_each(|(x, (low, high))| *x = x.clamp(*low, *high));
        let (mut likelihood, bfgs, sensitivity) = self.likelihood(problem);
        let mut best = likelihood.value(&x)?;
        if best.is_finite() {
            start_curvature(&likelihood, &x, bfgs, sensitivity);
            best = bfgs.minimise(&mut likelihood, &mut x, &lower, &upper, stopping)?;
        }
        (self.lower, self.upper) = (lower, upper);
        if best.is_finite() { self.estimate(problem, x) } else { Ok(None) }
    }

    /// What the form is at `x`, with normalised first seasons.
    fn estimate(&mut self, problem: &Problem<'_>, mut x: Vec<f64>) -> Result<Option<Estimate>> {
        let layout = problem.form.layout(problem.period);
        let mut start = problem.start(&x);
        let mut seasons = if problem.form.has_season() { x[layout.season..].to_vec() } else { Vec::new() };
        normalise(problem.form, &mut start, &mut seasons);
        x[layout.level] = start.level;
        if problem.form.has_trend() {
            x[layout.slope] = start.slope;
        }
        if problem.form.has_season() {
            x[layout.season..].copy_from_slice(&seasons);
        }
        let mut likelihood = self.likelihood(problem).0;
        // Normalised states may lie on the other side of what counts as zero.
        let objective = likelihood.value(&x)?;
        let (form, weights) = (problem.form, problem.weights(&x));
        let (last, ring, sums) = (likelihood.last, likelihood.ring.to_vec(), likelihood.sums);
        let estimate = Estimate { form, weights, start, seasons, last, ring, sums, x, objective };
        Ok(objective.is_finite().then_some(estimate))
    }
}

/// Move what first level and first seasons share into the level, so that seasons have mean 0 or 1; no value changes.
fn normalise(form: Form, start: &mut Start, seasons: &mut [f64]) {
    let mean = seasons.iter().sum::<f64>() / seasons.len().max(1) as f64;
    match form.season {
        super::form::Season::None => {}
        super::form::Season::Additive => {
            start.level += mean;
            seasons.iter_mut().for_each(|s| *s -= mean);
        }
        super::form::Season::Multiplicative => {
            start.level *= mean;
            start.slope *= mean;
            seasons.iter_mut().for_each(|s| *s /= mean);
        }
    }
}

/// The box of the usual region; states are free.
fn box_of(problem: &Problem<'_>, lower: &mut Vec<f64>, upper: &mut Vec<f64>) {
    let layout = problem.form.layout(problem.period);
    lower.clear();
    upper.clear();
    lower.resize(layout.len, f64::NEG_INFINITY);
    upper.resize(layout.len, f64::INFINITY);
    (lower[0], upper[0]) = (SMALLEST_WEIGHT, LARGEST_WEIGHT);
    if problem.form.has_trend() {
        (lower[layout.beta], upper[layout.beta]) = (0.0, problem.slope_share);
    }
    if problem.form.has_season() {
        (lower[layout.gamma], upper[layout.gamma]) = (0.0, 1.0);
    }
    if problem.form.is_damped() {
        (lower[layout.phi], upper[layout.phi]) = DAMPING;
    }
}

/// Fill the inverse Hessian from the Gauss-Newton approximation `2 n / square * sum of outer products` at the point whose
/// tape was just written.
fn start_curvature(likelihood: &Likelihood<'_>, x: &[f64], bfgs: &mut Bfgs, work: &mut Sensitivity) {
    let problem = likelihood.problem;
    let len = x.len();
    let n = problem.series.len() as f64;
    let weights = problem.weights(x);
    work.diagonal = len > DENSE;
    (likelihood.passes.curvature)(problem.series, problem.period, &weights, likelihood.tape, work);
    let factor = 2.0 * n / (likelihood.sums.square + n * ROUNDING);
    work.gram.iter_mut().for_each(|entry| *entry *= factor);
    let layout = problem.form.layout(problem.period);
    let inverse = bfgs.inverse(len);
    inverse.copy_from_slice(&work.gram);
    if !work.diagonal {
        for i in 0..len {
            for j in 0..i {
                inverse[j * len + i] = inverse[i * len + j];
            }
        }
        inverse.chunks_exact_mut(len).for_each(|row| problem.turn(x, row));
        let mut column = vec![0.0; len];
        for j in 0..len {
            (0..len).for_each(|i| column[i] = inverse[i * len + j]);
            problem.turn(x, &mut column);
            (0..len).for_each(|i| inverse[i * len + j] = column[i]);
        }
    }
    // Weights vary over a range near 1: never trust a curvature that allows a step much beyond it.
    for i in 0..layout.level {
        inverse[i * len + i] += 0.02 * n;
    }
    let largest = (layout.level..len).map(|i| inverse[i * len + i]).fold(0.0, f64::max);
    for i in layout.level..len {
        inverse[i * len + i] += 1e-3 * inverse[i * len + i] + 1e-9 * largest;
    }
    let diagonal: Vec<f64> = (0..len).map(|i| 1.0 / inverse[i * len + i].max(f64::MIN_POSITIVE)).collect();
    if work.diagonal || !cholesky::invert(inverse, len) {
        inverse.fill(0.0);
        (0..len).for_each(|i| inverse[i * len + i] = diagonal[i]);
    }
}
