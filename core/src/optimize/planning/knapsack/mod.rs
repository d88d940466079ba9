//! Knapsacks: which things to take, and where to put them.
//!
//! Maximise `sum(profit * count)` with `sum(weight * count) <= capacity` in every knapsack and at most `copies` of each item in
//! all of them. One knapsack is solved by `core`, several by `several`. Copies are bundled as 1, 2, 4, .. for one knapsack.
mod core;
mod several;
#[cfg(test)]
mod tests;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

pub(super) use self::core::pack;
use super::watch::{Watch, are_whole, check_finite, check_sizes, check_time_limit};
use crate::Context;
use crate::data::{Ints, Matrix, Vector};
use crate::error::{Result, ensure};

/// The most single copies that several knapsacks are solved for.
const MOST_COPIES: usize = 1 << 22;
/// The most numbers of a matrix of counts.
const MOST_COUNTS: usize = 1 << 27;

/// Choose things for knapsacks so that their profit is greatest.
///
/// One knapsack or several, one copy of each item or more, whole weights and others. One knapsack takes milliseconds for most
/// data of thousands of items; several are hard where there are few items per knapsack. The same on every run, but for a time
/// limit.
///
/// ```
/// use inlaid::optimize::SolveKnapsack;
/// let packed = SolveKnapsack::default().solve(
///     &[10.0, 13.0, 7.0, 8.0],
///     &[3.0, 4.0, 2.0, 3.0],
///     &[7.0],
///     &inlaid::Context::new(),
/// )?;
/// assert_eq!((packed.profit, packed.optimal), (23.0, true));
/// assert_eq!(packed.counts.to_vec(), [1, 1, 0, 0]);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SolveKnapsack {
    /// How many of each item there are, one number per item. Default empty: one of each.
    pub copies: Vec<u64>,
    /// Seconds after which to stop with the best packing so far, above 0. Default none.
    pub time_limit: Option<f64>,
    /// States of dynamic programmes after which to stop with the best packing so far. Default 50 million, which is some
    /// seconds.
    pub state_limit: u64,
}

impl Default for SolveKnapsack {
    fn default() -> Self {
        Self { copies: Vec::new(), time_limit: None, state_limit: 50_000_000 }
    }
}

/// What the knapsacks hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct KnapsackSolution {
    /// How many of each item are taken, over all knapsacks.
    pub counts: Ints,
    /// How many of each item are in each knapsack, `[knapsack, item]`.
    pub held: Matrix,
    /// The profit of all that is taken.
    pub profit: f64,
    /// The weight in each knapsack.
    pub weights: Vector,
    /// No packing has more profit than this.
    pub bound: f64,
    /// Whether the packing is proved best: exactly if all profits and weights are whole, otherwise to 1e-12 of the profit.
    pub optimal: bool,
    /// Seconds that it took.
    pub seconds: f64,
}

impl SolveKnapsack {
    /// Set how many of each item there are.
    #[must_use]
    pub fn with_copies(mut self, copies: Vec<u64>) -> Self {
        self.copies = copies;
        self
    }

    /// Set the seconds after which to stop.
    #[must_use]
    pub fn with_time_limit(mut self, seconds: f64) -> Self {
        self.time_limit = Some(seconds);
        self
    }

    /// Set the states of dynamic programmes after which to stop.
    #[must_use]
    pub fn with_state_limit(mut self, states: u64) -> Self {
        self.state_limit = states;
        self
    }

    /// Whether the options make sense.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range.
    pub fn validate(&self) -> Result<()> {
        check_time_limit(self.time_limit)?;
        ensure!(self.state_limit > 0, InvalidConfig, "state_limit is 0, it must be at least 1");
        Ok(())
    }

