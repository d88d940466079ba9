//! Scores as probabilities.
//!
//! Without labels a detector knows the order of rows and the share of anomalies to expect, no more. A row that the share
//! `u` of fitted rows reach gets the probability `1 / (1 + (u / v)^a)`: the odds fall as a power of `u`, and `v` is
//! chosen so that the probabilities of the fitted rows add up to the expected number of anomalies. The exponent says how far
//! an order without labels can be trusted; 0.6
//! was set beforehand, not fitted, and the tests hold it against the sixteen tabular sets of ADBench, given their true
//! shares of anomalies.
//! With labels, `a + b score` is the log odds, fitted with the targets of Platt (1999).
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::sort::Sorter;
use super::threshold::labelled;
use super::weights::ascending;
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::simd::dispatch;

/// The exponent of [`Calibration::Ranks`].
const TRUST: f64 = 0.6;
/// How many scores represent the distribution of all.
const KNOTS: usize = 1025;

/// How scores become probabilities.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Calibration {
    /// By the share of fitted rows that score as much.
    Ranks {
        /// Scores ascending, and the share of fitted rows that reach each.
        scores: Vec<f64>,
        shares: Vec<f64>,
        pivot: f64,
    },
    /// By labelled rows.
    Labels { intercept: f64, slope: f64 },
}

impl Calibration {
    /// From the scores of the fitted rows.
    pub(super) fn of_ranks(scores: &[f64], contamination: f64, context: &Context) -> Result<Self> {
        let mut sorter = Sorter::default();
        sorter.sort(scores, context)?;
        let sorted = sorter.ascending;
        let count = sorted.len();
        let (mut values, mut shares): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        // More of the knots lie in the upper tail, where probabilities change.
        let places = (0..KNOTS).map(|knot| {
            let left = 1.0 - knot as f64 / (KNOTS - 1) as f64;
            // Rounded: a cast drops what is behind the point.
            ((1.0 - left * left) * (count - 1) as f64 + 0.5) as usize
        });
        for place in places {
            let value = sorted[place];
            if values.last().is_none_or(|last| *last < value) {
                // Ties share the middle of their places.
                let first = place - sorted[..place].iter().rev().take_while(|score| **score == value).count();
                let last = place + sorted[place..].iter().take_while(|score| **score == value).count();
                values.push(value);
                shares.push(1.0 - 0.5 * (first + last) as f64 / count as f64);
            }
        }
        let pivot = pivot(contamination);
        Ok(Calibration::Ranks { scores: values, shares, pivot })
    }

    /// As [`of_ranks`](Self::of_ranks), each score as often as its weight says.
    pub(super) fn of_weighted_ranks(
        scores: &[f64],
        weights: &[f64],
        contamination: f64,
        context: &Context,
    ) -> Result<Self> {
        let sorted = ascending(scores, weights, context)?;
        // Distinct scores, and the weight up to and with each.
        let (mut distinct, mut ends, mut total): (Vec<f64>, Vec<f64>, f64) = (Vec::new(), Vec::new(), 0.0);
        for (score, weight) in sorted {
            total += weight;
            if distinct.last() == Some(&score) {
                ends.pop();
            } else {
                distinct.push(score);
            }
            ends.push(total);
        }
        let (mut values, mut shares): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        for knot in 0..KNOTS {
            let left = 1.0 - knot as f64 / (KNOTS - 1) as f64;
            let place = ((1.0 - left * left) * (total - 1.0).max(0.0)).round();
            let at = ends.partition_point(|end| *end <= place).min(distinct.len() - 1);
            if values.last().is_none_or(|last| *last < distinct[at]) {
                let first = if at > 0 { ends[at - 1] } else { 0.0 };
                values.push(distinct[at]);
                shares.push((1.0 - 0.5 * (first + ends[at]) / total).clamp(0.0, 1.0));
            }
        }
        Ok(Calibration::Ranks { scores: values, shares, pivot: pivot(contamination) })
    }

