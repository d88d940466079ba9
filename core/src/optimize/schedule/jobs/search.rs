//! Tabu search over the orders of machines.
use std::time::Instant;

use super::options::ScheduleJobs;
use super::shop::{NONE, Shop};
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;

/// Schedules to which the search returns.
const ELITE: usize = 8;
/// Rounds without a better schedule after which it does: so many, and so many per operation.
const PATIENCE: u64 = 1000;
const PATIENCE_EACH: u64 = 10;
/// The places over which an operation is moved at most.
const FARTHEST: usize = 100;
/// Rounds between two looks at the clock.
const LOOK: u64 = 64;

/// Orders of machines, with the longest ways through them.
#[derive(Clone, Debug)]
struct Orders {
    on: Vec<Vec<u32>>,
    /// The place of each operation on its machine.
    at: Vec<u32>,
    /// When each operation can begin, and what comes after it.
    head: Vec<f64>,
    tail: Vec<f64>,
    makespan: f64,
    /// Operations, each after those it waits for.
    sorted: Vec<u32>,
    waits: Vec<u8>,
}

impl Orders {
    fn new(shop: &Shop, on: Vec<Vec<u32>>) -> Self {
        let count = shop.count();
        let (head, tail) = (vec![0.0; count], vec![0.0; count]);
        let (at, sorted, waits) = (vec![0; count], Vec::with_capacity(count), vec![0; count]);
        Self { on, at, head, tail, makespan: f64::INFINITY, sorted, waits }
    }

    fn machine_before(&self, shop: &Shop, op: u32) -> u32 {
        let at = self.at[op as usize] as usize;
        if at == 0 { NONE } else { self.on[shop.machine[op as usize] as usize][at - 1] }
    }

    fn machine_after(&self, shop: &Shop, op: u32) -> u32 {
        let order = &self.on[shop.machine[op as usize] as usize];
        order.get(self.at[op as usize] as usize + 1).copied().unwrap_or(NONE)
    }

    /// When an operation that may not be there ends.
    fn end(&self, shop: &Shop, op: u32) -> f64 {
        if op == NONE { 0.0 } else { self.head[op as usize] + shop.duration[op as usize] }
    }

    /// What is left from the begin of an operation that may not be there.
    fn rest(&self, shop: &Shop, op: u32) -> f64 {
        if op == NONE { 0.0 } else { self.tail[op as usize] + shop.duration[op as usize] }
    }

    /// Compute everything from the orders: false if they wait for each other in a circle.
    fn refresh(&mut self, shop: &Shop) -> bool {
        for order in &self.on {
            for (at, op) in order.iter().enumerate() {
                self.at[*op as usize] = at as u32;
            }
        }
        self.sorted.clear();
        for op in 0..shop.count() {
            self.waits[op] = u8::from(shop.before[op] != NONE) + u8::from(self.at[op] > 0);
            if self.waits[op] == 0 {
                self.sorted.push(op as u32);
            }
        }
        let mut next = 0;
        let mut makespan = 0.0_f64;
        while let Some(&op) = self.sorted.get(next) {
            next += 1;
            let begin = self.end(shop, shop.before[op as usize]).max(self.end(shop, self.machine_before(shop, op)));
            self.head[op as usize] = begin;
            makespan = makespan.max(begin + shop.duration[op as usize]);
            for after in [shop.after[op as usize], self.machine_after(shop, op)] {
                if after != NONE {
                    self.waits[after as usize] -= 1;
                    if self.waits[after as usize] == 0 {
                        self.sorted.push(after);
                    }
                }
            }
        }
        if self.sorted.len() < shop.count() {
            return false;
        }
        for at in (0..self.sorted.len()).rev() {
            let op = self.sorted[at];
            let rest = self.rest(shop, shop.after[op as usize]).max(self.rest(shop, self.machine_after(shop, op)));
            self.tail[op as usize] = rest;
        }
        self.makespan = makespan;
        true
    }

    /// Move the operation at one place of a machine to another.
    fn shift(&mut self, machine: usize, from: usize, to: usize) {
        if from < to {
            self.on[machine][from..=to].rotate_left(1);
        } else {
            self.on[machine][to..=from].rotate_right(1);
        }
    }
}

/// A move of an operation on its machine, and the makespan that it is judged to lead to.
#[derive(Clone, Copy, Debug)]
struct Move {
    machine: usize,
    from: usize,
    to: usize,
    judged: f64,
}

