use super::*;
use crate::matching::stable::*;
use crate::{Code, Context};

fn classic() -> [Vec<Vec<i64>>; 2] {
    let own = |rows: [[i64; 4]; 4]| rows.map(Vec::from).to_vec();
    [
        own([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]]),
        own([[3, 2, 1, 0], [2, 3, 0, 1], [1, 0, 3, 2], [0, 1, 2, 3]]),
    ]
}

fn marry(proposers: &[Vec<i64>], receivers: &[Vec<i64>], choose: StableChoice) -> StablePairs {
    let options = StableMarriage::default().with_choose(choose);
    stable_marriage(&lent(proposers), &lent(receivers), &options, &Context::new()).unwrap()
}

fn all(proposers: &[Vec<i64>], receivers: &[Vec<i64>], limit: usize) -> StableMarriages {
    let options = AllStableMarriages::default().with_limit(limit);
    all_stable_marriages(&lent(proposers), &lent(receivers), &options, &Context::new()).unwrap()
}

/// A Latin square, which has very many stable matchings.
fn cyclic(people: i64) -> [Vec<Vec<i64>>; 2] {
    let own = (0..people).map(|p| (0..people).map(|k| (p + k) % people).collect()).collect();
    let other = (0..people).map(|r| (0..people).map(|k| (r + 1 + k) % people).collect()).collect();
    [own, other]
}

#[test]
fn the_reference_case_has_its_two_ends() {
    let [proposers, receivers] = classic();
    let best = marry(&proposers, &receivers, StableChoice::ProposerOptimal);
    assert_eq!(best.receiver_of.to_vec(), [0, 1, 2, 3]);
    assert_eq!((best.proposer_total, best.receiver_total, best.regret), (4, 16, 4));
    let best = marry(&proposers, &receivers, StableChoice::ReceiverOptimal);
    assert_eq!(best.receiver_of.to_vec(), [3, 2, 1, 0]);
    assert_eq!(best.proposer_of.to_vec(), [3, 2, 1, 0]);
    assert_eq!((best.proposer_total, best.receiver_total), (16, 4));
}

#[test]
fn every_choice_is_the_best_of_all_stable_matchings_found_by_brute_force() {
    let mut random = Random::new(3);
    for case in 0..1500 {
        let (rows, columns) = ((random.uniform() * 6.0) as usize, (random.uniform() * 6.0) as usize);
        let share = [1.0, 0.8, 0.5][case % 3];
        let proposers = lists(&mut random, rows, columns, share);
        let receivers = lists(&mut random, columns, rows, share);
        let seats = vec![1; columns];
        let stable: Vec<Vec<i64>> = all_matchings(rows, &seats)
            .into_iter()
            .filter(|matching| is_stable(&proposers, &receivers, &seats, matching))
            .collect();
        let totals = |matching: &[i64]| {
            let (mut own, mut other, mut regret) = (0, 0, 0);
            for (p, &r) in matching.iter().enumerate().filter(|(_, r)| **r >= 0) {
                let mine = 1 + place(&proposers[p], r).unwrap() as i64;
                let hers = 1 + place(&receivers[r as usize], p as i64).unwrap() as i64;
                (own, other, regret) = (own + mine, other + hers, regret.max(mine).max(hers));
            }
            (own, other, regret)
        };
        let least = |measure: fn((i64, i64, i64)) -> i64| stable.iter().map(|m| measure(totals(m))).min().unwrap();
        for (choose, measure) in [
            (StableChoice::ProposerOptimal, (|(own, _, _)| own) as fn((i64, i64, i64)) -> i64),
            (StableChoice::ReceiverOptimal, |(_, other, _)| other),
            (StableChoice::Egalitarian, |(own, other, _)| own + other),
            (StableChoice::MinimumRegret, |(_, _, regret)| regret),
            (StableChoice::SexEqual, |(own, other, _)| (own - other).abs()),
        ] {
            let pairs = marry(&proposers, &receivers, choose);
            let matching = pairs.receiver_of.to_vec();
            assert!(stable.contains(&matching), "{choose:?} {proposers:?} {receivers:?} {matching:?}");
            assert_eq!(totals(&matching), (pairs.proposer_total, pairs.receiver_total, pairs.regret));
            assert_eq!(measure(totals(&matching)), least(measure), "{choose:?} {proposers:?} {receivers:?}");
            assert!(pairs.exact);
        }
        let median = marry(&proposers, &receivers, StableChoice::Median).receiver_of.to_vec();
        assert!(stable.contains(&median));
        for p in 0..rows {
            let mut places: Vec<_> = stable.iter().map(|m| place(&proposers[p], m[p])).collect();
            places.sort_unstable();
            assert_eq!(place(&proposers[p], median[p]), places[(places.len() - 1) / 2]);
        }
        let listed = all(&proposers, &receivers, 1000);
        assert!(listed.complete);
        let mut found: Vec<Vec<i64>> = match rows {
            0 => vec![vec![]; listed.count],
            rows => listed.receiver_of.to_vec().chunks(rows).map(Vec::from).collect(),
        };
        let mut expected = stable.clone();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{proposers:?} {receivers:?}");
    }
}

