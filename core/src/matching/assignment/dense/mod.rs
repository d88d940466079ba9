//! Which solver a full matrix gets, and where it starts.
pub(super) mod cardinality;
pub(super) mod direct;
mod monge;

use ndarray::ArrayView2;

use crate::Context;
use crate::error::{Code, Error, Result};
use crate::matching::assignment::problem::{LARGEST, Problem, all_usual};
use crate::matching::assignment::search::kernels;
use crate::matching::assignment::search::{Search, Step};
use crate::matching::assignment::{ALONE, Solved, Stuck, row_prices, small::tiny};

/// Up to so many rows, full rows are searched.
pub(super) const FEW: usize = 256;
/// If they are no longer than this.
pub(super) const SHORT: usize = 512;
/// Rows read at once while column minima are found.
const BLOCK: usize = 8;

/// Match every row of the problem. `given` are the costs as the caller gave them, if they have not been judged yet.
pub(super) fn solve(
    problem: &mut Problem<'_>,
    given: Option<ArrayView2<'_, f64>>,
    context: &Context,
) -> Result<Result<Solved, Stuck>> {
    if problem.columns <= tiny::WIDEST
        && let Some(solved) = solve_tiny(problem)
    {
        return Ok(Ok(solved));
    }
    if problem.rows <= FEW && problem.columns <= SHORT {
        if let Some(given) = given {
            problem.judge(given, context)?;
        }
        return solve_few(problem, context);
    }
    let mut given = given;
    let mut search = loop {
        let (search, usual) = if problem.rows < problem.columns {
            by_rows(problem, context)?
        } else if let Some(ordered) = in_order(problem, context)? {
            ordered
        } else {
            by_columns(problem, context)?
        };
        // Infinite costs are rare enough to be judged apart, which may end the call.
        let again = match given.take() {
            Some(given) if !usual => problem.judge(given, context)?,
            _ => false,
        };
        if !again {
            break search;
        }
    };
    search.begin();
    match search.run(&mut &*problem, context)? {
        Step::Done => {
            let (column_of_row, column_prices) = search.matching();
            let row_prices = row_prices(problem, &column_of_row, &column_prices);
            Ok(Ok(Solved { column_of_row, row_prices, column_prices }))
        }
        Step::Stuck(stuck) => Ok(Err(stuck)),
        Step::Wait => Err(Error::new(Code::Internal, "a matrix had no row; please report this with the input")),
    }
}

/// A matrix of a few numbers, if all are of usual size.
fn solve_tiny(problem: &Problem<'_>) -> Option<Solved> {
    let shape = tiny::Shape { rows: problem.rows, columns: problem.columns, turned: false, factor: 1.0 };
    let mut found = tiny::Found { column_of_row: [0; tiny::WIDEST], prices: [0.0; tiny::WIDEST] };
    tiny::solve_one(&problem.costs, shape, &mut found).then(|| {
        let column_of_row: Vec<u32> = found.column_of_row[..problem.rows].iter().map(|column| *column as u32).collect();
        let column_prices = found.prices[..problem.columns].to_vec();
        let row_prices = row_prices(problem, &column_of_row, &column_prices);
        Solved { column_of_row, row_prices, column_prices }
    })
}

/// Search full rows.
fn solve_few(problem: &Problem<'_>, context: &Context) -> Result<Result<Solved, Stuck>> {
    let (rows, columns) = (problem.rows, problem.columns);
    let mut column_of_row = vec![ALONE; rows];
    let mut desk = direct::Desk::new(columns);
    let done = direct::solve(&problem.costs, &mut column_of_row, &mut desk, context)?;
    Ok(done.map(|()| {
        let row_prices = row_prices(problem, &column_of_row, &desk.prices);
        Solved { column_of_row, row_prices, column_prices: desk.prices }
    }))
}

