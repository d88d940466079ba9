//! Matrices of up to 16 columns, one at a time and many side by side.
mod batch;
pub(super) mod lanes;
mod market;
pub(super) mod one;
mod stall;
pub(super) mod subsets;
pub(super) mod tiny;

pub use batch::{AssignmentBatch, assign_batch};
