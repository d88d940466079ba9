//! Tasks, judged and put in order, and what no schedule can beat.
use ndarray::ArrayView2;

use crate::error::{Result, bail, ensure};
use crate::optimize::schedule::jobs::one_machine;

/// The most tasks.
const LARGEST: usize = 5_000;

/// The tasks of a project: how long each takes, what it uses, what it waits for.
#[derive(Clone, Copy, Debug)]
pub struct ProjectTasks<'a> {
    pub(super) durations: &'a [f64],
    pub(super) needs: Option<ArrayView2<'a, f64>>,
    pub(super) capacities: &'a [f64],
    pub(super) before: &'a [i64],
    pub(super) after: &'a [i64],
    pub(super) releases: &'a [f64],
    pub(super) dues: &'a [f64],
}

impl<'a> ProjectTasks<'a> {
    /// Tasks that take so long each, 0 or more, and need nothing.
    #[must_use]
    pub fn new(durations: &'a [f64]) -> Self {
        Self { durations, needs: None, capacities: &[], before: &[], after: &[], releases: &[], dues: &[] }
    }

    /// Set how much each task uses of each resource while it lasts, `[task, resource]`, 0 or more, and how much there is of
    /// each at any time. A task that takes no time uses nothing.
    #[must_use]
    pub fn with_resources(mut self, needs: ArrayView2<'a, f64>, capacities: &'a [f64]) -> Self {
        (self.needs, self.capacities) = (Some(needs), capacities);
        self
    }

    /// Set pairs of tasks of which the second begins when the first has ended, or later.
    #[must_use]
    pub fn with_order(mut self, before: &'a [i64], after: &'a [i64]) -> Self {
        (self.before, self.after) = (before, after);
        self
    }

    /// Set when each task may begin at the earliest, 0 or more. Default 0.
    #[must_use]
    pub fn with_releases(mut self, releases: &'a [f64]) -> Self {
        self.releases = releases;
        self
    }

    /// Set when each task should have ended, `inf` for any time. Default any time.
    #[must_use]
    pub fn with_dues(mut self, dues: &'a [f64]) -> Self {
        self.dues = dues;
        self
    }
}

/// Tasks that can be worked on.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) durations: Vec<f64>,
    /// Resources one after the other for each task.
    pub(super) needs: Vec<f64>,
    pub(super) resources: usize,
    /// What there is, with what sums may be off.
    pub(super) capacities: Vec<f64>,
    pub(super) before: Vec<Vec<u32>>,
    pub(super) after: Vec<Vec<u32>>,
    pub(super) releases: Vec<f64>,
    pub(super) dues: Vec<f64>,
    /// Tasks, each after those it waits for.
    pub(super) sorted: Vec<u32>,
    /// The earliest begin of each without resources, and what comes after its end.
    pub(super) head: Vec<f64>,
    pub(super) tail: Vec<f64>,
}

impl Project {
    pub(super) fn of(tasks: &ProjectTasks<'_>) -> Result<Self> {
        let count = tasks.durations.len();
        ensure!(count > 0, NotEnoughData, "there is no task");
        ensure!(count <= LARGEST, TooLarge, "{count} tasks are above the limit of {LARGEST}");
        check_times(tasks, count)?;
        let resources = tasks.capacities.len();
        let mut needs = vec![0.0; count * resources];
        if let Some(given) = tasks.needs {
            let (rows, columns) = given.dim();
            let fits = (rows, columns) == (count, resources) || rows * columns + resources == 0;
            ensure!(fits, InvalidData, "needs is {rows} by {columns} for {count} tasks and {resources} resources");
            for (resource, &capacity) in tasks.capacities.iter().enumerate() {
                let sound = capacity >= 0.0 && capacity.is_finite();
                ensure!(sound, InvalidData, "capacities[{resource}] is {capacity}, it must be a number of 0 or more");
            }
            for ((task, resource), &need) in given.indexed_iter() {
                ensure!(need >= 0.0, InvalidData, "needs[{task}, {resource}] is {need}, it must be 0 or more");
                let capacity = tasks.capacities[resource];
                ensure!(
                    need <= capacity || tasks.durations[task] == 0.0,
                    InvalidData,
                    "task {task} needs {need} of resource {resource}, of which there is {capacity}"
                );
                needs[task * resources + resource] = need;
            }
        }
        let (before, after) = neighbours(tasks, count)?;
        let sorted = sorted(&before, &after)?;
        let pick =
            |values: &[f64], missing: f64| if values.is_empty() { vec![missing; count] } else { values.to_vec() };
        let mut project = Self {
            durations: tasks.durations.to_vec(),
            needs,
            resources,
            capacities: tasks.capacities.iter().map(|capacity| capacity * (1.0 + 1e-9)).collect(),
            before,
            after,
            releases: pick(tasks.releases, 0.0),
            dues: pick(tasks.dues, f64::INFINITY),
            sorted,
            head: Vec::new(),
            tail: vec![0.0; count],
        };
        project.head = project.releases.clone();
        for at in 0..count {
            let (task, last) = (project.sorted[at] as usize, project.sorted[count - 1 - at] as usize);
            for before in &project.before[task] {
                let end = project.head[*before as usize] + project.durations[*before as usize];
                project.head[task] = project.head[task].max(end);
            }
            for after in &project.after[last] {
                let rest = project.tail[*after as usize] + project.durations[*after as usize];
                project.tail[last] = project.tail[last].max(rest);
            }
        }
        Ok(project)
    }

