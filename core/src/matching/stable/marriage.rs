//! Two sides that each rank the other, in pairs.
use serde::{Deserialize, Serialize};

use super::deferred::one_to_one;
use super::fair::{self, Choice};
use super::lists::{Market, NONE, inverse, signed};
use super::rotations::Lattice;
use crate::Context;
use crate::data::Ints;
use crate::error::{Result, ensure};

pub(super) const SIDES: [&str; 2] = ["proposer", "receiver"];

/// Which of the stable matchings is taken.
///
/// A choice is 1 for the first on a list, 2 for the second and so on; those who stay alone, who are the same in every stable
/// matching, do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StableChoice {
    /// The one in which every proposer has the best partner of all stable matchings, and every receiver the worst.
    #[default]
    ProposerOptimal,
    /// The one in which every receiver has the best partner of all stable matchings, and every proposer the worst.
    ReceiverOptimal,
    /// The least sum of the choices of all people, exactly.
    Egalitarian,
    /// The least worst choice of anybody, exactly.
    MinimumRegret,
    /// The least difference between the two sides' sums of choices. NP-hard: exact up to `enumeration_limit` stable
    /// matchings, beyond that the best on 255 random ways through them, and the result says so.
    SexEqual,
    /// The median of each person's partners over all stable matchings. Exact up to `enumeration_limit` stable matchings,
    /// beyond that over 255 drawn ones, and the result says so.
    Median,
}

/// How stable pairs of two sides are chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StableMarriage {
    /// Which of the stable matchings. Default proposer_optimal.
    pub choose: StableChoice,
    /// How many stable matchings are looked at, one by one, for sex_equal and median, from 1 to 1,000,000. Default 10,000.
    pub enumeration_limit: usize,
}

impl Default for StableMarriage {
    fn default() -> Self {
        Self { choose: StableChoice::default(), enumeration_limit: 10_000 }
    }
}

impl StableMarriage {
    /// Set which of the stable matchings is taken.
    #[must_use]
    pub fn with_choose(mut self, choose: StableChoice) -> Self {
        self.choose = choose;
        self
    }

    /// Set how many stable matchings are looked at one by one.
    #[must_use]
    pub fn with_enumeration_limit(mut self, enumeration_limit: usize) -> Self {
        self.enumeration_limit = enumeration_limit;
        self
    }

    pub(super) fn validate(&self) -> Result<()> {
        check_limit(self.enumeration_limit)
    }
}

fn check_limit(limit: usize) -> Result<()> {
    ensure!(
        (1..=1_000_000).contains(&limit),
        InvalidConfig,
        "enumeration_limit is {limit}, it must be from 1 to 1000000"
    );
    Ok(())
}

/// Stable pairs of two sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StablePairs {
    /// The receiver of each proposer, -1 for those who stay alone.
    pub receiver_of: Ints,
    /// The proposer of each receiver, -1 for those who stay alone.
    pub proposer_of: Ints,
    /// Which choice each proposer got: 1 the first on the list, 0 for those who stay alone.
    pub proposer_choices: Ints,
    /// Which choice each receiver got: 1 the first on the list, 0 for those who stay alone.
    pub receiver_choices: Ints,
    /// The sum of the proposers' choices.
    pub proposer_total: i64,
    /// The sum of the receivers' choices.
    pub receiver_total: i64,
    /// The worst choice of anybody, 0 where nobody is matched.
    pub regret: i64,
    /// Whether it is proven to be the one asked for; false only where sex_equal or median had to draw a sample.
    pub exact: bool,
}

impl StablePairs {
    fn new(market: &Market, partners: &[u32], exact: bool) -> Self {
        let Market { proposers, receivers } = market;
        let holders = inverse(partners, receivers.len());
        Self::of(partners, &holders, exact, |p, r| proposers.place(p, r), |r, p| receivers.place(r, p))
    }

    /// With how many stand before the partner on each list.
    pub(super) fn of(
        partners: &[u32],
        holders: &[u32],
        exact: bool,
        place: impl Fn(u32, u32) -> u32,
        receiver_place: impl Fn(u32, u32) -> u32,
    ) -> Self {
        let proposer_choices = choices(partners, place);
        let receiver_choices = choices(holders, receiver_place);
        Self {
            receiver_of: signed(partners),
            proposer_of: signed(holders),
            proposer_total: proposer_choices.iter().sum(),
            receiver_total: receiver_choices.iter().sum(),
            regret: proposer_choices.iter().chain(&receiver_choices).copied().max().unwrap_or(0),
            proposer_choices: proposer_choices.into(),
            receiver_choices: receiver_choices.into(),
            exact,
        }
    }
}

pub(super) fn choices(partners: &[u32], place: impl Fn(u32, u32) -> u32) -> Vec<i64> {
    let each = partners.iter().enumerate().map(|(person, &partner)| match partner {
        NONE => 0,
        partner => i64::from(place(person as u32, partner)) + 1,
    });
    each.collect()
}

