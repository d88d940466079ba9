//! Every measure for many series at once: matrices `[series, step]` in, one value per series out.
use std::borrow::Cow;

use ndarray::{ArrayView1, ArrayView2};

use super::{coverage, crps_quantiles, crps_sample, mae, mape, mase, msis, pinball_loss, rmse, rmsse, smape};
use crate::data::Vector;
use crate::error::{Result, ensure};

/// [`mae`] of each row, in the unit of the data.
///
/// # Errors
/// As [`mae`], naming the series; `invalid_data` for different numbers of rows.
pub fn mae_batch(actual: ArrayView2<'_, f64>, forecast: ArrayView2<'_, f64>) -> Result<Vector> {
    each(&[("actual", actual), ("forecast", forecast)], |row| mae(&row[0], &row[1]))
}

/// [`rmse`] of each row, in the unit of the data.
///
/// # Errors
/// As [`rmse`], naming the series; `invalid_data` for different numbers of rows.
pub fn rmse_batch(actual: ArrayView2<'_, f64>, forecast: ArrayView2<'_, f64>) -> Result<Vector> {
    each(&[("actual", actual), ("forecast", forecast)], |row| rmse(&row[0], &row[1]))
}

/// [`mape`] of each row, in percent.
///
/// # Errors
/// As [`mape`], naming the series; `invalid_data` for different numbers of rows.
pub fn mape_batch(actual: ArrayView2<'_, f64>, forecast: ArrayView2<'_, f64>) -> Result<Vector> {
    each(&[("actual", actual), ("forecast", forecast)], |row| mape(&row[0], &row[1]))
}

/// [`smape`] of each row, in percent.
///
/// # Errors
/// As [`smape`], naming the series; `invalid_data` for different numbers of rows.
pub fn smape_batch(actual: ArrayView2<'_, f64>, forecast: ArrayView2<'_, f64>) -> Result<Vector> {
    each(&[("actual", actual), ("forecast", forecast)], |row| smape(&row[0], &row[1]))
}

/// [`mase`] of each row; `training` is `[series, time]`.
///
/// # Errors
/// As [`mase`], naming the series; `invalid_data` for different numbers of rows.
pub fn mase_batch(
    actual: ArrayView2<'_, f64>,
    forecast: ArrayView2<'_, f64>,
    training: ArrayView2<'_, f64>,
    season: usize,
) -> Result<Vector> {
    let rows = [("actual", actual), ("forecast", forecast), ("training", training)];
    each(&rows, |row| mase(&row[0], &row[1], &row[2], season))
}

/// [`rmsse`] of each row; `training` is `[series, time]`.
///
/// # Errors
/// As [`rmsse`], naming the series; `invalid_data` for different numbers of rows.
pub fn rmsse_batch(
    actual: ArrayView2<'_, f64>,
    forecast: ArrayView2<'_, f64>,
    training: ArrayView2<'_, f64>,
    season: usize,
) -> Result<Vector> {
    let rows = [("actual", actual), ("forecast", forecast), ("training", training)];
    each(&rows, |row| rmsse(&row[0], &row[1], &row[2], season))
}

/// [`coverage`] of each row, 0 to 1.
///
/// # Errors
/// As [`coverage`], naming the series; `invalid_data` for different numbers of rows.
pub fn coverage_batch(
    actual: ArrayView2<'_, f64>,
    lower: ArrayView2<'_, f64>,
    upper: ArrayView2<'_, f64>,
) -> Result<Vector> {
    let rows = [("actual", actual), ("lower", lower), ("upper", upper)];
    each(&rows, |row| coverage(&row[0], &row[1], &row[2]))
}

/// [`msis`] of each row; `training` is `[series, time]`.
///
/// # Errors
/// As [`msis`], naming the series; `invalid_data` for different numbers of rows.
pub fn msis_batch(
    actual: ArrayView2<'_, f64>,
    lower: ArrayView2<'_, f64>,
    upper: ArrayView2<'_, f64>,
    level: f64,
    training: ArrayView2<'_, f64>,
    season: usize,
) -> Result<Vector> {
    let rows = [("actual", actual), ("lower", lower), ("upper", upper), ("training", training)];
    each(&rows, |row| msis(&row[0], &row[1], &row[2], level, &row[3], season))
}

/// [`pinball_loss`] of each row, in the unit of the data.
///
/// # Errors
/// As [`pinball_loss`], naming the series; `invalid_data` for different numbers of rows.
pub fn pinball_loss_batch(actual: ArrayView2<'_, f64>, forecast: ArrayView2<'_, f64>, quantile: f64) -> Result<Vector> {
    each(&[("actual", actual), ("forecast", forecast)], |row| pinball_loss(&row[0], &row[1], quantile))
}

/// [`crps_sample`] of each step: `actual` has one value per step, `samples` is `[step, sample]`. In the unit of the data.
///
/// # Errors
/// As [`crps_sample`], naming the step; `invalid_data` for different numbers of steps.
pub fn crps_sample_batch(actual: ArrayView1<'_, f64>, samples: ArrayView2<'_, f64>) -> Result<Vector> {
    let actual = actual.insert_axis(ndarray::Axis(1));
    each(&[("actual", actual), ("samples", samples)], |row| crps_sample(row[0][0], &row[1]))
}

/// [`crps_quantiles`] of each step: `actual` has one value per step, `forecasts` is `[step, quantile]`. In the unit of the data.
///
/// # Errors
/// As [`crps_quantiles`], naming the step; `invalid_data` for different numbers of steps.
pub fn crps_quantiles_batch(
    actual: ArrayView1<'_, f64>,
    quantiles: &[f64],
    forecasts: ArrayView2<'_, f64>,
) -> Result<Vector> {
    let actual = actual.insert_axis(ndarray::Axis(1));
    each(&[("actual", actual), ("forecasts", forecasts)], |row| crps_quantiles(row[0][0], quantiles, &row[1]))
}

/// `measure` of the rows that belong together.
pub(super) fn each(
    matrices: &[(&str, ArrayView2<'_, f64>)],
    measure: impl Fn(&[Cow<'_, [f64]>]) -> Result<f64>,
) -> Result<Vector> {
    let Some((first, leader)) = matrices.first() else { return Ok(Vec::new().into()) };
    for (name, matrix) in matrices {
        ensure!(
            matrix.nrows() == leader.nrows(),
            InvalidData,
            "{name} has {} rows and {first} has {}; they must be equally many",
            matrix.nrows(),
            leader.nrows()
        );
    }
    let value = |index: usize| {
        let rows: Vec<_> =
            matrices.iter().map(|(_, matrix)| slice(matrix.index_axis(ndarray::Axis(0), index))).collect();
        measure(&rows).map_err(|error| error.at(format_args!("row {index}")))
    };
    Ok((0..leader.nrows()).map(value).collect::<Result<Vec<f64>>>()?.into())
}

fn slice(row: ArrayView1<'_, f64>) -> Cow<'_, [f64]> {
    row.to_slice().map_or_else(|| Cow::Owned(row.to_vec()), Cow::Borrowed)
}
