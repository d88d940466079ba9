use ndarray::{Array2, ArrayView2};

use super::*;
use crate::Code;
use crate::data::Matrix;
use crate::optimize::space::{CategoricalParameter, ContinuousParameter, IntegerParameter};

fn sphere(x: &[f64]) -> f64 {
    x.iter().map(|x| (x - 1.0) * (x - 1.0)).sum()
}

fn rosenbrock(x: &[f64]) -> f64 {
    x.windows(2).map(|p| 100.0 * (p[1] - p[0] * p[0]) * (p[1] - p[0] * p[0]) + (1.0 - p[0]) * (1.0 - p[0])).sum()
}

fn rastrigin(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x - 10.0 * (2.0 * std::f64::consts::PI * x).cos() + 10.0).sum()
}

fn context(seed: u64) -> Context {
    Context::new().with_seed(seed)
}

fn options(method: MinimizeMethod) -> Minimize {
    Minimize::default().with_method(method)
}

fn mixed() -> Space {
    Space::default()
        .with(ContinuousParameter::new("x", -4.0, 6.0))
        .with(IntegerParameter::new("n", -20, 30))
        .with(CategoricalParameter::new("c", ["a", "b", "c", "d"]))
}

/// Least at x = 1.5, n = 7, c = 2, with value 0.
fn mixed_value(x: &[f64]) -> f64 {
    let choice = if x[2] == 2.0 { 0.0 } else { 3.0 };
    (x[0] - 1.5) * (x[0] - 1.5) + 0.01 * (x[1] - 7.0) * (x[1] - 7.0) + choice
}

fn answer(candidates: &Matrix, mut f: impl FnMut(&[f64]) -> f64) -> Vec<f64> {
    candidates.rows().into_iter().map(|row| f(&row.to_vec())).collect()
}

const GLOBAL: [MinimizeMethod; 5] = [
    MinimizeMethod::Auto,
    MinimizeMethod::CmaEs,
    MinimizeMethod::DifferentialEvolution,
    MinimizeMethod::NelderMead,
    MinimizeMethod::LBfgsB,
];

/// The minimum of each function is 0 by its definition.
#[test]
fn methods_find_the_minimum_of_classic_functions() {
    for method in GLOBAL {
        let found = minimize(sphere, &Space::cube(4, -5.0, 5.0), &options(method), &context(1)).unwrap();
        assert!(found.value < 1e-8, "{method:?}: {}", found.value);
        assert!(found.point.iter().all(|x| (x - 1.0).abs() < 1e-4), "{method:?}");
    }
    for method in [MinimizeMethod::Auto, MinimizeMethod::CmaEs, MinimizeMethod::NelderMead, MinimizeMethod::LBfgsB] {
        let found = minimize(rosenbrock, &Space::cube(3, -5.0, 5.0), &options(method), &context(1)).unwrap();
        assert!(found.value < 1e-8, "{method:?}: {}", found.value);
    }
    let found = minimize(rastrigin, &Space::cube(6, -5.0, 5.5), &Minimize::default(), &context(1)).unwrap();
    assert!(found.value < 1e-9, "{}", found.value);
    let rough = [MinimizeMethod::GeneticAlgorithm, MinimizeMethod::ParticleSwarm, MinimizeMethod::SimulatedAnnealing];
    for method in rough {
        let found = minimize(sphere, &Space::cube(3, -5.0, 5.0), &options(method), &context(1)).unwrap();
        assert!(found.value < 1e-2, "{method:?}: {}", found.value);
    }
}

#[test]
fn few_evaluations_go_further_with_a_model() {
    let few = |method| options(method).with_evaluations(30);
    let value = |method| minimize(sphere, &Space::cube(2, -5.0, 5.0), &few(method), &context(1)).unwrap().value;
    assert!(value(MinimizeMethod::Bayesian) < 1e-2, "{}", value(MinimizeMethod::Bayesian));
    assert!(value(MinimizeMethod::Bayesian) < 0.1 * value(MinimizeMethod::Random));
    assert_eq!(value(MinimizeMethod::Auto), value(MinimizeMethod::Bayesian));
}

