//! What going from place to place costs, as a matrix or from points, and which places are near.
use std::borrow::Cow;

use ndarray::ArrayView2;

use super::options::TourMetric;
use crate::Context;
use crate::error::{Result, ensure};

/// Near places that are kept for each.
pub(super) const NEAR: usize = 8;
/// The most places of a matrix, and the most points.
const LARGEST: usize = 5_000;
const MOST_POINTS: usize = 1_000_000;
/// Points of a leaf of the tree.
const LEAF: usize = 8;

/// Costs of ways.
#[derive(Debug)]
pub(super) enum Distances<'a> {
    /// One number per way; forbidden ones cost more than any tour without them.
    Matrix { costs: Cow<'a, [f64]>, size: usize, symmetric: bool, whole: bool },
    /// Measured where they are needed.
    Points { points: Vec<[f64; 2]>, metric: TourMetric },
}

impl<'a> Distances<'a> {
    /// A matrix that was judged.
    pub(super) fn matrix(matrix: ArrayView2<'a, f64>, context: &Context) -> Result<Self> {
        let (size, columns) = matrix.dim();
        ensure!(
            size == columns,
            InvalidData,
            "distances must be a square matrix, got {size} rows and {columns} columns"
        );
        ensure!(size > 0, NotEnoughData, "there is no place");
        ensure!(
            size <= LARGEST,
            TooLarge,
            "{size} places are above the limit of {LARGEST} of a matrix; points may be more"
        );
        let (mut symmetric, mut whole, mut open, mut largest) = (true, true, true, 0.0_f64);
        for (from, row) in matrix.rows().into_iter().enumerate() {
            context.check()?;
            for (to, &cost) in row.iter().enumerate().filter(|(to, _)| *to != from) {
                let sound = !cost.is_nan() && cost != f64::NEG_INFINITY;
                ensure!(
                    sound,
                    InvalidData,
                    "distances[{from}, {to}] is {cost}; it must be a number, or inf for no way"
                );
                symmetric &= cost == matrix[[to, from]];
                if cost.is_finite() {
                    whole &= cost.fract() == 0.0 && cost.abs() < 1e15;
                    largest = largest.max(cost.abs());
                } else {
                    open = false;
                }
            }
        }
        let forbidden = 2.0 * (largest + 1.0) * (size as f64 + 1.0);
        ensure!(
            forbidden.is_finite(),
            InvalidData,
            "the distances are so large that their sums are beyond the largest number"
        );
        let costs = match matrix.to_slice() {
            Some(values) if open => Cow::Borrowed(values),
            _ => Cow::Owned(matrix.iter().map(|cost| if cost.is_infinite() { forbidden } else { *cost }).collect()),
        };
        Ok(Self::Matrix { costs, size, symmetric, whole })
    }

    /// Points that were judged.
    pub(super) fn points(points: ArrayView2<'_, f64>, metric: TourMetric) -> Result<Self> {
        let (count, columns) = points.dim();
        ensure!(count > 0, NotEnoughData, "there is no point");
        ensure!(columns == 2, InvalidData, "points must have 2 columns, got {columns}");
        ensure!(count <= MOST_POINTS, TooLarge, "{count} points are above the limit of {MOST_POINTS}");
        for ((row, column), value) in points.indexed_iter() {
            ensure!(
                value.abs() <= 1e150,
                InvalidData,
                "point {row} is {value} in column {column}; it must be within 1e150"
            );
        }
        Ok(Self::Points { points: points.rows().into_iter().map(|row| [row[0], row[1]]).collect(), metric })
    }

    pub(super) fn size(&self) -> usize {
        match self {
            Self::Matrix { size, .. } => *size,
            Self::Points { points, .. } => points.len(),
        }
    }

    pub(super) fn is_symmetric(&self) -> bool {
        match self {
            Self::Matrix { symmetric, .. } => *symmetric,
            Self::Points { .. } => true,
        }
    }

