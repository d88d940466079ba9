//! ECOD and COPOD: how far out in its column's tails each value lies, added up.
//!
//! With `l` and `r` the shares of fitted values at most, and at least, as large, a value's tails are `-ln l` and `-ln r`. The
//! skewed tail is `-ln l` in a column whose third central moment is below 0, `-ln r` above, their sum at exactly 0. ECOD adds
//! up the largest of the three, COPOD the larger of the skewed tail and the mean of both. A new value counts as one of the
//! fitted ones: beyond all of them its share is 1 / n. O(rows log rows) per column.
//! Sources: Li, Zhao, Hu, Botta, Ionescu, Chen, *ECOD* (TKDE 2022); Li, Zhao, Botta, Ionescu, Hu, *COPOD* (ICDM 2020);
//! maxima per column as in PyOD.
use serde::{Deserialize, Serialize};

use super::forest::{ABREAST, Thresholds, find};
use super::model::{Detector, Model, Scorer};
use super::options::detector;
use super::rows::Rows;
use super::sort::Sorter;
use crate::Context;
use crate::error::{Result, ensure};

/// Columns that are added up in one go; it fixes the order of sums whatever the number of threads.
const TOGETHER: usize = 16;
/// About how many numbers are turned into columns at once.
const AT_ONCE: usize = 1 << 20;
/// How many of the lowest and of the highest values of a column are kept one by one in the model.
const TAIL: usize = 1 << 14;
/// How many values between the tails are kept.
const MIDDLE: usize = 1 << 16;

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
            Rule::Largest => skewed.max(left).max(right),
            Rule::Mean => skewed.max(0.5 * (left + right)),
        }
    }
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
        let at_most = above.checked_sub(1).map_or(1, |at| self.at_most[at]);
        let at_least = self.at_least.get(from).copied().unwrap_or(1);
        rule.part(tail(at_most), tail(at_least), self.skew)
    }
}

/// How many of the known values are at most as large as each: halves taken in step, without a branch that depends on the values.
#[inline(always)]
fn ranks(known: &[f64], values: [f64; ABREAST]) -> [usize; ABREAST] {
    let (mut at, mut size) = ([0; ABREAST], known.len());
    while size > 0 {
        let half = size.div_ceil(2);
        for lane in 0..ABREAST {
            at[lane] += half * usize::from(known[at[lane] + half - 1] <= values[lane]);
        }
        size -= half;
    }
    at
}

/// How rare it is to be among `count` of `all`.
fn tail(count: u32, all: u32) -> f64 {
    -(f64::from(count) / f64::from(all)).ln()
}

/// The tails of all counts up to `all`.
fn tails(all: u32, context: &Context) -> Result<Vec<f64>> {
    let mut tails = Vec::with_capacity(all as usize + 1);
    for start in (0..=all).step_by(AT_ONCE) {
        context.check()?;
        tails.extend((start..=all.min(start + (AT_ONCE as u32 - 1))).map(|count| tail(count.max(1), all)));
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
        let tails = self.tails(rows.len(), context)?;
        for (at, (column, sum)) in self.columns.iter().zip(sums).enumerate() {
            context.check()?;
            let Some(tails) = &tails else {
                let values = rows.iter().skip(at).step_by(self.columns.len());
                *sum += values.map(|value| column.part(*value, self.rule)).sum::<f64>();
                continue;
            };
            let known = |count: u32| tails[count as usize];
            let values: Vec<f64> = rows.iter().skip(at).step_by(self.columns.len()).copied().collect();
            for values in values.chunks(ABREAST) {
                let above = ranks(&column.values, std::array::from_fn(|lane| values[lane.min(values.len() - 1)]));
                for (value, above) in values.iter().zip(above).filter(|(value, _)| !value.is_nan()) {
                    *sum += column.at(above, *value, self.rule, &known);
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
            column.at_most.len() == length
                && column.at_least.len() == length
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

fn train(rule: Rule, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
    if let Some(weights) = rows.weights() {
        return super::tails::train(rule, rows, &weights, context);
    }
    let (count, columns) = (rows.len(), rows.columns());
    let tails = tails(count as u32, context)?;
    let parts = context.map(columns.div_ceil(TOGETHER), |group| {
        let mut sums = vec![0.0; count];
        let mut learnt = Vec::new();
        let mut sorter = Sorter::default();
        let range = group * TOGETHER..columns.min(group * TOGETHER + TOGETHER);
        // Few columns of a long table at once: each is as long as the table.
        let together = (AT_ONCE / count).clamp(1, TOGETHER);
        for start in range.clone().step_by(together) {
            for values in rows.turn(start..range.end.min(start + together), context)? {
                sorter.values = values;
                let skew = skewness_sign(&sorter.values);
                sorter.sort(context)?;
                learnt.push(learn(&sorter.sorted, skew, rule, &tails, &mut sums, context)?);
            }
        }
        Ok((learnt, sums))
    })?;
    let mut scores = vec![0.0; count];
    let mut learnt = Vec::with_capacity(columns);
    for (columns, sums) in parts {
        learnt.extend(columns);
        scores.iter_mut().zip(sums).for_each(|(score, sum)| *score += sum);
    }
    Ok((TailModel { rule, columns: learnt }.into(), scores))
}

/// Add the parts of a column to `sums` and keep its distribution.
fn learn(
    sorted: &[(f64, u32)],
    skew: i8,
    rule: Rule,
    tails: &[f64],
    sums: &mut [f64],
    context: &Context,
) -> Result<Column> {
    let present = sorted.len();
    let exact = present == sums.len();
    let tail = |count: usize| if exact { tails[count] } else { tail(count as u32, present as u32) };
    let room = present.min(2 * TAIL + MIDDLE);
    let mut column = Column {
        values: Vec::with_capacity(room),
        at_most: Vec::with_capacity(room),
        at_least: Vec::with_capacity(room),
        count: present as u32,
        skew,
    };
    let step = (present / MIDDLE).max(1);
    let (mut first, mut next_kept) = (0, TAIL);
    let mut look = 0;
    while first < present {
        if first >= look {
            context.check()?;
            look = first + AT_ONCE;
        }
        let value = sorted[first].0;
        let mut end = first + 1;
        while end < present && sorted[end].0 == value {
            end += 1;
        }
        let part = rule.part(tail(end), tail(present - first), skew);
        for (_, row) in &sorted[first..end] {
            sums[*row as usize] += part;
        }
        if first < TAIL || end > present - TAIL.min(present) || end >= next_kept {
            column.values.push(value);
            column.at_most.push(end as u32);
            column.at_least.push((present - first) as u32);
            next_kept = end + step;
        }
        first = end;
    }
    Ok(column)
}

/// The sign of the third central moment of the present values; 0 where they hardly differ.
fn skewness_sign(values: &[f64]) -> i8 {
    let (mut count, mut sum) = (0.0, 0.0);
    for value in values {
        if !value.is_nan() {
            count += 1.0;
            sum += value;
        }
    }
    let mean = sum / f64::max(count, 1.0);
    let (mut second, mut third) = (0.0, 0.0);
    for value in values {
        let off = value - mean;
        if !off.is_nan() {
            second += off * off;
            third += off * off * off;
        }
    }
    let least = f64::EPSILON * mean;
    if second / f64::max(count, 1.0) <= least * least || third == 0.0 {
        0
    } else if third > 0.0 {
        1
    } else {
        -1
    }
}
