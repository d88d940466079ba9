//! CMA-ES: a normal distribution that learns the shape of the function from ranks.
mod margin;
mod noise;
mod restarts;
mod search;
mod state;

pub(super) use restarts::{bipop, default_population};
pub(super) use search::{Limits, descend};
pub(super) use state::State;
