//! Models as text: MPS and LP files.
mod mps;
mod tokens;

pub use mps::{MpsFormat, ReadMps};
