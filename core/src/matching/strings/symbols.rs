//! Texts as sequences of code points, and what may stop long work on them.
use std::collections::HashMap;
use std::convert::Infallible;
use std::hash::Hash;

use crate::Context;
use crate::error::{Error, Result};

/// A code point: a byte of an ASCII text, or a number of up to 21 bits. Numbers above `char::MAX` are marks of our own.
pub(super) trait Symbol: Copy + Eq + Ord + Hash + Send + Sync {
    /// The code point.
    fn code(self) -> u32;
}

impl Symbol for u8 {
    #[inline(always)]
    fn code(self) -> u32 {
        u32::from(self)
    }
}

impl Symbol for u32 {
    #[inline(always)]
    fn code(self) -> u32 {
        self
    }
}

/// The code points of a text.
pub(super) fn code_points(text: &str) -> Vec<u32> {
    if text.is_ascii() { text.bytes().map(u32::from).collect() } else { text.chars().map(u32::from).collect() }
}

/// Evaluate an expression on the symbols of two texts, without a copy if both are ASCII.
macro_rules! on_symbols {
    ($left:expr, $right:expr, |$a:ident, $b:ident| $body:expr) => {{
        let (left, right): (&str, &str) = ($left, $right);
        if left.is_ascii() && right.is_ascii() {
            let ($a, $b): (&[u8], &[u8]) = (left.as_bytes(), right.as_bytes());
            $body
        } else {
            let (left, right) = (
                $crate::matching::strings::symbols::code_points(left),
                $crate::matching::strings::symbols::code_points(right),
            );
            let ($a, $b): (&[u32], &[u32]) = (&left, &right);
            $body
        }
    }};
}
pub(super) use on_symbols;

/// Small numbers for the symbols of texts, in the order in which they are first seen.
#[derive(Clone, Debug)]
pub(super) struct Alphabet {
    ascii: [u32; 128],
    others: HashMap<u32, u32>,
    size: u32,
}

impl Alphabet {
    /// The number of a symbol that is not in the alphabet.
    pub(super) const ABSENT: u32 = u32::MAX;

    pub(super) fn new() -> Self {
        Self { ascii: [Self::ABSENT; 128], others: HashMap::new(), size: 0 }
    }

    /// How many symbols there are.
    pub(super) fn len(&self) -> usize {
        self.size as usize
    }

    /// The number of a symbol, [`Self::ABSENT`] if it is not in the alphabet.
    #[inline]
    pub(super) fn number(&self, symbol: impl Symbol) -> u32 {
        let code = symbol.code();
        match self.ascii.get(code as usize) {
            Some(&number) => number,
            None => self.others.get(&code).copied().unwrap_or(Self::ABSENT),
        }
    }

    /// The number of a symbol, a new one if it is not in the alphabet yet.
    #[inline]
    pub(super) fn learn(&mut self, symbol: impl Symbol) -> u32 {
        let code = symbol.code();
        let place = match self.ascii.get_mut(code as usize) {
            Some(place) => place,
            None => self.others.entry(code).or_insert(Self::ABSENT),
        };
        if *place == Self::ABSENT {
            *place = self.size;
            self.size += 1;
        }
        *place
    }
}

/// What a long loop asks now and then whether it may go on.
pub(super) trait Watch {
    /// Why it may not.
    type Stop;

    /// Go on, or stop.
    fn check(&self) -> Result<(), Self::Stop>;
}

/// Nobody asks to stop.
pub(super) struct Unwatched;

impl Watch for Unwatched {
    type Stop = Infallible;

    #[inline(always)]
    fn check(&self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Watch for Context {
    type Stop = Error;

    fn check(&self) -> Result<()> {
        Context::check(self)
    }
}

/// How many cells of 64 a loop works off between two questions: well under a millisecond.
pub(super) const CELLS_BETWEEN_CHECKS: usize = 1 << 16;

/// The numbers of symbols, as `number` gives them.
pub(super) fn numbers<S: Symbol, W: Watch>(
    symbols: &[S],
    watch: &W,
    mut number: impl FnMut(S) -> u32,
) -> Result<Vec<u32>, W::Stop> {
    let mut numbers = Vec::with_capacity(symbols.len());
    for part in symbols.chunks(CELLS_BETWEEN_CHECKS) {
        watch.check()?;
        numbers.extend(part.iter().map(|symbol| number(*symbol)));
    }
    Ok(numbers)
}

/// The values of an iterator, of which each is had in constant time.
pub(super) fn collected<T, W: Watch>(values: impl Iterator<Item = T>, watch: &W) -> Result<Vec<T>, W::Stop> {
    let mut collected = Vec::with_capacity(values.size_hint().0);
    for (index, value) in values.enumerate() {
        if index.is_multiple_of(CELLS_BETWEEN_CHECKS) {
            watch.check()?;
        }
        collected.push(value);
    }
    Ok(collected)
}

/// Sorted values without those that are equal to the one before.
pub(super) fn without_doubles<T: PartialEq + Copy, W: Watch>(values: Vec<T>, watch: &W) -> Result<Vec<T>, W::Stop> {
    let mut kept = values;
    let mut length = 0;
    for index in 0..kept.len() {
        if index.is_multiple_of(CELLS_BETWEEN_CHECKS / 4) {
            watch.check()?;
        }
        if length == 0 || kept[length - 1] != kept[index] {
            kept[length] = kept[index];
            length += 1;
        }
    }
    kept.truncate(length);
    Ok(kept)
}

/// The values in order, those that are equal in any. Sorts parts and merges them, so that it can be stopped.
pub(super) fn sorted<T: Ord + Copy, W: Watch>(mut values: Vec<T>, watch: &W) -> Result<Vec<T>, W::Stop> {
    const PART: usize = 1 << 13;
    const PIECE: usize = 1 << 18;
    for part in values.chunks_mut(PART) {
        watch.check()?;
        part.sort_unstable();
    }
    let mut size = PART;
    while size < values.len() {
        let mut merged = Vec::with_capacity(values.len());
        for pair in values.chunks(2 * size) {
            let (mut left, mut right) = pair.split_at(size.min(pair.len()));
            while let (Some(a), Some(b)) = (left.first(), right.first()) {
                if a <= b {
                    merged.push(*a);
                    left = &left[1..];
                } else {
                    merged.push(*b);
                    right = &right[1..];
                }
                if merged.len().is_multiple_of(PART) {
                    watch.check()?;
                }
            }
            for rest in left.chunks(PIECE).chain(right.chunks(PIECE)) {
                watch.check()?;
                merged.extend_from_slice(rest);
            }
        }
        values = merged;
        size *= 2;
    }
    Ok(values)
}

/// The texts without what they begin and end with in common, and how long the common start was.
pub(super) fn without_common_ends<'a, S: Symbol>(mut a: &'a [S], mut b: &'a [S]) -> (&'a [S], &'a [S]) {
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    (&a[..a.len() - end], &b[..b.len() - end])
}
