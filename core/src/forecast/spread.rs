//! The spread of errors, and bands of normal errors around point forecasts.
use super::result::SeriesForecast;
use crate::error::{Result, bail, ensure};
use crate::math::normal;

/// Root of the sum of squares over `freedom` degrees of freedom; scaled by the largest error, so that squares neither
/// overflow nor vanish. 0 without errors or freedom.
pub(super) fn deviation(errors: impl Iterator<Item = f64> + Clone, freedom: usize) -> f64 {
    let largest = errors.clone().fold(0.0_f64, |largest, error| largest.max(error.abs()));
    if largest == 0.0 || freedom == 0 || !largest.is_finite() {
        return if largest.is_finite() { 0.0 } else { largest };
    }
    let squares: f64 = errors.map(|error| (error / largest) * (error / largest)).sum();
    largest * (squares / freedom as f64).sqrt()
}

/// Point forecasts with the bands of normal errors, whose standard deviation at step 1, 2, .. is given.
///
/// # Errors
/// `invalid_data` where a number left the range of `f64`.
pub(super) fn normal_forecast(mean: Vec<f64>, deviations: &[f64], levels: &[f64]) -> Result<SeriesForecast> {
    let bands = levels
        .iter()
        .map(|level| {
            let z = normal::quantile(0.5 + level / 2.0);
            let at = |z: f64| mean.iter().zip(deviations).map(|(mean, deviation)| mean + z * deviation).collect();
            (at(-z), at(z))
        })
        .collect();
    checked(SeriesForecast { mean, bands })
}

/// The forecast itself, if every number of it is finite.
///
/// # Errors
/// `invalid_data` where a number left the range of `f64`.
pub(super) fn checked(forecast: SeriesForecast) -> Result<SeriesForecast> {
    let rows = std::iter::once(&forecast.mean).chain(forecast.bands.iter().flat_map(|(lower, upper)| [lower, upper]));
    for row in rows {
        if let Some(step) = row.iter().position(|value| !value.is_finite()) {
            bail!(
                InvalidData,
                "the forecast of step {} leaves the range of numbers ({}); divide the series by a large constant first",
                step + 1,
                row[step]
            );
        }
    }
    Ok(forecast)
}

/// Refuse what [`deviation`] cannot have given. Infinity it can have, and then no band of the series has an end.
///
/// # Errors
/// `invalid_data`.
pub(super) fn check_deviation(sigma: f64) -> Result<()> {
    ensure!(
        (0.0..=f64::INFINITY).contains(&sigma),
        InvalidData,
        "the deviation of the errors is {sigma}, it must be at least 0"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_survives_squares_out_of_range() {
        for scale in [1e-200, 1.0, 1e200] {
            let errors = [3.0 * scale, -4.0 * scale];
            assert!((deviation(errors.iter().copied(), 2) / scale - 12.5_f64.sqrt()).abs() < 1e-12);
        }
        assert_eq!(deviation([0.0, 0.0].iter().copied(), 2), 0.0);
        assert_eq!(deviation(std::iter::empty(), 0), 0.0);
    }

    #[test]
    fn a_band_out_of_range_is_refused() {
        let error = normal_forecast(vec![1e308, 1e308], &[1e300, 1e308], &[0.95]).unwrap_err();
        assert_eq!(error.code(), crate::Code::InvalidData);
        assert!(error.message().contains("step 2"), "{error}");
    }
}
