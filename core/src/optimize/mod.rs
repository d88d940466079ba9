//! The best point of a function, fronts of several objectives, linear and integer programmes, and planning.
//!
//! | functions | what it does |
//! |---|---|
//! | [`Space`] | what is chosen: named parameters, continuous, integer or categorical |
//! | [`minimize_front`] | candidates that no other beats in all of several objectives; ranks, hypervolumes, preferences |
//! | [`minimize`] | the least value of any function over a space; [`Minimizer`] asks for values and is told them |
mod fronts;
mod minimize;
mod space;
pub use fronts::{
    Decomposition, Front, FrontChart, FrontChoice, FrontHistory, FrontIndicator, FrontMethod, FrontMinimizer,
    FrontPopulation, FrontPreference, FrontSpread, MinimizeFront, crowding_distances, front_indicator, hypervolume,
    hypervolume_contributions, minimize_front, non_dominated_ranks, reference_directions,
};
pub use minimize::{Minimize, MinimizeHistory, MinimizeMethod, Minimizer, Minimum, Stage, StopReason, minimize};
pub use space::{CategoricalParameter, ContinuousParameter, IntegerParameter, MOST_PARAMETERS, Parameter, Space};
