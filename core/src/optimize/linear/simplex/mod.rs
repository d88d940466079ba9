//! The simplex method with bounds, on a factorised basis: dual first, primal to finish.
//!
//! Every row `i` has a logical variable whose value is the activity of the row, `A x - s = 0`, so that bounds of rows are
//! bounds of variables and the reduced cost of a logical is the dual of its row. The dual method chooses rows by steepest
//! edge (Forrest and Goldfarb 1992), passes bounds of boxed variables in the ratio test (Maros 2003, Koberstein 2005) with
//! Harris's tolerance, and perturbs costs against stalling. The primal method (devex) removes what perturbation left behind
//! and finds rays.
mod dual;
mod phase_one;
mod primal;
pub(super) mod ranging;
mod ratio;
mod scaling;

use std::sync::Arc;
use std::time::Instant;

use super::factor::{Density, Factor};
use super::sparse::{Scattered, Sparse};
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::random::Random;

/// Minimise `cost' x` with `lower <= (x, A x) <= upper`.
#[derive(Clone, Debug)]
pub(super) struct Programme {
    /// By column.
    pub(super) columns: Sparse,
    /// The same matrix by row.
    pub(super) rows: Sparse,
    /// One per column.
    pub(super) cost: Vec<f64>,
    /// Columns first, then rows.
    pub(super) lower: Vec<f64>,
    /// Columns first, then rows.
    pub(super) upper: Vec<f64>,
}

impl Programme {
    pub(super) fn column_count(&self) -> usize {
        self.columns.lines()
    }

    pub(super) fn row_count(&self) -> usize {
        self.rows.lines()
    }
}

/// Where a variable stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Basic,
    Lower,
    Upper,
    /// Not basic and without bounds, at zero.
    Zero,
}

/// How a solve ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Optimal,
    Infeasible,
    Unbounded,
    /// The objective cannot stay below the cutoff.
    Cutoff,
    /// Time or iterations are spent.
    Limit,
    /// Rounding errors kept it from an answer.
    Trouble,
}

/// What a solve may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) until: Option<Instant>,
    pub(super) iterations: usize,
    /// Stop once the objective must exceed this.
    pub(super) cutoff: f64,
    /// Whether costs may be perturbed from the start.
    pub(super) perturb: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { until: None, iterations: usize::MAX, cutoff: f64::INFINITY, perturb: true }
    }
}

/// After so many exchanges an answer is looked at again with a fresh factorisation.
const TRUSTED: usize = 30;
/// Feasibility of values, in scaled units.
pub(super) const PRIMAL_TOLERANCE: f64 = 1e-9;
/// Feasibility of reduced costs, in scaled units.
pub(super) const DUAL_TOLERANCE: f64 = 1e-9;
/// Numbers of a row or column of the tableau below this are no pivots.
const PIVOT_TOLERANCE: f64 = 1e-9;

