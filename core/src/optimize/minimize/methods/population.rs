//! What methods with a population share.
use crate::math::random::Random;
use crate::optimize::minimize::desk::{Outcome, Run};
use crate::optimize::space::Axis;

/// Points with their outcomes.
#[derive(Clone, Debug, Default)]
pub(super) struct Population {
    pub(super) points: Vec<Vec<f64>>,
    pub(super) outcomes: Vec<Outcome>,
}

impl Population {
    pub(super) fn len(&self) -> usize {
        self.points.len()
    }

    /// The positions, better ones first.
    pub(super) fn ranked(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by(|a, b| self.outcomes[*a].order(&self.outcomes[*b]));
        order
    }

    /// Keep those at `positions`, in that order.
    pub(super) fn keep(&mut self, positions: &[usize]) {
        self.points = positions.iter().map(|at| self.points[*at].clone()).collect();
        self.outcomes = positions.iter().map(|at| self.outcomes[*at]).collect();
    }

    pub(super) fn push(&mut self, point: Vec<f64>, outcome: Outcome) {
        self.points.push(point);
        self.outcomes.push(outcome);
    }
}

/// One of `count`, uniformly.
pub(super) fn pick(random: &mut Random, count: usize) -> usize {
    ((random.uniform() * count as f64) as usize).min(count.saturating_sub(1))
}

/// Uniform points, each axis in as many strata as points (McKay and others, 1979).
pub(super) fn latin(random: &mut Random, dimensions: usize, count: usize) -> Vec<Vec<f64>> {
    let mut points = vec![vec![0.0; dimensions]; count];
    let mut strata: Vec<usize> = (0..count).collect();
    for axis in 0..dimensions {
        shuffle(random, &mut strata);
        for (point, stratum) in points.iter_mut().zip(&strata) {
            point[axis] = (*stratum as f64 + random.uniform()) / count as f64;
        }
    }
    points
}

pub(super) fn shuffle<T>(random: &mut Random, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        items.swap(last, pick(random, last + 1));
    }
}

/// A first population: the best of what is known, the rest in strata. What is known is not asked again.
pub(super) async fn begin(run: &mut Run, size: usize) -> crate::error::Result<Population> {
    let mut population = Population::default();
    for given in run.given.iter().take(size / 2) {
        population.push(given.point.clone(), given.outcome);
    }
    let dimensions = run.dimensions();
    let fresh = latin(&mut run.random, dimensions, size - population.len());
    tell(run, &mut population, fresh).await?;
    Ok(population)
}

/// Evaluate points and add them.
pub(super) async fn tell(
    run: &mut Run,
    population: &mut Population,
    points: Vec<Vec<f64>>,
) -> crate::error::Result<()> {
    let flat: Vec<f64> = points.iter().flatten().copied().collect();
    run.evaluate(&flat).await?;
    for (point, outcome) in points.into_iter().zip(run.answers.outcomes.clone()) {
        population.push(point, outcome);
    }
    Ok(())
}

/// A size that suits the caller's batches: `wanted`, or the next multiple of the batch.
pub(super) fn fitting(run: &Run, wanted: usize) -> usize {
    let batch = run.options.batch.min(1 << 16);
    wanted.max(4).div_ceil(batch) * batch
}

/// The cell of a discrete axis that a coordinate lies in, as its middle; other coordinates as they are.
pub(super) fn settle(axis: &Axis, at: f64) -> f64 {
    if axis.is_discrete() { axis.encode(axis.decode(at)) } else { at }
}

/// Whether two points decode to the same candidate.
pub(super) fn same(axes: &[Axis], a: &[f64], b: &[f64]) -> bool {
    axes.iter().zip(a.iter().zip(b)).all(|(axis, (a, b))| axis.decode(*a) == axis.decode(*b))
}

/// The standard normal distribution function, to about 1e-7 (Abramowitz, Stegun, 26.2.17).
pub(in crate::optimize::minimize) fn below(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let series =
        t * (0.319_381_530 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    let tail = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt() * series;
    (if z < 0.0 { tail } else { 1.0 - tail }).clamp(1e-12, 1.0 - 1e-12)
}
