//! Which records are the same thing.
mod accuracy;
mod blocking;
mod clean;
mod cluster;
mod compare;
mod estimate;
mod fit;
mod fitted;
mod infer;
mod learn;
mod merge;
mod options;
mod records;
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
pub use cluster::Clustering;
pub use fitted::FittedLinkage;
pub use merge::{MergeRecords, MergeRule, Survivor, label_records, merge_records};
pub use options::{Comparison, ComparisonKind, Linkage};
pub use result::{
    ColumnEvidence, ColumnSummary, LevelSummary, LinkageSummary, NewMatches, PairExplanation, SkippedColumn,
};