#[test]
fn mixed_spaces_are_searched_to_their_minimum() {
    for (method, most) in [
        (MinimizeMethod::Auto, 1e-6),
        (MinimizeMethod::DifferentialEvolution, 1e-6),
        (MinimizeMethod::GeneticAlgorithm, 0.02),
        (MinimizeMethod::ParticleSwarm, 0.1),
        (MinimizeMethod::SimulatedAnnealing, 0.1),
        (MinimizeMethod::CmaEs, 1e-2),
    ] {
        let found = minimize(mixed_value, &mixed(), &options(method), &context(2)).unwrap();
        assert!(found.value < most, "{method:?}: {} {:?}", found.value, found.point);
    }
    let median = |method| {
        let few = options(method).with_evaluations(60);
        let mut values: Vec<f64> =
            (0..7).map(|seed| minimize(mixed_value, &mixed(), &few, &context(seed)).unwrap().value).collect();
        values.sort_by(f64::total_cmp);
        values[3]
    };
    let (model, random) = (median(MinimizeMethod::Bayesian), median(MinimizeMethod::Random));
    assert!(model < 0.5 * random && model < 1.0, "{model} {random}");
}

#[test]
fn whole_numbers_do_not_stop_cma_es_too_soon() {
    let space = (0..4).fold(Space::default(), |space, i| space.with(IntegerParameter::new(format!("n{i}"), -100, 100)));
    let space = space.with(ContinuousParameter::new("x", -5.0, 5.0));
    let value = |x: &[f64]| x.iter().enumerate().map(|(i, x)| (x - i as f64) * (x - i as f64)).sum();
    let found = minimize(value, &space, &options(MinimizeMethod::CmaEs), &context(1)).unwrap();
    assert!(found.value < 1e-8, "{} {:?}", found.value, found.point);
}

#[test]
fn no_method_leaves_the_space_and_the_best_so_far_never_rises() {
    for method in MinimizeMethod::ALL {
        let continuous = matches!(method, MinimizeMethod::NelderMead | MinimizeMethod::LBfgsB);
        let space = if continuous { Space::cube(3, -1.0, 0.5) } else { mixed() };
        let evaluations = if *method == MinimizeMethod::Bayesian { 40 } else { 400 };
        let mut minimizer = options(*method).with_evaluations(evaluations).start(&space, &context(3)).unwrap();
        while let Some(candidates) = minimizer.ask(&context(3)).unwrap() {
            space.check_candidates(candidates.view()).unwrap();
            let values = answer(&candidates, |x| x.iter().map(|x| (x - 9.0) * x).sum());
            minimizer.tell_values(&values).unwrap();
        }
        let found = minimizer.result().unwrap();
        assert!(found.evaluations <= evaluations, "{method:?}");
        let best = found.history.best.to_vec();
        assert!(best.windows(2).all(|pair| pair[1] <= pair[0]), "{method:?}");
        assert_eq!(best.last().copied(), Some(found.value), "{method:?}");
        let at = *found.improved_at.last().unwrap() as usize;
        assert_eq!(found.history.values[at], found.value, "{method:?}");
    }
}

/// All answers of a run, with a save and load after `every` questions if not 0.
fn run(method: MinimizeMethod, seed: u64, every: usize) -> Vec<f64> {
    let continuous = matches!(method, MinimizeMethod::NelderMead | MinimizeMethod::LBfgsB);
    let space = if continuous { Space::cube(3, -1.0, 2.5) } else { mixed() };
    let evaluations = if method == MinimizeMethod::Bayesian { 25 } else { 300 };
    let mut minimizer = options(method).with_evaluations(evaluations).start(&space, &context(seed)).unwrap();
    let mut asked = 0;
    while let Some(candidates) = minimizer.ask(&context(0)).unwrap() {
        asked += 1;
        if every > 0 && asked % every == 0 {
            // The question is lost with the old run and must be asked again.
            minimizer = Minimizer::from_bytes(&minimizer.to_bytes().unwrap()).unwrap();
            assert_eq!(minimizer.ask(&context(0)).unwrap().unwrap(), candidates, "{method:?}");
        }
        minimizer.tell_values(&answer(&candidates, |x| sphere(x) + x[0].sin())).unwrap();
    }
    minimizer.result().unwrap().history.values.to_vec()
}

