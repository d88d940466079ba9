use ndarray::{Array2, array};

use super::*;
use crate::math::random::Random;
use crate::{Code, Context};

/// A small problem of whole numbers.
struct Small {
    costs: Array2<f64>,
    times: Array2<f64>,
    demands: Vec<f64>,
    windows: Array2<f64>,
    service: Vec<f64>,
    penalties: Vec<f64>,
    options: PlanRoutes,
}

impl Small {
    fn random(seed: u64, customers: usize) -> Self {
        let mut random = Random::new(seed);
        let mut whole = |count: usize| (random.uniform() * count as f64).floor();
        let size = customers + 1;
        let costs =
            Array2::from_shape_fn((size, size), |_| if whole(12) == 0.0 { f64::INFINITY } else { 1.0 + whole(20) });
        let times = Array2::from_shape_fn((size, size), |_| 1.0 + whole(9));
        let demands = (0..size).map(|_| whole(6)).collect();
        let mut windows = Array2::zeros((size, 2));
        for mut window in windows.rows_mut() {
            window[0] = whole(25);
            window[1] = window[0] + 5.0 + whole(30);
        }
        let depot = whole(size) as usize;
        (windows[[depot, 0]], windows[[depot, 1]]) = (0.0, 60.0);
        let service = (0..size).map(|_| whole(4)).collect();
        let mut options = PlanRoutes::default().with_depot(depot).with_rounds(2000);
        if whole(2) == 0.0 {
            options = options.with_capacity(6.0 + whole(8));
            if whole(2) == 0.0 {
                options = options.with_most_vehicles(2 + whole(2) as usize);
            }
        } else {
            options = options.with_capacities([9.0, 5.0 + whole(4), 12.0]);
        }
        if whole(2) == 0.0 {
            options = options.with_fixed_cost(whole(30));
        }
        if whole(2) == 0.0 {
            options = options.with_longest_route(25.0 + whole(15));
        }
        let optional = whole(2) == 0.0;
        let penalties = (0..if optional { size } else { 0 }).map(|_| whole(40)).collect();
        Self { costs, times, demands, windows, service, penalties, options }
    }

    fn problem(&self) -> RouteProblem<'_> {
        RouteProblem::new(self.costs.view())
            .with_times(self.times.view())
            .with_demands(&self.demands)
            .with_windows(self.windows.view())
            .with_service(&self.service)
            .with_penalties(&self.penalties)
    }

    /// What a route costs, if it is possible with one of the departures at which it could be shortest.
    fn route(&self, stops: &[usize]) -> Option<f64> {
        let depot = self.options.depot;
        let mut departures = vec![self.windows[[depot, 0]]];
        let (mut last, mut on_the_way, mut cost) = (depot, 0.0, 0.0);
        for &place in stops.iter().chain([&depot]) {
            cost += self.costs[[last, place]];
            on_the_way += self.times[[last, place]];
            for side in 0..2 {
                let departure = self.windows[[place, side]] - on_the_way;
                departures.push(departure.clamp(self.windows[[depot, 0]], self.windows[[depot, 1]]));
            }
            on_the_way += self.service[place];
            last = place;
        }
        let possible = |departure: &f64| {
            let (mut last, mut now) = (depot, *departure);
            for &place in stops.iter().chain([&depot]) {
                now = (now + self.times[[last, place]]).max(self.windows[[place, 0]]);
                if now > self.windows[[place, 1]] {
                    return false;
                }
                now += if place == depot { 0.0 } else { self.service[place] };
                last = place;
            }
            self.options.longest_route.is_none_or(|longest| now - departure <= longest)
        };
        (cost.is_finite() && departures.iter().any(possible)).then_some(cost)
    }

    /// The best cost over all plans, by looking at all of them.
    fn brute(&self) -> Option<f64> {
        let customers: Vec<usize> = (0..self.costs.nrows()).filter(|place| *place != self.options.depot).collect();
        let sets = 1_usize << customers.len();
        let mut route = vec![f64::INFINITY; sets];
        let mut stops = Vec::new();
        self.orders(&customers, 0, &mut stops, &mut route);
        let load = |set: usize| -> f64 {
            customers
                .iter()
                .enumerate()
                .filter(|(at, _)| set >> at & 1 == 1)
                .map(|(_, place)| self.demands[*place])
                .sum()
        };
        let left_out = |set: usize| -> f64 {
            let left = customers.iter().enumerate().filter(|(at, _)| set >> at & 1 == 0);
            left.map(|(_, place)| self.penalties.get(*place).copied().unwrap_or(f64::INFINITY)).sum()
        };
        // Vehicle after vehicle takes a set or nothing.
        let capacities = if self.options.capacities.is_empty() {
            vec![self.options.capacity.unwrap(); self.options.most_vehicles.unwrap_or(customers.len())]
        } else {
            self.options.capacities.clone()
        };
        let mut best = vec![f64::INFINITY; sets];
        best[0] = 0.0;
        for capacity in capacities {
            let before = best.clone();
            for (set, cost) in best.iter_mut().enumerate() {
                let mut part = set;
                while part > 0 {
                    if load(part) <= capacity {
                        *cost = cost.min(before[set ^ part] + route[part] + self.options.fixed_cost);
                    }
                    part = (part - 1) & set;
                }
            }
        }
        let least = best.iter().enumerate().map(|(set, cost)| cost + left_out(set)).fold(f64::INFINITY, f64::min);
        least.is_finite().then_some(least)
    }

    fn orders(&self, customers: &[usize], set: usize, stops: &mut Vec<usize>, route: &mut [f64]) {
        if let Some(cost) = self.route(stops).filter(|_| !stops.is_empty()) {
            route[set] = route[set].min(cost);
        }
        for (at, place) in customers.iter().enumerate().filter(|(at, _)| set >> at & 1 == 0) {
            stops.push(*place);
            self.orders(customers, set | 1 << at, stops, route);
            stops.pop();
        }
    }
}

