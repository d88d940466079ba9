//! The tree.
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;
use std::time::Instant;

use super::super::simplex::{Limits, Outcome, Simplex, State};
use super::branch::{Choice, DOWN, PseudoCosts, UP, choose};
use super::propagate::{Domain, Propagator};
use super::reduce::{Mixed, gcd};
use super::{Effort, Ending, Found, Searched, Watch};
use crate::Context;
use crate::error::Result;

/// Values this close to a whole number are whole.
pub(super) const WHOLE: f64 = 1e-6;

/// Decisions that lead to a node.
#[derive(Debug)]
struct Path {
    before: Option<Rc<Path>>,
    column: usize,
    lower: f64,
    upper: f64,
}

/// Where a relaxation ended, shared by the children of its node.
#[derive(Debug)]
struct Basis {
    states: Vec<State>,
    weights: Vec<f32>,
}

/// A node that is still to be looked at.
#[derive(Debug)]
struct Node {
    bound: f64,
    depth: usize,
    number: usize,
    path: Option<Rc<Path>>,
    basis: Rc<Basis>,
    /// The column branched on, the direction and the distance, to learn from.
    branched: Option<(usize, usize, f64)>,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Node {}
impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Node {
    /// The greatest is the one of the least bound.
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound.total_cmp(&self.bound).then(self.depth.cmp(&other.depth)).then(self.number.cmp(&other.number))
    }
}

/// A search and its state.
pub(super) struct Search {
    pub(super) mixed: Mixed,
    pub(super) columns: usize,
    pub(super) original_rows: usize,
    pub(super) effort: Effort,
    constant: f64,
    started: Instant,
    pub(super) domain: Domain,
    pub(super) propagator: Propagator,
    pub(super) simplex: Simplex,
    pub(super) incumbent: Option<(f64, Vec<f64>)>,
    /// Objectives of all points are multiples of this.
    grain: f64,
    pseudo: PseudoCosts,
    pub(super) root_point: Vec<f64>,
    root_reduced: Vec<f64>,
    root_bound: f64,
    lower_bound: f64,
    open: BinaryHeap<Node>,
    numbered: usize,
    pub(super) nodes: usize,
    found: Vec<Found>,
    pub(super) extra_iterations: usize,
    trial_iterations: usize,
    is_stale: bool,
}

impl Search {
    pub(super) fn new(mixed: Mixed, effort: Effort, constant: f64, started: Instant) -> Self {
        let columns = mixed.integer.len();
        let programme = &mixed.programme;
        let domain = Domain {
            lower: programme.lower[..columns].to_vec(),
            upper: programme.upper[..columns].to_vec(),
            trail: Vec::new(),
        };
        let simplex = Simplex::new(programme);
        Self {
            columns,
            original_rows: programme.row_count(),
            effort,
            constant,
            started,
            propagator: propagator_of(&mixed),
            simplex,
            domain,
            incumbent: None,
            grain: grain_of(&mixed),
            pseudo: PseudoCosts::new(columns),
            root_point: Vec::new(),
            root_reduced: Vec::new(),
            root_bound: f64::NEG_INFINITY,
            lower_bound: f64::NEG_INFINITY,
            open: BinaryHeap::new(),
            numbered: 0,
            nodes: 0,
            found: Vec::new(),
            extra_iterations: 0,
            trial_iterations: 0,
            is_stale: false,
            mixed,
        }
    }

    pub(super) fn rebuild_propagator(&mut self) {
        self.propagator = propagator_of(&self.mixed);
    }

    fn is_stopped(&self) -> bool {
        self.effort.watch.as_ref().is_some_and(Watch::is_stopped)
    }

    pub(super) fn out_of_time(&self) -> bool {
        self.is_stopped() || self.effort.until.is_some_and(|until| Instant::now() >= until)
    }

    /// Objectives above this are of no interest.
    pub(super) fn cutoff(&self) -> f64 {
        let Some((objective, _)) = &self.incumbent else { return self.effort.cutoff };
        let total = objective + self.constant;
        let gap = (self.effort.relative_gap * total.abs()).max(self.effort.absolute_gap);
        let step = gap.max(0.999 * self.grain).max(1e-9 * total.abs().max(1.0));
        (objective - step).min(self.effort.cutoff)
    }

