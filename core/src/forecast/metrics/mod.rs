//! How good forecasts were: errors of points, intervals, quantiles and samples.
//!
//! | measure | unit | of what |
//! |---|---|---|
//! | [`mae`], [`rmse`] | of the data | typical error; the squares of `rmse` punish large ones |
//! | [`mape`], [`smape`] | percent | error relative to the value; `mape` needs values other than 0 |
//! | [`mase`], [`rmsse`] | seasonal-naive errors | below 1 is better than the seasonal naive forecast was in sample |
//! | [`owa`] | Naive2's errors | the M4 competition's overall figure, below 1 is better than Naive2 |
//! | [`coverage`], [`msis`] | share; seasonal-naive errors | intervals: do they hold, and how narrow are they |
//! | [`pinball_loss`], [`weighted_quantile_loss`] | of the data; none | quantiles |
//! | [`crps_sample`], [`crps_quantiles`] | of the data | whole distributions |
//!
//! Each function takes one series and has a `_batch` twin for matrices `[series, step]`; [`accuracy`] gives the usual set
//! of a whole forecast. NaN and infinite values are refused with `invalid_data`, as are measures that would divide by 0.
mod accuracy;
mod batch;
mod interval;
mod point;
mod quantile;
#[cfg(test)]
mod tests;

pub use accuracy::{Accuracy, IntervalAccuracy, accuracy};
pub use batch::{
    coverage_batch, crps_quantiles_batch, crps_sample_batch, mae_batch, mape_batch, mase_batch, msis_batch,
    pinball_loss_batch, rmse_batch, rmsse_batch, smape_batch,
};
pub use interval::{coverage, msis};
pub use point::{mae, mape, mase, owa, rmse, rmsse, smape};
pub use quantile::{crps_quantiles, crps_sample, pinball_loss, weighted_quantile_loss};

use super::method::check_finite;
use crate::error::{Result, ensure};

/// Refuse rows of different lengths, none at all, NaN and infinite values.
fn check_rows(rows: &[(&str, &[f64])]) -> Result<()> {
    let Some((first, values)) = rows.first() else { return Ok(()) };
    ensure!(!values.is_empty(), NotEnoughData, "{first} is empty; at least one value is needed");
    for (name, row) in rows {
        ensure!(
            row.len() == values.len(),
            InvalidData,
            "{name} has {} values and {first} has {}; they must be equally many",
            row.len(),
            values.len()
        );
        check_finite(row).map_err(|error| error.at(name))?;
    }
    Ok(())
}

/// The mean of finite values; `invalid_data` where it leaves the range of numbers.
fn mean(values: impl Iterator<Item = f64>) -> Result<f64> {
    let (sum, count) = values.fold((0.0, 0usize), |(sum, count), value| (sum + value, count + 1));
    in_range(sum / count as f64)
}

/// The value itself, if it is a finite number.
fn in_range(value: f64) -> Result<f64> {
    ensure!(
        value.is_finite(),
        InvalidData,
        "the measure leaves the range of numbers ({value}); rescale the data first"
    );
    Ok(value)
}
