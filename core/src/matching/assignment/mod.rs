//! Pairs of least total cost.
//!
//! [`assign`] pairs the rows of a cost matrix with its columns. See [`Assign`] for what it may be told and [`Assignment`]
//! for what comes back.
mod cardinality;
mod direct;
mod options;
mod problem;
mod result;
#[cfg(test)]
mod tests;

use ndarray::ArrayView2;

pub use options::{Assign, Unmatched};
pub use result::{Assignment, Certificate};

use crate::Context;
use crate::error::{Result, bail, ensure};
use problem::Problem;

/// In place of the row or column of one that has none.
const ALONE: u32 = u32::MAX;

/// Rows that can only use columns which are fewer: a proof that not all can be matched.
#[derive(Debug)]
struct Stuck {
    rows: Vec<usize>,
    columns: Vec<usize>,
}

/// A matching of every row with prices that prove it best.
#[derive(Debug)]
struct Solved {
    column_of_row: Vec<u32>,
    row_prices: Vec<f64>,
    column_prices: Vec<f64>,
}

/// Pair the rows of `costs`, `[row, column]`, with its columns so that the total is least.
///
/// All of the shorter side are matched. `inf` (`-inf` when maximising) forbids a pair; costs of 0, -0 and below are as good
/// as any. Which of several equally good sets of pairs comes back is the same on every run, but not specified further. Whole
/// numbers whose sums stay below 2^53 are added exactly.
///
/// # Errors
/// `invalid_data` for NaN, for the infinity that does not forbid, for a total beyond the largest number, and, unless
/// [`Unmatched::Leave`], where forbidden pairs make it impossible to match all of the shorter side: the message names rows
/// (or columns) that have too few partners between them. `too_large` for 2^32 rows or columns. `cancelled`.
pub fn assign(costs: ArrayView2<'_, f64>, options: &Assign, context: &Context) -> Result<Assignment> {
    let problem = Problem::of(costs, options, context)?;
    let solved = match solve(&problem, context)? {
        Ok(solved) => solved,
        Err(_) if options.unmatched == Unmatched::Leave => cardinality::solve(&problem, context)?,
        Err(stuck) => return Err(infeasible(&stuck, problem.is_transposed())),
    };
    let (rows, columns) = problem.pairs(&solved.column_of_row);
    let total: f64 = rows.iter().zip(&columns).map(|(row, column)| costs[[*row as usize, *column as usize]]).sum();
    ensure!(total.is_finite(), InvalidData, "the total of {} pairs is beyond the largest number", rows.len());
    Ok(Assignment::new(rows, columns, total, problem.prices(solved.row_prices, solved.column_prices)))
}

/// Match every row of the problem.
fn solve(problem: &Problem<'_>, context: &Context) -> Result<Result<Solved, Stuck>> {
    let (rows, columns) = (problem.rows, problem.columns);
    let mut column_of_row = vec![ALONE; rows];
    let (mut prices, mut distance) = (vec![0.0; columns], vec![0.0; columns]);
    let mut whole = vec![0; 3 * columns];
    let (row_of_column, rest) = whole.split_at_mut(columns);
    let (before, order) = rest.split_at_mut(columns);
    let mut lent = direct::Lent { prices: &mut prices, row_of_column, distance: &mut distance, before, order };
    let done = direct::solve(&problem.costs, &mut column_of_row, &mut lent, |_| context.check())?;
    Ok(done.map(|()| {
        let row_prices = row_prices(problem, &column_of_row, &prices);
        Solved { column_of_row, row_prices, column_prices: prices }
    }))
}

/// The price of each row, which with that of its column is the cost of the pair.
fn row_prices(problem: &Problem<'_>, column_of_row: &[u32], column_prices: &[f64]) -> Vec<f64> {
    let price = |(row, column): (usize, &u32)| problem.row(row)[*column as usize] - column_prices[*column as usize];
    column_of_row.iter().enumerate().map(price).collect()
}

/// The error that names who cannot all be matched.
fn infeasible(stuck: &Stuck, transposed: bool) -> crate::Error {
    let (many, few) = if transposed { ("columns", "rows") } else { ("rows", "columns") };
    let error: Result<()> = (|| {
        if stuck.columns.is_empty() {
            bail!(InvalidData, "{} cannot be matched: every pair is forbidden", some(many, &stuck.rows));
        }
        bail!(
            InvalidData,
            "not all {many} can be matched: {} can only use {}",
            some(many, &stuck.rows),
            some(few, &stuck.columns)
        )
    })();
    error.err().unwrap_or_else(|| crate::Error::new(crate::Code::Internal, "an infeasible matrix without a reason"))
}

/// `rows 1, 2 and 5`, ascending, at most ten of them.
fn some(what: &str, positions: &[usize]) -> String {
    let mut sorted = positions.to_vec();
    sorted.sort_unstable();
    let shown: Vec<String> = sorted.iter().take(10).map(ToString::to_string).collect();
    match shown.as_slice() {
        [one] => format!("{} {one}", what.trim_end_matches('s')),
        _ if sorted.len() > 10 => format!("{what} {} and {} more", shown.join(", "), sorted.len() - 10),
        [most @ .., last] => format!("{what} {} and {last}", most.join(", ")),
        [] => format!("no {what}"),
    }
}
