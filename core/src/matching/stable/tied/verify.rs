//! Would anybody leave, where lists have ties?
use serde::{Deserialize, Serialize};

use super::super::hospital::{HOSPITALS, seats};
use super::super::lists::{NONE, Ticker};
use super::super::verify::{Findings, Stability, partners};
use super::TiedStability;
use super::placements::{TiedLists, sides};
use super::side::TiedMarket;
use crate::Context;
use crate::error::{Result, ensure};

/// How placements with ties are judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct VerifyTies {
    /// How stable they must be. Default weak.
    pub stability: TiedStability,
    /// The most blocking pairs that are named; all are counted. Default 100.
    pub limit: usize,
}

impl Default for VerifyTies {
    fn default() -> Self {
        Self { stability: TiedStability::Weak, limit: 100 }
    }
}

impl VerifyTies {
    /// Set how stable the placements must be.
    #[must_use]
    pub fn with_stability(mut self, stability: TiedStability) -> Self {
        self.stability = stability;
        self
    }

    /// Set the most blocking pairs that are named.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}

/// Whether placements are stable where lists have ties, and which resident and hospital would leave.
///
/// Lists, ranks and `capacities` as for [`hospital_residents_with_ties`](super::hospital_residents_with_ties);
/// `hospital_of[i]` is the hospital of resident `i`, -1 for none. In the result residents are the proposers. O(entries).
///
/// # Errors
/// `invalid_data` for lists, ranks or capacities that are refused there, `hospital_of` of another length than the residents, or a
/// hospital that does not exist or has more residents than seats; `cancelled`.
pub fn verify_tied_placements(
    residents: TiedLists<'_>,
    hospitals: TiedLists<'_>,
    capacities: &[i64],
    hospital_of: &[i64],
    options: &VerifyTies,
    context: &Context,
) -> Result<Stability> {
    let seats = seats(capacities, hospitals.lists.len(), "hospital")?;
    let [residents, hospitals] = sides(residents, hospitals, context)?;
    let partners = partners(hospital_of, residents.len(), hospitals.len(), HOSPITALS)?;
    let market = TiedMarket { proposers: &residents, receivers: &hospitals, seats: &seats };
    let mut findings = Findings::new(options.limit);
    let mut filled = vec![0_usize; hospitals.len()];
    for (resident, &hospital) in partners.iter().enumerate().filter(|(_, hospital)| **hospital != NONE) {
        filled[hospital as usize] += 1;
        let person = resident as u32;
        if residents.place(person, hospital) == NONE || hospitals.place(hospital, person) == NONE {
            findings.unacceptable(person);
        }
    }
    for (hospital, (&filled, &seats)) in filled.iter().zip(&seats).enumerate() {
        ensure!(filled <= seats, InvalidData, "hospital {hospital} has {filled} residents, the capacity is {seats}");
    }
    leavers(&market, &partners, options.stability, context, |resident, hospital| {
        findings.blocking(resident, hospital)
    })?;
    Ok(findings.finish())
}

/// Tell `found` every pair that would leave a matching in which no receiver has more than her seats.
pub(super) fn leavers(
    market: &TiedMarket<'_>,
    partners: &[u32],
    stability: TiedStability,
    context: &Context,
    mut found: impl FnMut(u32, u32),
) -> Result<()> {
    let TiedMarket { proposers, receivers, seats } = *market;
    let mut filled = vec![0_usize; receivers.len()];
    let mut worst = vec![0_u32; receivers.len()];
    for (proposer, &receiver) in partners.iter().enumerate().filter(|(_, receiver)| **receiver != NONE) {
        filled[receiver as usize] += 1;
        worst[receiver as usize] = worst[receiver as usize].max(receivers.group(receiver, proposer as u32));
    }
    let mut ticker = Ticker::new(context);
    for (proposer, &partner) in partners.iter().enumerate() {
        let proposer = proposer as u32;
        let has = proposers.group(proposer, partner);
        let choices = proposers.list(proposer).iter().zip(proposers.groups(proposer));
        for (&receiver, &group) in choices.take_while(|(_, group)| **group <= has) {
            ticker.step()?;
            let hers = receivers.group(receiver, proposer);
            if receiver == partner || hers == NONE {
                continue;
            }
            let (free, held) = (filled[receiver as usize] < seats[receiver as usize], worst[receiver as usize]);
            let (gains, she_gains) = (group < has, free || hers < held);
            let she_does_not_mind = free || hers <= held;
            let leaves = match stability {
                TiedStability::Weak => gains && she_gains,
                TiedStability::Strong => gains && she_does_not_mind || she_gains,
                TiedStability::Super => she_does_not_mind,
            };
            if leaves {
                found(proposer, receiver);
            }
        }
    }
    Ok(())
}
