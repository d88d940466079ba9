//! Where the search begins: first states from a classical decomposition of the first periods and a straight line.
//!
//! Source: Hyndman, Koehler, Ord, Snyder (2008), section 2.6.1; what is found here is only a start, the first states are
//! estimated with the weights.
use super::form::Season;
use super::recursion::Start;

/// First states of one kind of season: with a trend, without one, and the seasons that go with both.
#[derive(Clone, Debug)]
pub(super) struct FirstStates {
    pub(super) with_trend: Start,
    pub(super) flat: Start,
    /// The first value, and the slope from the first to the last.
    pub(super) overall: Start,
    pub(super) seasons: Vec<f64>,
}

/// First states for a kind of season; `series` has more than `period` values, positive ones if the season multiplies.
pub(super) fn first_states(series: &[f64], period: usize, season: Season) -> FirstStates {
    let head = if season == Season::None { 10 } else { (2 * period).max(10) }.min(series.len());
    let seasons = match season {
        Season::None => Vec::new(),
        _ => first_seasons(&series[..series.len().min(3 * period)], period, season),
    };
    let adjusted = |t: usize| match season {
        Season::None => series[t],
        Season::Additive => series[t] - seasons[t % period],
        Season::Multiplicative => series[t] / seasons[t % period],
    };
    let (intercept, slope) = line(head, adjusted);
    let mean = (0..head).map(adjusted).sum::<f64>() / head as f64;
    let last = series.len() - 1;
    let rise = (adjusted(last) - adjusted(0)) / last.max(1) as f64;
    FirstStates {
        with_trend: Start { level: intercept, slope },
        flat: Start { level: mean, slope: 0.0 },
        overall: Start { level: adjusted(0) - rise, slope: rise },
        seasons,
    }
}

/// Intercept (one step before the first value) and slope of the straight line through `count` values.
fn line(count: usize, value: impl Fn(usize) -> f64) -> (f64, f64) {
    let n = count as f64;
    let middle = (n + 1.0) / 2.0;
    let mean = (0..count).map(&value).sum::<f64>() / n;
    let (mut cross, mut square) = (0.0, 0.0);
    for t in 0..count {
        let distance = (t + 1) as f64 - middle;
        cross += distance * value(t);
        square += distance * distance;
    }
    let slope = if square > 0.0 { cross / square } else { 0.0 };
    (mean - slope * middle, slope)
}

/// One season per place in the period, with mean 0 or 1.
fn first_seasons(head: &[f64], period: usize, season: Season) -> Vec<f64> {
    let n = head.len();
    let compare = |value: f64, trend: f64| match season {
        Season::Multiplicative => value / trend.max(0.1 * value.abs()).max(f64::MIN_POSITIVE),
        _ => value - trend,
    };
    let mut sums = vec![0.0; period];
    let mut counts = vec![0.0; period];
    if n >= 2 * period {
        let half = period / 2;
        let even = period.is_multiple_of(2);
        for t in half..n - half {
            let window = &head[t - half..=t + half];
            let whole: f64 = window.iter().sum();
            let sum = if even { whole - 0.5 * (window[0] + window[2 * half]) } else { whole };
            sums[t % period] += compare(head[t], sum / period as f64);
            counts[t % period] += 1.0;
        }
    } else {
        let (intercept, slope) = line(n, |t| head[t]);
        for (t, value) in head.iter().enumerate() {
            sums[t % period] += compare(*value, intercept + slope * (t + 1) as f64);
            counts[t % period] += 1.0;
        }
    }
    let neutral = if season == Season::Multiplicative { 1.0 } else { 0.0 };
    for (sum, count) in sums.iter_mut().zip(&counts) {
        *sum = if *count > 0.0 { *sum / count } else { neutral };
    }
    let mean = sums.iter().sum::<f64>() / period as f64;
    if season == Season::Multiplicative {
        let usable = mean > 0.0 && mean.is_finite();
        sums.iter_mut().for_each(|s| *s = if usable { (*s / mean).max(0.01) } else { 1.0 });
    } else {
        sums.iter_mut().for_each(|s| *s -= mean);
    }
    sums
}
