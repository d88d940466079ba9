//! Methods tried on the past: forecasts from several points in time, held against what came.
//!
//! A window knows the observations up to its cutoff and forecasts the next `horizon`; the last window ends with the
//! series, and each one before it starts `step` observations earlier. Nothing after its cutoff enters a forecast.
//! Source: Hyndman, Athanasopoulos, *Forecasting: Principles and Practice* (3rd ed.), section 5.10.
mod accuracy;
mod options;
#[cfg(test)]
mod tests;
mod write;

use std::sync::OnceLock;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use self::accuracy::Scores;
pub use self::accuracy::{LevelAccuracy, MethodAccuracy};
pub use self::options::CrossValidation;
use super::fitted::check_request;
use super::panel::{Budget, Lineup, Source, check_forecast, horizon, seasoned};
use super::seasonality::seasonal_period_within;
use super::{AnyMethod, AnyState, Method, Naive2, SeasonalPeriod, SeriesFailure, SeriesForecast, SeriesState};
use crate::Context;
use crate::data::{Panel, Series, Table};
use crate::error::{Code, Error, Result, ensure};

/// What came of trying methods on the past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CrossValidated {
    /// One row per series, window and step: the name of the series and the time, each in the type it came in, `cutoff` (the
    /// time of the last observation known), the value that came, under its own name, then per method `Theta`, `Theta-lo-80`,
    /// `Theta-hi-80` and so on for every level. Without times, `position` counts observations from 0, and so does `cutoff`.
    /// A method that failed in a window is NaN there; a window without any forecast is absent.
    pub forecasts: Table,
    /// How good each method was over all series and windows, in the order of the methods.
    pub accuracy: Vec<MethodAccuracy>,
    /// What could not be forecast, in the order of the series.
    pub failures: Vec<SeriesFailure>,
}

impl CrossValidated {
    /// The accuracy as a table, one row per method: `method`, `forecasts`, `mase`, `smape`, `owa`, `mae`, `rmse`, then
    /// `coverage-80` and `msis-80` and so on for every level; NaN where a measure does not exist.
    ///
    /// # Errors
    /// `invalid_data` if the methods differ in their levels.
    pub fn accuracy_table(&self) -> Result<Table> {
        accuracy::table(&self.accuracy)
    }
}

/// Try methods on the past of every series of a long table: one row per observation, with the columns that `options` name.
///
/// ```
/// # fn main() -> inlaid::Result<()> {
/// use inlaid::data::Table;
/// use inlaid::forecast::{CrossValidation, Drift, Naive, cross_validate};
///
/// let table = Table::from_columns([
///     ("unique_id", vec!["a"; 8].into()),
///     ("ds", vec![2017_i64, 2018, 2019, 2020, 2021, 2022, 2023, 2024].into()),
///     ("y", vec![1.0, 3.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0].into()),
/// ])?;
/// let options = CrossValidation::default()
///     .with_methods([Drift::default().into(), Naive::default().into()])
///     .with_horizon(2)
///     .with_windows(2);
/// let result = cross_validate(&table, &options, &inlaid::Context::new())?;
/// assert_eq!(result.forecasts.integers("cutoff")?, [2020, 2020, 2022, 2022].map(Some));
/// assert_eq!(result.forecasts.floats("Naive")?[..], [4.0, 4.0, 6.0, 6.0]);
/// assert_eq!(result.accuracy[1].mae, Some(1.5));
/// assert!(result.accuracy[0].mae < result.accuracy[1].mae);
/// # Ok(()) }
/// ```
///
/// O(windows) fits of every method on every series, windows and series in parallel; with `refit` off, one fit.
///
/// # Errors
/// `invalid_config` as [`CrossValidation::validate`]; `invalid_data` for a missing column or one of another type, no rows,
/// or a row without its series; `too_large` above 2^27 numbers in the result; `cancelled`. What is wrong with one series,
/// too few observations for the windows included, is no error but stands in the `failures` of the result.
pub fn cross_validate(table: &Table, options: &CrossValidation, context: &Context) -> Result<CrossValidated> {
    options.validate()?;
    let (time, season) = (options.time.as_deref(), options.season.as_deref());
    let source = Source::of_table(table, &options.id, time, &options.target, season, context)?;
    Trial::new(&source, options)?.run(context)
}

