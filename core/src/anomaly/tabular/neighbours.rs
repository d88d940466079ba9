//! Exact nearest neighbours by Euclidean or Manhattan distance.
//!
//! Rows are cut along the widest side of their box, at multiples of 32, until every leaf holds 32 of them, feature after
//! feature, so that a query meets a whole leaf in a few vector instructions. A search goes to the nearer box first and leaves
//! out every box that lies beyond the worst neighbour so far; where boxes help little, as with many columns, it is a blocked
//! scan that gives up on a leaf once all of its rows are too far. Wide rows by Euclidean distance are searched by sketches
//! instead (`screen`), or all against all in blocks (`dense`). The order of rows in a tie is that of the tree, the same on
//! any number of threads. Source: Friedman, Bentley, Finkel (1977), with boxes and wide leaves.
use serde::{Deserialize, Serialize};

use super::dense::Search;
use super::rows::Rows;
use super::screen::Screen;
use crate::Context;
use crate::error::{Error, Result, bail, ensure};
use crate::math::simd::dispatch;

/// Rows of a leaf.
pub(super) const LEAF: usize = 32;
/// Features after which a leaf is left if all of its rows are too far.
const STRIDE: usize = 16;
/// From so many columns on, and between so many rows, all may be held against all.
const COLUMNS_DENSE: usize = 20;
const FEWEST_DENSE: usize = 512;
const MOST_DENSE: usize = 1 << 17;
/// No row.
pub(super) const NOBODY: u32 = u32::MAX;

/// How distances are measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// The root of the sum of squared differences.
    #[default]
    Euclidean,
    /// The sum of absolute differences: one strange feature cannot drown the others.
    Manhattan,
}

/// Rows that can be asked for the nearest to any other.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub(super) struct Neighbours {
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
    /// The rows instead, where they are wide and sketches of them help.
    screen: Option<Box<Screen>>,
}

/// Where the search goes on: children that are leaves have the highest bit set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) children: [u32; 2],
}

pub(super) const IS_LEAF: u32 = 1 << 31;

/// What a file holds: the rows; the tree is grown again.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Saved {
    metric: Metric,
    columns: usize,
    values: Vec<f64>,
}

impl TryFrom<Saved> for Neighbours {
    type Error = Error;
    fn try_from(saved: Saved) -> Result<Self> {
        let Saved { metric, columns, values } = saved;
        ensure!(
            columns >= 1
                && !values.is_empty()
                && values.len().is_multiple_of(columns)
                && values.len() / columns < IS_LEAF as usize,
            InvalidData,
            "{} values are no rows of {columns} columns",
            values.len()
        );
        ensure!(values.iter().all(|value| value.is_finite()), InvalidData, "a kept row is not finite");
        Self::grow(&values, columns, metric, &Context::new())
    }
}

impl From<Neighbours> for Saved {
    fn from(tree: Neighbours) -> Self {
        Self { metric: tree.metric, columns: tree.columns, values: tree.values() }
    }
}

impl Neighbours {
    /// Over all `rows`.
    pub(super) fn of(rows: &Rows<'_>, metric: Metric, context: &Context) -> Result<Self> {
        Self::grow(&rows.all(), rows.columns(), metric, context)
    }

    /// Over rows of finite values, one after the other.
    pub(super) fn grow(values: &[f64], columns: usize, metric: Metric, context: &Context) -> Result<Self> {
        if metric == Metric::Euclidean
            && let Some(screen) = Screen::of(values, columns, context)?
        {
            return Ok(Self {
                metric,
                columns,
                count: values.len() / columns,
                order: screen.order().to_vec(),
                leaves: Vec::new(),
                nodes: Vec::new(),
                boxes: Vec::new(),
                screen: Some(Box::new(screen)),
            });
        }
        Self::plain(values, columns, metric, context)
    }

