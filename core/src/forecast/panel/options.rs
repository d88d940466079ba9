//! What the caller may choose.
use serde::{Deserialize, Serialize};

use super::lineup::Lineup;
use crate::error::Result;
use crate::forecast::fitted::check_request;
use crate::forecast::{AnyMethod, AutoEts};

/// How the series of a table are forecast by [`panel`](super::panel).
///
/// ```
/// use inlaid::forecast::{Naive, PanelOptions, Theta};
/// let options = PanelOptions::default()
///     .with_methods([Theta::default().into(), Naive::default().into()])
///     .with_horizon(6)
///     .with_levels([0.9]);
/// options.validate()?;
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PanelOptions {
    /// The methods, at least one; each gives its own columns. Default: `AutoEts`.
    pub methods: Vec<AnyMethod>,
    /// What the methods are called in the result, one name each. Default, empty: their own names, and `Theta_2` for a
    /// second `Theta`.
    pub names: Vec<String>,
    /// Steps ahead, at least 1. Absent, the default: one season of each series, 10 where it has none. The season is the
    /// one in the season column, else the longest set in the options of a method, else the one detected.
    pub horizon: Option<usize>,
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

impl Default for PanelOptions {
    fn default() -> Self {
        Self {
            methods: vec![AutoEts::default().into()],
            names: Vec::new(),
            horizon: None,
            levels: vec![0.8, 0.95],
            id: "unique_id".into(),
            time: Some("ds".into()),
            target: "y".into(),
            season: None,
        }
    }
}

impl PanelOptions {
    /// Forecast with these methods.
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

    /// Forecast so many steps of every series.
    #[must_use]
    pub fn with_horizon(mut self, horizon: usize) -> Self {
        self.horizon = Some(horizon);
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
    /// `invalid_config` for no method, options of a method out of range, another number of names than of methods, names
    /// that would name two columns, a horizon of 0, or levels that are equal or outside (0, 1).
    pub fn validate(&self) -> Result<()> {
        self.lineup().map(drop)?;
        check_request(0, self.horizon.unwrap_or(1), &self.levels)
    }

    pub(super) fn lineup(&self) -> Result<Lineup> {
        let time = self.time.as_deref().unwrap_or("step");
        Lineup::new(&self.methods, &self.names, &self.levels, &[&self.id, time])
    }
}
