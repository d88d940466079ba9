//! Local outlier factor: how much emptier it is around a row than around its neighbours.
//!
//! With `d_k(o)` the distance of row `o` to its `k`-th neighbour, the reachability of `p` from `o` is `max(d_k(o), d(p, o))`,
//! the density of `p` one over its mean over the `k` neighbours (plus 1e-10, for duplicates), and the score the mean density of
//! the neighbours over the row's own: about 1 inside a cluster of any density, more outside. New rows are scored against the
//! fitted ones (novelty). O(rows log rows) for a few columns, O(rows^2 columns) at worst.
//!
//! Ties: a row has exactly `k` neighbours; of rows at the same distance (to the last bit) those with the lower numbers are taken.
//! The paper takes all that are as far as the `k`-th, but which are equally far then depends on rounding, and factors differ more
//! from those of scikit-learn, which also cuts at `k`, where its search happens to end: on tables with ties its own factors
//! change by 1 to 16 per cent with the order of rows or the kind of search, as ours do against them. Where no tie
//! reaches a row's neighbours, factors agree to 1e-13.
//! Source: Breunig, Kriegel, Ng, Sander, *LOF: identifying density-based local outliers* (SIGMOD 2000).
use serde::{Deserialize, Serialize};

use super::crowd;
use super::model::{Detector, Model, Scorer};
use super::nearest::MOST_NEIGHBOURS;
use super::neighbours::{Metric, NOBODY, Neighbours};
use super::options::{check_count, detector};
use super::rows::Rows;
use crate::Context;
use crate::error::{Result, ensure};

/// What keeps the density of duplicates finite.
pub(super) const LEAST: f64 = 1e-10;

detector! {
    /// Local outlier factor: rows in emptier surroundings than their neighbours have.
    ///
    /// Every row has exactly `neighbours` neighbours: of rows at the same distance those with the lower numbers are taken, so that
    /// factors on tables with many equal distances depend on the order of rows, as those of other tools do.
    LocalOutlierFactor {
        /// How many neighbours make the surroundings, 1 to 4,096 and fewer than the rows. Default 20.
        neighbours: usize = 20, /// Set how many neighbours make the surroundings.
        with_neighbours;
        /// How distances are measured. Default: Euclidean.
        metric: Metric = Metric::Euclidean, /// Set how distances are measured.
        with_metric;
    }
}

impl LocalOutlierFactor {
    pub(super) fn validate(&self) -> Result<()> {
        check_count("neighbours", self.neighbours, 1, MOST_NEIGHBOURS)
    }
}

/// The rows, how far their neighbourhoods reach and how dense they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct LofModel {
    tree: Neighbours,
    neighbours: usize,
    reach: Vec<f64>,
    density: Vec<f64>,
}

impl LofModel {
    fn density(&self, rows: &[u32], distances: &[f64]) -> f64 {
        let sum: f64 = rows.iter().zip(distances).map(|(row, distance)| distance.max(self.reach[*row as usize])).sum();
        1.0 / (sum / rows.len() as f64 + LEAST)
    }

    fn factor(&self, rows: &[u32], own: f64) -> f64 {
        rows.iter().map(|row| self.density[*row as usize] / own).sum::<f64>() / rows.len() as f64
    }
}

impl Scorer for LofModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        rows.score(context, |block, scores| {
            let (found, distances) = self.tree.ask(block, &vec![NOBODY; scores.len()], self.neighbours, context)?;
            let each = found.chunks_exact(self.neighbours).zip(distances.chunks_exact(self.neighbours));
            for (score, (found, distances)) in scores.iter_mut().zip(each) {
                *score = self.factor(found, self.density(found, distances));
            }
            Ok(())
        })
    }

    fn check(&self, columns: usize) -> Result<()> {
        let positive = |values: &[f64]| values.iter().all(|value| *value >= 0.0 && value.is_finite());
        ensure!(
            self.tree.columns() == columns
                && (1..=MOST_NEIGHBOURS).contains(&self.neighbours)
                && self.neighbours < self.tree.len()
                && self.reach.len() == self.tree.len()
                && self.density.len() == self.tree.len()
                && positive(&self.reach)
                && positive(&self.density),
            InvalidData,
            "the densities of the kept rows are broken"
        );
        Ok(())
    }
}

impl Detector for LocalOutlierFactor {
    const NAME: &'static str = "LocalOutlierFactor";

    fn fewest(&self) -> usize {
        self.neighbours + 1
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        if let Some(weights) = rows.weights() {
            return crowd::factors(rows, weights, self.metric, self.neighbours, context);
        }
        let tree = Neighbours::of(rows, self.metric, context)?;
        let wanted = self.neighbours;
        let (found, distances) = tree.of_all(wanted, context)?;
        let reach = distances.chunks_exact(wanted).map(|distances| distances[wanted - 1]).collect();
        let mut model = LofModel { tree, neighbours: wanted, reach, density: Vec::new() };
        // Some thousand rows between two looks at the context.
        let size = (1 << 16) / wanted;
        let mut density = Vec::with_capacity(rows.len());
        for (found, distances) in found.chunks(size * wanted).zip(distances.chunks(size * wanted)) {
            context.check()?;
            let each = found.chunks_exact(wanted).zip(distances.chunks_exact(wanted));
            density.extend(each.map(|(rows, distances)| model.density(rows, distances)));
        }
        model.density = density;
        let mut scores = Vec::with_capacity(rows.len());
        for (found, own) in found.chunks(size * wanted).zip(model.density.chunks(size)) {
            context.check()?;
            scores.extend(found.chunks_exact(wanted).zip(own).map(|(rows, own)| model.factor(rows, *own)));
        }
        Ok((model.into(), scores))
    }
}
