//! The best point of a function, fronts of several objectives, linear and integer programmes, and planning.
//!
//! | functions | what it does |
//! |---|---|
//! | [`Space`] | what is chosen: named parameters, continuous, integer or categorical |
//! | [`minimize`] | the least value of any function over a space; [`Minimizer`] asks for values and is told them |
//!
//! | sums with factors | what it does |
//! |---|---|
//! | [`LinearModel`] | variables, constraints and an objective, written as mathematics or read by [`ReadMps`] and [`read_lp`] |
//! | [`SolveLinear`] | the best values, whole where they must be, with prices and ranges; why there are none |
//! | [`verify_linear`] | whether a solution is what it says, by arithmetic alone |
mod linear;
mod minimize;
mod space;
pub use linear::{
    Constraint, Expression, Incumbent, LinearCheck, LinearConflict, LinearModel, LinearSolution, LinearStatus,
    MpsFormat, ReadMps, RowOf, Sensitivity, SolveLinear, Term, Variable, read_lp, verify_linear, write_lp, write_mps,
};
pub use minimize::{Minimize, MinimizeHistory, MinimizeMethod, Minimizer, Minimum, Stage, StopReason, minimize};
pub use space::{CategoricalParameter, ContinuousParameter, IntegerParameter, MOST_PARAMETERS, Parameter, Space};
