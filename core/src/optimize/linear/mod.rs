//! Linear, mixed-integer and convex quadratic programmes.
mod expression;
mod factor;
mod integer;
mod model;
mod simplex;
mod sparse;
mod text;

pub use expression::{Constraint, Expression, RowOf, Term, Variable};
pub use model::LinearModel;
pub use text::{MpsFormat, ReadMps};
