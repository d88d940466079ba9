//! One run of CMA-ES, from a first distribution until it stands still.
use super::margin;
use super::noise::Noise;
use super::state::State;
use crate::error::Result;
use crate::optimize::minimize::desk::Run;

/// When a run of CMA-ES ends besides converging.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The most evaluations.
    pub(crate) evaluations: usize,
    /// Values that differ by less are the same.
    pub(crate) tolerance: f64,
    /// Steps below this part of the first one are none.
    pub(crate) least_step: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { evaluations: usize::MAX, tolerance: 1e-12, least_step: 1e-12 }
    }
}

/// How a run of CMA-ES ended.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    /// Evaluations used.
    pub(crate) used: usize,
    /// The best value.
    pub(crate) value: f64,
    /// Where it is.
    pub(crate) point: Vec<f64>,
}

/// Values of the generations behind, for the tests of standing still.
#[derive(Debug, Default)]
struct Behind {
    best: Vec<f64>,
    median: Vec<f64>,
}

/// Sample and learn until `limits`, or until nothing moves.
pub(crate) async fn descend(run: &mut Run, state: &mut State, limits: Limits) -> Result<Ended> {
    let n = run.dimensions();
    let size = state.rates.population;
    let ranges: Vec<(f64, f64)> = run.space.axes.iter().map(|axis| axis.range()).collect();
    let first = state.step;
    let (mut steps, mut points, mut order) = (Vec::new(), vec![0.0; size * n], Vec::new());
    let mut merits = vec![0.0; size];
    let discrete = !run.space.is_continuous();
    let mut noise = run.options.noisy.then(Noise::default);
    let mut behind = Behind::default();
    let mut ended = Ended { used: 0, value: f64::INFINITY, point: state.mean.clone() };
    let began = run.used;
    while ended.used + size <= limits.evaluations {
        state.sample(&mut run.random, &mut steps);
        place(state, &steps, &ranges, &mut points);
        match &mut noise {
            Some(noise) => noise.evaluate(run, &points, &mut merits).await?,
            None => {
                run.evaluate(&points).await?;
                for (row, merit) in merits.iter_mut().enumerate() {
                    *merit = run.merit(row);
                }
            }
        }
        ended.used = run.used - began;
        order.clear();
        order.extend(0..size);
        order.sort_by(|a, b| merits[*a].total_cmp(&merits[*b]));
        if merits[order[0]] < ended.value {
            ended.value = merits[order[0]];
            ended.point.copy_from_slice(&points[order[0] * n..(order[0] + 1) * n]);
        }
        let context = run.context();
        state.learn(&steps, &order, &|| !context.is_cancelled());
        run.check()?;
        if discrete {
            margin::keep(state, &run.space.axes);
        }
        let spread = merits[order[size - 1]] - merits[order[0]];
        behind.best.push(merits[order[0]]);
        behind.median.push(merits[order[size / 2]]);
        if run.lagrangian.len() > 0 && noise.is_none() && learn_constraints(run, &order, behind.best.len()) {
            // The values of the generations behind were of another function.
            behind = Behind::default();
            ended.value = f64::INFINITY;
        }
        if state.broken || stands_still(state, &behind, spread, first, n, &limits) {
            break;
        }
    }
    Ok(ended)
}

/// Generations between two lessons of the Lagrangian.
const LESSON: usize = 5;

/// Let the Lagrangian learn from the middle of the better half, now and then; whether it did.
fn learn_constraints(run: &mut Run, order: &[usize], generations: usize) -> bool {
    if !generations.is_multiple_of(LESSON) {
        return false;
    }
    let count = run.lagrangian.len();
    let good: Vec<usize> =
        order[..order.len().div_ceil(2)].iter().copied().filter(|row| run.merit(*row).is_finite()).collect();
    if good.is_empty() {
        return false;
    }
    let mean =
        |at: usize| good.iter().map(|row| run.answers.constraints[row * count + at]).sum::<f64>() / good.len() as f64;
    let middle: Vec<f64> = (0..count).map(mean).collect();
    run.lagrangian.update(&middle);
    true
}

/// The points of the steps, mirrored at the bounds.
fn place(state: &State, steps: &[f64], ranges: &[(f64, f64)], points: &mut [f64]) {
    let n = ranges.len();
    for (row, target) in steps.chunks_exact(n).zip(points.chunks_exact_mut(n)) {
        for (i, place) in target.iter_mut().enumerate() {
            *place = mirror(state.mean[i] + state.step * state.stretch[i] * row[i], ranges[i]);
        }
    }
}

/// A coordinate reflected at its bounds until it lies between them.
pub(crate) fn mirror(at: f64, (low, high): (f64, f64)) -> f64 {
    if (low..=high).contains(&at) {
        return at;
    }
    if low.is_finite() && high.is_finite() {
        let width = high - low;
        let folded = (at - low).rem_euclid(2.0 * width);
        return low + if folded > width { 2.0 * width - folded } else { folded };
    }
    if at < low { 2.0 * low - at } else { 2.0 * high - at }
}

fn stands_still(state: &State, behind: &Behind, spread: f64, first: f64, n: usize, limits: &Limits) -> bool {
    let (generations, size) = (behind.best.len(), state.rates.population);
    let (shortest, longest) = state.axes();
    let flat = |values: &[f64]| {
        let (least, most) =
            values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m): (f64, f64), v| (l.min(*v), m.max(*v)));
        let rounding = 4.0 * f64::EPSILON * least.abs();
        most - least <= limits.tolerance.max(rounding)
    };
    let window = 10 + 30 * n / size;
    if generations > window && spread <= limits.tolerance && flat(&behind.best[generations - window..]) {
        return true;
    }
    if generations > window && flat(&behind.best[generations - window..]) {
        return true;
    }
    if longest < limits.least_step * first {
        return true;
    }
    // No effect of a tenth of the shortest axis on any coordinate of the middle.
    if state.mean.iter().all(|mean| mean + 0.1 * shortest == *mean) {
        return true;
    }
    // Neither best nor median improve any more.
    let long = 120 + 30 * n / size;
    if generations > 2 * long {
        let part = long * 3 / 10;
        let middle = |values: &[f64]| {
            let mut sorted = values.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted[sorted.len() / 2]
        };
        let now = generations - part..generations;
        let then = generations - long..generations - long + part;
        if generations % 10 == 0
            && middle(&behind.best[now.clone()]) >= middle(&behind.best[then.clone()])
            && middle(&behind.median[now]) >= middle(&behind.median[then])
        {
            return true;
        }
    }
    false
}
