//! ECOD and COPOD: how far out in its column's tails each value lies, added up.
//!
//! With `l` and `r` the shares of fitted values at most, and at least, as large, a value's tails are `-ln l` and `-ln r`. The
//! skewed tail is `-ln l` in a column whose third central moment is below 0, `-ln r` above, their sum at exactly 0. ECOD adds
//! up the largest of the three, COPOD the larger of the skewed tail and the mean of both. A new value counts as one of the
//! fitted ones: beyond all of them its share is 1 / n. O(rows log rows) per column.
//! Sources: Li, Zhao, Hu, Botta, Ionescu, Chen, *ECOD* (TKDE 2022); Li, Zhao, Botta, Ionescu, Hu, *COPOD* (ICDM 2020);
//! maxima per column as in PyOD.
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

use super::forest::{Thresholds, find};
use super::model::{Detector, Model, Scorer};
use super::options::detector;
use super::rows::Rows;
use super::sort::Sorter;
use super::turned::{MOST, Turned, WIDE};
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::logarithm::natural;
use crate::math::simd::dispatch;

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

fn train(rule: Rule, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
    if let Some(weights) = rows.weights() {
        return super::tails::train(rule, rows, &weights, context);
    }
    let (count, columns) = (rows.len(), rows.columns());
    let parts = Parts { rule, tails: tails(count as u32, context)?, known: Default::default() };
    // What one group has used, the next one takes.
    let rooms: Mutex<Vec<Room>> = Mutex::default();
    let groups = context.map(columns.div_ceil(TOGETHER), |group| {
        let mut room = rooms.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let mut sums = vec![0.0; count];
        let range = group * TOGETHER..columns.min(group * TOGETHER + TOGETHER);
        let mut learnt = Vec::with_capacity(range.len());
        // Few columns of a long table at once: each is as long as the table.
        let together = (AT_ONCE / count).clamp(1, MOST);
        for start in range.clone().step_by(together) {
            let columns = start..range.end.min(start + together);
            room.turned.turn(rows, columns.clone(), context)?;
            for column in 0..columns.len() {
                learnt.push(room.learn(column, &parts, &mut sums, context)?);
            }
        }
        rooms.lock().unwrap_or_else(PoisonError::into_inner).push(room);
        Ok((learnt, sums))
    })?;
    let mut scores = vec![0.0; count];
    let mut learnt = Vec::with_capacity(columns);
    for (columns, sums) in groups {
        learnt.extend(columns);
        scores.iter_mut().zip(sums).for_each(|(score, sum)| *score += sum);
    }
    Ok((TailModel { rule, columns: learnt }.into(), scores))
}

/// What a value adds to the score by its place.
struct Parts {
    rule: Rule,
    /// The tails of all counts up to that of the rows.
    tails: Vec<f64>,
    /// The parts of the first, second .. of distinct values of as many rows, for skewness below, at and above 0.
    known: [OnceLock<Vec<f64>>; 3],
}

impl Parts {
    /// The parts of some places where all rows have values and no two are equal.
    fn of_distinct<'a>(&'a self, places: Range<usize>, skew: i8, spare: &'a mut Vec<f64>) -> &'a [f64] {
        let count = self.tails.len() - 1;
        if count <= AT_ONCE {
            let all = self.known[(skew.signum() + 1) as usize].get_or_init(|| {
                let mut all = Vec::new();
                self.fill(0..count, skew, &mut all);
                all
            });
            return &all[places];
        }
        self.fill(places, skew, spare);
        spare
    }

    fn fill(&self, places: Range<usize>, skew: i8, to: &mut Vec<f64>) {
        let count = self.tails.len() - 1;
        let left = &self.tails[places.start + 1..=places.end];
        let right = self.tails[count + 1 - places.end..=count - places.start].iter().rev();
        to.clear();
        to.extend(left.iter().zip(right).map(|(left, right)| self.rule.part(*left, *right, skew)));
    }
}

/// What learning a column takes beside its rows.
#[derive(Default)]
struct Room {
    turned: Turned,
    sorter: Sorter,
    spare: Vec<f64>,
    ties: Ties,
}

