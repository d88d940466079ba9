//! How far the points of a front are from each other, and which leave where it is too crowded.
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use ndarray::ArrayView2;

use super::least::{self, least};
use crate::data::Vector;
use crate::error::Result;
use crate::optimize::fronts::points::{Points, finite};
use crate::optimize::fronts::ranking::key;

/// The crowding distance of every point of a front, `[point, objective]` (Deb, Pratap, Agarwal and Meyarivan 2002): over the
/// objectives, the sum of the distance between the neighbours below and above, as a part of the objective's range. Infinite
/// for the least and the greatest of an objective; an objective that is the same everywhere adds nothing.
///
/// O(m n log n). Of equal values the first in the order given counts as the lower.
///
/// # Errors
/// `invalid_data` for numbers that are not finite, and points without objectives.
pub fn crowding_distances(objectives: ArrayView2<'_, f64>) -> Result<Vector> {
    let values = finite(objectives, "objectives")?;
    let points = Points::new(&values, objectives.ncols());
    Ok(distances(points).into())
}

/// The positions of the points by one objective.
fn sorted(points: Points<'_>, objective: usize) -> Vec<u32> {
    let mut keys: Vec<(u64, u32)> = (0..points.len()).map(|at| (key(points.row(at)[objective]), at as u32)).collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, at)| at).collect()
}

/// 1 over the range of each objective, 0 where it is the same everywhere.
pub(super) fn scales(points: Points<'_>) -> Vec<f64> {
    let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); points.width()];
    for row in points.rows() {
        for ((least, most), value) in ranges.iter_mut().zip(row) {
            *least = least.min(*value);
            *most = most.max(*value);
        }
    }
    // Halves, so that the range of the widest numbers is finite.
    let scale = |(least, most): (f64, f64)| if least < most { 0.5 / (0.5 * most - 0.5 * least) } else { 0.0 };
    ranges.into_iter().map(|range| scale(range).min(f64::MAX)).collect()
}

pub(super) fn distances(points: Points<'_>) -> Vec<f64> {
    let mut distances = vec![0.0; points.len()];
    for (objective, scale) in scales(points).into_iter().enumerate() {
        if scale == 0.0 {
            continue;
        }
        let order = sorted(points, objective);
        let value = |place: usize| points.row(order[place] as usize)[objective];
        for place in 1..order.len() - 1 {
            distances[order[place] as usize] += value(place + 1) * scale - value(place - 1) * scale;
        }
        distances[order[0] as usize] = f64::INFINITY;
        distances[order[order.len() - 1] as usize] = f64::INFINITY;
    }
    distances
}

/// The `count` points that stay when the one with the least crowding distance leaves again and again, each time with the
/// distances of those left (Kukkonen and Deb 2006, "Improved pruning of non-dominated solutions based on crowding distance
/// for bi-objective optimization problems"), and their distances in the end.
pub(super) fn thinned(points: Points<'_>, count: usize) -> (Vec<u32>, Vec<f64>) {
    if let Some(thinned) = thinned_border(points, count) {
        return thinned;
    }
    let stay = if points.len() <= count { (0..points.len() as u32).collect() } else { pruned(points, count) };
    let rows: Vec<f64> = stay.iter().flat_map(|at| points.row(*at as usize)).copied().collect();
    let distances = distances(Points::new(&rows, points.width()));
    (stay, distances)
}

/// The most points among which the least distance is looked for by looking at all.
const FEW: usize = 2048;

