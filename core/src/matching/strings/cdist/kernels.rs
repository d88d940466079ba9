//! The bit-parallel recurrences of the metrics on blocks of lanes. The same as the scalar ones, many texts at a time.
//!
//! Counts are whole numbers, and scores come from them by the formulas that the scalar metrics use, operation by
//! operation, so that both give the same bits.
use super::lanes::{Block, Lane};
use crate::matching::strings::jaro::{BOOST_ABOVE, PREFIX, window};
use crate::matching::strings::pattern::low_bits;

/// The longest query of the Jaro kernel: its window must fit into the narrowest lane as a number.
pub(super) const LONGEST_JARO: usize = 256;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kernel {
    /// One less the distance over the longer length.
    Levenshtein,
    Osa,
    /// One less the distance over both lengths.
    Indel,
    /// One less what is not in the common subsequence over the longer length.
    Subsequence,
    /// With the boost for each equal symbol at the start.
    Jaro {
        prefix_weight: f64,
    },
}

/// The flags of shared symbols that the Jaro kernel keeps from its first pass to its second.
pub(super) type Shared<T, const N: usize> = Vec<[T; N]>;

/// The scores for lanes of `W` words.
#[inline(always)]
fn scores_of_words<T: Lane, const N: usize, const W: usize>(
    kernel: Kernel,
    block: &Block<T, N>,
    query: &[u16],
    shared: &mut Shared<T, N>,
    out: &mut [f64; N],
) {
    match kernel {
        Kernel::Levenshtein => edits::<T, N, W, false>(block, query, out),
        Kernel::Osa => edits::<T, N, W, true>(block, query, out),
        Kernel::Indel | Kernel::Subsequence => subsequence::<T, N, W>(block, query, out),
        Kernel::Jaro { prefix_weight } => return jaro::<T, N, W>(block, query, prefix_weight, shared, out),
    }
    let length = query.len() as f64;
    match kernel {
        Kernel::Indel => {
            for (score, other) in out.iter_mut().zip(&block.lengths) {
                *score = of_distance(length + other - 2.0 * *score, length + other);
            }
        }
        Kernel::Subsequence => {
            for (score, other) in out.iter_mut().zip(&block.lengths) {
                let longer = length.max(*other);
                *score = of_distance(longer - *score, longer);
            }
        }
        _ => {
            for (score, other) in out.iter_mut().zip(&block.lengths) {
                *score = of_distance(*score, length.max(*other));
            }
        }
    }
}

/// The scores of a query, given as rows of the block, with every lane; of one word unless `WORDS`.
///
/// No closure here or below: it would be compiled for the baseline.
#[inline(always)]
pub(super) fn scores<T: Lane, const N: usize, const WORDS: bool>(
    kernel: Kernel,
    block: &Block<T, N>,
    query: &[u16],
    shared: &mut Shared<T, N>,
    out: &mut [f64; N],
) {
    match if WORDS { block.words } else { 1 } {
        1 => scores_of_words::<T, N, 1>(kernel, block, query, shared, out),
        2 if WORDS => scores_of_words::<T, N, 2>(kernel, block, query, shared, out),
        3 if WORDS => scores_of_words::<T, N, 3>(kernel, block, query, shared, out),
        4 if WORDS => scores_of_words::<T, N, 4>(kernel, block, query, shared, out),
        _ if WORDS => scores_of_words::<T, N, 8>(kernel, block, query, shared, out),
        _ => {}
    }
}

/// As `ratio::of_distance`; a total of 0 only has the distance 0.
#[inline(always)]
fn of_distance(distance: f64, total: f64) -> f64 {
    1.0 - distance / total.max(1.0)
}

#[inline(always)]
fn edits<T: Lane, const N: usize, const W: usize, const SWAPS: bool>(
    block: &Block<T, N>,
    query: &[u16],
    out: &mut [f64; N],
) {
    let (mut rises, mut falls) = ([[T::ONES; N]; W], [[T::ZERO; N]; W]);
    let (mut diagonals, mut previous) = ([[T::ONES; N]; W], [[T::ZERO; N]; W]);
    let top = T::BITS as u32 - 1;
    for &row in query {
        let Some(equals) = block.rows::<W>(row) else { continue };
        for lane in 0..N {
            let (mut rise_in, mut fall_in, mut swap_in) = (T::ONE, T::ZERO, T::ZERO);
            for word in 0..W {
                let (up, down, equal) = (rises[word][lane], falls[word][lane], equals[word][lane]);
                let start = equal | fall_in;
                let mut diagonal = ((start & up).plus(up) ^ up) | start | down;
                if SWAPS {
                    let candidates = !diagonals[word][lane] & equal;
                    diagonal = diagonal | ((candidates.doubled() | swap_in) & previous[word][lane]);
                    swap_in = candidates.shifted_right(top);
                    diagonals[word][lane] = diagonal;
                    previous[word][lane] = equal;
                }
                let (right, left) = (down | !(diagonal | up), diagonal & up);
                let (right_in, left_in) = (right.doubled() | rise_in, left.doubled() | fall_in);
                (rise_in, fall_in) = (right.shifted_right(top), left.shifted_right(top));
                rises[word][lane] = left_in | !(diagonal | right_in);
                falls[word][lane] = right_in & diagonal;
            }
        }
    }
    out.fill(query.len() as f64);
    for ((rises, falls), within) in rises.iter().zip(&falls).zip(&block.within) {
        for lane in 0..N {
            let (up, down) = ((rises[lane] & within[lane]).ones(), (falls[lane] & within[lane]).ones());
            out[lane] += (up as i32 - down as i32) as f64;
        }
    }
}

