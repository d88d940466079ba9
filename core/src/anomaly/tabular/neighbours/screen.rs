//! Nearest neighbours among wide rows, by way of a few directions.
//!
//! A row's sketch is where it lies along the directions in which a sample of the rows varies most, and how far it lies from
//! the plane of these. Two sketches are never further apart than their rows (the directions are orthonormal, and the lengths
//! of two rests differ by no more than the rests do), so that a tree over sketches, in single precision, leaves out almost all
//! rows where few directions hold most of the variance, and only the others are measured feature by feature.
//! Sources: Friedman, Bentley, Finkel (1977) for the tree; Fukunaga, Narendra (1975) and, for sketches with rests, the
//! "enhanced" projections of Ng, Cai (2003).
use super::tree::{IS_LEAF, LEAF, Tree, insert, nearer, outside};
use super::{Metric, NOBODY};
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;
use crate::math::simd::dispatch;

/// Fewer columns are searched as they are.
const FEWEST_COLUMNS: usize = 20;
/// Fewer rows are compared one by one sooner than sketched.
const FEWEST_ROWS: usize = 512;
/// The most directions, and how many more are iterated.
const MOST: usize = 15;
/// Rows that are searched for, to know what a search costs.
const TRIED: usize = 32;
/// Rows whose directions are looked for.
const SAMPLE: usize = 512;
/// Rounds of iteration; more would only turn the directions within their plane.
const ROUNDS: usize = 3;
/// Directions are added until this share of the variance is in them.
const ENOUGH: f64 = 0.999;
/// Less than this share of the variance in all directions: sketches say too little.
const TOO_LITTLE: f64 = 0.3;
/// By how much two sketches may seem further apart than they are, relative to the lengths of the rows: 2^-24 for each of the two
/// from single precision, and the root of what double precision loses when rests are subtracted (3e-8), rounded up.
const BLUR: f64 = 1e-6;

/// Orthonormal directions through the mean.
#[derive(Clone, Debug)]
struct Sketch {
    mean: Vec<f64>,
    /// One direction after the other.
    directions: Vec<f64>,
}

/// Rows with their sketches.
#[derive(Clone, Debug)]
pub(super) struct Screen {
    sketch: Sketch,
    /// Over the sketches, `sides` columns.
    tree: Tree,
    sides: usize,
    /// The sketches, `[leaf][side][LEAF]`.
    leaves: Vec<f32>,
    /// The rows in the order of the tree.
    rows: Vec<f64>,
    columns: usize,
}

dispatch! {
    fn dot, portable dot_portable(left: &[f64], right: &[f64]) -> f64 {
        let mut lanes = [0.0; 16];
        let (a, b) = (left.chunks_exact(16), right.chunks_exact(16));
        let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
        for (a, b) in a.zip(b) {
            for lane in 0..16 {
                lanes[lane] += a[lane] * b[lane];
            }
        }
        rest + lanes.iter().sum::<f64>()
    }
}

dispatch! {
    /// Add a multiple of one list to another.
    fn add, portable add_portable(to: &mut [f64], from: &[f64], weight: f64) {
        for (to, from) in to.iter_mut().zip(from) {
            *to += from * weight;
        }
    }
}

