//! The generalised Pareto distribution of excesses, fitted by Grimshaw's reduction to one equation.

/// Points of the grid on which roots are searched, in each of the two intervals.
const GRID: usize = 24;
/// Steps in a bracket at most, and the share of the root to which it is found.
const STEPS: usize = 60;
const PRECISION: f64 = 1e-12;

/// Shape (gamma) and scale (sigma) of the excesses over a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pareto {
    pub(super) shape: f64,
    pub(super) scale: f64,
}

impl Pareto {
    /// The excess that is exceeded with this probability, given an excess.
    pub(super) fn quantile(self, probability: f64) -> f64 {
        let log = -probability.ln();
        if self.shape.abs() < 1e-9 { self.scale * log } else { self.scale * (self.shape * log).exp_m1() / self.shape }
    }

    /// The logarithm of the likelihood of positive excesses.
    pub(super) fn likelihood(self, excesses: &[f64]) -> f64 {
        let count = excesses.len() as f64;
        if self.shape.abs() < 1e-9 {
            return -count * self.scale.ln() - excesses.iter().sum::<f64>() / self.scale;
        }
        let logs: f64 = excesses.iter().map(|excess| (self.shape / self.scale * excess).ln_1p()).sum();
        -count * self.scale.ln() - (1.0 + 1.0 / self.shape) * logs
    }

    /// The most likely distribution of positive excesses; none without any.
    ///
    /// With `u(x) = mean(1 / (1 + x y))` and `v(x) = 1 + mean(ln(1 + x y))`, every stationary point of the likelihood solves
    /// `u v = 1` and has shape `v - 1` and scale `shape / x`; the root 0 is the exponential distribution. Roots lie between
    /// `-1 / max y` and `2 (mean y - min y) / (min y)^2`.
    ///
    /// Source: Grimshaw, *Computing maximum likelihood estimates for the generalized Pareto distribution*, Technometrics 35
    /// (1993).
    pub(super) fn fit(excesses: &[f64]) -> Option<Self> {
        if excesses.is_empty() {
            return None;
        }
        let mean = excesses.iter().sum::<f64>() / excesses.len() as f64;
        let (least, most) = excesses.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), y| (a.min(*y), b.max(*y)));
        let mut best = Pareto { shape: 0.0, scale: mean };
        let mut highest = best.likelihood(excesses);
        let mut try_root = |x: f64| {
            let shape = excesses.iter().map(|y| (x * y).ln_1p()).sum::<f64>() / excesses.len() as f64;
            let found = Pareto { shape, scale: shape / x };
            // Below -1 the likelihood has no bound and a stationary point means nothing.
            if shape > -1.0 && found.scale > 0.0 && found.scale.is_finite() {
                let likelihood = found.likelihood(excesses);
                if likelihood > highest {
                    (best, highest) = (found, likelihood);
                }
            }
        };
        // Distances from the left end, and from 0, grow geometrically.
        let step = |from: f64, to: f64, at: usize| from * (to / from).powf(at as f64 / GRID as f64);
        let left = -1.0 / most;
        let negative = |at: usize| left + step(1e-8 / most, (1.0 - 1e-6) / most, at);
        roots(excesses, negative, &mut try_root);
        let upper = 2.0 * (mean - least) / (least * least);
        let upper = if upper.is_finite() { upper } else { 1e12 / mean };
        if upper > 1e-6 / mean {
            roots(excesses, |at| step(1e-6 / mean, upper, at), &mut try_root);
        }
        Some(best)
    }
}

/// Every root that the grid brackets.
fn roots(excesses: &[f64], at: impl Fn(usize) -> f64, found: &mut impl FnMut(f64)) {
    let value = |x: f64| {
        let (mut inverse, mut log) = (0.0, 0.0);
        for y in excesses {
            inverse += 1.0 / (1.0 + x * y);
            log += (x * y).ln_1p();
        }
        let count = excesses.len() as f64;
        inverse / count * (1.0 + log / count) - 1.0
    };
    let mut before = (at(0), value(at(0)));
    for place in 1..=GRID {
        let next = (at(place), value(at(place)));
        if before.1 * next.1 < 0.0 {
            found(bracketed(before, next, &value));
        }
        before = next;
    }
}

/// The root between two points of unlike sign: false position, where an end that stays counts half (the Illinois rule).
fn bracketed(mut one: (f64, f64), mut other: (f64, f64), value: &impl Fn(f64) -> f64) -> f64 {
    for _ in 0..STEPS {
        let x = (one.0 * other.1 - other.0 * one.1) / (other.1 - one.1);
        let next = (x, value(x));
        if next.1 == 0.0 || (one.0 - other.0).abs() <= PRECISION * x.abs() {
            return x;
        }
        if next.1 * other.1 < 0.0 {
            one = other;
        } else {
            one.1 *= 0.5;
        }
        if (next.0 - other.0).abs() <= PRECISION * x.abs() {
            return x;
        }
        other = next;
    }
    other.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    #[test]
    fn the_fit_is_the_best_of_a_fine_search_over_both_parameters() {
        let mut random = Random::new(8);
        for (shape, scale) in [(0.3, 2.0), (0.0, 1.0), (-0.3, 5.0), (0.8, 0.01), (0.1, 1e6)] {
            let truth = Pareto { shape, scale };
            let excesses: Vec<f64> = (0..200).map(|_| truth.quantile(random.uniform())).collect();
            let fitted = Pareto::fit(&excesses).unwrap();
            let reached = fitted.likelihood(&excesses);
            for a in -60..=60 {
                for b in -60..=60 {
                    let other =
                        Pareto { shape: shape + 0.01 * f64::from(a), scale: scale * (0.02 * f64::from(b)).exp() };
                    let most = excesses.iter().copied().fold(0.0, f64::max);
                    if 1.0 + other.shape / other.scale * most > 0.0 && other.shape > -1.0 {
                        let likelihood = other.likelihood(&excesses);
                        assert!(likelihood <= reached + 1e-9 * reached.abs(), "{shape} {scale}: {other:?} {fitted:?}");
                    }
                }
            }
            assert!((fitted.shape - shape).abs() < 0.3 && (fitted.scale / scale).ln().abs() < 0.5, "{fitted:?}");
        }
    }

    #[test]
    fn quantiles_are_those_of_the_formula() {
        assert!(
            (Pareto { shape: 0.5, scale: 2.0 }.quantile(0.01) - 2.0 / 0.5 * (0.01_f64.powf(-0.5) - 1.0)).abs() < 1e-12
        );
        assert!((Pareto { shape: 0.0, scale: 2.0 }.quantile(0.01) - 2.0 * 100_f64.ln()).abs() < 1e-12);
        assert!(Pareto::fit(&[]).is_none());
        let one = Pareto::fit(&[2.0, 2.0, 2.0]).unwrap();
        assert!(one.scale > 0.0 && one.scale.is_finite());
    }
}
