//! Named problems against the optima of HiGHS.
use std::path::PathBuf;

use ndarray::Array2;
use serde::Deserialize;

use super::testing::SplitMix;
use super::*;
use crate::{Code, Context, Error};

#[derive(Deserialize)]
struct Case {
    family: String,
    seed: u64,
    optimum: Option<f64>,
}

fn numbers(r: &mut SplitMix, count: usize, from: u64, limit: u64) -> Vec<f64> {
    (0..count).map(|_| (from + r.below(limit)) as f64).collect()
}

/// The cost of the answer and whether it is proved, for an instance drawn as the script beside the optima draws it.
fn solved(family: &str, r: &mut SplitMix) -> Result<(f64, bool), Error> {
    let context = Context::new();
    match family {
        "knapsack" | "knapsacks" => {
            let items = 10 + r.below(if family == "knapsack" { 90 } else { 15 }) as usize;
            let weights = numbers(r, items, 1, 100);
            let profits: Vec<f64> =
                weights.iter().map(|weight| (weight + r.below(60) as f64 - 20.0).max(1.0)).collect();
            let copies: Vec<u64> = (0..items).map(|_| 1 + r.below(3)).collect();
            let several = if family == "knapsack" { 1 } else { 2 + r.below(3) as usize };
            let total: f64 = weights.iter().sum();
            let capacities: Vec<f64> =
                (0..several).map(|_| (total * (30 + r.below(50)) as f64 / 100.0 / several as f64).floor()).collect();
            let options = SolveKnapsack::default().with_copies(copies);
            options.solve(&profits, &weights, &capacities, &context).map(|found| (found.profit, found.optimal))
        }
        "bins" => {
            let items = 8 + r.below(12) as usize;
            let sizes = numbers(r, items, 10, 60);
            PackBins::default()
                .with_capacity(100.0)
                .solve(&sizes, &context)
                .map(|found| (found.count as f64, found.optimal))
        }
        "cover" | "partition" => {
            let sets = 15 + r.below(40) as usize;
            let elements = if family == "cover" { 10 + r.below(40) } else { 5 + r.below(8) } as usize;
            let (mut left, mut right) = (Vec::new(), Vec::new());
            for element in 0..elements {
                let sure = r.below(sets as u64) as usize;
                for set in 0..sets {
                    if r.below(100) < 12 || set == sure {
                        left.push(set as i64);
                        right.push(element as i64);
                    }
                }
            }
            let costs = numbers(r, sets, 1, 50);
            let options = CoverSets::default().with_exactly_once(family == "partition");
            options.solve(&left, &right, &costs, &context).map(|found| (found.cost, found.optimal))
        }
        "open" | "median" | "depots" => {
            let (customers, facilities) = (8 + r.below(15) as usize, 4 + r.below(7) as usize);
            let opening = numbers(r, facilities, 20, 80);
            let opening = if family == "median" { vec![0.0; facilities] } else { opening };
            let service = Array2::from_shape_fn((customers, facilities), |_| (1 + r.below(60)) as f64);
            let mut options = LocateFacilities::default();
            if family == "median" {
                options = options.with_most_open(2 + r.below(2) as usize);
            }
            let (mut demands, mut capacities) = (Vec::new(), Vec::new());
            if family == "depots" {
                demands = numbers(r, customers, 1, 20);
                let need: f64 = demands.iter().sum();
                capacities =
                    (0..facilities).map(|_| (need * (10 + r.below(40)) as f64 / 100.0).floor().max(20.0)).collect();
            }
            let plan = options.solve(&opening, service.view(), &demands, &capacities, &context)?;
            Ok((plan.cost, plan.optimal))
        }
        _ => {
            let (workers, days, shifts) = (4 + r.below(4) as usize, 5 + r.below(3) as usize, 2);
            let demand = Array2::from_shape_fn((days, shifts), |_| (1 + r.below(workers as u64 / 2)) as f64);
            let costs = Array2::from_shape_fn((workers, days * shifts), |_| {
                if r.below(10) == 0 { f64::INFINITY } else { r.below(10) as f64 }
            });
            let options = RosterShifts::default()
                .with_most_shifts(vec![days - 1])
                .with_fewest_shifts(vec![2])
                .with_most_consecutive_days(3)
                .with_forbidden_successions(&[(1, 0)]);
            let options = if r.below(2) == 0 { options.with_uncovered_penalty(15.0) } else { options };
            let roster = options.solve(demand.view(), costs.view(), &context)?;
            Ok((roster.cost, roster.optimal))
        }
    }
}

#[test]
fn named_problems_have_the_optima_of_highs() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/data/optimize/planning.json");
    let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(cases.len() >= 200);
    let mut impossible = 0;
    for Case { family, seed, optimum } in cases {
        match (solved(&family, &mut SplitMix::new(seed)), optimum) {
            (Ok((cost, proved)), Some(optimum)) => {
                assert!(proved, "{family} {seed}");
                assert!(
                    (cost - optimum).abs() <= 1e-6 * optimum.abs().max(1.0),
                    "{family} {seed}: {cost} for {optimum}"
                );
            }
            (Err(error), None) => {
                assert_eq!(error.code(), Code::InvalidData, "{family} {seed}: {error}");
                impossible += 1;
            }
            (found, optimum) => panic!("{family} {seed}: {found:?} for {optimum:?}"),
        }
    }
    assert!(impossible >= 5, "{impossible}");
}
