//! Convex quadratic objectives.
mod factor;
mod interior;
mod ordering;
#[cfg(test)]
mod tests;

use std::time::Instant;

use super::convert::Converted;
use super::model::LinearModel;
use super::options::SolveLinear;
use super::result::{LinearSolution, LinearStatus};
use super::simplex::{Limits, Outcome, Programme, Simplex};
use super::sparse::Sparse;
use crate::Context;
use crate::data::Vector;
use crate::error::{Result, ensure};
use factor::Symmetric;
use interior::{Problem, Stop};

/// Iterations after which an interior point method has gone astray.
const MOST: usize = 300;

/// Solve a model with products in its objective and without whole columns.
pub(super) fn solve(
    options: &SolveLinear,
    model: &LinearModel,
    converted: &Converted,
    until: Option<Instant>,
    context: &Context,
) -> Result<LinearSolution> {
    let quadratic = checked_hessian(model, converted, context)?;
    if let Some(ended) = without_minimum(model, converted, &quadratic, until, context)? {
        return Ok(ended);
    }
    let problem = problem_of(converted, &quadratic);
    let most = options.iteration_limit.map_or(MOST, |limit| limit as usize).min(MOST);
    let tolerance = options.tolerance.max(1e-9);
    let interior = interior::solve(&problem.inner, tolerance, until, most, context)?;
    let status = match interior.ending {
        Stop::Optimal => LinearStatus::Optimal,
        Stop::Time => LinearStatus::TimeLimit,
        Stop::Iterations if most < MOST => LinearStatus::IterationLimit,
        Stop::Iterations | Stop::Stalled => LinearStatus::Inaccurate,
    };
    let mut solution = LinearSolution::without_point(status);
    solution.iterations = interior.iterations as u64;
    let columns = converted.columns;
    let mut values = vec![0.0; columns];
    let mut reduced = vec![0.0; columns];
    for (at, value) in values.iter_mut().enumerate() {
        let (lower, upper) = (converted.programme.lower[at], converted.programme.upper[at]);
        *value = match problem.place[at] {
            Some(place) => interior.x[place].clamp(lower, upper) + 0.0,
            None => lower,
        };
    }
    let prices = interior.y;
    let gradient = |at: usize| {
        let product: f64 = quadratic.pairs(at).map(|(other, factor)| factor * values[other]).sum();
        let rows: f64 = converted.programme.columns.pairs(at).map(|(row, value)| value * prices[row]).sum();
        converted.programme.cost[at] + product - rows
    };
    for (at, cost) in reduced.iter_mut().enumerate() {
        *cost = converted.sign * gradient(at) + 0.0;
    }
    let row_values: Vec<f64> = (0..converted.rows)
        .map(|row| converted.programme.rows.pairs(row).map(|(at, value)| value * values[at]).sum::<f64>() + 0.0)
        .collect();
    solution.objective = Some(model.objective_at(&values) + 0.0);
    if status == LinearStatus::Optimal {
        solution.bound = solution.objective;
        solution.gap = Some(0.0);
        solution.row_duals = Vector::from(prices.iter().map(|y| converted.sign * y + 0.0).collect::<Vec<_>>());
        solution.reduced_costs = Vector::from(reduced);
    }
    solution.values = Vector::from(values);
    solution.row_values = Vector::from(row_values);
    Ok(solution)
}

/// The second derivatives of a convex objective.
pub(super) fn checked_hessian(model: &LinearModel, converted: &Converted, context: &Context) -> Result<Sparse> {
    let quadratic = hessian(model, converted);
    check_convex(model, &quadratic, context)?;
    Ok(quadratic)
}