#[test]
fn a_run_saved_and_loaded_in_the_middle_is_the_same_run() {
    for method in MinimizeMethod::ALL {
        let whole = run(*method, 5, 0);
        assert_eq!(whole, run(*method, 5, 0), "{method:?}");
        assert_eq!(whole, run(*method, 5, 7), "{method:?}");
        if !matches!(method, MinimizeMethod::Grid | MinimizeMethod::NelderMead) {
            assert_ne!(whole, run(*method, 6, 0), "{method:?}");
        }
    }
}

#[test]
fn names_do_not_matter_and_maximising_is_minimising_the_negative() {
    let named = |name: &str| {
        Space::default().with(ContinuousParameter::new(name, -2.0, 2.0)).with(ContinuousParameter::new("y", 0.0, 3.0))
    };
    let few = Minimize::default().with_evaluations(200);
    let one = minimize(rosenbrock, &named("x"), &few, &context(1)).unwrap();
    let two = minimize(rosenbrock, &named("other"), &few, &context(1)).unwrap();
    assert_eq!((&one.point, one.value), (&two.point, two.value));
    let most = minimize(|x| -rosenbrock(x), &named("x"), &few.with_maximize(true), &context(1)).unwrap();
    assert_eq!((most.point, most.value), (one.point, -one.value));
    assert_eq!(most.history.best.to_vec().last().copied(), Some(-one.value));
}

#[test]
fn every_limit_ends_the_run_and_is_named() {
    let space = Space::cube(2, -5.0, 5.0);
    let random = options(MinimizeMethod::Random);
    let reason = |options: Minimize| minimize(sphere, &space, &options, &context(1)).unwrap();
    let found = reason(random.clone().with_evaluations(77));
    assert_eq!((found.reason, found.evaluations), (Some(StopReason::Evaluations), 77));
    let found = reason(random.clone().with_target(1.0));
    assert_eq!(found.reason, Some(StopReason::Target));
    assert!(found.value <= 1.0);
    let found = reason(random.clone().with_stall(50));
    assert_eq!(found.reason, Some(StopReason::Stall));
    assert_eq!(reason(random.with_seconds(0.02)).reason, Some(StopReason::Seconds));
    let grid = options(MinimizeMethod::Grid).with_population(5);
    let found = reason(grid);
    assert_eq!((found.reason, found.evaluations), (Some(StopReason::Exhausted), 25));
}

#[test]
fn a_finite_space_is_gone_through_once() {
    let space =
        Space::default().with(IntegerParameter::new("n", 1, 6)).with(CategoricalParameter::new("c", ["a", "b"]));
    let found = minimize(|x| (x[0] - 4.0).abs() + x[1], &space, &Minimize::default(), &context(1)).unwrap();
    assert_eq!((found.evaluations, found.value), (12, 0.0));
    assert_eq!(found.point.to_vec(), [4.0, 0.0]);
}

