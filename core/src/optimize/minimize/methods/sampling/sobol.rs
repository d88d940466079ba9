//! Sobol's sequence, scrambled.
//!
//! Points come in the order of the Gray code (Antonov, Saleev, 1979) with 32 bits. Scrambling permutes the halves, quarters,
//! .. of every axis at random (Owen, 1995) by hashing reversed bits (Burley, *Practical hash-based Owen scrambling*, JCGT
//! 2020): the first `2^m` points still have one in each of the `2^m` strata of every axis.
use super::directions::{MOST, TABLE};
use crate::error::{Result, ensure};
use crate::optimize::minimize::desk::Run;

const BITS: usize = 32;

/// The sequence, from its first point.
#[derive(Clone, Debug)]
pub(crate) struct Sequence {
    directions: Vec<[u32; BITS]>,
    seeds: Vec<u32>,
    state: Vec<u32>,
    index: u32,
}

impl Sequence {
    /// The sequence in so many dimensions, at most 128; a seed per axis scrambles, none leaves the sequence as it is.
    pub(crate) fn new(dimensions: usize, seeds: Vec<u32>) -> Result<Self> {
        ensure!(
            dimensions <= MOST,
            InvalidConfig,
            "sobol goes with at most {MOST} parameters, the space has {dimensions}; random and bayesian go with more"
        );
        let directions = (0..dimensions).map(directions).collect();
        Ok(Self { directions, seeds, state: vec![0; dimensions], index: 0 })
    }

    /// The next point, each coordinate in `[0, 1)`.
    pub(crate) fn next(&mut self) -> Vec<f64> {
        let scrambled = |(at, bits): (usize, &u32)| self.seeds.get(at).map_or(*bits, |seed| scramble(*bits, *seed));
        let half = if self.seeds.is_empty() { 0.0 } else { 0.5 };
        let unit = |bits: u32| (f64::from(bits) + half) / 4_294_967_296.0;
        let point = self.state.iter().enumerate().map(scrambled).map(unit).collect();
        let bit = (self.index.trailing_ones() as usize).min(BITS - 1);
        for (state, directions) in self.state.iter_mut().zip(&self.directions) {
            *state ^= directions[bit];
        }
        self.index = self.index.wrapping_add(1);
        point
    }
}

/// The direction numbers of one dimension, from 0.
fn directions(dimension: usize) -> [u32; BITS] {
    let mut numbers = [0; BITS];
    if dimension == 0 {
        for (at, number) in numbers.iter_mut().enumerate() {
            *number = 1 << (BITS - 1 - at);
        }
        return numbers;
    }
    let (polynomial, first) = TABLE[dimension - 1];
    let degree = first.len();
    for at in 0..BITS {
        numbers[at] = if at < degree {
            first[at] << (BITS - 1 - at)
        } else {
            let mut number = numbers[at - degree] ^ (numbers[at - degree] >> degree);
            for back in 1..degree {
                if polynomial >> (degree - back) & 1 == 1 {
                    number ^= numbers[at - back];
                }
            }
            number
        };
    }
    numbers
}

/// Owen's scrambling of one coordinate.
fn scramble(bits: u32, seed: u32) -> u32 {
    let mut x = bits.reverse_bits();
    x = x.wrapping_add(seed);
    x ^= x.wrapping_mul(0x6c50_b47c);
    x ^= x.wrapping_mul(0xb82f_1e52);
    x ^= x.wrapping_mul(0xc7af_e638);
    x ^= x.wrapping_mul(0x8d22_f6e6);
    x.reverse_bits()
}

/// Ask for points of the sequence for ever.
pub(crate) async fn search(mut run: Run) -> Result<()> {
    run.stage("sobol");
    let n = run.dimensions();
    let seeds = (0..n).map(|_| run.random.bits() as u32).collect();
    let mut sequence = Sequence::new(n, seeds)?;
    let batch = run.options.batch.max(16);
    loop {
        let points: Vec<f64> = (0..batch).flat_map(|_| sequence.next()).collect();
        run.evaluate(&points).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Oracle {
        dimensions: usize,
        points: Vec<Vec<f64>>,
    }

    /// Points of `scipy.stats.qmc.Sobol(scramble=False)`; see `tests/data/optimize/make_sobol.py`.
    #[test]
    fn the_plain_sequence_is_that_of_scipy() {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/optimize/sobol.json"));
        for oracle in serde_json::from_str::<Vec<Oracle>>(text).unwrap() {
            let mut sequence = Sequence::new(oracle.dimensions, Vec::new()).unwrap();
            for point in oracle.points {
                assert_eq!(sequence.next(), point, "{} dimensions", oracle.dimensions);
            }
        }
    }

    #[test]
    fn scrambled_points_still_have_one_in_each_stratum() {
        let mut sequence =
            Sequence::new(MOST, (1..=MOST as u32).map(|seed| seed.wrapping_mul(0x9e37_79b9)).collect()).unwrap();
        let points: Vec<Vec<f64>> = (0..256).map(|_| sequence.next()).collect();
        for axis in 0..MOST {
            let mut strata: Vec<usize> = points.iter().map(|point| (point[axis] * 256.0) as usize).collect();
            strata.sort_unstable();
            assert_eq!(strata, (0..256).collect::<Vec<_>>(), "axis {axis}");
        }
    }

    #[test]
    fn more_dimensions_than_the_table_has_are_refused() {
        assert_eq!(Sequence::new(MOST + 1, Vec::new()).unwrap_err().code(), crate::Code::InvalidConfig);
    }
}
