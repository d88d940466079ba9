use super::super::testing::SplitMix;
use super::*;
use crate::Code;

fn solve(sizes: &[f64], capacity: f64) -> PackedBins {
    PackBins::default().with_capacity(capacity).solve(sizes, &Context::new()).unwrap()
}

/// The fewest bins by trying every bin for every item.
fn by_trying(sizes: &[f64], loads: &mut Vec<f64>, capacity: f64, best: &mut usize) {
    let Some((size, rest)) = sizes.split_first() else {
        *best = (*best).min(loads.len());
        return;
    };
    for bin in 0..loads.len() {
        if loads[bin] + size <= capacity + 1e-9 {
            loads[bin] += size;
            by_trying(rest, loads, capacity, best);
            loads[bin] -= size;
        }
    }
    if loads.len() + 1 < *best {
        loads.push(*size);
        by_trying(rest, loads, capacity, best);
        loads.pop();
    }
}

#[test]
fn small_bins_are_as_few_as_by_trying_everything() {
    let mut random = SplitMix::new(5);
    for case in 0..400 {
        let items = 1 + random.below(9) as usize;
        let scale = if case % 2 == 0 { 1.0 } else { 0.13 };
        let sizes: Vec<f64> = (0..items).map(|_| random.below(12) as f64 * scale).collect();
        let capacity = 12.0 * scale;
        let found = solve(&sizes, capacity);
        let mut best = items + 1;
        by_trying(&sizes, &mut Vec::new(), capacity, &mut best);
        assert_eq!((found.count, found.optimal, found.bound), (best, true, best), "case {case}: {sizes:?}");
    }
}

/// Falkenauer's families as they are made: sizes 20 to 100 in bins of 150, and triplets that fill a bin exactly.
#[test]
fn benchmark_families_are_packed_to_their_optimum() {
    let mut random = SplitMix::new(11);
    for items in [120, 250, 500] {
        let sizes: Vec<f64> = (0..items).map(|_| (20 + random.below(81)) as f64).collect();
        let found = solve(&sizes, 150.0);
        let least = (sizes.iter().sum::<f64>() / 150.0).ceil() as usize;
        assert!(found.optimal, "{items}: {} and {}", found.count, found.bound);
        assert!(found.count >= least);
    }
    for bins in [20, 40] {
        let mut sizes = Vec::new();
        for _ in 0..bins {
            let large = 380 + random.below(111);
            let middle = 250 + random.below((1000 - large) / 2 - 250 + 1);
            sizes.extend([large as f64, middle as f64, (1000 - large - middle) as f64]);
        }
        let found = solve(&sizes, 1000.0);
        assert_eq!((found.count, found.optimal), (bins, true), "{bins}");
    }
}

#[test]
fn a_million_items_are_packed_with_a_bound() {
    let mut random = SplitMix::new(3);
    let sizes: Vec<f64> = (0..300_000).map(|_| 1.0 + random.below(1000) as f64).collect();
    let found = solve(&sizes, 1000.0);
    assert!(found.count as f64 <= found.bound as f64 * 1.01, "{} {}", found.count, found.bound);
}

#[test]
fn items_without_size_and_no_items_need_no_bin_of_their_own() {
    let found = solve(&[0.0, 0.0], 1.0);
    assert_eq!((found.count, found.bound, found.optimal), (1, 1, true));
    let found = solve(&[], 1.0);
    assert_eq!((found.count, found.bound, found.optimal), (0, 0, true));
    assert_eq!(solve(&[0.1; 10], 1.0).count, 1);
}

#[test]
fn too_few_bins_and_nonsense_are_refused() {
    let code = |options: PackBins, sizes: &[f64], capacity: f64| {
        let error = options.with_capacity(capacity).solve(sizes, &Context::new()).unwrap_err();
        (error.code(), error.message().to_owned())
    };
    let (refused, message) = code(PackBins::default().with_most_bins(1), &[6.0, 5.0], 10.0);
    assert!(refused == Code::InvalidData && message.contains("at least 2 bins"), "{message}");
    let (refused, message) = code(PackBins::default(), &[1.0, 11.0], 10.0);
    assert!(refused == Code::InvalidData && message.contains("item 1 (0-based) has size 11"), "{message}");
    assert_eq!(code(PackBins::default(), &[f64::NAN], 10.0).0, Code::InvalidData);
    assert_eq!(code(PackBins::default(), &[-1.0], 10.0).0, Code::InvalidData);
    assert_eq!(code(PackBins::default(), &[1.0], 0.0).0, Code::InvalidConfig);
    assert_eq!(code(PackBins::default().with_step_limit(0), &[1.0], 1.0).0, Code::InvalidConfig);
}
