use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use ndarray::{Array2, array};
use serde::Deserialize;

use super::*;
use crate::data::{Matrix, TimeUnit, Values};
use crate::{Code, Context};

#[derive(Deserialize)]
struct Case {
    matcher: CompatibilityMatcher,
    scores: Vec<Vec<Option<f64>>>,
}

#[derive(Deserialize)]
struct Cases {
    left: Table,
    right: Table,
    cases: Vec<Case>,
}

fn cases() -> Cases {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/compatibility.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn scores_are_those_of_a_reimplementation_pair_by_pair() {
    let Cases { left, right, cases } = cases();
    assert!(cases.len() > 40);
    let mut forbidden = 0;
    for (number, case) in cases.iter().enumerate() {
        let scores = case.matcher.score(&left, &right, &Context::new()).unwrap();
        assert_eq!(scores.dim(), (9, 13));
        for ((row, column), score) in scores.indexed_iter() {
            match case.scores[row][column] {
                // The reimplementation's haversine and ours round differently.
                Some(expected) => {
                    assert!((score - expected).abs() < 1e-12, "case {number} [{row}, {column}]: {score} {expected}")
                }
                None => {
                    assert_eq!(*score, f64::NEG_INFINITY, "case {number} [{row}, {column}]");
                    forbidden += 1;
                }
            }
        }
    }
    assert!(forbidden > 500);
}

#[test]
fn contributions_add_up_to_the_score_and_rules_are_named() {
    let Cases { left, right, cases } = cases();
    for case in &cases {
        let scores = case.matcher.score(&left, &right, &Context::new()).unwrap();
        for (row, column) in (0..9).flat_map(|row| (0..13).map(move |column| (row, column))) {
            let pair =
                ExplainPair::default().with_matcher(case.matcher.clone()).with_left_row(row).with_right_row(column);
            let why = explain_compatibility(&left, &right, &pair, &Context::new()).unwrap();
            let total: f64 = why.parts.iter().map(|part| part.contribution).sum();
            assert!((total - why.score).abs() < 1e-12, "{total} {}", why.score);
            assert_eq!(why.allowed, why.forbidden_by.is_empty());
            assert_eq!(why.allowed, scores[[row, column]] > f64::NEG_INFINITY);
            assert!(!why.allowed || (why.score - scores[[row, column]]).abs() < 1e-15);
            for view in [ViewSide::Left, ViewSide::Right] {
                let weights: Vec<f64> =
                    why.parts.iter().filter(|part| part.view == view).map(|part| part.weight).collect();
                let total: f64 = weights.iter().sum();
                assert!(total == 0.0 || (total - 1.0).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn scaling_all_weights_or_renaming_rows_changes_nothing() {
    let Cases { left, right, cases } = cases();
    let matcher = &cases.last().unwrap().matcher;
    let text = serde_json::to_value(matcher).unwrap();
    let mut scaled = text.clone();
    for list in ["attributes", "right_attributes"] {
        for attribute in scaled[list].as_array_mut().unwrap() {
            for (_, options) in attribute.as_object_mut().unwrap() {
                options["weight"] = (options["weight"].as_f64().unwrap() * 8.0).into();
            }
        }
    }
    let scaled: CompatibilityMatcher = serde_json::from_value(scaled).unwrap();
    let context = Context::new();
    let scores = matcher.score(&left, &right, &context).unwrap();
    assert_eq!(scores, scaled.score(&left, &right, &context).unwrap());
    for threads in [1, 3] {
        assert_eq!(scores, matcher.score(&left, &right, &Context::new().with_threads(threads)).unwrap());
    }
    // The last row of the right table alone, with ends that do not come from the data.
    let fixed = CompatibilityMatcher::default()
        .with_attributes(vec![number("age").with_scale(10.0).into(), number("pay").with_scale(5.0).into()]);
    let whole = fixed.score(&left, &right, &context).unwrap();
    let back = Table::from_batches(
        Arc::clone(right.schema()),
        vec![right.batches()[0].slice(7, 6), right.batches()[0].slice(0, 7)],
    );
    let turned = fixed.score(&left, &back.unwrap(), &context).unwrap();
    for ((row, column), score) in whole.indexed_iter() {
        assert_eq!(*score, turned[[row, (column + 6) % 13]]);
    }
}

fn one(attribute: impl Into<Attribute>, left: Column, right: Column) -> Array2<f64> {
    let matcher = CompatibilityMatcher::default().with_attributes(vec![attribute.into()]);
    let (left, right) = (table([("x", left)]), table([("x", right)]));
    matcher.score(&left, &right, &Context::new()).unwrap().view().to_owned()
}

#[test]
fn hours_cover_what_is_needed() {
    let hours = HoursAttribute::default().with_left("x").with_right("x");
    let needed = vec!["mon 09:00-17:00", "Sat 22:00-02:00", "fri-mon 23:00-24:00", ""];
    let offered = vec!["mon-fri 13:00-17:00", "sunday 00:00-01:00, sat 23:00-24:00", "tue 00:00-24:00"];
    let scores = one(hours, needed.into(), offered.into());
    // 4 of 8 hours; 23 to 24 and 0 to 1 of 4 hours; Saturday's of 4 hours; nothing needed.
    assert_eq!(scores, array![[0.5, 0.0, 0.0], [0.0, 0.5, 0.0], [0.0, 0.25, 0.0], [1.0, 1.0, 1.0]]);
    for (text, words) in [
        ("monday", "\"monday\" is not a day and hours such as mon 09:00-17:00"),
        ("mon 9-17", "\"9\" in \"mon 9-17\" is not a time from 00:00 to 24:00"),
        ("mon 09:00", "\"mon 09:00\" has no hours such as 09:00-17:00"),
        ("day 09:00-10:00", "\"day\" in \"day 09:00-10:00\" is not a day; days are mon, tue, wed, thu, fri, sat, sun"),
        ("mon 09:00-24:01", "\"24:01\" in \"mon 09:00-24:01\" is not a time from 00:00 to 24:00"),
        ("mon 24:00-01:00", "\"mon 24:00-01:00\" begins at 24:00; write 00:00 of the next day"),
    ] {
        let attribute = HoursAttribute::default().with_left("x").with_right("x");
        let matcher = CompatibilityMatcher::default().with_attributes(vec![attribute.into()]);
        let (left, right) = (table([("x", vec!["", text].into())]), table([("x", vec![""].into())]));
        let error = matcher.score(&left, &right, &Context::new()).unwrap_err();
        assert_eq!(error.code(), Code::InvalidData);
        assert_eq!(error.message(), format!("attribute \"x\": left table: column \"x\", row 1 (0-based): {words}"));
    }
}

#[test]
fn distances_are_those_on_the_globe() {
    let place = PlaceAttribute::default()
        .with_left_latitude("lat")
        .with_left_longitude("lon")
        .with_right_latitude("lat")
        .with_right_longitude("lon")
        .with_half_distance(343.556_060_341_05);
    let matcher = CompatibilityMatcher::default().with_attributes(vec![place.into()]);
    let here = |lat: Vec<f64>, lon: Vec<f64>| table([("lat", lat.into()), ("lon", lon.into())]);
    // Paris and London lie 343.556060341 km apart on a sphere of radius 6371.0088 km.
    let (paris, others) =
        (here(vec![48.8566], vec![2.3522]), here(vec![51.5074, 48.8566, -48.8566], vec![-0.1278, 2.3522, -177.6478]));
    let scores = matcher.score(&paris, &others, &Context::new()).unwrap();
    assert!((scores[[0, 0]] - 0.5).abs() < 1e-6, "{}", scores[[0, 0]]);
    assert_eq!(scores[[0, 1]], 1.0);
    let half_round = std::f64::consts::PI * 6371.0088 / 343.556_060_341_05;
    assert!((scores[[0, 2]] - (-half_round).exp2()).abs() < 1e-12);
    let error = matcher.score(&here(vec![91.0], vec![0.0]), &others, &Context::new()).unwrap_err();
    assert!(error.message().contains("left table: row 0 (0-based) is at latitude 91, longitude 0"), "{error}");
}

#[test]
fn arrow_lists_and_timestamps_are_read_too() {
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("a"), Some("b"), Some("b")]);
    lists.append_null();
    lists.append_value([Some("c"); 0]);
    let left = Table::from_arrays([("x", Arc::new(lists.finish()) as _)]).unwrap();
    let right = table([("x", vec!["b; c", " a;b ;"].into())]);
    let set =
        SetAttribute::default().with_left("x").with_right("x").with_separator(";").with_missing(MissingPolicy::Neutral);
    let matcher = CompatibilityMatcher::default().with_attributes(vec![set.into()]);
    let scores = matcher.score(&left, &right, &Context::new()).unwrap();
    assert_eq!(*scores, array![[0.5, 1.0], [0.5, 0.5], [1.0, 1.0]].into_shared());
    let stamps = |unit, values: Vec<i64>| Column::from(Values::Timestamps { values, unit, zone: None });
    let left = table([("from", stamps(TimeUnit::Second, vec![0])), ("to", stamps(TimeUnit::Second, vec![100]))]);
    let right = table([
        ("from", stamps(TimeUnit::Millisecond, vec![75_000, -5_000])),
        ("to", stamps(TimeUnit::Millisecond, vec![200_000, 200_000])),
        ("at", Column::from(vec![1.0, 2.0])),
    ]);
    let range = RangeAttribute::default()
        .with_left_low("from".to_owned())
        .with_left_high("to".to_owned())
        .with_right_low("from".to_owned())
        .with_right_high("to".to_owned());
    let matcher = CompatibilityMatcher::default().with_attributes(vec![range.clone().into()]);
    assert_eq!(*matcher.score(&left, &right, &Context::new()).unwrap(), array![[0.25, 1.0]].into_shared());
    let mut mixed = range;
    (mixed.right_low, mixed.right_high, mixed.right) = (None, None, Some("at".to_owned()));
    let matcher = CompatibilityMatcher::default().with_attributes(vec![mixed.into()]);
    let error = matcher.score(&left, &right, &Context::new()).unwrap_err();
    assert!(error.message().contains("one table has times and the other numbers"), "{error}");
}

#[test]
fn open_ranges_and_points_have_the_plain_answers() {
    let range = RangeAttribute::default()
        .with_left("v".to_owned())
        .with_right_low("lo".to_owned())
        .with_right_high("hi".to_owned());
    let matcher =
        CompatibilityMatcher::default().with_attributes(vec![range.with_missing(MissingPolicy::Neutral).into()]);
    let left = table([("v", vec![5.0, f64::NAN].into())]);
    let none = f64::NAN;
    let right = table([("lo", vec![5.0, none, 6.0, none].into()), ("hi", vec![5.0, 4.0, none, none].into())]);
    let scores = matcher.score(&left, &right, &Context::new()).unwrap();
    assert_eq!(*scores, array![[1.0, 0.0, 0.0, 0.5], [0.5, 0.5, 0.5, 0.5]].into_shared());
}

#[test]
fn huge_and_tiny_vectors_keep_their_direction() {
    let vectors = VectorAttribute::default()
        .with_left(Matrix::from(array![[1e300, 1e300], [1e-300, 0.0], [f64::NAN, 1.0]]))
        .with_right(Matrix::from(array![[1e-200, 1e-200], [-1.0, 0.0]]));
    let scores = one(vectors.with_missing(MissingPolicy::Zero), vec![1.0; 3].into(), vec![1.0; 2].into());
    let expected = array![[1.0, 0.0], [0.5_f64.sqrt(), 0.0], [0.0, 0.0]];
    assert!((&scores - &expected).iter().all(|gap| gap.abs() < 1e-15), "{scores}");
}

#[test]
fn nothing_known_scores_0_and_no_rows_give_no_scores() {
    let scores = one(number("x"), vec![f64::NAN].into(), vec![1.0].into());
    assert_eq!(scores, array![[0.0]]);
    let empty = one(number("x"), Column::from(Vec::<f64>::new()), vec![1.0].into());
    assert_eq!(empty.dim(), (0, 1));
    assert_eq!(one(number("x"), vec![2.0].into(), vec![2.0].into()), array![[1.0]]);
}

#[test]
fn bad_options_and_columns_are_refused_by_name() {
    let left = table([("age", vec![1.0, f64::INFINITY].into()), ("name", vec!["a", "b"].into())]);
    let right = table([("age", vec![1.0].into()), ("low", vec![3.0].into()), ("high", vec![2.0].into())]);
    let fails = |matcher: CompatibilityMatcher, code: Code, words: &str| {
        let error = matcher.score(&left, &right, &Context::new()).unwrap_err();
        assert_eq!((error.code(), error.message()), (code, words));
    };
    let with = |attribute: Attribute| CompatibilityMatcher::default().with_attributes(vec![attribute]);
    use Code::{InvalidConfig, InvalidData};
    fails(CompatibilityMatcher::default(), InvalidConfig, "`attributes` is empty; at least one attribute is needed");
    fails(
        with(number("age").with_weight(0.0).into()),
        InvalidConfig,
        "all weights of `attributes` are 0; at least one must be above 0",
    );
    fails(
        with(number("age").with_weight(f64::NAN).into()),
        InvalidConfig,
        "attribute \"age\": weight is NaN, it must be finite and 0 or more",
    );
    fails(
        with(number("age").with_name("years".to_owned()).into()),
        InvalidData,
        "attribute \"years\": left table: column \"age\" is inf in row 1 (0-based); numbers must be finite",
    );
    fails(
        with(NumberAttribute::default().with_right("age").into()),
        InvalidConfig,
        "attribute \"age\": `left` is not given; it must name a column of the left table",
    );
    fails(
        with(number("name").into()),
        InvalidData,
        "attribute \"name\": left table: column \"name\" has type Utf8; a column of integers or floats is needed",
    );
    fails(
        with(number("pay").into()),
        InvalidData,
        "attribute \"pay\": left table: there is no column \"pay\"; the table has [age, name]",
    );
    fails(
        with(number("age").with_measure(NumberMeasure::Target).into()),
        InvalidConfig,
        "attribute \"age\": measure is target, but target is not given",
    );
    fails(
        with(number("age").with_scale(0.0).into()),
        InvalidConfig,
        "attribute \"age\": scale is 0, it must be finite and above 0",
    );
    let mut range = RangeAttribute::default().with_right_low("low".to_owned());
    fails(
        with(range.clone().into()),
        InvalidConfig,
        "attribute \"range\": a range needs `left`, or `left_low` and `left_high`",
    );
    (range.left, range.right_high) = (Some("age".to_owned()), Some("high".to_owned()));
    let finite = table([("age", vec![1.0].into())]);
    let error = with(range.into()).score(&finite, &right, &Context::new()).unwrap_err();
    assert_eq!(
        error.message(),
        "attribute \"age\": right table: row 0 (0-based) has a range from 3 to 2; the low end must not be above the high one"
    );
    let rule = ScoreRule::default().with_attribute("pay");
    fails(
        CompatibilityMatcher::default()
            .with_attributes(vec![CategoryAttribute::default().with_left("name").with_right("age").into()])
            .with_must(vec![rule.into()]),
        InvalidConfig,
        "rule 0 of `must`: there is no attribute \"pay\"; the attributes are [name]",
    );
    let vectors = VectorAttribute::default().with_left(Matrix::from(array![[1.0], [1.0]]));
    fails(
        with(vectors.into()),
        InvalidConfig,
        "attribute \"vector\": `right` is not given; it must hold one vector per row of the right table",
    );
    let pair = ExplainPair::default().with_matcher(with(number("age").into())).with_right_row(1_usize);
    let error = explain_compatibility(&finite, &right, &pair, &Context::new()).unwrap_err();
    assert_eq!(error.message(), "right_row is 1, the right table has 1 rows");
    let context = Context::new();
    context.cancel();
    assert_eq!(with(number("age").into()).score(&finite, &right, &context).unwrap_err().code(), Code::Cancelled);
}
