//! Errors of point forecasts.
use super::{check_rows, in_range, mean};
use crate::error::{Result, bail, ensure};
use crate::forecast::method::check_finite;

/// Mean absolute error, in the unit of the data.
///
/// ```
/// assert_eq!(inlaid::forecast::metrics::mae(&[1.0, 2.0], &[2.0, 4.0])?, 1.5);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_data` for different lengths, NaN or infinite values; `not_enough_data` for empty slices.
pub fn mae(actual: &[f64], forecast: &[f64]) -> Result<f64> {
    check_rows(&[("actual", actual), ("forecast", forecast)])?;
    mean(errors(actual, forecast).map(f64::abs))
}

/// Root of the mean squared error, in the unit of the data.
///
/// ```
/// assert_eq!(inlaid::forecast::metrics::rmse(&[1.0, 2.0], &[2.0, 9.0])?, 5.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// As [`mae`].
pub fn rmse(actual: &[f64], forecast: &[f64]) -> Result<f64> {
    check_rows(&[("actual", actual), ("forecast", forecast)])?;
    Ok(mean(errors(actual, forecast).map(|error| error * error))?.sqrt())
}

/// Mean of `100 |y - f| / |y|`, in percent.
///
/// ```
/// assert_eq!(inlaid::forecast::metrics::mape(&[4.0, -2.0], &[3.0, -2.0])?, 12.5);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// As [`mae`]; `invalid_data` for an actual value of 0.
pub fn mape(actual: &[f64], forecast: &[f64]) -> Result<f64> {
    check_rows(&[("actual", actual), ("forecast", forecast)])?;
    if let Some(position) = actual.iter().position(|value| *value == 0.0) {
        bail!(
            InvalidData,
            "mape divides by the actual value, which is 0 at position {position} (0-based); use smape or mase"
        );
    }
    mean(actual.iter().zip(forecast).map(|(value, forecast)| 100.0 * ((value - forecast) / value).abs()))
}

/// Mean of `200 |y - f| / (|y| + |f|)`, 0 where both are 0, in percent: 0 to 200. The M4 competition's.
///
/// ```
/// assert_eq!(inlaid::forecast::metrics::smape(&[3.0, 0.0], &[1.0, 0.0])?, 50.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// As [`mae`].
pub fn smape(actual: &[f64], forecast: &[f64]) -> Result<f64> {
    check_rows(&[("actual", actual), ("forecast", forecast)])?;
    let term = |(value, forecast): (&f64, &f64)| {
        let sum = value.abs() + forecast.abs();
        if sum == 0.0 { 0.0 } else { 200.0 * (value - forecast).abs() / sum }
    };
    mean(actual.iter().zip(forecast).map(term))
}

/// Mean absolute error in units of the seasonal naive forecast's in-sample error: `mae / mean |y_t - y_(t-m)|`, the mean
/// over `training`, `m` the `season` (1 for the plain naive forecast). Hyndman, Koehler (2006).
///
/// ```
/// assert_eq!(inlaid::forecast::metrics::mase(&[5.0], &[8.0], &[1.0, 2.0, 4.0], 1)?, 2.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// As [`mae`]; `invalid_config` for a season of 0; `not_enough_data` for a training series of at most one season;
/// `invalid_data` for a training series that repeats every season exactly, which gives nothing to divide by.
pub fn mase(actual: &[f64], forecast: &[f64], training: &[f64], season: usize) -> Result<f64> {
    let error = mae(actual, forecast)?;
    in_range(error / naive_error(training, season)?)
}

/// Root mean squared error in units of the seasonal naive forecast's in-sample error:
/// `sqrt(mean (y - f)^2 / mean (y_t - y_(t-m))^2)`, the lower mean over `training`, `m` the `season`. The M5 competition's,
/// which sets the season to 1.
///
/// ```
/// assert_eq!(inlaid::forecast::metrics::rmsse(&[5.0], &[8.0], &[1.0, 4.0, 7.0], 1)?, 1.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// As [`mase`].
pub fn rmsse(actual: &[f64], forecast: &[f64], training: &[f64], season: usize) -> Result<f64> {
    let error = rmse(actual, forecast)?;
    check_training(training, season)?;
    let scale = mean(seasonal_differences(training, season).map(|change| change * change))?.sqrt();
    in_range(error / positive(scale, season)?)
}

/// The M4 competition's overall weighted average: half of mean sMAPE over Naive2's mean sMAPE plus half of mean MASE over
/// Naive2's mean MASE, one value per series in each slice. The means are taken over all series before dividing.
///
/// ```
/// let owa = inlaid::forecast::metrics::owa(&[5.0, 15.0], &[1.0, 1.0], &[20.0, 20.0], &[1.0, 3.0])?;
/// assert_eq!(owa, 0.5);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_data` for different lengths, NaN or infinite values, or a baseline without any error; `not_enough_data` for empty
/// slices.
pub fn owa(smape: &[f64], mase: &[f64], naive2_smape: &[f64], naive2_mase: &[f64]) -> Result<f64> {
    check_rows(&[("smape", smape), ("mase", mase), ("naive2_smape", naive2_smape), ("naive2_mase", naive2_mase)])?;
    let ratio = |name: &str, values: &[f64], baseline: &[f64]| {
        let below = mean(baseline.iter().copied())?;
        ensure!(below > 0.0, InvalidData, "owa divides by the mean {name} of Naive2, which is {below}");
        in_range(mean(values.iter().copied())? / below)
    };
    Ok(f64::midpoint(ratio("sMAPE", smape, naive2_smape)?, ratio("MASE", mase, naive2_mase)?))
}

fn errors(actual: &[f64], forecast: &[f64]) -> impl Iterator<Item = f64> {
    actual.iter().zip(forecast).map(|(value, forecast)| value - forecast)
}

/// Mean absolute seasonal difference of the training series, above 0.
pub(super) fn naive_error(training: &[f64], season: usize) -> Result<f64> {
    check_training(training, season)?;
    positive(mean(seasonal_differences(training, season).map(f64::abs))?, season)
}

fn check_training(training: &[f64], season: usize) -> Result<()> {
    ensure!(season >= 1, InvalidConfig, "season must be at least 1 (1 is no season), got 0");
    ensure!(
        training.len() > season,
        NotEnoughData,
        "the training series needs more than one season of {season} observations, got {}",
        training.len()
    );
    check_finite(training).map_err(|error| error.at("training"))
}

fn seasonal_differences(training: &[f64], season: usize) -> impl Iterator<Item = f64> {
    training.iter().zip(training.iter().skip(season)).map(|(before, now)| now - before)
}

fn positive(scale: f64, season: usize) -> Result<f64> {
    ensure!(
        scale > 0.0,
        InvalidData,
        "every training value equals the one {season} steps before, so there is no naive error to divide by"
    );
    Ok(scale)
}
