//! How far theta forecasts may be off, step by step.
//!
//! The variance that follows from the model alone (see [`Filter::variances`]) holds far too seldom on real series: parameters
//! are estimated, slopes change. So the spread is measured: with `e_h` the mean squared error `h` steps ahead within the
//! sample (origins from the last four fifths, at most 128 of them), times `n / (n - 3)` for the fitted parameters,
//!
//! `variance_h = v + min((1.25 b h)^2, 4 v)`, `v = e_h (1 + 3 h / n)`,
//!
//! `b` the slope of the regression line: the first factor is the growing doubt about parameters, the second term the doubt
//! about the slope. Steps that the sample shows fewer than five times continue the last one by the model's own growth, and
//! very short series start from the naive forecast's error. The constants were chosen on 400 series of the M3 and M4
//! competitions for a coverage of 95 % in each frequency.
use super::filter::Filter;
use super::fit::regression;
use crate::math::power;

/// Origins that errors are measured from, at most.
const ORIGINS: usize = 128;
/// A step is measured where the sample shows it this often.
const SEEN: usize = 5;
/// Shares of steps over observations by which the variance grows.
const GROWTH: f64 = 3.0;
/// The slope's standard deviation, in slopes.
const SLOPE_DOUBT: f64 = 1.25;
/// The doubt about the slope is at most this many measured variances, so that a line without noise keeps its narrow band.
const LARGEST_DOUBT: f64 = 4.0;

/// Standard deviations of the errors 1, 2, .. `horizon` steps after `series`, which `first` has not yet and `last` has learnt.
pub(super) fn deviations(series: &[f64], first: &Filter, last: &Filter, horizon: usize) -> Vec<f64> {
    let count = series.len() as f64;
    let fitted = count / (count - 3.0).max(1.0);
    let (_, slope) = regression(series);
    let measured = measured(series, first, horizon.min(series.len()));
    let changes = series.windows(2).map(|pair| (pair[1] - pair[0]) * (pair[1] - pair[0]));
    let mut known = (changes.sum::<f64>() / (count - 1.0).max(1.0), 1.0);
    let mut deviation = |(step, growth): (usize, f64)| {
        if let Some(error) = measured.get(step).copied().flatten() {
            known = (error, growth);
        }
        let ahead = (step + 1) as f64;
        let variance = known.0 * growth / known.1 * fitted * (1.0 + GROWTH * ahead / count);
        let doubt = power::whole(SLOPE_DOUBT * slope * ahead, 2);
        (variance + doubt.min(LARGEST_DOUBT * variance)).sqrt()
    };
    last.variances(horizon).into_iter().enumerate().map(&mut deviation).collect()
}

/// Mean squared errors 1, 2, .. `steps` steps ahead within the sample, where it shows enough of them.
fn measured(series: &[f64], first: &Filter, steps: usize) -> Vec<Option<f64>> {
    // A learning line needs three observations to be one.
    let start = (series.len() / 5).max(3);
    let stride = series.len().saturating_sub(start).div_ceil(ORIGINS).max(1);
    let mut filter = first.clone();
    let mut sums = vec![(0.0, 0usize); steps];
    for (origin, value) in series.iter().enumerate() {
        filter.learn(*value);
        if origin >= start && (series.len() - 1 - origin).is_multiple_of(stride) {
            filter.clone().follow(series[origin + 1..].iter().zip(&mut sums), |forecast, (value, sum)| {
                sum.0 += (forecast - value) * (forecast - value);
                sum.1 += 1;
            });
        }
    }
    sums.into_iter().map(|(sum, seen)| (seen >= SEEN).then(|| sum / seen as f64)).collect()
}