pub(super) fn choose(market: &Market, options: &StableMarriage, context: &Context) -> Result<StablePairs> {
    let Market { proposers, receivers } = market;
    let limit = options.enumeration_limit;
    let lattice = || Lattice::new(market, context);
    let sure = |partners| Ok(Choice { partners, exact: true });
    let choice = match options.choose {
        StableChoice::ProposerOptimal => sure(one_to_one(proposers, receivers, context)?),
        StableChoice::ReceiverOptimal => sure(inverse(&one_to_one(receivers, proposers, context)?, proposers.len())),
        StableChoice::Egalitarian => fair::egalitarian(market, &lattice()?, context),
        StableChoice::MinimumRegret => fair::minimum_regret(market, &lattice()?, context),
        StableChoice::SexEqual => fair::sex_equal(market, &lattice()?, limit, context),
        StableChoice::Median => fair::median(market, &lattice()?, limit, context),
    }?;
    Ok(StablePairs::new(market, &choice.partners, choice.exact))
}

/// Pair two sides so that no proposer and receiver would both rather have each other.
///
/// `proposers[i]` lists receivers by number from 0, best first; `receivers[j]` lists proposers. Lists may be cut short and
/// the sides of different size: who is not on a list is unacceptable to its owner, and a pair needs both lists. A stable
/// matching always exists; those left alone are the same in all of them. For lists with ties use
/// [`stable_from_scores`](super::stable_from_scores).
///
/// O(entries of all lists) for the two optimal ones and minimum_regret; egalitarian adds a minimum cut over the rotations,
/// sex_equal and median a look at `enumeration_limit` matchings. Sources: Gale, Shapley, *College admissions and the
/// stability of marriage* (1962); Gusfield, Irving, *The Stable Marriage Problem* (1989).
///
/// # Errors
/// `invalid_data` for a number outside the other side or listed twice, with person and position; `invalid_config` for an
/// option out of range; `cancelled`.
///
/// ```
/// use inlaid::matching::{StableMarriage, stable_marriage};
/// let proposers: [&[i64]; 2] = [&[0, 1], &[0, 1]];
/// let receivers: [&[i64]; 2] = [&[1, 0], &[1, 0]];
/// let pairs = stable_marriage(&proposers, &receivers, &StableMarriage::default(), &inlaid::Context::new())?;
/// assert_eq!(pairs.receiver_of.to_vec(), [1, 0]);
/// # Ok::<(), inlaid::Error>(())
/// ```
pub fn stable_marriage(
    proposers: &[&[i64]],
    receivers: &[&[i64]],
    options: &StableMarriage,
    context: &Context,
) -> Result<StablePairs> {
    options.validate()?;
    choose(&Market::new(SIDES, proposers, receivers, context)?, options, context)
}

/// How many stable matchings are listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AllStableMarriages {
    /// The most matchings that are listed, from 1 to 1,000,000. Default 1,000.
    pub limit: usize,
}

impl Default for AllStableMarriages {
    fn default() -> Self {
        Self { limit: 1_000 }
    }
}

impl AllStableMarriages {
    /// Set the most matchings that are listed.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}

/// The stable matchings of two sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StableMarriages {
    /// How many matchings are listed.
    pub count: usize,
    /// How many proposers each matching has.
    pub proposers: usize,
    /// The receivers of the proposers, matching after matching, -1 for those who stay alone: the receiver of proposer `p`
    /// in matching `k` stands at `k * proposers + p`. The first matching is the proposer-optimal one.
    pub receiver_of: Ints,
    /// Whether these are all.
    pub complete: bool,
    /// How many rotations lead from the proposer-optimal matching to the receiver-optimal one.
    pub rotations: usize,
}

/// List the stable matchings of two sides, at most `limit`; lists as for [`stable_marriage`].
///
/// O(entries + matchings * (people + rotations)).
///
/// # Errors
/// As [`stable_marriage`]; `too_large` where the matchings would be more than 2^28 numbers.
pub fn all_stable_marriages(
    proposers: &[&[i64]],
    receivers: &[&[i64]],
    options: &AllStableMarriages,
    context: &Context,
) -> Result<StableMarriages> {
    ensure!(
        (1..=1_000_000).contains(&options.limit),
        InvalidConfig,
        "limit is {}, it must be from 1 to 1000000",
        options.limit
    );
    let market = Market::new(SIDES, proposers, receivers, context)?;
    let lattice = Lattice::new(&market, context)?;
    let people = proposers.len();
    let room = (1_usize << 28) / people.max(1);
    let (mut receiver_of, mut count) = (Vec::new(), 0_usize);
    let mut list = |chosen: &[bool]| {
        if count < room {
            let partners = lattice.matching(|rotation| chosen[rotation]);
            receiver_of.extend(partners.into_iter().map(|p| if p == NONE { -1 } else { i64::from(p) }));
        }
        count += 1;
    };
    // Unlike the fair choices, a list may be cut short.
    let complete = fair::each_closed_set_up_to(&lattice, options.limit, context, &mut list)?;
    ensure!(
        count <= room,
        TooLarge,
        "{count} matchings of {people} proposers are more than {} numbers; lower limit to {room}",
        1_usize << 28
    );
    Ok(StableMarriages {
        count,
        proposers: people,
        receiver_of: receiver_of.into(),
        complete,
        rotations: lattice.len(),
    })
}
