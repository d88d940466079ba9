//! Forecasts of many series of different lengths at once.
//!
//! A long table with one row per observation goes in, a long table with one row per series and step comes out. Series are
//! forecast in parallel and apart from each other: what is wrong with one is reported by its name and changes nothing for
//! the others.
//!
//! Missing numbers (null or NaN) are refused for the series they stand in, with their position; so are missing, unreadable
//! and doubled times, and times that keep no even step. Nothing is filled in silently.
mod lineup;
mod options;
mod page;
mod source;
#[cfg(test)]
mod tests;
mod write;

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use serde::{Deserialize, Serialize};

pub(super) use self::lineup::{Lineup, percent};
pub use self::options::PanelOptions;
pub use self::page::PanelPage;
pub(super) use self::source::{Source, check_forecast, horizon};
pub(super) use self::write::ForecastColumns;
use super::fitted::check_request;
use super::{AnyMethod, Method, SeriesForecast, SeriesState, Summary};
use crate::Context;
use crate::data::Table;
use crate::data::time::Stamps;
use crate::error::{Code, Error, Result};

/// The forecasts of many series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PanelForecast {
    /// One row per series and step, series in the order of their first rows: the name of the series and the time, each in
    /// the type it came in (`step`, from 1, where there are no times), then per method `Theta`, `Theta-lo-80`, `Theta-hi-80`
    /// and so on for every level. A method that failed for a series is NaN there; a series without any forecast is absent.
    pub forecasts: Table,
    /// What was fitted, one row per series and method: the name of the series, `method`, `model` in the field's notation,
    /// `season` (1 is none) and `observations`.
    pub models: Table,
    /// What could not be forecast, in the order of the series.
    pub failures: Vec<SeriesFailure>,
}

/// Why a series, or one method on it, has no forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SeriesFailure {
    /// The name of the series.
    pub id: String,
    /// The name of the method; absent where the series itself is at fault, for every method.
    pub method: Option<String>,
    /// The stable code of the error, such as `not_enough_data`.
    pub code: String,
    /// What was wrong, the value seen and what is allowed.
    pub message: String,
}

/// What came of one series.
struct Outcome {
    horizon: usize,
    stamps: Option<Stamps>,
    /// One per method.
    fitted: Vec<Option<(SeriesForecast, Summary)>>,
    failures: Vec<SeriesFailure>,
}

/// Forecast every series of a long table: one row per observation, with the columns that `options` name.
///
/// Series may differ in length, frequency and season, and rows may come in any order. Time stamps go on in the step of
/// each series: a whole number of positions, seconds to weeks, months, quarters or years on their day or at the month's
/// end, or business days. One series needs at least two of them. O(rows) and the cost of the methods, series in parallel.
///
/// ```
/// # fn main() -> inlaid::Result<()> {
/// use inlaid::data::Table;
/// use inlaid::forecast::{Naive, PanelOptions, panel};
///
/// let table = Table::from_columns([
///     ("unique_id", vec!["a", "a", "b", "b", "c"].into()),
///     ("ds", vec!["2024-11", "2024-12", "2023", "2024", "2024"].into()),
///     ("y", vec![1.0, 2.0, 30.0, 40.0, f64::NAN].into()),
/// ])?;
/// let options = PanelOptions::default().with_methods([Naive::default().into()]).with_horizon(1).with_levels([0.95]);
/// let result = panel(&table, &options, &inlaid::Context::new())?;
/// assert_eq!(result.forecasts.names(), ["unique_id", "ds", "Naive", "Naive-lo-95", "Naive-hi-95"]);
/// assert_eq!(result.forecasts.texts("ds")?, [Some("2025-01"), Some("2025")]);
/// assert_eq!(result.forecasts.floats("Naive")?[..], [2.0, 40.0]);
/// assert_eq!((result.failures[0].id.as_str(), result.failures[0].code.as_str()), ("c", "invalid_data"));
/// # Ok(()) }
/// ```
///
/// # Errors
/// `invalid_config` as [`PanelOptions::validate`]; `invalid_data` for a missing column or one of another type, no rows, or
/// a row without its series; `too_large` above 2^27 numbers in the result; `cancelled`. What is wrong with one series is
/// no error but stands in the `failures` of the result.
pub fn panel(table: &Table, options: &PanelOptions, context: &Context) -> Result<PanelForecast> {
    options.validate()?;
    let lineup = options.lineup()?;
    let (time, season) = (options.time.as_deref(), options.season.as_deref());
    let source = Source::of_table(table, &options.id, time, &options.target, season, context)?;
    if let Some(horizon) = options.horizon {
        check_request(source.panel.len().saturating_mul(lineup.methods.len()), horizon, &lineup.levels)?;
    }
    let budget = Budget::default();
    let outcomes = context.map(source.panel.len(), |index| {
        let forecast = || forecast_series(&source, index, options.horizon, &lineup, &budget, context);
        let id = &source.panel.ids()[index];
        Ok(match forecast() {
            Ok(outcome) => outcome,
            Err(error) => Outcome {
                horizon: 0,
                stamps: None,
                fitted: Vec::new(),
                failures: vec![SeriesFailure::of(id, None, error)?],
            },
        })
    })?;
    budget.check()?;
    write::tables(&source, options, &lineup, outcomes)
}

