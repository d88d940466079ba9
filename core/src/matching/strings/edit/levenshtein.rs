//! The Levenshtein distance and the optimal string alignment distance, 64 cells at a time.
//!
//! Sources: Myers, *A fast bit-vector algorithm for approximate string matching based on dynamic programming* (1999);
//! Hyyrö, *A bit-vector algorithm for computing Levenshtein and Damerau edit distances* (2003).
use super::strips::by_strips;
use crate::matching::strings::pattern::{Pattern, low_bits};
use crate::matching::strings::symbols::{Symbol, Watch, without_common_ends};

/// Insertions, deletions and substitutions, or any number above `most` if there are more.
pub(crate) fn levenshtein<S: Symbol, W: Watch>(a: &[S], b: &[S], most: usize, watch: &W) -> Result<usize, W::Stop> {
    distance::<S, W, false>(a, b, most, watch)
}

/// As [`levenshtein`], and a transposition of neighbours counts once; no part is edited twice.
pub(crate) fn osa<S: Symbol, W: Watch>(a: &[S], b: &[S], most: usize, watch: &W) -> Result<usize, W::Stop> {
    distance::<S, W, true>(a, b, most, watch)
}

fn distance<S: Symbol, W: Watch, const SWAPS: bool>(
    a: &[S],
    b: &[S],
    most: usize,
    watch: &W,
) -> Result<usize, W::Stop> {
    let difference = a.len().abs_diff(b.len());
    if difference > most {
        return Ok(difference);
    }
    let (a, b) = without_common_ends(a, b);
    let (a, b) = if a.len() > b.len() { (b, a) } else { (a, b) };
    if a.is_empty() {
        return Ok(b.len());
    }
    if a.len() <= 64 {
        return Ok(single_word::<S, SWAPS>(&Pattern::new(a), a.len(), b));
    }
    by_strips::<S, W, SWAPS>(a, b, most, watch)
}

/// The distance of `b` from a pattern of `length` symbols, at most 64.
fn single_word<S: Symbol, const SWAPS: bool>(pattern: &Pattern, length: usize, b: &[S]) -> usize {
    let (mut rises, mut falls) = (u64::MAX, 0);
    let (mut diagonal, mut previous) = (u64::MAX, 0);
    for &symbol in b {
        let equal = pattern.row(symbol);
        let swapped = if SWAPS { ((!diagonal & equal) << 1) & previous } else { 0 };
        diagonal = ((equal & rises).wrapping_add(rises) ^ rises) | equal | falls | swapped;
        let right = falls | !(diagonal | rises);
        let left = diagonal & rises;
        let right = (right << 1) | 1;
        rises = (left << 1) | !(diagonal | right);
        falls = right & diagonal;
        previous = equal;
    }
    let mask = low_bits(length);
    b.len() + (rises & mask).count_ones() as usize - (falls & mask).count_ones() as usize
}
