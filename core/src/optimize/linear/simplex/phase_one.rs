//! Reduced costs made right: the dual method on the same matrix with artificial boxes.
//!
//! Variables that lack a bound get a box of size 1 on that side, all others are fixed at 0; the optimum is then the least sum
//! of wrong reduced costs (Koberstein, *The dual simplex method*, 2005, section 4.3).
use super::{Limits, Outcome, Simplex, State};
use crate::Context;
use crate::error::Result;

/// What came of it.
pub(super) enum PhaseOne {
    /// Reduced costs of the costs at work are right, and values are those of the true bounds.
    Feasible,
    /// No basis has right reduced costs.
    Impossible,
    /// A limit, or rounding errors.
    Stopped(Outcome),
}

impl Simplex {
    pub(super) fn make_dual_feasible(&mut self, limits: &Limits, perturb: bool, context: &Context) -> Result<PhaseOne> {
        if perturb {
            self.perturb_costs();
            self.compute_reduced();
        }
        let total = self.rows + self.columns;
        let lower = self.lower.clone();
        let upper = self.upper.clone();
        for at in 0..total {
            (self.lower[at], self.upper[at]) = match (lower[at].is_finite(), upper[at].is_finite()) {
                (true, true) => (0.0, 0.0),
                (true, false) => (0.0, 1.0),
                (false, true) => (-1.0, 0.0),
                (false, false) => (-1000.0, 1000.0),
            };
            if self.state[at] != State::Basic {
                self.state[at] = if self.reduced[at] >= 0.0 { State::Lower } else { State::Upper };
            }
        }
        self.compute_primal();
        let ended = self.dual(&Limits { cutoff: f64::INFINITY, ..*limits }, false, context);
        self.lower = lower;
        self.upper = upper;
        match ended? {
            Outcome::Optimal => {}
            other => {
                self.settle();
                return Ok(PhaseOne::Stopped(other));
            }
        }
        self.settle();
        self.compute_reduced();
        let right = (0..total).all(|at| self.is_boxed(at) || self.dual_violation(at) <= self.tolerance_dual);
        self.settle_boxes();
        self.compute_primal();
        Ok(if right { PhaseOne::Feasible } else { PhaseOne::Impossible })
    }

    /// What is not basic goes to a true bound.
    fn settle(&mut self) {
        for at in 0..self.rows + self.columns {
            if self.state[at] == State::Basic {
                continue;
            }
            self.state[at] = match (self.lower[at].is_finite(), self.upper[at].is_finite()) {
                (true, true) => self.state[at],
                _ => self.resting(at),
            };
        }
        self.compute_primal();
    }
}
