//! Precision, recall and F1 of ranges of rows.
//!
//! A true range R scores `existence * [it overlaps some prediction] + (1 - existence) * c * sum of w(R, overlap)`, a predicted
//! one `c * sum of w(P, overlap)`; recall and precision are their means. `w` is the share of a range that an overlap covers,
//! weighted by position, and `c` is 1, or 1 over the number of ranges of the other side that overlap. O(rows).
//!
//! Source: Tatbul et al., *Precision and recall for time series* (2018).
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};

/// Which rows of a true range matter more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RangeBias {
    /// All the same.
    #[default]
    Flat,
    /// The first.
    Front,
    /// Those in the middle.
    Middle,
    /// The last.
    Back,
}

impl RangeBias {
    /// The weight of a position in a range.
    fn weight(self, position: usize, length: usize) -> f64 {
        match self {
            RangeBias::Flat => 1.0,
            RangeBias::Front => (length - position) as f64,
            RangeBias::Middle => (position + 1).min(length - position) as f64,
            RangeBias::Back => (position + 1) as f64,
        }
    }
}

/// Options of range-based precision and recall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RangeScore {
    /// How much of recall is for finding any row of a range, 0 to 1. Default 0.
    pub existence: f64,
    /// Which rows of a true range matter more. Default flat.
    pub bias: RangeBias,
    /// Whether a range that is overlapped by several is worth one over their number. Default true.
    pub fragments_cost: bool,
}

impl Default for RangeScore {
    fn default() -> Self {
        Self { existence: 0.0, bias: RangeBias::Flat, fragments_cost: true }
    }
}

/// How well predicted ranges match true ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RangeReport {
    /// Mean over predicted ranges, 0 to 1; 0 without any.
    pub precision: f64,
    /// Mean over true ranges, 0 to 1.
    pub recall: f64,
    /// Harmonic mean of both; 0 where both are 0.
    pub f1: f64,
    /// How many true ranges there are.
    pub true_ranges: u64,
    /// How many predicted ranges there are.
    pub predicted_ranges: u64,
}

impl RangeScore {
    /// Set how much of recall is for finding any row of a range.
    #[must_use]
    pub fn with_existence(mut self, existence: f64) -> Self {
        self.existence = existence;
        self
    }

    /// Set which rows of a true range matter more.
    #[must_use]
    pub fn with_bias(mut self, bias: RangeBias) -> Self {
        self.bias = bias;
        self
    }

    /// Set whether fragments cost.
    #[must_use]
    pub fn with_fragments_cost(mut self, fragments_cost: bool) -> Self {
        self.fragments_cost = fragments_cost;
        self
    }

    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for an existence outside of 0 to 1.
    pub fn validate(&self) -> Result<()> {
        ensure!(
            (0.0..=1.0).contains(&self.existence),
            InvalidConfig,
            "existence must be 0 to 1, got {}",
            self.existence
        );
        Ok(())
    }

    /// Compare rows that were predicted to be anomalies with those that are: 1 for an anomaly, 0 otherwise, one per row of a
    /// series. Neighbouring ones make a range.
    ///
    /// # Errors
    /// `invalid_config` as [`RangeScore::validate`]; `invalid_data` for labels other than 0 and 1 or of unlike number;
    /// `not_enough_data` without a true anomaly.
    pub fn evaluate(&self, truth: &[i64], predicted: &[i64]) -> Result<RangeReport> {
        self.validate()?;
        ensure!(
            truth.len() == predicted.len(),
            InvalidData,
            "there are {} true labels and {} predicted ones; each row needs both",
            truth.len(),
            predicted.len()
        );
        let (real, found) = (ranges(truth)?, ranges(predicted)?);
        ensure!(!real.is_empty(), NotEnoughData, "there is no true anomaly; at least one is needed");
        let recall = self.mean(&real, &found, self.existence, self.bias);
        let precision = self.mean(&found, &real, 0.0, RangeBias::Flat);
        let sum = precision + recall;
        Ok(RangeReport {
            precision,
            recall,
            f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 },
            true_ranges: real.len() as u64,
            predicted_ranges: found.len() as u64,
        })
    }

    /// The mean worth of ranges, given those of the other side.
    fn mean(&self, ranges: &[(usize, usize)], others: &[(usize, usize)], existence: f64, bias: RangeBias) -> f64 {
        if ranges.is_empty() {
            return 0.0;
        }
        let mut next = 0;
        let mut sum = 0.0;
        for &(first, last) in ranges {
            let length = last - first + 1;
            while others.get(next).is_some_and(|other| other.1 < first) {
                next += 1;
            }
            let overlapping = others[next..].iter().take_while(|other| other.0 <= last);
            let (mut count, mut covered) = (0, 0.0);
            for other in overlapping {
                count += 1;
                for row in first.max(other.0)..=last.min(other.1) {
                    covered += bias.weight(row - first, length);
                }
            }
            if count > 0 {
                let all: f64 = (0..length).map(|position| bias.weight(position, length)).sum();
                let fragments = if self.fragments_cost { f64::from(count) } else { 1.0 };
                sum += existence + (1.0 - existence) * covered / all / fragments;
            }
        }
        sum / ranges.len() as f64
    }
}

