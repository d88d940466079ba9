//! Several objectives: what cannot be improved in one without loss in another.
mod points;
mod ranking;
mod search;
#[cfg(test)]
mod testing;
mod volume;

pub use ranking::non_dominated_ranks;
pub use search::{
    Decomposition, Front, FrontHistory, FrontMethod, FrontMinimizer, FrontPopulation, FrontSpread, MinimizeFront,
    crowding_distances, minimize_front, reference_directions,
};
pub use volume::{hypervolume, hypervolume_contributions};
