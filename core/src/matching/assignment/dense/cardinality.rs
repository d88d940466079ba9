//! As many pairs as possible where not all of the shorter side can be matched, and the cheapest among those.
//!
//! A maximum matching splits the matrix (Dulmage, Mendelsohn 1958): from the rows it leaves alone, alternating paths reach
//! the *crowded* rows, whose partners, the *scarce* columns, are fewer. Every maximum matching pairs all scarce columns with
//! crowded rows and all other rows with other columns. Both parts are assignments in which a whole side is matched.
use std::collections::VecDeque;

use crate::Context;
use crate::error::Code;
use crate::error::{Error, Result};
use crate::matching::assignment::problem::Problem;
use crate::matching::assignment::{ALONE, Solved, dense};

/// The cheapest of the largest matchings.
pub(in super::super) fn solve(problem: &Problem<'_>, context: &Context) -> Result<Solved> {
    let column_of_row = largest(problem, context)?;
    let (crowded, scarce) = reached(problem, &column_of_row, context)?;
    let positions = |flags: &[bool], wanted| (0..flags.len()).filter(|at| flags[*at] == wanted).collect::<Vec<_>>();
    let (rows, columns) = (positions(&crowded, false), positions(&scarce, false));
    let (many, few) = (positions(&crowded, true), positions(&scarce, true));
    let easy = part(problem, &rows, &columns, false, context)?;
    let hard = part(problem, &many, &few, true, context)?;

    let mut solved = Solved {
        column_of_row: vec![ALONE; problem.rows],
        row_prices: vec![0.0; problem.rows],
        column_prices: vec![0.0; problem.columns],
    };
    for (at, row) in rows.iter().enumerate() {
        solved.column_of_row[*row] = columns[easy.column_of_row[at] as usize] as u32;
        solved.row_prices[*row] = easy.row_prices[at];
    }
    for (at, column) in columns.iter().enumerate() {
        solved.column_prices[*column] = easy.column_prices[at];
    }
    for (at, row) in hard.column_of_row.iter().enumerate() {
        solved.column_of_row[many[*row as usize]] = few[at] as u32;
    }
    let raise = raise(problem, &easy, &hard, [&rows, &columns, &many, &few], context)?;
    for (at, row) in many.iter().enumerate() {
        solved.row_prices[*row] = hard.column_prices[at] + raise;
    }
    for (at, column) in few.iter().enumerate() {
        solved.column_prices[*column] = hard.row_prices[at] - raise;
    }
    Ok(solved)
}

/// How much crowded rows are dearer and scarce columns cheaper than their own part says, so that the prices of both parts
/// fit together: no pair of an easy row with a scarce column is cheaper than its prices, no scarce column has a price above
/// 0, no row a price above those left alone.
fn raise(problem: &Problem<'_>, easy: &Solved, hard: &Solved, parts: [&[usize]; 4], context: &Context) -> Result<f64> {
    let [rows, _, _, few] = parts;
    let mut raise = hard.row_prices.iter().copied().fold(0.0, f64::max);
    for (at, row) in rows.iter().enumerate() {
        context.check()?;
        raise = raise.max(easy.row_prices[at]);
        let line = problem.row(*row);
        for (column, price) in few.iter().zip(&hard.row_prices) {
            raise = raise.max(easy.row_prices[at] + price - line[*column]);
        }
    }
    Ok(raise)
}

/// Solve the assignment of some rows to some columns, or of these columns to these rows.
fn part(problem: &Problem<'_>, rows: &[usize], columns: &[usize], turned: bool, context: &Context) -> Result<Solved> {
    let mut costs = Vec::with_capacity(rows.len() * columns.len());
    if turned {
        for column in columns {
            context.check()?;
            costs.extend(rows.iter().map(|row| problem.row(*row)[*column]));
        }
    } else {
        for row in rows {
            context.check()?;
            let line = problem.row(*row);
            costs.extend(columns.iter().map(|column| line[*column]));
        }
    }
    let (rows, columns) = if turned { (columns.len(), rows.len()) } else { (rows.len(), columns.len()) };
    dense::solve(&mut Problem::plain(costs, rows, columns), None, context)?.map_err(|_| {
        Error::new(Code::Internal, "a part of a largest matching has none; please report this with the input")
    })
}

