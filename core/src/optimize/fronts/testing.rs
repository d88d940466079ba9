//! What the tests of this folder share.
use ndarray::Array2;

use crate::math::random::Random;

/// `rows x columns` uniform numbers of the reference's generator (SplitMix64), row by row.
pub(super) fn pseudo(seed: u64, rows: usize, columns: usize) -> Array2<f64> {
    let mut state = seed;
    Array2::from_shape_fn((rows, columns), |_| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    })
}

/// The reference's shells: rows of `pseudo(42 + m)` at length 1, taken from 1.
pub(super) fn shell(count: usize, width: usize) -> Array2<f64> {
    let mut points = pseudo(42 + width as u64, count, width);
    for mut row in points.rows_mut() {
        let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        row.mapv_inplace(|x| 1.0 - x / length);
    }
    points
}

/// The numbers below `count` in a random order.
pub(super) fn shuffled(seed: u64, count: usize) -> Vec<usize> {
    let mut random = Random::new(seed);
    let mut keyed: Vec<(u64, usize)> = (0..count).map(|at| (random.bits(), at)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, at)| at).collect()
}
