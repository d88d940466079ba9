//! Gaussian kernels of many rows at once.
//!
//! `exp(-|x - y|^2)` from `|x|^2 + |y|^2 - 2 x y` of rows around a common centre in the kernel's own unit, four rows against
//! sixteen at a time. Products are taken in double precision, about eight a cycle with AVX-512, or, of [`WIDE`] columns and more,
//! in single precision with sums of 128 in double, which gives a kernel to about 1e-6. Every number comes from the same
//! operations in the same order, whatever the others beside it, so that rows alone have the bits that they have together,
//! the kernel of two rows does not depend on their order, and that of equal rows is 1.
use serde::{Deserialize, Serialize};

use super::lanes::exponential;
use super::rows::Rows;
use crate::Context;
use crate::error::{Error, Result, ensure};
use crate::math::simd::dispatch;

/// Rows of a group.
const LANES: usize = 16;
/// Rows that are held against a group at once.
const ABREAST: usize = 4;
/// Columns whose products are added up before they join the others.
const COLUMNS: usize = 128;
/// From so many columns on products are taken in single precision, where no row is further from the centre than `FAR` squared.
const WIDE: usize = 64;
const FAR: f64 = 256.0;
/// About how many numbers of groups stay in the cache while rows pass.
const KEPT: usize = 1 << 15;
/// About how many numbers of rows pass together, and how many rows at least and at most.
const BLOCK: usize = 1 << 17;
const BLOCK_ROWS: [usize; 2] = [64, 1024];

