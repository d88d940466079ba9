//! The place of the greatest expected improvement.
//!
//! Choices become one coordinate per value for the process, so that any two differ alike; climbing along slopes leaves them
//! and whole numbers where they are, and steps between their values try the others.
use super::improvement::log_improvement;
use super::process::Process;
use crate::error::Result;
use crate::math::quasi_newton::{Bfgs, Smooth, Stopping};
use crate::optimize::minimize::desk::Run;
use crate::optimize::minimize::methods::population::{latin, pick, settle};
use crate::optimize::space::Axis;

/// Random places that are compared before the best are climbed from.
const LOOKED: usize = 400;
/// Places that are climbed from.
const CLIMBED: usize = 4;
/// Sweeps over the values of choices and the neighbours of whole numbers.
const SWEEPS: usize = 3;
/// The most values of a choice that a sweep tries.
const TRIED: f64 = 32.0;

/// How many coordinates of the process each axis has.
pub(super) fn widths(axes: &[Axis]) -> impl Iterator<Item = usize> {
    axes.iter().map(|axis| if axis.is_categorical() { axis.count() as usize } else { 1 })
}

/// A point as the process sees it.
pub(super) fn seen_by_process(axes: &[Axis], point: &[f64]) -> Vec<f64> {
    let mut features = Vec::with_capacity(point.len());
    for ((axis, at), width) in axes.iter().zip(point).zip(widths(axes)) {
        if axis.is_categorical() {
            let chosen = axis.decode(*at) as usize;
            // Two values are then 1 apart.
            features
                .extend((0..width).map(|value| if value == chosen { std::f64::consts::FRAC_1_SQRT_2 } else { 0.0 }));
        } else {
            features.push(*at);
        }
    }
    features
}

/// The expected improvement, to be climbed.
struct Climb<'a> {
    process: &'a Process,
    axes: &'a [Axis],
    best: f64,
    slopes: Vec<f64>,
}

impl Smooth for Climb<'_> {
    fn value(&mut self, x: &[f64]) -> Result<f64> {
        let (log, slopes) = log_improvement(&self.process.at(&seen_by_process(self.axes, x), true), self.best);
        let mut first = 0;
        for ((own, axis), width) in self.slopes.iter_mut().zip(self.axes).zip(widths(self.axes)) {
            *own = if axis.is_categorical() { 0.0 } else { slopes[first] };
            first += width;
        }
        Ok(-log)
    }

    fn gradient(&mut self, _: &[f64], gradient: &mut [f64]) {
        gradient.iter_mut().zip(&self.slopes).for_each(|(g, s)| *g = -s);
    }
}

/// The place of the greatest expected improvement that is found.
pub(super) fn climb(
    run: &mut Run,
    process: &Process,
    lowest: f64,
    points: &[Vec<f64>],
    values: &[f64],
) -> Result<Vec<f64>> {
    let n = run.dimensions();
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut places: Vec<Vec<f64>> = latin(&mut run.random, n, LOOKED);
    for round in 0..LOOKED / 4 {
        let near = &points[order[round % order.len().min(5)]];
        let width = [0.1, 0.01, 0.001][pick(&mut run.random, 3)];
        let random = &mut run.random;
        let moved = |(x, axis): (&f64, &Axis)| match axis.is_categorical() {
            true if random.uniform() < 0.2 => random.uniform(),
            true => *x,
            false => (x + width * random.normal()).clamp(0.0, 1.0),
        };
        places.push(near.iter().zip(&run.space.axes).map(moved).collect());
    }
    let settled =
        |place: &[f64]| -> Vec<f64> { place.iter().zip(&run.space.axes).map(|(x, axis)| settle(axis, *x)).collect() };
    let gain = |place: &[f64]| log_improvement(&process.at(&seen_by_process(&run.space.axes, place), false), lowest).0;
    let mut scored: Vec<(f64, Vec<f64>)> = Vec::with_capacity(places.len());
    for (at, place) in places.iter().enumerate() {
        if at % 64 == 0 {
            run.check()?;
        }
        let place = settled(place);
        scored.push((gain(&place), place));
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut best = scored[0].clone();
    let (lower, upper) = (vec![0.0; n], vec![1.0; n]);
    let mut bfgs = Bfgs::default();
    for (_, start) in scored.iter().take(CLIMBED) {
        let inverse = bfgs.inverse(n);
        (0..n).for_each(|i| inverse[i * n + i] = 1e-3);
        let mut climb = Climb { process, axes: &run.space.axes, best: lowest, slopes: vec![0.0; n] };
        let mut place = start.clone();
        bfgs.minimise(&mut climb, &mut place, &lower, &upper, Stopping { tolerance: 1e-7, steps: 60 })?;
        let mut place = settled(&place);
        let found = sweep(&run.space.axes, &mut place, &gain);
        if found > best.0 {
            best = (found, place);
        }
        run.check()?;
    }
    Ok(best.1)
}

/// Try the other values of choices and the neighbours of whole numbers, as long as that helps; the gain in the end.
fn sweep(axes: &[Axis], place: &mut [f64], gain: &impl Fn(&[f64]) -> f64) -> f64 {
    let mut best = gain(place);
    for _ in 0..SWEEPS {
        let before = best;
        for (i, axis) in axes.iter().enumerate().filter(|(_, axis)| axis.is_discrete()) {
            let kept = place[i];
            let others: Vec<f64> = if axis.is_categorical() {
                (0..axis.count().min(TRIED) as usize).map(|value| axis.encode(value as f64)).collect()
            } else {
                let value = axis.decode(kept);
                [value - 1.0, value + 1.0].iter().map(|v| axis.encode(axis.decode(axis.encode(*v)))).collect()
            };
            let mut chosen = kept;
            for other in others {
                place[i] = other;
                let found = gain(place);
                if found > best {
                    (best, chosen) = (found, other);
                }
            }
            place[i] = chosen;
        }
        if best <= before {
            break;
        }
    }
    best
}
