//! What a schedule of a project may be told.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};

/// Rounds where neither `rounds` nor `time_limit` says when to stop.
const ROUNDS: u64 = 20_000;

/// Schedule the tasks of a project with limited resources so that it ends as early as possible.
///
/// Tasks take time and units of renewable resources (people, machines, rooms) while they last, wait for those before them, and
/// may have a release and a due time. Lists of tasks are turned into schedules, each task as early as its predecessors and the
/// resources allow; lists are sampled, crossed and changed (Hartmann, *Naval Research Logistics* 45, 1998), and each schedule
/// is justified to the right and back (Valls, Ballestin, Quintanilla, *European Journal of Operational Research* 165, 2005).
/// Limited by `rounds` the schedule is the same on every machine for the seed of the context; under a `time_limit` the number
/// of rounds depends on the machine.
///
/// ```
/// use inlaid::ndarray::array;
/// use inlaid::optimize::{ProjectTasks, ScheduleProject};
///
/// let needs = array![[2.0], [2.0], [1.0]];
/// let tasks = ProjectTasks::new(&[3.0, 2.0, 4.0]).with_resources(needs.view(), &[3.0]).with_order(&[0], &[1]);
/// let plan = ScheduleProject::default().solve(&tasks, &inlaid::Context::new())?;
/// assert_eq!((plan.makespan, plan.optimal), (5.0, true));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ScheduleProject {
    /// How many lists are turned into schedules, at least 1. Default 20000, or as many as `time_limit` allows.
    pub rounds: Option<u64>,
    /// Seconds after which to stop, above 0. Default none.
    pub time_limit: Option<f64>,
}

impl ScheduleProject {
    /// Set how many lists are turned into schedules.
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

    /// Whether the options make sense.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range.
    pub fn validate(&self) -> Result<()> {
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
