//! A primal-dual interior point method for convex quadratic programmes.
//!
//! Source: Mehrotra, *On the implementation of a primal-dual interior point method* (1992); the systems are kept symmetric and
//! quasidefinite as by Vanderbei, *LOQO: an interior point code for quadratic programming* (1999).
use std::time::Instant;

use super::super::sparse::Sparse;
use super::factor::Symmetric;
use crate::Context;
use crate::error::Result;

/// Minimise `x'Qx / 2 + cost'x` with `A x = right` and `lower <= x <= upper`, where no bounds are equal.
#[derive(Debug)]
pub(super) struct Problem {
    /// `Q` by column, both triangles.
    pub(super) quadratic: Sparse,
    pub(super) cost: Vec<f64>,
    /// `A` by row.
    pub(super) rows: Sparse,
    pub(super) right: Vec<f64>,
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
}

/// Where it ended.
#[derive(Debug)]
pub(super) struct Interior {
    pub(super) x: Vec<f64>,
    /// Prices of rows.
    pub(super) y: Vec<f64>,
    pub(super) iterations: usize,
    pub(super) ending: Stop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Optimal,
    Time,
    Iterations,
    Stalled,
}

/// Kept on the diagonal so that the factorisation exists; refinement takes it out of the solution.
const REGULAR: f64 = 1e-9;

struct State<'a> {
    problem: &'a Problem,
    x: Vec<f64>,
    y: Vec<f64>,
    below: Vec<f64>,
    above: Vec<f64>,
    system: Symmetric,
    values: Vec<f64>,
    diagonal: Vec<f64>,
}

/// Solve until residuals and gap are below `tolerance`, relative to the data.
pub(super) fn solve(
    problem: &Problem,
    tolerance: f64,
    until: Option<Instant>,
    most: usize,
    context: &Context,
) -> Result<Interior> {
    let mut state = State::new(problem, context)?;
    let mut ending = Stop::Iterations;
    let mut iterations = 0;
    let mut best: Option<(f64, Vec<f64>, Vec<f64>)> = None;
    let mut idle = 0;
    while iterations <= most {
        context.check()?;
        if until.is_some_and(|until| Instant::now() >= until) {
            ending = Stop::Time;
            break;
        }
        let (dual, primal) = state.residuals();
        let mean = state.mean_product();
        let error = state.error(&dual, &primal, mean);
        if best.as_ref().is_none_or(|(least, ..)| error < 0.9 * least) {
            idle = 0;
            best = Some((error, state.x.clone(), state.y.clone()));
        } else {
            idle += 1;
        }
        if error <= tolerance {
            ending = Stop::Optimal;
            break;
        }
        if idle >= 15 || !error.is_finite() {
            ending = Stop::Stalled;
            break;
        }
        state.step(&dual, &primal, mean, context)?;
        iterations += 1;
    }
    let (error, x, y) = best.unwrap_or((f64::INFINITY, state.x, state.y));
    if ending == Stop::Stalled && error <= tolerance.max(1e-9) * 1e3 {
        ending = Stop::Optimal;
    }
    Ok(Interior { x, y, iterations, ending })
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| most.max(value.abs()))
}

impl<'a> State<'a> {
    fn new(problem: &'a Problem, context: &Context) -> Result<Self> {
        let (columns, rows) = (problem.cost.len(), problem.rows.lines());
        let mut triplets: Vec<(u32, u32)> = (0..(columns + rows) as u32).map(|at| (at, at)).collect();
        let mut values = vec![0.0; columns + rows];
        let mut diagonal = vec![0.0; columns];
        for column in 0..columns {
            for (row, value) in problem.quadratic.pairs(column) {
                if row == column {
                    diagonal[column] += value;
                } else if row < column {
                    triplets.push((row as u32, column as u32));
                    values.push(value);
                }
            }
        }
        for row in 0..rows {
            for (column, value) in problem.rows.pairs(row) {
                triplets.push((column as u32, (columns + row) as u32));
                values.push(value);
            }
        }
        let system = Symmetric::new(columns + rows, &triplets, context)?;
        let scale = largest(&problem.cost).max(1.0);
        let mut x = Vec::with_capacity(columns);
        let (mut below, mut above) = (Vec::with_capacity(columns), Vec::with_capacity(columns));
        for (lower, upper) in problem.lower.iter().zip(&problem.upper) {
            x.push(match (lower.is_finite(), upper.is_finite()) {
                (true, true) => lower + (0.5 * (upper - lower)).min(1.0_f64.max(0.1 * (upper - lower))),
                (true, false) => lower + 1.0_f64.max(0.1 * lower.abs()),
                (false, true) => upper - 1.0_f64.max(0.1 * upper.abs()),
                (false, false) => 0.0,
            });
            below.push(if lower.is_finite() { scale } else { 0.0 });
            above.push(if upper.is_finite() { scale } else { 0.0 });
        }
        Ok(Self { problem, x, y: vec![0.0; rows], below, above, system, values, diagonal })
    }