impl Sketch {
    /// The directions of `values`; none where a few of them do not hold enough.
    fn of(values: &[f64], columns: usize, context: &Context) -> Result<Option<Self>> {
        let count = values.len() / columns;
        let step = count.div_ceil(SAMPLE);
        let mut sample: Vec<f64> = values.chunks_exact(columns).step_by(step).flatten().copied().collect();
        let drawn = (sample.len() / columns) as f64;
        let mut mean = vec![0.0; columns];
        sample.chunks_exact(columns).for_each(|row| add(&mut mean, row, 1.0 / drawn));
        let mut total = 0.0;
        for row in sample.chunks_exact_mut(columns) {
            add(row, &mean, -1.0);
            total += dot(row, row);
        }
        if !(total > 0.0 && total.is_finite()) {
            return Ok(None);
        }
        let mut random = Random::new(0x5ce7_c4e5);
        let width = MOST.min(columns / 2);
        let mut directions: Vec<f64> = (0..width * columns).map(|_| random.normal()).collect();
        let mut held = Vec::new();
        for round in 0..=ROUNDS {
            let mut next = vec![0.0; directions.len()];
            for row in sample.chunks_exact(columns) {
                context.check()?;
                for (next, direction) in next.chunks_exact_mut(columns).zip(directions.chunks_exact(columns)) {
                    add(next, row, dot(row, direction));
                }
            }
            if round == ROUNDS {
                // The variance along each direction, which are orthonormal by now.
                let along = next.chunks_exact(columns).zip(directions.chunks_exact(columns));
                held = along.map(|(next, direction)| dot(next, direction) / total).collect();
            } else {
                directions = next;
                orthonormalise(&mut directions, columns);
            }
        }
        let mut order: Vec<usize> = (0..held.len()).collect();
        order.sort_by(|left, right| held[*right].total_cmp(&held[*left]));
        let (mut sum, mut wanted) = (0.0, 0);
        while wanted < width && (sum < ENOUGH || wanted < 3) && held[order[wanted]] > 1e-12 {
            sum += held[order[wanted]];
            wanted += 1;
        }
        if sum.is_nan() || sum < TOO_LITTLE {
            return Ok(None);
        }
        let directions = order[..wanted].iter().flat_map(|at| &directions[at * columns..(at + 1) * columns]);
        let directions = directions.copied().collect();
        Ok(Some(Self { mean, directions }))
    }

    /// How many numbers a sketch has.
    fn sides(&self) -> usize {
        self.directions.len() / self.mean.len() + 1
    }

    /// Write the sketch of a row, in single precision; the distance of the row from the mean.
    fn draw(&self, row: &[f64], off: &mut Vec<f64>, to: &mut [f64]) -> f64 {
        off.clear();
        off.extend(row.iter().zip(&self.mean).map(|(value, mean)| value - mean));
        let length = dot(off, off);
        let mut rest = length;
        for (to, direction) in to.iter_mut().zip(self.directions.chunks_exact(row.len())) {
            let along = dot(off, direction);
            rest -= along * along;
            *to = f64::from(along as f32);
        }
        if let Some(last) = to.last_mut() {
            *last = f64::from(rest.max(0.0).sqrt() as f32);
        }
        length.sqrt()
    }
}

/// Gram and Schmidt, twice: once is not enough where directions almost agree. What vanishes becomes 0.
fn orthonormalise(directions: &mut [f64], columns: usize) {
    for at in 0..directions.len() / columns {
        let (before, own) = directions.split_at_mut(at * columns);
        let own = &mut own[..columns];
        let size = dot(own, own).sqrt();
        for _ in 0..2 {
            for other in before.chunks_exact(columns) {
                add(own, other, -dot(own, other));
            }
        }
        let left = dot(own, own).sqrt();
        let scale = if left > 1e-9 * size && left > 0.0 { 1.0 / left } else { 0.0 };
        own.iter_mut().for_each(|value| *value *= scale);
    }
}

impl Screen {
    /// Over rows of finite values; none where sketches promise nothing.
    pub(super) fn of(values: &[f64], columns: usize, context: &Context) -> Result<Option<Self>> {
        let count = values.len() / columns;
        if columns < FEWEST_COLUMNS || count < FEWEST_ROWS {
            return Ok(None);
        }
        let Some(sketch) = Sketch::of(values, columns, context)? else { return Ok(None) };
        let sides = sketch.sides();
        let (mut drawn, mut off) = (vec![0.0; count * sides], Vec::new());
        for (at, (row, to)) in values.chunks_exact(columns).zip(drawn.chunks_exact_mut(sides)).enumerate() {
            if at % 512 == 0 {
                context.check()?;
            }
            // A row too far for single precision is too far for a sketch.
            if !sketch.draw(row, &mut off, to).is_finite() || !to.iter().all(|side| side.abs() < 1e18) {
                return Ok(None);
            }
        }
        context.check()?;
        let tree = Tree::of(&drawn, sides, Metric::Euclidean, context)?;
        let leaves = tree.leaves.iter().map(|value| *value as f32).collect();
        let mut rows = Vec::with_capacity(values.len());
        for (at, row) in tree.order[..count].iter().enumerate() {
            if at % 4096 == 0 {
                context.check()?;
            }
            rows.extend_from_slice(&values[*row as usize * columns..][..columns]);
        }
        Ok(Some(Self { sketch, tree, sides, leaves, rows, columns }))
    }

