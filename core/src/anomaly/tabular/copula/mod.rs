//! ECOD and COPOD: how far out in its column's tails each value lies, added up.
//!
//! With `l` and `r` the shares of fitted values at most, and at least, as large, a value's tails are `-ln l` and `-ln r`. The
//! skewed tail is `-ln l` in a column whose third central moment is below 0, `-ln r` above, their sum at exactly 0. ECOD adds
//! up the largest of the three, COPOD the larger of the skewed tail and the mean of both. A new value counts as one of the
//! fitted ones: beyond all of them its share is 1 / n. O(rows log rows) per column.
//! Sources: Li, Zhao, Hu, Botta, Ionescu, Chen, *ECOD* (TKDE 2022); Li, Zhao, Botta, Ionescu, Hu, *COPOD* (ICDM 2020);
//! maxima per column as in PyOD.
mod learn;
#[cfg(test)]
mod tests;
mod turned;
mod weighted;

use serde::{Deserialize, Serialize};

use super::forest::{Thresholds, find};
use super::model::{Detector, Model, Scorer};
use super::options::detector;
use super::rows::Rows;
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::logarithm::natural;
use crate::math::simd::dispatch;
use learn::train;
use turned::WIDE;
pub(super) use weighted::WeightedTails;

/// Columns that are added up in one go; it fixes the order of sums whatever the number of threads.
const TOGETHER: usize = 16;
/// About how many numbers are turned into columns at once.
const AT_ONCE: usize = 1 << 20;

detector! {
    /// Empirical-cumulative-distribution outlier detection: no parameters, explains itself.
    Ecod {}
}

detector! {
    /// Copula-based outlier detection: as [`Ecod`], milder on values that are extreme on one side only.
    Copod {}
}

impl Ecod {
    #[allow(clippy::unused_self)]
    pub(super) fn validate(&self) -> Result<()> {
        Ok(())
    }
}

impl Copod {
    #[allow(clippy::unused_self)]
    pub(super) fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// How the tails of a value become its part of the score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Rule {
    Largest,
    Mean,
}

/// One column: distinct values ascending and, for each, how many fitted values are at most and at least as large.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Column {
    values: Vec<f64>,
    /// Empty, as `at_least` is then, where all values are kept and no two were equal.
    at_most: Vec<u32>,
    at_least: Vec<u32>,
    /// How many values are present.
    count: u32,
    /// The sign of the third central moment.
    skew: i8,
}

/// The distributions of all columns.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct TailModel {
    rule: Rule,
    columns: Vec<Column>,
}

impl Rule {
    #[inline(always)]
    pub(super) fn part(self, left: f64, right: f64, skew: i8) -> f64 {
        let skewed = match skew {
            0 => left + right,
            1.. => right,
            _ => left,
        };
        match self {
            Rule::Largest => larger(larger(skewed, left), right),
            Rule::Mean => larger(skewed, 0.5 * (left + right)),
        }
    }
}

/// The larger of two numbers, neither NaN.
#[inline(always)]
fn larger(one: f64, other: f64) -> f64 {
    if one > other { one } else { other }
}

impl Column {
    fn part(&self, value: f64, rule: Rule) -> f64 {
        if value.is_nan() || self.count == 0 {
            return 0.0;
        }
        let above = self.values.partition_point(|known| *known <= value);
        self.at(above, value, rule, &|count| tail(count, self.count))
    }

    /// The part of a value with so many of the known ones at most as large.
    #[inline(always)]
    fn at(&self, above: usize, value: f64, rule: Rule, tail: &impl Fn(u32) -> f64) -> f64 {
        let from = if above > 0 && self.values[above - 1] == value { above - 1 } else { above };
        let (at_most, at_least) = if self.at_most.is_empty() {
            (above.max(1) as u32, (self.values.len() - from).max(1) as u32)
        } else {
            let at_most = above.checked_sub(1).map_or(1, |at| self.at_most[at]);
            (at_most, self.at_least.get(from).copied().unwrap_or(1))
        };
        rule.part(tail(at_most), tail(at_least), self.skew)
    }
}

dispatch! {
    up to Avx2:
    /// How many of the known values, ascending, are at most as large as each: steps of powers of two, without a branch that
    /// depends on the values. Behind the known ones stand infinities up to a power of two.
    fn ranks, portable ranks_portable(known: &[f64], values: &[f64], to: &mut [u32]) {
        if known.is_empty() {
            return;
        }
        let last = known.len() - 1;
        let (values, _) = values.as_chunks::<WIDE>();
        let (to, _) = to.as_chunks_mut::<WIDE>();
        for (values, to) in values.iter().zip(to) {
            let mut at = [0; WIDE];
            for step in (0..known.len().trailing_zeros()).rev() {
                for lane in 0..WIDE {
                    let below = known[(at[lane] + (1 << step) - 1) & last] <= values[lane];
                    at[lane] += usize::from(below) << step;
                }
            }
            for lane in 0..WIDE {
                to[lane] = at[lane] as u32;
            }
        }
    }
}

/// How rare it is to be among `count` of `all`.
#[inline(always)]
fn tail(count: u32, all: u32) -> f64 {
    -natural(f64::from(count) / f64::from(all))
}

dispatch! {
    /// The tails of these counts of `all`; those of 1 for none.
    fn add_tails, portable add_tails_portable(tails: &mut [f64], from: u32, all: u32) {
        for (tail, count) in tails.iter_mut().zip(from..) {
            let count = if count > 1 { count } else { 1 };
            *tail = -natural(f64::from(count) / f64::from(all));
        }
    }
}

