//! Every pass against all pairs.
use std::collections::BTreeSet;

use super::index::{Candidates, Limits};
use super::keys::letter_groups;
use super::*;
use crate::data::Table;
use crate::matching::entities::options::{Comparison, ComparisonKind, Linkage};
use crate::matching::entities::records::Field;
use crate::matching::entities::roster::Roster;
use crate::math::random::Random;
use crate::{Code, Context};

const LIMITS: Limits = Limits { largest_block: 1000, window: 3, most_pairs: 1_000_000 };

/// Names with typos, towns and missing values.
fn table(rows: usize, seed: u64) -> Table {
    let mut random = Random::new(seed);
    let mut below = |end: usize| ((u128::from(random.bits()) * end as u128) >> 64) as usize;
    let syllables = ["an", "ber", "to", "mi", "chel", "ra", "du", "van", "lo"];
    let mut names: Vec<String> = Vec::new();
    for row in 0..rows {
        names.push(if row > 3 && below(2) == 0 {
            let mut copy: Vec<char> = names[below(row)].chars().collect();
            let (at, letter) = (below(copy.len()), char::from(b'a' + below(26) as u8));
            copy[at] = letter;
            copy.into_iter().collect()
        } else {
            (0..2 + below(3)).map(|_| syllables[below(syllables.len())]).collect()
        });
    }
    let towns: Vec<String> =
        (0..rows).map(|_| if below(8) == 0 { String::new() } else { format!("town{}", below(6)) }).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let towns: Vec<&str> = towns.iter().map(String::as_str).collect();
    Table::from_columns([("name", names.into()), ("town", towns.into())]).unwrap()
}

fn read(table: &Table, right: Option<&Table>) -> (Roster, Vec<Field>) {
    let comparison = |name: &str| Comparison::new(name).with_kind(ComparisonKind::Name);
    let options = Linkage::default().with_comparisons([comparison("name"), comparison("town")]);
    let (roster, ..) = Roster::read(&options, table, right, &Context::new()).unwrap();
    let mut fields = Vec::new();
    roster.fill(&mut fields, &Context::new()).unwrap();
    (roster, fields)
}

fn candidates(passes: &[Blocking], roster: &Roster, fields: &[Field], limits: Limits) -> Candidates {
    let find = |name: &str| roster.find(name);
    Candidates::new(passes, fields, &roster.sides, &find, limits, &Context::new()).unwrap()
}

fn pairs(candidates: &Candidates, rows: usize) -> BTreeSet<(usize, usize)> {
    let (mut met, mut found, mut all) = (Vec::new(), Vec::new(), BTreeSet::new());
    for row in 0..rows {
        candidates.before(row, &mut met, &mut found);
        for other in &found {
            assert!(all.insert((*other as usize, row)), "a pair came twice");
        }
    }
    all
}

fn wanted(rows: usize, is: impl Fn(usize, usize) -> bool) -> BTreeSet<(usize, usize)> {
    (0..rows).flat_map(|j| (0..j).map(move |i| (i, j))).filter(|(i, j)| is(*i, *j)).collect()
}

#[test]
fn keys_give_exactly_the_pairs_with_the_same_key() {
    let table = table(200, 1);
    let (roster, fields) = read(&table, None);
    let value = |field: usize, row: usize| fields[field].value(row).map(str::to_owned);
    let same = |a: Option<String>, b: Option<String>| a.is_some() && a == b;
    let part = |transform| KeyPart::new("name").with_transform(transform).with_length(3).with_start(1);
    type Take = fn(String) -> Option<String>;
    let cases: [(KeyTransform, Take); 4] = [
        (KeyTransform::Whole, Some),
        (KeyTransform::Prefix, |text| Some(text.chars().take(3).collect())),
        (KeyTransform::Suffix, |text| Some(text.chars().rev().take(3).collect())),
        (KeyTransform::Substring, |text| text.get(1..4).map(str::to_owned)),
    ];
    for (transform, take) in cases {
        let found = pairs(&candidates(&[Keys::new([part(transform)]).into()], &roster, &fields, LIMITS), 200);
        let key = |row: usize| value(0, row).and_then(take);
        assert_eq!(found, wanted(200, |i, j| same(key(i), key(j))), "{transform:?}");
        assert!(!found.is_empty());
    }
    let both = pairs(&candidates(&[Keys::of(["name", "town"]).into()], &roster, &fields, LIMITS), 200);
    assert_eq!(both, wanted(200, |i, j| same(value(0, i), value(0, j)) && same(value(1, i), value(1, j))));
}

