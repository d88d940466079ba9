//! The dual method: reduced costs stay right while values are brought inside their bounds.
use super::ratio::Candidate;
use super::{Limits, Outcome, PIVOT_TOLERANCE, Simplex, State};
use crate::Context;
use crate::error::Result;

/// What one iteration came to.
enum Step {
    Done,
    /// Go on from a fresh factorisation.
    Refresh,
    End(Outcome),
}

impl Simplex {
    /// Until all values are inside their bounds. Reduced costs must be right at the start.
    pub(super) fn dual(&mut self, limits: &Limits, perturb: bool, context: &Context) -> Result<Outcome> {
        if perturb {
            self.perturb_costs();
            self.compute_reduced();
            self.keep_dual_feasible();
            self.compute_primal();
        }
        self.list_infeasibilities();
        let mut troubles = 0;
        loop {
            context.check()?;
            if self.out_of_time(limits) {
                return Ok(Outcome::Limit);
            }
            if limits.cutoff.is_finite() && self.iterations.is_multiple_of(8) && self.exceeds(limits.cutoff) {
                return Ok(Outcome::Cutoff);
            }
            if self.factor.is_worn() {
                self.refresh(context)?;
            }
            match self.dual_step()? {
                Step::Done => {}
                Step::End(outcome) => return Ok(outcome),
                Step::Refresh => {
                    troubles += 1;
                    if troubles > 50 + self.rows / 10 {
                        return Ok(Outcome::Trouble);
                    }
                    self.refresh(context)?;
                }
            }
        }
    }

    fn refresh(&mut self, context: &Context) -> Result<()> {
        self.factorise(context)?;
        self.compute_reduced();
        self.keep_dual_feasible();
        self.compute_primal();
        self.list_infeasibilities();
        Ok(())
    }

    /// Whether the objective must exceed `cutoff`, by the dual solution at hand with the costs as given.
    pub(super) fn exceeds(&self, cutoff: f64) -> bool {
        let cutoff = cutoff * self.scale.cost;
        let total = self.rows + self.columns;
        let at_work: f64 = (0..total).map(|at| self.work_cost[at] * self.x[at]).sum();
        at_work > cutoff && (!self.is_shifted || self.dual_bound() > cutoff)
    }

    /// The bound that the reduced costs at hand prove for the costs as given: any prices give one.
    fn dual_bound(&self) -> f64 {
        let of = |at: usize| {
            let reduced = self.reduced[at] - (self.work_cost[at] - self.cost[at]);
            if reduced.abs() < 1e-13 {
                0.0
            } else if reduced > 0.0 {
                reduced * self.lower[at]
            } else {
                reduced * self.upper[at]
            }
        };
        (0..self.rows + self.columns).map(of).sum()
    }

    fn list_infeasibilities(&mut self) {
        for row in 0..self.rows {
            self.infeasibility[row] = self.squared_violation(row);
        }
    }

    #[inline]
    fn squared_violation(&self, row: usize) -> f64 {
        let violation = self.violation(self.head[row] as usize);
        if violation.abs() > self.tolerance_primal { violation * violation } else { 0.0 }
    }

    fn leaving_row(&self) -> Option<usize> {
        let (mut best, mut found) = (0.0, None);
        for (row, (infeasibility, weight)) in self.infeasibility.iter().zip(&self.weight).enumerate() {
            if *infeasibility > best * weight {
                best = infeasibility / weight;
                found = Some(row);
            }
        }
        found
    }

