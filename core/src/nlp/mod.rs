//! Language: what texts mean.
//!
//! | what | by |
//! |---|---|
//! | vectors of texts, near where texts mean the same | [`Embedder`] |
mod embedder;

pub use embedder::{Embed, Embedder};
