//! Children of parents: crossover and mutation of continuous, whole and categorical parameters, and no child twice.
use super::options::MinimizeFront;
use super::population::Population;
use super::power::{self, Crossings};
use crate::math::random::Random;
use crate::math::simd::dispatch;
use crate::optimize::space::{Axis, Coordinates};

/// How often children are made again because all were there already, before random ones take their place.
const ATTEMPTS: usize = 20;

/// Makes children.
#[derive(Debug)]
pub(super) struct Variation<'a> {
    space: &'a Coordinates,
    crossover: f64,
    crossover_index: f64,
    mutation: f64,
    mutation_index: f64,
    desk: &'a mut Desk,
}

/// Room that is used again by each generation.
#[derive(Debug, Default)]
pub(super) struct Desk {
    seen: Seen,
    crossings: Crossings,
    /// For each crossing, where its two results go, the one of the larger parent first if they change places.
    places: Vec<(usize, usize)>,
    /// Mutations: coordinates, uniform numbers, where.
    steps: Vec<f64>,
    draws: Vec<f64>,
    moved: Vec<usize>,
    /// Points and, for each, its candidate.
    points: Vec<f64>,
    decoded: Vec<f64>,
    /// The ends of each axis if all are lines, which most spaces are made of.
    lines: Option<(Vec<f64>, Vec<f64>)>,
}

impl Desk {
    /// The room for children within a space.
    pub(super) fn of(space: &Coordinates) -> Self {
        let ends = space.axes.iter().map(|axis| match axis {
            Axis::Line { low, high } => Some((*low, *high)),
            _ => None,
        });
        Self { lines: ends.collect(), ..Self::default() }
    }
}

/// Children before they are evaluated.
#[derive(Clone, Debug, Default)]
pub(super) struct Children {
    /// `[child, parameter]`: coordinates.
    pub(super) points: Vec<f64>,
    /// `[child, parameter]`: values.
    pub(super) candidates: Vec<f64>,
}

impl Children {
    fn with_room(numbers: usize) -> Self {
        Self { points: Vec::with_capacity(numbers), candidates: Vec::with_capacity(numbers) }
    }
}

impl<'a> Variation<'a> {
    /// The operators of a run whose members are `known` already.
    pub(super) fn new(space: &'a Coordinates, options: &MinimizeFront, known: &Population, desk: &'a mut Desk) -> Self {
        let dimensions = space.len();
        desk.seen.clear(2 * known.len());
        for row in known.candidates.chunks_exact(dimensions) {
            desk.seen.add(row);
        }
        Self {
            space,
            crossover: options.crossover_probability(),
            crossover_index: options.crossover_index(),
            mutation: options.mutation_probability(dimensions),
            mutation_index: options.mutation_index,
            desk,
        }
    }

    /// `count` children that are not known and not twice, of parents that `mate` names pair by pair; fewer where the space
    /// has no more candidates.
    pub(super) fn children(
        &mut self,
        parents: &Population,
        count: usize,
        random: &mut Random,
        mut mate: impl FnMut(&mut Random) -> (usize, usize),
    ) -> Children {
        let mut children = Children::with_room(count * self.space.len());
        let (mut attempts, mut pairs) = (0, Vec::new());
        while self.count(&children) < count && attempts < ATTEMPTS {
            let missing = count - self.count(&children);
            pairs.clear();
            pairs.extend((0..missing.div_ceil(2)).map(|_| mate(random)));
            let mut points = std::mem::take(&mut self.desk.points);
            self.cross(parents, &pairs, &mut points, random);
            self.mutate(&mut points, random);
            let before = self.count(&children);
            self.keep(&points, count, &mut children);
            self.desk.points = points;
            attempts = if self.count(&children) == before { attempts + 1 } else { 0 };
        }
        self.fill(count, random, &mut children);
        children
    }

    /// One child for each pair, in order, twice the same or known ones replaced by random ones; and which pairs have one, as
    /// the space may have no more candidates.
    pub(super) fn one_each(
        &mut self,
        parents: &Population,
        pairs: &[(usize, usize)],
        random: &mut Random,
    ) -> (Children, Vec<usize>) {
        let dimensions = self.space.len();
        let mut both = Vec::new();
        self.cross(parents, pairs, &mut both, random);
        let mut points: Vec<f64> =
            both.chunks_exact(2 * dimensions).flat_map(|pair| &pair[..dimensions]).copied().collect();
        self.mutate(&mut points, random);
        let (mut children, mut kept) = (Children::default(), Vec::with_capacity(pairs.len()));
        for (pair, point) in points.chunks_exact(dimensions).enumerate() {
            let before = self.count(&children);
            self.keep(point, before + 1, &mut children);
            if self.count(&children) == before {
                self.fill(before + 1, random, &mut children);
            }
            if self.count(&children) > before {
                kept.push(pair);
            }
        }
        (children, kept)
    }