    /// `Q x + cost - A'y`.
    fn reduced(&self) -> Vec<f64> {
        let mut gradient = self.problem.cost.clone();
        for (column, value) in self.x.iter().enumerate() {
            for (row, factor) in self.problem.quadratic.pairs(column) {
                gradient[row] += factor * value;
            }
        }
        for (row, price) in self.y.iter().enumerate() {
            for (column, value) in self.problem.rows.pairs(row) {
                gradient[column] -= price * value;
            }
        }
        gradient
    }

    /// What the optimality conditions leave over: of columns, and of rows.
    fn residuals(&self) -> (Vec<f64>, Vec<f64>) {
        let mut dual = self.reduced();
        for ((rest, below), above) in dual.iter_mut().zip(&self.below).zip(&self.above) {
            *rest += above - below;
        }
        let primal = (0..self.problem.rows.lines())
            .map(|row| {
                self.problem.rows.pairs(row).map(|(at, value)| value * self.x[at]).sum::<f64>()
                    - self.problem.right[row]
            })
            .collect();
        (dual, primal)
    }

    fn room_below(&self, at: usize) -> f64 {
        self.x[at] - self.problem.lower[at]
    }

    fn room_above(&self, at: usize) -> f64 {
        self.problem.upper[at] - self.x[at]
    }

    /// The mean of the products of multipliers and distances to bounds.
    fn mean_product(&self) -> f64 {
        let (mut sum, mut count) = (0.0, 0usize);
        for at in 0..self.x.len() {
            if self.problem.lower[at].is_finite() {
                sum += self.below[at] * self.room_below(at);
                count += 1;
            }
            if self.problem.upper[at].is_finite() {
                sum += self.above[at] * self.room_above(at);
                count += 1;
            }
        }
        if count == 0 { 0.0 } else { sum / count as f64 }
    }

    fn error(&self, dual: &[f64], primal: &[f64], mean: f64) -> f64 {
        let count = self.problem.lower.iter().chain(&self.problem.upper).filter(|bound| bound.is_finite()).count();
        let mut objective = 0.0;
        for (at, value) in self.x.iter().enumerate() {
            let product: f64 = self.problem.quadratic.pairs(at).map(|(row, factor)| factor * self.x[row]).sum();
            objective += value * (self.problem.cost[at] + 0.5 * product);
        }
        let gap = mean * count as f64 / (1.0 + objective.abs());
        let dual = largest(dual) / (1.0 + largest(&self.problem.cost));
        let primal = largest(primal) / (1.0 + largest(&self.problem.right));
        gap.max(dual).max(primal)
    }

    /// Solve for a direction, with refinement against the matrix without regularisation.
    fn direction(&self, dual_right: &[f64], primal_right: &[f64], barrier: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let columns = self.x.len();
        let right: Vec<f64> = dual_right.iter().chain(primal_right).copied().collect();
        let mut solution = right.clone();
        self.system.solve(&mut solution);
        for _ in 0..3 {
            let mut rest = right.clone();
            for (at, value) in solution[..columns].iter().enumerate() {
                rest[at] -= barrier[at] * value;
                for (row, factor) in self.problem.quadratic.pairs(at) {
                    rest[row] -= factor * value;
                }
            }
            for row in 0..self.problem.rows.lines() {
                let price = solution[columns + row];
                let mut sum = 0.0;
                for (at, value) in self.problem.rows.pairs(row) {
                    rest[at] -= value * price;
                    sum += value * solution[at];
                }
                rest[columns + row] -= sum;
            }
            if largest(&rest) <= 1e-13 * (1.0 + largest(&right)) {
                break;
            }
            self.system.solve(&mut rest);
            for (value, correction) in solution.iter_mut().zip(&rest) {
                *value += correction;
            }
        }
        let prices = solution.split_off(columns).iter().map(|price| -price).collect();
        (solution, prices)
    }