    /// From rows whose labels are known.
    pub(super) fn of_labels(scores: &[f64], labels: &[i64]) -> Result<Self> {
        let known = labelled(scores, labels)?;
        let (intercept, slope) = platt(&known);
        ensure!(
            intercept.is_finite() && slope.is_finite(),
            DidNotConverge,
            "no probabilities could be fitted to {} labelled scores",
            known.len()
        );
        Ok(Calibration::Labels { intercept, slope })
    }

    pub(super) fn probability(&self, score: f64) -> f64 {
        match self {
            Calibration::Labels { intercept, slope } => 1.0 / (1.0 + (-(intercept + slope * score)).exp()),
            Calibration::Ranks { scores, shares, pivot } => {
                let at = scores.partition_point(|known| *known < score);
                let share = match (at.checked_sub(1), shares.get(at)) {
                    (None, Some(first)) => *first,
                    (Some(before), Some(after)) => {
                        let part = (score - scores[before]) / (scores[at] - scores[before]);
                        shares[before] + (after - shares[before]) * part.clamp(0.0, 1.0)
                    }
                    (_, None) => shares.last().copied().unwrap_or(1.0),
                };
                1.0 / (1.0 + (share.max(1e-300) / pivot).powf(TRUST))
            }
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let sound = match self {
            Calibration::Labels { intercept, slope } => intercept.is_finite() && slope.is_finite(),
            Calibration::Ranks { scores, shares, pivot } => {
                scores.len() == shares.len()
                    && !scores.is_empty()
                    && scores.iter().all(|score| score.is_finite())
                    && scores.windows(2).all(|pair| pair[0] < pair[1])
                    && shares.iter().all(|share| (0.0..=1.0).contains(share))
                    && *pivot > 0.0
                    && pivot.is_finite()
            }
        };
        ensure!(sound, InvalidData, "the calibration of probabilities is broken");
        Ok(())
    }
}

/// How many midpoints there are.
const POINTS: usize = 500;

/// Midpoints of u = w^4, weighted by du = 4 w^3 dw: fine near 0, where the probabilities are. Weights, and shares to the power.
fn midpoints() -> &'static [[f64; POINTS]; 2] {
    static MADE: OnceLock<[[f64; POINTS]; 2]> = OnceLock::new();
    MADE.get_or_init(|| {
        let middle = |point: usize| (point as f64 + 0.5) / POINTS as f64;
        let weight = |point| 4.0 * middle(point) * middle(point) * middle(point) / POINTS as f64;
        [std::array::from_fn(weight), std::array::from_fn(|point| middle(point).powf(4.0 * TRUST))]
    })
}

dispatch! {
    /// The mean probability of all shares, and how it changes with the power.
    fn mean_of, portable mean_of_portable(points: &[[f64; POINTS]; 2], power: f64) -> [f64; 2] {
        let (mut mean, mut slope) = ([0.0; 4], [0.0; 4]);
        for point in (0..POINTS).step_by(4) {
            for lane in 0..4 {
                let [weight, share] = [points[0][point + lane], points[1][point + lane]];
                let one = 1.0 / (1.0 + share * power);
                mean[lane] += weight * one;
                slope[lane] += weight * one * (1.0 - one);
            }
        }
        [mean[0] + mean[1] + mean[2] + mean[3], slope[0] + slope[1] + slope[2] + slope[3]]
    }
}

/// The share at which the probability is one half, so that the mean over all shares is the contamination.
fn pivot(contamination: f64) -> f64 {
    let (mut low, mut high, mut at) = (-60.0_f64, 20.0_f64, -2.0_f64);
    // Newton's steps within a bracket of the logarithm.
    for _ in 0..100 {
        let power = (-TRUST * at).exp();
        let [mean, slope] = mean_of(midpoints(), power);
        let off = mean - contamination;
        if off < 0.0 {
            low = at
        } else {
            high = at
        }
        let newton = at - off / (TRUST * slope);
        let next = if newton >= low && newton <= high { newton } else { 0.5 * (low + high) };
        // Steps double the digits; what is left after one of 1e-9 is rounding.
        if (next - at).abs() <= 1e-9 * at.abs() {
            at = next;
            break;
        }
        at = next;
    }
    at.exp()
}

