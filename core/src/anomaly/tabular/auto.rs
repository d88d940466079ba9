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

use super::crowd::{Crowd, Near};
use super::model::{Detector, Model, Scorer};
use super::neighbours::{Metric, NOBODY, Neighbours};
use super::options::detector;
use super::rows::{Role, Rows, median};
use super::threshold::quantile;
use super::weights::{Units, ascending, sorted_quantile};
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
    fn of(scores: &[f64], weights: Option<&[f64]>, context: &Context) -> Result<Self> {
        let mut values = scores.to_vec();
        let (middle, high) = match weights {
            None => (median(&mut values), quantile(&mut values, 0.9)),
            Some(weights) => {
                let pairs = ascending(scores, weights, context)?;
                (sorted_quantile(&pairs, 0.5), sorted_quantile(&pairs, 0.9))
            }
        };
        let widths = [high, values.iter().copied().fold(middle, f64::max)];
        let width =
            widths.into_iter().map(|end| end - middle).find(|width| 1.0 / width < f64::INFINITY && *width > 0.0);
        Ok(Self { middle, unit: 1.0 / width.unwrap_or(1.0) })
    }

    fn part(&self, score: f64) -> f64 {
        let z = (score - self.middle) * self.unit;
        if z > LOUD { LOUD + (z - LOUD).ln_1p() } else { z.max(-LOUD) }
    }
}

/// The rows whose neighbourhood is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Kept {
    Rows(Neighbours),
    Crowd(Crowd),
}

