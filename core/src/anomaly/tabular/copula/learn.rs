//! What a column is learnt as, and its fitted rows' scores on the way.
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::super::model::Model;
use super::super::rows::Rows;
use super::super::sort::Sorter;
use super::turned::{MOST, Turned};
use super::{AT_ONCE, Column, Rule, TOGETHER, TailModel, tail, tails, weighted};
use crate::Context;
use crate::error::Result;

/// How many values between the tails are kept.
const MIDDLE: usize = 1 << 16;
/// How many of the lowest and of the highest values of a column are kept one by one in the model.
const TAIL: usize = 1 << 14;

pub(super) fn train(rule: Rule, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
    if let Some(weights) = rows.weights() {
        return weighted::train(rule, rows, &weights, context);
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
