//! Pure numerics on slices: no allocation in loops, no knowledge of any room.
pub mod cholesky;
pub mod normal;
pub mod quasi_newton;
