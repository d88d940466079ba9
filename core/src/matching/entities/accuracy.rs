//! How good a linkage was, where the truth is known.
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};

/// Precision, recall and F1 of entities against the truth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LinkageAccuracy {
    /// The part of the pairs put together that belong together; 1 where none was.
    pub precision: f64,
    /// The part of the pairs that belong together that were put together; 1 where there is none.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// The mean over records of the part of its entity that belongs to it (B-cubed).
    pub b_cubed_precision: f64,
    /// The mean over records of the part of what belongs to it that is in its entity.
    pub b_cubed_recall: f64,
    /// The harmonic mean of both.
    pub b_cubed_f1: f64,
    /// Pairs put together that belong together.
    pub true_pairs: f64,
    /// Pairs put together that do not.
    pub false_pairs: f64,
    /// Pairs that belong together and were not put together.
    pub missed_pairs: f64,
}

/// Precision and recall of pairs against the truth, such as those of a table of pairs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PairAccuracy {
    /// The part of the pairs that belong together; 1 where there is none.
    pub precision: f64,
    /// The part of all that belong together that are among the pairs; 1 where none do.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// Different pairs that belong together.
    pub true_pairs: f64,
    /// Different pairs that do not.
    pub false_pairs: f64,
    /// Pairs that belong together and are not among them.
    pub missed_pairs: f64,
}

fn ratio(part: f64, all: f64) -> f64 {
    if all > 0.0 { part / all } else { 1.0 }
}

fn harmonic(a: f64, b: f64) -> f64 {
    if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
}

fn pairs(count: usize) -> f64 {
    count as f64 * (count as f64 - 1.0) / 2.0
}

/// Hold the entities of records against the true ones, both as any numbers that are equal for the same thing. O(records).
///
/// Bagga, Baldwin (1998) for B-cubed.
///
/// # Errors
/// `invalid_data` for lists of unequal length, `not_enough_data` for empty ones.
pub fn linkage_accuracy(entities: &[i64], truth: &[i64]) -> Result<LinkageAccuracy> {
    let (rows, known) = (entities.len(), truth.len());
    ensure!(rows == known, InvalidData, "{rows} entities and {known} true ones; there must be as many of both");
    ensure!(rows > 0, NotEnoughData, "need at least 1 record, got 0");
    let mut found: HashMap<i64, usize> = HashMap::new();
    let mut real: HashMap<i64, usize> = HashMap::new();
    let mut both: HashMap<(i64, i64), usize> = HashMap::new();
    for (entity, thing) in entities.iter().zip(truth) {
        *found.entry(*entity).or_default() += 1;
        *real.entry(*thing).or_default() += 1;
        *both.entry((*entity, *thing)).or_default() += 1;
    }
    let of = |counts: &HashMap<i64, usize>| counts.values().map(|count| pairs(*count)).sum::<f64>();
    let true_pairs: f64 = both.values().map(|count| pairs(*count)).sum();
    let (all_found, all_real) = (of(&found), of(&real));
    let (precision, recall) = (ratio(true_pairs, all_found), ratio(true_pairs, all_real));
    // Sorted, so that the sum does not depend on the order of the map.
    let mut shares: Vec<(f64, f64, f64)> = both
        .iter()
        .map(|((entity, thing), count)| {
            let count = *count as f64;
            let size = |counts: &HashMap<i64, usize>, key: &i64| counts.get(key).copied().unwrap_or(1) as f64;
            (count * count / size(&found, entity), count * count / size(&real, thing), count)
        })
        .collect();
    shares.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let b_cubed_precision = shares.iter().map(|share| share.0).sum::<f64>() / rows as f64;
    let b_cubed_recall = shares.iter().map(|share| share.1).sum::<f64>() / rows as f64;
    Ok(LinkageAccuracy {
        precision,
        recall,
        f1: harmonic(precision, recall),
        b_cubed_precision,
        b_cubed_recall,
        b_cubed_f1: harmonic(b_cubed_precision, b_cubed_recall),
        true_pairs,
        false_pairs: all_found - true_pairs,
        missed_pairs: all_real - true_pairs,
    })
}

