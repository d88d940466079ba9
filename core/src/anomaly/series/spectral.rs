//! Spectral residual: what the usual waves of a series do not explain.
use serde::{Deserialize, Serialize};

use super::fourier::{backward, forward};
use super::gaps::{Gaps, check_length};
use super::result::SeriesAnomalies;
use super::robust::{in_units, scale_of};
use crate::Context;
use crate::error::{Result, ensure};

/// Amplitudes below this share of the largest are rounding.
const NOTHING: f64 = 1e-12;

/// Spectral residual: a series keeps its phases and the surprising part of its spectrum, and what stands out is salient.
///
/// With the amplitudes `A_k` of the discrete Fourier transform of the series less its mean, the residual is
/// `R_k = ln A_k - mean of ln A over the spectrum_window frequencies around k`; the saliency is the magnitude of the inverse
/// transform of `exp(R_k)` with the phases of the series. The score is `(saliency - m) / m`, `m` the mean saliency of the
/// `score_window` steps before. `extended` points that continue the series, along the mean slope from its last
/// `extended` steps, keep its end from standing out. The frequency 0 takes no part, so that the level of the series has no
/// say. For sharp changes of short duration in periodic or stationary series; slow changes are not seen. Not causal.
/// O(n log n). Source: Ren, Xu, Wang et al., *Time-series anomaly detection service at Microsoft* (KDD 2019).
///
/// ```
/// use inlaid::{Context, anomaly::SpectralResidual};
/// let mut series: Vec<f64> = (0..500).map(|t| (t as f64 * 0.2).sin() + (t * 7919 % 13) as f64 * 0.02).collect();
/// series[321] += 3.0;
/// let found = SpectralResidual::default().with_threshold(8.0).detect(&series, &Context::new())?;
/// assert_eq!(found.positions.to_vec(), [321]);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SpectralResidual {
    /// How many frequencies the logarithmic spectrum is averaged over, odd, at least 3. Default 3.
    pub spectrum_window: usize,
    /// How many steps before a step its saliency is compared with, at least 1. Default 21.
    pub score_window: usize,
    /// How many points continue the series, at most 1000; 0 for none. Default 5.
    pub extended: usize,
    /// From which score on a step is an anomaly, at least 0. Default 3.
    pub threshold: f64,
    /// What happens to missing values. Default: they are refused.
    pub gaps: Gaps,
}

impl Default for SpectralResidual {
    fn default() -> Self {
        Self { spectrum_window: 3, score_window: 21, extended: 5, threshold: 3.0, gaps: Gaps::Refuse }
    }
}

impl SpectralResidual {
    setters! {
        /// Set how many frequencies the logarithmic spectrum is averaged over.
        with_spectrum_window, spectrum_window: usize;
        /// Set how many steps before a step its saliency is compared with.
        with_score_window, score_window: usize;
        /// Set how many points continue the series.
        with_extended, extended: usize;
        /// Set from which score on a step is an anomaly.
        with_threshold, threshold: f64;
        /// Set what happens to missing values.
        with_gaps, gaps: Gaps;
    }