    /// The order of the rows.
    pub(super) fn order(&self) -> &[u32] {
        &self.tree.order
    }

    /// The row at a place of the order.
    pub(super) fn row(&self, place: usize) -> &[f64] {
        &self.rows[place * self.columns..][..self.columns]
    }

    /// As [`Tree`] searches; squared distances. `false` where the caller cancelled.
    pub(super) fn search(
        &self,
        queries: &[f64],
        without: &[u32],
        rows: &mut [u32],
        distances: &mut [f64],
        context: &Context,
    ) -> bool {
        self.count(queries, without, rows, distances, context).is_some()
    }

    /// What a search among all rows costs for one of them, in cycles: counted for some of them, not timed, so that the same
    /// table is always searched the same way.
    pub(super) fn cost(&self, wanted: usize, context: &Context) -> f64 {
        let count = self.rows.len() / self.columns;
        let places: Vec<usize> = (0..TRIED).map(|at| (2 * at + 1) * count / (2 * TRIED)).collect();
        let queries: Vec<f64> = places.iter().flat_map(|place| self.row(*place)).copied().collect();
        let without: Vec<u32> = places.iter().map(|place| self.tree.order[*place]).collect();
        let (mut rows, mut distances) = (vec![NOBODY; TRIED * wanted], vec![f64::INFINITY; TRIED * wanted]);
        let Some([leaves, measured]) = self.count(&queries, &without, &mut rows, &mut distances, context) else {
            return 0.0;
        };
        let leaf = 60.0 + 10.0 * self.sides as f64;
        let row = 60.0 + 0.6 * self.columns as f64;
        (leaves as f64 * leaf + measured as f64 * row) / TRIED as f64
    }

    /// Search, and tell how many leaves were met and how many rows were measured; none where the caller cancelled.
    fn count(
        &self,
        queries: &[f64],
        without: &[u32],
        rows: &mut [u32],
        distances: &mut [f64],
        context: &Context,
    ) -> Option<[usize; 2]> {
        let wanted = distances.len() / without.len().max(1);
        let each = rows.chunks_exact_mut(wanted).zip(distances.chunks_exact_mut(wanted));
        let mut met = [0; 2];
        let (mut off, mut sketch, mut stack) = (Vec::new(), vec![0.0; self.sides], Vec::with_capacity(64));
        let mut narrow = vec![0.0_f32; self.sides];
        for ((query, without), (rows, distances)) in queries.chunks_exact(self.columns).zip(without).zip(each) {
            if context.is_cancelled() {
                return None;
            }
            let length = self.sketch.draw(query, &mut off, &mut sketch);
            narrow.iter_mut().zip(&sketch).for_each(|(to, value)| *to = *value as f32);
            let mut goal =
                Goal { rows, distances, without: *without, blur: BLUR * length, limit: f64::INFINITY, met: [0; 2] };
            descend(self, query, &sketch, &narrow, &mut stack, &mut goal);
            met.iter_mut().zip(goal.met).for_each(|(all, own)| *all += own);
        }
        Some(met)
    }
}

/// The best rows so far.
struct Goal<'a> {
    rows: &'a mut [u32],
    distances: &'a mut [f64],
    without: u32,
    blur: f64,
    /// Sketches at this squared distance and more cannot belong to a better row.
    limit: f64,
    /// How many leaves were met and how many rows measured.
    met: [usize; 2],
}

impl Goal<'_> {
    #[inline(always)]
    fn worst(&self) -> f64 {
        self.distances[self.distances.len() - 1]
    }

    #[inline(always)]
    fn offer(&mut self, distance: f64, row: u32) {
        insert(distance, row, self.rows, self.distances);
        let worst = self.worst();
        // Nothing is better than no distance at all, however blurred.
        self.limit = if worst > 0.0 {
            let reach = worst.sqrt() * (1.0 + 4.0 * BLUR) + 4.0 * self.blur;
            reach * reach
        } else {
            0.0
        };
    }
}

