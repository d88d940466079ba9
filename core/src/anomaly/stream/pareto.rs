//! The generalised Pareto distribution of excesses, fitted by Grimshaw's reduction to one equation.
use serde::{Deserialize, Serialize};

/// Points of the grid on which roots are searched, in each of the two intervals.
const GRID: usize = 24;
/// Nearer to the root 0, in units of the excesses, the equation is rounding and the distribution exponential.
const NEAR: f64 = 1e-4;
/// Steps in a bracket at most, and the share of the root to which it is found.
const STEPS: usize = 60;
const PRECISION: f64 = 1e-12;

/// How far a value is beyond the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Excess {
    /// So far at least.
    pub(super) least: f64,
    /// And no farther.
    pub(super) exact: bool,
}

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
    pub(super) fn likelihood(self, excesses: &[Excess]) -> f64 {
        let exact = excesses.iter().filter(|excess| excess.exact).count() as f64;
        // An exact one has a density, one that is known to be at least as large a probability.
        let sum: f64 = if self.shape.abs() < 1e-9 {
            excesses.iter().map(|excess| excess.least / self.scale).sum()
        } else {
            let rate = self.shape / self.scale;
            let power = |excess: &Excess| 1.0 / self.shape + if excess.exact { 1.0 } else { 0.0 };
            excesses.iter().map(|excess| power(excess) * (rate * excess.least).ln_1p()).sum()
        };
        -exact * self.scale.ln() - sum
    }

    /// The most likely distribution of positive excesses; none without any that is exact.
    ///
    /// With `w(y) = 1 / (1 + x y)` and `g(x) = sum(ln(1 + x y)) / m`, `m` of the `n` excesses being exact, every stationary
    /// point of the likelihood solves `g(x) sum(w of the exact) + sum(w) = n` and has shape `g` and scale `g / x`; the root 0
    /// is the exponential distribution. Where all are exact this is Grimshaw's equation, whose roots lie between
    /// `-1 / max y` and `2 (mean y - min y) / (min y)^2`.
    ///
    /// Source: Grimshaw, *Computing maximum likelihood estimates for the generalized Pareto distribution*, Technometrics 35
    /// (1993), here with censored excesses.
    pub(super) fn fit(excesses: &[Excess]) -> Option<Self> {
        let exact = excesses.iter().filter(|excess| excess.exact).count() as f64;
        if exact == 0.0 {
            return None;
        }
        let sum = excesses.iter().map(|excess| excess.least).sum::<f64>();
        let mean = sum / excesses.len() as f64;
        let (least, most) =
            excesses.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), y| (a.min(y.least), b.max(y.least)));
        let mut best = Pareto { shape: 0.0, scale: sum / exact };
        let mut highest = best.likelihood(excesses);
        let mut try_root = |x: f64| {
            let shape = excesses.iter().map(|y| (x * y.least).ln_1p()).sum::<f64>() / exact;
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
        let negative = |at: usize| left + step(1e-8 / most, (1.0 - NEAR) / most, at);
        roots(excesses, negative, &mut try_root);
        let upper = 2.0 * (mean - least) / (least * least);
        let upper = if upper.is_finite() { upper } else { 1e12 / mean };
        if upper > NEAR / mean {
            roots(excesses, |at| step(NEAR / mean, upper, at), &mut try_root);
        }
        Some(best)
    }
}

