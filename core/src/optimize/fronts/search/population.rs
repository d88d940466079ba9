//! Candidates with what was told of them.
use serde::{Deserialize, Serialize};

use super::options::MinimizeFront;
use crate::Context;
use crate::error::{Result, ensure};
use crate::optimize::fronts::points::Points;
use crate::optimize::fronts::ranking;

/// Candidates, row by row: as the caller sees them, as the search does, and their worth. Everything is minimised here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Population {
    /// `[member, parameter]`: values.
    pub(super) candidates: Vec<f64>,
    /// `[member, parameter]`: coordinates.
    pub(super) points: Vec<f64>,
    /// `[member, objective]`; infinite where the evaluation failed.
    pub(super) objectives: Vec<f64>,
    /// By how much constraints are violated, 0 where none is, infinite where the evaluation failed.
    pub(super) violations: Vec<f64>,
}

impl Population {
    /// How many members there are.
    pub(super) fn len(&self) -> usize {
        self.violations.len()
    }

    pub(super) fn point(&self, at: usize, width: usize) -> &[f64] {
        &self.points[at * width..(at + 1) * width]
    }

    pub(super) fn candidate(&self, at: usize, width: usize) -> &[f64] {
        &self.candidates[at * width..(at + 1) * width]
    }

    pub(super) fn worth(&self, at: usize, objectives: usize) -> &[f64] {
        &self.objectives[at * objectives..(at + 1) * objectives]
    }

    /// Take up one answer: objectives, inequalities, equalities. Gives whether the evaluation counts, that is, all numbers are
    /// finite.
    pub(super) fn push(&mut self, candidate: &[f64], point: &[f64], answer: &[f64], options: &MinimizeFront) -> bool {
        self.candidates.extend_from_slice(candidate);
        self.points.extend_from_slice(point);
        self.push_worth(answer, options)
    }

    /// Take up the answer of a member whose rows come otherwise.
    pub(super) fn push_worth(&mut self, answer: &[f64], options: &MinimizeFront) -> bool {
        let counts = answer.iter().all(|value| value.is_finite());
        let (objectives, constraints) = answer.split_at(options.objectives);
        if !counts {
            self.objectives.extend(objectives.iter().map(|_| f64::INFINITY));
            self.violations.push(f64::INFINITY);
            return false;
        }
        self.objectives.extend(objectives.iter().enumerate().map(|(at, value)| options.sign(at) * value));
        let (less, equal) = constraints.split_at(options.inequalities);
        let above: f64 = less.iter().map(|g| g.max(0.0)).sum();
        let off: f64 = equal.iter().map(|h| (h.abs() - options.equality_tolerance).max(0.0)).sum();
        self.violations.push((above + off).min(f64::MAX));
        true
    }

    /// All members of another.
    pub(super) fn append(&mut self, other: &Population) {
        self.candidates.extend_from_slice(&other.candidates);
        self.points.extend_from_slice(&other.points);
        self.objectives.extend_from_slice(&other.objectives);
        self.violations.extend_from_slice(&other.violations);
    }

    /// What both populations are worth, one after the other, without the candidates.
    pub(super) fn worths(&self, other: &Population) -> Population {
        Population {
            objectives: [self.objectives.as_slice(), &other.objectives].concat(),
            violations: [self.violations.as_slice(), &other.violations].concat(),
            ..Population::default()
        }
    }

    /// Some members, in the order named; those from `len` on are those of the other population.
    pub(super) fn select(
        &self,
        other: &Population,
        members: &[u32],
        dimensions: usize,
        objectives: usize,
    ) -> Population {
        let mut chosen = Population {
            candidates: Vec::with_capacity(members.len() * dimensions),
            points: Vec::with_capacity(members.len() * dimensions),
            objectives: Vec::with_capacity(members.len() * objectives),
            violations: Vec::with_capacity(members.len()),
        };
        for &at in members {
            let (from, at) = match (at as usize).checked_sub(self.len()) {
                Some(at) => (other, at),
                None => (self, at as usize),
            };
            chosen.candidates.extend_from_slice(from.candidate(at, dimensions));
            chosen.points.extend_from_slice(from.point(at, dimensions));
            chosen.objectives.extend_from_slice(from.worth(at, objectives));
            chosen.violations.push(from.violations[at]);
        }
        chosen
    }

    /// Put member `from` of another in the place of member `at`.
    pub(super) fn replace(&mut self, at: usize, other: &Population, from: usize, dimensions: usize, objectives: usize) {
        let span = at * dimensions..(at + 1) * dimensions;
        self.candidates[span.clone()].copy_from_slice(other.candidate(from, dimensions));
        self.points[span].copy_from_slice(other.point(from, dimensions));
        self.objectives[at * objectives..(at + 1) * objectives].copy_from_slice(other.worth(from, objectives));
        self.violations[at] = other.violations[from];
    }

    /// The fronts in order: the feasible by rank, then the others by violation, the least first (Deb and others 2002).
    pub(super) fn fronts(&self, objectives: usize, context: &Context) -> Result<Vec<Vec<u32>>> {
        let feasible: Vec<u32> = (0..self.len() as u32).filter(|at| self.violations[*at as usize] == 0.0).collect();
        let ranks = if feasible.len() == self.len() {
            ranking::ranks(Points::new(&self.objectives, objectives), context)?
        } else {
            let rows: Vec<f64> = feasible.iter().flat_map(|at| self.worth(*at as usize, objectives)).copied().collect();
            ranking::ranks(Points::new(&rows, objectives), context)?
        };
        let mut fronts = vec![Vec::new(); ranks.iter().max().map_or(0, |most| *most as usize + 1)];
        for (at, rank) in feasible.iter().zip(ranks) {
            fronts[rank as usize].push(*at);
        }
        let mut others: Vec<u32> = (0..self.len() as u32).filter(|at| self.violations[*at as usize] != 0.0).collect();
        others.sort_by(|a, b| self.violations[*a as usize].total_cmp(&self.violations[*b as usize]));
        let alike = |a: &u32, b: &u32| self.violations[*a as usize] == self.violations[*b as usize];
        fronts.extend(others.chunk_by(alike).map(<[u32]>::to_vec));
        Ok(fronts)
    }

    /// Refuse what cannot be a population of so many parameters and objectives.
    pub(super) fn check(&self, dimensions: usize, objectives: usize) -> Result<()> {
        let count = self.len();
        let whole = self.candidates.len() == count * dimensions
            && self.points.len() == count * dimensions
            && self.objectives.len() == count * objectives;
        ensure!(whole, InvalidData, "a population of {count} with rows that do not fit");
        ensure!(
            self.points.iter().all(|at| (0.0..=1.0).contains(at)),
            InvalidData,
            "a population with coordinates outside 0..=1"
        );
        for (at, violation) in self.violations.iter().enumerate() {
            let failed = *violation == f64::INFINITY;
            let worth = self.worth(at, objectives);
            let fits =
                if failed { worth.iter().all(|x| *x == f64::INFINITY) } else { worth.iter().all(|x| x.is_finite()) };
            ensure!(*violation >= 0.0 && fits, InvalidData, "member {at} of a population has a worth that is none");
        }
        Ok(())
    }
}
