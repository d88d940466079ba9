//! The bit-parallel recurrences of the metrics on blocks of lanes. The same as the scalar ones, many texts at a time.
//!
//! Counts are whole numbers, and scores come from them by the formulas that the scalar metrics use, operation by
//! operation, so that both give the same bits.
use super::lanes::{Block, Lane};
use crate::matching::strings::jaro::{BOOST_ABOVE, PREFIX, window};

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

/// Room for what the kernels keep from one symbol of the query to the next.
#[derive(Debug)]
pub(super) struct Scratch<T, const N: usize> {
    state: Vec<[[T; N]; 4]>,
    shared: Vec<[T; N]>,
}

impl<T, const N: usize> Default for Scratch<T, N> {
    fn default() -> Self {
        Self { state: Vec::new(), shared: Vec::new() }
    }
}

/// The scores of a query, given as rows of the block, with every lane.
#[inline(always)]
pub(super) fn scores<T: Lane, const N: usize>(
    kernel: Kernel,
    block: &Block<T, N>,
    query: &[u16],
    scratch: &mut Scratch<T, N>,
    out: &mut [f64; N],
) {
    match (kernel, block.words) {
        (Kernel::Levenshtein, 1) => edits::<T, N, false>(block, query, out),
        (Kernel::Osa, 1) => edits::<T, N, true>(block, query, out),
        (Kernel::Levenshtein, _) => edits_of_words::<T, N, false>(block, query, scratch, out),
        (Kernel::Osa, _) => edits_of_words::<T, N, true>(block, query, scratch, out),
        (Kernel::Indel | Kernel::Subsequence, 1) => subsequence(block, query, out),
        (Kernel::Indel | Kernel::Subsequence, _) => subsequence_of_words(block, query, scratch, out),
        (Kernel::Jaro { prefix_weight }, _) => return jaro(block, query, prefix_weight, scratch, out),
    }
    let length = query.len() as f64;
    match kernel {
        Kernel::Levenshtein | Kernel::Osa => {
            for (score, other) in out.iter_mut().zip(&block.lengths) {
                *score = of_distance(*score, length.max(*other));
            }
        }
        Kernel::Indel => {
            for (score, other) in out.iter_mut().zip(&block.lengths) {
                *score = of_distance(length + other - 2.0 * *score, length + other);
            }
        }
        _ => {
            for (score, other) in out.iter_mut().zip(&block.lengths) {
                let longer = length.max(*other);
                *score = of_distance(longer - *score, longer);
            }
        }
    }
}

/// As `ratio::of_distance`; a total of 0 only has the distance 0.
#[inline(always)]
fn of_distance(distance: f64, total: f64) -> f64 {
    1.0 - distance / total.max(1.0)
}

#[inline(always)]
fn edits<T: Lane, const N: usize, const SWAPS: bool>(block: &Block<T, N>, query: &[u16], out: &mut [f64; N]) {
    let (mut rises, mut falls) = ([T::ONES; N], [T::ZERO; N]);
    let (mut diagonals, mut previous) = ([T::ONES; N], [T::ZERO; N]);
    for &row in query {
        let equals = block.row(row);
        for lane in 0..N {
            let (up, down, equal) = (rises[lane], falls[lane], equals[lane]);
            let mut diagonal = ((equal & up).plus(up) ^ up) | equal | down;
            if SWAPS {
                diagonal = diagonal | ((!diagonals[lane] & equal).doubled() & previous[lane]);
                diagonals[lane] = diagonal;
                previous[lane] = equal;
            }
            let right = (down | !(diagonal | up)).doubled() | T::ONE;
            rises[lane] = (diagonal & up).doubled() | !(diagonal | right);
            falls[lane] = right & diagonal;
        }
    }
    let within = &block.within[0];
    for lane in 0..N {
        let (up, down) = ((rises[lane] & within[lane]).ones(), (falls[lane] & within[lane]).ones());
        out[lane] = (query.len() as i32 + up as i32 - down as i32) as f64;
    }
}

#[inline(always)]
fn edits_of_words<T: Lane, const N: usize, const SWAPS: bool>(
    block: &Block<T, N>,
    query: &[u16],
    scratch: &mut Scratch<T, N>,
    out: &mut [f64; N],
) {
    let words = block.words;
    scratch.state.clear();
    scratch.state.resize(words, [[T::ONES; N], [T::ZERO; N], [T::ONES; N], [T::ZERO; N]]);
    let top = T::BITS as u32 - 1;
    for &row in query {
        let rows = &block.table[row as usize * words..(row as usize + 1) * words];
        let (mut rise_in, mut fall_in, mut swap_in) = ([T::ONE; N], [T::ZERO; N], [T::ZERO; N]);
        for (equals, [rises, falls, diagonals, previous]) in rows.iter().zip(&mut scratch.state) {
            for lane in 0..N {
                let (up, down, equal) = (rises[lane], falls[lane], equals[lane]);
                let start = equal | fall_in[lane];
                let mut diagonal = ((start & up).plus(up) ^ up) | start | down;
                if SWAPS {
                    let candidates = !diagonals[lane] & equal;
                    diagonal = diagonal | ((candidates.doubled() | swap_in[lane]) & previous[lane]);
                    swap_in[lane] = candidates.shifted_right(top);
                    diagonals[lane] = diagonal;
                    previous[lane] = equal;
                }
                let (right, left) = (down | !(diagonal | up), diagonal & up);
                let (right_in, left_in) = (right.doubled() | rise_in[lane], left.doubled() | fall_in[lane]);
                rise_in[lane] = right.shifted_right(top);
                fall_in[lane] = left.shifted_right(top);
                rises[lane] = left_in | !(diagonal | right_in);
                falls[lane] = right_in & diagonal;
            }
        }
    }
    out.fill(query.len() as f64);
    for (within, [rises, falls, ..]) in block.within.iter().zip(&scratch.state) {
        for lane in 0..N {
            let (up, down) = ((rises[lane] & within[lane]).ones(), (falls[lane] & within[lane]).ones());
            out[lane] += (up as i32 - down as i32) as f64;
        }
    }
}

