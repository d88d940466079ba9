//! What record linkage may be told.
use serde::{Deserialize, Serialize};

use super::blocking::Blocking;
use super::cluster::Clustering;
use crate::error::{Result, ensure};

/// The most comparisons of one linkage: a pair's levels stand in one word of 128 bits.
pub(super) const MOST_COMPARISONS: usize = 32;
/// The most thresholds of one comparison; with exact, different, swapped and missing they make 12 levels.
const MOST_THRESHOLDS: usize = 8;

/// How the values of a column are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ComparisonKind {
    /// Chosen from the column's values.
    #[default]
    Auto,
    /// Names and short texts: equal, swapped with another column, Jaro-Winkler similarity of at least 0.92, 0.8.
    Name,
    /// Longer texts: equal, swapped, the Dice similarity of their letter pairs at least 0.9, 0.75, 0.6, 0.4.
    Text,
    /// Numbers of things, such as an account: equal, at most 1, 2 characters wrong or exchanged.
    Code,
    /// Equal or different, after case and spaces.
    Exact,
    /// Quantities: equal, or as close as 1 %, 5 % of random pairs are.
    Numeric,
    /// Days: equal, one digit wrong or two exchanged or day and month swapped, at most 31 days apart.
    Date,
    /// Places by latitude and longitude in degrees: at most 0.1, 1, 10 km apart.
    Geo,
    /// Telephone numbers: as codes, by their last 9 digits.
    Phone,
    /// Postcodes: equal, 1 character wrong or exchanged, the same beginning.
    Postcode,
    /// Mail addresses: equal, the same part before the @, Jaro-Winkler similarity of at least 0.92.
    Email,
}

/// One column that speaks for or against two records being the same thing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Comparison {
    /// The column, of the left table where two are linked; the latitude for places.
    pub column: String,
    /// The column of the right table. Default: the one of the same name.
    pub right_column: Option<String>,
    /// How values are compared. Default: chosen from the values.
    pub kind: ComparisonKind,
    /// Where one level of agreement ends and the next begins, best first, at most 8: similarities in (0, 1) for names,
    /// texts and mail addresses, descending; differences of 0 or more for the others, ascending, in characters, the
    /// column's unit, days or kilometres. Default: as the kind says.
    pub thresholds: Vec<f64>,
    /// Whether agreement on a rare value counts for more than on a frequent one. Default true.
    pub term_frequency: Option<bool>,
    /// The column with the longitude, for places. Default none.
    pub longitude: Option<String>,
}

impl Comparison {
    /// Compare a column in the way its values suggest.
    #[must_use]
    pub fn new(column: impl Into<String>) -> Self {
        Self { column: column.into(), ..Self::default() }
    }

    /// Set how values are compared.
    #[must_use]
    pub fn with_kind(mut self, kind: ComparisonKind) -> Self {
        self.kind = kind;
        self
    }

    /// Set the column of the right table.
    #[must_use]
    pub fn with_right_column(mut self, column: impl Into<String>) -> Self {
        self.right_column = Some(column.into());
        self
    }

    /// Set where levels end.
    #[must_use]
    pub fn with_thresholds(mut self, thresholds: impl Into<Vec<f64>>) -> Self {
        self.thresholds = thresholds.into();
        self
    }

    /// Set whether rare values count for more.
    #[must_use]
    pub fn with_term_frequency(mut self, term_frequency: bool) -> Self {
        self.term_frequency = Some(term_frequency);
        self
    }

    /// Set the column with the longitude.
    #[must_use]
    pub fn with_longitude(mut self, column: impl Into<String>) -> Self {
        self.longitude = Some(column.into());
        self
    }

