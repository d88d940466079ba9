//! Lists of tasks, sampled, crossed, changed and justified.
use std::time::Instant;

use super::options::ScheduleProject;
use super::tasks::Project;
use super::timetable::Timetable;
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;

/// Lists that are kept, and children without a better schedule after which most of them are sampled anew.
const POPULATION: usize = 40;
const PATIENCE: u64 = 2000;

/// What a schedule comes to: lateness counts first.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Value {
    pub(super) lateness: f64,
    pub(super) makespan: f64,
}

/// A list and the schedule that it leads to.
#[derive(Clone, Debug)]
struct Member {
    list: Vec<u32>,
    value: Value,
}

/// The best schedule that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) starts: Vec<f64>,
    pub(super) value: Value,
    pub(super) rounds: u64,
}

struct Search<'a> {
    project: &'a Project,
    random: Random,
    table: Timetable,
    best: Option<(Value, Vec<f64>)>,
    order: Vec<u32>,
}

/// Search until the limits of the options or the bound.
pub(super) fn search(
    project: &Project,
    options: &ScheduleProject,
    start: Instant,
    bound: f64,
    context: &Context,
) -> Result<Found> {
    let mut search = Search {
        project,
        random: Random::new(context.seed()),
        table: Timetable::new(project),
        best: None,
        order: Vec::new(),
    };
    let limit = options.limit();
    let (mut rounds, mut last_better) = (0, 0);
    let mut members: Vec<Member> = Vec::new();
    loop {
        context.check()?;
        let by_rounds = limit.map_or(0.0, |limit| rounds as f64 / limit as f64);
        let by_clock = options.time_limit.map_or(0.0, |seconds| start.elapsed().as_secs_f64() / seconds);
        context.report((by_rounds.max(by_clock) * 1000.0) as usize, 1000);
        let met = |(value, _): &(Value, Vec<f64>)| value.lateness == 0.0 && value.makespan <= bound * (1.0 + 1e-12);
        if rounds > 0 && (by_rounds >= 1.0 || by_clock >= 1.0 || search.best.as_ref().is_some_and(met)) {
            break;
        }
        rounds += 1;
        let list = if members.len() < POPULATION {
            search.sample(rounds == 1)
        } else {
            let (mother, father) = (search.pick(&members), search.pick(&members));
            let mut child = search.cross(&members[mother].list, &members[father].list);
            search.change(&mut child);
            child
        };
        let before = search.best.as_ref().map(|(value, _)| *value);
        let member = search.judge(list, context)?;
        if before.is_none_or(|before| member.value < before) {
            last_better = rounds;
        }
        if members.len() < POPULATION {
            members.push(member);
        } else {
            let worst = (0..POPULATION).max_by(|a, b| compare(&members[*a].value, &members[*b].value)).unwrap_or(0);
            if member.value <= members[worst].value && members.iter().all(|known| known.list != member.list) {
                members[worst] = member;
            }
        }
        if rounds - last_better > PATIENCE {
            members.sort_by(|a, b| compare(&a.value, &b.value));
            members.truncate(2);
            last_better = rounds;
        }
    }
    let (value, starts) = search.best.unwrap_or((Value { lateness: 0.0, makespan: 0.0 }, Vec::new()));
    Ok(Found { starts, value, rounds })
}

fn compare(a: &Value, b: &Value) -> std::cmp::Ordering {
    a.lateness.total_cmp(&b.lateness).then(a.makespan.total_cmp(&b.makespan))
}