#[test]
fn a_latin_square_of_9_has_9_stable_matchings_and_the_middle_is_fair() {
    let [proposers, receivers] = cyclic(9);
    let listed = all(&proposers, &receivers, 1000);
    assert_eq!((listed.count, listed.rotations, listed.complete), (9, 8, true));
    let cut = all(&proposers, &receivers, 4);
    assert_eq!((cut.count, cut.complete), (4, false));
    // In the k-th matching everybody of one side has choice k and everybody of the other choice 10 - k.
    for choose in [StableChoice::SexEqual, StableChoice::Median, StableChoice::MinimumRegret] {
        let pairs = marry(&proposers, &receivers, choose);
        assert_eq!((pairs.proposer_total, pairs.receiver_total, pairs.regret), (45, 45, 5), "{choose:?}");
    }
}

/// Copies of a market with two stable matchings, one after another: 2^copies stable matchings.
fn twins(copies: i64) -> [Vec<Vec<i64>>; 2] {
    let rest = |own: i64| (0..2 * copies).filter(move |id| id / 2 != own / 2);
    let side = |swap: i64| -> Vec<Vec<i64>> {
        (0..2 * copies).map(|p| [p ^ swap, p ^ swap ^ 1].into_iter().chain(rest(p)).collect()).collect()
    };
    [side(0), side(1)]
}

#[test]
fn with_too_many_stable_matchings_the_sample_is_stable_and_says_so() {
    let [proposers, receivers] = twins(30);
    let seats = vec![1; 60];
    for choose in [StableChoice::SexEqual, StableChoice::Median] {
        let pairs = marry(&proposers, &receivers, choose);
        assert!(!pairs.exact);
        assert!(is_stable(&proposers, &receivers, &seats, &pairs.receiver_of.to_vec()));
        assert_eq!(pairs.proposer_of, marry(&proposers, &receivers, choose).proposer_of);
    }
    // Half of the rotations make both sides equal.
    let pairs = marry(&proposers, &receivers, StableChoice::SexEqual);
    assert_eq!((pairs.proposer_total, pairs.receiver_total), (90, 90));
}

#[test]
fn the_minimum_cut_chooses_among_2_to_the_30_stable_matchings() {
    // Proposers of even copies gain 1 by staying, receivers of odd copies gain 3 by moving: their lists differ in length.
    let [mut proposers, mut receivers] = twins(30);
    for copy in 0..30_usize {
        let people = [2 * copy, 2 * copy + 1];
        let side = if copy % 2 == 0 { &mut proposers } else { &mut receivers };
        for person in people {
            // Three who do not want this person stand between the two.
            let between: Vec<i64> = side[person][2..5].to_vec();
            side[person].splice(1..1, between.iter().copied());
            let mut seen = std::collections::BTreeSet::new();
            side[person].retain(|id| seen.insert(*id));
        }
    }
    let pairs = marry(&proposers, &receivers, StableChoice::Egalitarian);
    let moved = |copy: usize| pairs.receiver_of[2 * copy] != 2 * copy as i64;
    assert!((0..30).all(|copy| moved(copy) == (copy % 2 == 1)));
    assert_eq!(pairs.proposer_total + pairs.receiver_total, 30 * 6);
}

