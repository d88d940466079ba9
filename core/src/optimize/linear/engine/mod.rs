//! What solves a model: this crate's own methods, or a solver put in their place.
#[cfg(feature = "highs")]
mod highs;
#[cfg(feature = "highs")]
pub use highs::Highs;
#[cfg(test)]
mod tests;

use std::time::Instant;

use super::model::LinearModel;
use super::options::SolveLinear;
use super::result::LinearSolution;
use crate::Context;
use crate::error::{Code, Error, Result};

/// A solver of linear models.
///
/// [`OwnSolver`] is the one of this crate; with the feature `highs` there is `Highs` beside it. Others are put in place by
/// implementing this.
pub trait LinearSolver {
    /// Solve a model; `options` are within their ranges, the model is sound, and a start has a finite value per column.
    ///
    /// # Errors
    /// `unsupported` for what the solver has no method for, `cancelled` once the context says so, and `internal` where the
    /// solver itself fails.
    fn run(
        &self,
        options: &SolveLinear,
        model: &LinearModel,
        start: Option<&[f64]>,
        context: &Context,
    ) -> Result<LinearSolution>;
}

/// The methods of this crate, which [`SolveLinear::solve`] takes.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnSolver;

impl LinearSolver for OwnSolver {
    fn run(
        &self,
        options: &SolveLinear,
        model: &LinearModel,
        start: Option<&[f64]>,
        context: &Context,
    ) -> Result<LinearSolution> {
        options.solve_from(model, start, context)
    }
}

impl SolveLinear {
    /// Solve a model by a solver of choice, beginning at a point if one is given.
    ///
    /// # Errors
    /// As [`SolveLinear::solve_from`], and what the solver says; `internal` for a solution of another size than the model.
    pub fn solve_with(
        &self,
        solver: &dyn LinearSolver,
        model: &LinearModel,
        start: Option<&[f64]>,
        context: &Context,
    ) -> Result<LinearSolution> {
        let started = Instant::now();
        self.check(model, start)?;
        context.check()?;
        let mut solution = solver.run(self, model, start, context)?;
        let fits = |found: usize, asked: usize| found == 0 || found == asked;
        let (columns, rows) = (model.column_count(), model.row_count());
        let whole = fits(solution.values.len(), columns)
            && fits(solution.reduced_costs.len(), columns)
            && fits(solution.row_values.len(), rows)
            && fits(solution.row_duals.len(), rows);
        if !whole {
            let message = format!("the solver gave a solution of another size than {columns} columns and {rows} rows");
            return Err(Error::new(Code::Internal, message));
        }
        solution.seconds = started.elapsed().as_secs_f64();
        context.report(1, 1);
        Ok(solution)
    }
}
