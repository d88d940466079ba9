//! A tree of boxes over rows, for nearest neighbours among many rows of few columns, or by Manhattan distance.
//!
//! Rows are cut along the widest side of their box, at multiples of 32, until every leaf holds 32 of them, feature after
//! feature, so that a query meets a whole leaf in a few vector instructions. A search goes to the nearer box first and leaves
//! out every box that lies beyond the worst neighbour so far; where boxes help little, as with many columns, it is a blocked
//! scan that gives up on a leaf once all of its rows are too far. Rows at the same distance come in their own order.
//! Source: Friedman, Bentley, Finkel (1977), with boxes and wide leaves.
use super::places::split;
use super::{Metric, NOBODY};
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;

/// Rows of a leaf.
pub(super) const LEAF: usize = 32;
/// Features after which a leaf is left if all of its rows are too far.
const STRIDE: usize = 16;
/// Marks a child that is a leaf.
pub(super) const IS_LEAF: u32 = 1 << 31;

/// Rows, the nearest of which can be searched.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    metric: Metric,
    columns: usize,
    count: usize,
    /// Which row stands where, leaf after leaf, padded with [`NOBODY`].
    pub(super) order: Vec<u32>,
    /// `[leaf][column][LEAF]`, padded with infinity.
    pub(super) leaves: Vec<f64>,
    pub(super) nodes: Vec<Node>,
    /// Two boxes side by side per inner node, `[low, high]` of the left and of the right child.
    pub(super) boxes: Vec<f64>,
}

/// Where the search goes on: children that are leaves have the highest bit set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) children: [u32; 2],
}

impl Tree {
    /// Over rows of finite values, one after the other.
    pub(super) fn of(values: &[f64], columns: usize, metric: Metric, context: &Context) -> Result<Self> {
        let count = values.len() / columns;
        let mut order: Vec<u32> = (0..count as u32).collect();
        let mut tree = Self {
            metric,
            columns,
            count,
            order: Vec::new(),
            leaves: Vec::new(),
            nodes: Vec::new(),
            boxes: Vec::new(),
        };
        let mut spare = Vec::new();
        // Ranges to cut, with the node that waits for each; leaves stand in the order of their ranges.
        let mut waiting = vec![(0, count, None::<(usize, usize)>)];
        while let Some((start, end, parent)) = waiting.pop() {
            context.check()?;
            if let Some((node, side)) = parent {
                let at = (node * 2 + side) * 2 * columns;
                let (low, high) = tree.boxes[at..at + 2 * columns].split_at_mut(columns);
                enclose(values, columns, &order[start..end], low, high, context)?;
            }
            let own = if end - start <= LEAF {
                (start / LEAF) as u32 | IS_LEAF
            } else {
                let node = tree.nodes.len();
                tree.nodes.push(Node { children: [0; 2] });
                tree.boxes.resize((node + 1) * 4 * columns, 0.0);
                let widest = widest(values, columns, &order[start..end], &tree.boxes, parent, context)?;
                let middle = start + ((end - start).div_ceil(LEAF) / 2) * LEAF;
                split(values, columns, &mut order[start..end], widest, middle - start, &mut spare, context)?;
                waiting.push((middle, end, Some((node, 1))));
                waiting.push((start, middle, Some((node, 0))));
                node as u32
            };
            if let Some((node, side)) = parent {
                tree.nodes[node].children[side] = own;
            }
        }
        tree.fill(values, order, context)?;
        Ok(tree)
    }

    fn fill(&mut self, values: &[f64], mut order: Vec<u32>, context: &Context) -> Result<()> {
        let columns = self.columns;
        order.resize(self.count.div_ceil(LEAF) * LEAF, NOBODY);
        self.leaves = vec![f64::INFINITY; order.len() * columns];
        let leaves = self.leaves.chunks_exact_mut(LEAF * columns).zip(order.chunks_exact(LEAF));
        for (at, (leaf, rows)) in leaves.enumerate() {
            if at % 64 == 0 {
                context.check()?;
            }
            for (lane, row) in rows.iter().enumerate().filter(|(_, row)| **row != NOBODY) {
                let row = &values[*row as usize * columns..][..columns];
                row.iter().enumerate().for_each(|(column, value)| leaf[column * LEAF + lane] = *value);
            }
        }
        self.order = order;
        Ok(())
    }

