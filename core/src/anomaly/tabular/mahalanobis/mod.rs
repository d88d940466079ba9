//! Distance from the centre in units of how the data vary in that direction.
//!
//! The score is `(x - m)' S^-1 (x - m)`. Robust, `m` and `S` are those of the minimum covariance determinant: the `h` rows
//! whose covariance has the least determinant, scaled so that the median distance is that of a normal distribution, then
//! computed anew from all rows within its 97.5 % ellipsoid; anomalies cannot inflate it, up to `(n - h) / n` of them. Classical,
//! they are the mean and the covariance. Directions without variance are left out.
//!
//! In `p` directions any `p` different rows lie in a hyperplane, where the determinant is 0. So where rows are equal, or stand for
//! several, `h` is at least `(n + k + 1) / 2` with `k` how many rows the `p` most frequent ones make up together (`p` where no two
//! are equal): enough that no choice of repeated rows is degenerate, and what bears the most anomalies then. Where `h` different
//! rows do lie in a hyperplane, an exact fit, that is what the others are far from: at about 10^5 deviations for one of the data.
//! O(rows * columns^2 + columns^3); robust, about 600 times that on at most 1,500 rows besides.
//! Source: Rousseeuw, Van Driessen, *A fast algorithm for the minimum covariance determinant estimator* (1999).
mod chi_square;
pub(super) mod mcd;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::eigen::decompose;
use super::model::{Detector, Model, Scorer};
use super::moments::{covariance, means};
use super::options::detector;
use super::rows::Rows;
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::simd::dispatch;

/// The most columns: the covariance has their square.
const MOST_COLUMNS: usize = 8192;
/// A direction with less than this share of the standardised variance has none but rounding.
const NOTHING: f64 = 1e-14;

detector! {
    /// Mahalanobis distance: rows far from one cloud, however its columns vary together.
    Mahalanobis {
        /// Whether centre and covariance are those of the most concentrated rows only. Default true.
        robust: bool = true, /// Set whether centre and covariance are robust.
        with_robust;
        /// The share of rows that must be concentrated, in (0.5, 1], where robust. Default: the least,
        /// `(rows + columns + 1) / 2` rows, which bears the most anomalies; more where rows are equal.
        support: Option<f64> = None, /// Set the share of rows that must be concentrated.
        with_support;
    }
}

impl Mahalanobis {
    pub(super) fn validate(&self) -> Result<()> {
        if let Some(support) = self.support {
            ensure!(support > 0.5 && support <= 1.0, InvalidConfig, "support must lie in (0.5, 1], got {support}");
        }
        Ok(())
    }
}

/// A centre, and directions in which the data have variance 1.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MahalanobisModel {
    centre: Vec<f64>,
    /// One direction after the other.
    directions: Vec<f64>,
}

dispatch! {
    pub(super) fn length, portable length_portable(directions: &[f64], row: &[f64], centre: &[f64], off: &mut [f64]) -> f64 {
        for ((off, value), centre) in off.iter_mut().zip(row).zip(centre) {
            *off = value - centre;
        }
        let mut sum = 0.0;
        for direction in directions.chunks_exact(off.len()) {
            let mut lanes = [0.0; 8];
            let (a, b) = (direction.chunks_exact(8), off.chunks_exact(8));
            let mut part: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
            for (a, b) in a.zip(b) {
                for lane in 0..8 {
                    lanes[lane] += a[lane] * b[lane];
                }
            }
            part += lanes.iter().sum::<f64>();
            sum += part * part;
        }
        sum
    }
}

impl Scorer for MahalanobisModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        let columns = self.centre.len();
        rows.score(context, |block, scores| {
            let mut off = vec![0.0; columns];
            for (row, score) in block.chunks_exact(columns).zip(scores) {
                context.check()?;
                *score = length(&self.directions, row, &self.centre, &mut off);
            }
            Ok(())
        })
    }

    fn contributions(&self, row: &[f64], parts: &mut [f64]) -> bool {
        // z' M' M z is the sum over features of z_j (M' M z)_j.
        parts.fill(0.0);
        for direction in self.directions.chunks_exact(row.len()) {
            let along: f64 = direction
                .iter()
                .zip(row)
                .zip(&self.centre)
                .map(|((weight, value), centre)| weight * (value - centre))
                .sum();
            for (((part, weight), value), centre) in parts.iter_mut().zip(direction).zip(row).zip(&self.centre) {
                *part += along * weight * (value - centre);
            }
        }
        true
    }

    fn check(&self, columns: usize) -> Result<()> {
        let sound = self.centre.len() == columns
            && self.directions.len().is_multiple_of(columns)
            && self.centre.iter().chain(&self.directions).all(|value| value.is_finite());
        ensure!(sound, InvalidData, "the centre or the directions are broken");
        Ok(())
    }
}

