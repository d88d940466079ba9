//! The least of some numbers.
use crate::math::simd::dispatch;

/// How many numbers are looked at together.
pub(super) const LANES: usize = 8;

dispatch! {
    /// The place of the least of some numbers, as many as whole lanes; the first of equal ones.
    pub(super) fn least, portable least_portable(values: &[f64]) -> usize {
        let (mut least, mut places) = ([f64::INFINITY; LANES], [0_u64; LANES]);
        for (chunk, values) in values.chunks_exact(LANES).enumerate() {
            for lane in 0..LANES {
                let smaller = values[lane] < least[lane];
                least[lane] = if smaller { values[lane] } else { least[lane] };
                places[lane] = if smaller { chunk as u64 } else { places[lane] };
            }
        }
        let mut found = (f64::INFINITY, 0);
        for lane in 0..LANES {
            let place = places[lane] as usize * LANES + lane;
            if least[lane] < found.0 || (least[lane] == found.0 && place < found.1) {
                found = (least[lane], place);
            }
        }
        found.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    #[test]
    fn the_least_is_the_first_of_the_least() {
        let mut random = Random::new(2);
        for lanes in 1..60 {
            let values: Vec<f64> = (0..lanes * LANES).map(|_| (random.uniform() * 40.0).floor()).collect();
            let first = (0..values.len()).min_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap();
            assert_eq!((least(&values), least_portable(&values)), (first, first));
        }
        assert_eq!(least(&[f64::INFINITY; 2 * LANES]), 0);
    }
}
