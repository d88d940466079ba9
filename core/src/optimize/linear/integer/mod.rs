//! Programmes of which some columns must be whole: branch and bound with cuts.
mod branch;
mod cutting;
mod heuristic;
mod propagate;
mod reduce;
mod rounding;
mod search;
mod separate;
mod watch;

use std::time::Instant;

use super::simplex::Programme;
use crate::Context;
use crate::error::Result;
use reduce::{Mixed, reduce};
use search::Search;
pub(super) use watch::Watch;

/// What the search may use.
#[derive(Clone, Debug)]
pub(super) struct Effort {
    pub(super) until: Option<Instant>,
    pub(super) nodes: usize,
    pub(super) relative_gap: f64,
    pub(super) absolute_gap: f64,
    pub(super) presolve: bool,
    pub(super) cuts: bool,
    pub(super) heuristics: bool,
    /// How deep searches within searches are; 0 for the caller's.
    pub(super) depth: usize,
    /// Only points below this are of interest.
    pub(super) cutoff: f64,
    /// Who is told of better points.
    pub(super) watch: Option<Watch>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The point is the best, within the gap.
    Proved,
    Infeasible,
    /// Unbounded, if there is a point at all.
    Unbounded,
    Time,
    Nodes,
    /// Rounding errors kept the first relaxation from an answer.
    Trouble,
}

/// A point that was the best when it was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) objective: f64,
    pub(super) bound: f64,
    pub(super) nodes: usize,
    pub(super) seconds: f64,
}

impl Found {
    /// With `constant` added to the objective.
    fn moved(&self, constant: f64) -> Self {
        Self { objective: self.objective + constant, bound: self.bound + constant, ..self.clone() }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub(super) struct Searched {
    pub(super) ending: Ending,
    /// The best point, by column.
    pub(super) point: Option<(f64, Vec<f64>)>,
    /// No point is below this.
    pub(super) bound: f64,
    pub(super) nodes: usize,
    pub(super) iterations: usize,
    pub(super) found: Vec<Found>,
}

impl Searched {
    fn infeasible() -> Self {
        let bound = f64::INFINITY;
        Self { ending: Ending::Infeasible, point: None, bound, nodes: 0, iterations: 0, found: Vec::new() }
    }
}

/// Minimise `programme` over points whose columns are whole where `integer` says so. `start` is a point to begin with.
pub(super) fn minimise(
    programme: &Programme,
    integer: &[bool],
    start: Option<&[f64]>,
    effort: &Effort,
    context: &Context,
) -> Result<Searched> {
    let mixed = Mixed { programme: programme.clone(), integer: integer.to_vec() };
    minimise_mixed(&mixed, start, effort, context)
}

fn minimise_mixed(mixed: &Mixed, start: Option<&[f64]>, effort: &Effort, context: &Context) -> Result<Searched> {
    let started = Instant::now();
    let reduced = match reduce(mixed, effort.presolve, context)? {
        Some(reduced) => reduced,
        None => return Ok(Searched::infeasible()),
    };
    let constant: f64 = {
        let mut left = vec![false; mixed.integer.len()];
        reduced.column_of.iter().for_each(|at| left[*at as usize] = true);
        (0..left.len()).filter(|at| !left[*at]).map(|at| mixed.programme.cost[at] * reduced.fixed[at]).sum()
    };
    let inner_start = start.map(|start| reduced.column_of.iter().map(|at| start[*at as usize]).collect::<Vec<f64>>());
    let mut inner = Effort { cutoff: effort.cutoff - constant, ..effort.clone() };
    if effort.depth == 0 {
        let (fixed, column_of) = (reduced.fixed.clone(), reduced.column_of.clone());
        inner.watch = effort
            .watch
            .as_ref()
            .map(|watch| watch.lifted(move |found, point| (found.moved(constant), whole(&fixed, &column_of, point))));
    }
    let mut searched = Search::new(reduced.mixed, inner, constant, started).run(inner_start.as_deref(), context)?;
    searched.bound += constant;
    for found in &mut searched.found {
        *found = found.moved(constant);
    }
    if let Some((_, point)) = searched.point.take() {
        let whole = whole(&reduced.fixed, &reduced.column_of, &point);
        let objective = mixed.programme.cost.iter().zip(&whole).map(|(cost, value)| cost * value).sum();
        searched.point = Some((objective, whole));
    }
    Ok(searched)
}

/// A point with the columns that presolve had fixed.
fn whole(fixed: &[f64], column_of: &[u32], point: &[f64]) -> Vec<f64> {
    let mut whole = fixed.to_vec();
    for (at, value) in column_of.iter().zip(point) {
        whole[*at as usize] = *value;
    }
    whole
}