#[test]
fn fair_choices_of_larger_markets_lie_between_the_ends_and_are_stable() {
    let mut random = Random::new(11);
    for (rows, columns, share) in [(200, 200, 1.0), (150, 250, 1.0), (300, 300, 0.1), (400, 90, 0.05)] {
        let proposers = lists(&mut random, rows, columns, share);
        let receivers = lists(&mut random, columns, rows, share);
        let verify = |pairs: &StablePairs| {
            let options = VerifyStability::default();
            let given = pairs.receiver_of.to_vec();
            verify_stability(&lent(&proposers), &lent(&receivers), &given, &options, &Context::new()).unwrap()
        };
        let ends = [StableChoice::ProposerOptimal, StableChoice::ReceiverOptimal]
            .map(|choose| marry(&proposers, &receivers, choose));
        for choose in
            [StableChoice::Egalitarian, StableChoice::MinimumRegret, StableChoice::SexEqual, StableChoice::Median]
        {
            let pairs = marry(&proposers, &receivers, choose);
            assert!(verify(&pairs).stable);
            assert!((ends[0].proposer_total..=ends[1].proposer_total).contains(&pairs.proposer_total));
            assert!((ends[1].receiver_total..=ends[0].receiver_total).contains(&pairs.receiver_total));
        }
        let listed = all(&proposers, &receivers, 100_000);
        assert!(listed.complete);
        let receiver_of = listed.receiver_of.to_vec();
        let sums = receiver_of.chunks(rows).map(|matching| {
            matching.iter().enumerate().filter(|(_, r)| **r >= 0).fold((0_i64, 0_i64), |(sum, worst), (p, &r)| {
                let mine = 1 + place(&proposers[p], r).unwrap() as i64;
                let hers = 1 + place(&receivers[r as usize], p as i64).unwrap() as i64;
                (sum + mine + hers, worst.max(mine).max(hers))
            })
        });
        let sums: Vec<(i64, i64)> = sums.collect();
        let egalitarian = marry(&proposers, &receivers, StableChoice::Egalitarian);
        let total = egalitarian.proposer_total + egalitarian.receiver_total;
        assert_eq!(Some(total), sums.iter().map(|(sum, _)| *sum).min());
        let regret = marry(&proposers, &receivers, StableChoice::MinimumRegret).regret;
        assert_eq!(Some(regret), sums.iter().map(|(_, worst)| *worst).min());
    }
}

#[test]
fn the_order_of_people_does_not_matter() {
    let mut random = Random::new(5);
    let (proposers, receivers) = (lists(&mut random, 60, 70, 0.7), lists(&mut random, 70, 60, 0.7));
    let new_number = list(&mut random, 60, 1.0);
    let mut renamed = vec![Vec::new(); 60];
    proposers.iter().zip(&new_number).for_each(|(own, &number)| renamed[number as usize].clone_from(own));
    let renamed_lists: Vec<Vec<i64>> =
        receivers.iter().map(|own| own.iter().map(|&p| new_number[p as usize]).collect()).collect();
    for choose in [StableChoice::ProposerOptimal, StableChoice::Egalitarian, StableChoice::Median] {
        let (before, after) = (marry(&proposers, &receivers, choose), marry(&renamed, &renamed_lists, choose));
        for (p, &number) in new_number.iter().enumerate() {
            assert_eq!(before.receiver_of[p], after.receiver_of[number as usize]);
        }
    }
}

