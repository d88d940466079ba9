use super::*;
use crate::matching::stable::*;
use crate::{Code, Context};

fn pair_up(lists: &[Vec<i64>]) -> Roommates {
    stable_roommates(&lent(lists), &Context::new()).unwrap()
}

/// All ways to pair some people who list each other.
fn pairings(lists: &[Vec<i64>]) -> Vec<Vec<i64>> {
    fn extend(lists: &[Vec<i64>], person: usize, partners: &mut Vec<i64>, all: &mut Vec<Vec<i64>>) {
        if person == lists.len() {
            all.push(partners.clone());
            return;
        }
        extend(lists, person + 1, partners, all);
        for other in person + 1..lists.len() {
            let mutual = lists[person].contains(&(other as i64)) && lists[other].contains(&(person as i64));
            if partners[person] < 0 && partners[other] < 0 && mutual {
                (partners[person], partners[other]) = (other as i64, person as i64);
                extend(lists, person + 1, partners, all);
                (partners[person], partners[other]) = (-1, -1);
            }
        }
    }
    let mut all = Vec::new();
    extend(lists, 0, &mut vec![-1; lists.len()], &mut all);
    all.sort_unstable();
    all.dedup();
    all
}

/// Two people prefer each other to those in `kept`, by definition.
fn blocks(lists: &[Vec<i64>], kept: &[i64], a: usize, b: usize) -> bool {
    let wants = |own: usize, other: usize| {
        place(&lists[own], other as i64).is_some_and(|at| at < place(&lists[own], kept[own]).unwrap_or(usize::MAX))
    };
    wants(a, b) && wants(b, a)
}

fn is_stable_pairing(lists: &[Vec<i64>], partners: &[i64]) -> bool {
    (0..lists.len()).all(|a| (0..a).all(|b| !blocks(lists, partners, a, b)))
}

fn group(random: &mut Random, people: usize, share: f64) -> Vec<Vec<i64>> {
    let without = |(person, mut own): (usize, Vec<i64>)| {
        own.retain(|&id| id != person as i64);
        own
    };
    lists(random, people, people, share).into_iter().enumerate().map(without).collect()
}

/// The conditions of a stable partition, which prove its odd parties.
fn check_proof(lists: &[Vec<i64>], result: &Roommates) {
    let after = result.successor_of.to_vec();
    let mut before = vec![-1; lists.len()];
    for (person, &next) in after.iter().enumerate().filter(|(_, next)| **next >= 0) {
        assert_eq!(before[next as usize], -1, "{next} follows two");
        before[next as usize] = person as i64;
    }
    for (person, (&next, &last)) in after.iter().zip(&before).enumerate() {
        assert_eq!(next < 0, last < 0);
        if next >= 0 {
            let (better, worse) = (place(&lists[person], next).unwrap(), place(&lists[person], last).unwrap());
            assert!(better <= worse);
            assert!(lists[next as usize].contains(&(person as i64)));
        }
    }
    assert!(is_stable_pairing(lists, &before), "{lists:?} {after:?}");
    for party in &result.odd_parties {
        assert!(party.len() >= 3 && party.len() % 2 == 1);
        for (at, &person) in party.iter().enumerate() {
            assert_eq!(after[person as usize], party[(at + 1) % party.len()]);
        }
    }
    let in_parties: usize = result.odd_parties.iter().map(|party| party.len()).sum();
    let in_pairs = (0..lists.len()).filter(|&p| after[p] >= 0 && after[after[p] as usize] == p as i64).count();
    let alone = after.iter().filter(|next| **next < 0).count();
    assert_eq!(in_parties + in_pairs + alone, lists.len());
}

#[test]
fn a_stable_pairing_is_found_exactly_if_brute_force_finds_one() {
    let mut random = Random::new(21);
    let (mut solvable, mut unsolvable) = (0, 0);
    for case in 0..6000 {
        let people = (random.uniform() * 8.0) as usize;
        let lists = group(&mut random, people, [1.0, 0.8, 0.5][case % 3]);
        let result = pair_up(&lists);
        let stable: Vec<Vec<i64>> =
            pairings(&lists).into_iter().filter(|partners| is_stable_pairing(&lists, partners)).collect();
        assert_eq!(result.exists, !stable.is_empty(), "{lists:?}");
        assert_eq!(result.exists, result.odd_parties.is_empty());
        match &result.partner_of {
            Some(partners) => assert!(stable.contains(&partners.to_vec()), "{lists:?}"),
            None => assert!(!result.exists),
        }
        check_proof(&lists, &result);
        *(if result.exists { &mut solvable } else { &mut unsolvable }) += 1;
    }
    assert!(solvable > 1000 && unsolvable > 300, "{solvable} {unsolvable}");
}

