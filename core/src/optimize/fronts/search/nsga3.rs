//! NSGA-III (Deb and Jain 2014; constraints as in Jain and Deb 2014).
use serde::{Deserialize, Serialize};

use super::population::Population;
use super::variation::below;
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;
use crate::math::simd::dispatch;
use crate::optimize::fronts::ranking::covers;

/// The weight of the other objectives when an extreme point is looked for.
const AXIS: f64 = 1e-6;
/// The part of the range of an objective that counts as its best value then.
const NEGLIGIBLE: f64 = 1e-3;

/// What is known of where the front lies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Frame {
    /// The best value seen of each objective; empty before anything is seen.
    pub(super) ideal: Vec<f64>,
    /// For each objective the point found so far that is nearest to its axis, row by row; empty before.
    pub(super) extremes: Vec<f64>,
}

/// The `count` members that survive, and the frame they were seen in.
pub(super) fn survive(
    population: &Population,
    directions: &[f64],
    frame: &Frame,
    objectives: usize,
    count: usize,
    random: &mut Random,
    context: &Context,
) -> Result<(Vec<u32>, Frame)> {
    let fronts = population.fronts(objectives, context)?;
    let mut members: Vec<u32> = Vec::new();
    let mut last = &[][..];
    for front in &fronts {
        if members.len() + front.len() > count {
            last = front.as_slice();
            break;
        }
        members.extend(front);
    }
    let first = fronts.first().map_or(&[][..], Vec::as_slice);
    let feasible = |front: &[u32]| front.first().is_some_and(|at| population.violations[*at as usize] == 0.0);
    if !feasible(first) {
        // Nothing feasible: the least violated, and no frame to see them in.
        members.extend(&last[..(count - members.len()).min(last.len())]);
        return Ok((members, frame.clone()));
    }
    let worth = |at: u32| population.worth(at as usize, objectives);
    let seen: Vec<u32> = members.iter().chain(last).copied().filter(|at| feasible(&[*at])).collect();
    let frame = reframed(frame, seen.iter().map(|at| worth(*at)), first.iter().map(|at| worth(*at)), objectives);
    let room = count - members.len();
    if room == 0 {
        return Ok((members, frame));
    }
    if !feasible(last) {
        members.extend(&last[..room.min(last.len())]);
        return Ok((members, frame));
    }
    let scales = scales(&frame, first.iter().map(|at| worth(*at)), objectives);
    let lines = Lines::of(directions, objectives);
    let nearest = |at: u32| lines.nearest(worth(at), &frame.ideal, &scales);
    let mut niches = vec![0_usize; directions.len() / objectives];
    for (place, &at) in members.iter().enumerate() {
        if place % 256 == 0 {
            context.check()?;
        }
        niches[nearest(at).0] += 1;
    }
    let mut waiting: Vec<Vec<(f64, u32)>> = vec![Vec::new(); niches.len()];
    for (place, &at) in last.iter().enumerate() {
        if place % 256 == 0 {
            context.check()?;
        }
        let (direction, distance) = nearest(at);
        waiting[direction].push((distance, at));
    }
    members.extend(fill(room, &mut niches, &mut waiting, random));
    Ok((members, frame))
}

/// Choose from those waiting: each time a direction with the fewest members gives its nearest one if it has none yet, else
/// any.
fn fill(room: usize, niches: &mut [usize], waiting: &mut [Vec<(f64, u32)>], random: &mut Random) -> Vec<u32> {
    let mut chosen = Vec::with_capacity(room);
    let mut open: Vec<usize> = (0..niches.len()).filter(|direction| !waiting[*direction].is_empty()).collect();
    let mut least = Vec::new();
    while chosen.len() < room && !open.is_empty() {
        let fewest = open.iter().map(|direction| niches[*direction]).min().unwrap_or(0);
        least.clear();
        least.extend((0..open.len()).filter(|place| niches[open[*place]] == fewest));
        let place = least[below(random, least.len())];
        let direction = open[place];
        let those = &mut waiting[direction];
        let at = if fewest == 0 {
            let by = |a: &usize, b: &usize| those[*a].0.total_cmp(&those[*b].0);
            (0..those.len()).min_by(by).unwrap_or(0)
        } else {
            below(random, those.len())
        };
        chosen.push(those.swap_remove(at).1);
        niches[direction] += 1;
        if those.is_empty() {
            open.swap_remove(place);
        }
    }
    chosen
}

