//! Classical decomposition into trend, season and remainder.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};
use crate::forecast::method::check_finite;

/// How a season enters a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DecompositionKind {
    /// `y = trend * season * remainder`; needs values above 0.
    #[default]
    Multiplicative,
    /// `y = trend + season + remainder`.
    Additive,
}

/// A series taken apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Decomposition {
    /// The centred moving average over one period; NaN for the first and last half period.
    pub trend: crate::data::Vector,
    /// The season at each observation: a factor of mean 1 over a period, or a difference of mean 0.
    pub season: crate::data::Vector,
    /// What is left, a factor or a difference; NaN where the trend is.
    pub remainder: crate::data::Vector,
    /// One period of the season, starting at the first observation.
    pub indices: crate::data::Vector,
}

/// Take a series with a season of `period` >= 2 observations apart by moving averages.
///
/// The trend is the centred moving average over one period, with half weights at both ends if the period is even; the
/// season is the mean of what is left at each position of the period, normalised to mean 1 (factors) or 0 (differences).
/// O(time). Source: Hyndman, Athanasopoulos, *Forecasting: Principles and Practice* (3rd ed.), section 3.4.
///
/// ```
/// use inlaid::forecast::{DecompositionKind, decompose};
/// let series: Vec<f64> = (0..12).map(|t| (100 + t) as f64 * [0.5, 1.5][t % 2]).collect();
/// let parts = decompose(&series, 2, DecompositionKind::Multiplicative)?;
/// assert!((parts.indices[0] - 0.5).abs() < 0.01);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_config` for a period below 2; `not_enough_data` below two periods; `invalid_data` for NaN or infinite values,
/// or values of 0 or less if multiplicative.
pub fn decompose(series: &[f64], period: usize, kind: DecompositionKind) -> Result<Decomposition> {
    ensure!(period >= 2, InvalidConfig, "period must be at least 2, got {period}");
    check_finite(series)?;
    ensure!(
        series.len() / 2 >= period,
        NotEnoughData,
        "need at least two periods of {period} observations, got {}",
        series.len()
    );
    let multiplicative = kind == DecompositionKind::Multiplicative;
    if let Some(position) = series.iter().position(|value| multiplicative && *value <= 0.0) {
        crate::error::bail!(
            InvalidData,
            "a multiplicative season needs values above 0, got {} at position {position} (0-based); use additive",
            series[position]
        );
    }
    let indices = indices(series, period, kind);
    let half = period / 2;
    let mut trend = vec![f64::NAN; series.len()];
    trend.iter_mut().skip(half).zip(moving_average(series, period)).for_each(|(trend, average)| *trend = average);
    let season: Vec<f64> = indices.iter().copied().cycle().take(series.len()).collect();
    let remainder = (series.iter().zip(&trend).zip(&season))
        .map(|((value, trend), season)| if multiplicative { value / trend / season } else { value - trend - season })
        .collect::<Vec<_>>();
    Ok(Decomposition {
        trend: trend.into(),
        season: season.into(),
        remainder: remainder.into(),
        indices: indices.into(),
    })
}

/// One period of the season of at least two periods of finite values (above 0 if multiplicative).
pub(in crate::forecast) fn indices(series: &[f64], period: usize, kind: DecompositionKind) -> Vec<f64> {
    let mut sums = vec![0.0; period];
    let mut counts = vec![0usize; period];
    let first = period / 2;
    for (position, (value, trend)) in (first..).zip(series.iter().skip(first).zip(moving_average(series, period))) {
        sums[position % period] += match kind {
            DecompositionKind::Multiplicative => value / trend,
            DecompositionKind::Additive => value - trend,
        };
        counts[position % period] += 1;
    }
    sums.iter_mut().zip(&counts).for_each(|(sum, count)| *sum /= *count as f64);
    let mean = sums.iter().sum::<f64>() / period as f64;
    match kind {
        DecompositionKind::Multiplicative => sums.iter_mut().for_each(|index| *index /= mean),
        DecompositionKind::Additive => sums.iter_mut().for_each(|index| *index -= mean),
    }
    sums
}

/// The centred moving average over `period`, from position `period / 2` on.
///
/// A running sum that starts afresh once per period, so that rounding does not pile up. An even period takes the mean of
/// two neighbouring windows, which gives both ends half a weight.
pub(super) fn moving_average(series: &[f64], period: usize) -> impl Iterator<Item = f64> {
    let mut sum = 0.0;
    let mut average_from = move |start: usize| {
        if start.is_multiple_of(period) {
            sum = series[start..start + period].iter().sum();
        } else {
            sum += series[start + period - 1] - series[start - 1];
        }
        sum / period as f64
    };
    let even = period.is_multiple_of(2);
    let windows = (series.len() + 1).saturating_sub(period);
    let mut before = if even && windows > 0 { average_from(0) } else { 0.0 };
    (usize::from(even)..windows).map(move |start| {
        let average = average_from(start);
        let centred = if even { f64::midpoint(before, average) } else { average };
        before = average;
        centred
    })
}
