//! How good quantiles and whole distributions were.
use ndarray::ArrayView2;

use super::{check_rows, in_range, mean};
use crate::error::{Result, ensure};

/// Mean pinball loss of forecasts of one `quantile` in (0, 1): `max(q (y - f), (q - 1) (y - f))`, in the unit of the data.
///
/// ```
/// assert_eq!(inlaid::forecast::metrics::pinball_loss(&[4.0, 0.0], &[2.0, 2.0], 0.75)?, 1.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_data` for different lengths, NaN or infinite values; `not_enough_data` for empty slices; `invalid_config` for a
/// quantile outside (0, 1).
pub fn pinball_loss(actual: &[f64], forecast: &[f64], quantile: f64) -> Result<f64> {
    check_quantile(quantile)?;
    check_rows(&[("actual", actual), ("forecast", forecast)])?;
    mean(actual.iter().zip(forecast).map(|(value, forecast)| pinball(*value, *forecast, quantile)))
}

/// Weighted quantile loss: `2 sum pinball / sum |y|` per quantile, mean over the quantiles; without unit. `forecasts` is
/// `[quantile, step]`, one row for each of `quantiles`.
///
/// ```
/// use inlaid::forecast::metrics::weighted_quantile_loss;
/// let forecasts = ndarray::array![[1.0, 3.0], [2.0, 4.0]];
/// assert_eq!(weighted_quantile_loss(&[2.0, 4.0], &[0.25, 0.5], forecasts.view())?, 0.5 / 6.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_data` for shapes that do not fit, NaN or infinite values, or actual values that are all 0; `not_enough_data` for
/// no values or no quantiles; `invalid_config` for a quantile outside (0, 1).
pub fn weighted_quantile_loss(actual: &[f64], quantiles: &[f64], forecasts: ArrayView2<'_, f64>) -> Result<f64> {
    check_rows(&[("actual", actual)])?;
    ensure!(!quantiles.is_empty(), NotEnoughData, "quantiles is empty; at least one is needed");
    ensure!(
        forecasts.nrows() == quantiles.len(),
        InvalidData,
        "forecasts has {} rows for {} quantiles; one row each is needed",
        forecasts.nrows(),
        quantiles.len()
    );
    let weight = mean(actual.iter().map(|value| value.abs()))?;
    ensure!(weight > 0.0, InvalidData, "weighted quantile loss divides by the sum of |actual|, which is 0");
    let losses = quantiles.iter().zip(forecasts.rows());
    let losses: Vec<f64> = losses.map(|(q, row)| pinball_loss(actual, &row.to_vec(), *q)).collect::<Result<_>>()?;
    in_range(2.0 * mean(losses.into_iter())? / weight)
}

/// Continuous ranked probability score of a `sample` from the forecast distribution: `E|X - y| - E|X - X'| / 2`, expectations
/// over the sample and over all its pairs. In the unit of the data; for a single value it is the absolute error.
/// O(n log n). Gneiting, Raftery (2007).
///
/// ```
/// assert_eq!(inlaid::forecast::metrics::crps_sample(3.0, &[1.0, 2.0])?, 1.25);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_data` for NaN or infinite values; `not_enough_data` for an empty sample.
pub fn crps_sample(actual: f64, sample: &[f64]) -> Result<f64> {
    check_rows(&[("actual", &[actual])])?;
    check_rows(&[("sample", sample)])?;
    // Scores do not change with a common shift; deviations from the actual value keep the digits.
    let mut deviations: Vec<f64> = sample.iter().map(|value| value - actual).collect();
    deviations.sort_unstable_by(f64::total_cmp);
    let count = sample.len() as f64;
    // In sorted order the k-th value (from 0) is the larger one of k pairs and the smaller one of n - 1 - k.
    let term = |(k, value): (usize, &f64)| value.abs() - value * ((2 * k + 1) as f64 - count) / count;
    Ok(mean(deviations.iter().enumerate().map(term))?.max(0.0))
}

/// Continuous ranked probability score from quantile forecasts: twice the mean pinball loss over `quantiles`, which should
/// be evenly spread in (0, 1). `forecasts` holds one value per quantile. In the unit of the data.
///
/// ```
/// assert_eq!(inlaid::forecast::metrics::crps_quantiles(3.0, &[0.25, 0.75], &[1.0, 5.0])?, 1.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_data` for different lengths, NaN or infinite values; `not_enough_data` for empty slices; `invalid_config` for a
/// quantile outside (0, 1).
pub fn crps_quantiles(actual: f64, quantiles: &[f64], forecasts: &[f64]) -> Result<f64> {
    check_rows(&[("actual", &[actual])])?;
    check_rows(&[("quantiles", quantiles), ("forecasts", forecasts)])?;
    quantiles.iter().try_for_each(|quantile| check_quantile(*quantile))?;
    mean(quantiles.iter().zip(forecasts).map(|(quantile, forecast)| 2.0 * pinball(actual, *forecast, *quantile)))
}

fn pinball(value: f64, forecast: f64, quantile: f64) -> f64 {
    let error = value - forecast;
    (quantile * error).max((quantile - 1.0) * error)
}

fn check_quantile(quantile: f64) -> Result<()> {
    ensure!(
        quantile > 0.0 && quantile < 1.0,
        InvalidConfig,
        "quantiles must lie between 0 and 1, exclusive; got {quantile}"
    );
    Ok(())
}