    pub(super) fn validate(&self) -> Result<()> {
        let name = &self.column;
        ensure!(!name.is_empty(), InvalidConfig, "a comparison names no column");
        let thresholds = &self.thresholds;
        ensure!(
            thresholds.len() <= MOST_THRESHOLDS,
            InvalidConfig,
            "comparison of \"{name}\": {} thresholds, at most {MOST_THRESHOLDS} are allowed",
            thresholds.len()
        );
        if self.kind.is_similarity() {
            ensure!(
                thresholds.iter().all(|threshold| *threshold > 0.0 && *threshold < 1.0)
                    && thresholds.windows(2).all(|pair| pair[0] > pair[1]),
                InvalidConfig,
                "comparison of \"{name}\": thresholds {thresholds:?}; similarities in (0, 1), descending, are needed"
            );
        } else {
            ensure!(
                thresholds.iter().all(|threshold| threshold.is_finite() && *threshold >= 0.0)
                    && thresholds.windows(2).all(|pair| pair[0] < pair[1]),
                InvalidConfig,
                "comparison of \"{name}\": thresholds {thresholds:?}; differences of 0 or more, ascending, are needed"
            );
        }
        ensure!(
            self.kind != ComparisonKind::Auto || thresholds.is_empty(),
            InvalidConfig,
            "comparison of \"{name}\": thresholds need a kind, since they mean something else for each"
        );
        ensure!(
            self.kind != ComparisonKind::Exact || thresholds.is_empty(),
            InvalidConfig,
            "comparison of \"{name}\": an exact comparison has no thresholds, got {thresholds:?}"
        );
        ensure!(
            (self.kind == ComparisonKind::Geo) == self.longitude.is_some(),
            InvalidConfig,
            "comparison of \"{name}\": the kind geo needs a column with the longitude, and only it"
        );
        Ok(())
    }
}

impl ComparisonKind {
    pub(super) fn is_similarity(self) -> bool {
        matches!(self, Self::Name | Self::Text | Self::Email)
    }
}

/// Find the records of one table that are the same thing, or those of two tables (record linkage, deduplication, entity
/// resolution), without labels.
///
/// Candidate pairs come from several passes of blocking; each column's agreement is put into levels; how often every level
/// occurs among matches (m) is learnt by expectation maximisation, and among others (u) from random pairs; the weights
/// log2(m/u) of the columns add up to the weight of the pair. Nothing need be said: columns, levels, blocking
/// passes and parameters come from the data. Fellegi, Sunter, *A theory for record linkage* (1969).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Linkage {
    /// What is compared, at most 32. Default: every column that can tell records apart, except identifiers of rows.
    pub comparisons: Vec<Comparison>,
    /// Columns that must not be used where comparisons are chosen. Default none.
    pub ignore: Vec<String>,
    /// Which pairs are looked at: the union of these passes, at most 32. Default: chosen from the data.
    pub blocking: Vec<Blocking>,
    /// The most records of a block that are all compared with each other, at least 2; in a larger one each is compared with
    /// its `window` neighbours on either side. Default 100.
    pub largest_block: usize,
    /// How many neighbours on either side a record is compared with in blocks that are too large, 1 to 1000. Default 10.
    pub window: usize,
    /// The most candidate pairs, at least 1; passes that would exceed it look at fewer neighbours, then the call fails
    /// with `too_large`. Default 20,000,000, which take 400 MB.
    pub most_pairs: usize,
    /// Pairs are matches from this probability on, in (0, 1). Default 0.5.
    pub threshold: f64,
    /// How matches become entities. Default average_linkage.
    pub clustering: Clustering,
    /// The probability that a random pair matches, in (0, 1), if it is known. Default: estimated.
    pub prior: Option<f64>,
    /// How many random pairs tell how records agree by chance, 1,000 to 10,000,000. Default 50,000.
    pub random_pairs: usize,
    /// The most rounds of expectation maximisation, at least 1. Default 200.
    pub most_rounds: usize,
    /// Rounds end once no probability changes by more than this, in (0, 1). Default 1e-6.
    pub tolerance: f64,
}

impl Default for Linkage {
    fn default() -> Self {
        Self {
            comparisons: Vec::new(),
            ignore: Vec::new(),
            blocking: Vec::new(),
            largest_block: 100,
            window: 10,
            most_pairs: 20_000_000,
            threshold: 0.5,
            clustering: Clustering::default(),
            prior: None,
            random_pairs: 50_000,
            most_rounds: 200,
            tolerance: 1e-6,
        }
    }
}

