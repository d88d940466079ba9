//! Tests of assignments against brute force and known totals.
use ndarray::{Array2, array};

use super::*;
use crate::Code;
use crate::math::random::Random;

/// All ways to pair, cheapest of the largest: number of pairs and total.
fn brute(costs: &Array2<f64>) -> (usize, f64) {
    fn go(costs: &Array2<f64>, row: usize, used: u32) -> (usize, f64) {
        if row == costs.nrows() {
            return (0, 0.0);
        }
        let mut best = go(costs, row + 1, used);
        for column in 0..costs.ncols() {
            let cost = costs[[row, column]];
            if used & (1 << column) == 0 && cost < f64::INFINITY {
                let (pairs, total) = go(costs, row + 1, used | (1 << column));
                let found = (pairs + 1, total + cost);
                if found.0 > best.0 || found.0 == best.0 && found.1 < best.1 {
                    best = found;
                }
            }
        }
        best
    }
    go(costs, 0, 0)
}

fn random_costs(random: &mut Random, rows: usize, columns: usize) -> Array2<f64> {
    let kind = random.bits() % 6;
    let forbidden = [0.0, 0.0, 0.3, 0.7][(random.bits() % 4) as usize];
    Array2::from_shape_fn((rows, columns), |_| {
        if random.uniform() < forbidden {
            return f64::INFINITY;
        }
        match kind {
            0 => random.uniform(),
            1 => (random.bits() % 3) as f64,
            2 => (random.bits() % 1000) as f64 - 500.0,
            3 => random.normal() * 1e300,
            4 => [0.0, -0.0, 1.0][(random.bits() % 3) as usize],
            _ => random.normal() * 1e-300,
        }
    })
}

#[test]
fn random_small_matrices_are_matched_as_by_brute_force() {
    let mut random = Random::new(11);
    for case in 0..100_000 {
        let (rows, columns) = ((random.bits() % 6) as usize, (random.bits() % 6) as usize);
        let costs = random_costs(&mut random, rows, columns);
        let (pairs, total) = brute(&costs);
        let options = Assign::default().with_unmatched(Unmatched::Leave);
        let found = assign(costs.view(), &options, &Context::new()).unwrap();
        let scale = costs.iter().filter(|cost| cost.is_finite()).fold(0.0_f64, |most, cost| most.max(cost.abs()));
        assert_eq!(found.rows.len(), pairs, "case {case}: {costs}");
        assert!((found.total_cost - total).abs() <= 1e-14 * scale, "case {case}: {} {total} {costs}", found.total_cost);
        let refused = assign(costs.view(), &Assign::default(), &Context::new());
        assert_eq!(refused.is_ok(), pairs == rows.min(columns), "case {case}: {costs}");
        let negated = costs.mapv(|cost| -cost);
        let other = assign(negated.view(), &options.with_maximize(true), &Context::new()).unwrap();
        assert_eq!(other.total_cost, -found.total_cost);
    }
}

#[test]
fn who_cannot_be_matched_is_named() {
    let inf = f64::INFINITY;
    let costs = array![[1.0, inf, inf], [2.0, inf, inf], [1.0, 1.0, 1.0]];
    let error = assign(costs.view(), &Assign::default(), &Context::new()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    assert_eq!(error.message(), "not all rows can be matched: rows 0 and 1 can only use column 0");
    let costs = array![[1.0, inf], [2.0, inf], [1.0, inf]];
    let error = assign(costs.view(), &Assign::default(), &Context::new()).unwrap_err();
    assert_eq!(error.message(), "column 1 cannot be matched: every pair is forbidden");
}
