//! A Gaussian process over the coordinates, with its scales learnt from the data.
//!
//! Matern 5/2 with a length per coordinate. Scales maximise the marginal likelihood with weak log-normal priors, that of the
//! lengths growing with the root of the dimension (Hvarfner, Hellsten, Nardi, *Vanilla Bayesian optimization performs great
//! in high dimensions*, 2024). O(n^3) for n points. Source: Rasmussen, Williams, *Gaussian Processes for Machine Learning*
//! (2006), chapters 2, 4 and 5.
use crate::Context;
use crate::error::Result;
use crate::math::quasi_newton::{Bfgs, Smooth, Stopping};

/// The scales of the process, as logarithms: one length per coordinate, the amplitude, the noise.
#[derive(Clone, Debug)]
pub(super) struct Scales {
    logs: Vec<f64>,
}

/// Log-normal priors of the scales: middle and width.
#[derive(Clone, Copy, Debug)]
struct Prior {
    middle: f64,
    width: f64,
}

impl Scales {
    pub(super) fn new(dimensions: usize, noisy: bool) -> Self {
        let mut logs = vec![length_prior(dimensions).middle.min(0.0); dimensions];
        logs.extend([0.0, noise_prior(noisy).middle]);
        Self { logs }
    }

    fn lengths(&self) -> &[f64] {
        &self.logs[..self.logs.len() - 2]
    }

    fn amplitude(&self) -> f64 {
        self.logs[self.logs.len() - 2].exp()
    }

    fn noise(&self) -> f64 {
        self.logs[self.logs.len() - 1].exp()
    }
}

fn length_prior(dimensions: usize) -> Prior {
    Prior { middle: std::f64::consts::SQRT_2 + 0.5 * (dimensions as f64).ln() - 1.5, width: 1.5 }
}

fn noise_prior(noisy: bool) -> Prior {
    if noisy { Prior { middle: -3.0, width: 2.0 } } else { Prior { middle: -14.0, width: 2.0 } }
}

/// The process given its data.
#[derive(Clone, Debug)]
pub(super) struct Process {
    points: Vec<Vec<f64>>,
    weights: Vec<f64>,
    inverse_factor: Vec<f64>,
    inverse_lengths: Vec<f64>,
    amplitude: f64,
}

/// The belief about one place.
#[derive(Clone, Debug, Default)]
pub(super) struct Belief {
    pub(super) mean: f64,
    pub(super) deviation: f64,
    pub(super) mean_slope: Vec<f64>,
    pub(super) deviation_slope: Vec<f64>,
}

/// The kernel over its amplitude, and `-1/r` times its derivative by the scaled distance `r`.
fn matern(square: f64) -> (f64, f64) {
    let distance = (5.0 * square).sqrt();
    let decay = (-distance).exp();
    ((1.0 + distance + distance * distance / 3.0) * decay, 5.0 / 3.0 * (1.0 + distance) * decay)
}

/// The lower triangular factor of a symmetric positive definite matrix, in place; `false` where it is none.
fn factor(matrix: &mut [f64], n: usize) -> bool {
    for i in 0..n {
        for j in 0..=i {
            let (head, row) = matrix.split_at(i * n);
            let other = if j < i { &head[j * n..j * n + j] } else { &row[..j] };
            let dot: f64 = row[..j].iter().zip(other).map(|(a, b)| a * b).sum();
            let rest = matrix[i * n + j] - dot;
            if i == j {
                if !(rest > 0.0 && rest.is_finite()) {
                    return false;
                }
                matrix[i * n + i] = rest.sqrt();
            } else {
                matrix[i * n + j] = rest / matrix[j * n + j];
            }
        }
    }
    true
}

/// The inverse of a lower triangular matrix, in place.
fn invert(factor: &mut [f64], n: usize) {
    for i in 0..n {
        factor[i * n + i] = 1.0 / factor[i * n + i];
        for j in 0..i {
            let dot: f64 = (j..i).map(|k| factor[i * n + k] * factor[k * n + j]).sum();
            factor[i * n + j] = -dot * factor[i * n + i];
        }
    }
}

