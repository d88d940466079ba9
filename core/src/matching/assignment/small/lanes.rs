//! Many matrices of up to 16 columns, some at a time.
//!
//! Every matrix takes the steps of [`super::tiny`], to the bit, but one step of each follows the other: a step of one matrix
//! waits for its own numbers, not for those of its neighbours, and which of them reached a free column is asked once for all.
//! A desk whose matrix is done takes the next one while the others go on.
use crate::matching::assignment::problem::LARGEST;
use crate::matching::assignment::small::batch::Prices;
use crate::matching::assignment::small::tiny::{Shape, WIDEST, least, place, places};

use crate::math::simd::dispatch;

/// How many matrices are worked on at once.
const DESKS: usize = 8;
/// In place of the row or column of one that has none.
const NONE: u32 = u32::MAX;

/// Where the answers go, problem by problem.
#[derive(Debug)]
pub(in super::super) struct Answers<'a, 'b> {
    /// The column of every row of the caller, -1 for none.
    pub(in super::super) columns_of_rows: &'a mut [i64],
    /// NaN for a problem that is not for here: one with a cost of unusual size.
    pub(in super::super) totals: &'a mut [f64],
    /// Prices of the caller's rows and columns, if they are wanted.
    pub(in super::super) prices: Option<&'a mut Prices<'b>>,
}

dispatch! {
    /// Solve problems of one shape, of at least a row and a column each, whose costs stand one after the other.
    pub(in super::super) fn solve, portable solve_portable(costs: &[f64], shape: Shape, answers: &mut Answers<'_, '_>) {
        if shape.columns <= 4 {
            solve_in::<4>(costs, shape, answers);
        } else if shape.columns <= 8 {
            solve_in::<8>(costs, shape, answers);
        } else {
            solve_in::<WIDEST>(costs, shape, answers);
        }
    }
}

#[inline(always)]
fn solve_in<const W: usize>(costs: &[f64], shape: Shape, answers: &mut Answers<'_, '_>) {
    let places = places();
    let mut desks: [Desk<W>; DESKS] = std::array::from_fn(|_| Desk::new());
    let (mut next, mut busy) = (0, 0u32);
    for (at, desk) in desks.iter_mut().enumerate() {
        if desk.take(&mut next, costs, shape, answers) {
            busy |= 1 << at;
        }
    }
    while busy != 0 {
        let mut ended = 0u32;
        for (at, desk) in desks.iter_mut().enumerate() {
            ended |= u32::from(desk.step(&places)) << at;
        }
        ended &= busy;
        while ended != 0 {
            let at = ended.trailing_zeros();
            ended &= ended - 1;
            let desk = &mut desks[at as usize % DESKS];
            desk.turn();
            if desk.free != 0 {
                desk.start();
                continue;
            }
            desk.answer(costs, shape, answers);
            if !desk.take(&mut next, costs, shape, answers) {
                busy &= !(1 << at);
            }
        }
    }
}

/// One matrix and how far it is.
#[derive(Debug)]
#[repr(align(64))]
struct Desk<const W: usize> {
    /// By column: price, length of the shortest path found (infinite once scanned), price or minus infinity once scanned,
    /// the length at which it was scanned, and the row before it on its path.
    prices: [f64; W],
    distances: [f64; W],
    barred: [f64; W],
    scanned: [f64; W],
    before: [u64; W],
    /// Costs to be minimised, forbidden beside the matrix.
    lines: [[f64; W]; W],
    row_of_column: [u32; W],
    column_of_row: [u32; W],
    /// Rows without a column, a bit each.
    free: u32,
    problem: usize,
    /// The free row that is searched from, the one looked through, and what is taken from its costs.
    root: usize,
    row: usize,
    offset: f64,
    /// The column that was nearest, and its distance.
    nearest: usize,
    length: f64,
}

impl<const W: usize> Desk<W> {
    #[inline(always)]
    fn new() -> Self {
        Self {
            prices: [0.0; W],
            distances: [f64::INFINITY; W],
            barred: [0.0; W],
            scanned: [f64::INFINITY; W],
            before: [0; W],
            lines: [[f64::INFINITY; W]; W],
            row_of_column: [NONE; W],
            column_of_row: [NONE; W],
            free: 0,
            problem: 0,
            root: 0,
            row: 0,
            offset: 0.0,
            nearest: 0,
            length: 0.0,
        }
    }

    /// Look through one row and go to the nearest column; whether that is free. Without branches.
    #[inline(always)]
    fn step(&mut self, places: &[u64; W]) -> bool {
        // In local arrays, which stay in registers.
        let (line, barred, offset, row) = (self.lines[self.row % W], self.barred, self.offset, self.row as u64);
        let (mut distances, mut before) = (self.distances, self.before);
        for at in 0..W {
            let through = line[at] - barred[at] - offset;
            before[at] = if through < distances[at] { row } else { before[at] };
            distances[at] = if through < distances[at] { through } else { distances[at] };
        }
        self.before = before;
        let length = least(&distances);
        let nearest = place(&distances, length, places) % W;
        let (mut scanned, mut barred) = (self.scanned, barred);
        for at in 0..W {
            let here = places[at] == nearest as u64;
            scanned[at] = if here { length } else { scanned[at] };
            distances[at] = if here { f64::INFINITY } else { distances[at] };
            barred[at] = if here { f64::NEG_INFINITY } else { barred[at] };
        }
        (self.distances, self.scanned, self.barred) = (distances, scanned, barred);
        let next = self.row_of_column[nearest];
        self.row = next as usize % W;
        self.offset = self.lines[self.row][nearest] - self.prices[nearest] - length;
        (self.nearest, self.length) = (nearest, length);
        next == NONE
    }

