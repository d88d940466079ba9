//! Particle swarm: points that fly towards their own best and that of their neighbours.
//!
//! Constricted velocities in a ring of neighbours. A particle that would leave stays on the bound and turns back at half its
//! speed. Choices are copied from one's own or the neighbours' best. Sources: Clerc, Kennedy, *The particle swarm:
//! explosion, stability, and convergence* (2002); Kennedy, Mendes, *Population structure and particle swarm performance*
//! (2002).
use super::population::{begin, fitting, pick};
use crate::error::Result;
use crate::optimize::minimize::desk::Run;

/// What is kept of the velocity.
const INERTIA: f64 = 0.729_843_788_127_783_3;
/// The pull of each of the two bests.
const PULL: f64 = 1.496_179_765_663_133_5;
/// How often a choice is drawn anew.
const CURIOUS: f64 = 0.05;

pub(super) async fn search(mut run: Run) -> Result<()> {
    run.stage("particle_swarm");
    let run = &mut run;
    let n = run.dimensions();
    let wanted = run.options.population.unwrap_or_else(|| (20 + 2 * n).min(100));
    let size = fitting(run, wanted);
    let mut best = begin(run, size).await?;
    let mut points = best.points.clone();
    let mut velocities: Vec<Vec<f64>> =
        points.iter().map(|point| point.iter().map(|x| 0.5 * (run.random.uniform() - x)).collect()).collect();
    loop {
        for at in 0..size {
            let ring = [(at + size - 1) % size, at, (at + 1) % size];
            let leader = ring.into_iter().min_by(|a, b| best.outcomes[*a].order(&best.outcomes[*b])).unwrap_or(at);
            for i in 0..n {
                let (own, neighbour, x) = (best.points[at][i], best.points[leader][i], points[at][i]);
                if run.space.axes[i].is_categorical() {
                    let fresh = run.random.uniform();
                    points[at][i] =
                        if fresh < CURIOUS { fresh / CURIOUS } else { [x, own, neighbour][pick(&mut run.random, 3)] };
                    continue;
                }
                let (u, v) = (run.random.uniform(), run.random.uniform());
                let speed = INERTIA * velocities[at][i] + PULL * u * (own - x) + PULL * v * (neighbour - x);
                let next = x + speed;
                points[at][i] = next.clamp(0.0, 1.0);
                velocities[at][i] = if next == points[at][i] { speed } else { -0.5 * speed };
            }
        }
        let flat: Vec<f64> = points.iter().flatten().copied().collect();
        run.evaluate(&flat).await?;
        for (at, point) in points.iter().enumerate() {
            let found = run.answers.outcomes[at];
            if !best.outcomes[at].beats(&found) {
                best.outcomes[at] = found;
                best.points[at].clone_from(point);
            }
        }
    }
}