    /// A tree over the rows themselves.
    pub(super) fn plain(values: &[f64], columns: usize, metric: Metric, context: &Context) -> Result<Self> {
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
            screen: None,
        };
        let mut spare = Vec::new();
        // Ranges to cut, with the node that waits for each; leaves stand in the order of their ranges.
        let mut waiting = vec![(0, count, None::<(usize, usize)>)];
        while let Some((start, end, parent)) = waiting.pop() {
            context.check()?;
            if let Some((node, side)) = parent {
                let at = (node * 2 + side) * 2 * columns;
                let (low, high) = tree.boxes[at..at + 2 * columns].split_at_mut(columns);
                enclose(values, columns, &order[start..end], low, high);
            }
            let own = if end - start <= LEAF {
                (start / LEAF) as u32 | IS_LEAF
            } else {
                let node = tree.nodes.len();
                tree.nodes.push(Node { children: [0; 2] });
                tree.boxes.resize((node + 1) * 4 * columns, 0.0);
                let widest = widest(values, columns, &order[start..end], &tree.boxes, parent);
                let middle = start + ((end - start).div_ceil(LEAF) / 2) * LEAF;
                split(values, columns, &mut order[start..end], widest, middle - start, &mut spare);
                waiting.push((middle, end, Some((node, 1))));
                waiting.push((start, middle, Some((node, 0))));
                node as u32
            };
            if let Some((node, side)) = parent {
                tree.nodes[node].children[side] = own;
            }
        }
        tree.fill(values, order);
        Ok(tree)
    }

    fn fill(&mut self, values: &[f64], mut order: Vec<u32>) {
        let columns = self.columns;
        order.resize(self.count.div_ceil(LEAF) * LEAF, NOBODY);
        self.leaves = vec![f64::INFINITY; order.len() * columns];
        for (leaf, rows) in self.leaves.chunks_exact_mut(LEAF * columns).zip(order.chunks_exact(LEAF)) {
            for (lane, row) in rows.iter().enumerate().filter(|(_, row)| **row != NOBODY) {
                let row = &values[*row as usize * columns..][..columns];
                row.iter().enumerate().for_each(|(column, value)| leaf[column * LEAF + lane] = *value);
            }
        }
        self.order = order;
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// The rows again, in their order.
    fn values(&self) -> Vec<f64> {
        let mut values = vec![0.0; self.count * self.columns];
        for place in 0..self.count {
            let row = self.order[place] as usize;
            self.read(place, &mut values[row * self.columns..(row + 1) * self.columns]);
        }
        values
    }

    fn read(&self, place: usize, to: &mut [f64]) {
        if let Some(screen) = &self.screen {
            to.copy_from_slice(screen.row(place));
            return;
        }
        let leaf = &self.leaves[place / LEAF * LEAF * self.columns..][..LEAF * self.columns];
        to.iter_mut().enumerate().for_each(|(column, value)| *value = leaf[column * LEAF + place % LEAF]);
    }

    /// The `wanted` nearest rows of every row, itself left out, nearest first: positions and distances, `wanted` per row.
    pub(super) fn of_all(&self, wanted: usize, context: &Context) -> Result<(Vec<u32>, Vec<f64>)> {
        debug_assert!(wanted < self.count);
        if let Some(all) = self.all_beside_all(wanted, context)? {
            return Ok(all);
        }
        // Rows of the same leaves are asked together: they visit the same boxes.
        let size = 4 * LEAF;
        let found = context.map(self.count.div_ceil(size), |block| {
            let places = block * size..self.count.min((block + 1) * size);
            let mut queries = vec![0.0; places.len() * self.columns];
            for (place, row) in places.clone().zip(queries.chunks_exact_mut(self.columns)) {
                self.read(place, row);
            }
            self.ask(&queries, &self.order[places], wanted, context)
        })?;
        let (mut rows, mut distances) = (vec![0; self.count * wanted], vec![0.0; self.count * wanted]);
        for (block, (some, far)) in found.iter().enumerate() {
            for (at, (some, far)) in some.chunks_exact(wanted).zip(far.chunks_exact(wanted)).enumerate() {
                let to = self.order[block * size + at] as usize * wanted;
                rows[to..to + wanted].copy_from_slice(some);
                distances[to..to + wanted].copy_from_slice(far);
            }
        }
        Ok((rows, distances))
    }

    /// As [`of_all`](Self::of_all), where holding all rows against all promises to be cheaper than a tree.
    fn all_beside_all(&self, wanted: usize, context: &Context) -> Result<Option<(Vec<u32>, Vec<f64>)>> {
        let wide = self.metric == Metric::Euclidean && (FEWEST_DENSE..=MOST_DENSE).contains(&self.count);
        if !wide || self.columns < COLUMNS_DENSE {
            return Ok(None);
        }
        if let Some(screen) = &self.screen {
            // Half of all pairs, 16 products a cycle at best, what is done once a pair, and what is done with those that hope.
            let dense = 0.5 * self.count as f64 * (self.columns as f64 / 12.0 + 2.0) + 300.0 * wanted as f64;
            if screen.cost(wanted, context) < dense {
                return Ok(None);
            }
        }
        let mut own = Vec::new();
        let values = match &self.screen {
            Some(screen) => screen.rows(),
            None => {
                own.resize(self.count * self.columns, 0.0);
                own.chunks_exact_mut(self.columns).enumerate().for_each(|(place, row)| self.read(place, row));
                &own
            }
        };
        let Some(search) = Search::new(values, self.columns, &self.order, wanted) else { return Ok(None) };
        let (found, far) = search.run(context)?;
        let (mut rows, mut distances) = (vec![NOBODY; found.len()], vec![0.0; far.len()]);
        for (place, (found, far)) in found.chunks_exact(wanted).zip(far.chunks_exact(wanted)).enumerate() {
            let to = self.order[place] as usize * wanted;
            for at in 0..wanted {
                rows[to + at] = self.order[found[at] as usize];
                distances[to + at] = far[at].sqrt();
            }
        }
        Ok(Some((rows, distances)))
    }

    /// The `wanted` nearest rows of every query, nearest first; the row in `without` of each is left out.
    pub(super) fn ask(
        &self,
        queries: &[f64],
        without: &[u32],
        wanted: usize,
        context: &Context,
    ) -> Result<(Vec<u32>, Vec<f64>)> {
        let count = queries.len() / self.columns;
        let (mut rows, mut distances) = (vec![NOBODY; count * wanted], vec![f64::INFINITY; count * wanted]);
        let ended = match &self.screen {
            Some(screen) => screen.search(queries, without, &mut rows, &mut distances, context),
            None => search(self, queries, without, &mut rows, &mut distances, context),
        };
        if !ended {
            context.check()?;
            bail!(Internal, "a search for neighbours stopped; please report this with the input");
        }
        if let Some(at) = rows.iter().position(|row| *row == NOBODY) {
            bail!(
                InvalidData,
                "row {} of a block is too far from all others for a finite distance; scale it",
                at / wanted
            );
        }
        if self.metric == Metric::Euclidean {
            distances.iter_mut().for_each(|distance| *distance = distance.sqrt());
        }
        Ok((rows, distances))
    }
}

