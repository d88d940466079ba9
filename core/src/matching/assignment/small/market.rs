//! Bids: rows of many matrices take their cheapest columns from each other, all matrices at once.
//!
//! A free row takes the column that is cheapest to it by cost minus price, and the price falls by what the column is worth to
//! it above the second cheapest; the row that had it bids next (Jonker, Volgenant 1987: augmenting row reduction; Bertsekas,
//! *The auction algorithm*, 1988). Costs of pairs stay least for their rows, so what is matched when no row is free is best. A
//! row of small random matrices needs one or two bids; where bids run out, searches for paths go on from there.
//!
//! Every number of a bid is held for [`DESKS`] matrices side by side in a register, and no step depends on one of them alone.
//! While desks bid, the next matrices are read into stalls of their own.
use std::hint::select_unpredictable;

use crate::matching::assignment::small::lanes::{Answers, DESKS, Desk, Sides, search, tell};
use crate::matching::assignment::small::stall::{Known, Stall, named, number_of};
use crate::matching::assignment::small::subsets;
use crate::matching::assignment::small::tiny::Shape;

/// How often rows may bid, for each of them, before paths are searched.
const BIDS: u32 = 4;
/// How many bids one counts for that is worth no more than the second best.
const TIED: u32 = 8;
/// Matrices that are held at once: those that are bid for, and as many that come next or are done.
const STALLS: usize = 2 * DESKS;
/// After so many problems for which bids led nowhere, and if they are half of all, sets of columns are gone through instead; a
/// quarter where there are no more columns than [`NARROW`].
const MANY: usize = 16;
const NARROW: usize = 6;

/// Solve problems of one shape by bids, then by paths where those lead nowhere. Rows take `W` places, and places of rows and
/// columns are counted in `SIDE`, a power of two.
#[inline(always)]
pub(super) fn solve<const W: usize, const SIDE: usize>(costs: &[f64], shape: Shape, answers: &mut Answers<'_, '_>) {
    let mut market = Market::<W, SIDE>::new();
    let mut rest = Rest { desks: [Desk::new(); DESKS], count: 0, total: 0, sides: Sides::new(shape.columns) };
    let (mut next, mut end, mut busy, mut ended) = (0, answers.totals.len(), 0u32, (1u32 << DESKS) - 1);
    loop {
        while ended != 0 {
            let at = ended.trailing_zeros() as usize % DESKS;
            ended &= ended - 1;
            if busy >> at & 1 != 0 {
                market.close(at);
            }
            if market.ready.is_empty() {
                market.restock(&mut next, end, costs, shape, answers, &mut rest);
            }
            busy &= !(1 << at);
            busy |= u32::from(market.open(at, BIDS * shape.rows as u32)) << at;
        }
        if busy == 0 {
            break;
        }
        ended = busy & market.bid(shape.columns);
        // One after the other, so that the memory that is read has the time of some bids to come.
        if market.idle.count > 0 && next < end {
            market.restock(&mut next, end, costs, shape, answers, &mut rest);
            let share = if shape.columns <= NARROW { 4 } else { 2 };
            if rest.total >= MANY && share * rest.total > next && subsets::fits(shape) {
                end = next;
            }
        }
    }
    rest.search(costs, shape, answers);
    if end < answers.totals.len() {
        let own_rows = if shape.turned { shape.columns } else { shape.rows };
        let (pairs, totals) = (&mut answers.columns_of_rows[end * own_rows..], &mut answers.totals[end..]);
        subsets::solve(
            &costs[end * shape.rows * shape.columns..],
            shape,
            &mut subsets::Desk::new(shape),
            pairs,
            totals,
        );
    }
}

/// Problems for which paths are searched, once there is one for each desk.
#[derive(Debug)]
struct Rest<const SIDE: usize> {
    desks: [Desk<SIDE>; DESKS],
    count: usize,
    /// How many there were.
    total: usize,
    sides: Sides<SIDE>,
}