/// First and last row of every run of ones.
pub(super) fn ranges(labels: &[i64]) -> Result<Vec<(usize, usize)>> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (row, &label) in labels.iter().enumerate() {
        ensure!(label == 0 || label == 1, InvalidData, "label {row} is {label}; it must be 0 or 1");
        if label == 1 {
            match found.last_mut() {
                Some(range) if range.1 + 1 == row => range.1 = row,
                _ => found.push((row, row)),
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;
    use crate::math::random::Random;

    fn labels(length: usize, ranges: &[(usize, usize)]) -> Vec<i64> {
        (0..length).map(|row| i64::from(ranges.iter().any(|range| (range.0..=range.1).contains(&row)))).collect()
    }

    #[test]
    fn measures_are_those_computed_by_hand() {
        let truth = labels(40, &[(10, 19), (30, 33)]);
        let predicted = labels(40, &[(8, 11), (15, 18)]);
        let report = RangeScore::default().evaluate(&truth, &predicted).unwrap();
        // The first range has 6 of 10 rows in 2 pieces, the second none: (0.6 / 2 + 0) / 2. Predictions: 2 of 4, and 4 of 4.
        assert!((report.recall - 0.15).abs() < 1e-12 && (report.precision - 0.75).abs() < 1e-12, "{report:?}");
        assert!((report.f1 - 0.25).abs() < 1e-12);
        let report = RangeScore::default().with_existence(0.5).with_fragments_cost(false).evaluate(&truth, &predicted);
        assert!((report.unwrap().recall - 0.4).abs() < 1e-12);
        // Front weights 10..1: rows 10, 11 are 10 + 9, rows 15 to 18 are 5 + 4 + 3 + 2, of 55.
        let front = RangeScore::default().with_bias(RangeBias::Front).with_fragments_cost(false);
        assert!((front.evaluate(&truth, &predicted).unwrap().recall - 33.0 / 55.0 / 2.0).abs() < 1e-12);
        // Middle weights 1 2 3 4 5 5 4 3 2 1: 1 + 2 and 5 + 4 + 3 + 2, of 30.
        let middle = RangeScore::default().with_bias(RangeBias::Middle).with_fragments_cost(false);
        assert!((middle.evaluate(&truth, &predicted).unwrap().recall - 17.0 / 30.0 / 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_sweep_over_ranges_is_the_definition_over_sets_of_rows() {
        let mut random = Random::new(6);
        for _ in 0..200 {
            let mut draw = || (0..60).map(|_| i64::from(random.uniform() < 0.4)).collect::<Vec<_>>();
            let (truth, predicted) = (draw(), draw());
            let (real, found) = (ranges(&truth).unwrap(), ranges(&predicted).unwrap());
            let mean = |own: &[(usize, usize)], others: &[(usize, usize)], bias: RangeBias| {
                let worth = |range: &(usize, usize)| {
                    let share = |other: &(usize, usize)| {
                        let (mut part, mut all) = (0.0, 0.0);
                        for row in range.0..=range.1 {
                            let weight = match bias {
                                RangeBias::Back => (row - range.0 + 1) as f64,
                                _ => 1.0,
                            };
                            all += weight;
                            part += if row >= other.0 && row <= other.1 { weight } else { 0.0 };
                        }
                        part / all
                    };
                    let pieces = others.iter().filter(|other| share(other) > 0.0).count();

                    others.iter().map(share).sum::<f64>() / pieces.max(1) as f64
                };
                own.iter().map(worth).sum::<f64>() / own.len().max(1) as f64
            };
            let report = RangeScore::default().with_bias(RangeBias::Back).evaluate(&truth, &predicted).unwrap();
            assert!((report.recall - mean(&real, &found, RangeBias::Back)).abs() < 1e-12);
            assert!((report.precision - mean(&found, &real, RangeBias::Flat)).abs() < 1e-12);
        }
    }

    /// By the package prts; see `tests/data/make_range_scores.py`, which says where conventions differ.
    #[test]
    fn measures_are_those_of_another_program() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/range_scores.json");
        let told: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let labels = |value: &serde_json::Value| -> Vec<i64> {
            value.as_str().unwrap().bytes().map(|label| i64::from(label - b'0')).collect()
        };
        let mut held = 0;
        for case in told["cases"].as_array().unwrap() {
            let (truth, predicted) = (labels(&case["truth"]), labels(&case["predicted"]));
            let mut at = 0;
            for existence in [0.0, 0.3, 1.0] {
                for bias in [RangeBias::Flat, RangeBias::Front, RangeBias::Middle, RangeBias::Back] {
                    for cost in [true, false] {
                        let score = RangeScore { existence, bias, fragments_cost: cost };
                        let report = score.evaluate(&truth, &predicted).unwrap();
                        let expected = [&case["precision"][usize::from(!cost)], &case["recall"][at], &case["f1"][at]];
                        for (own, other) in [report.precision, report.recall, report.f1].iter().zip(expected) {
                            let other = other.as_f64().unwrap();
                            assert!((own - other).abs() < 1e-12, "{score:?} of {case}: {own} {other}");
                            held += 1;
                        }
                        at += 1;
                    }
                }
            }
        }
        assert_eq!(held, 24 * 24 * 3);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let score = RangeScore::default();
        let none = score.evaluate(&[0, 1], &[0, 0]).unwrap();
        assert_eq!((none.precision, none.recall, none.f1), (0.0, 0.0, 0.0));
        assert_eq!(score.evaluate(&[0, 1], &[0]).unwrap_err().code(), Code::InvalidData);
        assert_eq!(score.evaluate(&[0, 2], &[0, 0]).unwrap_err().code(), Code::InvalidData);
        assert_eq!(score.evaluate(&[0, 0], &[0, 1]).unwrap_err().code(), Code::NotEnoughData);
        let error = score.with_existence(2.0).evaluate(&[1], &[1]).unwrap_err();
        assert_eq!(error.code(), Code::InvalidConfig);
    }
}
