//! The theta method: a smoothed level and part of a linear trend.
//!
//! The series, its season taken out if there is one, is the mean of two lines: one that lies between it and its regression
//! line, and one with `theta` times its curvature, which simple exponential smoothing continues. Equivalently, with the
//! level `l_t = alpha y_t + (1 - alpha) l_(t-1)` and the line `A + B t`, the one-step forecast is
//!
//! `mu_t = l_(t-1) + (1 - 1/theta) [ (1 - alpha)^(t-1) A + (1 - (1 - alpha)^t) / alpha B ]`
//!
//! | [`ThetaModel`] | theta | the line | OWA | 95 % bands hold |
//! |---|---|---|---|---|
//! | `classic` | 2 | whole sample; alpha of plain smoothing | 0.888 | 93 to 97 % |
//! | `standard` | 2 | whole sample | 0.886 | 93 to 97 % |
//! | `optimised` | fitted | whole sample | 0.857 | 92 to 97 % |
//! | `dynamic_standard` | 2 | of the observations so far | 0.887 | 95 to 97 % |
//! | `dynamic_optimised` (default) | fitted | of the observations so far | **0.835** | 94 to 97 % |
//!
//! OWA (below 1 is better than Naive2) over 370 yearly to weekly series of the M3 and M4 competitions; the last column is the
//! range over five frequencies (`cargo run --release --example theta_accuracy`). Alpha, the start and theta minimise
//! the squared one-step errors from the fourth observation on; the optimum is the global one. The bands are measured, not
//! derived: see [`spread`]. A season comes back as factor or difference at its position, bands included.
//!
//! A fit takes O(time) and about 50 passes over the series; a band O(time + 128 steps). For short series with some trend,
//! many at a time. Sources: Assimakopoulos, Nikolopoulos (2000); Hyndman, Billah (2003); Fiorucci, Pellegrini, Louzada,
//! Petropoulos, Koehler, *Models for optimising the theta method and their relationship to state space models* (2016).
//!
//! ```
//! use inlaid::forecast::{Method, Theta, ThetaModel};
//! let series = ndarray::array![[12.0, 14.5, 13.0, 16.0, 17.5, 16.5, 19.0, 20.5, 19.5, 22.0]];
//! let context = inlaid::Context::new();
//! let fitted = Theta::default().with_model(ThetaModel::Standard).with_season(1).fit(series.view(), &context)?;
//! let forecast = fitted.predict(3, &[0.8], &context)?;
//! assert!(forecast.mean[[0, 2]] > 21.0 && forecast.mean[[0, 2]] < 24.0);
//! assert_eq!(fitted.summary()[0].model, "STM");
//! # Ok::<(), inlaid::Error>(())
//! ```
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
