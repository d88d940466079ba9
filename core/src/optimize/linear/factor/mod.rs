//! A basis as a product of triangles, and what is solved with it.
//!
//! `B = L U` after permutations that are kept implicitly: every pivot is named by its row, and the variable that is basic
//! for a row is the one whose column was the pivot of that row. Exchanges of one column are kept in product form behind
//! the triangles. Where a right side has few numbers, the positions that a triangle can reach are found first (Gilbert and
//! Peierls, *Sparse partial pivoting in time proportional to arithmetic operations*, 1988) and nothing else is looked at.
mod kernel;
mod lists;

use super::sparse::{Scattered, Sparse};
use crate::Context;
use crate::error::Result;
use kernel::{Eliminated, eliminate};

/// The entries of a triangle, listed by the row that names a pivot.
#[derive(Clone, Debug, Default)]
struct Triangle {
    first: Vec<u32>,
    last: Vec<u32>,
    index: Vec<u32>,
    value: Vec<f64>,
    /// The pivots with entries, in the order of elimination.
    order: Vec<u32>,
}

impl Triangle {
    #[inline]
    fn line(&self, row: usize) -> (&[u32], &[f64]) {
        let range = self.first[row] as usize..self.last[row] as usize;
        (&self.index[range.clone()], &self.value[range])
    }

    /// From triplets, listed by `keys`.
    fn of(length: usize, keys: &[u32], index: &[u32], value: &[f64], order: &[u32]) -> Self {
        let mut first = vec![0u32; length];
        for key in keys {
            first[*key as usize] += 1;
        }
        let mut total = 0;
        for count in &mut first {
            let next = total + *count;
            *count = total;
            total = next;
        }
        let mut last = first.clone();
        let mut sorted = Self { index: vec![0; keys.len()], value: vec![0.0; keys.len()], ..Self::default() };
        for ((key, other), number) in keys.iter().zip(index).zip(value) {
            let at = last[*key as usize];
            last[*key as usize] += 1;
            sorted.index[at as usize] = *other;
            sorted.value[at as usize] = *number;
        }
        sorted.order = order.iter().copied().filter(|row| first[*row as usize] < last[*row as usize]).collect();
        sorted.first = first;
        sorted.last = last;
        sorted
    }
}

/// Space of the search for reachable positions.
#[derive(Clone, Debug, Default)]
struct Reach {
    seen: Vec<bool>,
    stack: Vec<(u32, u32)>,
    order: Vec<u32>,
}

/// How dense the results of a kind of solve have been lately.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Density(f64);

impl Density {
    fn observe(&mut self, density: f64) {
        self.0 = 0.9 * self.0 + 0.1 * density;
    }
}

/// A factorised basis.
#[derive(Clone, Debug, Default)]
pub(super) struct Factor {
    rows: usize,
    order: Vec<u32>,
    pivot: Vec<f64>,
    lower: Triangle,
    lower_across: Triangle,
    upper: Triangle,
    upper_across: Triangle,
    eta_row: Vec<u32>,
    eta_pivot: Vec<f64>,
    eta_start: Vec<usize>,
    eta_index: Vec<u32>,
    eta_value: Vec<f64>,
    reach: Reach,
    fresh_entries: usize,
}

/// Above this share of numbers other than zero a triangle is run through from end to end.
const DENSE: f64 = 0.1;
/// Numbers below this are taken for cancellation.
const TINY: f64 = 1e-14;

impl Factor {
    /// Factorise the basis of the variables in `head`, of which those from `columns.lines()` up are the logicals of rows,
    /// with column `-1` in their row. `head` is put into the order of the pivots. Variables whose columns depend on others are
    /// replaced by logicals; they are given back.
    pub(super) fn factorise(
        &mut self,
        columns: &Sparse,
        rows: usize,
        head: &mut [u32],
        context: &Context,
    ) -> Result<Vec<u32>> {
        let Eliminated { order, pivot, replaced, lower, upper } = eliminate(columns, rows, head, context)?;
        self.rows = rows;
        self.lower = Triangle::of(rows, &lower.line, &lower.index, &lower.value, &order);
        self.lower_across = Triangle::of(rows, &lower.index, &lower.line, &lower.value, &order);
        self.upper = Triangle::of(rows, &upper.line, &upper.index, &upper.value, &order);
        self.upper_across = Triangle::of(rows, &upper.index, &upper.line, &upper.value, &order);
        self.order = order;
        self.pivot = pivot;
        self.fresh_entries = lower.value.len() + upper.value.len() + rows;
        self.eta_row.clear();
        self.eta_pivot.clear();
        self.eta_start.clear();
        self.eta_start.push(0);
        self.eta_index.clear();
        self.eta_value.clear();
        self.reach.seen.clear();
        self.reach.seen.resize(rows, false);
        Ok(replaced)
    }

    /// Exchanges since the basis was factorised.
    pub(super) fn exchanges(&self) -> usize {
        self.eta_row.len()
    }

    /// Whether factorising again is cheaper than going on.
    pub(super) fn is_worn(&self) -> bool {
        self.eta_row.len() >= 100
            || (self.eta_row.len() >= 20 && self.eta_index.len() > 3 * self.fresh_entries + 4 * self.rows)
    }

    /// The column at `row` is exchanged for one that, in terms of the basis, is `column`.
    pub(super) fn exchange(&mut self, row: usize, column: &Scattered) {
        self.eta_row.push(row as u32);
        self.eta_pivot.push(column.value[row]);
        for at in &column.index {
            let value = column.value[*at as usize];
            if *at as usize != row && value.abs() > TINY {
                self.eta_index.push(*at);
                self.eta_value.push(value);
            }
        }
        self.eta_start.push(self.eta_index.len());
    }

