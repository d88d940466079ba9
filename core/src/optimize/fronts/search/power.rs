//! Powers of many numbers at once, the same bits on every machine.
use crate::math::simd::dispatch;

/// The logarithm to base 2 of a positive normal number from its bits: the exponent, and the series of artanh around 1. Off by
/// less than 1e-11.
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
    let mut sum = 1.0 / 13.0;
    for odd in [11.0, 9.0, 7.0, 5.0, 3.0, 1.0] {
        sum = sum * square + 1.0 / odd;
    }
    exponent + part * sum * (2.0 * std::f64::consts::LOG2_E)
}

/// `2^value`, held for sizes beyond 1000: a power of two by its bits, and the series of the rest. Relative error below 1e-11.
#[inline(always)]
fn exp2(value: f64) -> f64 {
    // 1.5 * 2^52: the sum holds the nearest whole number in its lowest bits.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    let value = value.clamp(-1000.0, 1000.0);
    let held = value + WHOLE;
    let rest = (value - (held - WHOLE)) * std::f64::consts::LN_2;
    let mut sum = 1.0;
    for divisor in [10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0] {
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
        let (power, root) = (index + 1.0, 1.0 / (index + 1.0));
        for ((low, high), draw) in low.iter_mut().zip(high.iter_mut()).zip(draw) {
            let (near, far, width) = (*low, *high, *high - *low);
            let (middle, narrow) = (near + far, log2(width));
            *low = (0.5 * (middle - spread(near, width, narrow, *draw, power, root) * width)).clamp(0.0, 1.0);
            *high = (0.5 * (middle + spread(1.0 - far, width, narrow, *draw, power, root) * width)).clamp(0.0, 1.0);
        }
    }
}

/// How far apart the children are, as a part of the parents' `width`, the logarithm of which is `narrow`, where the bound is
/// `room` away.
#[inline(always)]
fn spread(room: f64, width: f64, narrow: f64, draw: f64, power: f64, root: f64) -> f64 {
    // (1 + 2 room / width)^-power is what lies beyond the bound.
    let part = draw * (2.0 - exp2((narrow - log2(width + 2.0 * room)) * power));
    let within = part <= 1.0;
    exp2(log2(if within { part } else { 2.0 - part }) * if within { root } else { -root })
}

dispatch! {
    /// Polynomial mutation within 0..1 (Deb and Goyal 1996, bounded): coordinates moved by a uniform `draw` each.
    pub(super) fn mutate, portable mutate_portable(at: &mut [f64], draw: &[f64], index: f64) {
        let (power, root) = (index + 1.0, 1.0 / (index + 1.0));
        for (at, draw) in at.iter_mut().zip(draw) {
            // Downwards with small draws, and upwards with large ones, which is the same seen from the other bound.
            let down = *draw < 0.5;
            let (draw, room) = if down { (2.0 * *draw, 1.0 - *at) } else { (2.0 - 2.0 * *draw, *at) };
            // At the bound itself nothing lies beyond.
            let beyond = exp2(log2(room.max(f64::MIN_POSITIVE)) * power);
            let step = 1.0 - exp2(log2(draw + (1.0 - draw) * beyond) * root);
            *at = (if down { *at - step } else { *at + step }).clamp(0.0, 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    #[test]
    fn logarithms_and_powers_are_those_of_the_library() {
        let mut random = Random::new(3);
        for _ in 0..200_000 {
            let value = 10_f64.powf(600.0 * random.uniform() - 300.0);
            assert!((log2(value) - value.log2()).abs() < 1e-11 + 4e-16 * value.log2().abs(), "{value}");
            let exponent = 2000.0 * random.uniform() - 1000.0;
            assert!((exp2(exponent) / exponent.exp2() - 1.0).abs() < 1e-11, "{exponent}");
        }
        assert_eq!((log2(1.0), log2(0.25), exp2(0.0), exp2(-3.0)), (0.0, -2.0, 1.0, 0.125));
        assert_eq!(exp2(-4000.0), exp2(-1000.0));
    }

    /// The formulas as Deb and others' code has them, with the powers of the library.
    #[test]
    fn children_are_those_of_the_formulas() {
        let mut random = Random::new(6);
        for index in [0.0, 2.0, 15.0, 30.0, 100.0] {
            let (power, root) = (index + 1.0, 1.0 / (index + 1.0));
            for _ in 0..20_000 {
                let (a, b, draw) = (random.uniform(), random.uniform(), random.uniform());
                let (near, far) = (a.min(b), a.max(b));
                let child = |room: f64, side: f64| {
                    let whole = 2.0 - (1.0 + 2.0 * room / (far - near)).powf(-power);
                    let part = draw * whole;
                    let spread = if part <= 1.0 { part.powf(root) } else { (1.0 / (2.0 - part)).powf(root) };
                    0.5 * (near + far + side * spread * (far - near))
                };
                let (mut low, mut high, mut moved) = ([near], [far], [a]);
                cross(&mut low, &mut high, &[draw], index);
                assert!((low[0] - child(near, -1.0)).abs() < 1e-8 && (high[0] - child(1.0 - far, 1.0)).abs() < 1e-8);
                let step = if draw < 0.5 {
                    (2.0 * draw + (1.0 - 2.0 * draw) * (1.0 - a).powf(power)).powf(root) - 1.0
                } else {
                    1.0 - (2.0 * (1.0 - draw) + (2.0 * draw - 1.0) * a.powf(power)).powf(root)
                };
                mutate(&mut moved, &[draw], index);
                assert!((moved[0] - a - step).abs() < 1e-9, "{a} by {draw}");
            }
        }
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
    fn mutation_has_the_spread_of_its_index_stays_inside_and_gives_the_same_bits_at_every_width() {
        let mut random = Random::new(5);
        let mut moved = |from: f64, count: usize| {
            let draws: Vec<f64> = (0..count).map(|_| random.uniform()).collect();
            let (mut at, mut other) = (vec![from; count], vec![from; count]);
            mutate(&mut at, &draws, 20.0);
            mutate_portable(&mut other, &draws, 20.0);
            assert_eq!(at, other);
            at
        };
        let mean = moved(0.5, 100_000).iter().map(|at| (at - 0.5).abs()).sum::<f64>() / 1e5;
        assert!((mean * 22.0 - 1.0).abs() < 0.02);
        for from in [0.0, 1.0, 1e-9] {
            assert!(moved(from, 1000).iter().all(|at| (0.0..=1.0).contains(at)));
        }
    }
}
