//! Points found by rounding, diving and searching near others.
use super::super::simplex::{Limits, Outcome, Simplex};
use super::propagate::Domain;
use super::search::{Search, fractional};
use super::{Effort, minimise_mixed};
use crate::Context;
use crate::error::Result;

/// Which fractional column a dive fixes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dive {
    /// The one nearest to whole.
    Fractional,
    /// The one nearest to the best point known.
    Guided,
    /// The one that few rows hold back.
    Locks,
}

/// Entries that rounding may look at.
const ROUNDING_WORK: usize = 20_000_000;
/// Columns times steps of a dive.
const DIVING_WORK: usize = 100_000_000;

impl Search {
    pub(super) fn root_heuristics(&mut self, context: &Context) -> Result<()> {
        for dive in [Dive::Locks, Dive::Fractional] {
            self.dive(dive, context)?;
            if self.is_closed() || self.out_of_time() {
                return Ok(());
            }
        }
        if self.incumbent.is_none() {
            self.pump(context)?;
        }
        self.search_near(context)
    }

    pub(super) fn node_heuristics(&mut self, depth: usize, context: &Context) -> Result<()> {
        let without = self.incumbent.is_none();
        if self.nodes.is_multiple_of(10) || without && self.nodes.is_multiple_of(3) {
            self.round_by_propagation(context)?;
        }
        // Dives cost iterations: at most about as many as the tree itself.
        let affordable = self.extra_iterations < self.simplex.iterations + 1000;
        if affordable && (self.nodes % 50 == 5 || without && depth % 8 == 1) {
            let dives = [Dive::Locks, Dive::Guided, Dive::Fractional];
            self.dive(dives[self.nodes / 50 % 3], context)?;
        }
        if affordable && !without && self.nodes % 200 == 100 {
            self.search_near(context)?;
        }
        Ok(())
    }

    /// Fix whole columns one after the other to the nearest value that propagation allows.
    pub(super) fn round_by_propagation(&mut self, context: &Context) -> Result<()> {
        let point = self.relaxed_point();
        let mut order: Vec<(f64, usize)> = (0..self.columns)
            .filter(|at| self.mixed.integer[*at])
            .map(|at| ((point[at] - point[at].round()).abs(), at))
            .collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut domain = Domain { trail: Vec::new(), ..self.domain.clone() };
        let mut work = 0usize;
        for (_, at) in order {
            if domain.is_fixed(at) {
                continue;
            }
            let (index, _) = self.propagator.columns.line(at);
            work += index.iter().map(|row| self.propagator.rows.line(*row as usize).0.len()).sum::<usize>();
            if work > ROUNDING_WORK {
                return Ok(());
            }
            context.check()?;
            let nearest = point[at].round().clamp(domain.lower[at], domain.upper[at]);
            let other = if point[at] > nearest { nearest + 1.0 } else { nearest - 1.0 };
            let mark = domain.trail.len();
            domain.set(at, nearest, nearest);
            if self.propagator.propagate(&mut domain, Some(&[at])) {
                continue;
            }
            domain.rewind(mark);
            if other < domain.lower[at] || other > domain.upper[at] {
                return Ok(());
            }
            domain.set(at, other, other);
            if !self.propagator.propagate(&mut domain, Some(&[at])) {
                return Ok(());
            }
        }
        self.complete(&domain.lower.clone(), context)?;
        Ok(())
    }

    /// Fix one fractional column after the other, solving again in between.
    fn dive(&mut self, dive: Dive, context: &Context) -> Result<()> {
        if dive == Dive::Guided && self.incumbent.is_none() {
            return Ok(());
        }
        let mut simplex = self.simplex.clone();
        let start = simplex.iterations;
        let budget = start + 200 + simplex.iterations / 4 + 2 * self.mixed.programme.row_count();
        let mut domain = Domain { trail: Vec::new(), ..self.domain.clone() };
        let mut backtracked = 0;
        // Columns without bounds could be followed for ever.
        let most = (2 * self.columns + 100).min(DIVING_WORK / (self.columns + 1) + 5);
        for _ in 0..most {
            context.check()?;
            if self.out_of_time() || simplex.iterations > budget {
                break;
            }
            let candidates = fractional(&self.mixed, &simplex);
            if candidates.is_empty() {
                let point: Vec<f64> = (0..self.columns).map(|at| simplex.value(at)).collect();
                if !self.offer(&point) {
                    self.complete(&point, context)?;
                }
                break;
            }
            let (at, value) = self.pick(dive, &candidates);
            let mark = domain.trail.len();
            let up = self.rounds_up(dive, at, value);
            let mut solved = false;
            for up in [up, !up] {
                if up {
                    domain.set(at, value.ceil(), domain.upper[at])
                } else {
                    domain.set(at, domain.lower[at], value.floor())
                }
                if domain.lower[at] <= domain.upper[at]
                    && self.propagator.propagate(&mut domain, Some(&[at]))
                    && self.solve_dive(&mut simplex, &domain, context)?
                {
                    solved = true;
                    break;
                }
                domain.rewind(mark);
                backtracked += 1;
                if backtracked > 8 {
                    break;
                }
            }
            if !solved {
                break;
            }
        }
        self.extra_iterations += simplex.iterations - start;
        Ok(())
    }

    fn solve_dive(&self, simplex: &mut Simplex, domain: &Domain, context: &Context) -> Result<bool> {
        for at in 0..self.columns {
            simplex.set_bounds(at, domain.lower[at], domain.upper[at]);
        }
        let limits = Limits { until: self.effort.until, iterations: 2000, cutoff: self.cutoff(), perturb: false };
        Ok(simplex.solve(&limits, context)? == Outcome::Optimal && simplex.objective() < self.cutoff())
    }

