//! Whether a solution is what it says, by arithmetic that knows nothing of how it was found.
use serde::{Deserialize, Serialize};

use super::model::LinearModel;
use super::result::{LinearSolution, LinearStatus};
use crate::error::{Result, ensure};

/// What a solution of a [`LinearModel`] really is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LinearCheck {
    /// Whether everything that the status promises holds within the tolerance.
    pub holds: bool,
    /// The objective at the values; missing without values.
    pub objective: Option<f64>,
    /// By how much a column leaves its bounds at most, relative to the bound where that is above 1.
    pub bound_violation: f64,
    /// By how much a row leaves its bounds at most, relative to the bound where that is above 1.
    pub row_violation: f64,
    /// By how much a column that must be whole is not, at most.
    pub whole_violation: f64,
    /// By how much prices and reduced costs miss optimality: signs that a missing bound does not allow, and reduced costs that
    /// are not what prices make them. Relative to the largest cost where that is above 1. Missing without prices.
    pub price_violation: Option<f64>,
    /// The objective that the prices alone prove to be the limit. Missing without prices and with whole columns.
    pub dual_objective: Option<f64>,
    /// Distance of the objective to what is proved, by prices or by the bound, relative to the objective where that is above 1.
    pub gap: Option<f64>,
    /// Whether the factors of an infeasible model contradict its bounds; missing without them.
    pub proof_holds: Option<bool>,
    /// Whether the direction of an unbounded model stays within bounds and improves without end; missing without one.
    pub ray_holds: Option<bool>,
}

/// Check a solution. `tolerance` is what violations and the gap may be, in 1e-12..1e-2; 1e-6 is usual.
///
/// Whole columns make the prices those of the model with these columns fixed, so that they prove nothing about the optimum;
/// then the bound takes their place.
///
/// # Errors
/// As [`LinearModel::check`]; `invalid_config` for the tolerance; `invalid_data` for lists of other lengths than the model.
pub fn verify_linear(model: &LinearModel, solution: &LinearSolution, tolerance: f64) -> Result<LinearCheck> {
    let sound = (1e-12..=1e-2).contains(&tolerance);
    ensure!(sound, InvalidConfig, "tolerance is {tolerance}, it must be in 1e-12..1e-2");
    model.check()?;
    let (columns, rows) = (model.column_count(), model.row_count());
    let lengths = [
        ("values", solution.values.len(), columns),
        ("row_duals", solution.row_duals.len(), rows),
        ("reduced_costs", solution.reduced_costs.len(), columns),
        ("infeasibility_proof", solution.infeasibility_proof.len(), rows),
        ("ray", solution.ray.len(), columns),
    ];
    for (what, found, wanted) in lengths {
        ensure!(found == 0 || found == wanted, InvalidData, "{what} has {found} items, the model {wanted}");
    }
    let mut check = LinearCheck {
        holds: true,
        objective: None,
        bound_violation: 0.0,
        row_violation: 0.0,
        whole_violation: 0.0,
        price_violation: None,
        dual_objective: None,
        gap: None,
        proof_holds: None,
        ray_holds: None,
    };
    let has_point = solution.values.len() == columns && solution.objective.is_some();
    if has_point {
        check_point(model, solution, &mut check);
    }
    if solution.infeasibility_proof.len() == rows && solution.status == LinearStatus::Infeasible && rows > 0 {
        check.proof_holds = Some(proof_holds(model, &solution.infeasibility_proof.to_vec()));
    }
    if solution.ray.len() == columns && solution.status == LinearStatus::Unbounded {
        check.ray_holds = Some(ray_holds(model, &solution.ray.to_vec(), tolerance));
    }
    let worst = check.bound_violation.max(check.row_violation).max(check.whole_violation);
    let proved = check.price_violation.unwrap_or(0.0) <= tolerance && check.gap.is_none_or(|gap| gap <= tolerance);
    check.holds = match solution.status {
        LinearStatus::Optimal => has_point && worst <= tolerance && proved,
        LinearStatus::Infeasible => check.proof_holds.unwrap_or(true),
        LinearStatus::Unbounded => check.ray_holds.unwrap_or(true),
        _ => worst <= tolerance,
    };
    Ok(check)
}

/// Distance of a value to an interval, relative to the bound where that is above 1.
fn outside(value: f64, (lower, upper): (f64, f64)) -> f64 {
    let below = (lower - value) / lower.abs().max(1.0);
    let above = (value - upper) / upper.abs().max(1.0);
    let worst = below.max(above).max(0.0);
    if worst.is_nan() { f64::INFINITY } else { worst }
}

fn activities(model: &LinearModel, values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; model.row_count()];
    for ((row, column), value) in model.entry_rows.iter().zip(&model.entry_columns).zip(&model.entry_values) {
        sums[*row as usize] += value * values[*column as usize];
    }
    sums
}

