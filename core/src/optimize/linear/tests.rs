//! Models small enough to be known by heart, and the shapes that break solvers.
use super::*;
use crate::Context;

fn solve(model: &LinearModel) -> LinearSolution {
    SolveLinear::default().with_sensitivity(true).solve(model, &Context::new()).unwrap()
}

#[test]
fn the_textbook_model_has_its_known_prices_and_ranges() {
    // Dantzig's wyndor: doors and windows in three plants (Hillier and Lieberman, Introduction to Operations Research).
    let mut model = LinearModel::new();
    let doors = model.add(Variable::named("doors"));
    let windows = model.add(Variable::named("windows"));
    model.maximize(3.0 * doors + 5.0 * windows).unwrap();
    model.subject_to("plant 1", doors.at_most(4.0)).unwrap();
    let second = model.subject_to("plant 2", (2.0 * windows).at_most(12.0)).unwrap();
    let third = model.subject_to("plant 3", (3.0 * doors + 2.0 * windows).at_most(18.0)).unwrap();
    let solution = solve(&model);
    assert_eq!(solution.status, LinearStatus::Optimal);
    assert!((solution.objective.unwrap() - 36.0).abs() < 1e-9);
    assert!((solution.dual(second) - 1.5).abs() < 1e-9 && (solution.dual(third) - 1.0).abs() < 1e-9);
    let ranges = solution.sensitivity.unwrap();
    assert!((ranges.cost_from[0] - 0.0).abs() < 1e-9 && (ranges.cost_to[0] - 7.5).abs() < 1e-9, "{ranges:?}");
    assert!((ranges.cost_from[1] - 2.0).abs() < 1e-9 && ranges.cost_to[1].is_infinite());
    assert!((ranges.right_from[1] - 6.0).abs() < 1e-9 && (ranges.right_to[1] - 18.0).abs() < 1e-9);
    assert!((ranges.right_from[2] - 12.0).abs() < 1e-9 && (ranges.right_to[2] - 24.0).abs() < 1e-9);
    assert!((ranges.right_from[0] - 2.0).abs() < 1e-9 && ranges.right_to[0].is_infinite());
}

#[test]
fn empty_models_have_empty_solutions() {
    let mut model = LinearModel::new();
    let solution = solve(&model);
    assert_eq!((solution.status, solution.objective), (LinearStatus::Optimal, Some(0.0)));
    let x = model.add(Variable::named("x").between(-2.0, 5.0));
    model.maximize(2.0 * x + 1.0).unwrap();
    assert_eq!(solve(&model).objective, Some(11.0));
    let free = model.add(Variable::named("free").free());
    model.maximize(x + free).unwrap();
    let solution = solve(&model);
    assert_eq!(solution.status, LinearStatus::Unbounded);
    assert_eq!(solution.ray.to_vec(), [0.0, 1.0]);
}

#[test]
fn contradictory_bounds_and_rows_are_infeasible() {
    let mut model = LinearModel::new();
    let x = model.add(Variable::named("x").between(3.0, 2.0));
    model.minimize(1.0 * x).unwrap();
    assert_eq!(solve(&model).status, LinearStatus::Infeasible);
    let mut model = LinearModel::new();
    let x = model.add(Variable::named("x"));
    model.subject_to("low", x.at_most(1.0)).unwrap();
    model.subject_to("high", x.at_least(2.0)).unwrap();
    model.minimize(1.0 * x).unwrap();
    let solution = solve(&model);
    assert_eq!(solution.status, LinearStatus::Infeasible);
    model.row_lower = vec![f64::NEG_INFINITY; 2];
    model.row_upper = vec![-1.0, 5.0];
    assert_eq!(solve(&model).status, LinearStatus::Infeasible);
    // A row without entries that cannot hold.
    let mut model = LinearModel::new();
    model.add(Variable::named("x"));
    model.row_lower = vec![1.0];
    model.row_upper = vec![f64::INFINITY];
    assert_eq!(solve(&model).status, LinearStatus::Infeasible);
}

