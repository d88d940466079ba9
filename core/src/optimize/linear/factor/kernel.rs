//! Elimination of a sparse basis: singletons first, then pivots of least fill.
//!
//! Source: Markowitz, *The elimination form of the inverse* (1957); Suhl and Suhl, *Computing sparse LU factorizations for
//! large-scale linear programming bases* (1990).
use super::super::sparse::Sparse;
use super::lists::{ByCount, Lists};
use crate::Context;
use crate::error::Result;

/// Entries of a triangle.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) line: Vec<u32>,
    pub(super) index: Vec<u32>,
    pub(super) value: Vec<f64>,
}

impl Entries {
    fn push(&mut self, line: usize, index: usize, value: f64) {
        self.line.push(line as u32);
        self.index.push(index as u32);
        self.value.push(value);
    }
}

/// A basis after elimination.
#[derive(Debug)]
pub(super) struct Eliminated {
    /// The rows of the pivots, in the order of elimination.
    pub(super) order: Vec<u32>,
    /// The pivot of each row.
    pub(super) pivot: Vec<f64>,
    /// The variables that were replaced by logicals.
    pub(super) replaced: Vec<u32>,
    /// Multipliers: line = the row of the pivot, index = the row that is changed.
    pub(super) lower: Entries,
    /// Rows above pivots: line = the row of the pivot whose column it is, index = the row of the entry.
    pub(super) upper: Entries,
}

/// A pivot is at least this share of the largest entry of its column.
const THRESHOLD: f64 = 0.1;
/// A pivot is at least this in size.
const SMALLEST: f64 = 1e-10;
/// Smaller entries of the remaining matrix are cancellation.
const CANCELLED: f64 = 1e-14;
/// So many lines are searched for a pivot.
const SEARCHED: usize = 4;
const NONE: u32 = u32::MAX;

struct Work<'a> {
    columns: &'a Sparse,
    head: &'a [u32],
    order: Vec<u32>,
    pivot: Vec<f64>,
    /// The pivot row of each place of the head.
    row_of: Vec<u32>,
    pivoted: Vec<bool>,
    lower: Entries,
    /// As in the result, but by place of the head instead of pivot row.
    upper: Entries,
}

impl Work<'_> {
    fn entries(&self, place: usize) -> (&[u32], &[f64]) {
        self.columns.line(self.head[place] as usize)
    }

    fn take(&mut self, row: usize, place: usize, pivot: f64) {
        self.order.push(row as u32);
        self.pivot[row] = pivot;
        self.row_of[place] = row as u32;
        self.pivoted[row] = true;
    }
}

/// Eliminate the basis of `head` and put `head` into the order of its pivot rows.
pub(super) fn eliminate(columns: &Sparse, rows: usize, head: &mut [u32], context: &Context) -> Result<Eliminated> {
    let logical = columns.lines();
    let mut work = Work {
        columns,
        head,
        order: Vec::with_capacity(rows),
        pivot: vec![-1.0; rows],
        row_of: vec![NONE; rows],
        pivoted: vec![false; rows],
        lower: Entries::default(),
        upper: Entries::default(),
    };
    let mut structural = Vec::new();
    for place in 0..rows {
        let variable = work.head[place] as usize;
        if variable >= logical {
            work.take(variable - logical, place, -1.0);
        } else {
            structural.push(place as u32);
        }
    }
    let rest = singletons(&mut work, &structural, rows, context)?;
    let lost = if rest.is_empty() { Vec::new() } else { markowitz(&mut work, &rest, rows, context)? };
    let Work { order, pivot, row_of, lower, mut upper, pivoted, .. } = work;
    let (mut order, mut row_of, mut pivot) = (order, row_of, pivot);
    let mut replaced = Vec::new();
    if !lost.is_empty() {
        let mut free = (0..rows).filter(|row| !pivoted[*row]);
        for place in lost {
            let Some(row) = free.next() else { break };
            replaced.push(head[place as usize]);
            head[place as usize] = (logical + row) as u32;
            row_of[place as usize] = row as u32;
            order.push(row as u32);
            pivot[row] = -1.0;
        }
        // The column of the logical has nothing above its pivot.
        let gone: Vec<bool> = row_of.iter().map(|row| !pivoted[*row as usize]).collect();
        let keep: Vec<bool> = upper.line.iter().map(|place| !gone[*place as usize]).collect();
        let mut kept = keep.iter();
        upper.index.retain(|_| *kept.next().unwrap_or(&true));
        kept = keep.iter();
        upper.value.retain(|_| *kept.next().unwrap_or(&true));
        kept = keep.iter();
        upper.line.retain(|_| *kept.next().unwrap_or(&true));
    }
    for line in &mut upper.line {
        *line = row_of[*line as usize];
    }
    let old = head.to_vec();
    for (place, row) in row_of.iter().enumerate() {
        head[*row as usize] = old[place];
    }
    Ok(Eliminated { order, pivot, replaced, lower, upper })
}

