//! The whole of a linkage: what it finds, how it explains itself, what it refuses.
use std::time::{Duration, Instant};

use super::*;
use crate::data::{Column, Table};
use crate::math::random::Random;
use crate::{Code, Context};

/// People, `copies` of them once more with errors; the truth.
fn people(count: usize, copies: usize, seed: u64) -> (Table, Vec<i64>) {
    let mut random = Random::new(seed);
    let mut below = |end: usize| ((u128::from(random.bits()) * end as u128) >> 64) as usize;
    let syllables = ["an", "ber", "to", "mi", "chel", "ra", "du", "van", "lo", "qui", "zen", "fa", "gor", "hul", "pe"];
    let mut rows: Vec<[String; 5]> = Vec::new();
    let mut truth = Vec::new();
    for person in 0..count + copies {
        if person < count {
            let mut word = |parts: usize| -> String { (0..parts).map(|_| syllables[below(15)]).collect() };
            let (first, last, street) = (word(2), word(3), word(3));
            let (house, day, phone) = (below(200), below(20_000), below(900_000_000));
            let born = super::super::super::data::time::civil::civil_from_days(day as i64 - 10_000);
            rows.push([
                first,
                last,
                format!("{house} {street} road"),
                format!("{:04}-{:02}-{:02}", born.0, born.1, born.2),
                format!("0{}", 100_000_000 + phone),
            ]);
            truth.push(person as i64);
        } else {
            let of = below(count);
            let mut copy = rows[of].clone();
            for _ in 0..=below(2) {
                let field = below(5);
                let mut letters: Vec<char> = copy[field].chars().collect();
                if letters.len() > 1 {
                    let at = below(letters.len());
                    letters.remove(at);
                }
                copy[field] = if below(6) == 0 { String::new() } else { letters.into_iter().collect() };
            }
            if below(10) == 0 {
                copy.swap(0, 1);
            }
            rows.push(copy);
            truth.push(of as i64);
        }
    }
    let column = |at: usize| -> Column { rows.iter().map(|row| row[at].as_str()).collect::<Vec<_>>().into() };
    let names = ["first", "last", "street", "born", "phone"];
    let mut columns: Vec<(&str, Column)> = vec![("id", (0..rows.len() as i64).collect::<Vec<_>>().into())];
    columns.extend(names.iter().enumerate().map(|(at, name)| (*name, column(at))));
    (Table::from_columns(columns).unwrap(), truth)
}

fn quiet() -> Context {
    Context::new().with_threads(1)
}

#[test]
fn duplicates_are_found_without_a_word_said() {
    let (table, truth) = people(600, 400, 1);
    let fitted = Linkage::default().fit(&table, &quiet()).unwrap();
    let accuracy = linkage_accuracy(&fitted.entities().to_vec(), &truth).unwrap();
    assert!(accuracy.f1 > 0.995, "{accuracy:?}");
    let summary = fitted.summary();
    assert!(summary.converged);
    assert_eq!(summary.skipped.iter().map(|skipped| skipped.column.as_str()).collect::<Vec<_>>(), ["id"]);
    let kinds: Vec<_> = summary.columns.iter().map(|column| column.kind).collect();
    use ComparisonKind::{Date, Name, Phone};
    assert_eq!(kinds, [Name, Name, Name, Date, Phone]);
    assert_eq!(summary.columns[0].swapped_with.as_deref(), Some("last"));
    assert!(fitted.pair_completeness(&truth, &quiet()).unwrap() > 0.995);
}

#[test]
fn no_duplicates_are_invented() {
    for (count, seed) in [(800, 2), (40, 3), (7, 4), (2, 5)] {
        let (table, _) = people(count, 0, seed);
        let fitted = Linkage::default().fit(&table, &quiet()).unwrap();
        assert_eq!(fitted.summary().entities, count, "{count} records");
    }
}

#[test]
fn a_table_of_one_thing_only_is_one_entity() {
    let (table, _) = people(1, 0, 6);
    let rows: Vec<(String, Column)> = table
        .names()
        .iter()
        .filter(|name| **name != "id")
        .enumerate()
        .map(|(at, name)| {
            let value = table.texts(name).unwrap()[0].unwrap();
            // Errors here and there, so that no column is constant.
            let wrong = |row: usize| row % 6 == at;
            let cell = |row: usize| if wrong(row) { value[1..].to_owned() } else { value.to_owned() };
            let values: Vec<String> = (0..12).map(cell).collect();
            ((*name).to_owned(), values.into())
        })
        .collect();
    let fitted = Linkage::default().fit(&Table::from_columns(rows).unwrap(), &quiet()).unwrap();
    assert_eq!(fitted.summary().entities, 1, "{:?}", fitted.entities());
}

