//! Isolation forests: how few random cuts leave a row alone.
//!
//! Each tree cuts `samples` rows, drawn without replacement, at a uniform value of a uniform feature among those that vary,
//! until a row is alone or the depth is `ceil(log2 samples)`; what remains of `m` rows counts for `c(m)` further cuts,
//! `c(m) = 2 (ln(m - 1) + 0.5772156649) - 2 (m - 1) / m`, `c(2) = 1`. The score is `2^(-mean depth / c(samples))`: near 1 for
//! rows that are isolated at once, 0.5 for typical ones. With `extension` e > 0 the cuts are random planes through e + 1
//! features, which leaves no axis-parallel shadows.
//! O(trees * samples log samples) to fit, O(rows * trees * log samples) to score, whatever the number of columns.
//! Sources: Liu, Ting, Zhou, *Isolation forest* (ICDM 2008); Hariri, Kind, Brunner, *Extended isolation forest* (TKDE 2021).
//!
//! ```
//! use inlaid::{Context, anomaly::IsolationForest};
//! let rows = ndarray::Array2::from_shape_fn((200, 2), |(row, column)| if row == 7 { 9.0 } else { ((row * (column + 3)) % 17) as f64 / 17.0 });
//! let fitted = IsolationForest::default().with_contamination(0.005).fit(rows.view(), &Context::new())?;
//! let anomalies: Vec<usize> = (0..200).filter(|row| fitted.labels()[*row] == 1).collect();
//! assert_eq!(anomalies, [7]);
//! # Ok::<(), inlaid::Error>(())
//! ```
mod blend;
mod grow;
mod ranks;
#[cfg(test)]
mod tests;
mod walk;

pub(super) use ranks::{Thresholds, find};
use serde::{Deserialize, Serialize};

use super::model::{Detector, Model, Scorer};
use super::options::{check_count, detector};
use super::rows::Rows;
use super::weights::Units;
use crate::Context;
use crate::error::{Result, ensure};
use blend::{Blend, DEEPEST, Room};
use grow::grow;

/// The most trees.
const MOST_TREES: usize = 10_000;
/// The most rows that a tree is grown from.
const MOST_SAMPLES: usize = 1 << 16;
/// So many rows are compared with all cuts.
const BLENDED: usize = 1024;
/// The most nodes of all trees together.
const MOST_NODES: usize = 1 << 24;

detector! {
    /// Isolation forest: the best general choice for large tables.
    IsolationForest {
        /// Trees, 1 to 10,000. Default 100.
        trees: usize = 100, /// Set the number of trees.
        with_trees;
        /// Rows that each tree is grown from, 2 to 65,536; all where there are fewer. Default 256.
        samples: usize = 256, /// Set how many rows each tree is grown from.
        with_samples;
        /// How many features a cut combines beyond the first; 0 is the classic forest, at most columns - 1. Default 0.
        extension: usize = 0, /// Set how many features a cut combines beyond the first.
        with_extension;
    }
}

impl IsolationForest {
    pub(super) fn validate(&self) -> Result<()> {
        check_count("trees", self.trees, 1, MOST_TREES)?;
        check_count("samples", self.samples, 2, MOST_SAMPLES)
    }
}

/// Trees in which every path has the same length: where a branch ends early, cuts that change nothing follow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ForestModel {
    columns: usize,
    depth: u32,
    /// Mean number of cuts that isolate one of as many rows as a tree was grown from.
    normal: f64,
    /// `2^depth` per tree, the children of cut `i` are `2 i` and `2 i + 1`; the first of each tree is not used.
    ///
    /// Rows whose value of the feature is at least as large go right.
    values: Vec<f64>,
    features: Vec<u32>,
    /// Mean number of cuts below each cut, counted from the root; of leaves, `2^depth` per tree, beside.
    expected: Vec<f64>,
    leaves: Vec<f64>,
    /// Features and weights of planes, `extension + 1` per cut; empty in a classic forest.
    planes: Vec<(u32, f64)>,
}

impl ForestModel {
    fn trees(&self) -> usize {
        self.leaves.len() >> self.depth
    }

    /// Whether so many rows are compared with all cuts instead of walking: trees must be shallow, their columns no more than
    /// what ranking them saves, and rows enough to pay for the turning of the trees.
    fn blends(&self, rows: usize) -> bool {
        self.planes.is_empty() && self.depth <= DEEPEST && self.columns <= 2 * self.trees() && rows >= BLENDED
    }

    /// The score of so many cuts, summed over the trees.
    #[inline(always)]
    fn finish(&self, sum: f64) -> f64 {
        (-sum / self.trees() as f64 / self.normal).exp2()
    }
}

