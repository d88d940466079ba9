//! Schedules of jobs and projects.
use inlaid::optimize::{JobSchedule, ProjectSchedule, ProjectTasks, ScheduleChart, ScheduleJobs, ScheduleProject};

use crate::op::{Draft, op};
use crate::{ArrayArgument, Letter, Op, Reply};

const fn array(name: &'static str, letter: Letter, axes: &'static [&'static str], doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter, axes, doc }
}

/// What a project consists of.
const TASKS: [ArrayArgument; 7] = [
    array("durations", Letter::Vector, &["task"], "How long each task takes, 0 or more."),
    array(
        "needs",
        Letter::Matrix,
        &["task", "resource"],
        "How much each task uses of each resource; empty for nothing.",
    ),
    array("capacities", Letter::Vector, &["resource"], "How much there is of each resource at any time."),
    array("before", Letter::Ints, &["pair"], "The first task of each pair of which the second waits for the first."),
    array("after", Letter::Ints, &["pair"], "The second task of each such pair."),
    array("releases", Letter::Vector, &["task"], "When each task may begin at the earliest; empty for 0."),
    array(
        "dues",
        Letter::Vector,
        &["task"],
        "When each task should have ended, `inf` for any time; empty for any time.",
    ),
];

pub(super) fn ops() -> Vec<Op> {
    let jobs = "Schedule jobs on machines so that the last of them ends as early as possible.\n\nFails with `invalid_config` \
        for options out of range; `invalid_data` for shapes that do not fit, machines below 0 (but -1, which ends a job), \
        durations that are below 0 or no numbers; `not_enough_data` without an operation; `too_large` above 100,000 \
        operations or 200 million pairs that share a machine; `cancelled`.";
    let project = "Schedule the tasks of a project with limited resources: with as little lateness, and then as short, as can \
        be found.\n\nFails with `invalid_config` for options out of range; `invalid_data` for lists of other lengths, numbers \
        out of range, a task that needs more than there is, pairs of tasks that are not there or wait for each other in a \
        circle; `not_enough_data` without a task; `too_large` above 5,000 tasks; `cancelled`.";
    let draw = "A Gantt chart as a self-contained SVG: a row for each machine or task, a bar for each operation in the colour \
        of its group.\n\nFails with `invalid_config` for a width out of range, `invalid_data` for lists of different lengths, \
        rows or groups out of range and bars that do not go from a finite begin to a finite end, `not_enough_data` without a \
        bar, `too_large` above 20,000 bars.";
    let machines =
        array("machines", Letter::Lists, &["job", "step"], "The machine of each step of each job, 0 or more.");
    let durations = array("durations", Letter::Matrix, &["job", "step"], "How long each step takes, 0 or more.");
    vec![
        op("optimize.ScheduleJobs.solve", jobs)
            .on_options::<ScheduleJobs>()
            .takes(machines)
            .takes(durations)
            .gives::<JobSchedule>()
            .runs(|a| Reply::value(a.options::<ScheduleJobs>()?.solve(a.lists(0)?, a.matrix(1)?, a.context)?)),
        TASKS
            .into_iter()
            .fold(op("optimize.ScheduleProject.solve", project).on_options::<ScheduleProject>(), Draft::takes)
            .gives::<ProjectSchedule>()
            .runs(|a| {
                let vector = |at: usize| a.vector(at).map(|values| values.to_vec());
                let (durations, capacities) = (vector(0)?, vector(2)?);
                let (releases, dues) = (vector(5)?, vector(6)?);
                let tasks = ProjectTasks::new(&durations)
                    .with_resources(a.matrix(1)?, &capacities)
                    .with_order(a.ints(3)?, a.ints(4)?)
                    .with_releases(&releases)
                    .with_dues(&dues);
                Reply::value(a.options::<ScheduleProject>()?.solve(&tasks, a.context)?)
            }),
        op("optimize.ScheduleChart.to_svg", draw)
            .on_options::<ScheduleChart>()
            .takes(array("rows", Letter::Ints, &["bar"], "The machine, or the task, of each bar."))
            .takes(array(
                "groups",
                Letter::Ints,
                &["bar"],
                "What each bar belongs to, such as its job; empty for nothing.",
            ))
            .takes(array("starts", Letter::Vector, &["bar"], "When each bar begins."))
            .takes(array("ends", Letter::Vector, &["bar"], "When each bar ends."))
            .gives::<String>()
            .runs(|a| {
                let (starts, ends) = (a.vector(2)?.to_vec(), a.vector(3)?.to_vec());
                Reply::value(a.options::<ScheduleChart>()?.to_svg(a.ints(0)?, a.ints(1)?, &starts, &ends)?)
            }),
    ]
}