/// The tails of all counts up to `all`.
fn tails(all: u32, context: &Context) -> Result<Vec<f64>> {
    let mut tails = vec![0.0; all as usize + 1];
    for (tails, start) in tails.chunks_mut(AT_ONCE).zip((0..).step_by(AT_ONCE)) {
        context.check()?;
        add_tails(tails, start, all);
    }
    Ok(tails)
}

impl TailModel {
    /// The tails of all counts where columns have the same number of values and `values` are enough to pay for that.
    fn tails(&self, values: usize, context: &Context) -> Result<Option<Vec<f64>>> {
        match self.columns.first() {
            Some(first)
                if (1..values).contains(&(first.count as usize))
                    && self.columns.iter().all(|column| column.count == first.count) =>
            {
                tails(first.count, context).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Scores of a block, a column after the other; added up as the fitted rows' scores are.
    fn add(&self, block: &[f64], finders: &[Thresholds], tails: &[f64], scores: &mut [f64]) {
        let (width, mut sums) = (self.columns.len(), vec![0.0; scores.len()]);
        let known = |count: u32| tails[count as usize];
        scores.fill(0.0);
        for (start, columns) in (0..).step_by(TOGETHER).zip(self.columns.chunks(TOGETHER)) {
            sums.fill(0.0);
            for (at, column) in (start..).zip(columns) {
                find(&finders[at], block, width, at, &mut |row, value, above| {
                    if !value.is_nan() {
                        sums[row] += column.at(above, value, self.rule, &known);
                    }
                });
            }
            scores.iter_mut().zip(&sums).for_each(|(score, sum)| *score += sum);
        }
    }
}

impl Scorer for TailModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        let longest = self.columns.iter().map(|column| column.values.len()).max().unwrap_or(0);
        if 4 * rows.len() > longest
            && let Some(tails) = self.tails(4 * rows.len() * self.columns.len(), context)?
        {
            let finders =
                context.map(self.columns.len(), |column| Ok(Thresholds::of(self.columns[column].values.clone())))?;
            return rows.score_by((AT_ONCE / self.columns.len()).clamp(8, 1024), context, |block, scores| {
                self.add(block, &finders, &tails, scores);
                Ok(())
            });
        }
        rows.score(context, |block, scores| {
            for (row, score) in block.chunks_exact(self.columns.len()).zip(scores) {
                // Added up as the fitted rows' scores are.
                *score = row
                    .chunks(TOGETHER)
                    .zip(self.columns.chunks(TOGETHER))
                    .map(|(values, columns)| {
                        values
                            .iter()
                            .zip(columns)
                            .fold(0.0, |sum, (value, column)| sum + column.part(*value, self.rule))
                    })
                    .fold(0.0, |sum, part| sum + part);
            }
            Ok(())
        })
    }

    fn add_contributions(&self, rows: &[f64], sums: &mut [f64], context: &Context) -> Result<()> {
        let (tails, width) = (self.tails(rows.len(), context)?, self.columns.len());
        let (mut padded, mut values, mut above) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (column, sum)) in self.columns.iter().zip(sums).enumerate() {
            context.check()?;
            // Few values among many are not worth a copy of these.
            if rows.len() / width * 32 < column.values.len() {
                let values = rows.iter().skip(at).step_by(width);
                *sum += values.map(|value| column.part(*value, self.rule)).sum::<f64>();
                continue;
            }
            padded.clear();
            padded.extend_from_slice(&column.values);
            padded.resize((column.values.len() + 1).next_power_of_two(), f64::INFINITY);
            values.clear();
            values.extend(rows.chunks_exact(width).map(|row| row[at]));
            values.resize(values.len().next_multiple_of(WIDE), f64::NAN);
            above.resize(values.len(), 0);
            ranks(&padded, &values, &mut above);
            let known = |count: u32| match &tails {
                Some(tails) => tails[count as usize],
                None => tail(count, column.count),
            };
            for (value, above) in values.iter().zip(&above) {
                if !value.is_nan() {
                    *sum += column.at(*above as usize, *value, self.rule, &known);
                }
            }
        }
        Ok(())
    }

    fn contributions(&self, row: &[f64], parts: &mut [f64]) -> bool {
        for ((value, column), part) in row.iter().zip(&self.columns).zip(parts) {
            *part = column.part(*value, self.rule);
        }
        true
    }

    fn check(&self, columns: usize) -> Result<()> {
        let sound = |column: &Column| {
            let length = column.values.len();
            let counted = if column.at_most.is_empty() { column.count as usize } else { column.at_most.len() };
            counted == length
                && column.at_most.len() == column.at_least.len()
                && column.values.iter().all(|value| value.is_finite())
                && column.values.windows(2).all(|pair| pair[0] < pair[1])
                && column.at_most.iter().chain(&column.at_least).all(|count| (1..=column.count).contains(count))
        };
        ensure!(
            self.columns.len() == columns && self.columns.iter().all(sound),
            InvalidData,
            "the distributions of the columns are broken"
        );
        Ok(())
    }
}

impl Detector for Ecod {
    const IGNORES: bool = true;
    const NAME: &'static str = "Ecod";

    fn fewest(&self) -> usize {
        1
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        train(Rule::Largest, rows, context)
    }
}

impl Detector for Copod {
    const IGNORES: bool = true;
    const NAME: &'static str = "Copod";

    fn fewest(&self) -> usize {
        1
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        train(Rule::Mean, rows, context)
    }
}
