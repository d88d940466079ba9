//! Constraints for methods that see one number: searches in a row, between which the Lagrangian learns.
use super::gradient::{Plan, descend};
use super::population::latin;
use crate::error::Result;
use crate::optimize::minimize::desk::Run;

/// Look at a few points, so that penalties weigh like values. Nothing without constraints.
pub(super) async fn prepare(run: &mut Run) -> Result<()> {
    if run.lagrangian.len() == 0 {
        return Ok(());
    }
    let dimensions = run.dimensions();
    let count = (2 * dimensions).clamp(8, 64).min(run.left() / 10 + 1);
    let points: Vec<f64> = if run.space.is_bounded() {
        latin(&mut run.random, dimensions, count).into_iter().flatten().collect()
    } else {
        (0..count * dimensions).map(|_| run.random.normal()).collect()
    };
    run.evaluate(&points).await?;
    let mut values: Vec<f64> = run.answers.outcomes.iter().map(|o| o.value).filter(|v| v.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    let quantile = |part: usize| values.get(values.len() * part / 4).copied().unwrap_or(0.0);
    let spread = if values.is_empty() { 1.0 } else { (quantile(3) - quantile(1)).abs() };
    let constraints = std::mem::take(&mut run.answers.constraints);
    run.lagrangian.scale(spread, &constraints);
    Ok(())
}

/// Let the Lagrangian learn from the end of a search; whether there is a reason to search on from there.
pub(super) async fn settle(run: &mut Run, point: &[f64]) -> Result<bool> {
    if run.lagrangian.len() == 0 {
        return Ok(false);
    }
    run.evaluate(point).await?;
    if run.answers.outcomes[0].value == f64::INFINITY {
        return Ok(false);
    }
    let before = run.lagrangian.clone();
    let constraints = std::mem::take(&mut run.answers.constraints);
    run.lagrangian.update(&constraints);
    Ok(run.lagrangian.moved_from(&before) > 1e-9)
}

/// Descents in a row from `start`, each followed by the Lagrangian's learning, until about `until` evaluations are used.
pub(super) async fn descents(run: &mut Run, start: &[f64], until: usize) -> Result<()> {
    let mut start = start.to_vec();
    let mut reach = 0.1;
    while run.used < until {
        let evaluations = (until - run.used) / 2;
        let found = descend(run, &start, Plan { reach, evaluations, ..Plan::default() }).await?;
        if !settle(run, &found.point).await? {
            break;
        }
        (start, reach) = (found.point, 0.01);
    }
    Ok(())
}
