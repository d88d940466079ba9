//! Student's t distribution.
use std::f64::consts::PI;

use super::normal;

/// The quantile of Student's t distribution with `freedom` >= 1 degrees of freedom, `p` in (0, 1); NaN outside.
///
/// Hill (1970), algorithm 396, *Communications of the ACM* 13(10); relative error below 1e-4 and, from 5 degrees of
/// freedom on, below 1e-5.
#[must_use]
pub fn quantile(p: f64, freedom: f64) -> f64 {
    if !(p > 0.0 && p < 1.0 && freedom >= 1.0) {
        return f64::NAN;
    }
    if freedom > 1e10 {
        return normal::quantile(p);
    }
    let tails = 2.0 * p.min(1.0 - p);
    let magnitude = if freedom == 1.0 {
        1.0 / (tails * PI / 2.0).tan()
    } else if freedom == 2.0 {
        (2.0 / (tails * (2.0 - tails)) - 2.0).sqrt()
    } else {
        hill(tails, freedom)
    };
    if p < 0.5 { -magnitude.max(0.0) } else { magnitude.max(0.0) }
}

/// The magnitude that is exceeded on either side with probability `tails`.
fn hill(tails: f64, freedom: f64) -> f64 {
    let a = 1.0 / (freedom - 0.5);
    let b = 48.0 / (a * a);
    let mut c = ((20_700.0 * a / b - 98.0) * a - 16.0) * a + 96.36;
    let d = ((94.5 / (b + c) - 3.0) / b + 1.0) * (a * PI / 2.0).sqrt() * freedom;
    let mut y = (d * tails).powf(2.0 / freedom);
    if y > 0.05 + a {
        let x = normal::quantile(tails / 2.0);
        y = x * x;
        if freedom < 5.0 {
            c += 0.3 * (freedom - 4.5) * (x + 0.6);
        }
        c += (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b;
        y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x;
        y = (a * y * y).exp_m1();
    } else {
        let inner = ((freedom + 6.0) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2.0) * 3.0;
        y = ((1.0 / inner + 0.5 / (freedom + 4.0)) * y - 1.0) * (freedom + 1.0) / (freedom + 2.0) + 1.0 / y;
    }
    (freedom * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `scipy.stats.t.ppf`, scipy 1.17.1.
    #[test]
    fn quantiles_match_published_values() {
        for (p, freedom, t, tolerance) in [
            (0.6, 1.0, 0.32491969623290634, 1e-12),
            (0.6, 2.0, 0.2886751345948128, 1e-12),
            (0.6, 3.0, 0.2766706623326898, 1e-4),
            (0.6, 5.0, 0.2671808657041451, 1e-5),
            (0.6, 12.0, 0.25903274567688733, 1e-5),
            (0.6, 100.0, 0.25402218245822766, 1e-5),
            (0.9, 1.0, 3.0776835371752544, 1e-12),
            (0.9, 2.0, 1.8856180831641272, 1e-12),
            (0.9, 3.0, 1.637744353696209, 1e-4),
            (0.9, 5.0, 1.4758840488244815, 1e-5),
            (0.9, 12.0, 1.356217334023205, 1e-5),
            (0.9, 100.0, 1.290074761346516, 1e-5),
            (0.975, 1.0, 12.706204736174694, 1e-12),
            (0.975, 2.0, 4.302652729749462, 1e-12),
            (0.975, 3.0, 3.1824463052837078, 1e-4),
            (0.975, 5.0, 2.5705818356363146, 1e-5),
            (0.975, 12.0, 2.1788128296672284, 1e-5),
            (0.975, 100.0, 1.9839715185235518, 1e-5),
            (0.995, 1.0, 63.656741162871526, 1e-12),
            (0.995, 2.0, 9.924843200918287, 1e-12),
            (0.995, 3.0, 5.840909309733355, 1e-4),
            (0.995, 5.0, 4.032142983555228, 1e-5),
            (0.995, 12.0, 3.0545395893929013, 1e-5),
            (0.995, 100.0, 2.6258905214380173, 1e-5),
            (0.9999, 1.0, 3183.098757118502, 1e-12),
            (0.9999, 2.0, 70.70007107496818, 1e-12),
            (0.9999, 3.0, 22.203742273205, 1e-4),
            (0.9999, 5.0, 9.677566300882814, 1e-5),
            (0.9999, 12.0, 5.263273007826034, 1e-5),
            (0.9999, 100.0, 3.861599790950091, 1e-5),
        ] {
            let found = quantile(p, freedom);
            assert!((found - t).abs() <= tolerance * f64::abs(t), "{p} {freedom}: {found} {t}");
            assert!((quantile(1.0 - p, freedom) + t).abs() <= 1e-4 * f64::abs(t));
        }
        assert_eq!(quantile(0.5, 7.0), 0.0);
        assert!(quantile(0.0, 3.0).is_nan() && quantile(0.9, 0.5).is_nan());
    }

    #[test]
    fn many_degrees_of_freedom_are_normal() {
        assert!((quantile(0.975, 1e9) - normal::quantile(0.975)).abs() < 1e-8);
    }
}
