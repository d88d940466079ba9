//! Lists of tasks made into schedules: each as early as can be.
use super::tasks::Project;
use crate::Context;
use crate::error::Result;

/// What is used of each resource over time, and the schedule that uses it.
#[derive(Debug)]
pub(super) struct Timetable {
    /// Where the use changes, ascending, and what is used from there on, resource by resource.
    times: Vec<f64>,
    used: Vec<f64>,
    pub(super) starts: Vec<f64>,
}

impl Timetable {
    pub(super) fn new(project: &Project) -> Self {
        Self { times: Vec::new(), used: Vec::new(), starts: vec![0.0; project.count()] }
    }

    /// Schedule tasks in the order of the list, each as early as predecessors, release and resources allow. Backwards, time
    /// runs from the end and tasks wait for their successors; releases are then not looked at.
    pub(super) fn fill(&mut self, project: &Project, list: &[u32], backwards: bool, context: &Context) -> Result<()> {
        let resources = project.resources;
        self.times.clear();
        self.times.push(0.0);
        self.used.clear();
        self.used.resize(resources, 0.0);
        for &task in list {
            context.check()?;
            let task = task as usize;
            let (earlier, release) =
                if backwards { (&project.after[task], 0.0) } else { (&project.before[task], project.releases[task]) };
            let end = |other: &u32| self.starts[*other as usize] + project.durations[*other as usize];
            let ready = earlier.iter().map(end).fold(release, f64::max);
            let duration = project.durations[task];
            self.starts[task] = ready;
            if duration == 0.0 || resources == 0 {
                continue;
            }
            let needs = &project.needs[task * resources..][..resources];
            let first = self.times.partition_point(|time| *time <= ready) - 1;
            let (mut begin, mut at) = (ready, first);
            while at < self.times.len() && self.times[at] < begin + duration {
                let used = &self.used[at * resources..][..resources];
                let room = used.iter().zip(needs).zip(&project.capacities);
                if room.into_iter().any(|((used, need), capacity)| *need > 0.0 && used + need > *capacity) {
                    // The last stretch is free, so there is a next one.
                    begin = self.times.get(at + 1).copied().unwrap_or(begin);
                }
                at += 1;
            }
            self.starts[task] = begin;
            let (from, to) = (self.split(begin, resources), self.split(begin + duration, resources));
            for at in from..to {
                for (used, need) in self.used[at * resources..][..resources].iter_mut().zip(needs) {
                    *used += need;
                }
            }
        }
        Ok(())
    }

    /// The place of a time, which is made a change of use if it was none.
    fn split(&mut self, time: f64, resources: usize) -> usize {
        let at = self.times.partition_point(|known| *known < time);
        if self.times.get(at) != Some(&time) {
            self.times.insert(at, time);
            let old = (at - 1) * resources;
            let end = self.used.len();
            self.used.extend_from_within(old..old + resources);
            self.used[at * resources..].rotate_right(resources);
            debug_assert_eq!(self.used.len(), end + resources);
        }
        at
    }

    /// When the last task ends.
    pub(super) fn end(&self, project: &Project) -> f64 {
        self.starts.iter().zip(&project.durations).map(|(start, duration)| start + duration).fold(0.0, f64::max)
    }
}
