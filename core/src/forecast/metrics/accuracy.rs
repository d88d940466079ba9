//! The usual measures of a whole forecast at once.
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::batch::each;
use super::{coverage, mae_batch, mape, mase, msis, rmse_batch, rmsse, smape_batch};
use crate::data::Vector;
use crate::error::{Code, Result, ensure};
use crate::forecast::method::check_finite;
use crate::forecast::result::Forecast;

/// The usual measures, one value per series. A measure that does not exist for a series is NaN: `mape` where an actual value
/// is 0; `mase`, `rmsse` and `msis` where the training series repeats every season exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Accuracy {
    /// Mean absolute error, in the unit of the data.
    pub mae: Vector,
    /// Root mean squared error, in the unit of the data.
    pub rmse: Vector,
    /// Mean absolute percentage error, in percent.
    pub mape: Vector,
    /// Symmetric mean absolute percentage error, 0 to 200 percent.
    pub smape: Vector,
    /// Mean absolute error in seasonal-naive errors.
    pub mase: Vector,
    /// Root mean squared error in seasonal-naive errors.
    pub rmsse: Vector,
    /// One entry per interval of the forecast, in its order.
    pub intervals: Vec<IntervalAccuracy>,
}

/// The measures of the intervals of one level, one value per series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IntervalAccuracy {
    /// The probability that the interval should hold, in (0, 1).
    pub level: f64,
    /// The share of steps whose value the interval held, 0 to 1.
    pub coverage: Vector,
    /// Mean scaled interval score, in seasonal-naive errors.
    pub msis: Vector,
}

/// The usual measures of `forecast` against the `actual` values, `[series, step]`; scaled measures divide by the errors of
/// the seasonal naive forecast within `training`, `[series, time]`, at `season` (1 for the plain naive forecast).
///
/// ```
/// use inlaid::forecast::{Method, Naive, metrics};
/// let context = inlaid::Context::new();
/// let training = ndarray::array![[1.0, 3.0, 2.0, 4.0]];
/// let forecast = Naive::default().fit(training.view(), &context)?.predict(2, &[0.95], &context)?;
/// let accuracy = metrics::accuracy(ndarray::array![[5.0, 3.0]].view(), &forecast, training.view(), 1)?;
/// assert_eq!(accuracy.mae[0], 1.0);
/// assert_eq!(accuracy.intervals[0].coverage[0], 1.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_data` for shapes that do not fit, NaN or infinite values; `invalid_config` for a season of 0;
/// `not_enough_data` for no steps, or training series of at most one season.
pub fn accuracy(
    actual: ArrayView2<'_, f64>,
    forecast: &Forecast,
    training: ArrayView2<'_, f64>,
    season: usize,
) -> Result<Accuracy> {
    let mean = forecast.mean.view();
    ensure!(
        actual.dim() == mean.dim(),
        InvalidData,
        "actual is {:?} and the forecast is {:?} [series, step]; they must be equal",
        actual.dim(),
        mean.dim()
    );
    for (index, row) in training.rows().into_iter().enumerate() {
        check_finite(&row.to_vec()).map_err(|error| error.at(format_args!("row {index}: training")))?;
    }
    let scaled = [("actual", actual), ("forecast", mean), ("training", training)];
    let (mae, rmse, smape) = (mae_batch(actual, mean)?, rmse_batch(actual, mean)?, smape_batch(actual, mean)?);
    let mape = each(&scaled[..2], |row| existing(mape(&row[0], &row[1])))?;
    let mase = each(&scaled, |row| existing(mase(&row[0], &row[1], &row[2], season)))?;
    let rmsse = each(&scaled, |row| existing(rmsse(&row[0], &row[1], &row[2], season)))?;
    let of_interval = |interval: &crate::forecast::Interval| {
        let (lower, upper) = (interval.lower.view(), interval.upper.view());
        let rows = [("actual", actual), ("lower", lower), ("upper", upper), ("training", training)];
        let score = |row: &[std::borrow::Cow<'_, [f64]>]| {
            existing(msis(&row[0], &row[1], &row[2], interval.level, &row[3], season))
        };
        let coverage = each(&rows[..3], |row| coverage(&row[0], &row[1], &row[2]))?;
        Ok(IntervalAccuracy { level: interval.level, coverage, msis: each(&rows, score)? })
    };
    let intervals = forecast.intervals.iter().map(of_interval).collect::<Result<_>>()?;
    Ok(Accuracy { mae, rmse, mape, smape, mase, rmsse, intervals })
}

/// NaN for a measure that does not exist for otherwise good data.
fn existing(measure: Result<f64>) -> Result<f64> {
    match measure {
        Err(error) if error.code() == Code::InvalidData => Ok(f64::NAN),
        other => other,
    }
}