    /// Candidates spread evenly over each parameter in turn (a Latin hypercube), without those that are known.
    pub(super) fn first(&mut self, count: usize, random: &mut Random) -> Children {
        let dimensions = self.space.len();
        let mut points = vec![0.0; count * dimensions];
        let mut cells: Vec<usize> = (0..count).collect();
        for column in 0..dimensions {
            shuffle(&mut cells, random);
            for (row, cell) in cells.iter().enumerate() {
                points[row * dimensions + column] = (*cell as f64 + random.uniform()) / count as f64;
            }
        }
        let mut children = Children::default();
        self.keep(&points, count, &mut children);
        self.fill(count, random, &mut children);
        children
    }

    fn count(&self, children: &Children) -> usize {
        children.points.len() / self.space.len()
    }

    /// Add uniform random children until there are `count`, as far as new ones are found.
    fn fill(&mut self, count: usize, random: &mut Random, children: &mut Children) {
        let mut point = vec![0.0; self.space.len()];
        let mut attempts = 0;
        while self.count(children) < count && attempts < 50 * ATTEMPTS {
            point.fill_with(|| random.uniform());
            let before = self.count(children);
            self.keep(&point, count, children);
            attempts += usize::from(self.count(children) == before);
        }
    }

    /// Decode points and keep the new ones, up to `count` children.
    fn keep(&mut self, points: &[f64], count: usize, children: &mut Children) {
        let dimensions = self.space.len();
        let desk = &mut *self.desk;
        desk.decoded.resize(points.len(), 0.0);
        for (point, values) in points.chunks_exact(dimensions).zip(desk.decoded.chunks_exact_mut(dimensions)) {
            match &desk.lines {
                Some((low, high)) => along(low, high, point, values),
                None => self.space.decode(point, values),
            }
        }
        let mut missing = count - children.points.len() / dimensions;
        for (point, candidate) in points.chunks_exact(dimensions).zip(desk.decoded.chunks_exact(dimensions)) {
            if missing == 0 {
                return;
            }
            if !desk.seen.add(candidate) {
                continue;
            }
            missing -= 1;
            children.candidates.extend_from_slice(candidate);
            if desk.lines.is_some() {
                children.points.extend_from_slice(point);
                continue;
            }
            // Whole numbers and choices are known by the middle of their cells.
            let canonical = self
                .space
                .axes
                .iter()
                .zip(point.iter().zip(candidate))
                .map(|(axis, (at, value))| if axis.is_discrete() { axis.encode(*value) } else { *at });
            children.points.extend(canonical);
        }
    }

    /// Two children of each pair, row by row.
    fn cross(&mut self, parents: &Population, pairs: &[(usize, usize)], points: &mut Vec<f64>, random: &mut Random) {
        const BLOCK: usize = u64::BITS as usize;
        let dimensions = self.space.len();
        let Desk { crossings, places, .. } = &mut *self.desk;
        points.clear();
        crossings.clear();
        places.clear();
        for &(one, other) in pairs {
            let start = points.len();
            points.extend_from_slice(parents.point(one, dimensions));
            points.extend_from_slice(parents.point(other, dimensions));
            if self.crossover < 1.0 && random.uniform() >= self.crossover {
                continue;
            }
            for (block, axes) in self.space.axes.chunks(BLOCK).enumerate() {
                // Half of the parameters are crossed, and the children change places in half of those.
                let (mut chosen, changed) = (random.bits() >> (BLOCK - axes.len()), random.bits());
                while chosen != 0 {
                    let bit = chosen.trailing_zeros() as usize;
                    chosen &= chosen - 1;
                    let first = start + block * BLOCK + bit;
                    let second = first + dimensions;
                    let (a, b) = (points[first], points[second]);
                    if axes[bit].is_categorical() {
                        points.swap(first, second);
                    } else if (a - b).abs() > 1e-14 {
                        crossings.low.push(a.min(b));
                        crossings.high.push(a.max(b));
                        crossings.draw.push(random.uniform());
                        let shift = (changed >> bit & 1) as usize * dimensions;
                        places.push((first + shift, second - shift));
                    }
                }
            }
        }
        let Crossings { low, high, draw } = crossings;
        power::cross(low, high, draw, self.crossover_index);
        for ((first, second), (low, high)) in places.iter().zip(low.iter().zip(high)) {
            points[*first] = *low;
            points[*second] = *high;
        }
    }

