//! The least value of a function.
mod compare;
mod desk;
mod lagrangian;
mod methods;
mod minimizer;
mod options;
mod record;
mod result;
#[cfg(test)]
mod tests;

pub use compare::{MinimizeComparison, compare_minimizers};
pub use minimizer::Minimizer;
pub use options::{Minimize, MinimizeMethod};
pub use result::{MinimizeHistory, Minimum, Stage, StopReason};

use crate::Context;
use crate::error::Result;
use crate::optimize::space::Space;

/// Search `space` for the least value of `objective`, which is given a candidate: one number per parameter.
///
/// For constraints, derivatives, batches and objectives that fail with an error, ask and tell with a [`Minimizer`].
///
/// ```
/// use inlaid::optimize::{Minimize, Space, minimize};
/// let rosenbrock = |x: &[f64]| 100.0 * (x[1] - x[0] * x[0]) * (x[1] - x[0] * x[0]) + (1.0 - x[0]) * (1.0 - x[0]);
/// let found = minimize(rosenbrock, &Space::cube(2, -5.0, 5.0), &Minimize::default(), &inlaid::Context::new())?;
/// assert!(found.value < 1e-9);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// As [`Minimize::start`] and [`Minimizer::result`]; `cancelled`.
pub fn minimize(
    mut objective: impl FnMut(&[f64]) -> f64,
    space: &Space,
    options: &Minimize,
    context: &Context,
) -> Result<Minimum> {
    let mut minimizer = options.start(space, context)?;
    let mut values = Vec::new();
    while let Some(candidates) = minimizer.ask(context)? {
        context.report((minimizer.progress() * 1000.0) as usize, 1000);
        values.clear();
        let columns = candidates.ncols();
        let (flat, _) = candidates.into_raw();
        for candidate in flat.chunks_exact(columns) {
            context.check()?;
            values.push(objective(candidate));
        }
        minimizer.tell_values(&values)?;
    }
    minimizer.result()
}
