//! The best assignment, the second best, and so on.
//!
//! The set of all assignments but the best is split by the first row whose partner differs (Murty, *An algorithm for ranking
//! all the assignments in order of increasing cost*, 1968). The best of each part is found by one shortest augmenting path
//! from the prices of the whole, and only if a bound from those prices says that it may be next (Miller, Stone, Cox,
//! *Optimizing Murty's ranked assignment method*, 1997): O(rows x columns) per part looked at, and most are not.
//!
//! Columns that may stay alone are held by one *reserve* without costs, so that every column has a holder and prices are
//! free; reserves are alike, and no part is made for them, so that every assignment comes once.
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::Context;
use crate::data::Ints;
use crate::error::{Code, Error, Result, bail, ensure};
use crate::matching::assignment::sparse::cardinality::{Adjacent, largest, reached};
use crate::matching::assignment::{ALONE, Assign, Unmatched, assign};

/// Sums of a matching's worth of costs below this stay finite.
const LARGEST: f64 = 1e290;
/// Brings any finite cost below [`LARGEST`]; a power of two, so that nothing is rounded.
const SHRINK: f64 = 1.0 / (1u128 << 64) as f64;

/// One of the best assignments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RankedAssignment {
    /// The row of each pair, ascending.
    pub rows: Ints,
    /// The column of each pair.
    pub columns: Ints,
    /// Sum of the costs of the pairs.
    pub total_cost: f64,
}

/// The `count` best assignments of `costs`, `[row, column]`, best first; fewer where fewer exist.
///
/// Assignments are as [`assign`] finds them, and no two have the same pairs; equal totals come in an order that is the same
/// on every run. With [`Unmatched::Leave`] all assignments have as many pairs as possible.
///
/// # Errors
/// `invalid_config` for a count of 0; as [`assign`] for the costs; `cancelled`.
pub fn assign_k_best(
    costs: ArrayView2<'_, f64>,
    count: usize,
    options: &Assign,
    context: &Context,
) -> Result<Vec<RankedAssignment>> {
    ensure!(count > 0, InvalidConfig, "the number of assignments is 0: it must be at least 1");
    // Judges the costs, and names who cannot be matched in the caller's terms.
    assign(costs, options, context)?;
    let mut problem = Problem::of(costs, options, context)?;
    let root = problem.root(context)?;
    let mut queue = BinaryHeap::new();
    queue.push(Entry { key: root.total, order: 0, part: Part::Solved(Rc::new(root)) });
    let mut born = 1_u64;
    let mut found = Vec::new();
    while let Some(Entry { part, .. }) = queue.pop() {
        context.check()?;
        let part = match part {
            Part::Solved(part) => part,
            Part::Bounded { parent, place } => {
                if let Some(part) = problem.solve(&parent, place, context)? {
                    born += 1;
                    queue.push(Entry { key: part.total, order: born, part: Part::Solved(Rc::new(part)) });
                }
                continue;
            }
        };
        found.push(problem.told(costs, &part)?);
        context.report(found.len(), count);
        if found.len() == count {
            break;
        }
        let split = Rc::new(problem.split(part, context)?);
        for (place, bound) in split.bounds.iter().enumerate().filter(|(_, bound)| **bound < f64::INFINITY) {
            born += 1;
            let part = Part::Bounded { parent: split.clone(), place };
            queue.push(Entry { key: *bound, order: born, part });
        }
    }
    context.report(1, 1);
    // A total may come out a rounding below one found before.
    let sign = if options.maximize { -1.0 } else { 1.0 };
    found.sort_by(|a, b| (sign * a.total_cost).total_cmp(&(sign * b.total_cost)));
    Ok(found)
}

/// What waits in the queue: the least total first, and of equal ones the first that was born.
struct Entry {
    key: f64,
    order: u64,
    part: Part,
}

