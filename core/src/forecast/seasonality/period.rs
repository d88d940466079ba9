//! Which period does a series have? Peaks of the autocorrelation, each put to a test.
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::decompose::moving_average;
use crate::Context;
use crate::error::{Result, ensure};
use crate::forecast::method::check_finite;
use crate::math::{fft, power};

/// How a seasonal period is looked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeasonalPeriod {
    /// The longest period looked for, in observations, at least 2; never more than a third of the series. Default 1500.
    pub longest: usize,
    /// The least share of the detrended variance that the season must explain, in [0, 1). Default 0.2.
    pub least_strength: f64,
}

impl Default for SeasonalPeriod {
    fn default() -> Self {
        Self { longest: 1500, least_strength: 0.2 }
    }
}

/// The dominant season of a series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Seasonality {
    /// Observations per season; 1 where no season is clear.
    pub period: usize,
    /// The share of the detrended variance that the season explains, adjusted for the number of positions, in [0, 1];
    /// 0 where no season is clear.
    pub strength: f64,
}

impl SeasonalPeriod {
    /// Set the longest period looked for.
    #[must_use]
    pub fn with_longest(mut self, longest: usize) -> Self {
        self.longest = longest;
        self
    }

    /// Set the least share of the detrended variance that the season must explain.
    #[must_use]
    pub fn with_least_strength(mut self, least_strength: f64) -> Self {
        self.least_strength = least_strength;
        self
    }

    /// Judge every option.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        ensure!(self.longest >= 2, InvalidConfig, "longest must be at least 2, got {}", self.longest);
        ensure!(
            (0.0..1.0).contains(&self.least_strength),
            InvalidConfig,
            "least_strength must lie in [0, 1), got {}",
            self.least_strength
        );
        Ok(())
    }
}

/// The dominant seasonal period of `series`, 1 where none is clear.
///
/// Candidates are the highest peaks of the autocorrelation of the differenced and of the linearly detrended series. For
/// each, the series (or its logarithm) less its moving average over the period is split by position in the period; the
/// candidate stands if the positions' means explain at least `least_strength` of the variance, and that is beyond 3.5
/// standard errors of a series without season but with the same memory. The shortest of nearly equally strong candidates
/// wins, so a multiple does not beat its period.
/// O(n log n); one million observations take about half a second.
///
/// ```
/// use inlaid::forecast::{SeasonalPeriod, seasonal_period};
/// let series: Vec<f64> = (0..48).map(|t| t as f64 + [3.0, 9.0, 4.0, -6.0][t % 4]).collect();
/// assert_eq!(seasonal_period(&series, &SeasonalPeriod::default())?.period, 4);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_config` for an option out of range; `invalid_data` for NaN or infinite values. A short series is no error: below
/// 8 observations the period is 1.
pub fn seasonal_period(series: &[f64], options: &SeasonalPeriod) -> Result<Seasonality> {
    seasonal_period_within(series, options, &Context::new())
}

/// [`seasonal_period`] as a part of a longer call.
pub(in crate::forecast) fn seasonal_period_within(
    series: &[f64],
    options: &SeasonalPeriod,
    context: &Context,
) -> Result<Seasonality> {
    options.validate()?;
    check_finite(series)?;
    detect(series, options, context)
}

/// [`seasonal_period`] of every row of `series`, `[series, time]`, in parallel.
///
/// # Errors
/// As [`seasonal_period`], and `cancelled`.
pub fn seasonal_period_batch(
    series: ArrayView2<'_, f64>,
    options: &SeasonalPeriod,
    context: &Context,
) -> Result<Vec<Seasonality>> {
    options.validate()?;
    context.map(series.nrows(), |row| {
        let values = series.row(row).to_vec();
        context.check()?;
        let season = check_finite(&values).and_then(|()| detect(&values, options, context));
        season.map_err(|error| error.at(format_args!("series {row}")))
    })
}

/// No season.
const NONE: Seasonality = Seasonality { period: 1, strength: 0.0 };
/// Fewer observations show no season, whatever they are.
const SHORTEST: usize = 8;
/// Peaks of each autocorrelation that are looked at.
const CANDIDATES: usize = 8;
/// A peak this high, as a share of the highest one, is looked at if it is the first such.
const FIRST: f64 = 0.7;
/// How many standard errors the strength must be away from none.
const CRITICAL: f64 = 3.5;
/// Observations that the memory of the noise is estimated from, unless eight periods are more.
const WINDOW: usize = 4096;
/// A longer period must explain at least this much more than a shorter one.
const MARGIN: f64 = 0.02;

