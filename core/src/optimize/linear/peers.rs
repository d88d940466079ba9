//! Random planning and knapsack models against HiGHS, and reference problems against their published optima.
#![allow(clippy::print_stdout, reason = "says the figures, and why a test is skipped")]
use std::path::PathBuf;

use serde::Deserialize;

use super::*;
use crate::Context;

#[derive(Deserialize)]
struct Case {
    seed: u64,
    family: String,
    status: LinearStatus,
    objective: Option<f64>,
}

/// SplitMix64, as the script that wrote the cases draws it.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn number(&mut self, limit: u64) -> f64 {
        self.below(limit) as f64
    }
}

fn column(model: &mut LinearModel, cost: f64, upper: f64, whole: bool) -> usize {
    let at = model.costs.len();
    model.costs.push(cost);
    model.upper.push(upper);
    if whole {
        model.integers.push(at as i64);
    }
    at
}

fn row(model: &mut LinearModel, lower: f64, upper: f64, entries: &[(usize, f64)]) {
    let at = model.row_lower.len() as i64;
    model.row_lower.push(lower);
    model.row_upper.push(upper);
    for (column, value) in entries {
        model.entry_rows.push(at);
        model.entry_columns.push(*column as i64);
        model.entry_values.push(*value);
    }
}

const INF: f64 = f64::INFINITY;

fn planning(r: &mut SplitMix) -> LinearModel {
    let mut model = LinearModel::new();
    let products = 2 + r.below(3) as usize;
    let periods = 3 + r.below(3) as usize;
    let work: Vec<f64> = (0..products).map(|_| 1.0 + r.number(3)).collect();
    let capacity = products as f64 * (25.0 + r.number(40));
    let at = |p: usize, t: usize| 3 * (p * periods + t);
    for _ in 0..products * periods {
        let cost = 1.0 + r.number(9);
        column(&mut model, cost, INF, false);
        let cost = 1.0 + r.number(3);
        column(&mut model, cost, INF, false);
        let cost = 20.0 + r.number(80);
        column(&mut model, cost, 1.0, true);
    }
    for p in 0..products {
        for t in 0..periods {
            let demand = r.number(40);
            let mut entries = vec![(at(p, t), 1.0), (at(p, t) + 1, -1.0)];
            if t > 0 {
                entries.push((at(p, t - 1) + 1, 1.0));
            }
            row(&mut model, demand, demand, &entries);
            row(&mut model, -INF, 0.0, &[(at(p, t), 1.0), (at(p, t) + 2, -200.0)]);
        }
    }
    for t in 0..periods {
        let entries: Vec<_> = (0..products).map(|p| (at(p, t), work[p])).collect();
        row(&mut model, -INF, capacity, &entries);
    }
    model
}

fn mix(r: &mut SplitMix) -> LinearModel {
    let mut model = LinearModel { maximize: true, ..LinearModel::new() };
    let count = 8 + r.below(25) as usize;
    let resources = 4 + r.below(12);
    for _ in 0..count {
        let whole = r.below(3) == 0;
        let cost = 5.0 + r.number(40);
        let upper = if r.below(2) == 0 { INF } else { 5.0 + r.number(30) };
        column(&mut model, cost, upper, whole);
    }
    for _ in 0..resources {
        let mut entries = Vec::new();
        for at in 0..count {
            if r.below(3) > 0 {
                entries.push((at, 1.0 + r.number(12)));
            }
        }
        let upper = 50.0 + r.number(500);
        row(&mut model, -INF, upper, &entries);
    }
    for _ in 0..r.below(4) {
        let entries: Vec<_> = (0..count).filter(|_| r.below(4) == 0).map(|at| (at, 1.0)).collect();
        let lower = 1.0 + r.number(8);
        row(&mut model, lower, INF, &entries);
    }
    model
}

fn knapsack(r: &mut SplitMix) -> LinearModel {
    let mut model = LinearModel { maximize: true, ..LinearModel::new() };
    let count = 12 + r.below(25) as usize;
    let rows = 1 + r.below(4);
    for _ in 0..count {
        let profit = 1.0 + r.number(100);
        let upper = if r.below(4) > 0 { 1.0 } else { 1.0 + r.number(4) };
        column(&mut model, profit, upper, true);
    }
    for _ in 0..rows {
        let weights: Vec<(usize, f64)> = (0..count).map(|at| (at, 1.0 + r.number(100))).collect();
        let capacity = (weights.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0).floor();
        row(&mut model, -INF, capacity, &weights);
    }
    model
}

