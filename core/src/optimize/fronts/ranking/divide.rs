//! Ranks for four objectives and more, by divide and conquer.
//!
//! Points are distinct and in lexicographic order, so an earlier one is never dominated by a later one, and "at most as large
//! in every objective" is domination. `within` gives the ranks of a group whose dominators outside are already counted;
//! `across` lifts the ranks of one group above those of another that is final.
use super::{Points, compare, covers};
use crate::Context;
use crate::error::Result;

/// Groups with at most so many pairs are compared pair by pair.
const PAIRS: usize = 48 * 48;

pub(super) fn sort(points: Points<'_>, order: &[u32], ranks: &mut [u32], context: &Context) -> Result<()> {
    // Distinct points in order, each by rows that lie together.
    let width = points.width();
    let mut rows: Vec<f64> = Vec::with_capacity(order.len() * width);
    let mut which: Vec<u32> = Vec::with_capacity(order.len());
    let mut distinct = 0_u32;
    for &at in order {
        let row = points.row(at as usize);
        let same = distinct > 0 && compare(&rows[rows.len() - width..], row).is_eq();
        if !same {
            rows.extend_from_slice(row);
            distinct += 1;
        }
        which.push(distinct - 1);
    }
    let mut sorter =
        Sorter { points: Points::new(&rows, width), ranks: vec![0; distinct as usize], context, floors: Vec::new() };
    sorter.within(&(0..distinct).collect::<Vec<_>>(), width)?;
    for (&at, group) in order.iter().zip(which) {
        ranks[at as usize] = sorter.ranks[group as usize];
    }
    Ok(())
}

struct Sorter<'a> {
    points: Points<'a>,
    ranks: Vec<u32>,
    context: &'a Context,
    /// The staircase of a sweep: second objective, rank.
    floors: Vec<(f64, u32)>,
}

/// A group in three by one objective, each part in the order it had.
struct Parts {
    below: Vec<u32>,
    equal: Vec<u32>,
    above: Vec<u32>,
}

impl Sorter<'_> {
    fn value(&self, at: u32, objective: usize) -> f64 {
        self.points.row(at as usize)[objective]
    }

    /// Raise the rank of `at` above that of `by`, if the first `depth` objectives say so.
    #[inline]
    fn raise(&mut self, at: u32, by: u32, depth: usize) {
        let rank = self.ranks[by as usize];
        if rank >= self.ranks[at as usize]
            && covers(&self.points.row(by as usize)[..depth], &self.points.row(at as usize)[..depth])
        {
            self.ranks[at as usize] = rank + 1;
        }
    }

    /// The ranks of `group` among each other by the first `depth` objectives, the others being equal or counted.
    fn within(&mut self, group: &[u32], depth: usize) -> Result<()> {
        if group.len() * group.len() <= 2 * PAIRS {
            for (count, &at) in group.iter().enumerate() {
                for &by in &group[..count] {
                    self.raise(at, by, depth);
                }
            }
            return Ok(());
        }
        if depth == 2 {
            self.sweep_within(group);
            return Ok(());
        }
        self.context.check()?;
        let values: Vec<f64> = group.iter().map(|at| self.value(*at, depth - 1)).collect();
        let first = values[0];
        if values.iter().all(|value| *value == first) {
            return self.within(group, depth - 1);
        }
        let parts = self.part(group, depth - 1, median(values));
        self.within(&parts.below, depth)?;
        self.across(&parts.below, &parts.equal, depth - 1)?;
        self.within(&parts.equal, depth - 1)?;
        let lower = merge(&parts.below, &parts.equal);
        self.across(&lower, &parts.above, depth - 1)?;
        self.within(&parts.above, depth)
    }

    /// Lift the ranks of `high` above those of `low` that dominate them by the first `depth` objectives.
    fn across(&mut self, low: &[u32], high: &[u32], depth: usize) -> Result<()> {
        if low.is_empty() || high.is_empty() {
            return Ok(());
        }
        if low.len() * high.len() <= PAIRS {
            for &at in high {
                for &by in low.iter().take_while(|by| **by < at) {
                    self.raise(at, by, depth);
                }
            }
            return Ok(());
        }
        if depth == 2 {
            self.sweep_across(low, high);
            return Ok(());
        }
        self.context.check()?;
        let range = |group: &[u32]| {
            group.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), at| {
                let value = self.value(*at, depth - 1);
                (least.min(value), most.max(value))
            })
        };
        let ((low_least, low_most), (high_least, high_most)) = (range(low), range(high));
        if low_most <= high_least {
            return self.across(low, high, depth - 1);
        }
        if low_least > high_most {
            return Ok(());
        }
        let larger = if low.len() > high.len() { low } else { high };
        let pivot = median(larger.iter().map(|at| self.value(*at, depth - 1)).collect());
        let (lows, highs) = (self.part(low, depth - 1, pivot), self.part(high, depth - 1, pivot));
        self.across(&lows.below, &highs.below, depth)?;
        self.across(&lows.below, &highs.equal, depth - 1)?;
        self.across(&lows.equal, &highs.equal, depth - 1)?;
        let lower = merge(&lows.below, &lows.equal);
        self.across(&lower, &highs.above, depth - 1)?;
        self.across(&lows.above, &highs.above, depth)
    }

    fn part(&self, group: &[u32], objective: usize, pivot: f64) -> Parts {
        let mut parts = Parts { below: Vec::new(), equal: Vec::new(), above: Vec::new() };
        for &at in group {
            let value = self.value(at, objective);
            let part = if value < pivot {
                &mut parts.below
            } else if value > pivot {
                &mut parts.above
            } else {
                &mut parts.equal
            };
            part.push(at);
        }
        parts
    }

    fn sweep_within(&mut self, group: &[u32]) {
        self.floors.clear();
        for &at in group {
            let value = self.value(at, 1);
            self.lift(at, value);
            self.lay(value, self.ranks[at as usize]);
        }
    }

    fn sweep_across(&mut self, low: &[u32], high: &[u32]) {
        self.floors.clear();
        let mut next = low.iter().copied().peekable();
        for &at in high {
            while let Some(by) = next.next_if(|by| *by < at) {
                self.lay(self.value(by, 1), self.ranks[by as usize]);
            }
            let value = self.value(at, 1);
            self.lift(at, value);
        }
    }

    /// Raise `at` above the highest rank laid at most at `value`.
    fn lift(&mut self, at: u32, value: f64) {
        let after = self.floors.partition_point(|floor| floor.0 <= value);
        if after > 0 {
            let rank = &mut self.ranks[at as usize];
            *rank = (*rank).max(self.floors[after - 1].1 + 1);
        }
    }

    /// Keep for every second objective the highest rank at or below it: both grow along the list.
    fn lay(&mut self, value: f64, rank: u32) {
        let from = self.floors.partition_point(|floor| floor.0 < value);
        if from > 0 && self.floors[from - 1].1 >= rank {
            return;
        }
        if self.floors.get(from).is_some_and(|floor| floor.0 == value && floor.1 >= rank) {
            return;
        }
        let until = from + self.floors[from..].iter().take_while(|floor| floor.1 <= rank).count();
        self.floors.splice(from..until, [(value, rank)]);
    }
}

/// The middle one of some numbers.
fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// Two groups in one, in order.
fn merge(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut merged = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    while let (Some(left), Some(right)) = (a.peek(), b.peek()) {
        merged.extend(if left < right { a.next() } else { b.next() });
    }
    merged.extend(a);
    merged.extend(b);
    merged
}