/// [`seasonal_period`] of finite values with valid options; looks at the context between candidates.
pub(super) fn detect(series: &[f64], options: &SeasonalPeriod, context: &Context) -> Result<Seasonality> {
    let longest = options.longest.min(series.len() / 3);
    if series.len() < SHORTEST || longest < 2 {
        return Ok(NONE);
    }
    let largest = series.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let scale = if largest > 0.0 { largest } else { return Ok(NONE) };
    let scaled: Vec<f64> = series.iter().map(|value| value / scale).collect();
    context.check()?;
    // A season that grows with the level is even on the logarithmic scale.
    let logarithms: Vec<f64> = if series.iter().all(|value| *value > 0.0) {
        context.collect(scaled.len(), |at| scaled[at].ln())?
    } else {
        Vec::new()
    };
    context.check()?;
    let mut tested = Vec::new();
    for period in candidates(&scaled, longest, context)? {
        context.check()?;
        let forms = [strength(&scaled, period, context)?, strength(&logarithms, period, context)?];
        if let Some(strength) = forms.into_iter().flatten().reduce(f64::max).filter(|s| *s >= options.least_strength) {
            tested.push(Seasonality { period, strength });
        }
    }
    let best = tested.iter().copied().max_by(|a, b| a.strength.total_cmp(&b.strength)).unwrap_or(NONE);
    // A longer season must pay for its positions: the fewer repetitions it has, the more.
    let margin = MARGIN + 0.5 * best.period as f64 / series.len() as f64;
    let close = tested.into_iter().filter(|season| season.strength >= best.strength - margin);
    Ok(close.min_by_key(|season| season.period).unwrap_or(NONE))
}

/// Periods worth a test: the highest peaks of the autocorrelations.
fn candidates(series: &[f64], longest: usize, context: &Context) -> Result<Vec<usize>> {
    let mut changes: Vec<f64> = series.windows(2).map(|pair| pair[1] - pair[0]).collect();
    context.check()?;
    let mean = changes.iter().sum::<f64>() / changes.len() as f64;
    changes.iter_mut().for_each(|change| *change -= mean);
    context.check()?;
    let level = detrended(series);
    context.check()?;
    let mut found = Vec::new();
    for sums in fft::autocovariances(&changes, &level, longest + 1, context)? {
        let least = sums[0] / (series.len() as f64).sqrt();
        let mut peaks: Vec<(f64, usize)> = (2..=longest)
            .filter(|&lag| sums[lag] > least && sums[lag] >= sums[lag - 1] && sums[lag] >= sums[lag + 1])
            .map(|lag| (sums[lag], lag))
            .collect();
        let highest = peaks.iter().map(|peak| peak.0).fold(0.0, f64::max);
        found.extend(peaks.iter().find(|peak| peak.0 >= FIRST * highest).map(|peak| peak.1));
        peaks.sort_by(|a, b| b.0.total_cmp(&a.0));
        found.extend(peaks.into_iter().take(CANDIDATES).map(|(_, lag)| lag));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The series less its least-squares line.
fn detrended(series: &[f64]) -> Vec<f64> {
    let count = series.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let mean = series.iter().sum::<f64>() / count;
    let times = || (0..series.len()).map(|t| t as f64 - middle);
    let slope =
        times().zip(series).map(|(t, value)| t * (value - mean)).sum::<f64>() / times().map(|t| t * t).sum::<f64>();
    times().zip(series).map(|(t, value)| value - mean - slope * t).collect()
}

/// The adjusted share of variance that a season of `period` explains, if that is far beyond chance.
///
/// The share is the mean correlation of any two seasons. Were there none, its Fisher transform would scatter around 0 by
/// `1 / sqrt(pairs p)`, `pairs` of seasons and `p` the number of independent positions in a season: the fewer, the longer
/// the noise remembers.
fn strength(series: &[f64], period: usize, context: &Context) -> Result<Option<f64>> {
    let values: Vec<f64> = series
        .iter()
        .skip(period / 2)
        .zip(moving_average(series, period))
        .map(|(value, trend)| value - trend)
        .collect();
    let mut sums = vec![(0.0, 0.0); period];
    for (index, value) in values.iter().enumerate() {
        sums[index % period].0 += value;
        sums[index % period].1 += 1.0;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let total = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    let within: f64 = values
        .iter()
        .enumerate()
        .map(|(i, value)| power::whole(value - sums[i % period].0 / sums[i % period].1, 2))
        .sum();
    let freedom = count - period as f64;
    // Rounding alone leaves about 1e-32 per value of this scaled series.
    if freedom < 1.0 || total <= count * 1e-28 {
        return Ok(None);
    }
    let strength = (1.0 - (within / freedom) / (total / (count - 1.0))).clamp(0.0, 1.0);
    let seasons = count / period as f64;
    let pairs = seasons * (seasons - 1.0) / 2.0;
    let positions = independent_positions(&values, period, context)?;
    Ok((strength.atanh() * (pairs * positions).sqrt() > CRITICAL).then_some(strength))
}

/// How many independent values a season holds: its length over `1 + 2 sum r_k^2`, `r_k` the autocorrelations up to half of it.
fn independent_positions(values: &[f64], period: usize, context: &Context) -> Result<f64> {
    let window = &values[..values.len().min(WINDOW.max(8 * period))];
    let [sums, _] = fft::autocovariances(window, &[], period / 2, context)?;
    let squares: f64 = sums.iter().skip(1).map(|sum| power::whole(sum / sums[0], 2)).sum();
    Ok(period as f64 / (1.0 + 2.0 * squares))
}
