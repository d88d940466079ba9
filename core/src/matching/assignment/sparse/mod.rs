//! Pairs of least total cost where only few pairs are possible.
//!
//! [`assign_sparse`] takes [`SparseCosts`], a list of the possible pairs with their costs, and gives what
//! [`assign`](super::assign) gives, prices included. Memory and the usual time grow with the number of pairs, not with
//! rows times columns.
//!
//! How: an auction with a shrinking least bid (Bertsekas 1988; Goldberg, Kennedy, *An efficient cost scaling algorithm for
//! the assignment problem*, 1995) in which a bid is the difference between the two best columns of the row, or the least
//! bid where that is more. Most pairs are then exactly as good as their prices say, and a round only has to repeat those
//! that are not. Once they are few, shortest augmenting paths place them exactly, so that the result is the best for real
//! costs too. Fewer rows than columns are solved by augmenting paths at once, or, where nearly as many, as two copies
//! joined by free pairs (Goldberg, Kennedy, *Global price updates help*, 1997).
//!
//! ```
//! use inlaid::matching::{Assign, SparseCosts, assign_sparse};
//! let context = inlaid::Context::new();
//! // Three drivers, four orders, six possible pairs.
//! let costs = SparseCosts::from_triplets(&[0, 0, 1, 1, 2, 2], &[0, 1, 0, 2, 2, 3], &[4.0, 1.0, 2.0, 5.0, 3.0, 9.0], [3, 4], &context)?;
//! let best = assign_sparse(&costs, &Assign::default(), &context)?;
//! assert_eq!(best.columns.to_vec(), [1, 0, 2]);
//! assert_eq!(best.total_cost, 6.0);
//! # Ok::<(), inlaid::Error>(())
//! ```
mod auction;
pub(super) mod cardinality;
mod costs;
pub(super) mod graph;
mod leave;
mod paths;
#[cfg(test)]
mod tests;
mod verify;
mod wide;

pub use costs::SparseCosts;
pub use verify::verify_sparse;

use crate::Context;
use crate::error::{Result, ensure};
use crate::matching::assignment::{ALONE, Assign, Assignment, Solved, Stuck, Unmatched, infeasible};
use graph::{Graph, Oriented, Range};
use paths::{Search, State};

/// Pair rows with columns so that the total is least, where only the listed pairs are possible.
///
/// All of the shorter side are matched. Of pairs listed more than once the cheapest counts (the dearest when maximising);
/// a cost of `inf` (`-inf` when maximising) is a pair that is not listed. Whole numbers whose sums stay below 2^53 are added
/// exactly. The prices prove the result: see [`verify_sparse`].
///
/// # Errors
/// `invalid_data` for the infinity that does not forbid, for a total beyond the largest number, and, unless
/// [`Unmatched::Leave`], where it is impossible to match all of the shorter side: the message names rows (or columns) that
/// have too few partners between them. `cancelled`.
pub fn assign_sparse(costs: &SparseCosts, options: &Assign, context: &Context) -> Result<Assignment> {
    let oriented = Oriented::of(costs, options.maximize, context)?;
    let solved = match solve(&oriented.graph, context)? {
        Ok(solved) => solved,
        Err(_) if options.unmatched == Unmatched::Leave => leave::solve(&oriented.graph, context)?,
        Err(stuck) => return Err(infeasible(&stuck, oriented.transposed)),
    };
    let total = oriented.total(&solved.column_of_row);
    let (rows, columns) = oriented.pairs(&solved.column_of_row);
    ensure!(total.is_finite(), InvalidData, "the total of {} pairs is beyond the largest number", rows.len());
    context.report(1, 1);
    Ok(Assignment::new(rows, columns, total, oriented.prices(solved.row_prices, solved.column_prices)))
}

/// Match every row of the graph, which has no more rows than columns, or say why that is impossible.
fn solve(graph: &Graph<'_>, context: &Context) -> Result<Result<Solved, Stuck>> {
    let idle = (0..graph.rows).find(|row| graph.row(*row).is_empty());
    if let Some(row) = idle {
        return Ok(Err(Stuck { rows: vec![row], columns: vec![] }));
    }
    let range = Range::of(graph);
    // Costs far from 0 that differ little would lose the difference in sums; all rows are matched, so they may be moved,
    // and of two numbers within a factor of 2 the difference is exact.
    let offset = range.offset();
    if offset != 0.0 && graph.rows > 0 {
        let moved = graph.moved(offset);
        let mut solved = solve_near_zero(&moved, Range::of(&moved), context)?;
        if let Ok(solved) = &mut solved {
            solved.row_prices.iter_mut().for_each(|price| *price += offset);
        }
        return Ok(solved);
    }
    solve_near_zero(graph, range, context)
}

fn solve_near_zero(graph: &Graph<'_>, range: Range, context: &Context) -> Result<Result<Solved, Stuck>> {
    let state = if range.width() == 0.0 {
        let matching = cardinality::largest(graph, context)?;
        if !matching.is_complete() {
            return Ok(Err(cardinality::stuck(graph, &matching, context)?));
        }
        State::of_equal_costs(matching, range.low)
    } else if graph.rows == graph.columns {
        match auction::square(graph, range, context)? {
            Some(state) => state,
            None => return Ok(Err(cardinality::stuck_of(graph, context)?)),
        }
    } else {
        match wide::solve(graph, range, context)? {
            Some(state) => state,
            None => return Ok(Err(cardinality::stuck_of(graph, context)?)),
        }
    };
    Ok(Ok(state.finish(graph)))
}

/// Place the rows left alone along shortest paths; `false` where one cannot be placed.
fn place(graph: &Graph<'_>, state: &mut State, waiting: &[u32], context: &Context) -> Result<bool> {
    let mut search = Search::new(graph.columns);
    for (done, row) in waiting.iter().enumerate() {
        if done % 64 == 0 {
            context.report(done, waiting.len());
        }
        if !search.place(graph, state, *row, context)? {
            return Ok(false);
        }
    }
    Ok(true)
}
