//! Matrices of up to 16 columns, whole rows in a few registers.
//!
//! The steps are those of large matrices: least costs of columns first where there are as many rows, then shortest augmenting
//! paths for rows left over. Rows are padded with forbidden columns to 8 or 16.
use super::problem::LARGEST;

use crate::math::simd::dispatch;

/// The most columns.
pub(super) const WIDEST: usize = 16;
/// One place among none: where the window begins says which.
static WINDOW: [u64; 2 * WIDEST - 1] = {
    let mut window = [0; 2 * WIDEST - 1];
    window[WIDEST - 1] = 1;
    window
};
/// In place of a row or column of one that has none.
const NONE: usize = usize::MAX;

/// Where costs stand in the caller's numbers, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// As solved: `rows <= columns <= 16`.
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// The caller's rows are the columns here.
    pub(super) turned: bool,
    /// 1, or -1 to maximise.
    pub(super) factor: f64,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) column_of_row: [usize; WIDEST],
    pub(super) prices: [f64; WIDEST],
}

dispatch! {
    /// Solve one problem; gives whether it could be solved here: all costs of usual size.
    pub(super) fn solve_one, portable solve_one_portable(costs: &[f64], shape: Shape, found: &mut Found) -> bool {
        solve(costs, shape, found)
    }
}

dispatch! {
    /// Solve problems one after the other until one cannot be solved here; gives how many were.
    pub(super) fn solve_many, portable solve_many_portable(
        costs: &[f64],
        shape: Shape,
        columns_of_rows: &mut [i64],
        totals: &mut [f64],
    ) -> usize {
        let (size, own_rows, own_columns) = (
            shape.rows * shape.columns,
            if shape.turned { shape.columns } else { shape.rows },
            if shape.turned { shape.rows } else { shape.columns },
        );
        let mut found = Found { column_of_row: [NONE; WIDEST], prices: [0.0; WIDEST] };
        for (problem, (columns, total)) in columns_of_rows.chunks_exact_mut(own_rows).zip(totals.iter_mut()).enumerate() {
            // The rest of the block stays in sight, so that rows can be read in whole registers.
            let costs = &costs[problem * size..];
            if !solve(costs, shape, &mut found) {
                return problem;
            }
            *total = 0.0;
            if shape.turned {
                columns.fill(-1);
                for (row, column) in found.column_of_row[..shape.rows].iter().enumerate() {
                    columns[*column] = row as i64;
                }
                for (row, column) in columns.iter().enumerate().filter(|(_, column)| **column >= 0) {
                    *total += costs[row * own_columns + *column as usize];
                }
            } else {
                for (row, column) in found.column_of_row[..shape.rows].iter().enumerate() {
                    columns[row] = *column as i64;
                    *total += costs[row * own_columns + *column];
                }
            }
        }
        totals.len()
    }
}

#[inline(always)]
fn solve(costs: &[f64], shape: Shape, found: &mut Found) -> bool {
    if shape.columns <= 8 { solve_in::<8>(costs, shape, found) } else { solve_in::<16>(costs, shape, found) }
}

/// The least of some numbers.
#[inline(always)]
fn least<const W: usize>(values: &[f64; W]) -> f64 {
    let mut left = *values;
    let mut half = W / 2;
    while half > 0 {
        for lane in 0..half {
            left[lane] = if left[lane + half] < left[lane] { left[lane + half] } else { left[lane] };
        }
        half /= 2;
    }
    left[0]
}

/// The first place of a number that is among the values.
#[inline(always)]
fn place<const W: usize>(values: &[f64; W], value: f64) -> usize {
    let mut places = [0u64; W];
    for lane in 0..W {
        places[lane] = if values[lane] == value { lane as u64 } else { W as u64 };
    }
    let mut half = W / 2;
    while half > 0 {
        for lane in 0..half {
            places[lane] = if places[lane + half] < places[lane] { places[lane + half] } else { places[lane] };
        }
        half /= 2;
    }
    places[0] as usize
}