#[test]
fn placements_are_the_best_of_all_stable_ones_for_their_side() {
    let mut random = Random::new(8);
    for case in 0..1000 {
        let (rows, columns) = ((random.uniform() * 6.0) as usize, (random.uniform() * 4.0) as usize);
        let share = [1.0, 0.7][case % 2];
        let (residents, hospitals) =
            (lists(&mut random, rows, columns, share), lists(&mut random, columns, rows, share));
        let seats: Vec<i64> = (0..columns).map(|_| 1 + (random.uniform() * 3.0) as i64).collect();
        let stable: Vec<Vec<i64>> = all_matchings(rows, &seats)
            .into_iter()
            .filter(|matching| is_stable(&residents, &hospitals, &seats, matching))
            .collect();
        for side in [HospitalSide::Residents, HospitalSide::Hospitals] {
            let options = HospitalResidents::default().with_optimal_for(side);
            let placed =
                hospital_residents(&lent(&residents), &lent(&hospitals), &seats, &options, &Context::new()).unwrap();
            let given = placed.hospital_of.to_vec();
            assert!(stable.contains(&given), "{residents:?} {hospitals:?} {seats:?} {given:?}");
            for r in 0..rows {
                let mine = place(&residents[r], given[r]);
                let theirs = stable.iter().map(|matching| place(&residents[r], matching[r]));
                let expected = if side == HospitalSide::Residents { theirs.min() } else { theirs.max() };
                assert_eq!(Some(mine), expected);
                assert_eq!(placed.resident_choices[r], if given[r] < 0 { 0 } else { mine.unwrap() as i64 + 1 });
            }
            for (h, list) in hospitals.iter().enumerate() {
                let mine = (0..rows).filter(|&r| given[r] == h as i64);
                let places: Vec<i64> = mine.map(|r| place(list, r as i64).unwrap() as i64 + 1).collect();
                assert_eq!(placed.filled[h], places.len() as i64);
                assert_eq!(placed.worst_choices[h], places.into_iter().max().unwrap_or(0));
            }
        }
    }
}

#[test]
fn the_verifier_names_exactly_the_blocking_pairs() {
    let mut random = Random::new(4);
    for _ in 0..500 {
        let (proposers, receivers) = (lists(&mut random, 4, 3, 0.8), lists(&mut random, 3, 4, 0.8));
        let seats = [1, 2, 1];
        let every = all_matchings(4, &seats);
        let matching = &every[(random.uniform() * every.len() as f64) as usize];
        let options = VerifyStability::default().with_capacities(seats);
        let found =
            verify_stability(&lent(&proposers), &lent(&receivers), matching, &options, &Context::new()).unwrap();
        let mut named: Vec<(i64, i64)> =
            found.blocking_proposers.iter().copied().zip(found.blocking_receivers.iter().copied()).collect();
        named.sort_unstable();
        let mut expected = blocking(&proposers, &receivers, &seats, matching);
        expected.sort_unstable();
        assert_eq!(named, expected);
        assert_eq!(found.blocking_count, expected.len());
        assert_eq!(found.stable, is_stable(&proposers, &receivers, &seats, matching));
    }
    let [proposers, receivers] = classic();
    let options = VerifyStability::default().with_limit(1);
    let found =
        verify_stability(&lent(&proposers), &lent(&receivers), &[0, 2, 1, 3], &options, &Context::new()).unwrap();
    assert_eq!((found.stable, found.blocking_count, found.blocking_proposers.len()), (false, 4, 1));
}

