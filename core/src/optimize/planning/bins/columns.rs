//! Patterns of bins as columns of a linear model, made when its prices ask for them.
//!
//! The linear bound of Gilmore and Gomory (1961, 1963): the fewest patterns, in parts, that hold every size as often as it is
//! wanted. A knapsack with the prices of sizes as profits gives the next pattern; its value gives Farley's bound, valid from the
//! first round on. Patterns used whole, completed by a packing of what is left, and whole patterns by branch and bound give
//! packings.
use super::super::knapsack::pack;
use super::super::watch::Watch;
use super::heuristics::whole_above;
use crate::data::Vector;
use crate::error::Result;
use crate::optimize::linear::{LinearModel, LinearStatus};

const MOST_ROUNDS: usize = 3000;

pub(super) struct Columns<'c> {
    pub(super) sizes: &'c [f64],
    pub(super) counts: &'c [u32],
    pub(super) room: f64,
    pub(super) patterns: Vec<Vec<u32>>,
}

impl Columns<'_> {
    fn model(&self) -> LinearModel {
        let mut model = LinearModel::new();
        model.costs = vec![1.0; self.patterns.len()];
        model.row_lower = self.counts.iter().map(|count| f64::from(*count)).collect();
        for (column, pattern) in self.patterns.iter().enumerate() {
            for (row, count) in pattern.iter().enumerate().filter(|(_, count)| **count > 0) {
                model.entry_rows.push(row as i64);
                model.entry_columns.push(column as i64);
                model.entry_values.push(f64::from(*count));
            }
        }
        model
    }

    /// Add patterns until `reached` bins are proved to be needed, or the linear model is at its best. The bound, and how often
    /// each pattern is used.
    pub(super) fn relax(&mut self, reached: usize, watch: &mut Watch<'_>) -> Result<(usize, Option<Vector>)> {
        let mut bound = 0;
        for _ in 0..MOST_ROUNDS {
            let solver = watch.solver();
            let solution = solver.solve(&self.model(), watch.context())?;
            let (Some(value), LinearStatus::Optimal) = (solution.objective, solution.status) else {
                return Ok((bound, None));
            };
            let prices: Vec<f64> = solution.row_duals.iter().map(|price| price.max(0.0)).collect();
            // Any prices will do for the bound, so it is taken from the very numbers that the knapsack sees.
            let worth: f64 = prices.iter().zip(self.counts).map(|(price, count)| price * f64::from(*count)).sum();
            let (pattern, most) = self.price(&prices, watch)?;
            bound = bound.max(whole_above(worth / most.max(1.0)));
            if bound >= reached || bound >= whole_above(value) || most <= 1.0 + 1e-9 {
                return Ok((bound, Some(solution.values)));
            }
            if watch.is_over() || self.patterns.contains(&pattern) {
                return Ok((bound, Some(solution.values)));
            }
            self.patterns.push(pattern);
        }
        Ok((bound, None))
    }

    /// The pattern worth most at these prices, and no less than what it is worth.
    fn price(&self, prices: &[f64], watch: &mut Watch<'_>) -> Result<(Vec<u32>, f64)> {
        let (mut at, mut much, mut profits, mut weights) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (size, price) in prices.iter().enumerate().filter(|(_, price)| **price > 1e-12) {
            let mut left = ((self.room / self.sizes[size]).floor() as u32).min(self.counts[size]);
            let mut bundle = 1;
            while left > 0 {
                let taken = bundle.min(left);
                at.push(size);
                much.push(taken);
                profits.push(price * f64::from(taken));
                weights.push(self.sizes[size] * f64::from(taken));
                left -= taken;
                bundle *= 2;
            }
        }
        let packed = pack(&profits, &weights, self.room, false, watch)?;
        let mut pattern = vec![0; self.sizes.len()];
        for (place, _) in packed.taken.iter().enumerate().filter(|(_, is)| **is) {
            pattern[at[place]] += much[place];
        }
        // Prices left out as too small are worth no more than this.
        let rest = self.room / self.sizes.last().copied().unwrap_or(self.room) * 1e-12;
        Ok((pattern, packed.bound * (1.0 + 1e-11) + rest))
    }

    /// The fewest whole patterns of those that are there, if that is below `bins`.
    pub(super) fn whole(&self, bins: usize, nodes: u64, watch: &mut Watch<'_>) -> Result<Option<Vec<Vec<u32>>>> {
        let mut model = self.model();
        model.integers = (0..self.patterns.len() as i64).collect();
        model.row_lower.push(0.0);
        model.row_upper = vec![f64::INFINITY; self.counts.len()];
        model.row_upper.push((bins - 1) as f64);
        for column in 0..self.patterns.len() {
            model.entry_rows.push(self.counts.len() as i64);
            model.entry_columns.push(column as i64);
            model.entry_values.push(1.0);
        }
        let solver = watch.solver().with_node_limit(nodes).with_absolute_gap(0.999);
        let solution = solver.solve(&model, watch.context())?;
        if solution.objective.is_none() {
            return Ok(None);
        }
        let times = solution.values.iter().map(|value| value.round() as usize);
        let used = self.patterns.iter().zip(times).flat_map(|(pattern, times)| std::iter::repeat_n(pattern, times));
        Ok(Some(used.cloned().collect()))
    }
}