    /// Lower the prices of scanned columns and match along the path that was found.
    #[inline(always)]
    fn turn(&mut self) {
        let (mut prices, scanned, length) = (self.prices, self.scanned, self.length);
        for at in 0..W {
            prices[at] += if scanned[at] < length { scanned[at] - length } else { 0.0 };
        }
        self.prices = prices;
        let mut column = self.nearest as u32;
        loop {
            let row = self.before[column as usize % W] as usize % W;
            self.row_of_column[column as usize % W] = row as u32;
            std::mem::swap(&mut self.column_of_row[row], &mut column);
            if row == self.root {
                break;
            }
        }
        self.free &= self.free.wrapping_sub(1);
    }

    /// Search from the first free row.
    #[inline(always)]
    fn start(&mut self) {
        self.root = self.free.trailing_zeros() as usize % W;
        self.row = self.root;
        self.offset = 0.0;
        self.barred = self.prices;
        self.distances = [f64::INFINITY; W];
        self.scanned = [f64::INFINITY; W];
    }

    /// Take the next problem that needs a search; whether there was one.
    #[inline(always)]
    fn take(&mut self, next: &mut usize, costs: &[f64], shape: Shape, answers: &mut Answers<'_, '_>) -> bool {
        while *next < answers.totals.len() {
            self.problem = *next;
            *next += 1;
            if !self.read(&costs[self.problem * shape.rows * shape.columns..], shape) {
                answers.totals[self.problem] = f64::NAN;
                continue;
            }
            self.pair_cheapest(shape);
            if self.free != 0 {
                self.start();
                return true;
            }
            self.answer(costs, shape, answers);
        }
        false
    }

    /// Read the costs of a problem; whether all of them are usual.
    #[inline(always)]
    fn read(&mut self, costs: &[f64], shape: Shape) -> bool {
        let Shape { rows, columns, turned, factor } = shape;
        let mut odd = [0u64; W];
        let mut beside = [0u64; W];
        beside[columns.min(W)..].fill(1);
        for (row, line) in self.lines.iter_mut().enumerate().take(rows) {
            // What stands behind a row in the block is read with it and not used.
            if let (false, Some(given)) = (turned, costs.get(row * columns..).and_then(|rest| rest.first_chunk::<W>()))
            {
                let (given, mut own) = (*given, [0.0; W]);
                for at in 0..W {
                    odd[at] |= (beside[at] | u64::from(given[at].abs() <= LARGEST)) ^ 1;
                    own[at] = if beside[at] != 0 { f64::INFINITY } else { given[at] * factor };
                }
                *line = own;
            } else {
                for column in 0..columns.min(W) {
                    let cost = if turned { costs[column * rows + row] } else { costs[row * columns + column] };
                    odd[column] |= u64::from(cost.abs() <= LARGEST) ^ 1;
                    line[column] = cost * factor;
                }
            }
        }
        odd.iter().fold(0, |any, odd| any | odd) == 0
    }

    /// Give every column its least cost as price, and to the row that has it, if that is still free; for as many rows as
    /// columns. Otherwise nothing is paired.
    #[inline(always)]
    fn pair_cheapest(&mut self, shape: Shape) {
        let Shape { rows, columns, .. } = shape;
        self.free = (1u32 << rows) - 1;
        self.column_of_row = [NONE; W];
        self.row_of_column = [NONE; W];
        self.prices = [0.0; W];
        if rows < columns {
            return;
        }
        let (mut low, mut from) = (self.lines[0], [0u64; W]);
        for (row, line) in self.lines.iter().enumerate().take(rows).skip(1) {
            for at in 0..W {
                from[at] = if line[at] < low[at] { row as u64 } else { from[at] };
                low[at] = if line[at] < low[at] { line[at] } else { low[at] };
            }
        }
        for (at, (price, low)) in self.prices.iter_mut().zip(low).enumerate() {
            *price = if at < columns { low } else { 0.0 };
        }
        for (column, row) in from.iter().enumerate().take(columns) {
            let row = *row as usize % W;
            let takes = self.free >> row & 1 == 1;
            self.free &= !(1 << row);
            self.row_of_column[column] = if takes { row as u32 } else { NONE };
            let own = self.column_of_row[row];
            self.column_of_row[row] = if takes { column as u32 } else { own };
        }
    }

    /// Write what was found as the caller counts.
    #[inline(always)]
    fn answer(&self, costs: &[f64], shape: Shape, answers: &mut Answers<'_, '_>) {
        let Shape { rows, columns, turned, factor } = shape;
        let (own_rows, own_columns) = if turned { (columns, rows) } else { (rows, columns) };
        let costs = &costs[self.problem * rows * columns..][..rows * columns];
        let pairs = &mut answers.columns_of_rows[self.problem * own_rows..][..own_rows];
        let column_of_row = if turned { &self.row_of_column } else { &self.column_of_row };
        let mut total = 0.0;
        for (row, (pair, column)) in pairs.iter_mut().zip(column_of_row).enumerate() {
            *pair = if *column == NONE { -1 } else { i64::from(*column) };
            if *column != NONE {
                total += costs[row * own_columns + *column as usize];
            }
        }
        answers.totals[self.problem] = total;
        let Some(prices) = &mut answers.prices else { return };
        let Prices { rows: own, columns: other } = prices.of(self.problem, own_rows, own_columns);
        let (short, long) = if turned { (other, own) } else { (own, other) };
        for (row, price) in short.iter_mut().enumerate() {
            let column = self.column_of_row[row % W] as usize % W;
            *price = (self.lines[row % W][column] - self.prices[column]) * factor + 0.0;
        }
        for (price, own) in long.iter_mut().zip(&self.prices) {
            *price = own * factor + 0.0;
        }
    }
}
