//! Tests of sparse assignments against brute force, the dense solver and known totals.
use ndarray::Array2;

use super::*;
use crate::Code;
use crate::matching::assignment::assign;
use crate::math::random::Random;

/// SplitMix64 numbers of a seed, as the reference defines them.
fn raw(seed: u64, count: usize) -> Vec<u64> {
    let number = |i: u64| {
        let mut z = seed.wrapping_add(i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    (1..=count as u64).map(number).collect()
}

/// The reference's sparse family: each row has one column of a permutation and `degree - 1` others.
fn reference(n: usize, degree: usize) -> SparseCosts {
    let seed = 500 + n as u64;
    let uniform: Vec<u64> = raw(seed, n).iter().map(|bits| bits >> 11).collect();
    let mut permutation: Vec<usize> = (0..n).collect();
    permutation.sort_by_key(|at| uniform[*at]);
    let others = raw(seed + 1, n * (degree - 1));
    let costs: Vec<f64> = raw(seed + 2, n * degree).iter().map(|bits| (bits % 10_000 + 1) as f64).collect();
    let mut rows = Vec::new();
    let mut columns = Vec::new();
    for row in 0..n {
        rows.extend(std::iter::repeat_n(row as i64, degree));
        columns.push(permutation[row] as i64);
        columns.extend((0..degree - 1).map(|at| (others[row * (degree - 1) + at] % n as u64) as i64));
    }
    SparseCosts::from_triplets(&rows, &columns, &costs, [n, n], &Context::new()).unwrap()
}

/// The finite entries as triplets, in a shuffled order.
fn sparse(costs: &Array2<f64>, random: &mut Random) -> SparseCosts {
    let mut entries: Vec<(i64, i64, f64)> = costs
        .indexed_iter()
        .filter(|(_, cost)| cost.is_finite())
        .map(|((row, column), cost)| (row as i64, column as i64, *cost))
        .collect();
    for at in (1..entries.len()).rev() {
        entries.swap(at, (random.bits() % (at as u64 + 1)) as usize);
    }
    let rows: Vec<i64> = entries.iter().map(|entry| entry.0).collect();
    let columns: Vec<i64> = entries.iter().map(|entry| entry.1).collect();
    let values: Vec<f64> = entries.iter().map(|entry| entry.2).collect();
    SparseCosts::from_triplets(&rows, &columns, &values, [costs.nrows(), costs.ncols()], &Context::new()).unwrap()
}

fn random_costs(random: &mut Random, rows: usize, columns: usize) -> Array2<f64> {
    let kind = random.bits() % 8;
    let forbidden = [0.0, 0.3, 0.6, 0.8][(random.bits() % 4) as usize];
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        if random.uniform() < forbidden {
            return f64::INFINITY;
        }
        match kind {
            0 => random.uniform(),
            1 => (random.bits() % 3) as f64,
            2 => (random.bits() % 1000) as f64 - 500.0,
            3 => random.normal() * 1e300,
            4 => [0.0, -0.0, 1.0][(random.bits() % 3) as usize],
            5 => 1e15 + (random.bits() % 4) as f64,
            6 => ((row + 1) * (column + 1)) as f64,
            _ => random.normal() * 1e-300,
        }
    })
}

fn agree(costs: &Array2<f64>, random: &mut Random, case: usize) {
    let context = Context::new();
    let graph = sparse(costs, random);
    let options = Assign::default().with_unmatched(Unmatched::Leave);
    let wanted = assign(costs.view(), &options, &context).unwrap();
    let found = assign_sparse(&graph, &options, &context).unwrap();
    let scale = costs.iter().filter(|cost| cost.is_finite()).fold(0.0_f64, |most, cost| most.max(cost.abs()));
    let near = 4e-16 * scale * (wanted.rows.len() + 4) as f64;
    assert_eq!(found.rows.len(), wanted.rows.len(), "case {case}: {costs}");
    assert!(
        (found.total_cost - wanted.total_cost).abs() <= near,
        "case {case}: {} {} {costs}",
        found.total_cost,
        wanted.total_cost
    );
    let certificate = verify_sparse(&graph, &found, &options, &context).unwrap();
    assert!(certificate.is_optimal, "case {case}: {certificate:?} {found:?} {costs}");
    let strict = assign_sparse(&graph, &Assign::default(), &context);
    assert_eq!(strict.is_ok(), wanted.rows.len() == costs.nrows().min(costs.ncols()), "case {case}: {costs}");
    let negated = sparse(&costs.mapv(|cost| -cost), random);
    let options = options.with_maximize(true);
    let other = assign_sparse(&negated, &options, &context).unwrap();
    assert!((other.total_cost + wanted.total_cost).abs() <= near, "case {case}");
    assert!(verify_sparse(&negated, &other, &options, &context).unwrap().is_optimal, "case {case}");
}