    /// The most profitable packing of items with these profits and weights into knapsacks of these capacities.
    ///
    /// Items without profit are left out, items without weight are all in the first knapsack. Whole weights are added exactly;
    /// others may exceed a capacity by 1e-12 of it, so that ten times 0.1 fit into 1.
    ///
    /// # Errors
    /// `invalid_config` for options out of range; `invalid_data` for lists of different lengths, no knapsack, NaN or infinite
    /// numbers, weights and capacities below 0; `too_large` for 2^27 counts in the answer, or 2^22 copies for several knapsacks;
    /// `cancelled`.
    pub fn solve(
        &self,
        profits: &[f64],
        weights: &[f64],
        capacities: &[f64],
        context: &Context,
    ) -> Result<KnapsackSolution> {
        self.validate()?;
        let items = profits.len();
        ensure!(
            weights.len() == items,
            InvalidData,
            "{items} profits and {} weights, they must be as many",
            weights.len()
        );
        let copies = self.copies.len();
        ensure!(
            copies == 0 || copies == items,
            InvalidData,
            "{copies} copies for {items} items, they must be as many or none"
        );
        ensure!(!capacities.is_empty(), InvalidData, "there is no knapsack: capacities is empty");
        check_finite("profit", profits)?;
        check_sizes("weight", weights)?;
        check_sizes("capacity", capacities)?;
        let size = items.saturating_mul(capacities.len());
        ensure!(
            size < MOST_COUNTS,
            TooLarge,
            "{items} items in {} knapsacks, their product must be below 2^27",
            capacities.len()
        );
        let mut watch = Watch::new(context, self.time_limit, self.state_limit);
        watch.look()?;
        let problem = Problem::of(profits, weights, capacities, &self.copies)?;
        let mut held = Array2::zeros((capacities.len(), items));
        for (item, count) in problem.free.iter().copied() {
            held[[0, item]] = count;
        }
        let (rest, proved) = if capacities.len() == 1 {
            problem.one(&mut held, &mut watch)?
        } else {
            problem.several(&mut held, &mut watch)?
        };
        let mut solution = problem.verified(held, rest)?;
        solution.optimal = proved;
        if proved {
            solution.bound = solution.profit;
        }
        solution.seconds = watch.seconds();
        context.report(1, 1);
        Ok(solution)
    }
}

struct Problem<'p> {
    profits: &'p [f64],
    weights: &'p [f64],
    copies: &'p [u64],
    capacities: &'p [f64],
    /// With room for rounding, unless weights are whole.
    rooms: Vec<f64>,
    /// Positions of items without weight and with profit, and how many of each there are.
    free: Vec<(usize, f64)>,
    /// Positions of items with weight and profit, and how many of each may be of use.
    wanted: Vec<(usize, u64)>,
    whole: bool,
}

impl<'p> Problem<'p> {
    fn of(profits: &'p [f64], weights: &'p [f64], capacities: &'p [f64], copies: &'p [u64]) -> Result<Self> {
        let widest = capacities.iter().copied().fold(0.0, f64::max);
        let exact = are_whole(weights.iter().copied()) && are_whole(capacities.iter().copied());
        let slack = if exact { 0.0 } else { 1e-12 };
        let rooms: Vec<f64> = capacities.iter().map(|capacity| capacity * (1.0 + slack)).collect();
        let (mut free, mut wanted) = (Vec::new(), Vec::new());
        for item in 0..profits.len() {
            let there = copies.get(item).copied().unwrap_or(1);
            if profits[item] <= 0.0 || there == 0 {
                continue;
            }
            if weights[item] == 0.0 {
                free.push((item, there as f64));
                continue;
            }
            let fit: f64 = rooms.iter().map(|room| (room / weights[item]).floor()).sum();
            if weights[item] <= widest * (1.0 + slack) && fit >= 1.0 {
                let fit = if fit < 9e15 { fit as u64 } else { u64::MAX };
                wanted.push((item, there.min(fit)));
            }
        }
        let all = free.iter().map(|(item, count)| (*item, *count));
        let all = all.chain(wanted.iter().map(|(item, count)| (*item, *count as f64)));
        let (mut profit, mut most) = (0.0, 0.0_f64);
        for (item, count) in all {
            profit += profits[item] * count;
            most = most.max(count);
        }
        ensure!(profit < 1e300, InvalidData, "the profit of all copies is {profit:e}, it must be below 1e300");
        let limit = 9_007_199_254_740_992.0;
        ensure!(most < limit, TooLarge, "up to {most:e} copies of an item could be taken, they must be below 2^53");
        let whole = profits.iter().all(|value| value.fract() == 0.0) && profit < limit;
        Ok(Self { profits, weights, copies, capacities, rooms, free, wanted, whole })
    }

