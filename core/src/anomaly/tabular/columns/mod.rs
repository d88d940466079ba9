//! Tables whose columns are numbers and categories.
//!
//! Texts and booleans are categories, other columns where told; a missing category is one of its own. A detector sees numbers,
//! and what a category becomes is chosen by what it asks:
//!
//! | detector | a category becomes | numbers are |
//! |---|---|---|
//! | `Hbos`, `Ecod`, `Copod`, `IsolationForest` | its surprise `-ln p`, one column: rare ones lie far out | as they are |
//! | `Loda`, `IsolationForest` with `extension` | the same | standardised, since columns are added up |
//! | `NearestNeighbours`, `LocalOutlierFactor`, `Inne`, `OneClassSvm`, `Cblof` | a column for each; two rows of different categories are `mismatch` standard deviations apart, whatever the number of categories | standardised |
//! | `Mahalanobis`, `PcaDetector`, `GaussianMixture`, `KernelDensity` | a column for each, which these bring to their own scale: a category of share `p` lies at the squared distance `(1 - p) / p`, as in correspondence analysis | as they are; they scale them too |
//! | `AutoDetector` | its surprise for the histograms; for the neighbours a difference counts as much as the range of a number (Gower 1971) | over their range |
//!
//! `p` is the share of a category with one row added to each, and one for all that were not fitted, so that these are the rarest.
//! Detectors that look at single columns cannot see that two categories are unusual together; those that compare rows can.
//! O(cells) beside the detector itself. Sources: Gower, *A general coefficient of similarity* (1971); Goldstein, Dengel (2012) and
//! Koufakou, Ortiz, Georgiopoulos, Anagnostopoulos, Reynolds, *A scalable and efficient outlier detection strategy for categorical
//! data* (2007) for rarity by frequency; Greenacre, *Correspondence analysis in practice* (2017) for the scale of indicators.
mod any;
mod encode;
mod fitted;
mod read;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::any::AnyDetector;
use self::encode::Encoder;
pub use self::fitted::FittedTableDetector;
use super::fit::Given;
use super::options::check_count;
use crate::Context;
use crate::data::Table;
use crate::error::{Result, bail, ensure};

/// The most numbers of a table as a detector sees it (16 GiB).
const MOST_NUMBERS: usize = 1 << 31;
/// The most categories of a column that have a place of their own.
const MOST_LEVELS: usize = 1024;

/// What happens to a category that no fitted row had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unseen {
    /// It is the rarest of all; for `Mahalanobis`, `PcaDetector`, `GaussianMixture` and `KernelDensity` as rare as the rarest fitted.
    #[default]
    Rare,
    /// It is an error that names row, column and category.
    Refuse,
}

/// Any detector for tables with numbers and categories.
///
/// ```
/// use inlaid::anomaly::{NearestNeighbours, TableDetector};
/// use inlaid::{Context, data::Table};
///
/// let country: Vec<&str> = (0..200).map(|row| if row % 2 == 0 { "DE" } else { "FR" }).collect();
/// let mut currency = vec!["EUR"; 200];
/// currency[7] = "JPY";
/// let amount: Vec<f64> = (0..200).map(|row| 10.0 + (row % 13) as f64).collect();
/// let table = Table::from_columns([("country", country.into()), ("currency", currency.into()), ("amount", amount.into())])?;
///
/// let detector = TableDetector::default().with_detector(NearestNeighbours::default());
/// let fitted = detector.fit(&table, &Context::new())?;
/// let scores = fitted.scores();
/// let strangest = (0..200).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
/// assert_eq!(strangest, Some(7));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TableDetector {
    /// The detector and its options. Default `AutoDetector`.
    pub detector: AnyDetector,
    /// Columns that hold categories, beyond those of texts and booleans, which do anyway: codes written as numbers. Default none.
    pub categorical: Vec<String>,
    /// The columns to look at. Default: all, but for `ignored` and `weights`.
    pub columns: Vec<String>,
    /// Columns that are left out, such as names of rows. Default none.
    pub ignored: Vec<String>,
    /// The column that says how many rows each row stands for; 0 for rows that are scored but not learnt from. Default: one each.
    pub weights: Option<String>,
    /// What happens to a category that no fitted row had. Default: it is the rarest of all.
    pub unseen: Unseen,
    /// How many categories of a column are told apart, 2 to 1,024; where there are more, the rarest count as one. Default 64.
    pub levels: usize,
    /// How many standard deviations apart two rows are whose categories differ, for detectors that compare rows; above 0 and at
    /// most 1,000. Default 2.
    pub mismatch: f64,
}

impl Default for TableDetector {
    fn default() -> Self {
        Self {
            detector: AnyDetector::default(),
            categorical: Vec::new(),
            columns: Vec::new(),
            ignored: Vec::new(),
            weights: None,
            unseen: Unseen::default(),
            levels: 64,
            mismatch: 2.0,
        }
    }
}

fn names<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}

impl TableDetector {
    /// Set the detector.
    #[must_use]
    pub fn with_detector(mut self, detector: impl Into<AnyDetector>) -> Self {
        self.detector = detector.into();
        self
    }