#[test]
fn random_small_costs_are_matched_as_by_the_dense_solver() {
    let mut random = Random::new(21);
    for case in 0..40_000 {
        let (rows, columns) = ((random.bits() % 8) as usize, (random.bits() % 8) as usize);
        let costs = random_costs(&mut random, rows, columns);
        agree(&costs, &mut random, case);
    }
}

#[test]
fn random_larger_costs_are_matched_as_by_the_dense_solver() {
    let mut random = Random::new(22);
    for case in 0..400 {
        let rows = 30 + (random.bits() % 60) as usize;
        let columns = if case % 2 == 0 { rows } else { 30 + (random.bits() % 60) as usize };
        let costs = random_costs(&mut random, rows, columns);
        agree(&costs, &mut random, case);
    }
}

#[test]
fn nearly_square_costs_are_matched_as_by_the_dense_solver() {
    let mut random = Random::new(23);
    for case in 0..24 {
        let rows = 300 + (random.bits() % 40) as usize;
        let columns = rows + 1 + case % 4;
        let costs = random_costs(&mut random, rows, columns);
        agree(&costs, &mut random, case);
        agree(&costs.reversed_axes().as_standard_layout().to_owned(), &mut random, case);
    }
}

#[test]
fn the_reference_instances_have_their_known_totals() {
    for (n, degree, pairs, total) in
        [(1000, 10, 9952, 1_522_193.0), (5000, 10, 49945, 7_616_414.0), (2000, 100, 195_120, 327_133.0)]
    {
        let costs = reference(n, degree);
        let found = assign_sparse(&costs, &Assign::default(), &Context::new()).unwrap();
        assert_eq!(found.total_cost, total);
        let certificate = verify_sparse(&costs, &found, &Assign::default(), &Context::new()).unwrap();
        assert!(certificate.is_optimal && certificate.gap == 0.0, "{certificate:?}");
        assert_eq!(Oriented::of(&costs, false, &Context::new()).unwrap().graph.arcs().len(), pairs);
    }
}

#[test]
fn the_large_reference_instances_have_their_known_totals() {
    for (n, degree, total) in [(20_000, 10, 30_433_906.0), (50_000, 5, 138_919_952.0)] {
        let costs = reference(n, degree);
        let found = assign_sparse(&costs, &Assign::default(), &Context::new()).unwrap();
        assert_eq!(found.total_cost, total);
        assert!(verify_sparse(&costs, &found, &Assign::default(), &Context::new()).unwrap().is_optimal);
    }
}

#[test]
fn chains_of_rows_with_one_way_out_are_forced() {
    // Row i may use columns i and i + 1, the last row only its own: the diagonal is the only way.
    let n = 30_000_i64;
    let mut random = Random::new(5);
    for backwards in [false, true] {
        let (mut rows, mut columns, mut costs) = (vec![], vec![], vec![]);
        for row in 0..n {
            let at = if backwards { n - 1 - row } else { row };
            rows.push(at);
            columns.push(at);
            costs.push(random.uniform());
            let next = if backwards { at - 1 } else { at + 1 };
            if (0..n).contains(&next) {
                rows.push(at);
                columns.push(next);
                costs.push(random.uniform());
            }
        }
        let costs = SparseCosts::from_triplets(&rows, &columns, &costs, [n as usize; 2], &Context::new()).unwrap();
        let found = assign_sparse(&costs, &Assign::default(), &Context::new()).unwrap();
        assert!(found.columns.iter().enumerate().all(|(row, column)| row as i64 == *column));
        assert!(verify_sparse(&costs, &found, &Assign::default(), &Context::new()).unwrap().is_optimal);
    }
}

#[test]
fn of_a_repeated_pair_the_better_cost_counts() {
    let costs = SparseCosts::from_triplets(&[0, 0, 0], &[0, 0, 0], &[2.0, 1.0, 3.0], [1, 1], &Context::new()).unwrap();
    assert_eq!(assign_sparse(&costs, &Assign::default(), &Context::new()).unwrap().total_cost, 1.0);
    let most = Assign::default().with_maximize(true);
    assert_eq!(assign_sparse(&costs, &most, &Context::new()).unwrap().total_cost, 3.0);
}

#[test]
fn compressed_rows_and_triplets_are_the_same_costs() {
    let rows = SparseCosts::from_csr(&[0, 2, 2, 3], &[1, 0, 2], &[1.0, 2.0, 3.0], 4, &Context::new()).unwrap();
    let triplets =
        SparseCosts::from_triplets(&[0, 0, 2], &[1, 0, 2], &[1.0, 2.0, 3.0], [3, 4], &Context::new()).unwrap();
    assert_eq!(rows, triplets);
    assert_eq!((rows.shape(), rows.pairs()), ([3, 4], 3));
}

