//! Rows that walk and rows that are compared with all cuts.
use super::blend::{Blend, Room};
use super::*;
use crate::math::random::Random;
use ndarray::Array2;

fn forest(rows: &Array2<f64>, options: &IsolationForest) -> ForestModel {
    options.forest(&Rows::trusted(rows.view()), &Context::new().with_seed(3)).unwrap()
}

fn walked(forest: &ForestModel, rows: &Array2<f64>) -> Vec<f64> {
    let mut sums = vec![0.0; rows.nrows()];
    for (row, sum) in rows.rows().into_iter().zip(&mut sums) {
        let nodes = 1 << forest.depth;
        for tree in 0..forest.trees() {
            let mut at = 1;
            while at < nodes {
                let right = row[forest.features[tree * nodes + at] as usize] >= forest.values[tree * nodes + at];
                at = 2 * at + usize::from(right);
            }
            *sum += forest.leaves[tree * nodes + at - nodes];
        }
    }
    sums
}

fn blended(forest: &ForestModel, rows: &Array2<f64>) -> Vec<f64> {
    let blend = Blend::of(forest, &Context::new()).unwrap();
    let mut sums = vec![0.0; rows.nrows()];
    let mut room = Room::default();
    let size = Blend::rows(forest.columns);
    let values = rows.as_slice().unwrap();
    for (block, sums) in values.chunks(size * forest.columns).zip(sums.chunks_mut(size)) {
        blend.cuts(block, sums, &mut room);
    }
    sums
}

/// Normal columns, whole numbers of few values, heavy tails, and constants.
fn table(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut random = Random::new(seed);
    Array2::from_shape_fn((rows, columns), |(_, column)| match column % 4 {
        0 => random.normal(),
        1 => (3.0 * random.normal()).round(),
        2 => random.normal() * (6.0 * random.normal()).exp(),
        _ => 2.5,
    })
}

#[test]
fn comparing_all_cuts_counts_as_walking_does_to_the_last_bit() {
    for (columns, trees, samples) in
        [(1, 30_usize, 256_usize), (1, 300, 256), (3, 100, 100), (20, 100, 256), (150, 40, 256), (5, 7, 2)]
    {
        let rows = table(1300, columns, columns as u64);
        let options = IsolationForest::default().with_trees(trees).with_samples(samples);
        let forest = forest(&rows, &options);
        let fresh = 1.5 * table(901, columns, 77);
        for rows in [&rows, &fresh] {
            let (walked, blended) = (walked(&forest, rows), blended(&forest, rows));
            let same = walked.iter().zip(&blended).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "{columns} columns, {trees} trees of {samples}");
        }
    }
}

#[test]
fn a_forest_of_rows_that_are_all_the_same_has_no_cuts() {
    let rows = Array2::from_elem((400, 3), 1.0);
    let forest = forest(&rows, &IsolationForest::default());
    assert_eq!(walked(&forest, &rows), blended(&forest, &rows));
}

#[test]
fn scores_of_many_rows_are_those_of_each_alone() {
    let rows = table(3000, 6, 5);
    let all = Rows::trusted(rows.view());
    let context = Context::new().with_threads(2);
    for options in [IsolationForest::default(), IsolationForest::default().with_samples(700_usize)] {
        let forest = forest(&rows, &options);
        assert_eq!(forest.blends(3000), options.samples == 256);
        let together = forest.score(&all, &context).unwrap();
        for row in (0..3000).step_by(53) {
            assert_eq!(
                forest.score(&all.choose(&[row as u32]), &context).unwrap()[0].to_bits(),
                together[row].to_bits()
            );
        }
    }
}
