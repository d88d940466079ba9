//! What holds for every method: seeds, saving, limits, spaces, failures.
use std::collections::BTreeSet;

use ndarray::{Array2, array};

use super::METHODS;
use crate::optimize::fronts::search::*;
use crate::optimize::minimize::StopReason;
use crate::optimize::space::{CategoricalParameter, ContinuousParameter, IntegerParameter};
use crate::{Code, data::Matrix};

fn mixed() -> Space {
    Space::default()
        .with(ContinuousParameter::new("rate", 1e-3, 10.0).with_log(true))
        .with(IntegerParameter::new("layers", 1, 6))
        .with(CategoricalParameter::new("kind", ["a", "b", "c"]))
        .with(ContinuousParameter::new("share", -1.0, 1.0))
}

/// Two objectives and one constraint over the mixed space.
fn worth(x: &[f64], f: &mut [f64]) {
    let kind = [0.0, 0.5, 2.0][x[2] as usize];
    f[0] = x[1] + x[3] * x[3] + kind;
    f[1] = (x[0].ln() - 1.0).abs() + 6.0 / x[1] + (x[3] - 0.5) * (x[3] - 0.5) + 0.3 * (2.0 - kind);
    f[2] = x[3] - 0.8;
}

fn answers(candidates: &Matrix) -> Array2<f64> {
    let mut told = Array2::zeros((candidates.nrows(), 3));
    for (row, mut answer) in candidates.rows().into_iter().zip(told.rows_mut()) {
        let mut f = [0.0; 3];
        worth(&row.to_vec(), &mut f);
        answer.assign(&ndarray::arr1(&f));
    }
    told
}

fn options(method: FrontMethod) -> MinimizeFront {
    MinimizeFront::default().with_method(method).with_inequalities(1).with_population(24).with_evaluations(500)
}

fn run(minimizer: &mut FrontMinimizer, context: &Context) {
    while let Some(candidates) = minimizer.ask(context).unwrap() {
        minimizer.tell(answers(&candidates).view()).unwrap();
    }
}

/// All but the time it took.
fn timeless(mut front: Front) -> Front {
    front.seconds = 0.0;
    front
}

#[test]
fn the_same_seed_gives_the_same_front_and_another_seed_another() {
    for method in METHODS {
        let find = |seed| {
            let context = Context::new().with_seed(seed);
            timeless(minimize_front(worth, &mixed(), &options(method), &context).unwrap())
        };
        assert_eq!(find(1), find(1));
        assert_ne!(find(1).population, find(2).population);
        let context = Context::new().with_seed(1);
        let mut minimizer = options(method).start(&mixed(), &context).unwrap();
        run(&mut minimizer, &context);
        assert_eq!(timeless(minimizer.result().unwrap()), find(1));
    }
}

#[test]
fn candidates_are_of_the_space_and_distinct_and_none_of_the_front_beats_another() {
    for method in METHODS {
        let context = Context::new();
        let mut minimizer = options(method).start(&mixed(), &context).unwrap();
        while let Some(candidates) = minimizer.ask(&context).unwrap() {
            mixed().check_candidates(candidates.view()).unwrap();
            let bits = |row: ndarray::ArrayView1<'_, f64>| row.iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
            let distinct: BTreeSet<Vec<u64>> = candidates.rows().into_iter().map(bits).collect();
            assert_eq!(distinct.len(), candidates.nrows());
            minimizer.tell(answers(&candidates).view()).unwrap();
        }
        let front = minimizer.result().unwrap();
        assert_eq!((front.evaluations, front.reason), (500, Some(StopReason::Evaluations)));
        assert!(front.feasible && front.violations.iter().all(|violation| *violation == 0.0));
        let ranks = crate::optimize::fronts::non_dominated_ranks(front.objectives.view(), &context).unwrap();
        assert!(ranks.iter().all(|rank| *rank == 0));
        for (candidate, objectives) in front.candidates.rows().into_iter().zip(front.objectives.rows()) {
            let mut f = [0.0; 3];
            worth(&candidate.to_vec(), &mut f);
            assert_eq!(objectives.to_vec(), f[..2]);
        }
        // The best first objective: one layer of kind a and no share, which the search should have met nearly.
        assert!(front.objectives.column(0).iter().any(|value| *value < 1.05), "{method:?}");
    }
}

