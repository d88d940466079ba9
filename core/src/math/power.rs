//! Whole powers that are the same in every build.
//!
//! `f64::powi` may be expanded when it is compiled or called when it runs, and the two round differently; the languages
//! would then differ in the last digit.

/// `base` to a whole power by repeated squaring, from the lowest bit of the exponent up; 1 over the positive power if it is
/// negative. Relative error below `2 |exponent|` units in the last place.
#[must_use]
#[inline]
pub fn whole(base: f64, exponent: i32) -> f64 {
    let (mut rest, mut square, mut product) = (exponent.unsigned_abs(), base, 1.0);
    while rest > 0 {
        if rest & 1 == 1 {
            product *= square;
        }
        square *= square;
        rest >>= 1;
    }
    if exponent < 0 { 1.0 / product } else { product }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_repeated_products() {
        for base in [0.97_f64, -1.5, 3.0, 1e-3] {
            let mut product = 1.0;
            for exponent in 0..60 {
                assert!((whole(base, exponent) / product - 1.0).abs() < 1e-14, "{base}^{exponent}");
                assert!((whole(base, -exponent) * product - 1.0).abs() < 1e-14, "{base}^-{exponent}");
                product *= base;
            }
        }
        assert_eq!(whole(2.0, -1021), f64::MIN_POSITIVE * 2.0);
        assert_eq!(whole(0.0, 0), 1.0);
    }
}
