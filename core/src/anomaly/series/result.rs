//! What a detector says of a whole series.
use serde::{Deserialize, Serialize};

use crate::data::{Ints, Vector};

/// How strange every step of a series is, and which steps are anomalies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SeriesAnomalies {
    /// One number per step, larger is stranger, in the unit that the detector names; 0 where the detector cannot judge.
    pub scores: Vector,
    /// A step is an anomaly when its score is above this.
    pub threshold: f64,
    /// The anomalies: their steps, ascending, the first step is 0.
    pub positions: Ints,
    /// The value that was expected at every step; empty where the detector has no expectation.
    pub expected: Vector,
    /// The lower end of the usual band at every step; empty without an expectation.
    pub lower: Vector,
    /// The upper end of the usual band at every step; empty without an expectation.
    pub upper: Vector,
}

impl SeriesAnomalies {
    /// The steps whose score is above `threshold`.
    pub(super) fn judged(scores: Vec<f64>, threshold: f64) -> Self {
        let positions: Vec<i64> =
            scores.iter().enumerate().filter(|(_, score)| **score > threshold).map(|(step, _)| step as i64).collect();
        let none = || Vector::from(Vec::new());
        Self {
            scores: scores.into(),
            threshold,
            positions: positions.into(),
            expected: none(),
            lower: none(),
            upper: none(),
        }
    }

    /// The same with the band that was expected.
    pub(super) fn with_band(self, expected: Vec<f64>, lower: Vec<f64>, upper: Vec<f64>) -> Self {
        Self { expected: expected.into(), lower: lower.into(), upper: upper.into(), ..self }
    }
}