/// [`cross_validate`] of the rows of a matrix, `[series, time]`, named by their numbers from 0; the options that name
/// columns name those of the result.
///
/// # Errors
/// As [`cross_validate`]; `invalid_config` for a season column.
pub fn cross_validate_matrix(
    series: ArrayView2<'_, f64>,
    options: &CrossValidation,
    context: &Context,
) -> Result<CrossValidated> {
    let options = options.clone().with_time(None);
    options.validate()?;
    ensure!(
        options.season.is_none(),
        InvalidConfig,
        "a matrix has no column \"{}\"; set the season in the options of the methods",
        options.season.as_deref().unwrap_or_default()
    );
    let source = Source::of_panel(Panel::from_matrix(series)?);
    Trial::new(&source, &options)?.run(context)
}

/// One call.
struct Trial<'a> {
    source: &'a Source<'a>,
    options: &'a CrossValidation,
    lineup: Lineup,
    budget: Budget,
}

/// A series ready to be forecast.
struct Ready<'a> {
    series: Series<'a>,
    horizon: usize,
    cutoffs: Vec<usize>,
    /// The season that the table gives.
    season: Option<usize>,
    /// The season that scales the errors.
    scale: usize,
}

/// What came of one window: per method its forecast with the scores, and the scores of Naive2.
struct Window {
    forecasts: Vec<Option<(SeriesForecast, Scores)>>,
    naive2: Option<Scores>,
    failures: Vec<SeriesFailure>,
}

/// What is known of one method on one series that is not fitted again.
enum Slot {
    New,
    Known(Box<AnyState>),
    Failed(Code),
}

/// A series by its number: why it cannot be forecast, or how.
type Prepared<'a> = Result<Ready<'a>, SeriesFailure>;

impl<'a> Trial<'a> {
    fn new(source: &'a Source<'a>, options: &'a CrossValidation) -> Result<Self> {
        let lineup = options.lineup()?;
        let forecasts = source.panel.len().saturating_mul(options.windows).saturating_mul(lineup.methods.len());
        check_request(forecasts, options.horizon.unwrap_or(1), &lineup.levels)?;
        Ok(Self { source, options, lineup, budget: Budget::default() })
    }

    fn run(&self, context: &Context) -> Result<CrossValidated> {
        let series = self.source.panel.len();
        // Whichever window comes first gets its series ready.
        let prepared: Vec<OnceLock<Prepared<'_>>> = (0..series).map(|_| OnceLock::new()).collect();
        let ready = |index: usize| prepared[index].get_or_init(|| self.prepare(index, context));
        let windows: Vec<Window> = if self.options.refit {
            let each = self.options.windows;
            context.map(series * each, |job| match ready(job / each) {
                Ok(ready) => self.refitted(job / each, ready, job % each, context),
                Err(_) => Ok(Window { forecasts: Vec::new(), naive2: None, failures: Vec::new() }),
            })?
        } else {
            let of_series = context.map(series, |index| match ready(index) {
                Ok(ready) => self.updated(index, ready, context),
                Err(_) => Ok(Vec::new()),
            })?;
            of_series.into_iter().flatten().collect()
        };
        context.check()?; // a series whose preparation was cancelled looks like one that failed
        self.budget.check()?;
        write::result(self, prepared, windows)
    }

