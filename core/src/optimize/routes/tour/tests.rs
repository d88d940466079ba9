use ndarray::{Array2, array};

use super::*;
use crate::Code;
use crate::math::random::Random;

fn random_points(count: usize, seed: u64) -> Array2<f64> {
    let mut random = Random::new(seed);
    Array2::from_shape_fn((count, 2), |_| 1000.0 * random.uniform())
}

fn matrix_of(points: &Array2<f64>) -> Array2<f64> {
    let count = points.nrows();
    Array2::from_shape_fn((count, count), |(a, b)| {
        (points[[a, 0]] - points[[b, 0]]).hypot(points[[a, 1]] - points[[b, 1]])
    })
}

/// The least cost over all orders.
fn brute(costs: &Array2<f64>, order: &mut Vec<usize>) -> f64 {
    let size = costs.nrows();
    if order.len() == size {
        return (0..size).map(|at| costs[[order[at], order[(at + 1) % size]]]).sum();
    }
    let mut best = f64::INFINITY;
    for place in 0..size {
        if !order.contains(&place) {
            order.push(place);
            best = best.min(brute(costs, order));
            order.pop();
        }
    }
    best
}

#[test]
fn small_tours_are_the_best_of_all() {
    let mut random = Random::new(3);
    for size in 2..8 {
        for case in 0..20 {
            let mut whole = || (random.uniform() * 30.0).floor() - 5.0;
            let mut costs = Array2::from_shape_fn((size, size), |_| whole());
            if case % 2 == 0 {
                costs = &costs + &costs.t();
            }
            let plan = PlanTour::default().solve(costs.view(), &Context::new()).unwrap();
            assert_eq!(plan.cost, brute(&costs, &mut vec![0]));
            assert!(plan.optimal && plan.lower_bound == plan.cost);
        }
    }
}

#[test]
fn the_search_and_the_bounds_agree_with_the_exact_method() {
    // The exact method is held against the search and the bounds where all can run.
    let mut random = Random::new(5);
    for case in 0..40 {
        let size = 9 + case % 4;
        let costs = if case % 2 == 0 {
            matrix_of(&random_points(size, 100 + case as u64))
        } else {
            Array2::from_shape_fn((size, size), |_| (random.uniform() * 100.0).floor())
        };
        let distances = Distances::matrix(costs.view(), &Context::new()).unwrap();
        let context = Context::new().with_seed(case as u64);
        let best = distances.tour(&exact::tour(&distances, &context).unwrap());
        let mut tour = Tour::new(&distances, &context).unwrap();
        tour.iterate(&PlanTour::default().with_rounds(3000), Instant::now(), &context).unwrap();
        let found = distances.tour(&tour.order);
        assert!(found >= best - 1e-9 && found <= best * 1.02 + 1e-9, "case {case}: {found} instead of {best}");
        let bound = bound::bound(&distances, best, &context).unwrap();
        assert!(bound <= best + 1e-9 && bound > 0.5 * best, "case {case}: bound {bound} of {best}");
    }
}

#[test]
fn points_and_their_matrix_give_good_tours_with_close_bounds() {
    let points = random_points(200, 1);
    let options = PlanTour::default().with_rounds(20_000);
    let by_points = options.solve_points(points.view(), &Context::new()).unwrap();
    let by_matrix = options.solve(matrix_of(&points).view(), &Context::new()).unwrap();
    for plan in [&by_points, &by_matrix] {
        let order: Vec<usize> = plan.places.iter().map(|place| *place as usize).collect();
        let costs = matrix_of(&points);
        let cost: f64 = (0..200).map(|at| costs[[order[at], order[(at + 1) % 200]]]).sum();
        assert!((cost - plan.cost).abs() < 1e-9 * cost);
        assert!(plan.gap < 0.03 && plan.lower_bound <= plan.cost, "gap {}", plan.gap);
    }
    assert!((by_points.cost / by_matrix.cost - 1.0).abs() < 0.02);
}

#[test]
fn a_tour_along_a_circle_is_proved_to_be_the_best() {
    let around = |at: usize| (at as f64 * 7.0 / 50.0).fract() * std::f64::consts::TAU;
    let points =
        Array2::from_shape_fn((50, 2), |(at, axis)| if axis == 0 { around(at).cos() } else { around(at).sin() });
    let plan = PlanTour::default().with_rounds(2000).solve_points(points.view(), &Context::new()).unwrap();
    assert!((plan.cost - 100.0 * (std::f64::consts::PI / 50.0).sin()).abs() < 1e-9 && plan.optimal, "{plan:?}");
}