/// Rows around a centre, in groups of sixteen, feature after feature.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub(super) struct Panel {
    centre: Vec<f64>,
    /// One over the width of the kernel.
    scale: f64,
    count: usize,
    /// `[group][column][LANES]`, padded with zeros.
    values: Values,
    /// Squared lengths, padded with zeros.
    lengths: Vec<f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Values {
    Double(Vec<f64>),
    Single(Vec<f32>),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Saved {
    centre: Vec<f64>,
    scale: f64,
    count: usize,
    values: Values,
}

impl TryFrom<Saved> for Panel {
    type Error = Error;
    fn try_from(saved: Saved) -> Result<Self> {
        let Saved { centre, scale, count, values } = saved;
        let (length, lengths) = match &values {
            Values::Double(values) => (values.len(), lengths(values, centre.len())),
            Values::Single(values) => (values.len(), lengths(values, centre.len())),
        };
        let padded = count.checked_next_multiple_of(LANES).unwrap_or(0);
        ensure!(
            padded > 0 && !centre.is_empty() && padded.checked_mul(centre.len()) == Some(length),
            InvalidData,
            "{length} values are no {count} rows of {} columns",
            centre.len()
        );
        ensure!(
            centre.iter().chain(&lengths).all(|value| value.is_finite()) && scale > 0.0 && scale.is_finite(),
            InvalidData,
            "a kept row is not finite"
        );
        Ok(Self { centre, scale, count, values, lengths })
    }
}

impl From<Panel> for Saved {
    fn from(Panel { centre, scale, count, values, .. }: Panel) -> Self {
        Self { centre, scale, count, values }
    }
}

/// What products are taken of.
trait Number: Copy + Default + Into<f64> {
    fn of(value: f64) -> Self;
    fn plus(self, left: Self, right: Self) -> Self;
    /// Add numbers to sums.
    #[inline(always)]
    fn join(few: &[Self; LANES], sums: &mut [f64; LANES]) {
        let wide: [f64; LANES] = few.map(Into::into);
        for lane in 0..LANES {
            sums[lane] += wide[lane];
        }
    }
}

impl Number for f64 {
    #[inline(always)]
    fn of(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn plus(self, left: Self, right: Self) -> Self {
        self + left * right
    }
}

impl Number for f32 {
    #[inline(always)]
    fn of(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn plus(self, left: Self, right: Self) -> Self {
        self + left * right
    }
}

impl Panel {
    /// The rows of `values`, one after the other, around their mean, for the kernel `exp(-gamma |x - y|^2)`.
    pub(super) fn of(mut values: Vec<f64>, columns: usize, gamma: f64) -> Self {
        let (count, scale) = (values.len() / columns, gamma.sqrt());
        let mut centre = vec![0.0; columns];
        for row in values.chunks_exact(columns) {
            centre.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / count as f64);
        }
        let mut furthest = 0.0;
        for row in values.chunks_exact_mut(columns) {
            row.iter_mut().zip(&centre).for_each(|(value, centre)| *value = (*value - centre) * scale);
            furthest = f64::max(furthest, row.iter().map(|value| value * value).sum());
        }
        let values = if columns >= WIDE && furthest <= FAR {
            Values::Single(turn(&values, columns))
        } else {
            Values::Double(turn(&values, columns))
        };
        Self::around(centre, scale, count, values)
    }

    fn around(centre: Vec<f64>, scale: f64, count: usize, values: Values) -> Self {
        let lengths = match &values {
            Values::Double(values) => lengths(values, centre.len()),
            Values::Single(values) => lengths(values, centre.len()),
        };
        Self { centre, scale, count, values, lengths }
    }

    /// These rows only, around the same centre.
    pub(super) fn choose(&self, rows: &[usize]) -> Self {
        let values = match &self.values {
            Values::Double(values) => Values::Double(choose(values, self.columns(), rows)),
            Values::Single(values) => Values::Single(choose(values, self.columns(), rows)),
        };
        Self::around(self.centre.clone(), self.scale, rows.len(), values)
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn columns(&self) -> usize {
        self.centre.len()
    }

    /// Whether all squared lengths are numbers.
    pub(super) fn is_finite(&self) -> bool {
        self.lengths.iter().all(|length| length.is_finite())
    }

    /// The kernel of a row of the panel with every row of it; `to` has room for whole groups.
    pub(super) fn line(&self, row: usize, to: &mut Vec<f64>) {
        to.resize(self.lengths.len(), 0.0);
        let (columns, length) = (self.columns(), self.lengths[row]);
        match &self.values {
            Values::Double(values) => line_double(values, &self.lengths, &one(values, columns, row), length, to),
            Values::Single(values) => line_single(values, &self.lengths, &one(values, columns, row), length, to),
        }
    }

    /// For every row the sum of its kernels with the rows of the panel, each times its weight.
    pub(super) fn score(&self, rows: &Rows<'_>, weights: &[f64], context: &Context) -> Result<Vec<f64>> {
        let mut padded = weights.to_vec();
        padded.resize(self.lengths.len(), 0.0);
        let size = (BLOCK / self.columns()).clamp(BLOCK_ROWS[0], BLOCK_ROWS[1]);
        rows.score_by(size, context, |block, sums| match &self.values {
            Values::Double(values) => self.add(values, add_double, block, &padded, sums, context),
            Values::Single(values) => self.add(values, add_single, block, &padded, sums, context),
        })
    }

    fn add<T: Number>(
        &self,
        values: &[T],
        add: Add<T>,
        block: &[f64],
        weights: &[f64],
        sums: &mut [f64],
        context: &Context,
    ) -> Result<()> {
        let columns = self.columns();
        let fours = sums.len().div_ceil(ABREAST);
        let mut few = vec![[T::default(); ABREAST]; fours * columns];
        for (at, row) in block.chunks_exact(columns).enumerate() {
            let few = &mut few[at / ABREAST * columns..][..columns];
            for ((few, value), centre) in few.iter_mut().zip(row).zip(&self.centre) {
                few[at % ABREAST] = T::of((value - centre) * self.scale);
            }
        }
        let lengths: Vec<[f64; ABREAST]> = few.chunks_exact(columns).map(squares).collect();
        let mut lanes = vec![[[0.0; LANES]; ABREAST]; fours];
        let size = (KEPT / columns / LANES).max(1) * LANES;
        let groups = values.chunks(size * columns).zip(self.lengths.chunks(size)).zip(weights.chunks(size));
        for ((values, panel_lengths), weights) in groups {
            context.check()?;
            for ((few, lengths), lanes) in few.chunks_exact(columns).zip(&lengths).zip(&mut lanes) {
                add(values, panel_lengths, weights, few, lengths, lanes);
            }
        }
        for (sum, lanes) in sums.iter_mut().zip(lanes.as_flattened()) {
            *sum = lanes.iter().sum();
        }
        Ok(())
    }
}

/// The values of a panel, its lengths and weights, four rows, their lengths, and the sums that grow.
type Add<T> = fn(&[T], &[f64], &[f64], &[[T; ABREAST]], &[f64; ABREAST], &mut [[f64; LANES]; ABREAST]);

/// Rows in groups, feature after feature.
fn turn<T: Number>(rows: &[f64], columns: usize) -> Vec<T> {
    let mut turned = vec![T::default(); (rows.len() / columns).next_multiple_of(LANES) * columns];
    for (group, rows) in turned.chunks_exact_mut(LANES * columns).zip(rows.chunks(LANES * columns)) {
        for (lane, row) in rows.chunks_exact(columns).enumerate() {
            group.iter_mut().skip(lane).step_by(LANES).zip(row).for_each(|(to, value)| *to = T::of(*value));
        }
    }
    turned
}

fn choose<T: Number>(values: &[T], columns: usize, rows: &[usize]) -> Vec<T> {
    let mut chosen = vec![T::default(); rows.len().next_multiple_of(LANES) * columns];
    for (group, rows) in chosen.as_chunks_mut::<LANES>().0.chunks_exact_mut(columns).zip(rows.chunks(LANES)) {
        for (lane, row) in rows.iter().enumerate() {
            let (from, own) = (&values[row / LANES * LANES * columns..][..LANES * columns], row % LANES);
            group.iter_mut().zip(from.as_chunks::<LANES>().0).for_each(|(to, from)| to[lane] = from[own]);
        }
    }
    chosen
}

/// One row of a panel.
fn one<T: Number>(values: &[T], columns: usize, row: usize) -> Vec<[T; 1]> {
    let group = &values[row / LANES * LANES * columns..][..LANES * columns];
    group.as_chunks::<LANES>().0.iter().map(|lanes| [lanes[row % LANES]]).collect()
}

/// The squared lengths of all rows of groups, in the order of [`products`].
fn lengths<T: Number>(values: &[T], columns: usize) -> Vec<f64> {
    let groups = values.as_chunks::<LANES>().0.chunks_exact(columns.max(1));
    groups.flat_map(squares).collect()
}

/// The squared lengths of rows side by side, in the order of [`products`].
fn squares<T: Number, const ROWS: usize>(rows: &[[T; ROWS]]) -> [f64; ROWS] {
    let mut sums = [0.0; ROWS];
    for values in rows.chunks(COLUMNS) {
        let mut few = [T::default(); ROWS];
        for values in values {
            few.iter_mut().zip(values).for_each(|(sum, value)| *sum = sum.plus(*value, *value));
        }
        sums.iter_mut().zip(few).for_each(|(sum, few)| *sum += few.into());
    }
    sums
}

#[inline(always)]
fn products<T: Number, const ROWS: usize>(group: &[T], rows: &[[T; ROWS]]) -> [[f64; LANES]; ROWS] {
    let mut sums = [[0.0; LANES]; ROWS];
    for (group, rows) in group.chunks(LANES * COLUMNS).zip(rows.chunks(COLUMNS)) {
        let mut few = [[T::default(); LANES]; ROWS];
        for (lanes, values) in group.as_chunks::<LANES>().0.iter().zip(rows) {
            for row in 0..ROWS {
                for lane in 0..LANES {
                    few[row][lane] = few[row][lane].plus(values[row], lanes[lane]);
                }
            }
        }
        // Row by row: all at once the compiler would gather lanes.
        for (sums, few) in sums.iter_mut().zip(&few) {
            T::join(few, sums);
        }
    }
    sums
}

/// The kernel from a product and both squared lengths; rounding may leave a square a little below 0.
#[inline(always)]
fn kernel(product: f64, length: f64, other: f64) -> f64 {
    let square = (length + other) - 2.0 * product;
    exponential(if square < 0.0 { 0.0 } else { -square })
}

#[inline(always)]
fn line<T: Number>(values: &[T], lengths: &[f64], row: &[[T; 1]], length: f64, to: &mut [f64]) {
    let groups = values.chunks_exact(LANES * row.len()).zip(lengths.as_chunks::<LANES>().0);
    for ((group, lengths), to) in groups.zip(to.as_chunks_mut::<LANES>().0) {
        let [products] = products(group, row);
        for lane in 0..LANES {
            to[lane] = kernel(products[lane], length, lengths[lane]);
        }
    }
}

#[inline(always)]
fn add<T: Number>(
    values: &[T],
    lengths: &[f64],
    weights: &[f64],
    few: &[[T; ABREAST]],
    few_lengths: &[f64; ABREAST],
    sums: &mut [[f64; LANES]; ABREAST],
) {
    let groups = values.chunks_exact(LANES * few.len()).zip(lengths.as_chunks::<LANES>().0);
    for ((group, lengths), weights) in groups.zip(weights.as_chunks::<LANES>().0) {
        let products = products(group, few);
        for row in 0..ABREAST {
            for lane in 0..LANES {
                sums[row][lane] += weights[lane] * kernel(products[row][lane], few_lengths[row], lengths[lane]);
            }
        }
    }
}

dispatch! {
    fn line_double, portable line_double_portable(
        values: &[f64],
        lengths: &[f64],
        row: &[[f64; 1]],
        length: f64,
        to: &mut [f64],
    ) {
        line(values, lengths, row, length, to);
    }
}

dispatch! {
    fn line_single, portable line_single_portable(
        values: &[f32],
        lengths: &[f64],
        row: &[[f32; 1]],
        length: f64,
        to: &mut [f64],
    ) {
        line(values, lengths, row, length, to);
    }
}

dispatch! {
    fn add_double, portable add_double_portable(
        values: &[f64],
        lengths: &[f64],
        weights: &[f64],
        few: &[[f64; ABREAST]],
        few_lengths: &[f64; ABREAST],
        sums: &mut [[f64; LANES]; ABREAST],
    ) {
        add(values, lengths, weights, few, few_lengths, sums);
    }
}

dispatch! {
    fn add_single, portable add_single_portable(
        values: &[f32],
        lengths: &[f64],
        weights: &[f64],
        few: &[[f32; ABREAST]],
        few_lengths: &[f64; ABREAST],
        sums: &mut [[f64; LANES]; ABREAST],
    ) {
        add(values, lengths, weights, few, few_lengths, sums);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::ArrayView2;

    use super::*;
    use crate::math::random::Random;

    fn rows(count: usize, columns: usize) -> Vec<f64> {
        let mut random = Random::new(3);
        (0..count * columns).map(|_| 1e6 + random.normal()).collect()
    }

    fn direct(left: &[f64], right: &[f64], gamma: f64) -> f64 {
        (-gamma * left.iter().zip(right).map(|(a, b)| (a - b) * (a - b)).sum::<f64>()).exp()
    }

    /// Far from 0: an offset of a million costs six digits of the table's own sixteen; single precision leaves six.
    #[test]
    fn kernels_are_those_of_the_definition() {
        for (columns, bound) in [(1, 1e-9), (7, 1e-9), (63, 1e-9), (64, 2e-6), (200, 2e-6)] {
            let (values, gamma) = (rows(37, columns), 0.7 / columns as f64);
            let panel = Panel::of(values.clone(), columns, gamma);
            assert_eq!(matches!(panel.values, Values::Single(_)), columns >= WIDE);
            let (mut line, mut turned) = (Vec::new(), Vec::new());
            for row in 0..37 {
                panel.line(row, &mut line);
                assert_eq!(line[row], 1.0);
                for other in 0..37 {
                    let expected =
                        direct(&values[row * columns..][..columns], &values[other * columns..][..columns], gamma);
                    assert!((line[other] - expected).abs() < bound, "{columns}: {} {expected}", line[other]);
                    panel.line(other, &mut turned);
                    assert_eq!(turned[row], line[other]);
                }
            }
        }
    }

    #[test]
    fn sums_are_those_of_lines_and_the_same_for_rows_alone() {
        for columns in [3, 100] {
            let values = rows(70, columns);
            let panel = Panel::of(values.clone(), columns, 0.5 / columns as f64);
            let weights: Vec<f64> = (0..70).map(|row| f64::from(row % 5)).collect();
            let view = ArrayView2::from_shape((70, columns), &values).unwrap();
            let (context, mut line) = (Context::new(), Vec::new());
            let sums = panel.score(&Rows::trusted(view), &weights, &context).unwrap();
            for (row, sum) in sums.iter().enumerate() {
                panel.line(row, &mut line);
                let expected: f64 = weights.iter().zip(&line).map(|(weight, kernel)| weight * kernel).sum();
                assert!((sum - expected).abs() < 1e-12 * expected);
                let alone = panel.score(&Rows::trusted(view).choose(&[row as u32]), &weights, &context).unwrap();
                assert_eq!(alone[0].to_bits(), sum.to_bits());
            }
        }
    }

    #[test]
    fn every_version_of_the_instructions_gives_the_same_bits() {
        let values = rows(40, 5);
        let panel = Panel::of(values, 5, 0.1);
        let Values::Double(values) = &panel.values else { panic!("narrow rows are kept in double precision") };
        let (mut wide, mut plain) = (vec![0.0; 48], vec![0.0; 48]);
        line_double(values, &panel.lengths, &one(values, 5, 7), panel.lengths[7], &mut wide);
        line_double_portable(values, &panel.lengths, &one(values, 5, 7), panel.lengths[7], &mut plain);
        assert_eq!(wide, plain);
    }
}