    /// Whether all ways cost whole numbers, so that tours do.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Self::Matrix { whole: true, .. })
    }

    #[inline]
    pub(super) fn between(&self, from: usize, to: usize) -> f64 {
        match self {
            Self::Matrix { costs, size, .. } => costs[from * size + to],
            Self::Points { points, metric } => {
                let [x, y] = [points[from][0] - points[to][0], points[from][1] - points[to][1]];
                match metric {
                    TourMetric::Euclidean => (x * x + y * y).sqrt(),
                    TourMetric::Manhattan => x.abs() + y.abs(),
                    TourMetric::Chebyshev => x.abs().max(y.abs()),
                }
            }
        }
    }

    /// What a tour costs.
    pub(super) fn tour(&self, order: &[u32]) -> f64 {
        let ways = order.iter().zip(order.iter().cycle().skip(1));
        if order.len() < 2 { 0.0 } else { ways.map(|(from, to)| self.between(*from as usize, *to as usize)).sum() }
    }

    /// The near places of each, the nearest first, by what it costs to go there, or `back` from there.
    pub(super) fn near(&self, back: bool, context: &Context) -> Result<Vec<u32>> {
        let size = self.size();
        let keep = NEAR.min(size - 1);
        let mut near = Vec::with_capacity(size * keep);
        match self {
            Self::Matrix { .. } => {
                let mut row: Vec<(f64, u32)> = Vec::new();
                for place in 0..size {
                    context.check()?;
                    row.clear();
                    let cost =
                        |other: usize| if back { self.between(other, place) } else { self.between(place, other) };
                    row.extend((0..size).filter(|other| *other != place).map(|other| (cost(other), other as u32)));
                    let order = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
                    if keep < row.len() {
                        row.select_nth_unstable_by(keep, order);
                        row.truncate(keep);
                    }
                    row.sort_unstable_by(order);
                    near.extend(row.iter().map(|(_, other)| *other));
                }
            }
            Self::Points { points, .. } => {
                let mut tree = Tree { points, order: (0..size as u32).collect() };
                tree.build(0, size, context)?;
                let mut found = Vec::with_capacity(keep + 1);
                for place in 0..size {
                    if place % 256 == 0 {
                        context.check()?;
                    }
                    found.clear();
                    tree.search(self, place, keep, 0, size, &mut found);
                    near.extend(found.iter().map(|(_, other)| *other));
                }
            }
        }
        Ok(near)
    }
}

/// Points halved over and over, along one axis and the other in turn: the middle one of a range parts it.
struct Tree<'p> {
    points: &'p [[f64; 2]],
    order: Vec<u32>,
}

impl Tree<'_> {
    fn build(&mut self, begin: usize, end: usize, context: &Context) -> Result<()> {
        if end - begin <= LEAF {
            return Ok(());
        }
        context.check()?;
        let (axis, middle) = (axis(begin, end), usize::midpoint(begin, end));
        let points = self.points;
        let key = |place: &u32| points[*place as usize][axis];
        self.order[begin..end].select_nth_unstable_by(middle - begin, |a, b| key(a).total_cmp(&key(b)).then(a.cmp(b)));
        self.build(begin, middle, context)?;
        self.build(middle + 1, end, context)
    }

    /// The nearest `keep` to a place among a range, besides itself.
    fn search(
        &self,
        distances: &Distances<'_>,
        place: usize,
        keep: usize,
        begin: usize,
        end: usize,
        found: &mut Vec<(f64, u32)>,
    ) {
        let look = |other: u32, found: &mut Vec<(f64, u32)>| {
            if other as usize == place {
                return;
            }
            let entry = (distances.between(place, other as usize), other);
            let at = found.partition_point(|known| known.0 < entry.0 || known.0 == entry.0 && known.1 < other);
            if at < keep {
                found.insert(at, entry);
                found.truncate(keep);
            }
        };
        if end - begin <= LEAF {
            self.order[begin..end].iter().for_each(|other| look(*other, found));
            return;
        }
        let (axis, middle) = (axis(begin, end), usize::midpoint(begin, end));
        let parting = self.order[middle];
        look(parting, found);
        // All metrics are at least the difference along an axis.
        let beyond = self.points[place][axis] - self.points[parting as usize][axis];
        let sides = [(begin, middle), (middle + 1, end)];
        let (first, second) = if beyond <= 0.0 { (sides[0], sides[1]) } else { (sides[1], sides[0]) };
        self.search(distances, place, keep, first.0, first.1, found);
        if found.len() < keep || found.last().is_some_and(|worst| beyond.abs() <= worst.0) {
            self.search(distances, place, keep, second.0, second.1, found);
        }
    }
}

/// The axis of a range, the same when it is built and when it is searched: by how large the range is.
fn axis(begin: usize, end: usize) -> usize {
    (usize::BITS - (end - begin).leading_zeros()) as usize % 2
}
