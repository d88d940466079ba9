//! Rows that stand for several: a weight is a multiplicity.
//!
//! What is learnt from whole weights is what would be learnt from every row repeated as often. Where a number between has no
//! such meaning, the rule is the one that is linear between whole numbers: a quantile is the mean of the weighted quantile
//! function over one unit of weight, which for equal rows is the usual line between two of them.
use super::rows::Rows;
use super::sort::Sorter;
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::random::Random;

/// Judge weights; their sum.
pub(super) fn check(weights: &[f64], rows: usize) -> Result<f64> {
    ensure!(
        weights.len() == rows,
        InvalidData,
        "{} weights for {rows} rows, one for each row is needed",
        weights.len()
    );
    let mut total = 0.0;
    for (row, weight) in weights.iter().enumerate() {
        ensure!(
            weight.is_finite() && *weight >= 0.0,
            InvalidData,
            "the weight of row {row} is {weight}; weights must be finite and at least 0"
        );
        total += weight;
    }
    ensure!(total > 0.0, InvalidData, "no weight is above 0, there is nothing to learn from");
    ensure!(total.is_finite(), InvalidData, "the sum of the weights is {total}; scale them");
    Ok(total)
}

/// The quantile `share` of values with their weights, at least one above 0: the mean of the quantile function over one unit
/// of weight from `share (W - 1)` on, `W` the sum of the weights. Their order is lost.
pub(super) fn quantile(pairs: &mut [(f64, f64)], share: f64) -> f64 {
    pairs.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
    sorted_quantile(pairs, share)
}

/// As [`quantile`], of values that ascend.
pub(super) fn sorted_quantile(pairs: &[(f64, f64)], share: f64) -> f64 {
    let total: f64 = pairs.iter().map(|(_, weight)| weight).sum();
    let width = total.min(1.0);
    let from = share * (total - width);
    let to = from + width;
    let (mut before, mut sum, mut held) = (0.0, 0.0, 0.0);
    let mut last = pairs.first().map_or(0.0, |(value, _)| *value);
    for (value, weight) in pairs {
        let after = before + weight;
        let part = f64::min(after, to) - f64::max(before, from);
        if part > 0.0 {
            // Relative to the first value of the window, so that equal values stay exactly what they are.
            if held == 0.0 {
                last = *value;
            }
            sum += part * (value - last);
            held += part;
        }
        if after >= to && held > 0.0 {
            break;
        }
        before = after;
    }
    if held > 0.0 { last + sum / held } else { last }
}

/// The median of values, with weights where there are any.
pub(super) fn median(values: &mut [f64], weights: Option<&[f64]>) -> f64 {
    match weights {
        None => super::rows::median(values),
        Some(weights) => {
            let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).collect();
            quantile(&mut pairs, 0.5)
        }
    }
}

/// Rows by the units of their weights, to draw from: without weights every row is one unit.
pub(super) struct Units {
    /// The sum of the weights up to and with every row; empty where each row is one unit.
    ends: Vec<f64>,
    count: usize,
    /// How much weight a unit has: 1 but for rounding to a whole number of units.
    size: f64,
}

impl Units {
    pub(super) fn of(rows: &Rows<'_>) -> Self {
        if !rows.is_weighted() {
            return Self { ends: Vec::new(), count: rows.len(), size: 1.0 };
        }
        let mut total = 0.0;
        let ends: Vec<f64> = (0..rows.len())
            .map(|row| {
                total += rows.weight(row);
                total
            })
            .collect();
        // Positions are counted in 32 bits elsewhere; more units than that would draw the same.
        let count = total.round().clamp(1.0, f64::from(u32::MAX >> 1)) as usize;
        Self { ends, count, size: total / count as f64 }
    }

    /// How many units there are.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Where the units of one draw begin: weights between whole numbers get their share by chance.
    pub(super) fn offset(&self, seed: u64) -> f64 {
        if self.ends.is_empty() { 0.0 } else { Random::new(seed ^ 0x0ff5_e75e).uniform() }
    }

    /// The row of a unit.
    pub(super) fn row(&self, unit: usize, offset: f64) -> usize {
        if self.ends.is_empty() {
            return unit;
        }
        let place = (unit as f64 + offset) * self.size;
        let row = self.ends.partition_point(|end| *end <= place);
        row.min(self.ends.len() - 1)
    }
}

