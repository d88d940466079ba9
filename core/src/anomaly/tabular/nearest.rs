//! How far away the nearest neighbours are.
//!
//! The score is the distance to the `k`-th nearest fitted row (`largest`), or the mean or median of the `k` distances. Fitted
//! rows are scored without themselves. Neighbours are exact; see the cost of `neighbours`: O(rows log rows) for a few
//! columns, O(rows^2 columns) at worst. The model keeps the rows.
//! Sources: Ramaswamy, Rastogi, Shim (SIGMOD 2000); Angiulli, Pizzuti (PKDD 2002).
use serde::{Deserialize, Serialize};

use super::crowd;
use super::model::{Detector, Model, Scorer};
use super::neighbours::{Metric, NOBODY, Neighbours};
use super::options::{check_count, detector};
use super::rows::{Rows, median};
use crate::Context;
use crate::error::{Result, ensure};

/// The most neighbours: each search keeps them sorted.
pub(super) const MOST_NEIGHBOURS: usize = 4096;

/// How the distances of several neighbours become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NeighbourDistance {
    /// The distance of the furthest of them.
    #[default]
    Largest,
    /// Their mean.
    Mean,
    /// Their median.
    Median,
}

detector! {
    /// Distance to the nearest neighbours: rows that lie alone.
    NearestNeighbours {
        /// How many neighbours, 1 to 4,096 and fewer than the rows. Default 5.
        neighbours: usize = 5, /// Set how many neighbours.
        with_neighbours;
        /// How their distances become one. Default: the largest.
        distance: NeighbourDistance = NeighbourDistance::Largest, /// Set how the distances become one.
        with_distance;
        /// How distances are measured. Default: Euclidean.
        metric: Metric = Metric::Euclidean, /// Set how distances are measured.
        with_metric;
    }
}

impl NearestNeighbours {
    pub(super) fn validate(&self) -> Result<()> {
        check_count("neighbours", self.neighbours, 1, MOST_NEIGHBOURS)
    }
}

/// The rows and how many of them are asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct NearestModel {
    tree: Neighbours,
    neighbours: usize,
    distance: NeighbourDistance,
}

impl NearestModel {
    fn one(&self, distances: &mut [f64]) -> f64 {
        match self.distance {
            NeighbourDistance::Largest => distances.last().copied().unwrap_or(0.0),
            NeighbourDistance::Mean => distances.iter().sum::<f64>() / distances.len() as f64,
            NeighbourDistance::Median => median(distances),
        }
    }
}

impl Scorer for NearestModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        rows.score(context, |block, scores| {
            let (_, mut distances) = self.tree.ask(block, &vec![NOBODY; scores.len()], self.neighbours, context)?;
            for (score, distances) in scores.iter_mut().zip(distances.chunks_exact_mut(self.neighbours)) {
                *score = self.one(distances);
            }
            Ok(())
        })
    }

    fn check(&self, columns: usize) -> Result<()> {
        ensure!(
            self.tree.columns() == columns
                && (1..=MOST_NEIGHBOURS).contains(&self.neighbours)
                && self.neighbours <= self.tree.len(),
            InvalidData,
            "{} neighbours of {} kept rows with {} columns make no model",
            self.neighbours,
            self.tree.len(),
            self.tree.columns()
        );
        Ok(())
    }
}

impl Detector for NearestNeighbours {
    const NAME: &'static str = "NearestNeighbours";

    fn fewest(&self) -> usize {
        self.neighbours + 1
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        if let Some(weights) = rows.weights() {
            return crowd::distances(rows, weights, self.metric, self.neighbours, self.distance, context);
        }
        let tree = Neighbours::of(rows, self.metric, context)?;
        let model = NearestModel { tree, neighbours: self.neighbours, distance: self.distance };
        let (_, mut distances) = model.tree.of_all(self.neighbours, context)?;
        let scores = distances.chunks_exact_mut(self.neighbours).map(|distances| model.one(distances)).collect();
        Ok((model.into(), scores))
    }
}
