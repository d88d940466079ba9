//! Minimise a smooth function inside a box: projected BFGS with the gradient taken only at accepted points.
//!
//! The search direction is `-H g` on the free variables, where `H` is the running inverse Hessian and a variable is held
//! while it lies on a bound that the gradient pushes it against. A variable that becomes held leaves its Schur complement
//! behind, so that `H` stays the inverse of the Hessian of the free variables alone. The step is projected into the box and halved by
//! interpolation until it decreases the function enough (Armijo). Updates without curvature are skipped.
//! O(n^2) per iteration for `n` variables, nothing allocated once the buffers have grown.
//! Sources: Bertsekas (1982), *Projected Newton methods for optimization problems with simple constraints*, SIAM J.
//! Control 20(2); Nocedal, Wright, *Numerical Optimization* (2nd ed.), chapter 6.
use crate::error::Result;

/// A function of several variables with its gradient.
pub trait Smooth {
    /// The value at `x`; infinite where the function is not defined.
    ///
    /// # Errors
    /// Whatever should end the minimisation, such as `cancelled`.
    fn value(&mut self, x: &[f64]) -> Result<f64>;

    /// The gradient at the `x` of the last call of [`value`](Smooth::value), which was finite.
    fn gradient(&mut self, x: &[f64], gradient: &mut [f64]);
}

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub struct Stopping {
    /// Stop once the next step promises, or the last two steps brought, less than this.
    pub tolerance: f64,
    /// Stop after this many accepted steps.
    pub steps: usize,
}

/// The minimiser with its buffers; reuse one for many problems.
#[derive(Clone, Debug, Default)]
pub struct Bfgs {
    inverse: Vec<f64>,
    gradient: Vec<f64>,
    next: Vec<f64>,
    direction: Vec<f64>,
    trial: Vec<f64>,
    change: Vec<f64>,
    product: Vec<f64>,
    free: Vec<bool>,
}

/// Shrinking the step more often than this means that no decrease can be found.
const SHRINKS: usize = 30;
/// The part of the promised decrease that a step must bring.
const ENOUGH: f64 = 1e-4;

impl Bfgs {
    /// The inverse Hessian to start from, row-major, to be filled by the caller: `n * n` numbers.
    pub fn inverse(&mut self, n: usize) -> &mut [f64] {
        self.inverse.clear();
        self.inverse.resize(n * n, 0.0);
        &mut self.inverse
    }

    /// Minimise from `x`, whose value must be finite, inside `lower..=upper`; leaves the best point in `x` and gives its
    /// value. The inverse Hessian must have been filled by [`inverse`](Bfgs::inverse).
    ///
    /// # Errors
    /// What the function returned.
    pub fn minimise(
        &mut self,
        function: &mut impl Smooth,
        x: &mut [f64],
        lower: &[f64],
        upper: &[f64],
        stopping: Stopping,
    ) -> Result<f64> {
        let n = x.len();
        for buffer in [
            &mut self.gradient,
            &mut self.next,
            &mut self.direction,
            &mut self.trial,
            &mut self.change,
            &mut self.product,
        ] {
            buffer.resize(n, 0.0);
        }
        self.free.clear();
        self.free.resize(n, true);
        let mut value = function.value(x)?;
        if !value.is_finite() {
            return Ok(value);
        }
        function.gradient(x, &mut self.gradient);
        let mut idle = 0;
        for _ in 0..stopping.steps {
            let promise = self.aim(x, lower, upper);
            if promise.is_nan() || promise <= stopping.tolerance {
                break;
            }
            let Some(found) = self.step(function, x, lower, upper, value)? else {
                break;
            };
            let gain = value - found;
            value = found;
            function.gradient(&self.trial, &mut self.next);
            self.learn(x);
            x.copy_from_slice(&self.trial);
            std::mem::swap(&mut self.gradient, &mut self.next);
            idle = if gain < stopping.tolerance { idle + 1 } else { 0 };
            if idle == 2 {
                break;
            }
        }
        Ok(value)
    }

    /// Choose the free variables and the direction; gives half the decrease that a full step promises.
    fn aim(&mut self, x: &[f64], lower: &[f64], upper: &[f64]) -> f64 {
        let n = x.len();
        for i in 0..n {
            let g = self.gradient[i];
            let fixed = lower[i] >= upper[i] || (x[i] <= lower[i] && g >= 0.0) || (x[i] >= upper[i] && g <= 0.0);
            if fixed && self.free[i] {
                self.hold(i);
            }
            self.free[i] = !fixed;
        }
        // A variable on its bound that the direction, though not the gradient, pushes outside is held as well.
        loop {
            let mut slope = 0.0;
            for i in 0..n {
                self.direction[i] = 0.0;
                if self.free[i] {
                    let row = &self.inverse[i * n..(i + 1) * n];
                    let dot: f64 = (0..n).map(|j| if self.free[j] { row[j] * self.gradient[j] } else { 0.0 }).sum();
                    self.direction[i] = -dot;
                    slope += dot * self.gradient[i];
                }
            }
            let outward = |i: &usize| {
                let d = self.direction[*i];
                self.free[*i] && ((x[*i] <= lower[*i] && d < 0.0) || (x[*i] >= upper[*i] && d > 0.0))
            };
            let Some(i) = (0..n).find(outward) else {
                return slope / 2.0;
            };
            self.hold(i);
            self.free[i] = false;
        }
    }