#[test]
fn near_points_are_the_nearest() {
    for metric in [TourMetric::Euclidean, TourMetric::Manhattan, TourMetric::Chebyshev] {
        let mut points = random_points(300, 9);
        points.slice_mut(ndarray::s![..40, ..]).fill(3.0);
        let distances = Distances::points(points.view(), metric).unwrap();
        let near = distances.near(false, &Context::new()).unwrap();
        for place in 0..300 {
            let mut all: Vec<f64> =
                (0..300).filter(|other| *other != place).map(|other| distances.between(place, other)).collect();
            all.sort_by(f64::total_cmp);
            let found: Vec<f64> =
                near[place * 8..][..8].iter().map(|other| distances.between(place, *other as usize)).collect();
            assert_eq!(found, all[..8]);
        }
    }
}

#[test]
fn many_points_are_toured_in_seconds() {
    let points = random_points(20_000, 2);
    let plan = PlanTour::default().with_rounds(20_000).solve_points(points.view(), &Context::new()).unwrap();
    // The shortest tour of random points in a square of side 1000 is about 0.7124 * 1000 * sqrt(n).
    let expected = 712.4 * 20_000_f64.sqrt();
    assert!(plan.cost < 1.09 * expected && plan.cost > 0.99 * expected, "{} of {expected}", plan.cost);
    assert!(plan.lower_bound > 0.5 * plan.cost);
}

#[test]
fn directions_count_where_costs_differ() {
    // Once around is cheap in one direction only.
    let size = 40;
    let costs = Array2::from_shape_fn((size, size), |(a, b)| {
        if (a + 1) % size == b { 1.0 } else { 50.0 + ((a * 7 + b * 3) % 11) as f64 }
    });
    let plan = PlanTour::default().with_rounds(5000).solve(costs.view(), &Context::new()).unwrap();
    assert_eq!((plan.cost, plan.optimal), (40.0, true));
    assert_eq!(plan.places.to_vec(), (0..40).collect::<Vec<_>>());
}

#[test]
fn forbidden_ways_are_kept() {
    let size = 30;
    let mut costs = matrix_of(&random_points(size, 4));
    for at in 0..size {
        costs[[at, (at + 1) % size]] = f64::INFINITY;
    }
    let plan = PlanTour::default().with_rounds(5000).solve(costs.view(), &Context::new()).unwrap();
    assert!(plan.cost.is_finite() && plan.cost < 30.0 * 1500.0);
    let none = array![[0.0, f64::INFINITY, 1.0], [f64::INFINITY, 0.0, 1.0], [1.0, 1.0, 0.0]];
    assert_eq!(PlanTour::default().solve(none.view(), &Context::new()).unwrap_err().code(), Code::InvalidData);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let context = Context::new();
    let plan = PlanTour::default();
    assert_eq!(plan.solve(Array2::zeros((0, 0)).view(), &context).unwrap_err().code(), Code::NotEnoughData);
    assert_eq!(plan.solve(Array2::zeros((2, 3)).view(), &context).unwrap_err().code(), Code::InvalidData);
    assert_eq!(plan.solve(array![[0.0, f64::NAN], [1.0, 0.0]].view(), &context).unwrap_err().code(), Code::InvalidData);
    assert_eq!(plan.solve_points(array![[0.0, f64::NAN]].view(), &context).unwrap_err().code(), Code::InvalidData);
    assert_eq!(plan.solve_points(array![[0.0, 1.0, 2.0]].view(), &context).unwrap_err().code(), Code::InvalidData);
    let never = plan.clone().with_time_limit(0.0);
    assert_eq!(never.solve(array![[0.0]].view(), &context).unwrap_err().code(), Code::InvalidConfig);
    let one = plan.solve(array![[f64::NAN]].view(), &context).unwrap();
    assert_eq!((one.cost, one.places.to_vec()), (0.0, vec![0]));
    let cancelled = Context::new();
    cancelled.cancel();
    assert_eq!(plan.solve_points(random_points(100, 1).view(), &cancelled).unwrap_err().code(), Code::Cancelled);
}
