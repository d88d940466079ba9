//! Local polynomials: what a smooth continuation of the last steps did not expect.
use serde::{Deserialize, Serialize};

use super::gaps::{Gaps, check_length};
use super::result::SeriesAnomalies;
use super::robust::{MAD_TO_SIGMA, in_units, largest, scale_of};
use crate::Context;
use crate::error::{Result, bail, ensure};

/// How many residuals are needed to judge one.
const FEWEST: usize = 10;

/// Steps that a polynomial through the last ones does not reach.
///
/// Every step is predicted by the least-squares polynomial of `degree` through the `window` steps before; the score is the
/// distance in robust standard deviations, from the median of the absolute residuals of the `memory` steps before. The band
/// is `threshold` such deviations wide on either side. Causal. The first `window` + 10 steps have score 0; their expectation
/// and band are NaN. The last residuals being all 0, so that there is no deviation, any other has a score of 1e6. For smooth
/// series; a season longer than the window is followed, a shorter one is noise. O(n * (window + memory)).
/// Source: the residual detector POLY of Li, Boniol, Paparrizos et al., *TSB-AD* (2024), here with a robust scale.
///
/// ```
/// use inlaid::{Context, anomaly::Poly};
/// let mut series: Vec<f64> = (0..300).map(|t| (t as f64 * 0.05).sin() + (t * 7919 % 13) as f64 * 0.01).collect();
/// series[200] += 1.0;
/// let found = Poly::default().with_threshold(8.0).detect(&series, &Context::new())?;
/// assert_eq!(found.positions.to_vec()[0], 200);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Poly {
    /// How many steps a polynomial is fitted to, more than `degree` and at most 10,000. Default 20.
    pub window: usize,
    /// The degree of the polynomial, at most 5. Default 1.
    pub degree: usize,
    /// How many of the last residuals tell how large they usually are, 10 to 100,000. Default 200.
    pub memory: usize,
    /// From which score on a step is an anomaly, above 0. Default 6.
    pub threshold: f64,
    /// What happens to missing values. Default: they are refused. Interpolated ones may look ahead as far as the gap.
    pub gaps: Gaps,
}

impl Default for Poly {
    fn default() -> Self {
        Self { window: 20, degree: 1, memory: 200, threshold: 6.0, gaps: Gaps::Refuse }
    }
}

impl Poly {
    setters! {
        /// Set how many steps a polynomial is fitted to.
        with_window, window: usize;
        /// Set the degree of the polynomial.
        with_degree, degree: usize;
        /// Set how many of the last residuals tell how large they usually are.
        with_memory, memory: usize;
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
        ensure!(self.degree <= 5, InvalidConfig, "degree must be at most 5, got {}", self.degree);
        ensure!(
            self.window > self.degree && self.window <= 10_000,
            InvalidConfig,
            "window must be above the degree, {}, and at most 10000, got {}",
            self.degree,
            self.window
        );
        ensure!(
            (FEWEST..=100_000).contains(&self.memory),
            InvalidConfig,
            "memory must be {FEWEST} to 100000, got {}",
            self.memory
        );
        ensure!(
            self.threshold > 0.0 && self.threshold.is_finite(),
            InvalidConfig,
            "threshold must be above 0 and finite, got {}",
            self.threshold
        );
        Ok(())
    }

    /// Find the anomalies of `series`, more than `window` + 10 steps.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range; `invalid_data` for infinite values, NaN unless `gaps` says otherwise, and
    /// a band that leaves the range of numbers; `not_enough_data`; `cancelled`.
    pub fn detect(&self, series: &[f64], context: &Context) -> Result<SeriesAnomalies> {
        self.validate()?;
        check_length(series, self.window + FEWEST + 1)?;
        let filled = self.gaps.fill(series)?;
        let scale = scale_of(&filled.values);
        let values: Vec<f64> = filled.values.iter().map(|value| value / scale).collect();
        let floor = 1e-12 * largest(&values);
        let weights = weights(self.window, self.degree);
        let mut scores = vec![0.0; series.len()];
        let mut bands = [(); 3].map(|()| vec![f64::NAN; series.len()]);
        let mut usual = Memory { sorted: Vec::new(), recent: std::collections::VecDeque::new() };
        for (step, window) in values.windows(self.window).enumerate() {
            let step = step + self.window;
            if step == values.len() {
                break;
            }
            if step.is_multiple_of(1024) {
                context.check()?;
                context.report(step, values.len());
            }
            // Relative to the last value, so that a large level costs no digits.
            let last = window[window.len() - 1];
            let expected =
                last + weights.iter().zip(window).map(|(weight, value)| weight * (value - last)).sum::<f64>();
            let residual = (values[step] - expected).abs();
            if usual.sorted.len() >= FEWEST {
                let sigma = (MAD_TO_SIGMA * usual.median()).max(floor);
                scores[step] = in_units(if residual <= floor { 0.0 } else { residual }, sigma);
                let reach = self.threshold * sigma;
                for (band, value) in bands.iter_mut().zip([expected, expected - reach, expected + reach]) {
                    band[step] = scale * value;
                    ensure!(
                        band[step].is_finite(),
                        InvalidData,
                        "the band of step {step} (0-based) leaves the range of numbers; divide the series first"
                    );
                }
            }
            if !filled.is_missing(step) {
                usual.push(residual, self.memory);
            }
        }
        filled.silence(&mut scores);
        if let Some(step) = scores.iter().position(|score| !score.is_finite()) {
            bail!(InvalidData, "the score of step {step} (0-based) leaves the range of numbers");
        }
        let [expected, lower, upper] = bands;
        Ok(SeriesAnomalies::judged(scores, self.threshold).with_band(expected, lower, upper))
    }
}

