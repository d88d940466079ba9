//! What a comparison of all pairs may be told.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};
use crate::matching::strings::metric::{MetricParameters, TextMetric};
use crate::matching::strings::normalization::TextNormalization;

/// Compare every text of one list with every text of another.
///
/// [`cdist`](crate::matching::cdist) gives the whole matrix; where it would not fit into memory, [`fit`](Self::fit) packs the
/// right side once and the fitted object scores the left side block by block.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Cdist {
    /// The metric. Default jaro_winkler.
    pub metric: TextMetric,
    /// Parameters of the metric.
    pub parameters: MetricParameters,
    /// What is taken out of all texts before, once each. Default nothing.
    pub normalization: TextNormalization,
    /// Scores below this, 0 to 1, are given as 0; pairs that cannot reach it by their lengths are not compared. Default 0.
    pub score_cutoff: f64,
}

impl Cdist {
    /// Set the metric.
    #[must_use]
    pub fn with_metric(mut self, metric: TextMetric) -> Self {
        self.metric = metric;
        self
    }

    /// Set the parameters of the metric.
    #[must_use]
    pub fn with_parameters(mut self, parameters: MetricParameters) -> Self {
        self.parameters = parameters;
        self
    }

    /// Set what is taken out of all texts before.
    #[must_use]
    pub fn with_normalization(mut self, normalization: TextNormalization) -> Self {
        self.normalization = normalization;
        self
    }

    /// Set the score below which 0 is given.
    #[must_use]
    pub fn with_score_cutoff(mut self, score_cutoff: f64) -> Self {
        self.score_cutoff = score_cutoff;
        self
    }

    /// Refuse values out of range.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        ensure!(
            (0.0..=1.0).contains(&self.score_cutoff),
            InvalidConfig,
            "`score_cutoff` must be between 0 and 1, got {}",
            self.score_cutoff
        );
        self.parameters.validate()
    }
}
