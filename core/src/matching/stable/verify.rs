//! Would anybody leave? Names the pairs that would.
use serde::{Deserialize, Serialize};

use super::hospital::seats;
use super::lists::{Market, NONE, Ticker};
use super::marriage::SIDES;
use super::roommates::group;
use crate::Context;
use crate::data::Ints;
use crate::error::{Code, Error, Result, ensure};

/// How a matching is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct VerifyStability {
    /// The most blocking pairs that are named; all are counted. Default 100.
    pub limit: usize,
    /// How many proposers each receiver takes, each at least 1. Default one each.
    pub capacities: Option<Vec<i64>>,
}

impl Default for VerifyStability {
    fn default() -> Self {
        Self { limit: 100, capacities: None }
    }
}

impl VerifyStability {
    /// Set the most blocking pairs that are named.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Set how many proposers each receiver takes.
    #[must_use]
    pub fn with_capacities(mut self, capacities: impl Into<Vec<i64>>) -> Self {
        self.capacities = Some(capacities.into());
        self
    }
}

/// Whether anybody would leave a matching.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stability {
    /// Whether there is no blocking pair and nobody has an unacceptable partner.
    pub stable: bool,
    /// How many pairs would both rather have each other than what they have.
    pub blocking_count: usize,
    /// The proposers of the blocking pairs named (or the person with the lower number), by their numbers.
    pub blocking_proposers: Ints,
    /// The receivers of the blocking pairs named (or the person with the higher number), in the same order.
    pub blocking_receivers: Ints,
    /// The proposers (or persons with the lower number) who are matched with somebody who is not on both lists.
    pub unacceptable: Ints,
}

pub(super) struct Findings {
    limit: usize,
    count: usize,
    proposers: Vec<i64>,
    receivers: Vec<i64>,
    unacceptable: Vec<i64>,
}

impl Findings {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, count: 0, proposers: Vec::new(), receivers: Vec::new(), unacceptable: Vec::new() }
    }

    pub(super) fn blocking(&mut self, proposer: u32, receiver: u32) {
        if self.count < self.limit {
            self.proposers.push(i64::from(proposer));
            self.receivers.push(i64::from(receiver));
        }
        self.count += 1;
    }

    pub(super) fn unacceptable(&mut self, proposer: u32) {
        self.unacceptable.push(i64::from(proposer));
    }

    pub(super) fn finish(self) -> Stability {
        Stability {
            stable: self.count == 0 && self.unacceptable.is_empty(),
            blocking_count: self.count,
            blocking_proposers: self.proposers.into(),
            blocking_receivers: self.receivers.into(),
            unacceptable: self.unacceptable.into(),
        }
    }
}