    /// The row at a place of the order.
    pub(super) fn read(&self, place: usize, to: &mut [f64]) {
        let leaf = &self.leaves[place / LEAF * LEAF * self.columns..][..LEAF * self.columns];
        to.iter_mut().enumerate().for_each(|(column, value)| *value = leaf[column * LEAF + place % LEAF]);
    }
}

/// The box around some rows.
fn enclose(
    values: &[f64],
    columns: usize,
    rows: &[u32],
    low: &mut [f64],
    high: &mut [f64],
    context: &Context,
) -> Result<()> {
    low.fill(f64::INFINITY);
    high.fill(f64::NEG_INFINITY);
    for (at, row) in rows.iter().enumerate() {
        if at % 4096 == 0 {
            context.check()?;
        }
        let row = &values[*row as usize * columns..][..columns];
        for ((value, low), high) in row.iter().zip(low.iter_mut()).zip(high.iter_mut()) {
            *low = if *value < *low { *value } else { *low };
            *high = if *value > *high { *value } else { *high };
        }
    }
    Ok(())
}

/// The column along which some rows are furthest apart; their box is known unless they are all.
fn widest(
    values: &[f64],
    columns: usize,
    rows: &[u32],
    boxes: &[f64],
    parent: Option<(usize, usize)>,
    context: &Context,
) -> Result<usize> {
    let mut own = Vec::new();
    let (low, high) = match parent {
        Some((node, side)) => boxes[(node * 2 + side) * 2 * columns..][..2 * columns].split_at(columns),
        None => {
            own.resize(2 * columns, 0.0);
            let (low, high) = own.split_at_mut(columns);
            enclose(values, columns, rows, low, high, context)?;
            (&*low, &*high)
        }
    };
    let mut best = (f64::NEG_INFINITY, 0);
    for (column, (low, high)) in low.iter().zip(high).enumerate() {
        if high - low > best.0 {
            best = (high - low, column);
        }
    }
    Ok(best.1)
}

dispatch! {
    /// Search for the neighbours of every query: squared, or Manhattan, distances. `false` where the caller cancelled.
    pub(super) fn search, portable search_portable(
        tree: &Tree,
        queries: &[f64],
        without: &[u32],
        rows: &mut [u32],
        distances: &mut [f64],
        context: &Context,
    ) -> bool {
        match tree.metric {
            Metric::Euclidean => visit::<false>(tree, queries, without, rows, distances, context),
            Metric::Manhattan => visit::<true>(tree, queries, without, rows, distances, context),
        }
    }
}

#[inline(always)]
fn visit<const MANHATTAN: bool>(
    tree: &Tree,
    queries: &[f64],
    without: &[u32],
    rows: &mut [u32],
    distances: &mut [f64],
    context: &Context,
) -> bool {
    let columns = tree.columns;
    let wanted = distances.len() / (queries.len() / columns).max(1);
    let mut stack = Vec::with_capacity(64);
    let each = rows.chunks_exact_mut(wanted).zip(distances.chunks_exact_mut(wanted));
    for ((query, without), (rows, distances)) in queries.chunks_exact(columns).zip(without).zip(each) {
        if context.is_cancelled() {
            return false;
        }
        if tree.nodes.is_empty() {
            meet::<MANHATTAN>(tree, 0, query, *without, rows, distances);
            continue;
        }
        stack.push((0.0, 0));
        while let Some((bound, at)) = stack.pop() {
            if bound >= distances[wanted - 1] {
                continue;
            }
            if at & IS_LEAF != 0 {
                meet::<MANHATTAN>(tree, (at ^ IS_LEAF) as usize, query, *without, rows, distances);
                continue;
            }
            let node = tree.nodes[at as usize];
            let boxes = &tree.boxes[at as usize * 4 * columns..][..4 * columns];
            let left = outside::<MANHATTAN>(&boxes[..2 * columns], query);
            let right = outside::<MANHATTAN>(&boxes[2 * columns..], query);
            let worst = distances[wanted - 1];
            let (near, far) = if left <= right { (0, 1) } else { (1, 0) };
            let bounds = [left, right];
            if bounds[far] < worst {
                stack.push((bounds[far], node.children[far]));
            }
            if bounds[near] < worst {
                stack.push((bounds[near], node.children[near]));
            }
        }
    }
    true
}