dispatch! {
    fn descend, portable descend_portable(
        screen: &Screen,
        query: &[f64],
        sketch: &[f64],
        narrow: &[f32],
        stack: &mut Vec<(f64, u32)>,
        goal: &mut Goal<'_>,
    ) {
        let (tree, sides) = (&screen.tree, screen.sides);
        stack.clear();
        stack.push((0.0, if tree.nodes.is_empty() { IS_LEAF } else { 0 }));
        while let Some((bound, at)) = stack.pop() {
            if bound >= goal.limit {
                continue;
            }
            if at & IS_LEAF != 0 {
                meet(screen, (at ^ IS_LEAF) as usize, query, narrow, goal);
                continue;
            }
            let children = tree.nodes[at as usize].children;
            let boxes = &tree.boxes[at as usize * 4 * sides..][..4 * sides];
            let left = outside::<false>(&boxes[..2 * sides], sketch);
            let right = outside::<false>(&boxes[2 * sides..], sketch);
            let bounds = [left, right];
            let (near, far) = if left <= right { (0, 1) } else { (1, 0) };
            for side in [far, near] {
                if bounds[side] < goal.limit {
                    stack.push((bounds[side], children[side]));
                }
            }
        }
    }
}

/// Hold a query against all sketches of a leaf, and against the rows of those that are near.
#[inline(always)]
fn meet(screen: &Screen, leaf: usize, query: &[f64], narrow: &[f32], goal: &mut Goal<'_>) {
    let size = LEAF * screen.sides;
    goal.met[0] += 1;
    let (sides, _) = screen.leaves[leaf * size..][..size].as_chunks::<LEAF>();
    let mut sums = [0.0_f32; LEAF];
    for (lanes, value) in sides.iter().zip(narrow) {
        for lane in 0..LEAF {
            let difference = lanes[lane] - value;
            sums[lane] += difference * difference;
        }
    }
    let limit = goal.limit as f32;
    let mut near = [0_u32; LEAF];
    for lane in 0..LEAF {
        near[lane] = if sums[lane] <= limit { 1 << lane } else { 0 };
    }
    let mut left = near.iter().fold(0, |all, bit| all | bit);
    while left != 0 {
        let lane = left.trailing_zeros() as usize;
        left &= left - 1;
        if f64::from(sums[lane]) >= goal.limit {
            continue;
        }
        let place = leaf * LEAF + lane;
        let row = screen.tree.order[place];
        if row == NOBODY || row == goal.without {
            continue;
        }
        goal.met[1] += 1;
        let distance = apart(query, screen.row(place), goal.worst().next_up());
        if nearer(distance, row, goal.worst(), goal.rows[goal.rows.len() - 1]) {
            goal.offer(distance, row);
        }
    }
}

/// The squared distance of two rows; where it is at least `enough`, anything that is.
#[inline(always)]
pub(super) fn apart(left: &[f64], right: &[f64], enough: f64) -> f64 {
    let mut sum = 0.0;
    for (a, b) in left.chunks(64).zip(right.chunks(64)) {
        let mut lanes = [0.0; 16];
        let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
        for (a, b) in a.iter().zip(b) {
            for lane in 0..16 {
                let difference = a[lane] - b[lane];
                lanes[lane] += difference * difference;
            }
        }
        let ((a, a_rest), (b, b_rest)) = (a_rest.as_chunks::<4>(), b_rest.as_chunks::<4>());
        for (a, b) in a.iter().zip(b) {
            for lane in 0..4 {
                let difference = a[lane] - b[lane];
                lanes[lane] += difference * difference;
            }
        }
        for (lane, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
            lanes[lane] += (a - b) * (a - b);
        }
        sum += together(&lanes);
        if sum >= enough {
            break;
        }
    }
    sum
}

/// The sum of sixteen numbers, half of them onto the other half until one is left.
#[inline(always)]
fn together(lanes: &[f64; 16]) -> f64 {
    let (mut eight, mut four) = ([0.0; 8], [0.0; 4]);
    for lane in 0..8 {
        eight[lane] = lanes[lane] + lanes[lane + 8];
    }
    for lane in 0..4 {
        four[lane] = eight[lane] + eight[lane + 4];
    }
    (four[0] + four[2]) + (four[1] + four[3])
}
