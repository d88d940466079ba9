//! Projects with limited resources.
//!
//! `tasks` judges the input and gives the bound, `timetable` makes lists into schedules, `search` looks for lists, `verify`
//! holds a schedule against the tasks.
mod options;
mod search;
mod tasks;
#[cfg(test)]
mod tests;
mod timetable;
mod verify;

use std::time::Instant;

use serde::{Deserialize, Serialize};

pub use options::ScheduleProject;
pub use tasks::ProjectTasks;

use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::{Result, bail};
use tasks::Project;

/// When each task of a project begins and ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ProjectSchedule {
    /// When each task begins.
    pub starts: Vector,
    /// When each task ends.
    pub ends: Vector,
    /// When the last task ends.
    pub makespan: f64,
    /// The tasks that end after they are due, ascending.
    pub late: Ints,
    /// By how much they do, together.
    pub lateness: f64,
    /// No schedule ends before.
    pub lower_bound: f64,
    /// Distance of makespan and bound as a share of the makespan, 0 if both are equal.
    pub gap: f64,
    /// Whether nothing is late and makespan and bound meet: no schedule is better.
    pub optimal: bool,
    /// Lists that were turned into schedules.
    pub rounds: u64,
    /// Seconds that it took.
    pub seconds: f64,
}

impl ScheduleProject {
    /// Schedule tasks: with as little lateness as can be found, and then as short as can be found.
    ///
    /// The schedule is checked against the tasks before it is given. A list costs O(tasks^2 * resources) at most. The bound is
    /// the longest chain, the work on each resource, and the tasks that take more than half of one.
    ///
    /// # Errors
    /// `invalid_config` for options out of range; `invalid_data` for lists of other lengths, numbers out of range, a task that
    /// needs more than there is, pairs of tasks that are not there or wait for each other in a circle; `not_enough_data`
    /// without a task; `too_large` above 5,000 tasks; `cancelled`.
    pub fn solve(&self, tasks: &ProjectTasks<'_>, context: &Context) -> Result<ProjectSchedule> {
        self.validate()?;
        let start = Instant::now();
        let project = Project::of(tasks)?;
        let bound = project.bound();
        let found = search::search(&project, self, start, bound, context)?;
        context.report(1, 1);
        let value = found.value;
        if let Some(said) = verify::fault(tasks, &found.starts, value.makespan) {
            bail!(Internal, "a schedule of a project failed its own check: {said}; please report this with the input");
        }
        let ends: Vec<f64> =
            found.starts.iter().zip(tasks.durations).map(|(start, duration)| start + duration).collect();
        let late = (0..ends.len()).filter(|task| ends[*task] > project.dues[*task]).map(|task| task as i64);
        let met = value.makespan <= bound * (1.0 + 1e-12);
        Ok(ProjectSchedule {
            late: late.collect::<Vec<_>>().into(),
            lateness: value.lateness,
            starts: found.starts.into(),
            ends: ends.into(),
            makespan: value.makespan,
            lower_bound: bound.min(value.makespan),
            gap: if met || value.makespan <= 0.0 { 0.0 } else { (value.makespan - bound) / value.makespan },
            optimal: met && value.lateness == 0.0,
            rounds: found.rounds,
            seconds: start.elapsed().as_secs_f64(),
        })
    }
}
