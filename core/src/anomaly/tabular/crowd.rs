//! Nearest neighbours among rows that stand for several.
//!
//! The `k` nearest are counted by weight: the rows from the nearest on until their weights add up to `k`, of the last only what
//! is still wanted. A fitted row counts itself, at no distance, with its weight less one, as its copies would. With whole
//! weights these are the neighbours among rows repeated so many times; between whole numbers the rule is the same.
use serde::{Deserialize, Serialize};

use super::lof;
use super::model::{Model, Scorer};
use super::nearest::{MOST_NEIGHBOURS, NeighbourDistance};
use super::neighbours::{Metric, NOBODY, Neighbours};
use super::rows::Rows;
use super::weights::sorted_quantile;
use crate::Context;
use crate::error::{Result, ensure};

/// Queries that are asked together.
const TOGETHER: usize = 128;

/// Rows, and how many each stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Crowd {
    tree: Neighbours,
    weights: Vec<f64>,
}

/// Rows from the nearest on, their distances, and how many of each count; those add up to the number wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Near {
    pub(super) rows: Vec<u32>,
    pub(super) distances: Vec<f64>,
    pub(super) counts: Vec<f64>,
}

impl Near {
    /// The distance of the furthest that counts.
    pub(super) fn reach(&self) -> f64 {
        self.distances.last().copied().unwrap_or(0.0)
    }
}

impl Crowd {
    pub(super) fn grow(
        values: &[f64],
        columns: usize,
        weights: Vec<f64>,
        metric: Metric,
        context: &Context,
    ) -> Result<Self> {
        Ok(Self { tree: Neighbours::grow(values, columns, metric, context)?, weights })
    }

    pub(super) fn of(rows: &Rows<'_>, weights: Vec<f64>, metric: Metric, context: &Context) -> Result<Self> {
        Self::grow(&rows.all(), rows.columns(), weights, metric, context)
    }

    /// The weights together.
    pub(super) fn total(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// The nearest to every query by weight, fewer where all together weigh less. `own` names the kept row that a query is,
    /// or nobody: one of its weight is left out.
    pub(super) fn ask(&self, queries: &[f64], own: &[u32], wanted: usize, context: &Context) -> Result<Vec<Near>> {
        let columns = self.tree.columns();
        let mut near: Vec<Near> = vec![Near::default(); own.len()];
        let mut open: Vec<usize> = (0..own.len()).collect();
        let mean = self.total() / self.weights.len() as f64;
        let mut size = if mean < 1.0 { (wanted as f64 / mean).ceil() as usize } else { wanted };
        while !open.is_empty() {
            let mut left = Vec::new();
            for some in open.chunks(TOGETHER) {
                context.check()?;
                // One row is left out where a query is itself kept; all of a block ask for as many.
                let most = self.tree.len() - usize::from(some.iter().any(|at| own[*at] != NOBODY));
                let asked = size.min(most);
                let (mut found, mut distances) = (Vec::new(), Vec::new());
                if asked > 0 {
                    let block: Vec<f64> =
                        some.iter().flat_map(|at| &queries[at * columns..(at + 1) * columns]).copied().collect();
                    let without: Vec<u32> = some.iter().map(|at| own[*at]).collect();
                    (found, distances) = self.tree.ask(&block, &without, asked, context)?;
                }
                for (place, at) in some.iter().enumerate() {
                    let range = place * asked..(place + 1) * asked;
                    let (one, ended) = self.count(own[*at], &found[range.clone()], &distances[range], wanted as f64);
                    if ended || asked == most {
                        near[*at] = one;
                    } else {
                        left.push(*at);
                    }
                }
            }
            open = left;
            size = size.saturating_mul(2);
        }
        Ok(near)
    }

    /// Count rows until they weigh enough; whether they do.
    fn count(&self, own: u32, found: &[u32], distances: &[f64], wanted: f64) -> (Near, bool) {
        let mut near = Near::default();
        let mut left = wanted;
        let copies = if own == NOBODY { 0.0 } else { self.weights[own as usize] - 1.0 };
        let itself = (copies > 0.0).then_some((own, 0.0, copies));
        let others = found.iter().zip(distances).map(|(row, far)| (*row, *far, self.weights[*row as usize]));
        for (row, distance, weight) in itself.into_iter().chain(others) {
            near.rows.push(row);
            near.distances.push(distance);
            near.counts.push(weight.min(left));
            left -= weight;
            // What rounding leaves of whole and decimal weights is no neighbour.
            if left <= 1e-9 * wanted {
                return (near, true);
            }
        }
        (near, false)
    }

    /// The nearest of every kept row, one of itself left out; `values` are the rows.
    pub(super) fn of_all(&self, values: &[f64], wanted: usize, context: &Context) -> Result<Vec<Near>> {
        let (columns, count) = (self.tree.columns(), self.tree.len());
        let parts = context.map(count.div_ceil(TOGETHER), |part| {
            let rows = part * TOGETHER..count.min((part + 1) * TOGETHER);
            let own: Vec<u32> = rows.clone().map(|row| row as u32).collect();
            self.ask(&values[rows.start * columns..rows.end * columns], &own, wanted, context)
        })?;
        Ok(parts.into_iter().flatten().collect())
    }

    pub(super) fn check(&self, columns: usize, neighbours: usize) -> Result<()> {
        ensure!(
            self.tree.columns() == columns
                && (1..=MOST_NEIGHBOURS).contains(&neighbours)
                && self.weights.len() == self.tree.len()
                && self.weights.iter().all(|weight| *weight > 0.0 && weight.is_finite())
                && self.total() >= neighbours as f64,
            InvalidData,
            "{neighbours} neighbours of {} kept rows with weights and {} columns make no model",
            self.tree.len(),
            self.tree.columns()
        );
        Ok(())
    }
}

/// What is asked of the neighbours.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Question {
    Distance(NeighbourDistance),
    /// How far the neighbourhood of every row reaches, and how dense it is.
    Factor {
        reach: Vec<f64>,
        density: Vec<f64>,
    },
}

