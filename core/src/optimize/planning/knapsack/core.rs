//! One knapsack: a dynamic programme over an expanding core.
//!
//! Items are ordered by profit per weight; the greedy packing up to the first item that does not fit, the break item, is
//! changed by inserting items from there on and removing those before, nearest first. A list of states (weight, profit), none
//! of which is both heavier and poorer than another, holds all changes so far; states whose linear bound does not beat the
//! best packing are dropped, and with the last state the packing is proved best. Source: Pisinger, *A minimal algorithm for
//! the 0-1 knapsack problem*, Operations Research 45 (1997). Works for whole and other numbers alike; whole profits make the
//! bounds tighter, whole weights the lists shorter.
use super::super::watch::{Watch, falling};
use crate::error::Result;

const NO_TRAIL: u32 = u32::MAX;
const COMPACT_FROM: usize = 1 << 22;

/// What a knapsack holds.
#[derive(Debug)]
pub(in super::super) struct Packed {
    pub(in super::super) taken: Vec<bool>,
    /// No packing has more.
    pub(in super::super) bound: f64,
    pub(in super::super) proved: bool,
}

#[derive(Clone, Copy, Debug)]
struct State {
    weight: f64,
    profit: f64,
    trail: u32,
}

/// A change of the greedy packing, after those before it.
#[derive(Clone, Copy, Debug)]
struct Change {
    before: u32,
    item: u32,
}

struct Core {
    profits: Vec<f64>,
    weights: Vec<f64>,
    capacity: f64,
    whole: bool,
    /// The next item to insert.
    next_in: usize,
    /// The items below this are still in every state.
    next_out: usize,
    states: Vec<State>,
    spare: Vec<State>,
    changes: Vec<Change>,
    compact_at: usize,
    best: f64,
    best_trail: u32,
}

/// The most profitable packing. Profits are above 0, weights above 0 and at most `capacity`; `whole` says whether all profits
/// are whole, so that a better packing has at least 1 more.
pub(in super::super) fn pack(
    profits: &[f64],
    weights: &[f64],
    capacity: f64,
    whole: bool,
    watch: &mut Watch<'_>,
) -> Result<Packed> {
    let count = profits.len();
    let total: f64 = weights.iter().sum();
    if total <= capacity {
        let profit: f64 = profits.iter().sum::<f64>() + 0.0;
        return Ok(Packed { taken: vec![true; count], bound: profit, proved: true });
    }
    let ratios: Vec<f64> = profits.iter().zip(weights).map(|(profit, weight)| profit / weight).collect();
    let order = falling(&ratios, watch.context())?;
    let pick = |values: &[f64]| -> Vec<f64> { order.iter().map(|at| values[*at as usize]).collect() };
    let (profits, weights) = (pick(profits), pick(weights));
    let (mut weight, mut profit, mut break_item) = (0.0, 0.0, 0);
    while break_item < count && weight + weights[break_item] <= capacity {
        weight += weights[break_item];
        profit += profits[break_item];
        break_item += 1;
    }
    if break_item == count {
        let taken = vec![true; count];
        return Ok(Packed { taken, bound: profit, proved: true });
    }
    let greedy = greedy_rest(&profits, &weights, capacity, (weight, profit), break_item);
    let mut core = Core {
        capacity,
        whole,
        next_in: break_item,
        next_out: break_item,
        states: vec![State { weight, profit, trail: NO_TRAIL }],
        spare: Vec::new(),
        changes: Vec::new(),
        compact_at: COMPACT_FROM,
        best: greedy.0,
        best_trail: NO_TRAIL,
        profits,
        weights,
    };
    let finished = core.search(State { weight, profit, trail: NO_TRAIL }, break_item, watch)?;
    let bound = if finished { core.best } else { core.bound() };
    let mut in_order: Vec<bool> = (0..count).map(|at| at < break_item).collect();
    if core.best_trail != NO_TRAIL {
        let mut at = core.best_trail;
        while at != NO_TRAIL {
            let change = core.changes[at as usize];
            in_order[change.item as usize] ^= true;
            at = change.before;
        }
    } else {
        greedy.1.iter().for_each(|at| in_order[*at] = true);
    }
    let mut taken = vec![false; count];
    order.iter().zip(&in_order).for_each(|(at, is)| taken[*at as usize] = *is);
    Ok(Packed { taken, bound, proved: finished })
}

/// What is left of the room filled in order, and which items that adds.
fn greedy_rest(
    profits: &[f64],
    weights: &[f64],
    capacity: f64,
    (mut weight, mut profit): (f64, f64),
    from: usize,
) -> (f64, Vec<usize>) {
    let mut added = Vec::new();
    for at in from..profits.len() {
        if weight + weights[at] <= capacity {
            weight += weights[at];
            profit += profits[at];
            added.push(at);
        }
    }
    (profit, added)
}

