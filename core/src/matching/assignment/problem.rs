//! A cost matrix as the solvers want it: contiguous, the shorter side as rows, least cost, no more than they can add up.
use std::borrow::Cow;

use ndarray::{Array2, ArrayView2};

use crate::Context;
use crate::error::{Result, ensure};
use crate::matching::assignment::options::Assign;

/// Sums of a row's worth of costs below this stay finite.
pub(super) const LARGEST: f64 = 1e290;
/// Rows and columns are counted in 31 bits.
const MOST: usize = 1 << 31;
/// Brings any finite cost below [`LARGEST`]; a power of two, so that nothing is rounded.
const SHRINK: f64 = 1.0 / (1u128 << 64) as f64;

/// A matrix of costs to be minimised, `rows <= columns`.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    /// Row-major costs; `inf` is forbidden, nothing else is infinite or NaN.
    pub(super) costs: Cow<'a, [f64]>,
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// The caller's rows are the columns here.
    transposed: bool,
    /// The caller's costs are these times this.
    unit: f64,
}

impl<'a> Problem<'a> {
    /// Orient the costs; they are judged later.
    pub(super) fn of(costs: ArrayView2<'a, f64>, options: &Assign, context: &Context) -> Result<Self> {
        let (rows, columns) = costs.dim();
        ensure!(
            rows.max(columns) < MOST,
            TooLarge,
            "{rows} x {columns} costs: rows and columns must each be fewer than {MOST}"
        );
        let unit = if options.maximize { -1.0 } else { 1.0 };
        // A square matrix may be solved by its rows or its columns, whichever lie in one piece.
        let transposed = rows > columns || rows == columns && !costs.is_standard_layout();
        let view = if transposed { costs.reversed_axes() } else { costs };
        let plain = if unit == 1.0 { view.to_slice() } else { None };
        let costs = match plain {
            Some(slice) => Cow::Borrowed(slice),
            None => Cow::Owned(copy(view, 1.0 / unit, context)?),
        };
        Ok(Self { costs, rows: rows.min(columns), columns: rows.max(columns), transposed, unit })
    }

    /// Refuse NaN and the infinity that does not mean forbidden, in the caller's words; make costs that are too large to be
    /// added up smaller. Gives whether it did.
    pub(super) fn judge(&mut self, costs: ArrayView2<'_, f64>, context: &Context) -> Result<bool> {
        let huge = judge(costs, self.unit < 0.0, context)?;
        if huge {
            let mut smaller = Vec::with_capacity(self.costs.len());
            for part in self.costs.chunks(1 << 20) {
                context.check()?;
                smaller.extend(part.iter().map(|cost| cost * SHRINK));
            }
            self.costs = Cow::Owned(smaller);
            self.unit /= SHRINK;
        }
        Ok(huge)
    }

    /// A problem that is right as it is.
    pub(super) fn plain(costs: Vec<f64>, rows: usize, columns: usize) -> Self {
        Self { costs: Cow::Owned(costs), rows, columns, transposed: false, unit: 1.0 }
    }

    /// The costs of one row.
    pub(super) fn row(&self, row: usize) -> &[f64] {
        &self.costs[row * self.columns..][..self.columns]
    }

    /// Prices of rows and columns as the caller numbers and counts them.
    pub(super) fn prices(&self, mut rows: Vec<f64>, mut columns: Vec<f64>) -> [Vec<f64>; 2] {
        for price in rows.iter_mut().chain(&mut columns) {
            // Zero keeps its plain sign.
            *price = *price * self.unit + 0.0;
        }
        if self.transposed { [columns, rows] } else { [rows, columns] }
    }

    /// Rows and columns of pairs as the caller numbers them, in order of the caller's rows.
    pub(super) fn pairs(&self, column_of_row: &[u32]) -> (Vec<i64>, Vec<i64>) {
        let matched = column_of_row.iter().enumerate().filter(|(_, column)| **column != super::ALONE);
        if !self.transposed {
            return matched.map(|(row, column)| (row as i64, i64::from(*column))).unzip();
        }
        let mut row_of_column = vec![super::ALONE; self.columns];
        for (row, column) in matched {
            row_of_column[*column as usize] = row as u32;
        }
        let matched = row_of_column.iter().enumerate().filter(|(_, row)| **row != super::ALONE);
        matched.map(|(column, row)| (column as i64, i64::from(*row))).unzip()
    }

