//! Solutions of random models, each certified by arithmetic alone or by trying every point.
use super::*;
use crate::Context;
use crate::math::random::Random;

/// Small numbers of few digits, so that ties and degenerate corners are common.
fn small(random: &mut Random) -> f64 {
    (random.bits() % 9) as f64 - 4.0
}

fn random_linear(random: &mut Random, columns: usize, rows: usize) -> LinearModel {
    let mut model = LinearModel::new();
    model.maximize = random.bits().is_multiple_of(2);
    model.constant = small(random);
    for _ in 0..columns {
        model.costs.push(small(random));
        let (lower, upper) = match random.bits() % 7 {
            0 => (f64::NEG_INFINITY, f64::INFINITY),
            1 => (f64::NEG_INFINITY, small(random)),
            2 => (-2.0, -2.0 + (random.bits() % 5) as f64),
            3 => (1.0, 1.0),
            _ => (0.0, f64::INFINITY),
        };
        model.lower.push(lower);
        model.upper.push(upper);
    }
    for row in 0..rows {
        let (a, b) = (small(random) * 2.0, (random.bits() % 6) as f64);
        let (lower, upper) = match random.bits() % 5 {
            0 => (a, a),
            1 => (a - b, a),
            2 => (a, f64::INFINITY),
            _ => (f64::NEG_INFINITY, a.abs()),
        };
        model.row_lower.push(lower);
        model.row_upper.push(upper);
        for column in 0..columns {
            if random.uniform() < 0.6 {
                model.entry_rows.push(row as i64);
                model.entry_columns.push(column as i64);
                model.entry_values.push(small(random));
            }
        }
    }
    model
}

#[test]
fn every_linear_solution_is_certified() {
    let mut random = Random::new(21);
    let mut counts = [0; 3];
    for case in 0..6000 {
        let (columns, rows) = (random.bits() as usize % 9, random.bits() as usize % 9);
        let model = random_linear(&mut random, columns, rows);
        let solution = SolveLinear::default().with_sensitivity(case % 10 == 0).solve(&model, &Context::new()).unwrap();
        let check = verify_linear(&model, &solution, 1e-7).unwrap();
        assert!(check.holds, "case {case}: {check:?}\n{solution:?}\n{}", write_lp(&model).unwrap());
        match solution.status {
            LinearStatus::Optimal => {
                assert!(check.dual_objective.is_some());
                counts[0] += 1;
            }
            LinearStatus::Infeasible => {
                assert!(rows == 0 || check.proof_holds == Some(true), "case {case}: {solution:?}");
                counts[1] += 1;
            }
            LinearStatus::Unbounded => {
                assert_eq!(check.ray_holds, Some(true), "case {case}");
                counts[2] += 1;
            }
            other => panic!("case {case}: {other:?}\n{}", write_lp(&model).unwrap()),
        }
    }
    assert!(counts.iter().all(|count| *count > 300), "{counts:?}");
}

#[test]
fn larger_sparse_models_are_certified() {
    let mut random = Random::new(22);
    for case in 0..60 {
        let (columns, rows) = (20 + case * 2, 10 + case);
        let mut model = random_linear(&mut random, columns, rows);
        // Bounded, and with a point: mostly optimal.
        for (lower, upper) in model.lower.iter_mut().zip(&mut model.upper) {
            (*lower, *upper) = (lower.clamp(-50.0, 1.0), upper.clamp(1.0, 50.0));
        }
        let keep: Vec<bool> = model.entry_values.iter().map(|_| random.uniform() < 0.15).collect();
        let mut kept = keep.iter();
        model.entry_rows.retain(|_| *kept.next().unwrap());
        kept = keep.iter();
        model.entry_columns.retain(|_| *kept.next().unwrap());
        kept = keep.iter();
        model.entry_values.retain(|_| *kept.next().unwrap());
        let solution = SolveLinear::default().solve(&model, &Context::new()).unwrap();
        let check = verify_linear(&model, &solution, 1e-7).unwrap();
        assert!(check.holds && solution.status != LinearStatus::Inaccurate, "case {case}: {check:?}");
    }
}

