//! The primal method: values stay inside their bounds while the objective falls.
use super::{Limits, Outcome, Simplex, State};
use crate::Context;
use crate::error::Result;

/// Where a step along a column ends.
struct Block {
    /// The row that blocks, if not the entering variable itself.
    row: Option<usize>,
    /// Whether the leaving variable stops at its upper bound.
    at_upper: bool,
    length: f64,
}

impl Simplex {
    /// Until all reduced costs are right. Values must be inside their bounds at the start.
    pub(super) fn primal(&mut self, limits: &Limits, context: &Context) -> Result<Outcome> {
        self.devex.clear();
        self.devex.resize(self.rows + self.columns, 1.0);
        let (lower, upper) = (self.lower.clone(), self.upper.clone());
        let mut relaxed = false;
        let mut still = 0usize;
        let mut troubles = 0;
        let outcome = loop {
            context.check()?;
            if self.out_of_time(limits) {
                break Outcome::Limit;
            }
            if self.factor.is_worn() {
                self.refresh_primal(context)?;
            }
            let Some(entering) = self.entering() else {
                if self.factor.exchanges() == 0 {
                    break Outcome::Optimal;
                }
                self.refresh_primal(context)?;
                if self.entering().is_none() {
                    break Outcome::Optimal;
                }
                continue;
            };
            let mut column = std::mem::take(&mut self.tableau_column);
            column.clear();
            self.column_into(entering, 1.0, &mut column);
            self.factor.solve(&mut column, &mut self.dense.column);
            self.tableau_column = column;
            let direction = -self.reduced[entering].signum();
            let block = self.block(entering, direction);
            if block.length.is_infinite() {
                if self.factor.exchanges() > 0 {
                    self.refresh_primal(context)?;
                    continue;
                }
                self.keep_ray(entering, direction);
                break Outcome::Unbounded;
            }
            still = if block.length > 1e-12 { 0 } else { still + 1 };
            if still > 300 + self.rows / 4 && !relaxed {
                relaxed = true;
                still = 0;
                self.relax_bounds();
                continue;
            }
            if !self.primal_step(entering, direction, &block) {
                troubles += 1;
                if self.factor.exchanges() == 0 || troubles > 50 {
                    break Outcome::Trouble;
                }
                self.refresh_primal(context)?;
            }
        };
        self.lower = lower;
        self.upper = upper;
        self.weight.fill(1.0);
        Ok(outcome)
    }

    fn refresh_primal(&mut self, context: &Context) -> Result<()> {
        let devex = self.devex.clone();
        self.factorise(context)?;
        self.devex = devex;
        self.compute_reduced();
        self.compute_primal();
        Ok(())
    }

    /// Bounds of basic variables moved outwards by different small amounts, so that no step stays at a tie.
    fn relax_bounds(&mut self) {
        for row in 0..self.rows {
            let at = self.head[row] as usize;
            let size = 1e-7 * (1.0 + self.random.uniform());
            self.lower[at] -= size * (1.0 + self.lower[at].abs());
            let size = 1e-7 * (1.0 + self.random.uniform());
            self.upper[at] += size * (1.0 + self.upper[at].abs());
        }
    }

    fn entering(&self) -> Option<usize> {
        let (mut best, mut found) = (0.0, None);
        for at in 0..self.rows + self.columns {
            let violation = self.dual_violation(at);
            if violation > self.tolerance_dual {
                let merit = violation * violation;
                if merit > best * self.devex[at] {
                    best = merit / self.devex[at];
                    found = Some(at);
                }
            }
        }
        found
    }

    /// Harris's two passes: how far tolerances let the step go, then the largest pivot up to there.
    fn block(&self, entering: usize, direction: f64) -> Block {
        let tolerance = self.tolerance_primal.max(1e-9);
        let room = |row: usize| {
            let slope = -direction * self.tableau_column.value[row];
            let at = self.head[row] as usize;
            let room = if slope > 0.0 { self.upper[at] - self.x[at] } else { self.x[at] - self.lower[at] };
            (room, slope)
        };
        let mut farthest = f64::INFINITY;
        for row in &self.tableau_column.index {
            let (room, slope) = room(*row as usize);
            if slope.abs() > 1e-9 {
                farthest = farthest.min((room.max(0.0) + tolerance) / slope.abs());
            }
        }
        let range = self.upper[entering] - self.lower[entering];
        let mut block = Block { row: None, at_upper: false, length: f64::INFINITY };
        let mut largest = 0.0;
        for row in &self.tableau_column.index {
            let (room, slope) = room(*row as usize);
            if slope.abs() > 1e-9 && room <= farthest * slope.abs() && slope.abs() > largest {
                largest = slope.abs();
                let length = (room / slope.abs()).max(0.0);
                block = Block { row: Some(*row as usize), at_upper: slope > 0.0, length };
            }
        }
        if range <= block.length {
            return Block { row: None, at_upper: direction > 0.0, length: range };
        }
        block
    }

    fn keep_ray(&mut self, entering: usize, direction: f64) {
        self.ray = vec![0.0; self.rows + self.columns];
        self.ray[entering] = direction;
        for row in &self.tableau_column.index {
            self.ray[self.head[*row as usize] as usize] = -direction * self.tableau_column.value[*row as usize];
        }
    }

    /// Take the step; false if the pivot cannot be trusted.
    fn primal_step(&mut self, entering: usize, direction: f64, block: &Block) -> bool {
        let Some(row) = block.row else {
            self.move_along(entering, direction * block.length);
            self.state[entering] = if block.at_upper { State::Upper } else { State::Lower };
            self.x[entering] = if block.at_upper { self.upper[entering] } else { self.lower[entering] };
            self.iterations += 1;
            return true;
        };
        let leaving = self.head[row] as usize;
        self.basis_row(row);
        self.price();
        let pivot = self.tableau_column.value[row];
        let expected = self.row_entry(entering);
        if (pivot - expected).abs() > 1e-6 * (1.0 + pivot.abs()) || pivot.abs() < 1e-9 {
            return false;
        }
        self.move_along(entering, direction * block.length);
        self.state[leaving] = if block.at_upper { State::Upper } else { State::Lower };
        self.x[leaving] = if block.at_upper { self.upper[leaving] } else { self.lower[leaving] };
        let ratio = self.reduced[entering] / pivot;
        let reference = self.devex[entering];
        for at in &self.tableau_row.index {
            let at = *at as usize;
            if self.state[at] == State::Basic {
                continue;
            }
            let entry = self.tableau_row.value[at];
            self.reduced[at] -= ratio * entry;
            let share = entry / pivot;
            self.devex[at] = self.devex[at].max(share * share * reference);
        }
        for row in &self.row_part.index {
            let at = self.columns + *row as usize;
            if self.state[at] == State::Basic {
                continue;
            }
            let entry = -self.row_part.value[*row as usize];
            self.reduced[at] -= ratio * entry;
            let share = entry / pivot;
            self.devex[at] = self.devex[at].max(share * share * reference);
        }
        self.state[entering] = State::Basic;
        self.head[row] = entering as u32;
        self.reduced[entering] = 0.0;
        self.reduced[leaving] = -ratio;
        self.devex[leaving] = (reference / (pivot * pivot)).max(1.0);
        self.factor.exchange(row, &self.tableau_column);
        self.iterations += 1;
        true
    }

    fn move_along(&mut self, entering: usize, step: f64) {
        for row in &self.tableau_column.index {
            let variable = self.head[*row as usize] as usize;
            self.x[variable] -= step * self.tableau_column.value[*row as usize];
        }
        self.x[entering] += step;
    }
}
