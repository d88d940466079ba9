//! Which points are better in everything: ranks by non-dominated sorting.
//!
//! Two objectives: one pass over the sorted points with a binary search among the fronts, O(n log n). Three: the same with
//! the border of each front in the plane of the last two, O(n log n log fronts); few points are compared with all of a front
//! at once instead. More: divide and conquer by the last
//! objective (Jensen 2003; Fortin, Grenier and Parizeau 2013), O(n log^(m-1) n), with plain comparisons where groups are
//! small.
mod divide;
mod staircase;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use ndarray::ArrayView2;

use super::points::{Points, flat};
use crate::Context;
use crate::data::Ints;
use crate::error::Result;
use crate::math::simd::dispatch;

pub(crate) use staircase::Staircase;

/// The rank of every point, `[point, objective]`, all objectives minimised: 0 for those that no other dominates, 1 for those
/// that only points of rank 0 dominate, and so on. A point dominates another if it is at most as large in every objective and
/// smaller in one; equal points have equal ranks. Infinite numbers are compared as they are.
///
/// O(n log n) for two objectives, O(n log n log fronts) for three, O(n log^(m-1) n) for m.
///
/// ```
/// use inlaid::optimize::non_dominated_ranks;
/// let points = inlaid::ndarray::array![[1.0, 4.0], [2.0, 2.0], [2.0, 3.0], [2.0, 2.0], [4.0, 4.0]];
/// let ranks = non_dominated_ranks(points.view(), &inlaid::Context::new())?;
/// assert_eq!(ranks.to_vec(), [0, 0, 1, 0, 2]);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_data` for NaN and for points without objectives; `too_large` above 2^31 points; `cancelled`.
pub fn non_dominated_ranks(objectives: ArrayView2<'_, f64>, context: &Context) -> Result<Ints> {
    let values = flat(objectives, "objectives")?;
    let ranks = ranks(Points::new(&values, objectives.ncols()), context)?;
    Ok(ranks.into_iter().map(i64::from).collect::<Vec<_>>().into())
}

/// The ranks of points without NaN.
pub(crate) fn ranks(points: Points<'_>, context: &Context) -> Result<Vec<u32>> {
    let mut ranks = vec![0; points.len()];
    let order = lexicographic(points);
    match points.width() {
        0 => {}
        1 => one(points, &order, &mut ranks),
        2 => two(points, &order, &mut ranks),
        3 if points.len() <= FEW => {
            context.check()?;
            few(points, &order, &mut ranks);
        }
        3 => three(points, &order, &mut ranks, context)?,
        _ => divide::sort(points, &order, &mut ranks, context)?,
    }
    Ok(ranks)
}

/// A number whose order as a whole number is that of the `f64`; -0.0 is 0.0.
#[inline]
pub(crate) fn key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    bits ^ (((bits as i64) >> 63) as u64 | 1 << 63)
}

/// The positions of the points by the first objective, then by the second, and so on.
pub(crate) fn lexicographic(points: Points<'_>) -> Vec<u32> {
    let mut keys: Vec<(u64, u32)> = (0..points.len()).map(|at| (key(points.row(at)[0]), at as u32)).collect();
    keys.sort_unstable_by_key(|(key, _)| *key);
    let mut start = 0;
    while start < keys.len() {
        let end = start + keys[start..].iter().take_while(|(key, _)| *key == keys[start].0).count();
        if end - start > 1 {
            let rest = |at: u32| &points.row(at as usize)[1..];
            keys[start..end].sort_unstable_by(|a, b| compare(rest(a.1), rest(b.1)).then(a.1.cmp(&b.1)));
        }
        start = end;
    }
    keys.into_iter().map(|(_, at)| at).collect()
}

/// By the first number that differs.
#[inline]
pub(crate) fn compare(a: &[f64], b: &[f64]) -> Ordering {
    let differing = a.iter().zip(b).find(|(a, b)| a != b);
    differing.and_then(|(a, b)| a.partial_cmp(b)).unwrap_or(Ordering::Equal)
}

/// Whether `a` is at most `b` in every number.
#[inline]
pub(crate) fn covers(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a <= b)
}