#[test]
fn a_search_saved_anywhere_goes_on_to_the_bit() {
    for method in METHODS {
        let context = Context::new().with_seed(7);
        let mut whole = options(method).start(&mixed(), &context).unwrap();
        run(&mut whole, &context);
        for steps in [0, 1, 2, 9] {
            for asked in [false, true] {
                let mut minimizer = options(method).start(&mixed(), &context).unwrap();
                for _ in 0..steps {
                    let candidates = minimizer.ask(&context).unwrap().unwrap();
                    minimizer.tell(answers(&candidates).view()).unwrap();
                }
                let question = if asked { minimizer.ask(&context).unwrap() } else { None };
                let mut again = FrontMinimizer::from_bytes(&minimizer.to_bytes().unwrap()).unwrap();
                if asked {
                    assert_eq!(again.ask(&context).unwrap(), question);
                }
                run(&mut again, &Context::new().with_seed(99));
                assert_eq!(timeless(again.result().unwrap()), timeless(whole.result().unwrap()), "{method:?} {steps}");
            }
        }
    }
}

#[test]
fn damaged_searches_are_refused() {
    let context = Context::new();
    let mut minimizer = options(FrontMethod::Nsga2).start(&mixed(), &context).unwrap();
    let candidates = minimizer.ask(&context).unwrap().unwrap();
    minimizer.tell(answers(&candidates).view()).unwrap();
    minimizer.ask(&context).unwrap();
    let bytes = minimizer.to_bytes().unwrap();
    assert_eq!(FrontMinimizer::from_bytes(&bytes[..bytes.len() - 9]).unwrap_err().code(), Code::Incompatible);
    let mut torn = minimizer.to_save();
    torn.ranks.pop();
    assert!(crate::store::to_bytes(&torn).is_err());
    let mut torn = minimizer.to_save();
    torn.population.candidates[0] = 1e9;
    assert!(crate::store::to_bytes(&torn).is_err());
    let mut torn = minimizer.to_save();
    torn.population.objectives[0] = f64::NAN;
    assert!(crate::store::to_bytes(&torn).is_err());
}

#[test]
fn a_small_space_is_searched_to_its_end() {
    let space =
        Space::default().with(IntegerParameter::new("a", 0, 4)).with(CategoricalParameter::new("b", ["x", "y", "z"]));
    for method in METHODS {
        let mut seen = BTreeSet::new();
        let count = |x: &[f64], f: &mut [f64]| {
            seen.insert((x[0] as i64, x[1] as i64));
            (f[0], f[1]) = (x[0], (4.0 - x[0]) * (1.0 + x[1]));
        };
        let options = MinimizeFront::default().with_method(method).with_population(20).with_evaluations(10_000);
        let front = minimize_front(count, &space, &options, &Context::new()).unwrap();
        assert_eq!(seen.len(), 15, "{method:?}");
        if method != FrontMethod::Moead {
            assert_eq!((front.reason, front.evaluations), (Some(StopReason::Exhausted), 15));
        }
        let best: BTreeSet<i64> = front.objectives.column(0).iter().map(|x| *x as i64).collect();
        assert_eq!(best, BTreeSet::from([0, 1, 2, 3, 4]));
    }
}

#[test]
fn maximising_is_minimising_the_negative() {
    let both = |sign: f64| {
        move |x: &[f64], f: &mut [f64]| {
            worth(x, f);
            f[1] *= sign;
        }
    };
    for method in METHODS {
        let measured = options(method).with_hypervolume_reference([9.0, 9.0]);
        let plain = minimize_front(both(1.0), &mixed(), &measured, &Context::new()).unwrap();
        let turned = options(method).with_maximize([false, true]).with_hypervolume_reference([9.0, -9.0]);
        let turned = minimize_front(both(-1.0), &mixed(), &turned, &Context::new()).unwrap();
        assert_eq!(plain.candidates, turned.candidates);
        assert_eq!(plain.objectives.column(1).to_vec(), turned.objectives.column(1).mapv(|value| -value).to_vec());
        assert_eq!(plain.history.hypervolumes, turned.history.hypervolumes);
        let last = plain.history.hypervolumes.len() - 1;
        let whole =
            crate::optimize::fronts::hypervolume(plain.objectives.view(), &[9.0, 9.0], &Context::new()).unwrap();
        assert!((plain.history.hypervolumes[last] / whole - 1.0).abs() < 1e-12);
        assert_eq!(plain.history.evaluations.to_vec().last(), Some(&500));
    }
}

