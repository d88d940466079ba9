//! Differential evolution whose parameters adapt and whose population shrinks.
//!
//! Trial points go from a parent towards one of the best and along a difference of two others, the second of which may come
//! from an archive of beaten parents. Scale and crossover rate are drawn around memories of what led to improvements,
//! weighted by how large these were. Source: Tanabe, Fukunaga, *Improving the search performance of SHADE using linear
//! population size reduction* (CEC 2014), with the weights and schedules of Brest, Maucec, Boskovic, *Single objective
//! real-parameter optimization: algorithm jSO* (CEC 2017). A coordinate out of bounds goes half way from its parent to the
//! bound. Choices are taken from one of the points that meet; whole numbers are rounded when they are evaluated.
use super::population::{Population, begin, fitting, pick, same};
use crate::error::Result;
use crate::math::random::Random;
use crate::optimize::minimize::desk::Run;

/// Memories of scale and crossover rate.
const MEMORIES: usize = 5;
/// The most numbers of a population by default.
const MOST: usize = 1 << 23;
/// The population at the end.
const LEAST: usize = 4;

/// What led to improvements.
struct Memory {
    scales: [f64; MEMORIES],
    rates: [f64; MEMORIES],
    next: usize,
}

/// One improvement: scale, rate, and by how much.
type Success = (f64, f64, f64);

pub(super) async fn search(mut run: Run) -> Result<()> {
    loop {
        // When the population has shrunk to a point, without a limit of evaluations there is time for another one.
        generations_within(&mut run, 1, 1).await?;
        run.given.clear();
    }
}

/// One population that shrinks while `part` of `of` parts of the evaluations are used.
pub(super) async fn generations_within(run: &mut Run, part: usize, of: usize) -> Result<()> {
    run.stage("differential_evolution");
    let n = run.dimensions() as f64;
    let usual = (25.0 * n.ln().max(0.5) * n.sqrt()).round() as usize;
    let planned = run.left().min(10_000 * run.dimensions()) / of * part;
    let first =
        run.options.population.unwrap_or_else(|| usual.min(planned / 12).min(MOST / run.dimensions()).max(2 * LEAST));
    let first = fitting(run, first);
    let began = run.used;
    let mut population = begin(run, first).await?;
    let mut archive: Vec<Vec<f64>> = Vec::new();
    let mut memory = Memory { scales: [0.3; MEMORIES], rates: [0.8; MEMORIES], next: 0 };
    loop {
        let part = ((run.used - began) as f64 / planned as f64).min(1.0);
        if part >= 1.0 || collapsed(run, &population) {
            return Ok(());
        }
        let order = population.ranked();
        population.keep(&order);
        let mut trials = Vec::with_capacity(population.len());
        let mut drawn = Vec::with_capacity(population.len());
        for parent in 0..population.len() {
            let (scale, rate) = memory.draw(&mut run.random, part);
            trials.push(trial(run, &population, &archive, parent, scale, rate, part));
            drawn.push((scale, rate));
        }
        let flat: Vec<f64> = trials.iter().flatten().copied().collect();
        run.evaluate(&flat).await?;
        let mut successes: Vec<Success> = Vec::new();
        for (at, point) in trials.into_iter().enumerate() {
            let (found, before) = (run.answers.outcomes[at], population.outcomes[at]);
            if before.beats(&found) {
                continue;
            }
            if found.beats(&before) {
                let gain = if found.violation < before.violation {
                    before.violation - found.violation
                } else {
                    before.value - found.value
                };
                successes.push((drawn[at].0, drawn[at].1, if gain.is_finite() { gain } else { f64::MAX.sqrt() }));
                archive.push(std::mem::take(&mut population.points[at]));
            }
            population.points[at] = point;
            population.outcomes[at] = found;
        }
        memory.learn(&successes);
        let size = (first as f64 + (LEAST as f64 - first as f64) * part).round() as usize;
        let size = fitting(run, size).min(population.len());
        let order: Vec<usize> = population.ranked().into_iter().take(size).collect();
        population.keep(&order);
        while archive.len() > size {
            let last = archive.len() - 1;
            archive.swap(pick(&mut run.random, last + 1), last);
            archive.pop();
        }
    }
}

