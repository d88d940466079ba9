//! Linear, mixed-integer and convex quadratic programmes.
mod expression;
mod factor;
mod integer;
mod convert;
mod model;
mod options;
mod quadratic;
mod result;
mod solve;
mod simplex;
mod sparse;
mod text;

pub use expression::{Constraint, Expression, RowOf, Term, Variable};
pub use model::LinearModel;
pub use options::SolveLinear;
pub use result::{Incumbent, LinearSolution, LinearStatus, Sensitivity};
pub use text::{MpsFormat, ReadMps};
#[cfg(test)]
mod tests;
