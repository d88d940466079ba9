//! What a linkage tells.
use serde::{Deserialize, Serialize};

use super::blocking::BlockingReport;
use super::options::ComparisonKind;
use crate::data::{Ints, Table};

/// A column that was not compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SkippedColumn {
    /// Its name.
    pub column: String,
    /// Why.
    pub reason: String,
}

/// One level of agreement of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LevelSummary {
    /// What it means, such as `equal`.
    pub level: String,
    /// How often matches are at it, of those where both values are there.
    pub m: f64,
    /// How often other pairs are.
    pub u: f64,
    /// The weight log2(m/u), in bits: above 0 speaks for a match.
    pub weight: f64,
    /// The same among other pairs that are equal in the column that this one depends on; nothing where it depends on none.
    pub u_given: Option<f64>,
}

/// How a column is compared and what its levels weigh.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ColumnSummary {
    /// The column.
    pub column: String,
    /// How it is compared.
    pub kind: ComparisonKind,
    /// Whether rare values count for more.
    pub term_frequency: bool,
    /// The column whose equality it depends on among pairs that do not match.
    pub depends_on: Option<String>,
    /// The column that its values are sometimes exchanged with.
    pub swapped_with: Option<String>,
    /// Its levels, best first.
    pub levels: Vec<LevelSummary>,
}

/// What was learnt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LinkageSummary {
    /// Records known, those of the right table and learnt later among them.
    pub records: usize,
    /// Records of the right table; 0 for one table.
    pub right_records: usize,
    /// The columns that are compared.
    pub columns: Vec<ColumnSummary>,
    /// The columns that are not.
    pub skipped: Vec<SkippedColumn>,
    /// The probability that a random pair matches.
    pub prior: f64,
    /// Rounds of expectation maximisation; 0 where labels were counted.
    pub rounds: usize,
    /// Whether the rounds settled.
    pub converged: bool,
    /// What blocking found when the model was fitted.
    pub blocking: BlockingReport,
    /// Candidate pairs that match.
    pub matches: usize,
    /// Different entities.
    pub entities: usize,
}

/// What one column says of a pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ColumnEvidence {
    /// The column.
    pub column: String,
    /// The value of the one record, as it was given.
    pub left: Option<String>,
    /// The value of the other.
    pub right: Option<String>,
    /// How they agree, such as `equal`.
    pub level: String,
    /// How often matches agree so; nothing where a value is missing.
    pub m: Option<f64>,
    /// How often others do.
    pub u: Option<f64>,
    /// The column that is equal too and by which `u` is judged.
    pub given: Option<String>,
    /// log2(m/u) in bits; 0 where a value is missing.
    pub weight: f64,
    /// What the frequency of the value that both have adds, in bits.
    pub frequency_weight: f64,
}

/// Why two records are taken to be the same thing, or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PairExplanation {
    /// The one record.
    pub left: usize,
    /// The other.
    pub right: usize,
    /// The weight of the prior odds, in bits.
    pub prior_weight: f64,
    /// What every column says.
    pub columns: Vec<ColumnEvidence>,
    /// The prior weight and the weights of all columns together, in bits.
    pub weight: f64,
    /// The probability of a match that this weight is.
    pub probability: f64,
}

/// New records held against those that are known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NewMatches {
    /// The entity of each new record; one that matches nothing is a new entity.
    pub entities: Ints,
    /// The pairs that match: `left` a known or earlier new record, `right` a new one, both counted over all
    /// records, `weight`, `probability`.
    pub pairs: Table,
}
