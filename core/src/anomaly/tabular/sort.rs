//! Sorting long columns of numbers, with the places that they came from.
use std::cmp::Ordering;
use std::ops::Range;

use crate::Context;
use crate::error::Result;

/// Numbers between two looks at the context.
const TOGETHER: usize = 1 << 18;
/// Up to so many words that begin alike are sorted by insertion.
const SHORT: usize = 24;
/// The most bits of a key: whole numbers up to there are read off a number's fraction.
const KEY: u32 = 48;

/// Sorts columns one after the other in the same room: a value's place in the column's range as a whole number of 33 to 48 bits
/// and its row make one word; words are put in order by their first bits, least digit first, then by the rest where that is
/// needed, and what is left of the same key by the values. O(values) where values are no clusters a thousand times
/// narrower than their range; O(values log values) otherwise.
#[derive(Default)]
pub(super) struct Sorter {
    /// The present values ascending; equal ones in the order of their places.
    pub(super) ascending: Vec<f64>,
    /// Whether no two of them are equal.
    pub(super) distinct: bool,
    words: Vec<u64>,
    moved: Vec<u64>,
    /// How many bits of a word tell the place.
    places: u32,
}

/// The least and the largest of some values, and how many are no NaN.
pub(super) struct Span {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) present: usize,
}

impl Span {
    fn of(values: &[f64]) -> Self {
        let (mut low, mut high, mut present) = (f64::INFINITY, f64::NEG_INFINITY, 0_usize);
        for value in values {
            low = if *value < low { *value } else { low };
            high = if *value > high { *value } else { high };
            present += usize::from(!value.is_nan());
        }
        Self { low, high, present }
    }
}

impl Sorter {
    /// Sort `values`; NaN is left out.
    pub(super) fn sort(&mut self, values: &[f64], context: &Context) -> Result<()> {
        self.sort_within(values, &Span::of(values), context)
    }

    /// The same with what is known about the values.
    pub(super) fn sort_within(&mut self, values: &[f64], span: &Span, context: &Context) -> Result<()> {
        context.check()?;
        self.places = usize::BITS - values.len().saturating_sub(1).leading_zeros();
        let key = KEY.min(u64::BITS - self.places);
        // A little less than the largest key, so that rounding up does not leave the range.
        let scale = ((1_u64 << key) - 2) as f64 / (span.high - span.low);
        let scale = if scale.is_finite() { scale } else { 0.0 };
        self.fill(values, span, scale, context)?;
        // Bits enough that few words begin alike; the counts of a round should not cost more than the words.
        match span.present {
            0..32 => self.words.sort_unstable(),
            32..300 => self.distribute::<64, 2>(key, context)?,
            300..1000 => self.distribute::<128, 2>(key, context)?,
            1000..3000 => self.distribute::<256, 2>(key, context)?,
            3000..8000 => self.distribute::<512, 2>(key, context)?,
            8000..30_000 => self.distribute::<1024, 2>(key, context)?,
            30_000..250_000 => self.distribute::<2048, 2>(key, context)?,
            _ => self.distribute::<2048, 3>(key, context)?,
        }
        self.look_up(values, context)
    }

    /// Where the values were, in their order.
    pub(super) fn places(&self, range: Range<usize>) -> impl Iterator<Item = usize> {
        let mask = (1_u64 << self.places) - 1;
        self.words[range].iter().map(move |word| (word & mask) as usize)
    }

    /// A word for each value that is no NaN.
    fn fill(&mut self, values: &[f64], span: &Span, scale: f64, context: &Context) -> Result<()> {
        // Whole numbers below 2^52 are the fraction of their sum with it.
        const WHOLE: f64 = (1_u64 << 52) as f64;
        let Self { words, places, .. } = self;
        words.clear();
        words.reserve(span.present);
        for (part, values) in values.chunks(TOGETHER).enumerate() {
            context.check()?;
            let rows = (part * TOGETHER) as u64..;
            if scale == 0.0 {
                words.extend(values.iter().zip(rows).filter(|(value, _)| !value.is_nan()).map(|(_, row)| row));
                continue;
            }
            let word = |(value, row): (&f64, u64)| {
                let key = ((value - span.low) * scale + WHOLE).to_bits() & ((1 << 52) - 1);
                key << *places | row
            };
            if span.present == values.len() {
                words.extend(values.iter().zip(rows).map(word));
            } else {
                words.extend(values.iter().zip(rows).filter(|(value, _)| !value.is_nan()).map(word));
            }
        }
        Ok(())
    }

