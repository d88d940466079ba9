//! The natural logarithm as loops of vector instructions compute it.
//!
//! `ln x = k ln 2 + ln m` with `m` between `sqrt(1/2)` and `sqrt 2`, and `ln m = 2 artanh s` with `s = (m - 1) / (m + 1)`, whose series
//! in `s^2` is taken to the 23rd power of `s`. No branches and no table, so that the same bits come from a loop and from a call.

/// The series of `2 artanh(s) / s - 2` in powers of `s^2`, last first; what is left out is below 2^-58 of the whole.
const TERMS: [f64; 11] = [
    2.0 / 23.0,
    2.0 / 21.0,
    2.0 / 19.0,
    2.0 / 17.0,
    2.0 / 15.0,
    2.0 / 13.0,
    2.0 / 11.0,
    2.0 / 9.0,
    2.0 / 7.0,
    2.0 / 5.0,
    2.0 / 3.0,
];

/// `ln x` of a positive normal number; error below 1.5 units in the last place.
#[inline(always)]
#[must_use]
pub fn natural(x: f64) -> f64 {
    /// The bits of the square root of one half.
    const ROOT: u64 = 0x3fe6_a09e_667f_3bcd;
    /// 2^52: whole numbers are the fraction of their sum with it.
    const WHOLE: u64 = 0x4330_0000_0000_0000;
    // The first has 21 zero bits behind its 32, so that its products with exponents are exact.
    const HIGH: f64 = 6.931_471_803_691_238e-1;
    const LOW: f64 = 1.908_214_929_270_587_7e-10;
    let bits = x.to_bits();
    // The exponent, 1024 larger, so that nothing is negative.
    let biased = bits.wrapping_sub(ROOT).wrapping_add(1024 << 52) >> 52;
    let exponent = f64::from_bits(biased | WHOLE) - (f64::from_bits(WHOLE) + 1024.0);
    let off = f64::from_bits(bits.wrapping_sub(biased.wrapping_sub(1024) << 52)) - 1.0;
    let s = off / (2.0 + off);
    let square = s * s;
    let mut series = 0.0;
    for term in TERMS {
        series = (series + term) * square;
    }
    // 2 s = off - s off, and s off = off^2 / 2 - s off^2 / 2: the small parts are added up first.
    let half = 0.5 * off * off;
    exponent * HIGH - ((half - (s * (half + series) + exponent * LOW)) - off)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    #[test]
    fn logarithms_are_those_of_the_library() {
        let mut random = Random::new(2);
        let units = |x: f64| {
            let expected = x.ln();
            (natural(x) - expected).abs() / (expected.abs().next_up() - expected.abs())
        };
        let mut worst: f64 = 0.0;
        for _ in 0..200_000 {
            let near = 1.0 + (random.uniform() - 0.5) * (-30.0 * random.uniform()).exp2();
            let far = (2000.0 * (random.uniform() - 0.5)).exp2();
            worst = [random.uniform(), near, far].into_iter().map(units).fold(worst, f64::max);
        }
        for count in 1..3000 {
            worst = worst.max(units(f64::from(count) / 3000.0));
        }
        assert!(worst <= 2.0, "{worst}");
        assert_eq!(natural(1.0), 0.0);
        for x in [f64::MIN_POSITIVE, f64::MAX, std::f64::consts::SQRT_2, std::f64::consts::FRAC_1_SQRT_2] {
            assert!(units(x) <= 2.0, "{x}");
        }
    }
}
