//! Forecasts with intervals, for one series or many.
//!
//! | method | which series it is for |
//! |---|---|
//! | [`AutoEts`] | level, trend and season that change: the form is chosen, the intervals are the model's |
//! | [`Naive`] | the last value again: random walks, and the yardstick for everything else |
//! | [`SeasonalNaive`] | the value of one season ago: strong seasons, and their yardstick |
//! | [`Naive2`] | the last seasonally adjusted value: the M4 competition's yardstick |
//! | [`Theta`] | a smoothed level and part of the trend: short series, fast, hard to beat |
//! | [`Drift`] | the last value and the mean change: random walks with a direction |
//!
//! | about seasons | what it tells |
//! |---|---|
//! | [`seasonal_period`] | the dominant period of a series, 1 where none is clear |
//! | [`seasonality_test`] | whether a known period is there |
//! | [`decompose`] | trend, season and remainder, by moving averages |
//! | [`Stl`], [`Mstl`] | trend, a season or several that change, and remainder, by loess |
//!
//! | many series | what it does |
//! |---|---|
//! | [`panel`] | forecasts every series of a long table, of different lengths and frequencies, and names the bad ones |
//! | [`cross_validate`] | tries methods on the past of every series and measures them |
//! | [`AnyMethod`] | any of the methods above, for lists of them |
//!
//! How good forecasts were is told by [`metrics`].
//!
//! Every method is an options struct whose [`fit`](Method::fit) takes a matrix `[series, time]` and gives a [`Fitted`]
//! model with one state per row.
mod any_method;
mod auto_ets;
mod chart;
mod cross_validation;
mod drift;
mod fitted;
mod method;
pub mod metrics;
mod naive;
mod naive2;
mod panel;
mod result;
mod seasonal_naive;
mod seasonality;
mod spread;
mod stl;
mod theta;

pub use any_method::{AnyMethod, AnyState};
pub use auto_ets::{AutoEts, AutoEtsState, EtsCriterion, EtsError, EtsMode, EtsSeasonal, EtsTrend, FittedAutoEts};
pub use chart::ForecastChart;
pub use cross_validation::{
    CrossValidated, CrossValidation, LevelAccuracy, MethodAccuracy, cross_validate, cross_validate_matrix,
};
pub use drift::{Drift, DriftState, FittedDrift};
pub use fitted::Fitted;
pub use method::{Method, SeriesState};
pub use naive::{FittedNaive, Naive, NaiveState};
pub use naive2::{FittedNaive2, Naive2, Naive2State};
pub use panel::{PanelForecast, PanelOptions, PanelPage, SeriesFailure, panel};
pub use result::{Components, Forecast, Interval, SeriesForecast, Summary};
pub use seasonal_naive::{FittedSeasonalNaive, SeasonalNaive, SeasonalNaiveState};
pub use seasonality::{
    Decomposition, DecompositionKind, SeasonalPeriod, Seasonality, decompose, seasonal_period, seasonal_period_batch,
    seasonality_test,
};
pub use stl::{Mstl, MstlParts, Stl, StlParts};
pub use theta::{FittedTheta, Theta, ThetaModel, ThetaState};
