//! What a search for a front found, and how it went.
use serde::{Deserialize, Serialize};

use crate::data::{Ints, Matrix, Vector};
use crate::optimize::minimize::StopReason;

/// The candidates that survived the last generation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FrontPopulation {
    /// `[candidate, parameter]`: categories by the position of the choice.
    pub candidates: Matrix,
    /// `[candidate, objective]` as told; NaN where the evaluation failed.
    pub objectives: Matrix,
    /// By how much constraints are violated, 0 where none is; NaN where the evaluation failed.
    pub violations: Vector,
    /// The front of each: 0 for those that no other beats, the feasible before the others.
    pub ranks: Ints,
}

/// How a search for a front went, one entry per generation, the first being the candidates at the start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FrontHistory {
    /// How many evaluations were told by then.
    pub evaluations: Ints,
    /// How many candidates were feasible and not dominated.
    pub sizes: Ints,
    /// The least violation of constraints, 0 once there is a feasible candidate; NaN while all evaluations failed.
    pub violations: Vector,
    /// The hypervolume of the feasible candidates; empty without `hypervolume_reference`.
    pub hypervolumes: Vector,
}

/// Candidates of which none is better than another in all objectives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Front {
    /// `[candidate, parameter]`: categories by the position of the choice. By the first objective, then by the others.
    pub candidates: Matrix,
    /// `[candidate, objective]` as told.
    pub objectives: Matrix,
    /// By how much each violates its constraints: 0, unless no feasible candidate was found.
    pub violations: Vector,
    /// Whether the candidates meet all constraints. Where none does, the front is those that come nearest.
    pub feasible: bool,
    /// For each objective whether it is maximised; empty for none.
    pub maximize: Vec<bool>,
    /// All that survived the last generation.
    pub population: FrontPopulation,
    /// How many evaluations were told.
    pub evaluations: usize,
    /// How many of them failed: NaN or infinite numbers.
    pub failed: usize,
    /// How many generations there were.
    pub generations: usize,
    /// Wall time from the first question on.
    pub seconds: f64,
    /// Why it ended; none while it has not.
    pub reason: Option<StopReason>,
    /// How it went.
    pub history: FrontHistory,
}
