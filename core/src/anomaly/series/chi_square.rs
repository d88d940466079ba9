//! Quantiles of the chi-square distribution, far out and accurate.
use super::student::ln_gamma;

/// The number that a variable with `freedom` >= 1 degrees of freedom exceeds with probability `tail`, in (0, 1): bisection on
/// the incomplete gamma function; relative error about 1e-12.
pub(super) fn upper_quantile(tail: f64, freedom: usize) -> f64 {
    let half = 0.5 * freedom as f64;
    let (mut low, mut high) = (0.0, freedom as f64 + 10.0);
    while upper_gamma(half, 0.5 * high) > tail && high < 1e300 {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if upper_gamma(half, 0.5 * middle) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The regularised upper incomplete gamma function: a series below the mean, a continued fraction (Lentz) above.
fn upper_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut place) = (1.0 / a, 1.0 / a, a);
        while term > sum * 1e-17 {
            place += 1.0;
            term *= x / place;
            sum += term;
        }
        return 1.0 - front * sum;
    }
    let mut b = x + 1.0 - a;
    let mut c = 1e300;
    let mut d = 1.0 / b;
    let mut product = d;
    for step in 1..10_000 {
        let step = f64::from(step);
        let numerator = -step * (step - a);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        product *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    front * product
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `scipy.stats.chi2.isf`, scipy 1.17.1.
    #[test]
    fn quantiles_match_published_values() {
        for (tail, freedom, wanted) in QUANTILES {
            let found = upper_quantile(*tail, *freedom);
            assert!((found / wanted - 1.0).abs() < 1e-9, "{tail} {freedom}: {found} {wanted}");
        }
    }

    const QUANTILES: &[(f64, usize, f64)] = &[
        (0.5, 1, 0.4549364231195724),
        (0.025, 1, 5.02388618731489),
        (0.0001, 1, 15.136705226623397),
        (1e-09, 1, 37.324893051362324),
        (0.5, 2, 1.386294361119891),
        (0.025, 2, 7.3777589082278725),
        (0.0001, 2, 18.420680743952364),
        (1e-09, 2, 41.44653167389282),
        (0.5, 3, 2.3659738843753377),
        (0.025, 3, 9.348403604496147),
        (0.0001, 3, 21.10751346616021),
        (1e-09, 3, 44.841275330562404),
        (0.5, 10, 9.34181776559197),
        (0.025, 10, 20.48317735080739),
        (0.0001, 10, 35.56401394195211),
        (1e-09, 10, 62.945457420558576),
        (0.5, 57, 56.33473732413218),
        (0.025, 57, 79.75219228029036),
        (0.0001, 57, 105.47564755577773),
        (1e-09, 57, 145.84813254642677),
        (0.5, 500, 499.3334915888738),
        (0.025, 500, 563.8515293442852),
        (0.0001, 500, 626.2427100560774),
        (1e-09, 500, 713.5546416030959),
    ];
}
