//! Stable pairs from scores: how much everybody values everybody of the other side.
use ndarray::{ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};

use super::lists::{Market, NONE, inverse};
use super::marriage::{SIDES, StableChoice, StableMarriage, StablePairs, choose};
use super::ties::{Ranked, without_breaking};
use crate::Context;
use crate::error::{Code, Error, Result, bail, ensure};

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

fn mirrored(left: ArrayView2<'_, f64>, right: ArrayView2<'_, f64>) -> Result<()> {
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
fn order_key(score: f64, order: ScoreOrder, name: &str, row: usize, column: usize) -> Result<Option<u64>> {
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

/// How stable a matching with ties must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TiedStability {
    /// No pair in which one would rather have the other, and the other would at least not mind.
    #[default]
    Strong,
    /// No pair in which both would at least not mind: stable however ties are broken.
    Super,
}

/// How stable pairs are looked for where ties are not broken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StableTies {
    /// How stable. Default strong.
    pub stability: TiedStability,
    /// Which of these matchings: proposer_optimal (the left side, default) or receiver_optimal.
    pub choose: StableChoice,
    /// Which scores are the best. Default highest_first.
    pub order: ScoreOrder,
}

impl StableTies {
    /// Set how stable the matching must be.
    #[must_use]
    pub fn with_stability(mut self, stability: TiedStability) -> Self {
        self.stability = stability;
        self
    }

    /// Set which side has the best of these matchings.
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
}

/// Stable pairs where ties are not broken, which need not exist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TiedPairs {
    /// Whether such a matching exists.
    pub exists: bool,
    /// The matching; absent where none exists. Choices are 1 and those strictly better.
    pub pairs: Option<StablePairs>,
}

/// Pair two sides by scores with ties so that the matching is strongly stable or super-stable, or tell that none is.
///
/// Scores as for [`stable_from_scores`]; equal scores of one person are ties. Those left alone are the same in all such
/// matchings. O(left * right * log) for the sorting, then about as much again for every round of refusals.
///
/// # Errors
/// `invalid_data` for matrices that do not mirror each other or NaN; `invalid_config` for another choice than the two optimal
/// ones; `cancelled`.
pub fn stable_with_ties(
    left_scores: ArrayView2<'_, f64>,
    right_scores: ArrayView2<'_, f64>,
    options: &StableTies,
    context: &Context,
) -> Result<TiedPairs> {
    let swapped = match options.choose {
        StableChoice::ProposerOptimal => false,
        StableChoice::ReceiverOptimal => true,
        other => bail!(
            InvalidConfig,
            "choose is {other:?}, with ties it must be proposer_optimal or receiver_optimal; break the ties for the others"
        ),
    };
    mirrored(left_scores, right_scores)?;
    let left = ranked(left_scores, "left_scores", options.order, context)?;
    let right = ranked(right_scores, "right_scores", options.order, context)?;
    let strong = options.stability == TiedStability::Strong;
    let found = if swapped {
        without_breaking(&right, &left, strong, context)?.map(|partners| inverse(&partners, left.lists.len()))
    } else {
        without_breaking(&left, &right, strong, context)?
    };
    let pairs = found.map(|partners| {
        let better = |side: &Ranked, person: u32, other: u32| {
            let group = |other: u32| side.groups[person as usize * side.others + other as usize];
            side.lists[person as usize].partition_point(|&one| group(one) < group(other)) as u32
        };
        let holders = inverse(&partners, right.lists.len());
        StablePairs::of(&partners, &holders, true, |p, r| better(&left, p, r), |r, p| better(&right, r, p))
    });
    Ok(TiedPairs { exists: pairs.is_some(), pairs })
}

fn ranked(scores: ArrayView2<'_, f64>, name: &str, order: ScoreOrder, context: &Context) -> Result<Ranked> {
    let others = scores.ncols();
    let rows = context.map(scores.nrows(), |row| {
        let mut keys = Vec::with_capacity(others);
        for (column, &score) in scores.row(row).iter().enumerate() {
            if let Some(key) = order_key(score, order, name, row, column)? {
                keys.push((key, column as u32));
            }
        }
        keys.sort_unstable();
        let mut groups = vec![NONE; others];
        let mut group = 0;
        for (at, &(key, column)) in keys.iter().enumerate() {
            group += u32::from(at > 0 && keys[at - 1].0 != key);
            groups[column as usize] = group;
        }
        Ok((keys.into_iter().map(|(_, column)| column).collect(), groups))
    })?;
    let (lists, groups): (Vec<Vec<u32>>, Vec<Vec<u32>>) = rows.into_iter().unzip();
    Ok(Ranked { lists, groups: groups.concat(), others })
}
