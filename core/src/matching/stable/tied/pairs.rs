//! Two sides that score each other, one to one, ties staying ties.
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::super::lists::{Names, Side, inverse};
use super::super::marriage::{SIDES, StableChoice, StablePairs};
use super::super::scores::{ScoreOrder, mirrored, order_key};
use super::side::{TiedMarket, TiedSide};
use super::{TiedStability, matched};
use crate::Context;
use crate::error::{Result, bail};

/// How stable pairs are looked for where ties are not broken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StableTies {
    /// How stable. Default strong.
    pub stability: TiedStability,
    /// Which of these matchings: proposer_optimal (the left side, default) or receiver_optimal. Where weak, the side that
    /// proposes: no weakly stable matching need be the best for all of a side.
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

/// Pair two sides by scores with ties so that the matching is strongly stable or super-stable, or tell that none is; or weakly
/// stable, with many pairs.
///
/// Scores as for [`stable_from_scores`](crate::matching::stable_from_scores); equal scores of one person are ties. Those left alone are the same in all
/// strongly and super-stable matchings. O(left * right * log) for the sorting, then about as much again for every round of refusals.
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
    let left = ranked(left_scores, "left_scores", SIDES, options.order, context)?;
    let right = ranked(right_scores, "right_scores", [SIDES[1], SIDES[0]], options.order, context)?;
    let (proposers, receivers) = if swapped { (&right, &left) } else { (&left, &right) };
    let market = TiedMarket { proposers, receivers, seats: &vec![1; receivers.len()] };
    let pairs = matched(&market, options.stability, context)?.map(|partners| {
        let holders = inverse(&partners, receivers.len());
        let (partners, holders) = if swapped { (holders, partners) } else { (partners, holders) };
        StablePairs::of(&partners, &holders, true, |p, r| left.better(p, r), |r, p| right.better(r, p))
    });
    Ok(TiedPairs { exists: pairs.is_some(), pairs })
}

fn ranked(
    scores: ArrayView2<'_, f64>,
    name: &str,
    [own, other]: [&'static str; 2],
    order: ScoreOrder,
    context: &Context,
) -> Result<TiedSide> {
    let rows = context.map(scores.nrows(), |row| {
        let mut keys = Vec::with_capacity(scores.ncols());
        for (column, &score) in scores.row(row).iter().enumerate() {
            if let Some(key) = order_key(score, order, name, row, column)? {
                keys.push((key, column as i64));
            }
        }
        keys.sort_unstable();
        let mut group = 0;
        let groups = (0..keys.len()).map(|at| {
            group += u32::from(at > 0 && keys[at - 1].0 != keys[at].0);
            group
        });
        Ok((groups.collect(), keys.iter().map(|(_, column)| *column).collect()))
    })?;
    let (groups, lists): (Vec<Vec<u32>>, Vec<Vec<i64>>) = rows.into_iter().unzip();
    let lists: Vec<&[i64]> = lists.iter().map(Vec::as_slice).collect();
    let side = Side::new(Names { own, other }, &lists, scores.ncols(), context)?;
    Ok(TiedSide::new(side, groups.concat()))
}
