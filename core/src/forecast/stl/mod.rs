//! STL: a series is a trend, a season that may change, and a remainder.
//!
//! An inner loop smooths, by loess, the values at each position of the season (less the trend), takes a low-pass filter of
//! that away so that the season has no level, and smooths what is left without season into the trend. An outer loop gives
//! values that fit badly little weight, `(1 - (r / 6 median |r|)^2)^2`, and starts over. Loess of degree 1 is a regression
//! line of the window's points, weighed by `(1 - (distance / reach)^3)^3`. As in the authors' program, no slope is fitted
//! where the weighted standard deviation of the window's points is at most a thousandth of the series' length.
//! O(passes * observations * window).
//!
//! Source: Cleveland, Cleveland, McRae, Terpenning, *STL: a seasonal-trend decomposition procedure based on loess*, Journal
//! of Official Statistics 6 (1990). Strengths: Hyndman, Athanasopoulos, *Forecasting: Principles and Practice* (3rd ed.),
//! section 4.3. Several seasons: Bandara, Hyndman, Bergmeir, *MSTL* (2021).
mod loess;
mod mstl;
mod passes;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use mstl::{Mstl, MstlParts};

use self::loess::Loess;
use self::passes::Plan;
use super::method::check_finite;
use super::seasonality::{SeasonalPeriod, seasonal_period_within};
use crate::Context;
use crate::data::Vector;
use crate::error::{Result, bail, ensure};
use crate::math::power;

/// Seasonal-trend decomposition by loess.
///
/// ```
/// use inlaid::{Context, forecast::Stl};
/// let season = [10.0, 2.0, -5.0, -7.0];
/// let mut series: Vec<f64> = (0..48).map(|t| 0.5 * t as f64 + season[t % 4]).collect();
/// series[20] += 30.0;
/// let parts = Stl::default().with_season(4).with_robust(true).transform(&series, &Context::new())?;
/// assert!((parts.trend[20] - 10.0).abs() < 0.1 && (parts.seasonal[20] - 10.0).abs() < 0.1);
/// assert!((parts.remainder[20] - 30.0).abs() < 0.2 && parts.weights[20] == 0.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Stl {
    /// Observations per season, at least 2. Default: detected by [`seasonal_period`](super::seasonal_period).
    pub season: Option<usize>,
    /// Whether the season is the same throughout: its value at each position is a mean and not smoothed. Default false.
    pub periodic: bool,
    /// How many seasons the seasonal smoother spans, odd, at least 3; the larger, the less the season changes. Says nothing
    /// where `periodic`. Default 7.
    pub seasonal_window: usize,
    /// How many observations the trend smoother spans, odd, at least 3. Default: the first odd number from
    /// `1.5 season / (1 - 1.5 / seasonal_window)` on, which is `1.5 season` where `periodic`.
    pub trend_window: Option<usize>,
    /// How many observations the low-pass smoother spans, odd, at least 3. Default: the first odd number above the season.
    pub low_pass_window: Option<usize>,
    /// Degree of the seasonal smoother, 0 or 1. Default 1.
    pub seasonal_degree: usize,
    /// Degree of the trend smoother, 0 or 1. Default 1.
    pub trend_degree: usize,
    /// Degree of the low-pass smoother, 0 or 1. Default 1.
    pub low_pass_degree: usize,
    /// Every how many seasons are smoothed, at least 1; lines join them. Default 1.
    pub seasonal_jump: usize,
    /// Every how many observations the trend is smoothed, at least 1; lines join them. Default 1.
    pub trend_jump: usize,
    /// Every how many observations the low-pass smoother works, at least 1; lines join them. Default 1.
    pub low_pass_jump: usize,
    /// Whether outliers shall have little weight. Default false.
    pub robust: bool,
    /// Passes of the inner loop, at least 1. Default 5, and 2 where `robust`.
    pub inner_iterations: Option<usize>,
    /// How often robust weights are found anew, at most 1000. Default 0, and 15 where `robust`.
    pub outer_iterations: Option<usize>,
}

impl Default for Stl {
    fn default() -> Self {
        Self {
            season: None,
            periodic: false,
            seasonal_window: 7,
            trend_window: None,
            low_pass_window: None,
            seasonal_degree: 1,
            trend_degree: 1,
            low_pass_degree: 1,
            seasonal_jump: 1,
            trend_jump: 1,
            low_pass_jump: 1,
            robust: false,
            inner_iterations: None,
            outer_iterations: None,
        }
    }
}

