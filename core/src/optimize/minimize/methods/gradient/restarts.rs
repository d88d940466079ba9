//! Descents from many points.
use super::descend::{Plan, descend};
use crate::error::Result;
use crate::optimize::minimize::desk::Run;

/// Descend from the best of some random points, for ever.
pub(crate) async fn multistart(run: &mut Run) -> Result<()> {
    let n = run.dimensions();
    let samples = run.options.population.unwrap_or(0);
    loop {
        let mut start: Vec<f64> = (0..n).map(|_| run.random.uniform()).collect();
        if samples > 0 {
            let points: Vec<f64> = (0..n * samples).map(|_| run.random.uniform()).collect();
            run.evaluate(&points).await?;
            let best = (0..samples).min_by(|a, b| run.merit(*a).total_cmp(&run.merit(*b))).unwrap_or(0);
            start = points[best * n..(best + 1) * n].to_vec();
        }
        descend(run, &start, Plan::default()).await?;
    }
}
