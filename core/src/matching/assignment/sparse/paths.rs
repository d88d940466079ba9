//! Shortest augmenting paths: one more row is matched, exactly, whatever the prices were.
use super::cardinality::Matching;
use super::graph::Graph;
use super::{ALONE, Solved};
use crate::Context;
use crate::error::Result;

/// A matching with prices: no arc costs less than the prices of its row and column together, and pairs cost just that.
#[derive(Debug)]
pub(super) struct State {
    pub(super) column_of_row: Vec<u32>,
    pub(super) row_of_column: Vec<u32>,
    pub(super) row_prices: Vec<f64>,
    pub(super) column_prices: Vec<f64>,
}

impl State {
    /// Nobody matched, all prices 0.
    pub(super) fn empty(graph: &Graph<'_>) -> Self {
        Self {
            column_of_row: vec![ALONE; graph.rows],
            row_of_column: vec![ALONE; graph.columns],
            row_prices: vec![0.0; graph.rows],
            column_prices: vec![0.0; graph.columns],
        }
    }

    /// Any matching, where all pairs cost the same.
    pub(super) fn of_equal_costs(matching: Matching, cost: f64) -> Self {
        let row_prices = vec![cost; matching.column_of_row.len()];
        let column_prices = vec![0.0; matching.row_of_column.len()];
        Self { column_of_row: matching.column_of_row, row_of_column: matching.row_of_column, row_prices, column_prices }
    }

    /// Undo every pair that is dearer than the best its row could have at these prices, set the row prices, and list the
    /// rows alone.
    pub(super) fn loosen(&mut self, graph: &Graph<'_>, waiting: &mut Vec<u32>, context: &Context) -> Result<()> {
        waiting.clear();
        for row in (0..graph.rows).rev() {
            if row % 4096 == 0 {
                context.check()?;
            }
            let own = self.column_of_row[row];
            let (mut best, mut mine) = (f64::INFINITY, f64::INFINITY);
            for arc in graph.row(row) {
                let price = arc.cost - self.column_prices[arc.column as usize];
                best = if price < best { price } else { best };
                mine = if arc.column == own { price } else { mine };
            }
            self.row_prices[row] = best;
            if mine > best || own == ALONE {
                if own != ALONE {
                    self.row_of_column[own as usize] = ALONE;
                    self.column_of_row[row] = ALONE;
                }
                waiting.push(row as u32);
            }
        }
        Ok(())
    }

    /// The matching with the row prices that its pairs have.
    pub(super) fn finish(mut self, graph: &Graph<'_>) -> Solved {
        for (row, column) in self.column_of_row.iter().enumerate().filter(|(_, column)| **column != ALONE) {
            if let Some(cost) = graph.cost(row, *column) {
                self.row_prices[row] = cost - self.column_prices[*column as usize];
            }
        }
        Solved { column_of_row: self.column_of_row, row_prices: self.row_prices, column_prices: self.column_prices }
    }
}

/// A heap of columns by distance, four children each; an old distance of a column stays until it comes up.
#[derive(Debug, Default)]
pub(super) struct Heap {
    items: Vec<(f64, u32)>,
}

impl Heap {
    #[inline]
    fn push(&mut self, key: f64, column: u32) {
        let mut at = self.items.len();
        self.items.push((key, column));
        while at > 0 {
            let parent = (at - 1) / 4;
            if self.items[parent].0 <= key {
                break;
            }
            self.items[at] = self.items[parent];
            at = parent;
        }
        self.items[at] = (key, column);
    }

    #[inline]
    fn pop(&mut self) -> Option<(f64, u32)> {
        let last = self.items.pop()?;
        let Some(top) = self.items.first().copied() else {
            return Some(last);
        };
        let count = self.items.len();
        let mut at = 0;
        loop {
            let first = 4 * at + 1;
            if first >= count {
                break;
            }
            let mut least = first;
            for child in first + 1..(first + 4).min(count) {
                if self.items[child].0 < self.items[least].0 {
                    least = child;
                }
            }
            if self.items[least].0 >= last.0 {
                break;
            }
            self.items[at] = self.items[least];
            at = least;
        }
        self.items[at] = last;
        Some(top)
    }
}