impl Room {
    /// Add the parts of a column to `sums` and keep its distribution.
    fn learn(&mut self, column: usize, parts: &Parts, sums: &mut [f64], context: &Context) -> Result<Column> {
        let Self { turned, sorter, spare, ties } = self;
        let (values, span, skew) = (turned.column(column), turned.span(column), turned.skewness_sign(column));
        if span.present == values.len()
            && let Some(column) = learn_two(values, [span.low, span.high], skew, parts, sums, context)?
        {
            return Ok(column);
        }
        sorter.sort_within(values, &span, context)?;
        if span.present < values.len() {
            return learn_some(sorter, skew, parts, sums, context);
        }
        if !sorter.distinct {
            if values.len() / MIDDLE > 1 {
                return learn_some(sorter, skew, parts, sums, context);
            }
            context.check()?;
            return Ok(ties.learn(sorter, skew, parts, sums));
        }
        for start in (0..values.len()).step_by(AT_ONCE) {
            context.check()?;
            let range = start..values.len().min(start + AT_ONCE);
            let parts = parts.of_distinct(range.clone(), skew, spare);
            for (row, part) in sorter.places(range).zip(parts) {
                sums[row] += part;
            }
        }
        if values.len() / MIDDLE > 1 {
            return kept_of(sorter, skew, &mut |_, _| {}, context);
        }
        let (values, count) = (std::mem::take(&mut sorter.ascending), values.len() as u32);
        Ok(Column { values, at_most: Vec::new(), at_least: Vec::new(), count, skew })
    }
}

/// Learn a column of one value or two; none where there are more.
fn learn_two(
    values: &[f64],
    [low, high]: [f64; 2],
    skew: i8,
    parts: &Parts,
    sums: &mut [f64],
    context: &Context,
) -> Result<Option<Column>> {
    let mut lows = 0;
    for some in values.chunks(64) {
        let (mut two, mut count) = (true, 0);
        for value in some {
            two &= (*value == low) | (*value == high);
            count += u32::from(*value == low);
        }
        if !two {
            return Ok(None);
        }
        lows += count;
    }
    context.check()?;
    let all = values.len() as u32;
    let part = |at_most: u32, at_least: u32| {
        parts.rule.part(parts.tails[at_most as usize], parts.tails[at_least as usize], skew)
    };
    if lows == all {
        let part = part(all, all);
        sums.iter_mut().for_each(|sum| *sum += part);
        return Ok(Some(Column { values: vec![low], at_most: vec![all], at_least: vec![all], count: all, skew }));
    }
    let own = [part(lows, all), part(all, all - lows)];
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += if *value == low { own[0] } else { own[1] };
    }
    let (at_most, at_least) = (vec![lows, all], vec![all, all - lows]);
    Ok(Some(Column { values: vec![low, high], at_most, at_least, count: all, skew }))
}

/// Room to learn columns with equal values in.
#[derive(Default)]
struct Ties {
    ends: Vec<u32>,
    values: Vec<f64>,
    at_least: Vec<u32>,
}

impl Ties {
    /// Learn a sorted column without gaps, all of whose values are kept: without a branch on whether neighbours are equal, which
    /// could not be foretold.
    fn learn(&mut self, sorter: &Sorter, skew: i8, parts: &Parts, sums: &mut [f64]) -> Column {
        let Self { ends, values, at_least } = self;
        let sorted = &sorter.ascending[..];
        let count = sorted.len();
        ends.resize(count, 0);
        values.resize(count, 0.0);
        at_least.resize(count, 0);
        // Where the values end that are equal to each.
        let (mut end, mut after) = (count as u32, f64::NAN);
        for (place, (to, value)) in ends.iter_mut().zip(sorted).enumerate().rev() {
            end = if *value == after { end } else { place as u32 + 1 };
            (*to, after) = (end, *value);
        }
        let (mut first, mut before, mut kept) = (0, f64::NAN, 0);
        for (place, row) in sorter.places(0..count).enumerate() {
            let (value, end) = (sorted[place], ends[place]);
            let differs = value != before;
            before = value;
            first = if differs { place } else { first };
            let left = count - first;
            sums[row] += parts.rule.part(parts.tails[end as usize], parts.tails[left], skew);
            // The next different value is written over what is not new.
            kept += usize::from(differs);
            values[kept - 1] = value;
            at_least[kept - 1] = left as u32;
        }
        let at_least = at_least[..kept].to_vec();
        // What is at most as large as a value are all but those that are at least as large as the next.
        let next = at_least.iter().skip(1).chain(std::iter::once(&0));
        let at_most = next.map(|after| count as u32 - after).collect();
        Column { values: values[..kept].to_vec(), at_most, at_least, count: count as u32, skew }
    }
}

/// Learn a sorted column of which not all values are kept, or which has gaps.
fn learn_some(sorter: &Sorter, skew: i8, parts: &Parts, sums: &mut [f64], context: &Context) -> Result<Column> {
    let present = sorter.ascending.len();
    let exact = present == sums.len();
    let tail = |count: usize| if exact { parts.tails[count] } else { tail(count as u32, present as u32) };
    let mut add = |first: usize, end: usize| {
        let part = parts.rule.part(tail(end), tail(present - first), skew);
        for row in sorter.places(first..end) {
            sums[row] += part;
        }
    };
    kept_of(sorter, skew, &mut add, context)
}

