//! Models as text: MPS and LP files.
mod lp;
mod mps;
mod scan;
#[cfg(test)]
mod tests;
mod tokens;
mod write;

pub use lp::read_lp;
pub use mps::{MpsFormat, ReadMps};
pub use write::{write_lp, write_mps};
