//! Small matrices: shortest augmenting paths over full rows, with no memory but what is lent.
//!
//! Row by row, a path of least reduced cost to a free column is searched as by Dijkstra, and the prices of the columns that
//! it scanned are lowered to keep all reduced costs at 0 or above. O(rows^2 columns). Source: Jonker, Volgenant, *A shortest
//! augmenting path algorithm for dense and sparse linear assignment problems* (1987); for fewer rows than columns as in
//! Crouse, *On implementing 2D rectangular assignment algorithms* (2016).
use super::{ALONE, Stuck};
use crate::error::Result;

/// What the search needs, one place per column each.
#[derive(Debug)]
pub(super) struct Lent<'a> {
    /// Price of each column; 0 or below.
    pub(super) prices: &'a mut [f64],
    /// Row matched to each column.
    pub(super) row_of_column: &'a mut [u32],
    /// Length of the shortest path found to each column.
    pub(super) distance: &'a mut [f64],
    /// The row before each column on that path.
    pub(super) before: &'a mut [u32],
    /// The columns: those scanned come first, in order.
    pub(super) order: &'a mut [u32],
}

/// Match every row; `costs` is row-major with `column_of_row.len()` rows and at least as many columns.
///
/// `between` is called before each row.
pub(super) fn solve(
    costs: &[f64],
    column_of_row: &mut [u32],
    lent: &mut Lent<'_>,
    mut between: impl FnMut(usize) -> Result<()>,
) -> Result<Result<(), Stuck>> {
    lent.prices.fill(0.0);
    lent.row_of_column.fill(ALONE);
    for row in 0..column_of_row.len() {
        between(row)?;
        match search(costs, row, column_of_row, lent) {
            Ok(end) => turn(row, end, column_of_row, lent),
            Err(stuck) => return Ok(Err(stuck)),
        }
    }
    Ok(Ok(()))
}

/// The free column at the end of the shortest path from a free row; prices are those after it.
fn search(costs: &[f64], from: usize, column_of_row: &[u32], lent: &mut Lent<'_>) -> Result<u32, Stuck> {
    let columns = lent.prices.len();
    for (position, column) in lent.order.iter_mut().enumerate() {
        *column = position as u32;
    }
    lent.distance.fill(f64::INFINITY);
    let (mut scanned, mut row, mut offset) = (0, from, 0.0);
    loop {
        let line = &costs[row * columns..][..columns];
        let (mut nearest, mut least) = (usize::MAX, f64::INFINITY);
        for position in scanned..columns {
            let column = lent.order[position] as usize;
            let through = line[column] - lent.prices[column] - offset;
            if through < lent.distance[column] {
                lent.distance[column] = through;
                lent.before[column] = row as u32;
            }
            let distance = lent.distance[column];
            // Among equals a free column ends the search.
            if distance < least || distance == least && least < f64::INFINITY && lent.row_of_column[column] == ALONE {
                (nearest, least) = (position, distance);
            }
        }
        if nearest == usize::MAX {
            let columns: Vec<usize> = lent.order[..scanned].iter().map(|column| *column as usize).collect();
            let rows = columns.iter().map(|column| lent.row_of_column[*column] as usize).chain([from]).collect();
            return Err(Stuck { rows, columns });
        }
        let column = lent.order[nearest];
        let next = lent.row_of_column[column as usize];
        if next == ALONE {
            for column in &lent.order[..scanned] {
                let column = *column as usize;
                lent.prices[column] += lent.distance[column] - least;
            }
            return Ok(column);
        }
        lent.order.swap(scanned, nearest);
        scanned += 1;
        row = next as usize;
        let own = column_of_row[row] as usize;
        offset = costs[row * columns + own] - lent.prices[own] - least;
    }
}

/// Match along the path that was found.
fn turn(from: usize, end: u32, column_of_row: &mut [u32], lent: &mut Lent<'_>) {
    let mut column = end;
    loop {
        let row = lent.before[column as usize];
        lent.row_of_column[column as usize] = row;
        std::mem::swap(&mut column_of_row[row as usize], &mut column);
        if row as usize == from {
            return;
        }
    }
}
