//! The longest common subsequence, and the distance by insertions and deletions alone, 64 cells at a time.
//!
//! Source: Hyyrö, *Bit-parallel LCS-length computation revisited* (2004).
use super::strips::{Numbered, Strip, widening};
use crate::matching::strings::pattern::{Pattern, low_bits};
use crate::matching::strings::symbols::{CELLS_BETWEEN_CHECKS, Symbol, Watch, without_common_ends};

/// Insertions and deletions, or any number above `most` if there are more.
pub(crate) fn indel<S: Symbol, W: Watch>(a: &[S], b: &[S], most: usize, watch: &W) -> Result<usize, W::Stop> {
    let difference = a.len().abs_diff(b.len());
    if difference > most {
        return Ok(difference);
    }
    let (a, b) = without_common_ends(a, b);
    let (a, b) = if a.len() > b.len() { (b, a) } else { (a, b) };
    if a.is_empty() {
        return Ok(b.len());
    }
    let total = a.len() + b.len();
    if a.len() <= 64 {
        return Ok(total - 2 * single_word(&Pattern::new(a), a.len(), b));
    }
    let texts = Numbered::new(a, b, watch)?;
    widening(difference, most.min(total), |bound| Ok(total - 2 * banded(&texts, bound, watch)?))
}

/// How long the longest common subsequence is.
pub(crate) fn subsequence<S: Symbol, W: Watch>(a: &[S], b: &[S], watch: &W) -> Result<usize, W::Stop> {
    Ok((a.len() + b.len() - indel(a, b, usize::MAX, watch)?) / 2)
}

/// The length for a pattern of `length` symbols, at most 64: rows where it rises are the zeros of the state.
pub(crate) fn single_word<S: Symbol>(pattern: &Pattern, length: usize, b: &[S]) -> usize {
    let mut state = u64::MAX;
    for &symbol in b {
        let equal = state & pattern.row(symbol);
        state = state.wrapping_add(equal) | (state - equal);
    }
    (!state & low_bits(length)).count_ones() as usize
}

/// The length if the texts are at most `bound` insertions and deletions apart, at most the length otherwise.
fn banded<W: Watch>(texts: &Numbered, bound: usize, watch: &W) -> Result<usize, W::Stop> {
    let mut strip = Strip::new(texts.alphabet);
    // Whether the length along the row above rises in a column.
    let mut edge = vec![false; texts.b.len()];
    let (mut corner, mut start_before) = (0, 0);
    let (mut unchecked, mut length) = (0, 0);
    for (rows, columns) in texts.strips(bound) {
        strip.load(rows);
        corner += edge[start_before..columns.start].iter().filter(|rises| **rises).count();
        start_before = columns.start;
        length = corner;
        let words = rows.len().div_ceil(64);
        let last = (rows.len() as u32 - 1) % 64;
        let mut state = [u64::MAX; 8];
        for (place, &symbol) in edge[columns.clone()].iter_mut().zip(&texts.b[columns.clone()]) {
            let mut carry = *place;
            let row = strip.row(symbol);
            for word in 0..words {
                let equal = state[word] & row[word];
                let (sum, first) = state[word].overflowing_add(equal);
                let (sum, second) = sum.overflowing_add(u64::from(carry));
                // Bits above the last row are ones without equals: a carry that leaves the last row runs through them.
                carry = if word + 1 == words && last < 63 {
                    sum >> (last + 1) != low_bits(63 - last as usize)
                } else {
                    first | second
                };
                state[word] = sum | (state[word] - equal);
            }
            *place = carry;
            length += usize::from(carry);
            unchecked += words;
            if unchecked >= CELLS_BETWEEN_CHECKS {
                watch.check()?;
                unchecked = 0;
            }
        }
        edge[columns.end..].fill(false);
    }
    Ok(length)
}
