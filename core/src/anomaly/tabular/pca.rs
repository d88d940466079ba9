//! How far rows lie from the principal directions, each weighted by how little the data varies along it.
//!
//! With the columns standardised and `v_k` the unit eigenvectors of their covariance (signs such that the largest entry is
//! positive), the score is the sum over components of `|x - v_k| / w_k`, `w_k` the share of the variance along `v_k` where
//! `weighted`, else 1. This is the distance to the *tip* of each direction, as PyOD defines it. Components without variance
//! are left out, as their share says nothing but rounding.
//! O(rows * columns^2 + columns^3).
//! Source: Shyu, Chen, Sarinnapakorn, Chang, *A novel anomaly detection scheme based on principal component classifier* (2003).
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
/// A component with less than this share of the variance has none but rounding.
const NOTHING: f64 = 1e-14;

detector! {
    /// Principal components: rows that do not follow how the columns vary together.
    PcaDetector {
        /// How many of the components with the most variance are used. Default: all that have any.
        components: Option<usize> = None, /// Set how many components are used.
        with_components;
        /// Whether columns are centred and divided by their standard deviation first; else only centred. Default true.
        standardised: bool = true, /// Set whether columns are divided by their standard deviation.
        with_standardised;
        /// Whether a component counts the more, the less variance it has. Default true.
        weighted: bool = true, /// Set whether components with little variance count for more.
        with_weighted;
    }
}

impl PcaDetector {
    pub(super) fn validate(&self) -> Result<()> {
        ensure!(self.components != Some(0), InvalidConfig, "components must be at least 1, got 0");
        Ok(())
    }
}

/// Directions and their weights.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PcaModel {
    centre: Vec<f64>,
    /// What each column is multiplied with.
    scale: Vec<f64>,
    /// One unit vector after the other.
    directions: Vec<f64>,
    weights: Vec<f64>,
}

dispatch! {
    fn dot, portable dot_portable(left: &[f64], right: &[f64]) -> f64 {
        let mut sums = [0.0; 8];
        let (left_blocks, right_blocks) = (left.chunks_exact(8), right.chunks_exact(8));
        let rest: f64 = left_blocks.remainder().iter().zip(right_blocks.remainder()).map(|(a, b)| a * b).sum();
        for (a, b) in left_blocks.zip(right_blocks) {
            for lane in 0..8 {
                sums[lane] += a[lane] * b[lane];
            }
        }
        sums.iter().sum::<f64>() + rest
    }
}

impl Scorer for PcaModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        let columns = self.centre.len();
        rows.score(context, |block, scores| {
            let mut row = vec![0.0; columns];
            for (values, score) in block.chunks_exact(columns).zip(scores) {
                context.check()?;
                for (column, value) in values.iter().enumerate() {
                    row[column] = (value - self.centre[column]) * self.scale[column];
                }
                let size = dot(&row, &row);
                *score = self
                    .directions
                    .chunks_exact(columns)
                    .zip(&self.weights)
                    // |x - v|^2 = |x|^2 - 2 x v + 1; it is far from 0 except beside the tip itself.
                    .map(|(direction, weight)| (size - 2.0 * dot(&row, direction) + 1.0).max(0.0).sqrt() * weight)
                    .sum();
            }
            Ok(())
        })
    }

    fn check(&self, columns: usize) -> Result<()> {
        let sound = self.centre.len() == columns
            && self.scale.len() == columns
            && self.directions.len() == self.weights.len().saturating_mul(columns)
            && [&self.centre, &self.scale, &self.directions, &self.weights]
                .into_iter()
                .all(|values| values.iter().all(|value| value.is_finite()));
        ensure!(sound, InvalidData, "the principal components are broken");
        Ok(())
    }
}

impl Detector for PcaDetector {
    const NAME: &'static str = "PcaDetector";

    fn fewest(&self) -> usize {
        2
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        let columns = rows.columns();
        ensure!(columns <= MOST_COLUMNS, TooLarge, "{columns} columns, PcaDetector takes at most {MOST_COLUMNS}");
        let wanted = self.components.unwrap_or(columns);
        ensure!(
            wanted <= columns,
            InvalidConfig,
            "components must be 1 to {columns}, the number of columns; got {wanted}"
        );
        let centre = means(rows, context)?;
        let mut matrix = covariance(rows, &centre, context)?;
        let scale: Vec<f64> = (0..columns)
            .map(|column| {
                let deviation = matrix[column * columns + column].sqrt();
                // A column that varies by less than rounding is constant and stays as it is.
                let constant = deviation <= 10.0 * f64::EPSILON * centre[column].abs();
                if self.standardised && !constant { 1.0 / deviation } else { 1.0 }
            })
            .collect();
        for (at, value) in matrix.iter_mut().enumerate() {
            *value *= scale[at / columns] * scale[at % columns];
        }
        let total: f64 = (0..columns).map(|column| matrix[column * columns + column]).sum();
        let eigen = decompose(matrix, columns, context)?;
        let mut order: Vec<usize> = (0..columns).filter(|k| eigen.values[*k] > NOTHING * total).collect();
        order.sort_by(|left, right| eigen.values[*right].total_cmp(&eigen.values[*left]));
        // At most as many directions vary as there are rows.
        order.truncate(wanted.min(rows.len()));
        let mut directions = Vec::with_capacity(order.len() * columns);
        for k in &order {
            let vector = &eigen.vectors[k * columns..(k + 1) * columns];
            let largest = vector.iter().fold(0.0_f64, |most, x| if x.abs() > most.abs() { *x } else { most });
            directions.extend(vector.iter().map(|x| x * 1.0_f64.copysign(largest)));
        }
        let weights = order.iter().map(|k| if self.weighted { total / eigen.values[*k] } else { 1.0 }).collect();
        let model = PcaModel { centre, scale, directions, weights };
        let scores = model.score(rows, context)?;
        Ok((model.into(), scores))
    }
}
