//! What the caller may choose.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};
use crate::forecast::fitted::check_request;
use crate::forecast::panel::Lineup;
use crate::forecast::{AnyMethod, AutoEts, SeasonalNaive};

/// How methods are tried on the past by [`cross_validate`](super::cross_validate).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CrossValidation {
    /// The methods, at least one. Default: `AutoEts` and `SeasonalNaive`.
    pub methods: Vec<AnyMethod>,
    /// What the methods are called in the result, one name each. Default, empty: their own names, and `Theta_2` for a
    /// second `Theta`.
    pub names: Vec<String>,
    /// Steps ahead in each window, at least 1. Absent, the default: one season of each series, 10 where it has none. The
    /// season is the one in the season column, else the longest set in the options of a method, else the one detected in
    /// the whole series, which then only decides where the windows lie.
    pub horizon: Option<usize>,
    /// How many times each series is forecast, at least 1. Default 3.
    pub windows: usize,
    /// Observations between the starts of two windows, at least 1. Absent, the default: the horizon, so that windows do not
    /// overlap.
    pub step: Option<usize>,
    /// Fit anew in each window. If false, fit in the first one and learn what comes with the parameters as they are.
    /// Default true.
    pub refit: bool,
    /// Levels of the intervals, each in (0, 1) and no two equal. Default 0.8 and 0.95.
    pub levels: Vec<f64>,
    /// The column that says which series a row belongs to, texts or integers. Default `unique_id`.
    pub id: String,
    /// The column of times: integers, dates, timestamps or texts such as `1949-01`. Timestamps in zones other than UTC and
    /// fixed offsets step in UTC. Absent: the order of the rows counts. Default `ds`.
    pub time: Option<String>,
    /// The column of numbers to forecast. Default `y`.
    pub target: String,
    /// A column of integers with the season of each series, for methods whose options set none; missing where it is to be
    /// detected. Absent, the default: detected in every series.
    pub season: Option<String>,
}

impl Default for CrossValidation {
    fn default() -> Self {
        Self {
            methods: vec![AutoEts::default().into(), SeasonalNaive::default().into()],
            names: Vec::new(),
            horizon: None,
            windows: 3,
            step: None,
            refit: true,
            levels: vec![0.8, 0.95],
            id: "unique_id".into(),
            time: Some("ds".into()),
            target: "y".into(),
            season: None,
        }
    }
}

impl CrossValidation {
    /// Try these methods.
    #[must_use]
    pub fn with_methods(mut self, methods: impl IntoIterator<Item = AnyMethod>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }

    /// Call the methods like this in the result.
    #[must_use]
    pub fn with_names<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.names = names.into_iter().map(Into::into).collect();
        self
    }

    /// Forecast so many steps in each window.
    #[must_use]
    pub fn with_horizon(mut self, horizon: usize) -> Self {
        self.horizon = Some(horizon);
        self
    }

    /// Forecast each series so many times.
    #[must_use]
    pub fn with_windows(mut self, windows: usize) -> Self {
        self.windows = windows;
        self
    }

    /// Start windows so many observations apart.
    #[must_use]
    pub fn with_step(mut self, step: usize) -> Self {
        self.step = Some(step);
        self
    }

    /// Fit anew in each window, or only in the first.
    #[must_use]
    pub fn with_refit(mut self, refit: bool) -> Self {
        self.refit = refit;
        self
    }

    /// Give intervals of these levels.
    #[must_use]
    pub fn with_levels(mut self, levels: impl IntoIterator<Item = f64>) -> Self {
        self.levels = levels.into_iter().collect();
        self
    }

    /// Read which series a row belongs to from this column.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Read times from this column; `None` for the order of the rows.
    #[must_use]
    pub fn with_time(mut self, time: Option<&str>) -> Self {
        self.time = time.map(String::from);
        self
    }

    /// Forecast this column.
    #[must_use]
    pub fn with_target(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    /// Read the season of each series from this column.
    #[must_use]
    pub fn with_season(mut self, season: impl Into<String>) -> Self {
        self.season = Some(season.into());
        self
    }

    /// Judge every option.
    ///
    /// # Errors
    /// `invalid_config` as [`PanelOptions::validate`](crate::forecast::PanelOptions::validate), and for no window or a step
    /// of 0.
    pub fn validate(&self) -> Result<()> {
        ensure!(self.windows >= 1, InvalidConfig, "windows must be at least 1, got 0");
        ensure!(self.step != Some(0), InvalidConfig, "step must be at least 1, got 0");
        self.lineup().map(drop)?;
        check_request(0, self.horizon.unwrap_or(1), &self.levels)
    }

    pub(super) fn lineup(&self) -> Result<Lineup> {
        let time = self.time.as_deref().unwrap_or("position");
        Lineup::new(&self.methods, &self.names, &self.levels, &[&self.id, time, "cutoff", &self.target])
    }

    /// How many observations are known in each window of a series of `length`.
    ///
    /// # Errors
    /// `not_enough_data` where the first window would know nothing.
    pub(super) fn cutoffs(&self, length: usize, horizon: usize) -> Result<Vec<usize>> {
        let step = self.step.unwrap_or(horizon);
        let forecast = (self.windows - 1).saturating_mul(step).saturating_add(horizon);
        ensure!(
            length > forecast,
            NotEnoughData,
            "{} windows of {horizon} steps, {step} apart, need at least {} observations, got {length}",
            self.windows,
            forecast.saturating_add(1)
        );
        Ok((0..self.windows).map(|window| length - forecast + window * step).collect())
    }
}
