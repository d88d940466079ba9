//! Which fitted forms are trusted with a forecast.
//!
//! A form can have the best criterion and still explode: a multiplicative season over a level near zero, a slope that
//! leaves everything seen behind, a variance that outgrows the numbers. Such a form is passed over.
use super::interval::End;

/// How far, in ranges of the data beyond the data, a forecast and its 99 % interval may reach.
const REACH: f64 = 10.0;
/// Half the width of a 99 % interval in standard deviations.
const WIDTH: f64 = 2.576;
/// Steps that are looked at where there is no period.
const STEPS: usize = 10;

/// Whether forecasts over the next two periods (10 steps without a period) are finite, stay with their 99 % interval
/// within 10 ranges of the data around the data and, if all observations are positive, stay positive themselves.
pub(super) fn is_sound(series: &[f64], end: &End<'_>, sigma2: f64) -> bool {
    let horizon = if end.seasons.is_empty() { STEPS } else { 2 * end.seasons.len() };
    let (low, high) =
        series.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(*y), high.max(*y)));
    let range = high - low;
    let (floor, ceiling) = (low - REACH * range, high + REACH * range);
    let means = end.means(horizon);
    // A form without a formula has the variance of its sibling to first order: its means alone are judged.
    let variances = end.variances(horizon, sigma2);
    means.iter().enumerate().all(|(i, mean)| {
        let half = WIDTH * variances.as_ref().map_or(0.0, |v| v[i].sqrt());
        (low <= 0.0 || *mean > 0.0) && mean - half >= floor && mean + half <= ceiling
    })
}
