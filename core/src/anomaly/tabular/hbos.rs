//! Histogram-based outlier score: how rare each value is in its own column, added up.
//!
//! Each column has `bins` equal bins from its least to its largest value with densities `d`; the score is the sum over columns
//! of `-log2(d + alpha)`. A value beyond the bins counts as in the outermost while no further than `tolerance` bins away,
//! else as in the emptiest. O(rows * columns); the model is the histograms.
//! Source: Goldstein, Dengel, *Histogram-based outlier score (HBOS)* (KI 2012), with the regularisation of PyOD.
//!
//! ```
//! use inlaid::{Context, anomaly::Hbos};
//! let rows = ndarray::array![[1.0, 2.0], [1.1, 2.1], [1.2, 1.9], [1.1, 2.0], [9.0, 2.0]];
//! let fitted = Hbos::default().fit(rows.view(), &Context::new())?;
//! assert_eq!(fitted.labels().to_vec(), [0, 0, 0, 0, 1]);
//! # Ok::<(), inlaid::Error>(())
//! ```
use serde::{Deserialize, Serialize};

use super::model::{Detector, Model, Scorer};
use super::options::{check_count, detector};
use super::rows::Rows;
use crate::Context;
use crate::error::{Result, ensure};

/// The most bins of a column.
const MOST_BINS: usize = 1 << 12;

detector! {
    /// Histogram-based outlier score: fast, and the best single default for tables.
    Hbos {
        /// Equal bins of each column, 2 to 4,096. Default 10.
        bins: usize = 10, /// Set the number of bins of each column.
        with_bins;
        /// What is added to densities before their logarithm, above 0 and at most 1. Default 0.1.
        alpha: f64 = 0.1, /// Set what is added to densities.
        with_alpha;
        /// How far beyond the outermost bin, in bins, a value still counts as in it, 0 to 1. Default 0.5.
        tolerance: f64 = 0.5, /// Set how far beyond the outermost bin a value still counts as in it.
        with_tolerance;
    }
}

impl Hbos {
    pub(super) fn validate(&self) -> Result<()> {
        check_count("bins", self.bins, 2, MOST_BINS)?;
        ensure!(self.alpha > 0.0 && self.alpha <= 1.0, InvalidConfig, "alpha must lie in (0, 1], got {}", self.alpha);
        ensure!(
            (0.0..=1.0).contains(&self.tolerance),
            InvalidConfig,
            "tolerance must lie in 0..1, got {}",
            self.tolerance
        );
        Ok(())
    }
}

/// The histograms of all columns.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct HbosModel {
    bins: usize,
    tolerance: f64,
    /// The least value of each column, where its last bin ends, and bins per unit.
    low: Vec<f64>,
    high: Vec<f64>,
    scale: Vec<f64>,
    /// `bins + 2` scores per column: of each bin, of the emptiest, of missing values.
    scores: Vec<f64>,
}

impl HbosModel {
    /// Where the bin with this number starts.
    #[inline(always)]
    fn edge(&self, column: usize, bin: usize) -> f64 {
        if bin == self.bins {
            return self.high[column];
        }
        self.low[column] + bin as f64 * ((self.high[column] - self.low[column]) / self.bins as f64)
    }

    /// The bin of a value inside; `closed_left` says whose a value on an edge is.
    #[inline(always)]
    fn bin(&self, column: usize, value: f64, closed_left: bool) -> usize {
        let mut bin = (((value - self.low[column]) * self.scale[column]) as usize).min(self.bins - 1);
        // The product rounds: the edges, computed once and for all the same way, decide.
        let before = |edge: f64| if closed_left { value < edge } else { value <= edge };
        while bin > 0 && before(self.edge(column, bin)) {
            bin -= 1;
        }
        while bin + 1 < self.bins && !before(self.edge(column, bin + 1)) {
            bin += 1;
        }
        bin
    }

    #[inline(always)]
    fn part(&self, column: usize, value: f64) -> f64 {
        let (emptiest, missing) = (self.bins, self.bins + 1);
        let (low, high) = (self.low[column], self.high[column]);
        let place = if value >= low && value <= high {
            self.bin(column, value, false)
        } else if value.is_nan() {
            missing
        } else {
            let (outermost, beyond, width) = if value < low {
                (0, low - value, self.edge(column, 1) - low)
            } else {
                (self.bins - 1, value - high, high - self.edge(column, self.bins - 1))
            };
            if beyond <= width * self.tolerance { outermost } else { emptiest }
        };
        self.scores[column * (self.bins + 2) + place]
    }
}

