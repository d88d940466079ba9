//! Columns out of rows, with what ECOD, COPOD and sorting ask of each: its range and the sign of its skewness.
#![allow(clippy::needless_range_loop, reason = "a column is that of several lists at once")]
use std::ops::Range;

use super::super::rows::Rows;
use super::super::sort::Span;
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;

/// Columns that are turned side by side.
pub(super) const WIDE: usize = 8;
/// The most columns that are turned at once: two times those, for what lies beside each other in memory comes together.
pub(super) const MOST: usize = 2 * WIDE;
/// Rows of which one part is turned before the other.
const FEW: usize = 1 << 7;
/// Rows between two looks at the context.
const ROWS: usize = 1 << 14;

/// Some columns of a table, in room that the next ones take over.
#[derive(Default)]
pub(super) struct Turned {
    values: Vec<f64>,
    spare: Vec<f64>,
    rows: usize,
    totals: [Totals; MOST / WIDE],
    moments: [Moments; MOST / WIDE],
}

/// Per column.
#[derive(Clone, Copy, Default)]
struct Totals {
    low: [f64; WIDE],
    high: [f64; WIDE],
    sum: [f64; WIDE],
    present: [f64; WIDE],
}

/// Sums of squares and of cubes of what values differ from the mean, per column.
#[derive(Clone, Copy, Default)]
struct Moments {
    mean: [f64; WIDE],
    second: [f64; WIDE],
    third: [f64; WIDE],
}

impl Turned {
    /// Turn at most [`MOST`] columns, missing values filled.
    pub(super) fn turn(&mut self, rows: &Rows<'_>, columns: Range<usize>, context: &Context) -> Result<()> {
        let (count, width) = (rows.len(), columns.len());
        let Self { values, spare, totals, moments, .. } = self;
        values.resize(count * width, 0.0);
        self.rows = count;
        let extremes = Totals { low: [f64::INFINITY; WIDE], high: [f64::NEG_INFINITY; WIDE], ..Totals::default() };
        *totals = [extremes; MOST / WIDE];
        let size = if width > WIDE { FEW } else { ROWS };
        for (at, start) in (0..count).step_by(size).enumerate() {
            if at % (ROWS / size) == 0 {
                context.check()?;
            }
            let end = count.min(start + size);
            let (part, stride) = rows.part(start..end, columns.clone(), spare);
            let halves = values.chunks_mut(count * WIDE).zip((0..width).step_by(WIDE));
            for ((values, first), totals) in halves.zip(totals.iter_mut()) {
                turn(&part[first..], [stride, WIDE.min(width - first)], values, count, start..end, totals);
            }
        }
        *moments = Default::default();
        let halves = values.chunks(count * WIDE).zip((0..width).step_by(WIDE));
        for (((values, first), moments), totals) in halves.zip(moments.iter_mut()).zip(&*totals) {
            for column in 0..WIDE {
                moments.mean[column] = totals.sum[column] / totals.present[column].max(1.0);
            }
            for start in (0..count).step_by(ROWS) {
                context.check()?;
                add(values, count, WIDE.min(width - first), start..count.min(start + ROWS), moments);
            }
        }
        Ok(())
    }

    pub(super) fn column(&self, column: usize) -> &[f64] {
        &self.values[column * self.rows..][..self.rows]
    }

    pub(super) fn span(&self, column: usize) -> Span {
        let Totals { low, high, present, .. } = &self.totals[column / WIDE];
        let column = column % WIDE;
        Span { low: low[column], high: high[column], present: present[column] as usize }
    }

    /// The sign of the third central moment of a column's present values; 0 where they hardly differ.
    pub(super) fn skewness_sign(&self, column: usize) -> i8 {
        let Moments { mean, second, third } = &self.moments[column / WIDE];
        let present = self.totals[column / WIDE].present[column % WIDE];
        let column = column % WIDE;
        let (least, third) = (f64::EPSILON * mean[column], third[column]);
        if second[column] / present.max(1.0) <= least * least || third == 0.0 {
            0
        } else if third > 0.0 {
            1
        } else {
            -1
        }
    }
}

/// Take one row's values in.
#[inline(always)]
fn take(line: &[f64; WIDE], totals: &mut Totals) {
    for column in 0..WIDE {
        let value = line[column];
        totals.low[column] = if value < totals.low[column] { value } else { totals.low[column] };
        totals.high[column] = if value > totals.high[column] { value } else { totals.high[column] };
        totals.sum[column] += if value.is_nan() { 0.0 } else { value };
        totals.present[column] += if value.is_nan() { 0.0 } else { 1.0 };
    }
}