/// Pivots that change nothing else: columns and rows with one entry left. Gives the places that remain.
fn singletons(work: &mut Work<'_>, structural: &[u32], rows: usize, context: &Context) -> Result<Vec<u32>> {
    let mut row_count = vec![0u32; rows];
    let mut column_count = vec![0u32; rows];
    for place in structural {
        let (index, _) = work.columns.line(work.head[*place as usize] as usize);
        for row in index {
            if !work.pivoted[*row as usize] {
                row_count[*row as usize] += 1;
                column_count[*place as usize] += 1;
            }
        }
    }
    let mut start = vec![0usize; rows + 1];
    for row in 0..rows {
        start[row + 1] = start[row] + row_count[row] as usize;
    }
    let mut across = vec![0u32; start[rows]];
    let mut next = start.clone();
    for place in structural {
        for row in work.entries(*place as usize).0 {
            if !work.pivoted[*row as usize] {
                across[next[*row as usize]] = *place;
                next[*row as usize] += 1;
            }
        }
    }
    let mut short_columns: Vec<u32> =
        structural.iter().copied().filter(|place| column_count[*place as usize] == 1).collect();
    let mut short_rows: Vec<u32> = (0..rows as u32).filter(|row| row_count[*row as usize] == 1).collect();
    loop {
        if work.order.len().is_multiple_of(4096) {
            context.check()?;
        }
        let (row, place) = if let Some(place) = short_columns.pop() {
            if work.row_of[place as usize] != NONE || column_count[place as usize] != 1 {
                continue;
            }
            let (index, _) = work.entries(place as usize);
            let Some(row) = index.iter().copied().find(|row| !work.pivoted[*row as usize]) else { continue };
            (row as usize, place as usize)
        } else if let Some(row) = short_rows.pop() {
            if work.pivoted[row as usize] || row_count[row as usize] != 1 {
                continue;
            }
            let range = start[row as usize]..start[row as usize + 1];
            let Some(place) = across[range].iter().copied().find(|place| work.row_of[*place as usize] == NONE) else {
                continue;
            };
            (row as usize, place as usize)
        } else {
            break;
        };
        let (index, value) = work.columns.line(work.head[place] as usize);
        let pivot = index.iter().zip(value).find(|(index, _)| **index as usize == row).map_or(0.0, |(_, value)| *value);
        let largest = index.iter().zip(value).filter(|(at, _)| !work.pivoted[**at as usize]);
        let largest = largest.fold(0.0f64, |largest, (_, value)| largest.max(value.abs()));
        if pivot.abs() < SMALLEST || pivot.abs() < 0.001 * largest {
            continue;
        }
        for (index, value) in index.iter().zip(value) {
            let other = *index as usize;
            if work.pivoted[other] {
                work.upper.push(place, other, *value);
            } else if other != row {
                work.lower.push(row, other, value / pivot);
                row_count[other] -= 1;
                if row_count[other] == 1 {
                    short_rows.push(*index);
                }
            }
        }
        work.take(row, place, pivot);
        for other in &across[start[row]..start[row + 1]] {
            if work.row_of[*other as usize] == NONE {
                column_count[*other as usize] -= 1;
                if column_count[*other as usize] == 1 {
                    short_columns.push(*other);
                }
            }
        }
    }
    Ok(structural.iter().copied().filter(|place| work.row_of[*place as usize] == NONE).collect())
}

