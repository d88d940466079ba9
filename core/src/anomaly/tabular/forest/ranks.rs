//! Where a value stands among the thresholds of its column.
use crate::math::simd::dispatch;

/// Values that are searched in step.
pub(super) const ABREAST: usize = 8;
/// The most parts that the range of a column is cut into.
const MOST_PARTS: usize = 1 << 14;

/// The distinct thresholds of one column, ascending, found by the part of their range where a value lies and a few
/// comparisons there. Any part holds at most `2^steps - 1` of them.
pub(in crate::anomaly::tabular) struct Thresholds {
    /// Padded with infinity, so that every comparison has something to compare with; a power of two of them.
    known: Vec<f64>,
    low: f64,
    /// Parts per unit.
    scale: f64,
    /// How many thresholds lie in earlier parts; a power of two of them.
    starts: Vec<u32>,
    steps: u32,
}

/// The part that a value lies in: never falls with the value, whatever is rounded. What is no number lies in the first.
#[inline(always)]
fn part(value: f64, low: f64, scale: f64, last: f64) -> u32 {
    let place = (value - low) * scale;
    let place = if place > 0.0 { place } else { 0.0 };
    (if place < last { place } else { last }) as i32 as u32
}

impl Thresholds {
    /// Of distinct numbers, ascending.
    pub(in crate::anomaly::tabular) fn of(mut known: Vec<f64>) -> Self {
        let low = known.first().copied().unwrap_or(0.0);
        let high = known.last().copied().unwrap_or(0.0);
        let parts = (4 * (known.len() + 1)).next_power_of_two().min(MOST_PARTS);
        let last = (parts - 1) as f64;
        let scale = Some(last / (high - low)).filter(|scale| scale.is_finite()).unwrap_or(0.0);
        let mut starts = vec![0_u32; parts];
        known.iter().for_each(|value| starts[part(*value, low, scale, last) as usize] += 1);
        let most = starts.iter().copied().max().unwrap_or(0);
        let steps = u32::BITS - most.leading_zeros();
        let mut sum = 0;
        for start in &mut starts {
            (*start, sum) = (sum, sum + *start);
        }
        known.resize((known.len() + (1 << steps)).next_power_of_two(), f64::INFINITY);
        Self { known, low, scale, starts, steps }
    }

    /// How many thresholds are at most as large as each value; none for what is no number.
    #[inline(always)]
    fn ranks(&self, values: &[f64; ABREAST]) -> [usize; ABREAST] {
        let (known, starts) = (&self.known[..], &self.starts[..]);
        let (end, last) = (known.len() - 1, starts.len() - 1);
        let mut parts = [0; ABREAST];
        for lane in 0..ABREAST {
            parts[lane] = part(values[lane], self.low, self.scale, last as f64);
        }
        let mut at = [0; ABREAST];
        for lane in 0..ABREAST {
            at[lane] = starts[parts[lane] as usize & last] as usize;
        }
        for step in (0..self.steps).rev() {
            for lane in 0..ABREAST {
                let below = known[(at[lane] + (1 << step) - 1) & end] <= values[lane];
                at[lane] += usize::from(below) << step;
            }
        }
        at
    }
}

/// Tell `take` of every row, its value in `column` and that value's rank.
#[inline(always)]
pub(in crate::anomaly::tabular) fn find(
    thresholds: &Thresholds,
    block: &[f64],
    columns: usize,
    column: usize,
    take: &mut impl FnMut(usize, f64, usize),
) {
    let rows = block.len() / columns;
    for start in (0..rows).step_by(ABREAST) {
        // Behind the last row stands the last row again.
        let values = std::array::from_fn(|lane| block[(start + lane).min(rows - 1) * columns + column]);
        let ranks = thresholds.ranks(&values);
        for lane in 0..ABREAST.min(rows - start) {
            take(start + lane, values[lane], ranks[lane]);
        }
    }
}

dispatch! {
    up to Avx2:
    /// The rank of every row's value in `column`, as each of `maps` turns it, into the `room` beside that map; there is room for
    /// whole groups of rows.
    pub(super) fn fill, portable fill_portable(
        thresholds: &Thresholds,
        block: &[f64],
        columns: usize,
        column: usize,
        maps: &[&[u8]],
        room: &mut [&mut [u8]],
    ) {
        let rows = block.len() / columns;
        for start in (0..rows).step_by(ABREAST) {
            // Behind the last row stands the last row again.
            let values = std::array::from_fn(|lane| block[(start + lane).min(rows - 1) * columns + column]);
            let ranks = thresholds.ranks(&values);
            for (map, room) in maps.iter().zip(room.iter_mut()) {
                let to = &mut room[start..start + ABREAST];
                for lane in 0..ABREAST {
                    to[lane] = map[ranks[lane]];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::power::whole;

    fn holds(thresholds: &[f64], values: &[f64]) {
        let made = Thresholds::of(thresholds.to_vec());
        for value in values {
            let expected = thresholds.iter().filter(|threshold| *threshold <= value).count();
            assert_eq!(made.ranks(&[*value; ABREAST]), [expected; ABREAST], "{value} among {thresholds:?}");
        }
    }

    #[test]
    fn a_rank_is_the_number_of_thresholds_that_are_at_most_as_large() {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        for power in [1, 3, 41] {
            for count in [1, 2, 3, 7, 100, 1000] {
                let mut thresholds: Vec<f64> = (0..count).map(|_| whole(next(), power)).collect();
                thresholds.sort_unstable_by(f64::total_cmp);
                thresholds.dedup();
                let mut values = thresholds.clone();
                values.extend((0..200).map(|_| 1.2 * whole(next(), power)));
                values.extend([f64::NAN, 0.0, -0.0, 1e300, -1e300]);
                holds(&thresholds, &values);
            }
        }
    }

    #[test]
    fn every_version_of_the_instructions_finds_the_same() {
        let thresholds = Thresholds::of((0..200).map(|i| f64::from(i).sqrt()).collect());
        let block: Vec<f64> = (0..300).map(|i| f64::from(i * 37 % 301) * 0.05).collect();
        let map: Vec<u8> = (0..=200).collect();
        let (mut wide, mut plain) = (vec![0; 128], vec![0; 128]);
        fill(&thresholds, &block, 3, 1, &[&map], &mut [&mut wide]);
        fill_portable(&thresholds, &block, 3, 1, &[&map], &mut [&mut plain]);
        assert_eq!(wide, plain);
        assert_eq!(usize::from(wide[4]), (0..200).filter(|i| f64::from(*i).sqrt() <= block[13]).count());
    }

    #[test]
    fn ranks_hold_where_ranges_overflow_or_vanish() {
        let values = [-f64::MAX, -1e300, -1.0, -0.0, 0.0, 5e-324, 1.0, 1e300, f64::MAX, f64::NAN];
        holds(&[], &values);
        holds(&[0.0], &values);
        holds(&[-f64::MAX, 0.0, f64::MAX], &values);
        holds(&[-1e308, 1e308], &values);
        holds(&[0.0, 5e-324], &values);
        holds(&[f64::NEG_INFINITY, 1.0], &values);
        holds(&[1.0, 1.0_f64.next_up()], &[1.0, 1.0_f64.next_up(), 1.0_f64.next_down()]);
    }
}
