//! The methods, each an `async` function of a run.
mod annealing;
mod bayesian;
mod cma;
mod constrained;
mod differential;
mod genetic;
mod gradient;
mod population;
mod portfolio;
mod repeats;
mod sampling;
mod simplex;
mod swarm;

pub(super) use population::below;

use super::desk::{Course, Run, Until};
use super::options::MinimizeMethod as Method;
use crate::error::Result;

/// The method of a run, before its first question; `repeats` is what ends a noisy run.
pub(super) fn begin(run: Run, repeats: Run) -> Course {
    let (noisy, desk, budget) = (run.options.noisy, run.desk(), run.budget);
    let course = method(run);
    match budget {
        Some(told) if noisy => Box::pin(async move {
            Until { course, desk, told }.await?;
            repeats::confirm(repeats).await
        }),
        _ => course,
    }
}

fn method(run: Run) -> Course {
    match run.options.method {
        Method::Auto => Box::pin(portfolio::search(run)),
        Method::CmaEs => Box::pin(cma_es(run)),
        Method::DifferentialEvolution => Box::pin(differential::search(run)),
        Method::GeneticAlgorithm => Box::pin(genetic::search(run)),
        Method::ParticleSwarm => Box::pin(swarm::search(run)),
        Method::SimulatedAnnealing => Box::pin(annealing::search(run)),
        Method::NelderMead => Box::pin(simplex::search(run)),
        Method::LBfgsB => Box::pin(gradient::search(run)),
        Method::Bayesian => Box::pin(bayes(run)),
        Method::Random => Box::pin(sampling::random(run)),
        Method::Grid => Box::pin(all(run)),
        Method::Sobol => Box::pin(sampling::sobol(run)),
    }
}

async fn cma_es(mut run: Run) -> Result<()> {
    run.stage("cma_es");
    let first = run.options.population.unwrap_or_else(|| cma::default_population(run.dimensions()));
    cma::bipop(&mut run, first).await
}

async fn bayes(mut run: Run) -> Result<()> {
    bayesian::search(&mut run).await
}

async fn all(mut run: Run) -> Result<()> {
    sampling::grid(&mut run).await
}
