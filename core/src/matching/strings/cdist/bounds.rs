//! What pairs cannot reach, from their lengths and from how often they use each symbol.
//!
//! Symbols of one text that the other has no equal ones for cost at least an edit each, or cannot be shared: with `alone`
//! symbols of the left text, no score is above that of texts which agree in all the rest. The counts of all lanes of a block
//! take two vector instructions for each different symbol of the query. Jaro-Winkler's boost for an equal start is only
//! reckoned with where the first symbols are equal.
use std::cell::Cell;

use super::kernels::Kernel;
use super::lanes::{Block, Lane};
use crate::matching::strings::jaro::{PREFIX, boosted, score};
use crate::matching::strings::ratio::of_distance;

/// Bounds of Jaro-Winkler may be a rounding below the score: its boost is no monotone function in floating point.
const ROUNDING: f64 = 1e-12;

/// How often a query has each of its symbols, and what it may lack.
#[derive(Debug)]
pub(super) struct Bag {
    length: usize,
    /// Its different symbols, as numbers of the alphabet, each with its count up to 255.
    symbols: Vec<(u32, u8)>,
    first: Option<u32>,
    /// By the length of the other text, [`Limits`] once they were asked for.
    limits: Vec<Cell<Option<Limits>>>,
}

/// How many symbols of a query may be without an equal one in a text, and one more; 0 if the text cannot reach the cut-off,
/// [`ANY`] for any number.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Where the first symbols differ.
    apart: u8,
    /// Where they are equal.
    together: u8,
}

const ANY: u8 = u8::MAX;

impl Bag {
    /// The bag of a query, given as numbers, for texts of up to `longest` symbols.
    pub(super) fn new(query: &[u32], longest: usize) -> Self {
        let mut sorted = query.to_vec();
        sorted.sort_unstable();
        let symbols = sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len().min(255) as u8)).collect();
        Self { length: query.len(), symbols, first: query.first().copied(), limits: vec![Cell::new(None); longest + 1] }
    }

    fn limits(&self, kernel: Kernel, other: usize, cutoff: f64) -> Limits {
        let Some(place) = self.limits.get(other) else { return Limits { apart: ANY, together: ANY } };
        place.get().unwrap_or_else(|| {
            let limits = Limits {
                apart: limit(kernel, (self.length, other), 0, cutoff),
                together: limit(kernel, (self.length, other), PREFIX, cutoff),
            };
            place.set(Some(limits));
            limits
        })
    }
}

/// The best score of a query of `a` symbols, `alone` of which have no equal one in a text of `b` symbols, if they begin with
/// up to `start` equal ones.
pub(super) fn best_with(kernel: Kernel, (a, b): (usize, usize), alone: usize, start: usize) -> f64 {
    let common = a.saturating_sub(alone).min(b);
    match kernel {
        Kernel::Levenshtein | Kernel::Osa | Kernel::Subsequence => {
            let longer = a.max(b);
            of_distance(longer - common, longer)
        }
        Kernel::Indel => of_distance(a + b - 2 * common, a + b),
        Kernel::Jaro { prefix_weight } => boosted(score(a, b, common, 0), start, prefix_weight) + ROUNDING,
    }
}

/// One of [`Limits`].
fn limit(kernel: Kernel, lengths: (usize, usize), start: usize, cutoff: f64) -> u8 {
    let reaches = |alone: usize| best_with(kernel, lengths, alone, start) >= cutoff;
    if !reaches(0) {
        return 0;
    }
    let (mut least, mut most) = (0, lengths.0.min(usize::from(ANY) - 1));
    while least < most {
        let middle = (least + most).div_ceil(2);
        if reaches(middle) { least = middle } else { most = middle - 1 }
    }
    least as u8 + 1
}

/// Marks the lanes that may reach the cut-off and tells how many; `alone` gets the symbols of the query each lane lacks.
#[inline(always)]
pub(super) fn survivors<T: Lane, const N: usize>(
    kernel: Kernel,
    block: &Block<T, N>,
    bag: &Bag,
    row_of: &[u16],
    cutoff: f64,
    (alone, marks): (&mut [u8; N], &mut [u8; N]),
) -> usize {
    alone.fill(0);
    for &(number, count) in &bag.symbols {
        let Some(counts) = block.bags.get(row_of[number as usize] as usize) else { continue };
        for lane in 0..N {
            alone[lane] = alone[lane].saturating_add(count.saturating_sub(counts[lane]));
        }
    }
    let (mut apart, mut together) = ([0; N], [0; N]);
    let mut first = 0;
    for &(other, end) in &block.runs {
        let limits = bag.limits(kernel, other, cutoff);
        apart[first..end].fill(limits.apart);
        together[first..end].fill(limits.together);
        first = end;
    }
    let begins = match bag.first {
        Some(number) => row_of[number as usize] as usize * block.words,
        None => 0,
    };
    let Some(begins) = block.table.get(begins) else { return N };
    for lane in 0..N {
        let limit = if begins[lane] & T::ONE == T::ZERO { apart[lane] } else { together[lane] };
        marks[lane] = u8::from(alone[lane].min(ANY - 1) < limit);
    }
    let mut count = 0_u32;
    for mark in marks.iter() {
        count += u32::from(*mark);
    }
    count as usize
}