/// Every root that the grid brackets.
fn roots(excesses: &[Excess], at: impl Fn(usize) -> f64, found: &mut impl FnMut(f64)) {
    let value = |x: f64| {
        let (mut inverse, mut exact, mut count, mut log) = (0.0, 0.0, 0.0, 0.0);
        for y in excesses {
            let weight = 1.0 / (1.0 + x * y.least);
            inverse += weight;
            if y.exact {
                exact += weight;
                count += 1.0;
            }
            log += (x * y.least).ln_1p();
        }
        (log / count * exact + inverse) / excesses.len() as f64 - 1.0
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

    fn drawn(truth: Pareto, count: usize, most: f64, random: &mut Random) -> Vec<Excess> {
        let excesses = (0..count).map(|_| truth.quantile(random.uniform()));
        excesses.map(|excess| Excess { least: excess.min(most), exact: excess < most }).collect()
    }

    #[test]
    fn the_fit_of_censored_excesses_is_the_best_of_a_fine_search_and_without_bias() {
        let mut random = Random::new(9);
        for (shape, scale) in [(0.3, 2.0), (-0.2, 1.0), (0.0, 3.0)] {
            let truth = Pareto { shape, scale };
            let most = truth.quantile(0.05);
            let excesses = drawn(truth, 4000, most, &mut random);
            let fitted = Pareto::fit(&excesses).unwrap();
            let reached = fitted.likelihood(&excesses);
            for a in -40..=40 {
                for b in -40..=40 {
                    let other = Pareto {
                        shape: fitted.shape + 0.005 * f64::from(a),
                        scale: fitted.scale * (0.01 * f64::from(b)).exp(),
                    };
                    if 1.0 + other.shape / other.scale * most > 0.0 {
                        assert!(other.likelihood(&excesses) <= reached + 1e-9 * reached.abs(), "{other:?} {fitted:?}");
                    }
                }
            }
            // The standard error of a shape is about 0.03 here, of a scale 3 %.
            assert!((fitted.shape - shape).abs() < 0.1 && (fitted.scale / scale).ln().abs() < 0.1, "{fitted:?}");
            let cut = drawn(truth, 4000, most, &mut random);
            let cut: Vec<Excess> = cut.into_iter().filter(|excess| excess.exact).collect();
            assert!(Pareto::fit(&cut).unwrap().shape < shape - 0.1, "to leave them out cuts the tail off");
        }
    }

    #[test]
    fn the_fit_is_the_best_of_a_fine_search_over_both_parameters() {
        let mut random = Random::new(8);
        for (shape, scale) in [(0.3, 2.0), (0.0, 1.0), (-0.3, 5.0), (0.8, 0.01), (0.1, 1e6)] {
            let truth = Pareto { shape, scale };
            let excesses = drawn(truth, 200, f64::INFINITY, &mut random);
            let fitted = Pareto::fit(&excesses).unwrap();
            let reached = fitted.likelihood(&excesses);
            for a in -60..=60 {
                for b in -60..=60 {
                    let other =
                        Pareto { shape: shape + 0.01 * f64::from(a), scale: scale * (0.02 * f64::from(b)).exp() };
                    let most = excesses.iter().map(|excess| excess.least).fold(0.0, f64::max);
                    if 1.0 + other.shape / other.scale * most > 0.0 && other.shape > -1.0 {
                        let likelihood = other.likelihood(&excesses);
                        assert!(likelihood <= reached + 1e-9 * reached.abs(), "{shape} {scale}: {other:?} {fitted:?}");
                    }
                }
            }
            assert!((fitted.shape - shape).abs() < 0.3 && (fitted.scale / scale).ln().abs() < 0.5, "{fitted:?}");
        }
    }

    #[derive(Deserialize)]
    struct Peers {
        paretos: Vec<Peer>,
    }

    #[derive(Deserialize)]
    struct Peer {
        excesses: Vec<f64>,
        shape: f64,
        scale: f64,
        likelihood: f64,
    }

    #[test]
    fn fits_are_those_of_scipy() {
        // Made with scipy by `tests/data/make_stream_peers.py`; its search stops when the likelihood changes by 1e-4.
        let peers: Peers = serde_json::from_str(include_str!("../../../../tests/data/stream_peers.json")).unwrap();
        for peer in peers.paretos {
            let excesses: Vec<Excess> =
                peer.excesses.iter().map(|least| Excess { least: *least, exact: true }).collect();
            let own = Pareto::fit(&excesses).unwrap();
            let reached = own.likelihood(&excesses);
            assert!(reached >= peer.likelihood - 1e-9 && reached < peer.likelihood + 1e-3, "{own:?}");
            assert!((own.shape - peer.shape).abs() < 1e-3 && (own.scale / peer.scale).ln().abs() < 1e-3, "{own:?}");
        }
    }

    #[test]
    fn quantiles_are_those_of_the_formula() {
        assert!(
            (Pareto { shape: 0.5, scale: 2.0 }.quantile(0.01) - 2.0 / 0.5 * (0.01_f64.powf(-0.5) - 1.0)).abs() < 1e-12
        );
        assert!((Pareto { shape: 0.0, scale: 2.0 }.quantile(0.01) - 2.0 * 100_f64.ln()).abs() < 1e-12);
        assert!(Pareto::fit(&[]).is_none());
        let one = Pareto::fit(&[Excess { least: 2.0, exact: true }; 3]).unwrap();
        assert!(one.scale > 0.0 && one.scale.is_finite());
    }
}
