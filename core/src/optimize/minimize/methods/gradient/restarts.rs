//! Descents from the start, and then from many points.
use super::descend::{Plan, descend};
use crate::error::Result;
use crate::optimize::minimize::desk::Run;
use crate::optimize::minimize::methods::constrained;

/// Points that are looked at before each further descent, per parameter.
const LOOKED: usize = 2;

/// Descend from the best point that is known, or the start, then from the best of some random points, for ever; without
/// bounds there is one descent, and the Lagrangian's further ones.
pub(crate) async fn search(mut run: Run) -> Result<()> {
    run.stage("l_bfgs_b");
    let run = &mut run;
    constrained::prepare(run).await?;
    let mut start = run.given.first().map_or_else(|| run.start(), |given| given.point.clone());
    let reach = run.options.step.unwrap_or(0.1);
    loop {
        let mut plan = Plan { reach, ..Plan::default() };
        loop {
            let found = descend(run, &start, plan).await?;
            if !constrained::settle(run, &found.point).await? {
                break;
            }
            (start, plan.reach) = (found.point, 0.1 * reach);
        }
        if !run.space.is_bounded() {
            return Ok(());
        }
        start = best_of_random(run).await?;
    }
}

async fn best_of_random(run: &mut Run) -> Result<Vec<f64>> {
    let n = run.dimensions();
    let count = run.options.population.unwrap_or(LOOKED * n).clamp(1, 1000);
    let points: Vec<f64> = (0..count).flat_map(|_| run.random_point()).collect();
    run.evaluate(&points).await?;
    let best = (0..count).min_by(|a, b| run.merit(*a).total_cmp(&run.merit(*b))).unwrap_or(0);
    Ok(points[best * n..(best + 1) * n].to_vec())
}
