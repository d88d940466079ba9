//! The simplex of Nelder and Mead with coefficients that suit the dimension, restarted.
//!
//! Source: Gao, Han, *Implementing the Nelder-Mead simplex algorithm with adaptive parameters*, Computational Optimization
//! and Applications 51 (2012). Points outside the bounds are taken to the nearest one. A simplex that has shrunk to a point
//! is built again there, with the other orientation; where that brings nothing, the search starts elsewhere.
use super::constrained;
use super::population::latin;
use crate::error::Result;
use crate::optimize::minimize::desk::Run;

/// A simplex this small is a point.
const SMALL: f64 = 1e-11;
/// Values that differ by this part are equal.
const EQUAL: f64 = 1e-15;

/// A corner and its value.
#[derive(Clone, Debug)]
pub(super) struct Corner {
    pub(super) point: Vec<f64>,
    pub(super) value: f64,
}

pub(super) async fn search(mut run: Run) -> Result<()> {
    run.stage("nelder_mead");
    let run = &mut run;
    constrained::prepare(run).await?;
    let edge = run.options.step.unwrap_or(0.1);
    let mut start = match run.given.first() {
        Some(given) => given.point.clone(),
        None => run.start(),
    };
    let mut side = edge;
    let mut best = f64::INFINITY;
    let mut rebuilt = 0;
    loop {
        let found = shrink(run, &start, side).await?;
        let again = constrained::settle(run, &found.point).await?;
        let gained = best - found.value > 1e-10 * best.abs().max(1e-10);
        if again || rebuilt == 0 || gained {
            // A simplex may have collapsed where nothing is level: look once more around it.
            (start, side) = (found.point, -side.signum() * (if again { 0.02 } else { edge }));
            best = if again { f64::INFINITY } else { best.min(found.value) };
            rebuilt += 1;
        } else if run.space.is_bounded() {
            let dimensions = run.dimensions();
            start = latin(&mut run.random, dimensions, 1).remove(0);
            (side, best, rebuilt) = (edge, f64::INFINITY, 0);
        } else {
            return Ok(());
        }
    }
}

/// One simplex from `start` until it has shrunk to a point.
pub(super) async fn shrink(run: &mut Run, start: &[f64], side: f64) -> Result<Corner> {
    let n = start.len();
    let ranges: Vec<(f64, f64)> = run.space.axes.iter().map(|axis| axis.range()).collect();
    let within = |point: Vec<f64>| -> Vec<f64> {
        point.iter().zip(&ranges).map(|(x, (low, high))| x.clamp(*low, *high)).collect()
    };
    let first = within(start.to_vec());
    let mut corners = vec![first.clone()];
    for i in 0..n {
        let mut corner = first.clone();
        let ahead = corner[i] + side;
        corner[i] = if ahead >= ranges[i].0 && ahead <= ranges[i].1 { ahead } else { corner[i] - side };
        corners.push(within(corner));
    }
    let mut corners = worth(run, corners).await?;
    let size = n as f64;
    let (expand, contract, reduce) = (1.0 + 2.0 / size, 0.75 - 0.5 / size, (1.0 - 1.0 / size).max(0.5));
    loop {
        corners.sort_by(|a, b| a.value.total_cmp(&b.value));
        if is_point(&corners) {
            return Ok(corners.swap_remove(0));
        }
        let mut centre = vec![0.0; n];
        for corner in &corners[..n] {
            centre.iter_mut().zip(&corner.point).for_each(|(c, x)| *c += x / size);
        }
        let last = &corners[n];
        let along = |by: f64| within(centre.iter().zip(&last.point).map(|(c, x)| c + by * (c - x)).collect());
        let reflected = one(run, along(1.0)).await?;
        let next = if reflected.value < corners[0].value {
            let expanded = one(run, along(expand)).await?;
            if expanded.value < reflected.value { Some(expanded) } else { Some(reflected) }
        } else if reflected.value < corners[n - 1].value {
            Some(reflected)
        } else {
            let outside = reflected.value < corners[n].value;
            let contracted = one(run, along(if outside { contract } else { -contract })).await?;
            let limit = if outside { reflected.value } else { corners[n].value };
            (contracted.value < limit || (outside && contracted.value == limit)).then_some(contracted)
        };
        match next {
            Some(corner) => corners[n] = corner,
            None => {
                let first = corners[0].clone();
                let nearer = |corner: &Corner| {
                    let towards = first.point.iter().zip(&corner.point).map(|(a, x)| a + reduce * (x - a));
                    within(towards.collect())
                };
                let moved: Vec<Vec<f64>> = corners[1..].iter().map(nearer).collect();
                corners = worth(run, moved).await?;
                corners.push(first);
            }
        }
    }
}

async fn one(run: &mut Run, point: Vec<f64>) -> Result<Corner> {
    let value = run.value(&point).await?;
    Ok(Corner { point, value })
}

async fn worth(run: &mut Run, points: Vec<Vec<f64>>) -> Result<Vec<Corner>> {
    let flat: Vec<f64> = points.iter().flatten().copied().collect();
    run.evaluate(&flat).await?;
    Ok(points.into_iter().enumerate().map(|(row, point)| Corner { point, value: run.merit(row) }).collect())
}

/// Whether corners, best first, are one point, or as good as equal.
fn is_point(corners: &[Corner]) -> bool {
    let first = &corners[0];
    let spread =
        |corner: &Corner| corner.point.iter().zip(&first.point).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let width = corners.iter().map(spread).fold(0.0, f64::max);
    let last = corners.last().map_or(first.value, |corner| corner.value);
    let level = last.is_finite() && last - first.value <= EQUAL * first.value.abs();
    width <= SMALL || (level && width <= 1e-6) || (first.value == f64::INFINITY && width < 1e-3)
}