/// The part of the basis where pivots change other columns.
struct Active {
    columns: Lists,
    rows: Lists,
    columns_by_count: ByCount,
    rows_by_count: ByCount,
    largest: Vec<f64>,
    /// Rows in which the column at hand has an entry.
    met: Vec<bool>,
}

/// Eliminate the rest of the places; gives those for which no pivot was left.
fn markowitz(work: &mut Work<'_>, places: &[u32], rows: usize, context: &Context) -> Result<Vec<u32>> {
    let mut active = activate(work, places, rows);
    let mut multiplier = vec![0.0; rows];
    let mut lost = Vec::new();
    let mut left = places.len();
    let mut checked = 0usize;
    while left > 0 {
        checked += 1;
        if checked.is_multiple_of(64) {
            context.check()?;
        }
        let Some((row, column)) = find_pivot(&active, left) else { break };
        left -= 1;
        if row == usize::MAX {
            // Nothing acceptable is left in this column.
            drop_column(&mut active, column);
            lost.push(places[column]);
            continue;
        }
        eliminate_one(work, &mut active, places, row, column, &mut multiplier);
    }
    for (column, place) in places.iter().enumerate() {
        if work.row_of[*place as usize] == NONE && !lost.contains(place) {
            drop_column(&mut active, column);
            lost.push(*place);
        }
    }
    Ok(lost)
}

fn activate(work: &mut Work<'_>, places: &[u32], rows: usize) -> Active {
    let mut row_room = vec![0usize; rows];
    let mut lengths = Vec::with_capacity(places.len());
    for place in places {
        let (index, _) = work.columns.line(work.head[*place as usize] as usize);
        let mut length = 0;
        for row in index {
            if !work.pivoted[*row as usize] {
                row_room[*row as usize] += 1;
                length += 1;
            }
        }
        lengths.push(length + 4);
    }
    let mut active = Active {
        columns: Lists::with_room(lengths.iter().copied()),
        rows: Lists::with_room(row_room.iter().map(|room| if *room > 0 { room + 4 } else { 0 })),
        columns_by_count: ByCount::new(places.len(), rows),
        rows_by_count: ByCount::new(rows, places.len()),
        largest: vec![0.0; places.len()],
        met: vec![false; rows],
    };
    for (column, place) in places.iter().enumerate() {
        let (index, value) = work.columns.line(work.head[*place as usize] as usize);
        for (row, value) in index.iter().zip(value) {
            if work.pivoted[*row as usize] {
                work.upper.push(*place as usize, *row as usize, *value);
            } else {
                active.columns.push(column, *row, *value);
                active.rows.push(*row as usize, column as u32, 0.0);
                active.largest[column] = active.largest[column].max(value.abs());
            }
        }
        active.columns_by_count.insert(column, active.columns.len(column));
    }
    for row in 0..rows {
        if !work.pivoted[row] && active.rows.len(row) > 0 {
            active.rows_by_count.insert(row, active.rows.len(row));
        }
    }
    active
}

/// The pivot of least fill among the shortest lines. A row of `usize::MAX` says that the column has no acceptable entry.
fn find_pivot(active: &Active, left: usize) -> Option<(usize, usize)> {
    if let Some(column) = active.columns_by_count.with_count(0).next() {
        return Some((usize::MAX, column));
    }
    let mut best: Option<(usize, f64, usize, usize)> = None;
    let mut searched = 0;
    let better = |best: &Option<(usize, f64, usize, usize)>, cost: usize, size: f64| {
        best.is_none_or(|(least, largest, ..)| cost < least || (cost == least && size > largest))
    };
    for count in 1..=left.max(1) {
        if best.is_some_and(|(cost, ..)| cost <= (count - 1) * (count - 1)) {
            break;
        }
        for column in active.columns_by_count.with_count(count) {
            if active.largest[column] < SMALLEST {
                return Some((usize::MAX, column));
            }
            let least = THRESHOLD * active.largest[column];
            for (row, value) in active.columns.index(column).iter().zip(active.columns.value(column)) {
                if value.abs() >= least {
                    let cost = (active.rows.len(*row as usize) - 1) * (count - 1);
                    if better(&best, cost, value.abs()) {
                        best = Some((cost, value.abs(), *row as usize, column));
                    }
                }
            }
            searched += 1;
            if searched >= SEARCHED && best.is_some() {
                break;
            }
        }
        if best.is_some_and(|(cost, ..)| cost <= count * (count - 1)) || (searched >= SEARCHED && best.is_some()) {
            break;
        }
        for row in active.rows_by_count.with_count(count) {
            for column in active.rows.index(row) {
                let column = *column as usize;
                let cost = (active.columns.len(column) - 1) * (count - 1);
                if best.is_some_and(|(least, ..)| cost > least) {
                    continue;
                }
                let at = active.columns.index(column).iter().position(|other| *other as usize == row);
                let size = at.map_or(0.0, |at| active.columns.value(column)[at].abs());
                if size >= THRESHOLD * active.largest[column] && size >= SMALLEST && better(&best, cost, size) {
                    best = Some((cost, size, row, column));
                }
            }
            searched += 1;
            if searched >= SEARCHED && best.is_some() {
                break;
            }
        }
    }
    best.map(|(_, _, row, column)| (row, column))
}

