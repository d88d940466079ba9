//! The end of a noisy run: the most promising points are evaluated again and again, the better half ever more often.
use crate::error::Result;
use crate::optimize::minimize::desk::{Given, Outcome, Run, open};

/// Evaluate promising points again: all of them, then the better half by their means, and so on down to two.
pub(super) async fn confirm(mut run: Run) -> Result<()> {
    run.stage("repeats");
    let desk = run.desk();
    open(&desk).repeating = true;
    let mut points: Vec<Given> = open(&desk).promising.clone();
    let dimensions = run.dimensions();
    let mut sums = vec![(0.0, 0.0); points.len()];
    let rounds = (points.len().max(2) as f64).log2().ceil() as usize;
    loop {
        if points.is_empty() {
            return Ok(());
        }
        let share = if points.len() > 2 { run.left() / (rounds + 1) / points.len() } else { 1 };
        for _ in 0..share.max(1) {
            let flat: Vec<f64> = points.iter().flat_map(|given| given.point.iter().copied()).collect();
            run.evaluate(&flat).await?;
            debug_assert_eq!(run.answers.outcomes.len() * dimensions, flat.len());
            for (sum, outcome) in sums.iter_mut().zip(&run.answers.outcomes) {
                if *outcome == Outcome::WORST {
                    sum.1 = f64::INFINITY;
                }
                *sum = (sum.0 + outcome.value, sum.1 + outcome.violation);
            }
        }
        if points.len() > 2 {
            let mut order: Vec<usize> = (0..points.len()).collect();
            order.sort_by(|a, b| sums[*a].1.total_cmp(&sums[*b].1).then(sums[*a].0.total_cmp(&sums[*b].0)));
            order.truncate(points.len().div_ceil(2));
            points = order.iter().map(|at| points[*at].clone()).collect();
            sums = order.iter().map(|at| sums[*at]).collect();
        }
    }
}
