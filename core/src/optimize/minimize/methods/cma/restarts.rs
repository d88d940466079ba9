//! Restarts of CMA-ES in two regimes: populations that double, and small ones with small steps.
//!
//! Source: Hansen, *Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed* (2009).
use super::search::{Limits, descend};
use super::state::State;
use crate::error::Result;
use crate::optimize::minimize::desk::Run;

/// The population without further knowledge.
pub(crate) fn default_population(dimensions: usize) -> usize {
    4 + (3.0 * (dimensions as f64).ln()).floor() as usize
}

/// Restart for ever.
pub(crate) async fn bipop(run: &mut Run, first: usize) -> Result<()> {
    let n = run.dimensions();
    let step = run.options.step.unwrap_or(0.25);
    let (mut large, mut small) = (0usize, 0usize);
    let mut doublings = 0;
    let mut restart = 0;
    loop {
        let bigger = restart == 0 || large <= small;
        let (size, width, most) = if bigger {
            let size = first << doublings;
            doublings += 1;
            (size, step, usize::MAX)
        } else {
            let u = run.random.uniform();
            let biggest = (first << (doublings - 1)) as f64;
            let size = first as f64 * (0.5 * biggest / first as f64).powf(u * u);
            let width = step * 10f64.powf(-2.0 * run.random.uniform());
            ((size as usize).max(first), width, large / 2)
        };
        let mean: Vec<f64> = (0..n).map(|_| run.random.uniform()).collect();
        let mut state = State::new(mean, width, size);
        let ended = descend(run, &mut state, Limits { evaluations: most.max(size), ..Limits::default() }).await?;
        if restart > 0 {
            if bigger {
                large += ended.used;
            } else {
                small += ended.used;
            }
        }
        restart += 1;
        run.check()?;
    }
}