/// The best starts that were found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) starts: Vec<f64>,
    pub(super) makespan: f64,
    pub(super) rounds: u64,
}

struct Search<'a> {
    shop: &'a Shop,
    random: Random,
    /// Until which round each pair of operations of a machine may not change its order again.
    tabu: Vec<u64>,
    offsets: Vec<usize>,
    moves: Vec<Move>,
    block: Vec<u32>,
    heads: Vec<f64>,
}

/// Search until the limits of the options or the bound.
pub(super) fn search(
    shop: &Shop,
    options: &ScheduleJobs,
    start: Instant,
    bound: f64,
    context: &Context,
) -> Result<Found> {
    let mut offsets = Vec::with_capacity(shop.count());
    let mut pairs = 0;
    for op in 0..shop.count() {
        offsets.push(pairs);
        pairs += shop.on[shop.machine[op] as usize].len();
    }
    let mut search = Search {
        shop,
        random: Random::new(context.seed()),
        tabu: vec![0; pairs],
        offsets,
        moves: Vec::new(),
        block: Vec::new(),
        heads: Vec::new(),
    };
    let mut state = search.first(context)?;
    let mut best = state.clone();
    let mut elite = vec![state.clone()];
    let limit = options.limit();
    let (mut rounds, mut last_better, mut local) = (0_u64, 0_u64, f64::INFINITY);
    let patience = PATIENCE + PATIENCE_EACH * shop.count() as u64;
    while best.makespan > bound * (1.0 + 1e-12) && limit.is_none_or(|limit| rounds < limit) {
        context.check()?;
        if rounds % LOOK == 0 {
            let elapsed = start.elapsed().as_secs_f64();
            if options.time_limit.is_some_and(|seconds| elapsed >= seconds) {
                break;
            }
            let by_rounds = limit.map_or(0.0, |limit| rounds as f64 / limit as f64);
            let share = by_rounds.max(options.time_limit.map_or(0.0, |seconds| elapsed / seconds));
            context.report((share * 1000.0) as usize, 1000);
        }
        rounds += 1;
        if !search.step(&mut state, rounds, best.makespan) {
            break; // one critical job: nothing can be better
        }
        if state.makespan < local {
            (local, last_better) = (state.makespan, rounds);
            if state.makespan < best.makespan {
                best.clone_from(&state);
            }
            enter(&mut elite, &state);
        }
        if rounds - last_better > patience {
            let which = search.below(elite.len());
            state.clone_from(&elite[which]);
            let kicks = 3 + search.below(10);
            search.disturb(&mut state, kicks);
            (local, last_better) = (state.makespan, rounds);
            search.tabu.fill(0);
        }
    }
    Ok(Found { makespan: best.makespan, starts: best.head, rounds })
}

/// Put a schedule among the best, at most one of each makespan.
fn enter(elite: &mut Vec<Orders>, state: &Orders) {
    let at = elite.partition_point(|known| known.makespan < state.makespan);
    if elite.get(at).is_some_and(|known| known.makespan == state.makespan) {
        elite[at].clone_from(state);
    } else if at < ELITE {
        elite.insert(at, state.clone());
        elite.truncate(ELITE);
    }
}

