//! Points matched by their distance, without a matrix of distances.
//!
//! Lists of near points come from a tree of boxes, which also knows how far prices may bring a distant point near; the search
//! over lists is that of large matrices and as exact. Memory is O(points).
mod tree;

use std::borrow::Cow;

use ndarray::{Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use crate::Context;
use crate::data::Matrix;
use crate::error::{Code, Error, Result, ensure};
use crate::matching::assignment::by_rule::finish;
use crate::matching::assignment::infeasible;
use crate::matching::assignment::options::{Assign, Unmatched};
use crate::matching::assignment::result::Assignment;
use crate::matching::assignment::search::source::Source;
use crate::matching::assignment::search::{Search, Step};
use crate::matching::assignment::sparse::{SparseCosts, assign_sparse};
use tree::{Question, Tree};

/// How far apart two points are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PointMetric {
    /// The length of the straight line.
    #[default]
    Euclidean,
    /// Its square.
    SquaredEuclidean,
    /// The sum of the differences of coordinates.
    Manhattan,
    /// The greatest difference of a coordinate.
    Chebyshev,
    /// Metres over the surface of a sphere of 6,371,008.8 m, between latitudes and longitudes in degrees; to a few nanometres.
    Haversine,
}

/// Mean radius of the earth in metres.
const EARTH: f64 = 6_371_008.8;

impl PointMetric {
    /// The distance at these differences of coordinates. It grows with every one of them, also as it is rounded.
    #[inline]
    pub(super) fn distance(self, gaps: impl Iterator<Item = f64>) -> f64 {
        match self {
            PointMetric::Euclidean => squares(gaps).sqrt(),
            PointMetric::SquaredEuclidean => squares(gaps),
            PointMetric::Manhattan => gaps.sum(),
            PointMetric::Chebyshev => gaps.fold(0.0, f64::max),
            // The chord between points on the unit sphere.
            PointMetric::Haversine => 2.0 * EARTH * (0.5 * squares(gaps).sqrt()).min(1.0).asin(),
        }
    }
}

#[inline]
fn squares(gaps: impl Iterator<Item = f64>) -> f64 {
    gaps.map(|gap| gap * gap).sum()
}

/// Pair points of two sets so that the sum of their distances is least.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PointCosts {
    /// How far apart two points are. Default euclidean.
    pub metric: PointMetric,
    /// Whether the sum is to be greatest instead of least. Default false.
    pub maximize: bool,
    /// Points farther apart are not paired; 0 or above, in the unit of the metric. Default: no limit.
    pub max_distance: Option<f64>,
    /// What happens where `max_distance` leaves too few partners. Default refuse.
    pub unmatched: Unmatched,
}

impl PointCosts {
    /// Set the metric.
    #[must_use]
    pub fn with_metric(mut self, metric: PointMetric) -> Self {
        self.metric = metric;
        self
    }

    /// Set whether the sum is to be greatest.
    #[must_use]
    pub fn with_maximize(mut self, maximize: bool) -> Self {
        self.maximize = maximize;
        self
    }

    /// Set how far apart points of a pair may be.
    #[must_use]
    pub fn with_max_distance(mut self, max_distance: f64) -> Self {
        self.max_distance = Some(max_distance);
        self
    }

    /// Set what happens where `max_distance` leaves too few partners.
    #[must_use]
    pub fn with_unmatched(mut self, unmatched: Unmatched) -> Self {
        self.unmatched = unmatched;
        self
    }

    /// Judge the values.
    ///
    /// # Errors
    /// `invalid_config` for a `max_distance` below 0 or NaN.
    pub fn validate(&self) -> Result<()> {
        if let Some(most) = self.max_distance {
            ensure!(most >= 0.0, InvalidConfig, "`max_distance` is {most}, it must be 0 or above");
        }
        Ok(())
    }
}