impl Scorer for HbosModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        rows.score(context, |block, scores| {
            for (row, score) in block.chunks_exact(self.low.len()).zip(scores) {
                *score = row.iter().enumerate().map(|(column, value)| self.part(column, *value)).sum();
            }
            Ok(())
        })
    }

    fn contributions(&self, row: &[f64], parts: &mut [f64]) -> bool {
        for (column, (value, part)) in row.iter().zip(parts).enumerate() {
            *part = self.part(column, *value);
        }
        true
    }

    fn check(&self, columns: usize) -> Result<()> {
        let sound = (2..=MOST_BINS).contains(&self.bins)
            && [self.low.len(), self.high.len(), self.scale.len()] == [columns; 3]
            && self.scores.len() == columns.saturating_mul(self.bins + 2)
            && self.low.iter().zip(&self.high).all(|(low, high)| low <= high && low.is_finite() && high.is_finite())
            && self.scale.iter().chain(&self.scores).chain([&self.tolerance]).all(|value| value.is_finite());
        ensure!(sound, InvalidData, "the histograms are broken");
        Ok(())
    }
}

impl Detector for Hbos {
    const IGNORES: bool = true;
    const NAME: &'static str = "Hbos";

    fn fewest(&self) -> usize {
        1
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        let model = self.histograms(rows, context)?;
        let scores = model.score(rows, context)?;
        Ok((model.into(), scores))
    }
}

impl Hbos {
    pub(super) fn histograms(&self, rows: &Rows<'_>, context: &Context) -> Result<HbosModel> {
        let (columns, bins) = (rows.columns(), self.bins);
        let (mut low, mut high) = (vec![f64::INFINITY; columns], vec![f64::NEG_INFINITY; columns]);
        rows.each_block(context, |block| {
            for row in block.chunks_exact(columns) {
                for ((value, low), high) in row.iter().zip(&mut low).zip(&mut high) {
                    *low = if *value < *low { *value } else { *low };
                    *high = if *value > *high { *value } else { *high };
                }
            }
        })?;
        let mut scale = vec![0.0; columns];
        for column in 0..columns {
            let (low, high) = (&mut low[column], &mut high[column]);
            if *low > *high {
                (*low, *high) = (0.0, 0.0); // every value is missing
            }
            if *low == *high {
                // A constant column: one bin in the middle holds all. Far from 0 one half may be less than a rounding.
                let half = 0.5_f64.max(low.abs() * f64::EPSILON * (4 * bins) as f64);
                (*low, *high) = (*low - half, *high + half);
            }
            let width = (*high - *low) / bins as f64;
            ensure!(
                width.is_finite() && 1.0 / width < f64::INFINITY,
                InvalidData,
                "column {column} goes from {low} to {high}, which cannot be cut into {bins} bins; scale it"
            );
            scale[column] = 1.0 / width;
        }
        let scores = vec![0.0; columns * (bins + 2)];
        let mut model = HbosModel { bins, tolerance: self.tolerance, low, high, scale, scores };
        let counts = self.counts(&model, rows, context)?;
        let total = rows.total();
        for (column, (counts, scores)) in
            counts.chunks_exact(bins + 1).zip(model.scores.chunks_exact_mut(bins + 2)).enumerate()
        {
            let width = (model.high[column] - model.low[column]) / bins as f64;
            let surprise = |count: f64| -(count / total / width + self.alpha).log2();
            for (score, count) in scores.iter_mut().zip(counts) {
                *score = surprise(*count);
            }
            scores[bins + 1] = surprise(counts[bins]);
            scores[bins] = scores[..bins].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        }
        Ok(model)
    }

    /// `bins + 1` counts per column, the last of missing values; rows count as often as they weigh.
    fn counts(&self, model: &HbosModel, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        let (columns, bins) = (rows.columns(), self.bins);
        let mut counts = vec![0.0; columns * (bins + 1)];
        rows.each_part(context, |start, block| {
            for (at, row) in block.chunks_exact(columns).enumerate() {
                let weight = rows.weight(start + at);
                for (column, value) in row.iter().enumerate() {
                    let bin = if value.is_nan() { bins } else { model.bin(column, *value, true) };
                    counts[column * (bins + 1) + bin] += weight;
                }
            }
        })?;
        Ok(counts)
    }
}
