//! Tours, routes, job shops and projects beside what the constraint solver of OR-tools found and proved.
#![cfg(feature = "optimize")]
use inlaid::Context;
use inlaid::data::OwnedLists;
use inlaid::ndarray::Array2;
use inlaid::optimize::{PlanRoutes, PlanTour, ProjectTasks, RouteProblem, ScheduleJobs, ScheduleProject};

/// The numbers of `make_planning_peers.py`.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn grid(&mut self, count: usize) -> Array2<f64> {
        let points: Vec<(f64, f64)> = (0..count).map(|_| (self.below(200) as f64, self.below(200) as f64)).collect();
        Array2::from_shape_fn((count, count), |(a, b)| {
            (points[a].0 - points[b].0).abs() + (points[a].1 - points[b].1).abs()
        })
    }
}

/// Cost and bound.
fn tour(seed: u64) -> (f64, f64) {
    let ways = SplitMix(seed).grid(40);
    let plan = PlanTour::default().with_rounds(20_000).solve(ways.view(), &Context::new()).unwrap();
    (plan.cost, plan.lower_bound)
}

fn routes(seed: u64) -> (f64, f64) {
    let mut random = SplitMix(seed);
    let ways = random.grid(16);
    let mut demands = vec![0.0];
    demands.extend((1..16).map(|_| (1 + random.below(12)) as f64));
    let mut windows = Array2::zeros((16, 2));
    windows[[0, 1]] = 2000.0;
    for place in 1..16 {
        let opens = ways[[0, place]] + random.below(600) as f64;
        (windows[[place, 0]], windows[[place, 1]]) = (opens, opens + (100 + random.below(300)) as f64);
    }
    let service = [10.0; 16];
    let problem =
        RouteProblem::new(ways.view()).with_demands(&demands).with_windows(windows.view()).with_service(&service);
    let plan = PlanRoutes::default().with_capacity(30.0).with_rounds(10_000).solve(&problem, &Context::new()).unwrap();
    (plan.cost, plan.lower_bound)
}

fn jobs(seed: u64) -> (f64, f64) {
    let mut random = SplitMix(seed);
    let mut durations = Array2::zeros((9, 6));
    let mut machines = OwnedLists::default();
    for job in 0..9 {
        let mut order: Vec<i64> = (0..6).collect();
        for at in (1..6).rev() {
            order.swap(at, random.below(at as u64 + 1) as usize);
        }
        for step in 0..6 {
            durations[[job, step]] = (1 + random.below(99)) as f64;
        }
        machines.push(order);
    }
    let options = ScheduleJobs::default().with_rounds(50_000).with_proof_nodes(2000);
    let plan = options.solve(machines.view(), durations.view(), &Context::new()).unwrap();
    (plan.makespan, plan.lower_bound)
}

fn project(seed: u64) -> (f64, f64) {
    let mut random = SplitMix(seed);
    let durations: Vec<f64> = (0..30).map(|_| (1 + random.below(10)) as f64).collect();
    let mut needs = Array2::zeros((30, 3));
    needs.iter_mut().for_each(|need| *need = random.below(10) as f64);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for second in 0..30_i64 {
        for first in (second - 8).max(0)..second {
            if random.below(5) == 0 {
                before.push(first);
                after.push(second);
            }
        }
    }
    let tasks = ProjectTasks::new(&durations).with_resources(needs.view(), &[12.0; 3]).with_order(&before, &after);
    let plan = ScheduleProject::default().with_rounds(10_000).solve(&tasks, &Context::new()).unwrap();
    (plan.makespan, plan.lower_bound)
}

#[test]
fn plans_are_as_good_as_the_peers_and_never_better_than_what_it_proved() {
    let text = include_str!("../../tests/data/optimize/planning_peers.json");
    let cases: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    let mut reached = 0;
    for case in &cases {
        let (family, seed) = (case["family"].as_str().unwrap(), case["seed"].as_u64().unwrap());
        let (best, proved) = (case["best"].as_f64().unwrap(), case["bound"].as_f64().unwrap());
        let solve = match family {
            "tour" => tour,
            "routes" => routes,
            "jobs" => jobs,
            _ => project,
        };
        let (cost, bound) = solve(seed);
        assert!(
            cost >= proved && bound <= best,
            "{family} {seed}: {cost} and bound {bound}, the peer {best} and {proved}"
        );
        // Searches without proof may miss the best by a little.
        assert!(cost <= 1.015 * best, "{family} {seed}: {cost}, the peer {best}");
        reached += usize::from(cost <= best);
    }
    assert!(cases.len() == 24 && reached >= 21, "{reached} of {} as good as the peer", cases.len());
}
