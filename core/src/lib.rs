//! AI and analytics laid into the program that needs them: no server to run, nothing to download.
//!
//! | room | what it is for |
//! |---|---|
//! | [`anomaly`] | what is unlike the rest: in tables, series and streams |
//! | [`forecast`] | forecasts with intervals for one series or many, accuracy measures, cross-validation |
//! | [`matching`] | assignments, stable pairs, compatibility of two tables, names and entities |
//! | [`optimize`] | linear, integer and quadratic programmes |
//! | `nlp` (feature `nlp`, not a default) | vectors of texts, by models from a folder that `neural` runs |
//!
//! Every capability follows one grammar: a plain options struct is fitted to data and gives a new type, `FittedX`, which
//! predicts, explains, updates, saves and loads. Failures are one [`Error`] with a stable [`Code`]; long calls look at a
//! [`Context`] for cancellation, progress, seed and threads.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

#[cfg(feature = "anomaly")]
pub mod anomaly;
pub mod chart;
pub mod context;
pub mod data;
pub mod error;
#[cfg(feature = "forecast")]
pub mod forecast;
#[cfg(feature = "matching")]
pub mod matching;
pub mod math;
#[cfg(feature = "neural")]
pub mod neural;
#[cfg(feature = "nlp")]
pub mod nlp;
#[cfg(feature = "optimize")]
pub mod optimize;
pub mod store;

pub use context::Context;
/// The arrays of the public API, in the version that it uses.
pub use ndarray;

pub use error::{Code, Error, Result};