    /// Columns that should be whole and are not, with their values.
    pub(super) fn fractional(&self) -> Vec<(usize, f64)> {
        fractional(&self.mixed, &self.simplex)
    }

    /// Keep a point if it is one, and better.
    pub(super) fn offer(&mut self, point: &[f64]) -> bool {
        let mut point = point.to_vec();
        for at in 0..self.columns {
            if self.mixed.integer[at] {
                point[at] = point[at].round();
            }
            point[at] = point[at].clamp(self.mixed.programme.lower[at], self.mixed.programme.upper[at]);
        }
        if !is_feasible(&self.mixed, &point, self.original_rows) {
            return false;
        }
        let objective: f64 = self.mixed.programme.cost.iter().zip(&point).map(|(cost, value)| cost * value).sum();
        let better = self.incumbent.as_ref().is_none_or(|(best, _)| objective < *best - 1e-12 * best.abs().max(1.0));
        if better && objective < self.effort.cutoff {
            let seconds = self.started.elapsed().as_secs_f64();
            let found = Found { objective, bound: self.lower_bound.min(objective), nodes: self.nodes, seconds };
            if self.effort.depth == 0
                && let Some(watch) = &self.effort.watch
            {
                watch.tell(&found, &point);
            }
            self.found.push(found);
            self.incumbent = Some((objective, point));
            self.is_stale = true;
        }
        true
    }

    /// The values of the relaxation at hand.
    pub(super) fn relaxed_point(&self) -> Vec<f64> {
        (0..self.columns).map(|at| self.simplex.value(at)).collect()
    }

    pub(super) fn run(mut self, start: Option<&[f64]>, context: &Context) -> Result<Searched> {
        if let Some(start) = start {
            self.complete(start, context)?;
        }
        let limits = self.lp_limits();
        let outcome = self.simplex.solve(&limits, context)?;
        match self.root(outcome, context)? {
            Some(ending) => Ok(self.finish(ending)),
            None => {
                let ending = self.tree(context)?;
                Ok(self.finish(ending))
            }
        }
    }

    /// The root: an ending, or nothing if there is something to branch on.
    fn root(&mut self, outcome: Outcome, context: &Context) -> Result<Option<Ending>> {
        match outcome {
            Outcome::Optimal => {}
            Outcome::Infeasible => return Ok(Some(self.emptied())),
            Outcome::Cutoff => return Ok(Some(self.emptied())),
            Outcome::Unbounded => return Ok(Some(Ending::Unbounded)),
            Outcome::Limit => return Ok(Some(Ending::Time)),
            Outcome::Trouble => return Ok(Some(Ending::Trouble)),
        }
        self.after_relaxation(context)?;
        if self.fractional().is_empty() && self.is_closed() {
            return Ok(Some(Ending::Proved));
        }
        if self.effort.heuristics {
            self.round_by_propagation(context)?;
        }
        if self.effort.cuts {
            let outcome = self.cut_root(context)?;
            match outcome {
                Outcome::Optimal => {}
                Outcome::Limit | Outcome::Trouble => return Ok(Some(Ending::Time)),
                _ => return Ok(Some(self.emptied())),
            }
            let outcome = self.simplex.solve(&self.lp_limits(), context)?;
            match outcome {
                Outcome::Optimal => {}
                Outcome::Limit | Outcome::Trouble => return Ok(Some(Ending::Time)),
                _ => return Ok(Some(self.emptied())),
            }
        }
        self.after_relaxation(context)?;
        if self.effort.heuristics && !self.fractional().is_empty() {
            self.root_heuristics(context)?;
        }
        if self.out_of_time() {
            return Ok(Some(Ending::Time));
        }
        self.root_point = self.relaxed_point();
        self.root_reduced = (0..self.columns).map(|at| self.simplex.reduced_cost(at)).collect();
        self.root_bound = self.simplex.objective();
        self.raise_bound(self.root_bound);
        let basis = self.basis();
        self.push(Node { bound: self.root_bound, depth: 0, number: 0, path: None, basis, branched: None });
        Ok(None)
    }

    /// The ending when nothing is left to look at.
    fn emptied(&mut self) -> Ending {
        if self.incumbent.is_some() { Ending::Proved } else { Ending::Infeasible }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.incumbent.is_some() && self.lower_bound > self.cutoff()
    }

