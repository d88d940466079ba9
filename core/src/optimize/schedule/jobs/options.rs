//! What a schedule of jobs may be told.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};

/// Rounds where neither `rounds` nor `time_limit` says when to stop.
const ROUNDS: u64 = 100_000;

/// Schedule jobs on machines so that the last of them ends as early as possible: the job shop.
///
/// Each job is a list of operations in a fixed order, each on one machine for some time; a machine does one at a time and is
/// not interrupted. Rules of priority give first schedules; tabu search moves operations at the ends of critical blocks (the
/// neighbourhood of Balas and Vazacopoulos, *Management Science* 44, 1998, judged as by Taillard) and returns to good schedules
/// with small disturbances. Up to 200 operations a search tree with propagation then tries to prove that nothing is better.
/// Limited by `rounds` the schedule is the same on every machine for the seed of the context; under a `time_limit` the number
/// of rounds depends on the machine.
///
/// ```
/// use inlaid::data::OwnedLists;
/// use inlaid::ndarray::array;
/// use inlaid::optimize::ScheduleJobs;
///
/// let machines: OwnedLists = [[0_i64, 1], [1, 0]].iter().collect();
/// let durations = array![[3.0, 2.0], [2.0, 4.0]];
/// let plan = ScheduleJobs::default().solve(machines.view(), durations.view(), &inlaid::Context::new())?;
/// assert_eq!((plan.makespan, plan.optimal), (7.0, true));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ScheduleJobs {
    /// How many moves of the search are made, 0 or more. Default 100000, or as many as `time_limit` allows.
    pub rounds: Option<u64>,
    /// Seconds after which to stop, above 0. Default none.
    pub time_limit: Option<f64>,
    /// Nodes of the search tree that may be looked at to prove that nothing is better; 0 for no proof. Default 20000.
    pub proof_nodes: u64,
}

impl Default for ScheduleJobs {
    fn default() -> Self {
        Self { rounds: None, time_limit: None, proof_nodes: 20_000 }
    }
}

impl ScheduleJobs {
    /// Set how many moves are made.
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

    /// Set the nodes that may be looked at for a proof.
    #[must_use]
    pub fn with_proof_nodes(mut self, nodes: u64) -> Self {
        self.proof_nodes = nodes;
        self
    }

    /// Whether the options make sense.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range.
    pub fn validate(&self) -> Result<()> {
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
