//! The rows that a detector sees: judged once, read by block or by column, never copied as a whole.
use std::ops::Range;
use std::sync::Mutex;

use ndarray::{ArrayView2, Axis, s};

use super::options::Missing;
use super::weights::{ascending, sorted_quantile};
use crate::Context;
use crate::error::{Result, bail, ensure};

/// How many numbers a block of rows holds at most: what fits into the second cache beside a model.
const BLOCK: usize = 1 << 14;
/// The most columns of a table.
pub(super) const MOST_COLUMNS: usize = 1 << 20;
/// The most rows of a table: positions are kept in 32 bits.
const MOST_ROWS: usize = u32::MAX as usize >> 1;

/// Rows whose values are finite, or NaN where the detector does without.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    view: ArrayView2<'a, f64>,
    /// What stands in for a missing value of each column; empty where nothing is missing or nothing stands in.
    fill: &'a [f64],
    /// The rows meant, where they are not all.
    chosen: Option<&'a [u32]>,
    /// How many rows each row of the view stands for; empty where each stands for itself.
    weights: &'a [f64],
    /// What each column says; empty where all are numbers of their own.
    roles: &'a [Role],
}

/// What a column says to a detector that asks both how rare its values are and how far apart rows lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Both, as a number does.
    Number,
    /// How rare a category is.
    Surprise,
    /// Whether it is one of the categories of a column; two rows of different categories differ in two of them.
    Indicator,
}

impl<'a> Rows<'a> {
    /// Judge the shape and values.
    pub(super) fn new(view: ArrayView2<'a, f64>, missing: Missing, fill: &'a [f64], context: &Context) -> Result<Self> {
        check_shape(view)?;
        let gaps = check_values(view, context)?;
        if missing == Missing::Refuse
            && let Some((row, column)) = gaps
        {
            bail!(
                InvalidData,
                "row {row}, column {column} is missing (NaN); fill it, or set missing to median, or to ignore where the \
                 detector can"
            );
        }
        let fill = if gaps.is_some() && missing == Missing::Median { fill } else { &[] };
        Ok(Self { view, fill, chosen: None, weights: &[], roles: &[] })
    }

    /// Rows of numbers that are known to be finite.
    pub(super) fn trusted(view: ArrayView2<'a, f64>) -> Self {
        Self { view, fill: &[], chosen: None, weights: &[], roles: &[] }
    }

    /// Where these rows stand in the table.
    pub(super) fn places(&self, rows: &[usize]) -> Vec<u32> {
        rows.iter().map(|row| self.place(*row) as u32).collect()
    }