    fn dual_step(&mut self) -> Result<Step> {
        let Some(row) = self.leaving_row() else {
            // The caller computes everything anew from the basis and looks again.
            return Ok(Step::End(Outcome::Optimal));
        };
        let leaving = self.head[row] as usize;
        let outside = self.violation(leaving);
        let sign = outside.signum();
        self.basis_row(row);
        self.price();
        self.collect_candidates(sign);
        let Some(chosen) = self.ratio.choose(outside.abs(), self.tolerance_dual) else {
            return Ok(self.conclude_infeasible(row, sign));
        };
        let Candidate { variable, size, distance, .. } = self.ratio.candidates[chosen];
        let entering = variable as usize;
        self.tableau_column.clear();
        let mut column = std::mem::take(&mut self.tableau_column);
        self.column_into(entering, 1.0, &mut column);
        self.factor.solve(&mut column, &mut self.dense.column);
        self.tableau_column = column;
        let pivot = self.tableau_column.value[row];
        let expected = self.row_entry(entering);
        let apart = (pivot - expected).abs();
        if apart > 1e-7 * pivot.abs().min(expected.abs()).max(1e-11) {
            if self.factor.exchanges() > 0 {
                return Ok(Step::Refresh);
            }
            if apart > 1e-3 * pivot.abs() {
                // Not to be trusted even afresh: leave this row alone for a while.
                self.infeasibility[row] = 0.0;
                return Ok(if self.leaving_row().is_none() { Step::End(Outcome::Trouble) } else { Step::Done });
            }
        }
        // The dual step; a reduced cost on the wrong side of zero is moved there first.
        let mut length = distance / size;
        if length < 0.0 {
            self.work_cost[entering] -= self.reduced[entering];
            self.reduced[entering] = 0.0;
            self.is_shifted = true;
            length = 0.0;
        }
        self.update_reduced(sign * length, entering, leaving);
        self.apply_flips();
        self.update_edges(row);
        let bound = if sign > 0.0 { self.upper[leaving] } else { self.lower[leaving] };
        let step = (self.x[leaving] - bound) / pivot;
        for at in &self.tableau_column.index {
            let variable = self.head[*at as usize] as usize;
            self.x[variable] -= step * self.tableau_column.value[*at as usize];
        }
        self.x[leaving] = bound;
        self.x[entering] += step;
        self.state[leaving] = if sign > 0.0 { State::Upper } else { State::Lower };
        self.state[entering] = State::Basic;
        self.head[row] = entering as u32;
        self.factor.exchange(row, &self.tableau_column);
        for position in 0..self.tableau_column.index.len() {
            let at = self.tableau_column.index[position] as usize;
            self.infeasibility[at] = self.squared_violation(at);
        }
        self.infeasibility[row] = self.squared_violation(row);
        self.iterations += 1;
        Ok(Step::Done)
    }

    /// The entry of a variable in the row of the tableau at hand.
    #[inline]
    pub(super) fn row_entry(&self, variable: usize) -> f64 {
        if variable < self.columns {
            self.tableau_row.value[variable]
        } else {
            -self.row_part.value[variable - self.columns]
        }
    }

    fn collect_candidates(&mut self, sign: f64) {
        let mut candidates = std::mem::take(&mut self.ratio.candidates);
        candidates.clear();
        // Rounding errors grow with the exchanges since the basis was factorised.
        let least = match self.factor.exchanges() {
            0..10 => PIVOT_TOLERANCE,
            10..20 => 3e-8,
            _ => 1e-6,
        };
        let mut consider = |variable: usize, entry: f64| {
            let entry = sign * entry;
            if entry.abs() < least || self.lower[variable] == self.upper[variable] {
                return;
            }
            let reduced = self.reduced[variable];
            let distance = match self.state[variable] {
                State::Lower if entry > 0.0 => reduced,
                State::Upper if entry < 0.0 => -reduced,
                State::Zero => 0.0,
                _ => return,
            };
            let range = self.upper[variable] - self.lower[variable];
            candidates.push(Candidate { variable: variable as u32, size: entry.abs(), distance, range });
        };
        for at in &self.tableau_row.index {
            consider(*at as usize, self.tableau_row.value[*at as usize]);
        }
        for row in &self.row_part.index {
            consider(self.columns + *row as usize, -self.row_part.value[*row as usize]);
        }
        self.ratio.candidates = candidates;
    }

    /// No variable can bring the row inside: prove it with the bounds, afresh.
    fn conclude_infeasible(&mut self, row: usize, sign: f64) -> Step {
        // The value of the leaving variable is -sum(entry * x): the most that bounds let it come back.
        let mut reach = 0.0;
        let mut size: f64 = 1.0;
        let mut add = |at: usize, entry: f64| {
            if entry == 0.0 || self.state[at] == State::Basic {
                return;
            }
            // sign > 0: the value is too large; its least is sought.
            let bound = if -sign * entry > 0.0 { self.lower[at] } else { self.upper[at] };
            if bound.is_finite() {
                reach += -sign * entry * bound;
                size += (entry * bound).abs();
            } else if entry.abs() > PIVOT_TOLERANCE {
                reach = f64::NEG_INFINITY;
            }
        };
        for at in &self.tableau_row.index {
            add(*at as usize, self.tableau_row.value[*at as usize]);
        }
        for at in &self.row_part.index {
            add(self.columns + *at as usize, -self.row_part.value[*at as usize]);
        }
        let leaving = self.head[row] as usize;
        let limit = if sign > 0.0 { self.upper[leaving] } else { -self.lower[leaving] };
        // The row is the product of the multipliers and the matrix, whatever the age of the factors: only a narrow margin
        // is looked at again.
        let is_fresh = self.factor.exchanges() == 0;
        let margin = if is_fresh { self.tolerance_primal * 0.5 + 1e-13 * size } else { 1e-6 + 1e-9 * size };
        if reach > limit + margin {
            self.proof = vec![0.0; self.rows];
            for at in &self.row_part.index {
                self.proof[*at as usize] = sign * self.row_part.value[*at as usize];
            }
            return Step::End(Outcome::Infeasible);
        }
        if !is_fresh {
            return Step::Refresh;
        }
        self.infeasibility[row] = 0.0;
        if self.leaving_row().is_none() { Step::End(Outcome::Trouble) } else { Step::Done }
    }