/// Pair the points of `left` with those of `right`, both `[point, coordinate]`, so that the sum of distances is least.
///
/// All of the smaller set are matched, unless `max_distance` forbids it and they may be left: then as many as possible, and
/// memory grows by the pairs within that distance. The answer is the best one, as certain as from [`assign`](super::assign) on all
/// distances, and its prices prove it, but the distances are never all there: memory is some hundred bytes to a few thousand
/// per point. Best with few coordinates, up to about 8; with many, boxes tell little.
///
/// # Errors
/// `invalid_config` for a `max_distance` below 0; `invalid_data` for coordinates that are not finite or above 1e100 in size,
/// sets with different numbers of coordinates, none, or another number than 2 for `haversine`, a latitude outside -90 to 90,
/// and, unless they may be left, where `max_distance` leaves too few partners (the message names the points); `too_large` for 2^31 points; `cancelled`.
pub fn assign_points(
    left: ArrayView2<'_, f64>,
    right: ArrayView2<'_, f64>,
    options: &PointCosts,
    context: &Context,
) -> Result<Assignment> {
    let (left, right, dimensions) = both(left, right, options)?;
    let turned = left.len() > right.len();
    let (short, long) = if turned { (right, left) } else { (left, right) };
    let (rows, columns) = (short.len() / dimensions, long.len() / dimensions);
    if rows == 0 {
        let prices = [vec![0.0; if turned { columns } else { 0 }], vec![0.0; if turned { 0 } else { columns }]];
        return Ok(Assignment::new(Vec::new(), Vec::new(), 0.0, prices));
    }
    // Points that are near each other are near in the order of the tree, and in memory.
    let mut near = Near {
        rows: Tree::new(&short, dimensions, context)?,
        columns: Tree::new(&long, dimensions, context)?,
        metric: options.metric,
        sign: if options.maximize { -1.0 } else { 1.0 },
        farthest: options.max_distance.unwrap_or(f64::INFINITY),
    };
    drop((short, long));
    let mut search =
        if rows == columns { by_columns(&mut near, context)? } else { Search::new(rows, vec![0.0; columns]) };
    search.begin();
    let name = |at: usize, tree: &Tree| tree.order[at] as usize;
    match search.run(&mut near, context)? {
        Step::Done => {}
        Step::Wait => {
            return Err(Error::new(Code::Internal, "a point had no distances; please report this with the points"));
        }
        Step::Stuck(_) if options.unmatched == Unmatched::Leave => return leave(&mut near, turned, context),
        Step::Stuck(mut stuck) => {
            stuck.rows.iter_mut().for_each(|row| *row = name(*row, &near.rows));
            stuck.columns.iter_mut().for_each(|column| *column = name(*column, &near.columns));
            return Err(infeasible(&stuck, turned).at("`max_distance` leaves too few partners (rows are `left`)"));
        }
    }
    Ok(finish(search, turned, near.sign, &near.rows.order, &near.columns.order))
}

/// As many pairs as possible, and of the least sum among those: all pairs within the distance, as a list.
fn leave(near: &mut Near, turned: bool, context: &Context) -> Result<Assignment> {
    let shape = [near.rows.order.len(), near.columns.order.len()];
    let (level, mut found) = (vec![0.0; shape[1]], Vec::new());
    let (mut rows, mut columns, mut costs) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..shape[0] {
        context.check()?;
        near.within(row, &level, f64::MAX, &mut found)?;
        for (cost, column) in &found {
            rows.push(i64::from(near.rows.order[row]));
            columns.push(i64::from(near.columns.order[*column as usize]));
            costs.push(near.sign * cost);
        }
    }
    let options = Assign::default().with_maximize(near.sign < 0.0).with_unmatched(Unmatched::Leave);
    let sparse = if turned {
        SparseCosts::from_triplets(&columns, &rows, &costs, [shape[1], shape[0]], context)?
    } else {
        SparseCosts::from_triplets(&rows, &columns, &costs, shape, context)?
    };
    assign_sparse(&sparse, &options, context)
}

/// The costs of all pairs of points, `[left, right]`: distances, with the infinity that forbids where `max_distance` does.
///
/// For whatever takes a matrix, such as [`assign_with_capacities`](super::assign_with_capacities);
/// [`assign_points`] alone needs none. Memory 8 bytes per pair.
///
/// ```
/// use inlaid::matching::{PointCosts, point_costs};
/// use inlaid::ndarray::array;
///
/// let (shops, homes) = (array![[0.0, 0.0]], array![[3.0, 4.0], [0.0, 1.0]]);
/// let costs = point_costs(shops.view(), homes.view(), &PointCosts::default(), &inlaid::Context::new())?;
/// assert_eq!(*costs, array![[5.0, 1.0]]);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// As [`assign_points`] for points and options; `too_large` for 2^31 pairs.
pub fn point_costs(
    left: ArrayView2<'_, f64>,
    right: ArrayView2<'_, f64>,
    options: &PointCosts,
    context: &Context,
) -> Result<Matrix> {
    let (rows, columns) = (left.nrows(), right.nrows());
    let (left, right, dimensions) = both(left, right, options)?;
    let pairs = rows.saturating_mul(columns);
    ensure!(pairs < 1 << 31, TooLarge, "{rows} x {columns} pairs of points; there must be fewer than 2^31");
    let farthest = options.max_distance.unwrap_or(f64::INFINITY);
    let forbidden = if options.maximize { f64::NEG_INFINITY } else { f64::INFINITY };
    let mut costs = Vec::with_capacity(pairs);
    for (row, from) in left.chunks_exact(dimensions).enumerate() {
        context.check()?;
        context.report(row, rows);
        costs.extend(right.chunks_exact(dimensions).map(|to| {
            let gaps = from.iter().zip(to).map(|(a, b)| (a - b).abs());
            let distance = options.metric.distance(gaps);
            if distance <= farthest { distance } else { forbidden }
        }));
    }
    let costs = Array2::from_shape_vec((rows, columns), costs).map_err(|error| {
        Error::new(Code::Internal, format!("{rows} x {columns} costs: {error}; please report this"))
    })?;
    Ok(costs.into())
}

