//! Many matrices of up to 16 columns, some at a time.
//!
//! Free rows bid for columns, on all desks at once ([`super::market`]). Where that leads nowhere, and where prices are wanted,
//! every matrix takes the steps of [`super::tiny`], to the bit, but one step of each follows the other: a step of one matrix
//! waits for its own numbers, not for those of its neighbours, and which of them reached a free column is asked once for all.
//! A desk whose matrix is done takes the next one while the others go on.
use crate::matching::assignment::problem::LARGEST;
use crate::matching::assignment::small::batch::Prices;
use crate::matching::assignment::small::market;
use crate::matching::assignment::small::stall::{named, number_of};
use crate::matching::assignment::small::tiny::{Shape, WIDEST, least, place, places};
use crate::math::simd::dispatch;

/// How many matrices are worked on at once.
pub(super) const DESKS: usize = 8;
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
    up to Avx2:
    /// Solve problems of one shape, of at least a row and a column each, whose costs stand one after the other.
    pub(in super::super) fn solve, portable solve_portable(costs: &[f64], shape: Shape, answers: &mut Answers<'_, '_>) {
        // A single column has no second, and among costs that are often equal a bid tells little. Prices are those of a problem
        // on its own.
        let searched = shape.columns == 1 || answers.prices.is_some() || often_equal(costs);
        match (searched, shape.columns) {
            (true, ..=4) => solve_in::<4>(costs, shape, answers),
            (true, 5..=8) => solve_in::<8>(costs, shape, answers),
            (true, _) => solve_in::<WIDEST>(costs, shape, answers),
            (false, ..=8) => market::solve::<8, 8>(costs, shape, answers),
            (false, 9..=12) => market::solve::<12, WIDEST>(costs, shape, answers),
            (false, _) => market::solve::<WIDEST, WIDEST>(costs, shape, answers),
        }
    }
}

#[inline(always)]
fn solve_in<const W: usize>(costs: &[f64], shape: Shape, answers: &mut Answers<'_, '_>) {
    let sides = &Sides::new(shape.columns);
    let mut desks: [Desk<W>; DESKS] = [Desk::new(); DESKS];
    let (mut next, mut busy) = (0, 0);
    for (at, desk) in desks.iter_mut().enumerate() {
        busy |= u32::from(desk.take(&mut next, costs, shape, answers, sides)) << at;
    }
    search(&mut desks, busy, &mut next, sides, costs, shape, answers);
}

/// Search paths for the free rows of busy desks, and of the problems from `next` on.
#[inline(always)]
pub(super) fn search<const W: usize>(
    desks: &mut [Desk<W>; DESKS],
    mut busy: u32,
    next: &mut usize,
    sides: &Sides<W>,
    costs: &[f64],
    shape: Shape,
    answers: &mut Answers<'_, '_>,
) {
    desks.iter_mut().for_each(Desk::begin);
    while busy != 0 {
        let mut ended = 0u32;
        for (at, desk) in desks.iter_mut().enumerate() {
            ended |= u32::from(desk.step(&sides.places)) << at;
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
            desk.answer(shape, answers);
            if desk.take(next, costs, shape, answers, sides) {
                desk.begin();
            } else {
                busy &= !(1 << at);
            }
        }
    }
}

/// Whether a quarter of the first costs are there more than once.
pub(in super::super) fn often_equal(costs: &[f64]) -> bool {
    let mut some: Vec<f64> = costs.iter().take(64).copied().collect();
    some.sort_unstable_by(f64::total_cmp);
    4 * some.array_windows().filter(|[a, b]| a == b).count() >= some.len()
}

/// Which columns of a register are columns of the matrices: all bits for these, none beside them; and those of infinity there.
#[derive(Debug)]
pub(super) struct Sides<const W: usize> {
    inside: [u64; W],
    beside: [u64; W],
    /// 0, 1, 2, .. ([`places`]).
    places: [u64; W],
}

impl<const W: usize> Sides<W> {
    #[inline(always)]
    pub(super) fn new(columns: usize) -> Self {
        let (mut inside, mut beside) = ([0; W], [f64::INFINITY.to_bits(); W]);
        inside[..columns.min(W)].fill(u64::MAX);
        beside[..columns.min(W)].fill(0);
        Self { inside, beside, places: places() }
    }
}

