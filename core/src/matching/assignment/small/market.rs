//! Bids: rows of many matrices take their cheapest columns from each other, all matrices at once.
//!
//! A free row takes the column that is cheapest to it by cost minus price, and the price falls by what the column is worth to
//! it above the second cheapest; the row that had it bids next (Jonker, Volgenant 1987: augmenting row reduction; Bertsekas,
//! *The auction algorithm*, 1988). Costs of pairs stay least for their rows, so what is matched when no row is free is best. A
//! row of small random matrices needs one or two bids; where bids run out, searches for paths go on from there.
//!
//! Every number of a bid is held for [`DESKS`] matrices side by side in a register, and no step depends on one of them alone.
use std::hint::select_unpredictable;

use crate::matching::assignment::small::lanes::{DESKS, Desk};

/// How many bids one counts for that is worth no more than the second best.
const TIED: u32 = 8;
/// What numbers are named from: from here to twice this lie whole numbers only.
const NAMES: f64 = (1u64 << 52) as f64;

/// What desks bid for: all of it by desk, so that a bid of each takes as long as one of one.
#[derive(Debug)]
pub(super) struct Market<const W: usize> {
    /// Prices by column, and the bids that they do not know of yet: the column of each ([`named`]), and how much it falls.
    prices: [Lanes; W],
    column: Lanes,
    fall: Lanes,
    /// Rows without a column, a bit each, and the one to bid next.
    pub(super) free: [u32; DESKS],
    bidder: [u32; DESKS],
    /// How many more bids there may be.
    bids: [u32; DESKS],
}

impl<const W: usize> Market<W> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self {
            prices: [Lanes::of(0.0); W],
            column: Lanes::of(named(0)),
            fall: Lanes::of(0.0),
            free: [0; DESKS],
            bidder: [0; DESKS],
            bids: [0; DESKS],
        }
    }

    /// A bid of every desk: a free row takes the column that is cheapest to it, for as much more as it is worth to it than the
    /// second cheapest; who had it is free again, and the next to bid. Gives the desks with no free row left or no bids.
    ///
    /// Prices fall when they are next looked through: in a loop of their own the compiler would handle several columns at
    /// once instead of all desks.
    #[inline(always)]
    pub(super) fn bid(&mut self, desks: &mut [Desk<W>; DESKS], columns: usize) -> u32 {
        let rows: [usize; DESKS] = std::array::from_fn(|at| self.bidder[at].trailing_zeros() as usize % W);
        let lines: [&[f64; W]; DESKS] = std::array::from_fn(|at| &desks[at].lines[rows[at]]);
        let (mut low, mut second, mut cheapest) = (Lanes::of(f64::INFINITY), Lanes::of(f64::INFINITY), self.column);
        let mut number = named(0);
        for (column, price) in self.prices.iter_mut().enumerate().take(columns) {
            let own = Lanes::of(number);
            *price = price.minus(self.column.equal(own, self.fall, Lanes::of(0.0)));
            let value = Lanes(std::array::from_fn(|at| lines[at][column])).minus(*price);
            second = second.lesser(low.greater(value));
            cheapest = value.below(low, own, cheapest);
            low = low.lesser(value);
            number += 1.0;
        }
        (self.column, self.fall) = (cheapest, second.minus(low));
        let (mut owners, mut ended) = ([0; DESKS], [0; DESKS]);
        for (at, desk) in desks.iter_mut().enumerate() {
            owners[at] = std::mem::replace(&mut desk.owners[number_of(cheapest.0[at]) % W], self.bidder[at]);
        }
        // Without branches. Where two columns are equally cheap, rows could go on to take them from each other for nothing.
        let (mut free, mut bids) = (self.free, self.bids);
        for at in 0..DESKS {
            free[at] = free[at] & !self.bidder[at] | owners[at];
            let first = free[at] & free[at].wrapping_neg();
            self.bidder[at] = select_unpredictable(owners[at] == 0, first, owners[at]);
            let tied = u32::from(self.fall.0[at] == 0.0) & u32::from(owners[at] != 0);
            bids[at] = bids[at].saturating_sub(1 + (TIED - 1) * tied);
            ended[at] = u32::from(free[at] == 0) | u32::from(bids[at] == 0);
        }
        (self.free, self.bids) = (free, bids);
        ended.iter().rev().fold(0, |all, own| all << 1 | own)
    }

    /// Let a desk know its prices and free rows.
    #[inline(always)]
    pub(super) fn close(&mut self, at: usize, desk: &mut Desk<W>) {
        self.prices[number_of(self.column.0[at]) % W].0[at] -= self.fall.0[at];
        desk.prices = std::array::from_fn(|column| self.prices[column].0[at]);
        desk.free = self.free[at];
    }

    /// Let a desk bid.
    #[inline(always)]
    pub(super) fn open(&mut self, at: usize, desk: &Desk<W>, columns: usize, bids: u32) {
        self.prices.iter_mut().zip(&desk.prices).take(columns).for_each(|(price, own)| price.0[at] = *own);
        self.fall.0[at] = 0.0;
        self.free[at] = desk.free;
        self.bidder[at] = desk.free & desk.free.wrapping_neg();
        self.bids[at] = bids;
    }
}

/// A number from 0 as one that lies among others and is its own last bits.
#[inline(always)]
pub(super) fn named(number: usize) -> f64 {
    f64::from_bits(NAMES.to_bits() | number as u64)
}

/// The number that is named.
#[inline(always)]
pub(super) fn number_of(name: f64) -> usize {
    (name.to_bits() ^ NAMES.to_bits()) as usize
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

    /// One number where this is some number, the other one elsewhere.
    #[inline(always)]
    fn equal(self, to: Self, one: Self, other: Self) -> Self {
        let mut own = self;
        for at in 0..DESKS {
            own.0[at] = if self.0[at] == to.0[at] { one.0[at] } else { other.0[at] };
        }
        own
    }
}
