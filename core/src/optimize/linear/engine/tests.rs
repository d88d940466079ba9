//! What a solver in place of the own one must keep to.
use super::super::{LinearModel, LinearStatus, Variable};
use super::*;

/// Says what it was told to say.
struct Parrot(LinearSolution);

impl LinearSolver for Parrot {
    fn run(&self, _: &SolveLinear, _: &LinearModel, _: Option<&[f64]>, _: &Context) -> Result<LinearSolution> {
        Ok(self.0.clone())
    }
}

fn small() -> LinearModel {
    let mut model = LinearModel::new();
    let x = model.add(Variable::named("x").between(0.0, 4.0));
    let y = model.add(Variable::named("y").integer());
    model.maximize(x + 2.0 * y).unwrap();
    model.subject_to("both", (x + y).at_most(5.5)).unwrap();
    model
}

#[test]
fn another_solver_is_judged_by_the_size_of_its_answer_and_given_sound_input() {
    let (model, options, context) = (small(), SolveLinear::default(), Context::new());
    let own = options.solve_with(&OwnSolver, &model, None, &context).unwrap();
    assert_eq!(own.objective, options.solve(&model, &context).unwrap().objective);
    let parrot = Parrot(own);
    assert_eq!(options.solve_with(&parrot, &model, None, &context).unwrap().values, parrot.0.values);
    let mut other = small();
    other.add(Variable::named("z"));
    let error = options.solve_with(&parrot, &other, None, &context).unwrap_err();
    assert_eq!(error.code(), Code::Internal);
    let error = options.solve_with(&parrot, &model, Some(&[1.0]), &context).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    let error = options.clone().with_relative_gap(2.0).solve_with(&parrot, &model, None, &context).unwrap_err();
    assert_eq!(error.code(), Code::InvalidConfig);
    context.cancel();
    assert_eq!(options.solve_with(&parrot, &model, None, &context).unwrap_err().code(), Code::Cancelled);
    assert_eq!(parrot.0.status, LinearStatus::Optimal);
}

#[cfg(feature = "highs")]
mod with_highs {
    use std::time::Duration;

    use super::super::super::LinearSolution;
    use super::*;

    fn both(model: &LinearModel) -> [LinearSolution; 2] {
        let options = SolveLinear::default();
        [&OwnSolver as &dyn LinearSolver, &Highs]
            .map(|solver| options.solve_with(solver, model, None, &Context::new()).unwrap())
    }

    #[test]
    fn prices_bounds_and_constants_are_those_of_the_own_solver() {
        let mut model = small();
        model.constant = 3.0;
        let [own, highs] = both(&model);
        assert_eq!(own.values.to_vec(), highs.values.to_vec());
        assert_eq!((own.objective, highs.objective), (Some(13.5), Some(13.5)));
        assert!((highs.bound.unwrap() - 13.5).abs() < 1e-6 && highs.gap.unwrap() < 1e-6);
        model.integers.clear();
        let [own, highs] = both(&model);
        let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9) && a.len() == b.len();
        assert!(near(&own.row_duals.to_vec(), &highs.row_duals.to_vec()), "{own:?} {highs:?}");
        assert!(near(&own.reduced_costs.to_vec(), &highs.reduced_costs.to_vec()), "{own:?} {highs:?}");
    }

    #[test]
    fn quadratic_and_semi_continuous_models_are_solved_too() {
        let mut model = LinearModel::new();
        let x = model.add(Variable::named("x"));
        let y = model.add(Variable::named("y"));
        model.minimize(x * x + y * y - 4.0 * x - 6.0 * y + 13.0).unwrap();
        model.subject_to("edge", (x + y).at_most(3.0)).unwrap();
        let [own, highs] = both(&model);
        assert!((own.objective.unwrap() - highs.objective.unwrap()).abs() < 1e-6, "{own:?} {highs:?}");
        let mut model = small();
        model.upper[1] = 9.0;
        model.semi_continuous = vec![0];
        model.lower = vec![2.0, 0.0];
        let start = [2.0, 3.0];
        let highs = SolveLinear::default().solve_with(&Highs, &model, Some(&start), &Context::new()).unwrap();
        assert_eq!(highs.objective, both(&model)[0].objective);
    }

    #[test]
    fn what_has_no_solution_and_what_is_stopped_say_so() {
        let mut model = small();
        model.upper[0] = f64::INFINITY;
        model.row_upper[0] = f64::INFINITY;
        assert_eq!(both(&model).map(|solution| solution.status), [LinearStatus::Unbounded; 2]);
        model.row_lower[0] = 1.0;
        model.row_upper[0] = 0.0;
        assert_eq!(both(&model).map(|solution| solution.status), [LinearStatus::Infeasible; 2]);
        let error = SolveLinear::default().with_sensitivity(true).solve_with(&Highs, &small(), None, &Context::new());
        assert_eq!(error.unwrap_err().code(), Code::Unsupported);
        // A market split problem, which takes branch and bound very long.
        let mut hard = LinearModel::new();
        let columns: Vec<_> = (0..50).map(|at| hard.add(Variable::named(format!("x{at}")).binary())).collect();
        let mut state = 7_u64;
        for row in 0..6 {
            let mut sum = 0.0;
            for at in 0..columns.len() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let value = (state >> 33) as f64 % 100.0;
                sum += value;
                hard.entry_rows.push(row);
                hard.entry_columns.push(at as i64);
                hard.entry_values.push(value);
            }
            hard.row_lower.push((sum / 2.0).floor());
            hard.row_upper.push((sum / 2.0).floor());
        }
        let limited = SolveLinear::default().with_time_limit(0.5);
        let solution = limited.solve_with(&Highs, &hard, None, &Context::new()).unwrap();
        assert_eq!(solution.status, LinearStatus::TimeLimit);
        let context = Context::new();
        let stop = context.clone();
        let waits = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(200));
            stop.cancel();
        });
        let error = SolveLinear::default().solve_with(&Highs, &hard, None, &context).unwrap_err();
        waits.join().unwrap();
        assert_eq!(error.code(), Code::Cancelled);
    }
}
