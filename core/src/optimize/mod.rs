//! The best point of a function, fronts of several objectives, linear and integer programmes, and planning.
mod linear;
pub use linear::*;
