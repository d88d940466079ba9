//! The default detector: rare single values and lonely places, in equal parts.
//!
//! Columns are scaled to their range. One member asks how rare each value is in its own column: averaged shifted histograms of
//! 10, 20 and 40 bins at 4 offsets each, `-log2(density + 0.1)` added up over columns and averaged over the histograms, which
//! takes the accident of bin borders out of [`Hbos`](super::Hbos). The other asks how far the 20th neighbour is, by Manhattan
//! distance, which one strange column does not drown. Each is centred at its median and divided by the distance to its 90 %
//! quantile; beyond 8 it grows by its logarithm only, so that neither silences the other; the score is the mean of both.
//! Above 20,000 rows the neighbours are those of 20,000 drawn ones (Sugiyama, Borgwardt 2013).
//! O(rows * (columns + neighbours)); the model keeps at most 20,000 rows.
//! Sources: Scott, *Averaged shifted histograms* (1985); Goldstein, Dengel (2012); Ramaswamy, Rastogi, Shim (2000).
//!
//! ```
//! use inlaid::{Context, anomaly::AutoDetector};
//! let rows = ndarray::Array2::from_shape_fn((100, 2), |(row, column)| if row == 42 { 3.0 } else { ((row * (column + 7)) % 13) as f64 / 13.0 });
//! let fitted = AutoDetector::default().with_contamination(0.01).fit(rows.view(), &Context::new())?;
//! assert_eq!(fitted.labels()[42], 1);
//! assert!(fitted.probabilities()[42] > fitted.probabilities()[0]);
//! # Ok::<(), inlaid::Error>(())
//! ```
use serde::{Deserialize, Serialize};

use super::model::{Detector, Model, Scorer};
use super::neighbours::{Metric, NOBODY, Neighbours};
use super::options::detector;
use super::rows::{Rows, median};
use super::threshold::quantile;
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::random::Random;

/// Bins of the histograms, and how many offsets each has.
const BINS: [usize; 3] = [10, 20, 40];
const OFFSETS: usize = 4;
/// Between two neighbouring borders of any histogram; all borders are borders of cells.
const CELLS: usize = 160;
/// What is added to densities.
const ALPHA: f64 = 0.1;
/// How far beyond the range, as a share of it, a value still counts as at its end.
const BEYOND: f64 = 0.05;
/// Which neighbour is asked for.
const NEIGHBOUR: usize = 20;
/// The most rows whose neighbourhood is kept.
const MOST_KEPT: usize = 20_000;
/// Where a member's part stops to grow linearly.
const LOUD: f64 = 8.0;

detector! {
    /// The default detector, without anything to choose: histograms and neighbours together.
    AutoDetector {}
}

impl AutoDetector {
    #[allow(clippy::unused_self)]
    pub(super) fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// How a member's scores become comparable.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Scale {
    middle: f64,
    /// One over the distance from the middle to the 90 % quantile.
    unit: f64,
}

impl Scale {
    fn of(scores: &[f64]) -> Self {
        let mut values = scores.to_vec();
        let middle = median(&mut values);
        let widths = [quantile(&mut values, 0.9), values.iter().copied().fold(middle, f64::max)];
        let width =
            widths.into_iter().map(|end| end - middle).find(|width| 1.0 / width < f64::INFINITY && *width > 0.0);
        Self { middle, unit: 1.0 / width.unwrap_or(1.0) }
    }

    fn part(&self, score: f64) -> f64 {
        let z = (score - self.middle) * self.unit;
        if z > LOUD { LOUD + (z - LOUD).ln_1p() } else { z.max(-LOUD) }
    }
}

/// Both members.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct AutoModel {
    low: Vec<f64>,
    /// One over the range of each column; 0 where it is constant.
    scale: Vec<f64>,
    /// `CELLS + 1` numbers per column: how rare a value in each cell is, and one beyond.
    rarity: Vec<f64>,
    kept: Neighbours,
    neighbour: usize,
    rare: Scale,
    lonely: Scale,
}

