//! Flows of least cost by successive shortest paths.
use super::Price;
use crate::Context;
use crate::error::Result;
use crate::matching::assignment::sparse::graph::Graph;

/// In place of a row, column or arc that is none.
const NONE: u32 = u32::MAX;

/// Rows whose demands cannot be met: what they demand and what they can get.
#[derive(Debug)]
pub(super) struct Short {
    pub(super) rows: Vec<usize>,
    pub(super) demand: i64,
    pub(super) supply: i64,
}

/// How a row or column is reached.
#[derive(Clone, Copy, Debug)]
struct Reach<P> {
    distance: P,
    /// The arc that leads here, from the other side.
    arc: u32,
    /// The row or column that it comes from.
    from: u32,
    settled: bool,
}

/// Where a path ends.
#[derive(Clone, Copy, Debug)]
enum End {
    /// At a column with room.
    Column(u32),
    /// At a row that gives up a unit.
    Row(u32),
}

/// A flow with prices: an arc that could carry more costs at least the prices of its ends, one that carries something at
/// most that; a column with room has price 0.
#[derive(Debug)]
pub(super) struct Flow<'a, P> {
    graph: &'a Graph<'a>,
    /// Number of the first arc of each row.
    first: Vec<u32>,
    amounts: Vec<i64>,
    most: i64,
    demands: &'a [i64],
    capacities: &'a [i64],
    room: Vec<i64>,
    /// The arcs that bring something to each column, with their rows and places in the row.
    users: Vec<Vec<(u32, u32)>>,
    row_prices: Vec<P>,
    column_prices: Vec<P>,
    rows: Vec<Reach<P>>,
    columns: Vec<Reach<P>>,
    touched_rows: Vec<u32>,
    touched_columns: Vec<u32>,
    heap: Vec<(P, u32)>,
    work: usize,
}

impl<'a, P: Price> Flow<'a, P> {
    /// No flow, prices that fit it.
    pub(super) fn new(graph: &'a Graph<'a>, demands: &'a [i64], capacities: &'a [i64], most: i64) -> Self {
        let unreached = Reach { distance: P::INFINITE, arc: NONE, from: NONE, settled: false };
        let mut first = Vec::with_capacity(graph.rows + 1);
        first.push(0);
        let mut row_prices = Vec::with_capacity(graph.rows);
        for row in 0..graph.rows {
            let arcs = graph.row(row);
            first.push(first[row] + arcs.len() as u32);
            let least = arcs.iter().map(|arc| arc.cost).fold(f64::INFINITY, f64::min);
            let price = if arcs.is_empty() { P::DROPPED } else { P::of(least) };
            row_prices.push(if price < P::INFINITE { price } else { P::ZERO });
        }
        Self {
            graph,
            amounts: vec![0; first[graph.rows] as usize],
            first,
            most,
            demands,
            capacities,
            room: capacities.to_vec(),
            users: vec![Vec::new(); graph.columns],
            row_prices,
            column_prices: vec![P::ZERO; graph.columns],
            rows: vec![unreached; graph.rows],
            columns: vec![unreached; graph.columns],
            touched_rows: Vec::new(),
            touched_columns: Vec::new(),
            heap: Vec::new(),
            work: 0,
        }
    }

    /// Deliver all demands; with `dropping`, units may be given up.
    pub(super) fn solve(&mut self, dropping: bool, context: &Context) -> Result<Result<(), Short>> {
        for row in 0..self.graph.rows {
            context.report(row, self.graph.rows);
            let mut left = self.demands[row];
            while left > 0 {
                let found = self.search(row as u32, dropping, context)?;
                let Some((end, distance)) = found else {
                    return Ok(Err(self.short()));
                };
                self.reprice(distance);
                left -= self.push(row as u32, end, left);
                self.forget();
            }
        }
        Ok(Ok(()))
    }

