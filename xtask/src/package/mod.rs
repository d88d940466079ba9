//! The packages of the doors, made from libraries that are already built.
pub(crate) mod node;
