//! Residents and hospitals whose lists have ties.
use serde::{Deserialize, Serialize};

use super::super::hospital::{HOSPITALS, Placements, seats};
use super::super::lists::Market;
use super::side::{TiedMarket, TiedSide};
use super::{TiedStability, matched};
use crate::Context;
use crate::error::Result;

/// Lists with ties.
#[derive(Clone, Copy, Debug)]
pub struct TiedLists<'a> {
    /// For each person of a side, people of the other by number from 0, best first.
    pub lists: &'a [&'a [i64]],
    /// For each list, a rank per entry, which never falls along the list: equals have the same. Empty where nobody has ties.
    pub ranks: &'a [&'a [i64]],
}

/// How residents are sent to hospitals where lists have ties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HospitalTies {
    /// How stable. Default weak, which always exists.
    pub stability: TiedStability,
}

impl Default for HospitalTies {
    fn default() -> Self {
        Self { stability: TiedStability::Weak }
    }
}

impl HospitalTies {
    /// Set how stable the matching must be.
    #[must_use]
    pub fn with_stability(mut self, stability: TiedStability) -> Self {
        self.stability = stability;
        self
    }
}

/// Placements where ties are not broken, which need not exist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TiedPlacements {
    /// Whether such placements exist; weakly stable ones always do.
    pub exists: bool,
    /// The placements; absent where none exist. Choices are 1 and those strictly better.
    pub placements: Option<Placements>,
}

/// Send residents to hospitals with several seats where either may value several equally.
///
/// Lists and `capacities` as for [`hospital_residents`](crate::matching::hospital_residents). Weakly stable placements always
/// exist; at least two thirds as many residents are placed as in those that place the most, which are NP-hard to find. Strongly
/// and super-stable placements need not exist; every resident then has the best hospital of all of them.
///
/// Weak: O(entries * log(capacity)). Strong and super: about as much for every round of refusals. Sources: Kiraly, *Linear time
/// local approximation algorithm for maximum stable marriage* (2013); Irving, Manlove, Scott, *The hospitals/residents problem
/// with ties* (2000) and *Strong stability in the hospitals/residents problem* (2003).
///
/// # Errors
/// `invalid_data` for a number outside the other side or listed twice, for ranks that fall along a list or are not one for each
/// entry, with person and position; for a capacity below 1, or for capacities of another number than hospitals; `cancelled`.
pub fn hospital_residents_with_ties(
    residents: TiedLists<'_>,
    hospitals: TiedLists<'_>,
    capacities: &[i64],
    options: &HospitalTies,
    context: &Context,
) -> Result<TiedPlacements> {
    let seats = seats(capacities, hospitals.lists.len(), "hospital")?;
    let [residents, hospitals] = sides(residents, hospitals, context)?;
    let market = TiedMarket { proposers: &residents, receivers: &hospitals, seats: &seats };
    let placements = matched(&market, options.stability, context)?.map(|partners| {
        Placements::of(&partners, hospitals.len(), |r, h| residents.better(r, h), |h, r| hospitals.better(h, r))
    });
    Ok(TiedPlacements { exists: placements.is_some(), placements })
}

pub(super) fn sides(residents: TiedLists<'_>, hospitals: TiedLists<'_>, context: &Context) -> Result<[TiedSide; 2]> {
    let market = Market::new(HOSPITALS, residents.lists, hospitals.lists, context)?;
    Ok([
        TiedSide::ranked(market.proposers, residents.ranks, HOSPITALS[0])?,
        TiedSide::ranked(market.receivers, hospitals.ranks, HOSPITALS[1])?,
    ])
}
