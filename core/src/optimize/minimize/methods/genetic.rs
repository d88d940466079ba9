//! A genetic algorithm for mixed spaces.
//!
//! Parents win tournaments of two; children come from simulated binary crossover and polynomial mutation (Deb, Agrawal,
//! *Simulated binary crossover for continuous search space*, 1995; Deb, Goyal, *A combined genetic adaptive search*, 1996),
//! choices from either parent and now and then at random. The better half of parents and children lives on; a child that is
//! there already is changed until it is not. Feasible points beat infeasible ones (Deb, *An efficient constraint handling
//! method for genetic algorithms*, 2000).
use super::population::{Population, begin, fitting, pick, same, settle, tell};
use crate::error::Result;
use crate::math::random::Random;
use crate::optimize::minimize::desk::Run;
use crate::optimize::space::Axis;

/// How near children stay to their parents.
const CROSSOVER_INDEX: f64 = 15.0;
/// How near mutants stay to what they were.
const MUTATION_INDEX: f64 = 20.0;
/// The part of the pairs that is crossed.
const CROSSED: f64 = 0.9;
/// Attempts at a child that is not there yet.
const ATTEMPTS: usize = 20;

pub(super) async fn search(mut run: Run) -> Result<()> {
    run.stage("genetic_algorithm");
    let run = &mut run;
    let wanted = run.options.population.unwrap_or_else(|| (10 * run.dimensions()).clamp(20, 100));
    let size = fitting(run, wanted);
    let mut population = begin(run, size).await?;
    loop {
        let mut children: Vec<Vec<f64>> = Vec::with_capacity(size + 1);
        let mut attempts = 0;
        while children.len() < size {
            attempts += 1;
            let (one, two) = (parent(run, &population), parent(run, &population));
            let pair = cross(&mut run.random, &run.space.axes, &population.points[one], &population.points[two]);
            for mut child in pair {
                mutate(&mut run.random, &run.space.axes, &mut child);
                let known = |other: &Vec<f64>| same(&run.space.axes, other, &child);
                let new = !population.points.iter().any(known) && !children.iter().any(known);
                if new || attempts > ATTEMPTS * size {
                    children.push(child);
                }
            }
        }
        children.truncate(size);
        tell(run, &mut population, children).await?;
        let order: Vec<usize> = population.ranked().into_iter().take(size).collect();
        population.keep(&order);
    }
}

/// The better of two.
fn parent(run: &mut Run, population: &Population) -> usize {
    let (a, b) = (pick(&mut run.random, population.len()), pick(&mut run.random, population.len()));
    if population.outcomes[b].beats(&population.outcomes[a]) { b } else { a }
}

fn cross(random: &mut Random, axes: &[Axis], one: &[f64], two: &[f64]) -> [Vec<f64>; 2] {
    let mut children = [one.to_vec(), two.to_vec()];
    if random.uniform() > CROSSED {
        return children;
    }
    for (i, axis) in axes.iter().enumerate() {
        let swap = random.uniform() < 0.5;
        if axis.is_categorical() || swap || (one[i] - two[i]).abs() < 1e-14 {
            if swap {
                (children[0][i], children[1][i]) = (two[i], one[i]);
            }
            continue;
        }
        let (low, high) = (one[i].min(two[i]), one[i].max(two[i]));
        let u = random.uniform();
        // The spread of a child that cannot leave the bound at this distance.
        let spread = |room: f64| {
            let beta = 1.0 + 2.0 * room / (high - low);
            let alpha = 2.0 - beta.powf(-(CROSSOVER_INDEX + 1.0));
            let power = 1.0 / (CROSSOVER_INDEX + 1.0);
            if u <= 1.0 / alpha { (u * alpha).powf(power) } else { (1.0 / (2.0 - u * alpha)).powf(power) }
        };
        let (middle, half) = (f64::midpoint(low, high), 0.5 * (high - low));
        let (down, up) = (middle - half * spread(low), middle + half * spread(1.0 - high));
        let (first, second) = if random.uniform() < 0.5 { (down, up) } else { (up, down) };
        children[0][i] = settle(axis, first.clamp(0.0, 1.0));
        children[1][i] = settle(axis, second.clamp(0.0, 1.0));
    }
    children
}

fn mutate(random: &mut Random, axes: &[Axis], child: &mut [f64]) {
    let chance = 1.0 / child.len() as f64;
    for (place, axis) in child.iter_mut().zip(axes) {
        if random.uniform() >= chance {
            continue;
        }
        let count = axis.count();
        if axis.is_categorical() || count <= 3.0 {
            *place = random.uniform();
            continue;
        }
        let (x, u, power) = (*place, random.uniform(), 1.0 / (MUTATION_INDEX + 1.0));
        let step = if u < 0.5 {
            (2.0 * u + (1.0 - 2.0 * u) * (1.0 - x).powf(MUTATION_INDEX + 1.0)).powf(power) - 1.0
        } else {
            1.0 - (2.0 * (1.0 - u) + (2.0 * u - 1.0) * x.powf(MUTATION_INDEX + 1.0)).powf(power)
        };
        // A whole number changes by 1 at least.
        let least = if count.is_finite() { 1.0 / count } else { 0.0 };
        let step = if step.abs() < least { least.copysign(step) } else { step };
        *place = settle(axis, (x + step).clamp(0.0, 1.0));
    }
}
