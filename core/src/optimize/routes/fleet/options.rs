//! What a plan of routes may be told.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};

/// Rounds where neither `rounds` nor `time_limit` says when to stop.
const ROUNDS: u64 = 50_000;

/// Plan routes of vehicles from a depot through all customers and back at the least total cost.
///
/// The search takes a string of neighbouring customers out of some routes and puts them back where it is cheapest, over and
/// over, and cools down as it goes (slack induction by string removals: Christiaens and Vanden Berghe, *Transportation Science*
/// 54, 2020); routes that are the best so far are polished by moving, exchanging and turning pieces of them. It is random, with
/// the seed of the context. Limited by `rounds` it gives the same plan on every machine and any number of threads; under a
/// `time_limit` the number of rounds depends on the machine. Costs O(rounds * customers).
///
/// ```
/// use inlaid::ndarray::array;
/// use inlaid::optimize::{PlanRoutes, RouteProblem};
///
/// let costs = array![[0.0, 2.0, 3.0, 4.0], [2.0, 0.0, 1.5, 6.0], [3.0, 1.5, 0.0, 5.0], [4.0, 6.0, 5.0, 0.0]];
/// let problem = RouteProblem::new(costs.view()).with_demands(&[0.0, 2.0, 2.0, 3.0]);
/// let plan = PlanRoutes::default().with_capacity(4.0).solve(&problem, &inlaid::Context::new())?;
/// assert_eq!((plan.cost, plan.vehicles), (14.5, 2)); // 0-1-2-0 and 0-3-0
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PlanRoutes {
    /// The place where routes begin and end. Default 0.
    pub depot: usize,
    /// How much each vehicle carries, in the unit of the demands, above 0. Default any amount.
    pub capacity: Option<f64>,
    /// How much each vehicle carries where they differ, one number above 0 per vehicle; not together with `capacity` or
    /// `most_vehicles`. Default none.
    pub capacities: Vec<f64>,
    /// How many vehicles there are, at least 1. Default as many as needed.
    pub most_vehicles: Option<usize>,
    /// What each vehicle that is used costs besides its travel, 0 or more. Default 0.
    pub fixed_cost: f64,
    /// How long a route may take from leaving the depot to being back, with waiting and service, 0 or more. Default any time.
    pub longest_route: Option<f64>,
    /// How often customers are taken out and put back, at least 1. Default 50000, or as often as `time_limit` allows.
    pub rounds: Option<u64>,
    /// Seconds after which to stop, above 0. Default none.
    pub time_limit: Option<f64>,
}

impl PlanRoutes {
    /// Set the place where routes begin and end.
    #[must_use]
    pub fn with_depot(mut self, depot: usize) -> Self {
        self.depot = depot;
        self
    }

    /// Set how much each vehicle carries.
    #[must_use]
    pub fn with_capacity(mut self, capacity: f64) -> Self {
        self.capacity = Some(capacity);
        self
    }

    /// Set how much each vehicle carries where they differ.
    #[must_use]
    pub fn with_capacities(mut self, capacities: impl Into<Vec<f64>>) -> Self {
        self.capacities = capacities.into();
        self
    }

    /// Set how many vehicles there are.
    #[must_use]
    pub fn with_most_vehicles(mut self, vehicles: usize) -> Self {
        self.most_vehicles = Some(vehicles);
        self
    }

    /// Set what each vehicle costs besides its travel.
    #[must_use]
    pub fn with_fixed_cost(mut self, cost: f64) -> Self {
        self.fixed_cost = cost;
        self
    }

    /// Set how long a route may take.
    #[must_use]
    pub fn with_longest_route(mut self, time: f64) -> Self {
        self.longest_route = Some(time);
        self
    }

    /// Set how often customers are taken out and put back.
    #[must_use]
    pub fn with_rounds(mut self, rounds: u64) -> Self {
        self.rounds = Some(rounds);
        self
    }

    /// Set the seconds after which to stop.
    #[must_use]
    pub fn with_time_limit(mut self, seconds: f64) -> Self {
        self.time_limit = Some(seconds);
        self
    }

    /// Whether the options make sense by themselves.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range or two options that contradict each other.
    pub fn validate(&self) -> Result<()> {
        for capacity in self.capacity.iter().chain(&self.capacities) {
            ensure!(*capacity > 0.0, InvalidConfig, "a capacity is {capacity}, it must be above 0");
        }
        let twice = !self.capacities.is_empty() && (self.capacity.is_some() || self.most_vehicles.is_some());
        ensure!(
            !twice,
            InvalidConfig,
            "capacities names every vehicle; capacity and most_vehicles must be left out then"
        );
        ensure!(self.most_vehicles != Some(0), InvalidConfig, "most_vehicles is 0, it must be at least 1");
        let fixed = self.fixed_cost;
        ensure!(fixed >= 0.0 && fixed.is_finite(), InvalidConfig, "fixed_cost is {fixed}, it must be 0 or more");
        if let Some(longest) = self.longest_route {
            ensure!(longest >= 0.0, InvalidConfig, "longest_route is {longest}, it must be 0 or more");
        }
        ensure!(self.rounds != Some(0), InvalidConfig, "rounds is 0, it must be at least 1");
        if let Some(seconds) = self.time_limit {
            ensure!(seconds > 0.0, InvalidConfig, "time_limit is {seconds}, it must be above 0 seconds");
        }
        Ok(())
    }

    /// The rounds after which to stop, if not the clock does.
    pub(super) fn limit(&self) -> Option<u64> {
        self.rounds.or(if self.time_limit.is_none() { Some(ROUNDS) } else { None })
    }
}