    pub(super) fn count(&self) -> usize {
        self.durations.len()
    }

    /// The greatest of: the longest chain of tasks, the work on each resource that cannot begin before some time, and tasks
    /// that take more than half of a resource, one at a time with interruptions.
    pub(super) fn bound(&self) -> f64 {
        let chains = (0..self.count()).map(|task| self.head[task] + self.durations[task] + self.tail[task]);
        let mut bound = chains.fold(0.0, f64::max);
        for resource in 0..self.resources {
            let need = |task: u32| self.needs[task as usize * self.resources + resource];
            let capacity = self.capacities[resource];
            let mut users: Vec<u32> = (0..self.count() as u32).filter(|task| need(*task) > 0.0).collect();
            users.sort_by(|a, b| self.head[*b as usize].total_cmp(&self.head[*a as usize]));
            let (mut work, mut tail) = (0.0, f64::INFINITY);
            for &task in &users {
                work += need(task) * self.durations[task as usize];
                tail = tail.min(self.tail[task as usize]);
                bound = bound.max(self.head[task as usize] + work / capacity + tail);
            }
            users.retain(|task| 2.0 * need(*task) > capacity);
            bound = bound.max(one_machine(&users, &self.head, &self.durations, &self.tail));
        }
        // Capacities were widened by what sums may be off.
        let whole = |values: &[f64]| values.iter().all(|value| value.fract() == 0.0);
        if whole(&self.durations) && whole(&self.releases) { (bound * (1.0 - 1e-8)).ceil() } else { bound }
    }
}

fn check_times(tasks: &ProjectTasks<'_>, count: usize) -> Result<()> {
    for (name, values) in [("releases", tasks.releases), ("dues", tasks.dues)] {
        let length = values.len();
        ensure!(length == 0 || length == count, InvalidData, "{length} {name} for {count} tasks");
    }
    for (name, values) in [("durations", tasks.durations), ("releases", tasks.releases)] {
        for (task, value) in values.iter().enumerate() {
            let sound = *value >= 0.0 && value.is_finite();
            ensure!(sound, InvalidData, "{name}[{task}] is {value}, it must be a number of 0 or more");
        }
    }
    for (task, due) in tasks.dues.iter().enumerate() {
        ensure!(!due.is_nan(), InvalidData, "dues[{task}] is NaN, it must be a number, or inf for any time");
    }
    let total = tasks.durations.iter().chain(tasks.releases).sum::<f64>();
    ensure!(total.is_finite(), InvalidData, "the durations sum to more than the largest number");
    Ok(())
}

/// Tasks before and after each.
#[expect(clippy::type_complexity, reason = "two lists of the same kind")]
fn neighbours(tasks: &ProjectTasks<'_>, count: usize) -> Result<(Vec<Vec<u32>>, Vec<Vec<u32>>)> {
    let (firsts, seconds) = (tasks.before, tasks.after);
    let lengths = (firsts.len(), seconds.len());
    ensure!(lengths.0 == lengths.1, InvalidData, "before names {} tasks, after {}", lengths.0, lengths.1);
    let (mut before, mut after) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for (pair, (&first, &second)) in firsts.iter().zip(seconds).enumerate() {
        for task in [first, second] {
            let there = usize::try_from(task).is_ok_and(|task| task < count);
            ensure!(there, InvalidData, "pair {pair} names task {task}; there are tasks 0 to {}", count - 1);
        }
        before[second as usize].push(first as u32);
        after[first as usize].push(second as u32);
    }
    Ok((before, after))
}

/// Tasks, each after those it waits for.
fn sorted(before: &[Vec<u32>], after: &[Vec<u32>]) -> Result<Vec<u32>> {
    let mut waits: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut sorted: Vec<u32> = (0..before.len() as u32).filter(|task| waits[*task as usize] == 0).collect();
    let mut next = 0;
    while let Some(&task) = sorted.get(next) {
        next += 1;
        for &later in &after[task as usize] {
            waits[later as usize] -= 1;
            if waits[later as usize] == 0 {
                sorted.push(later);
            }
        }
    }
    if let Some(task) = waits.iter().position(|waits| *waits > 0) {
        bail!(InvalidData, "tasks wait for each other in a circle, which task {task} is in or behind");
    }
    Ok(sorted)
}