/// [`thinned`] for few points with two objectives of which one falls as the other grows: the neighbours of a point are then
/// the same by both.
fn thinned_border(points: Points<'_>, count: usize) -> Option<(Vec<u32>, Vec<f64>)> {
    let total = points.len();
    if points.width() != 2 || !(2..=FEW).contains(&total) {
        return None;
    }
    let [across, up] = scales(points)[..] else { return None };
    let order = sorted(points, 0);
    let falls = order.windows(2).all(|pair| points.row(pair[0] as usize)[1] >= points.row(pair[1] as usize)[1]);
    if !falls || across == 0.0 || up == 0.0 {
        return None;
    }
    let places: Vec<[f64; 2]> = order
        .iter()
        .map(|at| {
            let row = points.row(*at as usize);
            [row[0] * across, row[1] * up]
        })
        .collect();
    let (mut before, mut after): (Vec<usize>, Vec<usize>) = (0..total).map(|at| (at.max(1) - 1, at + 1)).unzip();
    let gap =
        |before: usize, after: usize| (places[after][0] - places[before][0]) + (places[before][1] - places[after][1]);
    let mut distances = vec![f64::INFINITY; total.next_multiple_of(least::LANES)];
    for (at, distance) in distances[..total - 1].iter_mut().enumerate().skip(1) {
        *distance = gap(at - 1, at + 1);
    }
    let mut gone = vec![false; total];
    for _ in count..total {
        let mut leaving = least(&distances);
        if distances[leaving] == f64::INFINITY {
            // Only both ends are left.
            leaving = gone.iter().position(|gone| !gone)?;
        }
        gone[leaving] = true;
        distances[leaving] = f64::INFINITY;
        let (below, above) = (before[leaving], after[leaving]);
        if above < total {
            after[below] = above;
            before[above] = below;
        }
        for near in [below, above] {
            if near > 0 && near < total - 1 && !gone[near] {
                distances[near] = gap(before[near], after[near]);
            }
        }
    }
    let mut stay: Vec<(u32, f64)> = (0..total).filter(|at| !gone[*at]).map(|at| (order[at], distances[at])).collect();
    stay.sort_unstable_by_key(|(at, _)| *at);
    Some(stay.into_iter().unzip())
}

/// Which `count` points stay.
fn pruned(points: Points<'_>, count: usize) -> Vec<u32> {
    let (total, width) = (points.len(), points.width());
    const NONE: u32 = u32::MAX;
    let scales = scales(points);
    // The neighbours below and above by each objective.
    let mut around = vec![[NONE; 2]; total * width];
    let mut distances = vec![0.0; total];
    for objective in (0..width).filter(|objective| scales[*objective] > 0.0) {
        let order = sorted(points, objective);
        for pair in order.windows(2) {
            around[pair[0] as usize * width + objective][1] = pair[1];
            around[pair[1] as usize * width + objective][0] = pair[0];
        }
    }
    let distance = |around: &[[u32; 2]], at: u32| -> f64 {
        (0..width)
            .filter(|objective| scales[*objective] > 0.0)
            .map(|objective| match around[at as usize * width + objective] {
                [below, above] if below != NONE && above != NONE => {
                    let value = |at: u32| points.row(at as usize)[objective] * scales[objective];
                    value(above) - value(below)
                }
                _ => f64::INFINITY,
            })
            .sum()
    };
    let mut heap = BinaryHeap::with_capacity(total);
    for at in 0..total as u32 {
        distances[at as usize] = distance(&around, at);
        heap.push(Reverse((key(distances[at as usize]), at)));
    }
    let mut gone = vec![false; total];
    let mut left = total;
    while left > count {
        let Some(Reverse((print, at))) = heap.pop() else { break };
        if gone[at as usize] || print != key(distances[at as usize]) {
            continue;
        }
        gone[at as usize] = true;
        left -= 1;
        for objective in (0..width).filter(|objective| scales[*objective] > 0.0) {
            let [below, above] = around[at as usize * width + objective];
            if below != NONE {
                around[below as usize * width + objective][1] = above;
            }
            if above != NONE {
                around[above as usize * width + objective][0] = below;
            }
        }
        for objective in (0..width).filter(|objective| scales[*objective] > 0.0) {
            for near in around[at as usize * width + objective].into_iter().filter(|near| *near != NONE) {
                let now = distance(&around, near);
                if now != distances[near as usize] {
                    distances[near as usize] = now;
                    heap.push(Reverse((key(now), near)));
                }
            }
        }
    }
    (0..total as u32).filter(|at| !gone[*at as usize]).collect()
}
