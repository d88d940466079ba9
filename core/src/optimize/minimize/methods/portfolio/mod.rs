//! The default: several methods in turn.
//!
//! | space and limits | what is done |
//! |---|---|
//! | finite, no more combinations than evaluations | all of them |
//! | derivatives told | quasi-Newton descents |
//! | fewer than 20 evaluations per parameter, at most 1000 | Bayesian optimisation |
//! | choices among the parameters | differential evolution, then neighbours of the best |
//! | constraints | descents, then CMA-ES, both with an augmented Lagrangian, then differential evolution with feasibility rules |
//! | noisy | CMA-ES that evaluates more often where ranks are unsure |
//! | not bounded, or whole numbers | a descent or the test for sums, then CMA-ES with restarts |
//! | more than 300 parameters | the test for sums, then descents |
//! | else | see [`continuous`] |
mod bracket;
mod separable;

use super::cma::{Limits, State, default_population, descend as evolve};
use super::gradient::{Plan, descend};
use super::{annealing, bayesian, cma, constrained, differential, gradient, sampling};
use crate::error::{Result, bail};
use crate::optimize::minimize::desk::Run;

/// Steps of CMA-ES this part of the first one are short enough to compare with descents.
const CLOSE: f64 = 1e-2;
/// Above, the covariance matrix costs more than it gives within usual limits.
const MANY: usize = 300;
/// Evaluations that are planned with where they are not limited, per parameter.
const HORIZON: usize = 2000;

pub(super) async fn search(mut run: Run) -> Result<()> {
    let n = run.dimensions();
    let bounded = run.space.is_bounded();
    let cells = sampling::cells(&run.space.axes, f64::INFINITY);
    if cells <= run.left() as f64 && cells <= 1e7 && !run.options.noisy {
        return sampling::grid(&mut run).await;
    }
    if run.options.gradient {
        return gradient::search(run).await;
    }
    if bounded && n <= 50 && run.left() < 20 * n && run.left() <= 1000 {
        return bayesian::search(&mut run).await;
    }
    if run.space.has_categories() || (n > MANY && bounded && !run.space.is_continuous()) {
        differential::generations_within(&mut run, 4, 5).await?;
        run.stage("neighbours");
        let best = run.best.point.clone();
        let value = run.value(&best).await?;
        annealing::neighbours(&mut run, &best, value).await?;
        return differential::search(run).await;
    }
    if n > MANY && bounded && (run.options.noisy || run.lagrangian.len() > 0) {
        return differential::search(run).await;
    }
    if n > MANY && !run.space.is_continuous() {
        bail!(Unsupported, "more than {MANY} parameters need bounds unless all are continuous; the space has {n}");
    }
    if n > MANY && !bounded {
        return gradient::search(run).await;
    }
    if run.options.noisy {
        run.stage("cma_es");
        return cma::bipop(&mut run, 2 * default_population(n)).await;
    }
    if run.lagrangian.len() > 0 {
        return with_constraints(run).await;
    }
    if bounded {
        run.stage("probe");
        if separable::is_sum(&mut run).await? {
            run.stage("separable");
            let planned = run.left().min(HORIZON * n) / 3;
            separable::solve(&mut run, planned).await?;
        }
    }
    if n > MANY {
        return gradient::search(run).await;
    }
    if bounded && run.space.is_continuous() {
        return continuous(&mut run).await;
    }
    if run.space.is_continuous() {
        run.stage("descents");
        let start = run.given.first().map_or_else(|| run.start(), |given| given.point.clone());
        let evaluations = run.left().min(HORIZON * n) / 4;
        descend(&mut run, &start, Plan { evaluations, ..Plan::default() }).await?;
    }
    run.stage("cma_es");
    cma::bipop(&mut run, default_population(n)).await
}

/// Searches with multipliers, local ones first; what they leave goes to a population that prefers feasible points.
async fn with_constraints(mut run: Run) -> Result<()> {
    let n = run.dimensions();
    let total = run.left().min(HORIZON * n);
    constrained::prepare(&mut run).await?;
    if run.space.is_continuous() {
        run.stage("descents");
        let until = run.used + total * 3 / 10;
        let mut start = run.given.first().map_or_else(|| run.start(), |given| given.point.clone());
        while run.used < until {
            constrained::descents(&mut run, &start, until).await?;
            start = run.random_point();
        }
    }
    if !run.space.is_bounded() {
        run.stage("cma_es");
        return cma::bipop(&mut run, default_population(n)).await;
    }
    run.stage("cma_es");
    let start = run.best.point.clone();
    let mut state = State::new(start, 0.1, default_population(n));
    evolve(&mut run, &mut state, Limits { evaluations: total * 3 / 10, ..Limits::default() }).await?;
    run.given.insert(0, run.best.clone());
    differential::search(run).await
}