fn drop_column(active: &mut Active, column: usize) {
    active.columns_by_count.remove(column);
    for row in active.columns.index(column).to_vec() {
        active.rows.remove_index(row as usize, column as u32);
        let count = active.rows.len(row as usize);
        active.rows_by_count.remove(row as usize);
        if count > 0 {
            active.rows_by_count.insert(row as usize, count);
        }
    }
    active.columns.clear(column);
}

fn eliminate_one(
    work: &mut Work<'_>,
    active: &mut Active,
    places: &[u32],
    row: usize,
    column: usize,
    multiplier: &mut [f64],
) {
    active.columns_by_count.remove(column);
    active.rows_by_count.remove(row);
    let pivot = active.columns.remove_index(column, row as u32).unwrap_or(1.0);
    work.take(row, places[column] as usize, pivot);
    let changed: Vec<u32> = active.columns.index(column).to_vec();
    for (other, value) in changed.iter().zip(active.columns.value(column)) {
        multiplier[*other as usize] = value / pivot;
        work.lower.push(row, *other as usize, value / pivot);
    }
    for other in &changed {
        active.rows.remove_index(*other as usize, column as u32);
    }
    let across: Vec<u32> = active.rows.index(row).to_vec();
    for other in across {
        let other = other as usize;
        if other == column {
            continue;
        }
        let Some(factor) = active.columns.remove_index(other, row as u32) else { continue };
        work.upper.push(places[other] as usize, row, factor);
        add_multiple(active, other, factor, &changed, multiplier);
        active.columns_by_count.change(other, active.columns.len(other));
    }
    for other in &changed {
        multiplier[*other as usize] = 0.0;
        let count = active.rows.len(*other as usize);
        active.rows_by_count.remove(*other as usize);
        if count > 0 {
            active.rows_by_count.insert(*other as usize, count);
        }
    }
    active.columns.clear(column);
    active.rows.clear(row);
}

/// Subtract `factor` times the multipliers, which are not zero in the rows `changed`, from a column.
fn add_multiple(active: &mut Active, column: usize, factor: f64, changed: &[u32], multiplier: &[f64]) {
    let mut hit = 0;
    let mut cancelled = false;
    for at in 0..active.columns.len(column) {
        let row = active.columns.index(column)[at] as usize;
        if multiplier[row] != 0.0 {
            active.met[row] = true;
            hit += 1;
            let value = &mut active.columns.value_mut(column)[at];
            *value -= factor * multiplier[row];
            if value.abs() < CANCELLED {
                *value = 0.0;
                cancelled = true;
            }
        }
    }
    if hit < changed.len() {
        for row in changed {
            if !active.met[*row as usize] {
                active.columns.push(column, *row, -factor * multiplier[*row as usize]);
                active.rows.push(*row as usize, column as u32, 0.0);
            }
        }
    }
    for row in changed {
        active.met[*row as usize] = false;
    }
    if cancelled {
        let mut at = 0;
        while at < active.columns.len(column) {
            if active.columns.value(column)[at] == 0.0 {
                let row = active.columns.index(column)[at];
                active.columns.remove(column, at);
                active.rows.remove_index(row as usize, column as u32);
            } else {
                at += 1;
            }
        }
    }
    active.largest[column] = active.columns.value(column).iter().fold(0.0, |most: f64, value| most.max(value.abs()));
}