    fn raise_bound(&mut self, bound: f64) {
        self.lower_bound = self.lower_bound.max(bound);
    }

    /// What follows a solved relaxation at the root: a point if it is whole, tighter bounds from reduced costs.
    pub(super) fn after_relaxation(&mut self, context: &Context) -> Result<()> {
        self.raise_bound(self.simplex.objective());
        if self.fractional().is_empty() {
            self.take_relaxed(context)?;
        }
        if self.tighten_by_reduced_costs() {
            let changed: Vec<usize> = self.domain.trail.iter().map(|(at, ..)| *at as usize).collect();
            self.propagator.propagate(&mut self.domain, Some(&changed));
            self.domain.trail.clear();
            self.apply_bounds();
        }
        Ok(())
    }

    /// The relaxation is whole: keep its point, with columns that are not whole adjusted to rounding.
    fn take_relaxed(&mut self, context: &Context) -> Result<()> {
        let point = self.relaxed_point();
        if !self.offer(&point) {
            self.complete(&point, context)?;
        }
        Ok(())
    }

    /// Fix the whole columns of a point, rounded, and look for the best values of the others.
    pub(super) fn complete(&mut self, point: &[f64], context: &Context) -> Result<bool> {
        let mut trial = self.simplex.clone();
        for at in 0..self.columns {
            if self.mixed.integer[at] {
                let value = point[at].round();
                if value < self.mixed.programme.lower[at] || value > self.mixed.programme.upper[at] {
                    return Ok(false);
                }
                trial.set_bounds(at, value, value);
            } else {
                trial.set_bounds(at, self.mixed.programme.lower[at], self.mixed.programme.upper[at]);
            }
        }
        let before = trial.iterations;
        let outcome = trial.solve(&Limits { until: self.effort.until, ..Limits::default() }, context)?;
        self.extra_iterations += trial.iterations - before;
        if outcome != Outcome::Optimal {
            return Ok(false);
        }
        let point: Vec<f64> = (0..self.columns).map(|at| trial.value(at)).collect();
        Ok(self.offer(&point))
    }

    /// Bounds that a better point must keep, by the reduced costs at hand. True if any changed.
    fn tighten_by_reduced_costs(&mut self) -> bool {
        let cutoff = self.cutoff();
        if !cutoff.is_finite() {
            return false;
        }
        let room = cutoff - self.simplex.objective();
        let mut changed = false;
        for at in 0..self.columns {
            let state = self.simplex.states()[at];
            if state == State::Basic || self.domain.is_fixed(at) {
                continue;
            }
            let new = tightened(
                self.simplex.reduced_cost(at),
                room,
                (self.domain.lower[at], self.domain.upper[at]),
                self.mixed.integer[at],
            );
            if let Some((lower, upper)) = new {
                self.domain.set(at, lower, upper);
                changed = true;
            }
        }
        changed
    }

    /// The same with the reduced costs of the root, after a better point was found.
    fn tighten_root(&mut self) -> bool {
        let room = self.cutoff() - self.root_bound;
        if !room.is_finite() || self.root_reduced.is_empty() {
            return true;
        }
        let start = (&self.mixed.programme.lower, &self.mixed.programme.upper);
        let mut changed = Vec::new();
        for at in 0..self.columns {
            let resting = self.root_point[at];
            let reduced = self.root_reduced[at];
            // The bound at which the column rested then.
            let bounds = (self.domain.lower[at], self.domain.upper[at]);
            let at_bound = if reduced > 0.0 { resting <= bounds.0 + 1e-9 } else { resting >= bounds.1 - 1e-9 };
            if self.domain.is_fixed(at) || !at_bound || !start.0[at].is_finite() && !start.1[at].is_finite() {
                continue;
            }
            if let Some((lower, upper)) = tightened(reduced, room, bounds, self.mixed.integer[at]) {
                self.domain.set(at, lower, upper);
                changed.push(at);
            }
        }
        let possible = changed.is_empty() || self.propagator.propagate(&mut self.domain, Some(&changed));
        self.domain.trail.clear();
        possible
    }

    /// Give the bounds of the domain to the relaxation.
    pub(super) fn apply_bounds(&mut self) {
        for at in 0..self.columns {
            self.simplex.set_bounds(at, self.domain.lower[at], self.domain.upper[at]);
        }
    }