    /// Sort words with keys of so many bits, first by their first bits, in digits of `SIZE` values.
    fn distribute<const SIZE: usize, const ROUNDS: usize>(&mut self, key: u32, context: &Context) -> Result<()> {
        let Self { words, moved, places, .. } = self;
        let width = SIZE.trailing_zeros();
        let rest = *places + key - ROUNDS as u32 * width;
        let digit = |word: u64, round: usize| (word >> (rest + round as u32 * width)) as usize % SIZE;
        let mut counts = [[0_u32; SIZE]; ROUNDS];
        for words in words.chunks(TOGETHER) {
            context.check()?;
            for word in words {
                for (round, counts) in counts.iter_mut().enumerate() {
                    counts[digit(*word, round)] += 1;
                }
            }
        }
        moved.resize(words.len(), 0);
        for (round, counts) in counts.iter_mut().enumerate() {
            let mut start = 0;
            for count in counts.iter_mut() {
                (*count, start) = (start, start + *count);
            }
            for words in words.chunks(TOGETHER) {
                context.check()?;
                for word in words {
                    let place = &mut counts[digit(*word, round)];
                    moved[*place as usize] = *word;
                    *place += 1;
                }
            }
            std::mem::swap(words, moved);
        }
        let (mut at, mut next) = (1, TOGETHER);
        while at < words.len() {
            if at >= next {
                context.check()?;
                next = at + TOGETHER;
            }
            at = if words[at - 1] > words[at] { settle(words, at, rest) } else { at + 1 };
        }
        Ok(())
    }

    /// The values in the order of the words; where keys are equal, in their own.
    fn look_up(&mut self, values: &[f64], context: &Context) -> Result<()> {
        let Self { ascending, words, places, .. } = self;
        let mask = (1_u64 << *places) - 1;
        let value = |word: u64| values[(word & mask) as usize];
        ascending.clear();
        ascending.reserve(words.len());
        let (mut falls, mut equal) = (false, false);
        for start in (0..words.len()).step_by(TOGETHER) {
            context.check()?;
            let end = words.len().min(start + TOGETHER);
            ascending.extend(words[start..end].iter().map(|word| value(*word)));
            (falls, equal) = steps(&ascending[start.saturating_sub(1)..], falls, equal);
        }
        if falls {
            let (mut start, mut next) = (0, TOGETHER);
            while start < words.len() {
                if start >= next {
                    context.check()?;
                    next = start + TOGETHER;
                }
                let end = start
                    + words[start..].iter().take_while(|word| *word >> *places == words[start] >> *places).count();
                let falls = ascending[start..end].windows(2).any(|pair| pair[0] > pair[1]);
                if falls {
                    let run = &mut words[start..end];
                    run.sort_unstable_by(|left, right| {
                        let by_value = value(*left).partial_cmp(&value(*right));
                        by_value.unwrap_or(Ordering::Equal).then(left.cmp(right))
                    });
                    ascending[start..end].iter_mut().zip(&*run).for_each(|(to, word)| *to = value(*word));
                }
                start = end;
            }
            (_, equal) = steps(ascending, false, false);
        }
        self.distinct = !equal;
        Ok(())
    }
}

/// Whether any two neighbours fall, whether any are equal.
fn steps(values: &[f64], mut falls: bool, mut equal: bool) -> (bool, bool) {
    for (before, after) in values.iter().zip(&values[1.min(values.len())..]) {
        falls |= before > after;
        equal |= before == after;
    }
    (falls, equal)
}

/// Sort the words around `at` that begin like it, but for their last `rest` bits; where they end.
fn settle(words: &mut [u64], at: usize, rest: u32) -> usize {
    let first = words[at] >> rest;
    let start = at - words[..at].iter().rev().take_while(|word| *word >> rest == first).count();
    let end = at + words[at..].iter().take_while(|word| *word >> rest == first).count();
    let run = &mut words[start..end];
    if run.len() > SHORT {
        run.sort_unstable();
        return end;
    }
    for at in 1..run.len() {
        let moved = run[at];
        let mut to = at;
        while to > 0 && run[to - 1] > moved {
            run[to] = run[to - 1];
            to -= 1;
        }
        run[to] = moved;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::math::random::Random;

    #[test]
    fn columns_of_any_kind_come_out_in_order() {
        let mut random = Random::new(3);
        let mut sorter = Sorter::default();
        for count in [0, 1, 2, 31, 32, 255, 700, 2000, 5000, 20_000, 100_000, 300_000] {
            for kind in 0..8 {
                let mut value = || match kind {
                    0 => random.normal(),
                    1 => (random.uniform() * 7.0).floor(),
                    2 => (random.normal() * 40.0).exp(),
                    3 => f64::NAN,
                    4 => {
                        if random.uniform() < 0.1 {
                            f64::NAN
                        } else {
                            1e15 + (random.uniform() * 9.0).floor()
                        }
                    }
                    5 => 1e-320 * random.uniform(),
                    6 => 2.5,
                    _ => random.normal() * f64::MAX / 10.0,
                };
                let values: Vec<f64> = (0..count).map(|_| value()).collect();
                let all = values.iter().copied().zip(0..).filter(|(value, _)| !value.is_nan());
                let mut expected: Vec<(f64, usize)> = all.collect();
                expected.sort_by(|left, right| left.0.total_cmp(&right.0));
                sorter.sort(&values, &Context::new()).unwrap();
                let places = sorter.places(0..sorter.ascending.len());
                let found: Vec<(f64, usize)> = sorter.ascending.iter().copied().zip(places).collect();
                assert_eq!(found, expected, "{count} {kind}");
                assert_eq!(sorter.distinct, expected.windows(2).all(|pair| pair[0].0 < pair[1].0), "{count} {kind}");
            }
        }
        let cancelled = Context::new();
        cancelled.cancel();
        assert_eq!(sorter.sort(&[1.0, 2.0], &cancelled).unwrap_err().code(), Code::Cancelled);
    }
}