/// Whether all points are the same.
fn collapsed(run: &Run, population: &Population) -> bool {
    let first = &population.points[0];
    population.points.iter().all(|point| same(&run.space.axes, first, point))
}

impl Memory {
    fn draw(&self, random: &mut Random, part: f64) -> (f64, f64) {
        let slot = pick(random, MEMORIES);
        // The last memory always suggests large scales and rates.
        let (middle, rate) = if slot == MEMORIES - 1 { (0.9, 0.9) } else { (self.scales[slot], self.rates[slot]) };
        let mut rate = if rate < 0.0 { 0.0 } else { (rate + 0.1 * random.normal()).clamp(0.0, 1.0) };
        if part < 0.25 {
            rate = rate.max(0.7);
        } else if part < 0.5 {
            rate = rate.max(0.6);
        }
        let mut scale = 0.0;
        while scale <= 0.0 {
            scale = middle + 0.1 * (std::f64::consts::PI * (random.uniform() - 0.5)).tan();
        }
        let scale = scale.min(1.0);
        (if part < 0.6 { scale.min(0.7) } else { scale }, rate)
    }

    fn learn(&mut self, successes: &[Success]) {
        let total: f64 = successes.iter().map(|(.., gain)| gain).sum();
        if total.is_nan() || total <= 0.0 {
            return;
        }
        let lehmer = |value: fn(&Success) -> f64| {
            let squares: f64 = successes.iter().map(|s| s.2 / total * value(s) * value(s)).sum();
            let sum: f64 = successes.iter().map(|s| s.2 / total * value(s)).sum();
            if sum > 0.0 { squares / sum } else { -1.0 }
        };
        let (scale, rate) = (lehmer(|s| s.0), lehmer(|s| s.1));
        let slot = self.next;
        self.scales[slot] = f64::midpoint(self.scales[slot], scale);
        self.rates[slot] =
            if self.rates[slot] < 0.0 || rate < 0.0 { -1.0 } else { f64::midpoint(self.rates[slot], rate) };
        self.next = (slot + 1) % (MEMORIES - 1);
    }
}

/// A trial point of `parent` in a population ranked best first.
fn trial(
    run: &mut Run,
    population: &Population,
    archive: &[Vec<f64>],
    parent: usize,
    scale: f64,
    rate: f64,
    part: f64,
) -> Vec<f64> {
    let (size, random) = (population.len(), &mut run.random);
    let best = ((0.25 - 0.125 * part) * size as f64).round().max(2.0) as usize;
    let best = &population.points[pick(random, best.min(size))];
    let mut one = pick(random, size);
    while one == parent {
        one = pick(random, size);
    }
    let mut two = pick(random, size + archive.len());
    while two == parent || two == one {
        two = pick(random, size + archive.len());
    }
    let other = if two < size { &population.points[two] } else { &archive[two - size] };
    let one = &population.points[one];
    let pull = scale
        * if part < 0.2 {
            0.7
        } else if part < 0.4 {
            0.8
        } else {
            1.2
        };
    let own = &population.points[parent];
    let forced = pick(random, own.len());
    let mut child = own.clone();
    for (i, axis) in run.space.axes.iter().enumerate() {
        if i != forced && random.uniform() >= rate {
            continue;
        }
        if axis.is_categorical() {
            child[i] = [own[i], best[i], one[i], other[i]][pick(random, 4)];
            continue;
        }
        let at = own[i] + pull * (best[i] - own[i]) + scale * (one[i] - other[i]);
        child[i] = if at < 0.0 {
            0.5 * own[i]
        } else if at > 1.0 {
            f64::midpoint(1.0, own[i])
        } else {
            at
        };
    }
    child
}
