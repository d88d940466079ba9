//! Lists with ties: who is valued equally stays so.
//!
//! | stability | no pair in which | exists | found by |
//! |---|---|---|---|
//! | weak | both would gain | always, of different sizes | [`promotion`]: at least 2/3 as many matched as in the largest |
//! | strong | one would gain and the other at least not mind | not always | [`refusals`] |
//! | super | both would at least not mind | not always | [`refusals`] |
mod pairs;
mod placements;
mod promotion;
mod refusals;
mod side;
mod verify;

pub use pairs::{StableTies, TiedPairs, stable_with_ties};
pub use placements::{HospitalTies, TiedLists, TiedPlacements, hospital_residents_with_ties};
use serde::{Deserialize, Serialize};
pub use verify::{VerifyTies, verify_tied_placements};

use self::side::TiedMarket;
use crate::Context;
use crate::error::Result;

/// How stable a matching with ties must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TiedStability {
    /// No pair in which both would rather have each other. Always exists, and of different sizes: at least two thirds as many
    /// are matched as in the largest, which is NP-hard to find.
    Weak,
    /// No pair in which one would rather have the other, and the other would at least not mind.
    #[default]
    Strong,
    /// No pair in which both would at least not mind: stable however ties are broken.
    Super,
}

/// The receiver of each proposer in a matching of that kind, or nothing where there is none.
fn matched(market: &TiedMarket<'_>, stability: TiedStability, context: &Context) -> Result<Option<Vec<u32>>> {
    match stability {
        TiedStability::Weak => promotion::most(market, context).map(Some),
        TiedStability::Strong => refusals::unbroken(market, true, context),
        TiedStability::Super => refusals::unbroken(market, false, context),
    }
}
