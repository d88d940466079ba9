//! Quadratic programmes with known optima.
use super::super::{LinearModel, LinearStatus, SolveLinear, Variable};
use crate::{Code, Context};

#[test]
fn the_nearest_point_of_a_triangle_is_found_with_its_prices() {
    let mut model = LinearModel::new();
    let x = model.add(Variable::named("x"));
    let y = model.add(Variable::named("y"));
    model.minimize(x * x + y * y - 4.0 * x - 6.0 * y + 13.0).unwrap();
    let row = model.subject_to("edge", (x + y).at_most(3.0)).unwrap();
    let solution = SolveLinear::default().solve(&model, &Context::new()).unwrap();
    assert_eq!(solution.status, LinearStatus::Optimal);
    assert!((solution.value(x) - 1.0).abs() < 1e-6 && (solution.value(y) - 2.0).abs() < 1e-6, "{solution:?}");
    assert!((solution.objective.unwrap() - 2.0).abs() < 1e-7);
    assert!((solution.dual(row) + 2.0).abs() < 1e-5);
}

#[test]
fn an_objective_that_is_not_convex_is_refused() {
    let mut model = LinearModel::new();
    let x = model.add(Variable::named("x").between(-1.0, 1.0));
    let y = model.add(Variable::named("y").between(-1.0, 1.0));
    model.minimize(x * y).unwrap();
    assert_eq!(SolveLinear::default().solve(&model, &Context::new()).unwrap_err().code(), Code::InvalidData);
    model.maximize(x * x).unwrap();
    assert_eq!(SolveLinear::default().solve(&model, &Context::new()).unwrap_err().code(), Code::InvalidData);
}

#[test]
fn a_flat_direction_that_falls_is_unbounded() {
    let mut model = LinearModel::new();
    let x = model.add(Variable::named("x").free());
    let y = model.add(Variable::named("y").free());
    model.minimize((x + y) * 1.0 + x * x + y * y + 2.0 * (x * y) - 3.0 * x).unwrap();
    let solution = SolveLinear::default().solve(&model, &Context::new()).unwrap();
    assert_eq!(solution.status, LinearStatus::Unbounded);
    assert!((solution.ray[0] + solution.ray[1]).abs() < 1e-9);
}
