//! Local polynomials: what a smooth continuation of the last steps did not expect.
use serde::{Deserialize, Serialize};

use super::gaps::{Gaps, check_length};
use super::result::SeriesAnomalies;
use super::robust::{MAD_TO_SIGMA, in_units, largest, median, scale_of};
use crate::Context;
use crate::error::{Result, bail, ensure};

/// How many residuals are needed to judge one.
const FEWEST: usize = 10;

/// Which steps a polynomial is fitted to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PolyFit {
    /// The last steps: it tells the next one.
    #[default]
    Past,
    /// The steps on both sides of a block: it tells the block. POLY of the source.
    Around,
}

/// Steps that a polynomial through those near them does not reach.
///
/// **Past**, the default: every step is predicted by the least-squares polynomial of `degree` through the `window` steps before;
/// the score is the distance in robust standard deviations, from the median of the absolute residuals of the `memory` steps
/// before. The band is `threshold` such deviations wide on either side. Causal. The first `window` + 10 steps have score 0;
/// their expectation and band are NaN. The last residuals being all 0, so that there is no deviation, any other has a score of
/// 1e6. For smooth series; a season longer than the window is followed, a shorter one is noise. A large spike bends the
/// polynomials of the `window` steps behind it too, so that some of these are anomalies with it; with a `patience` it counts
/// there as the end of the band that it left. O(n * (window + memory)).
///
/// **Around**: the series is cut into blocks of `window` steps; the polynomial is fitted to the five blocks before and the four
/// behind (nine near the ends), and the score of all steps of a block is the root of the mean squared distance from it over the
/// median of that of all blocks. The band is `threshold` such medians wide, but blocks are judged and not steps. Not causal.
/// It finds stretches, not single steps: on 27 files of the Numenta Anomaly Benchmark, whose windows are wide, the source's
/// program has a mean average precision of 0.33 with the same window and degree (0.47 with 100 and 4), the past alone 0.16.
/// O(n degree).
///
/// Source: POLY of Liu, Paparrizos, *The elephant in the room: towards a reliable time-series anomaly detection benchmark*
/// (NeurIPS 2024) and its package TSB-AD, whose norm of the difference of two Fourier transforms is the root of the mean square
/// here; it leaves the first tenth (at most 500 steps) out. Past is a causal relative of it, not the published method.
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
    /// Which steps a polynomial is fitted to. Default the past.
    pub fit: PolyFit,
    /// How many steps a polynomial is fitted to, or a block has, more than `degree` and at most 10,000. Default 20.
    pub window: usize,
    /// The degree of the polynomial, at most 5. Default 1.
    pub degree: usize,
    /// How many of the last residuals tell how large they usually are, 10 to 100,000; of the past only. Default 200.
    pub memory: usize,
    /// From which score on a step is an anomaly, above 0. Default 6.
    pub threshold: f64,
    /// After how many anomalies in a row, 2 to `window`, the values are taken for what the series now is; up to there each
    /// counts in later windows as the end of the band that it left. 0 lets every value count as it is. Of the past only.
    /// Default 0.
    pub patience: usize,
    /// What happens to missing values. Default: they are refused. Interpolated ones may look ahead as far as the gap.
    pub gaps: Gaps,
}

impl Default for Poly {
    fn default() -> Self {
        Self { fit: PolyFit::Past, window: 20, degree: 1, memory: 200, threshold: 6.0, patience: 0, gaps: Gaps::Refuse }
    }
}

