//! Stable pairs from scores: how much everybody values everybody of the other side.
use ndarray::{ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};

use super::lists::Market;
use super::marriage::{SIDES, StableChoice, StableMarriage, StablePairs, choose};
use crate::Context;
use crate::error::{Code, Error, Result, ensure};

/// Which scores are the best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScoreOrder {
    /// The highest score is the best; minus infinity is unacceptable.
    #[default]
    HighestFirst,
    /// The lowest score is the best, as for ranks and costs; plus infinity is unacceptable.
    LowestFirst,
}

/// What happens to people whom somebody values equally.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TiesPolicy {
    /// The lower number is preferred; the result is weakly stable.
    #[default]
    BreakByIndex,
    /// Ties are broken at random by the seed of the call; the result is weakly stable.
    BreakBySeed,
    /// Ties are refused with `invalid_data`.
    Refuse,
}

/// How stable pairs are chosen from scores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StableScores {
    /// Which of the stable matchings. Default proposer_optimal; the left side proposes.
    pub choose: StableChoice,
    /// Which scores are the best. Default highest_first.
    pub order: ScoreOrder,
    /// What happens to equal scores of one person. Default break_by_index.
    pub ties: TiesPolicy,
    /// How many stable matchings are looked at, one by one, for sex_equal and median, from 1 to 1,000,000. Default 10,000.
    pub enumeration_limit: usize,
}

impl Default for StableScores {
    fn default() -> Self {
        Self {
            choose: StableChoice::default(),
            order: ScoreOrder::default(),
            ties: TiesPolicy::default(),
            enumeration_limit: StableMarriage::default().enumeration_limit,
        }
    }
}

impl StableScores {
    /// Set which of the stable matchings is taken.
    #[must_use]
    pub fn with_choose(mut self, choose: StableChoice) -> Self {
        self.choose = choose;
        self
    }

    /// Set which scores are the best.
    #[must_use]
    pub fn with_order(mut self, order: ScoreOrder) -> Self {
        self.order = order;
        self
    }

    /// Set what happens to equal scores.
    #[must_use]
    pub fn with_ties(mut self, ties: TiesPolicy) -> Self {
        self.ties = ties;
        self
    }

    /// Set how many stable matchings are looked at one by one.
    #[must_use]
    pub fn with_enumeration_limit(mut self, enumeration_limit: usize) -> Self {
        self.enumeration_limit = enumeration_limit;
        self
    }
}

/// Pair two sides stably by how much everybody values everybody of the other side.
///
/// `left_scores[i, j]` is how much `i` of the left side, which proposes, values `j` of the right; `right_scores[j, i]` is how
/// much `j` values `i`. Minus infinity (plus infinity where the lowest score is the best) is unacceptable; NaN is refused.
/// Choices in the result count from 1 for the best score, ties as they were broken.
///
/// O(left * right * log), for the sorting, besides what [`stable_marriage`](super::stable_marriage) takes.
///
/// # Errors
/// `invalid_data` for matrices that do not mirror each other, NaN, or a tie where ties are refused, with row and columns;
/// `invalid_config` for an option out of range; `cancelled`.
pub fn stable_from_scores(
    left_scores: ArrayView2<'_, f64>,
    right_scores: ArrayView2<'_, f64>,
    options: &StableScores,
    context: &Context,
) -> Result<StablePairs> {
    let marriage =
        StableMarriage::default().with_choose(options.choose).with_enumeration_limit(options.enumeration_limit);
    marriage.validate()?;
    mirrored(left_scores, right_scores)?;
    let lists = |scores: ArrayView2<'_, f64>, name, salt| {
        context.map(scores.nrows(), |row| preferences(scores.row(row), name, row, options, context.seed() ^ salt))
    };
    let left = lists(left_scores, "left_scores", 0)?;
    let right = lists(right_scores, "right_scores", 0x5bd1_e995)?;
    let left: Vec<&[i64]> = left.iter().map(Vec::as_slice).collect();
    let right: Vec<&[i64]> = right.iter().map(Vec::as_slice).collect();
    choose(&Market::new(SIDES, &left, &right, context)?, &marriage, context)
}

pub(super) fn mirrored(left: ArrayView2<'_, f64>, right: ArrayView2<'_, f64>) -> Result<()> {
    ensure!(
        left.nrows() == right.ncols() && left.ncols() == right.nrows(),
        InvalidData,
        "left_scores is {} x {}, so right_scores must be {} x {}, but is {} x {}",
        left.nrows(),
        left.ncols(),
        left.ncols(),
        left.nrows(),
        right.nrows(),
        right.ncols()
    );
    Ok(())
}

/// A whole number that is lower for better scores, equal for equal ones; nothing for unacceptable.
pub(super) fn order_key(score: f64, order: ScoreOrder, name: &str, row: usize, column: usize) -> Result<Option<u64>> {
    ensure!(
        !score.is_nan(),
        InvalidData,
        "{name} is NaN in row {row}, column {column} (0-based); write an unacceptable partner as an infinite score"
    );
    let lower_is_better = match order {
        ScoreOrder::HighestFirst => -score,
        ScoreOrder::LowestFirst => score,
    };
    if lower_is_better == f64::INFINITY {
        return Ok(None);
    }
    // 0.0 + -0.0 is 0.0; then the bits of a float are in its order, negative ones from the back.
    let bits = (0.0 + lower_is_better).to_bits();
    Ok(Some(if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }))
}

fn preferences(
    scores: ArrayView1<'_, f64>,
    name: &str,
    row: usize,
    options: &StableScores,
    seed: u64,
) -> Result<Vec<i64>> {
    let mut keys = Vec::with_capacity(scores.len());
    for (column, &score) in scores.iter().enumerate() {
        if let Some(key) = order_key(score, options.order, name, row, column)? {
            let chance = if options.ties == TiesPolicy::BreakBySeed { mixed(seed, row, column) } else { 0 };
            keys.push((key, chance, column as i64));
        }
    }
    keys.sort_unstable();
    if options.ties == TiesPolicy::Refuse
        && let Some(tie) = keys.windows(2).find(|pair| pair[0].0 == pair[1].0)
    {
        return Err(Error::new(
            Code::InvalidData,
            format!(
                "{name} is {} in columns {} and {} of row {row} (0-based); ties are refused, break_by_index and \
                 break_by_seed break them",
                scores[tie[0].2 as usize], tie[0].2, tie[1].2
            ),
        ));
    }
    Ok(keys.into_iter().map(|(_, _, column)| column).collect())
}

/// The SplitMix64 finaliser over seed, row and column.
fn mixed(seed: u64, row: usize, column: usize) -> u64 {
    let finish = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let step = |state: u64, value: u64| finish(state ^ value.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    step(step(finish(seed), row as u64), column as u64)
}
