//! Bayesian optimisation, for objectives that cost far more than the thinking between them.
//!
//! A Gaussian process is fitted to the points, and its expected improvement is maximised; it sees each choice as one coordinate
//! per value. Where that makes too many coordinates, densities of good and other points take its place. Values pass through `asinh` of their distance from the median in units of the
//! interquartile range, so that a few huge ones do not hide the rest. A batch is filled by believing the mean of what was
//! proposed. The process sees the best half and the newest of at most 400 points.
mod density;
mod improvement;
mod place;
mod process;

use super::constrained;
use super::population::{latin, same, settle};
use super::sampling::Sequence;
use crate::error::Result;
use crate::optimize::minimize::desk::Run;
use place::{climb, seen_by_process, widths};
use process::{Process, Scales, learn};

/// The most points of the process.
const MOST: usize = 400;
/// The most coordinates of the process where there are choices.
const WIDEST: usize = 64;

/// Points and what they are worth; failed ones are infinite.
#[derive(Default)]
struct Data {
    points: Vec<Vec<f64>>,
    merits: Vec<f64>,
}

pub(super) async fn search(run: &mut Run) -> Result<()> {
    run.stage("bayesian");
    constrained::prepare(run).await?;
    let n = run.dimensions();
    let mut data = Data::default();
    for given in &run.given {
        data.points.push(given.point.clone());
        data.merits.push(if given.outcome.violation > 0.0 { f64::INFINITY } else { given.outcome.value });
    }
    let wanted = run.options.population.unwrap_or_else(|| (2 * n + 2).min((run.left() / 4).max(4)));
    let fresh = first(run, wanted.saturating_sub(data.points.len()))?;
    tell(run, &mut data, fresh).await?;
    let width: usize = widths(&run.space.axes).sum();
    let dense = run.space.has_categories() && width > WIDEST;
    let mut scales = Scales::new(width, run.options.noisy);
    let mut learnt = 0;
    loop {
        let batch = run.options.batch.min(64);
        let proposals = if dense {
            by_density(run, &data, batch)
        } else {
            let due = data.points.len() >= learnt + (data.points.len() / 10).max(1);
            if due {
                learnt = data.points.len();
            }
            by_process(run, &data, &mut scales, due, batch)?
        };
        tell(run, &mut data, proposals).await?;
    }
}

/// Points to begin with: Sobol's, or stratified ones where there are too many parameters.
fn first(run: &mut Run, count: usize) -> Result<Vec<Vec<f64>>> {
    let n = run.dimensions();
    if n > 128 {
        return Ok(latin(&mut run.random, n, count));
    }
    let seeds = (0..n).map(|_| run.random.bits() as u32).collect();
    let mut sequence = Sequence::new(n, seeds)?;
    let settled =
        |point: Vec<f64>| -> Vec<f64> { point.iter().zip(&run.space.axes).map(|(x, axis)| settle(axis, *x)).collect() };
    Ok((0..count).map(|_| settled(sequence.next())).collect())
}

async fn tell(run: &mut Run, data: &mut Data, points: Vec<Vec<f64>>) -> Result<()> {
    let flat: Vec<f64> = points.iter().flatten().copied().collect();
    run.evaluate(&flat).await?;
    for (row, point) in points.into_iter().enumerate() {
        data.points.push(point);
        data.merits.push(run.merit(row));
    }
    Ok(())
}

impl Data {
    /// Positions, best first.
    fn ranked(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.points.len()).collect();
        order.sort_by(|a, b| self.merits[*a].total_cmp(&self.merits[*b]));
        order
    }

    /// At most [`MOST`] points and their transformed values; failed ones are as bad as the worst.
    fn seen(&self) -> (Vec<Vec<f64>>, Vec<f64>) {
        let mut chosen: Vec<usize> = (0..self.points.len()).collect();
        if chosen.len() > MOST {
            let newest = chosen.len() - MOST / 2;
            let best = self.ranked().into_iter().filter(|at| *at < newest).take(MOST / 2);
            chosen = best.chain(newest..self.points.len()).collect();
            chosen.sort_unstable();
        }
        let mut finite: Vec<f64> = chosen.iter().map(|at| self.merits[*at]).filter(|m| m.is_finite()).collect();
        finite.sort_by(f64::total_cmp);
        let quantile = |part: usize| finite.get(finite.len() * part / 4).copied().unwrap_or(0.0);
        let (middle, range) = (quantile(2), (quantile(3) - quantile(1)).abs());
        let range = if range > 0.0 { range } else { 1.0 };
        let worst = finite.last().copied().unwrap_or(0.0);
        let warp = |at: &usize| {
            ((if self.merits[*at].is_finite() { self.merits[*at] } else { worst } - middle) / range).asinh()
        };
        let values: Vec<f64> = chosen.iter().map(warp).collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let deviation = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / count).sqrt().max(1e-9);
        let values = values.iter().map(|v| (v - mean) / deviation).collect();
        (chosen.iter().map(|at| self.points[*at].clone()).collect(), values)
    }
}

/// Proposals of the densities, none of which is known already if that can be helped.
fn by_density(run: &mut Run, data: &Data, batch: usize) -> Vec<Vec<f64>> {
    let order = data.ranked();
    let ranked: Vec<&[f64]> = order.iter().map(|at| data.points[*at].as_slice()).collect();
    let mut proposals: Vec<Vec<f64>> = Vec::with_capacity(batch);
    for _ in 0..batch {
        let mut place = density::propose(&mut run.random, &run.space.axes, &ranked);
        for _ in 0..10 {
            let known = |other: &Vec<f64>| same(&run.space.axes, other, &place);
            if !data.points.iter().any(known) && !proposals.iter().any(known) {
                break;
            }
            place = density::propose(&mut run.random, &run.space.axes, &ranked);
        }
        let settled = place.iter().zip(&run.space.axes).map(|(x, axis)| settle(axis, *x));
        proposals.push(settled.collect());
    }
    proposals
}

/// Proposals of the process.
fn by_process(run: &mut Run, data: &Data, scales: &mut Scales, due: bool, batch: usize) -> Result<Vec<Vec<f64>>> {
    let (mut points, mut values) = data.seen();
    let mut features: Vec<Vec<f64>> = points.iter().map(|point| seen_by_process(&run.space.axes, point)).collect();
    if due {
        learn(scales, &features, &values, run.options.noisy, 40, &run.context())?;
    }
    let mut proposals: Vec<Vec<f64>> = Vec::new();
    for _ in 0..batch {
        let mut place = None;
        if let Some(process) = Process::of(features.clone(), &values, scales) {
            let lowest = if run.options.noisy {
                features.iter().map(|point| process.at(point, false).mean).fold(f64::INFINITY, f64::min)
            } else {
                values.iter().copied().fold(f64::INFINITY, f64::min)
            };
            let found = climb(run, &process, lowest, &points, &values)?;
            let known = points.iter().any(|point| same(&run.space.axes, point, &found));
            if !known || run.options.noisy {
                values.push(process.at(&seen_by_process(&run.space.axes, &found), false).mean);
                place = Some(found);
            }
        }
        let place = match place {
            Some(place) => place,
            None => {
                values.push(0.0);
                let fresh = run.random_point();
                fresh.iter().zip(&run.space.axes).map(|(x, axis)| settle(axis, *x)).collect()
            }
        };
        features.push(seen_by_process(&run.space.axes, &place));
        points.push(place.clone());
        proposals.push(place);
        run.check()?;
    }
    Ok(proposals)
}
