//! Upper quantiles of Student's t distribution, far out and accurate.
use std::f64::consts::PI;

use crate::math::student;

/// From this many degrees of freedom on the approximation is good to 1e-9 by itself.
const MANY: f64 = 2000.0;

/// The number that a variable with `freedom` >= 1 degrees of freedom exceeds with probability `tail`, in (0, 0.5): Hill's
/// approximation and Newton's steps on the distribution; relative error about 1e-9.
pub(super) fn upper_quantile(tail: f64, freedom: f64) -> f64 {
    if tail >= 0.5 {
        return -student::quantile(tail.min(1.0 - f64::EPSILON), freedom);
    }
    let mut t = -student::quantile(tail, freedom);
    if freedom >= MANY || !t.is_finite() {
        return t;
    }
    let factor = density_factor(freedom);
    for _ in 0..3 {
        let density = factor * (-0.5 * (freedom + 1.0) * (t * t / freedom).ln_1p()).exp();
        let survival = 0.5 * incomplete_beta(freedom / (freedom + t * t), 0.5 * freedom);
        // On the logarithm of the tail, which is nearly a parabola.
        let step = survival * (survival / tail).ln() / density;
        if !step.is_finite() {
            break;
        }
        t += step;
        if step.abs() <= 1e-12 * t.abs() {
            break;
        }
    }
    t
}

/// The density at 0.
fn density_factor(freedom: f64) -> f64 {
    (ln_gamma(0.5 * (freedom + 1.0)) - ln_gamma(0.5 * freedom)).exp() / (freedom * PI).sqrt()
}

/// The regularised incomplete beta function `I_x(a, 1/2)`, by the continued fraction on the side where it converges fast.
fn incomplete_beta(x: f64, a: f64) -> f64 {
    const B: f64 = 0.5;
    let front = (ln_gamma(a + B) - ln_gamma(a) - ln_gamma(B) + a * x.ln() + B * (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + B + 2.0) {
        front * fraction(x, a, B) / a
    } else {
        1.0 - front * fraction(1.0 - x, B, a) / B
    }
}

/// The continued fraction of the incomplete beta function (Lentz's method).
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    for step in 1..500 {
        let m = f64::from(step);
        for numerator in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / away(1.0 + numerator * d);
            c = away(1.0 + numerator / c);
            product *= d * c;
        }
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    product
}

/// The logarithm of the gamma function of a positive number, by Stirling's series after the recurrence.
pub(super) fn ln_gamma(a: f64) -> f64 {
    let (mut x, mut product) = (a, 1.0);
    while x < 12.0 {
        product *= x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0))) / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + series - product.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `scipy.stats.t.isf`, scipy 1.17.1.
    #[test]
    fn quantiles_match_published_values() {
        for (tail, freedom, t) in QUANTILES {
            let found = upper_quantile(*tail, *freedom);
            assert!((found / t - 1.0).abs() < 1e-9, "{tail} {freedom}: {found} {t}");
        }
    }

    const QUANTILES: &[(f64, f64, f64)] = &[
        (0.3, 1.0, 0.7265425280053609),
        (0.025, 1.0, 12.706204736174705),
        (0.000462962962962963, 1.0, 687.5488693432385),
        (0.3, 2.0, 0.6172133998483678),
        (0.025, 2.0, 4.302652729749464),
        (0.000462962962962963, 2.0, 32.840527273305135),
        (0.3, 3.0, 0.5843897274398188),
        (0.025, 3.0, 3.1824463052837086),
        (0.000462962962962963, 3.0, 13.264567310212104),
        (1e-06, 3.0, 103.29946778041935),
        (1e-09, 3.0, 1033.1096745038078),
        (0.3, 5.0, 0.5594296444693604),
        (0.025, 5.0, 2.5705818356363155),
        (0.000462962962962963, 5.0, 6.984860415248968),
        (1e-06, 5.0, 24.771029720515948),
        (1e-09, 5.0, 98.93722464836996),
        (0.3, 12.0, 0.5386176682019164),
        (0.025, 12.0, 2.1788128296672293),
        (0.000462962962962963, 12.0, 4.361495547699371),
        (1e-06, 12.0, 8.504302718054584),
        (1e-09, 12.0, 15.894813362266058),
        (0.3, 52.0, 0.5276306028438953),
        (0.025, 52.0, 2.006646805061688),
        (0.000462962962962963, 52.0, 3.51308638116695),
        (1e-06, 52.0, 5.350216378765114),
        (1e-09, 52.0, 7.246767622777625),
        (0.3, 300.0, 0.5249581580975329),
        (0.025, 300.0, 1.967903011261087),
        (0.000462962962962963, 300.0, 3.345457544109218),
        (1e-06, 300.0, 4.848514301110025),
        (1e-09, 300.0, 6.187598062734246),
        (0.3, 1999.0, 0.5244841412108135),
        (0.025, 1999.0, 1.9611514201705618),
        (0.000462962962962963, 1999.0, 3.317082696044595),
        (1e-06, 1999.0, 4.767487194970644),
        (1e-09, 1999.0, 6.02565154871094),
        (0.3, 2000.0, 0.5244840993912494),
        (0.025, 2000.0, 1.9611508260994381),
        (0.000462962962962963, 2000.0, 3.317080210156181),
        (1e-06, 2000.0, 4.767480145393622),
        (1e-09, 2000.0, 6.025637571042371),
        (0.3, 5000.0, 0.5244339448325732),
        (0.025, 5000.0, 1.9604385517065075),
        (0.000462962962962963, 5000.0, 3.314101066336707),
        (1e-06, 5000.0, 4.759037953505102),
        (1e-09, 5000.0, 6.008912704518387),
        (0.3, 100000.0, 0.5244021842335457),
        (0.025, 100000.0, 1.95998770753461),
        (0.000462962962962963, 100000.0, 3.3122167850945803),
        (1e-06, 100000.0, 4.753704716391288),
        (1e-09, 100000.0, 5.9983614616790755),
    ];
}
