//! The proof that an assignment is the best, checked from nothing but costs, pairs and prices.
use super::cardinality::largest;
use super::graph::Oriented;
use super::{ALONE, Assign, Assignment, SparseCosts, Unmatched};
use crate::Context;
use crate::error::{Result, ensure};
use crate::matching::assignment::Certificate;

/// Certify that `assignment` is the best one for `costs`: legal pairs, and prices that no better set of pairs can exist with.
///
/// The gap is the total less the least that so many pairs can cost by the prices. O(pairs of `costs`), and a largest
/// matching where [`Unmatched::Leave`] left somebody alone.
///
/// # Errors
/// `invalid_data` for prices that are not finite, or not one per row and one per column, and as [`assign_sparse`](super::assign_sparse) for
/// the costs; `cancelled`.
pub fn verify_sparse(
    costs: &SparseCosts,
    assignment: &Assignment,
    options: &Assign,
    context: &Context,
) -> Result<Certificate> {
    let oriented = Oriented::by_rows(costs, options.maximize, context)?;
    let graph = &oriented.graph;
    ensure!(
        assignment.row_prices.len() == graph.rows && assignment.column_prices.len() == graph.columns,
        InvalidData,
        "{} row prices and {} column prices for {} x {} costs",
        assignment.row_prices.len(),
        assignment.column_prices.len(),
        graph.rows,
        graph.columns
    );
    for (side, prices) in [("row", &assignment.row_prices), ("column", &assignment.column_prices)] {
        for (at, price) in prices.iter().enumerate() {
            ensure!(price.is_finite(), InvalidData, "the price of {side} {at} is {price}, it must be finite");
        }
    }
    let matched = pairs(assignment, graph.rows, graph.columns);
    let unit = oriented.told(1.0);
    let row_prices: Vec<f64> = assignment.row_prices.iter().map(|price| price / unit).collect();
    let column_prices: Vec<f64> = assignment.column_prices.iter().map(|price| price / unit).collect();

    let mut worst = 0.0_f64;
    let mut largest_value = 0.0_f64;
    let mut total = 0.0;
    let mut possible = true;
    let none = vec![ALONE; graph.rows];
    let column_of_row = matched.as_deref().unwrap_or(&none);
    for (row, own) in column_of_row.iter().enumerate() {
        if row % 4096 == 0 {
            context.check()?;
        }
        let mut found = *own == ALONE;
        for arc in graph.row(row) {
            largest_value = largest_value.max(arc.cost.abs());
            let slack = arc.cost - column_prices[arc.column as usize] - row_prices[row];
            worst = worst.max(if arc.column == *own { slack.abs() } else { -slack });
            if arc.column == *own {
                found = true;
                total += arc.cost;
            }
        }
        possible &= found;
    }
    let prices = row_prices.iter().chain(&column_prices);
    let largest_value = prices.fold(largest_value, |most, price| most.max(price.abs()));
    let count = column_of_row.iter().filter(|column| **column != ALONE).count();
    let tolerance = 4e-16 * (count as f64 + 16.0) * largest_value;
    let complete = graph.rows.min(graph.columns);
    let wanted = match options.unmatched {
        Unmatched::Leave if count < complete => {
            largest(graph, context)?.column_of_row.iter().filter(|column| **column != ALONE).count()
        }
        _ => complete,
    };
    // So many pairs cost at least the lowest prices of so many rows and columns.
    let bound = lowest(row_prices, count) + lowest(column_prices, count);
    let gap = (total - bound).max(0.0);
    let told = (oriented.told(total) - assignment.total_cost).abs() <= (count as f64 + 1.0) * tolerance * unit.abs();
    let feasible = matched.is_some() && possible && count == wanted && told;
    let is_optimal = feasible && worst <= tolerance && gap <= (count as f64 + 1.0) * tolerance;
    let scale = unit.abs();
    Ok(Certificate {
        feasible,
        gap: gap * scale,
        worst_violation: worst * scale,
        tolerance: tolerance * scale,
        is_optimal,
    })
}

/// The column of each row, unless the pairs are not a matching of so many rows and columns.
fn pairs(assignment: &Assignment, rows: usize, columns: usize) -> Option<Vec<u32>> {
    let mut column_of_row = vec![ALONE; rows];
    let mut used = vec![false; columns];
    if assignment.rows.len() != assignment.columns.len() {
        return None;
    }
    for (row, column) in assignment.rows.iter().zip(assignment.columns.iter()) {
        let own = column_of_row.get_mut(usize::try_from(*row).ok()?)?;
        let seen = used.get_mut(usize::try_from(*column).ok()?)?;
        if *own != ALONE || std::mem::replace(seen, true) {
            return None;
        }
        *own = *column as u32;
    }
    Some(column_of_row)
}

/// The sum of the lowest `count` values.
fn lowest(mut values: Vec<f64>, count: usize) -> f64 {
    if count < values.len() && count > 0 {
        values.select_nth_unstable_by(count - 1, f64::total_cmp);
    }
    values.iter().take(count).sum()
}