/// The codes of the National Archives' description of the American Soundex.
#[test]
fn names_that_sound_alike_share_a_key() {
    let names = ["robert", "rupert", "rubin", "ashcraft", "ashcroft", "tymczak", "pfister", "honeyman", "rupert", "li"];
    let codes = ["R163", "R163", "R150", "A261", "A261", "T522", "P236", "H555", "R163", "L000"];
    let table = Table::from_columns([("name", names.to_vec().into()), ("town", names.to_vec().into())]).unwrap();
    let (roster, fields) = read(&table, None);
    let pass = Keys::new([KeyPart::new("name").with_transform(KeyTransform::Soundex)]);
    let found = pairs(&candidates(&[pass.into()], &roster, &fields, LIMITS), names.len());
    assert_eq!(found, wanted(names.len(), |i, j| codes[i] == codes[j]));
}

/// Schmidt is XMT or SMT, smith SM0 or XMT, catherine K0RN or KTRN, katrin KTRN.
#[test]
fn names_that_share_a_double_metaphone_key_meet() {
    let names = ["schmidt", "smith", "schmitt", "catherine", "kathryn", "katrin", "李"];
    let table = Table::from_columns([("name", names.to_vec().into()), ("town", names.to_vec().into())]).unwrap();
    let (roster, fields) = read(&table, None);
    let part = KeyPart::new("name").with_transform(KeyTransform::DoubleMetaphone);
    let found = pairs(&candidates(&[Keys::new([part.clone()]).into()], &roster, &fields, LIMITS), names.len());
    let wanted = BTreeSet::from([(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)]);
    assert_eq!(found, wanted);
    let town = KeyPart::new("town").with_transform(KeyTransform::DoubleMetaphone);
    assert_eq!(pairs(&candidates(&[Keys::new([part, town]).into()], &roster, &fields, LIMITS), names.len()), wanted);
}

#[test]
fn neighbours_are_those_of_the_sorted_table() {
    let table = table(150, 2);
    let (roster, fields) = read(&table, None);
    let mut order: Vec<usize> = (0..150).collect();
    order.sort_by_key(|row| (fields[1].value(*row).is_none(), fields[1].value(*row), fields[0].value(*row), *row));
    let mut place = [0; 150];
    order.iter().enumerate().for_each(|(at, row)| place[*row] = at);
    for window in [1, 4] {
        let pass = SortedNeighbourhood::new(["town", "name"]).with_window(window);
        let found = pairs(&candidates(&[pass.into()], &roster, &fields, LIMITS), 150);
        assert_eq!(found, wanted(150, |i, j| place[i].abs_diff(place[j]) <= window));
    }
}

#[test]
fn no_pair_that_shares_enough_letter_groups_is_missed() {
    let table = table(150, 3);
    let (roster, fields) = read(&table, None);
    for (size, share) in [(2, 0.8), (2, 0.5), (3, 0.6), (1, 1.0)] {
        let pass = QGrams::new("name").with_size(size).with_share(share);
        let found = pairs(&candidates(&[pass.into()], &roster, &fields, LIMITS), 150);
        let groups: Vec<BTreeSet<u64>> =
            (0..150).map(|row| letter_groups(fields[0].value(row).unwrap(), size).into_iter().collect()).collect();
        let enough = wanted(150, |i, j| {
            let shared = groups[i].intersection(&groups[j]).count() as f64;
            shared >= share * groups[i].len().max(groups[j].len()) as f64
        });
        assert!(enough.is_subset(&found), "{size} {share}");
        assert!(found.len() < 150 * 149 / 2);
    }
}

/// The part found of the pairs with nearly the same similarity is binomial: within 5 standard deviations.
#[test]
fn min_hashing_finds_pairs_as_often_as_its_formula_says() {
    let table = table(400, 4);
    let (roster, fields) = read(&table, None);
    let (bands, rows) = (6, 3);
    let groups: Vec<BTreeSet<u64>> =
        (0..400).map(|row| letter_groups(fields[0].value(row).unwrap(), 2).into_iter().collect()).collect();
    let (mut expected, mut variance, mut found) = (0.0, 0.0, 0);
    let pass: Blocking = MinHash::new(["name"]).with_bands(bands).with_rows(rows).into();
    let find = |name: &str| roster.find(name);
    for seed in 0..4 {
        let context = Context::new().with_seed(seed);
        let index = Candidates::new(std::slice::from_ref(&pass), &fields, &[], &find, LIMITS, &context).unwrap();
        let again = Candidates::new(std::slice::from_ref(&pass), &fields, &[], &find, LIMITS, &context).unwrap();
        let pairs_here = pairs(&index, 400);
        assert_eq!(pairs_here, pairs(&again, 400));
        for (i, j) in wanted(400, |_, _| true) {
            let shared = groups[i].intersection(&groups[j]).count() as f64;
            let similarity = shared / groups[i].union(&groups[j]).count() as f64;
            let chance: f64 = 1.0 - (1.0 - similarity.powf(rows as f64)).powf(bands as f64);
            // Every pair by itself: same values share their luck, so only different ones are counted.
            if similarity < 1.0 {
                expected += chance;
                variance += chance * (1.0 - chance);
                found += usize::from(pairs_here.contains(&(i, j)));
            }
        }
    }
    // Pairs share records, so their luck goes together: three times the deviation of independent ones.
    assert!((found as f64 - expected).abs() < 15.0 * f64::sqrt(variance), "{found} of {expected}");
    assert!((found as f64 / expected - 1.0).abs() < 0.15, "{found} of {expected}");
}

