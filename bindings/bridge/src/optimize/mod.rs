//! The operations of the room `optimize`: each part has a file with its `ops()`, and a line in each list here.
mod routes;
mod schedule;

use crate::Op;

/// Every class of models with what it is.
pub(crate) const MODELS: &[(&str, &str)] = &[];

pub(crate) fn ops() -> Vec<Op> {
    [routes::ops(), schedule::ops()].into_iter().flatten().collect()
}