#[test]
fn two_tables_are_linked_and_one_to_one_pairs_none_twice() {
    let (table, truth) = people(400, 300, 7);
    let split = |from: usize, to: usize| {
        Table::from_batches(table.schema().clone(), vec![table.batches()[0].slice(from, to - from)]).unwrap()
    };
    let (left, right) = (split(0, 400), split(400, 700));
    let options = Linkage::default();
    let fitted = options.fit_link(&left, &right, &quiet()).unwrap();
    let pairs = fitted.pairs(None).unwrap();
    let rows = |name: &str| -> Vec<i64> { pairs.integers(name).unwrap().into_iter().flatten().collect() };
    assert!(rows("left").iter().all(|row| *row < 400) && rows("right").iter().all(|row| *row < 300));
    let right_of_all: Vec<i64> = rows("right").iter().map(|row| row + 400).collect();
    let accuracy = pair_accuracy(&rows("left"), &right_of_all, &truth).unwrap();
    assert!(accuracy.precision > 0.99 && accuracy.true_pairs > 295.0, "{accuracy:?}");
    let single = options.with_clustering(Clustering::OneToOne).fit_link(&left, &right, &quiet()).unwrap();
    let mut sizes = std::collections::HashMap::new();
    single.entities().iter().for_each(|entity| *sizes.entry(*entity).or_insert(0) += 1);
    assert!(sizes.values().all(|size| *size <= 2));
}

#[test]
fn an_explanation_adds_up_to_its_weight() {
    let (table, truth) = people(300, 200, 8);
    let fitted = Linkage::default().fit(&table, &quiet()).unwrap();
    let mut matching = 0;
    for (i, j) in (0..500_i64).flat_map(|i| [(i, (i * 7 + 1) % 500), (i, (i + 250) % 500)]) {
        if i == j {
            continue;
        }
        let why = fitted.explain(i, j, &quiet()).unwrap();
        let sum: f64 = why.columns.iter().map(|column| column.weight + column.frequency_weight).sum();
        assert!((why.prior_weight + sum - why.weight).abs() < 1e-12, "{why:?}");
        assert!((why.probability - 1.0 / (1.0 + (-why.weight).exp2())).abs() < 1e-15);
        assert_eq!(fitted.predict(&[i], &[j], &quiet()).unwrap()[0], why.probability);
        // A pair in the other order is the same pair.
        let back = fitted.explain(j, i, &quiet()).unwrap();
        assert!((back.weight - why.weight).abs() < 1e-12);
        for column in &why.columns {
            match (column.m, column.u) {
                (Some(m), Some(u)) => assert!((column.weight - (m / u).log2()).abs() < 1e-12),
                _ => assert_eq!((column.weight, column.level.as_str()), (0.0, "missing")),
            }
        }
        matching += usize::from(truth[i as usize] == truth[j as usize] && why.probability > 0.5);
    }
    let pairs = fitted.pairs(Some(0.9)).unwrap();
    let least = pairs.floats("probability").unwrap().iter().copied().fold(1.0, f64::min);
    assert!(least >= 0.9 && pairs.rows() > 190 && matching <= pairs.rows());
}

#[test]
fn the_answer_is_the_same_on_any_number_of_threads_and_for_the_same_seed() {
    let (table, _) = people(500, 300, 9);
    let run = |threads: usize, seed: u64| {
        let context = Context::new().with_threads(threads).with_seed(seed);
        Linkage::default().fit(&table, &context).unwrap().to_bytes().unwrap()
    };
    let first = run(1, 5);
    assert_eq!(first, run(2, 5));
    assert_eq!(first, run(7, 5));
    assert_ne!(first, run(1, 6));
}