    /// Rows that keep a column from falling and from rising.
    fn locks(&self, column: usize) -> (usize, usize) {
        let programme = &self.mixed.programme;
        let (mut down, mut up) = (0, 0);
        for (row, value) in programme.columns.pairs(column) {
            let (below, above) =
                (programme.lower[self.columns + row].is_finite(), programme.upper[self.columns + row].is_finite());
            up += usize::from(if value > 0.0 { above } else { below });
            down += usize::from(if value > 0.0 { below } else { above });
        }
        (down, up)
    }

    fn rounds_up(&self, dive: Dive, at: usize, value: f64) -> bool {
        match (dive, &self.incumbent) {
            (Dive::Guided, Some((_, point))) => point[at] > value,
            (Dive::Locks, _) => {
                let (down, up) = self.locks(at);
                if down == up { value - value.floor() >= 0.5 } else { up < down }
            }
            _ => value - value.floor() >= 0.5,
        }
    }

    fn pick(&self, dive: Dive, candidates: &[(usize, f64)]) -> (usize, f64) {
        let merit = |at: usize, value: f64| {
            let distance = (value - value.round()).abs();
            match (dive, &self.incumbent) {
                (Dive::Guided, Some((_, point))) => (value - point[at]).abs(),
                (Dive::Locks, _) => {
                    let (down, up) = self.locks(at);
                    let toward =
                        if self.rounds_up(dive, at, value) { value.ceil() - value } else { value - value.floor() };
                    toward + 2.0 * down.min(up) as f64
                }
                _ => distance,
            }
        };
        let mut best = (f64::INFINITY, candidates[0]);
        for (at, value) in candidates {
            let of = merit(*at, *value);
            if of < best.0 {
                best = (of, (*at, *value));
            }
        }
        best.1
    }

    /// The feasibility pump: the relaxation's point nearest to a rounded one, in turns (Fischetti, Glover, Lodi 2005).
    fn pump(&mut self, context: &Context) -> Result<()> {
        let mut simplex = self.simplex.clone();
        let start = simplex.iterations;
        let mut point = self.relaxed_point();
        let mut rounded: Vec<f64> = Vec::new();
        let mut random = crate::math::random::Random::new(17);
        for round in 0..30 {
            context.check()?;
            if self.out_of_time() || self.incumbent.is_some() {
                break;
            }
            let mut next: Vec<f64> = point.iter().map(|value| value.round()).collect();
            if next == rounded {
                // The same again: turn the columns that are farthest from their rounded values, some by chance.
                for at in (0..self.columns).filter(|at| self.mixed.integer[*at]) {
                    let apart = (point[at] - next[at]).abs() + (random.uniform() - 0.3).max(0.0);
                    if apart > 0.5 {
                        next[at] += if point[at] > next[at] { 1.0 } else { -1.0 };
                        next[at] = next[at].clamp(self.domain.lower[at], self.domain.upper[at]);
                    }
                }
            }
            rounded = next;
            let weight = 0.9f64.powf(f64::from(round));
            for at in 0..self.columns {
                let mut cost = weight
                    * 0.1
                    * self.mixed.programme.cost[at].signum()
                    * f64::from(self.mixed.programme.cost[at] != 0.0);
                if self.mixed.integer[at] {
                    let (lower, upper) = (self.domain.lower[at], self.domain.upper[at]);
                    cost += if rounded[at] <= lower {
                        1.0
                    } else if rounded[at] >= upper {
                        -1.0
                    } else if point[at] > rounded[at] {
                        0.5
                    } else {
                        -0.5
                    };
                }
                simplex.set_cost(at, cost);
            }
            let limits = Limits { until: self.effort.until, iterations: 5000, perturb: false, ..Limits::default() };
            if simplex.solve(&limits, context)? != Outcome::Optimal {
                break;
            }
            point = (0..self.columns).map(|at| simplex.value(at)).collect();
            if fractional(&self.mixed, &simplex).is_empty() || round % 5 == 4 {
                self.complete(&point.clone(), context)?;
            }
        }
        self.extra_iterations += simplex.iterations - start;
        Ok(())
    }

    /// Search the points that agree with the best one where the relaxation does (Danna, Rothberg, Le Pape 2005).
    fn search_near(&mut self, context: &Context) -> Result<()> {
        let Some((_, best)) = &self.incumbent else { return Ok(()) };
        if self.effort.depth > 0 || self.out_of_time() {
            return Ok(());
        }
        let mut near = self.mixed.clone();
        let (mut fixed, mut whole) = (0, 0);
        for at in 0..self.columns {
            near.programme.lower[at] = self.domain.lower[at];
            near.programme.upper[at] = self.domain.upper[at];
            if self.mixed.integer[at] {
                whole += 1;
                if (self.simplex.value(at) - best[at]).abs() < 1e-6
                    && best[at] >= self.domain.lower[at]
                    && best[at] <= self.domain.upper[at]
                {
                    near.programme.lower[at] = best[at];
                    near.programme.upper[at] = best[at];
                    fixed += 1;
                }
            }
        }
        if fixed * 10 < whole * 3 {
            return Ok(());
        }
        let effort = Effort { nodes: 100, depth: self.effort.depth + 1, cutoff: self.cutoff(), ..self.effort.clone() };
        let searched = minimise_mixed(&near, None, &effort, context)?;
        self.extra_iterations += searched.iterations;
        if let Some((_, point)) = searched.point {
            self.offer(&point);
        }
        Ok(())
    }
}