#[test]
fn failed_evaluations_count_and_are_worse_than_any_other() {
    for method in METHODS {
        let holed = |x: &[f64], f: &mut [f64]| {
            worth(x, f);
            if x[3] < 0.0 {
                f[1] = if x[1] > 3.0 { f64::NAN } else { f64::INFINITY };
            }
        };
        let front = minimize_front(holed, &mixed(), &options(method), &Context::new()).unwrap();
        assert!(front.failed > 0 && front.feasible && front.evaluations == 500);
        assert!(front.candidates.column(3).iter().all(|share| *share >= 0.0));
        let never = |_: &[f64], f: &mut [f64]| f.fill(f64::NAN);
        let error = minimize_front(never, &mixed(), &options(method), &Context::new()).unwrap_err();
        assert_eq!(error.code(), Code::DidNotConverge);
    }
}

#[test]
fn where_nothing_is_feasible_the_least_violated_are_given() {
    for method in METHODS {
        let never = |x: &[f64], f: &mut [f64]| {
            worth(x, f);
            f[2] = 2.0 + x[3] * x[3];
        };
        let front = minimize_front(never, &mixed(), &options(method), &Context::new()).unwrap();
        assert!(
            !front.feasible && front.violations.iter().all(|violation| (2.0..2.01).contains(violation)),
            "{method:?}"
        );
        assert_eq!(front.history.sizes.iter().max(), Some(&0));
    }
}

#[test]
fn suggestions_are_asked_first_and_given_answers_take_part() {
    let context = Context::new();
    let start = array![[0.5, 2.0, 1.0, 0.25], [1.0, 1.0, 0.0, 0.0]];
    for method in METHODS {
        let mut minimizer = options(method).start(&mixed(), &context).unwrap();
        minimizer.suggest(start.view()).unwrap();
        let first = minimizer.ask(&context).unwrap().unwrap();
        assert_eq!(first.slice(ndarray::s![..2, ..]), start);
        assert_eq!(minimizer.suggest(start.view()).unwrap_err().code(), Code::InvalidData);
        let mut minimizer = options(method).start(&mixed(), &context).unwrap();
        minimizer.give(start.view(), array![[-5.0, 9.0, 0.0], [9.0, -5.0, 0.0]].view()).unwrap();
        run(&mut minimizer, &context);
        let front = minimizer.result().unwrap();
        assert_eq!(front.evaluations, 500);
        assert!(front.objectives.column(0).iter().any(|value| *value == -5.0), "{method:?}");
    }
    // More than the population, so that nothing is asked before the first choice.
    let many = mixed().decode(crate::optimize::fronts::testing::pseudo(3, 60, 4).view()).unwrap();
    for method in METHODS {
        let mut minimizer = options(method).start(&mixed(), &context).unwrap();
        minimizer.give(many.view(), answers(&many).view()).unwrap();
        run(&mut minimizer, &context);
        assert_eq!(minimizer.result().unwrap().evaluations, 500);
    }
}

#[test]
fn limits_of_time_and_a_cancel_end_a_search_that_can_go_on() {
    let context = Context::new();
    let slow = |x: &[f64], f: &mut [f64]| {
        worth(x, f);
        std::thread::sleep(std::time::Duration::from_micros(200));
    };
    let timed = MinimizeFront { evaluations: None, ..options(FrontMethod::Nsga2) }.with_seconds(0.05);
    let front = minimize_front(slow, &mixed(), &timed, &context).unwrap();
    assert_eq!(front.reason, Some(StopReason::Seconds));
    let mut minimizer = options(FrontMethod::Nsga3).start(&mixed(), &context).unwrap();
    let question = minimizer.ask(&context).unwrap();
    let stopped = Context::new();
    stopped.cancel();
    assert_eq!(minimizer.ask(&stopped).unwrap_err().code(), Code::Cancelled);
    assert_eq!(minimizer.ask(&context).unwrap(), question);
    minimizer.tell(answers(&question.unwrap()).view()).unwrap();
    assert_eq!(minimizer.ask(&stopped).unwrap_err().code(), Code::Cancelled);
    run(&mut minimizer, &context);
    assert_eq!((minimizer.progress(), minimizer.evaluations()), (1.0, 500));
}