    /// Mutate each coordinate with the probability set.
    fn mutate(&mut self, points: &mut [f64], random: &mut Random) {
        if self.mutation <= 0.0 {
            return;
        }
        let dimensions = self.space.len();
        // How many are passed over before the next one: as many draws as mutations.
        let log_rest = (-self.mutation).ln_1p();
        let skip = |random: &mut Random| {
            if self.mutation >= 1.0 { 0 } else { (random.uniform().ln() / log_rest) as usize }
        };
        let Desk { steps, draws, moved, .. } = &mut *self.desk;
        steps.clear();
        draws.clear();
        moved.clear();
        let mut at = skip(random);
        while at < points.len() {
            let axis = &self.space.axes[at % dimensions];
            if axis.is_categorical() {
                points[at] = chosen_anew(axis, points[at], random);
            } else if axis.count() > 1.0 {
                steps.push(points[at]);
                draws.push(random.uniform());
                moved.push(at);
            }
            at = at.saturating_add(1).saturating_add(skip(random));
        }
        power::mutate(steps, draws, self.mutation_index);
        for (at, to) in moved.iter().zip(steps) {
            let axis = &self.space.axes[at % dimensions];
            let stuck = axis.is_discrete() && axis.decode(*to) == axis.decode(points[*at]);
            points[*at] = if stuck { next_whole(axis, points[*at], random) } else { *to };
        }
    }
}

/// Another choice than the one at a coordinate.
fn chosen_anew(axis: &Axis, at: f64, random: &mut Random) -> f64 {
    let count = axis.count();
    if count == 1.0 {
        return at;
    }
    let value = axis.decode(at);
    let other = (random.uniform() * (count - 1.0)).floor();
    axis.encode(if other < value { other } else { other + 1.0 })
}

/// One whole number up or down, where a step was too small for another.
fn next_whole(axis: &Axis, at: f64, random: &mut Random) -> f64 {
    let (value, up) = (axis.decode(at), random.bits() & 1 == 0);
    let (below, above) = (axis.decode(0.0), axis.decode(1.0));
    axis.encode(if (up && value < above) || value <= below { value + 1.0 } else { value - 1.0 })
}

dispatch! {
    /// [`Coordinates::decode`] where all axes are lines.
    fn along, portable along_portable(low: &[f64], high: &[f64], point: &[f64], values: &mut [f64]) {
        for (((low, high), at), value) in low.iter().zip(high).zip(point).zip(values) {
            let part = at.clamp(0.0, 1.0);
            let (from_low, from_high) = (low + part * (high - low), high - (1.0 - part) * (high - low));
            let place = if part <= 0.5 { from_low } else { from_high };
            // Both ends are finite and in order, so that the nearest of them is found without asking.
            *value = if place < *low { *low } else if place > *high { *high } else { place };
        }
    }
}

/// In a random order (Fisher and Yates).
pub(super) fn shuffle<T>(items: &mut [T], random: &mut Random) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(random, last + 1));
    }
}

/// A random whole number below `count`.
pub(super) fn below(random: &mut Random, count: usize) -> usize {
    ((u128::from(random.bits()) * count as u128) >> 64) as usize
}

/// Candidates seen, by a fingerprint of 64 bits.
#[derive(Debug, Default)]
struct Seen {
    /// Open addressing; 0 is an empty place.
    places: Vec<u64>,
    count: usize,
}

impl Seen {
    /// Forget all, and have room for `count`.
    fn clear(&mut self, count: usize) {
        self.places.clear();
        self.places.resize((4 * count.max(16)).next_power_of_two(), 0);
        self.count = 0;
    }

    /// Whether the candidate is new.
    fn add(&mut self, candidate: &[f64]) -> bool {
        // Four at a time, as each step waits for the one before.
        let step = |state: u64, value: f64| {
            let mixed = (state ^ (value + 0.0).to_bits()).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed ^ mixed >> 29
        };
        let (fours, rest) = candidate.as_chunks::<4>();
        let start = 0x9e37_79b9_7f4a_7c15_u64;
        let [mut a, mut b, mut c, mut d] = [start, start.rotate_left(16), start.rotate_left(32), start.rotate_left(48)];
        for [p, q, r, s] in fours {
            (a, b, c, d) = (step(a, *p), step(b, *q), step(c, *r), step(d, *s));
        }
        let rest = rest.iter().fold(a, |state, value| step(state, *value));
        let mut state = [b, c, d].into_iter().fold(rest, |state, part| {
            let mixed = (state ^ part).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed ^ mixed >> 29
        });
        state = (state ^ (state >> 32)).wrapping_mul(0x94d0_49bb_1331_11eb).max(1);
        if 2 * self.count >= self.places.len() {
            let wider = vec![0; 2 * self.places.len()];
            let old = std::mem::replace(&mut self.places, wider);
            self.count = 0;
            for print in old.into_iter().filter(|print| *print != 0) {
                self.put(print);
            }
        }
        self.put(state)
    }

    fn put(&mut self, print: u64) -> bool {
        let mask = self.places.len() - 1;
        let mut at = (print >> 20) as usize & mask;
        while self.places[at] != 0 {
            if self.places[at] == print {
                return false;
            }
            at = (at + 1) & mask;
        }
        self.places[at] = print;
        self.count += 1;
        true
    }
}
