use super::super::testing::SplitMix;
use super::problem::OFF;
use super::*;
use crate::Code;

fn draw(random: &mut SplitMix, workers: usize, days: usize, shifts: usize) -> (RosterShifts, Array2<f64>, Array2<f64>) {
    let demand = Array2::from_shape_fn((days, shifts), |_| random.below(1 + workers as u64 / 2 + 1) as f64);
    let costs = Array2::from_shape_fn((workers, days * shifts), |_| {
        if random.below(6) == 0 { f64::INFINITY } else { random.below(10) as f64 - 2.0 }
    });
    let mut options = RosterShifts::default();
    if random.below(2) == 0 {
        options.most_shifts = (0..workers).map(|_| 1 + random.below(days as u64) as usize).collect();
    }
    if random.below(3) == 0 {
        options.fewest_shifts = vec![1];
    }
    if random.below(2) == 0 {
        options.shift_hours = (0..shifts).map(|_| 4.0 + random.below(6) as f64).collect();
        options.most_hours = vec![8.0 + random.below(16) as f64];
    }
    if random.below(2) == 0 {
        options.most_consecutive_days = Some(1 + random.below(2) as usize);
    }
    if shifts > 1 && random.below(2) == 0 {
        options = options.with_forbidden_successions(&[(shifts - 1, 0)]);
    }
    if random.below(2) == 0 {
        options.uncovered_penalty = Some(3.0 + random.below(10) as f64);
    }
    (options, demand, costs)
}

/// The cheapest of all rosters; demand is met, or paid for.
fn by_trying(options: &RosterShifts, demand: &Array2<f64>, costs: &Array2<f64>) -> Option<f64> {
    let (days, shifts) = demand.dim();
    let workers = costs.nrows();
    let mut best: Option<f64> = None;
    let choices = (shifts + 1).pow((workers * days) as u32);
    'next: for number in 0..choices {
        let mut rest = number;
        let mut cost = 0.0;
        let mut missing = demand.clone();
        for worker in 0..workers {
            let (mut count, mut hours, mut run, mut before) = (0, 0.0, 0, OFF);
            for day in 0..days {
                let shift = (rest % (shifts + 1)) as i32 - 1;
                rest /= shifts + 1;
                if shift == OFF {
                    (run, before) = (0, OFF);
                    continue;
                }
                let at = shift as usize;
                let price = costs[[worker, day * shifts + at]];
                count += 1;
                run += 1;
                hours += options.shift_hours.get(at).copied().unwrap_or(8.0);
                let barred =
                    options.forbidden_successions.iter().any(|p| before == p.shift as i32 && shift == p.next as i32);
                if price.is_infinite() || barred || options.most_consecutive_days.is_some_and(|most| run > most) {
                    continue 'next;
                }
                before = shift;
                cost += price;
                missing[[day, at]] -= 1.0;
            }
            if options.most_shifts.get(worker).is_some_and(|most| count > *most)
                || options.fewest_shifts.first().is_some_and(|fewest| count < *fewest)
                || options.most_hours.first().is_some_and(|most| hours > *most)
            {
                continue 'next;
            }
        }
        let short: f64 = missing.iter().map(|count| count.max(0.0)).sum();
        match options.uncovered_penalty {
            None if short > 0.0 => continue,
            None => {}
            Some(penalty) => cost += penalty * short,
        }
        best = Some(best.map_or(cost, |best| best.min(cost)));
    }
    best
}

#[test]
fn small_rosters_cost_what_trying_everything_finds() {
    let mut random = SplitMix::new(41);
    let (mut possible, mut impossible) = (0, 0);
    for case in 0..60 {
        let (workers, days, shifts) = [(2, 3, 2), (3, 2, 2), (3, 3, 1), (1, 4, 2)][case % 4];
        let (options, demand, costs) = draw(&mut random, workers, days, shifts);
        let found = options.solve(demand.view(), costs.view(), &Context::new());
        match (by_trying(&options, &demand, &costs), found) {
            (Some(best), Ok(roster)) => {
                assert!(roster.optimal, "case {case}: {} above {}", roster.cost, roster.bound);
                assert!((roster.cost - best).abs() < 1e-6, "case {case}: {} for {best}", roster.cost);
                possible += 1;
            }
            (None, Err(error)) => {
                assert_eq!(error.code(), Code::InvalidData, "case {case}: {error}");
                impossible += 1;
            }
            (best, found) => panic!("case {case}: {best:?} and {found:?}"),
        }
    }
    assert!(possible > 20 && impossible > 5, "{possible} {impossible}");
}

