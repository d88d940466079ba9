//! Pure numerics on slices: no allocation in loops, no knowledge of any room.
pub mod brent;
pub mod cholesky;
pub mod eigen;
pub mod fft;
pub mod logarithm;
pub mod normal;
pub mod power;
pub mod quasi_newton;
pub mod random;
pub mod simd;
pub mod student;
