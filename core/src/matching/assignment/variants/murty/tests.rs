//! Ranked assignments against brute force.
use ndarray::Array2;

use super::*;
use crate::math::random::Random;

/// Every assignment of all rows with as many pairs as possible: totals and pairs.
fn all(costs: &Array2<f64>) -> Vec<(f64, Vec<(usize, usize)>)> {
    fn go(
        costs: &Array2<f64>,
        row: usize,
        used: u32,
        pairs: &mut Vec<(usize, usize)>,
        out: &mut Vec<Vec<(usize, usize)>>,
    ) {
        if row == costs.nrows() {
            out.push(pairs.clone());
            return;
        }
        go(costs, row + 1, used, pairs, out);
        for column in 0..costs.ncols() {
            if used & (1 << column) == 0 && costs[[row, column]].is_finite() {
                pairs.push((row, column));
                go(costs, row + 1, used | (1 << column), pairs, out);
                pairs.pop();
            }
        }
    }
    let mut out = Vec::new();
    go(costs, 0, 0, &mut Vec::new(), &mut out);
    let most = out.iter().map(Vec::len).max().unwrap_or(0);
    let sum = |pairs: &Vec<(usize, usize)>| pairs.iter().map(|pair| costs[*pair]).sum::<f64>() + 0.0;
    let mut all: Vec<_> =
        out.into_iter().filter(|pairs| pairs.len() == most).map(|pairs| (sum(&pairs), pairs)).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all
}

#[test]
fn ranked_assignments_are_those_of_brute_force() {
    let mut random = Random::new(31);
    for case in 0..6000 {
        let most = if case % 100 == 0 { 7 } else { 6 };
        let (rows, columns) = ((random.bits() % most) as usize, (random.bits() % most) as usize);
        let kind = random.bits() % 4;
        let forbidden = [0.0, 0.3, 0.6][(random.bits() % 3) as usize];
        let costs = Array2::from_shape_fn((rows, columns), |_| {
            if random.uniform() < forbidden {
                return f64::INFINITY;
            }
            match kind {
                0 => random.uniform(),
                1 => (random.bits() % 3) as f64,
                2 => (random.bits() % 1000) as f64 - 500.0,
                _ => random.normal() * 1e300,
            }
        });
        let wanted = all(&costs);
        let count = 1 + (random.bits() % 40) as usize;
        let options = Assign::default().with_unmatched(Unmatched::Leave);
        let found = assign_k_best(costs.view(), count, &options, &Context::new()).unwrap();
        assert_eq!(found.len(), count.min(wanted.len()), "case {case}: {costs}");
        let scale = costs.iter().filter(|cost| cost.is_finite()).fold(0.0_f64, |most, cost| most.max(cost.abs()));
        let mut seen = std::collections::HashSet::new();
        for (one, (total, _)) in found.iter().zip(&wanted) {
            assert!((one.total_cost - total).abs() <= 4e-15 * scale, "case {case}: {found:?} {costs}");
            let pairs: Vec<(usize, usize)> = one
                .rows
                .iter()
                .zip(one.columns.iter())
                .map(|(row, column)| (*row as usize, *column as usize))
                .collect();
            assert_eq!(pairs.iter().map(|pair| costs[*pair]).sum::<f64>() + 0.0, one.total_cost);
            assert!(wanted.iter().any(|(_, wanted)| *wanted == pairs), "case {case}: {pairs:?}");
            assert!(seen.insert(pairs), "case {case}: twice the same pairs");
        }
        let most = options.with_maximize(true);
        let other = assign_k_best(costs.mapv(|cost| -cost).view(), count, &most, &Context::new()).unwrap();
        let totals =
            |ranked: &[RankedAssignment], sign: f64| ranked.iter().map(|one| sign * one.total_cost).collect::<Vec<_>>();
        for (a, b) in totals(&found, 1.0).iter().zip(totals(&other, -1.0)) {
            assert!((a - b).abs() <= 4e-15 * scale, "case {case}");
        }
    }
}

#[test]
fn a_hundred_of_a_hundred_come_in_order() {
    let mut random = Random::new(32);
    let costs = Array2::from_shape_fn((100, 100), |_| (random.bits() % 1000) as f64);
    let found = assign_k_best(costs.view(), 100, &Assign::default(), &Context::new()).unwrap();
    assert_eq!(found.len(), 100);
    assert!(
        found.windows(2).all(|pair| pair[0].total_cost <= pair[1].total_cost && pair[0].columns != pair[1].columns)
    );
    let more = assign_k_best(costs.view(), 150, &Assign::default(), &Context::new()).unwrap();
    assert!(found.iter().zip(&more).all(|(few, many)| few.total_cost == many.total_cost));
}

#[test]
fn no_assignments_are_not_a_question() {
    let costs = Array2::zeros((2, 2));
    let error = assign_k_best(costs.view(), 0, &Assign::default(), &Context::new()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidConfig);
    let costs = ndarray::array![[1.0, f64::INFINITY], [2.0, f64::INFINITY]];
    let error = assign_k_best(costs.view(), 3, &Assign::default(), &Context::new()).unwrap_err();
    assert!(error.message().contains("rows 0 and 1"), "{error}");
}
