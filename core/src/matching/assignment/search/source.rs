//! Where the search gets the costs of a row from.
use crate::error::Result;
use crate::matching::assignment::problem::Problem;
use crate::matching::assignment::search::kernels::{self, LANES};

/// Costs of a row by need: the cheapest columns first.
pub(in super::super) trait Source {
    /// Put at least the `wanted` columns of least cost minus price into `found` with their costs, or all that are allowed.
    ///
    /// Gives a bound that no other column's cost minus price is below (infinite where there is no other), or nothing if the
    /// row is not at hand; then the search waits.
    fn nearest(
        &mut self,
        row: usize,
        prices: &[f64],
        wanted: usize,
        found: &mut Vec<(f64, u32)>,
    ) -> Result<Option<f64>>;

    /// Put all columns whose cost minus price is at most `limit` into `found`. Gives whether the row was at hand.
    fn within(&mut self, row: usize, prices: &[f64], limit: f64, found: &mut Vec<(f64, u32)>) -> Result<bool>;

    /// All costs of a row, from a source that has all rows at hand.
    fn full(&self, _row: usize) -> Option<&[f64]> {
        None
    }
}

/// Columns are looked through in pieces of this size, so that a long list can be cut while it grows.
const PIECE: usize = 512;

/// The `wanted` columns of least cost minus price of a row that is at hand, as [`Source::nearest`].
///
/// Equals are taken from a place that differs from row to row, so that rows of many equal costs do not all want the same
/// columns.
pub(in super::super) fn nearest_of(
    row: usize,
    costs: &[f64],
    prices: &[f64],
    wanted: usize,
    found: &mut Vec<(f64, u32)>,
) -> f64 {
    found.clear();
    let columns = costs.len();
    let (mut limit, mut least) = (f64::MAX, f64::NEG_INFINITY);
    if columns >= 4 * LANES && wanted < LANES {
        // As many lanes as columns are wanted have a column at or below this.
        let mut lanes = kernels::least_by_lane(costs, prices);
        let (below, nth, _) = lanes.select_nth_unstable_by(wanted, f64::total_cmp);
        limit = nth.min(f64::MAX);
        least = below.iter().copied().fold(limit, f64::min);
    }
    let start = (((row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) * columns as u64) >> 32;
    let start = start as usize;
    let mut cut = None;
    'all: for (from, to) in [(start, columns), (0, start)] {
        for first in (from..to).step_by(PIECE) {
            let last = to.min(first + PIECE);
            kernels::collect(&costs[first..last], &prices[first..last], first as u32, limit, found);
            if found.len() >= 4 * wanted {
                let bound = keep(wanted, prices, found);
                cut = Some(bound);
                if bound <= least {
                    break 'all;
                }
                limit = bound.next_down();
            }
        }
    }
    if found.len() > 2 * wanted {
        cut = Some(keep(wanted, prices, found));
    }
    match cut {
        Some(bound) => bound,
        None if limit == f64::MAX => f64::INFINITY,
        None => limit,
    }
}

/// Keep the `wanted` least; gives the greatest of them.
fn keep(wanted: usize, prices: &[f64], found: &mut Vec<(f64, u32)>) -> f64 {
    let reduced = |(cost, column): &(f64, u32)| cost - prices[*column as usize];
    let (_, last, _) = found.select_nth_unstable_by(wanted - 1, |a, b| reduced(a).total_cmp(&reduced(b)));
    let bound = reduced(last);
    found.truncate(wanted);
    bound
}

/// All columns of a row that is at hand up to a limit, as [`Source::within`].
pub(in super::super) fn within_of(costs: &[f64], prices: &[f64], limit: f64, found: &mut Vec<(f64, u32)>) {
    found.clear();
    kernels::collect(costs, prices, 0, limit.min(f64::MAX), found);
}

impl Source for &Problem<'_> {
    fn nearest(
        &mut self,
        row: usize,
        prices: &[f64],
        wanted: usize,
        found: &mut Vec<(f64, u32)>,
    ) -> Result<Option<f64>> {
        Ok(Some(nearest_of(row, self.row(row), prices, wanted, found)))
    }

    fn within(&mut self, row: usize, prices: &[f64], limit: f64, found: &mut Vec<(f64, u32)>) -> Result<bool> {
        within_of(self.row(row), prices, limit, found);
        Ok(true)
    }

    fn full(&self, row: usize) -> Option<&[f64]> {
        Some(self.row(row))
    }
}
