use ndarray::{Array2, array};

use super::*;
use crate::Code;
use crate::math::random::Random;

/// A small project of whole numbers.
struct Small {
    durations: Vec<f64>,
    needs: Array2<f64>,
    capacities: Vec<f64>,
    before: Vec<i64>,
    after: Vec<i64>,
    releases: Vec<f64>,
}

impl Small {
    fn random(seed: u64, count: usize) -> Self {
        let mut random = Random::new(seed);
        let mut whole = |count: usize| (random.uniform() * count as f64).floor();
        let resources = 1 + whole(2) as usize;
        let capacities: Vec<f64> = (0..resources).map(|_| 3.0 + whole(3)).collect();
        let needs = Array2::from_shape_fn((count, resources), |(_, resource)| whole(capacities[resource] as usize + 1));
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for second in 0..count {
            for first in 0..second {
                if whole(5) == 0.0 {
                    before.push(first as i64);
                    after.push(second as i64);
                }
            }
        }
        let durations = (0..count).map(|_| whole(6)).collect();
        let releases = (0..count).map(|_| if whole(3) == 0.0 { whole(8) } else { 0.0 }).collect();
        Self { durations, needs, capacities, before, after, releases }
    }

    fn tasks(&self) -> ProjectTasks<'_> {
        ProjectTasks::new(&self.durations)
            .with_resources(self.needs.view(), &self.capacities)
            .with_order(&self.before, &self.after)
            .with_releases(&self.releases)
    }

    /// The least makespan over all begins at whole times, task after task.
    fn brute(&self, task: usize, starts: &mut Vec<f64>, limit: &mut f64) {
        if task == self.durations.len() {
            *limit = limit.min((0..task).map(|task| starts[task] + self.durations[task]).fold(0.0, f64::max));
            return;
        }
        let pairs = self.before.iter().zip(&self.after);
        let ready = pairs
            .filter(|(_, after)| **after as usize == task)
            .map(|(before, _)| starts[*before as usize] + self.durations[*before as usize])
            .fold(self.releases[task], f64::max);
        let mut start = ready;
        while start + self.durations[task] < *limit {
            let fits = (0..self.durations[task] as usize).all(|step| {
                let time = start + step as f64;
                (0..self.capacities.len()).all(|resource| {
                    let uses = |other: &usize| starts[*other] <= time && time < starts[*other] + self.durations[*other];
                    let used: f64 = (0..task).filter(uses).map(|other| self.needs[[other, resource]]).sum();
                    used + self.needs[[task, resource]] <= self.capacities[resource]
                })
            });
            if fits {
                starts.push(start);
                self.brute(task + 1, starts, limit);
                starts.pop();
            }
            start += 1.0;
        }
    }
}

#[test]
fn small_projects_are_as_short_as_can_be_and_bounds_hold() {
    let mut proved = 0;
    for seed in 0..150 {
        let small = Small::random(seed, 3 + (seed % 4) as usize);
        let mut best = f64::INFINITY;
        let horizon = small.durations.iter().sum::<f64>() + 9.0;
        best = best.min(horizon);
        small.brute(0, &mut Vec::new(), &mut best);
        let plan = ScheduleProject::default().with_rounds(400).solve(&small.tasks(), &Context::new()).unwrap();
        assert_eq!(plan.makespan, best, "seed {seed}");
        assert!(plan.lower_bound <= best, "seed {seed}: bound {} above {best}", plan.lower_bound);
        assert!(!plan.optimal || plan.lower_bound == best);
        proved += usize::from(plan.optimal);
    }
    assert!(proved > 75, "{proved} proved");
}

#[test]
fn larger_projects_keep_everything_and_come_close_to_their_bound() {
    let small = Small::random(7, 60);
    let plan = ScheduleProject::default().with_rounds(500).solve(&small.tasks(), &Context::new()).unwrap();
    assert_eq!(verify::fault(&small.tasks(), &plan.starts.to_vec(), plan.makespan), None);
    assert!(plan.gap < 0.25, "{}", plan.gap);
    let again = ScheduleProject::default().with_rounds(500);
    let again = again.solve(&small.tasks(), &Context::new().with_threads(3)).unwrap();
    assert_eq!(plan.starts, again.starts);
    // What is wrong is found out.
    let mut starts = plan.starts.to_vec();
    let first = small.after[0] as usize;
    starts[first] = 0.0;
    assert!(verify::fault(&small.tasks(), &starts, plan.makespan).is_some());
    assert!(verify::fault(&small.tasks(), &vec![0.0; 60], plan.makespan).is_some());
}

#[test]
fn due_times_come_before_the_end_of_the_project() {
    // Two tasks on one machine: the long one first would be as short, but the short one is due.
    let needs = array![[1.0], [1.0]];
    let tasks = ProjectTasks::new(&[5.0, 2.0]).with_resources(needs.view(), &[1.0]);
    let solve = |tasks: ProjectTasks<'_>| ScheduleProject::default().solve(&tasks, &Context::new()).unwrap();
    let on_time = solve(tasks.with_dues(&[f64::INFINITY, 2.0]));
    assert_eq!((on_time.starts.to_vec(), on_time.lateness, on_time.optimal), (vec![2.0, 0.0], 0.0, true));
    let late = solve(tasks.with_dues(&[5.0, 2.0]));
    assert_eq!((late.lateness, late.late.len(), late.optimal), (2.0, 1, false));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let code = |tasks: ProjectTasks<'_>| ScheduleProject::default().solve(&tasks, &Context::new()).unwrap_err();
    let needs = array![[1.0], [4.0]];
    let tasks = ProjectTasks::new(&[1.0, 2.0]);
    assert_eq!(code(ProjectTasks::new(&[])).code(), Code::NotEnoughData);
    assert_eq!(code(ProjectTasks::new(&[f64::NAN])).code(), Code::InvalidData);
    let error = code(tasks.with_resources(needs.view(), &[3.0]));
    assert!(error.code() == Code::InvalidData && error.message().contains("task 1 needs 4 of resource 0"), "{error}");
    let error = code(tasks.with_order(&[0, 1], &[1, 0]));
    assert!(error.code() == Code::InvalidData && error.message().contains("circle"), "{error}");
    assert_eq!(code(tasks.with_order(&[0], &[2])).code(), Code::InvalidData);
    assert_eq!(code(tasks.with_order(&[0], &[])).code(), Code::InvalidData);
    assert_eq!(code(tasks.with_releases(&[1.0])).code(), Code::InvalidData);
    assert_eq!(code(tasks.with_dues(&[1.0, f64::NAN])).code(), Code::InvalidData);
    let never = ScheduleProject::default().with_rounds(0);
    assert_eq!(never.solve(&tasks, &Context::new()).unwrap_err().code(), Code::InvalidConfig);
}
