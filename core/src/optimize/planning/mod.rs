//! Planning problems by their names: what to take, where to put it, which sets, places and shifts to choose.
//!
//! Each search knows its problem better than a general solver does, and gives a bound with its answer; every answer is recomputed
//! from what was given before it is returned. `watch` holds what they share: limits, cancellation and input checks.
#![allow(clippy::needless_range_loop, reason = "a position is that of several lists at once")]
mod bins;
mod cover;
mod facilities;
mod knapsack;
#[cfg(test)]
mod peers;
mod rosters;
#[cfg(test)]
mod testing;
mod watch;

pub use bins::{PackBins, PackedBins};
pub use cover::{CoverSets, SetCover};
pub use facilities::{FacilityPlan, LocateFacilities};
pub use knapsack::{KnapsackSolution, SolveKnapsack};
pub use rosters::{ForbiddenSuccession, Roster, RosterShifts};
