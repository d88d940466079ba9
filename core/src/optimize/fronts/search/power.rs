//! Powers of many numbers at once, the same bits on every machine.
use crate::math::simd::dispatch;

/// `base^exponent` for a positive normal `base`; relative error below 1e-13 where the result lies within 1e-300 .. 1e300,
/// beyond which it is held.
#[inline(always)]
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    exp2((exponent * log2(base)).clamp(-1000.0, 1000.0))
}

/// The logarithm to base 2 from the bits: the exponent, and the series of artanh around 1.
#[inline(always)]
fn log2(value: f64) -> f64 {
    // 2^52 with the exponent's bits as its lowest ones is read as a whole number without a conversion.
    const WHOLE: u64 = 0x4330_0000_0000_0000;
    const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    let bits = value.to_bits();
    // The mantissa is taken between the roots of 1/2 and 2.
    let shifted = bits.wrapping_sub(ROOT_HALF);
    let exponent =
        f64::from_bits(WHOLE | (shifted.wrapping_add(1023 << 52) >> 52)) - (4_503_599_627_370_496.0 + 1023.0);
    let mantissa = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff).wrapping_add(ROOT_HALF));
    let part = (mantissa - 1.0) / (mantissa + 1.0);
    let square = part * part;
    let mut sum = 1.0 / 23.0;
    for odd in [21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0] {
        sum = sum * square + 1.0 / odd;
    }
    exponent + part * sum * (2.0 * std::f64::consts::LOG2_E)
}

/// `2^value` for sizes up to 1000: a power of two by its bits, and the series of the rest.
#[inline(always)]
fn exp2(value: f64) -> f64 {
    // 1.5 * 2^52: the sum holds the nearest whole number in its lowest bits.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    let held = value + WHOLE;
    let rest = (value - (held - WHOLE)) * std::f64::consts::LN_2;
    let mut sum = 1.0;
    for divisor in [14.0, 13.0, 12.0, 11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0] {
        sum = sum * rest * (1.0 / divisor) + 1.0;
    }
    sum * f64::from_bits((held.to_bits().wrapping_add(1023)) << 52)
}

/// Two parents' coordinates and where the children lie between and around them; all slices of one length.
#[derive(Debug, Default)]
pub(super) struct Crossings {
    /// The smaller coordinate of a pair.
    pub(super) low: Vec<f64>,
    /// The larger one.
    pub(super) high: Vec<f64>,
    /// A uniform number.
    pub(super) draw: Vec<f64>,
}

impl Crossings {
    pub(super) fn clear(&mut self) {
        self.low.clear();
        self.high.clear();
        self.draw.clear();
    }
}

dispatch! {
    /// Simulated binary crossover within 0..1 (Deb and Agrawal 1995, bounded as in Deb and others' code): the coordinates of
    /// both children take the place of the parents'.
    pub(super) fn cross, portable cross_portable(low: &mut [f64], high: &mut [f64], draw: &[f64], index: f64) {
        for ((low, high), draw) in low.iter_mut().zip(high.iter_mut()).zip(draw) {
            let (near, far, width) = (*low, *high, *high - *low);
            let middle = near + far;
            *low = (0.5 * (middle - spread(near, width, *draw, index) * width)).clamp(0.0, 1.0);
            *high = (0.5 * (middle + spread(1.0 - far, width, *draw, index) * width)).clamp(0.0, 1.0);
        }
    }
}

/// How far apart the children are, as a part of the parents' `width`, where the bound is `room` away.
#[inline(always)]
fn spread(room: f64, width: f64, draw: f64, index: f64) -> f64 {
    let whole = 2.0 - power(1.0 + 2.0 * room / width, -(index + 1.0));
    let part = draw * whole;
    let base = if part <= 1.0 { part } else { 1.0 / (2.0 - part) };
    power(base, 1.0 / (index + 1.0))
}

/// Polynomial mutation within 0..1 (Deb and Goyal 1996, bounded): a coordinate moved by a uniform `draw`.
pub(super) fn mutate(at: f64, draw: f64, index: f64) -> f64 {
    let power = |base: f64, exponent: f64| if base > 0.0 { power(base, exponent) } else { 0.0 };
    let moved = if draw < 0.5 {
        let rest = power(1.0 - at, index + 1.0);
        at + power(2.0 * draw + (1.0 - 2.0 * draw) * rest, 1.0 / (index + 1.0)) - 1.0
    } else {
        let rest = power(at, index + 1.0);
        at + 1.0 - power(2.0 * (1.0 - draw) + (2.0 * draw - 1.0) * rest, 1.0 / (index + 1.0))
    };
    moved.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    #[test]
    fn powers_are_those_of_the_library() {
        let mut random = Random::new(3);
        for _ in 0..200_000 {
            let base = 10_f64.powf(30.0 * random.uniform() - 15.0);
            let exponent = 40.0 * random.uniform() - 20.0;
            let exact = base.powf(exponent);
            if (1e-290..1e290).contains(&exact) {
                assert!((power(base, exponent) / exact - 1.0).abs() < 3e-13, "{base} ^ {exponent}");
            }
        }
        assert_eq!((power(1.0, 7.3), power(0.25, 0.5)), (1.0, 0.5));
        assert!(power(1e15, -300.0) < 1e-290);
    }

    #[test]
    fn every_width_gives_the_same_bits_and_children_keep_the_middle_where_bounds_are_far() {
        let mut random = Random::new(4);
        let (mut low, mut high, mut draw) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..999 {
            let (a, b) = (random.uniform(), random.uniform());
            low.push(a.min(b));
            high.push(a.max(b));
            draw.push(random.uniform());
        }
        let (mut other_low, mut other_high) = (low.clone(), high.clone());
        let parents = (low.clone(), high.clone());
        cross(&mut low, &mut high, &draw, 15.0);
        cross_portable(&mut other_low, &mut other_high, &draw, 15.0);
        assert_eq!((&low, &high), (&other_low, &other_high));
        for at in 0..999 {
            assert!((0.0..=1.0).contains(&low[at]) && (0.0..=1.0).contains(&high[at]));
            let (a, b) = (parents.0[at], parents.1[at]);
            if a > 0.45 && b < 0.55 {
                assert!((low[at] + high[at] - a - b).abs() < 1e-6);
            }
        }
    }

    /// The mean step of the unbounded mutation is 1 / (index + 2).
    #[test]
    fn mutation_has_the_spread_of_its_index_and_stays_inside() {
        let mut random = Random::new(5);
        let mean = |at: f64, random: &mut Random| {
            (0..100_000).map(|_| (mutate(at, random.uniform(), 20.0) - at).abs()).sum::<f64>() / 1e5
        };
        assert!((mean(0.5, &mut random) * 22.0 - 1.0).abs() < 0.02);
        for at in [0.0, 1.0, 1e-9] {
            assert!((0..1000).all(|_| (0.0..=1.0).contains(&mutate(at, random.uniform(), 20.0))));
        }
    }
}