/// Minimise x + y with x^2 + y^2 <= 2 (least -2 at (-1, -1)), and with x y = 4 and x, y > 0 (least 4 at (2, 2)), by hand.
#[test]
fn constraints_hold_at_the_minimum() {
    let solve = |options: &Minimize, low: f64, constraint: fn(f64, f64) -> f64| {
        let mut minimizer = options.start(&Space::cube(2, low, 5.0), &context(1)).unwrap();
        while let Some(candidates) = minimizer.ask(&context(1)).unwrap() {
            let rows = candidates.nrows();
            let answers = Array2::from_shape_fn((rows, 2), |(row, column)| {
                let (x, y) = (candidates[[row, 0]], candidates[[row, 1]]);
                if column == 0 { x + y } else { constraint(x, y) }
            });
            minimizer.tell(answers.view()).unwrap();
        }
        minimizer.result().unwrap()
    };
    for (method, close) in [
        (MinimizeMethod::Auto, 1e-4),
        (MinimizeMethod::CmaEs, 1e-2),
        (MinimizeMethod::LBfgsB, 1e-3),
        (MinimizeMethod::DifferentialEvolution, 1e-3),
        (MinimizeMethod::GeneticAlgorithm, 0.05),
        (MinimizeMethod::ParticleSwarm, 0.05),
    ] {
        let less = options(method).with_inequalities(1).with_evaluations(4000);
        let found = solve(&less, -5.0, |x, y| x * x + y * y - 2.0);
        assert!(found.feasible && found.violation == 0.0, "{method:?}");
        assert!((found.value + 2.0).abs() < close, "{method:?}: {}", found.value);
    }
    let equal = options(MinimizeMethod::Auto).with_equalities(1).with_equality_tolerance(1e-5).with_evaluations(4000);
    let found = solve(&equal, 0.1, |x, y| x * y - 4.0);
    assert!(found.feasible, "{}", found.violation);
    assert!((found.value - 4.0).abs() < 1e-3, "{}", found.value);
}

#[test]
fn failed_evaluations_count_and_are_worse_than_any_other() {
    let failing = |x: &[f64]| if x[0] < 0.0 { f64::NAN } else { sphere(x) };
    for method in MinimizeMethod::ALL {
        let evaluations = if *method == MinimizeMethod::Bayesian { 40 } else { 400 };
        let limited = options(*method).with_evaluations(evaluations);
        let found = minimize(failing, &Space::cube(2, -2.0, 2.0), &limited, &context(4)).unwrap();
        assert!(found.value.is_finite() && found.point[0] >= 0.0, "{method:?}");
        assert_eq!(found.failed, found.history.values.iter().filter(|v| v.is_nan()).count(), "{method:?}");
        let error = minimize(|_| f64::INFINITY, &Space::cube(2, -2.0, 2.0), &limited, &context(4)).unwrap_err();
        assert_eq!(error.code(), Code::DidNotConverge, "{method:?}");
        assert!(error.message().contains("evaluations failed"), "{}", error.message());
    }
}

#[test]
fn a_noisy_objective_is_judged_by_repeated_means() {
    let mut random = crate::math::random::Random::new(8);
    let noisy = options(MinimizeMethod::Auto).with_noisy(true).with_evaluations(3000);
    let found = minimize(|x| sphere(x) + random.normal(), &Space::cube(2, -5.0, 5.0), &noisy, &context(1)).unwrap();
    let truth = sphere(&found.point.to_vec());
    assert!(truth < 0.5, "{truth}");
    assert!(found.repeats >= 20, "{}", found.repeats);
    let error = found.standard_error.unwrap();
    assert!(error < 0.3 && (found.value - truth).abs() < 5.0 * error, "{} {truth} {error}", found.value);
    // The single luckiest evaluation would be far below.
    assert!(found.history.best.to_vec().last().unwrap() + 1.0 < found.value);
}

#[test]
fn unbounded_parameters_are_searched_from_their_start() {
    let space =
        (0..3).fold(Space::default(), |space, i| space.with(ContinuousParameter::unbounded(format!("x{i}"), 30.0)));
    for method in [MinimizeMethod::Auto, MinimizeMethod::LBfgsB, MinimizeMethod::NelderMead, MinimizeMethod::CmaEs] {
        let found = minimize(rosenbrock, &space, &options(method).with_evaluations(6000), &context(1)).unwrap();
        assert!(found.value < 1e-6, "{method:?}: {}", found.value);
    }
    let error = options(MinimizeMethod::ParticleSwarm).start(&space, &context(1)).unwrap_err();
    assert_eq!(error.code(), Code::InvalidConfig);
}