/// Whether a matching of two sides is stable, and who would leave: all pairs that would both rather have each other than the
/// worst partner they have, or than staying alone.
///
/// `receiver_of[i]` is the receiver of proposer `i`, -1 for nobody; lists as for
/// [`stable_marriage`](super::stable_marriage). With `capacities`, as for [`hospital_residents`](super::hospital_residents).
/// O(entries).
///
/// # Errors
/// `invalid_data` for bad lists or capacities as where they are matched, `receiver_of` of another length than the proposers, a
/// receiver who does not exist or has more partners than places; `cancelled`.
pub fn verify_stability(
    proposers: &[&[i64]],
    receivers: &[&[i64]],
    receiver_of: &[i64],
    options: &VerifyStability,
    context: &Context,
) -> Result<Stability> {
    let seats = match &options.capacities {
        Some(capacities) => seats(capacities, receivers.len(), SIDES[1])?,
        None => vec![1; receivers.len()],
    };
    let Market { proposers, receivers } = Market::new(SIDES, proposers, receivers, context)?;
    let partners = partners(receiver_of, proposers.len(), receivers.len(), SIDES)?;
    let mut findings = Findings::new(options.limit);
    let mut filled = vec![0_usize; receivers.len()];
    // The worst place on the receiver's list; an unacceptable partner is worse than anybody on it.
    let mut worst = vec![0_u32; receivers.len()];
    for (proposer, &receiver) in partners.iter().enumerate().filter(|(_, receiver)| **receiver != NONE) {
        let place = receivers.place(receiver, proposer as u32);
        filled[receiver as usize] += 1;
        worst[receiver as usize] = worst[receiver as usize].max(place);
        if place == NONE || proposers.place(proposer as u32, receiver) == NONE {
            findings.unacceptable(proposer as u32);
        }
    }
    for (receiver, (&filled, &seats)) in filled.iter().zip(&seats).enumerate() {
        ensure!(filled <= seats, InvalidData, "receiver {receiver} has {filled} partners, the capacity is {seats}");
    }
    let mut ticker = Ticker::new(context);
    for (proposer, &partner) in partners.iter().enumerate() {
        let proposer = proposer as u32;
        for &receiver in proposers.list(proposer).iter().take_while(|&&receiver| receiver != partner) {
            ticker.step()?;
            let place = receivers.place(receiver, proposer);
            let free = filled[receiver as usize] < seats[receiver as usize];
            if place != NONE && (free || place < worst[receiver as usize]) {
                findings.blocking(proposer, receiver);
            }
        }
    }
    Ok(findings.finish())
}

/// Whether pairs among one group of people are stable, and who would leave; `partner_of[i]` is the partner of person `i`, -1
/// for nobody; lists as for [`stable_roommates`](super::stable_roommates). O(entries). `capacities` must not be given.
///
/// # Errors
/// `invalid_config` for capacities; `invalid_data` for bad lists, `partner_of` of another length than the lists, or partners
/// that are not each other's; `cancelled`.
pub fn verify_roommates(
    lists: &[&[i64]],
    partner_of: &[i64],
    options: &VerifyStability,
    context: &Context,
) -> Result<Stability> {
    ensure!(options.capacities.is_none(), InvalidConfig, "roommates have no capacities; leave them out");
    let side = group(lists, context)?;
    let partners = partners(partner_of, side.len(), side.len(), ["person", "person"])?;
    let mut findings = Findings::new(options.limit);
    let place_of_partner = |person: u32| match partners[person as usize] {
        NONE => NONE,
        partner => side.place(person, partner),
    };
    let mut ticker = Ticker::new(context);
    for person in 0..side.len() as u32 {
        let partner = partners[person as usize];
        if partner != NONE {
            ensure!(
                partners[partner as usize] == person && partner != person,
                InvalidData,
                "the partner of person {person} is {partner}, whose partner is {}; they must be each other's",
                partner_of[partner as usize]
            );
            let listed = side.place(person, partner) != NONE && side.place(partner, person) != NONE;
            if person < partner && !listed {
                findings.unacceptable(person);
            }
        }
        for &other in side.list(person).iter().take_while(|&&other| other != partner) {
            ticker.step()?;
            // Somebody not on the list is worse than staying alone.
            if other > person && side.place(other, person) < place_of_partner(other) {
                findings.blocking(person, other);
            }
        }
    }
    Ok(findings.finish())
}

pub(super) fn partners(given: &[i64], count: usize, others: usize, names: [&str; 2]) -> Result<Vec<u32>> {
    let [own, other] = names;
    ensure!(
        given.len() == count,
        InvalidData,
        "partners of {} {own}s are given, there are {count}; there must be one entry for each, -1 for nobody",
        given.len()
    );
    let judge = |(person, &id): (usize, &i64)| match id {
        -1 => Ok(NONE),
        id if id >= 0 && (id as u64) < others as u64 => Ok(id as u32),
        id => Err(Error::new(
            Code::InvalidData,
            format!("the partner of {own} {person} is {id}; it must be a {other} below {others}, or -1 for nobody"),
        )),
    };
    given.iter().enumerate().map(judge).collect()
}
