//! Fewer rows than columns.
use super::costs::Arc;
use super::graph::{Graph, Range};
use super::paths::{Search, State};
use super::{ALONE, auction};
use crate::Context;
use crate::error::Result;

/// Passes in which rows without a column take one from another row.
const PASSES: usize = 8;
/// Steps per row of one pass after which rows that lose their column wait for the next pass.
const STEPS: usize = 4;
/// Below one spare column per so many rows, the problem is as hard as a square one and is solved as one.
const NEARLY_SQUARE: usize = 256;
/// Rows looked at per row of the problem after which paths are too long and the problem is solved as a square one.
const TOO_LONG: usize = 24;

/// The best matching of all rows, or `None` where not all can be matched.
pub(super) fn solve(graph: &Graph<'_>, range: Range, context: &Context) -> Result<Option<State>> {
    if graph.columns - graph.rows <= graph.rows / NEARLY_SQUARE && graph.rows >= NEARLY_SQUARE {
        return doubled(graph, range, context);
    }
    let mut state = State::empty(graph);
    let mut waiting = start(graph, &mut state);
    for _ in 0..PASSES {
        if waiting.is_empty() {
            break;
        }
        waiting = pass(graph, &mut state, &waiting, context)?;
    }
    let mut search = Search::new(graph.columns);
    for row in &waiting {
        if !search.place(graph, &mut state, *row, context)? {
            return Ok(None);
        }
        if search.looked_at > TOO_LONG * graph.rows + 10_000 {
            return doubled(graph, range, context);
        }
    }
    Ok(Some(state))
}

/// Give every row its cheapest column if that is still free; the others wait.
fn start(graph: &Graph<'_>, state: &mut State) -> Vec<u32> {
    let mut waiting = Vec::new();
    for row in 0..graph.rows {
        let best = graph.row(row).iter().fold(f64::INFINITY, |best, arc| best.min(arc.cost));
        state.row_prices[row] = best;
        let free = |arc: &&Arc| arc.cost == best && state.row_of_column[arc.column as usize] == ALONE;
        match graph.row(row).iter().find(free).map(|arc| arc.column) {
            Some(column) => {
                state.column_of_row[row] = column;
                state.row_of_column[column as usize] = row as u32;
            }
            None => waiting.push(row as u32),
        }
    }
    waiting
}

/// Let every row that waits take its best column, which then costs as much as its second best, and so on with the row that
/// had it (augmenting row reduction: Jonker, Volgenant 1987). Gives the rows that wait after that.
fn pass(graph: &Graph<'_>, state: &mut State, waiting: &[u32], context: &Context) -> Result<Vec<u32>> {
    let mut later = Vec::new();
    let most = STEPS * graph.rows;
    let (mut steps, mut work) = (0, 0);
    for first in waiting {
        let mut row = *first;
        loop {
            steps += 1;
            work += graph.row(row as usize).len();
            if work > 1 << 18 {
                work = 0;
                context.check()?;
            }
            let (mut best, mut second) = (f64::INFINITY, f64::INFINITY);
            let (mut column, mut other) = (ALONE, ALONE);
            for arc in graph.row(row as usize) {
                let price = arc.cost - state.column_prices[arc.column as usize];
                if price < second {
                    if price < best {
                        (second, other) = (best, column);
                        (best, column) = (price, arc.column);
                    } else {
                        (second, other) = (price, arc.column);
                    }
                }
            }
            let dearer = best < second && second < f64::INFINITY;
            if dearer {
                state.column_prices[column as usize] -= second - best;
                state.row_prices[row as usize] = second;
            } else {
                state.row_prices[row as usize] = best;
                if best == second && state.row_of_column[column as usize] != ALONE {
                    column = other;
                }
            }
            state.column_of_row[row as usize] = column;
            let loser = std::mem::replace(&mut state.row_of_column[column as usize], row);
            if loser == ALONE {
                break;
            }
            state.column_of_row[loser as usize] = ALONE;
            if !dearer || steps >= most {
                later.push(loser);
                break;
            }
            row = loser;
        }
    }
    Ok(later)
}

/// Solve two copies, the second with columns as rows, in which each column may also be paired with its copy for nothing.
/// Columns alone in both copies are so paired; each copy's pairs are a best matching, and the mean of its prices and those
/// of the other copy proves it.
fn doubled(graph: &Graph<'_>, range: Range, context: &Context) -> Result<Option<State>> {
    let (rows, columns) = (graph.rows, graph.columns);
    let turned = graph.turned(context)?;
    let mut start = Vec::with_capacity(rows + columns + 1);
    let mut arcs = Vec::with_capacity(2 * graph.arcs().len() + columns);
    start.push(0);
    for row in 0..rows {
        arcs.extend_from_slice(graph.row(row));
        start.push(arcs.len() as u32);
    }
    for column in 0..columns {
        arcs.extend(turned.row(column).iter().map(|arc| Arc { cost: arc.cost, column: columns as u32 + arc.column }));
        arcs.push(Arc { cost: 0.0, column: column as u32 });
        start.push(arcs.len() as u32);
    }
    drop(turned);
    let both = Graph::new(rows + columns, columns + rows, start, arcs);
    let wider = Range { low: range.low.min(0.0), high: range.high.max(0.0) };
    let Some(solved) = auction::square(&both, wider, context)? else {
        return Ok(None);
    };
    let mut state = State::empty(graph);
    state.column_of_row.copy_from_slice(&solved.column_of_row[..rows]);
    for (row, column) in state.column_of_row.iter().enumerate() {
        state.row_of_column[*column as usize] = row as u32;
    }
    for column in 0..columns {
        if state.row_of_column[column] != ALONE {
            let mean = 0.5 * (solved.column_prices[column] + solved.row_prices[rows + column]);
            state.column_prices[column] = mean.min(0.0);
        }
    }
    Ok(Some(state))
}