    /// These rows of the table only.
    pub(super) fn choose<'b>(self, chosen: &'b [u32]) -> Rows<'b>
    where
        'a: 'b,
    {
        Rows { chosen: Some(chosen), ..self }
    }

    /// The same rows, each standing for as many as its weight says; none for one each.
    pub(super) fn weighted<'b>(self, weights: &'b [f64]) -> Rows<'b>
    where
        'a: 'b,
    {
        Rows { weights, ..self }
    }

    /// The same rows, with what each column says.
    pub(super) fn with_roles<'b>(self, roles: &'b [Role]) -> Rows<'b>
    where
        'a: 'b,
    {
        Rows { roles, ..self }
    }

    /// What a column says.
    pub(super) fn role(&self, column: usize) -> Role {
        self.roles.get(column).copied().unwrap_or(Role::Number)
    }

    /// Whether rows stand for others.
    pub(super) fn is_weighted(&self) -> bool {
        !self.weights.is_empty()
    }

    /// How many rows this one stands for.
    #[inline(always)]
    pub(super) fn weight(&self, row: usize) -> f64 {
        if self.weights.is_empty() { 1.0 } else { self.weights[self.place(row)] }
    }

    /// How many rows each stands for, unless all stand for themselves only.
    pub(super) fn weights(&self) -> Option<Vec<f64>> {
        self.is_weighted().then(|| (0..self.len()).map(|row| self.weight(row)).collect())
    }

    /// How many rows all stand for.
    pub(super) fn total(&self) -> f64 {
        if self.is_weighted() { (0..self.len()).map(|row| self.weight(row)).sum() } else { self.len() as f64 }
    }

    pub(super) fn len(&self) -> usize {
        self.chosen.map_or(self.view.nrows(), <[u32]>::len)
    }

    pub(super) fn columns(&self) -> usize {
        self.view.ncols()
    }

    fn place(&self, row: usize) -> usize {
        self.chosen.map_or(row, |chosen| chosen[row] as usize)
    }

    /// Rows one after the other, without a copy where they lie so.
    pub(super) fn block<'b>(&'b self, range: Range<usize>, spare: &'b mut Vec<f64>) -> &'b [f64] {
        if self.chosen.is_none()
            && self.fill.is_empty()
            && let Some(whole) = self.view.to_slice()
        {
            return &whole[range.start * self.columns()..range.end * self.columns()];
        }
        spare.clear();
        for row in range {
            self.push(row, spare);
        }
        spare
    }

    /// One value.
    pub(super) fn value(&self, row: usize, column: usize) -> f64 {
        let value = self.view[(self.place(row), column)];
        if value.is_nan() { self.fill.get(column).copied().unwrap_or(value) } else { value }
    }

    /// Put one row at the end.
    pub(super) fn push(&self, row: usize, to: &mut Vec<f64>) {
        let line = self.view.index_axis(Axis(0), self.place(row));
        if let (true, Some(values)) = (self.fill.is_empty(), line.to_slice()) {
            to.extend_from_slice(values);
        } else if self.fill.is_empty() {
            to.extend(line);
        } else {
            to.extend(line.iter().zip(self.fill).map(|(value, fill)| if value.is_nan() { *fill } else { *value }));
        }
    }

    /// Some columns of some rows: numbers that begin with the first of these columns, and how far apart rows begin there; without a
    /// copy where the rows lie one after the other.
    pub(super) fn part<'b>(
        &'b self,
        rows: Range<usize>,
        columns: Range<usize>,
        spare: &'b mut Vec<f64>,
    ) -> (&'b [f64], usize) {
        if self.chosen.is_none()
            && self.fill.is_empty()
            && let Some(whole) = self.view.to_slice()
        {
            return (&whole[rows.start * self.columns() + columns.start..rows.end * self.columns()], self.columns());
        }
        spare.clear();
        for row in rows {
            let line = self.view.index_axis(Axis(0), self.place(row));
            let line = line.slice(s![columns.clone()]);
            if self.fill.is_empty() {
                spare.extend(line);
            } else {
                let filled = |(value, fill): (&f64, &f64)| if value.is_nan() { *fill } else { *value };
                spare.extend(line.iter().zip(&self.fill[columns.clone()]).map(filled));
            }
        }
        (spare, columns.len())
    }

    /// All rows one after the other.
    pub(super) fn all(&self) -> Vec<f64> {
        let mut all = Vec::with_capacity(self.len() * self.columns());
        (0..self.len()).for_each(|row| self.push(row, &mut all));
        all
    }

    /// How many rows a block holds so that it stays in the cache.
    pub(super) fn block_rows(&self) -> usize {
        (BLOCK / self.columns().max(1)).clamp(8, 1024)
    }

    /// Run `work` for blocks of rows on all threads: it sees the rows one after the other and fills one number for each.
    pub(super) fn score(
        &self,
        context: &Context,
        work: impl Fn(&[f64], &mut [f64]) -> Result<()> + Sync,
    ) -> Result<Vec<f64>> {
        self.score_by(self.block_rows(), context, work)
    }

    /// The same with blocks of `size` rows.
    pub(super) fn score_by(
        &self,
        size: usize,
        context: &Context,
        work: impl Fn(&[f64], &mut [f64]) -> Result<()> + Sync,
    ) -> Result<Vec<f64>> {
        let mut scores = vec![0.0; self.len()];
        let parts: Vec<Mutex<&mut [f64]>> = scores.chunks_mut(size).map(Mutex::new).collect();
        // Several blocks are one item, so that results of `map` cost nothing and a row's copy is reused.
        let together = (parts.len() / (4 * context.threads())).clamp(1, 8);
        let items = parts.len().div_ceil(together);
        context.map(items, |item| {
            let mut spare = Vec::new();
            for (at, part) in parts.iter().enumerate().skip(item * together).take(together) {
                context.check()?;
                let mut part = part.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let start = at * size;
                work(self.block(start..start + part.len(), &mut spare), &mut part)?;
            }
            Ok(())
        })?;
        drop(parts);
        Ok(scores)
    }

    /// Run `work` over blocks of rows in order on this thread.
    pub(super) fn each_block(&self, context: &Context, mut work: impl FnMut(&[f64])) -> Result<()> {
        self.each_part(context, |_, block| work(block))
    }

    /// As [`each_block`](Self::each_block); `work` also sees which row a block starts with.
    pub(super) fn each_part(&self, context: &Context, mut work: impl FnMut(usize, &[f64])) -> Result<()> {
        let (size, mut spare) = (self.block_rows(), Vec::new());
        for start in (0..self.len()).step_by(size) {
            context.check()?;
            work(start, self.block(start..self.len().min(start + size), &mut spare));
        }
        Ok(())
    }
}