    fn basis(&self) -> Rc<Basis> {
        Rc::new(Basis { states: self.simplex.states().to_vec(), weights: self.simplex.weights() })
    }

    fn push(&mut self, node: Node) {
        self.numbered += 1;
        self.open.push(Node { number: self.numbered, ..node });
    }

    fn tree(&mut self, context: &Context) -> Result<Ending> {
        self.domain.trail.clear();
        self.is_stale = true;
        while let Some(node) = self.open.pop() {
            if node.bound > self.cutoff() {
                self.open.clear();
                break;
            }
            self.lower_bound = self.lower_bound.max(node.bound);
            if self.is_stale {
                self.is_stale = false;
                self.domain.rewind(0);
                if !self.tighten_root() {
                    self.open.clear();
                    break;
                }
            }
            if let Some(ending) = self.plunge(node, context)? {
                return Ok(ending);
            }
            self.report(context);
        }
        if let Some((objective, _)) = &self.incumbent {
            self.lower_bound = self.lower_bound.max(self.cutoff().min(*objective));
        }
        Ok(self.emptied())
    }

    fn report(&self, context: &Context) {
        let Some((objective, _)) = &self.incumbent else { return };
        let gap = (objective - self.lower_bound) / objective.abs().max(1e-9);
        // How far the gap has come down from 10 % to 0.01 %, on the scale of exponents.
        let done = (-(gap.clamp(1e-4, 0.1)).log10() - 1.0) / 3.0;
        context.report((done * 990.0) as usize, 1000);
    }

    /// Follow a node down until it is pruned.
    fn plunge(&mut self, node: Node, context: &Context) -> Result<Option<Ending>> {
        self.domain.rewind(0);
        let mut changed = Vec::new();
        let mut at = node.path.clone();
        while let Some(path) = at {
            let lower = path.lower.max(self.domain.lower[path.column]);
            let upper = path.upper.min(self.domain.upper[path.column]);
            if lower > upper {
                return Ok(None);
            }
            self.domain.set(path.column, lower, upper);
            changed.push(path.column);
            at = path.before.clone();
        }
        if !changed.is_empty() && !self.propagator.propagate(&mut self.domain, Some(&changed)) {
            return Ok(None);
        }
        self.simplex.set_states(&node.basis.states, Some(&node.basis.weights));
        let mut current = Some(node);
        while let Some(node) = current {
            context.check()?;
            if self.out_of_time() {
                self.open.push(node);
                return Ok(Some(Ending::Time));
            }
            if self.nodes >= self.effort.nodes {
                self.open.push(node);
                return Ok(Some(Ending::Nodes));
            }
            self.nodes += 1;
            current = self.visit(node, context)?;
        }
        Ok(None)
    }