impl Detector for Mahalanobis {
    const NAME: &'static str = "Mahalanobis";

    fn fewest(&self) -> usize {
        2
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        let columns = rows.columns();
        ensure!(columns <= MOST_COLUMNS, TooLarge, "{columns} columns, Mahalanobis takes at most {MOST_COLUMNS}");
        let mut model = classical(rows, context)?;
        let rank = model.directions.len() / columns;
        if self.robust && rank > 0 {
            ensure!(
                rows.total() >= (2 * rank + 2) as f64,
                NotEnoughData,
                "{} rows vary in {rank} directions; a robust covariance needs at least {}, set robust to false",
                rows.total(),
                2 * rank + 2
            );
            let total = rows.total();
            let wanted = self.support.map_or(0.0, |share| (share * total).floor());
            let least = (0.5 * (total + most_frequent(rows, rank, context)?)).ceil();
            let support = wanted.max(least).min(total);
            model = mcd::concentrate(&model, rows, support, context)?;
        }
        let scores = model.score(rows, context)?;
        Ok((model.into(), scores))
    }
}

/// How many rows the `rank` most frequent ones make up together.
fn most_frequent(rows: &Rows<'_>, rank: usize, context: &Context) -> Result<f64> {
    // Rows count as equal that have the same 64 bits of hash: a few taken for equal would only raise the support.
    let mut counts: HashMap<u64, f64> = HashMap::with_capacity(rows.len());
    rows.each_part(context, |start, block| {
        for (row, values) in (start..).zip(block.chunks_exact(rows.columns())) {
            let hash = values.iter().fold(0x5bd1_e995_9d1b_54a3_u64, |hash, value| {
                // Both zeros are one value.
                let mixed = (hash ^ (value + 0.0).to_bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                mixed ^ mixed >> 29
            });
            *counts.entry(hash).or_insert(0.0) += rows.weight(row);
        }
    })?;
    let mut counts: Vec<f64> = counts.into_values().collect();
    if rank < counts.len() {
        counts.select_nth_unstable_by(rank, |left, right| right.total_cmp(left));
        counts.truncate(rank);
    }
    counts.sort_unstable_by(f64::total_cmp);
    context.check()?;
    Ok(counts.iter().sum())
}

/// Mean and covariance of all rows.
fn classical(rows: &Rows<'_>, context: &Context) -> Result<MahalanobisModel> {
    let columns = rows.columns();
    let centre = means(rows, context)?;
    let mut matrix = covariance(rows, &centre, context)?;
    let scale: Vec<f64> = (0..columns)
        .map(|column| {
            let deviation = matrix[column * columns + column].sqrt();
            if deviation > 10.0 * f64::EPSILON * centre[column].abs() { 1.0 / deviation } else { 0.0 }
        })
        .collect();
    for (at, value) in matrix.iter_mut().enumerate() {
        *value *= scale[at / columns] * scale[at % columns];
    }
    let total: f64 = (0..columns).map(|column| matrix[column * columns + column]).sum();
    let eigen = decompose(matrix, columns, context)?;
    let mut order: Vec<usize> = (0..columns).filter(|k| eigen.values[*k] > NOTHING * total).collect();
    order.sort_by(|left, right| eigen.values[*right].total_cmp(&eigen.values[*left]));
    order.truncate(rows.len() - 1);
    let mut directions = Vec::with_capacity(order.len() * columns);
    for k in order {
        let weight = 1.0 / eigen.values[k].sqrt();
        directions
            .extend(eigen.vectors[k * columns..(k + 1) * columns].iter().zip(&scale).map(|(x, s)| x * s * weight));
    }
    Ok(MahalanobisModel { centre, directions })
}
