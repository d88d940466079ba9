//! What the room's methods share: forecasts, intervals, components, summaries.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::data::Matrix;

/// Point forecasts with intervals; every matrix is `[series, step]` in the unit of the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Forecast {
    /// The point forecasts, `[series, step]`.
    pub mean: Matrix,
    /// One entry per level asked for, in the order asked for.
    pub intervals: Vec<Interval>,
}

/// A prediction interval of one level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// The probability that the interval should hold, in (0, 1).
    pub level: f64,
    /// Lower bounds, `[series, step]`.
    pub lower: Matrix,
    /// Upper bounds, `[series, step]`.
    pub upper: Matrix,
}

/// The forecast of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesForecast {
    /// Point forecasts, one per step.
    pub mean: Vec<f64>,
    /// Lower and upper bounds per level, in the order asked for.
    pub bands: Vec<(Vec<f64>, Vec<f64>)>,
}

/// What a fitted series is made of, `[series, time]` each; which sum or product gives the fitted value depends on the
/// method, and a component that the method does not have is absent. Rows of series without it are NaN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Components {
    /// The level before each observation, in the unit of the data.
    pub level: Option<Matrix>,
    /// The slope per step before each observation, in the unit of the data.
    pub trend: Option<Matrix>,
    /// The season at each observation: a difference if additive, a factor if multiplicative.
    pub season: Option<Matrix>,
}

/// What was fitted to one series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The model in the field's notation, such as `ETS(M,Ad,M)`.
    pub model: String,
    /// The seasonal period used; 1 is none.
    pub season: usize,
    /// The number of observations.
    pub observations: usize,
    /// Estimated parameters by name.
    pub parameters: BTreeMap<String, f64>,
    /// Variance of the one-step errors (relative errors if the model's error is multiplicative).
    pub sigma2: Option<f64>,
    /// Log-likelihood without its constants, where the method has one.
    pub log_likelihood: Option<f64>,
    /// Corrected Akaike criterion, where the method has one.
    pub aicc: Option<f64>,
}