impl Core {
    /// Expand the core until no state is left; false if a limit came first.
    fn search(&mut self, start: State, break_item: usize, watch: &mut Watch<'_>) -> Result<bool> {
        let count = self.profits.len();
        let into = self.profits[break_item] / self.weights[break_item];
        let out = break_item.checked_sub(1).map(|at| self.profits[at] / self.weights[at]);
        loop {
            if self.next_in < count {
                let item = self.next_in;
                self.next_in += 1;
                if self.may_help(start, self.weights[item], self.profits[item], into, out) {
                    self.expand(item, 1.0);
                    if !self.go_on(watch)? {
                        return Ok(self.states.is_empty());
                    }
                }
            }
            if self.next_out > 0 {
                self.next_out -= 1;
                let item = self.next_out;
                if self.may_help(start, -self.weights[item], -self.profits[item], into, out) {
                    self.expand(item, -1.0);
                    if !self.go_on(watch)? {
                        return Ok(self.states.is_empty());
                    }
                }
            }
            if self.next_in == count && self.next_out == 0 {
                return Ok(true);
            }
        }
    }

    fn go_on(&mut self, watch: &mut Watch<'_>) -> Result<bool> {
        if self.states.is_empty() {
            return Ok(false);
        }
        if self.changes.len() > self.compact_at {
            self.compact();
        }
        let room = self.changes.len() + self.states.len() < (u32::MAX / 2) as usize;
        Ok(watch.spend(self.states.len() as u64)? && room)
    }

    /// Whether a packing with this one change can still beat the best (Dembo and Hammer's bound).
    fn may_help(&self, start: State, weight: f64, profit: f64, into: f64, out: Option<f64>) -> bool {
        let room = self.capacity - start.weight - weight;
        let rate = if room >= 0.0 { Some(into) } else { out };
        rate.is_some_and(|rate| self.beats(start.profit + profit + room * rate))
    }

    /// Whether a bound leaves room for something better than the best.
    fn beats(&self, bound: f64) -> bool {
        let rounding = bound.abs() * 1e-14;
        if self.whole { bound + rounding >= self.best + 1.0 } else { bound > self.best + self.best.abs() * 1e-12 }
    }

    /// The linear bound of what a state may still become.
    fn bound_of(&self, weight: f64, profit: f64) -> f64 {
        let room = self.capacity - weight;
        if room >= 0.0 {
            let at = self.next_in;
            let rate = if at < self.profits.len() { self.profits[at] / self.weights[at] } else { 0.0 };
            profit + room * rate
        } else {
            match self.next_out.checked_sub(1) {
                Some(at) => profit + room * (self.profits[at] / self.weights[at]),
                None => f64::NEG_INFINITY,
            }
        }
    }

    fn bound(&self) -> f64 {
        self.states.iter().map(|state| self.bound_of(state.weight, state.profit)).fold(self.best, f64::max)
    }

    /// Every state as it is and with one more change.
    fn expand(&mut self, item: usize, sign: f64) {
        let (more_weight, more_profit) = (sign * self.weights[item], sign * self.profits[item]);
        let old = std::mem::take(&mut self.states);
        let mut new = std::mem::take(&mut self.spare);
        new.clear();
        let (mut kept, mut changed) = (0, 0);
        let mut richest = f64::NEG_INFINITY;
        // A change that removes comes first in the order of weights, one that inserts last: never out of bounds below.
        while kept < old.len() || changed < old.len() {
            let shifted = old.get(changed).map(|state| (state.weight + more_weight, state.profit + more_profit));
            let as_is = old.get(kept).map(|state| (state.weight, state.profit));
            let take_changed = match (as_is, shifted) {
                (Some(a), Some(b)) => b.0 < a.0 || (b.0 == a.0 && b.1 > a.1),
                (None, _) => true,
                (_, None) => false,
            };
            let Some((weight, profit)) = (if take_changed { shifted } else { as_is }) else { break };
            let source = if take_changed { &old[changed] } else { &old[kept] };
            changed += usize::from(take_changed);
            kept += usize::from(!take_changed);
            if profit <= richest {
                continue;
            }
            richest = profit;
            let better = weight <= self.capacity && profit > self.best;
            if !better && !self.beats(self.bound_of(weight, profit)) {
                continue;
            }
            let trail = if take_changed {
                self.changes.push(Change { before: source.trail, item: item as u32 });
                (self.changes.len() - 1) as u32
            } else {
                source.trail
            };
            if better {
                (self.best, self.best_trail) = (profit, trail);
            }
            new.push(State { weight, profit, trail });
        }
        self.states = new;
        self.spare = old;
    }

    /// Forget changes that no state and not the best packing goes back to.
    fn compact(&mut self) {
        let mut name = vec![NO_TRAIL; self.changes.len()];
        let ends = self.states.iter().map(|state| state.trail).chain([self.best_trail]);
        for end in ends {
            let mut at = end;
            while at != NO_TRAIL && name[at as usize] == NO_TRAIL {
                name[at as usize] = 0;
                at = self.changes[at as usize].before;
            }
        }
        let named = |at: u32, name: &[u32]| if at == NO_TRAIL { NO_TRAIL } else { name[at as usize] };
        let mut next = 0;
        for at in 0..self.changes.len() {
            if name[at] != NO_TRAIL {
                let change = self.changes[at];
                self.changes[next] = Change { before: named(change.before, &name), item: change.item };
                name[at] = next as u32;
                next += 1;
            }
        }
        self.changes.truncate(next);
        for state in &mut self.states {
            state.trail = named(state.trail, &name);
        }
        self.best_trail = named(self.best_trail, &name);
        self.compact_at = COMPACT_FROM.max(2 * next);
    }
}