/// The distribution of a sorted column; `see` is told where equal values start and end.
fn kept_of(sorter: &Sorter, skew: i8, see: &mut impl FnMut(usize, usize), context: &Context) -> Result<Column> {
    let sorted = &sorter.ascending;
    let present = sorted.len();
    let room = present.min(2 * TAIL + MIDDLE);
    let mut column = Column {
        values: Vec::with_capacity(room),
        at_most: Vec::with_capacity(room),
        at_least: Vec::with_capacity(room),
        count: present as u32,
        skew,
    };
    let step = (present / MIDDLE).max(1);
    let (mut first, mut next_kept, mut look) = (0, TAIL, 0);
    while first < present {
        if first >= look {
            context.check()?;
            look = first + AT_ONCE;
        }
        let value = sorted[first];
        let end = first + sorted[first..].iter().take_while(|other| **other == value).count();
        see(first, end);
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

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::anomaly::Missing;
    use crate::math::random::Random;

    /// The definition, value by value; a row counts as one of the fitted ones.
    fn by_hand(fitted: &Array2<f64>, row: &[f64], rule: Rule) -> f64 {
        let mut score = 0.0;
        for (column, value) in row.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            let known: Vec<f64> = fitted.column(column).iter().copied().filter(|known| !known.is_nan()).collect();
            let all = known.len() as f64;
            if known.is_empty() {
                continue;
            }
            let mean = known.iter().sum::<f64>() / all;
            let cubes: f64 = known.iter().map(|known| (known - mean) * (known - mean) * (known - mean)).sum();
            let constant = known.iter().all(|other| *other == known[0]);
            let at_most = known.iter().filter(|known| *known <= value).count().max(1) as f64;
            let at_least = known.iter().filter(|known| *known >= value).count().max(1) as f64;
            let (left, right) = (-(at_most / all).ln(), -(at_least / all).ln());
            let skewed = if constant || cubes == 0.0 {
                left + right
            } else if cubes > 0.0 {
                right
            } else {
                left
            };
            score += match rule {
                Rule::Largest => skewed.max(left).max(right),
                Rule::Mean => skewed.max(0.5 * (left + right)),
            };
        }
        score
    }

    #[test]
    fn scores_are_those_of_the_definition_for_columns_of_every_kind() {
        let mut random = Random::new(11);
        for count in [1, 2, 7, 40, 350, 1200] {
            let mut table = |rows: usize| {
                Array2::from_shape_fn((rows, 21), |(row, column)| match column % 7 {
                    0 => random.normal(),
                    1 => (random.uniform() * 9.0).floor(),
                    2 => f64::from(u8::from(random.uniform() < 0.2)),
                    3 => 4.0,
                    4 if row % 3 == 1 => f64::NAN,
                    4 => random.normal().exp(),
                    5 => (20.0 * random.normal()).exp(),
                    _ => (random.normal() * 50.0).round(),
                })
            };
            let (rows, fresh) = (table(count), table(60));
            let context = Context::new();
            for rule in [Rule::Largest, Rule::Mean] {
                let fitted = match rule {
                    Rule::Largest => Ecod::default().with_missing(Missing::Ignore).fit(rows.view(), &context),
                    Rule::Mean => Copod::default().with_missing(Missing::Ignore).fit(rows.view(), &context),
                }
                .unwrap();
                let own = fitted.scores();
                let (new, alone) = (
                    fitted.score(fresh.view(), &context).unwrap(),
                    fitted.score(fresh.slice(ndarray::s![..1, ..]), &context).unwrap(),
                );
                assert_eq!(new[0], alone[0]);
                let again = fitted.score(rows.view(), &context).unwrap();
                for (row, score) in rows.rows().into_iter().zip(own.iter().zip(again.iter())) {
                    let expected = by_hand(&rows, &row.to_vec(), rule);
                    assert!((score.0 - expected).abs() <= 1e-13 * expected.max(1.0), "{count} {rule:?}");
                    assert_eq!(score.0, score.1);
                }
                for (row, score) in fresh.rows().into_iter().zip(new.iter()) {
                    let expected = by_hand(&rows, &row.to_vec(), rule);
                    assert!((score - expected).abs() <= 1e-13 * expected.max(1.0), "{count} {rule:?}");
                }
            }
        }
    }
}
