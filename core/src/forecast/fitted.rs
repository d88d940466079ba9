//! A fitted model of any method: one state per series, and everything that is asked of it.
use std::path::Path;

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::method::{Method, SeriesState, check_finite};
use super::result::{Components, Forecast, Interval, SeriesForecast, Summary};
use super::spread::checked;
use crate::Context;
use crate::data::Matrix;
use crate::error::{Result, ensure};
use crate::store::{self, Stored};

/// The most numbers that one forecast may hold (1 GiB of `f64`).
const LARGEST: usize = 1 << 27;

/// One line of numbers per series.
type Rows = Vec<Vec<f64>>;

/// A method fitted to the rows of a matrix.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Fitted<M: Method> {
    method: M,
    states: Vec<M::State>,
}

impl<M: Method> Fitted<M> {
    pub(super) fn new(method: M, states: Vec<M::State>) -> Self {
        Self { method, states }
    }

    /// The options that were fitted.
    #[must_use]
    pub fn method(&self) -> &M {
        &self.method
    }

    /// The fitted series, in the order of the rows.
    #[must_use]
    pub fn states(&self) -> &[M::State] {
        &self.states
    }

    /// Forecast every series `horizon` steps ahead with one interval per level.
    ///
    /// # Errors
    /// `invalid_config` for a horizon of 0 or a level outside (0, 1); `too_large` above 2^27 numbers; `cancelled`.
    pub fn predict(&self, horizon: usize, levels: &[f64], context: &Context) -> Result<Forecast> {
        check_request(self.states.len(), horizon, levels)?;
        let forecasts = context.map(self.states.len(), |row| {
            self.states[row]
                .predict(horizon, levels, context)
                .and_then(|forecast| checked(whole(forecast, horizon, levels.len())?))
                .map_err(|error| error.at(format_args!("series {row}")))
        })?;
        let mut means = Vec::with_capacity(forecasts.len());
        let mut bands: Vec<(Rows, Rows)> = vec![Default::default(); levels.len()];
        for forecast in forecasts {
            means.push(forecast.mean);
            for (band, (lower, upper)) in bands.iter_mut().zip(forecast.bands) {
                band.0.push(lower);
                band.1.push(upper);
            }
        }
        let interval = |(&level, (lower, upper)): (&f64, (Rows, Rows))| Interval {
            level,
            lower: rows(lower.into_iter(), horizon),
            upper: rows(upper.into_iter(), horizon),
        };
        let intervals = levels.iter().zip(bands).map(interval).collect();
        Ok(Forecast { mean: rows(means.into_iter(), horizon), intervals })
    }

    /// One-step-ahead values at each observation, `[series, time]`; NaN where none exists.
    #[must_use]
    pub fn fitted_values(&self) -> Matrix {
        rows(self.states.iter().map(SeriesState::fitted_values), self.time())
    }

    /// Observations less their one-step-ahead values, `[series, time]`; NaN where none exists.
    #[must_use]
    pub fn residuals(&self) -> Matrix {
        let residuals = |state: &M::State| {
            state.observed().iter().zip(state.fitted_values()).map(|(seen, fitted)| seen - fitted).collect::<Vec<_>>()
        };
        rows(self.states.iter().map(residuals), self.time())
    }

    /// Level, trend and season at each observation, as far as the method has them.
    #[must_use]
    pub fn components(&self) -> Components {
        let part = |pick: fn(&M::State) -> Option<Vec<f64>>| {
            let parts: Vec<_> = self.states.iter().map(pick).collect();
            let missing = || vec![f64::NAN; self.time()];
            parts
                .iter()
                .any(Option::is_some)
                .then(|| rows(parts.into_iter().map(|part| part.unwrap_or_else(missing)), self.time()))
        };
        Components {
            level: part(SeriesState::level),
            trend: part(SeriesState::trend),
            season: part(SeriesState::season),
        }
    }

    /// What was fitted, one entry per series.
    #[must_use]
    pub fn summary(&self) -> Vec<Summary> {
        self.states.iter().map(SeriesState::summary).collect()
    }

