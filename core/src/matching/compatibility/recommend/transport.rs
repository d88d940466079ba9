//! Pairs within capacities, and how many pairs are possible at all.
use ndarray::ArrayView2;

use crate::Context;
use crate::error::Result;
use crate::matching::assignment::{AssignCapacities, SparseCosts, assign_sparse_with_capacities};

/// Nobody.
const NONE: u32 = u32::MAX;

/// The greatest total score of pairs such that row `i` is in at most `takes[i]` of them and column `j` in `seats[j]`; no
/// pair comes twice, minus infinity forbids it.
///
/// Units that stay without a partner go to columns of score 0 that have room for all, so that none is forced into a pair
/// which costs the others more than it brings.
pub(super) fn greatest(
    scores: ArrayView2<'_, f64>,
    takes: &[usize],
    seats: &[usize],
    context: &Context,
) -> Result<Vec<(usize, usize)>> {
    let (rows, columns) = scores.dim();
    let alone = takes.iter().copied().max().unwrap_or(0);
    let (mut starts, mut partners, mut values) = (Vec::with_capacity(rows + 1), Vec::new(), Vec::new());
    starts.push(0);
    for (row, &most) in scores.rows().into_iter().zip(takes) {
        context.check()?;
        for (column, score) in row.iter().enumerate().filter(|(column, score)| **score > 0.0 && seats[*column] > 0) {
            partners.push(column as i64);
            values.push(*score);
        }
        for spare in 0..most {
            partners.push((columns + spare) as i64);
            values.push(0.0);
        }
        starts.push(values.len() as i64);
    }
    let costs = SparseCosts::from_csr(&starts, &partners, &values, columns + alone, context)?;
    let takes: Vec<i64> = takes.iter().map(|count| *count as i64).collect();
    let seats: Vec<i64> =
        seats.iter().map(|count| *count as i64).chain(std::iter::repeat_n(rows as i64, alone)).collect();
    let options = AssignCapacities::default().with_maximize(true);
    let found = assign_sparse_with_capacities(&costs, &takes, &seats, &options, context)?;
    let pairs = found.rows.iter().zip(found.columns.iter()).map(|(row, column)| (*row as usize, *column as usize));
    Ok(pairs.filter(|(_, column)| *column < columns).collect())
}

/// How many rows can have a column each within `most` regret; the lists are sorted by regret. Hopcroft, Karp (1973).
pub(super) fn most_pairs(rows: &[Vec<(f64, u32)>], most: f64, columns: usize, context: &Context) -> Result<usize> {
    let ends: Vec<usize> = rows.iter().map(|list| list.partition_point(|(regret, _)| *regret <= most)).collect();
    let mut holder = vec![NONE; columns];
    let mut partner = vec![NONE; rows.len()];
    let mut count = 0;
    loop {
        context.check()?;
        // Levels of rows by alternating paths from rows that are free.
        let mut levels = vec![NONE; rows.len()];
        let mut queue: Vec<u32> = (0..rows.len() as u32).filter(|&row| partner[row as usize] == NONE).collect();
        queue.iter().for_each(|&row| levels[row as usize] = 0);
        let (mut at, mut found) = (0, false);
        while let Some(&row) = queue.get(at) {
            at += 1;
            if at & 0xff == 0 {
                context.check()?;
            }
            for &(_, column) in &rows[row as usize][..ends[row as usize]] {
                match holder[column as usize] {
                    NONE => found = true,
                    next if levels[next as usize] == NONE => {
                        levels[next as usize] = levels[row as usize] + 1;
                        queue.push(next);
                    }
                    _ => {}
                }
            }
        }
        if !found {
            return Ok(count);
        }
        let mut next = vec![0_usize; rows.len()];
        for start in 0..rows.len() as u32 {
            if partner[start as usize] != NONE {
                continue;
            }
            context.check()?;
            // Rows of the path; each is left through the entry before its `next`.
            let mut path = vec![start];
            while let Some(&row) = path.last() {
                let place = next[row as usize];
                if place == ends[row as usize] {
                    path.pop();
                    continue;
                }
                next[row as usize] += 1;
                let column = rows[row as usize][place].1 as usize;
                match holder[column] {
                    NONE => {
                        for &row in path.iter().rev() {
                            let column = rows[row as usize][next[row as usize] - 1].1;
                            holder[column as usize] = row;
                            partner[row as usize] = column;
                        }
                        count += 1;
                        break;
                    }
                    other if levels[other as usize] == levels[row as usize] + 1 => path.push(other),
                    _ => {}
                }
            }
        }
    }
}
