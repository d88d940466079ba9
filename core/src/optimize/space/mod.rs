//! What is chosen: named parameters in a fixed order, continuous, integer or categorical.
//!
//! A candidate is a row of `f64`, one number per parameter in the order of the space: the value itself for continuous and
//! integer parameters, the position of the choice for categorical ones. Many candidates are a matrix `[candidate,
//! parameter]`. Searches work in coordinates, where every bounded parameter runs from 0 to 1: linearly, by its logarithm,
//! or in equal cells for whole numbers and choices; see [`Space::encode`] and [`Space::decode`].
mod coordinates;
mod parameter;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

pub(crate) use coordinates::{Axis, Coordinates};
pub use parameter::{CategoricalParameter, ContinuousParameter, IntegerParameter, Parameter};

use crate::data::Matrix;
use crate::error::{Result, ensure};

/// The most parameters of a space.
pub const MOST_PARAMETERS: usize = 100_000;

/// Named parameters in a fixed order.
///
/// ```
/// use inlaid::optimize::{CategoricalParameter, ContinuousParameter, IntegerParameter, Space};
///
/// let space = Space::default()
///     .with(ContinuousParameter::new("rate", 1e-4, 1.0).with_log(true))
///     .with(IntegerParameter::new("layers", 1, 8))
///     .with(CategoricalParameter::new("solver", ["fast", "exact"]));
/// space.validate()?;
/// let candidates = space.decode(inlaid::ndarray::array![[0.5, 0.0, 0.9]].view())?;
/// assert!((candidates[[0, 0]] - 0.01).abs() < 1e-12);
/// assert_eq!(candidates.row(0).to_vec()[1..], [1.0, 1.0]);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Space {
    /// The parameters, at least one, each with a name of its own.
    pub parameters: Vec<Parameter>,
}

impl Space {
    /// `dimensions` continuous parameters `x0`, `x1`, .. from `low` to `high`.
    #[must_use]
    pub fn cube(dimensions: usize, low: f64, high: f64) -> Self {
        (0..dimensions)
            .fold(Self::default(), |space, i| space.with(ContinuousParameter::new(format!("x{i}"), low, high)))
    }

    /// One more parameter, after the others.
    #[must_use]
    pub fn with(mut self, parameter: impl Into<Parameter>) -> Self {
        self.parameters.push(parameter.into());
        self
    }

    /// How many parameters there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parameters.len()
    }

    /// Whether there is no parameter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// The names of the parameters, in order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.parameters.iter().map(Parameter::name).collect()
    }

    /// Refuse a space that cannot be searched.
    ///
    /// # Errors
    /// `invalid_config` without parameters, for an empty or repeated name, bounds that are NaN, infinite, inverted or equal,
    /// a logarithmic scale with a bound of 0 or less, whole numbers above 2^53 in size, no choices or repeated ones, and a
    /// start outside. `too_large` above [`MOST_PARAMETERS`].
    pub fn validate(&self) -> Result<()> {
        ensure!(!self.is_empty(), InvalidConfig, "the space has no parameters; it needs at least one");
        ensure!(
            self.len() <= MOST_PARAMETERS,
            TooLarge,
            "the space has {} parameters; at most {MOST_PARAMETERS} are allowed",
            self.len()
        );
        let mut seen = HashSet::new();
        for (position, parameter) in self.parameters.iter().enumerate() {
            let name = parameter.name();
            ensure!(!name.is_empty(), InvalidConfig, "parameter {position} has no name");
            ensure!(seen.insert(name), InvalidConfig, "two parameters are called `{name}`; names must differ");
            parameter.validate()?;
        }
        Ok(())
    }

    /// The coordinates of candidates, `[candidate, parameter]`: 0 to 1 for bounded parameters, the middle of its cell for
    /// whole numbers and choices; for unbounded ones the distance from the start in steps of its size (at least 1).
    ///
    /// # Errors
    /// As [`validate`](Space::validate); `invalid_data` for another number of columns, and for values that are NaN, out of
    /// bounds or between two whole numbers, with their place.
    pub fn encode(&self, candidates: ArrayView2<'_, f64>) -> Result<Matrix> {
        let coordinates = self.coordinates()?;
        self.check_candidates(candidates)?;
        let mut encoded = Array2::zeros(candidates.raw_dim());
        for (row, mut target) in candidates.rows().into_iter().zip(encoded.rows_mut()) {
            for ((axis, value), place) in coordinates.axes.iter().zip(row).zip(&mut target) {
                *place = axis.encode(*value);
            }
        }
        Ok(encoded.into())
    }

    /// The candidates at coordinates, `[candidate, parameter]`; coordinates outside are taken to the nearest bound.
    ///
    /// # Errors
    /// As [`validate`](Space::validate); `invalid_data` for another number of columns and for NaN.
    pub fn decode(&self, coordinates: ArrayView2<'_, f64>) -> Result<Matrix> {
        let axes = self.coordinates()?;
        self.check_columns(coordinates.ncols())?;
        let mut candidates = coordinates.to_owned();
        for (row, mut line) in candidates.rows_mut().into_iter().enumerate() {
            for (axis, (parameter, place)) in axes.axes.iter().zip(self.parameters.iter().zip(&mut line)) {
                let name = parameter.name();
                ensure!(!place.is_nan(), InvalidData, "the coordinate of `{name}` in row {row} is NaN");
                *place = axis.decode(*place);
            }
        }
        Ok(candidates.into())
    }

    /// Refuse candidates, `[candidate, parameter]`, that are not of this space.
    ///
    /// # Errors
    /// `invalid_data` for another number of columns, and for values that are NaN, out of bounds or between two whole
    /// numbers, with their place.
    pub fn check_candidates(&self, candidates: ArrayView2<'_, f64>) -> Result<()> {
        self.check_columns(candidates.ncols())?;
        for (row, line) in candidates.rows().into_iter().enumerate() {
            for (parameter, value) in self.parameters.iter().zip(line) {
                parameter.check(*value).map_err(|error| error.at(format_args!("candidate {row}")))?;
            }
        }
        Ok(())
    }

    fn check_columns(&self, columns: usize) -> Result<()> {
        let wanted = self.len();
        ensure!(columns == wanted, InvalidData, "{columns} columns for a space of {wanted} parameters");
        Ok(())
    }

    /// How searches see the space.
    pub(crate) fn coordinates(&self) -> Result<Coordinates> {
        self.validate()?;
        Ok(Coordinates { axes: self.parameters.iter().map(Parameter::axis).collect() })
    }

    /// The candidate from which local methods start, where every unbounded parameter has a start or none is asked for.
    pub(crate) fn start(&self) -> Option<Vec<f64>> {
        let starts: Vec<Option<f64>> = self.parameters.iter().map(Parameter::start).collect();
        starts.iter().any(Option::is_some).then(|| {
            let middle = |(parameter, start): (&Parameter, Option<f64>)| start.unwrap_or_else(|| parameter.middle());
            self.parameters.iter().zip(starts).map(middle).collect()
        })
    }
}
