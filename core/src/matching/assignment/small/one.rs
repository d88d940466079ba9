//! A single matrix of up to 16 rows and columns, without memory but that of its result.
use ndarray::ArrayView2;

use crate::matching::assignment::options::Assign;
use crate::matching::assignment::result::Assignment;
use crate::matching::assignment::small::tiny::{self, Found, Shape, WIDEST};

/// The answer to one problem, in as many places as the caller has rows, columns and pairs.
#[derive(Debug)]
pub(in super::super) struct One {
    rows: usize,
    columns: usize,
    /// By pair, in order of rows: as many as the shorter side has lines.
    row: [i64; WIDEST],
    column: [i64; WIDEST],
    total: f64,
    /// By row and by column.
    row_prices: [f64; WIDEST],
    column_prices: [f64; WIDEST],
}

impl From<One> for Assignment {
    fn from(one: One) -> Self {
        let pairs = one.rows.min(one.columns);
        let prices = [one.row_prices[..one.rows].to_vec(), one.column_prices[..one.columns].to_vec()];
        Self::new(one.row[..pairs].to_vec(), one.column[..pairs].to_vec(), one.total, prices)
    }
}

/// The pairs and prices of a matrix of few numbers that lie in one piece, if all of them are of usual size. The steps and
/// orientation are those of larger matrices: the shorter side as rows, and of a square one the side whose lines lie together.
#[inline]
pub(in super::super) fn solve(costs: ArrayView2<'_, f64>, options: &Assign) -> Option<One> {
    let (own_rows, own_columns) = costs.dim();
    if own_rows == 0 || own_columns == 0 || own_rows.max(own_columns) > WIDEST {
        return None;
    }
    let by_row = costs.to_slice();
    let transposed = own_rows > own_columns || own_rows == own_columns && by_row.is_none();
    let given = by_row.or_else(|| costs.reversed_axes().to_slice())?;
    let factor = if options.maximize { -1.0 } else { 1.0 };
    let (rows, columns) = (own_rows.min(own_columns), own_rows.max(own_columns));
    // Lines of the caller that lie together are the rows here unless one of both is turned.
    let shape = Shape { rows, columns, turned: transposed == by_row.is_some(), factor };
    let mut found = Found { column_of_row: [0; WIDEST], prices: [0.0; WIDEST] };
    if !tiny::solve_one(given, shape, &mut found) {
        return None;
    }
    let cost = |row: usize, column: usize| {
        given.get(if shape.turned { column * rows + row } else { row * columns + column }).copied().unwrap_or(f64::NAN)
    };
    let (mut short, mut long) = ([0.0; WIDEST], [0.0; WIDEST]);
    let mut row_of_column = [None; WIDEST];
    for (row, column) in found.column_of_row.iter().enumerate().take(rows) {
        let column = *column % WIDEST;
        // Zero keeps its plain sign.
        short[row] = (cost(row, column) * factor - found.prices[column]) * factor + 0.0;
        row_of_column[column] = Some(row);
    }
    for (own, price) in long.iter_mut().zip(&found.prices).take(columns) {
        *own = price * factor + 0.0;
    }
    // In the order of the caller's rows.
    let (mut first, mut second, mut total, mut pairs) = ([0; WIDEST], [0; WIDEST], 0.0, 0);
    let mut pair = |row: usize, column: usize, cost: f64| {
        (first[pairs % WIDEST], second[pairs % WIDEST]) = (row as i64, column as i64);
        total += cost;
        pairs += 1;
    };
    if transposed {
        for (column, row) in row_of_column.iter().enumerate().take(columns) {
            if let Some(row) = *row {
                pair(column, row, cost(row, column));
            }
        }
    } else {
        for (row, column) in found.column_of_row.iter().enumerate().take(rows) {
            pair(row, *column, cost(row, *column));
        }
    }
    let (row_prices, column_prices) = if transposed { (long, short) } else { (short, long) };
    let total = total + 0.0;
    Some(One { rows: own_rows, columns: own_columns, row: first, column: second, total, row_prices, column_prices })
}