#[test]
fn small_plans_are_the_best_of_all_but_for_a_few_with_penalties_and_bounds_hold() {
    // Costs without rhyme or reason, forbidden ways among them: a place may be worth it, or possible, only with another.
    let (mut solved, mut impossible, mut missed) = (0, 0, 0);
    for seed in 0..300 {
        let small = Small::random(seed, 2 + (seed % 5) as usize);
        let (best, plan) = (small.brute(), small.options.solve(&small.problem(), &Context::new()));
        match (best, plan) {
            (Some(best), Ok(plan)) => {
                solved += 1;
                assert!(plan.cost > best - 1e-9, "seed {seed}: {} is below {best}", plan.cost);
                if plan.cost > best + 1e-9 {
                    assert!(!small.penalties.is_empty(), "seed {seed}: {} instead of {best}", plan.cost);
                    missed += 1;
                }
                assert!(plan.lower_bound <= best + 1e-9, "seed {seed}: bound {} above {best}", plan.lower_bound);
                assert!(!plan.optimal || plan.gap == 0.0);
            }
            (None, Err(error)) => {
                impossible += 1;
                assert!(matches!(error.code(), Code::InvalidData | Code::DidNotConverge), "seed {seed}: {error}");
            }
            (best, plan) => panic!("seed {seed}: {best:?} but {:?}", plan.map(|plan| plan.cost)),
        }
    }
    assert!(
        solved > 150 && impossible > 10 && missed <= 3,
        "{solved} solved, {impossible} impossible, {missed} missed"
    );
}

/// Customers anywhere in a square, with windows in which each can be served.
fn square(customers: usize, seed: u64) -> (Array2<f64>, Vec<f64>, Array2<f64>, Vec<f64>) {
    let mut random = Random::new(seed);
    let points: Vec<(f64, f64)> =
        (0..=customers).map(|_| (100.0 * random.uniform(), 100.0 * random.uniform())).collect();
    let costs = Array2::from_shape_fn((customers + 1, customers + 1), |(a, b)| {
        (points[a].0 - points[b].0).hypot(points[a].1 - points[b].1)
    });
    let mut windows = Array2::from_shape_fn((customers + 1, 2), |(_, column)| 1000.0 * column as f64);
    for place in 1..=customers {
        let opens = costs[[0, place]] + 500.0 * random.uniform();
        (windows[[place, 0]], windows[[place, 1]]) = (opens, opens + 100.0);
    }
    let demands = (0..=customers).map(|_| 1.0 + 9.0 * random.uniform()).collect();
    (costs, demands, windows, vec![5.0; customers + 1])
}

