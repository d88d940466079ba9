//! Matrices of up to 16 columns, whole rows in a few registers.
//!
//! The steps are those of large matrices: least costs of columns first where there are as many rows, then shortest augmenting
//! paths for rows left over. Rows are padded with forbidden columns to 4, 8 or 16.
use std::hint::select_unpredictable;

use crate::matching::assignment::problem::LARGEST;

use crate::math::simd::dispatch;

/// The most columns.
pub(in super::super) const WIDEST: usize = 16;
/// In place of a row or column of one that has none.
const NONE: usize = usize::MAX;

/// Where costs stand in the caller's numbers, and how.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Shape {
    /// As solved: `rows <= columns <= 16`.
    pub(in super::super) rows: usize,
    pub(in super::super) columns: usize,
    /// The caller's rows are the columns here.
    pub(in super::super) turned: bool,
    /// 1, or -1 to maximise.
    pub(in super::super) factor: f64,
}

/// What was found.
#[derive(Debug)]
pub(in super::super) struct Found {
    pub(in super::super) column_of_row: [usize; WIDEST],
    pub(in super::super) prices: [f64; WIDEST],
}

dispatch! {
    /// Solve one problem; gives whether it could be solved here: all costs of usual size.
    pub(in super::super) fn solve_one, portable solve_one_portable(costs: &[f64], shape: Shape, found: &mut Found) -> bool {
        solve(costs, shape, found)
    }
}

#[inline(always)]
fn solve(costs: &[f64], shape: Shape, found: &mut Found) -> bool {
    match shape.columns {
        ..=4 => solve_in::<4>(costs, shape, found),
        5..=8 => solve_in::<8>(costs, shape, found),
        _ => solve_in::<WIDEST>(costs, shape, found),
    }
}

/// The least of some numbers.
#[inline(always)]
pub(in super::super) fn least<const W: usize>(values: &[f64; W]) -> f64 {
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

/// 0, 1, 2, .. in a way that the compiler does not see through, so that it treats all places alike: knowing the first, it
/// would handle that apart from the rest of the register.
#[inline(always)]
pub(in super::super) fn places<const W: usize>() -> [u64; W] {
    std::hint::black_box(std::array::from_fn(|at| at as u64))
}

/// The first place of a number that is among the values.
#[inline(always)]
pub(in super::super) fn place<const W: usize>(values: &[f64; W], value: f64, places: &[u64; W]) -> usize {
    let mut found = [0u64; W];
    for lane in 0..W {
        found[lane] = if values[lane] == value { places[lane] } else { W as u64 };
    }
    let mut half = W / 2;
    while half > 0 {
        for lane in 0..half {
            found[lane] = if found[lane + half] < found[lane] { found[lane + half] } else { found[lane] };
        }
        half /= 2;
    }
    found[0] as usize
}

#[inline(always)]
fn solve_in<const W: usize>(costs: &[f64], shape: Shape, found: &mut Found) -> bool {
    let Shape { rows, columns, turned, factor } = shape;
    let places = places();
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
    // Rows without a column, a bit each.
    let mut free = (1u32 << rows) - 1;
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
            // Without a branch, of which half would be guessed wrong.
            let takes = free >> row & 1 != 0;
            free &= !(1 << row);
            column_of_row[row] = select_unpredictable(takes, column, column_of_row[row]);
            row_of_column[column] = select_unpredictable(takes, row, NONE);
        }
    }
    while free != 0 {
        let root = free.trailing_zeros() as usize % W;
        free &= free - 1;
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
            let nearest = place(&distances, length, &places) % W;
            let next = row_of_column[nearest];
            if next == NONE {
                break (nearest, length);
            }
            // In whole registers: a single place would have to be stored before it can be loaded with its neighbours.
            for lane in 0..W {
                let here = places[lane] == nearest as u64;
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
