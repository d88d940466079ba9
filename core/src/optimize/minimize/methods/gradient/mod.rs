//! Quasi-Newton descents of limited memory within bounds.
mod descend;
mod memory;
mod restarts;
mod slope;

pub(super) use descend::{Plan, descend};
pub(super) use restarts::search;