impl Search<'_> {
    fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.random.bits()) * count as u128) >> 64) as usize
    }

    /// The better of two random members.
    fn pick(&mut self, members: &[Member]) -> usize {
        let (one, other) = (self.below(members.len()), self.below(members.len()));
        if compare(&members[one].value, &members[other].value).is_le() { one } else { other }
    }

    /// A list in which those tasks come early that must end early, at random but for the first.
    fn sample(&mut self, strictly: bool) -> Vec<u32> {
        let project = self.project;
        let count = project.count();
        let longest = (0..count).map(|task| project.head[task] + project.durations[task] + project.tail[task]);
        let longest = longest.fold(0.0, f64::max);
        let last_end = |task: u32| (longest - project.tail[task as usize]).min(project.dues[task as usize]);
        let mut waits: Vec<usize> = project.before.iter().map(Vec::len).collect();
        let mut ready: Vec<u32> = (0..count as u32).filter(|task| waits[*task as usize] == 0).collect();
        let mut list = Vec::with_capacity(count);
        while !ready.is_empty() {
            let latest = ready.iter().map(|task| last_end(*task)).fold(f64::NEG_INFINITY, f64::max);
            let mut chosen = 0;
            if strictly {
                for at in 1..ready.len() {
                    if last_end(ready[at]) < last_end(ready[chosen]) {
                        chosen = at;
                    }
                }
            } else {
                // Regret: how much later others must end, and one, so that all have a chance.
                let regret =
                    |task: &u32| (latest - last_end(*task)).max(0.0) / longest.max(f64::MIN_POSITIVE) * 20.0 + 1.0;
                let total: f64 = ready.iter().map(regret).sum();
                let mut left = total * self.random.uniform();
                for (at, task) in ready.iter().enumerate() {
                    left -= regret(task);
                    chosen = at;
                    if left <= 0.0 {
                        break;
                    }
                }
            }
            let task = ready.swap_remove(chosen);
            list.push(task);
            for &later in &project.after[task as usize] {
                waits[later as usize] -= 1;
                if waits[later as usize] == 0 {
                    ready.push(later);
                }
            }
        }
        list
    }

    /// A piece of the mother, the rest in the order of the father, around two random places.
    fn cross(&mut self, mother: &[u32], father: &[u32]) -> Vec<u32> {
        let count = mother.len();
        let (mut low, mut high) = (self.below(count + 1), self.below(count + 1));
        if low > high {
            std::mem::swap(&mut low, &mut high);
        }
        let mut taken = vec![false; count];
        let mut child: Vec<u32> = Vec::with_capacity(count);
        let mut take = |source: &[u32], until: usize, child: &mut Vec<u32>| {
            for &task in source {
                if child.len() >= until {
                    break;
                }
                if !std::mem::replace(&mut taken[task as usize], true) {
                    child.push(task);
                }
            }
        };
        take(mother, low, &mut child);
        take(father, high, &mut child);
        take(mother, count, &mut child);
        child
    }

    /// Move some tasks elsewhere between those they wait for and those that wait for them.
    fn change(&mut self, list: &mut Vec<u32>) {
        let moves = self.below(4);
        for _ in 0..moves {
            let from = self.below(list.len());
            let task = list[from] as usize;
            let last_before = list[..from].iter().rposition(|other| self.project.before[task].contains(other));
            let first_after = list[from..].iter().position(|other| self.project.after[task].contains(other));
            let low = last_before.map_or(0, |at| at + 1);
            let high = first_after.map_or(list.len(), |at| from + at);
            let to = low + self.below(high - low);
            let moved = list.remove(from);
            list.insert(to, moved);
        }
    }

    /// Schedule a list, justify the schedule to the right and back as long as that makes it better.
    fn judge(&mut self, mut list: Vec<u32>, context: &Context) -> Result<Member> {
        let project = self.project;
        self.table.fill(project, &list, false, context)?;
        let mut value = self.keep();
        loop {
            context.check()?;
            // Right: the last end first, as late as can be; then left in the order of what begins first.
            let end = |task: &u32| self.table.starts[*task as usize] + project.durations[*task as usize];
            self.order.clone_from(&project.sorted);
            self.order.reverse();
            self.order.sort_by(|a, b| end(b).total_cmp(&end(a)));
            self.table.fill(project, &self.order, true, context)?;
            // Backwards a task begins where it ends.
            let end = |task: &u32| self.table.starts[*task as usize] + project.durations[*task as usize];
            let mut forward = project.sorted.clone();
            forward.sort_by(|a, b| end(b).total_cmp(&end(a)));
            self.table.fill(project, &forward, false, context)?;
            let justified = self.keep();
            if justified <= value {
                list = forward;
            }
            if justified >= value {
                break;
            }
            value = justified;
        }
        Ok(Member { list, value })
    }

    /// What the schedule comes to, and remember it if it is the best.
    fn keep(&mut self) -> Value {
        let project = self.project;
        let late =
            (0..project.count()).map(|task| self.table.starts[task] + project.durations[task] - project.dues[task]);
        let value = Value { lateness: late.map(|late| late.max(0.0)).sum(), makespan: self.table.end(project) };
        if self.best.as_ref().is_none_or(|(best, _)| value < *best) {
            self.best = Some((value, self.table.starts.clone()));
        }
        value
    }
}