    /// The profit bound of all but free items, and whether it is reached.
    fn one(&self, held: &mut Array2<f64>, watch: &mut Watch<'_>) -> Result<(f64, bool)> {
        let mut bundles: Vec<(usize, f64)> = Vec::with_capacity(self.wanted.len());
        for (item, count) in &self.wanted {
            let (mut left, mut size) = (*count, 1);
            while left > 0 {
                let taken = size.min(left);
                bundles.push((*item, taken as f64));
                left -= taken;
                size *= 2;
            }
        }
        bundles.retain(|(item, size)| self.weights[*item] * size <= self.rooms[0]);
        let profits: Vec<f64> = bundles.iter().map(|(item, size)| self.profits[*item] * size).collect();
        let weights: Vec<f64> = bundles.iter().map(|(item, size)| self.weights[*item] * size).collect();
        let packed = pack(&profits, &weights, self.rooms[0], self.whole, watch)?;
        for ((item, size), _) in bundles.iter().zip(&packed.taken).filter(|(_, is)| **is) {
            held[[0, *item]] += size;
        }
        Ok((packed.bound, packed.proved))
    }

    fn several(&self, held: &mut Array2<f64>, watch: &mut Watch<'_>) -> Result<(f64, bool)> {
        let total = self.wanted.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        ensure!(total < MOST_COPIES as u64, TooLarge, "{total} copies for several knapsacks, they must be below 2^22");
        let items: Vec<usize> =
            self.wanted.iter().flat_map(|(item, count)| std::iter::repeat_n(*item, *count as usize)).collect();
        let profits: Vec<f64> = items.iter().map(|item| self.profits[*item]).collect();
        let weights: Vec<f64> = items.iter().map(|item| self.weights[*item]).collect();
        let spread = several::spread(&profits, &weights, &self.rooms, self.whole, watch)?;
        for (item, place) in items.iter().zip(&spread.place).filter(|(_, place)| **place != several::NOWHERE) {
            held[[*place as usize, *item]] += 1.0;
        }
        Ok((spread.bound, spread.proved))
    }

    /// The answer, recomputed from what was given.
    fn verified(&self, held: Array2<f64>, rest: f64) -> Result<KnapsackSolution> {
        let items = self.profits.len();
        let mut counts = vec![0_i64; items];
        let mut loads = Vec::with_capacity(self.capacities.len());
        let rounding = 2e-12 + items as f64 * 4e-16;
        for (knapsack, row) in held.rows().into_iter().enumerate() {
            let load: f64 = row.iter().zip(self.weights).map(|(count, weight)| count * weight).sum::<f64>() + 0.0;
            let (room, exact) = (self.capacities[knapsack], self.rooms[knapsack] == self.capacities[knapsack]);
            let fits = if exact { load <= room } else { load <= room * (1.0 + rounding) };
            ensure!(fits, Internal, "knapsack {knapsack} holds {load} in a room of {room}; please report this");
            loads.push(load);
            row.iter().zip(&mut counts).for_each(|(count, sum)| *sum += *count as i64);
        }
        for (item, count) in counts.iter().enumerate() {
            let there = self.copies.get(item).copied().unwrap_or(1);
            ensure!(
                *count as u64 <= there,
                Internal,
                "{count} of item {item} are taken, there are {there}; please report this"
            );
        }
        let profit: f64 =
            counts.iter().zip(self.profits).map(|(count, profit)| *count as f64 * profit).sum::<f64>() + 0.0;
        let given: f64 = self.free.iter().map(|(item, count)| self.profits[*item] * count).sum();
        let bound = (given + rest).max(profit);
        Ok(KnapsackSolution {
            counts: Ints::from(counts),
            held: Matrix::from(held),
            profit,
            weights: Vector::from(loads),
            bound,
            optimal: false,
            seconds: 0.0,
        })
    }
}