/// A series taken apart: at every step, `trend + seasonal + remainder` is the value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StlParts {
    /// The observations per season that were used.
    pub season: usize,
    /// The season at each step, in the unit of the data.
    pub seasonal: Vector,
    /// The trend at each step.
    pub trend: Vector,
    /// What is left at each step.
    pub remainder: Vector,
    /// The robust weight of each step, 0 for an outlier to 1; all 1 without outer iterations.
    pub weights: Vector,
    /// How much of the deseasonalised variance is trend: `1 - var(remainder) / var(trend + remainder)`, at least 0.
    pub trend_strength: f64,
    /// How much of the detrended variance is season: `1 - var(remainder) / var(seasonal + remainder)`, at least 0.
    pub seasonal_strength: f64,
}

macro_rules! setters {
    ($($(#[$about:meta])* $setter:ident, $field:ident: $type:ty $(, $wrap:path)?;)*) => {
        $($(#[$about])*
        #[must_use]
        pub fn $setter(mut self, $field: $type) -> Self {
            self.$field = $($wrap)?($field);
            self
        })*
    };
}

impl Stl {
    setters! {
        /// Set the observations per season.
        with_season, season: usize, Some;
        /// Set whether the season is the same throughout.
        with_periodic, periodic: bool;
        /// Set how many seasons the seasonal smoother spans.
        with_seasonal_window, seasonal_window: usize;
        /// Set how many observations the trend smoother spans.
        with_trend_window, trend_window: usize, Some;
        /// Set how many observations the low-pass smoother spans.
        with_low_pass_window, low_pass_window: usize, Some;
        /// Set the degree of the seasonal smoother.
        with_seasonal_degree, seasonal_degree: usize;
        /// Set the degree of the trend smoother.
        with_trend_degree, trend_degree: usize;
        /// Set the degree of the low-pass smoother.
        with_low_pass_degree, low_pass_degree: usize;
        /// Set every how many seasons are smoothed.
        with_seasonal_jump, seasonal_jump: usize;
        /// Set every how many observations the trend is smoothed.
        with_trend_jump, trend_jump: usize;
        /// Set every how many observations the low-pass smoother works.
        with_low_pass_jump, low_pass_jump: usize;
        /// Set whether outliers shall have little weight.
        with_robust, robust: bool;
        /// Set the passes of the inner loop.
        with_inner_iterations, inner_iterations: usize, Some;
        /// Set how often robust weights are found anew.
        with_outer_iterations, outer_iterations: usize, Some;
    }

    /// Judge every option.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        ensure!(
            self.season.is_none_or(|season| season >= 2),
            InvalidConfig,
            "season must be at least 2, got {}",
            self.season.unwrap_or(0)
        );
        let windows = [
            ("seasonal_window", Some(self.seasonal_window)),
            ("trend_window", self.trend_window),
            ("low_pass_window", self.low_pass_window),
        ];
        for (name, window) in windows {
            let window = window.unwrap_or(3);
            ensure!(
                window >= 3 && window % 2 == 1 && window <= LARGEST,
                InvalidConfig,
                "{name} must be odd and 3 to {LARGEST}, got {window}"
            );
        }
        let degrees = [
            ("seasonal_degree", self.seasonal_degree),
            ("trend_degree", self.trend_degree),
            ("low_pass_degree", self.low_pass_degree),
        ];
        for (name, degree) in degrees {
            ensure!(degree <= 1, InvalidConfig, "{name} must be 0 or 1, got {degree}");
        }
        let counts = [
            ("seasonal_jump", self.seasonal_jump),
            ("trend_jump", self.trend_jump),
            ("low_pass_jump", self.low_pass_jump),
            ("inner_iterations", self.inner_iterations.unwrap_or(1)),
        ];
        for (name, count) in counts {
            ensure!(count >= 1, InvalidConfig, "{name} must be at least 1, got 0");
        }
        let iterations = self.inner_iterations.unwrap_or(0).max(self.outer_iterations.unwrap_or(0));
        ensure!(iterations <= 1000, InvalidConfig, "iterations must be at most 1000, got {iterations}");
        Ok(())
    }

    /// Take `series` apart, at least two seasons of it; NaN and infinite values are refused.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range; `invalid_data` for NaN and infinite values, where no season was given
    /// and none is clear, and where a part leaves the range of numbers; `not_enough_data` below two seasons; `cancelled`.
    pub fn transform(&self, series: &[f64], context: &Context) -> Result<StlParts> {
        self.validate()?;
        check_finite(series)?;
        let season = match self.season {
            Some(season) => season,
            None => detected(series, context)?,
        };
        ensure!(
            series.len() / 2 >= season,
            NotEnoughData,
            "need at least two seasons of {season} observations, got {}",
            series.len()
        );
        let scale = scale_of(series);
        let scaled: Vec<f64> = series.iter().map(|value| value / scale).collect();
        context.check()?;
        let parts = self.plan(&scaled, season).run(context)?;
        context.check()?;
        let remainder: Vec<f64> =
            scaled.iter().zip(&parts.seasonal).zip(&parts.trend).map(|((value, s), t)| value - s - t).collect();
        context.check()?;
        let seasonal_strength = strength(&remainder, &parts.seasonal);
        context.check()?;
        let trend_strength = strength(&remainder, &parts.trend);
        context.check()?;
        let [seasonal, trend, remainder] = [parts.seasonal, parts.trend, remainder].map(|mut part| {
            part.iter_mut().for_each(|value| *value *= scale);
            part
        });
        for part in [&seasonal, &trend, &remainder] {
            if let Some(step) = part.iter().position(|value| !value.is_finite()) {
                bail!(
                    InvalidData,
                    "a part of step {step} (0-based) leaves the range of numbers; divide the series by a large constant first"
                );
            }
        }
        Ok(StlParts {
            season,
            seasonal: seasonal.into(),
            trend: trend.into(),
            remainder: remainder.into(),
            weights: parts.weights.into(),
            trend_strength,
            seasonal_strength,
        })
    }

    fn plan<'a>(&self, series: &'a [f64], season: usize) -> Plan<'a> {
        let odd = |width: usize| width | 1;
        let trend = self.trend_window.unwrap_or_else(|| {
            let shrunk = if self.periodic { 1.0 } else { 1.0 - 1.5 / self.seasonal_window as f64 };
            odd((1.5 * season as f64 / shrunk).ceil() as usize)
        });
        let smoother = |width, degree, jump| Loess { width, degree, jump };
        Plan {
            series,
            season,
            seasonal: (!self.periodic)
                .then(|| smoother(self.seasonal_window, self.seasonal_degree, self.seasonal_jump)),
            trend: smoother(trend, self.trend_degree, self.trend_jump),
            low_pass: smoother(
                self.low_pass_window.unwrap_or(odd(season + 1)),
                self.low_pass_degree,
                self.low_pass_jump,
            ),
            inner: self.inner_iterations.unwrap_or(if self.robust { 2 } else { 5 }),
            outer: self.outer_iterations.unwrap_or(if self.robust { 15 } else { 0 }),
        }
    }
}

