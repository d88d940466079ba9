//! Several objectives: what cannot be improved in one without loss in another.
mod points;
mod ranking;
#[cfg(test)]
mod testing;
mod volume;

pub use ranking::non_dominated_ranks;
pub use volume::{hypervolume, hypervolume_contributions};
