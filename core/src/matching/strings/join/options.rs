//! What a join of texts may be told.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};
use crate::matching::strings::metric::{MetricParameters, TextMetric};
use crate::matching::strings::normalization::TextNormalization;

/// Find, for texts of one list, the texts of another that are alike.
///
/// [`fit`](Self::fit) indexes the right side once; the fitted object searches it for texts of the left side, as many at a time
/// as one likes: memory is that of the index and of the matches of one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TextJoin {
    /// The metric. Default jaro_winkler.
    pub metric: TextMetric,
    /// Parameters of the metric.
    pub parameters: MetricParameters,
    /// What is taken out of all texts before, once each. Default nothing.
    pub normalization: TextNormalization,
    /// The least similarity of a match, above 0 and at most 1. All pairs that reach it are found; the higher it is, the less
    /// is compared. Default 0.9.
    pub cutoff: f64,
    /// How many matches of each left text are kept, the best ones, of equal ones those that come first; at least 1.
    /// Default: all.
    pub k: Option<usize>,
}

impl Default for TextJoin {
    fn default() -> Self {
        Self {
            metric: TextMetric::default(),
            parameters: MetricParameters::default(),
            normalization: TextNormalization::default(),
            cutoff: 0.9,
            k: None,
        }
    }
}

impl TextJoin {
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

    /// Set the least similarity of a match.
    #[must_use]
    pub fn with_cutoff(mut self, cutoff: f64) -> Self {
        self.cutoff = cutoff;
        self
    }

    /// Set how many matches of each left text are kept.
    #[must_use]
    pub fn with_k(mut self, k: usize) -> Self {
        self.k = Some(k);
        self
    }

    /// Refuse values out of range.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        ensure!(
            self.cutoff > 0.0 && self.cutoff <= 1.0,
            InvalidConfig,
            "`cutoff` must be above 0 and at most 1, got {}",
            self.cutoff
        );
        ensure!(self.k != Some(0), InvalidConfig, "`k` must be at least 1, got 0");
        self.parameters.validate()
    }
}
