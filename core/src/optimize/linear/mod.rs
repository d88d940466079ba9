//! Linear, mixed-integer and convex quadratic programmes.
#![allow(clippy::needless_range_loop, reason = "a position is that of several lists at once")]
mod chart;
mod conflict;
mod convert;
mod engine;
mod expression;
mod factor;
mod integer;
mod model;
mod options;
mod quadratic;
mod result;
mod simplex;
mod solve;
mod sparse;
mod text;
mod verify;

pub use chart::LinearChart;
pub use conflict::LinearConflict;
#[cfg(feature = "highs")]
pub use engine::Highs;
pub use engine::{LinearSolver, OwnSolver};
pub use expression::{Constraint, Expression, RowOf, Term, Variable};
pub use model::LinearModel;
pub use options::SolveLinear;
pub use result::{Incumbent, LinearSolution, LinearStatus, Sensitivity};
pub use text::{MpsFormat, ReadMps, read_lp, write_lp, write_mps};
pub use verify::{LinearCheck, verify_linear};
#[cfg(test)]
mod certified;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod tests;
