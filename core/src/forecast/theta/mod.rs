//! The theta method: a smoothed level and part of a linear trend.
mod filter;
mod fit;
mod options;
mod spread;
mod state;
#[cfg(test)]
mod tests;

pub use options::{Theta, ThetaModel};
pub use state::ThetaState;

use super::fitted::Fitted;

/// [`Theta`] fitted to series.
pub type FittedTheta = Fitted<Theta>;