#[inline(always)]
fn solve_in<const W: usize>(costs: &[f64], shape: Shape, found: &mut Found) -> bool {
    let Shape { rows, columns, turned, factor } = shape;
    let mut lines = [[f64::INFINITY; W]; W];
    let mut usual = true;
    for (row, line) in lines.iter_mut().enumerate().take(rows) {
        if let (false, Some(given)) = (turned, costs.get(row * columns..).and_then(|rest| rest.first_chunk::<W>())) {
            let mut odd = [0u64; W];
            for lane in 0..W {
                let inside = lane < columns;
                odd[lane] = u64::from(inside) & (u64::from(given[lane].abs() <= LARGEST) ^ 1);
                line[lane] = if inside { given[lane] * factor } else { f64::INFINITY };
            }
            usual &= odd.iter().fold(0, |any, odd| any | odd) == 0;
        } else {
            for column in 0..columns {
                let cost = if turned { costs[column * rows + row] } else { costs[row * columns + column] };
                usual &= cost.abs() <= LARGEST;
                line[column] = cost * factor;
            }
        }
    }
    if !usual {
        return false;
    }
    let mut prices = [0.0; W];
    let mut column_of_row = [NONE; W];
    let mut row_of_column = [NONE; W];
    if rows == columns && rows > 0 {
        let (mut low, mut from) = (lines[0], [0u64; W]);
        for (row, line) in lines.iter().enumerate().take(rows).skip(1) {
            for lane in 0..W {
                from[lane] = if line[lane] < low[lane] { row as u64 } else { from[lane] };
                low[lane] = if line[lane] < low[lane] { line[lane] } else { low[lane] };
            }
        }
        for column in 0..columns {
            prices[column] = low[column];
            let row = from[column] as usize % W;
            if column_of_row[row] == NONE {
                (column_of_row[row], row_of_column[column]) = (column, row);
            }
        }
    }
    for root in 0..rows {
        if column_of_row[root] != NONE {
            continue;
        }
        let mut distances = [f64::INFINITY; W];
        let mut before = [0u64; W];
        // Scanned columns: infinitely far, with the distance at which they were scanned.
        let mut barred = prices;
        let mut scanned = [f64::INFINITY; W];
        let (mut row, mut offset) = (root, 0.0);
        let (end, length) = loop {
            let line = &lines[row % W];
            for lane in 0..W {
                let through = line[lane] - barred[lane] - offset;
                before[lane] = if through < distances[lane] { row as u64 } else { before[lane] };
                distances[lane] = if through < distances[lane] { through } else { distances[lane] };
            }
            let length = least(&distances);
            let nearest = place(&distances, length) % W;
            let next = row_of_column[nearest];
            if next == NONE {
                break (nearest, length);
            }
            // In whole registers: a single place would have to be stored before it can be loaded with its neighbours.
            let Some(window) = WINDOW.get(WIDEST - 1 - nearest..).and_then(|rest| rest.first_chunk::<W>()) else {
                return false;
            };
            for lane in 0..W {
                let here = window[lane] != 0;
                scanned[lane] = if here { length } else { scanned[lane] };
                distances[lane] = if here { f64::INFINITY } else { distances[lane] };
                barred[lane] = if here { f64::NEG_INFINITY } else { barred[lane] };
            }
            row = next;
            offset = lines[row % W][nearest] - prices[nearest] - length;
        };
        for lane in 0..W {
            prices[lane] += if scanned[lane] < length { scanned[lane] - length } else { 0.0 };
        }
        let mut column = end;
        loop {
            let row = before[column % W] as usize % W;
            row_of_column[column % W] = row;
            std::mem::swap(&mut column_of_row[row], &mut column);
            if row == root {
                break;
            }
        }
    }
    found.column_of_row[..W].copy_from_slice(&column_of_row);
    found.prices[..W].copy_from_slice(&prices);
    true
}
