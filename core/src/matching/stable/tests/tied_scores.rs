use ndarray::{Array2, array};

use super::*;
use crate::matching::stable::*;
use crate::{Code, Context};

fn few_levels(random: &mut Random, rows: usize, columns: usize, levels: f64) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |_| match (random.uniform() * (levels + 0.7)).floor() {
        level if level >= levels => f64::NEG_INFINITY,
        level => level,
    })
}

/// Nobody would leave, by definition: `slack` is how many of the two must gain rather than not mind.
fn survives(left: &Array2<f64>, right: &Array2<f64>, matching: &[i64], stability: TiedStability) -> bool {
    let bad = |score: f64| score == f64::NEG_INFINITY;
    let holder = |r: usize| matching.iter().position(|&other| other == r as i64);
    let acceptable = matching
        .iter()
        .enumerate()
        .all(|(p, &r)| r < 0 || !(bad(left[[p, r as usize]]) || bad(right[[r as usize, p]])));
    let pairs = (0..left.nrows()).flat_map(|p| (0..left.ncols()).map(move |r| (p, r)));
    acceptable
        && pairs.into_iter().filter(|&(p, r)| matching[p] != r as i64).all(|(p, r)| {
            let (mine, hers) = (left[[p, r]], right[[r, p]]);
            if bad(mine) || bad(hers) {
                return true;
            }
            // Whoever is acceptable is better than nobody.
            let has = if matching[p] < 0 { f64::NEG_INFINITY } else { left[[p, matching[p] as usize]] };
            let held = holder(r).map_or(f64::NEG_INFINITY, |other| right[[r, other]]);
            let leaves = match stability {
                TiedStability::Weak => mine > has && hers > held,
                TiedStability::Strong => mine >= has && hers >= held && (mine > has || hers > held),
                TiedStability::Super => mine >= has && hers >= held,
            };
            !leaves
        })
}

#[test]
fn matchings_with_ties_are_found_exactly_if_brute_force_finds_one() {
    let mut random = Random::new(6);
    let mut found = [0; 4];
    for case in 0..3000 {
        let (rows, columns) = (1 + (random.uniform() * 4.0) as usize, 1 + (random.uniform() * 4.0) as usize);
        let levels = [2.0, 3.0, 6.0][case % 3];
        let left = few_levels(&mut random, rows, columns, levels);
        let right = few_levels(&mut random, columns, rows, levels);
        let every = all_matchings(rows, &vec![1; columns]);
        for (kind, stability) in [TiedStability::Strong, TiedStability::Super].into_iter().enumerate() {
            let expected: Vec<&Vec<i64>> =
                every.iter().filter(|matching| survives(&left, &right, matching, stability)).collect();
            for choose in [StableChoice::ProposerOptimal, StableChoice::ReceiverOptimal] {
                let options = StableTies::default().with_stability(stability).with_choose(choose);
                let result = stable_with_ties(left.view(), right.view(), &options, &Context::new()).unwrap();
                assert_eq!(result.exists, !expected.is_empty(), "{stability:?} {choose:?} {left} {right}");
                found[2 * kind + usize::from(result.exists)] += 1;
                let Some(pairs) = result.pairs else { continue };
                let given = pairs.receiver_of.to_vec();
                assert!(expected.contains(&&given));
                let value = |p: usize, r: i64| if r < 0 { f64::NEG_INFINITY } else { left[[p, r as usize]] };
                for p in 0..rows {
                    let all = expected.iter().map(|matching| value(p, matching[p]));
                    let end = match choose {
                        StableChoice::ProposerOptimal => all.fold(f64::NEG_INFINITY, f64::max),
                        _ => all.fold(f64::INFINITY, f64::min),
                    };
                    assert_eq!(value(p, given[p]), end, "{stability:?} {choose:?} {left} {right}");
                    if given[p] >= 0 {
                        let better = left.row(p).iter().filter(|&&score| score > value(p, given[p])).count();
                        assert_eq!(pairs.proposer_choices[p], better as i64 + 1);
                    }
                }
            }
        }
    }
    assert!(found.iter().all(|&count| count > 300), "{found:?}");
}