    fn prepare(&self, index: usize, context: &Context) -> Prepared<'_> {
        let ready = || {
            let (series, season) = self.source.series(index)?;
            let known = season.or(self.lineup.season());
            let horizon = horizon(self.options.horizon, known, series.values(), context)?;
            let cutoffs = self.options.cutoffs(series.values().len(), horizon)?;
            let numbers = horizon.saturating_mul(cutoffs.len() * self.lineup.methods.len() * self.lineup.width());
            ensure!(self.budget.take(numbers), TooLarge, "the result has no room for {numbers} numbers more");
            let scale = match known {
                Some(season) => season,
                None => {
                    seasonal_period_within(&series.values()[..cutoffs[0]], &SeasonalPeriod::default(), context)?.period
                }
            };
            Ok(Ready { series, horizon, cutoffs, season, scale })
        };
        ready().map_err(|error| SeriesFailure::named(&self.source.panel.ids()[index], None, &error))
    }

    /// One window with methods fitted to what it knows.
    fn refitted(&self, index: usize, ready: &Ready<'_>, window: usize, context: &Context) -> Result<Window> {
        let known = &ready.series.values()[..ready.cutoffs[window]];
        self.window(index, ready, window, context, |_, method| method.fit_checked(known, context))
    }

    /// Every window of one series, with methods fitted to the first and updated from then on.
    fn updated(&self, index: usize, ready: &Ready<'_>, context: &Context) -> Result<Vec<Window>> {
        let values = ready.series.values();
        let mut states: Vec<Slot> = self.lineup.methods.iter().map(|_| Slot::New).collect();
        let window = |window: usize| {
            let cutoff = ready.cutoffs[window];
            self.window(index, ready, window, context, |position, method| {
                let state = match std::mem::replace(&mut states[position], Slot::New) {
                    Slot::New => method.fit_checked(&values[..cutoff], context),
                    Slot::Known(mut state) => state.update(&values[ready.cutoffs[window - 1]..cutoff]).map(|()| *state),
                    Slot::Failed(code) => Err(Error::new(code, "failed in an earlier window, and refit is off")),
                };
                states[position] = match &state {
                    Ok(state) => Slot::Known(Box::new(state.clone())),
                    Err(error) => Slot::Failed(error.code()),
                };
                state
            })
        };
        (0..ready.cutoffs.len()).map(window).collect()
    }

    fn window(
        &self,
        index: usize,
        ready: &Ready<'_>,
        window: usize,
        context: &Context,
        mut state: impl FnMut(usize, &AnyMethod) -> Result<AnyState>,
    ) -> Result<Window> {
        let (cutoff, levels) = (ready.cutoffs[window], &self.lineup.levels);
        let values = ready.series.values();
        let (known, actual) = (&values[..cutoff], &values[cutoff..cutoff + ready.horizon]);
        let score = |forecast: &SeriesForecast| Scores::of(forecast, levels, actual, known, ready.scale);
        let naive2 = Naive2::default().with_season(ready.scale);
        let naive2 =
            naive2.fit_checked(known, context).and_then(|state| state.predict(ready.horizon, &[], &Context::new()));
        let mut outcome = Window {
            forecasts: Vec::new(),
            naive2: naive2.ok().map(|forecast| score(&forecast)),
            failures: Vec::new(),
        };
        for (position, (name, method)) in self.lineup.methods.iter().enumerate() {
            let mut forecast = || -> Result<SeriesForecast> {
                context.check()?;
                let state = state(position, &seasoned(method, ready.season))?;
                let forecast = state.predict(ready.horizon, levels, context)?;
                check_forecast(&forecast)?;
                Ok(forecast)
            };
            match forecast() {
                Ok(forecast) => {
                    let scores = score(&forecast);
                    outcome.forecasts.push(Some((forecast, scores)));
                }
                Err(error) => {
                    let error = error.at(format_args!("window {} of {}", window + 1, ready.cutoffs.len()));
                    outcome.forecasts.push(None);
                    outcome.failures.push(SeriesFailure::of(&self.source.panel.ids()[index], Some(name), error)?);
                }
            }
        }
        Ok(outcome)
    }
}
