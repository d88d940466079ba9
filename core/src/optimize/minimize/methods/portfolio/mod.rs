//! Several methods in turn.
mod bracket;
mod separable;

use super::cma::{Limits, State, default_population, descend as evolve};
use super::gradient::{Plan, descend};
use crate::error::Result;
use crate::optimize::minimize::desk::Run;

/// Steps of CMA-ES this part of the first one are short enough to compare with descents.
const CLOSE: f64 = 1e-2;

pub(super) async fn search(mut run: Run) -> Result<()> {
    let run = &mut run;
    let n = run.dimensions();
    run.stage("probe");
    if separable::is_sum(run).await? {
        run.stage("separable");
        separable::solve(run, run.left() / 3).await?;
    }
    let total = run.left();
    let enough = run.used + total / 8;
    run.stage("descents");
    let mut descents = Contender::default();
    while run.used < enough {
        one_descent(run, &mut descents).await?;
    }
    run.stage("cma_es");
    let size = (run.left() / (35 * n)).clamp(default_population(n), 6 * default_population(n));
    let mut state = State::new(random_point(run), 0.25, size);
    let close = Limits { least_step: CLOSE, evaluations: run.left() - total / 20, ..Limits::default() };
    let first = evolve(run, &mut state, close).await?;
    let same = near(&descents.point, &first.point);
    if !descents.smooth || same || first.value < descents.best {
        run.stage("cma_es");
        let rest = Limits { evaluations: run.left().saturating_sub(total / 16), ..Limits::default() };
        evolve(run, &mut state, rest).await?;
    }
    run.stage("polish");
    let best = run.best.point.clone();
    descend(run, &best, Plan { reach: 1e-4, ..Plan::default() }).await?;
    let lead = descents.best - run.best.outcome.value;
    if descents.smooth && lead <= 0.05 * (descents.typical - run.best.outcome.value) {
        run.stage("multistart");
        let until = run.left() / 5;
        while run.left() > until {
            one_descent(run, &mut descents).await?;
        }
    }
    run.stage("bipop");
    super::cma::bipop(run, size).await
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

fn random_point(run: &mut Run) -> Vec<f64> {
    (0..run.dimensions()).map(|_| run.random.uniform()).collect()
}

async fn one_descent(run: &mut Run, contender: &mut Contender) -> Result<()> {
    let (n, began) = (run.dimensions(), run.used);
    let samples = 2 * n;
    let points: Vec<f64> = (0..n * samples).map(|_| run.random.uniform()).collect();
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
