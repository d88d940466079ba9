//! Thinning out by the nearest neighbours (Kukkonen and Deb 2006, "A fast and effective method for pruning of non-dominated
//! solutions in many-objective problems").
use super::crowding::scales;
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;
use crate::optimize::fronts::points::Points;

/// The most neighbours that are looked at.
const MOST: usize = 8;

/// At most `room` points, and the spread of each: the product of the squared distances to the nearest neighbours, as many as
/// objectives, each objective as a part of its range. The point with the least spread leaves, again and again. The best of
/// each objective stay, and so do the worst.
pub(super) fn pruned(points: Points<'_>, room: usize, context: &Context) -> Result<(Vec<u32>, Vec<f64>)> {
    let (total, width) = (points.len(), points.width());
    let near = width.min(MOST).min(total.saturating_sub(1));
    let scales = scales(points);
    // Column by column, so that the distances of one point to all are one loop.
    let mut columns: Vec<f64> = vec![0.0; total * width];
    for (at, row) in points.rows().enumerate() {
        for (objective, value) in row.iter().enumerate() {
            columns[objective * total + at] = value * scales[objective];
        }
    }
    let extreme = extremes(&columns, total);
    let mut crowd =
        Crowd { columns, total, width, near, nearest: vec![(0.0, 0); total * near], gaps: vec![0.0; total] };
    let mut gone = vec![false; total];
    let mut spreads = Vec::with_capacity(total);
    for at in 0..total {
        if at % 256 == 0 {
            context.check()?;
        }
        spreads.push(crowd.look(at, &gone));
    }
    let spread = |at: usize, found: f64| if extreme[at] { f64::INFINITY } else { found };
    for (at, found) in spreads.iter_mut().enumerate() {
        *found = spread(at, *found);
    }
    let mut left: Vec<u32> = (0..total as u32).collect();
    while left.len() > room {
        if left.len() % 256 == 0 {
            context.check()?;
        }
        let least = left.iter().enumerate().min_by(|a, b| {
            let by = |at: &u32| spreads[*at as usize];
            by(a.1).total_cmp(&by(b.1))
        });
        let Some((place, &leaving)) = least else { break };
        left.remove(place);
        gone[leaving as usize] = true;
        for &at in &left {
            let at = at as usize;
            if crowd.nearest[at * near..(at + 1) * near].iter().any(|(_, by)| *by == leaving) {
                spreads[at] = spread(at, crowd.look(at, &gone));
            }
        }
    }
    let spreads = left.iter().map(|at| spreads[*at as usize]).collect();
    Ok((left, spreads))
}

/// Which points are the first or the last of an objective.
fn extremes(columns: &[f64], total: usize) -> Vec<bool> {
    let mut extreme = vec![false; total];
    for column in columns.chunks_exact(total.max(1)) {
        let by = |a: &(usize, &f64), b: &(usize, &f64)| a.1.total_cmp(b.1);
        for found in [column.iter().enumerate().min_by(by), column.iter().enumerate().max_by(by)] {
            if let Some((at, _)) = found {
                extreme[at] = true;
            }
        }
    }
    extreme
}

struct Crowd {
    columns: Vec<f64>,
    total: usize,
    width: usize,
    near: usize,
    /// The nearest points of each: squared distance and position.
    nearest: Vec<(f64, u32)>,
    gaps: Vec<f64>,
}

impl Crowd {
    /// Find the nearest neighbours of a point among those left; gives the product of their squared distances.
    fn look(&mut self, at: usize, gone: &[bool]) -> f64 {
        gaps(&self.columns, self.total, at, &mut self.gaps);
        let nearest = &mut self.nearest[at * self.near..(at + 1) * self.near];
        nearest.fill((f64::INFINITY, u32::MAX));
        let mut farthest = f64::INFINITY;
        for (by, gap) in self.gaps.iter().enumerate() {
            if *gap >= farthest || by == at || gone[by] {
                continue;
            }
            let mut place = self.near - 1;
            while place > 0 && nearest[place - 1].0 > *gap {
                nearest[place] = nearest[place - 1];
                place -= 1;
            }
            nearest[place] = (*gap, by as u32);
            farthest = nearest[self.near - 1].0;
        }
        debug_assert_eq!(self.columns.len(), self.total * self.width);
        nearest.iter().map(|(gap, _)| gap).product()
    }
}

dispatch! {
    /// The squared distances of one point to all.
    fn gaps, portable gaps_portable(columns: &[f64], total: usize, at: usize, gaps: &mut [f64]) {
        gaps.fill(0.0);
        for column in columns.chunks_exact(total) {
            let own = column[at];
            for (gap, value) in gaps.iter_mut().zip(column) {
                *gap += (value - own) * (value - own);
            }
        }
    }
}
