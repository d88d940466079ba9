//! Pure numerics on slices: no allocation in loops, no knowledge of any room.
pub mod brent;
pub mod fft;
pub mod normal;