impl Poly {
    setters! {
        /// Set which steps a polynomial is fitted to.
        with_fit, fit: PolyFit;
        /// Set how many steps a polynomial is fitted to, or a block has.
        with_window, window: usize;
        /// Set the degree of the polynomial.
        with_degree, degree: usize;
        /// Set how many of the last residuals tell how large they usually are.
        with_memory, memory: usize;
        /// Set from which score on a step is an anomaly.
        with_threshold, threshold: f64;
        /// Set after how many anomalies in a row the series is taken to have changed; 0 lets every value count as it is.
        with_patience, patience: usize;
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
        ensure!(
            self.patience == 0 || (2..=self.window).contains(&self.patience),
            InvalidConfig,
            "patience must be 0 or 2 to window, {}, got {}",
            self.window,
            self.patience
        );
        ensure!(
            self.patience == 0 || self.fit == PolyFit::Past,
            InvalidConfig,
            "patience, here {}, is for a fit to the past; around a block there is none",
            self.patience
        );
        Ok(())
    }

    /// Find the anomalies of `series`, more than `window` + 10 steps; three blocks around.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range; `invalid_data` for infinite values, NaN unless `gaps` says otherwise, and
    /// a band that leaves the range of numbers; `not_enough_data`; `cancelled`.
    pub fn detect(&self, series: &[f64], context: &Context) -> Result<SeriesAnomalies> {
        self.validate()?;
        if self.fit == PolyFit::Around {
            return self.around(series, context);
        }
        check_length(series, self.window + FEWEST + 1)?;
        let filled = self.gaps.fill(series)?;
        let scale = scale_of(&filled.values);
        let values: Vec<f64> = filled.values.iter().map(|value| value / scale).collect();
        let mut learnt = values.clone();
        let mut in_a_row = 0;
        let floor = 1e-12 * largest(&values);
        let weights = weights(self.window, self.degree);
        let mut scores = vec![0.0; series.len()];
        let mut bands = [(); 3].map(|()| vec![f64::NAN; series.len()]);
        let mut usual = Memory { sorted: Vec::new(), recent: std::collections::VecDeque::new() };
        for step in self.window..values.len() {
            let window = &learnt[step - self.window..step];
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
                in_a_row = if scores[step] > self.threshold { in_a_row + 1 } else { 0 };
                if self.patience > 0 && in_a_row >= self.patience {
                    let first = step + 1 - in_a_row;
                    learnt[first..=step].copy_from_slice(&values[first..=step]);
                    in_a_row = 0;
                } else if self.patience > 0 && in_a_row > 0 {
                    learnt[step] = values[step].clamp(expected - reach, expected + reach);
                }
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

    /// Blocks by the polynomial through what is around them.
    fn around(&self, series: &[f64], context: &Context) -> Result<SeriesAnomalies> {
        let (window, steps) = (self.window, series.len());
        check_length(series, 3 * window)?;
        let filled = self.gaps.fill(series)?;
        let scale = scale_of(&filled.values);
        let values: Vec<f64> = filled.values.iter().map(|value| value / scale).collect();
        let reach = (BLOCKS * window).min(steps);
        let mut expected = vec![0.0; steps];
        let mut known: Option<(Shape, Vec<Vec<f64>>)> = None;
        let mut errors = Vec::new();
        let mut work = 0;
        // What is left behind the last whole block is one block with it.
        let blocks = steps / window;
        for block in 0..blocks {
            let begin = block * window;
            let end = if block + 1 == blocks { steps } else { begin + window };
            let from = begin.saturating_sub(reach / 2).min(steps - reach);
            let shape = Shape { before: begin - from, block: end - begin, behind: (from + reach).max(end) - end };
            work += (self.degree + 1) * reach;
            if work > WORK {
                context.check()?;
                context.report(begin, steps);
                work = 0;
            }
            if known.as_ref().is_none_or(|(known, _)| *known != shape) {
                known = Some((shape, shape.basis(self.degree)));
            }
            let Some((_, basis)) = &known else { continue };
            // Relative to one of them, so that a large level costs no digits.
            let level = values[if begin > from { from } else { end }];
            let outside = || values[from..begin].iter().chain(&values[end..end + shape.behind]);
            let inside = &mut expected[begin..end];
            inside.fill(level);
            for line in basis {
                let (fitted, told) = line.split_at(shape.before + shape.behind);
                let dot: f64 = fitted.iter().zip(outside()).map(|(basis, value)| basis * (value - level)).sum();
                inside.iter_mut().zip(told).for_each(|(expected, basis)| *expected += dot * basis);
            }
            let squares: f64 = values[begin..end].iter().zip(&*inside).map(|(v, e)| (v - e) * (v - e)).sum();
            errors.push((squares / (end - begin) as f64).sqrt());
        }
        let floor = 1e-12 * largest(&values);
        let usual = median(&mut errors.clone()).max(floor);
        let score = |block: usize| in_units(if errors[block] <= floor { 0.0 } else { errors[block] }, usual);
        let mut scores = context.collect(steps, |step| score((step / window).min(blocks - 1)))?;
        filled.silence(&mut scores);
        let band = |side: f64| context.collect(steps, |step| scale * (expected[step] + side * self.threshold * usual));
        let (lower, middle, upper) = (band(-1.0)?, band(0.0)?, band(1.0)?);
        if let Some(step) = (0..steps).find(|step| !lower[*step].is_finite() || !upper[*step].is_finite()) {
            bail!(
                InvalidData,
                "the band of step {step} (0-based) leaves the range of numbers; divide the series first"
            );
        }
        Ok(SeriesAnomalies::judged(scores, self.threshold).with_band(middle, lower, upper))
    }
}

/// How many blocks are around one, that included.
const BLOCKS: usize = 10;
/// How many products there are between two looks at the context.
const WORK: usize = 1 << 18;

/// Steps around a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    before: usize,
    block: usize,
    behind: usize,
}

impl Shape {
    /// Polynomials that are orthonormal over the steps around the block; their values there, then those in the block.
    fn basis(self, degree: usize) -> Vec<Vec<f64>> {
        let all = self.before + self.block + self.behind;
        let inside = self.before..self.before + self.block;
        let steps = (0..all).filter(|step| !inside.contains(step)).chain(inside.clone());
        let places: Vec<f64> = steps.map(|step| 2.0 * step as f64 / all as f64 - 1.0).collect();
        orthonormal(&places, all - self.block, degree)
    }
}

/// Polynomials up to a degree at all places, orthonormal over the first `fitted`: Gram-Schmidt, twice for the digits.
fn orthonormal(places: &[f64], fitted: usize, degree: usize) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for _ in 0..=degree {
        let mut line: Vec<f64> = match basis.last() {
            None => vec![1.0; places.len()],
            Some(last) => last.iter().zip(places).map(|(value, place)| value * place).collect(),
        };
        for _ in 0..2 {
            for known in &basis {
                let dot: f64 = line[..fitted].iter().zip(known).map(|(a, b)| a * b).sum();
                line.iter_mut().zip(known).for_each(|(value, known)| *value -= dot * known);
            }
        }
        let length = line[..fitted].iter().map(|value| value * value).sum::<f64>().sqrt();
        line.iter_mut().for_each(|value| *value /= length);
        basis.push(line);
    }
    basis
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
    let places: Vec<f64> = (0..=window).map(|at| 2.0 * at as f64 / window as f64 - 1.0).collect();
    let mut weights = vec![0.0; window];
    for line in orthonormal(&places, window, degree) {
        weights.iter_mut().zip(&line).for_each(|(weight, value)| *weight += line[window] * value);
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
    fn with_patience_a_spike_is_one_anomaly_and_a_new_level_is_learnt() {
        let mut random = Random::new(4);
        let noise: Vec<f64> = (0..600).map(|_| 0.1 * random.normal()).collect();
        let mut spike = noise.clone();
        spike[300] += 50.0;
        let detect = |series: &[f64], patience: usize| {
            Poly::default().with_patience(patience).detect(series, &Context::new()).unwrap().positions.to_vec()
        };
        let behind = |found: &[i64]| found.iter().filter(|step| (301..320).contains(*step)).count();
        let (published, patient) = (detect(&spike, 0), detect(&spike, 10));
        assert!(published.contains(&300) && behind(&published) > 5, "{published:?}");
        assert!(patient.contains(&300) && behind(&patient) == 0, "{patient:?}");
        let level: Vec<f64> = noise.iter().zip(0..).map(|(value, t)| value + if t < 300 { 0.0 } else { 9.0 }).collect();
        let found = detect(&level, 10);
        assert!((300..310).all(|step| found.contains(&step)), "{found:?}");
        assert!(found.iter().all(|step| *step < 340), "{found:?}");
        // Without an anomaly nothing is different.
        assert_eq!(detect(&noise[..250], 0), detect(&noise[..250], 10));
    }

    #[derive(Deserialize)]
    struct Peers {
        poly: Vec<Peer>,
        series: Vec<f64>,
    }

    #[derive(Deserialize)]
    struct Peer {
        window: usize,
        degree: usize,
        errors: Vec<f64>,
    }

    #[test]
    fn blocks_have_the_errors_that_numpy_has() {
        // numpy's polyfit, by `tests/data/make_poly.py`, which holds them against the source's program too.
        let peers: Peers = serde_json::from_str(include_str!("../../../../tests/data/poly.json")).unwrap();
        for peer in peers.poly {
            let options = Poly::default().with_fit(PolyFit::Around).with_window(peer.window).with_degree(peer.degree);
            let found = options.detect(&peers.series, &Context::new()).unwrap();
            let usual = median(&mut peer.errors.clone());
            for (step, score) in found.scores.iter().enumerate() {
                let error = peer.errors[(step / peer.window).min(peer.errors.len() - 1)];
                assert!((score - error / usual).abs() < 1e-8 * score.max(1.0), "{} {step}: {score}", peer.window);
            }
        }
    }

    #[test]
    fn a_stretch_is_found_around_in_any_unit_and_polynomials_have_none() {
        let mut random = Random::new(5);
        let mut series: Vec<f64> = (0..1000).map(|t| (t as f64 * 0.01).sin() + 0.05 * random.normal()).collect();
        series[400..420].iter_mut().for_each(|value| *value += 0.6);
        let around = Poly::default().with_fit(PolyFit::Around).with_degree(3);
        let found = around.detect(&series, &Context::new()).unwrap();
        assert_eq!(found.positions.to_vec(), (400..420).collect::<Vec<i64>>());
        for (factor, shift) in [(8.0, 100.0), (-0.5, 3.0), (1e300, 0.0), (1e-300, 0.0)] {
            let moved: Vec<f64> = series.iter().map(|value| factor * value + shift).collect();
            let moved = around.detect(&moved, &Context::new()).unwrap();
            assert!(
                (0..1000)
                    .all(|step| (moved.scores[step] - found.scores[step]).abs() < 1e-6 * found.scores[step].max(1.0))
            );
        }
        for series in [vec![0.1; 100], (0..100).map(|t| 5.0 + 0.3 * t as f64).collect(), vec![-1e300; 60]] {
            let found = around.detect(&series, &Context::new()).unwrap();
            assert!(found.positions.is_empty(), "{:?}", found.scores);
        }
        let code = |options: Poly, series: &[f64]| options.detect(series, &Context::new()).unwrap_err().code();
        assert_eq!(code(around.clone(), &[1.0; 59]), Code::NotEnoughData);
        assert_eq!(code(around.clone().with_patience(5), &series), Code::InvalidConfig);
        series[3] = f64::NAN;
        assert_eq!(code(around.clone(), &series), Code::InvalidData);
        let filled = around.with_gaps(Gaps::Interpolate).detect(&series, &Context::new()).unwrap();
        assert_eq!(filled.scores[3], 0.0);
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
            Poly::default().with_patience(1),
            Poly::default().with_patience(21),
        ] {
            assert_eq!(code(options, &series), Code::InvalidConfig);
        }
    }
}