dispatch! {
    /// Put rows of `width` values, `stride` apart, into these places of columns of `count` values. Sums run down the rows, as in
    /// a loop over each column.
    fn turn, portable turn_portable(
        part: &[f64],
        shape: [usize; 2],
        values: &mut [f64],
        count: usize,
        places: Range<usize>,
        totals: &mut Totals,
    ) {
        let ([stride, width], at, rows) = (shape, places.start, places.len());
        let mut own = *totals;
        let mut row = 0;
        if width == WIDE {
            while row + WIDE <= rows {
                let mut turned = [[0.0; WIDE]; WIDE];
                for line in 0..WIDE {
                    if let Some(values) = part[(row + line) * stride..].first_chunk::<WIDE>() {
                        take(values, &mut own);
                        for column in 0..WIDE {
                            turned[column][line] = values[column];
                        }
                    }
                }
                for column in 0..WIDE {
                    if let Some(to) = values[column * count + at + row..].first_chunk_mut::<WIDE>() {
                        *to = turned[column];
                    }
                }
                row += WIDE;
            }
        }
        while row < rows {
            let mut line = [0.0; WIDE];
            for (column, value) in part[row * stride..][..width].iter().enumerate() {
                line[column % WIDE] = *value;
                values[column * count + at + row] = *value;
            }
            take(&line, &mut own);
            row += 1;
        }
        *totals = own;
    }
}

dispatch! {
    /// Add squares and cubes of some rows, down each of `width` columns.
    fn add, portable add_portable(values: &[f64], count: usize, width: usize, rows: Range<usize>, moments: &mut Moments) {
        let mut own = *moments;
        // Columns that are not there are the first once more.
        let mut columns = [&values[rows.clone()]; WIDE];
        for column in 1..width {
            columns[column % WIDE] = &values[column * count..][rows.clone()];
        }
        let length = rows.len();
        let mut row = 0;
        while row + WIDE <= length {
            let (mut squares, mut cubes) = ([[0.0; WIDE]; WIDE], [[0.0; WIDE]; WIDE]);
            for column in 0..WIDE {
                if let Some(values) = columns[column][row..].first_chunk::<WIDE>() {
                    for lane in 0..WIDE {
                        let off = values[lane] - own.mean[column];
                        let off = if off.is_nan() { 0.0 } else { off };
                        squares[column][lane] = off * off;
                        cubes[column][lane] = off * off * off;
                    }
                }
            }
            for lane in 0..WIDE {
                for column in 0..WIDE {
                    own.second[column] += squares[column][lane];
                    own.third[column] += cubes[column][lane];
                }
            }
            row += WIDE;
        }
        while row < length {
            for column in 0..WIDE {
                let off = columns[column][row] - own.mean[column];
                let off = if off.is_nan() { 0.0 } else { off };
                own.second[column] += off * off;
                own.third[column] += off * off * off;
            }
            row += 1;
        }
        *moments = own;
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, s};

    use super::*;
    use crate::anomaly::tabular::options::Missing;
    use crate::math::random::Random;

    /// One column by itself, as the definitions say.
    fn by_hand(values: &[f64]) -> (f64, f64, usize, i8) {
        let known: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        let mean = known.iter().sum::<f64>() / (known.len() as f64).max(1.0);
        let cubes: f64 = known.iter().map(|value| (value - mean) * (value - mean) * (value - mean)).sum();
        let (low, high) = (
            known.iter().copied().fold(f64::INFINITY, f64::min),
            known.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        );
        let sign = if low >= high || cubes == 0.0 { 0 } else { cubes.signum() as i8 };
        (low, high, known.len(), sign)
    }

    #[test]
    fn columns_are_those_of_the_rows_with_their_range_and_skewness() {
        let mut random = Random::new(5);
        let context = Context::new();
        for (count, columns) in [(1, 1), (7, 3), (8, 8), (1000, 8), (40_003, 9), (333, 21), (500, 16)] {
            let wide = Array2::from_shape_fn((count, columns + 2), |(row, column)| match column % 4 {
                0 => random.normal(),
                1 => random.uniform() * random.uniform(),
                2 if row % 5 == 0 => f64::NAN,
                2 => -random.normal().exp(),
                _ => 3.0,
            });
            // Rows side by side and rows with gaps between them.
            let alone = wide.slice(s![.., 1..=columns]).to_owned();
            for view in [alone.view(), wide.slice(s![.., 1..=columns])] {
                let rows = Rows::new(view, Missing::Ignore, &[], &context).unwrap();
                let mut turned = Turned::default();
                for start in (0..columns).step_by(MOST) {
                    let range = start..columns.min(start + MOST);
                    turned.turn(&rows, range.clone(), &context).unwrap();
                    for (at, column) in range.enumerate() {
                        let values = view.column(column).to_vec();
                        let same = turned
                            .column(at)
                            .iter()
                            .zip(&values)
                            .all(|(left, right)| left.to_bits() == right.to_bits());
                        assert!(same && turned.column(at).len() == count, "{count} {column}");
                        let span = turned.span(at);
                        let found = (span.low, span.high, span.present, turned.skewness_sign(at));
                        assert_eq!(found, by_hand(&values), "{count} {column}");
                    }
                }
            }
        }
    }
}