    /// Solve `B x = b` in place; `x` is listed by the row of the basic variable.
    pub(super) fn solve(&mut self, x: &mut Scattered, density: &mut Density) {
        let mut listed = x.index.len() as f64 <= DENSE * self.rows as f64 && density.0 <= DENSE;
        let Self { lower, upper, pivot, order, reach, .. } = self;
        pass(lower, lower.order.iter(), None, x, &mut listed, reach);
        pass(upper, order.iter().rev(), Some(pivot), x, &mut listed, reach);
        if listed {
            // What was reached and cancelled would be listed twice if it came back.
            x.tidy(0.0);
        }
        for (at, (row, pivot)) in self.eta_row.iter().zip(&self.eta_pivot).enumerate() {
            let row = *row as usize;
            if x.value[row].abs() <= TINY {
                continue;
            }
            let step = x.value[row] / pivot;
            x.value[row] = step;
            let range = self.eta_start[at]..self.eta_start[at + 1];
            for (index, value) in self.eta_index[range.clone()].iter().zip(&self.eta_value[range]) {
                let old = x.value[*index as usize];
                if listed && old == 0.0 {
                    x.index.push(*index);
                }
                let new = old - step * value;
                x.value[*index as usize] = if new == 0.0 { f64::MIN_POSITIVE } else { new };
            }
        }
        finish(x, listed, density);
    }

    /// Solve `B' y = c` in place; `c` is listed by the row of the basic variable.
    pub(super) fn solve_across(&mut self, y: &mut Scattered, density: &mut Density) {
        let mut listed = y.index.len() as f64 <= DENSE * self.rows as f64 && density.0 <= DENSE;
        for (at, (row, pivot)) in self.eta_row.iter().zip(&self.eta_pivot).enumerate().rev() {
            let row = *row as usize;
            let range = self.eta_start[at]..self.eta_start[at + 1];
            let old = y.value[row];
            let mut rest = old;
            for (index, value) in self.eta_index[range.clone()].iter().zip(&self.eta_value[range]) {
                rest -= y.value[*index as usize] * value;
            }
            if rest != 0.0 {
                if listed && old == 0.0 {
                    y.index.push(row as u32);
                }
                y.value[row] = rest / pivot;
            } else if old != 0.0 {
                y.value[row] = f64::MIN_POSITIVE;
            }
        }
        let Self { lower_across, upper_across, pivot, order, reach, .. } = self;
        pass(upper_across, order.iter(), Some(pivot), y, &mut listed, reach);
        pass(lower_across, lower_across.order.iter().rev(), None, y, &mut listed, reach);
        finish(y, listed, density);
    }
}

/// Run a triangle over `x`, in the order given, or along what can be reached if `x` is listed and stays short.
fn pass<'a>(
    triangle: &Triangle,
    order: impl Iterator<Item = &'a u32>,
    pivot: Option<&Vec<f64>>,
    x: &mut Scattered,
    listed: &mut bool,
    reach: &mut Reach,
) {
    let at_row = |x: &mut Scattered, row: usize| {
        let mut number = x.value[row];
        if number.abs() <= TINY {
            x.value[row] = 0.0;
            return;
        }
        if let Some(pivot) = pivot {
            number /= pivot[row];
            x.value[row] = number;
        }
        let (index, value) = triangle.line(row);
        for (index, value) in index.iter().zip(value) {
            x.value[*index as usize] -= number * value;
        }
    };
    if *listed && x.index.len() as f64 <= DENSE * x.value.len() as f64 {
        find_reach(triangle, x, reach);
        for row in reach.order.iter().rev() {
            at_row(x, *row as usize);
        }
        std::mem::swap(&mut x.index, &mut reach.order);
        return;
    }
    *listed = false;
    for row in order {
        at_row(x, *row as usize);
    }
}

/// The positions that those listed in `x` lead to, each before those that lead to it.
fn find_reach(triangle: &Triangle, x: &Scattered, reach: &mut Reach) {
    reach.order.clear();
    for start in &x.index {
        if reach.seen[*start as usize] {
            continue;
        }
        reach.seen[*start as usize] = true;
        reach.stack.push((*start, triangle.first[*start as usize]));
        while let Some((row, next)) = reach.stack.last_mut() {
            let end = triangle.last[*row as usize];
            let mut found = None;
            while *next < end {
                let index = triangle.index[*next as usize];
                *next += 1;
                if !reach.seen[index as usize] {
                    found = Some(index);
                    break;
                }
            }
            if let Some(index) = found {
                reach.seen[index as usize] = true;
                reach.stack.push((index, triangle.first[index as usize]));
            } else {
                reach.order.push(*row);
                reach.stack.pop();
            }
        }
    }
    for row in &reach.order {
        reach.seen[*row as usize] = false;
    }
}

/// List what is not zero, and note how much that is.
fn finish(x: &mut Scattered, listed: bool, density: &mut Density) {
    if listed {
        x.tidy(TINY);
    } else {
        x.index.clear();
        for (at, value) in x.value.iter_mut().enumerate() {
            if value.abs() > TINY {
                x.index.push(at as u32);
            } else {
                *value = 0.0;
            }
        }
    }
    density.observe(x.index.len() as f64 / x.value.len().max(1) as f64);
}

#[cfg(test)]
mod tests;