#[test]
fn the_order_of_rows_and_columns_does_not_change_who_belongs_together() {
    let (table, truth) = people(300, 200, 10);
    let order: Vec<usize> = (0..500).map(|row| row * 177 % 500).collect();
    let names: Vec<&str> = table.names().into_iter().rev().filter(|name| *name != "id").collect();
    let shuffled = Table::from_columns(names.iter().map(|name| {
        let texts = table.texts(name).unwrap();
        (*name, Column::from(order.iter().map(|row| texts[*row].unwrap_or_default()).collect::<Vec<&str>>()))
    }))
    .unwrap();
    let truth: Vec<i64> = order.iter().map(|row| truth[*row]).collect();
    let first = Linkage::default().fit(&table, &quiet()).unwrap().entities().to_vec();
    let second = Linkage::default().fit(&shuffled, &quiet()).unwrap().entities().to_vec();
    let first: Vec<i64> = order.iter().map(|row| first[*row]).collect();
    assert!(linkage_accuracy(&second, &first).unwrap().f1 > 0.995);
    assert!(linkage_accuracy(&second, &truth).unwrap().f1 > 0.99);
}

#[test]
fn a_saved_model_answers_bit_for_bit_and_learns_on() {
    let (table, _) = people(300, 200, 11);
    let (more, _) = people(300, 260, 11);
    let new = Table::from_batches(more.schema().clone(), vec![more.batches()[0].slice(480, 80)]).unwrap();
    let mut fitted = Linkage::default().fit(&table, &quiet()).unwrap();
    let mut loaded = FittedLinkage::from_bytes(&fitted.to_bytes().unwrap()).unwrap();
    assert_eq!(fitted.summary(), loaded.summary());
    assert_eq!(fitted.pairs(None).unwrap(), loaded.pairs(None).unwrap());
    assert_eq!(fitted.explain(3, 400, &quiet()).unwrap(), loaded.explain(3, 400, &quiet()).unwrap());
    assert_eq!(fitted.match_new(&new, false, &quiet()).unwrap(), loaded.match_new(&new, false, &quiet()).unwrap());
    assert_eq!(fitted.update(&new, false, &quiet()).unwrap(), loaded.update(&new, false, &quiet()).unwrap());
    assert_eq!(fitted.to_bytes().unwrap(), loaded.to_bytes().unwrap());
}

#[test]
fn new_records_find_their_entities_and_known_ones_keep_theirs() {
    let (table, truth) = people(500, 500, 12);
    let part = |from: usize, to: usize| {
        Table::from_batches(table.schema().clone(), vec![table.batches()[0].slice(from, to - from)]).unwrap()
    };
    let mut fitted = Linkage::default().fit(&part(0, 800), &quiet()).unwrap();
    let before = fitted.entities().to_vec();
    let asked = fitted.match_new(&part(800, 1000), false, &quiet()).unwrap();
    assert_eq!(fitted.entities().len(), 800);
    for start in (800..1000).step_by(40) {
        let learnt = fitted.update(&part(start, start + 40), false, &quiet()).unwrap();
        assert_eq!(learnt.entities.len(), 40);
    }
    let after = fitted.entities().to_vec();
    assert_eq!(after[..800], before[..]);
    for found in [after.clone(), [&before[..], &asked.entities.to_vec()].concat()] {
        let accuracy = linkage_accuracy(&found, &truth).unwrap();
        assert!(accuracy.f1 > 0.99, "{accuracy:?}");
    }
    assert_eq!(fitted.update(&part(0, 0), false, &quiet()).unwrap().entities.len(), 0);
    let error =
        fitted.update(&Table::from_columns([("first", vec!["x"].into())]).unwrap(), false, &quiet()).unwrap_err();
    assert_eq!((error.code(), fitted.entities().len()), (Code::InvalidData, 1000));
}

