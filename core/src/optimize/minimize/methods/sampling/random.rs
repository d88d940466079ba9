//! Uniform random points.
use crate::error::Result;
use crate::optimize::minimize::desk::Run;

/// Ask for uniform random points for ever, a batch at a time.
pub(crate) async fn search(mut run: Run) -> Result<()> {
    run.stage("random");
    let batch = run.options.batch.max(16);
    loop {
        let points: Vec<f64> = (0..batch).flat_map(|_| run.random_point()).collect();
        run.evaluate(&points).await?;
    }
}
