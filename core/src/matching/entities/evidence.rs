//! What is seen of the records before anything is estimated: random pairs, and random pairs that are equal in each column.
use std::collections::HashMap;

use super::compare::{Comparator, Matcher, Pattern};
use super::estimate::Patterns;
use super::options::Linkage;
use super::records::{Field, MISSING};
use super::relatives::Relatives;
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;

/// Random pairs of every column that are equal in it.
const STRATUM: usize = 3000;

/// What is known of the records before anything is estimated.
pub(super) struct Evidence {
    /// Random pairs.
    pub(super) random: Patterns,
    /// Random pairs that are equal in each column, and how many such pairs there are.
    pub(super) strata: Vec<Patterns>,
    /// Of each column: pairs that both have a value, and pairs that are equal.
    pub(super) present: Vec<f64>,
    pub(super) equal: Vec<f64>,
    /// The chance that two columns that are sometimes exchanged hold each other's values.
    pub(super) crossed: Vec<f64>,
    /// Pairs that share much and are still two things, once they were found.
    pub(super) relatives: Option<Relatives>,
}

pub(super) fn gather(
    options: &Linkage,
    comparators: &[Comparator],
    fields: &[Field],
    sides: &[bool],
    context: &Context,
) -> Result<Evidence> {
    let rows = fields.first().map_or(0, Field::len);
    let left = if sides.is_empty() { rows } else { sides.iter().filter(|side| !**side).count() };
    let mut random = Random::new(context.seed() ^ 0x7261_6e64);
    let mut matcher = Matcher::new(fields, comparators);
    let all = if sides.is_empty() { rows as f64 * (rows as f64 - 1.0) / 2.0 } else { (left * (rows - left)) as f64 };
    let mut seen = Counter::default();
    let mut done = 0_usize;
    if all <= options.random_pairs as f64 {
        for i in 0..rows {
            for j in 0..i {
                if sides.is_empty() || sides[i] != sides[j] {
                    watch(&mut done, context)?;
                    seen.add(matcher.compare(i, j), 1.0);
                }
            }
        }
    } else {
        // One record against 8 others, so that it is prepared once.
        for _ in 0..options.random_pairs / 8 {
            let i = below(&mut random, left);
            for _ in 0..8 {
                let j =
                    if sides.is_empty() { below(&mut random, rows) } else { left + below(&mut random, rows - left) };
                if i != j {
                    watch(&mut done, context)?;
                    seen.add(matcher.compare(i, j), 1.0);
                }
            }
        }
    }
    let used = &fields[..comparators.len()];
    let mut strata = Vec::with_capacity(used.len());
    let (mut present, mut equal) = (Vec::new(), Vec::new());
    for field in used {
        let groups = Groups::new(field, left, !sides.is_empty());
        present.push(groups.present);
        equal.push(groups.equal);
        let mut seen = Counter::default();
        let wanted = STRATUM.min(groups.equal as usize);
        for _ in 0..wanted {
            if let Some((i, j)) = groups.draw(&mut random) {
                watch(&mut done, context)?;
                seen.add(matcher.compare(i, j), 1.0);
            }
        }
        strata.push(seen.into());
    }
    let crossed = comparators
        .iter()
        .enumerate()
        .map(|(column, comparator)| match comparator.partner {
            Some(partner) => meeting(&fields[column], &fields[partner as usize]),
            None => 0.0,
        })
        .collect();
    Ok(Evidence { random: seen.into(), strata, present, equal, crossed, relatives: None })
}

fn watch(done: &mut usize, context: &Context) -> Result<()> {
    *done += 1;
    if done.is_multiple_of(1024) { context.check() } else { Ok(()) }
}

pub(super) fn below(random: &mut Random, end: usize) -> usize {
    ((u128::from(random.bits()) * end as u128) >> 64) as usize
}

/// Patterns with how often they were seen, in the order in which they were met.
#[derive(Default)]
pub(super) struct Counter {
    positions: HashMap<Pattern, u32, Mixing>,
    seen: Patterns,
}

/// Hashing of patterns, which need no protection from strangers: their number is small.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mixing(u64);

