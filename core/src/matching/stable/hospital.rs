//! Residents and hospitals: one side takes several.
use serde::{Deserialize, Serialize};

use super::deferred::{hospital_optimal, resident_optimal};
use super::lists::{Market, NONE, signed};
use super::marriage::choices;
use crate::Context;
use crate::data::Ints;
use crate::error::{Result, ensure};

/// What the two sides are called.
pub(super) const HOSPITALS: [&str; 2] = ["resident", "hospital"];

/// Which side has the best of all stable matchings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HospitalSide {
    /// Every resident has the best hospital of all stable matchings.
    #[default]
    Residents,
    /// Every hospital has the best residents of all stable matchings.
    Hospitals,
}

/// How residents are sent to hospitals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HospitalResidents {
    /// The side that has the best of all stable matchings. Default residents.
    pub optimal_for: HospitalSide,
}

impl HospitalResidents {
    /// Set the side that has the best of all stable matchings.
    #[must_use]
    pub fn with_optimal_for(mut self, optimal_for: HospitalSide) -> Self {
        self.optimal_for = optimal_for;
        self
    }
}

/// Which resident goes to which hospital.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Placements {
    /// The hospital of each resident, -1 for those without one.
    pub hospital_of: Ints,
    /// Which choice each resident got: 1 the first on the list, 0 for those without one.
    pub resident_choices: Ints,
    /// How many residents each hospital has.
    pub filled: Ints,
    /// Which choice the worst resident of each hospital is: 1 the first on its list, 0 for a hospital without residents.
    pub worst_choices: Ints,
}

/// Send residents to hospitals with several seats so that no resident and hospital would both rather have each other.
///
/// `residents[i]` lists hospitals by number from 0, best first; `hospitals[j]` lists residents; `capacities[j]` is how many
/// hospital `j` takes, at least 1. A resident and a hospital that do not both list each other are not a pair. Every hospital
/// that stays below its capacity has the same residents in every stable matching, and the same residents go without.
///
/// O(entries * log(capacity)). Source: Gale, Shapley (1962); Roth, *The evolution of the labor market for medical interns
/// and residents* (1984).
///
/// # Errors
/// `invalid_data` for a number outside the other side or listed twice, with person and position, for a capacity below 1, or
/// for capacities of another number than hospitals; `cancelled`.
pub fn hospital_residents(
    residents: &[&[i64]],
    hospitals: &[&[i64]],
    capacities: &[i64],
    options: &HospitalResidents,
    context: &Context,
) -> Result<Placements> {
    let seats = seats(capacities, hospitals.len(), "hospital")?;
    let market = Market::new(HOSPITALS, residents, hospitals, context)?;
    let Market { proposers: residents, receivers: hospitals } = &market;
    let partners = match options.optimal_for {
        HospitalSide::Residents => resident_optimal(residents, hospitals, &seats, context)?,
        HospitalSide::Hospitals => hospital_optimal(residents, hospitals, &seats, context)?,
    };
    Ok(Placements::of(&partners, hospitals.len(), |r, h| residents.place(r, h), |h, r| hospitals.place(h, r)))
}

impl Placements {
    /// With how many stand before the partner on each list.
    pub(super) fn of(
        partners: &[u32],
        hospitals: usize,
        place: impl Fn(u32, u32) -> u32,
        hospital_place: impl Fn(u32, u32) -> u32,
    ) -> Self {
        let (mut filled, mut worst_choices) = (vec![0; hospitals], vec![0; hospitals]);
        for (resident, &hospital) in partners.iter().enumerate().filter(|(_, hospital)| **hospital != NONE) {
            let choice = i64::from(hospital_place(hospital, resident as u32)) + 1;
            let worst: &mut i64 = &mut worst_choices[hospital as usize];
            *worst = choice.max(*worst);
            filled[hospital as usize] += 1;
        }
        Self {
            hospital_of: signed(partners),
            resident_choices: choices(partners, place).into(),
            filled: filled.into(),
            worst_choices: worst_choices.into(),
        }
    }
}

/// Judge capacities, one per `who`.
pub(super) fn seats(capacities: &[i64], count: usize, who: &str) -> Result<Vec<usize>> {
    ensure!(
        capacities.len() == count,
        InvalidData,
        "{} capacities are given for {count} {who}s; there must be one for each",
        capacities.len()
    );
    let judge = |(position, &capacity): (usize, &i64)| {
        let seats = usize::try_from(capacity).ok().filter(|seats| *seats >= 1);
        ensure!(seats.is_some(), InvalidData, "the capacity of {who} {position} is {capacity}, it must be 1 or more");
        Ok(seats.unwrap_or(1))
    };
    capacities.iter().enumerate().map(judge).collect()
}