#[test]
fn known_matches_are_counted() {
    let (table, truth) = people(400, 300, 13);
    let labelled = Linkage::default().fit_labelled(&table, &truth, &quiet()).unwrap();
    let summary = labelled.summary();
    let same = 300.0 / 2.0;
    assert!(summary.prior * 700.0 * 699.0 / 2.0 > same, "{}", summary.prior);
    assert!(linkage_accuracy(&labelled.entities().to_vec(), &truth).unwrap().f1 > 0.99);
    // Half of the labels, and some pairs, do nearly as well.
    let half: Vec<i64> =
        truth.iter().enumerate().map(|(row, entity)| if row % 3 == 0 { -1 } else { *entity }).collect();
    let partly = Linkage::default().fit_labelled(&table, &half, &quiet()).unwrap();
    assert!(linkage_accuracy(&partly.entities().to_vec(), &truth).unwrap().f1 > 0.99);
    let (mut left, mut right, mut matches) = (vec![], vec![], vec![]);
    for (row, entity) in truth.iter().enumerate().take(500).skip(400) {
        left.extend([*entity, (row as i64 * 3) % 400]);
        right.extend([row as i64; 2]);
        matches.extend([1, 0]);
    }
    let pairs = Linkage::default().fit_pairs(&table, &left, &right, &matches, &quiet()).unwrap();
    assert!(linkage_accuracy(&pairs.entities().to_vec(), &truth).unwrap().f1 > 0.99);
    let refused = |entities: &[i64]| Linkage::default().fit_labelled(&table, entities, &quiet()).unwrap_err().code();
    assert_eq!(refused(&[1, 2]), Code::InvalidData);
    assert_eq!(refused(&vec![-1; 700]), Code::NotEnoughData);
    let refused = Linkage::default().fit_pairs(&table, &[0], &[700], &[1], &quiet()).unwrap_err();
    assert_eq!(refused.code(), Code::InvalidData);
}

#[test]
fn bad_input_is_refused_with_its_reason() {
    let (table, _) = people(20, 5, 14);
    let fit = |options: Linkage, table: &Table| options.fit(table, &quiet()).map(|_| ()).unwrap_err();
    let compare = |comparison: Comparison| Linkage::default().with_comparisons([comparison]);
    for (error, code, part) in [
        (fit(compare(Comparison::new("nme")), &table), Code::InvalidData, "there is no column \"nme\""),
        (fit(Linkage::default().with_ignore(["nme"]), &table), Code::InvalidConfig, "ignore names \"nme\""),
        (fit(Linkage::default().with_threshold(1.0), &table), Code::InvalidConfig, "threshold is 1"),
        (fit(Linkage::default().with_threshold(f64::NAN), &table), Code::InvalidConfig, "threshold is NaN"),
        (fit(Linkage::default().with_prior(0.0), &table), Code::InvalidConfig, "prior is 0"),
        (fit(Linkage::default().with_window(0), &table), Code::InvalidConfig, "window is 0"),
        (fit(Linkage::default().with_random_pairs(1), &table), Code::InvalidConfig, "random_pairs is 1"),
        (
            fit(compare(Comparison::new("first").with_kind(ComparisonKind::Name).with_thresholds([0.5, 0.9])), &table),
            Code::InvalidConfig,
            "descending",
        ),
        (
            fit(compare(Comparison::new("first").with_kind(ComparisonKind::Geo)), &table),
            Code::InvalidConfig,
            "longitude",
        ),
        (
            fit(Linkage::default().with_comparisons([Comparison::new("first"), Comparison::new("first")]), &table),
            Code::InvalidConfig,
            "twice",
        ),
        (fit(Linkage::default().with_blocking([Keys::new([]).into()]), &table), Code::InvalidConfig, "0 parts"),
        (
            fit(Linkage::default().with_blocking([Keys::of(["town"]).into()]), &table),
            Code::InvalidData,
            "there is no column \"town\"",
        ),
        (fit(Linkage::default().with_most_pairs(5), &table), Code::TooLarge, "most_pairs is 5"),
        (
            fit(Linkage::default(), &Table::from_columns([("a", vec!["x"].into())]).unwrap()),
            Code::NotEnoughData,
            "got 1",
        ),
        (fit(Linkage::default(), &Table::from_columns::<&str>([]).unwrap()), Code::NotEnoughData, "got 0"),
        (
            fit(Linkage::default(), &Table::from_columns([("a", vec!["", " "].into())]).unwrap()),
            Code::InvalidData,
            "\"a\": it has no value",
        ),
        (
            fit(Linkage::default(), &Table::from_columns([("a", vec![1.0, f64::INFINITY].into())]).unwrap()),
            Code::InvalidData,
            "infinite value in row 1",
        ),
    ] {
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(part), "{error}");
    }
    let fitted = Linkage::default().fit(&table, &quiet()).unwrap();
    assert_eq!(fitted.explain(0, 25, &quiet()).unwrap_err().code(), Code::InvalidData);
    assert_eq!(fitted.explain(3, 3, &quiet()).unwrap_err().code(), Code::InvalidData);
    assert_eq!(fitted.predict(&[0], &[], &quiet()).unwrap_err().code(), Code::InvalidData);
    assert_eq!(fitted.pairs(Some(0.001)).unwrap_err().code(), Code::InvalidConfig);
    assert_eq!(fitted.pair_completeness(&[1], &quiet()).unwrap_err().code(), Code::InvalidData);
}