#[test]
fn passes_together_give_their_union() {
    let table = table(200, 5);
    let (roster, fields) = read(&table, None);
    let passes: [Blocking; 4] = [
        Keys::of(["name"]).into(),
        Keys::of(["town"]).into(),
        SortedNeighbourhood::new(["name"]).into(),
        MinHash::default().into(),
    ];
    let together = pairs(&candidates(&passes, &roster, &fields, LIMITS), 200);
    let each = passes.iter().map(|pass| pairs(&candidates(std::slice::from_ref(pass), &roster, &fields, LIMITS), 200));
    assert_eq!(together, each.flatten().collect());
    assert_eq!(pairs(&candidates(&[AllPairs {}.into()], &roster, &fields, LIMITS), 200).len(), 200 * 199 / 2);
}

#[test]
fn two_tables_give_pairs_across_only() {
    let (left, right) = (table(80, 6), table(90, 7));
    let (roster, fields) = read(&left, Some(&right));
    let found = pairs(&candidates(&[AllPairs {}.into()], &roster, &fields, LIMITS), 170);
    assert_eq!(found, wanted(170, |i, j| i < 80 && j >= 80));
    let keyed = pairs(&candidates(&[Keys::of(["town"]).into()], &roster, &fields, LIMITS), 170);
    let same = |i: usize, j: usize| fields[1].value(i).is_some() && fields[1].value(i) == fields[1].value(j);
    assert_eq!(keyed, wanted(170, |i, j| i < 80 && j >= 80 && same(i, j)));
}

#[test]
fn a_block_that_is_too_large_is_searched_by_neighbours_and_reported() {
    let table = table(300, 8);
    let (roster, fields) = read(&table, None);
    let limits = Limits { largest_block: 20, window: 2, most_pairs: 1_000_000 };
    let index = candidates(&[Keys::of(["town"]).into()], &roster, &fields, limits);
    let found = pairs(&index, 300);
    let report = index.report(found.len());
    assert_eq!(report.passes[0].large_blocks, 6);
    assert!(report.passes[0].largest_block > 20 && found.len() <= 300 * 2 && found.len() > 300);
    assert!(found.len() <= report.passes[0].pairs);
    // Equal names in one town stand beside each other, so they are still found.
    let equal = wanted(300, |i, j| {
        fields[0].value(i) == fields[0].value(j)
            && fields[1].value(i).is_some()
            && fields[1].value(i) == fields[1].value(j)
    });
    assert!(!equal.is_empty() && equal.is_subset(&found));
}

#[test]
fn candidates_are_kept_within_the_limit_or_refused() {
    let table = table(300, 9);
    let (roster, fields) = read(&table, None);
    let limits = |most_pairs| Limits { largest_block: 1000, window: 50, most_pairs };
    let index = candidates(&[Keys::of(["town"]).into()], &roster, &fields, limits(1500));
    let found = pairs(&index, 300);
    assert!(found.len() <= 1500, "{}", found.len());
    assert!(index.report(found.len()).largest_block < 1000);
    let find = |name: &str| roster.find(name);
    let refused =
        Candidates::new(&[AllPairs {}.into()], &fields, &[], &find, limits(100), &Context::new()).unwrap_err();
    assert_eq!(refused.code(), Code::TooLarge);
    assert!(refused.message().contains("44850"), "{refused}");
}

#[test]
fn an_index_that_learnt_records_is_that_of_all_records() {
    let context = Context::new();
    let all = table(240, 10);
    let parts = [(0, 100), (100, 101), (101, 240)].map(|(from, to)| {
        let batch = all.batches()[0].slice(from, to - from);
        Table::from_batches(all.schema().clone(), vec![batch]).unwrap()
    });
    let passes: [Blocking; 4] = [
        Keys::of(["name"]).into(),
        Keys::of(["town"]).into(),
        SortedNeighbourhood::new(["name", "town"]).into(),
        MinHash::default().into(),
    ];
    let limits = Limits { largest_block: 20, window: 2, most_pairs: 1_000_000 };
    let (mut roster, mut fields) = read(&parts[0], None);
    let mut grown = candidates(&passes, &roster, &fields, limits);
    for part in &parts[1..] {
        let first = roster.rows as usize;
        roster.append(part, false, &context).unwrap();
        roster.fill(&mut fields, &context).unwrap();
        grown.extend(&fields, &[], first, &context).unwrap();
    }
    let (whole, whole_fields) = read(&all, None);
    let fresh = candidates(&passes, &whole, &whole_fields, limits);
    assert_eq!(pairs(&grown, 240), pairs(&fresh, 240));
}
