//! What a theta method may be told.
use serde::{Deserialize, Serialize};

use crate::forecast::seasonality::DecompositionKind;

/// Which theta model is fitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ThetaModel {
    /// Simple exponential smoothing with half the slope of the regression line, as R's `thetaf`.
    Classic,
    /// The standard theta model (STM): theta is 2, smoothing and start are fitted.
    Standard,
    /// The optimised theta model (OTM): theta is fitted too.
    Optimised,
    /// The dynamic standard theta model (DSTM): theta is 2, the line is the one known at each moment.
    DynamicStandard,
    /// The dynamic optimised theta model (DOTM): theta is fitted, the line is the one known at each moment.
    #[default]
    DynamicOptimised,
}

impl ThetaModel {
    /// The name in the literature.
    pub(super) fn notation(self) -> &'static str {
        match self {
            Self::Classic => "Theta",
            Self::Standard => "STM",
            Self::Optimised => "OTM",
            Self::DynamicStandard => "DSTM",
            Self::DynamicOptimised => "DOTM",
        }
    }

    pub(super) fn is_dynamic(self) -> bool {
        matches!(self, Self::DynamicStandard | Self::DynamicOptimised)
    }

    pub(super) fn is_optimised(self) -> bool {
        matches!(self, Self::Optimised | Self::DynamicOptimised)
    }
}

/// Forecast by the theta method: a smoothed level and part of a linear trend, with the season taken out before.
///
/// For short series with some trend, many at a time; at least 4 observations. Smoothing weight, start and theta minimise the
/// squared one-step errors; the bands are measured within the sample, so that those of 95 % hold about 95 % of the values.
/// Fiorucci, Pellegrini, Louzada, Petropoulos, Koehler (2016).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Theta {
    /// Which model of the family. Default dynamic_optimised, the most
    /// accurate of the five on M3 and M4 data.
    pub model: ThetaModel,
    /// Observations per season, at least 1; 1 is no season. Default: detected in each series by
    /// [`seasonal_period`](crate::forecast::seasonal_period).
    pub season: Option<usize>,
    /// How the season is taken out. Default multiplicative; a series with values of 0 or less, or with seasonal factors
    /// below 0.01, is taken apart additively whatever this says.
    pub decomposition: DecompositionKind,
    /// Whether the season is taken out only if the test of the M4 competition finds it at 90 %, which needs three seasons
    /// of data. Without the test the season is always taken out, and series below two seasons are refused. Default true.
    pub seasonality_test: bool,
}

impl Default for Theta {
    fn default() -> Self {
        Self {
            model: ThetaModel::default(),
            season: None,
            decomposition: DecompositionKind::default(),
            seasonality_test: true,
        }
    }
}

impl Theta {
    /// Set the model.
    #[must_use]
    pub fn with_model(mut self, model: ThetaModel) -> Self {
        self.model = model;
        self
    }

    /// Set the observations per season.
    #[must_use]
    pub fn with_season(mut self, season: usize) -> Self {
        self.season = Some(season);
        self
    }

    /// Set how the season is taken out.
    #[must_use]
    pub fn with_decomposition(mut self, decomposition: DecompositionKind) -> Self {
        self.decomposition = decomposition;
        self
    }

    /// Set whether the season must pass a test first.
    #[must_use]
    pub fn with_seasonality_test(mut self, seasonality_test: bool) -> Self {
        self.seasonality_test = seasonality_test;
        self
    }
}
