//! How good prediction intervals were.
use super::point::naive_error;
use super::{check_rows, in_range, mean};
use crate::error::{Result, ensure};

/// The share of actual values inside `[lower, upper]`, both ends included, 0 to 1.
///
/// ```
/// assert_eq!(inlaid::forecast::metrics::coverage(&[1.0, 5.0], &[0.0, 0.0], &[2.0, 2.0])?, 0.5);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_data` for different lengths, NaN or infinite values, or a lower bound above its upper one; `not_enough_data`
/// for empty slices.
pub fn coverage(actual: &[f64], lower: &[f64], upper: &[f64]) -> Result<f64> {
    check_bounds(actual, lower, upper)?;
    let inside = |((value, lower), upper): ((&f64, &f64), &f64)| f64::from(u8::from(lower <= value && value <= upper));
    mean(actual.iter().zip(lower).zip(upper).map(inside))
}

/// Mean scaled interval score of intervals of `level`, in units of the seasonal naive forecast's in-sample error: the mean of
/// `(u - l) + 2/a (l - y)+ + 2/a (y - u)+` with `a = 1 - level`, over `mean |y_t - y_(t-m)|` of `training`, `m` the `season`.
/// Smaller is better. Gneiting, Raftery (2007); the M4 competition's.
///
/// ```
/// let score = inlaid::forecast::metrics::msis(&[5.0], &[0.0], &[4.0], 0.5, &[1.0, 3.0], 1)?;
/// assert_eq!(score, 4.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// As [`coverage`] and [`mase`](super::mase); `invalid_config` for a level outside (0, 1).
pub fn msis(actual: &[f64], lower: &[f64], upper: &[f64], level: f64, training: &[f64], season: usize) -> Result<f64> {
    ensure!(level > 0.0 && level < 1.0, InvalidConfig, "level must lie between 0 and 1, exclusive; got {level}");
    check_bounds(actual, lower, upper)?;
    let penalty = 2.0 / (1.0 - level);
    let score = |((value, lower), upper): ((&f64, &f64), &f64)| {
        (upper - lower) + penalty * ((lower - value).max(0.0) + (value - upper).max(0.0))
    };
    let score = mean(actual.iter().zip(lower).zip(upper).map(score))?;
    in_range(score / naive_error(training, season)?)
}

fn check_bounds(actual: &[f64], lower: &[f64], upper: &[f64]) -> Result<()> {
    check_rows(&[("actual", actual), ("lower", lower), ("upper", upper)])?;
    if let Some(step) = lower.iter().zip(upper).position(|(lower, upper)| lower > upper) {
        let (low, high) = (lower[step], upper[step]);
        crate::error::bail!(
            InvalidData,
            "the lower bound {low} lies above the upper bound {high} at step {}",
            step + 1
        );
    }
    Ok(())
}
