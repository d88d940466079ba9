//! Many small assignments in one call.
use std::sync::{Mutex, PoisonError};

use ndarray::{Array2, ArrayView1, ArrayView2, s};
use serde::{Deserialize, Serialize};

use crate::Context;
use crate::data::{Ints, Matrix, Vector};
use crate::error::{Code, Error, Result, ensure};
use crate::matching::assignment::dense::{FEW, SHORT};
use crate::matching::assignment::options::Assign;
use crate::matching::assignment::problem::all_usual;
use crate::matching::assignment::{ALONE, assign, dense::direct, small::lanes, small::subsets, small::tiny};

/// The assignments of many cost matrices of one shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AssignmentBatch {
    /// The column of every row of every problem, one problem after the other; -1 for a row without one.
    pub columns: Ints,
    /// The total of each problem.
    pub total_costs: Vector,
    /// The price of each row, `[problem, row]`, if prices are wanted: with those of columns they prove the pairs best, as the
    /// prices of one assignment do.
    pub row_prices: Option<Matrix>,
    /// The price of each column, `[problem, column]`, if prices are wanted.
    pub column_prices: Option<Matrix>,
}

/// Problems that one thread takes at a time.
const PART: usize = 256;

/// Pair rows with columns in many matrices of one shape, each on its own.
///
/// `costs` is `[problem, row * column]`: each row of it is one matrix of `rows` rows, row by row. Totals are as small (or as
/// great) as those of [`assign`]; of several sets of pairs that are equally good another may come back. With `prices`, prices
/// prove every problem's pairs best, at some cost. Problems run in parallel and in no more memory than the result, those of up
/// to 16 rows and columns eight at a time on each thread.
///
/// # Errors
/// `invalid_config` if `rows` is 0 or does not divide the numbers of a problem; as for [`assign`], with the problem's number.
pub fn assign_batch(
    costs: ArrayView2<'_, f64>,
    rows: usize,
    prices: bool,
    options: &Assign,
    context: &Context,
) -> Result<AssignmentBatch> {
    let (problems, numbers) = costs.dim();
    ensure!(
        rows > 0 && numbers % rows == 0,
        InvalidConfig,
        "`rows` is {rows}: it must divide the {numbers} costs of a problem"
    );
    let columns = numbers / rows;
    let (mut pairs, mut totals) = (vec![-1; problems * rows], vec![0.0; problems]);
    let priced = if prices { problems } else { 0 };
    let (mut row_prices, mut column_prices) = (vec![0.0; priced * rows], vec![0.0; priced * columns]);
    if columns > 0 {
        let mut prices = row_prices.chunks_mut(PART * rows).zip(column_prices.chunks_mut(PART * columns));
        let parts: Vec<Mutex<Part<'_>>> = pairs
            .chunks_mut(PART * rows)
            .zip(totals.chunks_mut(PART))
            .enumerate()
            .map(|(at, (pairs, totals))| {
                let prices = prices.next().map(|(rows, columns)| Prices { rows, columns });
                Mutex::new(Part { first: at * PART, rows, columns, pairs, totals, prices })
            })
            .collect();
        context.map(parts.len(), |part| {
            parts[part].lock().unwrap_or_else(PoisonError::into_inner).solve(costs, options, context)
        })?;
    }
    let matrix = |width: usize, prices| {
        Array2::from_shape_vec((problems, width), prices)
            .map(Matrix::from)
            .map_err(|error| Error::new(Code::Internal, error.to_string()))
    };
    Ok(AssignmentBatch {
        columns: pairs.into(),
        total_costs: totals.into(),
        row_prices: if prices { Some(matrix(rows, row_prices)?) } else { None },
        column_prices: if prices { Some(matrix(columns, column_prices)?) } else { None },
    })
}

/// Some problems that follow each other, and where their answers go.
#[derive(Debug)]
struct Part<'a> {
    first: usize,
    rows: usize,
    columns: usize,
    pairs: &'a mut [i64],
    totals: &'a mut [f64],
    prices: Option<Prices<'a>>,
}

/// Where prices of rows and columns go.
#[derive(Debug)]
pub(in super::super) struct Prices<'a> {
    pub(in super::super) rows: &'a mut [f64],
    pub(in super::super) columns: &'a mut [f64],
}

impl Prices<'_> {
    /// Those of one problem.
    pub(in super::super) fn of(&mut self, problem: usize, rows: usize, columns: usize) -> Prices<'_> {
        Prices {
            rows: &mut self.rows[problem * rows..][..rows],
            columns: &mut self.columns[problem * columns..][..columns],
        }
    }
}