#[test]
fn a_conflict_contradicts_itself_and_none_of_it_can_be_left_out() {
    let mut random = Random::new(23);
    let (mut found, context) = (0, Context::new());
    for case in 0..1500 {
        let (columns, rows) = (1 + random.bits() as usize % 5, 1 + random.bits() as usize % 7);
        let mut model = random_linear(&mut random, columns, rows);
        if case % 3 == 0 {
            model.integers = (0..columns as i64).collect();
            for (lower, upper) in model.lower.iter_mut().zip(&mut model.upper) {
                (*lower, *upper) = (lower.max(-3.0), upper.min(3.0));
            }
        }
        let solver = SolveLinear::default();
        if solver.solve(&model, &context).unwrap().status != LinearStatus::Infeasible {
            assert!(solver.conflict(&model, &context).is_err());
            continue;
        }
        found += 1;
        let conflict = solver.conflict(&model, &context).unwrap();
        assert!(conflict.is_minimal || conflict.needs_whole);
        let mut only = model.clone();
        only.lower = vec![f64::NEG_INFINITY; columns];
        only.upper = vec![f64::INFINITY; columns];
        only.row_lower = vec![f64::NEG_INFINITY; rows];
        only.row_upper = vec![f64::INFINITY; rows];
        only.costs = vec![0.0; columns];
        if !conflict.needs_whole {
            only.integers.clear();
        }
        let lists = [&conflict.column_lower, &conflict.column_upper, &conflict.row_lower, &conflict.row_upper];
        for at in lists[0].iter() {
            only.lower[*at as usize] = model.lower[*at as usize];
        }
        for at in lists[1].iter() {
            only.upper[*at as usize] = model.upper[*at as usize];
        }
        for at in lists[2].iter() {
            only.row_lower[*at as usize] = model.row_lower[*at as usize];
        }
        for at in lists[3].iter() {
            only.row_upper[*at as usize] = model.row_upper[*at as usize];
        }
        let status = |model: &LinearModel| solver.solve(model, &context).unwrap().status;
        assert_eq!(status(&only), LinearStatus::Infeasible, "case {case}: {conflict:?}");
        if conflict.needs_whole {
            continue;
        }
        for (list, side) in lists.iter().zip(0..4) {
            for at in list.iter() {
                let mut less = only.clone();
                match side {
                    0 => less.lower[*at as usize] = f64::NEG_INFINITY,
                    1 => less.upper[*at as usize] = f64::INFINITY,
                    2 => less.row_lower[*at as usize] = f64::NEG_INFINITY,
                    _ => less.row_upper[*at as usize] = f64::INFINITY,
                }
                assert_eq!(status(&less), LinearStatus::Optimal, "case {case}: {conflict:?} side {side} at {at}");
            }
        }
    }
    assert!(found > 200, "{found}");
}

/// The best objective over all whole points in small boxes, with the last column continuous if `mixed`.
fn by_trial(model: &LinearModel, mixed: bool) -> Option<f64> {
    let columns = model.column_count();
    let whole = if mixed { columns - 1 } else { columns };
    let matrix = model.by_row();
    let mut point: Vec<f64> = model.lower.clone();
    let mut best: Option<f64> = None;
    let better = |a: f64, b: f64| if model.maximize { a > b } else { a < b };
    loop {
        // What is left for the continuous column.
        let mut range = if mixed { model.column_bounds(columns - 1) } else { (0.0, 0.0) };
        for row in 0..model.row_count() {
            let (lower, upper) = model.row_bounds(row);
            let (mut sum, mut factor) = (0.0, 0.0);
            for (at, value) in matrix.pairs(row) {
                if mixed && at == columns - 1 { factor = value } else { sum += value * point[at] }
            }
            if factor == 0.0 {
                if sum < lower - 1e-9 || sum > upper + 1e-9 {
                    range = (1.0, 0.0);
                }
            } else {
                let (a, b) = ((lower - sum) / factor, (upper - sum) / factor);
                let (a, b) = if factor > 0.0 { (a, b) } else { (b, a) };
                range = (range.0.max(a), range.1.min(b));
            }
        }
        if range.0 <= range.1 + 1e-9 {
            let ends: &[f64] = if mixed { &[range.0, range.1] } else { &[0.0] };
            for end in ends {
                if mixed {
                    point[columns - 1] = *end;
                }
                let objective = model.objective_at(&point);
                if best.is_none_or(|best| better(objective, best)) {
                    best = Some(objective);
                }
            }
        }
        let mut at = 0;
        loop {
            if at == whole {
                return best;
            }
            point[at] += 1.0;
            if point[at] <= model.upper[at] {
                break;
            }
            point[at] = model.lower[at];
            at += 1;
        }
    }
}