#[test]
fn columns_of_every_kind_say_something() {
    let mut random = Random::new(15);
    let mut below = |end: usize| ((u128::from(random.bits()) * end as u128) >> 64) as usize;
    let things = 300;
    let mut latitude: Vec<f64> = (0..things).map(|_| below(1000) as f64 / 10.0 - 50.05).collect();
    let mut longitude: Vec<f64> = (0..things).map(|_| below(3000) as f64 / 10.0 - 150.05).collect();
    let mut height: Vec<f64> = (0..things).map(|_| 100.5 + below(10_000) as f64 / 7.0).collect();
    let mut mail: Vec<String> = (0..things).map(|_| format!("user{}@mail.example", below(100_000))).collect();
    let mut day: Vec<i32> = (0..things).map(|_| below(15_000) as i32).collect();
    let mut sold: Vec<bool> = (0..things).map(|_| below(2) == 0).collect();
    for copy in 0..100 {
        latitude.push(latitude[copy] + 0.0003);
        longitude.push(longitude[copy]);
        height.push(height[copy] + 0.1);
        mail.push(mail[copy].replace("@mail", "@post"));
        day.push(if copy % 3 == 0 { day[copy] + 2 } else { day[copy] });
        sold.push(sold[copy]);
    }
    let days = crate::data::Values::Dates(day);
    let table = Table::from_columns([
        ("lat", latitude.into()),
        ("lon", longitude.into()),
        ("height", height.into()),
        ("mail", Column::from(mail)),
        ("day", days.into()),
        ("sold", sold.into()),
    ])
    .unwrap();
    let fitted = Linkage::default().fit(&table, &quiet()).unwrap();
    let kinds: Vec<_> = fitted.summary().columns.iter().map(|column| column.kind).collect();
    use ComparisonKind::{Date, Email, Exact, Geo, Numeric};
    assert_eq!(kinds, [Geo, Numeric, Email, Date, Exact]);
    let truth: Vec<i64> = (0..300).chain(0..100).collect();
    let accuracy = linkage_accuracy(&fitted.entities().to_vec(), &truth).unwrap();
    assert!(accuracy.f1 > 0.99, "{accuracy:?}");
    let why = fitted.explain(0, 300, &quiet()).unwrap();
    let levels: Vec<&str> = why.columns.iter().map(|column| column.level.as_str()).collect();
    assert_eq!(levels[0], "at most 0.1 km apart");
    assert_eq!(levels[2], "same part before the @");
    assert!(levels[3].starts_with("one edit") || levels[3] == "at most 31 days apart", "{levels:?}");
}

#[test]
fn huge_texts_and_long_lists_of_columns_are_no_burden() {
    let long: Vec<String> = (0..6).map(|row| format!("{} {}", "lorem ipsum ".repeat(300_000), row / 2)).collect();
    let mut columns: Vec<(String, Column)> = vec![("text".into(), long.into())];
    for column in 0..40 {
        let values: Vec<String> = (0..6).map(|row| format!("value {} {}", column * 7, row / 2)).collect();
        columns.push((format!("c{column}"), values.into()));
    }
    let table = Table::from_columns(columns).unwrap();
    let start = Instant::now();
    let fitted = Linkage::default().fit(&table, &quiet()).unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
    let summary = fitted.summary();
    assert_eq!((summary.columns.len(), summary.skipped.len()), (32, 9));
    assert_eq!(fitted.entities().to_vec(), [0, 0, 1, 1, 2, 2]);
}