impl Process {
    /// The process with these scales; none where its matrix is not positive definite.
    pub(super) fn of(points: Vec<Vec<f64>>, values: &[f64], scales: &Scales) -> Option<Self> {
        let n = points.len();
        let inverse_lengths: Vec<f64> = scales.lengths().iter().map(|l| (-l).exp()).collect();
        let amplitude = scales.amplitude();
        let mut matrix = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                matrix[i * n + j] = amplitude * matern(square(&points[i], &points[j], &inverse_lengths)).0;
            }
            matrix[i * n + i] += scales.noise() + 1e-10 * amplitude;
        }
        if !factor(&mut matrix, n) {
            return None;
        }
        invert(&mut matrix, n);
        let half: Vec<f64> = (0..n).map(|i| (0..=i).map(|k| matrix[i * n + k] * values[k]).sum()).collect();
        let weights = (0..n).map(|i| (i..n).map(|k| matrix[k * n + i] * half[k]).sum()).collect();
        Some(Self { points, weights, inverse_factor: matrix, inverse_lengths, amplitude })
    }

    /// What is believed of the value at `at`, with slopes if wanted. O(n^2).
    pub(super) fn at(&self, at: &[f64], slopes: bool) -> Belief {
        let n = self.points.len();
        let kernels: Vec<(f64, f64)> = self
            .points
            .iter()
            .map(|point| {
                let (value, bend) = matern(square(at, point, &self.inverse_lengths));
                (self.amplitude * value, self.amplitude * bend)
            })
            .collect();
        let mean: f64 = kernels.iter().zip(&self.weights).map(|(k, w)| k.0 * w).sum();
        let rows = (0..n).map(|i| {
            let row = &self.inverse_factor[i * n..i * n + i + 1];
            row.iter().zip(&kernels).map(|(f, k)| f * k.0).sum::<f64>()
        });
        let halves: Vec<f64> = rows.collect();
        let variance = self.amplitude - halves.iter().map(|h| h * h).sum::<f64>();
        let deviation = variance.max(1e-12 * self.amplitude).sqrt();
        let mut belief = Belief { mean, deviation, ..Belief::default() };
        if slopes {
            let mut solved = vec![0.0; n];
            for (i, half) in halves.iter().enumerate() {
                let row = &self.inverse_factor[i * n..i * n + i + 1];
                solved.iter_mut().zip(row).for_each(|(s, f)| *s += f * half);
            }
            belief.mean_slope = vec![0.0; at.len()];
            belief.deviation_slope = vec![0.0; at.len()];
            for (j, point) in self.points.iter().enumerate() {
                for (i, inverse) in self.inverse_lengths.iter().enumerate() {
                    let slope = -kernels[j].1 * (at[i] - point[i]) * inverse * inverse;
                    belief.mean_slope[i] += self.weights[j] * slope;
                    belief.deviation_slope[i] -= solved[j] * slope / deviation;
                }
            }
        }
        belief
    }
}

fn square(a: &[f64], b: &[f64], inverse_lengths: &[f64]) -> f64 {
    a.iter().zip(b).zip(inverse_lengths).map(|((a, b), l)| (a - b) * l * (a - b) * l).sum()
}

/// The negative logarithm of the posterior of the scales.
struct Posterior<'a> {
    points: &'a [Vec<f64>],
    values: &'a [f64],
    noisy: bool,
    context: &'a Context,
    inverse: Vec<f64>,
    weights: Vec<f64>,
    logs: Vec<f64>,
}

impl Posterior<'_> {
    fn priors(&self) -> impl Iterator<Item = Prior> {
        let dimensions = self.points[0].len();
        let lengths = std::iter::repeat_n(length_prior(dimensions), dimensions);
        lengths.chain([Prior { middle: 0.0, width: 1.0 }, noise_prior(self.noisy)])
    }
}

impl Smooth for Posterior<'_> {
    fn value(&mut self, logs: &[f64]) -> Result<f64> {
        self.context.check()?;
        let n = self.points.len();
        let scales = Scales { logs: logs.to_vec() };
        let inverse_lengths: Vec<f64> = scales.lengths().iter().map(|l| (-l).exp()).collect();
        let amplitude = scales.amplitude();
        let mut matrix = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                matrix[i * n + j] = amplitude * matern(square(&self.points[i], &self.points[j], &inverse_lengths)).0;
            }
            matrix[i * n + i] += scales.noise() + 1e-10 * amplitude;
        }
        if !factor(&mut matrix, n) {
            return Ok(f64::INFINITY);
        }
        let determinant: f64 = (0..n).map(|i| matrix[i * n + i].ln()).sum();
        invert(&mut matrix, n);
        let half: Vec<f64> = (0..n).map(|i| (0..=i).map(|k| matrix[i * n + k] * self.values[k]).sum()).collect();
        self.weights = (0..n).map(|i| (i..n).map(|k| matrix[k * n + i] * half[k]).sum()).collect();
        self.inverse = matrix;
        self.logs = logs.to_vec();
        let fit: f64 = half.iter().map(|h| h * h).sum();
        let prior: f64 = self
            .priors()
            .zip(logs)
            .map(|(p, log)| 0.5 * ((log - p.middle) / p.width) * ((log - p.middle) / p.width))
            .sum();
        Ok(0.5 * fit + determinant + prior)
    }

    fn gradient(&mut self, logs: &[f64], gradient: &mut [f64]) {
        let n = self.points.len();
        let scales = Scales { logs: self.logs.clone() };
        let inverse_lengths: Vec<f64> = scales.lengths().iter().map(|l| (-l).exp()).collect();
        let dimensions = inverse_lengths.len();
        let (amplitude, noise) = (scales.amplitude(), scales.noise());
        gradient.fill(0.0);
        // The inverse of the matrix, from that of its factor, row by row.
        for i in 0..n {
            for j in 0..=i {
                let inverse: f64 = (i..n).map(|k| self.inverse[k * n + i] * self.inverse[k * n + j]).sum();
                let pull = inverse - self.weights[i] * self.weights[j];
                let twice = if i == j { 0.5 } else { 1.0 };
                let (value, bend) = matern(square(&self.points[i], &self.points[j], &inverse_lengths));
                gradient[dimensions] += twice * pull * amplitude * value;
                if i == j {
                    gradient[dimensions + 1] += 0.5 * pull * noise;
                    continue;
                }
                for axis in 0..dimensions {
                    let apart = (self.points[i][axis] - self.points[j][axis]) * inverse_lengths[axis];
                    gradient[axis] += twice * pull * amplitude * bend * apart * apart;
                }
            }
        }
        let priors: Vec<Prior> = self.priors().collect();
        for ((slope, prior), log) in gradient.iter_mut().zip(priors).zip(logs) {
            *slope += (log - prior.middle) / (prior.width * prior.width);
        }
    }
}

