//! Points that do not depend on values: random, on a grid, along Sobol's sequence.
mod directions;
mod grid;
mod random;
mod sobol;

pub(super) use grid::{cells, search as grid};
pub(super) use random::search as random;
pub(super) use sobol::{Sequence, search as sobol};