#[test]
fn what_cannot_be_searched_is_refused_with_its_reason() {
    let context = Context::new();
    let plain = MinimizeFront::default;
    let refused = [
        (plain().with_objectives(0), "objectives is 0"),
        (plain().with_objectives(101), "objectives is 101"),
        (plain().with_population(3), "population is 3"),
        (plain().with_evaluations(0), "evaluations is 0"),
        (plain().with_seconds(0.0), "seconds is 0"),
        (plain().with_crossover_probability(1.5), "crossover_probability is 1.5"),
        (plain().with_mutation_index(f64::NAN), "mutation_index is NaN"),
        (plain().with_maximize([true]), "maximize has 1 entries for 2"),
        (plain().with_hypervolume_reference([1.0, f64::NAN]), "hypervolume_reference of objective 1 is NaN"),
        (plain().with_partitions([3, 0]), "partitions has a 0"),
        (plain().with_neighbours(1), "neighbours is 1"),
        (plain().with_penalty(-1.0), "penalty is -1"),
    ];
    for (options, reason) in refused {
        let error = options.start(&mixed(), &context).unwrap_err();
        assert_eq!(error.code(), Code::InvalidConfig);
        assert!(error.message().contains(reason), "{} should say {reason}", error.message());
    }
    assert_eq!(plain().with_population(1 << 30).start(&mixed(), &context).unwrap_err().code(), Code::TooLarge);
    let open = Space::default().with(ContinuousParameter::unbounded("x", 0.0));
    assert_eq!(plain().start(&open, &context).unwrap_err().code(), Code::InvalidConfig);
    let mut minimizer = plain().start(&mixed(), &context).unwrap();
    assert_eq!(minimizer.result().unwrap_err().code(), Code::NotEnoughData);
    assert_eq!(minimizer.tell(array![[1.0, 2.0]].view()).unwrap_err().code(), Code::InvalidData);
    minimizer.ask(&context).unwrap();
    let error = minimizer.tell(Array2::zeros((100, 3)).view()).unwrap_err();
    assert!(error.message().contains("they need 2: 2 objectives"), "{}", error.message());
}

#[test]
fn one_objective_many_objectives_and_odd_populations_are_searched() {
    for method in METHODS {
        for (objectives, population) in [(1, 30), (4, 35), (9, 51)] {
            let far = |x: &[f64], f: &mut [f64]| {
                for (at, value) in f.iter_mut().enumerate() {
                    *value = x.iter().enumerate().map(|(k, x)| (x - if k == at { 1.0 } else { 0.0 }).abs()).sum();
                }
            };
            let options =
                MinimizeFront::default().with_method(method).with_objectives(objectives).with_population(population);
            let options = options.with_evaluations(1501);
            let front = minimize_front(far, &Space::cube(9, 0.0, 1.0), &options, &Context::new()).unwrap();
            assert_eq!(front.evaluations, 1501, "{method:?} {objectives}");
            assert!(front.population.candidates.nrows() <= population.max(objectives));
        }
    }
}

#[test]
fn pictures_show_fronts_of_two_and_of_more_objectives() {
    let two = minimize_front(worth, &mixed(), &options(FrontMethod::Nsga2), &Context::new()).unwrap();
    let chart = FrontChart::default().with_objectives(["cost", "risk"]).with_picked([0]);
    let svg = two.to_svg(&chart).unwrap();
    assert!(svg.starts_with("<svg ") && svg.contains(">cost</text>") && svg.contains("picked"));
    assert_eq!(two.to_svg(&chart.clone().with_picked([9999])).unwrap_err().code(), Code::InvalidConfig);
    assert_eq!(two.to_svg(&chart.with_objectives(["cost"])).unwrap_err().code(), Code::InvalidConfig);
    let three = |x: &[f64], f: &mut [f64]| (f[0], f[1], f[2]) = (x[0], x[1], 2.0 - x[0] - x[1]);
    let options = MinimizeFront::default().with_objectives(3).with_evaluations(500);
    let front = minimize_front(three, &Space::cube(2, 0.0, 1.0), &options, &Context::new()).unwrap();
    let html = front.to_html(&FrontChart::default().with_picked([1])).unwrap();
    assert_eq!(html.matches("<figure").count(), 4);
    assert!(html.contains("objective 1 and objective 3"));
}
