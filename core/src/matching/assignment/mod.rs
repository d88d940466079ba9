//! Pairs of least total cost.
//!
//! [`assign`] pairs the rows of a cost matrix with its columns. See [`Assign`] for what it may be told and [`Assignment`]
//! for what comes back. Beside it:
//!
//! | costs | solved by |
//! |---|---|
//! | a full matrix ([`assign`]) | up to 16 rows and columns `small`; `dense`: few short rows directly, larger ones by `search` over short lists, with full rows where those run out |
//! | many small matrices ([`assign_batch`]) | `small`: eight side by side up to 16 columns, `dense` above |
//! | points ([`assign_points`]) | `points`: `search` over lists that a tree of boxes gives |
//! | by rule ([`AssignByRule`]) | `by_rule`: `search` over lists that the caller gives |
//! | few possible pairs ([`assign_sparse`]) | `sparse` |
//! | the k best, the least worst pair, capacities, every row on its own, one after another | `variants` |
//!
//! `problem` judges and orients costs, `verify` proves.
mod by_rule;
mod dense;
mod options;
mod points;
mod problem;
mod result;
mod search;
mod small;
mod sparse;
#[cfg(test)]
mod tests;
mod variants;
mod verify;

use ndarray::ArrayView2;

pub use by_rule::{AssignByRule, Line, Request, assign_by};
pub use options::{Assign, Unmatched};
pub use points::{PointCosts, PointMetric, assign_points, point_costs};
pub use result::{Assignment, Certificate};
pub use small::{AssignmentBatch, assign_batch};
pub use sparse::{SparseCosts, assign_sparse, verify_sparse};
pub use variants::{
    AssignBottleneck, AssignCapacities, AssignEachRow, BottleneckAssignment, CapacityAssignment, Demand,
    EachRowAssignment, OnlineAssign, OnlineDecision, OnlineMatching, OnlineReport, RankedAssignment, assign_bottleneck,
    assign_each_row, assign_k_best, assign_sparse_with_capacities, assign_with_capacities,
};
pub use verify::verify_assignment;

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
/// (or columns) that have too few partners between them. `too_large` for 2^31 rows or columns. `cancelled`.
pub fn assign(costs: ArrayView2<'_, f64>, options: &Assign, context: &Context) -> Result<Assignment> {
    context.check()?;
    if let Some(found) = small::one::solve(costs, options) {
        return Ok(found.into());
    }
    let mut problem = Problem::of(costs, options, context)?;
    let solved = match dense::solve(&mut problem, Some(costs), context)? {
        Ok(solved) => solved,
        Err(_) if options.unmatched == Unmatched::Leave => dense::cardinality::solve(&problem, context)?,
        Err(stuck) => return Err(infeasible(&stuck, problem.is_transposed())),
    };
    let (rows, columns) = problem.pairs(&solved.column_of_row);
    // The sum of nothing is -0, which is not what nothing costs.
    let total =
        rows.iter().zip(&columns).map(|(row, column)| costs[[*row as usize, *column as usize]]).sum::<f64>() + 0.0;
    ensure!(total.is_finite(), InvalidData, "the total of {} pairs is beyond the largest number", rows.len());
    let prices = problem.prices(solved.row_prices, solved.column_prices);
    let finite = prices.iter().flatten().all(|price| price.is_finite());
    ensure!(finite, InvalidData, "the costs are so large that their prices are beyond the largest number");
    Ok(Assignment::new(rows, columns, total, prices))
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
