//! The best point of a function, fronts of several objectives, linear and integer programmes, and planning.
//!
//! | functions | what it does |
//! |---|---|
//! | [`Space`] | what is chosen: named parameters, continuous, integer or categorical |
//! | [`minimize`] | the least value of any function over a space; [`Minimizer`] asks for values and is told them |
mod minimize;
mod space;
pub use minimize::{
    Minimize, MinimizeComparison, MinimizeHistory, MinimizeMethod, Minimizer, Minimum, Stage, StopReason,
    compare_minimizers, minimize,
};
pub use space::{CategoricalParameter, ContinuousParameter, IntegerParameter, MOST_PARAMETERS, Parameter, Space};
