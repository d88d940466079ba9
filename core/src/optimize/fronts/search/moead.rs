//! MOEA/D (Zhang and Li 2007), a generation at a time; at most a few neighbours are replaced by one child (Li and Zhang
//! 2009), and a member of less violation is better than any of more.
use super::nsga3::units;
use super::options::{FrontDecomposition, MinimizeFront};
use super::population::Population;
use super::variation::{below, shuffle};
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;

/// The least weight of an objective in the Tchebycheff distance.
const LEAST_WEIGHT: f64 = 1e-6;

/// For whom a child is made, and whether it may replace neighbours only.
pub(super) type Owner = (u32, bool);

/// The directions nearest to each, itself first, row by row.
pub(super) fn neighbourhoods(directions: &[f64], objectives: usize, neighbours: usize) -> Vec<u32> {
    let count = directions.len() / objectives;
    let size = neighbours.min(count);
    let row = |at: usize| &directions[at * objectives..(at + 1) * objectives];
    let mut all = Vec::with_capacity(count * size);
    let mut order: Vec<(f64, u32)> = Vec::with_capacity(count);
    for at in 0..count {
        order.clear();
        order.extend((0..count).map(|other| {
            let square = row(at).iter().zip(row(other)).map(|(a, b)| (a - b) * (a - b)).sum();
            (square, other as u32)
        }));
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        all.extend(order[..size].iter().map(|(_, other)| *other));
    }
    all
}

/// Parents for one child of each of the first `members` of `count` directions.
pub(super) fn mates(
    neighbourhoods: &[u32],
    count: usize,
    members: usize,
    options: &MinimizeFront,
    random: &mut Random,
) -> (Vec<(usize, usize)>, Vec<Owner>) {
    let size = neighbourhoods.len() / count;
    let (mut pairs, mut owners, mut pool) = (Vec::new(), Vec::new(), Vec::new());
    for owner in 0..members {
        let near = random.uniform() < options.neighbour_mating;
        pool.clear();
        if near {
            let neighbours = &neighbourhoods[owner * size..(owner + 1) * size];
            pool.extend(neighbours.iter().map(|by| *by as usize).filter(|by| *by < members));
        }
        let places = if near { pool.len() } else { members };
        let first = below(random, places);
        let second = if places > 1 { (first + 1 + below(random, places - 1)) % places } else { first };
        let member = |place: usize| if near { pool[place] } else { place };
        pairs.push((member(first), member(second)));
        owners.push((owner as u32, near));
    }
    (pairs, owners)
}

/// The problems of one generation.
#[derive(Debug)]
pub(super) struct Problems<'a> {
    options: &'a MinimizeFront,
    /// Weights or unit directions, row by row.
    weights: Vec<f64>,
    ideal: Vec<f64>,
    /// 1 over the range of each objective on the first front.
    scales: Vec<f64>,
    boundary: bool,
}

impl<'a> Problems<'a> {
    /// The problems of these directions, seen from the `ideal` point over what `population` spans.
    pub(super) fn new(
        directions: &[f64],
        options: &'a MinimizeFront,
        ideal: &[f64],
        population: &Population,
        context: &Context,
    ) -> Result<Self> {
        let objectives = options.objectives;
        let boundary = match options.decomposition {
            FrontDecomposition::Auto => objectives > 2,
            chosen => chosen == FrontDecomposition::BoundaryIntersection,
        };
        let weights = if boundary {
            units(directions, objectives)
        } else {
            directions.iter().map(|weight| weight.max(LEAST_WEIGHT)).collect()
        };
        let ideal = if ideal.is_empty() { vec![f64::INFINITY; objectives] } else { ideal.to_vec() };
        let mut problems = Self { options, weights, ideal, scales: vec![1.0; objectives], boundary };
        for at in (0..population.len()).filter(|at| population.violations[*at] == 0.0) {
            problems.see(population.worth(at, objectives));
        }
        let fronts = population.fronts(objectives, context)?;
        let first = fronts.first().map_or(&[][..], Vec::as_slice);
        if first.first().is_some_and(|at| population.violations[*at as usize] == 0.0) {
            for (objective, scale) in problems.scales.iter_mut().enumerate() {
                let values = first.iter().map(|at| population.worth(*at as usize, objectives)[objective]);
                let range = values.fold(f64::NEG_INFINITY, f64::max) - problems.ideal[objective];
                *scale = if range > 1e-12 && range.is_finite() { 1.0 / range } else { 1.0 };
            }
        }
        Ok(problems)
    }

