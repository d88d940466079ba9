//! Lightweight on-line detector of anomalies: how rare a row is in random one-dimensional projections.
//!
//! Each of many projections weighs `sqrt(columns)` random features by normal numbers; the score is the mean over the
//! projections of `-ln p`, `p` the share of fitted rows in the row's bin of an equal-width histogram (1e-12 for an empty one).
//! With missing values ignored, a row is judged by the projections that do not need them.
//! O(rows * projections * sqrt(columns)).
//! Source: Pevny, *Loda: lightweight on-line detector of anomalies* (2016).
use serde::{Deserialize, Serialize};

use super::model::{Detector, Model, Scorer};
use super::options::{check_count, detector};
use super::rows::Rows;
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::random::Random;

/// The share of an empty bin.
const EMPTY: f64 = 1e-12;

detector! {
    /// Lightweight detector by random projections: fast on long and wide tables.
    Loda {
        /// Projections, 1 to 10,000. Default 100.
        projections: usize = 100, /// Set the number of projections.
        with_projections;
        /// Equal bins of each projection, 2 to 4,096. Default 10.
        bins: usize = 10, /// Set the number of bins.
        with_bins;
    }
}

impl Loda {
    pub(super) fn validate(&self) -> Result<()> {
        check_count("projections", self.projections, 1, 10_000)?;
        check_count("bins", self.bins, 2, 4096)
    }
}

/// Features with their weights, and the histogram of what they make of the rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Projection {
    weights: Vec<(u32, f64)>,
    low: f64,
    /// Bins per unit.
    scale: f64,
    surprise: Vec<f64>,
}

/// All projections.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct LodaModel {
    projections: Vec<Projection>,
}

impl Projection {
    fn value(&self, row: &[f64]) -> f64 {
        self.weights.iter().map(|(feature, weight)| row[*feature as usize] * weight).sum()
    }

    fn part(&self, row: &[f64]) -> Option<f64> {
        let value = self.value(row);
        if value.is_nan() {
            return None;
        }
        // Casts saturate: what lies beyond the histogram falls into its outermost bins.
        let bin = ((value - self.low) * self.scale) as usize;
        Some(self.surprise[bin.min(self.surprise.len() - 1)])
    }
}

impl Scorer for LodaModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        rows.score(context, |block, scores| {
            for (row, score) in block.chunks_exact(rows.columns()).zip(scores) {
                let (mut sum, mut count) = (0.0, 0.0);
                for part in self.projections.iter().filter_map(|projection| projection.part(row)) {
                    sum += part;
                    count += 1.0;
                }
                *score = if count > 0.0 { sum / count } else { 0.0 };
            }
            context.check()
        })
    }

    fn check(&self, columns: usize) -> Result<()> {
        let sound = |projection: &Projection| {
            !projection.surprise.is_empty()
                && projection.surprise.iter().chain([&projection.low, &projection.scale]).all(|value| value.is_finite())
                && projection
                    .weights
                    .iter()
                    .all(|(feature, weight)| (*feature as usize) < columns && weight.is_finite())
        };
        ensure!(
            !self.projections.is_empty() && self.projections.iter().all(sound),
            InvalidData,
            "the projections are broken"
        );
        Ok(())
    }
}

impl Detector for Loda {
    const IGNORES: bool = true;
    const NAME: &'static str = "Loda";

    fn fewest(&self) -> usize {
        1
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        let columns = rows.columns();
        let used = ((columns as f64).sqrt() as usize).clamp(1, columns);
        // Histograms of a few projections at a time share a pass over the rows.
        let together = 16;
        let parts = context.map(self.projections.div_ceil(together), |group| {
            let numbers = group * together..self.projections.min((group + 1) * together);
            let mut made: Vec<Projection> = numbers
                .map(|number| {
                    let mut random =
                        Random::new(context.seed() ^ (number as u64 + 1).wrapping_mul(0x1f12_3bb5_159a_55e5));
                    let mut features: Vec<u32> = (0..columns as u32).collect();
                    let weights = (0..used)
                        .map(|at| {
                            features.swap(at, at + (random.bits() % (columns - at) as u64) as usize);
                            (features[at], random.normal())
                        })
                        .collect();
                    Projection { weights, low: 0.0, scale: 0.0, surprise: vec![0.0; self.bins] }
                })
                .collect();
            self.count(&mut made, rows, context)?;
            Ok(made)
        })?;
        let model = LodaModel { projections: parts.into_iter().flatten().collect() };
        let scores = model.score(rows, context)?;
        Ok((model.into(), scores))
    }
}

impl Loda {
    fn count(&self, made: &mut [Projection], rows: &Rows<'_>, context: &Context) -> Result<()> {
        let columns = rows.columns();
        let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); made.len()];
        rows.each_block(context, |block| {
            for row in block.chunks_exact(columns) {
                for ((low, high), projection) in ranges.iter_mut().zip(made.iter()) {
                    let value = projection.value(row);
                    *low = if value < *low { value } else { *low };
                    *high = if value > *high { value } else { *high };
                }
            }
        })?;
        for ((low, high), projection) in ranges.into_iter().zip(made.iter_mut()) {
            ensure!(
                low > high || (high - low).is_finite(),
                InvalidData,
                "values are too large to be added up; scale the columns"
            );
            projection.low = if low <= high { low } else { 0.0 };
            let scale = self.bins as f64 / (high - low);
            projection.scale = if scale.is_finite() && scale > 0.0 { scale } else { 0.0 };
        }
        let mut counts = vec![0.0; made.len() * self.bins];
        rows.each_part(context, |start, block| {
            for (at, row) in block.chunks_exact(columns).enumerate() {
                let weight = rows.weight(start + at);
                for (counts, projection) in counts.chunks_exact_mut(self.bins).zip(made.iter()) {
                    let value = projection.value(row);
                    if !value.is_nan() {
                        let bin = ((value - projection.low) * projection.scale) as usize;
                        counts[bin.min(self.bins - 1)] += weight;
                    }
                }
            }
        })?;
        for (counts, projection) in counts.chunks_exact(self.bins).zip(made) {
            let total = counts.iter().sum::<f64>().max(1.0) + EMPTY * self.bins as f64;
            for (surprise, count) in projection.surprise.iter_mut().zip(counts) {
                *surprise = -((count + EMPTY) / total).ln();
            }
        }
        Ok(())
    }
}