/// The box around some rows.
fn enclose(values: &[f64], columns: usize, rows: &[u32], low: &mut [f64], high: &mut [f64]) {
    low.fill(f64::INFINITY);
    high.fill(f64::NEG_INFINITY);
    for row in rows {
        let row = &values[*row as usize * columns..][..columns];
        for ((value, low), high) in row.iter().zip(low.iter_mut()).zip(high.iter_mut()) {
            *low = if *value < *low { *value } else { *low };
            *high = if *value > *high { *value } else { *high };
        }
    }
}

/// The column along which some rows are furthest apart; their box is known unless they are all.
fn widest(values: &[f64], columns: usize, rows: &[u32], boxes: &[f64], parent: Option<(usize, usize)>) -> usize {
    let mut own = Vec::new();
    let (low, high) = match parent {
        Some((node, side)) => boxes[(node * 2 + side) * 2 * columns..][..2 * columns].split_at(columns),
        None => {
            own.resize(2 * columns, 0.0);
            let (low, high) = own.split_at_mut(columns);
            enclose(values, columns, rows, low, high);
            (&*low, &*high)
        }
    };
    let mut best = (f64::NEG_INFINITY, 0);
    for (column, (low, high)) in low.iter().zip(high).enumerate() {
        if high - low > best.0 {
            best = (high - low, column);
        }
    }
    best.1
}

/// Put the rows with the least values of a column before `middle`.
fn split(values: &[f64], columns: usize, rows: &mut [u32], column: usize, middle: usize, spare: &mut Vec<(f64, u32)>) {
    spare.clear();
    spare.extend(rows.iter().map(|row| (values[*row as usize * columns + column], *row)));
    spare.select_nth_unstable_by(middle, |left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    rows.iter_mut().zip(spare).for_each(|(row, (_, moved))| *row = *moved);
}

dispatch! {
    /// Search for the neighbours of every query: squared, or Manhattan, distances. `false` where the caller cancelled.
    fn search, portable search_portable(
        tree: &Neighbours,
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
    tree: &Neighbours,
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
    tree: &Neighbours,
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
            near |= *sum < worst;
        }
        if !near {
            return;
        }
    }
    for (lane, distance) in sums.into_iter().enumerate() {
        if distance < distances[last] {
            let row = tree.order[leaf * LEAF + lane];
            if row != without {
                insert(distance, row, rows, distances);
            }
        }
    }
}