/// Values with weights above 0, ascending; NaN is left out.
pub(super) fn ascending(values: &[f64], weights: &[f64], context: &Context) -> Result<Vec<(f64, f64)>> {
    let mut sorter = Sorter::default();
    sorter.sort(values, context)?;
    let places = sorter.places(0..sorter.ascending.len());
    let pairs = sorter.ascending.iter().zip(places).map(|(value, place)| (*value, weights[place]));
    Ok(pairs.filter(|(_, weight)| *weight > 0.0).collect())
}

/// Move the places of the least values that weigh `wanted` together to the front: how many those are, and how much of the last
/// one is wanted. O(values).
pub(super) fn lightest(pairs: &mut [(f64, u32)], weights: &[f64], wanted: f64) -> (usize, f64) {
    let order = |left: &(f64, u32), right: &(f64, u32)| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1));
    let (mut low, mut high, mut left) = (0, pairs.len(), wanted);
    while high - low > 64 {
        let middle = (high - low) / 2;
        pairs[low..high].select_nth_unstable_by(middle, order);
        let held: f64 = pairs[low..low + middle].iter().map(|(_, place)| weights[*place as usize]).sum();
        if held >= left {
            high = low + middle;
        } else {
            (low, left) = (low + middle, left - held);
        }
    }
    pairs[low..high].sort_unstable_by(order);
    for (at, (_, place)) in pairs[..high].iter().enumerate().skip(low) {
        let weight = weights[*place as usize];
        if weight >= left {
            return (at + 1, left.max(0.0));
        }
        left -= weight;
    }
    (high, pairs[..high].last().map_or(0.0, |(_, place)| weights[*place as usize]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anomaly::tabular::threshold;

    #[test]
    fn a_weighted_quantile_is_that_of_repeated_values() {
        let mut random = Random::new(8);
        for _ in 0..200 {
            let values: Vec<f64> = (0..7).map(|_| random.normal()).collect();
            let weights: Vec<f64> = (0..7).map(|_| (random.uniform() * 4.0).floor()).collect();
            let mut repeated: Vec<f64> =
                values.iter().zip(&weights).flat_map(|(value, weight)| vec![*value; *weight as usize]).collect();
            if repeated.is_empty() {
                continue;
            }
            let mut pairs: Vec<(f64, f64)> = values.into_iter().zip(weights).collect();
            for share in [0.0, 0.1, 0.5, 0.73, 0.9, 1.0] {
                let (found, expected) = (quantile(&mut pairs, share), threshold::quantile(&mut repeated, share));
                assert!((found - expected).abs() < 1e-12, "{share}: {found} {expected}");
            }
        }
    }

    #[test]
    fn a_quantile_of_equal_values_is_that_value_whatever_the_weights() {
        let mut pairs = vec![(0.1, 0.3), (0.1, 1e-9), (0.1, 2.7)];
        for share in [0.0, 0.33, 0.9, 1.0] {
            assert_eq!(quantile(&mut pairs, share), 0.1);
        }
        assert_eq!(quantile(&mut [(5.0, 0.2)], 0.9), 5.0);
    }

    #[test]
    fn the_lightest_are_those_that_a_sort_finds() {
        let mut random = Random::new(12);
        for count in [1, 5, 64, 65, 1000] {
            let weights: Vec<f64> = (0..count).map(|_| 0.1 + random.uniform()).collect();
            let mut pairs: Vec<(f64, u32)> = (0..count).map(|at| ((random.uniform() * 50.0).floor(), at)).collect();
            let mut sorted = pairs.clone();
            sorted.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
            let wanted = 0.6 * weights.iter().sum::<f64>();
            let (mut held, mut expected) = (0.0, 0);
            while held < wanted {
                held += weights[sorted[expected].1 as usize];
                expected += 1;
            }
            let (found, last) = lightest(&mut pairs, &weights, wanted);
            assert_eq!(found, expected);
            let before: f64 = pairs[..found - 1].iter().map(|(_, at)| weights[*at as usize]).sum();
            assert!((before + last - wanted).abs() < 1e-9, "{count}");
            let mut own: Vec<u32> = pairs[..found].iter().map(|(_, at)| *at).collect();
            let mut others: Vec<u32> = sorted[..found].iter().map(|(_, at)| *at).collect();
            own.sort_unstable();
            others.sort_unstable();
            assert_eq!(own, others);
        }
    }

    #[test]
    fn weights_are_judged() {
        assert_eq!(check(&[1.0, 0.0, 2.5], 3).unwrap(), 3.5);
        for bad in [vec![1.0], vec![1.0, -1.0], vec![1.0, f64::NAN], vec![f64::INFINITY, 1.0], vec![0.0, 0.0]] {
            assert_eq!(check(&bad, 2).unwrap_err().code(), crate::Code::InvalidData, "{bad:?}");
        }
    }
}