    /// Judge every option.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        let window = self.spectrum_window;
        ensure!(
            window >= 3 && window % 2 == 1,
            InvalidConfig,
            "spectrum_window must be odd and at least 3, got {window}"
        );
        ensure!(self.score_window >= 1, InvalidConfig, "score_window must be at least 1, got 0");
        ensure!(self.extended <= 1000, InvalidConfig, "extended must be at most 1000, got {}", self.extended);
        ensure!(
            self.threshold >= 0.0 && self.threshold.is_finite(),
            InvalidConfig,
            "threshold must be at least 0 and finite, got {}",
            self.threshold
        );
        Ok(())
    }

    /// Find the anomalies of `series`, at least 3 steps and more than `extended`.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range; `invalid_data` for infinite values, and NaN unless `gaps` says otherwise;
    /// `not_enough_data`; `cancelled`.
    pub fn detect(&self, series: &[f64], context: &Context) -> Result<SeriesAnomalies> {
        self.validate()?;
        check_length(series, 3.max(self.extended + 1))?;
        let filled = self.gaps.fill(series)?;
        let saliency = self.saliency(&filled.values, context)?;
        let mut sum = 0.0;
        let mut scores = context.collect(series.len(), |step| {
            if step == 0 {
                return 0.0;
            }
            let first = step.saturating_sub(self.score_window);
            // Afresh now and then, so that rounding does not pile up.
            if step == 1 {
                sum = saliency[0];
            } else if step <= self.score_window {
                sum += saliency[step - 1];
            } else if step % self.score_window == 0 {
                sum = saliency[first..step].iter().sum();
            } else {
                sum += saliency[step - 1] - saliency[first - 1];
            }
            let mean = sum / (step - first) as f64;
            in_units((saliency[step] - mean).max(0.0), mean)
        })?;
        filled.silence(&mut scores);
        Ok(SeriesAnomalies::judged(scores, self.threshold))
    }

    /// How much every step stands out; 0 throughout for a series without variation.
    fn saliency(&self, values: &[f64], context: &Context) -> Result<Vec<f64>> {
        let steps = values.len();
        let scale = scale_of(values);
        let mut line: Vec<f64> = values.iter().map(|value| value / scale).collect();
        if self.extended > 0 {
            // The m-th last value, moved along the mean slope from the last m values to the last.
            let (last, from) = (line[steps - 1], self.extended);
            let slopes = (1..=from).map(|back| (last - line[steps - 1 - back]) / back as f64);
            let slope = slopes.sum::<f64>() / from as f64;
            let next = line[steps - from] + slope * from as f64;
            line.extend(std::iter::repeat_n(next, from));
        }
        let mean = line.iter().sum::<f64>() / line.len() as f64;
        let spread = line.iter().fold(0.0_f64, |most, value| most.max((value - mean).abs()));
        if spread <= 1e-13 {
            return Ok(vec![0.0; steps]);
        }
        let mut points = context.collect(line.len(), |step| (line[step] - mean, 0.0))?;
        forward(&mut points, context)?;
        let amplitudes = context.collect(points.len(), |at| points[at].0.hypot(points[at].1))?;
        let least = NOTHING * amplitudes.iter().copied().fold(0.0, f64::max);
        let surprise = self.surprise(&amplitudes, least, context)?;
        let mut points = context.collect(points.len(), |at| {
            let factor = if amplitudes[at] > least { surprise[at] / amplitudes[at] } else { 0.0 };
            (points[at].0 * factor, points[at].1 * factor)
        })?;
        points[0] = (0.0, 0.0);
        backward(&mut points, context)?;
        context.collect(steps, |step| points[step].0.hypot(points[step].1))
    }

    /// `exp(R_k)` for every frequency; the spectrum is a ring without its frequency 0.
    fn surprise(&self, amplitudes: &[f64], least: f64, context: &Context) -> Result<Vec<f64>> {
        let logarithms = context.collect(amplitudes.len(), |at| amplitudes[at].max(least).ln())?;
        let ring = &logarithms[1..];
        let reach = (self.spectrum_window / 2).min((ring.len() - 1) / 2);
        let width = (2 * reach + 1) as f64;
        let at = |place: usize| ring[place % ring.len()];
        let mut sum = 0.0;
        context.collect(amplitudes.len(), |frequency| {
            let Some(place) = frequency.checked_sub(1) else { return 0.0 };
            let first = place + ring.len() - reach;
            if place % 1024 == 0 {
                sum = (0..=2 * reach).map(|step| at(first + step)).sum();
            } else {
                sum += at(first + 2 * reach) - at(first - 1);
            }
            (ring[place] - sum / width).exp()
        })
    }
}

#[cfg(test)]
#[path = "spectral_tests.rs"]
mod tests;