    /// Solve a node and branch; gives the child to go on with, whose bounds are in the domain.
    fn visit(&mut self, node: Node, context: &Context) -> Result<Option<Node>> {
        let mut first = true;
        loop {
            self.apply_bounds();
            let limits = Limits { perturb: false, ..self.lp_limits() };
            let mut outcome = self.simplex.solve(&limits, context)?;
            if outcome == Outcome::Trouble {
                let fresh: Vec<State> = self.slack_states();
                self.simplex.set_states(&fresh, None);
                outcome = self.simplex.solve(&self.lp_limits(), context)?;
            }
            match outcome {
                Outcome::Optimal => {}
                Outcome::Infeasible | Outcome::Cutoff => return Ok(None),
                Outcome::Limit => {
                    self.open.push(node);
                    return Ok(None);
                }
                Outcome::Unbounded | Outcome::Trouble => return Ok(self.split_blindly(node)),
            }
            let objective = self.simplex.objective().max(node.bound);
            if first && let Some((column, direction, distance)) = node.branched {
                self.pseudo.learn(column, direction, self.simplex.objective() - node.bound, distance);
            }
            first = false;
            if objective > self.cutoff() {
                return Ok(None);
            }
            let candidates = self.fractional();
            if candidates.is_empty() {
                self.take_relaxed(context)?;
                if self.simplex.objective() > self.cutoff() || self.all_fixed() {
                    return Ok(None);
                }
                // Whole within tolerance only: split on what is farthest from whole.
                return Ok(self.split_blindly(node));
            }
            if self.tighten_by_reduced_costs() {
                let changed: Vec<usize> =
                    self.domain.trail.iter().rev().take(self.columns).map(|t| t.0 as usize).collect();
                if !self.propagator.propagate(&mut self.domain, Some(&changed)) {
                    return Ok(None);
                }
            }
            if self.effort.heuristics {
                self.node_heuristics(node.depth, context)?;
                if objective > self.cutoff() {
                    return Ok(None);
                }
            }
            let candidates: Vec<(usize, f64)> = candidates
                .into_iter()
                .filter(|(at, value)| *value > self.domain.lower[*at] && *value < self.domain.upper[*at])
                .collect();
            if candidates.is_empty() {
                continue;
            }
            let budget = self.simplex.iterations / 2 + 5000;
            let trials = if self.trial_iterations > budget {
                0
            } else if node.depth < 8 {
                30
            } else {
                10
            };
            let size = self.mixed.programme.rows.index.len() + self.columns;
            let trials = trials.min(20_000_000 / (size + 1));
            let limits = self.lp_limits();
            let bounds = (&self.domain.lower[..], &self.domain.upper[..]);
            let mut spent = 0;
            let pseudo = &mut self.pseudo;
            let choice = choose(
                pseudo,
                &self.simplex,
                &candidates,
                bounds,
                self.simplex.objective(),
                &limits,
                trials,
                &mut spent,
                context,
            )?;
            self.trial_iterations += spent;
            self.extra_iterations += spent;
            match choice {
                Choice::Branch(column) => return Ok(self.branch(node, column, objective)),
                Choice::Tighten(all) => {
                    let mut changed = Vec::new();
                    for (column, lower, upper) in all {
                        let lower = lower.max(self.domain.lower[column]);
                        let upper = upper.min(self.domain.upper[column]);
                        if lower > upper {
                            return Ok(None);
                        }
                        self.domain.set(column, lower, upper);
                        changed.push(column);
                    }
                    if !self.propagator.propagate(&mut self.domain, Some(&changed)) {
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn slack_states(&self) -> Vec<State> {
        let rows = self.mixed.programme.row_count();
        let mut states = vec![State::Lower; self.columns];
        states.resize(self.columns + rows, State::Basic);
        states
    }

    fn all_fixed(&self) -> bool {
        (0..self.columns).all(|at| !self.mixed.integer[at] || self.domain.is_fixed(at))
    }

    /// Split a node without a usable relaxation at the middle of a whole column.
    fn split_blindly(&mut self, node: Node) -> Option<Node> {
        let column = (0..self.columns).find(|at| self.mixed.integer[*at] && !self.domain.is_fixed(*at))?;
        let (lower, upper) = (self.domain.lower[column], self.domain.upper[column]);
        let middle = match (lower.is_finite(), upper.is_finite()) {
            (true, true) => ((lower + upper) / 2.0).floor(),
            (true, false) => lower,
            (false, true) => upper - 1.0,
            (false, false) => 0.0,
        };
        let bound = node.bound;
        self.children(node, column, middle, bound, UP)
    }

    fn branch(&mut self, node: Node, column: usize, objective: f64) -> Option<Node> {
        let value = self.simplex.value(column);
        let root = self.root_point[column];
        let up = if (value - root).abs() > 0.4 { value > root } else { value - value.floor() > 0.5 };
        self.children(node, column, value, objective, if up { UP } else { DOWN })
    }

    /// Both sides of `value`: one is kept for later, the other is entered.
    fn children(&mut self, node: Node, column: usize, value: f64, bound: f64, first: usize) -> Option<Node> {
        let basis = self.basis();
        let (lower, upper) = (self.domain.lower[column], self.domain.upper[column]);
        let floor = value.floor();
        let side = |direction: usize| {
            let (lower, upper) = if direction == DOWN { (lower, floor) } else { (floor + 1.0, upper) };
            let distance = if direction == DOWN { value - floor } else { floor + 1.0 - value };
            let path = Rc::new(Path { before: node.path.clone(), column, lower, upper });
            Node {
                bound,
                depth: node.depth + 1,
                number: 0,
                path: Some(path),
                basis: basis.clone(),
                branched: Some((column, direction, distance)),
            }
        };
        let (entered, kept) = (side(first), side(1 - first));
        self.push(kept);
        let path = entered.path.as_ref()?;
        self.domain.set(column, path.lower, path.upper);
        let possible = path.lower <= path.upper && self.propagator.propagate(&mut self.domain, Some(&[column]));
        possible.then_some(entered)
    }

    fn finish(self, ending: Ending) -> Searched {
        let least_open = self.open.iter().map(|node| node.bound).fold(f64::INFINITY, f64::min);
        let bound = match ending {
            Ending::Proved => {
                let objective = self.incumbent.as_ref().map_or(f64::INFINITY, |(objective, _)| *objective);
                // Between two multiples of the grain there is no objective.
                if self.grain > 0.0 { objective } else { self.lower_bound.min(objective) }
            }
            Ending::Infeasible => f64::INFINITY,
            Ending::Unbounded => f64::NEG_INFINITY,
            Ending::Time | Ending::Nodes | Ending::Trouble => {
                let open = if least_open.is_finite() { least_open } else { self.lower_bound };
                let objective = self.incumbent.as_ref().map_or(f64::INFINITY, |(objective, _)| *objective);
                open.min(objective)
            }
        };
        Searched {
            ending,
            point: self.incumbent,
            bound,
            nodes: self.nodes,
            iterations: self.simplex.iterations + self.extra_iterations,
            found: self.found,
        }
    }
}

/// The bounds that a reduced cost leaves when the objective may rise by `room` only.
fn tightened(reduced: f64, room: f64, bounds: (f64, f64), whole: bool) -> Option<(f64, f64)> {
    if reduced.abs() < 1e-7 {
        return None;
    }
    let (lower, upper) = bounds;
    let mut reach = room.max(0.0) / reduced.abs();
    if whole {
        reach = (reach + WHOLE).floor();
    }
    let range = upper - lower;
    let worthwhile = if whole { reach < range - 0.5 } else { reach < 0.5 * range && range > 1e-6 };
    if !worthwhile {
        return None;
    }
    if reduced > 0.0 {
        lower.is_finite().then_some((lower, lower + reach))
    } else {
        upper.is_finite().then_some((upper - reach, upper))
    }
}

pub(super) fn fractional(mixed: &Mixed, simplex: &Simplex) -> Vec<(usize, f64)> {
    (0..mixed.integer.len())
        .filter(|at| mixed.integer[*at])
        .map(|at| (at, simplex.value(at)))
        .filter(|(_, value)| (value - value.round()).abs() > WHOLE)
        .collect()
}

/// Whether a point keeps bounds and the first `rows` rows.
pub(super) fn is_feasible(mixed: &Mixed, point: &[f64], rows: usize) -> bool {
    let columns = mixed.integer.len();
    (0..rows).all(|row| {
        let (mut sum, mut size) = (0.0, 0.0f64);
        for (at, value) in mixed.programme.rows.pairs(row) {
            sum += value * point[at];
            size = size.max((value * point[at]).abs());
        }
        let slack = 1e-6 + 1e-9 * size;
        sum >= mixed.programme.lower[columns + row] - slack && sum <= mixed.programme.upper[columns + row] + slack
    })
}

fn propagator_of(mixed: &Mixed) -> Propagator {
    let columns = mixed.integer.len();
    let programme = &mixed.programme;
    Propagator::new(
        programme.rows.clone(),
        programme.columns.clone(),
        programme.lower[columns..].to_vec(),
        programme.upper[columns..].to_vec(),
        mixed.integer.clone(),
    )
}

/// The largest number that all objectives are multiples of, where all costs stand at whole columns; 0 if there is none.
fn grain_of(mixed: &Mixed) -> f64 {
    let costs = || mixed.programme.cost.iter().zip(&mixed.integer).filter(|(cost, _)| **cost != 0.0);
    if costs().any(|(_, whole)| !whole) {
        return 0.0;
    }
    // Costs of up to four decimals.
    let mut scale = 1.0;
    for _ in 0..5 {
        let near = |cost: f64| (cost * scale - (cost * scale).round()).abs() < 1e-9 * (cost * scale).abs().max(1.0);
        if costs().all(|(cost, _)| near(*cost) && (cost * scale).abs() < 1e12) {
            let divisor = costs().fold(0, |divisor, (cost, _)| gcd(divisor, (cost * scale).abs().round() as u64));
            return if divisor > 0 { divisor as f64 / scale } else { 0.0 };
        }
        scale *= 10.0;
    }
    0.0
}