fn forecast_series(
    source: &Source<'_>,
    index: usize,
    asked: Option<usize>,
    lineup: &Lineup,
    budget: &Budget,
    context: &Context,
) -> Result<Outcome> {
    let (series, season) = source.series(index)?;
    let horizon = horizon(asked, season.or(lineup.season()), series.values(), context)?;
    check_request(lineup.methods.len(), horizon, &lineup.levels)?;
    if !budget.take(horizon.saturating_mul(lineup.methods.len() * lineup.width())) {
        // The whole call fails for it; say nothing about this series.
        return Ok(Outcome { horizon: 0, stamps: None, fitted: Vec::new(), failures: Vec::new() });
    }
    let stamps = series.future(horizon)?;
    let mut outcome = Outcome { horizon, stamps, fitted: Vec::new(), failures: Vec::new() };
    for (name, method) in &lineup.methods {
        let fit = || {
            context.check()?;
            let state = seasoned(method, season).fit_checked(series.values(), context)?;
            let forecast = state.predict(horizon, &lineup.levels, context)?;
            check_forecast(&forecast)?;
            Ok((forecast, state.summary()))
        };
        match fit() {
            Ok(fitted) => outcome.fitted.push(Some(fitted)),
            Err(error) => {
                outcome.fitted.push(None);
                outcome.failures.push(SeriesFailure::of(&source.panel.ids()[index], Some(name), error)?);
            }
        }
    }
    Ok(outcome)
}

/// The method with the season of the series, where both leave one to be set.
pub(super) fn seasoned(method: &AnyMethod, season: Option<usize>) -> AnyMethod {
    match season {
        Some(season) => method.clone().with_default_season(season),
        None => method.clone(),
    }
}

impl SeriesFailure {
    /// The failure of one series; a cancelled call goes on as an error.
    pub(super) fn of(id: &str, method: Option<&str>, error: Error) -> Result<Self> {
        if error.code() == Code::Cancelled {
            return Err(error);
        }
        Ok(Self::named(id, method, &error))
    }

    /// The failure of one series.
    pub(super) fn named(id: &str, method: Option<&str>, error: &Error) -> Self {
        let (code, message) = (error.code().as_str().into(), error.message().into());
        Self { id: id.into(), method: method.map(String::from), code, message }
    }
}

/// The numbers of a result, counted before they are computed.
#[derive(Debug, Default)]
pub(super) struct Budget(AtomicUsize);

impl Budget {
    /// The most numbers that one result may hold (1 GiB of `f64`).
    const LARGEST: usize = 1 << 27;

    /// Ask for so many numbers more; once refused, the call fails in [`check`](Budget::check).
    pub(super) fn take(&self, numbers: usize) -> bool {
        let add = |taken: usize| Some(taken.saturating_add(numbers));
        let taken = self.0.fetch_update(Relaxed, Relaxed, add).unwrap_or_default();
        taken.saturating_add(numbers) <= Self::LARGEST
    }

    /// # Errors
    /// `too_large`.
    pub(super) fn check(&self) -> Result<()> {
        let taken = self.0.load(Relaxed);
        crate::error::ensure!(
            taken <= Self::LARGEST,
            TooLarge,
            "the result would hold {taken} numbers, the limit is {}; ask for fewer steps, levels or series",
            Self::LARGEST
        );
        Ok(())
    }
}