fn check_point(model: &LinearModel, solution: &LinearSolution, check: &mut LinearCheck) {
    let values = solution.values.to_vec();
    let mut semi = vec![false; values.len()];
    model.semi_continuous.iter().for_each(|at| semi[*at as usize] = true);
    for (column, value) in values.iter().enumerate() {
        let mut violation = outside(*value, model.column_bounds(column));
        if semi[column] {
            violation = violation.min(value.abs());
        }
        check.bound_violation = check.bound_violation.max(violation);
    }
    for (row, value) in activities(model, &values).into_iter().enumerate() {
        check.row_violation = check.row_violation.max(outside(value, model.row_bounds(row)));
    }
    for at in &model.integers {
        let value = values[*at as usize];
        check.whole_violation = check.whole_violation.max((value - value.round()).abs());
    }
    let objective = model.objective_at(&values);
    check.objective = Some(objective);
    let size = objective.abs().max(1.0);
    if model.is_discrete() {
        check.gap = solution.bound.map(|bound| (objective - bound).abs() / size);
        return;
    }
    if solution.reduced_costs.len() == values.len() && solution.row_duals.len() == model.row_count() {
        let (violation, dual) = check_prices(model, solution, &values);
        check.price_violation = Some(violation);
        check.dual_objective = Some(dual);
        check.gap = Some((objective - dual).abs() / size);
    }
}

/// How far prices are from being right, and the objective that they prove.
fn check_prices(model: &LinearModel, solution: &LinearSolution, values: &[f64]) -> (f64, f64) {
    let sign = if model.maximize { -1.0 } else { 1.0 };
    let scale = model.costs.iter().fold(1.0f64, |most, cost| most.max(cost.abs()));
    let mut expected: Vec<f64> = model.costs.iter().map(|cost| sign * cost).collect();
    let mut curvature = 0.0;
    let products = model.quadratic_rows.iter().zip(&model.quadratic_columns).zip(&model.quadratic_values);
    for ((first, second), factor) in products {
        let (first, second) = (*first as usize, *second as usize);
        expected[first] += sign * factor * values[second];
        expected[second] += sign * factor * values[first];
        curvature += sign * factor * values[first] * values[second];
    }
    for ((row, column), value) in model.entry_rows.iter().zip(&model.entry_columns).zip(&model.entry_values) {
        expected[*column as usize] -= value * sign * solution.row_duals[*row as usize];
    }
    let (mut violation, mut dual) = (0.0f64, -curvature);
    let mut price = |price: f64, (lower, upper): (f64, f64)| {
        let bound = if price > 0.0 { lower } else { upper };
        if bound.is_finite() {
            dual += price * bound;
        } else {
            violation = violation.max(price.abs() / scale);
        }
    };
    for (row, dual) in solution.row_duals.iter().enumerate() {
        price(sign * dual, model.row_bounds(row));
    }
    for (column, reduced) in solution.reduced_costs.iter().enumerate() {
        price(sign * reduced, model.column_bounds(column));
    }
    for (expected, reduced) in expected.iter().zip(solution.reduced_costs.iter()) {
        violation = violation.max((expected - sign * reduced).abs() / scale);
    }
    (violation, sign * dual + model.constant)
}

/// The least of `sum factors_i A_i x` over the bounds of columns less the greatest over those of rows, with its size.
fn contradiction(model: &LinearModel, factors: &[f64]) -> (f64, f64) {
    let mut sums = vec![0.0; model.column_count()];
    let mut sizes = vec![0.0; model.column_count()];
    for ((row, column), value) in model.entry_rows.iter().zip(&model.entry_columns).zip(&model.entry_values) {
        let part = factors[*row as usize] * value;
        sums[*column as usize] += part;
        sizes[*column as usize] += part.abs();
    }
    let (mut least, mut size) = (0.0, 0.0f64);
    let mut add = |factor: f64, (lower, upper): (f64, f64)| {
        if factor != 0.0 {
            let part = factor * if factor > 0.0 { lower } else { upper };
            least += part;
            size = size.max(part.abs());
        }
    };
    for (column, sum) in sums.iter().enumerate() {
        let sum = if sum.abs() <= 1e-12 * sizes[column] { 0.0 } else { *sum };
        add(sum, model.column_bounds(column));
    }
    for (row, factor) in factors.iter().enumerate() {
        add(-factor, model.row_bounds(row));
    }
    (least, size)
}

fn proof_holds(model: &LinearModel, factors: &[f64]) -> bool {
    let crossed = |(lower, upper): (f64, f64)| lower > upper;
    let any_crossed = (0..model.column_count()).any(|at| crossed(model.column_bounds(at)))
        || (0..model.row_count()).any(|at| crossed(model.row_bounds(at)));
    let negated: Vec<f64> = factors.iter().map(|factor| -factor).collect();
    any_crossed
        || [factors, &negated].iter().any(|factors| {
            let (least, size) = contradiction(model, factors);
            least > 1e-11 * size && least > 0.0
        })
}

fn ray_holds(model: &LinearModel, ray: &[f64], tolerance: f64) -> bool {
    let size = ray.iter().fold(0.0f64, |most, value| most.max(value.abs()));
    let cone = |(lower, upper): (f64, f64)| {
        (if lower.is_finite() { 0.0 } else { lower }, if upper.is_finite() { 0.0 } else { upper })
    };
    let columns =
        ray.iter().enumerate().all(|(at, value)| outside(*value, cone(model.column_bounds(at))) <= tolerance * size);
    let mut scale = vec![0.0f64; model.row_count()];
    for (row, value) in model.entry_rows.iter().zip(&model.entry_values) {
        scale[*row as usize] = scale[*row as usize].max(value.abs());
    }
    let rows = activities(model, ray)
        .into_iter()
        .enumerate()
        .all(|(at, value)| outside(value, cone(model.row_bounds(at))) <= tolerance * size * scale[at].max(1.0));
    let change: f64 = model.costs.iter().zip(ray).map(|(cost, value)| cost * value).sum();
    let improves = if model.maximize { change > 0.0 } else { change < 0.0 };
    columns && rows && improves
}