/// Hold pairs of records against the true entities of all records. A pair in either order or twice counts once.
///
/// # Errors
/// `invalid_data` for lists of unequal length, rows that are not there, or a record paired with itself.
pub fn pair_accuracy(left: &[i64], right: &[i64], truth: &[i64]) -> Result<PairAccuracy> {
    let (a, b) = (left.len(), right.len());
    ensure!(a == b, InvalidData, "{a} left rows and {b} right rows; pairs need as many of both");
    let mut seen = Vec::with_capacity(a);
    for (&left, &right) in left.iter().zip(right) {
        let there = |row: i64| usize::try_from(row).is_ok_and(|row| row < truth.len());
        ensure!(
            there(left) && there(right) && left != right,
            InvalidData,
            "the pair ({left}, {right}) is none of two different records of {}",
            truth.len()
        );
        seen.push((left.min(right), left.max(right)));
    }
    seen.sort_unstable();
    seen.dedup();
    let true_pairs = seen.iter().filter(|(left, right)| truth[*left as usize] == truth[*right as usize]).count() as f64;
    let mut real: HashMap<i64, usize> = HashMap::new();
    truth.iter().for_each(|thing| *real.entry(*thing).or_default() += 1);
    let all_real: f64 = real.values().map(|count| pairs(*count)).sum();
    let (precision, recall) = (ratio(true_pairs, seen.len() as f64), ratio(true_pairs, all_real));
    Ok(PairAccuracy {
        precision,
        recall,
        f1: harmonic(precision, recall),
        true_pairs,
        false_pairs: seen.len() as f64 - true_pairs,
        missed_pairs: all_real - true_pairs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    /// By hand: found {0,1,2} {3} {4,5}, true {0,1} {2,3} {4,5}: 2 of 4 pairs right, 2 of 3 found. B-cubed precision
    /// (2/3 + 2/3 + 1/3 + 1 + 1 + 1) / 6 = 7/9, recall (1 + 1 + 1/2 + 1/2 + 1 + 1) / 6 = 5/6.
    #[test]
    fn accuracy_is_that_of_hand() {
        let accuracy = linkage_accuracy(&[7, 7, 7, 1, 3, 3], &[0, 0, 5, 5, 2, 2]).unwrap();
        assert!((accuracy.precision - 0.5).abs() < 1e-15 && (accuracy.recall - 2.0 / 3.0).abs() < 1e-15);
        assert!((accuracy.f1 - 4.0 / 7.0).abs() < 1e-15);
        assert!((accuracy.b_cubed_precision - 7.0 / 9.0).abs() < 1e-15, "{accuracy:?}");
        assert!((accuracy.b_cubed_recall - 5.0 / 6.0).abs() < 1e-15);
        assert_eq!((accuracy.true_pairs, accuracy.false_pairs, accuracy.missed_pairs), (2.0, 2.0, 1.0));
        let pairs = pair_accuracy(&[0, 2, 0, 5, 4], &[1, 0, 2, 4, 5], &[0, 0, 5, 5, 2, 2]).unwrap();
        assert_eq!((pairs.true_pairs, pairs.false_pairs, pairs.missed_pairs), (2.0, 1.0, 1.0));
    }

    #[test]
    fn accuracy_does_not_depend_on_the_numbers_of_entities() {
        let (found, truth) = ([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0]);
        let renamed = found.map(|entity| 1000 - 7 * entity);
        assert_eq!(linkage_accuracy(&found, &truth).unwrap(), linkage_accuracy(&renamed, &truth).unwrap());
        let swapped = linkage_accuracy(&truth, &found).unwrap();
        let straight = linkage_accuracy(&found, &truth).unwrap();
        assert_eq!((swapped.precision, swapped.b_cubed_recall), (straight.recall, straight.b_cubed_precision));
    }

    #[test]
    fn lists_that_do_not_suit_each_other_are_refused() {
        assert_eq!(linkage_accuracy(&[1], &[1, 2]).unwrap_err().code(), Code::InvalidData);
        assert_eq!(linkage_accuracy(&[], &[]).unwrap_err().code(), Code::NotEnoughData);
        for (left, right) in [(vec![0], vec![]), (vec![0], vec![2]), (vec![-1], vec![0]), (vec![1], vec![1])] {
            assert_eq!(pair_accuracy(&left, &right, &[0, 0]).unwrap_err().code(), Code::InvalidData);
        }
        assert_eq!(pair_accuracy(&[], &[], &[0, 1]).unwrap().recall, 1.0);
    }
}