/// What is seen of a matrix while it is read, by column.
#[derive(Debug)]
struct Read<'a, const W: usize> {
    sides: &'a Sides<W>,
    /// The least cost, the first row that has it ([`named`]), and the sum of the sizes of all.
    low: [f64; W],
    from: [f64; W],
    sizes: [f64; W],
}

impl<'a, const W: usize> Read<'a, W> {
    #[inline(always)]
    fn new(sides: &'a Sides<W>) -> Self {
        Self { sides, low: [f64::INFINITY; W], from: [named(0); W], sizes: [0.0; W] }
    }

    /// The costs of a row, to be minimised, forbidden beside the matrix. One operation after the other, for whole registers.
    #[inline(always)]
    fn line(&mut self, row: usize, given: &[f64; W], factor: f64) -> [f64; W] {
        let name = named(row);
        let (mut low, mut from, mut sizes, mut line) = (self.low, self.from, self.sizes, *given);
        for at in 0..W {
            line[at] = f64::from_bits((given[at] * factor).to_bits() & self.sides.inside[at]);
        }
        for at in 0..W {
            sizes[at] += line[at].abs();
        }
        for (cost, beside) in line.iter_mut().zip(&self.sides.beside) {
            *cost = f64::from_bits(cost.to_bits() | beside);
        }
        for at in 0..W {
            from[at] = if line[at] < low[at] { name } else { from[at] };
        }
        for at in 0..W {
            low[at] = if line[at] < low[at] { line[at] } else { low[at] };
        }
        (self.low, self.from, self.sizes) = (low, from, sizes);
        line
    }
}