/// Start with every column at its least cost, paired with the row that has it; then free rows take any free column that
/// costs them nothing more. For as many rows as columns only: a column that stays free must have a price of 0.
fn by_columns(problem: &Problem<'_>, context: &Context) -> Result<(Search, bool)> {
    let size = problem.rows;
    let (mut least, mut row) = (vec![f64::INFINITY; size], vec![0; size]);
    let mut usual = true;
    for (block, lines) in problem.costs.chunks(BLOCK * size).enumerate() {
        context.check()?;
        usual &= kernels::lower_to_columns(lines, (block * BLOCK) as u64, LARGEST, &mut least, &mut row);
    }
    // A column that nobody may use.
    least.iter_mut().filter(|price| **price == f64::INFINITY).for_each(|price| *price = 0.0);
    let mut search = Search::new(size, least.clone());
    let mut free = vec![true; size];
    let mut limits = least;
    for (column, row) in row.iter().enumerate() {
        if problem.row(*row as usize)[column] == limits[column] && std::mem::replace(&mut free[*row as usize], false) {
            search.pair(*row as usize, column, limits[column]);
            limits[column] = f64::NEG_INFINITY;
        }
    }
    let (mut tried, mut taken) = (0, 0);
    for row in (0..size).filter(|row| free[*row]) {
        // Worth it only where costs are often equal.
        if tried > 32 && 4 * taken < tried {
            break;
        }
        context.check()?;
        tried += 1;
        let line = problem.row(row);
        let start = row * 7919 % size;
        let found = kernels::first_within(&line[start..], &limits[start..])
            .map(|column| start + column)
            .or_else(|| kernels::first_within(&line[..start], &limits[..start]));
        if let Some(column) = found {
            search.pair(row, column, line[column]);
            limits[column] = f64::NEG_INFINITY;
            taken += 1;
        } else if tried > 32 {
            taken += usize::from(move_over(problem, row, &mut limits, &mut search));
        }
    }
    Ok((search, usual))
}

/// Take a column of least cost from a row that can have a free one at no more.
fn move_over(problem: &Problem<'_>, row: usize, limits: &mut [f64], search: &mut Search) -> bool {
    let line = problem.row(row);
    let mut from = 0;
    // A few dozen tries: past them a search is cheaper.
    for _ in 0..64 {
        let Some(step) = kernels::first_within(&line[from..], &search.prices[from..]) else { break };
        let wanted = from + step;
        let other = search.columns[wanted].row as usize;
        if other < problem.rows
            && let Some(column) = kernels::first_within(problem.row(other), limits)
        {
            search.pair(other, column, problem.row(other)[column]);
            search.pair(row, wanted, line[wanted]);
            limits[column] = f64::NEG_INFINITY;
            return true;
        }
        from = wanted + 1;
    }
    false
}

/// Start in the order of a Monge matrix, if the matrix is one or nearly so. For as many rows as columns only.
fn in_order(problem: &Problem<'_>, context: &Context) -> Result<Option<(Search, bool)>> {
    let Some((prices, column_of_row)) = monge::start(problem) else { return Ok(None) };
    let mut search = Search::new(problem.rows, prices);
    let (mut usual, mut paired) = (true, 0);
    for (row, column) in column_of_row.iter().enumerate() {
        context.check()?;
        let line = problem.row(row);
        usual &= all_usual(line);
        let least = kernels::least_by_lane(line, &search.prices).into_iter().fold(f64::INFINITY, f64::min);
        let (cost, price) = (line[*column as usize], search.prices[*column as usize]);
        // What rounding along the chain of prices explains.
        if cost - price - least <= 1e-15 * (cost.abs() + price.abs()) {
            search.pair(row, *column as usize, cost);
            paired += 1;
        }
    }
    Ok((2 * paired > problem.rows).then_some((search, usual)))
}

/// Start with all prices at 0 and every row at its cheapest column, unless another row was first. Rows of many equal costs
/// look from different places, so that they do not all want the same columns.
fn by_rows(problem: &Problem<'_>, context: &Context) -> Result<(Search, bool)> {
    let mut search = Search::new(problem.rows, vec![0.0; problem.columns]);
    let mut usual = true;
    for row in 0..problem.rows {
        context.check()?;
        let start = row * 7919 % problem.columns;
        let (head, tail) = problem.row(row).split_at(start);
        // In the order of memory, which is what takes the time.
        let (before, other, size_before) = kernels::least_of(head);
        let (after, place, size_after) = kernels::least_of(tail);
        // False for NaN; a sum that is too large although no cost is only makes the costs be judged one by one.
        usual &= size_after + size_before <= LARGEST;
        let (least, column) = if before < after { (before, other) } else { (after, start + place) };
        if least == f64::INFINITY {
            continue;
        }
        if search.columns[column].row == ALONE {
            search.pair(row, column, least);
        } else {
            // It will be asked for its list, and is near now.
            search.list_first(row as u32, &mut &*problem)?;
        }
    }
    Ok((search, usual))
}
