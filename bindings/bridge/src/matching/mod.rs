//! The operations of the room `matching`.
//!
//! Each part has a file with its `ops()`, and a line here.
use crate::Op;

/// Every class of models with what it is.
pub(crate) const MODELS: &[(&str, &str)] = &[];

pub(crate) fn ops() -> Vec<Op> {
    let parts: [Vec<Op>; 0] = [];
    parts.into_iter().flatten().collect()
}