impl<const SIDE: usize> Rest<SIDE> {
    #[inline(always)]
    fn add<const W: usize>(
        &mut self,
        stall: &Stall<W, SIDE>,
        costs: &[f64],
        shape: Shape,
        answers: &mut Answers<'_, '_>,
    ) {
        let desk = &mut self.desks[self.count % DESKS];
        let columns = shape.columns.min(W);
        for (line, own) in desk.lines.iter_mut().zip(&stall.lines).take(shape.rows) {
            *line = [f64::INFINITY; SIDE];
            line[..columns].copy_from_slice(&own[..columns]);
        }
        desk.prices = [0.0; SIDE];
        desk.prices[..columns].copy_from_slice(&stall.known.prices[..columns]);
        desk.owners = [0; SIDE];
        desk.owners[..columns].copy_from_slice(&stall.known.owners[..columns]);
        (desk.free, desk.problem) = (stall.known.free, stall.problem);
        self.count += 1;
        self.total += 1;
        if self.count == DESKS {
            self.search(costs, shape, answers);
        }
    }

    #[inline(always)]
    fn search(&mut self, costs: &[f64], shape: Shape, answers: &mut Answers<'_, '_>) {
        let mut none = answers.totals.len();
        search(&mut self.desks, (1 << self.count) - 1, &mut none, &self.sides, costs, shape, answers);
        self.count = 0;
    }
}

/// A few numbers of stalls, the last of which comes first.
#[derive(Clone, Copy, Debug)]
struct Stack {
    stalls: [u8; STALLS],
    count: usize,
}

impl Stack {
    fn is_empty(&self) -> bool {
        self.count == 0
    }

    #[inline(always)]
    fn push(&mut self, stall: usize) {
        self.stalls[self.count % STALLS] = stall as u8;
        self.count += 1;
    }

    #[inline(always)]
    fn pop(&mut self) -> Option<usize> {
        self.count = self.count.checked_sub(1)?;
        Some(self.stalls[self.count % STALLS] as usize % STALLS)
    }
}

/// What desks bid for: what is asked of all of them at once by desk, so that a bid of each takes as long as one of one.
#[derive(Debug)]
struct Market<const W: usize, const SIDE: usize> {
    stalls: [Stall<W, SIDE>; STALLS],
    /// The stall of every desk. One that has none bids, for nothing, where nobody is.
    stall: [usize; DESKS],
    prices: [[f64; SIDE]; DESKS],
    owners: [[u32; SIDE]; DESKS],
    /// What the columns are worth to the rows that bid: cost minus price.
    values: [[f64; W]; DESKS],
    /// Rows without a column, a bit each, and the one to bid next.
    free: [u32; DESKS],
    bidder: [u32; DESKS],
    /// How many more bids there may be.
    bids: [u32; DESKS],
    /// Stalls with a problem that waits for a desk, and those with one that is done or with none.
    ready: Stack,
    idle: Stack,
}

impl<const W: usize, const SIDE: usize> Market<W, SIDE> {
    #[inline(always)]
    fn new() -> Self {
        let mut market = Self {
            stalls: [Stall::new(); STALLS],
            stall: [0; DESKS],
            prices: [[0.0; SIDE]; DESKS],
            owners: [[0; SIDE]; DESKS],
            values: [[0.0; W]; DESKS],
            free: [0; DESKS],
            bidder: [0; DESKS],
            bids: [0; DESKS],
            ready: Stack { stalls: [0; STALLS], count: 0 },
            idle: Stack { stalls: [0; STALLS], count: 0 },
        };
        // The last ones are filled first: desks for which there is no problem then have a stall of their own.
        (0..DESKS).for_each(|at| market.stall[at] = at);
        (0..STALLS).for_each(|at| market.idle.push(at));
        market
    }

    /// A bid of every desk: a free row takes the column that is cheapest to it, for as much more as it is worth to it than the
    /// second cheapest; who had it is free again, and the next to bid. Gives the desks with no free row left or no bids.
    #[inline(always)]
    fn bid(&mut self, columns: usize) -> u32 {
        for (at, values) in self.values.iter_mut().enumerate() {
            let line = &self.stalls[self.stall[at] % STALLS].lines[self.bidder[at].trailing_zeros() as usize % SIDE];
            // All is read before any is written, or the compiler would take one number at a time.
            let (mut own, prices) = (*line, self.prices[at]);
            for column in 0..W {
                own[column] -= prices[column];
            }
            *values = own;
        }
        let (mut low, mut second) = (Lanes::of(f64::INFINITY), Lanes::of(f64::INFINITY));
        let (mut cheapest, mut number) = (Lanes::of(named(0)), named(0));
        for column in 0..columns.min(W) {
            let value = Lanes(std::array::from_fn(|at| self.values[at][column]));
            second = second.lesser(low.greater(value));
            cheapest = value.below(low, Lanes::of(number), cheapest);
            low = low.lesser(value);
            number += 1.0;
        }
        let fall = second.minus(low);
        let (mut owners, mut ended) = ([0; DESKS], [0; DESKS]);
        for (at, owner) in owners.iter_mut().enumerate() {
            let column = number_of(cheapest.0[at]) % SIDE;
            self.prices[at][column] -= fall.0[at];
            *owner = std::mem::replace(&mut self.owners[at][column], self.bidder[at]);
        }
        // Without branches. Where two columns are equally cheap, rows could go on to take them from each other for nothing.
        let (mut free, mut bids) = (self.free, self.bids);
        for at in 0..DESKS {
            free[at] = free[at] & !self.bidder[at] | owners[at];
            let first = free[at] & free[at].wrapping_neg();
            self.bidder[at] = select_unpredictable(owners[at] == 0, first, owners[at]);
            let tied = u32::from(fall.0[at] == 0.0) & u32::from(owners[at] != 0);
            bids[at] = bids[at].saturating_sub(1 + (TIED - 1) * tied);
            ended[at] = if free[at].min(bids[at]) == 0 { 1 << at } else { 0 };
        }
        (self.free, self.bids) = (free, bids);
        ended.iter().fold(0, |all, own| all | own)
    }