impl Search<'_> {
    fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.random.bits()) * count as u128) >> 64) as usize
    }

    /// The best of the schedules that rules of priority give.
    fn first(&mut self, context: &Context) -> Result<Orders> {
        let shop = self.shop;
        let count = shop.count();
        let mut best: Option<Orders> = None;
        for rule in 0..12 {
            let priority: Vec<f64> = (0..count)
                .map(|op| match rule {
                    0 => -(shop.tail[op] + shop.duration[op]),
                    1 => shop.duration[op],
                    2 => -shop.duration[op],
                    3 => -shop.tail[op],
                    _ => -(shop.tail[op] + shop.duration[op]) * (0.5 + self.random.uniform()),
                })
                .collect();
            let mut ready: Vec<u32> = (0..count as u32).filter(|op| shop.before[*op as usize] == NONE).collect();
            let (mut free, mut job_free) = (vec![0.0_f64; shop.on.len()], vec![0.0_f64; count]);
            let mut on = vec![Vec::new(); shop.on.len()];
            while !ready.is_empty() {
                context.check()?;
                // The machine on which something ends first has a conflict set; the rule chooses among it (Giffler, Thompson).
                let begin = |op: u32| free[shop.machine[op as usize] as usize].max(job_free[op as usize]);
                let end = |op: u32| begin(op) + shop.duration[op as usize];
                let Some(first) = ready.iter().copied().min_by(|a, b| end(*a).total_cmp(&end(*b)).then(a.cmp(b)))
                else {
                    break;
                };
                let (machine, limit) = (shop.machine[first as usize], end(first));
                let conflicts = (0..ready.len()).filter(|at| {
                    let op = ready[*at];
                    op == first || shop.machine[op as usize] == machine && begin(op) < limit
                });
                let by_rule = |a: &usize, b: &usize| {
                    let (a, b) = (ready[*a], ready[*b]);
                    priority[a as usize].total_cmp(&priority[b as usize]).then(a.cmp(&b))
                };
                let Some(chosen) = conflicts.min_by(by_rule) else { break };
                let ended = end(ready[chosen]);
                let op = ready.swap_remove(chosen);
                free[machine as usize] = ended;
                on[machine as usize].push(op);
                let after = shop.after[op as usize];
                if after != NONE {
                    job_free[after as usize] = ended;
                    ready.push(after);
                }
            }
            let mut orders = Orders::new(shop, on);
            if orders.refresh(shop) && best.as_ref().is_none_or(|best| orders.makespan < best.makespan) {
                best = Some(orders);
            }
        }
        Ok(best.unwrap_or_else(|| Orders::new(shop, shop.on.clone())))
    }

    /// The operations of one longest way, chosen at random where it forks.
    fn critical(&mut self, state: &Orders) -> Vec<u32> {
        let shop = self.shop;
        let tolerance = 1e-9 * state.makespan;
        let last: Vec<u32> =
            (0..shop.count() as u32).filter(|op| state.end(shop, *op) >= state.makespan - tolerance).collect();
        let mut way = Vec::new();
        let mut here = last[self.below(last.len())];
        loop {
            way.push(here);
            let begin = state.head[here as usize];
            let (job, machine) = (shop.before[here as usize], state.machine_before(shop, here));
            let tight = |op: u32| op != NONE && state.end(shop, op) >= begin - tolerance;
            here = match (tight(job), tight(machine)) {
                (true, true) => {
                    if self.random.bits() & 1 == 0 {
                        job
                    } else {
                        machine
                    }
                }
                (true, false) => job,
                (false, true) => machine,
                (false, false) => break,
            };
        }
        way.reverse();
        way
    }

    /// All moves of operations to an end of their critical block, or of an end into it, that keep the orders possible.
    fn collect(&mut self, state: &Orders) {
        let way = self.critical(state);
        let shop = self.shop;
        self.moves.clear();
        let mut begin = 0;
        while begin < way.len() {
            let machine = shop.machine[way[begin] as usize] as usize;
            let same = |op: &u32| shop.machine[*op as usize] as usize == machine;
            let end = begin + way[begin..].iter().take_while(|op| same(op)).count();
            let low = state.at[way[begin] as usize] as usize;
            let high = low + (end - begin) - 1;
            // A block that begins with the way is not left at its begin, one that ends it not at its end.
            for inner in low..=high {
                if end < way.len() && inner < high {
                    self.judge(state, machine, inner, high);
                }
                if begin > 0 && inner > low && !(high == low + 1 && end < way.len()) {
                    self.judge(state, machine, inner, low);
                }
                if begin > 0 && inner > low && inner < high {
                    self.judge(state, machine, low, inner);
                }
                if end < way.len() && inner > low && inner < high {
                    self.judge(state, machine, high, inner);
                }
            }
            begin = end;
        }
    }

    /// Judge the move of an operation, if it is possible: the longest way through those that are moved.
    fn judge(&mut self, state: &Orders, machine: usize, from: usize, to: usize) {
        let shop = self.shop;
        let order = &state.on[machine];
        let (low, high) = (from.min(to), from.max(to));
        if high - low > FARTHEST {
            return;
        }
        let (first, last) = (order[low], order[high]);
        if from < to {
            let after = shop.after[first as usize];
            if after != NONE && state.rest(shop, last) < state.rest(shop, after) {
                return;
            }
        } else {
            let before = shop.before[last as usize];
            if before != NONE && state.end(shop, first) < state.end(shop, before) {
                return;
            }
        }
        self.block.clear();
        self.block.extend_from_slice(&order[low..=high]);
        if from < to {
            self.block.rotate_left(1)
        } else {
            self.block.rotate_right(1)
        }
        self.heads.clear();
        let mut ended = if low == 0 { 0.0 } else { state.end(shop, order[low - 1]) };
        for op in &self.block {
            let begin = ended.max(state.end(shop, shop.before[*op as usize]));
            self.heads.push(begin);
            ended = begin + shop.duration[*op as usize];
        }
        let mut rest = order.get(high + 1).map_or(0.0, |op| state.rest(shop, *op));
        let mut judged = 0.0_f64;
        for (op, head) in self.block.iter().zip(&self.heads).rev() {
            let tail = rest.max(state.rest(shop, shop.after[*op as usize]));
            rest = tail + shop.duration[*op as usize];
            judged = judged.max(head + rest);
        }
        self.moves.push(Move { machine, from, to, judged });
    }

    /// Where the round is kept until which `first` may not be put before `second` again.
    fn pair(&self, first: u32, second: u32) -> usize {
        self.offsets[first as usize] + self.shop.place[second as usize] as usize
    }

    /// Make the best move that is not tabu; false if there is none at all.
    fn step(&mut self, state: &mut Orders, round: u64, best: f64) -> bool {
        self.collect(state);
        if self.moves.is_empty() {
            return false;
        }
        let mut chosen: Option<(f64, Move)> = None;
        let mut ties = 0;
        for at in 0..self.moves.len() {
            let candidate = self.moves[at];
            let Move { machine, from, to, judged } = candidate;
            let order = &state.on[machine];
            let moved = order[from];
            let is_tabu = if from < to {
                order[from + 1..=to].iter().any(|other| self.tabu[self.pair(*other, moved)] >= round)
            } else {
                order[to..from].iter().any(|other| self.tabu[self.pair(moved, *other)] >= round)
            };
            if is_tabu && judged >= best {
                continue;
            }
            match chosen {
                Some((known, _)) if judged > known => {}
                Some((known, _)) if judged == known => {
                    ties += 1;
                    if self.below(ties) == 0 {
                        chosen = Some((judged, candidate));
                    }
                }
                _ => {
                    ties = 1;
                    chosen = Some((judged, candidate));
                }
            }
        }
        let wanted = match chosen {
            Some((_, wanted)) => wanted,
            None => {
                let at = self.below(self.moves.len());
                self.moves[at]
            }
        };
        self.make(state, wanted, round);
        true
    }

    /// Make a move and forbid its way back for a while.
    fn make(&mut self, state: &mut Orders, wanted: Move, round: u64) {
        let Move { machine, from, to, .. } = wanted;
        let jobs = state.on[machine].len() as u64;
        let tenure = 10 + jobs / self.shop.on.len().max(1) as u64;
        let until = round + tenure + self.below(tenure as usize / 2 + 1) as u64;
        let moved = state.on[machine][from];
        let (low, high) = (from.min(to), from.max(to));
        for at in low..=high {
            let other = state.on[machine][at];
            if other != moved {
                let pair = if from < to { self.pair(moved, other) } else { self.pair(other, moved) };
                self.tabu[pair] = until;
            }
        }
        state.shift(machine, from, to);
        if !state.refresh(self.shop) {
            // Operations that take no time can make a circle where the test of a move allows one.
            state.shift(machine, to, from);
            state.refresh(self.shop);
        }
    }

    /// Turn random neighbours on longest ways, which is always possible.
    fn disturb(&mut self, state: &mut Orders, count: usize) {
        for _ in 0..count {
            let way = self.critical(state);
            let pairs: Vec<u32> = way
                .windows(2)
                .filter(|pair| self.shop.machine[pair[0] as usize] == self.shop.machine[pair[1] as usize])
                .filter(|pair| self.shop.job[pair[0] as usize] != self.shop.job[pair[1] as usize])
                .map(|pair| pair[0])
                .collect();
            if pairs.is_empty() {
                return;
            }
            let op = pairs[self.below(pairs.len())];
            let (machine, from) = (self.shop.machine[op as usize] as usize, state.at[op as usize] as usize);
            self.make(state, Move { machine, from, to: from + 1, judged: 0.0 }, 0);
        }
    }
}