/// How a column is reached from the row that is being placed.
#[derive(Clone, Copy, Debug)]
struct Reach {
    distance: f64,
    previous: u32,
    settled: bool,
}

const UNREACHED: Reach = Reach { distance: f64::INFINITY, previous: ALONE, settled: false };

/// The search for shortest paths, with what it needs again and again.
#[derive(Debug)]
pub(super) struct Search {
    reach: Vec<Reach>,
    heap: Heap,
    touched: Vec<u32>,
    settled: Vec<u32>,
    /// Rows whose arcs were looked at, in all searches.
    pub(super) looked_at: usize,
    since_check: usize,
}

impl Search {
    pub(super) fn new(columns: usize) -> Self {
        Self {
            reach: vec![UNREACHED; columns],
            heap: Heap::default(),
            touched: Vec::new(),
            settled: Vec::new(),
            looked_at: 0,
            since_check: 0,
        }
    }

    /// Match one more row along the shortest path to a free column; `false` if there is none.
    pub(super) fn place(&mut self, graph: &Graph<'_>, state: &mut State, root: u32, context: &Context) -> Result<bool> {
        let prices = &state.column_prices;
        let best = graph.row(root as usize).iter().map(|arc| arc.cost - prices[arc.column as usize]);
        state.row_prices[root as usize] = best.fold(f64::INFINITY, f64::min);
        let found = self.grow(graph, state, root, context)?;
        if let Some((end, distance)) = found {
            // Whoever lies nearer than the end gets dearer by the rest of the way.
            for column in &self.settled {
                let rest = distance - self.reach[*column as usize].distance;
                state.column_prices[*column as usize] -= rest;
                state.row_prices[state.row_of_column[*column as usize] as usize] += rest;
            }
            state.row_prices[root as usize] += distance;
            let mut column = end;
            loop {
                let row = self.reach[column as usize].previous;
                state.row_of_column[column as usize] = row;
                column = std::mem::replace(&mut state.column_of_row[row as usize], column);
                if row == root {
                    break;
                }
            }
        }
        for column in self.touched.drain(..) {
            self.reach[column as usize] = UNREACHED;
        }
        Ok(found.is_some())
    }

    /// Grow the tree of shortest paths from `root` to the nearest free column.
    fn grow(&mut self, graph: &Graph<'_>, state: &State, root: u32, context: &Context) -> Result<Option<(u32, f64)>> {
        self.heap.items.clear();
        self.settled.clear();
        let mut row = root as usize;
        let mut reached = 0.0;
        let mut end: Option<u32> = None;
        let mut nearest = f64::INFINITY;
        loop {
            let arcs = graph.row(row);
            self.looked_at += 1;
            self.since_check += arcs.len() + 1;
            if self.since_check > 1 << 18 {
                self.since_check = 0;
                context.check()?;
            }
            let base = reached - state.row_prices[row];
            for arc in arcs {
                let column = arc.column as usize;
                let distance = base + (arc.cost - state.column_prices[column]);
                let reach = &mut self.reach[column];
                if distance < nearest && distance < reach.distance && !reach.settled {
                    if reach.distance == f64::INFINITY {
                        self.touched.push(arc.column);
                    }
                    reach.distance = distance;
                    reach.previous = row as u32;
                    if state.row_of_column[column] == ALONE {
                        nearest = distance;
                        end = Some(arc.column);
                        if distance <= reached {
                            break;
                        }
                    } else {
                        self.heap.push(distance, arc.column);
                    }
                }
            }
            if nearest <= reached {
                break;
            }
            let next = loop {
                match self.heap.pop() {
                    Some((distance, _)) if distance >= nearest => break None,
                    Some((distance, column)) => {
                        let reach = &mut self.reach[column as usize];
                        if distance == reach.distance && !reach.settled {
                            reach.settled = true;
                            break Some((distance, column));
                        }
                    }
                    None => break None,
                }
            };
            let Some((distance, column)) = next else {
                break;
            };
            self.settled.push(column);
            reached = distance;
            row = state.row_of_column[column as usize] as usize;
        }
        // Rounding may have brought the end a hair nearer than the last column settled.
        Ok(end.map(|column| (column, nearest.max(reached))))
    }
}