    fn update_reduced(&mut self, step: f64, entering: usize, leaving: usize) {
        if step != 0.0 {
            // The entries of basic variables are rounding errors.
            for at in &self.tableau_row.index {
                let at = *at as usize;
                if self.state[at] != State::Basic {
                    self.reduced[at] -= step * self.tableau_row.value[at];
                }
            }
            for row in &self.row_part.index {
                let at = self.columns + *row as usize;
                if self.state[at] != State::Basic {
                    self.reduced[at] += step * self.row_part.value[*row as usize];
                }
            }
        }
        self.reduced[entering] = 0.0;
        self.reduced[leaving] = -step;
        for at in self.ratio.passed..self.ratio.tied {
            let variable = self.ratio.candidates[at].variable as usize;
            if variable != entering && self.dual_violation(variable) > 0.0 {
                self.work_cost[variable] -= self.reduced[variable];
                self.reduced[variable] = 0.0;
                self.is_shifted = true;
            }
        }
    }

    /// Move the variables that were passed to their other bounds, and the basic values with them.
    fn apply_flips(&mut self) {
        if self.ratio.passed == 0 {
            return;
        }
        let mut part = std::mem::take(&mut self.flip_part);
        part.clear();
        for at in 0..self.ratio.passed {
            let variable = self.ratio.candidates[at].variable as usize;
            let target = if self.state[variable] == State::Lower { State::Upper } else { State::Lower };
            let old = self.x[variable];
            self.state[variable] = target;
            self.x[variable] = if target == State::Lower { self.lower[variable] } else { self.upper[variable] };
            self.column_into(variable, self.x[variable] - old, &mut part);
        }
        self.factor.solve(&mut part, &mut self.dense.flip);
        for at in &part.index {
            let variable = self.head[*at as usize] as usize;
            self.x[variable] -= part.value[*at as usize];
        }
        for position in 0..part.index.len() {
            let at = part.index[position] as usize;
            self.infeasibility[at] = self.squared_violation(at);
        }
        part.clear();
        self.flip_part = part;
    }

    /// Steepest-edge weights after the exchange in `row`; needs the row and column of the tableau.
    fn update_edges(&mut self, row: usize) {
        let true_weight = self.row_part.square();
        let mut edge = std::mem::take(&mut self.edge);
        edge.copy_from(&self.row_part);
        self.factor.solve(&mut edge, &mut self.dense.edge);
        let pivot = self.tableau_column.value[row];
        for at in &self.tableau_column.index {
            let at = *at as usize;
            if at == row {
                continue;
            }
            let ratio = self.tableau_column.value[at] / pivot;
            let weight = self.weight[at] + ratio * (ratio * true_weight - 2.0 * edge.value[at]);
            self.weight[at] = weight.max(1e-4);
        }
        self.weight[row] = (true_weight / (pivot * pivot)).max(1e-4);
        self.edge = edge;
    }

    /// Costs moved away from ties, each to the side where its reduced cost stays right.
    pub(super) fn perturb_costs(&mut self) {
        let mut largest = self.cost.iter().fold(0.0f64, |most, c| most.max(c.abs()));
        if largest > 100.0 {
            largest = largest.sqrt().sqrt();
        }
        let boxed = (0..self.columns).filter(|at| self.is_boxed(*at)).count() as f64 / self.columns.max(1) as f64;
        if boxed < 0.01 {
            largest = largest.min(1.0);
        }
        let base = 5e-7 * largest.max(1e-3);
        for at in 0..self.columns {
            let size = (self.cost[at].abs() + 1.0) * base * (1.0 + self.random.uniform());
            self.work_cost[at] += match (self.lower[at].is_finite(), self.upper[at].is_finite()) {
                (true, true) if self.lower[at] == self.upper[at] => 0.0,
                (true, true) if self.cost[at] >= 0.0 => size,
                (true, true) => -size,
                (true, false) => size,
                (false, true) => -size,
                (false, false) => 0.0,
            };
        }
        for at in self.columns..self.columns + self.rows {
            self.work_cost[at] += (0.5 - self.random.uniform()) * 1e-12;
        }
        self.is_shifted = true;
    }

    /// After reduced costs were computed: boxes to the side that suits them, costs shifted for the rest.
    fn keep_dual_feasible(&mut self) {
        for at in 0..self.rows + self.columns {
            if self.dual_violation(at) > self.tolerance_dual {
                if self.is_boxed(at) {
                    self.state[at] = if self.state[at] == State::Lower { State::Upper } else { State::Lower };
                } else {
                    self.work_cost[at] -= self.reduced[at];
                    self.reduced[at] = 0.0;
                    self.is_shifted = true;
                }
            }
        }
    }
}
