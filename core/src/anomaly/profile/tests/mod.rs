//! Matrix profiles against their definition, against stumpy, and on nasty series.
mod detectors;
mod exact;
mod found;
mod growing;
mod nasty;
mod peers;

use super::*;
use crate::Context;
use crate::math::random::Random;

fn context() -> Context {
    Context::new().with_threads(2)
}

/// A random walk with a sine on it.
fn walk(count: usize, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let mut level = 0.0;
    (0..count)
        .map(|t| {
            level += 0.3 * random.normal();
            level + 2.0 * (t as f64 * 0.21).sin() + 0.1 * random.normal()
        })
        .collect()
}

/// A window with mean 0 and deviation 1; none where a point is missing, zeros where it is constant.
fn shape(window: &[f64]) -> Option<Vec<f64>> {
    if window.iter().any(|value| !value.is_finite()) {
        return None;
    }
    if window.iter().all(|value| *value == window[0]) {
        return Some(vec![0.0; window.len()]);
    }
    let size = window.len() as f64;
    // Two passes over differences from the first point, scaled to the largest, which loses nothing to an offset or a size.
    let largest = window.iter().map(|value| (value - window[0]).abs()).fold(0.0, f64::max);
    let moved: Vec<f64> = window.iter().map(|value| (value - window[0]) / largest).collect();
    let mean = moved.iter().sum::<f64>() / size;
    let deviation = (moved.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / size).sqrt();
    Some(moved.iter().map(|value| (value - mean) / deviation).collect())
}

/// The distance of two windows by its definition.
fn apart(one: &[f64], other: &[f64], normalized: bool) -> f64 {
    let length = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
    let finite = |window: &[f64]| window.iter().all(|value| value.is_finite());
    match (normalized, shape(one), shape(other)) {
        (false, ..) if finite(one) && finite(other) => length(one, other),
        (true, Some(a), Some(b)) => length(&a, &b),
        _ => f64::INFINITY,
    }
}

/// All distances of the windows of one series to those of another, O(n^2 m).
fn table(series: &[f64], other: &[f64], options: &MatrixProfile) -> Vec<Vec<f64>> {
    let windows = |series: &[f64]| -> Vec<Vec<f64>> { series.windows(options.window).map(<[f64]>::to_vec).collect() };
    let others = windows(other);
    windows(series)
        .iter()
        .map(|one| others.iter().map(|other| apart(one, other, options.normalized)).collect())
        .collect()
}

/// Hold found distances against the least allowed ones; the neighbour must really be that near.
fn holds(
    distances: &[f64],
    neighbours: &[i64],
    table: &[Vec<f64>],
    within: f64,
    allowed: impl Fn(usize, usize) -> bool,
) {
    assert_eq!((distances.len(), neighbours.len()), (table.len(), table.len()));
    for (at, row) in table.iter().enumerate() {
        let least = (0..row.len()).filter(|to| allowed(at, *to)).map(|to| row[to]).fold(f64::INFINITY, f64::min);
        if least == f64::INFINITY {
            assert_eq!((distances[at], neighbours[at]), (f64::INFINITY, -1), "window {at}");
            continue;
        }
        assert!((distances[at] - least).abs() <= within, "window {at}: {} but {least}", distances[at]);
        let place = usize::try_from(neighbours[at]).unwrap();
        assert!(allowed(at, place), "window {at} has the neighbour {place}");
        assert!((row[place] - least).abs() <= within, "window {at}: neighbour {place} at {} not {least}", row[place]);
    }
}

/// Hold the profile of a series against its definition.
fn check(series: &[f64], options: &MatrixProfile, within: f64) -> Profile {
    let profile = options.search(series, &context()).unwrap();
    let table = table(series, series, options);
    let far = |a: usize, b: usize| a.abs_diff(b) > profile.exclusion;
    let (distances, neighbours) = (profile.distances.to_vec(), profile.neighbours.to_vec());
    holds(&distances, &neighbours, &table, within, far);
    holds(&profile.left_distances.to_vec(), &profile.left_neighbours.to_vec(), &table, within, |a, b| {
        b < a && far(a, b)
    });
    holds(&profile.right_distances.to_vec(), &profile.right_neighbours.to_vec(), &table, within, |a, b| {
        b > a && far(a, b)
    });
    profile
}