#[test]
fn the_peer_finds_the_same_matchings() {
    #[derive(serde::Deserialize)]
    struct Case {
        proposers: usize,
        receivers: usize,
        seed: u64,
        capacities: Vec<i64>,
        proposer_optimal: Vec<i64>,
        receiver_optimal: Vec<i64>,
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/stable_pairs.json");
    let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(cases.len() >= 6);
    for case in cases {
        let mut uniform = SplitMix(case.seed);
        let mut orders = |people: usize, others: usize| -> Vec<Vec<i64>> {
            (0..people)
                .map(|_| {
                    let draws: Vec<u64> = (0..others).map(|_| uniform.next()).collect();
                    let mut order: Vec<i64> = (0..others as i64).collect();
                    order.sort_by_key(|&other| draws[other as usize]);
                    order
                })
                .collect()
        };
        let (own, other) = (orders(case.proposers, case.receivers), orders(case.receivers, case.proposers));
        if case.capacities.is_empty() {
            let pairs = marry(&own, &other, StableChoice::ProposerOptimal);
            assert_eq!(pairs.receiver_of.to_vec(), case.proposer_optimal);
            let pairs = marry(&own, &other, StableChoice::ReceiverOptimal);
            assert_eq!(pairs.receiver_of.to_vec(), case.receiver_optimal);
        } else {
            for (side, expected) in
                [(HospitalSide::Residents, &case.proposer_optimal), (HospitalSide::Hospitals, &case.receiver_optimal)]
            {
                let options = HospitalResidents::default().with_optimal_for(side);
                let placed =
                    hospital_residents(&lent(&own), &lent(&other), &case.capacities, &options, &Context::new());
                assert_eq!(placed.unwrap().hospital_of.to_vec(), *expected);
            }
        }
    }
}

/// SplitMix64, the generator of the reference cases.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[test]
fn bad_lists_are_refused_with_person_and_position() {
    let context = Context::new();
    let fails = |proposers: &[&[i64]], receivers: &[&[i64]], words: &str| {
        let error = stable_marriage(proposers, receivers, &StableMarriage::default(), &context).unwrap_err();
        assert_eq!(error.code(), Code::InvalidData);
        assert_eq!(error.message(), words);
    };
    fails(
        &[&[0, 1], &[1, 0, 1]],
        &[&[0], &[1]],
        "proposer 1 lists receiver 1 twice, at positions 0 and 2 (0-based); each may be listed once",
    );
    fails(&[&[0]], &[&[0, -1]], "receiver 0 lists proposer -1 at position 1 (0-based), but the proposers are 0 to 0");
    fails(&[&[0]], &[], "proposer 0 lists receiver 0 at position 0 (0-based), but there is no receiver");
    fails(
        &[&[i64::MAX]],
        &[&[]],
        "proposer 0 lists receiver 9223372036854775807 at position 0 (0-based), but the receivers are 0 to 0",
    );
    let options = StableMarriage::default().with_enumeration_limit(0);
    assert_eq!(stable_marriage(&[], &[], &options, &context).unwrap_err().code(), Code::InvalidConfig);
    for (capacities, words) in [
        (&[1, 0][..], "the capacity of hospital 1 is 0, it must be 1 or more"),
        (&[-3, 1], "the capacity of hospital 0 is -3, it must be 1 or more"),
        (&[1], "1 capacities are given for 2 hospitals; there must be one for each"),
    ] {
        let options = HospitalResidents::default();
        let error = hospital_residents(&[&[0]], &[&[0], &[]], capacities, &options, &context).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::InvalidData, words));
    }
    for (matching, words) in [
        (&[0, 0][..], "receiver 0 has 2 partners, the capacity is 1"),
        (&[5, -1], "the partner of proposer 0 is 5; it must be a receiver below 1, or -1 for nobody"),
        (&[0], "partners of 1 proposers are given, there are 2; there must be one entry for each, -1 for nobody"),
    ] {
        let options = VerifyStability::default();
        let error = verify_stability(&[&[0], &[0]], &[&[0, 1]], matching, &options, &context).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::InvalidData, words));
    }
}

#[test]
fn nobody_matches_nobody_and_one_sided_wishes_are_no_pairs() {
    let pairs = marry(&[], &[], StableChoice::Egalitarian);
    assert_eq!((pairs.receiver_of.len(), pairs.regret), (0, 0));
    let pairs = marry(&[vec![]], &[vec![], vec![]], StableChoice::Median);
    assert_eq!((pairs.receiver_of.to_vec(), pairs.proposer_of.to_vec()), (vec![-1], vec![-1, -1]));
    let pairs = marry(&[vec![0, 1]], &[vec![], vec![0]], StableChoice::ProposerOptimal);
    assert_eq!((pairs.receiver_of.to_vec(), pairs.proposer_choices.to_vec()), (vec![1], vec![2]));
}

#[test]
fn a_cancelled_call_stops() {
    let context = Context::new();
    context.cancel();
    let [proposers, receivers] = classic();
    let error = stable_marriage(&lent(&proposers), &lent(&receivers), &StableMarriage::default(), &context);
    assert_eq!(error.unwrap_err().code(), Code::Cancelled);
}