/// The frame with the best of those seen now, and the extreme points of the first front.
fn reframed<'a>(
    frame: &'a Frame,
    seen: impl Iterator<Item = &'a [f64]>,
    first: impl Iterator<Item = &'a [f64]> + Clone,
    objectives: usize,
) -> Frame {
    let mut ideal = if frame.ideal.is_empty() { vec![f64::INFINITY; objectives] } else { frame.ideal.clone() };
    for worth in seen {
        for (best, value) in ideal.iter_mut().zip(worth) {
            *best = best.min(*value);
        }
    }
    let ranges = ranges(&ideal, first.clone());
    // Earlier ones count as long as nothing better is known.
    let kept: Vec<&[f64]> = frame
        .extremes
        .chunks_exact(objectives)
        .filter(|old| !first.clone().any(|worth| worth != *old && covers(worth, old)))
        .collect();
    let mut extremes = Vec::with_capacity(objectives * objectives);
    for axis in 0..objectives {
        // The largest distance from the ideal point in parts of the range, the axis' own hardly counting. Where others are
        // all but 0 they count as 0: else a point exactly on the axis would stay however much farther out it lies than others.
        let away = |worth: &[f64]| {
            let parts = worth.iter().zip(&ideal).zip(&ranges).map(|((value, best), range)| (value - best) / range);
            let weighted = parts.enumerate().map(|(objective, part)| match objective == axis {
                true => part,
                false if part < NEGLIGIBLE => 0.0,
                false => part / AXIS,
            });
            weighted.fold(0.0, f64::max)
        };
        let (mut least, mut found) = (f64::INFINITY, ideal.as_slice());
        for worth in kept.iter().copied().chain(first.clone()) {
            let distance = away(worth);
            if distance < least {
                (least, found) = (distance, worth);
            }
        }
        extremes.extend_from_slice(found);
    }
    Frame { ideal, extremes }
}

/// How far the worst of each objective is from the best; 1 where it is not.
fn ranges<'a>(ideal: &[f64], first: impl Iterator<Item = &'a [f64]>) -> Vec<f64> {
    let mut worst = vec![0.0_f64; ideal.len()];
    for worth in first {
        for ((most, value), best) in worst.iter_mut().zip(worth).zip(ideal) {
            *most = most.max(value - best);
        }
    }
    worst.into_iter().map(|range| if range > 1e-12 { range } else { 1.0 }).collect()
}

/// The distance from the ideal point that counts as 1 in each objective: where the plane through the extreme points meets
/// the axis, or, where there is no such plane, the worst value of the first front.
fn scales<'a>(frame: &Frame, first: impl Iterator<Item = &'a [f64]>, objectives: usize) -> Vec<f64> {
    let mut plane: Vec<f64> = frame
        .extremes
        .chunks_exact(objectives)
        .flat_map(|row| row.iter().zip(&frame.ideal).map(|(value, best)| value - best))
        .collect();
    let intercepts = solve(&mut plane, objectives).map(|normal| normal.iter().map(|x| 1.0 / x).collect::<Vec<f64>>());
    let sound = |intercepts: &Vec<f64>| intercepts.iter().all(|x| x.is_finite() && *x > 1e-6);
    intercepts.filter(sound).unwrap_or_else(|| ranges(&frame.ideal, first))
}

