//! Tests of assignments with capacities against brute force, copies of rows and columns, and their own prices.
use ndarray::{Array2, array};

use super::*;
use crate::Code;
use crate::matching::assignment::{Assign, Unmatched, assign};
use crate::math::random::Random;

fn random_costs(random: &mut Random, rows: usize, columns: usize) -> Array2<f64> {
    let kind = random.bits() % 4;
    let forbidden = [0.0, 0.3, 0.6][(random.bits() % 3) as usize];
    Array2::from_shape_fn((rows, columns), |_| {
        if random.uniform() < forbidden {
            return f64::INFINITY;
        }
        match kind {
            0 => random.uniform(),
            1 => (random.bits() % 3) as f64,
            2 => (random.bits() % 1000) as f64 - 500.0,
            _ => random.normal(),
        }
    })
}

fn capacities(random: &mut Random, lines: usize, most: u64) -> Vec<i64> {
    (0..lines).map(|_| (random.bits() % (most + 1)) as i64).collect()
}

/// Units and total of the best use of pairs at most once each, trying all.
fn brute(costs: &Array2<f64>, rows: &[i64], columns: &[i64]) -> (i64, f64) {
    fn go(costs: &Array2<f64>, at: usize, rows: &mut [i64], columns: &mut [i64]) -> (i64, f64) {
        let width = costs.ncols();
        if at == costs.len() {
            return (0, 0.0);
        }
        let (row, column) = (at / width, at % width);
        let mut best = go(costs, at + 1, rows, columns);
        if costs[[row, column]].is_finite() && rows[row] > 0 && columns[column] > 0 {
            rows[row] -= 1;
            columns[column] -= 1;
            let (units, total) = go(costs, at + 1, rows, columns);
            rows[row] += 1;
            columns[column] += 1;
            let found = (units + 1, total + costs[[row, column]]);
            if found.0 > best.0 || found.0 == best.0 && found.1 < best.1 {
                best = found;
            }
        }
        best
    }
    go(costs, 0, &mut rows.to_vec(), &mut columns.to_vec())
}

/// Each row and column as often as it has capacity, as a plain assignment.
fn copies(costs: &Array2<f64>, rows: &[i64], columns: &[i64]) -> (i64, f64) {
    let names = |capacities: &[i64]| -> Vec<usize> {
        capacities.iter().enumerate().flat_map(|(line, count)| std::iter::repeat_n(line, *count as usize)).collect()
    };
    let (rows, columns) = (names(rows), names(columns));
    let many = Array2::from_shape_fn((rows.len(), columns.len()), |(row, column)| costs[[rows[row], columns[column]]]);
    let best = assign(many.view(), &Assign::default().with_unmatched(Unmatched::Leave), &Context::new()).unwrap();
    (best.rows.len() as i64, best.total_cost)
}

/// What a result promises: amounts within bounds that cost what they say, and prices that prove them the best.
fn proves(costs: &Array2<f64>, rows: &[i64], columns: &[i64], options: &AssignCapacities, found: &CapacityAssignment) {
    let sign = if options.maximize { -1.0 } else { 1.0 };
    let most = if options.repeat { i64::MAX } else { 1 };
    let mut amounts = Array2::<i64>::zeros(costs.dim());
    for ((row, column), amount) in found.rows.iter().zip(found.columns.iter()).zip(found.amounts.iter()) {
        assert!(*amount > 0 && *amount <= most);
        amounts[[*row as usize, *column as usize]] += amount;
    }
    let scale = costs.iter().filter(|cost| cost.is_finite()).fold(1.0_f64, |most, cost| most.max(cost.abs()));
    let scale = found.row_prices.iter().fold(scale, |most, price| most.max(price.abs()));
    let near = 1e-12 * scale;
    let mut total = 0.0;
    for ((row, column), amount) in amounts.indexed_iter() {
        let over = sign * (costs[[row, column]] - found.row_prices[row] - found.column_prices[column]);
        if *amount > 0 {
            assert!(over <= near, "{over} {found:?} {costs}");
            total += costs[[row, column]] * *amount as f64;
        }
        if *amount < most && costs[[row, column]].is_finite() && columns[column] > 0 {
            assert!(over >= -near, "row {row} column {column} {over} {found:?} {costs}");
        }
    }
    assert!((total - found.total_cost).abs() <= near * found.units.max(1) as f64);
    assert_eq!(amounts.sum(), found.units);
    for (column, capacity) in columns.iter().enumerate() {
        let used = amounts.column(column).sum();
        assert!(used <= *capacity && sign * found.column_prices[column] <= near);
        if used < *capacity {
            assert!(found.column_prices[column].abs() <= near, "{found:?}");
        }
    }
    let dearest = found.row_prices.iter().map(|price| sign * price).fold(f64::NEG_INFINITY, f64::max);
    for (row, demand) in rows.iter().enumerate() {
        let used = amounts.row(row).sum();
        assert!(used == *demand || options.demand == Demand::AtMost && used < *demand);
        if used < *demand {
            assert!(sign * found.row_prices[row] >= dearest - near, "{found:?}");
        }
    }
}

