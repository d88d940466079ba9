//! The best point of a function, fronts of several objectives, linear and integer programmes, and planning.
//!
//! | functions | what it does |
//! |---|---|
//! | [`Space`] | what is chosen: named parameters, continuous, integer or categorical |
//! | [`minimize`] | the least value of any function over a space; [`Minimizer`] asks for values and is told them |
//! | [`minimize_front`] | candidates that no other beats in all of several objectives; ranks, hypervolumes, preferences |
//!
//! | sums with factors | what it does |
//! |---|---|
//! | [`LinearModel`] | variables, constraints and an objective, written as mathematics or read by [`ReadMps`] and [`read_lp`] |
//! | [`SolveLinear`] | the best values, whole where they must be, with prices and ranges; why there are none |
//! | [`verify_linear`] | whether a solution is what it says, by arithmetic alone |
mod fronts;
mod linear;
mod minimize;
mod space;
pub use fronts::{
    Front, FrontChart, FrontChoice, FrontDecomposition, FrontHistory, FrontIndicator, FrontMethod, FrontMinimizer,
    FrontPopulation, FrontPreference, FrontSpread, MinimizeFront, crowding_distances, front_indicator, hypervolume,
    hypervolume_contributions, minimize_front, non_dominated_ranks, reference_directions,
};
pub use linear::{
    Constraint, Expression, Incumbent, LinearChart, LinearCheck, LinearConflict, LinearModel, LinearSolution,
    LinearStatus, MpsFormat, ReadMps, RowOf, Sensitivity, SolveLinear, Term, Variable, read_lp, verify_linear,
    write_lp, write_mps,
};
pub use minimize::{
    Minimize, MinimizeComparison, MinimizeHistory, MinimizeMethod, Minimizer, Minimum, Stage, StopReason,
    compare_minimizers, minimize,
};
pub use space::{CategoricalParameter, ContinuousParameter, IntegerParameter, MOST_PARAMETERS, Parameter, Space};
