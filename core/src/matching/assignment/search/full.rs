//! Searches over full rows, for matrices on which short lists run out again and again.
use crate::Context;
use crate::error::Result;
use crate::matching::assignment::ALONE;
use crate::matching::assignment::search::Search;
use crate::matching::assignment::search::kernels;
use crate::matching::assignment::search::source::Source;

/// The path that is searched for; columns that were scanned have an infinite distance and a price of minus infinity.
#[derive(Debug, Default)]
pub(in super::super) struct Full {
    distances: Vec<f64>,
    prices: Vec<f64>,
    before: Vec<u64>,
}

impl Search {
    /// Look for the free column nearest to a free row; gives whether the source has full rows.
    pub(in super::super) fn search_full(
        &mut self,
        root: u32,
        source: &mut impl Source,
        context: &Context,
    ) -> Result<bool> {
        if source.full(root as usize).is_none() {
            return Ok(false);
        }
        let mut full = std::mem::take(&mut self.full);
        full.distances.clear();
        full.distances.resize(self.prices.len(), f64::INFINITY);
        full.prices.clear();
        full.prices.extend_from_slice(&self.prices);
        full.before.resize(self.prices.len(), 0);
        self.scanned.clear();
        self.root = root;
        (self.best, self.end) = (f64::INFINITY, ALONE);
        let (mut row, mut offset) = (root, 0.0);
        loop {
            if self.scanned.len() % 16 == 15 {
                context.check()?;
            }
            let Some(costs) = source.full(row as usize) else { return Ok(false) };
            let (distance, column) =
                kernels::pass(costs, &full.prices, offset, u64::from(row), &mut full.distances, &mut full.before);
            if distance == f64::INFINITY {
                break;
            }
            let at = column as usize;
            let next = self.columns[at].row;
            if next == ALONE {
                (self.best, self.end) = (distance, column);
                break;
            }
            self.scanned.push((column, distance));
            full.distances[at] = f64::INFINITY;
            full.prices[at] = f64::NEG_INFINITY;
            offset = self.rows[next as usize].cost - self.columns[at].price - distance;
            row = next;
        }
        let mut column = self.end;
        while column != ALONE {
            let row = full.before[column as usize];
            self.columns[column as usize].before = row as u32;
            let Some(costs) = source.full(row as usize) else { return Ok(false) };
            self.columns[column as usize].cost = costs[column as usize];
            column = self.rows[row as usize].column;
        }
        self.full = full;
        Ok(true)
    }
}
