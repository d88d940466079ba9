//! Which pairs are looked at: the union of several passes, each pair once, in bounded memory.
//!
//! | pass | pairs of records that | misses |
//! |---|---|---|
//! | [`Keys`] | have the same key: a column, its beginning, its sound, or several together | an error in every part of a key |
//! | [`SortedNeighbourhood`] | stand near each other when sorted | an error at the beginning of the value |
//! | [`QGrams`] | share enough of the letter groups of a column | values with many errors, short values |
//! | [`MinHash`] | share many letter groups anywhere, with high probability | short records with errors everywhere |
//! | [`AllPairs`] | are pairs | nothing; n^2 / 2 pairs |
//!
//! Every pass is an index of the records. Candidates are read off record by record, with one mark per record that tells
//! which were met already, so the memory is that of the indexes however much the passes overlap. Christen, *A survey of
//! indexing techniques for scalable record linkage and deduplication* (2012).
mod automatic;
mod index;
mod keys;
mod passes;
#[cfg(test)]
mod tests;

pub(super) use automatic::choose;
pub(super) use index::{Candidates, Limits};
pub use passes::{AllPairs, Blocking, KeyPart, KeyTransform, Keys, MinHash, QGrams, SortedNeighbourhood};

use serde::{Deserialize, Serialize};

/// What one pass of blocking found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PassReport {
    /// What the pass does, such as `key: surname`.
    pub name: String,
    /// How many pairs it gives, those of other passes among them; for a pass with several keys a record, an upper bound.
    pub pairs: usize,
    /// Blocks above the largest size, within which only neighbours are compared.
    pub large_blocks: usize,
    /// Records in the largest block; 0 where the pass has none.
    pub largest_block: usize,
}

/// What blocking found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BlockingReport {
    /// Every pass, in order.
    pub passes: Vec<PassReport>,
    /// All pairs that there are.
    pub all_pairs: f64,
    /// Different pairs that are looked at.
    pub candidates: usize,
    /// The part of all pairs that is not looked at.
    pub reduction: f64,
    /// The size above which the records of a block were compared with neighbours only; smaller than asked for where that
    /// kept the candidates below the limit.
    pub largest_block: usize,
    /// The neighbours on either side within such blocks.
    pub window: usize,
}
