use super::super::testing::SplitMix;
use super::*;
use crate::Code;

fn solve(options: &SolveKnapsack, profits: &[f64], weights: &[f64], capacities: &[f64]) -> KnapsackSolution {
    options.solve(profits, weights, capacities, &Context::new()).unwrap()
}

/// The families of Martello and Toth, as the reference draws them.
fn family(kind: &str, count: usize, seed: u64) -> (Vec<f64>, Vec<f64>, f64) {
    let mut weights = SplitMix::new(seed);
    let mut other = SplitMix::new(seed + 1);
    let weights: Vec<f64> = (0..count).map(|_| (weights.bits() % 1000 + 1) as f64).collect();
    let profit = |weight: &f64| match kind {
        "uncorrelated" => (other.bits() % 1000 + 1) as f64,
        "weak" => (weight + (other.bits() % 201) as f64 - 100.0).max(1.0),
        _ => weight + 100.0,
    };
    let profits = weights.iter().map(profit).collect();
    let capacity = (weights.iter().sum::<f64>() / 2.0).floor();
    (profits, weights, capacity)
}

/// Optima by a full dynamic programme over capacities, of the project's reference.
#[test]
fn knapsacks_of_the_reference_have_their_optima() {
    let cases = [
        ("uncorrelated", 50, 1, 19_998.0),
        ("uncorrelated", 200, 2, 76_250.0),
        ("weak", 200, 3, 52_016.0),
        ("strong", 100, 4, 33_435.0),
        ("weak", 1000, 5, 276_744.0),
    ];
    for (kind, count, seed, optimum) in cases {
        let (profits, weights, capacity) = family(kind, count, seed);
        let found = solve(&SolveKnapsack::default(), &profits, &weights, &[capacity]);
        assert_eq!((found.profit, found.optimal, found.bound), (optimum, true, optimum), "{kind} {count}");
    }
}

/// The best profit by trying everything.
fn by_trying(profits: &[f64], weights: &[f64], copies: &[u64], rooms: &mut [f64], item: usize) -> f64 {
    if item == profits.len() {
        return 0.0;
    }
    fn place(
        (profits, weights, copies): (&[f64], &[f64], &[u64]),
        rooms: &mut [f64],
        item: usize,
        knapsack: usize,
        left: u64,
    ) -> f64 {
        if knapsack == rooms.len() {
            return by_trying(profits, weights, copies, rooms, item + 1);
        }
        let mut best = f64::NEG_INFINITY;
        for count in 0..=left {
            let load = count as f64 * weights[item];
            if load > rooms[knapsack] + 1e-9 {
                break;
            }
            rooms[knapsack] -= load;
            let value = count as f64 * profits[item]
                + place((profits, weights, copies), rooms, item, knapsack + 1, left - count);
            rooms[knapsack] += load;
            best = best.max(value);
        }
        best
    }
    place((profits, weights, copies), rooms, item, 0, copies[item])
}

#[test]
fn small_knapsacks_are_packed_as_by_trying_everything() {
    let mut random = SplitMix::new(77);
    for case in 0..600 {
        let items = 1 + random.below(7) as usize;
        let knapsacks = 1 + random.below(3) as usize;
        let whole = case % 2 == 0;
        let scale = if whole { 1.0 } else { 0.37 };
        let mut draw = |from: i64, to: u64| (from + random.below(to) as i64) as f64 * scale;
        let profits: Vec<f64> = (0..items).map(|_| draw(-2, 30)).collect();
        let weights: Vec<f64> = (0..items).map(|_| draw(0, 20)).collect();
        let capacities: Vec<f64> = (0..knapsacks).map(|_| draw(0, 40)).collect();
        let copies: Vec<u64> = (0..items).map(|_| random.below(if knapsacks == 1 { 6 } else { 3 })).collect();
        let options = SolveKnapsack::default().with_copies(copies.clone());
        let found = solve(&options, &profits, &weights, &capacities);
        let best = by_trying(&profits, &weights, &copies, &mut capacities.clone(), 0);
        assert!(found.optimal, "case {case}");
        assert!((found.profit - best).abs() <= 1e-9 * best.max(1.0), "case {case}: {} for {best}", found.profit);
    }
}