#[test]
fn derivatives_that_are_told_save_evaluations() {
    let space = Space::cube(10, -5.0, 5.0);
    let with = options(MinimizeMethod::LBfgsB).with_gradient(true).with_target(1e-8).with_evaluations(5000);
    let mut minimizer = with.start(&space, &context(1)).unwrap();
    while let Some(candidates) = minimizer.ask(&context(1)).unwrap() {
        let rows = candidates.nrows();
        let answers = Array2::from_shape_fn((rows, 11), |(row, column)| {
            let x = candidates.row(row).to_vec();
            if column == 0 {
                x.iter().enumerate().map(|(i, x)| (i + 1) as f64 * (x - 1.0) * (x - 1.0)).sum()
            } else {
                2.0 * column as f64 * (x[column - 1] - 1.0)
            }
        });
        minimizer.tell(answers.view()).unwrap();
    }
    let found = minimizer.result().unwrap();
    assert_eq!(found.reason, Some(StopReason::Target));
    assert!(found.evaluations < 60, "{}", found.evaluations);
}

#[test]
fn what_is_known_already_is_not_asked_and_suggestions_come_first() {
    let space = Space::cube(2, -5.0, 5.0);
    let mut minimizer = options(MinimizeMethod::CmaEs).with_evaluations(100).start(&space, &context(1)).unwrap();
    let known = ndarray::array![[1.0, 1.001], [4.0, 4.0]];
    minimizer.give(known.view(), ndarray::array![[1e-6], [18.0]].view()).unwrap();
    minimizer.suggest(ndarray::array![[3.0, 2.0]].view()).unwrap();
    assert_eq!(minimizer.ask(&context(1)).unwrap().unwrap().row(0).to_vec(), [3.0, 2.0]);
    minimizer.tell_values(&[5.0]).unwrap();
    let next = minimizer.ask(&context(1)).unwrap().unwrap();
    assert!(next.nrows() > 1);
    let error = minimizer.suggest(ndarray::array![[3.0, 2.0]].view()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
}

#[test]
fn wrong_answers_and_options_are_refused_with_their_reason() {
    let space = Space::cube(2, 0.0, 1.0);
    let mut minimizer = Minimize::default().start(&space, &context(1)).unwrap();
    assert_eq!(minimizer.tell_values(&[1.0]).unwrap_err().code(), Code::InvalidData);
    assert_eq!(minimizer.result().unwrap_err().code(), Code::NotEnoughData);
    let rows = minimizer.ask(&context(1)).unwrap().unwrap().nrows();
    assert_eq!(minimizer.tell_values(&vec![0.0; rows + 1]).unwrap_err().code(), Code::InvalidData);
    let wide = ArrayView2::from_shape((1, 3), &[0.0; 3]).unwrap();
    assert!(minimizer.tell(wide).is_err());
    minimizer.tell_values(&vec![0.0; rows]).unwrap();
    let refused = [
        (Minimize::default().with_evaluations(0), "evaluations is 0"),
        (Minimize::default().with_seconds(f64::NAN), "seconds is NaN"),
        (Minimize::default().with_target(f64::INFINITY), "target is inf"),
        (Minimize::default().with_step(0.0), "step is 0"),
        (Minimize::default().with_population(1), "population is 1"),
        (options(MinimizeMethod::Random).with_gradient(true), "gradient goes with"),
        (Minimize::default().with_gradient(true).with_inequalities(1), "constraints"),
    ];
    for (options, reason) in refused {
        let error = options.start(&space, &context(1)).unwrap_err();
        assert_eq!(error.code(), Code::InvalidConfig);
        assert!(error.message().contains(reason), "{}", error.message());
    }
    let error = options(MinimizeMethod::LBfgsB).start(&mixed(), &context(1)).unwrap_err();
    assert!(error.message().contains("continuous parameters"));
}

#[test]
fn a_cancelled_question_can_be_asked_again() {
    let space = Space::cube(2, -5.0, 5.0);
    let mut minimizer = options(MinimizeMethod::Bayesian).with_evaluations(30).start(&space, &context(1)).unwrap();
    let stopped = context(1);
    stopped.cancel();
    assert_eq!(minimizer.ask(&stopped).unwrap_err().code(), Code::Cancelled);
    while let Some(candidates) = minimizer.ask(&context(1)).unwrap() {
        minimizer.tell_values(&answer(&candidates, sphere)).unwrap();
        assert_eq!(minimizer.ask(&stopped).unwrap_err().code(), Code::Cancelled);
    }
    assert!(minimizer.result().unwrap().value < 0.1);
}

#[test]
fn damaged_or_foreign_bytes_are_refused() {
    let minimizer = Minimize::default().start(&Space::cube(2, 0.0, 1.0), &context(1)).unwrap();
    let bytes = minimizer.to_bytes().unwrap();
    for at in (0..bytes.len()).step_by(3) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        assert!(Minimizer::from_bytes(&damaged).is_err(), "{at}");
    }
}

