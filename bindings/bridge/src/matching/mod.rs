//! The operations of the room `matching`: each part has a file with its `ops()`, and a line in each list here.
mod assignment;
mod by_rule;
mod compatibility;
mod entities;
mod map;
mod stable;
mod strings;
mod variants;

use crate::{ArrayArgument, Letter, Op};

/// Every class of models with what it is.
pub(crate) const MODELS: &[(&str, &str)] = &[entities::MODEL, strings::CDIST, strings::TEXT_JOIN, variants::MODEL];

pub(crate) fn ops() -> Vec<Op> {
    [
        assignment::ops(),
        by_rule::ops(),
        compatibility::ops(),
        entities::ops(),
        map::ops(),
        stable::ops(),
        strings::ops(),
        variants::ops(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What every pair would cost.
const COSTS: ArrayArgument = ArrayArgument {
    name: "costs",
    letter: Letter::Matrix,
    axes: &["row", "column"],
    doc: "What pairing a row with a column costs. `inf` forbids the pair (`-inf` when maximising); NaN is refused.",
};
