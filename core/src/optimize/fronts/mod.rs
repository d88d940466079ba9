//! Several objectives: what cannot be improved in one without loss in another.
//!
//! | functions | what they do |
//! |---|---|
//! | [`minimize_front`], [`MinimizeFront`], [`FrontMinimizer`] | search a space with NSGA-II, NSGA-III or MOEA/D |
//! | [`non_dominated_ranks`], [`crowding_distances`] | which points are better in everything, and how dense they lie |
//! | [`hypervolume`], [`hypervolume_contributions`], [`front_indicator`] | how good a front is |
//! | [`FrontPreference`] | which point of a front to take: knees, weights, aspirations |
//! | [`reference_directions`] | evenly placed directions |
mod indicators;
mod points;
mod preference;
mod ranking;
mod search;
#[cfg(test)]
mod testing;
mod volume;

pub use indicators::{FrontIndicator, front_indicator};
pub use preference::{FrontChoice, FrontPreference};
pub use ranking::non_dominated_ranks;
pub use search::{
    Front, FrontChart, FrontDecomposition, FrontHistory, FrontMethod, FrontMinimizer, FrontPopulation, FrontSpread,
    MinimizeFront, crowding_distances, minimize_front, reference_directions,
};
pub use volume::{hypervolume, hypervolume_contributions};