enum Part {
    Solved(Rc<Solution>),
    /// The part of a split in which the row at `place` changes its partner; its best total is not below the key.
    Bounded {
        parent: Rc<Split>,
        place: usize,
    },
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.total_cmp(&self.key).then(other.order.cmp(&self.order))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

/// The best assignment of a part, with prices of that part.
struct Solution {
    column_of_row: Vec<u32>,
    /// The row of each column; [`ALONE`] is the reserve.
    row_of_column: Vec<u32>,
    row_prices: Vec<f64>,
    column_prices: Vec<f64>,
    reserve_price: f64,
    total: f64,
    /// Whether the pair of each row is fixed in the part.
    fixed: Vec<bool>,
    banned: Option<Rc<Banned>>,
}

/// Pairs that a part may not use.
struct Banned {
    row: usize,
    column: usize,
    next: Option<Rc<Banned>>,
}

/// A solved part and the rows, in order, by which the rest of it is split.
struct Split {
    whole: Rc<Solution>,
    rows: Vec<u32>,
    /// Below which no total of each part lies; infinite where the part is empty.
    bounds: Vec<f64>,
}

/// Costs to be minimised, with every row to be matched and no more rows than columns.
struct Problem {
    costs: Vec<f64>,
    rows: usize,
    columns: usize,
    /// The caller's position of each line and on which side it is: a column of the caller may be a row here.
    row_names: Vec<Line>,
    column_names: Vec<Line>,
    /// By how much sums may be off.
    tolerance: f64,
    // Working space of the shortest paths.
    distance: Vec<f64>,
    previous: Vec<u32>,
    settled: Vec<bool>,
}

#[derive(Clone, Copy, Debug)]
enum Line {
    Row(usize),
    Column(usize),
}

/// Which costs are finite, seen from the side that has no more lines.
struct Possible<'a> {
    costs: ArrayView2<'a, f64>,
    columns: Vec<Vec<u32>>,
}

impl Adjacent for Possible<'_> {
    fn rows(&self) -> usize {
        self.columns.len()
    }
    fn columns(&self) -> usize {
        self.costs.ncols()
    }
    fn degree(&self, row: usize) -> usize {
        self.columns[row].len()
    }
    fn column(&self, row: usize, at: usize) -> u32 {
        self.columns[row][at]
    }
}

impl Problem {
    fn of(costs: ArrayView2<'_, f64>, options: &Assign, context: &Context) -> Result<Self> {
        let mut huge = false;
        for line in costs.rows() {
            context.check()?;
            huge |= line.iter().any(|cost| cost.is_finite() && cost.abs() > LARGEST);
        }
        let factor = if options.maximize { -1.0 } else { 1.0 } * if huge { SHRINK } else { 1.0 };
        let transposed = costs.nrows() > costs.ncols();
        let view = if transposed { costs.reversed_axes() } else { costs };
        let (rows, columns) = view.dim();
        let row = |at| if transposed { Line::Column(at) } else { Line::Row(at) };
        let column = |at| if transposed { Line::Row(at) } else { Line::Column(at) };
        let mut crowded = vec![false; rows];
        let mut scarce = vec![false; columns];
        if options.unmatched == Unmatched::Leave {
            let finite = |row: usize| {
                context.check()?;
                Ok((0..columns as u32).filter(|at| view[[row, *at as usize]].is_finite()).collect())
            };
            let possible = Possible { costs: view, columns: (0..rows).map(finite).collect::<Result<_>>()? };
            let matching = largest(&possible, context)?;
            let alone = (0..rows as u32).filter(|row| matching.column_of_row[*row as usize] == ALONE);
            [crowded, scarce] = reached(&possible, &matching, &alone.collect::<Vec<_>>(), context)?;
        }
        // Of a largest matching, all scarce columns and all other rows are matched: those are the rows here.
        let pick = |flags: &[bool], wanted| (0..flags.len()).filter(|at| flags[*at] == wanted).collect::<Vec<_>>();
        let (easy_rows, easy_columns) = (pick(&crowded, false), pick(&scarce, false));
        let (hard_rows, hard_columns) = (pick(&scarce, true), pick(&crowded, true));
        let row_names = easy_rows.iter().map(|at| row(*at)).chain(hard_rows.iter().map(|at| column(*at))).collect();
        let column_names =
            easy_columns.iter().map(|at| column(*at)).chain(hard_columns.iter().map(|at| row(*at))).collect();
        let width = easy_columns.len() + hard_columns.len();
        let height = easy_rows.len() + hard_rows.len();
        let mut matrix = Vec::with_capacity(height * width);
        for row in &easy_rows {
            context.check()?;
            matrix.extend(easy_columns.iter().map(|column| factor * view[[*row, *column]]));
            matrix.extend(hard_columns.iter().map(|_| f64::INFINITY));
        }
        for column in &hard_rows {
            context.check()?;
            matrix.extend(easy_columns.iter().map(|_| f64::INFINITY));
            matrix.extend(hard_columns.iter().map(|row| factor * view[[*row, *column]]));
        }
        let mut largest = 0.0_f64;
        for part in matrix.chunks(1 << 16) {
            context.check()?;
            largest = part.iter().filter(|cost| cost.is_finite()).fold(largest, |most, cost| most.max(cost.abs()));
        }
        Ok(Self {
            costs: matrix,
            rows: height,
            columns: width,
            row_names,
            column_names,
            tolerance: 4e-16 * (height as f64 + 16.0) * largest,
            distance: vec![0.0; width],
            previous: vec![0; width],
            settled: vec![false; width],
        })
    }

