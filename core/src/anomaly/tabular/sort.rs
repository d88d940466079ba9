//! Sorting long columns of numbers, with the places that they came from.
use crate::Context;
use crate::error::Result;

/// The bits of a key that one round sorts by and the number of rounds, by how many numbers there are at most: the rounds' counts
/// cost as much as some thousand numbers do.
const SHORT_COLUMN: usize = 1 << 12;
const LONG_COLUMN: usize = 1 << 18;
/// Numbers between two looks at the context.
const TOGETHER: usize = 1 << 18;
/// Fewer numbers are compared.
const FEW: usize = 256;
/// Up to so many numbers with the same key are sorted by insertion.
const SHORT: usize = 24;

/// Sorts columns one after the other in the same room: by their place in the column's range as a whole number of 16 to 32 bits, least
/// digit first, and what is left of the same key by comparison. O(values) where values are no clusters a billion times
/// narrower than their range; O(values log values) otherwise.
#[derive(Default)]
pub(super) struct Sorter {
    /// What to sort; NaN is left out.
    pub(super) values: Vec<f64>,
    /// The values ascending, with where they were; equal ones in the order of their places.
    pub(super) sorted: Vec<(f64, u32)>,
    keys: Vec<(u32, u32)>,
    moved: Vec<(u32, u32)>,
}

impl Sorter {
    pub(super) fn sort(&mut self, context: &Context) -> Result<()> {
        let (mut low, mut high, mut present) = (f64::INFINITY, f64::NEG_INFINITY, 0_usize);
        for value in &self.values {
            low = if *value < low { *value } else { low };
            high = if *value > high { *value } else { high };
            present += usize::from(!value.is_nan());
        }
        context.check()?;
        self.sorted.clear();
        // A little less than the largest key, so that rounding up does not leave the range.
        let bits = if present <= SHORT_COLUMN {
            16
        } else if present <= LONG_COLUMN {
            22
        } else {
            32
        };
        let scale = ((1_u64 << bits) - 2) as f64 / (high - low);
        if present < FEW || !(scale > 0.0 && scale.is_finite()) {
            let all = self.values.iter().zip(0..).filter(|(value, _)| !value.is_nan());
            self.sorted.extend(all.map(|(value, row)| (*value, row)));
            if low < high {
                self.sorted.sort_unstable_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
            }
            return Ok(());
        }
        match bits {
            16 => self.distribute::<256, 2>(low, scale, present, context)?,
            22 => self.distribute::<2048, 2>(low, scale, present, context)?,
            _ => self.distribute::<2048, 3>(low, scale, present, context)?,
        }
        self.compare(context)
    }

    /// Sort keys and places by digits of `SIZE` values.
    fn distribute<const SIZE: usize, const ROUNDS: usize>(
        &mut self,
        low: f64,
        scale: f64,
        present: usize,
        context: &Context,
    ) -> Result<()> {
        let Self { values, keys, moved, .. } = self;
        let mut counts = [[0_u32; SIZE]; ROUNDS];
        let digit = |key: u32, round: usize| (key >> (round as u32 * SIZE.trailing_zeros())) as usize % SIZE;
        keys.clear();
        keys.reserve(present);
        for (part, values) in values.chunks(TOGETHER).enumerate() {
            context.check()?;
            for (value, row) in values.iter().zip((part * TOGETHER) as u32..) {
                if !value.is_nan() {
                    let key = ((value - low) * scale) as u32;
                    keys.push((key, row));
                    for (round, counts) in counts.iter_mut().enumerate() {
                        counts[digit(key, round)] += 1;
                    }
                }
            }
        }
        moved.clear();
        moved.resize(present, (0, 0));
        for (round, counts) in counts.iter_mut().enumerate() {
            let mut start = 0;
            for count in counts.iter_mut() {
                (*count, start) = (start, start + *count);
            }
            for keys in keys.chunks(TOGETHER) {
                context.check()?;
                for pair in keys {
                    let place = &mut counts[digit(pair.0, round)];
                    moved[*place as usize] = *pair;
                    *place += 1;
                }
            }
            std::mem::swap(keys, moved);
        }
        Ok(())
    }

    /// Sort values of the same key.
    fn compare(&mut self, context: &Context) -> Result<()> {
        let Self { values, sorted, keys, .. } = self;
        sorted.reserve(keys.len());
        for keys in keys.chunks(TOGETHER) {
            context.check()?;
            sorted.extend(keys.iter().map(|(_, row)| (values[*row as usize], *row)));
        }
        let (mut start, mut next) = (0, TOGETHER);
        while start < sorted.len() {
            if start >= next {
                context.check()?;
                next = start + TOGETHER;
            }
            let key = keys[start].0;
            let mut end = start + 1;
            while end < keys.len() && keys[end].0 == key {
                end += 1;
            }
            let run = &mut sorted[start..end];
            if run.len() > SHORT {
                // Equal values are common; they need no sort.
                if run.iter().any(|(value, _)| *value != run[0].0) {
                    run.sort_unstable_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
                }
            } else {
                for at in 1..run.len() {
                    let moved = run[at];
                    let mut to = at;
                    while to > 0 && run[to - 1].0 > moved.0 {
                        run[to] = run[to - 1];
                        to -= 1;
                    }
                    run[to] = moved;
                }
            }
            start = end;
        }
        Ok(())
    }
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
        for count in [0, 1, 255, 5000, 300_000] {
            for kind in 0..6 {
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
                    _ => random.normal() * f64::MAX / 10.0,
                };
                sorter.values = (0..count).map(|_| value()).collect();
                let all = sorter.values.iter().copied().zip(0..).filter(|(value, _)| !value.is_nan());
                let mut expected: Vec<(f64, u32)> = all.collect();
                expected.sort_by(|left, right| left.0.total_cmp(&right.0));
                sorter.sort(&Context::new()).unwrap();
                assert_eq!(sorter.sorted, expected, "{count} {kind}");
            }
        }
        let cancelled = Context::new();
        cancelled.cancel();
        assert_eq!(sorter.sort(&cancelled).unwrap_err().code(), Code::Cancelled);
    }
}