    /// Set which columns hold categories, beyond texts and booleans.
    #[must_use]
    pub fn with_categorical<N: Into<String>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.categorical = names(columns);
        self
    }

    /// Set the columns to look at.
    #[must_use]
    pub fn with_columns<N: Into<String>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.columns = names(columns);
        self
    }

    /// Set the columns that are left out.
    #[must_use]
    pub fn with_ignored<N: Into<String>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.ignored = names(columns);
        self
    }

    /// Set the column that says how many rows each row stands for.
    #[must_use]
    pub fn with_weights(mut self, column: impl Into<String>) -> Self {
        self.weights = Some(column.into());
        self
    }

    /// Set what happens to a category that no fitted row had.
    #[must_use]
    pub fn with_unseen(mut self, unseen: Unseen) -> Self {
        self.unseen = unseen;
        self
    }

    /// Set how many categories of a column are told apart.
    #[must_use]
    pub fn with_levels(mut self, levels: usize) -> Self {
        self.levels = levels;
        self
    }

    /// Set how many standard deviations apart rows of different categories are.
    #[must_use]
    pub fn with_mismatch(mut self, mismatch: f64) -> Self {
        self.mismatch = mismatch;
        self
    }

    fn validate(&self) -> Result<()> {
        check_count("levels", self.levels, 2, MOST_LEVELS)?;
        ensure!(
            self.mismatch > 0.0 && self.mismatch <= 1000.0,
            InvalidConfig,
            "mismatch must lie above 0 and be at most 1000 standard deviations, got {}",
            self.mismatch
        );
        self.detector.validate()
    }

    /// The columns to look at, and whether they are told to hold categories.
    fn chosen(&self, table: &Table) -> Result<Vec<(String, bool)>> {
        for name in self.categorical.iter().chain(&self.ignored).chain(&self.weights) {
            table.kind(name)?;
        }
        let all: Vec<String> = if self.columns.is_empty() {
            table.names().into_iter().map(String::from).collect()
        } else {
            self.columns.clone()
        };
        for (at, name) in all.iter().enumerate() {
            ensure!(!all[..at].contains(name), InvalidConfig, "columns names \"{name}\" twice");
        }
        let left_out = |name: &String| self.ignored.contains(name) || self.weights.as_ref() == Some(name);
        let chosen: Vec<(String, bool)> = all
            .into_iter()
            .filter(|name| !left_out(name))
            .map(|name| {
                let categorical = self.categorical.contains(&name);
                (name, categorical)
            })
            .collect();
        ensure!(!chosen.is_empty(), InvalidData, "no column is left to look at; at least 1 is needed");
        Ok(chosen)
    }

    /// Learn what is normal from the rows of a table, anomalies among them.
    ///
    /// Columns of integers and floats are numbers, NaN as `missing` of the detector says; texts, booleans and the columns named in
    /// `categorical` are categories. Memory: the table as the detector sees it, 8 bytes for each number and, for a detector
    /// that compares rows, each category of a column.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range, or a robust `Mahalanobis` with categories; `invalid_data` for a column that is
    /// not there or is neither, infinite values, NaN unless `missing` says otherwise, and weights that are missing or below 0;
    /// `not_enough_data` for too few rows; `too_large` for more than 65,536 categories of a column, or 2^31 numbers; `cancelled`.
    pub fn fit(&self, table: &Table, context: &Context) -> Result<FittedTableDetector> {
        self.validate()?;
        let chosen = self.chosen(table)?;
        let weights = match &self.weights {
            Some(column) => Some(table.floats(column)?),
            None => None,
        };
        if let Some(weights) = &weights {
            super::weights::check(weights, table.rows()).map_err(|error| {
                error.at(format_args!("column \"{}\"", self.weights.as_deref().unwrap_or_default()))
            })?;
        }
        ensure!(table.rows() > 0, NotEnoughData, "the table has no rows");
        let weights = weights.as_deref();
        let plan = self.detector.plan(self.mismatch);
        let (encoder, coded) = Encoder::learn(table, &chosen, plan, self.levels, self.unseen, weights, context)?;
        if encoder.has_categories() {
            self.detector.check_categories()?;
        }
        encoder.check_numbers(&coded, self.detector.missing())?;
        let width = encoder.width();
        ensure!(
            table.rows().saturating_mul(width) <= MOST_NUMBERS,
            TooLarge,
            "{} rows of {width} columns, categories apart, are more than {MOST_NUMBERS} numbers; take fewer levels or a detector of \
             single columns",
            table.rows()
        );
        let values = encoder.write_all(&coded, context)?;
        let Ok(view) = ndarray::ArrayView2::from_shape((coded.rows, width), &values) else {
            bail!(Internal, "a table does not fill its matrix; please report this with the input")
        };
        let roles = encoder.roles();
        let detector = self.detector.fit_given(Given { view, weights, roles: &roles }, context)?;
        FittedTableDetector::new(detector, encoder, self.mismatch, &coded, context)
    }
}