#[test]
fn a_cancelled_fit_ends_within_a_tenth_of_a_second() {
    let (table, _) = people(12_000, 8_000, 16);
    let reference = Instant::now();
    Linkage::default().fit(&table, &Context::new().with_threads(2)).unwrap();
    let whole = reference.elapsed();
    for part in [0.05, 0.3, 0.6, 0.9] {
        let context = Context::new().with_threads(2);
        let stopper = context.clone();
        let delay = whole.mul_f64(part);
        let asked = std::thread::spawn(move || {
            std::thread::sleep(delay);
            stopper.cancel();
            Instant::now()
        });
        let result = Linkage::default().fit(&table, &context);
        let ended = Instant::now();
        let asked = asked.join().unwrap();
        if let Err(error) = result {
            assert_eq!(error.code(), Code::Cancelled);
            // Twice the promise: other tests use the same processors.
            assert!(ended.saturating_duration_since(asked) < Duration::from_millis(200), "at {part}");
        }
    }
}

#[test]
fn merged_records_keep_what_the_rules_say() {
    let table = Table::from_columns([
        ("name", vec!["Ann", "Anna", "Ann", "Bob", ""].into()),
        ("seen", vec!["2020-01-01", "2021-05-01", "2019-01-01", "2020-01-01", "2022-01-01"].into()),
        ("source", vec!["web", "shop", "crm", "web", "shop"].into()),
        ("spent", vec![10.0, f64::NAN, 30.0, 5.0, 7.0].into()),
        ("visits", vec![3_i64, 1, 2, 9, 4].into()),
    ])
    .unwrap();
    let entities = [5, 5, 5, 2, 2];
    let rule = MergeRule::new;
    let options = MergeRecords::default().with_rules([
        rule("seen", Survivor::Max),
        rule("source", Survivor::Source).with_by("source").with_order(["crm", "shop"]),
        rule("spent", Survivor::Mean),
        rule("visits", Survivor::Newest).with_by("seen"),
    ]);
    let merged = merge_records(&table, &entities, &options).unwrap();
    assert_eq!(merged.names(), ["entity", "records", "members", "name", "seen", "source", "spent", "visits"]);
    assert_eq!(merged.integers("entity").unwrap(), [Some(5), Some(2)]);
    assert_eq!(merged.texts("members").unwrap(), [Some("0 1 2"), Some("3 4")]);
    // The empty text of the last record is a value; the first of equally frequent ones survives.
    assert_eq!(merged.texts("name").unwrap(), [Some("Ann"), Some("Bob")]);
    assert_eq!(merged.texts("seen").unwrap(), [Some("2021-05-01"), Some("2022-01-01")]);
    assert_eq!(merged.texts("source").unwrap(), [Some("crm"), Some("shop")]);
    assert_eq!(merged.floats("spent").unwrap()[..], [20.0, 6.0]);
    assert_eq!(merged.integers("visits").unwrap(), [Some(1), Some(4)]);
    for (survivor, names, spent) in [
        (Survivor::Longest, ["Anna", "Bob"], [10.0, 5.0]),
        (Survivor::First, ["Ann", "Bob"], [10.0, 5.0]),
        (Survivor::Last, ["Ann", ""], [30.0, 7.0]),
        (Survivor::MostFrequent, ["Ann", "Bob"], [10.0, 5.0]),
    ] {
        let merged = merge_records(&table, &entities, &MergeRecords::default().with_survivor(survivor)).unwrap();
        assert_eq!(merged.texts("name").unwrap(), names.map(Some), "{survivor:?}");
        assert_eq!(merged.floats("spent").unwrap()[..], spent, "{survivor:?}");
    }
    let oldest = MergeRecords::default()
        .with_rules([rule("visits", Survivor::Oldest).with_by("seen"), rule("spent", Survivor::Min)]);
    let merged = merge_records(&table, &entities, &oldest).unwrap();
    assert_eq!(merged.integers("visits").unwrap(), [Some(2), Some(9)]);
    assert_eq!(merged.floats("spent").unwrap()[..], [10.0, 5.0]);
}

