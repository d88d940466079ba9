//! All pairs of two lists of texts.
//!
//! The right side is packed once: texts of like length side by side, as many as fit into vector registers, one bit per symbol
//! (up to 128 texts of 8 symbols, 64 of 16, 16 of 64, and several words beyond, up to 512 symbols). Each text of the left
//! side is then worked off symbol by symbol against all of them. The kernels are compiled for AVX-512, AVX2 and the baseline and
//! chosen when they run; scores are those of the functions of two texts, to the bit.
mod bounds;
mod kernels;
mod lanes;
mod options;
mod packed;
mod scores;
#[cfg(test)]
mod tests;

pub use options::Cdist;
pub use scores::{FittedCdist, cdist};
