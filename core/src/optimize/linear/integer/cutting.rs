//! Rounds of cuts at the root.
use super::super::simplex::{Limits, Outcome, Programme, Simplex, State};
use super::reduce::Mixed;
use super::rounding::{Base, Cut, Rounder};
use super::search::Search;
use super::separate::{VariableBounds, separate, whole_rows};
use crate::Context;
use crate::error::Result;

/// Rounds that raise the bound by less than this share of it count as idle.
const WORTHWHILE: f64 = 1e-4;

impl Search {
    /// Add cuts until they stop to help. The relaxation must be solved.
    pub(super) fn cut_root(&mut self, context: &Context) -> Result<Outcome> {
        let mut rounder = Rounder::default();
        let mut idle = 0;
        let entries = self.mixed.programme.rows.index.len();
        let most_rounds = (40_000_000 / (entries + 1)).clamp(3, 60);
        for _ in 0..most_rounds {
            context.check()?;
            if self.out_of_time() || self.fractional().is_empty() {
                break;
            }
            let before = self.simplex.objective();
            let cuts = self.find_cuts(&mut rounder, context)?;
            if cuts.is_empty() {
                break;
            }
            self.purge_rows(self.original_rows);
            self.add_rows(&cuts);
            let outcome = self.simplex.solve(&self.lp_limits(), context)?;
            if outcome != Outcome::Optimal {
                return Ok(outcome);
            }
            self.after_relaxation(context)?;
            let gain = self.simplex.objective() - before;
            let scale = match &self.incumbent {
                Some((objective, _)) => (objective - before).abs().max(1e-6),
                None => before.abs().max(1e-3),
            };
            idle = if gain > WORTHWHILE * scale.max(1e-3 * before.abs()) { 0 } else { idle + 1 };
            if idle >= 4 {
                break;
            }
        }
        self.purge_rows(self.original_rows);
        Ok(Outcome::Optimal)
    }

    fn find_cuts(&mut self, rounder: &mut Rounder, context: &Context) -> Result<Vec<Cut>> {
        let row_is_whole = whole_rows(&self.mixed);
        let bounds = VariableBounds::of(&self.mixed);
        let total = self.columns + self.mixed.programme.row_count();
        let point: Vec<f64> = (0..total).map(|at| self.simplex.value(at)).collect();
        let mut lower = self.domain.lower.clone();
        let mut upper = self.domain.upper.clone();
        for (row, whole) in row_is_whole.iter().enumerate() {
            let at = self.columns + row;
            let (low, high) = (self.mixed.programme.lower[at], self.mixed.programme.upper[at]);
            lower.push(if *whole { (low - 1e-6).ceil() } else { low });
            upper.push(if *whole { (high + 1e-6).floor() } else { high });
        }
        let base = Base {
            mixed: &self.mixed,
            point: &point,
            lower: &lower,
            upper: &upper,
            row_is_whole: &row_is_whole,
            below: &bounds.below,
            above: &bounds.above,
        };
        separate(&base, &mut self.simplex, rounder, context)
    }

    /// Drop rows from `first` on that do not bind.
    fn purge_rows(&mut self, first: usize) {
        let rows = self.mixed.programme.row_count();
        let states = self.simplex.states().to_vec();
        let keep: Vec<bool> = (0..rows).map(|row| row < first || states[self.columns + row] != State::Basic).collect();
        if keep.iter().all(|keep| *keep) {
            return;
        }
        let programme = &self.mixed.programme;
        let mut matrix = super::super::sparse::Sparse::empty();
        let mut lower = programme.lower[..self.columns].to_vec();
        let mut upper = programme.upper[..self.columns].to_vec();
        let mut left = states[..self.columns].to_vec();
        let weights = self.simplex.weights();
        let mut kept = weights[..self.columns].to_vec();
        for row in (0..rows).filter(|row| keep[*row]) {
            matrix.push_line(programme.rows.pairs(row));
            lower.push(programme.lower[self.columns + row]);
            upper.push(programme.upper[self.columns + row]);
            left.push(states[self.columns + row]);
            kept.push(weights[self.columns + row]);
        }
        self.replace_rows(matrix, lower, upper, &left, &kept);
    }

    fn add_rows(&mut self, cuts: &[Cut]) {
        let mut states = self.simplex.states().to_vec();
        let mut weights = self.simplex.weights();
        let programme = &self.mixed.programme;
        let mut matrix = programme.rows.clone();
        let (mut lower, mut upper) = (programme.lower.clone(), programme.upper.clone());
        for cut in cuts {
            matrix.push_line(cut.pairs.iter().map(|(at, value)| (*at as usize, *value)));
            lower.push(f64::NEG_INFINITY);
            upper.push(cut.upper);
            states.push(State::Basic);
            weights.push(1.0);
        }
        self.replace_rows(matrix, lower, upper, &states, &weights);
    }

    fn replace_rows(
        &mut self,
        rows: super::super::sparse::Sparse,
        lower: Vec<f64>,
        upper: Vec<f64>,
        states: &[State],
        weights: &[f32],
    ) {
        let columns = rows.turned(self.columns);
        let cost = std::mem::take(&mut self.mixed.programme.cost);
        let integer = std::mem::take(&mut self.mixed.integer);
        let programme = Programme { columns, rows, cost, lower, upper };
        let iterations = self.simplex.iterations;
        self.simplex = Simplex::new(&programme);
        self.simplex.iterations = iterations;
        self.mixed = Mixed { programme, integer };
        for at in 0..self.columns {
            self.simplex.set_bounds(at, self.domain.lower[at], self.domain.upper[at]);
        }
        self.simplex.set_states(states, Some(weights));
        self.rebuild_propagator();
    }

    pub(super) fn lp_limits(&self) -> Limits {
        Limits { until: self.effort.until, iterations: usize::MAX, cutoff: self.cutoff(), perturb: true }
    }
}