    /// Learn new observations, `[series, new time]`, with the parameters as they are. On an error nothing is learnt.
    ///
    /// # Errors
    /// `invalid_data` for another number of series than was fitted, or NaN or infinite values; `cancelled`.
    pub fn update(&mut self, new: ArrayView2<'_, f64>, context: &Context) -> Result<()> {
        ensure!(
            new.nrows() == self.states.len(),
            InvalidData,
            "the model knows {} series, the new values have {} rows",
            self.states.len(),
            new.nrows()
        );
        self.states = context.map(self.states.len(), |row| {
            let values = new.row(row).to_vec();
            let mut state = self.states[row].clone();
            check_finite(&values)
                .and_then(|()| state.update(&values))
                .map_err(|error| error.at(format_args!("series {row}")))?;
            Ok(state)
        })?;
        Ok(())
    }

    /// The model as bytes, `f64` by its bits; see [`store`](crate::store).
    ///
    /// # Errors
    /// `too_large` above [`store::LARGEST`] bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        store::to_bytes(self)
    }

    /// The model that [`to_bytes`](Self::to_bytes) gave: it predicts and updates bit for bit as the saved one would.
    ///
    /// # Errors
    /// `incompatible` for bytes that are damaged, newer than this version, or no such model; `too_large`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        store::from_bytes(bytes)
    }

    /// Save the model to a file, which is replaced as a whole or not at all; see [`store::save`].
    ///
    /// # Errors
    /// `not_found` for a folder that does not exist, `io`, `too_large`.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        store::save(self, path)
    }

    /// The model in a file.
    ///
    /// # Errors
    /// `not_found` for a file that does not exist, `io`, and as [`from_bytes`](Self::from_bytes).
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        store::load(path)
    }

    fn time(&self) -> usize {
        self.states.first().map_or(0, |state| state.observed().len())
    }
}

impl<M: Method> Stored for Fitted<M> {
    const KIND: &'static str = M::FITTED;
    const VERSION: u32 = M::SAVED;

    fn check(&self) -> Result<()> {
        self.method.validate()?;
        ensure!(!self.states.is_empty(), InvalidData, "the model knows no series, at least 1 is needed");
        let (time, shortest) = (self.time(), self.method.shortest());
        for (row, state) in self.states.iter().enumerate() {
            let length = state.observed().len();
            ensure!(
                length == time && length >= shortest,
                InvalidData,
                "series {row} has {length} observations; all must have {time} as the first has, and at least {shortest}"
            );
            state.check().map_err(|error| error.at(format_args!("series {row}")))?;
        }
        Ok(())
    }
}

/// Hold a method to one number per step and one band per level; anything else would leave a matrix empty.
fn whole(forecast: SeriesForecast, horizon: usize, levels: usize) -> Result<SeriesForecast> {
    let full = |line: &Vec<f64>| line.len() == horizon;
    let complete = forecast.bands.len() == levels
        && full(&forecast.mean)
        && forecast.bands.iter().all(|(lower, upper)| full(lower) && full(upper));
    ensure!(
        complete,
        Internal,
        "a forecast of {horizon} steps and {levels} levels came back incomplete; please report this with the input"
    );
    Ok(forecast)
}

/// Judge what every forecast is asked for.
pub(super) fn check_request(series: usize, horizon: usize, levels: &[f64]) -> Result<()> {
    ensure!(horizon >= 1, InvalidConfig, "horizon must be at least 1, got 0");
    for level in levels {
        ensure!(*level > 0.0 && *level < 1.0, InvalidConfig, "levels must lie between 0 and 1, exclusive; got {level}");
    }
    let numbers = series.saturating_mul(horizon).saturating_mul(1 + 2 * levels.len());
    ensure!(
        numbers <= LARGEST,
        TooLarge,
        "{series} series x {horizon} steps with {} levels are more than {LARGEST} numbers; ask for fewer steps",
        levels.len()
    );
    Ok(())
}

/// Equally long rows as one matrix; a single row moves.
fn rows(mut rows: impl ExactSizeIterator<Item = Vec<f64>>, columns: usize) -> Matrix {
    let rest = rows.len().saturating_sub(1);
    let mut data = rows.next().unwrap_or_default();
    data.reserve_exact(rest.saturating_mul(columns));
    rows.for_each(|row| data.extend_from_slice(&row));
    let count = data.len().checked_div(columns).unwrap_or(0);
    Array2::from_shape_vec((count, columns), data).unwrap_or_else(|_| Array2::zeros((0, 0))).into()
}
