//! Where a matrix stands while it waits, is bid for, and is told of.
use crate::matching::assignment::problem::LARGEST;
use crate::matching::assignment::small::tiny::{Shape, WIDEST};

/// What numbers are named from: from here to twice this lie whole numbers only.
const NAMES: f64 = (1u64 << 52) as f64;

/// A matrix that is bid for.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Stall<const W: usize, const SIDE: usize> {
    /// Costs to be minimised; whatever stood behind them beside the matrix.
    pub(super) lines: [[f64; W]; SIDE],
    /// What is known while no desk has it.
    pub(super) known: Known<W>,
    pub(super) problem: usize,
}

/// How far a matrix is.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(super) struct Known<const W: usize> {
    /// Prices by column.
    pub(super) prices: [f64; W],
    /// The row of every column, a bit each; none is 0.
    pub(super) owners: [u32; W],
    /// Rows without a column, a bit each.
    pub(super) free: u32,
}

impl<const W: usize> Known<W> {
    pub(super) const NOTHING: Self = Self { prices: [0.0; W], owners: [0; W], free: 0 };
}

impl<const W: usize, const SIDE: usize> Stall<W, SIDE> {
    /// The number of no problem.
    pub(super) const EMPTY: usize = usize::MAX;

    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { lines: [[0.0; W]; SIDE], known: Known::NOTHING, problem: Self::EMPTY }
    }

    /// Read the costs of a problem; whether all of them are usual. For as many rows as columns every column gets its least
    /// cost as price, and the row that has it, if that is still free; otherwise nothing is paired.
    #[inline(always)]
    pub(super) fn read(&mut self, costs: &[f64], shape: Shape, inside: &[u64; W]) -> bool {
        let Shape { rows, columns, turned, .. } = shape;
        // What stands behind a row in the block is read with it and not used.
        let reach = (rows - 1) * columns + W;
        let (names, usual) = if !turned && costs.len() >= reach {
            self.look(costs, shape, inside)
        } else {
            let mut copied = [0.0; WIDEST * (WIDEST + 1)];
            for (row, line) in copied.chunks_exact_mut(columns).enumerate().take(rows) {
                for (column, own) in line.iter_mut().enumerate() {
                    *own = costs[if turned { column * rows + row } else { row * columns + column }];
                }
            }
            self.look(&copied, shape, inside)
        };
        let mut free = (1u32 << rows) - 1;
        if rows == columns {
            for (owner, name) in self.known.owners.iter_mut().zip(&names).take(columns) {
                let row = 1 << (number_of(*name) % SIDE);
                *owner = free & row;
                free &= !row;
            }
        } else {
            self.known = Known::NOTHING;
        }
        self.known.free = free;
        usual
    }

    /// Read the costs, row by row in `costs` with `W` numbers there for each, and note the least of every column as its
    /// price; gives the first row that has it ([`named`]), and whether all are usual.
    #[inline(always)]
    fn look(&mut self, costs: &[f64], shape: Shape, inside: &[u64; W]) -> ([f64; W], bool) {
        let Shape { rows, columns, factor, .. } = shape;
        let (mut low, mut names, mut sizes) = ([f64::INFINITY; W], [named(0); W], [0.0; W]);
        let (mut name, mut rest) = (named(0), costs);
        for line in self.lines.iter_mut().take(rows) {
            let Some(given) = rest.first_chunk::<W>() else { break };
            // All of a row is read before any is written, and one operation follows the other: the compiler then sees registers.
            let own = given.map(|cost| cost * factor);
            *line = own;
            for at in 0..W {
                sizes[at] += own[at].abs();
            }
            for at in 0..W {
                names[at] = if own[at] < low[at] { name } else { names[at] };
            }
            for at in 0..W {
                low[at] = if own[at] < low[at] { own[at] } else { low[at] };
            }
            name += 1.0;
            rest = rest.get(columns..).unwrap_or_default();
        }
        self.known.prices = low;
        // Odd for NaN; where the sum is too large although no cost is, the problem is only solved elsewhere.
        let mut odd = [0u64; W];
        for at in 0..W {
            odd[at] = (u64::from(sizes[at] <= LARGEST) ^ 1) & inside[at];
        }
        (names, odd.iter().fold(0, |any, odd| any | odd) == 0)
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