fn one(points: Points<'_>, order: &[u32], ranks: &mut [u32]) {
    for pair in order.windows(2) {
        let (before, at) = (pair[0] as usize, pair[1] as usize);
        ranks[at] = ranks[before] + u32::from(points.row(before)[0] < points.row(at)[0]);
    }
}

fn two(points: Points<'_>, order: &[u32], ranks: &mut [u32]) {
    // The least second objective of each front, which is that of its last point.
    let mut floors: Vec<f64> = Vec::new();
    let mut before: Option<usize> = None;
    for &at in order {
        let at = at as usize;
        let row = points.row(at);
        if let Some(before) = before.filter(|before| points.row(*before) == row) {
            ranks[at] = ranks[before];
            continue;
        }
        let rank = floors.partition_point(|floor| *floor <= row[1]);
        match floors.get_mut(rank) {
            Some(floor) => *floor = row[1],
            None => floors.push(row[1]),
        }
        ranks[at] = rank as u32;
        before = Some(at);
    }
}

/// Up to so many points of three objectives are compared with all of a front.
const FEW: usize = 512;
/// How many points of a front are compared at once.
const LANES: usize = 8;

/// The second and third objectives of a front's points, filled up to whole lanes with NaN, which covers nothing.
struct Front {
    second: Vec<f64>,
    third: Vec<f64>,
    count: usize,
}

impl Front {
    fn of(step: [f64; 2]) -> Self {
        let mut front = Self { second: Vec::with_capacity(LANES), third: Vec::with_capacity(LANES), count: 0 };
        front.push(step);
        front
    }

    fn push(&mut self, [second, third]: [f64; 2]) {
        if self.count == self.second.len() {
            self.second.resize(self.count + LANES, f64::NAN);
            self.third.resize(self.count + LANES, f64::NAN);
        }
        (self.second[self.count], self.third[self.count]) = (second, third);
        self.count += 1;
    }

    #[inline(always)]
    fn covers(&self, [second, third]: [f64; 2]) -> bool {
        self.second.as_chunks::<LANES>().0.iter().zip(self.third.as_chunks::<LANES>().0).any(|(seconds, thirds)| {
            let mut covered = 0_u64;
            for lane in 0..LANES {
                covered |= u64::from(seconds[lane] <= second) & u64::from(thirds[lane] <= third);
            }
            covered != 0
        })
    }
}

dispatch! {
    /// [`three`] for few points.
    fn few, portable few_portable(points: Points<'_>, order: &[u32], ranks: &mut [u32]) {
        let mut fronts: Vec<Front> = Vec::new();
        let mut before: Option<usize> = None;
        for &at in order {
            let at = at as usize;
            let row = points.row(at);
            if let Some(before) = before.filter(|before| points.row(*before) == row) {
                ranks[at] = ranks[before];
                continue;
            }
            let step = [row[1], row[2]];
            let (mut rank, mut beyond) = (0, fronts.len());
            while rank < beyond {
                let middle = (rank + beyond) / 2;
                if fronts[middle].covers(step) {
                    rank = middle + 1;
                } else {
                    beyond = middle;
                }
            }
            match fronts.get_mut(rank) {
                Some(front) => front.push(step),
                None => fronts.push(Front::of(step)),
            }
            ranks[at] = rank as u32;
            before = Some(at);
        }
    }
}

fn three(points: Points<'_>, order: &[u32], ranks: &mut [u32], context: &Context) -> Result<()> {
    let mut fronts: Vec<Staircase> = Vec::new();
    let mut before: Option<usize> = None;
    for (count, &at) in order.iter().enumerate() {
        if count % 4096 == 0 {
            context.check()?;
        }
        let at = at as usize;
        let row = points.row(at);
        if let Some(before) = before.filter(|before| points.row(*before) == row) {
            ranks[at] = ranks[before];
            continue;
        }
        let step = [row[1], row[2]];
        let rank = fronts.partition_point(|front| front.covers(step));
        match fronts.get_mut(rank) {
            Some(front) => {
                front.insert(step, step);
            }
            None => fronts.push(Staircase::of(step)),
        }
        ranks[at] = rank as u32;
        before = Some(at);
    }
    Ok(())
}
