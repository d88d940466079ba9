use ndarray::{Array2, array};

use super::*;
use crate::Code;
use crate::data::OwnedLists;
use crate::math::random::Random;

/// Instances of Fisher and Thompson (1963) and Lawrence (1984): machine and duration of each step, a line per job.
const FT06: &str = "2 1 0 3 1 6 3 7 5 3 4 6
1 8 2 5 4 10 5 10 0 10 3 4
2 5 3 4 5 8 0 9 1 1 4 7
1 5 0 5 2 5 3 3 4 8 5 9
2 9 1 3 4 5 5 4 0 3 3 1
1 3 3 3 5 9 0 10 4 4 2 1";
const FT10: &str = "0 29 1 78 2 9 3 36 4 49 5 11 6 62 7 56 8 44 9 21
0 43 2 90 4 75 9 11 3 69 1 28 6 46 5 46 7 72 8 30
1 91 0 85 3 39 2 74 8 90 5 10 7 12 6 89 9 45 4 33
1 81 2 95 0 71 4 99 6 9 8 52 7 85 3 98 9 22 5 43
2 14 0 6 1 22 5 61 3 26 4 69 8 21 7 49 9 72 6 53
2 84 1 2 5 52 3 95 8 48 9 72 0 47 6 65 4 6 7 25
1 46 0 37 3 61 2 13 6 32 5 21 9 32 8 89 7 30 4 55
2 31 0 86 1 46 5 74 4 32 6 88 8 19 9 48 7 36 3 79
0 76 1 69 3 76 5 51 2 85 9 11 6 40 7 89 4 26 8 74
1 85 0 13 2 61 6 7 8 64 9 76 5 47 3 52 4 90 7 45";
const LA01: &str = "1 21 0 53 4 95 3 55 2 34
0 21 3 52 4 16 2 26 1 71
3 39 4 98 1 42 2 31 0 12
1 77 0 55 4 79 2 66 3 77
0 83 3 34 2 64 1 19 4 37
1 54 2 43 4 79 0 92 3 62
3 69 4 77 1 87 2 87 0 93
2 38 0 60 1 41 3 24 4 83
3 17 1 49 4 25 0 44 2 98
4 77 3 79 2 43 1 75 0 96";

fn read(text: &str) -> (OwnedLists, Array2<f64>) {
    let rows: Vec<Vec<i64>> =
        text.lines().map(|line| line.split_whitespace().map(|number| number.parse().unwrap()).collect()).collect();
    let steps = rows[0].len() / 2;
    let durations = Array2::from_shape_fn((rows.len(), steps), |(job, step)| rows[job][2 * step + 1] as f64);
    (rows.iter().map(|row| row.iter().step_by(2).copied().collect::<Vec<_>>()).collect(), durations)
}

fn solve(text: &str, options: &ScheduleJobs) -> JobSchedule {
    let (machines, durations) = read(text);
    options.solve(machines.view(), durations.view(), &Context::new()).unwrap()
}

#[test]
fn known_optima_are_reached_and_never_beaten() {
    let six = solve(FT06, &ScheduleJobs::default().with_rounds(5000));
    assert_eq!((six.makespan, six.lower_bound, six.optimal), (55.0, 55.0, true));
    let lawrence = solve(LA01, &ScheduleJobs::default());
    assert_eq!((lawrence.makespan, lawrence.optimal), (666.0, true));
    let ten = solve(FT10, &ScheduleJobs::default().with_rounds(300_000).with_proof_nodes(0));
    assert!(ten.makespan >= 930.0 && ten.makespan <= 937.0, "{}", ten.makespan);
    assert!(ten.lower_bound <= 930.0);
}

/// Random jobs, one per row; with `again` a job may come to a machine more than once.
fn random_jobs(random: &mut Random, again: bool) -> (OwnedLists, Array2<f64>) {
    let mut whole = |count: usize| (random.uniform() * count as f64) as usize;
    let (jobs, machines) = (2 + whole(2), 2 + whole(2));
    let lists: OwnedLists = (0..jobs)
        .map(|_| {
            let mut all: Vec<i64> = (0..machines as i64).collect();
            for at in (1..machines).rev() {
                all.swap(at, whole(at + 1));
            }
            if again {
                all.iter_mut().for_each(|machine| *machine = whole(machines) as i64);
            } else {
                all.truncate(1 + whole(machines));
            }
            all
        })
        .collect();
    let durations = Array2::from_shape_fn((jobs, machines), |_| whole(9) as f64);
    (lists, durations)
}

