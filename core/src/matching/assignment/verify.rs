//! Whether an assignment is legal and best, from its prices and nothing else.
use ndarray::ArrayView2;

use crate::Context;
use crate::error::{Result, ensure};
use crate::matching::assignment::options::{Assign, Unmatched};
use crate::matching::assignment::problem::{Problem, judge};
use crate::matching::assignment::result::{Assignment, Certificate};
use crate::matching::assignment::{ALONE, dense::cardinality};

/// Judge an assignment by its prices: is it legal, and how far may it be from the best?
///
/// With `k` pairs, no other `k` pairs can cost less than the `k` least row prices and the `k` least column prices together,
/// as long as no pair costs less than its two prices; the gap is the distance of the total from that bound. One pass over
/// the costs. For an assignment by points or by rule, give the costs that it stands for.
///
/// # Errors
/// `invalid_data` for costs that [`assign`](super::assign) refuses, for prices that are not finite, and for as many prices as
/// there are not rows or columns. `cancelled`. An illegal or poor assignment is no error, but a verdict.
pub fn verify_assignment(
    costs: ArrayView2<'_, f64>,
    assignment: &Assignment,
    options: &Assign,
    context: &Context,
) -> Result<Certificate> {
    let (rows, columns) = costs.dim();
    for (side, prices, wanted) in
        [("row", &assignment.row_prices, rows), ("column", &assignment.column_prices, columns)]
    {
        ensure!(prices.len() == wanted, InvalidData, "{} {side} prices for {wanted} {side}s", prices.len());
        for (at, price) in prices.iter().enumerate() {
            ensure!(price.is_finite(), InvalidData, "the price of {side} {at} is {price}, it must be finite");
        }
    }
    judge(costs, options.maximize, context)?;
    let sign = if options.maximize { -1.0 } else { 1.0 };
    let pairs = legal_pairs(costs, assignment);
    let legal = pairs.len() == assignment.rows.len() && assignment.rows.len() == assignment.columns.len();

    let mut scale = 0.0_f64;
    let mut worst = 0.0_f64;
    for (row, (line, row_price)) in costs.rows().into_iter().zip(assignment.row_prices.iter()).enumerate() {
        if row % 16 == 0 {
            context.check()?;
        }
        let mut least = f64::INFINITY;
        for (cost, column_price) in line.iter().zip(assignment.column_prices.iter()) {
            let slack = sign * (cost - row_price - column_price);
            least = if slack < least { slack } else { least };
            let size = if cost.is_finite() { cost.abs() } else { 0.0 };
            scale = if size > scale { size } else { scale };
        }
        worst = worst.max(-least);
    }
    let (mut total, mut bound) = (0.0, 0.0);
    for (row, column) in &pairs {
        let cost = costs[[*row, *column]];
        total += cost;
        worst = worst.max((cost - assignment.row_prices[*row] - assignment.column_prices[*column]).abs());
    }
    for prices in [&assignment.row_prices, &assignment.column_prices] {
        let mut sorted: Vec<f64> = prices.iter().map(|price| sign * price).collect();
        scale = sorted.iter().fold(scale, |scale, price| scale.max(price.abs()));
        sorted.sort_unstable_by(f64::total_cmp);
        bound += sorted.iter().take(pairs.len()).sum::<f64>();
    }
    let count = pairs.len() as f64;
    let tolerance = 4e-16 * (count + 16.0) * scale;
    let all = pairs.len() == rows.min(columns)
        || options.unmatched == Unmatched::Leave && largest(costs, &pairs, options, context)?;
    let feasible = legal && all && (total - assignment.total_cost).abs() <= (count + 1.0) * tolerance;
    let gap = (sign * total - bound).max(0.0);
    let is_optimal = feasible && worst <= tolerance && gap <= (count + 1.0) * tolerance;
    Ok(Certificate { feasible, gap, worst_violation: worst, tolerance, is_optimal })
}

/// The pairs that are within the matrix, allowed, and use no line twice.
fn legal_pairs(costs: ArrayView2<'_, f64>, assignment: &Assignment) -> Vec<(usize, usize)> {
    let (rows, columns) = costs.dim();
    let mut used = [vec![false; rows], vec![false; columns]];
    let mut pairs = Vec::with_capacity(assignment.rows.len());
    for (row, column) in assignment.rows.iter().zip(assignment.columns.iter()) {
        let (Ok(row), Ok(column)) = (usize::try_from(*row), usize::try_from(*column)) else { continue };
        if row < rows && column < columns && costs[[row, column]].is_finite() && !used[0][row] && !used[1][column] {
            (used[0][row], used[1][column]) = (true, true);
            pairs.push((row, column));
        }
    }
    pairs
}

/// Whether there are no more pairs to be had.
fn largest(costs: ArrayView2<'_, f64>, pairs: &[(usize, usize)], options: &Assign, context: &Context) -> Result<bool> {
    let problem = Problem::of(costs, options, context)?;
    let mut column_of_row = vec![ALONE; problem.rows];
    for (row, column) in pairs {
        let (row, column) = if problem.is_transposed() { (*column, *row) } else { (*row, *column) };
        column_of_row[row] = column as u32;
    }
    cardinality::is_largest(&problem, &column_of_row, context)
}