#[inline(always)]
fn subsequence<T: Lane, const N: usize>(block: &Block<T, N>, query: &[u16], out: &mut [f64; N]) {
    let mut states = [T::ONES; N];
    for &row in query {
        let equals = block.row(row);
        for lane in 0..N {
            let state = states[lane];
            let equal = state & equals[lane];
            states[lane] = state.plus(equal) | (state & !equal);
        }
    }
    for lane in 0..N {
        out[lane] = f64::from((!states[lane] & block.within[0][lane]).ones() as i32);
    }
}

#[inline(always)]
fn subsequence_of_words<T: Lane, const N: usize>(
    block: &Block<T, N>,
    query: &[u16],
    scratch: &mut Scratch<T, N>,
    out: &mut [f64; N],
) {
    let words = block.words;
    scratch.shared.clear();
    scratch.shared.resize(words, [T::ONES; N]);
    let top = T::BITS as u32 - 1;
    for &row in query {
        let rows = &block.table[row as usize * words..(row as usize + 1) * words];
        let mut carries = [T::ZERO; N];
        for (equals, states) in rows.iter().zip(&mut scratch.shared) {
            for lane in 0..N {
                let state = states[lane];
                let equal = state & equals[lane];
                let sum = state.plus(equal).plus(carries[lane]);
                // What leaves the word: both had the top bit, or one had it and the sum lost it.
                carries[lane] = ((state & equal) | ((state | equal) & !sum)).shifted_right(top);
                states[lane] = sum | (state & !equal);
            }
        }
    }
    out.fill(0.0);
    for (within, states) in block.within.iter().zip(&scratch.shared) {
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

#[inline(always)]
fn jaro<T: Lane, const N: usize>(
    block: &Block<T, N>,
    query: &[u16],
    prefix_weight: f64,
    scratch: &mut Scratch<T, N>,
    out: &mut [f64; N],
) {
    let length = query.len();
    let mut windows = [T::ZERO; N];
    let mut reaches = [T::ZERO; N];
    for lane in 0..N {
        let window = window(length, block.lengths[lane] as usize);
        windows[lane] = T::from_u64(window as u64);
        reaches[lane] = if window + 1 >= T::BITS { T::ONES } else { T::from_u64((1 << (window + 1)) - 1) };
    }
    let mut used = [T::ZERO; N];
    scratch.shared.clear();
    scratch.shared.resize(length, [T::ZERO; N]);
    for (position, (&row, shared)) in query.iter().zip(&mut scratch.shared).enumerate() {
        let equals = block.row(row);
        let position = T::from_u64(position as u64);
        for lane in 0..N {
            let free = equals[lane] & reaches[lane] & !used[lane];
            used[lane] = used[lane] | (free & T::ZERO.minus(free));
            shared[lane] = mask(free != T::ZERO);
            let fill: T = mask(position < windows[lane]);
            reaches[lane] = reaches[lane].doubled() | (fill & T::ONE);
        }
    }
    let counts = used;
    let mut out_of_order = [T::ZERO; N];
    for (&row, shared) in query.iter().zip(&scratch.shared) {
        let equals = block.row(row);
        for lane in 0..N {
            let next = used[lane] & T::ZERO.minus(used[lane]) & shared[lane];
            let differs: T = mask(equals[lane] & next == T::ZERO);
            out_of_order[lane] = out_of_order[lane].plus(differs & shared[lane] & T::ONE);
            used[lane] = used[lane] ^ next;
        }
    }
    let (mut run, mut prefixes) = ([T::ONE; N], [T::ZERO; N]);
    for (position, &row) in query.iter().take(PREFIX).enumerate() {
        let equals = block.row(row);
        for lane in 0..N {
            run[lane] = run[lane] & equals[lane].shifted_right(position as u32);
            prefixes[lane] = prefixes[lane].plus(run[lane]);
        }
    }
    let own = length as f64;
    for lane in 0..N {
        let (shared, halves) = (f64::from(counts[lane].ones() as i32), out_of_order[lane].shifted_right(1));
        let (halves, other) = (halves.number(), block.lengths[lane]);
        // As `jaro::score`, with nothing divided by 0 and chosen at the end.
        let score = (shared / own.max(1.0) + shared / other.max(1.0) + (shared - halves) / shared.max(1.0)) / 3.0;
        let empty = f64::from(u8::from(own + other == 0.0));
        let score = if shared == 0.0 { empty } else { score };
        let boost = prefixes[lane].number() * prefix_weight * (1.0 - score);
        out[lane] = if score > BOOST_ABOVE { score + boost } else { score };
    }
}