fn check(costs: &Array2<f64>, rows: &[i64], columns: &[i64], repeat: bool, wanted: (i64, f64), case: usize) {
    let scale = costs.iter().filter(|cost| cost.is_finite()).fold(1.0_f64, |most, cost| most.max(cost.abs()));
    for (sign, maximize) in [(1.0, false), (-1.0, true)] {
        let costs = costs.mapv(|cost| sign * cost);
        let options =
            AssignCapacities::default().with_demand(Demand::AtMost).with_repeat(repeat).with_maximize(maximize);
        let found = assign_with_capacities(costs.view(), rows, columns, &options, &Context::new()).unwrap();
        assert_eq!(found.units, wanted.0, "case {case}: {costs} {rows:?} {columns:?}");
        assert!((sign * found.total_cost - wanted.1).abs() <= 1e-12 * scale, "case {case}: {found:?} {costs}");
        proves(&costs, rows, columns, &options, &found);
        let exact = options.with_demand(Demand::Exact);
        let strict = assign_with_capacities(costs.view(), rows, columns, &exact, &Context::new());
        assert_eq!(strict.is_ok(), wanted.0 == rows.iter().sum::<i64>(), "case {case}: {costs} {rows:?} {columns:?}");
        if let Ok(strict) = strict {
            assert!((strict.total_cost - found.total_cost).abs() <= 1e-12 * scale);
            proves(&costs, rows, columns, &exact, &strict);
        }
    }
}

#[test]
fn pairs_used_once_are_those_of_brute_force() {
    let mut random = Random::new(51);
    for case in 0..3000 {
        let (rows, columns) = ((random.bits() % 4) as usize, (random.bits() % 5) as usize);
        let costs = random_costs(&mut random, rows, columns);
        let (a, b) = (capacities(&mut random, rows, 4), capacities(&mut random, columns, 3));
        check(&costs, &a, &b, false, brute(&costs, &a, &b), case);
    }
}

#[test]
fn repeated_pairs_are_those_of_copies_of_rows_and_columns() {
    let mut random = Random::new(52);
    for case in 0..3000 {
        let (rows, columns) = ((random.bits() % 6) as usize, (random.bits() % 6) as usize);
        let costs = random_costs(&mut random, rows, columns);
        let (a, b) = (capacities(&mut random, rows, 5), capacities(&mut random, columns, 5));
        check(&costs, &a, &b, true, copies(&costs, &a, &b), case);
    }
}

#[test]
fn large_problems_carry_their_own_proof() {
    let mut random = Random::new(53);
    for repeat in [false, true] {
        for demand in [Demand::Exact, Demand::AtMost] {
            let costs = Array2::from_shape_fn((60, 80), |_| (random.bits() % 1000) as f64);
            let rows = capacities(&mut random, 60, 8);
            let mut columns = capacities(&mut random, 80, 5);
            if demand == Demand::Exact {
                columns.iter_mut().for_each(|capacity| *capacity += 4);
            }
            let options = AssignCapacities::default().with_demand(demand).with_repeat(repeat);
            let found = assign_with_capacities(costs.view(), &rows, &columns, &options, &Context::new()).unwrap();
            proves(&costs, &rows, &columns, &options, &found);
        }
    }
}

#[test]
fn capacities_of_one_are_the_plain_assignment() {
    let mut random = Random::new(54);
    for _ in 0..50 {
        let costs = Array2::from_shape_fn((30, 40), |_| random.uniform());
        let found =
            assign_with_capacities(costs.view(), &[1; 30], &[1; 40], &AssignCapacities::default(), &Context::new())
                .unwrap();
        let plain = assign(costs.view(), &Assign::default(), &Context::new()).unwrap();
        assert_eq!(found.columns, plain.columns);
    }
}

#[test]
fn whole_trainloads_go_at_once() {
    let costs = array![[4.0, 6.0], [5.0, 9.0]];
    let options = AssignCapacities::default().with_repeat(true);
    let billion = 1_000_000_000_i64;
    let found = assign_with_capacities(
        costs.view(),
        &[3 * billion, 2 * billion],
        &[4 * billion, 4 * billion],
        &options,
        &Context::new(),
    )
    .unwrap();
    assert_eq!(found.amounts.to_vec(), [2 * billion, billion, 2 * billion]);
    assert_eq!(found.total_cost, 24e9);
}

#[test]
fn bad_input_is_refused_by_name() {
    let costs = array![[1.0, 2.0], [3.0, 4.0]];
    let fails = |costs: &Array2<f64>, rows: &[i64], columns: &[i64], text: &str| {
        let options = AssignCapacities::default();
        let error = assign_with_capacities(costs.view(), rows, columns, &options, &Context::new()).unwrap_err();
        assert_eq!(error.code(), Code::InvalidData);
        assert!(error.message().contains(text), "{error}");
    };
    fails(&costs, &[1], &[1, 1], "1 row capacities for 2 rows");
    fails(&costs, &[1, 1], &[1, 1, 1], "3 column capacities for 2 columns");
    fails(&costs, &[1, -1], &[1, 1], "the capacity of row 1 is -1");
    fails(&costs, &[1, 1], &[i64::MAX, 1], "add up to more than");
    fails(&array![[1.0, f64::NAN], [3.0, 4.0]], &[1, 1], &[1, 1], "row 0 and column 1 is NaN");
    fails(&array![[1.0, 2.0], [f64::NEG_INFINITY, 4.0]], &[1, 1], &[1, 1], "row 1 and column 0 is -inf");
    fails(&costs, &[2, 1], &[1, 1], "rows 0 and 1 together demand 3 and can get at most 2");
    fails(&costs, &[3, 0], &[5, 5], "row 0 demands 3 and can get at most 2");
    fails(
        &array![[f64::INFINITY, 2.0], [f64::INFINITY, 4.0]],
        &[1, 1],
        &[9, 1],
        "together demand 2 and can get at most 1",
    );
}

#[test]
fn a_cancelled_call_stops() {
    let context = Context::new();
    context.cancel();
    let costs = Array2::zeros((3, 3));
    let options = AssignCapacities::default();
    let error = assign_with_capacities(costs.view(), &[1; 3], &[1; 3], &options, &context).unwrap_err();
    assert_eq!(error.code(), Code::Cancelled);
}
