//! Rows of numbers, and what is asked of them before anything is computed.
use std::borrow::Cow;

use ndarray::ArrayView2;

use crate::error::{Result, bail, ensure};

/// The most points that are ranked or measured.
pub(super) const MOST_POINTS: usize = 1 << 31;
/// The most objectives.
pub(super) const MOST_OBJECTIVES: usize = 1000;

/// Rows of `width` numbers each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Points<'a> {
    flat: &'a [f64],
    width: usize,
}

impl<'a> Points<'a> {
    pub(crate) fn new(flat: &'a [f64], width: usize) -> Self {
        Self { flat, width }
    }

    /// How many points there are.
    pub(crate) fn len(&self) -> usize {
        self.flat.len() / self.width.max(1)
    }

    /// How many numbers each has.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    #[inline]
    pub(crate) fn row(&self, at: usize) -> &'a [f64] {
        &self.flat[at * self.width..(at + 1) * self.width]
    }

    pub(crate) fn rows(&self) -> std::slice::ChunksExact<'a, f64> {
        self.flat.chunks_exact(self.width.max(1))
    }
}

/// The numbers of a matrix row by row; NaN is refused, and so is a matrix without columns.
pub(super) fn flat<'a>(matrix: ArrayView2<'a, f64>, name: &str) -> Result<Cow<'a, [f64]>> {
    let (rows, columns) = matrix.dim();
    ensure!(columns > 0, InvalidData, "{name} have no columns; each point needs at least one number");
    ensure!(
        columns <= MOST_OBJECTIVES,
        TooLarge,
        "{name} have {columns} columns; at most {MOST_OBJECTIVES} are allowed"
    );
    ensure!(rows < MOST_POINTS, TooLarge, "{rows} points; fewer than {MOST_POINTS} are allowed");
    let values = match matrix.to_slice() {
        Some(values) => Cow::Borrowed(values),
        None => Cow::Owned(matrix.iter().copied().collect()),
    };
    if let Some(at) = values.iter().position(|value| value.is_nan()) {
        bail!(InvalidData, "{name}: row {}, column {} is NaN; leave such points out", at / columns, at % columns);
    }
    Ok(values)
}

/// [`flat`] where infinite numbers are refused too.
pub(super) fn finite<'a>(matrix: ArrayView2<'a, f64>, name: &str) -> Result<Cow<'a, [f64]>> {
    let (values, columns) = (flat(matrix, name)?, matrix.ncols());
    if let Some(at) = values.iter().position(|value| value.is_infinite()) {
        bail!(
            InvalidData,
            "{name}: row {}, column {} is {}; it must be finite",
            at / columns,
            at % columns,
            values[at]
        );
    }
    Ok(values)
}
