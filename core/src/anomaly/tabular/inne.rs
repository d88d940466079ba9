//! Isolation by nearest neighbours: how much emptier it is around a row than around the sample nearest to it.
//!
//! Each of many samples of a few rows draws a ball around each of its rows up to the nearest other; a row gets
//! `1 - r(nearest of c) / r(c)` of the smallest ball that covers it, `r` squared radii and `c` its centre, or 1 where none
//! does. The score is the mean over the samples. O(rows * estimators * samples * columns).
//! Source: Bandaragoda, Ting, Albrecht, Liu, Zhu, Wells, *Isolation-based anomaly detection using nearest-neighbour ensembles*
//! (2018); squared radii as in PyOD.
use serde::{Deserialize, Serialize};

use super::lanes::Lanes;
use super::model::{Detector, Model, Scorer};
use super::options::{check_count, detector};
use super::rows::Rows;
use super::weights::Units;
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::random::Random;

/// What keeps the ratio of duplicates a number.
const LEAST: f64 = f64::EPSILON;

detector! {
    /// Isolation by nearest neighbours: local like `LocalOutlierFactor`, at a cost that does not grow with the rows' square.
    Inne {
        /// Samples, 1 to 10,000. Default 200.
        estimators: usize = 200, /// Set the number of samples.
        with_estimators;
        /// Rows of each sample, 2 to 4,096; all where there are fewer. Default 8.
        samples: usize = 8, /// Set the rows of each sample.
        with_samples;
    }
}

impl Inne {
    pub(super) fn validate(&self) -> Result<()> {
        check_count("estimators", self.estimators, 1, 10_000)?;
        check_count("samples", self.samples, 2, 4096)
    }
}

/// The balls of one sample.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Balls {
    centres: Lanes,
    radii: Vec<f64>,
    ratios: Vec<f64>,
}

/// The balls of all samples.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct InneModel {
    samples: Vec<Balls>,
}

impl Scorer for InneModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        let columns = rows.columns();
        rows.score(context, |block, scores| {
            let mut squares = Vec::new();
            for (row, score) in block.chunks_exact(columns).zip(scores) {
                context.check()?;
                let mut sum = 0.0;
                for balls in &self.samples {
                    balls.centres.squares(row, &mut squares);
                    let (mut least, mut ratio) = (f64::INFINITY, 1.0);
                    for ((square, radius), own) in squares.iter().zip(&balls.radii).zip(&balls.ratios) {
                        if square <= radius && *radius < least {
                            (least, ratio) = (*radius, *own);
                        }
                    }
                    sum += ratio;
                }
                *score = sum / self.samples.len() as f64;
            }
            Ok(())
        })
    }

    fn check(&self, columns: usize) -> Result<()> {
        let sound = |balls: &Balls| {
            let count = balls.centres.len();
            balls.centres.columns() == columns
                && [balls.radii.len(), balls.ratios.len()] == [count; 2]
                && balls.radii.iter().chain(&balls.ratios).all(|value| value.is_finite())
        };
        ensure!(!self.samples.is_empty() && self.samples.iter().all(sound), InvalidData, "the balls are broken");
        Ok(())
    }
}

impl Detector for Inne {
    const NAME: &'static str = "Inne";

    fn fewest(&self) -> usize {
        2
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        let (units, columns) = (Units::of(rows), rows.columns());
        let count = units.len();
        let size = self.samples.min(count);
        ensure!(
            self.estimators.saturating_mul(size).saturating_mul(columns) <= 1 << 26,
            TooLarge,
            "{} samples of {size} rows with {columns} columns are too many numbers; use fewer estimators",
            self.estimators
        );
        let samples = context.map(self.estimators, |number| {
            let mut random = Random::new(context.seed() ^ (number as u64 + 1).wrapping_mul(0x2545_f491_4f6c_dd1d));
            let mut chosen: Vec<usize> = Vec::with_capacity(size);
            while chosen.len() < size {
                let row = (random.bits() % count as u64) as usize;
                if !chosen.contains(&row) {
                    chosen.push(row);
                }
            }
            let mut values = Vec::with_capacity(size * columns);
            let offset = units.offset(context.seed() ^ number as u64);
            chosen.iter().for_each(|unit| rows.push(units.row(*unit, offset), &mut values));
            let centres = Lanes::of(&values, columns);
            let (mut radii, mut nearest, mut squares) = (Vec::new(), Vec::new(), Vec::new());
            for own in 0..size {
                centres.squares(&values[own * columns..(own + 1) * columns], &mut squares);
                let mut best = (f64::INFINITY, own);
                for (other, square) in squares[..size].iter().enumerate() {
                    if other != own && *square < best.0 {
                        best = (*square, other);
                    }
                }
                ensure!(
                    best.0.is_finite(),
                    InvalidData,
                    "rows are too far apart for finite distances; scale the columns"
                );
                radii.push(best.0);
                nearest.push(best.1);
            }
            let ratios = (0..size).map(|own| 1.0 - (radii[nearest[own]] + LEAST) / (radii[own] + LEAST)).collect();
            Ok(Balls { centres, radii, ratios })
        })?;
        let model = InneModel { samples };
        let scores = model.score(rows, context)?;
        Ok((model.into(), scores))
    }
}
