//! Volumes under the range-based ROC and precision-recall surfaces (VUS).
//!
//! Labels get a soft border of `w / 2` rows on both sides, falling as `sqrt(1 - d / w)` with the distance d, for every width w
//! from 0 to the buffer. For each width and threshold, with `T` the predicted labels with their borders, `P` the true rows and
//! `E` the predicted border: `recall = min(T / (P + E / 2), 1)` times the share of ranges that were found, false positive rate
//! `(predicted - T) / (rows - P - E / 2)`, precision `T / predicted`. The volumes are the means over widths of the area under
//! recall over false positive rate (trapezoids) and of the average precision. O(rows log rows + buffer (buffer ranges +
//! thresholds)).
//!
//! Source: Paparrizos et al., *Volume under the surface: a new accuracy evaluation measure for time-series anomaly detection*
//! (2022); thresholds and borders are those of its reference program.
use serde::{Deserialize, Serialize};

use super::ranges::ranges;
use crate::Context;
use crate::anomaly::series::ascending;
use crate::error::{Result, ensure};

/// Options of the volumes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct VolumeScore {
    /// The greatest width of the borders in rows, at most 100000; usually the period of the series. Default 100.
    pub buffer: usize,
    /// How many thresholds are tried, 2 to 100000: scores at equal steps of their ranks. Default 250.
    pub thresholds: usize,
}

impl Default for VolumeScore {
    fn default() -> Self {
        Self { buffer: 100, thresholds: 250 }
    }
}

/// The volumes, each 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VolumeReport {
    /// Under the receiver operating characteristic.
    pub vus_roc: f64,
    /// Under precision over recall.
    pub vus_pr: f64,
}

impl VolumeScore {
    /// Set the greatest width of the borders.
    #[must_use]
    pub fn with_buffer(mut self, buffer: usize) -> Self {
        self.buffer = buffer;
        self
    }

    /// Set how many thresholds are tried.
    #[must_use]
    pub fn with_thresholds(mut self, thresholds: usize) -> Self {
        self.thresholds = thresholds;
        self
    }

    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range.
    pub fn validate(&self) -> Result<()> {
        ensure!(self.buffer <= 100_000, InvalidConfig, "buffer must be at most 100000 rows, got {}", self.buffer);
        ensure!(
            (2..=100_000).contains(&self.thresholds),
            InvalidConfig,
            "thresholds must be 2 to 100000, got {}",
            self.thresholds
        );
        Ok(())
    }

    /// The volumes of scores, higher for stranger rows, against labels, 1 for an anomaly and 0 otherwise.
    ///
    /// # Errors
    /// `invalid_config` as [`VolumeScore::validate`]; `invalid_data` for labels other than 0 and 1, scores that are not finite
    /// or of another number; `not_enough_data` without a true anomaly or without a normal row; `cancelled`.
    pub fn evaluate(&self, truth: &[i64], scores: &[f64], context: &Context) -> Result<VolumeReport> {
        self.validate()?;
        ensure!(
            truth.len() == scores.len(),
            InvalidData,
            "there are {} labels and {} scores; each row needs both",
            truth.len(),
            scores.len()
        );
        if let Some(row) = scores.iter().position(|score| !score.is_finite()) {
            ensure!(false, InvalidData, "score {row} is {}; scores must be finite", scores[row]);
        }
        let ranges = ranges(truth)?;
        let positives = truth.iter().filter(|label| **label == 1).count();
        ensure!(
            positives > 0 && positives < truth.len(),
            NotEnoughData,
            "{positives} of {} rows are true anomalies; at least one anomaly and one normal row are needed",
            truth.len()
        );
        let surface = Surface::new(truth, scores, ranges, self.thresholds, context)?;
        let mut border = vec![0.0; truth.len()];
        let (mut roc, mut average) = (0.0, 0.0);
        for width in 0..=self.buffer {
            context.check()?;
            context.report(width, self.buffer + 1);
            let areas = surface.areas(width, &mut border, context)?;
            roc += areas.0;
            average += areas.1;
        }
        let widths = (self.buffer + 1) as f64;
        Ok(VolumeReport { vus_roc: roc / widths, vus_pr: average / widths })
    }
}

/// How many rows of borders are summed between two looks at the context.
const WORK: usize = 1 << 18;

/// What all widths share.
struct Surface<'a> {
    truth: &'a [i64],
    ranges: Vec<(usize, usize)>,
    /// The first threshold, from the highest, that predicts each row.
    first: Vec<usize>,
    /// How many rows, and how many true ones, each threshold predicts.
    predicted: Vec<f64>,
    hits: Vec<f64>,
    /// The first threshold that predicts some row of each range.
    found: Vec<usize>,
    positives: f64,
}

/// Sums up to each place.
fn cumulate(values: &mut [f64]) {
    for place in 1..values.len() {
        values[place] += values[place - 1];
    }
}

impl<'a> Surface<'a> {
    fn new(
        truth: &'a [i64],
        scores: &[f64],
        ranges: Vec<(usize, usize)>,
        count: usize,
        context: &Context,
    ) -> Result<Self> {
        let sorted = ascending(scores, context)?;
        let last = (scores.len() - 1) as f64;
        let step = last / (count - 1) as f64;
        let rank = |place: usize| if place + 1 == count { last } else { (place as f64 * step).floor() };
        let thresholds: Vec<f64> = (0..count).map(|place| sorted[scores.len() - 1 - rank(place) as usize].0).collect();
        let first =
            context.collect(scores.len(), |row| thresholds.partition_point(|threshold| *threshold > scores[row]))?;
        let (mut predicted, mut hits) = (vec![0.0; count], vec![0.0; count]);
        for (&place, &label) in first.iter().zip(truth) {
            predicted[place] += 1.0;
            hits[place] += label as f64;
        }
        cumulate(&mut predicted);
        cumulate(&mut hits);
        let found =
            ranges.iter().map(|range| first[range.0..=range.1].iter().copied().min().unwrap_or(count)).collect();
        let positives = truth.iter().sum::<i64>() as f64;
        context.check()?;
        Ok(Self { truth, ranges, first, predicted, hits, found, positives })
    }