    /// End the bids of a desk.
    #[inline(always)]
    fn close(&mut self, at: usize) {
        let stall = self.stall[at] % STALLS;
        let known = &mut self.stalls[stall].known;
        known.free = self.free[at];
        known.prices.copy_from_slice(&self.prices[at][..W]);
        known.owners.copy_from_slice(&self.owners[at][..W]);
        self.idle.push(stall);
    }

    /// Let a desk bid for what is ready; whether there was something.
    #[inline(always)]
    fn open(&mut self, at: usize, bids: u32) -> bool {
        let Some(stall) = self.ready.pop() else { return false };
        let Known { prices, owners, free } = self.stalls[stall].known;
        self.stall[at] = stall;
        self.prices[at][..W].copy_from_slice(&prices);
        self.owners[at][..W].copy_from_slice(&owners);
        self.free[at] = free;
        self.bidder[at] = free & free.wrapping_neg();
        self.bids[at] = bids;
        true
    }

    /// Tell what was found in idle stalls and fill them with the problems from `next` to `end`.
    #[inline(always)]
    fn restock(
        &mut self,
        next: &mut usize,
        end: usize,
        costs: &[f64],
        shape: Shape,
        answers: &mut Answers<'_, '_>,
        rest: &mut Rest<SIDE>,
    ) {
        let inside = &std::array::from_fn(|column| if column < shape.columns { u64::MAX } else { 0 });
        for stall in self.idle.stalls.iter().take(self.idle.count) {
            let stall = &mut self.stalls[*stall as usize % STALLS];
            if stall.problem == Stall::<W, SIDE>::EMPTY {
                continue;
            }
            if stall.known.free == 0 {
                tell(stall.problem, &stall.known.owners, &stall.lines, shape, answers);
            } else {
                rest.add(stall, costs, shape, answers);
            }
            stall.problem = Stall::<W, SIDE>::EMPTY;
        }
        while *next < end {
            let Some(at) = self.idle.pop() else { break };
            let stall = &mut self.stalls[at];
            let problem = *next;
            *next += 1;
            if !stall.read(&costs[problem * shape.rows * shape.columns..], shape, inside) {
                answers.totals[problem] = f64::NAN;
                self.idle.push(at);
            } else if stall.known.free == 0 {
                tell(problem, &stall.known.owners, &stall.lines, shape, answers);
                self.idle.push(at);
            } else {
                stall.problem = problem;
                self.ready.push(at);
            }
        }
    }
}

/// A number for every desk.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Lanes([f64; DESKS]);

impl Lanes {
    #[inline(always)]
    fn of(value: f64) -> Self {
        Self([value; DESKS])
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        let mut own = self;
        for at in 0..DESKS {
            own.0[at] = self.0[at] - other.0[at];
        }
        own
    }

    #[inline(always)]
    fn lesser(self, other: Self) -> Self {
        other.below(self, other, self)
    }

    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        self.below(other, other, self)
    }

    /// One number where this is below a limit, the other one elsewhere.
    #[inline(always)]
    fn below(self, limit: Self, one: Self, other: Self) -> Self {
        let mut own = self;
        for at in 0..DESKS {
            own.0[at] = if self.0[at] < limit.0[at] { one.0[at] } else { other.0[at] };
        }
        own
    }
}