/// The coordinates of points one after the other.
type Coordinates<'a> = Cow<'a, [f64]>;

/// Points of two sets with options that suit them, and how many coordinates they have.
fn both<'a>(
    left: ArrayView2<'a, f64>,
    right: ArrayView2<'a, f64>,
    options: &PointCosts,
) -> Result<(Coordinates<'a>, Coordinates<'a>, usize)> {
    options.validate()?;
    let (left, right) = (judge("left", left, options.metric)?, judge("right", right, options.metric)?);
    ensure!(
        left.1 == right.1,
        InvalidData,
        "points of `left` have {} coordinates, those of `right` {}",
        left.1,
        right.1
    );
    Ok((left.0, right.0, left.1))
}

/// Coordinates as a tree wants them.
fn judge<'a>(side: &str, points: ArrayView2<'a, f64>, metric: PointMetric) -> Result<(Coordinates<'a>, usize)> {
    let (count, dimensions) = points.dim();
    let most = 1 << 31;
    ensure!(count < most, TooLarge, "`{side}` has {count} points, it must have fewer than {most}");
    ensure!(dimensions > 0, InvalidData, "points of `{side}` have no coordinates");
    for (place, point) in points.axis_iter(Axis(0)).enumerate() {
        for (at, coordinate) in point.iter().enumerate() {
            ensure!(
                coordinate.abs() <= 1e100,
                InvalidData,
                "coordinate {at} of point {place} of `{side}` is {coordinate}, it must be finite and at most 1e100 in size"
            );
        }
    }
    if metric != PointMetric::Haversine {
        let plain = points.to_slice().map_or_else(|| Cow::Owned(points.iter().copied().collect()), Cow::Borrowed);
        return Ok((plain, dimensions));
    }
    ensure!(
        dimensions == 2,
        InvalidData,
        "points of `{side}` have {dimensions} coordinates; haversine needs latitude and longitude"
    );
    let mut sphere = Vec::with_capacity(3 * count);
    for (place, point) in points.axis_iter(Axis(0)).enumerate() {
        let latitude = point[0];
        ensure!(
            latitude.abs() <= 90.0,
            InvalidData,
            "the latitude of point {place} of `{side}` is {latitude}, it must lie in -90 to 90"
        );
        let (up, along) = latitude.to_radians().sin_cos();
        let (east, front) = point[1].to_radians().sin_cos();
        sphere.extend([along * front, along * east, up]);
    }
    Ok((Cow::Owned(sphere), 3))
}

/// Start with every column at its least cost, as for full matrices.
fn by_columns(near: &mut Near, context: &Context) -> Result<Search> {
    let size = near.columns.order.len();
    let level = vec![0.0; size];
    let mut found = Vec::new();
    let mut least = Vec::with_capacity(size);
    for column in 0..size {
        context.check()?;
        let question = Question {
            metric: near.metric,
            sign: near.sign,
            farthest: near.farthest,
            point: near.columns.point(column),
        };
        near.rows.nearest(&question, &level, 1, &mut found);
        least.push(found.first().map_or((0.0, u32::MAX), |(cost, row)| (*cost, *row)));
    }
    let mut search = Search::new(size, least.iter().map(|(cost, _)| *cost).collect());
    let mut free = vec![true; size];
    for (column, (cost, row)) in least.into_iter().enumerate() {
        if row != u32::MAX && std::mem::replace(&mut free[row as usize], false) {
            search.pair(row as usize, column, cost);
        }
    }
    Ok(search)
}

/// Costs of rows from trees.
#[derive(Debug)]
struct Near {
    rows: Tree,
    columns: Tree,
    metric: PointMetric,
    sign: f64,
    farthest: f64,
}

impl Source for Near {
    fn nearest(
        &mut self,
        row: usize,
        prices: &[f64],
        wanted: usize,
        found: &mut Vec<(f64, u32)>,
    ) -> Result<Option<f64>> {
        let point = self.rows.point(row);
        let question = Question { metric: self.metric, sign: self.sign, farthest: self.farthest, point };
        Ok(Some(self.columns.nearest(&question, prices, wanted, found)))
    }

    fn within(&mut self, row: usize, prices: &[f64], limit: f64, found: &mut Vec<(f64, u32)>) -> Result<bool> {
        let point = self.rows.point(row);
        let question = Question { metric: self.metric, sign: self.sign, farthest: self.farthest, point };
        self.columns.within(&question, prices, limit, found);
        Ok(true)
    }
}