#[test]
fn whole_and_semi_continuous_columns_are_what_they_say() {
    let mut model = LinearModel::new();
    let x = model.add(Variable::named("x").integer());
    let y = model.add(Variable::named("y").between(2.0, 10.0).semi_continuous());
    model.maximize(1.0 * x - 0.5 * y).unwrap();
    model.subject_to("tie", (2.0 * x - 1.0 * y).at_most(0.5)).unwrap();
    model.subject_to("cap", x.at_most(3.4)).unwrap();
    let solution = solve(&model);
    // x = 3 needs y = 5.5: 0.25; x = 0 needs none: 0; x = 1 needs y = 2 at least: 0.
    assert!((solution.objective.unwrap() - 0.25).abs() < 1e-6, "{solution:?}");
    model.maximize(1.0 * x - 0.6 * y).unwrap();
    let solution = solve(&model);
    assert_eq!(solution.objective, Some(0.0));
    assert_eq!(solution.values.to_vec(), [0.0, 0.0]);
    model.integers = vec![0, 1];
    model.maximize(1.0 * x - 0.4 * y).unwrap();
    let solution = solve(&model);
    assert!((solution.objective.unwrap() - 0.6).abs() < 1e-9, "{solution:?}");
}

#[test]
fn integer_models_without_limit_or_without_points_say_so() {
    let mut model = LinearModel::new();
    let x = model.add(Variable::named("x").integer());
    let y = model.add(Variable::named("y").integer());
    model.maximize(x + y).unwrap();
    model.subject_to("near", (x - y).between(-1.0, 1.0)).unwrap();
    assert_eq!(solve(&model).status, LinearStatus::Unbounded);
    model.subject_to("between", (2.0 * x - 2.0 * y).equal_to(1.0)).unwrap();
    assert_eq!(solve(&model).status, LinearStatus::Infeasible);
}

#[test]
fn a_limit_gives_what_is_known_then() {
    let mut model = LinearModel { maximize: true, ..LinearModel::new() };
    for at in 0..60u32 {
        model.costs.push(f64::from(1000 + at * 37 % 101));
        model.entry_rows.push(0);
        model.entry_columns.push(i64::from(at));
        model.entry_values.push(f64::from(1000 + at * 53 % 97));
        model.integers.push(i64::from(at));
    }
    model.upper = vec![1.0; 60];
    model.row_upper = vec![29_500.5];
    let solver = SolveLinear::default().with_node_limit(3).with_cuts(false);
    let solution = solver.solve(&model, &Context::new()).unwrap();
    if solution.status != LinearStatus::Optimal {
        assert_eq!(solution.status, LinearStatus::NodeLimit);
        assert!(solution.bound.unwrap() >= solution.objective.unwrap());
        assert_eq!(solution.values.len(), 60);
        assert!(!solution.incumbents.is_empty());
    }
    let check = verify_linear(&model, &solution, 1e-2).unwrap();
    assert!(check.row_violation < 1e-6 && check.whole_violation < 1e-9);
    model.integers.clear();
    model.row_lower = vec![29_500.0];
    let solution = SolveLinear::default().with_iteration_limit(0).solve(&model, &Context::new()).unwrap();
    assert_eq!(solution.status, LinearStatus::IterationLimit);
}

#[test]
fn a_cancelled_call_stops_and_says_so() {
    let context = Context::new();
    context.cancel();
    let error = SolveLinear::default().solve(&LinearModel::new(), &context).unwrap_err();
    assert_eq!(error.code(), crate::Code::Cancelled);
}