    /// The area under the ROC curve and the average precision for one width of borders; `border` is 0 before and after.
    fn areas(&self, width: usize, border: &mut [f64], context: &Context) -> Result<(f64, f64)> {
        let (rows, half) = (self.truth.len(), width / 2);
        let count = self.predicted.len();
        let fall = |distance: usize| (1.0 - distance as f64 / width as f64).sqrt();
        let around = |range: (usize, usize)| {
            let before = range.0.saturating_sub(half)..range.0;
            let after = range.1 + 1..(range.1 + 1 + half).min(rows);
            before.map(move |row| (row, range.0 - row)).chain(after.map(move |row| (row, row - range.1)))
        };
        // Ranges whose borders meet are found together.
        let mut merged: Vec<usize> = Vec::new();
        let every = WORK / (half + 1) + 1;
        for (index, &range) in self.ranges.iter().enumerate() {
            if index % every == 0 {
                context.check()?;
            }
            let mut earliest = self.found[index];
            for (row, distance) in around(range) {
                border[row] += fall(distance);
                earliest = earliest.min(self.first[row]);
            }
            let meets = index > 0 && self.ranges[index - 1].1 + half >= range.0.saturating_sub(half);
            match merged.last_mut() {
                Some(last) if meets => *last = (*last).min(earliest),
                _ => merged.push(earliest),
            }
        }
        let mut soft = vec![0.0; count];
        for (index, &range) in self.ranges.iter().enumerate() {
            if index % every == 0 {
                context.check()?;
            }
            for (row, _) in around(range) {
                if self.truth[row] == 0 {
                    soft[self.first[row]] += border[row].min(1.0);
                }
                border[row] = 0.0;
            }
        }
        cumulate(&mut soft);
        let mut existence = vec![0.0; count];
        merged.iter().for_each(|&place| existence[place] += 1.0 / merged.len() as f64);
        cumulate(&mut existence);
        let (mut area, mut average, mut before) = (0.0, 0.0, (0.0, 0.0));
        for place in 0..count {
            let hits = self.hits[place] + soft[place];
            let positives = self.positives + 0.5 * soft[place];
            let rate = (hits / positives).min(1.0) * existence[place];
            let wrong = (self.predicted[place] - hits) / (rows as f64 - positives);
            area += (wrong - before.1) * 0.5 * (rate + before.0);
            average += (rate - before.0) * hits / self.predicted[place];
            before = (rate, wrong);
        }
        area += (1.0 - before.1) * 0.5 * (1.0 + before.0);
        Ok((area, average))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[derive(Deserialize)]
    struct Oracle {
        ranges: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        labels: Vec<i64>,
        scores: Vec<f64>,
        buffer: usize,
        vus_roc: f64,
        vus_pr: f64,
    }

    #[test]
    fn volumes_are_those_of_the_reference_program() {
        // Made with vus 0.0.6 by `tests/data/make_streams.py`.
        let oracle: Oracle = serde_json::from_str(include_str!("../../../../tests/data/streams.json")).unwrap();
        for case in oracle.ranges {
            let score = VolumeScore::default().with_buffer(case.buffer);
            let report = score.evaluate(&case.labels, &case.scores, &Context::new()).unwrap();
            assert!((report.vus_roc - case.vus_roc).abs() < 1e-9, "{report:?} {}", case.vus_roc);
            assert!((report.vus_pr - case.vus_pr).abs() < 1e-9, "{report:?} {}", case.vus_pr);
        }
    }

    #[test]
    fn without_a_buffer_a_perfect_score_is_1() {
        let truth = [0, 0, 0, 1, 1, 0, 0, 1, 0, 0];
        let scores: Vec<f64> = truth.iter().map(|label| *label as f64).collect();
        let report = VolumeScore::default().with_buffer(0).evaluate(&truth, &scores, &Context::new()).unwrap();
        assert!((report.vus_roc - 1.0).abs() < 1e-12 && (report.vus_pr - 1.0).abs() < 1e-12, "{report:?}");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let (score, context) = (VolumeScore::default(), Context::new());
        let code = |truth: &[i64], scores: &[f64]| score.evaluate(truth, scores, &context).unwrap_err().code();
        assert_eq!(code(&[0, 1], &[0.0]), Code::InvalidData);
        assert_eq!(code(&[0, 1], &[0.0, f64::NAN]), Code::InvalidData);
        assert_eq!(code(&[0, 3], &[0.0, 1.0]), Code::InvalidData);
        assert_eq!(code(&[0, 0], &[0.0, 1.0]), Code::NotEnoughData);
        assert_eq!(code(&[1, 1], &[0.0, 1.0]), Code::NotEnoughData);
        let error = score.clone().with_thresholds(1).evaluate(&[0, 1], &[0.0, 1.0], &context).unwrap_err();
        assert_eq!(error.code(), Code::InvalidConfig);
        context.cancel();
        assert_eq!(score.evaluate(&[0, 1], &[0.0, 1.0], &context).unwrap_err().code(), Code::Cancelled);
    }
}