/// Learn the scales from points and standardised values, from where they stand.
pub(super) fn learn(
    scales: &mut Scales,
    points: &[Vec<f64>],
    values: &[f64],
    noisy: bool,
    steps: usize,
    context: &Context,
) -> Result<()> {
    let count = scales.logs.len();
    let mut posterior =
        Posterior { points, values, noisy, context, inverse: Vec::new(), weights: Vec::new(), logs: Vec::new() };
    let mut bfgs = Bfgs::default();
    let inverse = bfgs.inverse(count);
    (0..count).for_each(|i| inverse[i * count + i] = 0.1);
    let (mut lower, mut upper) = (vec![-5.0; count], vec![6.0; count]);
    (lower[count - 2], upper[count - 2]) = (-4.0, 5.0);
    (lower[count - 1], upper[count - 1]) = (-20.0, 1.0);
    let mut logs = scales.logs.clone();
    let value = bfgs.minimise(&mut posterior, &mut logs, &lower, &upper, Stopping { tolerance: 1e-4, steps })?;
    if value.is_finite() {
        scales.logs = logs;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    fn data(count: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
        let mut random = Random::new(5);
        let points: Vec<Vec<f64>> = (0..count).map(|_| vec![random.uniform(), random.uniform()]).collect();
        let values = points.iter().map(|p| (6.0 * p[0]).sin() + 0.5 * p[1]).collect();
        (points, values)
    }

    #[test]
    fn slopes_of_the_belief_are_those_of_differences() {
        let (points, values) = data(20);
        let process = Process::of(points, &values, &Scales::new(2, false)).unwrap();
        let at = [0.31, 0.62];
        let belief = process.at(&at, true);
        for i in 0..2 {
            let step = |by: f64| {
                let mut moved = at;
                moved[i] += by;
                process.at(&moved, false)
            };
            let (up, down) = (step(1e-5), step(-1e-5));
            assert!(((up.mean - down.mean) / 2e-5 - belief.mean_slope[i]).abs() < 1e-5);
            assert!(((up.deviation - down.deviation) / 2e-5 - belief.deviation_slope[i]).abs() < 1e-5);
        }
    }

    #[test]
    fn the_gradient_of_the_posterior_is_that_of_differences() {
        let (points, values) = data(15);
        let mut posterior = Posterior {
            points: &points,
            values: &values,
            noisy: true,
            context: &Context::new(),
            inverse: Vec::new(),
            weights: Vec::new(),
            logs: Vec::new(),
        };
        let logs = [-0.7, 0.3, 0.2, -3.0];
        let mut gradient = [0.0; 4];
        posterior.value(&logs).unwrap();
        posterior.gradient(&logs, &mut gradient);
        for i in 0..4 {
            let mut at = |by: f64| {
                let mut moved = logs;
                moved[i] += by;
                posterior.value(&moved).unwrap()
            };
            let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!(
                (difference - gradient[i]).abs() < 1e-5 * difference.abs().max(1.0),
                "{i}: {difference} {gradient:?}"
            );
        }
    }

    #[test]
    fn learnt_scales_predict_unseen_points() {
        let (points, values) = data(40);
        let mut scales = Scales::new(2, false);
        learn(&mut scales, &points, &values, false, 50, &Context::new()).unwrap();
        let process = Process::of(points, &values, &scales).unwrap();
        let mut random = Random::new(9);
        for _ in 0..50 {
            let at = [0.1 + 0.8 * random.uniform(), 0.1 + 0.8 * random.uniform()];
            let truth = (6.0 * at[0]).sin() + 0.5 * at[1];
            assert!((process.at(&at, false).mean - truth).abs() < 0.02);
        }
    }
}
