//! Forecasts with intervals, for one series or many.
//!
//! | method | which series it is for |
//! |---|---|
//! | [`AutoEts`] | level, trend and season that change: the form is chosen, the intervals are the model's |
//! | [`Naive`] | the last value again: random walks, and the yardstick for everything else |
//!
//! Every method is an options struct whose [`fit`](Method::fit) takes a matrix `[series, time]` and gives a [`Fitted`]
//! model with one state per row.
mod auto_ets;
mod fitted;
mod method;
mod naive;
mod result;

pub use auto_ets::{AutoEts, AutoEtsState, EtsCriterion, EtsError, EtsMode, EtsSeasonal, EtsTrend, FittedAutoEts};
pub use fitted::Fitted;
pub use method::{Method, SeriesState};
pub use naive::{FittedNaive, Naive};
pub use result::{Components, Forecast, Interval, SeriesForecast, Summary};
