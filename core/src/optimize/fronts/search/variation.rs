//! Children of parents: crossover and mutation of continuous, whole and categorical parameters, and no child twice.
use super::options::MinimizeFront;
use super::population::Population;
use super::power::{Crossings, cross, mutate};
use crate::math::random::Random;
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
    seen: Seen,
    crossings: Crossings,
    /// For each crossing, where its two results go, the one of the larger parent first if they change places.
    places: Vec<(usize, usize)>,
}

/// Children before they are evaluated.
#[derive(Clone, Debug, Default)]
pub(super) struct Children {
    /// `[child, parameter]`: coordinates.
    pub(super) points: Vec<f64>,
    /// `[child, parameter]`: values.
    pub(super) candidates: Vec<f64>,
}

impl<'a> Variation<'a> {
    /// The operators of a run whose members are `known` already.
    pub(super) fn new(space: &'a Coordinates, options: &MinimizeFront, known: &Population) -> Self {
        let dimensions = space.len();
        let mut seen = Seen::with_room(2 * known.len());
        for row in known.candidates.chunks_exact(dimensions) {
            seen.add(row);
        }
        Self {
            space,
            crossover: options.crossover_probability(),
            crossover_index: options.crossover_index(),
            mutation: options.mutation_probability.unwrap_or(1.0 / dimensions as f64),
            mutation_index: options.mutation_index,
            seen,
            crossings: Crossings::default(),
            places: Vec::new(),
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
        let mut children = Children::default();
        let (mut attempts, mut pairs) = (0, Vec::new());
        while self.count(&children) < count && attempts < ATTEMPTS {
            let missing = count - self.count(&children);
            pairs.clear();
            pairs.extend((0..missing.div_ceil(2)).map(|_| mate(random)));
            let mut points = self.crossed(parents, &pairs, random);
            self.mutated(&mut points, random);
            let before = self.count(&children);
            self.keep(&points, count, &mut children);
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
        let both = self.crossed(parents, pairs, random);
        let mut points: Vec<f64> =
            both.chunks_exact(2 * dimensions).flat_map(|pair| &pair[..dimensions]).copied().collect();
        self.mutated(&mut points, random);
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
        for point in points.chunks_exact(dimensions) {
            if self.count(children) == count {
                return;
            }
            let start = children.candidates.len();
            children.candidates.extend(self.space.axes.iter().zip(point).map(|(axis, at)| axis.decode(*at)));
            let candidate = &children.candidates[start..];
            if !self.seen.add(candidate) {
                children.candidates.truncate(start);
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
    fn crossed(&mut self, parents: &Population, pairs: &[(usize, usize)], random: &mut Random) -> Vec<f64> {
        let dimensions = self.space.len();
        let mut points = Vec::with_capacity(2 * pairs.len() * dimensions);
        self.crossings.clear();
        self.places.clear();
        for &(one, other) in pairs {
            let start = points.len();
            points.extend_from_slice(parents.point(one, dimensions));
            points.extend_from_slice(parents.point(other, dimensions));
            if self.crossover < 1.0 && random.uniform() >= self.crossover {
                continue;
            }
            for (parameter, axis) in self.space.axes.iter().enumerate() {
                let bits = random.bits();
                // Half of the parameters are crossed, and the children change places in half of those.
                if bits & 1 == 0 {
                    continue;
                }
                let (first, second) = (start + parameter, start + dimensions + parameter);
                let (a, b) = (points[first], points[second]);
                if axis.is_categorical() {
                    points.swap(first, second);
                } else if (a - b).abs() > 1e-14 {
                    self.crossings.low.push(a.min(b));
                    self.crossings.high.push(a.max(b));
                    self.crossings.draw.push(((bits >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64));
                    self.places.push(if bits & 2 == 0 { (first, second) } else { (second, first) });
                }
            }
        }
        let Crossings { low, high, draw } = &mut self.crossings;
        cross(low, high, draw, self.crossover_index);
        for ((first, second), (low, high)) in self.places.iter().zip(low.iter().zip(high)) {
            points[*first] = *low;
            points[*second] = *high;
        }
        points
    }

    /// Mutate each coordinate with the probability set.
    fn mutated(&self, points: &mut [f64], random: &mut Random) {
        if self.mutation <= 0.0 {
            return;
        }
        let dimensions = self.space.len();
        // How many are passed over before the next one: as many draws as mutations.
        let log_rest = (-self.mutation).ln_1p();
        let skip = |random: &mut Random| {
            if self.mutation >= 1.0 { 0 } else { (random.uniform().ln() / log_rest) as usize }
        };
        let mut at = skip(random);
        while at < points.len() {
            points[at] = self.moved(&self.space.axes[at % dimensions], points[at], random);
            at = at.saturating_add(1).saturating_add(skip(random));
        }
    }

    /// One coordinate mutated: another choice, another whole number, or a step.
    fn moved(&self, axis: &Axis, at: f64, random: &mut Random) -> f64 {
        let count = axis.count();
        if count == 1.0 {
            return at;
        }
        if axis.is_categorical() {
            let value = axis.decode(at);
            let other = (random.uniform() * (count - 1.0)).floor();
            return axis.encode(if other < value { other } else { other + 1.0 });
        }
        let moved = mutate(at, random.uniform(), self.mutation_index);
        if !axis.is_discrete() || axis.decode(moved) != axis.decode(at) {
            return moved;
        }
        // Too small a step for a whole number: one up or down.
        let (value, up) = (axis.decode(at), random.bits() & 1 == 0);
        let (below, above) = (axis.decode(0.0), axis.decode(1.0));
        let next = if (up && value < above) || value <= below { value + 1.0 } else { value - 1.0 };
        axis.encode(next)
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
#[derive(Debug)]
struct Seen {
    /// Open addressing; 0 is an empty place.
    places: Vec<u64>,
    count: usize,
}

impl Seen {
    fn with_room(count: usize) -> Self {
        Self { places: vec![0; (4 * count.max(16)).next_power_of_two()], count: 0 }
    }

    /// Whether the candidate is new.
    fn add(&mut self, candidate: &[f64]) -> bool {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for value in candidate {
            state = (state ^ (value + 0.0).to_bits()).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            state ^= state >> 29;
        }
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