/// A bounded continuous space with enough evaluations.
///
/// 1. Is the function a sum over the parameters? Then each is searched alone ([`separable`]).
/// 2. Descents from the best of some random points, for an eighth of the evaluations.
/// 3. CMA-ES with a population that converges within what is left: about `left / 35 d`.
/// 4. Once its steps are a hundredth of the first, it is compared with the descents. Where these came to a smooth minimum
///    that is lower and elsewhere, the function is one of many smooth valleys and descents go on; else CMA-ES does, to its
///    end.
/// 5. A last descent from the best point; what is left goes to descents where they came close, and to restarts.
async fn continuous(run: &mut Run) -> Result<()> {
    let n = run.dimensions();
    let total = run.left().min(HORIZON * n);
    let enough = run.used + total / 8;
    run.stage("descents");
    let mut descents = Contender::default();
    while run.used < enough {
        one_descent(run, &mut descents).await?;
    }
    run.stage("cma_es");
    let horizon = total - total / 8;
    let size = (horizon / (35 * n)).clamp(default_population(n), 6 * default_population(n));
    let mut state = State::new(run.random_point(), 0.25, size);
    let close = Limits { least_step: CLOSE, evaluations: horizon - total / 20, ..Limits::default() };
    let first = evolve(run, &mut state, close).await?;
    let same = near(&descents.point, &first.point);
    if !descents.smooth || same || first.value < descents.best {
        let spent = first.used + total / 16;
        let rest = Limits { evaluations: horizon.saturating_sub(spent), ..Limits::default() };
        evolve(run, &mut state, rest).await?;
    }
    run.stage("polish");
    let best = run.best.point.clone();
    descend(run, &best, Plan { reach: 1e-4, ..Plan::default() }).await?;
    let lead = descents.best - run.best.outcome.value;
    if descents.smooth && lead <= 0.05 * (descents.typical - run.best.outcome.value) {
        run.stage("descents");
        let until = run.used + run.left().min(HORIZON * n) * 4 / 5;
        while run.used < until {
            one_descent(run, &mut descents).await?;
        }
    }
    run.stage("cma_es");
    cma::bipop(run, size).await
}

/// Whether two points are in the same place, as far as a tenth of the way across tells.
fn near(a: &[f64], b: &[f64]) -> bool {
    let square: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    square <= 0.01 * 0.01 * a.len() as f64
}

/// What one of several ways has used and found.
#[derive(Clone, Debug)]
struct Contender {
    used: usize,
    best: f64,
    point: Vec<f64>,
    /// The mean value of random points.
    typical: f64,
    /// Whether the best is a smooth minimum.
    smooth: bool,
}

impl Default for Contender {
    fn default() -> Self {
        Self { used: 0, best: f64::INFINITY, point: Vec::new(), typical: f64::INFINITY, smooth: false }
    }
}

async fn one_descent(run: &mut Run, contender: &mut Contender) -> Result<()> {
    let (n, began) = (run.dimensions(), run.used);
    let samples = 2 * n;
    let points: Vec<f64> = (0..samples).flat_map(|_| run.random_point()).collect();
    run.evaluate(&points).await?;
    let mean = (0..samples).map(|row| run.merit(row)).sum::<f64>() / samples as f64;
    contender.typical = contender.typical.min(mean);
    let best = (0..samples).min_by(|a, b| run.merit(*a).total_cmp(&run.merit(*b))).unwrap_or(0);
    let start = points[best * n..(best + 1) * n].to_vec();
    let plan = Plan { evaluations: 40 * (n + 2), ambition: contender.best, exact: false, ..Plan::default() };
    let found = descend(run, &start, plan).await?;
    if found.value < contender.best {
        contender.smooth = found.promised <= 1e-6 * found.value.abs().max(1.0);
        (contender.best, contender.point) = (found.value, found.point);
    }
    contender.used += run.used - began;
    Ok(())
}
