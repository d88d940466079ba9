//! The floor on which language, vision and speech stand: model folders, weights, tokenizers, encoders.
mod encoder;
mod kernels;
mod weights;