/// The cell of a value, [`CELLS`] where it is beyond.
#[inline(always)]
fn cell(value: f64, low: f64, scale: f64) -> usize {
    if scale == 0.0 {
        return if value == low { 0 } else { CELLS };
    }
    let place = (value - low) * scale;
    if (-BEYOND..=1.0 + BEYOND).contains(&place) { ((place * CELLS as f64) as usize).min(CELLS - 1) } else { CELLS }
}

/// How rare a value in each cell is, given how many are in each.
fn rarities(counts: &[u32], total: f64, to: &mut [f64]) {
    to.fill(0.0);
    for bins in BINS {
        let width = CELLS / bins;
        for offset in 0..OFFSETS {
            let shift = offset * width / OFFSETS;
            let mut sums = vec![0_u32; bins + 1];
            counts.iter().enumerate().for_each(|(cell, count)| sums[(cell + shift) / width] += count);
            for (cell, rarity) in to[..CELLS].iter_mut().enumerate() {
                let density = f64::from(sums[(cell + shift) / width]) / total * bins as f64;
                *rarity -= (density + ALPHA).log2();
            }
        }
    }
    to.iter_mut().for_each(|rarity| *rarity /= (BINS.len() * OFFSETS) as f64);
    to[CELLS] = -ALPHA.log2();
}

impl AutoModel {
    fn rarity(&self, row: &[f64]) -> f64 {
        let cells = row.iter().zip(&self.low).zip(&self.scale).map(|((value, low), scale)| cell(*value, *low, *scale));
        cells.zip(self.rarity.chunks_exact(CELLS + 1)).map(|(cell, rarity)| rarity[cell]).sum()
    }

    fn scaled(&self, rows: &[f64]) -> Vec<f64> {
        let columns = self.low.len();
        rows.iter().enumerate().map(|(at, value)| (value - self.low[at % columns]) * self.scale[at % columns]).collect()
    }

    /// The distance to the neighbour of every row of a block.
    fn loneliness(&self, block: &[f64], without: &[u32], context: &Context) -> Result<Vec<f64>> {
        let (_, distances) = self.kept.ask(&self.scaled(block), without, self.neighbour, context)?;
        Ok(distances.chunks_exact(self.neighbour).map(|some| some[self.neighbour - 1]).collect())
    }

    fn together(&self, rare: f64, lonely: f64) -> f64 {
        0.5 * (self.rare.part(rare) + self.lonely.part(lonely))
    }
}

impl Scorer for AutoModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        rows.score(context, |block, scores| {
            let lonely = self.loneliness(block, &vec![NOBODY; scores.len()], context)?;
            for ((row, score), lonely) in block.chunks_exact(self.low.len()).zip(scores).zip(lonely) {
                *score = self.together(self.rarity(row), lonely);
            }
            Ok(())
        })
    }

    fn check(&self, columns: usize) -> Result<()> {
        let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        ensure!(
            [self.low.len(), self.scale.len(), self.kept.columns()] == [columns; 3]
                && self.rarity.len() == columns.saturating_mul(CELLS + 1)
                && (1..=NEIGHBOUR).contains(&self.neighbour)
                && self.neighbour < self.kept.len()
                && finite(&self.low)
                && finite(&self.scale)
                && finite(&self.rarity)
                && [self.rare, self.lonely].iter().all(|scale| finite(&[scale.middle, scale.unit])),
            InvalidData,
            "the histograms or the neighbours are broken"
        );
        Ok(())
    }
}

impl Detector for AutoDetector {
    const NAME: &'static str = "AutoDetector";

