use ndarray::Array2;

use super::super::testing::SplitMix;
use super::*;
use crate::Code;

struct Case {
    opening: Vec<f64>,
    service: Array2<f64>,
    demands: Vec<f64>,
    capacities: Vec<f64>,
    most_open: Option<usize>,
}

fn random_case(random: &mut SplitMix, customers: usize, facilities: usize, capacitated: bool) -> Case {
    let opening = (0..facilities).map(|_| random.below(25) as f64).collect();
    let service = Array2::from_shape_fn((customers, facilities), |_| {
        if random.below(8) == 0 { f64::INFINITY } else { random.below(30) as f64 * 0.5 }
    });
    let (demands, capacities) = if capacitated {
        let demands = (0..customers).map(|_| random.below(6) as f64).collect();
        (demands, (0..facilities).map(|_| (3 + random.below(12)) as f64).collect())
    } else {
        (Vec::new(), Vec::new())
    };
    let most_open = (random.below(2) == 0).then(|| 1 + random.below(facilities as u64) as usize);
    Case { opening, service, demands, capacities, most_open }
}

fn solve(case: &Case) -> Result<FacilityPlan> {
    let options = LocateFacilities { most_open: case.most_open, ..LocateFacilities::default() };
    options.solve(&case.opening, case.service.view(), &case.demands, &case.capacities, &Context::new())
}

/// The cheapest choice by trying every facility for every customer.
fn by_trying(case: &Case) -> Option<f64> {
    fn go(case: &Case, customer: usize, loads: &mut Vec<f64>, used: &mut Vec<u32>, cost: f64, best: &mut f64) {
        if customer == case.service.nrows() {
            *best = best.min(cost);
            return;
        }
        for at in 0..case.opening.len() {
            let service = case.service[[customer, at]];
            let demand = case.demands.get(customer).copied().unwrap_or(0.0);
            let fits = case.capacities.get(at).is_none_or(|room| loads[at] + demand <= *room);
            let opened = used.iter().filter(|count| **count > 0).count();
            if service.is_infinite() || !fits || (used[at] == 0 && case.most_open.is_some_and(|most| opened >= most)) {
                continue;
            }
            let more = service + if used[at] == 0 { case.opening[at] } else { 0.0 };
            loads[at] += demand;
            used[at] += 1;
            go(case, customer + 1, loads, used, cost + more, best);
            loads[at] -= demand;
            used[at] -= 1;
        }
    }
    let mut best = f64::INFINITY;
    go(case, 0, &mut vec![0.0; case.opening.len()], &mut vec![0; case.opening.len()], 0.0, &mut best);
    best.is_finite().then_some(best)
}

#[test]
fn small_plans_cost_what_trying_everything_finds() {
    let mut random = SplitMix::new(31);
    let (mut possible, mut impossible) = (0, 0);
    for number in 0..500 {
        let (customers, facilities) = (1 + random.below(6) as usize, 1 + random.below(5) as usize);
        let case = random_case(&mut random, customers, facilities, number % 2 == 1);
        match (by_trying(&case), solve(&case)) {
            (Some(best), Ok(plan)) => {
                assert!(plan.optimal, "case {number}: {} above {}", plan.cost, plan.bound);
                assert!((plan.cost - best).abs() < 1e-6, "case {number}: {} for {best}", plan.cost);
                possible += 1;
            }
            (None, Err(error)) => {
                assert_eq!(error.code(), Code::InvalidData, "case {number}: {error}");
                impossible += 1;
            }
            (best, found) => panic!("case {number}: {best:?} and {found:?}"),
        }
    }
    assert!(possible > 200 && impossible > 50, "{possible} {impossible}");
}

/// Points in a square, service by distance: as in the OR-Library's p-median and location problems.
fn in_the_plane(random: &mut SplitMix, customers: usize, facilities: usize, opening: f64) -> Case {
    let mut point = || (random.below(1000) as f64, random.below(1000) as f64);
    let (to, from): (Vec<_>, Vec<_>) =
        ((0..customers).map(|_| point()).collect(), (0..facilities).map(|_| point()).collect());
    let service = Array2::from_shape_fn((customers, facilities), |(i, j)| {
        let (x, y): (f64, f64) = (to[i].0 - from[j].0, to[i].1 - from[j].1);
        x.hypot(y).floor()
    });
    Case { opening: vec![opening; facilities], service, demands: vec![], capacities: vec![], most_open: None }
}

#[test]
fn plans_in_the_plane_are_proved() {
    let mut random = SplitMix::new(5);
    for (customers, facilities, opening, most) in
        [(100, 50, 2000.0, None), (200, 100, 1000.0, None), (100, 100, 0.0, Some(10)), (200, 200, 0.0, Some(20))]
    {
        let mut case = in_the_plane(&mut random, customers, facilities, opening);
        case.most_open = most;
        let plan = solve(&case).unwrap();
        assert!(plan.optimal, "{customers} {facilities}: {} above {}", plan.cost, plan.bound);
        assert!(most.is_none_or(|most| plan.open.len() <= most));
    }
}

#[test]
fn plans_with_capacities_are_close_to_their_bound() {
    let mut random = SplitMix::new(6);
    for (customers, facilities) in [(30, 8), (50, 16)] {
        let mut case = in_the_plane(&mut random, customers, facilities, 1500.0);
        case.demands = (0..customers).map(|_| (5 + random.below(30)) as f64).collect();
        let need: f64 = case.demands.iter().sum();
        case.capacities = vec![(need / facilities as f64 * 2.5).ceil(); facilities];
        let plan = solve(&case).unwrap();
        assert!(plan.optimal || plan.cost <= plan.bound * 1.02, "{customers}: {} above {}", plan.cost, plan.bound);
    }
}

#[test]
fn who_cannot_be_served_is_named_and_nonsense_refused() {
    let refused = |case: Case| {
        let error = solve(&case).unwrap_err();
        (error.code(), error.message().to_owned())
    };
    let case = |service: Array2<f64>, demands: &[f64], capacities: &[f64]| Case {
        opening: vec![1.0; 2],
        service,
        demands: demands.to_vec(),
        capacities: capacities.to_vec(),
        most_open: None,
    };
    let inf = f64::INFINITY;
    let near = || ndarray::array![[1.0, 2.0], [2.0, 1.0]];
    for (case, part) in [
        (case(ndarray::array![[1.0, 2.0], [inf, inf]], &[], &[]), "customer 1 (0-based) can be served by no"),
        (case(ndarray::array![[1.0, f64::NAN], [2.0, 1.0]], &[], &[]), "customer 0 from facility 1"),
        (case(near(), &[3.0, 9.0], &[5.0, 5.0]), "customer 1 (0-based) with demand 9"),
        (case(near(), &[3.0, 4.0], &[4.0, 2.0]), "the demands sum to 7"),
        (case(near(), &[3.0], &[4.0, 2.0]), "1 demands for 2 customers"),
        (case(near(), &[3.0, -1.0], &[4.0, 2.0]), "demand 1"),
        (case(ndarray::array![[1.0], [2.0]], &[], &[]), "2 opening costs for 1"),
    ] {
        let (code, message) = refused(case);
        assert!(code == Code::InvalidData && message.contains(part), "{message}");
    }
    let mut single = case(ndarray::array![[1.0, inf], [inf, 1.0]], &[], &[]);
    single.most_open = Some(1);
    assert_eq!(refused(single).0, Code::InvalidData);
    let none = case(Array2::zeros((0, 2)), &[], &[]);
    let plan = solve(&none).unwrap();
    assert_eq!((plan.cost, plan.optimal, plan.open.len()), (0.0, true, 0));
}
