//! What the caller may choose.
use serde::{Deserialize, Serialize};

use super::form::{Error, Form, Season, Trend};
use crate::error::{Result, ensure};

/// The longest seasonal period that is fitted: first seasons are parameters, so longer ones ask for a method with fewer.
pub(super) const LONGEST_SEASON: usize = 400;
/// Fewest and most simulated paths.
pub(super) const PATHS: std::ops::RangeInclusive<usize> = 1_000..=1_000_000;

/// How the error enters the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EtsError {
    /// Whichever the criterion prefers.
    #[default]
    Auto,
    /// The same size at every level.
    Additive,
    /// In proportion to the forecast; for positive data only.
    Multiplicative,
}

/// How the level moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EtsTrend {
    /// Whichever the criterion prefers.
    #[default]
    Auto,
    /// A level alone.
    None,
    /// A slope that goes on.
    Additive,
    /// A slope that fades.
    AdditiveDamped,
}

/// How the season enters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EtsSeasonal {
    /// Whichever the criterion prefers; none where there is no period or not more than one period of data.
    #[default]
    Auto,
    /// No season.
    None,
    /// A difference for each place in the period.
    Additive,
    /// A factor for each place in the period; for positive data only.
    Multiplicative,
}

/// What decides between forms; the smallest value wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EtsCriterion {
    /// Akaike's criterion corrected for few observations.
    #[default]
    Aicc,
    /// Akaike's criterion.
    Aic,
    /// The Bayesian criterion.
    Bic,
}

/// What the fit is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EtsMode {
    /// The best forecasts: likelihood with a prior on the trend.
    #[default]
    Forecast,
    /// The best likelihood, from several starts; for describing the past and for comparisons.
    Exact,
}

/// Exponential smoothing that chooses its own form: level, trend and season that change, additive or multiplicative.
///
/// The default detects the season of each series, tries every form that the data allow and keeps the one with the smallest
/// corrected Akaike criterion; beta is bounded by a prior that forecasts better than the pure likelihood (`mode`). Accepts
/// 2 observations or more; NaN and infinite values are refused.
///
/// ```
/// use inlaid::Context;
/// use inlaid::forecast::{AutoEts, Method};
///
/// let context = Context::new();
/// // Three years of quarters: a level of 10 that grows by 1 a quarter, and a season.
/// let series = ndarray::Array2::from_shape_fn((1, 12), |(_, t)| 10.0 + t as f64 + [3.0, -1.0, 0.0, -2.0][t % 4]);
/// let fitted = AutoEts::default().with_season(4).fit(series.view(), &context)?;
/// let forecast = fitted.predict(4, &[0.95], &context)?;
/// for (mean, next) in forecast.mean.iter().zip([25.0, 22.0, 24.0, 23.0]) {
///     assert!((mean - next).abs() < 0.1);
/// }
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AutoEts {
    /// Observations per period, 1 (no season) to 400. Absent, the default: detected for each series.
    pub season: Option<usize>,
    /// How the error enters. Default: chosen by the criterion.
    pub error: EtsError,
    /// How the level moves. Default: chosen by the criterion.
    pub trend: EtsTrend,
    /// How the season enters. Default: chosen by the criterion.
    pub seasonal: EtsSeasonal,
    /// What decides between forms. Default: `aicc`.
    pub criterion: EtsCriterion,
    /// What the fit is for. Default: `forecast`.
    pub mode: EtsMode,
    /// Simulated paths where the variance of the chosen form has no formula, 1000 to 1000000. Default 5000.
    pub paths: usize,
}

impl Default for AutoEts {
    fn default() -> Self {
        Self {
            season: None,
            error: EtsError::Auto,
            trend: EtsTrend::Auto,
            seasonal: EtsSeasonal::Auto,
            criterion: EtsCriterion::Aicc,
            mode: EtsMode::Forecast,
            paths: 5_000,
        }
    }
}

impl AutoEts {
    /// Use this many observations per period, 1 to 400; 1 is no season.
    #[must_use]
    pub fn with_season(mut self, season: usize) -> Self {
        self.season = Some(season);
        self
    }

    /// Let the error enter like this.
    #[must_use]
    pub fn with_error(mut self, error: EtsError) -> Self {
        self.error = error;
        self
    }

    /// Let the level move like this.
    #[must_use]
    pub fn with_trend(mut self, trend: EtsTrend) -> Self {
        self.trend = trend;
        self
    }

    /// Let the season enter like this.
    #[must_use]
    pub fn with_seasonal(mut self, seasonal: EtsSeasonal) -> Self {
        self.seasonal = seasonal;
        self
    }

    /// Choose between forms by this criterion.
    #[must_use]
    pub fn with_criterion(mut self, criterion: EtsCriterion) -> Self {
        self.criterion = criterion;
        self
    }

    /// Fit for this purpose.
    #[must_use]
    pub fn with_mode(mut self, mode: EtsMode) -> Self {
        self.mode = mode;
        self
    }

    /// Simulate this many paths where a simulation is needed, 1000 to 1000000.
    #[must_use]
    pub fn with_paths(mut self, paths: usize) -> Self {
        self.paths = paths;
        self
    }

    /// Judge every value.
    pub(super) fn check(&self) -> Result<()> {
        if let Some(season) = self.season {
            ensure!(
                (1..=LONGEST_SEASON).contains(&season),
                InvalidConfig,
                "season must lie in 1..={LONGEST_SEASON} (1 is no season), got {season}"
            );
            ensure!(
                season > 1 || matches!(self.seasonal, EtsSeasonal::Auto | EtsSeasonal::None),
                InvalidConfig,
                "an additive or multiplicative season needs a period of at least 2, got season 1"
            );
        }
        ensure!(
            PATHS.contains(&self.paths),
            InvalidConfig,
            "paths must lie in {}..={}, got {}",
            PATHS.start(),
            PATHS.end(),
            self.paths
        );
        Ok(())
    }

    /// The forms that the options allow, simplest first: no multiplicative season with additive errors unless both are
    /// asked for by name.
    pub(super) fn forms(&self) -> Vec<Form> {
        let errors: &[Error] = match self.error {
            EtsError::Auto => &[Error::Additive, Error::Multiplicative],
            EtsError::Additive => &[Error::Additive],
            EtsError::Multiplicative => &[Error::Multiplicative],
        };
        let trends: &[Trend] = match self.trend {
            EtsTrend::Auto => &[Trend::None, Trend::Additive, Trend::Damped],
            EtsTrend::None => &[Trend::None],
            EtsTrend::Additive => &[Trend::Additive],
            EtsTrend::AdditiveDamped => &[Trend::Damped],
        };
        let seasons: &[Season] = match self.seasonal {
            EtsSeasonal::Auto => &[Season::None, Season::Additive, Season::Multiplicative],
            EtsSeasonal::None => &[Season::None],
            EtsSeasonal::Additive => &[Season::Additive],
            EtsSeasonal::Multiplicative => &[Season::Multiplicative],
        };
        let by_name = self.error == EtsError::Additive && self.seasonal == EtsSeasonal::Multiplicative;
        let mut forms = Vec::with_capacity(15);
        for &season in seasons {
            for &trend in trends {
                for &error in errors {
                    if season != Season::Multiplicative || error == Error::Multiplicative || by_name {
                        forms.push(Form { error, trend, season });
                    }
                }
            }
        }
        forms
    }
}