    /// Take variable `i` out of the inverse Hessian of the others; its own diagonal stays for the day it is freed.
    fn hold(&mut self, i: usize) {
        let n = self.free.len();
        let own = self.inverse[i * n + i];
        if own.is_nan() || own <= 0.0 {
            return;
        }
        self.product.copy_from_slice(&self.inverse[i * n..(i + 1) * n]);
        for j in (0..n).filter(|j| *j != i) {
            let part = self.product[j] / own;
            if part != 0.0 {
                let row = &mut self.inverse[j * n..(j + 1) * n];
                row.iter_mut().zip(&self.product).for_each(|(h, p)| *h -= part * p);
                row[i] = 0.0;
            }
            self.inverse[i * n + j] = 0.0;
        }
    }

    /// Walk along the projected direction until the function decreases enough; the point is left in `trial`.
    fn step(
        &mut self,
        function: &mut impl Smooth,
        x: &[f64],
        lower: &[f64],
        upper: &[f64],
        value: f64,
    ) -> Result<Option<f64>> {
        let mut length = 1.0;
        for _ in 0..SHRINKS {
            let mut slope = 0.0;
            for i in 0..x.len() {
                self.trial[i] = (x[i] + length * self.direction[i]).clamp(lower[i], upper[i]);
                slope += self.gradient[i] * (self.trial[i] - x[i]);
            }
            let found = function.value(&self.trial)?;
            if found <= value + ENOUGH * slope && slope < 0.0 {
                return Ok(Some(found));
            }
            // The minimum of the parabola through both values and the slope, within a tenth and a half of the step.
            let parabola = -slope / (2.0 * (found - value - slope));
            length *= if parabola.is_finite() { parabola.clamp(0.1, 0.5) } else { 0.25 };
        }
        Ok(None)
    }

    /// The BFGS update of the inverse Hessian from the step `x` to `trial`, on the free variables.
    fn learn(&mut self, x: &[f64]) {
        let n = x.len();
        let (mut curvature, mut length, mut bend) = (0.0, 0.0, 0.0);
        for (i, before) in x.iter().enumerate() {
            self.change[i] = if self.free[i] { self.trial[i] - before } else { 0.0 };
            let turn = if self.free[i] { self.next[i] - self.gradient[i] } else { 0.0 };
            self.direction[i] = turn;
            curvature += self.change[i] * turn;
            length += self.change[i] * self.change[i];
            bend += turn * turn;
        }
        let least = 1e-12 * (length * bend).sqrt();
        if !curvature.is_finite() || curvature <= least {
            return;
        }
        let mut quadratic = 0.0;
        for i in 0..n {
            let row = &self.inverse[i * n..(i + 1) * n];
            let dot: f64 = row.iter().zip(&self.direction).map(|(h, y)| h * y).sum();
            self.product[i] = dot;
            quadratic += dot * self.direction[i];
        }
        let factor = (1.0 + quadratic / curvature) / curvature;
        for i in 0..n {
            let (s, p) = (self.change[i], self.product[i]);
            let row = &mut self.inverse[i * n..(i + 1) * n];
            for ((h, sj), pj) in row.iter_mut().zip(&self.change).zip(&self.product) {
                *h += factor * s * sj - (s * pj + p * sj) / curvature;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::power;

    struct Rosenbrock;

    impl Smooth for Rosenbrock {
        fn value(&mut self, x: &[f64]) -> Result<f64> {
            Ok(100.0 * power::whole(x[1] - x[0] * x[0], 2) + power::whole(1.0 - x[0], 2))
        }
        fn gradient(&mut self, x: &[f64], gradient: &mut [f64]) {
            let valley = x[1] - x[0] * x[0];
            gradient[0] = -400.0 * x[0] * valley - 2.0 * (1.0 - x[0]);
            gradient[1] = 200.0 * valley;
        }
    }

    fn minimum(lower: [f64; 2], upper: [f64; 2]) -> ([f64; 2], f64) {
        let mut bfgs = Bfgs::default();
        bfgs.inverse(2).copy_from_slice(&[1e-3, 0.0, 0.0, 1e-3]);
        let mut x = [-1.2f64.clamp(lower[0], upper[0]), 1.0f64.clamp(lower[1], upper[1])];
        let stopping = Stopping { tolerance: 1e-14, steps: 500 };
        let value = bfgs.minimise(&mut Rosenbrock, &mut x, &lower, &upper, stopping).unwrap();
        (x, value)
    }

    #[test]
    fn the_banana_valley_is_followed_to_its_end() {
        let (x, value) = minimum([-5.0; 2], [5.0; 2]);
        assert!(value < 1e-10 && (x[0] - 1.0).abs() < 1e-4, "{x:?} {value}");
    }

    /// With x0 <= 0.5 the minimum lies at (0.5, 0.25), by hand.
    #[test]
    fn a_bound_that_cuts_the_valley_is_met_exactly() {
        let (x, value) = minimum([-5.0; 2], [0.5, 5.0]);
        assert_eq!(x[0], 0.5);
        assert!((x[1] - 0.25).abs() < 1e-5 && (value - 0.25).abs() < 1e-9, "{x:?} {value}");
    }

    #[test]
    fn a_fixed_variable_stays_where_it_is() {
        let (x, _) = minimum([-5.0, 2.0], [5.0, 2.0]);
        assert_eq!(x[1], 2.0);
        assert!((x[0].abs() - 2f64.sqrt()).abs() < 0.01, "{x:?}");
    }
}