    fn fewest(&self) -> usize {
        2
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        let (count, columns) = (rows.len(), rows.columns());
        let (low, scale) = ranges(rows, context)?;
        let mut counts = vec![0_u32; columns * (CELLS + 1)];
        rows.each_block(context, |block| {
            for row in block.chunks_exact(columns) {
                for (column, value) in row.iter().enumerate() {
                    counts[column * (CELLS + 1) + cell(*value, low[column], scale[column])] += 1;
                }
            }
        })?;
        let mut rarity = vec![0.0; counts.len()];
        for (counts, rarity) in counts.chunks_exact(CELLS + 1).zip(rarity.chunks_exact_mut(CELLS + 1)) {
            rarities(&counts[..CELLS], count as f64, rarity);
        }
        let chosen = choose(count, context.seed());
        let mut values = Vec::with_capacity(chosen.len() * columns);
        chosen.iter().for_each(|row| rows.push(*row as usize, &mut values));
        for row in values.chunks_exact_mut(columns) {
            row.iter_mut().zip(&low).zip(&scale).for_each(|((value, low), scale)| *value = (*value - low) * scale);
        }
        let kept = Neighbours::grow(&values, columns, Metric::Manhattan, context)?;
        drop(values);
        let neighbour = NEIGHBOUR.min(chosen.len() - 1);
        let neutral = Scale { middle: 0.0, unit: 1.0 };
        let mut model = AutoModel { low, scale, rarity, kept, neighbour, rare: neutral, lonely: neutral };
        let rare = rows.score(context, |block, scores| {
            block.chunks_exact(columns).zip(scores).for_each(|(row, score)| *score = model.rarity(row));
            Ok(())
        })?;
        let lonely = if chosen.len() == count {
            let (_, distances) = model.kept.of_all(neighbour, context)?;
            distances.chunks_exact(neighbour).map(|some| some[neighbour - 1]).collect()
        } else {
            beside_sample(&model, rows, &chosen, context)?
        };
        (model.rare, model.lonely) = (Scale::of(&rare), Scale::of(&lonely));
        let scores = rare.iter().zip(&lonely).map(|(rare, lonely)| model.together(*rare, *lonely)).collect();
        Ok((Model::Auto(model), scores))
    }
}

/// The least value of every column and one over its range.
fn ranges(rows: &Rows<'_>, context: &Context) -> Result<(Vec<f64>, Vec<f64>)> {
    let columns = rows.columns();
    let (mut low, mut high) = (vec![f64::INFINITY; columns], vec![f64::NEG_INFINITY; columns]);
    rows.each_block(context, |block| {
        for row in block.chunks_exact(columns) {
            for ((value, low), high) in row.iter().zip(&mut low).zip(&mut high) {
                *low = if *value < *low { *value } else { *low };
                *high = if *value > *high { *value } else { *high };
            }
        }
    })?;
    let mut scale = Vec::with_capacity(columns);
    for (column, (low, high)) in low.iter().zip(&high).enumerate() {
        ensure!((high - low).is_finite(), InvalidData, "column {column} goes from {low} to {high}; scale it");
        let unit = 1.0 / (high - low);
        scale.push(if unit.is_finite() { unit } else { 0.0 });
    }
    Ok((low, scale))
}

/// The rows whose neighbourhood is kept, ascending.
fn choose(count: usize, seed: u64) -> Vec<u32> {
    if count <= MOST_KEPT {
        return (0..count as u32).collect();
    }
    let mut random = Random::new(seed ^ 0xa11_d0e5);
    let mut chosen = std::collections::BTreeSet::new();
    while chosen.len() < MOST_KEPT {
        chosen.insert((random.bits() % count as u64) as u32);
    }
    chosen.into_iter().collect()
}

/// The loneliness of every row among the chosen ones, itself left out.
fn beside_sample(model: &AutoModel, rows: &Rows<'_>, chosen: &[u32], context: &Context) -> Result<Vec<f64>> {
    let size = rows.block_rows();
    let parts = context.map(rows.len().div_ceil(size), |part| {
        let range = part * size..rows.len().min((part + 1) * size);
        let without: Vec<u32> =
            range.clone().map(|row| chosen.binary_search(&(row as u32)).map_or(NOBODY, |at| at as u32)).collect();
        model.loneliness(rows.block(range, &mut Vec::new()), &without, context)
    })?;
    Ok(parts.concat())
}