/// A programme on its way to the optimum.
#[derive(Clone, Debug)]
pub(super) struct Simplex {
    rows: usize,
    columns: usize,
    by_column: Arc<Sparse>,
    by_row: Arc<Sparse>,
    scale: Arc<scaling::Scale>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    /// Costs as given, scaled; zero for logicals.
    cost: Vec<f64>,
    /// Costs at work: perturbed and shifted.
    work_cost: Vec<f64>,
    is_shifted: bool,
    state: Vec<State>,
    x: Vec<f64>,
    reduced: Vec<f64>,
    head: Vec<u32>,
    factor: Factor,
    has_factor: bool,
    /// Whether all coefficients are finite.
    is_sound: bool,
    /// Steepest-edge weights by row of the basis.
    weight: Vec<f64>,
    infeasibility: Vec<f64>,
    devex: Vec<f64>,
    random: Random,
    row_part: Scattered,
    tableau_row: Scattered,
    tableau_column: Scattered,
    edge: Scattered,
    flip_part: Scattered,
    dense: Densities,
    ratio: ratio::Ratio,
    tolerance_primal: f64,
    tolerance_dual: f64,
    /// Iterations of all solves.
    pub(super) iterations: usize,
    /// Multipliers of rows that prove infeasibility, scaled.
    proof: Vec<f64>,
    /// Direction without end, over columns and rows, scaled.
    ray: Vec<f64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Densities {
    column: Density,
    row: Density,
    edge: Density,
    flip: Density,
    price: f64,
}

impl Simplex {
    /// Begin at the slack basis.
    pub(super) fn new(programme: &Programme) -> Self {
        let (rows, columns) = (programme.row_count(), programme.column_count());
        let scale = scaling::Scale::of(programme);
        let (by_column, by_row) = scale.matrices(programme);
        let total = rows + columns;
        let mut cost: Vec<f64> = programme.cost.iter().zip(&scale.column).map(|(c, s)| c * s * scale.cost).collect();
        cost.resize(total, 0.0);
        let is_sound = by_column.value.iter().all(|value| value.is_finite());
        let mut simplex = Self {
            rows,
            columns,
            by_column: Arc::new(by_column),
            by_row: Arc::new(by_row),
            lower: programme.lower.clone(),
            upper: programme.upper.clone(),
            work_cost: cost.clone(),
            cost,
            is_shifted: false,
            state: vec![State::Lower; total],
            x: vec![0.0; total],
            reduced: vec![0.0; total],
            head: (columns as u32..total as u32).collect(),
            factor: Factor::default(),
            has_factor: false,
            is_sound,
            weight: vec![1.0; rows],
            infeasibility: vec![0.0; rows],
            devex: Vec::new(),
            random: Random::new(1),
            row_part: Scattered::zeros(rows),
            tableau_row: Scattered::zeros(columns),
            tableau_column: Scattered::zeros(rows),
            edge: Scattered::zeros(rows),
            flip_part: Scattered::zeros(rows),
            dense: Densities::default(),
            ratio: ratio::Ratio::default(),
            tolerance_primal: PRIMAL_TOLERANCE,
            tolerance_dual: DUAL_TOLERANCE,
            iterations: 0,
            proof: Vec::new(),
            ray: Vec::new(),
            scale: Arc::new(scale),
        };
        for at in 0..total {
            let factor = simplex.scale.of_value(at);
            simplex.lower[at] /= factor;
            simplex.upper[at] /= factor;
        }
        for at in 0..columns {
            simplex.state[at] = simplex.resting(at);
        }
        for at in columns..total {
            simplex.state[at] = State::Basic;
        }
        simplex
    }

    /// Where a variable rests that is not basic, by its bounds alone.
    fn resting(&self, at: usize) -> State {
        match (self.lower[at].is_finite(), self.upper[at].is_finite()) {
            (true, true) if self.upper[at].abs() < self.lower[at].abs() => State::Upper,
            (true, _) => State::Lower,
            (false, true) => State::Upper,
            (false, false) => State::Zero,
        }
    }

    /// Change the bounds of a variable; a value that is not basic follows.
    pub(super) fn set_bounds(&mut self, at: usize, lower: f64, upper: f64) {
        let factor = self.scale.of_value(at);
        self.lower[at] = lower / factor;
        self.upper[at] = upper / factor;
    }

    /// Change the cost of a column.
    pub(super) fn set_cost(&mut self, at: usize, cost: f64) {
        self.cost[at] = cost * self.scale.column[at] * self.scale.cost;
    }

    /// Set how far values and reduced costs may be outside, in scaled units.
    pub(super) fn set_tolerance(&mut self, tolerance: f64) {
        self.tolerance_primal = tolerance;
        self.tolerance_dual = tolerance;
    }

    /// Where every variable stands.
    pub(super) fn states(&self) -> &[State] {
        &self.state
    }

    /// Steepest-edge weights by variable, 1 for those that are not basic.
    pub(super) fn weights(&self) -> Vec<f32> {
        let mut weights = vec![1.0; self.rows + self.columns];
        for (row, variable) in self.head.iter().enumerate() {
            weights[*variable as usize] = self.weight[row] as f32;
        }
        weights
    }

    /// Begin the next solve at these states. The basis is completed with logicals where it is short.
    pub(super) fn set_states(&mut self, states: &[State], weights: Option<&[f32]>) {
        self.state.copy_from_slice(states);
        self.head.clear();
        let basic = (0..self.rows + self.columns).filter(|at| states[*at] == State::Basic);
        self.head.extend(basic.map(|at| at as u32));
        while self.head.len() > self.rows {
            if let Some(extra) = self.head.pop() {
                self.state[extra as usize] = self.resting(extra as usize);
            }
        }
        let mut logical = self.columns;
        while self.head.len() < self.rows && logical < self.rows + self.columns {
            if self.state[logical] != State::Basic {
                self.state[logical] = State::Basic;
                self.head.push(logical as u32);
            }
            logical += 1;
        }
        for (row, variable) in self.head.iter().enumerate() {
            self.weight[row] = weights.map_or(1.0, |weights| f64::from(weights[*variable as usize]).max(1e-4));
        }
        self.has_factor = false;
    }