#[test]
fn a_roster_of_two_weeks_is_proved_or_close_to_its_bound() {
    let mut random = SplitMix::new(9);
    let (workers, days, shifts) = (20, 14, 3);
    let demand = Array2::from_shape_fn((days, shifts), |(_, shift)| [4.0, 4.0, 2.0][shift]);
    let costs = Array2::from_shape_fn((workers, days * shifts), |_| {
        if random.below(20) == 0 { f64::INFINITY } else { random.below(10) as f64 }
    });
    let options = RosterShifts::default()
        .with_most_shifts(vec![10])
        .with_fewest_shifts(vec![5])
        .with_most_consecutive_days(5)
        .with_forbidden_successions(&[(2, 0), (2, 1), (1, 0)])
        .with_node_limit(50);
    let roster = options.solve(demand.view(), costs.view(), &Context::new()).unwrap();
    assert!(roster.uncovered.iter().all(|count| *count == 0.0));
    assert!(roster.cost <= roster.bound * 1.05 + 1.0, "{} above {}", roster.cost, roster.bound);
}

#[test]
fn what_cannot_be_covered_is_named() {
    let demand = ndarray::array![[1.0, 0.0], [1.0, 1.0]];
    let costs = ndarray::array![[0.0, 0.0, 0.0, 0.0], [f64::INFINITY, 0.0, 0.0, f64::INFINITY]];
    let one = RosterShifts::default().with_most_shifts(vec![1]);
    let error = one.solve(demand.view(), costs.view(), &Context::new()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    assert!(error.message().contains("1 too few"), "{error}");
    let soft = one.with_uncovered_penalty(10.0).solve(demand.view(), costs.view(), &Context::new()).unwrap();
    assert_eq!((soft.cost, soft.optimal, soft.uncovered.sum()), (10.0, true, 1.0));
    let many = ndarray::array![[3.0, 0.0], [1.0, 1.0]];
    let error = RosterShifts::default().solve(many.view(), costs.view(), &Context::new()).unwrap_err();
    assert!(error.message().contains("day 0, shift 0 (0-based) needs 3 workers, 1 can"), "{error}");
}

#[test]
fn nonsense_is_refused_with_its_place() {
    let demand = ndarray::array![[1.0, 0.0]];
    let costs = ndarray::array![[0.0, 0.0]];
    let refused = |options: RosterShifts, demand: &Array2<f64>, costs: &Array2<f64>| {
        let error = options.solve(demand.view(), costs.view(), &Context::new()).unwrap_err();
        (error.code(), error.message().to_owned())
    };
    let plain = RosterShifts::default;
    for (error, part) in [
        (refused(plain(), &ndarray::array![[0.5, 0.0]], &costs), "demand of day 0, shift 0"),
        (refused(plain(), &ndarray::array![[-1.0, 0.0]], &costs), "demand of day 0, shift 0"),
        (refused(plain(), &demand, &ndarray::array![[0.0, f64::NAN]]), "worker 0, day 0, shift 1"),
        (refused(plain(), &demand, &ndarray::array![[0.0]]), "costs has 1 columns"),
        (refused(plain(), &demand, &Array2::zeros((0, 2))), "no worker"),
        (refused(plain().with_most_shifts(vec![1, 2]), &demand, &costs), "most_shifts has 2"),
        (refused(plain().with_fewest_shifts(vec![2]), &demand, &costs), "can work on 1 days"),
        (refused(plain().with_forbidden_successions(&[(0, 2)]), &demand, &costs), "names the shifts 0 and 2"),
    ] {
        assert!(error.0 == Code::InvalidData && error.1.contains(part), "{error:?}");
    }
    assert_eq!(refused(plain().with_uncovered_penalty(-1.0), &demand, &costs).0, Code::InvalidConfig);
    assert_eq!(refused(plain().with_most_consecutive_days(0), &demand, &costs).0, Code::InvalidConfig);
}