fn broken(r: &mut SplitMix) -> LinearModel {
    let mut model = mix(r);
    if r.below(2) == 0 {
        let cost = 1.0 + r.number(5);
        let whole = r.below(2) == 0;
        let free = column(&mut model, cost, INF, whole);
        row(&mut model, 0.0, INF, &[(free, 1.0), (0, -1.0)]);
    } else {
        let entries: Vec<_> = (0..model.costs.len()).map(|at| (at, 1.0)).collect();
        row(&mut model, 100_000.0, INF, &entries);
    }
    model
}

/// Every solver that there is, by name.
fn solvers() -> Vec<(&'static str, Box<dyn LinearSolver>)> {
    vec![
        ("own", Box::new(OwnSolver)),
        #[cfg(feature = "highs")]
        ("HiGHS", Box::new(Highs)),
    ]
}

#[test]
fn planning_and_knapsack_models_end_as_with_highs() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/data/linear_models.json");
    let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(cases.len(), 200);
    for Case { seed, family, status, objective } in cases {
        let mut random = SplitMix(seed);
        let model = match family.as_str() {
            "planning" => planning(&mut random),
            "mix" => mix(&mut random),
            "knapsack" => knapsack(&mut random),
            _ => broken(&mut random),
        };
        for (solver, engine) in solvers() {
            let solution = SolveLinear::default().solve_with(engine.as_ref(), &model, None, &Context::new()).unwrap();
            assert_eq!(solution.status, status, "{solver} {family} {seed}");
            let check = verify_linear(&model, &solution, 1e-6).unwrap();
            assert!(check.holds, "{solver} {family} {seed}: {check:?}");
            if let Some(objective) = objective {
                let found = solution.objective.unwrap();
                assert!(
                    (found - objective).abs() <= 1e-6 * objective.abs().max(1.0),
                    "{solver} {family} {seed}: {found}, {objective}"
                );
            }
        }
    }
}

/// The model of a file of the shared folder next to the repository.
fn shared(name: &str) -> Option<LinearModel> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/decisions").join(format!("lp_{name}.mps.gz"));
    let output = std::process::Command::new("gzip").arg("-dc").arg(&path).output().ok()?;
    if !output.status.success() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    let mut model = ReadMps::default().read(&String::from_utf8_lossy(&output.stdout)).unwrap();
    if name.starts_with("qap") {
        model.integers.clear();
    }
    Some(model)
}

#[test]
fn reference_problems_have_their_published_optima() {
    let optima = [
        ("afiro", -464.753_142_857_1),
        ("adlittle", 225_494.963_162_380_3),
        ("israel", -896_644.821_863_045_9),
        ("e226", -11.638_929_066_4),
        ("stair", -251.266_951_193_0),
        ("shell", 1_208_825_346.0),
        ("scrs8", 904.296_953_800_8),
        ("25fv47", 5_501.845_888_286_8),
        ("qap04", 32.0),
        ("flugpl", 1_201_500.0),
        ("egout", 568.1007),
        ("lseu", 1120.0),
        ("rgn", 82.199_999_2),
        ("gt2", 21_166.0),
        ("p0548", 8691.0),
        ("bell5", 8_966_406.491_5),
    ];
    for (name, optimum) in optima {
        let Some(model) = shared(name) else { continue };
        for (solver, engine) in solvers() {
            let solution = SolveLinear::default().solve_with(engine.as_ref(), &model, None, &Context::new()).unwrap();
            assert_eq!(solution.status, LinearStatus::Optimal, "{solver} {name}");
            let found = solution.objective.unwrap();
            assert!((found - optimum).abs() <= 1e-6 * optimum.abs(), "{solver} {name}: {found} for {optimum}");
            let check = verify_linear(&model, &solution, 1e-6).unwrap();
            assert!(check.holds, "{solver} {name}: {check:?}");
        }
        let back = ReadMps::default().read(&write_mps(&model).unwrap()).unwrap();
        let again = SolveLinear::default().with_time_limit(30.0).solve(&back, &Context::new()).unwrap();
        assert!((again.objective.unwrap() - optimum).abs() <= 1e-6 * optimum.abs(), "{name} written and read");
    }
}
