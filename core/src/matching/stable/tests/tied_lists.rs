use super::*;
use crate::matching::stable::*;
use crate::{Code, Context};

/// Lists of one side and a rank per entry.
struct Tied {
    lists: Vec<Vec<i64>>,
    ranks: Vec<Vec<i64>>,
}

impl Tied {
    fn random(random: &mut Random, people: usize, others: usize, share: f64, ties: f64) -> Self {
        let lists = lists(random, people, others, share);
        let mut rank = 0;
        let mut ranked = |list: &Vec<i64>| {
            let each = list.iter().map(|_| {
                rank += i64::from(random.uniform() >= ties);
                rank
            });
            each.collect()
        };
        let ranks = lists.iter().map(&mut ranked).collect();
        Self { lists, ranks }
    }

    /// Lower is better, nothing for the unacceptable.
    fn rank(&self, person: usize, other: usize) -> Option<i64> {
        place(&self.lists[person], other as i64).map(|at| self.ranks[person][at])
    }
}

fn with_lent<T>(residents: &Tied, hospitals: &Tied, work: impl Fn(TiedLists<'_>, TiedLists<'_>) -> T) -> T {
    let (own, other) = (lent(&residents.lists), lent(&hospitals.lists));
    let (own_ranks, other_ranks) = (lent(&residents.ranks), lent(&hospitals.ranks));
    work(TiedLists { lists: &own, ranks: &own_ranks }, TiedLists { lists: &other, ranks: &other_ranks })
}

fn place_all(residents: &Tied, hospitals: &Tied, seats: &[i64], stability: TiedStability) -> TiedPlacements {
    let options = HospitalTies::default().with_stability(stability);
    with_lent(residents, hospitals, |own, other| {
        hospital_residents_with_ties(own, other, seats, &options, &Context::new()).unwrap()
    })
}

/// By definition, with an order of both sides in which nobody is worse than anybody.
fn leaving(residents: &Tied, hospitals: &Tied, seats: &[i64], of: &[i64], stability: TiedStability) -> Vec<(i64, i64)> {
    let mut pairs = Vec::new();
    for r in 0..of.len() {
        for (h, &places) in seats.iter().enumerate() {
            let (Some(mine), Some(hers)) = (residents.rank(r, h), hospitals.rank(h, r)) else { continue };
            if of[r] == h as i64 {
                continue;
            }
            let has = if of[r] < 0 { i64::MAX } else { residents.rank(r, of[r] as usize).unwrap_or(i64::MAX) };
            let held: Vec<i64> = (0..of.len())
                .filter(|&other| of[other] == h as i64)
                .map(|other| hospitals.rank(h, other).unwrap_or(i64::MAX))
                .collect();
            let worst = if held.len() < places as usize { i64::MAX } else { *held.iter().max().unwrap() };
            let leaves = match stability {
                TiedStability::Weak => mine < has && hers < worst,
                TiedStability::Strong => mine <= has && hers <= worst && (mine < has || hers < worst),
                TiedStability::Super => mine <= has && hers <= worst,
            };
            if leaves {
                pairs.push((r as i64, h as i64));
            }
        }
    }
    pairs
}

fn acceptable(residents: &Tied, hospitals: &Tied, of: &[i64]) -> bool {
    let both =
        |(r, &h): (usize, &i64)| h < 0 || residents.rank(r, h as usize).and(hospitals.rank(h as usize, r)).is_some();
    of.iter().enumerate().all(both)
}

const KINDS: [TiedStability; 3] = [TiedStability::Weak, TiedStability::Strong, TiedStability::Super];

#[test]
fn placements_with_ties_are_found_exactly_if_brute_force_finds_one() {
    let mut random = Random::new(60);
    let (mut found, mut short) = ([0; 6], 0);
    for case in 0..6000 {
        let (people, wards) = (1 + (random.uniform() * 5.0) as usize, 1 + (random.uniform() * 3.5) as usize);
        let (share, ties) = ([1.0, 0.7][case % 2], [0.2, 0.5, 0.8][case % 3]);
        let residents = Tied::random(&mut random, people, wards, share, ties);
        let hospitals = Tied::random(&mut random, wards, people, share, [0.0, 0.3, 0.6, 0.9][case % 4]);
        let seats: Vec<i64> = (0..wards).map(|_| 1 + (random.uniform() * 3.0) as i64).collect();
        let every = all_matchings(people, &seats);
        for (kind, stability) in KINDS.into_iter().enumerate() {
            let stable: Vec<&Vec<i64>> = every
                .iter()
                .filter(|of| {
                    acceptable(&residents, &hospitals, of)
                        && leaving(&residents, &hospitals, &seats, of, stability).is_empty()
                })
                .collect();
            let result = place_all(&residents, &hospitals, &seats, stability);
            let context = format!(
                "{stability:?} {:?} {:?} {:?} {:?} {seats:?}",
                residents.lists, residents.ranks, hospitals.lists, hospitals.ranks
            );
            assert_eq!(result.exists, !stable.is_empty(), "{context}");
            found[2 * kind + usize::from(result.exists)] += 1;
            let Some(placements) = result.placements else { continue };
            let given = placements.hospital_of.to_vec();
            assert!(stable.contains(&&given), "{given:?} {context}");
            let placed = |of: &[i64]| of.iter().filter(|hospital| **hospital >= 0).count();
            let most = stable.iter().map(|of| placed(of)).max().unwrap();
            if stability == TiedStability::Weak {
                assert!(3 * placed(&given) >= 2 * most, "{given:?} {most} {context}");
                short += most - placed(&given);
                continue;
            }
            for r in 0..people {
                let rank = |of: &[i64]| if of[r] < 0 { i64::MAX } else { residents.rank(r, of[r] as usize).unwrap() };
                assert_eq!(rank(&given), stable.iter().map(|of| rank(of)).min().unwrap(), "{given:?} {context}");
                let better = residents.ranks[r].iter().filter(|&&one| one < rank(&given)).count() as i64;
                assert_eq!(placements.resident_choices[r], if given[r] < 0 { 0 } else { better + 1 });
            }
        }
    }
    assert_eq!(found[0], 0, "a weakly stable matching always exists");
    assert!(found[1..].iter().all(|&count| count > 300), "{found:?}");
    assert!(short < 200, "{short} fewer placed in 6000 cases than can be");
}

