//! Generalised simulated annealing with local searches.
//!
//! Steps come from the visiting distribution of Tsallis and Stariolo (*Generalized simulated annealing*, Physica A 233,
//! 1996), heavy-tailed at first and narrow later; worse points are accepted by its generalised rule. What a round improves is
//! searched locally: by a quasi-Newton descent, or from neighbour to neighbour where there are whole numbers or choices.
//! Schedule and parameters are those of Xiang, Sun, Fan, Gong (*Generalized simulated annealing algorithm and its application
//! to the Thomson model*, Physics Letters A 233, 1997): visiting index 2.62, acceptance index -5, temperature 5230 for a range
//! of ten.
use super::constrained;
use super::gradient::{Plan, descend};
use super::population::pick;
use crate::error::Result;
use crate::math::random::Random;
use crate::optimize::minimize::desk::Run;
use crate::optimize::space::Axis;

const VISITING: f64 = 2.62;
const ACCEPTANCE: f64 = -5.0;
const TEMPERATURE: f64 = 5230.0;
/// The part of the first temperature at which it begins again.
const COLD: f64 = 2e-5;
/// Steps are for a range of ten, coordinates have a range of one.
const RANGE: f64 = 10.0;
/// The gamma function at `2.5 - 1 / (VISITING - 1)`.
const GAMMA: f64 = 0.955_961_739_571_615;

pub(super) async fn search(mut run: Run) -> Result<()> {
    run.stage("simulated_annealing");
    let run = &mut run;
    constrained::prepare(run).await?;
    let mut current = match run.given.first() {
        Some(given) => given.point.clone(),
        None => (0..run.dimensions()).map(|_| run.random.uniform()).collect(),
    };
    let mut value = run.value(&current).await?;
    loop {
        let mut round = 0;
        loop {
            let temperature = temperature(round);
            if temperature < COLD * TEMPERATURE {
                break;
            }
            let improved = chain(run, &mut current, &mut value, temperature, round).await?;
            let from = if improved {
                Some(run.best.point.clone())
            } else {
                promising(run, &current, value, temperature, round)
            };
            if let Some(from) = from {
                let start = run.value_again(&from, if improved { run.best_merit } else { value }).await?;
                let (point, found) = local(run, &from, start).await?;
                constrained::settle(run, &point).await?;
                (current, value) = (point.clone(), run.value_again(&point, found).await?);
            }
            round += 1;
        }
        // Cold: begin again elsewhere.
        current = (0..run.dimensions()).map(|_| run.random.uniform()).collect();
        value = run.value(&current).await?;
    }
}

fn temperature(round: usize) -> f64 {
    let power = VISITING - 1.0;
    TEMPERATURE * (2f64.powf(power) - 1.0) / ((round as f64 + 2.0).powf(power) - 1.0)
}

/// The current point where it is searched locally though nothing improved: the sooner, the nearer its value is to the best.
fn promising(run: &mut Run, current: &[f64], value: f64, temperature: f64, round: usize) -> Option<Vec<f64>> {
    let cooled = temperature / (round as f64 + 1.0);
    let behind = 100.0 * current.len() as f64 * (run.best_merit - value) / cooled;
    (run.random.uniform() < behind.exp() && behind < 0.0).then(|| current.to_vec())
}

/// Two steps per coordinate: first all coordinates at once, then one after another. Whether the best point of the run, or at
/// least that of the chain, was bettered.
async fn chain(run: &mut Run, current: &mut Vec<f64>, value: &mut f64, temperature: f64, round: usize) -> Result<bool> {
    let n = current.len();
    let before = run.best.outcome;
    for step in 0..2 * n {
        let mut next = current.clone();
        let spread = spread(temperature);
        if step < n {
            let axes = next.iter_mut().zip(&run.space.axes);
            axes.for_each(|(x, axis)| *x = wrap(*x + visit(&mut run.random, spread), axis));
        } else {
            let i = step - n;
            next[i] = wrap(next[i] + visit(&mut run.random, spread), &run.space.axes[i]);
        }
        let found = run.value(&next).await?;
        let cooled = temperature / (round as f64 + 1.0);
        if found <= *value || accepts(run.random.uniform(), found - *value, cooled) {
            (*current, *value) = (next, found);
        }
    }
    Ok(run.best.outcome.beats(&before))
}

