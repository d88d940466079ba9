//! Exact nearest neighbours by Euclidean or Manhattan distance.
//!
//! Searched by the means that fit: all rows against all, rounded, in blocks (`dense`) up to some ten thousand rows; a tree
//! beyond that and by Manhattan distance (`tree`); a tree over sketches where many wide rows lie along few directions
//! (`screen`). Of rows at the same distance, by the bits, the one with the lower number counts as nearer, whichever way they are
//! searched and on any number of threads; but any of the rows at no distance may stand for the others, which are equal.
mod asked;
mod dense;
#[cfg(test)]
mod exact;
mod grain;
mod hopes;
mod pairs;
mod panels;
mod places;
mod products;
mod screen;
mod sweep;
mod tree;

use serde::{Deserialize, Serialize};

use super::rows::Rows;
use crate::Context;
use crate::error::{Error, Result, bail, ensure};
use dense::Dense;
use screen::Screen;
use tree::{IS_LEAF, LEAF, Tree, search};

/// Up to so many rows all are held against all, and are kept for that.
const MOST_DENSE: usize = 1 << 14;
/// Up to so many, and from so many columns on, all may be held against all once, for the neighbours among themselves.
const MOST_ONCE: usize = 1 << 17;
const FEWEST_ONCE: usize = 11;
/// More neighbours than this are searched row by row.
const MOST_WANTED: usize = 256;
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
    index: Index,
}

/// How they are searched.
#[derive(Clone, Debug)]
enum Index {
    Dense(Box<Dense>),
    Tree(Tree),
    Screen(Box<Screen>),
}

/// What a file holds: the rows; the index is made again.
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
        // A new context is never cancelled.
        let values = tree.values(&Context::new()).unwrap_or_default();
        Self { metric: tree.metric, columns: tree.columns, values }
    }
}

impl Neighbours {
    /// Over all `rows`.
    pub(super) fn of(rows: &Rows<'_>, metric: Metric, context: &Context) -> Result<Self> {
        let mut values = Vec::new();
        rows.block(0..rows.len().min(1), &mut values);
        if values.is_empty() {
            // They lie one after the other.
            return Self::grow(rows.block(0..rows.len(), &mut values), rows.columns(), metric, context);
        }
        values.clear();
        values.reserve(rows.len() * rows.columns());
        for row in 0..rows.len() {
            if row % 4096 == 0 {
                context.check()?;
            }
            rows.push(row, &mut values);
        }
        Self::grow(&values, rows.columns(), metric, context)
    }

