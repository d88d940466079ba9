//! The operations of the room `optimize`: each part has a file with its `ops()`, and a line in each list here.
mod planning;

use crate::Op;

/// Every class of models with what it is.
pub(crate) const MODELS: &[(&str, &str)] = &[];

pub(crate) fn ops() -> Vec<Op> {
    [planning::ops()].into_iter().flatten().collect()
}
