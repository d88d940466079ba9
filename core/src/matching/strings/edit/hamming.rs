//! The Hamming distance.
use crate::matching::strings::symbols::Symbol;

/// How many positions differ; those that only the longer text has differ.
pub(crate) fn hamming<S: Symbol>(a: &[S], b: &[S]) -> usize {
    a.iter().zip(b).filter(|(x, y)| x != y).count() + a.len().abs_diff(b.len())
}
