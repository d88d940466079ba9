//! Scores of all pairs of rows of two tables, and why a pair has its score.
use std::sync::Mutex;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::attributes::{Attribute, options};
use super::rules::Rule;
use super::scorer::Scorer;
use crate::Context;
use crate::data::{Matrix, Table};
use crate::error::{Result, bail, ensure};

/// How the views of both sides become one score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CombineViews {
    /// The root of their product: low if either is low.
    #[default]
    Geometric,
    /// Their mean: one side may make up for the other.
    Arithmetic,
    /// The lower of the two.
    Minimum,
}

impl CombineViews {
    pub(super) fn of(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Geometric => (left * right).sqrt(),
            Self::Arithmetic => 0.5 * (left + right),
            Self::Minimum => left.min(right),
        }
    }

    /// By how much the score grows with each view; the views times their slopes add up to the score.
    pub(super) fn slopes(self, left: f64, right: f64) -> (f64, f64) {
        match self {
            Self::Geometric if left > 0.0 && right > 0.0 => (0.5 * (right / left).sqrt(), 0.5 * (left / right).sqrt()),
            Self::Geometric => (0.0, 0.0),
            Self::Arithmetic => (0.5, 0.5),
            Self::Minimum if left < right => (1.0, 0.0),
            Self::Minimum if left > right => (0.0, 1.0),
            Self::Minimum => (0.5, 0.5),
        }
    }
}

options! {
    /// Score how well the rows of two tables suit each other.
    ///
    /// A score is the weighted mean of the attributes' similarities, 0 to 1, and 0 where all values are missing. With
    /// `right_attributes` both sides have a view: the left's is of `attributes`, the right's of `right_attributes`.
    CompatibilityMatcher {
        /// What is compared, at least one; in the left's view if both sides have one.
        attributes / with_attributes: Vec<Attribute> = Vec::new(),
        /// What the right side looks at. Default none: both sides share one view.
        right_attributes / with_right_attributes: Vec<Attribute> = Vec::new(),
        /// What must hold for a pair to be allowed. Default nothing.
        must / with_must: Vec<Rule> = Vec::new(),
        /// How two views become one score. Default geometric.
        combine / with_combine: CombineViews = CombineViews::default(),
    }
}

/// The most scores that are held at once.
pub(super) const MOST_SCORES: usize = 1 << 28;

pub(super) fn refuse_too_many(rows: usize, columns: usize) -> Result<()> {
    ensure!(
        rows.checked_mul(columns).is_some_and(|count| count <= MOST_SCORES),
        TooLarge,
        "{rows} x {columns} scores are more than {MOST_SCORES}; recommend_matches with best, threshold or mutual_top_k does \
         not hold them all"
    );
    Ok(())
}

impl CompatibilityMatcher {
    /// The score of every left row with every right row, `[left row, right row]`: 0 to 1, minus infinity where a rule forbids
    /// the pair, as [`assign`](crate::matching::assign) (maximising) and
    /// [`stable_from_scores`](crate::matching::stable_from_scores) take it.
    ///
    /// O(left * right * attributes), rows in parallel.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range or not given, with the attribute or rule; `invalid_data` for a column that
    /// does not exist, has another type, or holds a value that cannot be read, with the row; `too_large` above 2^28 scores;
    /// `cancelled`.
    pub fn score(&self, left: &Table, right: &Table, context: &Context) -> Result<Matrix> {
        let scorer = Scorer::new(self, left, right)?;
        let (rows, columns) = (scorer.left_rows, scorer.right_rows);
        refuse_too_many(rows, columns)?;
        let scores = matrix_by_rows(rows, columns, context, |row| Ok(scorer.row(row, context)?.combined))?;
        Ok(scores.into())
    }
}

/// A matrix whose rows are worked out in parallel.
pub(super) fn matrix_by_rows(
    rows: usize,
    columns: usize,
    context: &Context,
    row: impl Fn(usize) -> Result<Vec<f64>> + Sync,
) -> Result<Array2<f64>> {
    let mut matrix = Array2::zeros((rows, columns));
    let each: Vec<Mutex<_>> = matrix.rows_mut().into_iter().map(Mutex::new).collect();
    context.map(rows, |at| {
        let values = row(at)?;
        let mut into = each[at].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        into.iter_mut().zip(values).for_each(|(into, value)| *into = value);
        Ok(())
    })?;
    drop(each);
    Ok(matrix)
}

options! {
    /// Which pair of rows is explained.
    ExplainPair {
        /// How rows are scored.
        matcher / with_matcher: CompatibilityMatcher = CompatibilityMatcher::default(),
        /// The row of the left table, from 0. Default 0.
        left_row / with_left_row: usize = 0,
        /// The row of the right table, from 0. Default 0.
        right_row / with_right_row: usize = 0,
    }
}

/// Whose view an attribute belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ViewSide {
    /// The left's.
    Left,
    /// The right's.
    Right,
}

/// What one attribute adds to a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttributePart {
    /// Whose view it belongs to.
    pub view: ViewSide,
    /// The attribute.
    pub name: String,
    /// Its similarity, 0 to 1; absent where a value is missing.
    pub similarity: Option<f64>,
    /// Its share of the weights that count for this pair, 0 to 1.
    pub weight: f64,
    /// What it adds to the score: all contributions add up to it.
    pub contribution: f64,
}

/// Why a pair of rows has its score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CompatibilityExplanation {
    /// The score, 0 to 1; also of a pair that a rule forbids, as if it were allowed.
    pub score: f64,
    /// Whether all rules hold.
    pub allowed: bool,
    /// The rules that do not hold, in words.
    pub forbidden_by: Vec<String>,
    /// The score in the left's view.
    pub left_score: f64,
    /// The score in the right's view, if it has one.
    pub right_score: Option<f64>,
    /// What each attribute adds, in the order of the options.
    pub parts: Vec<AttributePart>,
}

/// Why a pair of rows has its score: contributions of the attributes that add up to it, and the rules that forbid it.
///
/// With two views a contribution is the attribute's part of its view times the slope of the score in that view, which by
/// Euler's theorem add up for all three ways to combine.
///
/// # Errors
/// As [`CompatibilityMatcher::score`]; `invalid_data` for a row that does not exist.
pub fn explain_compatibility(
    left: &Table,
    right: &Table,
    options: &ExplainPair,
    context: &Context,
) -> Result<CompatibilityExplanation> {
    let scorer = Scorer::new(&options.matcher, left, right)?;
    for (name, row, rows) in
        [("left", options.left_row, scorer.left_rows), ("right", options.right_row, scorer.right_rows)]
    {
        if row >= rows {
            bail!(InvalidData, "{name}_row is {row}, the {name} table has {rows} rows");
        }
    }
    scorer.explain(options.left_row, options.right_row, context)
}