#[test]
fn whole_optima_are_those_of_trying_every_point() {
    let mut random = Random::new(24);
    let mut counts = [0, 0];
    for case in 0..10_000 {
        let columns = 1 + random.bits() as usize % 5;
        let rows = random.bits() as usize % 5;
        let mixed = columns > 1 && case % 3 == 0;
        let mut model = random_linear(&mut random, columns, rows);
        for at in 0..columns {
            model.lower[at] = (random.bits() % 4) as f64 - 2.0;
            model.upper[at] = model.lower[at] + (random.bits() % 5) as f64;
            if case % 5 == 0 {
                model.costs[at] += random.uniform();
            }
        }
        if case % 4 == 0 {
            model.entry_values.iter_mut().for_each(|value| *value *= 1.0 + (random.bits() % 7) as f64);
            model.row_upper.iter_mut().for_each(|upper| *upper *= 4.0);
        }
        let whole = if mixed { columns - 1 } else { columns };
        model.integers = (0..whole as i64).collect();
        let expected = by_trial(&model, mixed);
        let options = SolveLinear::default()
            .with_presolve(case % 7 != 0)
            .with_cuts(case % 11 != 0)
            .with_heuristics(case % 13 != 0);
        let solution = options.solve(&model, &Context::new()).unwrap();
        let text = || write_lp(&model).unwrap();
        match expected {
            None => {
                counts[0] += 1;
                assert_eq!(solution.status, LinearStatus::Infeasible, "case {case}\n{}", text());
            }
            Some(expected) => {
                counts[1] += 1;
                assert_eq!(solution.status, LinearStatus::Optimal, "case {case}: wanted {expected}\n{}", text());
                let found = solution.objective.unwrap();
                assert!(
                    (found - expected).abs() < 1e-6 * expected.abs().max(1.0),
                    "case {case}: {found} for {expected}\n{}",
                    text()
                );
                let check = verify_linear(&model, &solution, 1e-6).unwrap();
                assert!(check.holds, "case {case}: {check:?}");
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 1500), "{counts:?}");
}

#[test]
fn knapsacks_are_solved_as_dynamic_programming_solves_them() {
    let mut random = Random::new(25);
    for case in 0..150 {
        let count = 5 + random.bits() as usize % 25;
        let capacity = 60 + random.bits() as usize % 100;
        let mut model = LinearModel { maximize: true, ..LinearModel::new() };
        let mut best = vec![0.0f64; capacity + 1];
        for at in 0..count {
            let weight = 3 + random.bits() as usize % 40;
            let profit = if case % 2 == 0 { weight as f64 + 10.0 } else { (1 + random.bits() % 60) as f64 };
            model.costs.push(profit);
            model.entry_rows.push(0);
            model.entry_columns.push(at as i64);
            model.entry_values.push(weight as f64);
            for room in (weight..=capacity).rev() {
                best[room] = best[room].max(best[room - weight] + profit);
            }
        }
        model.upper = vec![1.0; count];
        model.integers = (0..count as i64).collect();
        model.row_upper = vec![capacity as f64];
        let solution = SolveLinear::default().solve(&model, &Context::new()).unwrap();
        assert_eq!(solution.status, LinearStatus::Optimal);
        assert!((solution.objective.unwrap() - best[capacity]).abs() < 1e-6, "case {case}");
    }
}

#[test]
fn quadratic_solutions_are_certified() {
    let mut random = Random::new(26);
    let mut optimal = 0;
    for case in 0..1500 {
        let (columns, rows) = (1 + random.bits() as usize % 6, random.bits() as usize % 6);
        let mut model = random_linear(&mut random, columns, rows);
        // A sum of squares of sums, of low rank in every other case.
        let sign = if model.maximize { -1.0 } else { 1.0 };
        for _ in 0..if case % 2 == 0 { columns } else { 1 } {
            let sum: Vec<f64> = (0..columns).map(|_| small(&mut random) / 2.0).collect();
            for a in 0..columns {
                for b in 0..columns {
                    model.quadratic_rows.push(a as i64);
                    model.quadratic_columns.push(b as i64);
                    model.quadratic_values.push(sign * sum[a] * sum[b]);
                }
            }
        }
        let solution = SolveLinear::default().solve(&model, &Context::new()).unwrap();
        let check = verify_linear(&model, &solution, 1e-6).unwrap();
        if solution.status == LinearStatus::Optimal {
            optimal += 1;
        }
        assert!(check.holds, "case {case}: {check:?} {solution:?}\n{}", write_lp(&model).unwrap());
        assert_ne!(solution.status, LinearStatus::Inaccurate, "case {case}\n{}", write_lp(&model).unwrap());
    }
    assert!(optimal > 500, "{optimal}");
}