#[test]
fn the_verifier_names_those_who_would_leave() {
    let mut random = Random::new(61);
    for case in 0..200 {
        let residents = Tied::random(&mut random, 4, 3, [1.0, 0.7][case % 2], 0.5);
        let hospitals = Tied::random(&mut random, 3, 4, 1.0, 0.5);
        let seats = [1, 2, 1];
        for of in all_matchings(4, &seats) {
            for stability in KINDS {
                let options = VerifyTies::default().with_stability(stability);
                let found = with_lent(&residents, &hospitals, |own, other| {
                    verify_tied_placements(own, other, &seats, &of, &options, &Context::new()).unwrap()
                });
                let mut named: Vec<(i64, i64)> =
                    found.blocking_proposers.iter().copied().zip(found.blocking_receivers.iter().copied()).collect();
                named.sort_unstable();
                assert_eq!(named, leaving(&residents, &hospitals, &seats, &of, stability));
                let legal = acceptable(&residents, &hospitals, &of);
                assert_eq!((found.stable, found.unacceptable.is_empty()), (named.is_empty() && legal, legal));
            }
        }
    }
}

#[test]
fn large_markets_are_stable_and_more_are_placed_than_by_breaking_ties() {
    let mut random = Random::new(62);
    for (people, wards, places) in [(3000, 60, 50), (400, 400, 1), (2000, 3, 700)] {
        let share = (8.0 / wards as f64).min(1.0);
        let residents = Tied::random(&mut random, people, wards, share, 0.7);
        let hospitals = Tied::random(&mut random, wards, people, 1.0, 0.9);
        let seats = vec![places; wards];
        let placements = place_all(&residents, &hospitals, &seats, TiedStability::Weak).placements.unwrap();
        let of = placements.hospital_of.to_vec();
        let options = VerifyTies::default();
        let found = with_lent(&residents, &hospitals, |own, other| {
            verify_tied_placements(own, other, &seats, &of, &options, &Context::new()).unwrap()
        });
        assert!(found.stable);
        let count = |of: &[i64]| of.iter().filter(|hospital| **hospital >= 0).count();
        let broken = hospital_residents(
            &lent(&residents.lists),
            &lent(&hospitals.lists),
            &seats,
            &HospitalResidents::default(),
            &Context::new(),
        );
        assert!(count(&of) >= count(&broken.unwrap().hospital_of.to_vec()), "breaking ties by the order places more");
        // Those with an empty list can be placed nowhere.
        let able = residents.lists.iter().filter(|list| !list.is_empty()).count().min(wards * places as usize);
        assert!(count(&of) * 100 >= able * 95, "{} of {able}", count(&of));
        for stability in [TiedStability::Strong, TiedStability::Super] {
            place_all(&residents, &hospitals, &seats, stability);
        }
    }
}

#[test]
fn lists_without_ranks_have_no_ties() {
    let mut random = Random::new(63);
    for _ in 0..200 {
        let (residents, hospitals) = (lists(&mut random, 7, 3, 0.8), lists(&mut random, 3, 7, 0.8));
        let seats = [2, 1, 3];
        let expected = hospital_residents(
            &lent(&residents),
            &lent(&hospitals),
            &seats,
            &HospitalResidents::default(),
            &Context::new(),
        );
        for stability in KINDS {
            let result = hospital_residents_with_ties(
                TiedLists { lists: &lent(&residents), ranks: &[] },
                TiedLists { lists: &lent(&hospitals), ranks: &[] },
                &seats,
                &HospitalTies::default().with_stability(stability),
                &Context::new(),
            );
            assert_eq!(result.unwrap().placements.as_ref(), expected.as_ref().ok());
        }
    }
}

#[test]
fn bad_ranks_are_refused_with_person_and_position() {
    let fails = |residents: TiedLists<'_>, words: &str| {
        let hospitals = TiedLists { lists: &[&[0], &[0]], ranks: &[] };
        let options = HospitalTies::default();
        let error = hospital_residents_with_ties(residents, hospitals, &[1, 1], &options, &Context::new()).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::InvalidData, words));
    };
    fails(
        TiedLists { lists: &[&[0, 1]], ranks: &[&[2, 1]] },
        "resident_ranks falls from 2 to 1 at position 1 (0-based) of resident 0; lists go from the best to the worst, equals \
         having the same rank",
    );
    fails(
        TiedLists { lists: &[&[0, 1]], ranks: &[&[2]] },
        "resident_ranks has 1 numbers for resident 0, whose list has 2; there must be one for each",
    );
    fails(
        TiedLists { lists: &[&[0, 1]], ranks: &[&[2, 2], &[1]] },
        "resident_ranks has 2 lists, there are 1 residents; give ranks for every list, or none at all where there are no ties",
    );
    let sides = TiedLists { lists: &[&[0], &[0]], ranks: &[] };
    let hospitals = TiedLists { lists: &[&[0, 1]], ranks: &[] };
    let error =
        verify_tied_placements(sides, hospitals, &[1], &[0, 0], &VerifyTies::default(), &Context::new()).unwrap_err();
    assert_eq!(error.message(), "hospital 0 has 2 residents, the capacity is 1");
}
