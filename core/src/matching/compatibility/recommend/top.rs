//! The best of every row, without holding all scores.
use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use super::{Found, Pair};
use crate::Context;
use crate::error::{Result, ensure};
use crate::matching::compatibility::scorer::Scorer;

/// The most pairs that are recommended.
const MOST_PAIRS: usize = 1 << 26;
/// Columns that share a lock.
const TOGETHER: usize = 512;

/// A candidate; the greater is the better, ties go to the lower row.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Candidate {
    score: f64,
    row: u32,
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.row.cmp(&self.row))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The candidates of one row with `min_score` or more, at most `k`, and the best score of all.
fn candidates(scores: &[f64], k: Option<usize>, min_score: f64) -> (Vec<Candidate>, f64) {
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut all: Vec<Candidate> = scores
        .iter()
        .enumerate()
        .filter(|(_, score)| **score >= min_score)
        .map(|(row, &score)| Candidate { score, row: row as u32 })
        .collect();
    if let Some(k) = k.filter(|k| *k < all.len()) {
        all.select_nth_unstable_by(k - 1, |a, b| b.cmp(a));
        all.truncate(k);
        all.shrink_to_fit();
    }
    (all, best)
}

/// The `k` best of every row, or all with `min_score` or more.
pub(super) fn best(
    scorer: &Scorer,
    rows: &[usize],
    k: Option<usize>,
    min_score: f64,
    context: &Context,
) -> Result<Found> {
    let total = AtomicUsize::new(0);
    let found = context.map(rows.len(), |at| {
        let found = candidates(&scorer.row(rows[at], context)?.combined, k, min_score);
        let count = total.fetch_add(found.0.len(), Relaxed) + found.0.len();
        ensure!(count <= MOST_PAIRS, TooLarge, "more than {MOST_PAIRS} pairs; raise min_score or lower k");
        Ok(found)
    })?;
    let best = found.iter().map(|(_, best)| *best).collect();
    let pairs = found.iter().zip(rows).flat_map(|((candidates, _), &left)| {
        candidates.iter().map(move |one| Pair { left, right: one.row as usize, score: one.score })
    });
    Ok(Found { pairs: pairs.collect(), best })
}

/// Pairs in which each is among the `k` best of the other; the right rows' best are kept in heaps that all threads share,
/// which hold the same in the end whatever the order.
pub(super) fn mutual(scorer: &Scorer, rows: &[usize], k: usize, min_score: f64, context: &Context) -> Result<Found> {
    ensure!(
        scorer.right_rows.checked_mul(k.min(rows.len())).is_some_and(|count| count <= MOST_PAIRS),
        TooLarge,
        "{} right rows with {k} candidates each are more than {MOST_PAIRS}; lower k",
        scorer.right_rows
    );
    let parts = scorer.right_rows.div_ceil(TOGETHER);
    let heap = || BinaryHeap::<Reverse<Candidate>>::new();
    let shared: Vec<Mutex<Vec<_>>> = (0..parts).map(|_| Mutex::new(vec![heap(); TOGETHER])).collect();
    let found = context.map(rows.len(), |at| {
        let scores = scorer.row(rows[at], context)?.combined;
        for (scores, part) in scores.chunks(TOGETHER).zip(&shared) {
            let mut heaps = part.lock().unwrap_or_else(PoisonError::into_inner);
            for (&score, heap) in scores.iter().zip(heaps.iter_mut()).filter(|(score, _)| **score >= min_score) {
                let one = Candidate { score, row: rows[at] as u32 };
                if heap.len() < k {
                    heap.push(Reverse(one));
                } else if heap.peek().is_some_and(|Reverse(worst)| one > *worst) {
                    heap.pop();
                    heap.push(Reverse(one));
                }
            }
        }
        Ok(candidates(&scores, Some(k), min_score))
    })?;
    let mut wanted: HashSet<(u32, u32)> = HashSet::new();
    for (part, heaps) in shared.into_iter().enumerate() {
        for (at, heap) in heaps.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().enumerate() {
            wanted.extend(heap.into_iter().map(|Reverse(one)| (one.row, (part * TOGETHER + at) as u32)));
        }
    }
    let best = found.iter().map(|(_, best)| *best).collect();
    let pairs = found.iter().zip(rows).flat_map(|((candidates, _), &left)| {
        let mutual = candidates.iter().filter(|one| wanted.contains(&(left as u32, one.row))).copied();
        mutual.map(move |one| Pair { left, right: one.row as usize, score: one.score }).collect::<Vec<_>>()
    });
    Ok(Found { pairs: pairs.collect(), best })
}