impl Part<'_> {
    fn solve(&mut self, costs: ArrayView2<'_, f64>, options: &Assign, context: &Context) -> Result<()> {
        let (rows, columns) = (self.rows, self.columns);
        let block = costs.slice(s![self.first..self.first + self.totals.len(), ..]);
        let turned = rows > columns;
        let factor = if options.maximize { -1.0 } else { 1.0 };
        let (short, long) = (rows.min(columns), rows.max(columns));
        let shape = tiny::Shape { rows: short, columns: long, turned, factor };
        let in_lanes = match block.to_slice() {
            Some(block) if self.prices.is_none() && subsets::suits(shape, block) => {
                let mut desk = subsets::Desk::new(shape);
                subsets::solve(block, shape, &mut desk, self.pairs, self.totals);
                true
            }
            Some(block) if long <= tiny::WIDEST => {
                let mut answers =
                    lanes::Answers { columns_of_rows: self.pairs, totals: self.totals, prices: self.prices.as_mut() };
                lanes::solve(block, shape, &mut answers);
                true
            }
            _ => false,
        };
        let mut small = (!in_lanes && short <= FEW && long <= SHORT).then(|| Small::new(rows, columns, options));
        for at in 0..self.totals.len() {
            if in_lanes && !self.totals[at].is_nan() {
                continue;
            }
            context.check()?;
            let answer = Answer {
                pairs: &mut self.pairs[at * rows..][..rows],
                total: &mut self.totals[at],
                prices: self.prices.as_mut().map(|prices| prices.of(at, rows, columns)),
            };
            let costs = block.row(at);
            match &mut small {
                Some(small) if small.fits(costs) => small.solve(costs, answer, options, context),
                _ => slowly(costs, answer, options, context),
            }
            .map_err(|error| error.at(format!("problem {}", self.first + at)))?;
        }
        Ok(())
    }
}

/// Where the answer to one problem goes.
#[derive(Debug)]
struct Answer<'a> {
    pairs: &'a mut [i64],
    total: &'a mut f64,
    prices: Option<Prices<'a>>,
}

/// A problem that is large, or whose costs are not all finite and of usual size.
fn slowly(costs: ArrayView1<'_, f64>, answer: Answer<'_>, options: &Assign, context: &Context) -> Result<()> {
    let owned = costs.to_vec();
    let matrix = ArrayView2::from_shape((answer.pairs.len(), owned.len() / answer.pairs.len()), &owned)
        .map_err(|error| Error::new(Code::Internal, error.to_string()))?;
    let found = assign(matrix, options, context)?;
    answer.pairs.fill(-1);
    for (row, column) in found.rows.iter().zip(found.columns.iter()) {
        answer.pairs[*row as usize] = *column;
    }
    if let Some(prices) = answer.prices {
        prices.rows.iter_mut().zip(found.row_prices.iter()).for_each(|(own, price)| *own = *price);
        prices.columns.iter_mut().zip(found.column_prices.iter()).for_each(|(own, price)| *own = *price);
    }
    *answer.total = found.total_cost;
    Ok(())
}

/// Memory for small problems of one shape.
#[derive(Debug)]
struct Small {
    rows: usize,
    columns: usize,
    factor: f64,
    costs: Vec<f64>,
    column_of_row: Vec<u32>,
    desk: direct::Desk,
}

impl Small {
    fn new(rows: usize, columns: usize, options: &Assign) -> Self {
        let (short, long) = (rows.min(columns), rows.max(columns));
        Self {
            rows,
            columns,
            factor: if options.maximize { -1.0 } else { 1.0 },
            costs: vec![0.0; rows * columns],
            column_of_row: vec![ALONE; short],
            desk: direct::Desk::new(long),
        }
    }

    /// Whether the problem is for this desk.
    fn fits(&self, costs: ArrayView1<'_, f64>) -> bool {
        costs.to_slice().is_some_and(all_usual)
    }

    fn solve(
        &mut self,
        given: ArrayView1<'_, f64>,
        answer: Answer<'_>,
        options: &Assign,
        context: &Context,
    ) -> Result<()> {
        let (rows, columns) = (self.rows, self.columns);
        let turned = rows > columns;
        let long = rows.max(columns);
        if turned {
            for row in 0..rows {
                for column in 0..columns {
                    self.costs[column * rows + row] = self.factor * given[row * columns + column];
                }
            }
        } else {
            self.costs.iter_mut().zip(given).for_each(|(own, cost)| *own = self.factor * cost);
        }
        if direct::solve(&self.costs, &mut self.column_of_row, &mut self.desk, context)?.is_err() {
            return slowly(given, answer, options, context);
        }
        answer.pairs.fill(-1);
        for (short, column) in self.column_of_row.iter().enumerate() {
            let column = *column as usize;
            let (row, own) = if turned { (column, short) } else { (short, column) };
            answer.pairs[row] = own as i64;
        }
        if let Some(Prices { rows, columns }) = answer.prices {
            let (of_short, of_long) = if turned { (columns, rows) } else { (rows, columns) };
            for ((short, price), column) in of_short.iter_mut().enumerate().zip(&self.column_of_row) {
                let column = *column as usize;
                *price = (self.costs[short * long + column] - self.desk.prices[column]) * self.factor + 0.0;
            }
            for (own, price) in of_long.iter_mut().zip(&self.desk.prices) {
                *own = price * self.factor + 0.0;
            }
        }
        *answer.total = 0.0;
        for (row, column) in answer.pairs.iter().enumerate().filter(|(_, column)| **column >= 0) {
            *answer.total += given[row * columns + *column as usize];
        }
        Ok(())
    }
}