#[test]
fn a_plan_drives_as_it_says() {
    let (costs, demands, windows, service) = square(60, 1);
    let problem =
        RouteProblem::new(costs.view()).with_demands(&demands).with_windows(windows.view()).with_service(&service);
    let options = PlanRoutes::default().with_capacity(60.0).with_rounds(3000);
    let plan = options.solve(&problem, &Context::new()).unwrap();
    let mut seen = vec![0; 61];
    for route in &plan.routes {
        let (mut last, mut now, mut load) = (0, route.departure, 0.0);
        for ((stop, arrival), start) in route.stops.iter().zip(route.arrivals.iter()).zip(route.starts.iter()) {
            let place = *stop as usize;
            seen[place] += 1;
            load += demands[place];
            assert!((now + costs[[last, place]] - arrival).abs() < 1e-9);
            assert!(*start >= *arrival && *start >= windows[[place, 0]] && *start <= windows[[place, 1]] + 1e-6);
            (now, last) = (start + 5.0, place);
        }
        assert!((now + costs[[last, 0]] - route.finish).abs() < 1e-9 && (load - route.load).abs() < 1e-9);
        assert!(load <= 60.0 + 1e-6);
    }
    assert!(seen[1..].iter().all(|visits| *visits == 1) && plan.unserved.is_empty());
    assert!(plan.history.windows(2).all(|pair| pair[1].cost < pair[0].cost));
    assert_eq!(plan.history.last().map(|record| record.cost.to_bits() >> 8), Some(plan.cost.to_bits() >> 8));
    assert!(plan.lower_bound > 0.0 && plan.lower_bound < plan.cost);
}

#[test]
fn the_same_seed_gives_the_same_plan_on_any_number_of_threads() {
    let (costs, demands, windows, _) = square(40, 2);
    let problem = RouteProblem::new(costs.view()).with_demands(&demands).with_windows(windows.view());
    let plan = |threads, seed| {
        let context = Context::new().with_threads(threads).with_seed(seed);
        let plan = PlanRoutes::default().with_capacity(50.0).with_rounds(500).solve(&problem, &context).unwrap();
        plan.routes
    };
    assert_eq!(plan(1, 7), plan(4, 7));
}

#[test]
fn fewer_vehicles_are_used_where_they_cost() {
    let (costs, demands, windows, _) = square(60, 3);
    let problem = RouteProblem::new(costs.view()).with_demands(&demands).with_windows(windows.view());
    let vehicles = |fixed| {
        let options = PlanRoutes::default().with_capacity(100.0).with_rounds(5000).with_fixed_cost(fixed);
        options.solve(&problem, &Context::new()).unwrap().vehicles
    };
    assert!(vehicles(1000.0) <= vehicles(0.0));
    // As many as were needed are found again where there are no more.
    let fewest = vehicles(1000.0);
    let options = PlanRoutes::default().with_capacity(100.0).with_rounds(5000).with_most_vehicles(fewest);
    assert_eq!(options.solve(&problem, &Context::new()).unwrap().vehicles, fewest);
}