    /// Whether the caller's rows are the columns here.
    pub(super) fn is_transposed(&self) -> bool {
        self.transposed
    }
}

/// Refuse NaN and the infinity that does not mean forbidden; whether some finite cost is too large to be added up.
pub(super) fn judge(costs: ArrayView2<'_, f64>, maximize: bool, context: &Context) -> Result<bool> {
    let forbidden = if maximize { f64::NEG_INFINITY } else { f64::INFINITY };
    let mut huge = false;
    // Lines in the order of memory.
    let by_row = costs.is_standard_layout() || !costs.t().is_standard_layout();
    let lines = if by_row { costs } else { costs.reversed_axes() };
    for (first, line) in lines.rows().into_iter().enumerate() {
        if first % 16 == 0 {
            context.check()?;
        }
        let usual = match line.to_slice() {
            Some(line) => all_usual(line),
            None => line.iter().all(|cost| cost.abs() <= LARGEST),
        };
        if usual {
            continue;
        }
        for (second, cost) in line.iter().enumerate() {
            let (row, column) = if by_row { (first, second) } else { (second, first) };
            ensure!(!cost.is_nan(), InvalidData, "the cost of row {row} and column {column} is NaN");
            ensure!(
                cost.is_finite() || *cost == forbidden,
                InvalidData,
                "the cost of row {row} and column {column} is {cost}; a forbidden pair costs {forbidden}, all others are finite"
            );
            huge |= cost.is_finite() && cost.abs() > LARGEST;
        }
    }
    Ok(huge)
}

crate::math::simd::dispatch! {
    /// Whether all costs are finite and can be added up.
    pub(super) fn all_usual, portable all_usual_portable(costs: &[f64]) -> bool {
        let (steps, rest) = costs.as_chunks::<32>();
        let mut odd = [0u64; 32];
        for step in steps {
            for lane in 0..32 {
                odd[lane] |= u64::from(step[lane].abs() <= LARGEST) ^ 1;
            }
        }
        odd.iter().all(|odd| *odd == 0) && rest.iter().all(|cost| cost.abs() <= LARGEST)
    }
}

/// The costs in rows, times `factor`; in blocks, since one of both sides does not lie in order.
fn copy(costs: ArrayView2<'_, f64>, factor: f64, context: &Context) -> Result<Vec<f64>> {
    const BLOCK: usize = 32;
    let (rows, columns) = costs.dim();
    if let Some(slice) = costs.to_slice() {
        let mut copied = Vec::with_capacity(slice.len());
        for part in slice.chunks(1 << 20) {
            context.check()?;
            copied.extend(part.iter().map(|cost| cost * factor));
        }
        return Ok(copied);
    }
    if let Some(lines) = costs.t().to_slice() {
        return transposed(lines, rows, columns, factor, context);
    }
    let mut copied = Array2::zeros((rows, columns));
    for top in (0..rows).step_by(BLOCK) {
        context.check()?;
        for left in (0..columns).step_by(BLOCK) {
            for row in top..rows.min(top + BLOCK) {
                for column in left..columns.min(left + BLOCK) {
                    copied[[row, column]] = costs[[row, column]] * factor;
                }
            }
        }
    }
    Ok(copied.into_raw_vec_and_offset().0)
}

/// Costs that lie in `lines` of `rows` each, in rows, times `factor`. Some lines are read side by side, so that every one of
/// them is read in order and what is written fills whole lines of the cache.
fn transposed(costs: &[f64], rows: usize, lines: usize, factor: f64, context: &Context) -> Result<Vec<f64>> {
    const SIDE: usize = 8;
    let mut copied = vec![0.0; costs.len()];
    for (band, some) in costs.chunks(SIDE * rows).enumerate() {
        context.check()?;
        let first = band * SIDE;
        let mut own = [&costs[..0]; SIDE];
        for (own, line) in own.iter_mut().zip(some.chunks_exact(rows)) {
            *own = line;
        }
        let count = some.len() / rows;
        for row in 0..rows {
            let target = &mut copied[row * lines + first..][..count];
            for (cost, line) in target.iter_mut().zip(&own) {
                *cost = line[row] * factor;
            }
        }
    }
    Ok(copied)
}