#[test]
fn larger_groups_come_with_a_proof_and_the_verifier_agrees() {
    let mut random = Random::new(2);
    let mut unsolvable = 0;
    for case in 0..60 {
        let lists = group(&mut random, 20 + 5 * case, [1.0, 0.3][case % 2]);
        let result = pair_up(&lists);
        check_proof(&lists, &result);
        unsolvable += usize::from(!result.exists);
        if let Some(partners) = &result.partner_of {
            let found =
                verify_roommates(&lent(&lists), &partners.to_vec(), &VerifyStability::default(), &Context::new());
            assert!(found.unwrap().stable);
        }
    }
    assert!((10..50).contains(&unsolvable), "{unsolvable}");
}

/// Irving (1985) gives six people of whom 0-5, 1-2, 3-4 are stable, and the textbook four of whom none are.
#[test]
fn the_cases_of_the_source_come_out() {
    let six = [[3, 5, 1, 4, 2], [5, 2, 4, 0, 3], [3, 4, 0, 5, 1], [1, 5, 4, 0, 2], [3, 1, 2, 5, 0], [4, 0, 3, 1, 2]];
    let lists: Vec<Vec<i64>> = six.iter().map(|list| list.to_vec()).collect();
    let stable: Vec<Vec<i64>> =
        pairings(&lists).into_iter().filter(|partners| is_stable_pairing(&lists, partners)).collect();
    assert_eq!(stable, [[5, 2, 1, 4, 3, 0]]);
    assert_eq!(pair_up(&lists).partner_of.unwrap().to_vec(), [5, 2, 1, 4, 3, 0]);
    let lists = vec![vec![1, 2, 3], vec![2, 0, 3], vec![0, 1, 3], vec![0, 1, 2]];
    let result = pair_up(&lists);
    assert_eq!((result.exists, result.odd_parties.clone()), (false, vec![vec![0, 1, 2]]));
    assert_eq!(result.successor_of.to_vec(), [1, 2, 0, -1]);
}

#[test]
fn the_verifier_names_the_two_who_would_leave() {
    let mut random = Random::new(9);
    for _ in 0..300 {
        let lists = group(&mut random, 6, 0.8);
        for partners in pairings(&lists) {
            let options = VerifyStability::default();
            let found = verify_roommates(&lent(&lists), &partners, &options, &Context::new()).unwrap();
            let named: Vec<(i64, i64)> =
                found.blocking_proposers.iter().copied().zip(found.blocking_receivers.iter().copied()).collect();
            let expected =
                (0..6).flat_map(|b| (0..b).map(move |a| (a, b))).filter(|&(a, b)| blocks(&lists, &partners, a, b));
            assert_eq!(named.len(), expected.clone().count());
            assert!(expected.into_iter().all(|(a, b)| named.contains(&(a as i64, b as i64))));
        }
    }
    let lists: [&[i64]; 3] = [&[1], &[], &[]];
    let found = verify_roommates(&lists, &[1, 0, -1], &VerifyStability::default(), &Context::new()).unwrap();
    assert_eq!((found.stable, found.unacceptable.to_vec()), (false, vec![0]));
}

#[test]
fn bad_groups_are_refused_with_person_and_position() {
    let context = Context::new();
    let fails = |lists: &[&[i64]], words: &str| {
        let error = stable_roommates(lists, &context).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::InvalidData, words));
    };
    fails(&[&[1], &[0, 1]], "person 1 lists person 1 at position 1 (0-based), who is the same; leave it out");
    fails(&[&[1], &[2]], "person 1 lists person 2 at position 0 (0-based), but the persons are 0 to 1");
    fails(&[&[1, 1], &[]], "person 0 lists person 1 twice, at positions 0 and 1 (0-based); each may be listed once");
    let options = VerifyStability::default();
    let error = verify_roommates(&[&[1], &[0], &[]], &[1, 2, -1], &options, &context).unwrap_err();
    assert_eq!(error.message(), "the partner of person 0 is 1, whose partner is 2; they must be each other's");
    let options = options.with_capacities([1]);
    assert_eq!(verify_roommates(&[&[]], &[-1], &options, &context).unwrap_err().code(), Code::InvalidConfig);
}
