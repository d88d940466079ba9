use super::super::testing::SplitMix;
use super::*;
use crate::Code;

type Pairs = (Vec<i64>, Vec<i64>);

fn random_pairs(random: &mut SplitMix, sets: usize, elements: usize, per_hundred: u64) -> Pairs {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for element in 0..elements {
        let sure = random.below(sets as u64) as usize;
        for set in 0..sets {
            if set == sure || random.below(100) < per_hundred {
                left.push(set as i64);
                right.push(element as i64);
            }
        }
    }
    (left, right)
}

/// The cheapest choice of all 2^sets.
fn by_trying(pairs: &Pairs, elements: usize, costs: &[f64], exactly: bool) -> Option<f64> {
    let mut best: Option<f64> = None;
    for choice in 0_u32..1 << costs.len() {
        let mut times = vec![0; elements];
        for (set, element) in pairs.0.iter().zip(&pairs.1) {
            times[*element as usize] += choice >> set & 1;
        }
        if times.iter().all(|times| if exactly { *times == 1 } else { *times >= 1 }) {
            let cost = (0..costs.len()).filter(|set| choice >> set & 1 == 1).map(|set| costs[set]).sum::<f64>();
            best = Some(best.map_or(cost, |best| best.min(cost)));
        }
    }
    best
}

#[test]
fn small_covers_and_partitions_are_as_by_trying_everything() {
    let mut random = SplitMix::new(21);
    let (mut possible, mut impossible) = (0, 0);
    for case in 0..300 {
        let sets = 1 + random.below(11) as usize;
        let elements = 1 + random.below(10) as usize;
        let scale = if case % 2 == 0 { 1.0 } else { 0.31 };
        let pairs = random_pairs(&mut random, sets, elements, 25);
        let costs: Vec<f64> = (0..sets).map(|_| random.below(12) as f64 * scale).collect();
        for exactly in [false, true] {
            let options = CoverSets::default().with_exactly_once(exactly);
            let found = options.solve(&pairs.0, &pairs.1, &costs, &Context::new());
            match by_trying(&pairs, elements, &costs, exactly) {
                Some(best) => {
                    let found = found.unwrap();
                    assert!(found.optimal, "case {case}");
                    assert!((found.cost - best).abs() < 1e-6, "case {case}: {} for {best}", found.cost);
                    possible += 1;
                }
                None => {
                    assert_eq!(found.unwrap_err().code(), Code::InvalidData, "case {case}");
                    impossible += 1;
                }
            }
        }
    }
    assert!(possible > 300 && impossible > 50, "{possible} {impossible}");
}

#[test]
fn larger_covers_are_proved_and_their_bounds_hold() {
    let mut random = SplitMix::new(4);
    for (sets, elements, share) in [(60, 40, 8), (300, 100, 4), (500, 100, 3)] {
        let pairs = random_pairs(&mut random, sets, elements, share);
        let costs: Vec<f64> = (0..sets).map(|_| (1 + random.below(100)) as f64).collect();
        let found = CoverSets::default().solve(&pairs.0, &pairs.1, &costs, &Context::new()).unwrap();
        assert!(found.optimal, "{sets} {elements}: {} {}", found.cost, found.bound);
        let short = CoverSets::default().with_time_limit(1e-6);
        let short = short.solve(&pairs.0, &pairs.1, &costs, &Context::new()).unwrap();
        assert!(short.bound <= found.cost && found.cost <= short.cost);
    }
}

#[test]
fn a_scaled_cover_costs_as_much_more() {
    let mut random = SplitMix::new(8);
    let pairs = random_pairs(&mut random, 80, 50, 6);
    let costs: Vec<f64> = (0..80).map(|_| (1 + random.below(20)) as f64).collect();
    let dearer: Vec<f64> = costs.iter().map(|cost| cost * 7.25).collect();
    let one = CoverSets::default().solve(&pairs.0, &pairs.1, &costs, &Context::new()).unwrap();
    let other = CoverSets::default().solve(&pairs.0, &pairs.1, &dearer, &Context::new()).unwrap();
    assert!(one.optimal && other.optimal);
    assert!((one.cost * 7.25 - other.cost).abs() < 1e-6 * other.cost);
}

#[test]
fn an_element_in_no_set_is_named_and_nonsense_refused() {
    let refused = |options: CoverSets, sets: &[i64], elements: &[i64], costs: &[f64]| {
        let error = options.solve(sets, elements, costs, &Context::new()).unwrap_err();
        (error.code(), error.message().to_owned())
    };
    let plain = CoverSets::default;
    let (code, message) = refused(plain(), &[0, 0, 0], &[0, 2, 2], &[1.0]);
    assert!(code == Code::InvalidData && message.contains("element 1"), "{message}");
    let (code, message) = refused(plain().with_element_count(3), &[0, 0], &[0, 1], &[1.0]);
    assert!(code == Code::InvalidData && message.contains("element 2"), "{message}");
    let (_, message) = refused(plain(), &[0, 2], &[0, 1], &[1.0, 1.0]);
    assert!(message.contains("pair 1"), "{message}");
    assert_eq!(refused(plain(), &[0], &[0, 1], &[1.0]).0, Code::InvalidData);
    assert_eq!(refused(plain(), &[0], &[0], &[f64::NAN]).0, Code::InvalidData);
    assert_eq!(refused(plain(), &[0], &[-1], &[1.0]).0, Code::InvalidData);
    assert_eq!(refused(plain().with_node_limit(0), &[0], &[0], &[1.0]).0, Code::InvalidConfig);
    let huge = refused(plain(), &[0], &[i64::MAX - 1], &[1.0]);
    assert_eq!(huge.0, Code::TooLarge);
    let nothing = plain().solve(&[], &[], &[1.0], &Context::new()).unwrap();
    assert_eq!((nothing.cost, nothing.optimal, nothing.chosen.len()), (0.0, true, 0));
}
