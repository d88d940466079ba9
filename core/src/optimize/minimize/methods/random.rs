//! Uniform random points.
use crate::error::Result;
use crate::optimize::minimize::desk::Run;

/// Ask for uniform random points for ever, a batch at a time.
pub(super) async fn search(mut run: Run) -> Result<()> {
    run.stage("random");
    let (batch, dimensions) = (run.options.batch.max(16), run.dimensions());
    loop {
        let points: Vec<f64> = (0..batch * dimensions).map(|_| run.random.uniform()).collect();
        run.evaluate(&points).await?;
    }
}
