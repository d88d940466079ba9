//! The logarithm of the expected improvement.
//!
//! For `z = (best - mean) / deviation` the improvement is `deviation * h(z)`, `h(z) = phi(z) + z Phi(z)`. Far below 0, where `h`
//! underflows, its logarithm comes from an asymptotic form, so that its slope never vanishes. Source: Ament, Daulton,
//! Eriksson, Balandat, Bakshy, *Unexpected improvements to expected improvement for Bayesian optimization* (2023).
use super::process::Belief;

/// `ln h(z)` and its derivative.
fn logarithm(z: f64) -> (f64, f64) {
    let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if z > -1.0 {
        let below = 0.5 * complement(-z / std::f64::consts::SQRT_2);
        let h = density(z) + z * below;
        return (h.ln(), below / h);
    }
    // The ratio of the tail to the density, and what it lacks to 1 / |z|.
    let t = -z;
    let ratio = mills(t);
    let rest = 1.0 - t * ratio;
    let log_density = -0.5 * z * z - 0.5 * (2.0 * std::f64::consts::PI).ln();
    (log_density + rest.ln(), ratio / rest)
}

/// `(1 - Phi(t)) / phi(t)` for `t >= 1`, by its continued fraction from the back.
fn mills(t: f64) -> f64 {
    if t > 1e5 {
        // 1 - t * ratio must keep its digits: 1/t^2 - 3/t^4.
        return (1.0 - 1.0 / (t * t)) / t;
    }
    let mut tail = t;
    for k in (1..=400).rev() {
        tail = t + f64::from(k) / tail;
    }
    1.0 / tail
}

/// The complementary error function, for `x` below about 1 by its series, else by the continued fraction.
fn complement(x: f64) -> f64 {
    if x < 0.0 {
        return 2.0 - complement(-x);
    }
    if x > 2.0 {
        let t = x * std::f64::consts::SQRT_2;
        return 2.0 * mills(t) * (-x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
    }
    let (mut term, mut sum) = (x, x);
    for k in 1..80 {
        let k = f64::from(k);
        term *= -x * x / k;
        sum += term / (2.0 * k + 1.0);
    }
    1.0 - 2.0 / std::f64::consts::PI.sqrt() * sum
}

/// The logarithm of the expected improvement on `best`, and its slope where the belief has slopes.
pub(super) fn log_improvement(belief: &Belief, best: f64) -> (f64, Vec<f64>) {
    let z = (best - belief.mean) / belief.deviation;
    let (log, slope) = logarithm(z);
    let slopes = belief
        .mean_slope
        .iter()
        .zip(&belief.deviation_slope)
        .map(|(mean, deviation)| slope * (-mean - z * deviation) / belief.deviation + deviation / belief.deviation);
    (log + belief.deviation.ln(), slopes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `math.erfc` of Python 3.11.
    #[test]
    fn the_complementary_error_function_is_that_of_python() {
        for (x, y) in [
            (0.0, 1.0),
            (0.5, 0.479_500_122_186_953_5),
            (1.5, 0.033_894_853_524_689_27),
            (2.5, 4.069_520_174_449_588e-4),
            (5.0, 1.537_459_794_428_034_8e-12),
            (-1.0, 1.842_700_792_949_715),
        ] {
            assert!((complement(x) - y).abs() <= 1e-10 * y, "{x}: {} {y}", complement(x));
        }
    }

    #[test]
    fn the_logarithm_has_no_step_and_its_slope_is_that_of_differences() {
        assert!((logarithm(-1.0 + 1e-9).0 - logarithm(-1.0 - 1e-9).0).abs() < 1e-7);
        for z in [-300.0, -30.0, -5.0, -1.5, -0.5, 0.0, 2.0, 8.0] {
            let (_, slope) = logarithm(z);
            let difference = (logarithm(z + 1e-5).0 - logarithm(z - 1e-5).0) / 2e-5;
            assert!((slope - difference).abs() < 1e-4 * slope.abs().max(1e-3), "{z}: {slope} {difference}");
        }
        assert!(logarithm(-1e4).0.is_finite());
    }
}