#[test]
fn merging_refuses_what_does_not_suit() {
    let table = Table::from_columns([("name", vec!["a", "b"].into())]).unwrap();
    let refused =
        |entities: &[i64], options: MergeRecords| merge_records(&table, entities, &options).unwrap_err().code();
    let rule = |rule: MergeRule| MergeRecords::default().with_rules([rule]);
    assert_eq!(refused(&[1], MergeRecords::default()), Code::InvalidData);
    assert_eq!(refused(&[1, 1], rule(MergeRule::new("nme", Survivor::First))), Code::InvalidConfig);
    assert_eq!(refused(&[1, 1], rule(MergeRule::new("name", Survivor::Newest))), Code::InvalidConfig);
    assert_eq!(refused(&[1, 1], rule(MergeRule::new("name", Survivor::Source).with_by("name"))), Code::InvalidConfig);
    assert_eq!(refused(&[1, 1], MergeRecords::default().with_survivor(Survivor::Newest)), Code::InvalidConfig);
    assert_eq!(refused(&[1, 1], MergeRecords::default().with_survivor(Survivor::Mean)), Code::InvalidData);
    assert_eq!(refused(&[1, 1], rule(MergeRule::new("name", Survivor::Newest).with_by("name"))), Code::InvalidData);
    let labelled = label_records(&table, &[4, 4]).unwrap();
    assert_eq!(labelled.integers("entity").unwrap(), [Some(4), Some(4)]);
    assert_eq!(label_records(&labelled, &[4, 4]).unwrap_err().code(), Code::InvalidData);
}

#[test]
fn what_was_learnt_and_why_a_pair_matches_can_be_drawn() {
    let (table, _) = people(300, 150, 9);
    let fitted = Linkage::default().fit(&table, &quiet()).unwrap();
    let options = LinkageChart::default().with_title("Weights & more");
    let (svg, html) = (fitted.to_svg(&options).unwrap(), fitted.to_html(&options).unwrap());
    assert!(svg.contains("Weights &amp; more") && html.contains("Weights &amp; more"));
    let summary = fitted.summary();
    assert_eq!(html.matches("<figure").count(), summary.columns.len());
    for column in &summary.columns {
        for level in &column.levels {
            let (name, weight) =
                (level.level.replace('>', "&gt;").replace('<', "&lt;"), format!("{:+.2}", level.weight));
            assert!(html.contains(&name) && html.contains(&weight), "{name} {weight}");
        }
    }
    let pairs = fitted.pairs(None).unwrap();
    let first = |name: &str| pairs.integers(name).unwrap()[0].unwrap();
    let explanation = fitted.explain(first("left"), first("right"), &quiet()).unwrap();
    let page = explanation.to_html(&LinkageChart::default()).unwrap();
    assert!(page.contains(&format!("{:+.2}", explanation.weight)) && page.contains("together"));
    let picture = explanation.to_svg(&LinkageChart::default()).unwrap();
    assert!(explanation.columns.iter().all(|column| picture.contains(&column.column) && page.contains(&column.column)));
    let narrow = LinkageChart::default().with_size(crate::chart::Size::new(1.0, 1.0));
    assert_eq!(fitted.to_svg(&narrow).unwrap_err().code(), Code::InvalidConfig);
    assert_eq!(explanation.to_html(&narrow).unwrap_err().code(), Code::InvalidConfig);
}

/// Homes of four people each, a third of whom are listed twice with an error: surname, street and telephone are shared,
/// given name and birth date are not.
#[test]
fn people_of_one_household_are_not_taken_for_one_person() {
    let (homes, _) = people(700, 0, 11);
    let (givens, _) = people(2800, 0, 12);
    let texts = |table: &Table, name: &str| -> Vec<String> {
        table.texts(name).unwrap().into_iter().map(|text| text.unwrap_or_default().to_owned()).collect()
    };
    let names = ["first", "last", "street", "born", "phone"];
    let (shared, own): (Vec<Vec<String>>, Vec<Vec<String>>) =
        names.iter().map(|name| (texts(&homes, name), texts(&givens, name))).unzip();
    let (mut columns, mut truth) = (vec![Vec::new(); names.len()], Vec::new());
    for person in 0..2800 {
        for copy in 0..1 + usize::from(person % 3 == 0) {
            for (at, (shared, own)) in shared.iter().zip(&own).enumerate() {
                // The first column is the given name, the fourth the birth date.
                let mut value = if at == 0 || at == 3 { own[person].clone() } else { shared[person / 4].clone() };
                if copy == 1 && at == person % names.len() {
                    value.truncate(value.len() - 1);
                }
                columns[at].push(value);
            }
            truth.push(person as i64);
        }
    }
    let table = Table::from_columns(names.into_iter().zip(columns.into_iter().map(Column::from))).unwrap();
    let fitted = Linkage::default().fit(&table, &quiet()).unwrap();
    let accuracy = linkage_accuracy(&fitted.entities().to_vec(), &truth).unwrap();
    assert!(accuracy.f1 > 0.9, "{accuracy:?}");
}
