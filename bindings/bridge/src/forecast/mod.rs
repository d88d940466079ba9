//! The operations of the room `forecast`.
mod charts;
mod many;
mod methods;
mod metrics;
mod seasons;
mod stl;

use crate::{ArrayArgument, Letter, Op};

pub(crate) use methods::MODELS;

pub(crate) fn ops() -> Vec<Op> {
    [charts::ops(), many::ops(), methods::ops(), metrics::ops(), seasons::ops(), stl::ops()]
        .into_iter()
        .flatten()
        .collect()
}

/// Several series, for what works on many at once.
const SERIES: ArrayArgument = ArrayArgument {
    name: "series",
    letter: Letter::Matrix,
    axes: &["series", "time"],
    doc: "One series per row, equally spaced in time, oldest first. NaN and infinite values are refused.",
};

/// One series.
const ONE_SERIES: ArrayArgument = ArrayArgument {
    name: "series",
    letter: Letter::Vector,
    axes: &["time"],
    doc: "One series, equally spaced in time, oldest first. NaN and infinite values are refused.",
};

#[cfg(test)]
mod tests;
