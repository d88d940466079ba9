//! Rows side by side in lanes, for kernels that hold one row against all others.
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, ensure};
use crate::math::simd::dispatch;

/// Rows of a group.
const LANES: usize = 8;

/// Rows in groups of eight, feature after feature.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub(super) struct Lanes {
    columns: usize,
    count: usize,
    /// `[group][column][LANES]`, padded with zeros.
    values: Vec<f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Saved {
    columns: usize,
    values: Vec<f64>,
}

impl TryFrom<Saved> for Lanes {
    type Error = Error;
    fn try_from(saved: Saved) -> Result<Self> {
        let Saved { columns, values } = saved;
        ensure!(
            columns >= 1 && !values.is_empty() && values.len().is_multiple_of(columns),
            InvalidData,
            "{} values are no rows of {columns} columns",
            values.len()
        );
        ensure!(values.iter().all(|value| value.is_finite()), InvalidData, "a kept row is not finite");
        Ok(Self::of(&values, columns))
    }
}

impl From<Lanes> for Saved {
    fn from(lanes: Lanes) -> Self {
        let mut values = Vec::with_capacity(lanes.count * lanes.columns);
        (0..lanes.count).for_each(|row| values.extend(lanes.row(row)));
        Self { columns: lanes.columns, values }
    }
}

impl Lanes {
    pub(super) fn of(values: &[f64], columns: usize) -> Self {
        let count = values.len() / columns;
        let mut lanes = vec![0.0; count.div_ceil(LANES) * LANES * columns];
        for (row, values) in values.chunks_exact(columns).enumerate() {
            let group = &mut lanes[row / LANES * LANES * columns..][..LANES * columns];
            values.iter().enumerate().for_each(|(column, value)| group[column * LANES + row % LANES] = *value);
        }
        Self { columns, count, values: lanes }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn row(&self, row: usize) -> Vec<f64> {
        let group = &self.values[row / LANES * LANES * self.columns..][..LANES * self.columns];
        (0..self.columns).map(|column| group[column * LANES + row % LANES]).collect()
    }

    /// The squared distance of `row` from every row; `to` has room for whole groups.
    pub(super) fn squares(&self, row: &[f64], to: &mut Vec<f64>) {
        to.resize(self.count.div_ceil(LANES) * LANES, 0.0);
        squares(&self.values, row, to);
    }
}

dispatch! {
    fn squares, portable squares_portable(values: &[f64], row: &[f64], to: &mut [f64]) {
        for (group, to) in values.chunks_exact(LANES * row.len()).zip(to.chunks_exact_mut(LANES)) {
            let mut sums = [0.0; LANES];
            for (lanes, value) in group.chunks_exact(LANES).zip(row) {
                for lane in 0..LANES {
                    let difference = lanes[lane] - value;
                    sums[lane] += difference * difference;
                }
            }
            to.copy_from_slice(&sums);
        }
    }
}

/// `exp(x)` of a number that is at most 0; relative error below 1e-15, 0 below -708 and for what is no number.
#[inline(always)]
pub(super) fn exponential(x: f64) -> f64 {
    // exp(x) = 2^n exp(r), |r| <= ln 2 / 2, by adding and taking away a number whose last bit is 1.
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    const HIGH: f64 = 6.931_471_803_691_238e-1;
    const LOW: f64 = 1.908_214_929_270_587_7e-10;
    const TERMS: [f64; 12] = [
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
    ];
    let inside = if x > -708.0 { x } else { -708.0 };
    let shifted = inside * std::f64::consts::LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = (inside - n * HIGH) - n * LOW;
    let mut sum = 1.0 / 6_227_020_800.0;
    for term in TERMS {
        sum = sum * r + term;
    }
    let sum = sum * r + 1.0;
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    if x > -708.0 { sum * power } else { 0.0 }
}

dispatch! {
    /// [`exponential`] of every number times `factor`.
    pub(super) fn exponentials, portable exponentials_portable(values: &mut [f64], factor: f64) {
        for group in values.chunks_exact_mut(LANES) {
            group.iter_mut().for_each(|value| *value = exponential(*value * factor));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_those_of_the_library() {
        let mut values: Vec<f64> = (0..8000).map(|i| f64::from(i) * 0.093).collect();
        let exact: Vec<f64> = values.iter().map(|x| (-0.97 * x).exp()).collect();
        exponentials(&mut values, -0.97);
        for (found, exact) in values.iter().zip(exact) {
            assert!((found - exact).abs() <= 1e-14 * exact + 1e-300, "{found} {exact}");
        }
        let mut zero = vec![0.0; 8];
        exponentials(&mut zero, -1.0);
        assert_eq!(zero, [1.0; 8]);
    }
}
