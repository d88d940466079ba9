//! What the forecasting mode believes before it sees a series.
use super::form::Form;
use super::likelihood::Problem;
use super::recursion::Weights;

/// A penalty on the weights, in units of `-2 log L`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Prior {
    /// Penalty per unit of beta.
    pub(super) slope: f64,
}

impl Prior {
    /// The penalty at `weights`.
    pub(super) fn penalty(&self, form: Form, weights: &Weights, _observations: usize) -> f64 {
        if form.has_trend() { self.slope * weights.beta } else { 0.0 }
    }

    /// Add the penalty's derivatives to the gradient with respect to the weights.
    pub(super) fn add_gradient(&self, problem: &Problem<'_>, _weights: &Weights, gradient: &mut [f64]) {
        if problem.form.has_trend() {
            gradient[problem.form.layout(problem.period).beta] += self.slope;
        }
    }
}