/// The last numbers in the order of time and of size.
struct Memory {
    sorted: Vec<f64>,
    recent: std::collections::VecDeque<f64>,
}

impl Memory {
    fn push(&mut self, value: f64, most: usize) {
        if self.recent.len() == most
            && let Some(oldest) = self.recent.pop_front()
        {
            let place = self.sorted.partition_point(|known| *known < oldest);
            self.sorted.remove(place);
        }
        self.recent.push_back(value);
        let place = self.sorted.partition_point(|known| *known < value);
        self.sorted.insert(place, value);
    }

    fn median(&self) -> f64 {
        let half = self.sorted.len() / 2;
        if self.sorted.len() % 2 == 1 { self.sorted[half] } else { 0.5 * (self.sorted[half - 1] + self.sorted[half]) }
    }
}

/// What each value of a window adds to the next value of its least-squares polynomial: the sum over an orthonormal basis of
/// its value there times its value here.
fn weights(window: usize, degree: usize) -> Vec<f64> {
    let place = |at: usize| 2.0 * at as f64 / window as f64 - 1.0;
    // One line per basis polynomial, its value at the next step last; Gram-Schmidt over the window, twice for the digits.
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let mut weights = vec![0.0; window];
    for _ in 0..=degree {
        let mut line: Vec<f64> = match basis.last() {
            None => vec![1.0; window + 1],
            Some(last) => last.iter().enumerate().map(|(at, value)| value * place(at)).collect(),
        };
        for _ in 0..2 {
            for known in &basis {
                let dot: f64 = line[..window].iter().zip(known).map(|(a, b)| a * b).sum();
                line.iter_mut().zip(known).for_each(|(value, known)| *value -= dot * known);
            }
        }
        let length = line[..window].iter().map(|value| value * value).sum::<f64>().sqrt();
        line.iter_mut().for_each(|value| *value /= length);
        let next = line[window];
        weights.iter_mut().zip(&line).for_each(|(weight, value)| *weight += next * value);
        basis.push(line);
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::math::{power, random::Random};

    #[test]
    fn polynomials_of_the_degree_are_continued() {
        for (window, degree) in [(1, 0), (2, 1), (6, 5), (40, 3), (10_000, 5)] {
            let weights = weights(window, degree);
            let curve = |at: usize| {
                let x = at as f64 / window as f64;
                (0..=degree as i32).map(|k| f64::from(k + 1) * power::whole(x, k)).sum::<f64>()
            };
            let next: f64 = weights.iter().enumerate().map(|(at, weight)| weight * curve(at)).sum();
            assert!((next - curve(window)).abs() < 1e-9, "{window} {degree}: {next}");
        }
    }

    fn series() -> Vec<f64> {
        let mut random = Random::new(1);
        let mut series: Vec<f64> = (0..500).map(|t| (t as f64 * 0.03).sin() + 0.05 * random.normal()).collect();
        series[300] -= 1.5;
        series
    }

    #[test]
    fn a_spike_is_found_in_any_unit_and_from_the_past_alone() {
        let series = series();
        let found = Poly::default().detect(&series, &Context::new()).unwrap();
        assert_eq!(found.positions[0], 300);
        for (step, value) in series.iter().enumerate().skip(30) {
            let outside = *value < found.lower[step] || *value > found.upper[step];
            assert_eq!(outside, found.scores[step] > found.threshold);
        }
        for (factor, shift) in [(8.0, 100.0), (-0.5, 3.0), (1e300, 0.0), (1e-300, 0.0)] {
            let moved: Vec<f64> = series.iter().map(|value| factor * value + shift).collect();
            let moved = Poly::default().detect(&moved, &Context::new()).unwrap();
            for step in 0..500 {
                assert!((moved.scores[step] - found.scores[step]).abs() < 1e-6 * found.scores[step].max(1.0));
            }
        }
        let part = Poly::default().detect(&series[..350], &Context::new()).unwrap();
        assert!((0..350).all(|step| part.scores[step] == found.scores[step]));
    }

    #[test]
    fn a_constant_series_has_score_0_and_a_line_too() {
        for (value, slope) in [(0.0, 0.0), (0.1, 0.0), (-1e300, 0.0), (5.0, 0.3)] {
            let series: Vec<f64> = (0..100).map(|t| value + slope * t as f64).collect();
            let found = Poly::default().detect(&series, &Context::new()).unwrap();
            assert!(found.scores.iter().all(|score| *score < 1.0), "{value} {slope}");
            assert!(found.positions.is_empty());
        }
    }

    #[test]
    fn gaps_short_series_and_bad_options_have_their_codes() {
        let mut series = series();
        series[299] = f64::NAN;
        series[300] = f64::NAN;
        let code = |options: Poly, series: &[f64]| options.detect(series, &Context::new()).unwrap_err().code();
        assert_eq!(code(Poly::default(), &series), Code::InvalidData);
        let found = Poly::default().with_gaps(Gaps::Interpolate).detect(&series, &Context::new()).unwrap();
        assert!(found.positions.is_empty() && found.scores[299] == 0.0 && found.scores[300] == 0.0);
        for length in [0, 1, 2, 30] {
            assert_eq!(code(Poly::default(), &vec![1.0; length]), Code::NotEnoughData);
        }
        for options in [
            Poly::default().with_degree(6),
            Poly::default().with_window(1),
            Poly::default().with_memory(9),
            Poly::default().with_threshold(0.0),
        ] {
            assert_eq!(code(options, &series), Code::InvalidConfig);
        }
    }
}
