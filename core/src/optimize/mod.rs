//! Linear and integer programmes.
//!
//! | sums with factors | what it does |
//! |---|---|
//! | [`LinearModel`] | variables, constraints and an objective, written as mathematics or read by [`ReadMps`] and [`read_lp`] |
//! | [`SolveLinear`] | the best values, whole where they must be, with prices and ranges; why there are none |
//! | [`verify_linear`] | whether a solution is what it says, by arithmetic alone |
mod linear;
pub use linear::{
    Constraint, Expression, Incumbent, LinearCheck, LinearConflict, LinearModel, LinearSolution, LinearStatus,
    MpsFormat, ReadMps, RowOf, Sensitivity, SolveLinear, Term, Variable, read_lp, verify_linear, write_lp, write_mps,
};