    /// The value of a column or row, in the units of the programme.
    pub(super) fn value(&self, at: usize) -> f64 {
        self.x[at] * self.scale.of_value(at)
    }

    /// The reduced cost of a column, or the dual of a row, in the units of the programme.
    pub(super) fn reduced_cost(&self, at: usize) -> f64 {
        self.reduced[at] / (self.scale.of_value(at) * self.scale.cost)
    }

    /// Whether values and reduced costs are numbers.
    pub(super) fn is_finite(&self) -> bool {
        self.x.iter().chain(&self.reduced).all(|value| value.is_finite()) && self.objective().is_finite()
    }

    /// Whether all values are inside their bounds.
    pub(super) fn is_feasible(&self) -> bool {
        self.is_finite()
            && (0..self.rows + self.columns).all(|at| self.violation(at).abs() <= 10.0 * self.tolerance_primal)
    }

    /// The objective, in the units of the programme.
    pub(super) fn objective(&self) -> f64 {
        (0..self.columns).map(|at| self.cost[at] * self.x[at]).sum::<f64>() / self.scale.cost
    }

    /// Multipliers of rows that prove infeasibility, after [`Outcome::Infeasible`]: in any point the sum of the rows with these
    /// multipliers would have to lie beyond what the bounds of columns allow.
    pub(super) fn proof(&self) -> Vec<f64> {
        self.proof.iter().enumerate().map(|(row, value)| value * self.scale.row[row]).collect()
    }

    /// A direction of columns along which the objective falls without end, after [`Outcome::Unbounded`].
    pub(super) fn ray(&self) -> Vec<f64> {
        (0..self.columns).map(|at| self.ray[at] * self.scale.column[at]).collect()
    }

    fn column_into(&self, variable: usize, factor: f64, target: &mut Scattered) {
        if variable >= self.columns {
            target.add(variable - self.columns, -factor);
        } else {
            for (row, value) in self.by_column.pairs(variable) {
                target.add(row, factor * value);
            }
        }
    }

    /// Factorise the basis; columns that depend on others leave it.
    fn factorise(&mut self, context: &Context) -> Result<()> {
        let mut weights = std::mem::take(&mut self.devex);
        weights.clear();
        weights.resize(self.rows + self.columns, 1.0);
        for (row, variable) in self.head.iter().enumerate() {
            weights[*variable as usize] = self.weight[row];
        }
        let replaced = self.factor.factorise(&self.by_column, self.rows, &mut self.head, context)?;
        for variable in replaced {
            self.state[variable as usize] = self.resting(variable as usize);
        }
        for (row, variable) in self.head.iter().enumerate() {
            self.weight[row] = weights[*variable as usize];
            self.state[*variable as usize] = State::Basic;
        }
        self.devex = weights;
        self.has_factor = true;
        Ok(())
    }

    /// Put what is not basic onto its bound, and compute what is.
    fn compute_primal(&mut self) {
        let mut right = std::mem::take(&mut self.flip_part);
        right.clear();
        for at in 0..self.rows + self.columns {
            if self.state[at] == State::Basic {
                continue;
            }
            self.rest(at);
            let value = self.x[at];
            if value != 0.0 {
                self.column_into(at, -value, &mut right);
            }
        }
        self.factor.solve(&mut right, &mut Density::default());
        for (row, variable) in self.head.iter().enumerate() {
            self.x[*variable as usize] = right.value[row];
        }
        right.clear();
        self.flip_part = right;
    }

    /// Put a variable that is not basic onto a bound that it has.
    fn rest(&mut self, at: usize) {
        let state = match self.state[at] {
            State::Lower if self.lower[at].is_finite() => State::Lower,
            State::Upper if self.upper[at].is_finite() => State::Upper,
            _ => self.resting(at),
        };
        self.state[at] = state;
        self.x[at] = match state {
            State::Lower => self.lower[at],
            State::Upper => self.upper[at],
            _ => 0.0,
        };
    }

    /// Reduced costs of the costs at work.
    fn compute_reduced(&mut self) {
        let mut prices = std::mem::take(&mut self.row_part);
        prices.clear();
        for (row, variable) in self.head.iter().enumerate() {
            let cost = self.work_cost[*variable as usize];
            if cost != 0.0 {
                prices.put(row, cost);
            }
        }
        self.factor.solve_across(&mut prices, &mut Density::default());
        for at in 0..self.columns {
            self.reduced[at] = if self.state[at] == State::Basic {
                0.0
            } else {
                let (index, value) = self.by_column.line(at);
                let sum: f64 = index.iter().zip(value).map(|(row, value)| prices.value[*row as usize] * value).sum();
                self.work_cost[at] - sum
            };
        }
        for row in 0..self.rows {
            let at = self.columns + row;
            self.reduced[at] =
                if self.state[at] == State::Basic { 0.0 } else { self.work_cost[at] + prices.value[row] };
        }
        prices.clear();
        self.row_part = prices;
    }