/// The widest window.
const LARGEST: usize = 1 << 40;

/// The season of a series whose caller gave none.
fn detected(series: &[f64], context: &Context) -> Result<usize> {
    let season = seasonal_period_within(series, &SeasonalPeriod::default(), context)?.period;
    ensure!(season >= 2, InvalidData, "no season is clear in the {} observations; set season", series.len());
    Ok(season)
}

/// The power of two next to the largest value: to divide by it loses no bit.
fn scale_of(series: &[f64]) -> f64 {
    let largest = series.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if largest > 0.0 { power::whole(2.0, largest.log2().floor().clamp(-1021.0, 1021.0) as i32) } else { 1.0 }
}

/// The share of variance of `part + remainder` that is not the remainder's; 0 where there is none beyond rounding.
fn strength(remainder: &[f64], part: &[f64]) -> f64 {
    let count = remainder.len() as f64;
    let variance = |values: &mut dyn Iterator<Item = f64>| {
        let (mut mean, mut squares, mut seen) = (0.0, 0.0, 0.0);
        for value in values {
            seen += 1.0;
            let off = value - mean;
            mean += off / seen;
            squares += off * (value - mean);
        }
        squares / count
    };
    let whole = variance(&mut part.iter().zip(remainder).map(|(part, rest)| part + rest));
    let rest = variance(&mut remainder.iter().copied());
    // Values are scaled to 1 or 2 at most, so rounding leaves about 1e-30.
    if whole > 1e-28 { (1.0 - rest / whole).max(0.0) } else { 0.0 }
}