#[test]
fn weakly_stable_pairs_always_exist_and_are_many() {
    let mut random = Random::new(8);
    let mut more = 0;
    for _ in 0..400 {
        let (left, right) = (few_levels(&mut random, 9, 8, 2.0), few_levels(&mut random, 8, 9, 2.0));
        let count = |pairs: &StablePairs| pairs.receiver_of.iter().filter(|receiver| **receiver >= 0).count();
        let broken = stable_from_scores(left.view(), right.view(), &StableScores::default(), &Context::new()).unwrap();
        for choose in [StableChoice::ProposerOptimal, StableChoice::ReceiverOptimal] {
            let options = StableTies::default().with_stability(TiedStability::Weak).with_choose(choose);
            let pairs = stable_with_ties(left.view(), right.view(), &options, &Context::new()).unwrap().pairs.unwrap();
            assert!(survives(&left, &right, &pairs.receiver_of.to_vec(), TiedStability::Weak));
            assert!(3 * count(&pairs) >= 2 * count(&broken));
            more += count(&pairs) as i64 - count(&broken) as i64;
        }
    }
    assert!(more > 100, "{more} more pairs than by breaking ties in the order of numbers");
}

#[test]
fn broken_ties_are_weakly_stable() {
    let mut random = Random::new(7);
    for case in 0..400 {
        let (left, right) = (few_levels(&mut random, 7, 6, 3.0), few_levels(&mut random, 6, 7, 3.0));
        for ties in [TiesPolicy::BreakByIndex, TiesPolicy::BreakBySeed] {
            let options = StableScores::default().with_ties(ties).with_choose(StableChoice::Egalitarian);
            let context = Context::new().with_seed(case);
            let pairs = stable_from_scores(left.view(), right.view(), &options, &context).unwrap();
            assert!(survives(&left, &right, &pairs.receiver_of.to_vec(), TiedStability::Weak));
            let again =
                stable_from_scores(left.view(), right.view(), &options, &context.clone().with_threads(1)).unwrap();
            assert_eq!(pairs, again);
        }
    }
    let flat = Array2::zeros((5, 5));
    let drawn: std::collections::BTreeSet<Vec<i64>> = (0..20)
        .map(|seed| {
            let options = StableScores::default().with_ties(TiesPolicy::BreakBySeed);
            let context = Context::new().with_seed(seed);
            stable_from_scores(flat.view(), flat.view(), &options, &context).unwrap().receiver_of.to_vec()
        })
        .collect();
    assert!(drawn.len() > 10);
    let pairs = stable_from_scores(flat.view(), flat.view(), &StableScores::default(), &Context::new()).unwrap();
    assert_eq!(pairs.receiver_of.to_vec(), [0, 1, 2, 3, 4]);
}

#[test]
fn low_scores_first_are_the_same_market_turned_round() {
    let mut random = Random::new(1);
    let (left, right) = (few_levels(&mut random, 8, 8, 9.0), few_levels(&mut random, 8, 8, 9.0));
    let high = stable_from_scores(left.view(), right.view(), &StableScores::default(), &Context::new()).unwrap();
    let options = StableScores::default().with_order(ScoreOrder::LowestFirst);
    let low = stable_from_scores((-&left).view(), (-&right).view(), &options, &Context::new()).unwrap();
    assert_eq!(high, low);
    let signs = array![[0.0, -0.0]];
    let pairs =
        stable_from_scores(signs.view(), array![[1.0], [1.0]].view(), &StableScores::default(), &Context::new());
    assert_eq!(pairs.unwrap().receiver_of.to_vec(), [0], "0.0 and -0.0 are a tie");
}

#[test]
fn scores_that_cannot_be_ranked_are_refused_with_their_place() {
    let context = Context::new();
    let fails = |left: &Array2<f64>, right: &Array2<f64>, ties, words: &str| {
        let options = StableScores::default().with_ties(ties);
        let error = stable_from_scores(left.view(), right.view(), &options, &context).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::InvalidData, words));
    };
    let flat = Array2::zeros((2, 2));
    fails(
        &array![[1.0, 2.0], [f64::NAN, 0.0]],
        &flat,
        TiesPolicy::BreakByIndex,
        "left_scores is NaN in row 1, column 0 (0-based); write an unacceptable partner as an infinite score",
    );
    fails(
        &array![[1.0, 2.0], [2.0, 1.0]],
        &flat,
        TiesPolicy::Refuse,
        "right_scores is 0 in columns 0 and 1 of row 0 (0-based); ties are refused, break_by_index and break_by_seed break them",
    );
    fails(
        &flat,
        &Array2::zeros((3, 2)),
        TiesPolicy::BreakByIndex,
        "left_scores is 2 x 2, so right_scores must be 2 x 2, but is 3 x 2",
    );
    let options = StableTies::default().with_choose(StableChoice::Median);
    let error = stable_with_ties(flat.view(), flat.view(), &options, &context).unwrap_err();
    assert_eq!(error.code(), Code::InvalidConfig);
}
