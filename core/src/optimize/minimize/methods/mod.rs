//! The methods, each an `async` function of a run.
mod cma;
mod gradient;
mod portfolio;
mod random;

use super::desk::{Course, Run};
use super::options::MinimizeMethod as Method;
use crate::error::Result;

/// The method of a run, before its first question.
pub(super) fn begin(run: Run) -> Course {
    match run.options.method {
        Method::Random => Box::pin(random::search(run)),
        Method::LBfgsB => Box::pin(l_bfgs_b(run)),
        Method::Auto => Box::pin(portfolio::search(run)),
        _ => Box::pin(cma_es(run)),
    }
}

async fn cma_es(mut run: Run) -> Result<()> {
    run.stage("cma_es");
    cma::bipop(&mut run).await
}

async fn l_bfgs_b(mut run: Run) -> Result<()> {
    run.stage("l_bfgs_b");
    gradient::multistart(&mut run).await
}