    /// The best assignment of all.
    fn root(&self, context: &Context) -> Result<Solution> {
        let lost = |_| Error::new(Code::Internal, "costs of another size than they have; please report this");
        let matrix = ArrayView2::from_shape((self.rows, self.columns), &self.costs).map_err(lost)?;
        let best = assign(matrix, &Assign::default(), context)?;
        let mut row_of_column = vec![ALONE; self.columns];
        best.columns.iter().enumerate().for_each(|(row, column)| row_of_column[*column as usize] = row as u32);
        let column_of_row: Vec<u32> = best.columns.iter().map(|column| *column as u32).collect();
        Ok(Solution {
            total: self.total(&column_of_row),
            column_of_row,
            row_of_column,
            row_prices: best.row_prices.to_vec(),
            column_prices: best.column_prices.to_vec(),
            reserve_price: 0.0,
            fixed: vec![false; self.rows],
            banned: None,
        })
    }

    fn line(&self, row: usize) -> &[f64] {
        &self.costs[row * self.columns..][..self.columns]
    }

    fn total(&self, column_of_row: &[u32]) -> f64 {
        column_of_row.iter().enumerate().map(|(row, column)| self.line(row)[*column as usize]).sum()
    }

    /// Take the banned pairs out of the costs; gives what puts them back.
    fn ban(&mut self, banned: Option<&Rc<Banned>>) -> Vec<(usize, f64)> {
        let mut kept = Vec::new();
        let mut next = banned;
        while let Some(pair) = next {
            let at = pair.row * self.columns + pair.column;
            kept.push((at, std::mem::replace(&mut self.costs[at], f64::INFINITY)));
            next = pair.next.as_ref();
        }
        kept
    }

    fn allow(&mut self, kept: Vec<(usize, f64)>) {
        kept.into_iter().rev().for_each(|(at, cost)| self.costs[at] = cost);
    }

    /// Split what a solved part leaves by the first row that changes its partner.
    fn split(&mut self, whole: Rc<Solution>, context: &Context) -> Result<Split> {
        let kept = self.ban(whole.banned.as_ref());
        // What a row pays over its prices for the best other column, and a column for the best other holder.
        let mut by_row = vec![f64::INFINITY; self.rows];
        let reserve =
            |column: &f64| if self.columns > self.rows { -whole.reserve_price - column } else { f64::INFINITY };
        let mut by_column: Vec<f64> = whole.column_prices.iter().map(reserve).collect();
        let open = |column: u32| column == ALONE || !whole.fixed[column as usize];
        let open: Vec<bool> = whole.row_of_column.iter().map(|row| open(*row)).collect();
        for row in (0..self.rows).filter(|row| !whole.fixed[*row]) {
            if row % 64 == 0 {
                context.check()?;
            }
            let (own, price) = (whole.column_of_row[row] as usize, whole.row_prices[row]);
            let mut least = f64::INFINITY;
            for (column, cost) in self.line(row).iter().enumerate() {
                let over = cost - price - whole.column_prices[column];
                if column != own && open[column] {
                    least = least.min(over);
                    by_column[column] = by_column[column].min(over);
                }
            }
            by_row[row] = least;
        }
        self.allow(kept);
        let bound = |row: usize| {
            let over = by_row[row].max(0.0) + by_column[whole.column_of_row[row] as usize].max(0.0);
            (row as u32, whole.total + over - self.tolerance)
        };
        let mut order: Vec<(u32, f64)> = (0..self.rows).filter(|row| !whole.fixed[*row]).map(bound).collect();
        // The first parts fix the fewest rows and are the largest: they get the highest bounds.
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let (rows, bounds) = order.into_iter().unzip();
        Ok(Split { whole, rows, bounds })
    }