impl Scorer for ForestModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        if self.blends(rows.len()) {
            let blend = Blend::of(self, context)?;
            return rows.score_by(Blend::rows(self.columns), context, |block, scores| {
                blend.cuts(block, scores, &mut Room::default());
                scores.iter_mut().for_each(|sum| *sum = self.finish(*sum));
                Ok(())
            });
        }
        rows.score(context, |block, scores| {
            let size = ((1 << 12) / self.columns).next_multiple_of(walk::ABREAST);
            let mut tile = Vec::new();
            for (block, scores) in block.chunks(size * self.columns).zip(scores.chunks_mut(size)) {
                context.check()?;
                if self.planes.is_empty() {
                    walk::cuts(self, block, scores, &mut tile);
                } else {
                    walk::planes(self, block, scores);
                }
                scores.iter_mut().for_each(|sum| *sum = self.finish(*sum));
            }
            Ok(())
        })
    }

    fn contributions(&self, row: &[f64], parts: &mut [f64]) -> bool {
        if !self.planes.is_empty() {
            return false;
        }
        parts.fill(0.0);
        let root: f64 = self.expected.chunks_exact(1 << self.depth).map(|tree| tree[1]).sum();
        let sum = root + walk::attribute(self, row, parts);
        // Cuts become score by the slope of the chord, so that the parts add up.
        let (start, end) = (self.finish(root), self.finish(sum));
        let slope = if (sum - root).abs() > 1e-9 * root {
            (end - start) / (sum - root)
        } else {
            -start * std::f64::consts::LN_2 / self.normal / self.trees() as f64
        };
        parts.iter_mut().for_each(|part| *part *= slope);
        true
    }

    fn anchor(&self) -> f64 {
        self.finish(self.expected.chunks_exact(1 << self.depth).map(|tree| tree[1]).sum())
    }

    fn check(&self, columns: usize) -> Result<()> {
        let nodes = self.values.len();
        let extension = self.planes.len() / nodes.max(1);
        let sound = self.columns == columns
            && self.depth <= 16
            && nodes > 0
            && nodes.is_multiple_of(1 << self.depth)
            && self.features.len() == nodes
            && self.leaves.len() == nodes
            && self.expected.len() == nodes
            && self.planes.len() == nodes.saturating_mul(extension)
            && extension <= columns
            && self.normal > 0.0
            && self.normal.is_finite()
            && self.features.iter().all(|feature| (*feature as usize) < columns)
            && self.values.iter().all(|value| !value.is_nan())
            && self.planes.iter().all(|(feature, weight)| (*feature as usize) < columns && weight.is_finite())
            && self.expected.iter().chain(&self.leaves).all(|depth| *depth >= 0.0 && depth.is_finite());
        ensure!(sound, InvalidData, "the trees are broken");
        Ok(())
    }
}

/// How many cuts isolate one of `count` rows on average.
pub(super) fn mean_cuts(count: usize) -> f64 {
    match count {
        0 | 1 => 0.0,
        2 => 1.0,
        _ => {
            let below = (count - 1) as f64;
            2.0 * (below.ln() + 0.577_215_664_901_532_9) - 2.0 * below / count as f64
        }
    }
}

impl Detector for IsolationForest {
    const NAME: &'static str = "IsolationForest";

    fn fewest(&self) -> usize {
        2
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        let model = self.forest(rows, context)?;
        let scores = model.score(rows, context)?;
        Ok((model.into(), scores))
    }
}

impl IsolationForest {
    pub(super) fn forest(&self, rows: &Rows<'_>, context: &Context) -> Result<ForestModel> {
        let columns = rows.columns();
        ensure!(
            self.extension < columns,
            InvalidConfig,
            "extension must be 0 to {}, one less than the columns; got {}",
            columns - 1,
            self.extension
        );
        let units = Units::of(rows);
        let samples = self.samples.min(units.len());
        let depth = samples.next_power_of_two().trailing_zeros();
        let nodes = self.trees << depth;
        ensure!(
            nodes.saturating_mul(1 + self.extension) <= MOST_NODES,
            TooLarge,
            "{} trees of {samples} rows with extension {} have more than {MOST_NODES} cuts",
            self.trees,
            self.extension
        );
        let grown = context.map(self.trees, |tree| grow(self, rows, &units, samples, depth, tree as u64, context))?;
        let mut model = ForestModel {
            columns,
            depth,
            normal: mean_cuts(samples),
            values: Vec::with_capacity(nodes),
            features: Vec::with_capacity(nodes),
            expected: Vec::with_capacity(nodes),
            leaves: Vec::with_capacity(nodes),
            planes: Vec::new(),
        };
        for tree in grown {
            model.values.extend(tree.values);
            model.features.extend(tree.features);
            model.expected.extend(tree.expected);
            model.leaves.extend(tree.leaves);
            model.planes.extend(tree.planes);
        }
        Ok(model)
    }
}