/// What a difference adds to a distance.
#[inline(always)]
fn worth<const MANHATTAN: bool>(difference: f64) -> f64 {
    if MANHATTAN { difference.abs() } else { difference * difference }
}

/// The squared, or Manhattan, distance of a query from a box.
#[inline(always)]
pub(super) fn outside<const MANHATTAN: bool>(sides: &[f64], query: &[f64]) -> f64 {
    let (low, high) = sides.split_at(query.len());
    let beyond = |query: f64, low: f64, high: f64| {
        let (below, above) = (low - query, query - high);
        let most = if below > above { below } else { above };
        let most = if most > 0.0 { most } else { 0.0 };
        worth::<MANHATTAN>(most)
    };
    let mut sums = [0.0; 8];
    let blocks = query.len() / 8 * 8;
    for at in (0..blocks).step_by(8) {
        for lane in 0..8 {
            sums[lane] += beyond(query[at + lane], low[at + lane], high[at + lane]);
        }
    }
    let mut sum = if blocks > 0 { sums.iter().sum() } else { 0.0 };
    for at in blocks..query.len() {
        sum += beyond(query[at], low[at], high[at]);
    }
    // The sum rounds in another order than a distance does; a box is never further than the rows in it.
    sum * (1.0 - 1e-12)
}

/// Hold a query against all rows of a leaf.
#[inline(always)]
fn meet<const MANHATTAN: bool>(
    tree: &Tree,
    leaf: usize,
    query: &[f64],
    without: u32,
    rows: &mut [u32],
    distances: &mut [f64],
) {
    let columns = tree.columns;
    let values = &tree.leaves[leaf * LEAF * columns..][..LEAF * columns];
    let last = distances.len() - 1;
    let mut sums = [0.0; LEAF];
    for (some, query) in values.chunks(STRIDE * LEAF).zip(query.chunks(STRIDE)) {
        for (lanes, value) in some.chunks_exact(LEAF).zip(query) {
            for lane in 0..LEAF {
                let difference = lanes[lane] - value;
                sums[lane] += worth::<MANHATTAN>(difference);
            }
        }
        let worst = distances[last];
        let mut near = false;
        for sum in &sums {
            near |= *sum <= worst;
        }
        if !near {
            return;
        }
    }
    for (lane, distance) in sums.into_iter().enumerate() {
        if distance <= distances[last] {
            let row = tree.order[leaf * LEAF + lane];
            if row != without && row != NOBODY && nearer(distance, row, distances[last], rows[last]) {
                insert(distance, row, rows, distances);
            }
        }
    }
}

/// Whether one row is nearer than another: by its number where both are equally far, but for equal rows, which are alike.
#[inline(always)]
pub(super) fn nearer(distance: f64, row: u32, other: f64, there: u32) -> bool {
    distance < other || (distance == other && row < there && distance > 0.0)
}

/// Put a neighbour at its place; the last one leaves.
#[inline(always)]
pub(super) fn insert(distance: f64, row: u32, rows: &mut [u32], distances: &mut [f64]) {
    let mut at = distances.len() - 1;
    while at > 0 && (distances[at - 1] > distance || (distances[at - 1] == distance && rows[at - 1] > row)) {
        distances[at] = distances[at - 1];
        rows[at] = rows[at - 1];
        at -= 1;
    }
    distances[at] = distance;
    rows[at] = row;
}
