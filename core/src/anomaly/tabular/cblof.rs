//! Cluster-based local outlier factor: how far a row is from the nearest large cluster.
//!
//! Rows are clustered by k-means; the clusters, largest first, are large up to the first place where they hold at least the
//! share `alpha` of rows and the next is `beta` times smaller; without such a place, up to the first that satisfies the share,
//! else the jump; else all are. A row of a large cluster scores its distance from the cluster's centre, any other its distance
//! from the nearest centre of a large one; `weighted`, times the size of its own cluster. O(rows clusters columns) a round.
//! Source: He, Xu, Deng, *Discovering cluster-based local outliers* (2003); rules as in PyOD.
use serde::{Deserialize, Serialize};

use super::clusters::{cluster, nearest};
use super::lanes::Lanes;
use super::model::{Detector, Model, Scorer};
use super::options::{check_count, detector};
use super::rows::Rows;
use crate::Context;
use crate::error::{Result, ensure};

/// The most clusters.
const MOST_CLUSTERS: usize = 4096;

detector! {
    /// Cluster-based local outlier factor: rows far from every large cluster.
    Cblof {
        /// Clusters, 1 to 4,096 and at most the rows. Default 8.
        clusters: usize = 8, /// Set the number of clusters.
        with_clusters;
        /// The share of rows that large clusters hold at least, in (0.5, 1). Default 0.9.
        alpha: f64 = 0.9, /// Set the share of rows that large clusters hold.
        with_alpha;
        /// How many times larger the least large cluster is than the next, above 1. Default 5.
        beta: f64 = 5.0, /// Set how many times larger the least large cluster is than the next.
        with_beta;
        /// Whether scores are multiplied with the size of the row's cluster, as in the paper; it makes rows of small clusters
        /// less strange. Default false.
        weighted: bool = false, /// Set whether scores are multiplied with the size of the row's cluster.
        with_weighted;
    }
}

impl Cblof {
    pub(super) fn validate(&self) -> Result<()> {
        check_count("clusters", self.clusters, 1, MOST_CLUSTERS)?;
        ensure!(self.alpha > 0.5 && self.alpha < 1.0, InvalidConfig, "alpha must lie in (0.5, 1), got {}", self.alpha);
        ensure!(
            self.beta > 1.0 && self.beta.is_finite(),
            InvalidConfig,
            "beta must be above 1 and finite, got {}",
            self.beta
        );
        Ok(())
    }
}

/// Clusters, largest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ClusterModel {
    centres: Lanes,
    /// What the distances of each cluster's rows are multiplied with.
    weights: Vec<f64>,
    /// So many are large.
    large: usize,
}

impl Scorer for ClusterModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        rows.score(context, |block, scores| {
            let mut squares = Vec::new();
            for (row, score) in block.chunks_exact(self.centres.columns()).zip(scores) {
                context.check()?;
                self.centres.squares(row, &mut squares);
                let (own, _) = nearest(&squares[..self.centres.len()]);
                let (_, square) = nearest(&squares[..self.large]);
                *score = square.sqrt() * self.weights[own];
            }
            Ok(())
        })
    }

    fn check(&self, columns: usize) -> Result<()> {
        ensure!(
            self.centres.columns() == columns
                && self.weights.len() == self.centres.len()
                && (1..=self.centres.len()).contains(&self.large)
                && self.weights.iter().all(|weight| *weight >= 0.0 && weight.is_finite()),
            InvalidData,
            "the clusters are broken"
        );
        Ok(())
    }
}

/// How many of the clusters, largest first, are large.
fn large(sizes: &[f64], alpha: f64, beta: f64) -> usize {
    let total: f64 = sizes.iter().sum();
    let mut held = 0.0;
    let (mut share, mut jump) = (None, None);
    for (at, pair) in sizes.windows(2).enumerate() {
        held += pair[0];
        let enough = held >= alpha * total;
        let falls = pair[0] >= beta * pair[1];
        if enough && falls {
            return at + 1;
        }
        share = share.or(enough.then_some(at + 1));
        jump = jump.or(falls.then_some(at + 1));
    }
    share.or(jump).unwrap_or(sizes.len())
}

impl Detector for Cblof {
    const NAME: &'static str = "Cblof";

    fn fewest(&self) -> usize {
        self.clusters.max(2)
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        let columns = rows.columns();
        let found = cluster(rows, self.clusters, context)?;
        let sizes = &found.sizes;
        let mut order: Vec<usize> = (0..sizes.len()).filter(|at| sizes[*at] > 0.0).collect();
        order.sort_by(|left, right| sizes[*right].total_cmp(&sizes[*left]).then(left.cmp(right)));
        let centres: Vec<f64> =
            order.iter().flat_map(|at| &found.centres[at * columns..(at + 1) * columns]).copied().collect();
        let sizes: Vec<f64> = order.iter().map(|at| sizes[*at]).collect();
        let model = ClusterModel {
            centres: Lanes::of(&centres, columns),
            weights: sizes.iter().map(|size| if self.weighted { *size } else { 1.0 }).collect(),
            large: large(&sizes, self.alpha, self.beta),
        };
        let scores = model.score(rows, context)?;
        Ok((model.into(), scores))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, after the rules of PyOD: both conditions, the share alone, the jump alone, neither.
    #[test]
    fn clusters_are_large_up_to_the_share_and_the_jump() {
        assert_eq!(large(&[500.0, 450.0, 30.0, 20.0], 0.9, 5.0), 2);
        assert_eq!(large(&[500.0, 300.0, 150.0, 50.0], 0.9, 5.0), 3);
        assert_eq!(large(&[960.0, 20.0, 20.0], 0.9, 100.0), 1);
        assert_eq!(large(&[50.0, 10.0, 10.0, 10.0, 10.0, 10.0], 0.95, 5.0), 1);
        assert_eq!(large(&[10.0, 10.0], 0.9, 5.0), 2);
        assert_eq!(large(&[10.0], 0.9, 5.0), 1);
    }
}
