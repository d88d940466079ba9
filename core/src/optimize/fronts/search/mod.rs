//! The search for a front.
mod chart;
mod crowding;
mod directions;
mod least;
mod minimizer;
mod moead;
mod nearest;
mod nsga2;
mod nsga3;
mod options;
mod population;
mod power;
mod result;
mod saved;
#[cfg(test)]
mod tests;
mod variation;

pub use chart::FrontChart;
pub use crowding::crowding_distances;
pub use directions::reference_directions;
pub use minimizer::FrontMinimizer;
pub use options::{FrontDecomposition, FrontMethod, FrontSpread, MinimizeFront};
pub use result::{Front, FrontHistory, FrontPopulation};

use crate::Context;
use crate::error::Result;
use crate::optimize::space::Space;

/// Search `space` for candidates of which none is better than another in all objectives. `objective` is given a candidate,
/// one number per parameter, and writes its objectives, then its inequalities, then its equalities.
///
/// For batches and objectives that fail with an error, ask and tell with a [`FrontMinimizer`].
///
/// ```
/// use inlaid::optimize::{MinimizeFront, Space, minimize_front};
/// let distances = |x: &[f64], values: &mut [f64]| {
///     values[0] = x[0] * x[0] + x[1] * x[1];
///     values[1] = (x[0] - 2.0) * (x[0] - 2.0) + x[1] * x[1];
/// };
/// let options = MinimizeFront::default().with_population(40).with_evaluations(4000);
/// let front = minimize_front(distances, &Space::cube(2, -4.0, 4.0), &options, &inlaid::Context::new())?;
/// // Between the two centres the roots of both add up to 2, a little more beside them.
/// assert!(front.objectives.rows().into_iter().all(|f| (f[0].sqrt() + f[1].sqrt() - 2.0).abs() < 0.1));
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// As [`MinimizeFront::start`] and [`FrontMinimizer::result`]; `cancelled`.
pub fn minimize_front(
    mut objective: impl FnMut(&[f64], &mut [f64]),
    space: &Space,
    options: &MinimizeFront,
    context: &Context,
) -> Result<Front> {
    let mut minimizer = options.start(space, context)?;
    let width = options.width();
    let mut answers = Vec::new();
    while let Some(candidates) = minimizer.ask(context)? {
        context.report((minimizer.progress() * 1000.0) as usize, 1000);
        let columns = candidates.ncols();
        let (flat, [rows, _]) = candidates.into_raw();
        answers.clear();
        answers.resize(rows * width, f64::NAN);
        for (candidate, answer) in flat.chunks_exact(columns).zip(answers.chunks_exact_mut(width)) {
            context.check()?;
            objective(candidate, answer);
        }
        minimizer.tell_flat(&answers)?;
    }
    minimizer.result()
}