    /// The shortest path from a row to a column with room, or to a row that gives up a unit.
    fn search(&mut self, root: u32, dropping: bool, context: &Context) -> Result<Option<(End, P)>> {
        self.heap.clear();
        self.rows[root as usize] = Reach { distance: P::ZERO, arc: NONE, from: NONE, settled: true };
        self.touched_rows.push(root);
        let (mut end, mut nearest) = (None, P::INFINITE);
        let (mut node, mut reached) = (root, P::ZERO);
        let rows = self.graph.rows as u32;
        loop {
            if node < rows {
                self.leave_row(node, reached, dropping, &mut end, &mut nearest);
            } else {
                self.leave_column(node - rows, reached, nearest);
            }
            if self.work > 1 << 18 {
                self.work = 0;
                context.check()?;
            }
            let next = loop {
                match self.pop() {
                    Some((distance, _)) if distance >= nearest => break None,
                    Some((distance, node)) => {
                        let reach = if node < rows {
                            &mut self.rows[node as usize]
                        } else {
                            &mut self.columns[(node - rows) as usize]
                        };
                        if !reach.settled && reach.distance == distance {
                            reach.settled = true;
                            break Some((distance, node));
                        }
                    }
                    None => break None,
                }
            };
            let Some((distance, next)) = next else {
                break;
            };
            (node, reached) = (next, distance);
        }
        Ok(end.map(|end| (end, nearest)))
    }

    /// Go on from a row over the arcs that could carry more.
    fn leave_row(&mut self, row: u32, reached: P, dropping: bool, end: &mut Option<End>, nearest: &mut P) {
        let base = reached - self.row_prices[row as usize];
        if dropping && base + P::DROPPED < *nearest {
            *nearest = larger(base + P::DROPPED, reached);
            *end = Some(End::Row(row));
        }
        let arcs = self.graph.row(row as usize);
        let first = self.first[row as usize];
        self.work += arcs.len() + 1;
        for (at, arc) in arcs.iter().enumerate() {
            let column = arc.column as usize;
            if self.amounts[first as usize + at] >= self.most || self.columns[column].settled {
                continue;
            }
            let distance = larger(base + (P::of(arc.cost) - self.column_prices[column]), reached);
            let reach = &mut self.columns[column];
            if distance < *nearest && distance < reach.distance && self.capacities[column] > 0 {
                if reach.from == NONE {
                    self.touched_columns.push(arc.column);
                }
                *reach = Reach { distance, arc: first + at as u32, from: row, settled: false };
                if self.room[column] > 0 {
                    *nearest = distance;
                    *end = Some(End::Column(arc.column));
                } else {
                    self.add(distance, self.graph.rows as u32 + arc.column);
                }
            }
        }
    }

    /// Go back from a column to the rows that use it.
    fn leave_column(&mut self, column: u32, reached: P, nearest: P) {
        let users = std::mem::take(&mut self.users[column as usize]);
        self.work += users.len() + 1;
        let price = self.column_prices[column as usize];
        for (row, at) in &users {
            let cost = P::of(self.graph.row(*row as usize)[*at as usize].cost);
            let back = (cost - price) - self.row_prices[*row as usize];
            let distance = larger(reached - back, reached);
            let reach = &mut self.rows[*row as usize];
            if distance < nearest && distance < reach.distance && !reach.settled {
                if reach.from == NONE {
                    self.touched_rows.push(*row);
                }
                let arc = self.first[*row as usize] + at;
                *reach = Reach { distance, arc, from: column, settled: false };
                self.add(distance, *row);
            }
        }
        self.users[column as usize] = users;
    }

    /// Make the prices fit the shortest paths.
    fn reprice(&mut self, distance: P) {
        for row in &self.touched_rows {
            let reach = &self.rows[*row as usize];
            if reach.settled && reach.distance < distance {
                self.row_prices[*row as usize] = self.row_prices[*row as usize] + (distance - reach.distance);
            }
        }
        for column in &self.touched_columns {
            let reach = &self.columns[*column as usize];
            if reach.settled && reach.distance < distance {
                self.column_prices[*column as usize] =
                    self.column_prices[*column as usize] - (distance - reach.distance);
            }
        }
    }