/// Whether a matching has the most pairs.
pub(in super::super) fn is_largest(problem: &Problem<'_>, column_of_row: &[u32], context: &Context) -> Result<bool> {
    let (_, columns) = reached(problem, column_of_row, context)?;
    let mut matched = vec![false; problem.columns];
    column_of_row.iter().filter(|column| **column != ALONE).for_each(|column| matched[*column as usize] = true);
    Ok(columns.iter().zip(&matched).all(|(reached, matched)| !reached || *matched))
}

/// A matching with the most pairs, by shortest augmenting paths in phases (Hopcroft, Karp 1973).
fn largest(problem: &Problem<'_>, context: &Context) -> Result<Vec<u32>> {
    let (rows, columns) = (problem.rows, problem.columns);
    let mut column_of_row = vec![ALONE; rows];
    let mut row_of_column = vec![ALONE; columns];
    loop {
        // Rows by their distance from a free one.
        let mut level = vec![u32::MAX; rows];
        let mut queue: VecDeque<usize> = (0..rows).filter(|row| column_of_row[*row] == ALONE).collect();
        queue.iter().for_each(|row| level[*row] = 0);
        let mut seen = vec![false; columns];
        let mut ends = false;
        while let Some(row) = queue.pop_front() {
            context.check()?;
            for (column, cost) in problem.row(row).iter().enumerate() {
                if *cost < f64::INFINITY && !std::mem::replace(&mut seen[column], true) {
                    match row_of_column[column] {
                        ALONE => ends = true,
                        next => {
                            level[next as usize] = level[row] + 1;
                            queue.push_back(next as usize);
                        }
                    }
                }
            }
        }
        if !ends {
            return Ok(column_of_row);
        }
        // Disjoint paths that go down one level at a time; each row goes on where it stopped.
        let mut next = vec![0; rows];
        for start in 0..rows {
            if column_of_row[start] != ALONE {
                continue;
            }
            context.check()?;
            let mut path = vec![start];
            while let Some(row) = path.last().copied() {
                context.check()?;
                let line = problem.row(row);
                let Some(column) = (next[row]..columns).find(|column| {
                    line[*column] < f64::INFINITY
                        && match row_of_column[*column] {
                            ALONE => true,
                            other => level[other as usize] == level[row] + 1,
                        }
                }) else {
                    next[row] = columns;
                    path.pop();
                    continue;
                };
                next[row] = column + 1;
                match row_of_column[column] {
                    ALONE => {
                        let mut column = column as u32;
                        for row in path.drain(..).rev() {
                            row_of_column[column as usize] = row as u32;
                            std::mem::swap(&mut column_of_row[row], &mut column);
                        }
                    }
                    other => path.push(other as usize),
                }
            }
        }
    }
}

/// Rows and columns on alternating paths from the rows left alone.
fn reached(problem: &Problem<'_>, column_of_row: &[u32], context: &Context) -> Result<(Vec<bool>, Vec<bool>)> {
    let mut row_of_column = vec![ALONE; problem.columns];
    for (row, column) in column_of_row.iter().enumerate().filter(|(_, column)| **column != ALONE) {
        row_of_column[*column as usize] = row as u32;
    }
    let mut rows: Vec<bool> = column_of_row.iter().map(|column| *column == ALONE).collect();
    let mut columns = vec![false; problem.columns];
    let mut stack: Vec<usize> = (0..problem.rows).filter(|row| rows[*row]).collect();
    while let Some(row) = stack.pop() {
        context.check()?;
        for (column, cost) in problem.row(row).iter().enumerate() {
            if *cost < f64::INFINITY && !std::mem::replace(&mut columns[column], true) {
                let other = row_of_column[column] as usize;
                if other != ALONE as usize && !std::mem::replace(&mut rows[other], true) {
                    stack.push(other);
                }
            }
        }
    }
    Ok((rows, columns))
}