#[test]
fn huge_numbers_give_an_answer_or_are_called_inaccurate() {
    for size in [1e12, 1e100, 1e300, 1e308] {
        let mut model = LinearModel::new();
        let x = model.add(Variable::named("x"));
        let y = model.add(Variable::named("y").between(0.0, 1e308));
        model.minimize(size * x - size * y).unwrap();
        model.subject_to("row", (size * x + size * y).at_most(size)).unwrap();
        model.subject_to("other", (x - 1e-300 * y).at_least(-1.0)).unwrap();
        let solution = SolveLinear::default().solve(&model, &Context::new()).unwrap();
        assert!(solution.values.iter().all(|value| value.is_finite()), "{size}: {solution:?}");
        assert!(solution.objective.is_none_or(f64::is_finite));
    }
}

#[test]
fn models_that_make_no_sense_are_refused_by_name() {
    let refused = |change: fn(&mut LinearModel)| {
        let mut model = LinearModel { costs: vec![1.0, 2.0], row_upper: vec![1.0], ..LinearModel::new() };
        change(&mut model);
        SolveLinear::default().solve(&model, &Context::new()).unwrap_err().message().to_string()
    };
    assert!(refused(|model| model.costs[1] = f64::NAN).contains("cost of x1"));
    assert!(refused(|model| model.lower = vec![0.0]).contains("lower has 1 items"));
    assert!(refused(|model| model.upper = vec![0.0, f64::NAN]).contains("column x1"));
    assert!(refused(|model| model.row_upper[0] = f64::NEG_INFINITY).contains("row r0"));
    assert!(refused(|model| model.integers = vec![2]).contains("names column 2"));
    assert!(refused(|model| model.entry_rows = vec![0]).contains("must have as many"));
    assert!(refused(|model| model.semi_continuous = vec![0]).contains("semi-continuous column x0"));
}

/// A knapsack that no first guess solves.
fn packing(items: usize) -> LinearModel {
    let mut random = crate::math::random::Random::new(11);
    let mut model = LinearModel::new();
    let mut number = || 1.0 + (random.uniform() * 999.0).floor();
    let things: Vec<(f64, Term)> =
        (0..items).map(|i| (number(), model.add(Variable::named(format!("thing {i}")).binary()))).collect();
    for room in 0..4 {
        let sizes: Vec<f64> = things.iter().map(|_| number()).collect();
        let load = things.iter().zip(&sizes).fold(Expression::default(), |sum, ((_, term), size)| sum + *size * *term);
        model.subject_to(format!("room {room}"), load.at_most(sizes.iter().sum::<f64>() / 3.0)).unwrap();
    }
    let worth = things.iter().fold(Expression::default(), |sum, (worth, term)| sum + *worth * *term);
    model.maximize(worth).unwrap();
    model
}

#[test]
fn better_points_are_told_as_they_are_found_and_the_search_stops_when_asked_to() {
    let (model, context) = (packing(40), Context::new());
    type Told = std::sync::Mutex<Vec<(f64, Vec<f64>)>>;
    let told: std::sync::Arc<Told> = std::sync::Arc::default();
    let keep = std::sync::Arc::clone(&told);
    let watcher = move |found: &Incumbent, values: &[f64]| {
        keep.lock().unwrap().push((found.objective, values.to_vec()));
        true
    };
    let solution = SolveLinear::default().solve_watched(&model, None, watcher, &context).unwrap();
    let told = told.lock().unwrap();
    assert_eq!(solution.status, LinearStatus::Optimal);
    assert_eq!(told.len(), solution.incumbents.len());
    assert!(told.windows(2).all(|pair| pair[0].0 < pair[1].0));
    for (objective, values) in told.iter() {
        let own: f64 = values.iter().zip(&model.costs).map(|(value, cost)| value * cost).sum();
        assert!((own - objective).abs() < 1e-6 * own.abs());
    }
    let stopped = SolveLinear::default().solve_watched(&model, None, |_, _| false, &context).unwrap();
    assert_eq!(stopped.status, LinearStatus::Stopped);
    assert_eq!(stopped.incumbents.len(), 1);
    assert_eq!(stopped.objective, Some(told[0].0));
}
