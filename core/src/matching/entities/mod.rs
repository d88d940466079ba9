//! Which records are the same thing: linkage of one table or two, without labels.
//!
//! | question | answer |
//! |---|---|
//! | which records belong together | [`Linkage::fit`], [`Linkage::fit_link`]; with labels [`Linkage::fit_labelled`], [`Linkage::fit_pairs`] |
//! | which pairs match, how surely, and why | [`FittedLinkage::pairs`], [`FittedLinkage::predict`], [`FittedLinkage::explain`] |
//! | which pairs are looked at | [`Blocking`]: [`Keys`], [`SortedNeighbourhood`], [`QGrams`], [`MinHash`], [`AllPairs`] |
//! | how matches become entities | [`Clustering`] |
//! | where new records belong | [`FittedLinkage::match_new`], [`FittedLinkage::update`] |
//! | one record of each entity | [`merge_records`], [`label_records`] |
//! | how good it was | [`linkage_accuracy`], [`pair_accuracy`], [`FittedLinkage::pair_completeness`] |
//!
//! ```
//! # fn main() -> inlaid::Result<()> {
//! use inlaid::{Context, data::Table, matching::Linkage};
//! let table = Table::from_columns([
//!     ("name", vec!["maria gonzales", "john whitfield", "maria gonzalez", "ada lovelace"].into()),
//!     ("born", vec!["1980-05-17", "1975-02-03", "1980-05-17", "1990-12-10"].into()),
//! ])?;
//! let fitted = Linkage::default().fit(&table, &Context::new())?;
//! assert_eq!(fitted.entities().to_vec(), [0, 1, 0, 2]);
//! # Ok(()) }
//! ```
mod accuracy;
mod blocking;
mod chart;
mod clean;
mod cluster;
mod compare;
mod estimate;
mod evidence;
mod fit;
mod fitted;
mod infer;
mod learn;
mod merge;
mod options;
mod records;
mod relatives;
mod result;
mod roster;
mod saved;
mod similarity;
#[cfg(test)]
mod tests;
mod update;
mod weights;

pub use accuracy::{LinkageAccuracy, PairAccuracy, linkage_accuracy, pair_accuracy};
pub use blocking::{
    AllPairs, Blocking, BlockingReport, KeyPart, KeyTransform, Keys, MinHash, PassReport, QGrams, SortedNeighbourhood,
};
pub use chart::LinkageChart;
pub use cluster::Clustering;
pub use fitted::FittedLinkage;
pub use merge::{MergeRecords, MergeRule, Survivor, label_records, merge_records};
pub use options::{Comparison, ComparisonKind, Linkage};
pub use result::{
    ColumnEvidence, ColumnSummary, LevelSummary, LinkageSummary, NewMatches, PairExplanation, SkippedColumn,
};