    /// How far the value of a variable is outside its bounds; below is negative.
    #[inline]
    fn violation(&self, at: usize) -> f64 {
        let value = self.x[at];
        if value < self.lower[at] {
            value - self.lower[at]
        } else if value > self.upper[at] {
            value - self.upper[at]
        } else {
            0.0
        }
    }

    /// By how much the reduced cost of a variable that is not basic has the wrong sign.
    #[inline]
    fn dual_violation(&self, at: usize) -> f64 {
        let reduced = self.reduced[at];
        match self.state[at] {
            State::Basic => 0.0,
            _ if self.lower[at] == self.upper[at] => 0.0,
            State::Lower => (-reduced).max(0.0),
            State::Upper => reduced.max(0.0),
            State::Zero => reduced.abs(),
        }
    }

    fn is_boxed(&self, at: usize) -> bool {
        self.lower[at].is_finite() && self.upper[at].is_finite()
    }

    fn is_primal_feasible(&self) -> bool {
        self.head.iter().all(|at| self.violation(*at as usize).abs() <= self.tolerance_primal)
    }

    /// Move boxed variables to the bound that suits their reduced cost. True if all reduced costs are then right.
    fn settle_boxes(&mut self) -> bool {
        let mut right = true;
        for at in 0..self.rows + self.columns {
            if self.dual_violation(at) > self.tolerance_dual {
                if self.is_boxed(at) {
                    self.state[at] = if self.state[at] == State::Lower { State::Upper } else { State::Lower };
                } else {
                    right = false;
                }
            }
        }
        right
    }

    /// Use the costs as given again.
    fn unshift(&mut self) {
        self.work_cost.copy_from_slice(&self.cost);
        self.is_shifted = false;
    }

    /// Whether bounds cross.
    fn crossed(&self) -> Option<usize> {
        (0..self.rows + self.columns).find(|at| self.lower[*at] > self.upper[*at] + self.tolerance_primal)
    }

    /// Solve from the states at hand.
    ///
    /// # Errors
    /// `cancelled`, and `internal` if the matrix holds numbers that are not finite.
    pub(super) fn solve(&mut self, limits: &Limits, context: &Context) -> Result<Outcome> {
        ensure!(self.is_sound, InvalidData, "a coefficient is beyond the largest number");
        if let Some(at) = self.crossed() {
            self.proof = vec![0.0; self.rows];
            if at >= self.columns {
                self.proof[at - self.columns] = 1.0;
            }
            return Ok(Outcome::Infeasible);
        }
        let budget = limits.iterations.saturating_add(self.iterations);
        let limits = Limits { iterations: budget, ..*limits };
        self.unshift();
        if !self.has_factor || self.factor.exchanges() > 0 && self.factor.is_worn() {
            self.factorise(context)?;
        }
        let mut may_perturb = limits.perturb;
        for attempt in 0..12 {
            self.unshift();
            if attempt > 1 && self.factor.exchanges() > 0 || self.factor.exchanges() > TRUSTED {
                self.factorise(context)?;
            }
            self.compute_reduced();
            self.compute_primal();
            let mut primal_feasible = self.is_primal_feasible();
            let total = self.rows + self.columns;
            let wrong = |at: &usize| self.dual_violation(*at) > self.tolerance_dual;
            if attempt == 0 && primal_feasible && (0..total).filter(wrong).all(|at| self.is_boxed(at)) {
                // Boxes can all be moved at once, and the dual method brings back the few that must not be.
                self.settle_boxes();
                self.compute_primal();
                primal_feasible = self.is_primal_feasible();
            }
            let dual_feasible = if primal_feasible {
                // Boxes stay where they are, or the values would be lost.
                (0..total).all(|at| self.dual_violation(at) <= self.tolerance_dual)
            } else {
                let settled = self.settle_boxes();
                self.compute_primal();
                settled
            };
            let outcome = match (primal_feasible, dual_feasible) {
                (true, true) => return Ok(Outcome::Optimal),
                (false, true) => self.dual(&limits, may_perturb, context)?,
                (true, false) => self.primal(&limits, context)?,
                (false, false) => self.start_anew(&limits, may_perturb, context)?,
            };
            match outcome {
                Outcome::Optimal => {}
                Outcome::Trouble => {
                    may_perturb = !may_perturb;
                    self.weight.fill(1.0);
                }
                other => return Ok(other),
            }
            if attempt >= 2 {
                may_perturb = false;
            }
            if attempt >= 5 {
                // What rounding lets flip between the two methods is let pass at a tolerance that still is a fine one.
                self.tolerance_primal = (self.tolerance_primal * 4.0).min(1e-7);
                self.tolerance_dual = (self.tolerance_dual * 4.0).min(1e-7);
            }
        }
        Ok(Outcome::Trouble)
    }