    /// The best assignment of one part of a split, or `None` if the part is empty.
    fn solve(&mut self, split: &Split, place: usize, context: &Context) -> Result<Option<Solution>> {
        let whole = &split.whole;
        let root = split.rows[place] as usize;
        let own = whole.column_of_row[root] as usize;
        let mut fixed = whole.fixed.clone();
        split.rows[..place].iter().for_each(|row| fixed[*row as usize] = true);
        let banned = Rc::new(Banned { row: root, column: own, next: whole.banned.clone() });
        let kept = self.ban(Some(&banned));
        let mut part = Solution {
            column_of_row: whole.column_of_row.clone(),
            row_of_column: whole.row_of_column.clone(),
            row_prices: whole.row_prices.clone(),
            column_prices: whole.column_prices.clone(),
            reserve_price: whole.reserve_price,
            total: 0.0,
            fixed,
            banned: Some(banned),
        };
        let found = self.augment(&mut part, root, own, context)?;
        self.allow(kept);
        Ok(found.then(|| {
            part.total = self.total(&part.column_of_row);
            part
        }))
    }

    /// Give `root` another column along the shortest path to its old one; `false` if there is no path.
    fn augment(&mut self, part: &mut Solution, root: usize, target: usize, context: &Context) -> Result<bool> {
        let reserve = self.rows;
        self.distance.fill(f64::INFINITY);
        for (settled, row) in self.settled.iter_mut().zip(&part.row_of_column) {
            *settled = *row != ALONE && part.fixed[*row as usize];
        }
        let mut order: Vec<usize> = Vec::new();
        // The first of the reserve's columns that was reached.
        let mut entry = None;
        let (mut holder, mut reached) = (root, 0.0);
        loop {
            let (base, line) = if holder == reserve {
                (reached - part.reserve_price, None)
            } else {
                (reached - part.row_prices[holder], Some(&self.costs[holder * self.columns..][..self.columns]))
            };
            let mut next = None;
            let mut nearest = f64::INFINITY;
            for column in 0..self.columns {
                if self.settled[column] {
                    continue;
                }
                let over = line.map_or(0.0, |line| line[column]) - part.column_prices[column] + base;
                if over < self.distance[column] {
                    self.distance[column] = over;
                    self.previous[column] = holder as u32;
                }
                if self.distance[column] < nearest {
                    nearest = self.distance[column];
                    next = Some(column);
                }
            }
            let Some(column) = next else {
                return Ok(false);
            };
            reached = nearest.max(reached);
            self.distance[column] = reached;
            self.settled[column] = true;
            if column == target {
                break;
            }
            order.push(column);
            if order.len().is_multiple_of(64) {
                context.check()?;
            }
            holder = match part.row_of_column[column] {
                ALONE => {
                    entry.get_or_insert(column);
                    reserve
                }
                row => row as usize,
            };
        }
        for column in order {
            let rest = reached - self.distance[column];
            part.column_prices[column] -= rest;
            match part.row_of_column[column] {
                ALONE if entry == Some(column) => part.reserve_price += rest,
                ALONE => {}
                row => part.row_prices[row as usize] += rest,
            }
        }
        part.row_prices[root] += reached;
        let mut column = target;
        loop {
            let row = self.previous[column] as usize;
            if row == reserve {
                part.row_of_column[column] = ALONE;
                // The reserve was reached through this column, by a row.
                column = entry.unwrap_or(target);
                continue;
            }
            part.row_of_column[column] = row as u32;
            column = std::mem::replace(&mut part.column_of_row[row], column as u32) as usize;
            if row == root {
                return Ok(true);
            }
        }
    }

    /// The pairs of a part in the caller's terms.
    fn told(&self, costs: ArrayView2<'_, f64>, part: &Solution) -> Result<RankedAssignment> {
        let mut pairs: Vec<(usize, usize)> = Vec::with_capacity(self.rows);
        for (row, column) in part.column_of_row.iter().enumerate() {
            match (self.row_names[row], self.column_names[*column as usize]) {
                (Line::Row(row), Line::Column(column)) | (Line::Column(column), Line::Row(row)) => {
                    pairs.push((row, column))
                }
                _ => bail!(Internal, "a pair of two rows or two columns; please report this with the input"),
            }
        }
        pairs.sort_unstable();
        let total = pairs.iter().map(|pair| costs[*pair]).sum::<f64>() + 0.0;
        ensure!(total.is_finite(), InvalidData, "the total of {} pairs is beyond the largest number", pairs.len());
        Ok(RankedAssignment {
            rows: pairs.iter().map(|pair| pair.0 as i64).collect::<Vec<_>>().into(),
            columns: pairs.iter().map(|pair| pair.1 as i64).collect::<Vec<_>>().into(),
            total_cost: total,
        })
    }
}
