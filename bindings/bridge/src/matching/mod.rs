//! The operations of the room `matching`: each part has a file with its `ops()`, and a line in each list here.
mod assignment;
mod compatibility;
mod entities;
mod map;
mod stable;
mod variants;
mod strings;

use crate::{ArrayArgument, Letter, Op};

/// Every class of models with what it is.
pub(crate) const MODELS: &[(&str, &str)] = &[assignment::MODEL, variants::MODEL];

pub(crate) fn ops() -> Vec<Op> {
    [assignment::ops(), compatibility::ops(), map::ops(), stable::ops(), variants::ops()]
        .into_iter()
        .flatten()
        .collect()
pub(crate) const MODELS: &[(&str, &str)] = strings::MODELS;
    [assignment::ops(), map::ops(), strings::ops()].into_iter().flatten().collect()
pub(crate) const MODELS: &[(&str, &str)] = &[entities::MODEL];
    [assignment::ops(), entities::ops(), map::ops()].into_iter().flatten().collect()
}

/// What every pair would cost.
const COSTS: ArrayArgument = ArrayArgument {
    name: "costs",
    letter: Letter::Matrix,
    axes: &["row", "column"],
    doc: "What pairing a row with a column costs. `inf` forbids the pair (`-inf` when maximising); NaN is refused.",
};