    /// Neither values nor reduced costs are right.
    fn start_anew(&mut self, limits: &Limits, perturb: bool, context: &Context) -> Result<Outcome> {
        let one = self.make_dual_feasible(limits, perturb, context)?;
        match one {
            phase_one::PhaseOne::Feasible => self.dual(limits, false, context),
            phase_one::PhaseOne::Stopped(outcome) => Ok(outcome),
            phase_one::PhaseOne::Impossible => {
                // No costs can be kept: find a feasible point with costs shifted, then let the primal method go on.
                self.shift_into_feasibility();
                self.compute_primal();
                self.dual(&Limits { cutoff: f64::INFINITY, ..*limits }, false, context)
            }
        }
    }

    /// Change the costs at work so that every reduced cost is right.
    fn shift_into_feasibility(&mut self) {
        for at in 0..self.rows + self.columns {
            if self.dual_violation(at) > 0.0 && !self.is_boxed(at) {
                self.work_cost[at] -= self.reduced[at];
                self.reduced[at] = 0.0;
                self.is_shifted = true;
            }
        }
        self.settle_boxes();
    }

    /// Row `row` of the inverse of the basis, into `row_part`.
    fn basis_row(&mut self, row: usize) {
        self.row_part.clear();
        self.row_part.put(row, 1.0);
        self.factor.solve_across(&mut self.row_part, &mut self.dense.row);
    }

    /// The products of `row_part` with the columns, into `tableau_row`.
    fn price(&mut self) {
        self.tableau_row.clear();
        let density = self.row_part.index.len() as f64 / self.rows.max(1) as f64;
        if density > 0.4 {
            for at in 0..self.columns {
                if self.state[at] == State::Basic {
                    continue;
                }
                let (index, value) = self.by_column.line(at);
                let product: f64 =
                    index.iter().zip(value).map(|(row, value)| self.row_part.value[*row as usize] * value).sum();
                if product.abs() > 1e-14 {
                    self.tableau_row.put(at, product);
                }
            }
            return;
        }
        if self.dense.price < 0.15 {
            for row in &self.row_part.index {
                let factor = self.row_part.value[*row as usize];
                let (index, value) = self.by_row.line(*row as usize);
                for (at, value) in index.iter().zip(value) {
                    self.tableau_row.add(*at as usize, factor * value);
                }
            }
            self.tableau_row.tidy(1e-14);
        } else {
            for row in &self.row_part.index {
                let factor = self.row_part.value[*row as usize];
                let (index, value) = self.by_row.line(*row as usize);
                for (at, value) in index.iter().zip(value) {
                    self.tableau_row.value[*at as usize] += factor * value;
                }
            }
            for at in 0..self.columns {
                if self.tableau_row.value[at].abs() > 1e-14 {
                    self.tableau_row.index.push(at as u32);
                } else {
                    self.tableau_row.value[at] = 0.0;
                }
            }
        }
        let found = self.tableau_row.index.len() as f64 / self.columns.max(1) as f64;
        self.dense.price = 0.9 * self.dense.price + 0.1 * found;
    }

    fn out_of_time(&self, limits: &Limits) -> bool {
        self.iterations >= limits.iterations
            || (self.iterations.is_multiple_of(16) && limits.until.is_some_and(|until| Instant::now() >= until))
    }
}

/// The view of the basis that cuts are made from.
impl Simplex {
    /// The variable that is basic for each row.
    pub(super) fn head(&self) -> &[u32] {
        &self.head
    }

    /// Row `row` of the inverse of the basis: factors of the rows of the programme, in its units up to one factor for all.
    pub(super) fn multipliers(&mut self, row: usize) -> Vec<(usize, f64)> {
        self.basis_row(row);
        self.row_part
            .index
            .iter()
            .map(|at| (*at as usize, self.row_part.value[*at as usize] * self.scale.row[*at as usize]))
            .collect()
    }
}
