//! Several seasons: STL for one after the other.
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::{LARGEST, Stl};
use crate::Context;
use crate::data::{Ints, Matrix, Vector};
use crate::error::{Result, ensure};
use crate::forecast::method::check_finite;

/// Decomposition into a trend, several seasons and a remainder.
///
/// From the shortest season to the longest, each is found by [`Stl`] in what the others leave; then all again.
/// Source: Bandara, Hyndman, Bergmeir, *MSTL: a seasonal-trend decomposition algorithm for time series with multiple
/// seasonal patterns* (2021).
///
/// ```
/// use inlaid::{Context, forecast::Mstl};
/// let series: Vec<f64> = (0..28 * 8).map(|t| [0.0, 5.0, -5.0, 0.0][t % 4] + (t / 4 % 7) as f64).collect();
/// let parts = Mstl::default().with_seasons(vec![4, 28]).transform(&series, &Context::new())?;
/// assert!(parts.remainder.iter().all(|rest| rest.abs() < 0.2));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Mstl {
    /// Observations per season of each, at least one season, each at least 2. Default: none; they must be named.
    pub seasons: Vec<usize>,
    /// How many seasons the smoother of each spans, odd, at least 3, one per season. Default empty: 11, 15, 19, .. from the
    /// shortest season on.
    pub windows: Vec<usize>,
    /// How often all seasons are found, 1 to 100; once where there is only one. Default 2.
    pub iterations: usize,
    /// Everything else; its `season` and `seasonal_window` say nothing here.
    pub stl: Stl,
}

/// A series taken apart: `trend`, the columns of `seasonal` and `remainder` add up to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MstlParts {
    /// Observations per season, ascending.
    pub seasons: Ints,
    /// The seasons at each step, `[season, time]`, in the order of `seasons`.
    pub seasonal: Matrix,
    /// The trend at each step.
    pub trend: Vector,
    /// What is left at each step.
    pub remainder: Vector,
    /// The robust weight of each step in the last decomposition, 0 for an outlier to 1.
    pub weights: Vector,
}

impl Default for Mstl {
    fn default() -> Self {
        Self { seasons: Vec::new(), windows: Vec::new(), iterations: 2, stl: Stl::default() }
    }
}

impl Mstl {
    /// Set the observations per season of each season.
    #[must_use]
    pub fn with_seasons(mut self, seasons: Vec<usize>) -> Self {
        self.seasons = seasons;
        self
    }

    /// Set how many seasons the smoother of each season spans.
    #[must_use]
    pub fn with_windows(mut self, windows: Vec<usize>) -> Self {
        self.windows = windows;
        self
    }

    /// Set how often all seasons are found.
    #[must_use]
    pub fn with_iterations(mut self, iterations: usize) -> Self {
        self.iterations = iterations;
        self
    }

    /// Set everything else.
    #[must_use]
    pub fn with_stl(mut self, stl: Stl) -> Self {
        self.stl = stl;
        self
    }

    /// Judge every option.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        ensure!(!self.seasons.is_empty(), InvalidConfig, "seasons must name at least one season, got none");
        for season in &self.seasons {
            ensure!(*season >= 2, InvalidConfig, "seasons must be at least 2, got {season}");
        }
        ensure!(
            self.windows.is_empty() || self.windows.len() == self.seasons.len(),
            InvalidConfig,
            "windows must be empty or one per season, got {} for {} seasons",
            self.windows.len(),
            self.seasons.len()
        );
        for window in &self.windows {
            ensure!(
                *window >= 3 && window % 2 == 1 && *window <= LARGEST,
                InvalidConfig,
                "windows must be odd and 3 to {LARGEST}, got {window}"
            );
        }
        ensure!(
            (1..=100).contains(&self.iterations),
            InvalidConfig,
            "iterations must be 1 to 100, got {}",
            self.iterations
        );
        self.stl.validate()
    }

    /// Take `series` apart, at least two of its longest seasons; NaN and infinite values are refused.
    ///
    /// # Errors
    /// As [`Stl::transform`], and `invalid_config` for a season that is named twice.
    pub fn transform(&self, series: &[f64], context: &Context) -> Result<MstlParts> {
        self.validate()?;
        check_finite(series)?;
        let mut order: Vec<usize> = (0..self.seasons.len()).collect();
        order.sort_by_key(|at| self.seasons[*at]);
        let seasons: Vec<usize> = order.iter().map(|at| self.seasons[*at]).collect();
        if let Some(pair) = seasons.windows(2).find(|pair| pair[0] == pair[1]) {
            ensure!(false, InvalidConfig, "seasons must differ, {} is named twice", pair[0]);
        }
        let window = |rank: usize| match self.windows.get(order[rank]) {
            Some(window) => *window,
            None => 11 + 4 * rank,
        };
        let mut seasonal = Array2::<f64>::zeros((seasons.len(), series.len()));
        let mut rest = series.to_vec();
        let rounds = if seasons.len() == 1 { 1 } else { self.iterations };
        let mut last = None;
        for _ in 0..rounds {
            for (rank, season) in seasons.iter().enumerate() {
                let mut own = seasonal.row_mut(rank);
                rest.iter_mut().zip(&own).for_each(|(rest, own)| *rest += own);
                let stl = self.stl.clone().with_season(*season).with_seasonal_window(window(rank));
                let parts = stl.transform(&rest, context)?;
                own.assign(&*parts.seasonal);
                rest.iter_mut().zip(&own).for_each(|(rest, own)| *rest -= own);
                last = Some(parts);
            }
        }
        let Some(last) = last else {
            crate::error::bail!(Internal, "no season was taken out; please report this with the input");
        };
        let remainder: Vec<f64> = rest.iter().zip(&*last.trend).map(|(rest, trend)| rest - trend).collect();
        Ok(MstlParts {
            seasons: seasons.iter().map(|season| *season as i64).collect::<Vec<_>>().into(),
            seasonal: seasonal.into(),
            trend: last.trend,
            remainder: remainder.into(),
            weights: last.weights,
        })
    }
}
