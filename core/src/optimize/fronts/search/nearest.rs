//! Thinning out by the nearest neighbours (Kukkonen and Deb 2006, "A fast and effective method for pruning of non-dominated
//! solutions in many-objective problems").
use super::crowding::scales;
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;
use crate::optimize::fronts::points::Points;

/// The most neighbours that count.
const MOST: usize = 8;
/// How many more are known of each point, so that few are looked for again when neighbours leave.
const SPARE: usize = 4;
/// How many gaps are looked at together; at least `MOST + SPARE`.
const LANES: usize = 16;

/// At most `room` points, and the spread of each: the product of the squared distances to the nearest neighbours, as many as
/// objectives, each objective as a part of its range. The point with the least spread leaves, again and again. The best of
/// each objective stay, and so do the worst.
pub(super) fn pruned(points: Points<'_>, room: usize, context: &Context) -> Result<(Vec<u32>, Vec<f64>)> {
    let total = points.len();
    let mut crowd = Crowd::new(points);
    let extreme = extremes(&crowd.columns, crowd.stride, total);
    let mut spreads = vec![f64::INFINITY; total];
    for at in 0..total {
        if at % 256 == 0 {
            context.check()?;
        }
        crowd.look(at);
        if !extreme[at] {
            spreads[at] = crowd.spread(at);
        }
    }
    let mut left: Vec<u32> = (0..total as u32).collect();
    while left.len() > room {
        if left.len().is_multiple_of(256) {
            context.check()?;
        }
        let mut least = 0;
        let mut tightest = f64::INFINITY;
        for (place, at) in left.iter().enumerate() {
            if spreads[*at as usize] < tightest {
                (least, tightest) = (place, spreads[*at as usize]);
            }
        }
        let leaving = left.remove(least) as usize;
        crowd.leave(leaving);
        for &at in &left {
            let at = at as usize;
            if crowd.forget(at, leaving) && !extreme[at] {
                spreads[at] = crowd.spread(at);
            }
        }
    }
    let spreads = left.iter().map(|at| spreads[*at as usize]).collect();
    Ok((left, spreads))
}

/// Which points are the first or the last of an objective.
fn extremes(columns: &[f64], stride: usize, total: usize) -> Vec<bool> {
    let mut extreme = vec![false; total];
    for column in columns.chunks_exact(stride.max(1)) {
        let column = &column[..total];
        let by = |a: &(usize, &f64), b: &(usize, &f64)| a.1.total_cmp(b.1);
        let ends = [column.iter().enumerate().min_by(by), column.iter().enumerate().max_by(by)];
        for (at, _) in ends.into_iter().flatten() {
            extreme[at] = true;
        }
    }
    extreme
}

/// Points and the nearest of each among those left.
struct Crowd {
    /// Scaled objectives, each at `stride` places; those that left are at infinity.
    columns: Vec<f64>,
    stride: usize,
    /// How many neighbours count.
    near: usize,
    /// How many have room.
    kept: usize,
    /// The nearest points of each with their squared distances, the nearest first; of the first `known[at]` places.
    nearest: Vec<(f64, u32)>,
    known: Vec<u32>,
    /// The distances of one point to all.
    gaps: Vec<f64>,
    /// Room for other distances meanwhile.
    spare: Vec<f64>,
}

impl Crowd {
    fn new(points: Points<'_>) -> Self {
        let (total, width) = (points.len(), points.width());
        let stride = total.next_multiple_of(LANES);
        let near = width.min(MOST).min(total.saturating_sub(1));
        let kept = (near + SPARE).min(total.saturating_sub(1));
        // Column by column, so that the distances of one point to all are one loop.
        let mut columns = vec![f64::INFINITY; stride * width];
        for (objective, scale) in scales(points).into_iter().enumerate() {
            for (at, row) in points.rows().enumerate() {
                columns[objective * stride + at] = row[objective] * scale;
            }
        }
        Self {
            columns,
            stride,
            near,
            kept,
            nearest: vec![(0.0, 0); total * kept],
            known: vec![0; total],
            gaps: vec![0.0; stride],
            spare: vec![0.0; stride],
        }
    }

    /// Find the nearest neighbours of a point among those left.
    fn look(&mut self, at: usize) {
        measure(&self.columns, self.stride, at, &mut self.gaps);
        self.gaps[at] = f64::INFINITY;
        let nearest = &mut self.nearest[at * self.kept..(at + 1) * self.kept];
        let mut known = 0;
        if let Some(last) = nearest.len().checked_sub(1) {
            // The least of each lane are of different points: as many as are kept bound the gaps that count.
            let mut least = [f64::INFINITY; LANES];
            least_by_lane(&self.gaps, &mut least);
            let mut farthest = *least.select_nth_unstable_by(last, f64::total_cmp).1;
            for (by, gap) in self.gaps.iter().enumerate().filter(|(_, gap)| gap.is_finite()) {
                if *gap > farthest || (known > last && *gap == farthest) {
                    continue;
                }
                let mut place = known.min(last);
                while place > 0 && nearest[place - 1].0 > *gap {
                    nearest[place] = nearest[place - 1];
                    place -= 1;
                }
                nearest[place] = (*gap, by as u32);
                known = (known + 1).min(last + 1);
                if known > last {
                    farthest = nearest[last].0;
                }
            }
        }
        self.known[at] = known as u32;
    }