/// The least makespan over all orders in which operations can be taken one after another, each as early as possible.
fn brute(lists: Lists<'_>, durations: &Array2<f64>, next: &mut [usize], jobs: &mut [f64], machines: &mut [f64]) -> f64 {
    let mut best = f64::INFINITY;
    let mut over = true;
    for job in 0..lists.len() {
        let Some(&machine) = lists.get(job).get(next[job]) else { continue };
        over = false;
        let machine = machine as usize;
        let (old_job, old_machine) = (jobs[job], machines[machine]);
        let end = old_job.max(old_machine) + durations[[job, next[job]]];
        (jobs[job], machines[machine]) = (end, end);
        next[job] += 1;
        best = best.min(brute(lists, durations, next, jobs, machines));
        next[job] -= 1;
        (jobs[job], machines[machine]) = (old_job, old_machine);
    }
    if over { jobs.iter().copied().fold(0.0, f64::max) } else { best }
}

#[test]
fn small_schedules_are_the_best_of_all_and_proved_to_be() {
    let mut random = Random::new(1);
    for case in 0..150 {
        let (lists, durations) = random_jobs(&mut random, case % 2 == 0);
        let jobs = lists.view().len();
        let best = brute(lists.view(), &durations, &mut vec![0; jobs], &mut vec![0.0; jobs], &mut [0.0; 4]);
        let context = Context::new().with_seed(case);
        let plan = ScheduleJobs::default().with_rounds(500).solve(lists.view(), durations.view(), &context).unwrap();
        assert_eq!((plan.makespan, plan.optimal, plan.lower_bound), (best, true, best), "case {case}");
        // Neither half leans on the other: the tree alone, and the bound alone.
        let alone = ScheduleJobs::default().with_rounds(0).solve(lists.view(), durations.view(), &context).unwrap();
        assert_eq!((alone.makespan, alone.optimal), (best, true), "case {case}");
        let search = ScheduleJobs::default().with_rounds(500).with_proof_nodes(0);
        let search = search.solve(lists.view(), durations.view(), &context).unwrap();
        assert!(search.makespan >= best && search.lower_bound <= best, "case {case}");
    }
}

#[test]
fn durations_need_not_be_whole() {
    let (machines, durations) = read(FT06);
    let durations = durations / 3.0;
    let plan =
        ScheduleJobs::default().with_rounds(5000).solve(machines.view(), durations.view(), &Context::new()).unwrap();
    assert!((plan.makespan - 55.0 / 3.0).abs() < 1e-9 && plan.optimal);
}

#[test]
fn a_matrix_with_minus_one_is_a_list_that_ends() {
    let lists: OwnedLists = [vec![0_i64, 1], vec![1]].iter().collect();
    let padded: OwnedLists = [[0_i64, 1], [1, -1]].iter().collect();
    let durations = array![[3.0, 2.0], [4.0, f64::NAN]];
    let plan = |lists: &OwnedLists| {
        let plan = ScheduleJobs::default().solve(lists.view(), durations.view(), &Context::new()).unwrap();
        (plan.makespan, plan.starts.to_vec(), plan.machines.to_vec())
    };
    assert_eq!(plan(&lists), plan(&padded));
    assert_eq!(plan(&lists).0, 6.0);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let code = |lists: &[&[i64]], durations: Array2<f64>| {
        let lists: OwnedLists = lists.iter().collect();
        ScheduleJobs::default().solve(lists.view(), durations.view(), &Context::new()).unwrap_err().code()
    };
    assert_eq!(code(&[], Array2::zeros((0, 0))), Code::NotEnoughData);
    assert_eq!(code(&[&[0, -2]], array![[1.0, 1.0]]), Code::InvalidData);
    assert_eq!(code(&[&[-1, 2]], array![[1.0, 1.0]]), Code::InvalidData);
    assert_eq!(code(&[&[0, 1]], array![[1.0]]), Code::InvalidData);
    assert_eq!(code(&[&[0]], array![[-1.0]]), Code::InvalidData);
    assert_eq!(code(&[&[0]], array![[1.0], [1.0]]), Code::InvalidData);
    let cancelled = Context::new();
    cancelled.cancel();
    let (machines, durations) = read(FT10);
    let error = ScheduleJobs::default().solve(machines.view(), durations.view(), &cancelled).unwrap_err();
    assert_eq!(error.code(), Code::Cancelled);
}
