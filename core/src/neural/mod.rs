//! The floor on which language, vision and speech stand: model folders, weights, tokenizers, encoders.
mod encoder;
mod folder;
mod kernels;
mod text;
mod tokens;
mod weights;

pub(crate) use kernels::unit;
pub(crate) use text::TextModel;
