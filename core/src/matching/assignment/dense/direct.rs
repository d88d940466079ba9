//! Matrices of few rows: shortest augmenting paths over full rows, with no memory but what is lent.
//!
//! Row by row, a path of least reduced cost to a free column is searched as by Dijkstra, and the prices of the columns that
//! it scanned are lowered to keep all reduced costs at 0 or above. O(rows^2 columns). Source: Jonker, Volgenant, *A shortest
//! augmenting path algorithm for dense and sparse linear assignment problems* (1987); for fewer rows than columns as in
//! Crouse, *On implementing 2D rectangular assignment algorithms* (2016).
use crate::Context;
use crate::error::Result;
use crate::matching::assignment::search::kernels::{lower_to_columns_portable, pass_portable};
use crate::matching::assignment::{ALONE, Stuck};
use crate::math::simd::dispatch;

/// What the search needs, one place per column each.
#[derive(Debug)]
pub(in super::super) struct Desk {
    /// Price of each column; 0 or below unless there are as many rows as columns.
    pub(in super::super) prices: Vec<f64>,
    /// Length of the shortest path found to each column; infinite once it was scanned.
    distances: Vec<f64>,
    /// Prices, minus infinity for scanned columns.
    barred: Vec<f64>,
    /// The row before each column on its path.
    before: Vec<u64>,
    row_of_column: Vec<u32>,
    /// Columns in the order in which they were scanned, with their distances.
    scanned: Vec<(u32, f64)>,
}

impl Desk {
    pub(in super::super) fn new(columns: usize) -> Self {
        Self {
            prices: vec![0.0; columns],
            distances: vec![0.0; columns],
            barred: vec![0.0; columns],
            before: vec![0; columns],
            row_of_column: vec![ALONE; columns],
            scanned: Vec::new(),
        }
    }
}

dispatch! {
    /// Match every row; `costs` is row-major with `column_of_row.len()` rows and at least as many columns, all usual numbers
    /// or infinite where forbidden.
    pub(in super::super) fn solve, portable solve_portable(
        costs: &[f64],
        column_of_row: &mut [u32],
        desk: &mut Desk,
        context: &Context,
    ) -> Result<Result<(), Stuck>> {
        column_of_row.fill(ALONE);
        desk.row_of_column.fill(ALONE);
        desk.prices.fill(0.0);
        if column_of_row.len() == desk.prices.len() {
            start(costs, column_of_row, desk);
        }
        for row in 0..column_of_row.len() {
            if column_of_row[row] == ALONE
                && let Err(stuck) = augment(costs, row, column_of_row, desk, context)?
            {
                return Ok(Err(stuck));
            }
        }
        Ok(Ok(()))
    }
}

/// Give every column its least cost as price, and to the row that has it, if that is still free.
#[inline(always)]
fn start(costs: &[f64], column_of_row: &mut [u32], desk: &mut Desk) {
    desk.prices.fill(f64::INFINITY);
    lower_to_columns_portable(costs, 0, f64::INFINITY, &mut desk.prices, &mut desk.before);
    for (column, (price, row)) in desk.prices.iter_mut().zip(&desk.before).enumerate() {
        let own = &mut column_of_row[*row as usize % desk.row_of_column.len()];
        if *price == f64::INFINITY {
            *price = 0.0;
        } else if *own == ALONE {
            *own = column as u32;
            desk.row_of_column[column] = *row as u32;
        }
    }
}

/// Match a free row along the shortest path to a free column.
#[inline(always)]
fn augment(
    costs: &[f64],
    root: usize,
    column_of_row: &mut [u32],
    desk: &mut Desk,
    context: &Context,
) -> Result<Result<(), Stuck>> {
    let columns = desk.prices.len();
    desk.distances.fill(f64::INFINITY);
    desk.barred.copy_from_slice(&desk.prices);
    desk.scanned.clear();
    let (mut row, mut offset) = (root, 0.0);
    let (mut column, length) = loop {
        context.check()?;
        let line = &costs[row * columns..][..columns];
        let (length, column) =
            pass_portable(line, &desk.barred, offset, row as u64, &mut desk.distances, &mut desk.before);
        if length == f64::INFINITY {
            let columns: Vec<usize> = desk.scanned.iter().map(|(column, _)| *column as usize).collect();
            let rows = columns.iter().map(|column| desk.row_of_column[*column] as usize).chain([root]).collect();
            return Ok(Err(Stuck { rows, columns }));
        }
        let at = column as usize;
        let next = desk.row_of_column[at];
        if next == ALONE {
            break (column, length);
        }
        desk.scanned.push((column, length));
        desk.distances[at] = f64::INFINITY;
        desk.barred[at] = f64::NEG_INFINITY;
        row = next as usize;
        offset = costs[row * columns + at] - desk.prices[at] - length;
    };
    for (column, distance) in &desk.scanned {
        desk.prices[*column as usize] -= (length - distance).max(0.0);
    }
    loop {
        let row = desk.before[column as usize] as usize;
        desk.row_of_column[column as usize] = row as u32;
        std::mem::swap(&mut column_of_row[row], &mut column);
        if row == root {
            return Ok(Ok(()));
        }
    }
}
