//! Passes chosen from the data where none are said.
//!
//! Small tables are compared in full. Otherwise every column whose equal values give at most [`PER_RECORD`] pairs a record
//! is a key of its own, and its halves are where they are telling enough; the others are put together in pairs, the beginning of one with the whole of another, until they do;
//! and min-hashing of all letter groups finds records with an error in every key.
use std::collections::HashMap;

use super::keys::part_keys;
use super::passes::{AllPairs, Blocking, KeyPart, KeyTransform, Keys, MinHash, SortedNeighbourhood};
use crate::matching::entities::compare::Comparator;
use crate::matching::entities::options::ComparisonKind;
use crate::matching::entities::records::{Field, MISSING};

/// Up to this many pairs all are compared.
const ALL_PAIRS: f64 = 50_000.0;
/// The most pairs a record that a pass may give.
const PER_RECORD: f64 = 6.0;
/// The same for the first or last half of a column.
const HALVES_PER_RECORD: f64 = 4.0;
/// The most keys of one column, and of two.
const MOST_KEYS: usize = 8;

/// The passes for these columns; `all_pairs` is how many pairs there are.
pub(in super::super) fn choose(comparators: &[Comparator], fields: &[Field], all_pairs: f64) -> Vec<Blocking> {
    if all_pairs <= ALL_PAIRS || fields.is_empty() {
        return vec![AllPairs {}.into()];
    }
    let rows = fields[0].len() as f64;
    let most = PER_RECORD * rows;
    // The probability that two random records are equal in a column, with at least one pair.
    let chance: Vec<f64> =
        fields.iter().map(|field| equal_pairs(field).max(1.0) / (rows * (rows - 1.0) / 2.0)).collect();
    let keyed = |field: usize| !matches!(comparators[field].kind, ComparisonKind::Numeric | ComparisonKind::Geo);
    let filled = |field: usize| fields[field].present() > 0 && fields[field].values.len() > 1;
    let mut order: Vec<usize> = (0..comparators.len()).filter(|field| filled(*field)).collect();
    order.sort_by(|a, b| chance[*a].total_cmp(&chance[*b]).then(a.cmp(b)));
    let telling = |field: usize| chance[field] * rows * (rows - 1.0) / 2.0 <= most;
    let column = |field: usize| comparators[field].column.clone();

    let mut passes: Vec<Blocking> = Vec::new();
    for &field in order.iter().filter(|field| telling(**field)).take(MOST_KEYS) {
        passes.push(Keys::of([column(field)]).into());
    }
    // Two columns together, where one of them alone is not telling; the least telling pairs that still are come first,
    // since they miss the fewest matches.
    let mut joint: Vec<(f64, usize, usize)> = Vec::new();
    for (at, &a) in order.iter().enumerate() {
        for &b in order[at + 1..].iter().filter(|b| !telling(**b)) {
            // What one tells the other need not: the pairs are counted, not multiplied.
            if !telling(a) && chance[a] * chance[b] * rows * rows / 2.0 <= most {
                let pairs = joint_pairs(&fields[a], &fields[b]);
                if pairs <= most {
                    joint.push((pairs, a, b));
                }
            }
        }
    }
    joint.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    for &(_, a, b) in joint.iter().take(MOST_KEYS) {
        passes.push(Keys::of([column(a), column(b)]).into());
    }
    // One wrong symbol leaves the first half of a value or the last.
    let (mut halves, mut field_at) = (0, order.iter().filter(|field| telling(**field) && keyed(**field)));
    while let (true, Some(&field)) = (halves < MOST_KEYS, field_at.next()) {
        let symbols: usize = fields[field].values.iter().map(|value| value.chars().take(64).count()).sum();
        let half = symbols / fields[field].values.len() / 2;
        for transform in [KeyTransform::Prefix, KeyTransform::Suffix] {
            let part = KeyPart::new(column(field)).with_transform(transform).with_length(half.max(1));
            if half >= 3 && pairs_of(&part_keys(&part, &fields[field]), &fields[field]) <= HALVES_PER_RECORD * rows {
                passes.push(Keys::new([part]).into());
                halves += 1;
            }
        }
    }
    // What sounds alike in two columns of names.
    let names: Vec<usize> =
        order.iter().copied().filter(|field| comparators[*field].kind == ComparisonKind::Name).collect();
    for pair in names.windows(2).take(3) {
        let part = |field: usize| KeyPart::new(column(field)).with_transform(KeyTransform::Soundex);
        passes.push(Keys::new([part(pair[0]), part(pair[1])]).into());
    }
    for &field in order.iter().filter(|field| !keyed(**field)).take(2) {
        passes.push(SortedNeighbourhood::new([column(field)]).into());
    }
    let texts: Vec<usize> = order
        .iter()
        .copied()
        .filter(|field| keyed(*field) && comparators[*field].kind != ComparisonKind::Exact)
        .collect();
    if !texts.is_empty() {
        // More records need more agreement, or the pairs of each would grow with their number.
        let agreeing = 4 + [10_000.0, 40_000.0, 200_000.0].iter().filter(|size| rows > **size).count();
        passes.push(MinHash::new(texts.into_iter().map(column)).with_rows(agreeing).into());
    } else if passes.is_empty() {
        passes.push(SortedNeighbourhood::new(order.into_iter().take(4).map(column)).with_window(10).into());
    }
    passes
}

/// How many pairs have the same key.
fn pairs_of(keys: &[Option<u64>], field: &Field) -> f64 {
    let mut blocks: HashMap<u64, f64> = HashMap::new();
    for (key, count) in keys.iter().zip(&field.counts) {
        if let Some(key) = key {
            *blocks.entry(*key).or_default() += f64::from(*count);
        }
    }
    blocks.values().map(|count| count * (count - 1.0) / 2.0).sum()
}

/// How many pairs are equal in both fields, from every so many-th record.
fn joint_pairs(a: &Field, b: &Field) -> f64 {
    const SAMPLE: usize = 10_000;
    let stride = a.len().div_ceil(SAMPLE).max(1);
    let mut blocks: HashMap<(u32, u32), f64> = HashMap::new();
    for row in (0..a.len()).step_by(stride) {
        if a.codes[row] != MISSING && b.codes[row] != MISSING {
            *blocks.entry((a.codes[row], b.codes[row])).or_default() += 1.0;
        }
    }
    let stride = stride as f64;
    blocks.values().map(|count| count * (count - 1.0) / 2.0).sum::<f64>() * stride * stride
}

/// How many pairs are equal in a field.
fn equal_pairs(field: &Field) -> f64 {
    field.counts.iter().map(|count| f64::from(*count) * (f64::from(*count) - 1.0) / 2.0).sum()
}