/// Both members.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct AutoModel {
    low: Vec<f64>,
    /// One over the range of each column; 0 where it is constant.
    scale: Vec<f64>,
    /// What one unit of each column is worth in a distance.
    reach: Vec<f64>,
    /// `CELLS + 1` numbers per column: how rare a value in each cell is, and one beyond.
    rarity: Vec<f64>,
    kept: Kept,
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
fn rarities(counts: &[f64], total: f64, to: &mut [f64]) {
    to.fill(0.0);
    for bins in BINS {
        let width = CELLS / bins;
        for offset in 0..OFFSETS {
            let shift = offset * width / OFFSETS;
            let mut sums = vec![0.0; bins + 1];
            counts.iter().enumerate().for_each(|(cell, count)| sums[(cell + shift) / width] += count);
            for (cell, rarity) in to[..CELLS].iter_mut().enumerate() {
                let density = sums[(cell + shift) / width] / total * bins as f64;
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
        rows.iter().enumerate().map(|(at, value)| (value - self.low[at % columns]) * self.reach[at % columns]).collect()
    }

    /// The distance to the neighbour of every row of a block.
    fn loneliness(&self, block: &[f64], without: &[u32], context: &Context) -> Result<Vec<f64>> {
        match &self.kept {
            Kept::Rows(tree) => {
                let (_, distances) = tree.ask(&self.scaled(block), without, self.neighbour, context)?;
                Ok(distances.chunks_exact(self.neighbour).map(|some| some[self.neighbour - 1]).collect())
            }
            Kept::Crowd(crowd) => {
                let near = crowd.ask(&self.scaled(block), without, self.neighbour, context)?;
                Ok(near.iter().map(Near::reach).collect())
            }
        }
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
        let kept = match &self.kept {
            Kept::Rows(tree) => tree.columns() == columns && self.neighbour < tree.len(),
            Kept::Crowd(crowd) => crowd.check(columns, self.neighbour).is_ok(),
        };
        ensure!(
            kept && [self.low.len(), self.scale.len(), self.reach.len()] == [columns; 3]
                && self.rarity.len() == columns.saturating_mul(CELLS + 1)
                && (1..=NEIGHBOUR).contains(&self.neighbour)
                && finite(&self.low)
                && finite(&self.scale)
                && finite(&self.reach)
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
        let rarity = self.rarity(rows, &low, &scale, context)?;
        // How far apart rows lie is asked of numbers over their range, and of categories: half for either of two that differ.
        let reach = (0..columns).map(|column| match rows.role(column) {
            Role::Number => scale[column],
            Role::Surprise => 0.0,
            Role::Indicator => 0.5,
        });
        let reach: Vec<f64> = reach.collect();
        let units = Units::of(rows);
        let (chosen, counts) = choose(rows, &units, context.seed());
        let mut values = Vec::with_capacity(chosen.len() * columns);
        chosen.iter().for_each(|row| rows.push(*row as usize, &mut values));
        for row in values.chunks_exact_mut(columns) {
            row.iter_mut().zip(&low).zip(&reach).for_each(|((value, low), reach)| *value = (*value - low) * reach);
        }
        let kept = match counts {
            None => Kept::Rows(Neighbours::grow(&values, columns, Metric::Manhattan, context)?),
            Some(counts) => Kept::Crowd(Crowd::grow(&values, columns, counts, Metric::Manhattan, context)?),
        };
        let neighbour = NEIGHBOUR.min(units.len().min(MOST_KEPT) - 1);
        let neutral = Scale { middle: 0.0, unit: 1.0 };
        let mut model = AutoModel { low, scale, reach, rarity, kept, neighbour, rare: neutral, lonely: neutral };
        let rare = rows.score(context, |block, scores| {
            block.chunks_exact(columns).zip(scores).for_each(|(row, score)| *score = model.rarity(row));
            Ok(())
        })?;
        let lonely = match &model.kept {
            Kept::Rows(tree) if chosen.len() == count => {
                let (_, distances) = tree.of_all(neighbour, context)?;
                distances.chunks_exact(neighbour).map(|some| some[neighbour - 1]).collect()
            }
            Kept::Crowd(crowd) if chosen.len() == count => {
                crowd.of_all(&values, neighbour, context)?.iter().map(Near::reach).collect()
            }
            _ => beside_sample(&model, rows, &chosen, context)?,
        };
        let weights = rows.weights();
        model.rare = Scale::of(&rare, weights.as_deref(), context)?;
        model.lonely = Scale::of(&lonely, weights.as_deref(), context)?;
        let scores = rare.iter().zip(&lonely).map(|(rare, lonely)| model.together(*rare, *lonely)).collect();
        Ok((Model::Auto(model), scores))
    }
}

impl AutoDetector {
    /// How rare a value in each cell of each column is; nothing for columns that only say how far apart rows are.
    #[allow(clippy::unused_self)]
    fn rarity(&self, rows: &Rows<'_>, low: &[f64], scale: &[f64], context: &Context) -> Result<Vec<f64>> {
        let columns = rows.columns();
        let mut counts = vec![0.0; columns * (CELLS + 1)];
        rows.each_part(context, |start, block| {
            for (at, row) in block.chunks_exact(columns).enumerate() {
                let weight = rows.weight(start + at);
                for (column, value) in row.iter().enumerate() {
                    counts[column * (CELLS + 1) + cell(*value, low[column], scale[column])] += weight;
                }
            }
        })?;
        let (mut rarity, total) = (vec![0.0; counts.len()], rows.total());
        let each = counts.chunks_exact(CELLS + 1).zip(rarity.chunks_exact_mut(CELLS + 1)).enumerate();
        for (_, (counts, rarity)) in each.filter(|(column, _)| rows.role(*column) != Role::Indicator) {
            rarities(&counts[..CELLS], total, rarity);
        }
        Ok(rarity)
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

/// The rows whose neighbourhood is kept, ascending, and how often each counts where rows have weights.
fn choose(rows: &Rows<'_>, units: &Units, seed: u64) -> (Vec<u32>, Option<Vec<f64>>) {
    let count = units.len();
    if count.max(rows.len()) <= MOST_KEPT {
        return ((0..rows.len() as u32).collect(), rows.weights());
    }
    let mut random = Random::new(seed ^ 0xa11_d0e5);
    let mut drawn = std::collections::BTreeSet::new();
    while drawn.len() < MOST_KEPT.min(count) {
        drawn.insert((random.bits() % count as u64) as u32);
    }
    if !rows.is_weighted() {
        return (drawn.into_iter().collect(), None);
    }
    let (offset, mut chosen, mut counts) = (units.offset(seed), Vec::new(), Vec::new());
    for unit in drawn {
        let row = units.row(unit as usize, offset) as u32;
        if chosen.last() == Some(&row) {
            let last = counts.len() - 1;
            counts[last] += 1.0;
        } else {
            chosen.push(row);
            counts.push(1.0);
        }
    }
    (chosen, Some(counts))
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