fn check_shape(view: ArrayView2<'_, f64>) -> Result<()> {
    let (rows, columns) = view.dim();
    ensure!(columns >= 1, InvalidData, "the rows have no columns, at least 1 is needed");
    ensure!(columns <= MOST_COLUMNS, TooLarge, "{columns} columns, at most {MOST_COLUMNS} are allowed");
    ensure!(rows <= MOST_ROWS, TooLarge, "{rows} rows, at most {MOST_ROWS} are allowed");
    Ok(())
}

/// Refuse infinite values and find the first missing one.
fn check_values(view: ArrayView2<'_, f64>, context: &Context) -> Result<Option<(usize, usize)>> {
    let size = ((BLOCK * 4) / view.ncols()).max(1);
    let gaps = context.map(view.nrows().div_ceil(size), |block| {
        let start = block * size;
        let part = view.slice(s![start..view.nrows().min(start + size), ..]);
        // Without branches first; the search for the place follows only where something is not finite.
        let clean = match part.to_slice() {
            Some(values) => {
                values.chunks(64).all(|chunk| chunk.iter().fold(true, |fine, value| fine & value.is_finite()))
            }
            None => part.iter().all(|value| value.is_finite()),
        };
        if clean {
            return Ok(None);
        }
        let mut first = None;
        for ((row, column), value) in part.indexed_iter() {
            ensure!(
                !value.is_infinite(),
                InvalidData,
                "row {}, column {column} is {value}; only finite values can be judged",
                start + row
            );
            if value.is_nan() && first.is_none() {
                first = Some((start + row, column));
            }
        }
        Ok(first)
    })?;
    Ok(gaps.into_iter().flatten().next())
}

/// The median of every column's present values.
pub(super) fn medians(view: ArrayView2<'_, f64>, weights: &[f64], context: &Context) -> Result<Vec<f64>> {
    context.map(view.ncols(), |column| {
        let none = "nothing can stand in for missing ones";
        if weights.is_empty() {
            let mut values: Vec<f64> = view.column(column).iter().copied().filter(|value| !value.is_nan()).collect();
            ensure!(!values.is_empty(), InvalidData, "column {column} has no values, {none}");
            return Ok(median(&mut values));
        }
        let pairs = ascending(&view.column(column).to_vec(), weights, context)?;
        ensure!(!pairs.is_empty(), InvalidData, "column {column} has no values in rows with a weight, {none}");
        Ok(sorted_quantile(&pairs, 0.5))
    })
}

/// The median, of at least one value; their order is lost.
pub(super) fn median(values: &mut [f64]) -> f64 {
    let half = values.len() / 2;
    let (_, middle, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let middle = *middle;
    if values.len() % 2 == 1 {
        return middle;
    }
    let below = values[..half].iter().copied().max_by(f64::total_cmp).unwrap_or(middle);
    0.5 * below + 0.5 * middle
}
