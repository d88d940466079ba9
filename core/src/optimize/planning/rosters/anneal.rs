//! Rosters by simulated annealing.
//!
//! A state keeps all upper limits of workers; too few shifts of a worker and too few workers of a shift cost. Moves give one day of
//! a worker another shift or exchange a stretch of days between two workers.
use super::super::watch::Watch;
use super::problem::{OFF, Problem};
use crate::error::Result;
use crate::math::random::Random;

const LONGEST_EXCHANGE: usize = 7;

#[derive(Clone, Debug)]
struct State<'p> {
    problem: &'p Problem,
    roster: Vec<i32>,
    covered: Vec<i64>,
    counts: Vec<usize>,
    hours: Vec<f64>,
    missing_cost: f64,
}

impl State<'_> {
    fn at(&self, worker: usize, day: usize) -> i32 {
        self.roster[worker * self.problem.days + day]
    }

    /// Whether a worker who is off may work a shift.
    fn may(&self, worker: usize, day: usize, shift: usize) -> bool {
        let p = self.problem;
        if !p.cost(worker, day, shift).is_finite()
            || self.counts[worker] >= p.most_shifts[worker]
            || self.hours[worker] + p.hours[shift] > p.most_hours[worker] + 1e-9
        {
            return false;
        }
        let before = if day > 0 { self.at(worker, day - 1) } else { OFF };
        let after = if day + 1 < p.days { self.at(worker, day + 1) } else { OFF };
        if (before != OFF && p.forbidden[before as usize * p.shifts + shift])
            || (after != OFF && p.forbidden[shift * p.shifts + after as usize])
        {
            return false;
        }
        if p.stretch >= p.days {
            return true;
        }
        let down = (0..day).rev().take_while(|day| self.at(worker, *day) != OFF).count();
        let up = (day + 1..p.days).take_while(|day| self.at(worker, *day) != OFF).count();
        down + up < p.stretch
    }

    /// Set a day, whatever the rules, and give the change of cost.
    fn set(&mut self, worker: usize, day: usize, shift: i32) -> f64 {
        let p = self.problem;
        let old = std::mem::replace(&mut self.roster[worker * p.days + day], shift);
        let mut change = 0.0;
        if old != OFF {
            let cell = day * p.shifts + old as usize;
            change -= p.cost(worker, day, old as usize);
            change += if self.covered[cell] <= p.demand[cell] { self.missing_cost } else { 0.0 };
            self.covered[cell] -= 1;
            change += if self.counts[worker] <= p.fewest_shifts[worker] { self.missing_cost } else { 0.0 };
            self.counts[worker] -= 1;
            self.hours[worker] -= p.hours[old as usize];
        }
        if shift != OFF {
            let cell = day * p.shifts + shift as usize;
            change += p.cost(worker, day, shift as usize);
            change -= if self.covered[cell] < p.demand[cell] { self.missing_cost } else { 0.0 };
            self.covered[cell] += 1;
            change -= if self.counts[worker] < p.fewest_shifts[worker] { self.missing_cost } else { 0.0 };
            self.counts[worker] += 1;
            self.hours[worker] += p.hours[shift as usize];
        }
        change
    }

    /// Make all of some changes if rules allow it; the change of cost.
    fn change(&mut self, changes: &[(usize, usize, i32)], undo: &mut Vec<(usize, usize, i32)>) -> Option<f64> {
        undo.clear();
        let mut delta = 0.0;
        for (worker, day, _) in changes {
            undo.push((*worker, *day, self.at(*worker, *day)));
            delta += self.set(*worker, *day, OFF);
        }
        for (worker, day, shift) in changes {
            if *shift != OFF {
                if !self.may(*worker, *day, *shift as usize) {
                    self.restore(undo);
                    return None;
                }
                delta += self.set(*worker, *day, *shift);
            }
        }
        Some(delta)
    }

    fn restore(&mut self, undo: &[(usize, usize, i32)]) {
        for (worker, day, shift) in undo {
            self.set(*worker, *day, *shift);
        }
    }
}

/// A roster that keeps the upper limits of all workers, with as little missing and cost as the search finds.
pub(super) fn anneal(problem: &Problem, watch: &mut Watch<'_>) -> Result<Vec<i32>> {
    let cells = problem.workers * problem.days;
    let finite = || problem.costs.iter().filter(|cost| cost.is_finite());
    let (least, most) = finite().fold((0.0_f64, 0.0_f64), |(least, most), cost| (least.min(*cost), most.max(*cost)));
    let missing_cost = if problem.hard { 2.0 * (most - least) + 1.0 } else { problem.penalty };
    let mut state = State {
        problem,
        roster: vec![OFF; cells],
        covered: vec![0; problem.demand.len()],
        counts: vec![0; problem.workers],
        hours: vec![0.0; problem.workers],
        missing_cost,
    };
    let mut random = Random::new(watch.context().seed());
    let mut below = move |limit: usize| ((random.uniform() * limit as f64) as usize).min(limit - 1);
    let moves = (300 * cells * problem.shifts.min(4)).clamp(60_000, 4_000_000);
    let (hot, cold) = (0.5 * missing_cost.max(1e-9), 0.01 * (most - least).max(missing_cost * 0.01).max(1e-9));
    let cooling = (cold / hot).min(1.0).ln() / moves as f64;
    let (mut now, mut best, mut best_roster) = (0.0, 0.0, state.roster.clone());
    let (mut changes, mut undo) = (Vec::new(), Vec::new());
    for step in 0..moves {
        if step % 1024 == 0 {
            if !watch.look()? {
                break;
            }
            watch.context().report(step, 2 * moves);
        }
        let (worker, day) = (below(problem.workers), below(problem.days));
        changes.clear();
        if below(2) == 0 || problem.workers == 1 {
            let shift = below(problem.shifts + 1) as i32 - 1;
            if shift == state.at(worker, day) {
                continue;
            }
            changes.push((worker, day, shift));
        } else {
            let other = below(problem.workers);
            let length = (1 + below(LONGEST_EXCHANGE)).min(problem.days - day);
            for day in day..day + length {
                let (own, theirs) = (state.at(worker, day), state.at(other, day));
                if own != theirs {
                    changes.push((worker, day, theirs));
                    changes.push((other, day, own));
                }
            }
            if other == worker || changes.is_empty() {
                continue;
            }
        }
        let Some(delta) = state.change(&changes, &mut undo) else { continue };
        let heat = hot * (cooling * step as f64).exp();
        let chance = (below(1 << 24) as f64 + 0.5) / f64::from(1 << 24);
        if delta > 0.0 && chance >= (-delta / heat).exp() {
            state.restore(&undo);
            continue;
        }
        now += delta;
        if now < best - 1e-9 {
            best = now;
            best_roster.clone_from(&state.roster);
        }
    }
    Ok(best_roster)
}