    /// One predictor and one corrector step.
    fn step(&mut self, dual: &[f64], primal: &[f64], mean: f64, context: &Context) -> Result<()> {
        let columns = self.x.len();
        let barrier: Vec<f64> = (0..columns)
            .map(|at| self.below[at] / self.room_below(at) + self.above[at] / self.room_above(at))
            .map(|value| if value.is_finite() { value } else { 1e20 })
            .collect();
        for at in 0..columns {
            self.values[at] = self.diagonal[at] + barrier[at] + REGULAR;
        }
        for at in columns..columns + primal.len() {
            self.values[at] = -REGULAR;
        }
        self.system.factorise(&self.values, context)?;
        let primal_right: Vec<f64> = primal.iter().map(|rest| -rest).collect();
        let zero = vec![(0.0, 0.0); columns];
        let right = self.dual_right(dual, 0.0, &zero);
        let (dx, _) = self.direction(&right, &primal_right, &barrier);
        let (below, above) = self.multiplier_steps(&dx, 0.0, &zero);
        let (primal_length, dual_length) = self.lengths(&dx, &below, &above);
        let after = self.product_after(&dx, &below, &above, primal_length, dual_length);
        let ratio = if mean > 0.0 { after / mean } else { 0.0 };
        let target = mean * ratio * ratio * ratio;
        let second: Vec<(f64, f64)> = (0..columns).map(|at| (dx[at] * below[at], -dx[at] * above[at])).collect();
        let right = self.dual_right(dual, target, &second);
        let (dx, dy) = self.direction(&right, &primal_right, &barrier);
        let (below, above) = self.multiplier_steps(&dx, target, &second);
        let (primal_length, dual_length) = self.lengths(&dx, &below, &above);
        // With a quadratic part values and prices depend on each other: one length for both.
        let length = primal_length.min(dual_length) * 0.995;
        let (primal_length, dual_length) = if self.problem.quadratic.index.is_empty() {
            (0.995 * primal_length, 0.995 * dual_length)
        } else {
            (length, length)
        };
        for at in 0..columns {
            self.x[at] += primal_length.min(1.0) * dx[at];
            self.below[at] += dual_length.min(1.0) * below[at];
            self.above[at] += dual_length.min(1.0) * above[at];
        }
        for (price, step) in self.y.iter_mut().zip(&dy) {
            *price += dual_length.min(1.0) * step;
        }
        Ok(())
    }

    fn dual_right(&self, dual: &[f64], target: f64, second: &[(f64, f64)]) -> Vec<f64> {
        (0..self.x.len())
            .map(|at| {
                let mut right = -dual[at];
                if self.problem.lower[at].is_finite() {
                    right += (target - second[at].0) / self.room_below(at) - self.below[at];
                }
                if self.problem.upper[at].is_finite() {
                    right -= (target - second[at].1) / self.room_above(at) - self.above[at];
                }
                right
            })
            .collect()
    }

    fn multiplier_steps(&self, dx: &[f64], target: f64, second: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
        let (mut below, mut above) = (vec![0.0; dx.len()], vec![0.0; dx.len()]);
        for at in 0..dx.len() {
            if self.problem.lower[at].is_finite() {
                below[at] = (target - second[at].0 - self.below[at] * dx[at]) / self.room_below(at) - self.below[at];
            }
            if self.problem.upper[at].is_finite() {
                above[at] = (target - second[at].1 + self.above[at] * dx[at]) / self.room_above(at) - self.above[at];
            }
        }
        (below, above)
    }

    /// How far values and multipliers may go until one meets zero.
    fn lengths(&self, dx: &[f64], below: &[f64], above: &[f64]) -> (f64, f64) {
        let (mut primal, mut dual) = (1.0f64 / 0.995, 1.0f64 / 0.995);
        for at in 0..dx.len() {
            if self.problem.lower[at].is_finite() {
                if dx[at] < 0.0 {
                    primal = primal.min(self.room_below(at) / -dx[at]);
                }
                if below[at] < 0.0 {
                    dual = dual.min(self.below[at] / -below[at]);
                }
            }
            if self.problem.upper[at].is_finite() {
                if dx[at] > 0.0 {
                    primal = primal.min(self.room_above(at) / dx[at]);
                }
                if above[at] < 0.0 {
                    dual = dual.min(self.above[at] / -above[at]);
                }
            }
        }
        (primal, dual)
    }

    fn product_after(&self, dx: &[f64], below: &[f64], above: &[f64], primal: f64, dual: f64) -> f64 {
        let (primal, dual) = (primal.min(1.0), dual.min(1.0));
        let (mut sum, mut count) = (0.0, 0usize);
        for at in 0..dx.len() {
            if self.problem.lower[at].is_finite() {
                sum += (self.room_below(at) + primal * dx[at]) * (self.below[at] + dual * below[at]);
                count += 1;
            }
            if self.problem.upper[at].is_finite() {
                sum += (self.room_above(at) - primal * dx[at]) * (self.above[at] + dual * above[at]);
                count += 1;
            }
        }
        if count == 0 { 0.0 } else { sum / count as f64 }
    }
}
