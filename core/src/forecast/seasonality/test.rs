//! Is there a season of a known period? The autocorrelation test of the M3 and M4 competitions.
use crate::Context;
use crate::error::{Result, ensure};
use crate::forecast::method::check_finite;
use crate::math::{fft, normal, power};

/// Whether `series` has a season of `period` observations, at `confidence` in (0, 1) (the competitions use 0.9).
///
/// Seasonal if `|r_m| > z sqrt((1 + 2 sum_(k<m) r_k^2) / n)` with `r_k` the sample autocorrelation (divisor `n`), `m` the
/// period, `z` the normal quantile at `(1 + confidence) / 2`. A period of 1, fewer than `3 m` observations and constant
/// series are not seasonal. O(n log n). Source: Makridakis, Spiliotis, Assimakopoulos, *The M4 Competition* (2020), appendix;
/// Fiorucci et al. (2016), section 3.
///
/// ```
/// use inlaid::forecast::seasonality_test;
/// let series: Vec<f64> = (0..40).map(|t| [10.0, 30.0, 20.0, 5.0][t % 4] + t as f64 * 0.1).collect();
/// assert!(seasonality_test(&series, 4, 0.9)?);
/// assert!(!seasonality_test(&series, 7, 0.9)?);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_config` for a period of 0 or a confidence outside (0, 1); `invalid_data` for NaN or infinite values.
pub fn seasonality_test(series: &[f64], period: usize, confidence: f64) -> Result<bool> {
    ensure!(period >= 1, InvalidConfig, "period must be at least 1, got 0");
    ensure!(
        confidence > 0.0 && confidence < 1.0,
        InvalidConfig,
        "confidence must lie between 0 and 1, exclusive; got {confidence}"
    );
    check_finite(series)?;
    is_seasonal(series, period, normal::quantile(0.5 + confidence / 2.0), &Context::new())
}

/// [`seasonality_test`] of finite values with its critical value.
///
/// # Errors
/// `cancelled`.
pub(super) fn is_seasonal(series: &[f64], period: usize, critical: f64, context: &Context) -> Result<bool> {
    let count = series.len();
    if period < 2 || count < period.saturating_mul(3) {
        return Ok(false);
    }
    let largest = series.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if largest == 0.0 {
        return Ok(false);
    }
    let mean = series.iter().map(|value| value / largest).sum::<f64>() / count as f64;
    let centred: Vec<f64> = series.iter().map(|value| value / largest - mean).collect();
    let [sums, _] = fft::autocovariances(&centred, &[], period, context)?;
    let variance = sums[0];
    // The mean of equal values is off by rounding, so an exactly constant series has a variance of about n * 1e-32.
    if variance <= count as f64 * 1e-30 {
        return Ok(false);
    }
    let squares: f64 = sums[1..period].iter().map(|sum| power::whole(sum / variance, 2)).sum();
    Ok((sums[period] / variance).abs() > critical * ((1.0 + 2.0 * squares) / count as f64).sqrt())
}
