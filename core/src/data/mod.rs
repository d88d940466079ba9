//! Data as it comes and goes: matrices, vectors and tables that are shared without copies.
//!
//! | type | what it holds |
//! |---|---|
//! | [`Matrix`] | row-major `f64` with a shape, as results carry it |
//! | [`Vector`] | one row of `f64` |
//!
//! Inputs are borrowed `ndarray` views; missing values are NaN and each capability says whether it refuses them.
pub mod beside;
mod numbers;

pub use numbers::{Matrix, Vector};
