//! Which fitted forms are trusted with a forecast.
//!
//! A form can have the best criterion and still explode: a multiplicative season over a level near zero, a slope that
//! leaves everything seen behind, a variance that outgrows the numbers. Such a form is passed over.
use super::interval::End;

/// How far, in ranges of the data beyond the data, a forecast and its 99 % interval may reach.
const REACH: f64 = 10.0;
/// Half the width of a 99 % interval in standard deviations.
const WIDTH: f64 = 2.576;
/// The fewest steps that are looked at.
const STEPS: usize = 10;

/// How many steps are looked at: two periods, at least 10.
pub(super) fn horizon(period: usize) -> usize {
    (2 * period).max(STEPS)
}

/// The range that forecasts may reach: ten ranges of the data around the data.
pub(super) fn reach(series: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = series.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
    let range = high - low;
    (low - REACH * range, high + REACH * range)
}

/// Whether forecasts over the next two periods (at least 10 steps) are finite, stay with their 99 % interval
/// within 10 ranges of the data around the data and, if all observations are positive, stay positive themselves.
pub(super) fn is_sound(series: &[f64], period: usize, end: &End<'_>, sigma2: f64) -> bool {
    let horizon = horizon(period);
    let (floor, ceiling) = reach(series.iter().copied());
    let positive = series.iter().all(|y| *y > 0.0);
    let means = end.means(horizon);
    // A form without a formula has the variance of its sibling to first order: its means alone are judged.
    let variances = end.variances(horizon, sigma2);
    means.iter().enumerate().all(|(i, mean)| {
        let half = WIDTH * variances.as_ref().map_or(0.0, |v| v[i].sqrt());
        (!positive || *mean > 0.0) && mean - half >= floor && mean + half <= ceiling
    })
}
