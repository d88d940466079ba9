//! What a plan of routes comes to.
use serde::{Deserialize, Serialize};

use crate::data::{Ints, Vector};

/// The route of one vehicle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PlannedRoute {
    /// The vehicle, from 0: its place in `capacities`, if these were given.
    pub vehicle: usize,
    /// The places in their order, without the depot.
    pub stops: Ints,
    /// When each stop is reached.
    pub arrivals: Vector,
    /// When each service begins: at the arrival, or when the place opens.
    pub starts: Vector,
    /// When the depot is left: as late as it costs no time, so that nobody waits who need not.
    pub departure: f64,
    /// When the vehicle is back.
    pub finish: f64,
    /// The demands together.
    pub load: f64,
    /// What the ways cost, without the vehicle.
    pub cost: f64,
}

/// A plan that was the best when it was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RouteRecord {
    /// Rounds made before.
    pub round: u64,
    /// Seconds since the start.
    pub seconds: f64,
    /// What it cost.
    pub cost: f64,
}

/// Routes through all customers, or all that are worth it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RoutePlan {
    /// The routes that are driven, by vehicle.
    pub routes: Vec<PlannedRoute>,
    /// The places that are left out for their penalty, ascending.
    pub unserved: Ints,
    /// Ways, vehicles and penalties together.
    pub cost: f64,
    /// The ways alone.
    pub travel_cost: f64,
    /// How many vehicles are used.
    pub vehicles: usize,
    /// No plan costs less than this. Each served place is entered and left once: this is the least cost of that, over the ways
    /// that windows and capacities leave, with as many vehicles as the demands ask for. It may be far below.
    pub lower_bound: f64,
    /// Distance of cost and bound as a share of the greater of the two, 0 if both are equal.
    pub gap: f64,
    /// Whether cost and bound meet: no plan is cheaper.
    pub optimal: bool,
    /// The plans that were the best one after the other.
    pub history: Vec<RouteRecord>,
    /// Rounds that were made.
    pub rounds: u64,
    /// Seconds that it took.
    pub seconds: f64,
}