/// One matrix and how far it is.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Desk<const W: usize> {
    /// By column: price, length of the shortest path found (infinite once scanned), price or minus infinity once scanned,
    /// the length at which it was scanned, and the row before it on its path.
    pub(super) prices: [f64; W],
    distances: [f64; W],
    barred: [f64; W],
    scanned: [f64; W],
    before: [u64; W],
    /// Costs to be minimised, forbidden beside the matrix.
    pub(super) lines: [[f64; W]; W],
    /// The row of every column, a bit each; none is 0.
    pub(super) owners: [u32; W],
    /// Rows without a column, a bit each.
    pub(super) free: u32,
    /// The column of every row, for searches.
    column_of_row: [u32; W],
    pub(super) problem: usize,
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
    pub(super) fn new() -> Self {
        Self {
            prices: [0.0; W],
            distances: [f64::INFINITY; W],
            barred: [0.0; W],
            scanned: [f64::INFINITY; W],
            before: [0; W],
            lines: [[f64::INFINITY; W]; W],
            owners: [0; W],
            free: 0,
            column_of_row: [NONE; W],
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
        let owner = self.owners[nearest];
        self.row = owner.trailing_zeros() as usize % W;
        self.offset = self.lines[self.row][nearest] - self.prices[nearest] - length;
        (self.nearest, self.length) = (nearest, length);
        owner == 0
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
            self.owners[column as usize % W] = 1 << row;
            std::mem::swap(&mut self.column_of_row[row], &mut column);
            if row == self.root {
                break;
            }
        }
        self.free &= self.free.wrapping_sub(1);
    }

    /// Search for the first time.
    #[inline(always)]
    fn begin(&mut self) {
        self.column_of_row = self.columns();
        self.start();
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
    fn take(
        &mut self,
        next: &mut usize,
        costs: &[f64],
        shape: Shape,
        answers: &mut Answers<'_, '_>,
        sides: &Sides<W>,
    ) -> bool {
        while *next < answers.totals.len() {
            self.problem = *next;
            *next += 1;
            if !self.read(&costs[self.problem * shape.rows * shape.columns..], shape, sides) {
                answers.totals[self.problem] = f64::NAN;
                continue;
            }
            if self.free != 0 {
                return true;
            }
            self.answer(shape, answers);
        }
        false
    }

    /// Read the costs of a problem; whether all of them are usual. For as many rows as columns every column gets its least
    /// cost as price, and the row that has it, if that is still free; otherwise nothing is paired.
    #[inline(always)]
    fn read(&mut self, costs: &[f64], shape: Shape, sides: &Sides<W>) -> bool {
        let Shape { rows, columns, turned, factor } = shape;
        let mut read = Read::new(sides);
        // What stands behind a row in the block is read with it and not used.
        if let (false, Some(costs)) = (turned, costs.get(..(rows - 1) * columns + W)) {
            for (row, line) in self.lines.iter_mut().enumerate().take(rows) {
                let Some(given) = costs[row * columns..].first_chunk::<W>() else { break };
                *line = read.line(row, given, factor);
            }
        } else {
            for (row, line) in self.lines.iter_mut().enumerate().take(rows) {
                let mut given = [0.0; W];
                for (column, given) in given.iter_mut().enumerate().take(columns) {
                    *given = costs[if turned { column * rows + row } else { row * columns + column }];
                }
                *line = read.line(row, &given, factor);
            }
        }
        self.free = (1u32 << rows) - 1;
        self.owners = [0; W];
        self.prices = [0.0; W];
        if rows == columns {
            for at in 0..W {
                self.prices[at] = if sides.inside[at] != 0 { read.low[at] } else { 0.0 };
            }
            for (owner, row) in self.owners.iter_mut().zip(&read.from).take(columns) {
                let row = 1 << (number_of(*row) % W);
                *owner = self.free & row;
                self.free &= !row;
            }
        }
        // False for NaN; where the sum is too large although no cost is, the problem is only solved elsewhere.
        read.sizes.iter().sum::<f64>() <= LARGEST
    }

    /// The column of every row.
    #[inline(always)]
    fn columns(&self) -> [u32; W] {
        // Columns without a row have a place of their own.
        let mut columns = [NONE; 64];
        for (column, owner) in self.owners.iter().enumerate() {
            columns[owner.trailing_zeros() as usize % 64] = column as u32;
        }
        std::array::from_fn(|row| columns[row])
    }

    /// Write what was found as the caller counts.
    #[inline(always)]
    fn answer(&self, shape: Shape, answers: &mut Answers<'_, '_>) {
        let Shape { rows, columns, turned, factor } = shape;
        tell(self.problem, &self.owners, &self.lines, shape, answers);
        let Some(prices) = &mut answers.prices else { return };
        let (own_rows, own_columns) = if turned { (columns, rows) } else { (rows, columns) };
        let columns = self.columns();
        let Prices { rows: own, columns: other } = prices.of(self.problem, own_rows, own_columns);
        let (short, long) = if turned { (other, own) } else { (own, other) };
        for (row, price) in short.iter_mut().enumerate() {
            let column = columns[row % W] as usize % W;
            *price = (self.lines[row % W][column] - self.prices[column]) * factor + 0.0;
        }
        for (price, own) in long.iter_mut().zip(&self.prices) {
            *price = own * factor + 0.0;
        }
    }
}

/// Write what was found as the caller counts. Each column has the row that owns it, if any, and the total is that of the costs
/// in `lines`, in the order of the caller's rows.
#[inline(always)]
pub(super) fn tell<const W: usize>(
    problem: usize,
    owners: &[u32],
    lines: &[[f64; W]],
    shape: Shape,
    answers: &mut Answers<'_, '_>,
) {
    let Shape { rows, columns, turned, factor } = shape;
    let own_rows = if turned { columns } else { rows };
    let pairs = &mut answers.columns_of_rows[problem * own_rows..][..own_rows];
    let lines = lines.as_flattened();
    let mut total = 0.0;
    if turned {
        for ((column, pair), owner) in pairs.iter_mut().enumerate().zip(owners) {
            let row = owner.trailing_zeros() as usize;
            *pair = if *owner == 0 { -1 } else { row as i64 };
            total += if *owner == 0 { 0.0 } else { lines[row * W + column] * factor };
        }
    } else {
        // Columns without a row have a place of their own.
        let mut column_of_row = [0u8; 64];
        for (column, owner) in owners.iter().enumerate() {
            column_of_row[owner.trailing_zeros() as usize % 64] = column as u8;
        }
        for (row, pair) in pairs.iter_mut().enumerate() {
            let column = column_of_row[row % 64];
            *pair = i64::from(column);
            total += lines[row * W + column as usize] * factor;
        }
    }
    answers.totals[problem] = total;
}