    /// Send as much as possible, at most `left`, along the path; gives how much.
    fn push(&mut self, root: u32, end: End, left: i64) -> i64 {
        let mut amount = left;
        let (mut column, mut row) = match end {
            End::Column(column) => {
                amount = amount.min(self.room[column as usize]);
                (column, self.columns[column as usize].from)
            }
            End::Row(row) => (NONE, row),
        };
        let start = (column, row);
        // Once to see how much fits, once to send it.
        loop {
            if column != NONE {
                amount = amount.min(self.most - self.amounts[self.columns[column as usize].arc as usize]);
            }
            if row == root {
                break;
            }
            let back = self.rows[row as usize];
            amount = amount.min(self.amounts[back.arc as usize]);
            column = back.from;
            row = self.columns[column as usize].from;
        }
        (column, row) = start;
        if let End::Column(column) = end {
            self.room[column as usize] -= amount;
        }
        loop {
            if column != NONE {
                let arc = self.columns[column as usize].arc;
                if self.amounts[arc as usize] == 0 {
                    self.users[column as usize].push((row, arc - self.first[row as usize]));
                }
                self.amounts[arc as usize] += amount;
            }
            if row == root {
                return amount;
            }
            let back = self.rows[row as usize];
            self.amounts[back.arc as usize] -= amount;
            if self.amounts[back.arc as usize] == 0 {
                let users = &mut self.users[back.from as usize];
                if let Some(at) = users.iter().position(|user| user.0 == row) {
                    users.swap_remove(at);
                }
            }
            column = back.from;
            row = self.columns[column as usize].from;
        }
    }

    /// Clear what the last search left.
    fn forget(&mut self) {
        let unreached = Reach { distance: P::INFINITE, arc: NONE, from: NONE, settled: false };
        self.touched_rows.drain(..).for_each(|row| self.rows[row as usize] = unreached);
        self.touched_columns.drain(..).for_each(|column| self.columns[column as usize] = unreached);
    }

    /// The rows that the last search reached in vain.
    fn short(&self) -> Short {
        let mut rows: Vec<usize> = self.touched_rows.iter().map(|row| *row as usize).collect();
        rows.sort_unstable();
        let mut supply: i64 = self.touched_columns.iter().map(|column| self.capacities[*column as usize]).sum();
        for row in &rows {
            // Whatever else these rows use is used up by themselves.
            let first = self.first[*row] as usize;
            for (at, arc) in self.graph.row(*row).iter().enumerate() {
                if self.columns[arc.column as usize].from == NONE {
                    supply += self.amounts[first + at];
                }
            }
        }
        Short { demand: rows.iter().map(|row| self.demands[*row]).sum(), rows, supply }
    }

    /// The amount of each arc and plain prices.
    pub(super) fn finish(self) -> (Vec<i64>, [Vec<f64>; 2]) {
        // What a dropped unit must cost for the prices to hold as plain numbers.
        let mut dropped = 0.0_f64;
        for row in 0..self.graph.rows {
            let price = self.row_prices[row];
            if P::DROPPED < P::INFINITE {
                dropped = dropped.max((P::DROPPED - price).least_dropped());
            }
            for (at, arc) in self.graph.row(row).iter().enumerate() {
                let over = (P::of(arc.cost) - self.column_prices[arc.column as usize]) - price;
                let amount = self.amounts[self.first[row] as usize + at];
                if amount < self.most {
                    dropped = dropped.max(over.least_dropped());
                }
                if amount > 0 {
                    dropped = dropped.max((P::ZERO - over).least_dropped());
                }
            }
        }
        for price in &self.column_prices {
            dropped = dropped.max((P::ZERO - *price).least_dropped());
        }
        let told = |prices: Vec<P>| prices.into_iter().map(|price| price.told(dropped)).collect::<Vec<f64>>();
        (self.amounts, [told(self.row_prices), told(self.column_prices)])
    }

    fn add(&mut self, key: P, node: u32) {
        let heap = &mut self.heap;
        let mut at = heap.len();
        heap.push((key, node));
        while at > 0 {
            let parent = (at - 1) / 4;
            if heap[parent].0 <= key {
                break;
            }
            heap[at] = heap[parent];
            at = parent;
        }
        heap[at] = (key, node);
    }

    fn pop(&mut self) -> Option<(P, u32)> {
        let heap = &mut self.heap;
        let last = heap.pop()?;
        let Some(top) = heap.first().copied() else {
            return Some(last);
        };
        let mut at = 0;
        loop {
            let children = 4 * at + 1..(4 * at + 5).min(heap.len());
            let Some(least) = children.reduce(|a, b| if heap[b].0 < heap[a].0 { b } else { a }) else {
                break;
            };
            if heap[least].0 >= last.0 {
                break;
            }
            heap[at] = heap[least];
            at = least;
        }
        heap[at] = last;
        Some(top)
    }
}

/// The larger of two; rounding must not bring a node nearer than the one before it.
fn larger<P: Price>(a: P, b: P) -> P {
    if a < b { b } else { a }
}