    /// Take up a feasible point into the ideal one.
    fn see(&mut self, worth: &[f64]) {
        for (best, value) in self.ideal.iter_mut().zip(worth) {
            *best = best.min(*value);
        }
    }

    /// The best value seen of each objective; infinite before anything feasible is seen.
    pub(super) fn into_ideal(self) -> Vec<f64> {
        self.ideal
    }

    /// The one number of a direction's problem, to be made small.
    fn number(&self, direction: usize, worth: &[f64]) -> f64 {
        let objectives = worth.len();
        let weights = &self.weights[direction * objectives..(direction + 1) * objectives];
        let best = self.ideal.iter().map(|best| if best.is_finite() { *best } else { 0.0 });
        let placed = worth.iter().zip(best).zip(&self.scales).map(|((value, best), scale)| (value - best) * scale);
        if !self.boundary {
            return placed.zip(weights).map(|(value, weight)| value.abs() * weight).fold(0.0, f64::max);
        }
        let (mut along, mut square) = (0.0, 0.0);
        for (value, unit) in placed.zip(weights) {
            along += value * unit;
            square += value * value;
        }
        along.abs() + self.options.penalty * (square - along * along).max(0.0).sqrt()
    }

    /// Whether a child is better than a member for a direction.
    fn better(&self, direction: usize, child: (&[f64], f64), member: (&[f64], f64)) -> bool {
        match child.1.total_cmp(&member.1) {
            std::cmp::Ordering::Equal if child.1.is_finite() => {
                self.number(direction, child.0) < self.number(direction, member.0)
            }
            order => order.is_lt(),
        }
    }

    /// For each of the first `count` directions a member, those along single objectives choosing first, and the members that
    /// no direction took.
    pub(super) fn assign(
        &self,
        population: &Population,
        count: usize,
        context: &Context,
    ) -> Result<(Vec<u32>, Vec<u32>)> {
        let objectives = self.options.objectives;
        let count = count.min(population.len());
        let largest = |direction: usize| {
            let weights = &self.weights[direction * objectives..(direction + 1) * objectives];
            weights.iter().copied().fold(0.0, f64::max)
        };
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|a, b| largest(*b).total_cmp(&largest(*a)));
        let mut left: Vec<u32> = (0..population.len() as u32).collect();
        let mut here = vec![0; count];
        for direction in order {
            context.check()?;
            let worth = |place: usize| {
                let at = left[place] as usize;
                (population.worth(at, objectives), population.violations[at])
            };
            let best = (1..left.len())
                .fold(0, |best, place| if self.better(direction, worth(place), worth(best)) { place } else { best });
            here[direction] = left.remove(best);
        }
        Ok((here, left))
    }

    /// Let child `at` of `children` replace members it is better than, the directions looked at in random order.
    pub(super) fn place(
        &mut self,
        population: &mut Population,
        children: &Population,
        at: usize,
        pool: &mut [u32],
        random: &mut Random,
    ) {
        let objectives = self.options.objectives;
        let dimensions = population.points.len() / population.len();
        let child = (children.worth(at, objectives), children.violations[at]);
        if child.1 == 0.0 {
            self.see(child.0);
        }
        shuffle(pool, random);
        let mut replaced = 0;
        for &direction in pool.iter() {
            let direction = direction as usize;
            let member = (population.worth(direction, objectives), population.violations[direction]);
            if self.better(direction, child, member) {
                population.replace(direction, children, at, dimensions, objectives);
                replaced += 1;
                if replaced == self.options.replacements {
                    break;
                }
            }
        }
    }
}