/// Intercept and slope of the log odds by Newton steps with halving, slope not below 0.
fn platt(known: &[(f64, bool)]) -> (f64, f64) {
    let count = known.len() as f64;
    let anomalies = known.iter().filter(|(_, anomaly)| *anomaly).count() as f64;
    let (high, low) = ((anomalies + 1.0) / (anomalies + 2.0), 1.0 / (count - anomalies + 2.0));
    let mean = known.iter().map(|(score, _)| score).sum::<f64>() / count;
    let spread = (known.iter().map(|(score, _)| (score - mean) * (score - mean)).sum::<f64>() / count).sqrt();
    let spread = if spread > 0.0 { spread } else { 1.0 };
    let points: Vec<(f64, f64)> =
        known.iter().map(|(score, anomaly)| ((score - mean) / spread, if *anomaly { high } else { low })).collect();
    let loss = |a: f64, b: f64| {
        let one = |(x, target): &(f64, f64)| {
            let odds = a + b * x;
            // ln(1 + e^odds) - target * odds, without overflow.
            odds.max(0.0) + (-odds.abs()).exp().ln_1p() - target * odds
        };
        points.iter().map(one).sum::<f64>() + 1e-9 * (a * a + b * b)
    };
    let (mut a, mut b) = ((anomalies / count).clamp(1e-6, 1.0 - 1e-6), 0.0);
    a = (a / (1.0 - a)).ln();
    for _ in 0..100 {
        let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (2e-9 * a, 2e-9 * b, 2e-9, 0.0, 2e-9);
        for (x, target) in &points {
            let p = 1.0 / (1.0 + (-(a + b * x)).exp());
            let weight = p * (1.0 - p);
            ga += p - target;
            gb += (p - target) * x;
            haa += weight;
            hab += weight * x;
            hbb += weight * x * x;
        }
        let determinant = haa * hbb - hab * hab;
        let (da, db) = ((ga * hbb - gb * hab) / determinant, (gb * haa - ga * hab) / determinant);
        let (now, mut step) = (loss(a, b), 1.0);
        while step > 1e-10 && loss(a - step * da, b - step * db) > now {
            step *= 0.5;
        }
        a -= step * da;
        b -= step * db;
        if (step * da).abs() + (step * db).abs() < 1e-12 {
            break;
        }
    }
    let b = b.max(0.0);
    (a - b * mean / spread, b / spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_add_up_to_the_expected_number_of_anomalies() {
        let scores: Vec<f64> = (0..5000).map(|i| f64::from(i).sqrt()).collect();
        for contamination in [0.01, 0.1, 0.5] {
            let calibration = Calibration::of_ranks(&scores, contamination, &Context::new()).unwrap();
            let mean = scores.iter().map(|score| calibration.probability(*score)).sum::<f64>() / 5000.0;
            assert!((mean / contamination - 1.0).abs() < 0.02, "{contamination} {mean}");
            let ordered = scores.windows(2).all(|w| calibration.probability(w[0]) <= calibration.probability(w[1]));
            assert!(ordered);
        }
    }

    #[test]
    fn equal_scores_are_equally_probable() {
        let calibration = Calibration::of_ranks(&[2.0; 50], 0.1, &Context::new()).unwrap();
        let probability = calibration.probability(2.0);
        assert!(probability > 0.0 && probability < 0.5);
        assert_eq!(calibration.probability(1.0), probability);
    }

    #[test]
    fn labels_give_odds_that_rise_through_one_half_between_the_kinds() {
        let scores: Vec<f64> = (0..100).map(f64::from).collect();
        let labels: Vec<i64> = (0..100).map(|i| i64::from(i >= 80 || i == 60)).collect();
        let calibration = Calibration::of_labels(&scores, &labels).unwrap();
        assert!(calibration.probability(50.0) < 0.2 && calibration.probability(95.0) > 0.8);
        // A logistic fit meets the targets on average; Platt's targets pull by less than 1 %.
        let mean = scores.iter().map(|score| calibration.probability(*score)).sum::<f64>() / 100.0;
        assert!((mean - 0.21).abs() < 0.01, "{mean}");
    }
}
