//! The least total of an assignment, as a bound.
use crate::Context;
use crate::error::Result;

/// The least total of one entry per row and column of a square matrix, `inf` for entries that are not allowed; none where
/// there is no such choice. Shortest augmenting paths with prices, O(size^3); the total is that of the prices, so that it is a
/// bound from below even where sums are rounded.
pub(in crate::optimize::routes) fn least(costs: &[f64], size: usize, context: &Context) -> Result<Option<f64>> {
    const NOBODY: usize = usize::MAX;
    let mut row_price = vec![0.0; size];
    let mut column_price = vec![0.0; size + 1];
    let mut row_of = vec![NOBODY; size + 1];
    let (mut way, mut distance, mut done) = (vec![size; size + 1], vec![0.0; size + 1], vec![false; size + 1]);
    for row in 0..size {
        context.check()?;
        row_of[size] = row;
        let mut column = size;
        distance.fill(f64::INFINITY);
        done.fill(false);
        while row_of[column] != NOBODY {
            done[column] = true;
            let from = row_of[column];
            let (mut step, mut next) = (f64::INFINITY, NOBODY);
            for to in 0..size {
                if done[to] {
                    continue;
                }
                let reduced = costs[from * size + to] - row_price[from] - column_price[to];
                if reduced < distance[to] {
                    (distance[to], way[to]) = (reduced, column);
                }
                if distance[to] < step {
                    (step, next) = (distance[to], to);
                }
            }
            if next == NOBODY {
                return Ok(None);
            }
            for to in 0..=size {
                if done[to] {
                    row_price[row_of[to]] += step;
                    column_price[to] -= step;
                } else {
                    distance[to] -= step;
                }
            }
            column = next;
        }
        while column != size {
            let before = way[column];
            row_of[column] = row_of[before];
            column = before;
        }
    }
    // The column beside the matrix only carried the row that was looked for.
    Ok(Some(row_price.iter().sum::<f64>() + column_price[..size].iter().sum::<f64>() + 0.0))
}
