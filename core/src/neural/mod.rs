//! The floor on which language, vision and speech stand: models from folders, run on the processor.
//!
//! | what | by |
//! |---|---|
//! | an encoder of texts with its head | [`TextModel`] |
//!
//! Sentences are packed one behind the other instead of padded, weights are put in the order of the loops once, and loops are
//! compiled for the processor that runs them. Threads are those of the [`Context`](crate::Context); none waits spinning.
mod encoder;
mod folder;
mod kernels;
mod text;
mod tokens;
mod weights;

pub(crate) use kernels::unit;
pub use text::{OpenModel, Outputs, Precision, TextModel};
pub use tokens::Text;