#[test]
fn the_course_of_a_run_is_drawn() {
    let found =
        minimize(sphere, &Space::cube(2, 0.0, 1.0), &Minimize::default().with_evaluations(50), &context(1)).unwrap();
    let svg = found.to_svg().unwrap();
    assert!(svg.starts_with("<svg ") && svg.contains("Evaluations"));
}

/// p of `scipy.stats.mannwhitneyu([1,2,3,4,5], [4.5,6,7,8,9], method="asymptotic")` is 0.02157175.
#[test]
fn runs_are_compared_by_rates_times_and_ranks() {
    let best = Array2::from_shape_fn((10, 4), |(run, at)| {
        let end = [1.0, 2.0, 3.0, 4.0, 5.0, 4.5, 6.0, 7.0, 8.0, 9.0][run];
        if at < 3 { 10.0 } else { end }
    });
    let methods: Vec<&str> = (0..10).map(|run| if run < 5 { "one" } else { "two" }).collect();
    let found = compare_minimizers(&methods, best.view(), &[4.0, 0.0]).unwrap();
    assert_eq!(found.methods, ["one", "two"]);
    assert_eq!(found.success_rates.row(0).to_vec(), [0.8, 0.0]);
    assert_eq!(found.expected_running_times[[0, 0]], 5.0);
    assert!(found.expected_running_times[[1, 0]].is_nan());
    assert!((found.p_values[[0, 1]] - 0.021_571_75).abs() < 1e-6, "{}", found.p_values[[0, 1]]);
    assert_eq!(found.quantiles.row(0).to_vec(), [1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(found.mean_ranks.to_vec(), [3.2, 7.8]);
    assert_eq!(compare_minimizers(&["one"], best.view(), &[]).unwrap_err().code(), Code::InvalidData);
}

#[test]
fn many_choices_are_searched_by_densities() {
    // More values than the process takes coordinates.
    let choice = |i: usize| CategoricalParameter::new(format!("c{i}"), ["a", "b", "c", "d", "e"]);
    let space = (0..20).fold(Space::default(), |space, i| space.with(choice(i)));
    let wrong = |x: &[f64]| x.iter().enumerate().filter(|(i, at)| **at != (i % 5) as f64).count() as f64;
    let median = |method| {
        let few = options(method).with_evaluations(200);
        let mut values: Vec<f64> =
            (0..5).map(|seed| minimize(wrong, &space, &few, &context(seed)).unwrap().value).collect();
        values.sort_by(f64::total_cmp);
        values[2]
    };
    let (model, random) = (median(MinimizeMethod::Bayesian), median(MinimizeMethod::Random));
    assert!(model <= 0.5 * random, "{model} {random}");
}
