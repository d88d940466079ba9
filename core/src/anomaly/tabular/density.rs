//! Kernel density: how improbable a row is under Gaussian bells around all fitted rows.
//!
//! Columns are standardised (constant ones are left out) and the bells have deviation `bandwidth` in those units; the score is
//! the negative logarithm of their mean density, in nats, in the columns' own units. A fitted row's own bell counts.
//! O(rows^2 columns). Sources: Rosenblatt (1956), Parzen (1962); bandwidth `n^(-1 / (d + 4))` of Scott (1992).
use serde::{Deserialize, Serialize};

use super::lanes::{Lanes, exponentials};
use super::model::{Detector, Model, Scorer};
use super::moments::{covariance_diagonal, means};
use super::options::detector;
use super::rows::Rows;
use crate::Context;
use crate::error::{Result, ensure};

detector! {
    /// Kernel density estimate: rows where few others are near, smoothly.
    KernelDensity {
        /// The deviation of each bell in standard deviations of the columns, above 0. Default: Scott's rule.
        bandwidth: Option<f64> = None, /// Set the deviation of each bell.
        with_bandwidth;
    }
}

impl KernelDensity {
    pub(super) fn validate(&self) -> Result<()> {
        if let Some(bandwidth) = self.bandwidth {
            ensure!(
                bandwidth > 0.0 && bandwidth.is_finite(),
                InvalidConfig,
                "bandwidth must be above 0 and finite, got {bandwidth}"
            );
        }
        Ok(())
    }
}

/// The rows in standard units.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct DensityModel {
    rows: Lanes,
    centre: Vec<f64>,
    scale: Vec<f64>,
    /// Half of one over the squared bandwidth.
    gamma: f64,
    /// The negative logarithm of what every bell is divided by, and of the number of rows.
    offset: f64,
    /// How often each row counts; empty for once each.
    weights: Vec<f64>,
}

impl DensityModel {
    fn standard(&self, row: &[f64], to: &mut [f64]) {
        for (((to, value), centre), scale) in to.iter_mut().zip(row).zip(&self.centre).zip(&self.scale) {
            *to = (value - centre) * scale;
        }
    }
}

impl Scorer for DensityModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        let columns = self.centre.len();
        rows.score(context, |block, scores| {
            let (mut own, mut squares) = (vec![0.0; columns], Vec::new());
            for (row, score) in block.chunks_exact(columns).zip(scores) {
                context.check()?;
                self.standard(row, &mut own);
                self.rows.squares(&own, &mut squares);
                let count = self.rows.len();
                // Relative to the nearest, so that the largest term is 1.
                let least = squares[..count].iter().copied().fold(f64::INFINITY, f64::min);
                squares.iter_mut().for_each(|square| *square = (*square - least).max(0.0));
                exponentials(&mut squares, -self.gamma);
                squares.iter_mut().zip(&self.weights).for_each(|(bell, weight)| *bell *= weight);
                *score = self.offset + self.gamma * least - squares[..count].iter().sum::<f64>().ln();
            }
            Ok(())
        })
    }

    fn check(&self, columns: usize) -> Result<()> {
        ensure!(
            self.rows.columns() == columns
                && [self.centre.len(), self.scale.len()] == [columns; 2]
                && self
                    .centre
                    .iter()
                    .chain(&self.scale)
                    .chain([&self.gamma, &self.offset])
                    .all(|value| value.is_finite())
                && self.gamma > 0.0
                && (self.weights.is_empty() || self.weights.len() == self.rows.len())
                && self.weights.iter().all(|weight| *weight > 0.0 && weight.is_finite()),
            InvalidData,
            "the kept rows or their scale are broken"
        );
        Ok(())
    }
}

impl Detector for KernelDensity {
    const NAME: &'static str = "KernelDensity";

    fn fewest(&self) -> usize {
        2
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        let columns = rows.columns();
        let centre = means(rows, context)?;
        let deviations = covariance_diagonal(rows, &centre, context)?;
        let (mut scale, mut varying, mut logarithm) = (vec![0.0; columns], 0.0, 0.0);
        for column in 0..columns {
            let deviation = deviations[column].sqrt();
            ensure!(deviation.is_finite(), InvalidData, "column {column} varies too much; scale it");
            if deviation > 10.0 * f64::EPSILON * centre[column].abs() && 1.0 / deviation < f64::INFINITY {
                scale[column] = 1.0 / deviation;
                varying += 1.0;
                logarithm += deviation.ln();
            }
        }
        let count = rows.total();
        let bandwidth = self.bandwidth.unwrap_or_else(|| count.powf(-1.0 / (varying + 4.0)));
        let offset = logarithm + varying * (bandwidth.ln() + 0.5 * (2.0 * std::f64::consts::PI).ln()) + count.ln();
        let mut values = rows.all();
        for row in values.chunks_exact_mut(columns) {
            for ((value, centre), scale) in row.iter_mut().zip(&centre).zip(&scale) {
                *value = (*value - centre) * scale;
            }
        }
        let gamma = 0.5 / (bandwidth * bandwidth);
        let model = DensityModel {
            rows: Lanes::of(&values, columns),
            centre,
            scale,
            gamma,
            offset,
            weights: rows.weights().unwrap_or_default(),
        };
        let scores = model.score(rows, context)?;
        Ok((model.into(), scores))
    }
}