impl std::hash::BuildHasher for Mixing {
    type Hasher = Mixing;
    fn build_hasher(&self) -> Mixing {
        Mixing(0)
    }
}

impl std::hash::Hasher for Mixing {
    fn finish(&self) -> u64 {
        super::clean::mix(self.0)
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = super::clean::mix(self.0) ^ super::clean::hash(bytes);
    }
    fn write_u128(&mut self, pattern: u128) {
        self.0 ^= pattern as u64 ^ ((pattern >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Counter {
    /// Count a pattern; gives its position.
    pub(super) fn add(&mut self, pattern: Pattern, count: f64) -> u32 {
        let position = *self.positions.entry(pattern).or_insert_with(|| {
            self.seen.patterns.push(pattern);
            self.seen.counts.push(0.0);
            self.seen.patterns.len() as u32 - 1
        });
        self.seen.counts[position as usize] += count;
        position
    }
}

impl From<Counter> for Patterns {
    fn from(counter: Counter) -> Self {
        counter.seen
    }
}

/// Records by their value, to draw pairs that are equal.
struct Groups {
    rows: Vec<u32>,
    /// Where the rows of each value end, on the left side and on the right one; the same for one table.
    starts: Vec<[u32; 4]>,
    /// The pairs of this value and all before.
    until: Vec<f64>,
    present: f64,
    equal: f64,
    linked: bool,
}

impl Groups {
    fn new(field: &Field, left: usize, linked: bool) -> Self {
        let mut ends = vec![0_u32; field.values.len() + 1];
        for (code, count) in field.counts.iter().enumerate() {
            ends[code + 1] = ends[code] + count;
        }
        let mut next = ends.clone();
        let mut rows = vec![0; field.present()];
        let mut split: Vec<u32> = ends.clone();
        let mut present_left = 0_usize;
        for (row, &code) in field.codes.iter().enumerate() {
            if code == MISSING {
                continue;
            }
            let place = &mut next[code as usize];
            rows[*place as usize] = row as u32;
            *place += 1;
            if row < left {
                split[code as usize] = *place;
                present_left += 1;
            }
        }
        let (mut starts, mut until, mut equal) = (Vec::new(), Vec::new(), 0.0);
        for code in 0..field.values.len() {
            let (start, end) = (ends[code], ends[code + 1]);
            let sides = if linked { [start, split[code], split[code], end] } else { [start, end, start, end] };
            let [a, b] = [f64::from(sides[1] - sides[0]), f64::from(sides[3] - sides[2])];
            equal += if linked { a * b } else { a * (a - 1.0) / 2.0 };
            starts.push(sides);
            until.push(equal);
        }
        let all = rows.len() as f64;
        let present_left = present_left as f64;
        let present = if linked { present_left * (all - present_left) } else { all * (all - 1.0).max(0.0) / 2.0 };
        Self { rows, starts, until, present, equal, linked }
    }

    fn draw(&self, random: &mut Random) -> Option<(usize, usize)> {
        let at = random.uniform() * self.equal;
        let code = self.until.partition_point(|until| *until <= at).min(self.starts.len().checked_sub(1)?);
        let [a, b, c, d] = self.starts[code].map(|place| place as usize);
        let first = a + below(random, b - a);
        let mut second = c + below(random, if self.linked { d - c } else { (d - c).saturating_sub(1) });
        if !self.linked && second >= first {
            second += 1;
        }
        let (first, second) = (*self.rows.get(first)?, *self.rows.get(second)?);
        (first != second).then_some((first as usize, second as usize))
    }
}

/// The probability that a random value of one field is equal to a random value of another.
fn meeting(a: &Field, b: &Field) -> f64 {
    let counts: HashMap<u64, u32> = a.hashes.iter().copied().zip(a.counts.iter().copied()).collect();
    let shared = b.hashes.iter().zip(&b.counts);
    let equal: f64 =
        shared.map(|(hash, count)| f64::from(*count) * f64::from(counts.get(hash).copied().unwrap_or(0))).sum();
    equal / (a.present() as f64 * b.present() as f64).max(1.0)
}
