//! As many pairs as possible where not all of the shorter side can be matched, and the cheapest among those.
//!
//! As for dense costs, a maximum matching splits the graph into *crowded* rows with *scarce* columns, and the rest; each part
//! is an assignment in which a whole side is matched (Dulmage, Mendelsohn 1958).
use super::cardinality::{largest, reached};
use super::costs::Arc;
use super::graph::Graph;
use super::{ALONE, Solved, solve as solve_all};
use crate::Context;
use crate::error::{Code, Error, Result};

/// The cheapest of the largest matchings.
pub(super) fn solve(graph: &Graph<'_>, context: &Context) -> Result<Solved> {
    let matching = largest(graph, context)?;
    let alone: Vec<u32> = (0..graph.rows as u32).filter(|row| matching.column_of_row[*row as usize] == ALONE).collect();
    let [crowded, scarce] = reached(graph, &matching, &alone, context)?;
    let positions = |flags: &[bool], wanted| (0..flags.len()).filter(|at| flags[*at] == wanted).collect::<Vec<_>>();
    let (rows, columns) = (positions(&crowded, false), positions(&scarce, false));
    let (many, few) = (positions(&crowded, true), positions(&scarce, true));
    let easy = solved(&part(graph, &rows, &columns), context)?;
    let hard = solved(&part(graph, &many, &few).turned(context)?, context)?;

    let mut whole = Solved {
        column_of_row: vec![ALONE; graph.rows],
        row_prices: vec![0.0; graph.rows],
        column_prices: vec![0.0; graph.columns],
    };
    for (at, row) in rows.iter().enumerate() {
        whole.column_of_row[*row] = columns[easy.column_of_row[at] as usize] as u32;
        whole.row_prices[*row] = easy.row_prices[at];
    }
    for (at, column) in columns.iter().enumerate() {
        whole.column_prices[*column] = easy.column_prices[at];
    }
    for (at, row) in hard.column_of_row.iter().enumerate() {
        whole.column_of_row[many[*row as usize]] = few[at] as u32;
    }
    for (at, column) in few.iter().enumerate() {
        whole.column_prices[*column] = hard.row_prices[at];
    }
    // Crowded rows become dearer and scarce columns cheaper until the prices of both parts fit together: no pair of an easy
    // row with a scarce column is cheaper than its prices, no scarce column has a price above 0, no row a price above those
    // left alone.
    let mut raise = hard.row_prices.iter().copied().fold(0.0, f64::max);
    for (row, price) in rows.iter().zip(&easy.row_prices) {
        raise = raise.max(*price);
        for arc in graph.row(*row).iter().filter(|arc| scarce[arc.column as usize]) {
            raise = raise.max(price + whole.column_prices[arc.column as usize] - arc.cost);
        }
    }
    for (at, row) in many.iter().enumerate() {
        whole.row_prices[*row] = hard.column_prices[at] + raise;
    }
    few.iter().for_each(|column| whole.column_prices[*column] -= raise);
    Ok(whole)
}

/// The arcs between some rows and some columns.
fn part(graph: &Graph<'_>, rows: &[usize], columns: &[usize]) -> Graph<'static> {
    let mut number = vec![ALONE; graph.columns];
    columns.iter().enumerate().for_each(|(at, column)| number[*column] = at as u32);
    let mut start = Vec::with_capacity(rows.len() + 1);
    let mut arcs = Vec::new();
    start.push(0);
    for row in rows {
        let within = graph.row(*row).iter().filter(|arc| number[arc.column as usize] != ALONE);
        arcs.extend(within.map(|arc| Arc { cost: arc.cost, column: number[arc.column as usize] }));
        start.push(arcs.len() as u32);
    }
    Graph::new(rows.len(), columns.len(), start, arcs)
}

fn solved(part: &Graph<'_>, context: &Context) -> Result<Solved> {
    solve_all(part, context)?.map_err(|_| {
        Error::new(Code::Internal, "a part of a largest matching has none; please report this with the input")
    })
}