/// The matrix of second derivatives of the objective to be minimised, by column.
fn hessian(model: &LinearModel, converted: &Converted) -> Sparse {
    let (mut rows, mut columns, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let products = model.quadratic_rows.iter().zip(&model.quadratic_columns).zip(&model.quadratic_values);
    for ((first, second), factor) in products {
        for (row, column) in [(first, second), (second, first)] {
            rows.push(*row);
            columns.push(*column);
            values.push(converted.sign * factor);
        }
    }
    Sparse::from_triplets(converted.columns, converted.columns, &columns, &rows, &values)
}

fn check_convex(model: &LinearModel, quadratic: &Sparse, context: &Context) -> Result<()> {
    let size = quadratic.lines();
    let largest = quadratic.value.iter().fold(0.0f64, |most, value| most.max(value.abs()));
    let mut triplets: Vec<(u32, u32)> = (0..size as u32).map(|at| (at, at)).collect();
    let mut values = vec![1e-9 * largest; size];
    for column in 0..size {
        for (row, value) in quadratic.pairs(column) {
            if row == column {
                values[column] += value;
            } else if row < column {
                triplets.push((row as u32, column as u32));
                values.push(value);
            }
        }
    }
    let least = Symmetric::new(size, &triplets, context)?.factorise(&values, context)?;
    let wanted =
        if model.maximize { "concave, as it must be to be maximised" } else { "convex, as it must be to be minimised" };
    ensure!(least > 0.0, InvalidData, "the quadratic objective is not {wanted}: a pivot of its matrix is {least}");
    Ok(())
}

/// The solution of a model that has no point, or no limit.
fn without_minimum(
    model: &LinearModel,
    converted: &Converted,
    quadratic: &Sparse,
    until: Option<Instant>,
    context: &Context,
) -> Result<Option<LinearSolution>> {
    let limits = Limits { until, ..Limits::default() };
    let mut any = converted.programme.clone();
    any.cost.fill(0.0);
    let mut simplex = Simplex::new(&any);
    match simplex.solve(&limits, context)? {
        Outcome::Infeasible => {
            let mut solution = LinearSolution::without_point(LinearStatus::Infeasible);
            solution.infeasibility_proof = Vector::from(simplex.proof());
            return Ok(Some(solution));
        }
        Outcome::Limit => return Ok(Some(LinearSolution::without_point(LinearStatus::TimeLimit))),
        _ => {}
    }
    // A direction along which bounds never end, the quadratic part is flat and the linear part falls.
    let columns = converted.columns;
    let programme = &converted.programme;
    let mut rows = programme.rows.clone();
    let towards = |bound: f64, end: f64| if bound.is_finite() { 0.0 } else { end };
    let mut lower: Vec<f64> = programme.lower.iter().map(|bound| towards(*bound, f64::NEG_INFINITY)).collect();
    let mut upper: Vec<f64> = programme.upper.iter().map(|bound| towards(*bound, f64::INFINITY)).collect();
    for at in 0..columns {
        lower[at] = lower[at].max(-1.0);
        upper[at] = upper[at].min(1.0);
    }
    for line in 0..columns {
        if quadratic.line(line).0.is_empty() {
            continue;
        }
        rows.push_line(quadratic.pairs(line));
        lower.push(0.0);
        upper.push(0.0);
    }
    let by_column = rows.turned(columns);
    let cone = Programme { columns: by_column, rows, cost: programme.cost.clone(), lower, upper };
    let mut simplex = Simplex::new(&cone);
    let size = model.costs.iter().fold(1.0f64, |most, cost| most.max(cost.abs()));
    if simplex.solve(&limits, context)? == Outcome::Optimal && simplex.objective() < -1e-7 * size {
        let mut solution = LinearSolution::without_point(LinearStatus::Unbounded);
        solution.ray = Vector::from((0..columns).map(|at| simplex.value(at)).collect::<Vec<_>>());
        return Ok(Some(solution));
    }
    Ok(None)
}

struct Placed {
    inner: Problem,
    /// Where each column stands; fixed ones do not.
    place: Vec<Option<usize>>,
}

/// Fixed columns go into the sides, rows of two different bounds get a slack.
fn problem_of(converted: &Converted, quadratic: &Sparse) -> Placed {
    let columns = converted.columns;
    let programme = &converted.programme;
    let mut place = vec![None; columns];
    let (mut lower, mut upper, mut cost) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..columns {
        if programme.lower[at] < programme.upper[at] {
            place[at] = Some(cost.len());
            lower.push(programme.lower[at]);
            upper.push(programme.upper[at]);
            let fixed = quadratic.pairs(at).filter(|(other, _)| programme.lower[*other] >= programme.upper[*other]);
            cost.push(programme.cost[at] + fixed.map(|(other, factor)| factor * programme.lower[other]).sum::<f64>());
        }
    }
    let mut hessian = Sparse::empty();
    for at in (0..columns).filter(|at| place[*at].is_some()) {
        hessian.push_line(quadratic.pairs(at).filter_map(|(other, factor)| Some((place[other]?, factor))));
    }
    let (mut rows, mut right) = (Sparse::empty(), Vec::new());
    for row in 0..converted.rows {
        let mut shift = 0.0;
        let mut pairs = Vec::new();
        for (at, value) in programme.rows.pairs(row) {
            match place[at] {
                Some(place) => pairs.push((place, value)),
                None => shift += value * programme.lower[at],
            }
        }
        let (low, high) = (programme.lower[columns + row] - shift, programme.upper[columns + row] - shift);
        if low < high {
            pairs.push((cost.len(), -1.0));
            lower.push(low);
            upper.push(high);
            cost.push(0.0);
            hessian.push_line([]);
            right.push(0.0);
        } else {
            right.push(low);
        }
        rows.push_line(pairs);
    }
    Placed { inner: Problem { quadratic: hessian, cost, rows, right, lower, upper }, place }
}