    /// Over rows of finite values, one after the other.
    pub(super) fn grow(values: &[f64], columns: usize, metric: Metric, context: &Context) -> Result<Self> {
        let count = values.len() / columns;
        let made = |index: Index| Ok(Self { metric, columns, count, index });
        if metric == Metric::Euclidean {
            if count <= MOST_DENSE
                && let Some(dense) = Dense::of(values, columns, context)?
            {
                return made(Index::Dense(Box::new(dense)));
            }
            if let Some(screen) = Screen::of(values, columns, context)? {
                return made(Index::Screen(Box::new(screen)));
            }
        }
        made(Index::Tree(Tree::of(values, columns, metric, context)?))
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Which row stands where.
    fn order(&self) -> &[u32] {
        match &self.index {
            Index::Dense(dense) => dense.order(),
            Index::Tree(tree) => &tree.order[..self.count],
            Index::Screen(screen) => &screen.order()[..self.count],
        }
    }

    fn read(&self, place: usize, to: &mut [f64]) {
        match &self.index {
            Index::Dense(dense) => to.copy_from_slice(dense.row(place)),
            Index::Tree(tree) => tree.read(place, to),
            Index::Screen(screen) => to.copy_from_slice(screen.row(place)),
        }
    }

    /// The rows again, in their order.
    fn values(&self, context: &Context) -> Result<Vec<f64>> {
        let mut values = vec![0.0; self.count * self.columns];
        for (place, row) in self.order().iter().enumerate() {
            if place % 4096 == 0 {
                context.check()?;
            }
            let row = *row as usize;
            self.read(place, &mut values[row * self.columns..(row + 1) * self.columns]);
        }
        Ok(values)
    }

    /// The `wanted` nearest rows of every row, itself left out, nearest first: positions and distances, `wanted` per row.
    pub(super) fn of_all(&self, wanted: usize, context: &Context) -> Result<(Vec<u32>, Vec<f64>)> {
        debug_assert!(wanted < self.count);
        if let Some(all) = self.all_beside_all(wanted, context)? {
            return Ok(all);
        }
        // Rows of the same leaves are asked together: they visit the same boxes.
        let size = 4 * LEAF;
        let order = self.order();
        let found = context.map(self.count.div_ceil(size), |block| {
            let places = block * size..self.count.min((block + 1) * size);
            let mut queries = vec![0.0; places.len() * self.columns];
            for (place, row) in places.clone().zip(queries.chunks_exact_mut(self.columns)) {
                self.read(place, row);
            }
            self.ask(&queries, &order[places], wanted, context)
        })?;
        let (mut rows, mut distances) = (vec![0; self.count * wanted], vec![0.0; self.count * wanted]);
        for (block, (some, far)) in found.iter().enumerate() {
            for (at, (some, far)) in some.chunks_exact(wanted).zip(far.chunks_exact(wanted)).enumerate() {
                let to = order[block * size + at] as usize * wanted;
                rows[to..to + wanted].copy_from_slice(some);
                distances[to..to + wanted].copy_from_slice(far);
            }
        }
        Ok((rows, distances))
    }

    /// As [`of_all`](Self::of_all), where holding all rows against all promises to be cheaper than a tree.
    fn all_beside_all(&self, wanted: usize, context: &Context) -> Result<Option<(Vec<u32>, Vec<f64>)>> {
        let (rows, mut distances) = match &self.index {
            // Room for hopes is held for all rows.
            _ if wanted > MOST_WANTED => return Ok(None),
            Index::Dense(dense) => dense.all(wanted, context)?,
            _ if self.metric != Metric::Euclidean || self.columns < FEWEST_ONCE || self.count > MOST_ONCE => {
                return Ok(None);
            }
            index => {
                if let Index::Screen(screen) = index {
                    // Half of all pairs, 32 products a cycle at best, what is done once a pair, and what is done with those
                    // that hope.
                    let dense = 0.5 * self.count as f64 * (self.columns as f64 / 30.0 + 0.7) + 100.0 * wanted as f64;
                    if screen.cost(wanted, context) < dense {
                        return Ok(None);
                    }
                }
                let Some(dense) = Dense::of(&self.values(context)?, self.columns, context)? else { return Ok(None) };
                dense.all(wanted, context)?
            }
        };
        distances.iter_mut().for_each(|distance| *distance = distance.sqrt());
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
        let ended = match &self.index {
            Index::Dense(dense) => {
                dense.ask(queries, without, &mut rows, &mut distances, context)?;
                true
            }
            Index::Tree(tree) => search(tree, queries, without, &mut rows, &mut distances, context),
            Index::Screen(screen) => screen.search(queries, without, &mut rows, &mut distances, context),
        };
        if !ended {
            context.check()?;
            bail!(Internal, "a search for neighbours stopped; please report this with the input");
        }
        if let Some(at) = distances.iter().position(|distance| !distance.is_finite()) {
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
            assert_eq!(tree.values(&Context::new()).unwrap(), values);
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

    /// Whole numbers, so that distances are equal to the last bit in whatever order they are summed.
    #[test]
    fn of_equally_far_rows_those_with_lower_numbers_are_found_however_they_are_searched() {
        let mut random = Random::new(3);
        let context = Context::new().with_threads(2);
        for (count, columns, values) in [(700, 3, 6.0), (900, 24, 2.0), (2000, 30, 3.0)] {
            let rows: Vec<f64> = (0..count * columns).map(|_| (random.uniform() * values).floor()).collect();
            for metric in [Metric::Euclidean, Metric::Manhattan] {
                let made = |index| Neighbours { metric, columns, count, index };
                let mut all = vec![
                    Neighbours::grow(&rows, columns, metric, &context).unwrap(),
                    made(Index::Tree(Tree::of(&rows, columns, metric, &context).unwrap())),
                ];
                if metric == Metric::Euclidean {
                    all.extend(
                        Screen::of(&rows, columns, &context).unwrap().map(|one| made(Index::Screen(one.into()))),
                    );
                }
                for (which, tree) in all.iter().enumerate() {
                    let (found, far) = if which == 0 {
                        tree.of_all(9, &context).unwrap()
                    } else {
                        tree.ask(&rows, &(0..count as u32).collect::<Vec<_>>(), 9, &context).unwrap()
                    };
                    for row in (0..count).step_by(11) {
                        let own = &rows[row * columns..(row + 1) * columns];
                        let mut expected: Vec<(u64, u32)> = (0..count)
                            .filter(|other| *other != row)
                            .map(|other| {
                                let off = own.iter().zip(&rows[other * columns..]).map(|(a, b)| (a - b).abs());
                                let sum: f64 =
                                    if metric == Metric::Euclidean { off.map(|a| a * a).sum() } else { off.sum() };
                                (sum as u64, other as u32)
                            })
                            .collect();
                        expected.sort_unstable();
                        // Any of the equal rows may stand for the others.
                        for (at, (distance, other)) in expected[..9].iter().enumerate() {
                            let at = row * 9 + at;
                            assert!(*distance == 0 || found[at] == *other, "{which} {metric:?} {count} {row}");
                            let real = *distance as f64;
                            let real = if metric == Metric::Euclidean { real.sqrt() } else { real };
                            assert_eq!(far[at], real, "{which} {metric:?} {count} {row}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn rows_far_longer_than_the_others_and_queries_far_outside_are_found_too() {
        let mut random = Random::new(5);
        let (count, columns) = (1200, 7);
        let mut rows: Vec<f64> = (0..count * columns).map(|_| random.normal()).collect();
        for row in [3, 400, 401, 402] {
            rows[row * columns..(row + 1) * columns].iter_mut().for_each(|value| *value = 1e5 + 1e3 * *value);
        }
        let tree = Neighbours::grow(&rows, columns, Metric::Euclidean, &Context::new()).unwrap();
        let (_, distances) = tree.of_all(5, &Context::new()).unwrap();
        let mut queries: Vec<f64> = rows[..40 * columns].iter().map(|value| value + 0.25).collect();
        queries.extend((0..3 * columns).map(|at| [1e5, -3e4, 1e9][at / columns]));
        let (_, asked) = tree.ask(&queries, &[NOBODY; 43], 5, &Context::new()).unwrap();
        for row in (0..count).step_by(7).chain([3, 400, 401, 402]) {
            let expected = brute(&rows, columns, &rows[row * columns..(row + 1) * columns], row, 5);
            for (found, expected) in distances[row * 5..].iter().zip(&expected) {
                assert!((found - expected).abs() <= 1e-12 * expected, "{row}");
            }
        }
        for (query, found) in queries.chunks(columns).zip(asked.chunks(5)) {
            let expected = brute(&rows, columns, query, usize::MAX, 5);
            assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-12 * b), "{found:?} {expected:?}");
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