impl Linkage {
    /// Set what is compared.
    #[must_use]
    pub fn with_comparisons(mut self, comparisons: impl Into<Vec<Comparison>>) -> Self {
        self.comparisons = comparisons.into();
        self
    }

    /// Set which columns are not used.
    #[must_use]
    pub fn with_ignore<N: Into<String>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.ignore = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Set the blocking passes.
    #[must_use]
    pub fn with_blocking(mut self, passes: impl Into<Vec<Blocking>>) -> Self {
        self.blocking = passes.into();
        self
    }

    /// Set how many records of a block are all compared.
    #[must_use]
    pub fn with_largest_block(mut self, records: usize) -> Self {
        self.largest_block = records;
        self
    }

    /// Set how many neighbours are compared in blocks that are too large.
    #[must_use]
    pub fn with_window(mut self, window: usize) -> Self {
        self.window = window;
        self
    }

    /// Set the most candidate pairs.
    #[must_use]
    pub fn with_most_pairs(mut self, pairs: usize) -> Self {
        self.most_pairs = pairs;
        self
    }

    /// Set the probability from which pairs are matches.
    #[must_use]
    pub fn with_threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// Set how matches become entities.
    #[must_use]
    pub fn with_clustering(mut self, clustering: Clustering) -> Self {
        self.clustering = clustering;
        self
    }

    /// Set the probability that a random pair matches.
    #[must_use]
    pub fn with_prior(mut self, prior: f64) -> Self {
        self.prior = Some(prior);
        self
    }

    /// Set how many random pairs are looked at.
    #[must_use]
    pub fn with_random_pairs(mut self, pairs: usize) -> Self {
        self.random_pairs = pairs;
        self
    }

    /// Set the most rounds of expectation maximisation.
    #[must_use]
    pub fn with_most_rounds(mut self, rounds: usize) -> Self {
        self.most_rounds = rounds;
        self
    }

    /// Set when rounds end.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Judge the options alone, without data.
    ///
    /// # Errors
    /// `invalid_config` with the option, the value seen and what is allowed.
    pub fn validate(&self) -> Result<()> {
        let count = self.comparisons.len();
        ensure!(
            count <= MOST_COMPARISONS,
            InvalidConfig,
            "{count} comparisons, at most {MOST_COMPARISONS} are allowed"
        );
        self.comparisons.iter().try_for_each(Comparison::validate)?;
        for (position, comparison) in self.comparisons.iter().enumerate() {
            ensure!(
                self.comparisons[..position].iter().all(|earlier| earlier.column != comparison.column),
                InvalidConfig,
                "column \"{}\" is compared twice; its evidence would count twice",
                comparison.column
            );
        }
        let passes = self.blocking.len();
        ensure!(passes <= 32, InvalidConfig, "{passes} blocking passes, at most 32 are allowed");
        self.blocking.iter().try_for_each(Blocking::validate)?;
        let whole = [
            ("largest_block", self.largest_block, 2, u32::MAX as usize),
            ("window", self.window, 1, 1000),
            ("most_pairs", self.most_pairs, 1, usize::MAX),
            ("random_pairs", self.random_pairs, 1000, 10_000_000),
            ("most_rounds", self.most_rounds, 1, 1_000_000),
        ];
        for (name, value, lowest, highest) in whole {
            ensure!(
                (lowest..=highest).contains(&value),
                InvalidConfig,
                "{name} is {value}, it must be {lowest} to {highest}"
            );
        }
        let open = [("threshold", self.threshold), ("prior", self.prior.unwrap_or(0.5)), ("tolerance", self.tolerance)];
        for (name, value) in open {
            ensure!(value > 0.0 && value < 1.0, InvalidConfig, "{name} is {value}, it must be above 0 and below 1");
        }
        Ok(())
    }
}