#[test]
fn bad_lists_are_refused_with_the_place() {
    let fails = |result: Result<SparseCosts>, code: Code, text: &str| {
        let error = result.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(text), "{error}");
    };
    let triplets = |rows: &[i64], columns: &[i64], costs: &[f64], shape| {
        SparseCosts::from_triplets(rows, columns, costs, shape, &Context::new())
    };
    fails(triplets(&[0], &[0, 1], &[1.0], [2, 2]), Code::InvalidData, "1 rows, 2 columns and 1 costs");
    fails(triplets(&[0, 2], &[0, 1], &[1.0, 1.0], [2, 2]), Code::InvalidData, "entry 1: row 2 is outside 0..2");
    fails(triplets(&[0, -1], &[0, 1], &[1.0, 1.0], [2, 2]), Code::InvalidData, "entry 1: row -1");
    fails(triplets(&[0], &[i64::MAX], &[1.0], [2, 2]), Code::InvalidData, "entry 0: column 9223372036854775807");
    fails(
        triplets(&[0], &[1], &[f64::NAN], [2, 2]),
        Code::InvalidData,
        "entry 0: the cost of row 0 and column 1 is NaN",
    );
    fails(triplets(&[], &[], &[], [usize::MAX, 2]), Code::TooLarge, "each must be fewer than 4294967295");
    let rows = |starts: &[i64], columns: &[i64], costs: &[f64], width| {
        SparseCosts::from_csr(starts, columns, costs, width, &Context::new())
    };
    fails(rows(&[], &[], &[], 2), Code::InvalidData, "are empty");
    fails(rows(&[1, 1], &[0], &[1.0], 2), Code::InvalidData, "starts at 1");
    fails(rows(&[0, 2, 1], &[0], &[1.0], 2), Code::InvalidData, "row 1 starts at 2 and ends at 1");
    fails(rows(&[0, 2], &[0], &[1.0], 2), Code::InvalidData, "it must end at 1");
    fails(rows(&[0, 1], &[5], &[1.0], 2), Code::InvalidData, "column 5 is outside 0..2");
    let least = SparseCosts::from_triplets(&[0], &[1], &[f64::NEG_INFINITY], [2, 2], &Context::new()).unwrap();
    let error = assign_sparse(&least, &Assign::default(), &Context::new()).unwrap_err();
    assert!(error.message().contains("row 0 and column 1 is -inf"), "{error}");
}

#[test]
fn rows_with_too_few_columns_are_named() {
    let costs =
        SparseCosts::from_triplets(&[0, 1, 2, 2], &[1, 1, 0, 2], &[1.0, 1.0, 1.0, 1.0], [3, 3], &Context::new())
            .unwrap();
    let error = assign_sparse(&costs, &Assign::default(), &Context::new()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    assert_eq!(error.message(), "not all rows can be matched: rows 0 and 1 can only use column 1");
    let empty = SparseCosts::from_triplets(&[0], &[0], &[1.0], [2, 2], &Context::new()).unwrap();
    let error = assign_sparse(&empty, &Assign::default(), &Context::new()).unwrap_err();
    assert_eq!(error.message(), "row 1 cannot be matched: every pair is forbidden");
}

#[test]
fn wrong_prices_or_pairs_do_not_pass() {
    let costs =
        SparseCosts::from_triplets(&[0, 0, 1, 1], &[0, 1, 0, 1], &[1.0, 2.0, 3.0, 5.0], [2, 2], &Context::new())
            .unwrap();
    let context = Context::new();
    let best = assign_sparse(&costs, &Assign::default(), &context).unwrap();
    let mut worse = best.clone();
    worse.columns = vec![0, 1].into();
    worse.total_cost = 6.0;
    let certificate = verify_sparse(&costs, &worse, &Assign::default(), &context).unwrap();
    assert!(certificate.feasible && !certificate.is_optimal && certificate.gap >= 1.0, "{certificate:?}");
    let mut twice = best.clone();
    twice.columns = vec![0, 0].into();
    assert!(!verify_sparse(&costs, &twice, &Assign::default(), &context).unwrap().feasible);
    let mut wrong = best.clone();
    wrong.total_cost += 1.0;
    assert!(!verify_sparse(&costs, &wrong, &Assign::default(), &context).unwrap().feasible);
    let mut odd = best.clone();
    odd.row_prices = vec![0.0, f64::NAN].into();
    let error = verify_sparse(&costs, &odd, &Assign::default(), &context).unwrap_err();
    assert!(error.message().contains("the price of row 1 is NaN"), "{error}");
    let mut short = best;
    short.row_prices = vec![0.0].into();
    assert_eq!(verify_sparse(&costs, &short, &Assign::default(), &context).unwrap_err().code(), Code::InvalidData);
}

#[test]
fn a_cancelled_call_returns_at_once() {
    let costs = reference(20_000, 10);
    let context = Context::new();
    let watch = context.clone();
    let stopped = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(3));
        watch.cancel();
        std::time::Instant::now()
    });
    let found = assign_sparse(&costs, &Assign::default(), &context);
    let late = stopped.join().unwrap().elapsed();
    assert_eq!(found.unwrap_err().code(), Code::Cancelled);
    assert!(late < std::time::Duration::from_millis(100), "{late:?}");
}
