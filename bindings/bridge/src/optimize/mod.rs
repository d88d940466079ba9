//! The operations of the room `optimize`: each part has a file with its `ops()`, and a line in each list here.
mod asking;
mod fronts;
mod linear;
mod minimize;
mod planning;
mod routes;
mod schedule;
mod watched;

use crate::Op;

/// Every class of models with what it is.
pub(crate) const MODELS: &[(&str, &str)] = &[fronts::MODEL, minimize::MODEL];

pub(crate) fn ops() -> Vec<Op> {
    [fronts::ops(), linear::ops(), minimize::ops(), planning::ops(), routes::ops(), schedule::ops(), watched::ops()]
        .into_iter()
        .flatten()
        .collect()
}
