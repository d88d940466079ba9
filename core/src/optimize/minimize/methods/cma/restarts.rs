//! Restarts of CMA-ES in two regimes: populations that double, and small ones with small steps.
//!
//! Source: Hansen, *Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed* (2009).
use super::search::{Limits, descend};
use super::state::State;
use crate::error::Result;
use crate::optimize::minimize::desk::Run;
use crate::optimize::minimize::methods::constrained;

/// The population without further knowledge.
pub(crate) fn default_population(dimensions: usize) -> usize {
    4 + (3.0 * (dimensions as f64).ln()).floor() as usize
}

/// Restart for ever.
pub(crate) async fn bipop(run: &mut Run, first: usize) -> Result<()> {
    let step = run.options.step.unwrap_or(if run.space.is_bounded() { 0.25 } else { 1.0 });
    let (mut large, mut small) = (0usize, 0usize);
    let mut doublings = 0;
    let mut restart = 0;
    constrained::prepare(run).await?;
    loop {
        let bigger = restart == 0 || large <= small;
        let (size, width, most) = if bigger {
            let size = first.saturating_mul(1 << doublings.min(20));
            doublings += 1;
            (size, step, usize::MAX)
        } else {
            let u = run.random.uniform();
            let biggest = first.saturating_mul(1 << (doublings - 1).min(20)) as f64;
            let size = first as f64 * (0.5 * biggest / first as f64).powf(u * u);
            let width = step * 10f64.powf(-2.0 * run.random.uniform());
            ((size as usize).max(first), width, large / 2)
        };
        let known = run.given.first().filter(|_| restart == 0).map(|given| given.point.clone());
        let mean = known.unwrap_or_else(|| run.random_point());
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