fn accepts(u: f64, worse: f64, temperature: f64) -> bool {
    let base = 1.0 - (1.0 - ACCEPTANCE) * worse / temperature;
    base > 0.0 && u <= base.powf(1.0 / (1.0 - ACCEPTANCE))
}

/// The scale of the visiting distribution.
fn spread(temperature: f64) -> f64 {
    let q = VISITING;
    let hot = temperature.powf(1.0 / (q - 1.0));
    let two = ((4.0 - q) * (q - 1.0).ln()).exp();
    let three = ((2.0 - q) * 2f64.ln() / (q - 1.0)).exp();
    let four = std::f64::consts::PI.sqrt() * hot * two / (three * (3.0 - q));
    let five = 1.0 / (q - 1.0) - 0.5;
    let angle = std::f64::consts::PI * (1.0 - five);
    let six = angle / angle.sin() / GAMMA;
    (-(q - 1.0) * (six / four).ln() / (3.0 - q)).exp()
}

fn visit(random: &mut Random, spread: f64) -> f64 {
    let (x, y) = (spread * random.normal(), random.normal());
    let step = x / ((VISITING - 1.0) * y.abs().ln() / (3.0 - VISITING)).exp();
    step.clamp(-1e8, 1e8) / RANGE
}

/// A coordinate that leaves on one side comes in on the other.
fn wrap(at: f64, axis: &Axis) -> f64 {
    let wrapped = at.rem_euclid(1.0);
    if axis.is_bounded() && (0.0..=1.0).contains(&wrapped) { wrapped } else { 0.5 }
}

/// A local search from a point.
async fn local(run: &mut Run, point: &[f64], value: f64) -> Result<(Vec<f64>, f64)> {
    if run.space.is_continuous() {
        let evaluations = 100 * (run.dimensions() + 1);
        let tolerance = 2e-9 * value.abs().max(1.0);
        let plan = Plan { reach: 0.01, evaluations, tolerance, exact: false, ..Plan::default() };
        let found = descend(run, point, plan).await?;
        return Ok(if found.value < value { (found.point, found.value) } else { (point.to_vec(), value) });
    }
    neighbours(run, point, value).await
}

/// Go to the best neighbour while it is better: one whole number up or down, or another choice; continuous coordinates go by a
/// hundredth.
pub(super) async fn neighbours(run: &mut Run, point: &[f64], value: f64) -> Result<(Vec<f64>, f64)> {
    let (mut point, mut value) = (point.to_vec(), value);
    let n = point.len();
    loop {
        let mut around = Vec::new();
        for (i, axis) in run.space.axes.iter().enumerate() {
            let step = if axis.is_discrete() { 1.0 / axis.count() } else { 0.01 };
            let mut put = |at: f64| {
                around.extend_from_slice(&point);
                let last = around.len() - n + i;
                around[last] = at.clamp(0.0, 1.0);
            };
            if axis.is_categorical() {
                let count = axis.count() as usize;
                for _ in 0..count.saturating_sub(1).min(4) {
                    put(axis.encode(pick(&mut run.random, count) as f64));
                }
            } else {
                put(point[i] - step);
                put(point[i] + step);
            }
        }
        run.evaluate(&around).await?;
        let rows = around.len() / n;
        let best = (0..rows).min_by(|a, b| run.merit(*a).total_cmp(&run.merit(*b))).unwrap_or(0);
        if rows == 0 || run.merit(best) >= value {
            return Ok((point, value));
        }
        value = run.merit(best);
        point = around[best * n..(best + 1) * n].to_vec();
    }
}