#[test]
fn who_cannot_be_served_is_named() {
    let costs = array![[0.0, 2.0, 9.0], [2.0, 0.0, 9.0], [9.0, 9.0, 0.0]];
    let problem = RouteProblem::new(costs.view()).with_demands(&[0.0, 5.0, 1.0]);
    let refused =
        |options: PlanRoutes, problem: RouteProblem<'_>| options.solve(&problem, &Context::new()).unwrap_err();
    let error = refused(PlanRoutes::default().with_capacity(4.0), problem);
    assert!(error.code() == Code::InvalidData && error.message().starts_with("place 1 cannot be served"), "{error}");
    let windows = array![[0.0, 100.0], [0.0, 100.0], [0.0, 8.0]];
    let error = refused(PlanRoutes::default(), problem.with_windows(windows.view()));
    assert!(error.code() == Code::InvalidData && error.message().starts_with("place 2 cannot be served"), "{error}");
    let error = refused(PlanRoutes::default().with_capacity(5.0).with_most_vehicles(1), problem);
    assert!(error.message().contains("sum to 6"), "{error}");
    let three = array![[0.0, 1.0, 1.0, 1.0], [1.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.0, 1.0], [1.0, 1.0, 1.0, 0.0]];
    let packed = RouteProblem::new(three.view()).with_demands(&[0.0, 2.0, 2.0, 2.0]);
    let error = refused(PlanRoutes::default().with_capacity(3.0).with_most_vehicles(2).with_rounds(50), packed);
    assert!(error.code() == Code::DidNotConverge && error.message().contains("left out"), "{error}");
    let penalties = [0.0, 9.0, f64::INFINITY, f64::INFINITY];
    let two = PlanRoutes::default().with_capacity(3.0).with_most_vehicles(2);
    let plan = two.solve(&packed.with_penalties(&penalties), &Context::new()).unwrap();
    assert_eq!((plan.unserved.to_vec(), plan.cost, plan.optimal), (vec![1], 13.0, true));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let costs = array![[0.0, 2.0], [f64::NAN, 0.0]];
    let code =
        |options: &PlanRoutes, problem: RouteProblem<'_>| options.solve(&problem, &Context::new()).unwrap_err().code();
    let (plain, sound) = (PlanRoutes::default(), array![[0.0, 2.0], [2.0, 0.0]]);
    let problem = RouteProblem::new(sound.view());
    assert_eq!(code(&plain, RouteProblem::new(costs.view())), Code::InvalidData);
    assert_eq!(code(&plain, problem.with_demands(&[1.0])), Code::InvalidData);
    assert_eq!(code(&plain, problem.with_demands(&[0.0, -1.0])), Code::InvalidData);
    assert_eq!(code(&plain, problem.with_penalties(&[0.0, -1.0])), Code::InvalidData);
    let windows = array![[0.0, 1.0], [3.0, 2.0]];
    assert_eq!(code(&plain, problem.with_windows(windows.view())), Code::InvalidData);
    assert_eq!(code(&plain.clone().with_depot(2), problem), Code::InvalidConfig);
    assert_eq!(code(&plain.clone().with_capacity(0.0), problem), Code::InvalidConfig);
    assert_eq!(code(&plain.clone().with_rounds(0), problem), Code::InvalidConfig);
    assert_eq!(code(&plain.clone().with_time_limit(f64::NAN), problem), Code::InvalidConfig);
    assert_eq!(code(&plain.clone().with_capacity(1.0).with_capacities([1.0]), problem), Code::InvalidConfig);
    let (nothing, depot) = (Array2::zeros((0, 0)), array![[0.0]]);
    assert_eq!(code(&plain, RouteProblem::new(nothing.view())), Code::NotEnoughData);
    let alone = plain.solve(&RouteProblem::new(depot.view()), &Context::new()).unwrap();
    assert_eq!((alone.cost, alone.vehicles, alone.optimal), (0.0, 0, true));
}

#[test]
fn routes_that_break_something_are_found_out() {
    let (costs, demands, windows, _) = square(6, 4);
    let problem = RouteProblem::new(costs.view()).with_demands(&demands).with_windows(windows.view());
    let options = PlanRoutes::default().with_capacity(15.0);
    let plan = options.solve(&problem, &Context::new()).unwrap();
    let routes: Vec<Vec<i64>> = plan.routes.iter().map(|route| route.stops.to_vec()).collect();
    let check = |routes: &[Vec<i64>]| {
        let lists: OwnedLists = routes.iter().collect();
        verify_routes(&problem, &options, lists.view()).unwrap()
    };
    let sound = check(&routes);
    assert!(sound.feasible && (sound.cost - plan.cost).abs() < 1e-9 && sound.vehicles == plan.vehicles);
    let all = check(&[vec![1, 2, 3, 4, 5, 6]]);
    assert!(!all.feasible && all.violations.iter().any(|said| said.contains("carries")));
    assert!(check(&routes[1..]).violations.iter().any(|said| said.contains("not visited")));
    let mut twice = routes.clone();
    twice.push(vec![1]);
    assert!(check(&twice).violations.iter().any(|said| said.contains("2 times")));
    let lists: OwnedLists = [[9_i64]].iter().collect();
    assert_eq!(verify_routes(&problem, &options, lists.view()).unwrap_err().code(), Code::InvalidData);
}

#[test]
fn a_cancelled_plan_stops() {
    let (costs, demands, ..) = square(1500, 5);
    let problem = RouteProblem::new(costs.view()).with_demands(&demands);
    let context = Context::new();
    let watched = context.clone();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let result = PlanRoutes::default().with_capacity(100.0).with_rounds(u64::MAX).solve(&problem, &context);
            let _ = sender.send((std::time::Instant::now(), result.unwrap_err().code()));
        });
        std::thread::sleep(std::time::Duration::from_millis(300));
        let asked = std::time::Instant::now();
        watched.cancel();
        let (ended, code) = receiver.recv().unwrap();
        assert_eq!(code, Code::Cancelled);
        assert!(ended - asked < std::time::Duration::from_millis(if cfg!(debug_assertions) { 1000 } else { 100 }));
    });
}
