//! Many small assignments in one call.
use ndarray::{ArrayView1, ArrayView2, s};
use serde::{Deserialize, Serialize};

use super::dense::{FEW, SHORT};
use super::options::Assign;
use super::problem::all_usual;
use super::{ALONE, assign, direct, tiny};
use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::{Result, ensure};

/// The assignments of many cost matrices of one shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AssignmentBatch {
    /// The column of every row of every problem, one problem after the other; -1 for a row without one.
    pub columns: Ints,
    /// The total of each problem.
    pub total_costs: Vector,
}

/// Problems that one thread takes at a time.
const PART: usize = 256;

/// Pair rows with columns in many matrices of one shape, each on its own.
///
/// `costs` is `[problem, row * column]`: each row of it is one matrix of `rows` rows, row by row. The pairs are those of
/// [`assign`]; there are no prices. Problems run in parallel and in no more memory than the result.
///
/// # Errors
/// `invalid_config` if `rows` is 0 or does not divide the numbers of a problem; as for [`assign`], with the problem's number.
pub fn assign_batch(
    costs: ArrayView2<'_, f64>,
    rows: usize,
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
    let parts = context.map(problems.div_ceil(PART), |part| {
        let own = part * PART..problems.min((part + 1) * PART);
        let (mut columns_of_rows, mut totals) = (vec![-1; own.len() * rows], vec![0.0; own.len()]);
        let mut small = Small::new(rows, columns, options);
        let turned = rows > columns;
        let (short, long) = if turned { (columns, rows) } else { (rows, columns) };
        let factor = if options.maximize { -1.0 } else { 1.0 };
        let shape = tiny::Shape { rows: short, columns: long, turned, factor };
        let block = costs.slice(s![own.clone(), ..]);
        let mut solved = 0;
        for (at, problem) in own.enumerate() {
            if at % 16 == 0 {
                context.check()?;
            }
            if at < solved {
                continue;
            }
            if let (true, Some(block)) = (long <= tiny::WIDEST, block.to_slice()) {
                let (pairs, totals) = (&mut columns_of_rows[at * rows..], &mut totals[at..]);
                solved = at + tiny::solve_many(&block[at * numbers..], shape, pairs, totals);
                if at < solved {
                    continue;
                }
            }
            let pairs = &mut columns_of_rows[at * rows..][..rows];
            totals[at] = match small.solve(costs.row(problem), pairs, context)? {
                Some(total) => total,
                None => slowly(costs.row(problem), pairs, options, context)
                    .map_err(|error| error.at(format!("problem {problem}")))?,
            };
        }
        Ok((columns_of_rows, totals))
    })?;
    let mut all = (Vec::with_capacity(problems * rows), Vec::with_capacity(problems));
    for (columns_of_rows, totals) in parts {
        all.0.extend(columns_of_rows);
        all.1.extend(totals);
    }
    Ok(AssignmentBatch { columns: all.0.into(), total_costs: all.1.into() })
}

/// A problem that is large, or whose costs are not all finite and of usual size.
fn slowly(costs: ArrayView1<'_, f64>, pairs: &mut [i64], options: &Assign, context: &Context) -> Result<f64> {
    let owned = costs.to_vec();
    let columns = owned.len() / pairs.len();
    let matrix = ArrayView2::from_shape((pairs.len(), columns), &owned)
        .map_err(|error| crate::Error::new(crate::Code::Internal, error.to_string()))?;
    let found = assign(matrix, options, context)?;
    for (row, column) in found.rows.iter().zip(found.columns.iter()) {
        pairs[*row as usize] = *column;
    }
    Ok(found.total_cost)
}

/// Memory for small problems of one shape.
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

    /// The total, or nothing if the problem is not for this desk.
    fn solve(&mut self, costs: ArrayView1<'_, f64>, pairs: &mut [i64], context: &Context) -> Result<Option<f64>> {
        let (rows, columns) = (self.rows, self.columns);
        let Some(given) = costs.to_slice() else { return Ok(None) };
        if rows.min(columns) > FEW || rows.max(columns) > SHORT || !all_usual(given) {
            return Ok(None);
        }
        let turned = rows > columns;
        let costs = if turned {
            for row in 0..rows {
                for column in 0..columns {
                    self.costs[column * rows + row] = self.factor * given[row * columns + column];
                }
            }
            &self.costs[..]
        } else if self.factor < 0.0 {
            self.costs.iter_mut().zip(given).for_each(|(own, cost)| *own = -cost);
            &self.costs[..]
        } else {
            given
        };
        if direct::solve(costs, &mut self.column_of_row, &mut self.desk, context)?.is_err() {
            return Ok(None);
        }
        let mut total = 0.0;
        for (short, long) in self.column_of_row.iter().enumerate() {
            let (row, column) = if turned { (*long as usize, short) } else { (short, *long as usize) };
            pairs[row] = column as i64;
        }
        for (row, column) in pairs.iter().enumerate().filter(|(_, column)| **column >= 0) {
            total += given[row * columns + *column as usize];
        }
        Ok(Some(total))
    }
}