#[test]
fn hard_knapsacks_are_proved_within_their_limits_or_say_so() {
    for (kind, count, seed) in [("strong", 1000, 6), ("uncorrelated", 100_000, 7), ("weak", 20_000, 8)] {
        let (profits, weights, capacity) = family(kind, count, seed);
        let found = solve(&SolveKnapsack::default(), &profits, &weights, &[capacity]);
        assert!(found.optimal, "{kind}");
        let short = solve(&SolveKnapsack::default().with_state_limit(3), &profits, &weights, &[capacity]);
        assert!(short.profit <= found.profit && found.profit <= short.bound, "{kind}");
    }
}

#[test]
fn a_knapsack_of_real_numbers_holds_what_rounding_would_forbid() {
    let found = solve(&SolveKnapsack::default(), &[1.0; 10], &[0.1; 10], &[1.0]);
    assert_eq!(found.profit, 10.0);
    let found = solve(&SolveKnapsack::default(), &[1.0, 1.0], &[0.1, 0.2], &[0.3]);
    assert_eq!(found.profit, 2.0);
}

#[test]
fn items_without_weight_or_profit_need_no_search() {
    let options = SolveKnapsack::default().with_copies(vec![1_000_000, 5, 3]);
    let found = solve(&options, &[2.0, -1.0, 0.0], &[0.0, 0.0, 1.0], &[0.0, 4.0]);
    assert_eq!(found.counts.to_vec(), [1_000_000, 0, 0]);
    assert_eq!((found.profit, found.optimal), (2_000_000.0, true));
    let empty = solve(&SolveKnapsack::default(), &[], &[], &[1.0]);
    assert_eq!((empty.profit, empty.bound, empty.optimal), (0.0, 0.0, true));
}

#[test]
fn many_copies_are_bundled() {
    let options = SolveKnapsack::default().with_copies(vec![u64::MAX, u64::MAX]);
    let found = solve(&options, &[3.0, 5.0], &[7.0, 11.0], &[1e9]);
    // 11 b + 7 a <= 1e9 with the greatest 5 b + 3 a: at most 1e9 * 5 / 11 = 454545454.5, which b = 90909089, a = 3 reach.
    assert_eq!(found.profit, 454_545_454.0);
    assert!(found.optimal);
}

#[test]
fn nonsense_is_refused_with_its_place() {
    let refused = |profits: &[f64], weights: &[f64], capacities: &[f64]| {
        let error = SolveKnapsack::default().solve(profits, weights, capacities, &Context::new()).unwrap_err();
        (error.code(), error.message().to_owned())
    };
    for (error, part) in [
        (refused(&[1.0], &[f64::NAN], &[1.0]), "weight 0"),
        (refused(&[1.0, f64::INFINITY], &[1.0, 1.0], &[1.0]), "profit 1"),
        (refused(&[1.0], &[-1.0], &[1.0]), "weight 0 (0-based) is -1"),
        (refused(&[1.0], &[1.0], &[]), "no knapsack"),
        (refused(&[1.0], &[1.0], &[-2.0]), "capacity 0"),
        (refused(&[1.0], &[1.0, 2.0], &[1.0]), "1 profits and 2 weights"),
    ] {
        assert!(error.0 == Code::InvalidData && error.1.contains(part), "{error:?}");
    }
    let error = SolveKnapsack::default().with_time_limit(0.0).solve(&[], &[], &[1.0], &Context::new()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidConfig);
    let wide = SolveKnapsack::default().with_copies(vec![u64::MAX]);
    assert_eq!(wide.solve(&[1.0], &[0.5], &[1e9, 1e9], &Context::new()).unwrap_err().code(), Code::TooLarge);
}

#[test]
fn a_cancelled_search_stops_at_once() {
    let context = Context::new();
    let (profits, weights, _) = family("strong", 40, 9);
    let capacities = vec![900.0; 20];
    let started = std::time::Instant::now();
    let watch = context.clone();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(50));
        watch.cancel();
    });
    let options = SolveKnapsack::default().with_state_limit(u64::MAX);
    let outcome = options.solve(&profits, &weights, &capacities, &context);
    thread.join().unwrap();
    assert!(outcome.is_ok_and(|found| found.optimal) || started.elapsed().as_millis() < 1000);
}
