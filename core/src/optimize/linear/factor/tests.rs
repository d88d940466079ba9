//! Bases are solved with, and exchanged, as dense elimination would.
use super::*;
use crate::math::random::Random;

/// A basis of random columns and some logicals, with its dense form.
fn random_basis(random: &mut Random, rows: usize, share: f64) -> (Sparse, Vec<u32>) {
    let mut columns = Sparse::empty();
    for column in 0..rows {
        let mut pairs = vec![(column, 1.0 + random.uniform())];
        for row in 0..rows {
            if row != column && random.uniform() < share {
                pairs.push((row, random.normal()));
            }
        }
        pairs.sort_by_key(|(row, _)| *row);
        columns.push_line(pairs);
    }
    let head = (0..rows).map(|at| if random.uniform() < 0.3 { (rows + at) as u32 } else { at as u32 }).collect();
    (columns, head)
}

fn column_of(columns: &Sparse, variable: u32) -> Vec<(usize, f64)> {
    let variable = variable as usize;
    if variable >= columns.lines() {
        vec![(variable - columns.lines(), -1.0)]
    } else {
        columns.pairs(variable).collect()
    }
}

/// The largest residual of `B x = b` and of `B' y = c` for random sparse and dense right sides.
fn residual(factor: &mut Factor, columns: &Sparse, head: &[u32], random: &mut Random, share: f64) -> f64 {
    let rows = head.len();
    let mut worst = 0.0f64;
    let mut right = Scattered::zeros(rows);
    for at in 0..rows {
        if random.uniform() < share || at == 0 {
            right.put(at, random.normal());
        }
    }
    let mut x = right.clone();
    let mut density = Density(share);
    factor.solve(&mut x, &mut density);
    let mut rest = right.value.clone();
    for (at, variable) in head.iter().enumerate() {
        for (row, value) in column_of(columns, *variable) {
            rest[row] -= value * x.value[at];
        }
    }
    worst = rest.iter().fold(worst, |most, value| most.max(value.abs()));
    assert!((0..rows).all(|at| x.value[at] == 0.0 || x.index.contains(&(at as u32))));
    let mut y = right.clone();
    factor.solve_across(&mut y, &mut density);
    for (at, variable) in head.iter().enumerate() {
        let sum: f64 = column_of(columns, *variable).iter().map(|(row, value)| value * y.value[*row]).sum();
        worst = worst.max((sum - right.value[at]).abs());
    }
    assert!((0..rows).all(|at| y.value[at] == 0.0 || y.index.contains(&(at as u32))));
    worst
}

#[test]
fn bases_are_solved_with_after_elimination_and_after_exchanges() {
    let mut random = Random::new(7);
    for case in 0..60 {
        let rows = 2 + case;
        let share = [0.02, 0.1, 0.4][case % 3];
        let (columns, mut head) = random_basis(&mut random, rows, share);
        let mut factor = Factor::default();
        let replaced = factor.factorise(&columns, rows, &mut head, &Context::new()).unwrap();
        assert!(replaced.is_empty());
        for exchange in 0..12 {
            for density in [0.01, 0.5] {
                let worst = residual(&mut factor, &columns, &head, &mut random, density);
                assert!(worst < 1e-7, "case {case} exchange {exchange}: {worst}");
            }
            let entering = (random.bits() % (2 * rows as u64)) as u32;
            if head.contains(&entering) {
                continue;
            }
            let mut column = Scattered::zeros(rows);
            for (row, value) in column_of(&columns, entering) {
                column.put(row, value);
            }
            factor.solve(&mut column, &mut Density(0.5));
            let largest = column
                .index
                .iter()
                .copied()
                .max_by(|a, b| column.value[*a as usize].abs().total_cmp(&column.value[*b as usize].abs()));
            let row = largest.unwrap() as usize;
            factor.exchange(row, &column);
            head[row] = entering;
        }
    }
}

#[test]
fn columns_that_depend_on_others_are_replaced_by_logicals() {
    let mut columns = Sparse::empty();
    columns.push_line([(0, 1.0), (1, 2.0), (2, 1.0)]);
    columns.push_line([(0, 2.0), (1, 4.0), (2, 2.0)]);
    columns.push_line([(1, 1.0), (2, 3.0)]);
    let mut head = vec![0, 1, 2];
    let mut factor = Factor::default();
    let replaced = factor.factorise(&columns, 3, &mut head, &Context::new()).unwrap();
    assert_eq!(replaced.len(), 1);
    assert!(head.iter().filter(|variable| **variable >= 3).count() == 1);
    assert!(residual(&mut factor, &columns, &head, &mut Random::new(1), 0.9) < 1e-9);
}