/// The solution of `matrix x = 1` by elimination with the largest pivot; none where there is no single one.
fn solve(matrix: &mut [f64], size: usize) -> Option<Vec<f64>> {
    let largest = matrix.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let mut right = vec![1.0; size];
    for column in 0..size {
        let by = |a: &usize, b: &usize| matrix[a * size + column].abs().total_cmp(&matrix[b * size + column].abs());
        let pivot = (column..size).max_by(by)?;
        if matrix[pivot * size + column].abs() <= 1e-12 * largest {
            return None;
        }
        if pivot != column {
            for at in 0..size {
                matrix.swap(pivot * size + at, column * size + at);
            }
            right.swap(pivot, column);
        }
        for row in column + 1..size {
            let factor = matrix[row * size + column] / matrix[column * size + column];
            for at in column..size {
                matrix[row * size + at] -= factor * matrix[column * size + at];
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|at| matrix[row * size + at] * right[at]).sum();
        right[row] = (right[row] - known) / matrix[row * size + row];
    }
    Some(right)
}

/// Directions at length 1.
pub(super) fn units(directions: &[f64], objectives: usize) -> Vec<f64> {
    directions
        .chunks_exact(objectives)
        .flat_map(|row| {
            let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
            row.iter().map(move |x| x / length)
        })
        .collect()
}

/// How many lines are looked at together.
const LANES: usize = 8;

/// Lines from the ideal point along directions.
struct Lines {
    /// Directions at length 1, each objective at `stride` places, filled up with the first.
    columns: Vec<f64>,
    stride: usize,
}

impl Lines {
    fn of(directions: &[f64], objectives: usize) -> Self {
        let units = units(directions, objectives);
        let count = units.len() / objectives;
        let stride = count.next_multiple_of(LANES);
        let columns = (0..objectives)
            .flat_map(|objective| (0..stride).map(move |at| (if at < count { at } else { 0 }, objective)));
        Self { columns: columns.map(|(at, objective)| units[at * objectives + objective]).collect(), stride }
    }

    /// The direction whose line is nearest, the first of equally near ones, and the squared distance from it.
    fn nearest(&self, worth: &[f64], ideal: &[f64], scales: &[f64]) -> (usize, f64) {
        let placed: Vec<f64> =
            worth.iter().zip(ideal).zip(scales).map(|((value, best), scale)| (value - best) / scale).collect();
        let square: f64 = placed.iter().map(|x| x * x).sum();
        let (found, along) = farthest_along(&self.columns, self.stride, &placed);
        (found, (square - along * along).max(0.0))
    }
}

dispatch! {
    /// The line along which a point lies farthest, and how far.
    fn farthest_along, portable farthest_along_portable(columns: &[f64], stride: usize, placed: &[f64]) -> (usize, f64) {
        let (mut most, mut places) = ([f64::NEG_INFINITY; LANES], [0_u64; LANES]);
        for start in (0..stride).step_by(LANES) {
            let mut along = [0.0; LANES];
            for (column, value) in columns.chunks_exact(stride).zip(placed) {
                for (along, unit) in along.iter_mut().zip(&column[start..start + LANES]) {
                    *along += unit * value;
                }
            }
            for lane in 0..LANES {
                let more = along[lane] > most[lane];
                most[lane] = if more { along[lane] } else { most[lane] };
                places[lane] = if more { (start + lane) as u64 } else { places[lane] };
            }
        }
        let mut found = (0, f64::NEG_INFINITY);
        for (place, along) in places.into_iter().zip(most) {
            let place = place as usize;
            if along > found.1 || (along == found.1 && place < found.0) {
                found = (place, along);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_meets_the_axes_where_it_was_laid() {
        let mut plane = vec![2.0, 0.0, 0.0, 0.0, 5.0, 0.0, 0.5, 0.0, 3.0];
        let normal = solve(&mut plane, 3).unwrap();
        for (at, row) in [[2.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.5, 0.0, 3.0]].iter().enumerate() {
            let sum: f64 = row.iter().zip(&normal).map(|(a, b)| a * b).sum();
            assert!((sum - 1.0).abs() < 1e-14, "row {at}");
        }
        assert_eq!(solve(&mut [1.0, 1.0, 2.0, 2.0], 2), None);
    }

    #[test]
    fn a_point_belongs_to_the_line_it_is_nearest_to() {
        let lines = Lines::of(&[1.0, 0.0, 0.5, 0.5, 0.0, 1.0], 2);
        let (direction, distance) = lines.nearest(&[3.0, 4.5], &[1.0, 0.5], &[1.0, 2.0]);
        assert_eq!(direction, 1);
        assert!(distance < 1e-14);
        let (direction, distance) = lines.nearest(&[4.0, 0.5], &[1.0, 0.5], &[1.0, 2.0]);
        assert_eq!((direction, distance), (0, 0.0));
    }

    #[test]
    fn the_nearest_of_many_lines_is_that_of_looking_at_each() {
        let mut random = Random::new(3);
        for objectives in [2, 3, 5, 9] {
            let directions: Vec<f64> = (0..objectives * 37).map(|_| random.uniform()).collect();
            let (lines, units) = (Lines::of(&directions, objectives), units(&directions, objectives));
            for _ in 0..200 {
                let point: Vec<f64> = (0..objectives).map(|_| random.uniform()).collect();
                let along =
                    |at: usize| units[at * objectives..][..objectives].iter().zip(&point).map(|(u, x)| u * x).sum();
                let alongs: Vec<f64> = (0..37).map(along).collect();
                let farthest = (0..37).max_by(|a, b| alongs[*a].total_cmp(&alongs[*b])).unwrap();
                let found = lines.nearest(&point, &vec![0.0; objectives], &vec![1.0; objectives]).0;
                assert_eq!(found, farthest);
                assert_eq!(
                    farthest_along(&lines.columns, lines.stride, &point),
                    farthest_along_portable(&lines.columns, lines.stride, &point)
                );
            }
        }
    }

    /// A point of an early generation far out on an axis gives way to one nearly on it that is nearer.
    #[test]
    fn extreme_points_lie_near_the_axes_and_give_way_to_nearer_ones() {
        let frame = Frame { ideal: vec![0.0, 0.0], extremes: vec![9.0, 0.0, 0.0, 9.0] };
        let seen = [[1.0, 1e-4], [0.5, 0.5], [1e-4, 1.0]];
        let rows = || seen.iter().map(|row| row.as_slice());
        let reframed = reframed(&frame, rows(), rows(), 2);
        assert_eq!(reframed, Frame { ideal: vec![0.0, 0.0], extremes: vec![1.0, 1e-4, 1e-4, 1.0] });
    }
}