    /// The product of the squared distances to the nearest that count.
    fn spread(&self, at: usize) -> f64 {
        let known = self.near.min(self.known[at] as usize);
        self.nearest[at * self.kept..][..known].iter().map(|(gap, _)| gap).product()
    }

    /// Let a point leave; the distances to it are then known.
    fn leave(&mut self, leaving: usize) {
        measure(&self.columns, self.stride, leaving, &mut self.gaps);
        for column in self.columns.chunks_exact_mut(self.stride) {
            column[leaving] = f64::INFINITY;
        }
    }

    /// Forget the one that left last. Gives whether the spread of `at` may be another.
    fn forget(&mut self, at: usize, leaving: usize) -> bool {
        let (start, known) = (at * self.kept, self.known[at] as usize);
        if known == 0 || self.gaps[at] > self.nearest[start + known - 1].0 {
            return false;
        }
        let known_ones = &mut self.nearest[start..start + known];
        let Some(place) = known_ones.iter().position(|(_, by)| *by as usize == leaving) else { return false };
        known_ones.copy_within(place + 1.., place);
        self.known[at] -= 1;
        if known > self.near {
            return place < self.near;
        }
        // Too few are known.
        std::mem::swap(&mut self.gaps, &mut self.spare);
        self.look(at);
        std::mem::swap(&mut self.gaps, &mut self.spare);
        true
    }
}

dispatch! {
    /// The least gap of each lane.
    fn least_by_lane, portable least_by_lane_portable(gaps: &[f64], least: &mut [f64; LANES]) {
        for chunk in gaps.chunks_exact(LANES) {
            for (least, gap) in least.iter_mut().zip(chunk) {
                *least = if *gap < *least { *gap } else { *least };
            }
        }
    }
}

dispatch! {
    /// The squared distances of one point to all.
    fn measure, portable measure_portable(columns: &[f64], stride: usize, at: usize, gaps: &mut [f64]) {
        gaps.fill(0.0);
        for column in columns.chunks_exact(stride) {
            let own = column[at];
            for (gap, value) in gaps.iter_mut().zip(column) {
                *gap += (value - own) * (value - own);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimize::fronts::testing::pseudo;

    /// The same by measuring everything again each time.
    fn plainly(points: &[Vec<f64>], room: usize) -> Vec<u32> {
        let width = points[0].len();
        let range = |objective: usize| {
            let values = || points.iter().map(|row| row[objective]);
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
        };
        let extreme = |row: &[f64]| {
            (0..width).any(|objective| [range(objective).0, range(objective).1].contains(&row[objective]))
        };
        let mut left: Vec<u32> = (0..points.len() as u32).collect();
        while left.len() > room {
            let spread = |at: u32| {
                let own = &points[at as usize];
                let mut gaps: Vec<f64> = left
                    .iter()
                    .filter(|by| **by != at)
                    .map(|by| {
                        let gap = |objective: usize| {
                            let (low, high) = range(objective);
                            (own[objective] - points[*by as usize][objective]) / (high - low)
                        };
                        (0..width).map(|objective| gap(objective) * gap(objective)).sum()
                    })
                    .collect();
                gaps.sort_by(f64::total_cmp);
                if extreme(own) { f64::INFINITY } else { gaps[..width].iter().product() }
            };
            let least = (0..left.len()).min_by(|a, b| spread(left[*a]).total_cmp(&spread(left[*b]))).unwrap();
            left.remove(least);
        }
        left
    }

    #[test]
    fn those_that_stay_are_those_of_measuring_everything_again() {
        for (seed, count, width, room) in [(1, 60, 3, 25), (2, 83, 4, 10), (3, 40, 2, 39), (4, 30, 6, 8)] {
            let objectives = pseudo(seed, count, width);
            let rows: Vec<Vec<f64>> = objectives.rows().into_iter().map(|row| row.to_vec()).collect();
            let flat: Vec<f64> = rows.concat();
            let (stay, spreads) = pruned(Points::new(&flat, width), room, &Context::new()).unwrap();
            assert_eq!(stay, plainly(&rows, room), "seed {seed}");
            assert_eq!(spreads.len(), room);
        }
    }
}