/// Put a neighbour at its place; the last one leaves.
#[inline(always)]
pub(super) fn insert(distance: f64, row: u32, rows: &mut [u32], distances: &mut [f64]) {
    let mut at = distances.len() - 1;
    while at > 0 && distances[at - 1] > distance {
        distances[at] = distances[at - 1];
        rows[at] = rows[at - 1];
        at -= 1;
    }
    distances[at] = distance;
    rows[at] = row;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    fn brute(values: &[f64], columns: usize, query: &[f64], without: usize, wanted: usize) -> Vec<f64> {
        let mut all: Vec<f64> = values
            .chunks(columns)
            .enumerate()
            .filter(|(row, _)| *row != without)
            .map(|(_, row)| row.iter().zip(query).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt())
            .collect();
        all.sort_by(f64::total_cmp);
        all.truncate(wanted);
        all
    }

    #[test]
    fn the_tree_finds_what_comparing_all_pairs_finds() {
        let mut random = Random::new(9);
        for (count, columns) in [(5, 1), (32, 3), (33, 2), (700, 4), (1500, 19), (300, 70), (2000, 40)] {
            // Whole numbers now and then, for ties and duplicates.
            let values: Vec<f64> = (0..count * columns)
                .map(|at| if at % 3 == 0 { (random.uniform() * 4.0).floor() } else { random.normal() })
                .collect();
            let tree = Neighbours::grow(&values, columns, Metric::Euclidean, &Context::new()).unwrap();
            assert_eq!(tree.values(), values);
            let wanted = 4.min(count - 1);
            let (rows, distances) = tree.of_all(wanted, &Context::new().with_threads(2)).unwrap();
            for row in (0..count).step_by(7) {
                let query = &values[row * columns..(row + 1) * columns];
                let expected = brute(&values, columns, query, row, wanted);
                let own = row * wanted..(row + 1) * wanted;
                for (found, expected) in distances[own.clone()].iter().zip(&expected) {
                    assert!((found - expected).abs() <= 1e-12 * expected, "{count} {columns} {row}");
                }
                for (found, distance) in rows[own.clone()].iter().zip(&distances[own]) {
                    let other = &values[*found as usize * columns..][..columns];
                    let real = query.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
                    assert!((real - distance).abs() <= 1e-12 * real && *found as usize != row);
                }
            }
            let far = vec![10.0; columns];
            let (_, distances) = tree.ask(&far, &[NOBODY], wanted, &Context::new()).unwrap();
            let expected = brute(&values, columns, &far, usize::MAX, wanted);
            assert!(distances.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-12 * b));
        }
    }

    /// Sketches, blocks and trees: tables without structure, of few factors, of whole numbers with many ties, with rows far away
    /// and with rows that repeat.
    #[test]
    fn wide_rows_are_found_however_they_are_searched() {
        let mut random = Random::new(11);
        let (count, columns) = (900, 40);
        let factors: Vec<f64> = (0..3 * columns).map(|_| random.normal()).collect();
        for kind in 0..5 {
            let mut values = Vec::new();
            for row in 0..count {
                let own = [random.normal(), random.normal(), random.normal()];
                let far = if kind == 3 && row % 90 == 0 { 1e6 } else { 1.0 };
                values.extend((0..columns).map(|column| match kind {
                    1 => (0..3).map(|k| own[k] * factors[k * columns + column]).sum::<f64>() + 0.01 * random.normal(),
                    2 => f64::from(u8::from(random.uniform() < 0.1)),
                    4 => f64::from(u8::from(row % 3 == column % 3)) + 1e3,
                    _ => far * random.normal(),
                }));
            }
            let tree = Neighbours::grow(&values, columns, Metric::Euclidean, &Context::new()).unwrap();
            let (_, distances) = tree.of_all(6, &Context::new().with_threads(1)).unwrap();
            assert_eq!(distances, tree.of_all(6, &Context::new().with_threads(3)).unwrap().1, "{kind}");
            let queries = &values[..20 * columns];
            let (_, asked) = tree.ask(queries, &(0..20).collect::<Vec<_>>(), 6, &Context::new()).unwrap();
            for row in (0..count).step_by(5) {
                let expected = brute(&values, columns, &values[row * columns..(row + 1) * columns], row, 6);
                let own = row * 6..(row + 1) * 6;
                let near = |found: &[f64]| found.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-12 * b);
                assert!(near(&distances[own.clone()]), "{kind} {row}: {:?} {expected:?}", &distances[own.clone()]);
                assert!(row >= 20 || near(&asked[own]), "{kind} {row}");
            }
        }
    }

    #[test]
    fn equal_rows_are_found_quickly_and_at_no_distance() {
        let values = vec![1.0; 40_000];
        let tree = Neighbours::grow(&values, 2, Metric::Manhattan, &Context::new()).unwrap();
        let (_, distances) = tree.of_all(5, &Context::new()).unwrap();
        assert!(distances.iter().all(|distance| *distance == 0.0));
        let tree = Neighbours::grow(&vec![1.0; 400_000], 20, Metric::Euclidean, &Context::new()).unwrap();
        let (_, distances) = tree.of_all(5, &Context::new()).unwrap();
        assert!(distances.iter().all(|distance| *distance == 0.0));
    }
}