#[inline(always)]
fn subsequence<T: Lane, const N: usize, const W: usize>(block: &Block<T, N>, query: &[u16], out: &mut [f64; N]) {
    let mut states = [[T::ONES; N]; W];
    let top = T::BITS as u32 - 1;
    for &row in query {
        let Some(equals) = block.rows::<W>(row) else { continue };
        for lane in 0..N {
            let mut carry = T::ZERO;
            for word in 0..W {
                let state = states[word][lane];
                let equal = state & equals[word][lane];
                let sum = state.plus(equal).plus(carry);
                // What leaves the word; as `equal` is part of `state`: it had the top bit, or `state` had it and the sum lost it.
                carry = (equal | (state & !sum)).shifted_right(top);
                states[word][lane] = sum | (state & !equal);
            }
        }
    }
    out.fill(0.0);
    for (states, within) in states.iter().zip(&block.within) {
        for lane in 0..N {
            out[lane] += f64::from((!states[lane] & within[lane]).ones() as i32);
        }
    }
}

/// All ones if the condition holds.
#[inline(always)]
fn mask<T: Lane>(condition: bool) -> T {
    if condition { T::ONES } else { T::ZERO }
}

/// The lowest of the bits.
#[inline(always)]
fn lowest<T: Lane>(bits: T) -> T {
    bits & T::ZERO.minus(bits)
}

#[inline(always)]
fn jaro<T: Lane, const N: usize, const W: usize>(
    block: &Block<T, N>,
    query: &[u16],
    prefix_weight: f64,
    shared: &mut Shared<T, N>,
    out: &mut [f64; N],
) {
    let length = query.len();
    let top = T::BITS as u32 - 1;
    let mut windows = [T::ZERO; N];
    let mut reaches = [[T::ZERO; N]; W];
    for lane in 0..N {
        let window = window(length, block.counts[lane] as usize);
        windows[lane] = T::from_u64(window as u64);
        for (word, reach) in reaches.iter_mut().enumerate() {
            reach[lane] = T::from_u64(low_bits((window + 1).saturating_sub(word * T::BITS)));
        }
    }
    let mut used = [[T::ZERO; N]; W];
    shared.clear();
    shared.resize(length, [T::ZERO; N]);
    for (position, (&row, shared)) in query.iter().zip(shared.iter_mut()).enumerate() {
        let Some(equals) = block.rows::<W>(row) else { continue };
        let position = T::from_u64(position as u64);
        for lane in 0..N {
            // Nothing is taken from a word after one was taken from the word before.
            let mut open = T::ONES;
            let mut fill = mask::<T>(position < windows[lane]) & T::ONE;
            for word in 0..W {
                let free = equals[word][lane] & reaches[word][lane] & !used[word][lane];
                used[word][lane] = used[word][lane] | (lowest(free) & open);
                open = open & mask(free == T::ZERO);
                let reach = reaches[word][lane];
                reaches[word][lane] = reach.doubled() | fill;
                fill = reach.shifted_right(top);
            }
            shared[lane] = !open;
        }
    }
    let counts = used;
    let mut out_of_order = [T::ZERO; N];
    for (&row, shared) in query.iter().zip(shared.iter()) {
        let Some(equals) = block.rows::<W>(row) else { continue };
        for lane in 0..N {
            let (mut open, mut same) = (shared[lane], T::ZERO);
            for word in 0..W {
                let next = lowest(used[word][lane]) & open;
                open = open & mask(used[word][lane] == T::ZERO);
                same = same | (equals[word][lane] & next);
                used[word][lane] = used[word][lane] ^ next;
            }
            out_of_order[lane] = out_of_order[lane].plus(mask::<T>(same == T::ZERO) & shared[lane] & T::ONE);
        }
    }
    let (mut run, mut prefixes) = ([T::ONE; N], [T::ZERO; N]);
    for (position, &row) in query.iter().take(PREFIX).enumerate() {
        let Some(equals) = block.rows::<W>(row) else { continue };
        let equals = &equals[0];
        for lane in 0..N {
            run[lane] = run[lane] & equals[lane].shifted_right(position as u32);
            prefixes[lane] = prefixes[lane].plus(run[lane]);
        }
    }
    let own = length as f64;
    for lane in 0..N {
        let mut count = 0;
        for word in &counts {
            count += word[lane].ones() as i32;
        }
        let (shared, halves) = (f64::from(count), out_of_order[lane].shifted_right(1));
        let (halves, other) = (halves.number(), block.lengths[lane]);
        // As `jaro::score`, with nothing divided by 0 and chosen at the end.
        let score = (shared / own.max(1.0) + shared / other.max(1.0) + (shared - halves) / shared.max(1.0)) / 3.0;
        let empty = f64::from(u8::from(own + other == 0.0));
        let score = if shared == 0.0 { empty } else { score };
        let boost = prefixes[lane].number() * prefix_weight * (1.0 - score);
        out[lane] = if score > BOOST_ABOVE { score + boost } else { score };
    }
}
