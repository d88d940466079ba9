//! What a forecasting method must be able to do with one series; the rest of the room is written once on top.
use ndarray::ArrayView2;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::fitted::Fitted;
use super::result::{SeriesForecast, Summary};
use crate::Context;
use crate::error::{Result, ensure};

/// A forecasting method: its options, and how it is fitted to one series.
pub trait Method: Clone + Serialize + DeserializeOwned + Send + Sync + Sized + 'static {
    /// What is known of a series after the fit.
    type State: SeriesState;

    /// The name of the fitted model in the catalogue and in saved files, such as `forecast.FittedNaive`.
    const FITTED: &'static str;

    /// The version of what a saved model of this method holds. A change to the fields of the options or the state, or to
    /// the variants of an enum inside, raises it; see [`Stored`](crate::store::Stored).
    const SAVED: u32 = 1;

    /// Judge every option.
    ///
    /// # Errors
    /// `invalid_config`.
    fn validate(&self) -> Result<()>;

    /// The fewest observations that the method accepts.
    fn shortest(&self) -> usize;

    /// Fit one series of finite numbers, at least [`shortest`](Method::shortest) of them, with valid options.
    ///
    /// # Errors
    /// `not_enough_data`, `did_not_converge`, `cancelled`.
    fn fit_series(&self, series: &[f64], context: &Context) -> Result<Self::State>;

    /// Fit one state per row of `series`, `[series, time]`; NaN and infinite values are refused.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range, `invalid_data` for NaN or infinite values or no rows at all,
    /// `not_enough_data` for too few columns, `cancelled`.
    fn fit(&self, series: ArrayView2<'_, f64>, context: &Context) -> Result<Fitted<Self>> {
        self.validate()?;
        ensure!(series.nrows() > 0, InvalidData, "there is no series: the matrix [series, time] has no rows");
        let states = context.map(series.nrows(), |row| {
            let values = series.row(row);
            let values = values.as_slice().map_or_else(|| values.to_vec().into(), std::borrow::Cow::Borrowed);
            self.fit_checked(&values, context).map_err(|error| error.at(format_args!("series {row}")))
        })?;
        Ok(Fitted::new(self.clone(), states))
    }

    /// [`fit_series`](Method::fit_series) after a look at the numbers.
    ///
    /// # Errors
    /// As [`fit`](Method::fit).
    fn fit_checked(&self, series: &[f64], context: &Context) -> Result<Self::State> {
        check_finite(series)?;
        ensure!(
            series.len() >= self.shortest(),
            NotEnoughData,
            "need at least {} observations, got {}",
            self.shortest(),
            series.len()
        );
        self.fit_series(series, context)
    }
}

/// One fitted series.
pub trait SeriesState: Clone + std::fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The observations, the ones learnt by updates included.
    fn observed(&self) -> &[f64];

    /// One-step-ahead values at each observation; NaN where none exists.
    fn fitted_values(&self) -> Vec<f64>;

    /// `horizon` >= 1 steps ahead, with one band per level in (0, 1). The seed of the context decides
    /// what is simulated.
    ///
    /// # Errors
    /// `cancelled`, or `invalid_data` where a forecast would leave the range of numbers.
    fn predict(&self, horizon: usize, levels: &[f64], context: &Context) -> Result<SeriesForecast>;

    /// Learn new finite observations with the parameters as they are.
    ///
    /// # Errors
    /// `invalid_data` for values that the model cannot take.
    fn update(&mut self, new: &[f64]) -> Result<()>;

    /// What was fitted.
    fn summary(&self) -> Summary;

    /// Judge a state that came from a file: its fields have the right types and may hold anything else.
    ///
    /// After `Ok` every method of this trait must work as after a fit: none may panic or loop without end;
    /// [`fitted_values`](Self::fitted_values) and the components are as long as [`observed`](Self::observed);
    /// [`predict`](Self::predict) gives `horizon` finite steps per line or an error, with time and memory in proportion to
    /// the horizon and the size of the state. So look at each field: numbers finite and in the range that a fit can give,
    /// lists as long as the season or the series asks, counts and positions within what is there (never a length of
    /// their own to allocate by), tags in agreement with each other. Begin with [`check_observed`](Self::check_observed).
    ///
    /// # Errors
    /// `invalid_data` with the field, the value seen and what is allowed.
    fn check(&self) -> Result<()> {
        self.check_observed()
    }

    /// At least one observation, all of them finite: the part of [`check`](Self::check) that every state shares.
    ///
    /// # Errors
    /// `invalid_data`.
    fn check_observed(&self) -> Result<()> {
        ensure!(!self.observed().is_empty(), InvalidData, "the state has no observations, at least 1 is needed");
        check_finite(self.observed())
    }

    /// The level before each observation.
    fn level(&self) -> Option<Vec<f64>> {
        None
    }

    /// The slope before each observation.
    fn trend(&self) -> Option<Vec<f64>> {
        None
    }

    /// The season at each observation.
    fn season(&self) -> Option<Vec<f64>> {
        None
    }
}

/// Refuse NaN and infinite values.
pub(super) fn check_finite(series: &[f64]) -> Result<()> {
    if let Some(position) = series.iter().position(|value| !value.is_finite()) {
        crate::error::bail!(
            InvalidData,
            "value {} at position {position} (0-based); fill or drop missing values first",
            series[position]
        );
    }
    Ok(())
}