/// Weighted rows, how many neighbours count, and what is asked of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CrowdModel {
    crowd: Crowd,
    neighbours: usize,
    question: Question,
}

/// One distance of several, each as often as it counts.
fn one(near: &Near, distance: NeighbourDistance) -> f64 {
    match distance {
        NeighbourDistance::Largest => near.reach(),
        NeighbourDistance::Mean => {
            let sum: f64 = near.distances.iter().zip(&near.counts).map(|(far, count)| far * count).sum();
            sum / near.counts.iter().sum::<f64>()
        }
        NeighbourDistance::Median => {
            let pairs: Vec<(f64, f64)> = near.distances.iter().copied().zip(near.counts.iter().copied()).collect();
            sorted_quantile(&pairs, 0.5)
        }
    }
}

fn density(near: &Near, reach: &[f64]) -> f64 {
    let each = near.rows.iter().zip(&near.distances).zip(&near.counts);
    let sum: f64 = each.map(|((row, far), count)| far.max(reach[*row as usize]) * count).sum();
    1.0 / (sum / near.counts.iter().sum::<f64>() + lof::LEAST)
}

fn factor(near: &Near, densities: &[f64], own: f64) -> f64 {
    let sum: f64 = near.rows.iter().zip(&near.counts).map(|(row, count)| densities[*row as usize] / own * count).sum();
    sum / near.counts.iter().sum::<f64>()
}

/// The distances of weighted rows to their neighbours.
pub(super) fn distances(
    rows: &Rows<'_>,
    weights: Vec<f64>,
    metric: Metric,
    neighbours: usize,
    distance: NeighbourDistance,
    context: &Context,
) -> Result<(Model, Vec<f64>)> {
    let crowd = Crowd::of(rows, weights, metric, context)?;
    let near = crowd.of_all(&rows.all(), neighbours, context)?;
    let scores = near.iter().map(|near| one(near, distance)).collect();
    Ok((CrowdModel { crowd, neighbours, question: Question::Distance(distance) }.into(), scores))
}

/// The local outlier factors of weighted rows.
pub(super) fn factors(
    rows: &Rows<'_>,
    weights: Vec<f64>,
    metric: Metric,
    neighbours: usize,
    context: &Context,
) -> Result<(Model, Vec<f64>)> {
    let crowd = Crowd::of(rows, weights, metric, context)?;
    let near = crowd.of_all(&rows.all(), neighbours, context)?;
    let reach: Vec<f64> = near.iter().map(Near::reach).collect();
    let densities: Vec<f64> = near.iter().map(|near| density(near, &reach)).collect();
    let scores = near.iter().zip(&densities).map(|(near, own)| factor(near, &densities, *own)).collect();
    Ok((CrowdModel { crowd, neighbours, question: Question::Factor { reach, density: densities } }.into(), scores))
}

impl Scorer for CrowdModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        rows.score(context, |block, scores| {
            let near = self.crowd.ask(block, &vec![NOBODY; scores.len()], self.neighbours, context)?;
            for (score, near) in scores.iter_mut().zip(near) {
                *score = match &self.question {
                    Question::Distance(distance) => one(&near, *distance),
                    Question::Factor { reach, density: densities } => factor(&near, densities, density(&near, reach)),
                };
            }
            Ok(())
        })
    }

    fn check(&self, columns: usize) -> Result<()> {
        self.crowd.check(columns, self.neighbours)?;
        let positive = |values: &[f64]| {
            values.len() == self.crowd.weights.len() && values.iter().all(|value| *value >= 0.0 && value.is_finite())
        };
        let sound = match &self.question {
            Question::Distance(_) => true,
            Question::Factor { reach, density } => positive(reach) && positive(density),
        };
        ensure!(sound, InvalidData, "the densities of the kept rows are broken");
        Ok(())
    }
}
