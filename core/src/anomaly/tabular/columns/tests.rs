use arrow_schema::DataType;
use ndarray::Array2;

use super::super::*;
use super::*;
use crate::Code;
use crate::data::{Column, Values};
use crate::math::random::Random;
use crate::store::Stored;

fn context() -> Context {
    Context::new().with_seed(1)
}

fn every() -> Vec<AnyDetector> {
    vec![
        AutoDetector::default().into(),
        Cblof::default().into(),
        Copod::default().into(),
        Ecod::default().into(),
        GaussianMixture::default().into(),
        Hbos::default().into(),
        Inne::default().into(),
        IsolationForest::default().into(),
        IsolationForest::default().with_extension(1_usize).into(),
        KernelDensity::default().into(),
        LocalOutlierFactor::default().into(),
        Loda::default().into(),
        Mahalanobis::default().with_robust(false).into(),
        NearestNeighbours::default().into(),
        NearestNeighbours::default().with_metric(Metric::Manhattan).into(),
        OneClassSvm::default().into(),
        PcaDetector::default().into(),
    ]
}

/// Two numbers and two categories that follow each other: `city` decides `country`.
struct Sales {
    amount: Vec<f64>,
    hours: Vec<i64>,
    city: Vec<String>,
    country: Vec<String>,
}

const PLACES: [(&str, &str); 4] = [("Bonn", "DE"), ("Lyon", "FR"), ("Nice", "FR"), ("Kiel", "DE")];

impl Sales {
    fn new(rows: usize, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut sales = Sales { amount: vec![], hours: vec![], city: vec![], country: vec![] };
        for _ in 0..rows {
            let (city, country) = PLACES[(random.bits() % 4) as usize];
            sales.amount.push(50.0 + 10.0 * random.normal());
            sales.hours.push(12 + (3.0 * random.normal()) as i64);
            sales.city.push(city.into());
            sales.country.push(country.into());
        }
        sales
    }

    fn table(&self) -> Table {
        Table::from_columns([
            ("amount", Column::from(self.amount.clone())),
            ("hours", self.hours.clone().into()),
            ("city", self.city.clone().into()),
            ("country", self.country.clone().into()),
        ])
        .unwrap()
    }
}

/// The share of scores that lie below one.
fn above(scores: &[f64], score: f64) -> f64 {
    scores.iter().filter(|other| **other < score).count() as f64 / scores.len() as f64
}

fn fit(detector: &AnyDetector, table: &Table) -> FittedTableDetector {
    TableDetector::default().with_detector(detector.clone()).fit(table, &context()).unwrap()
}

#[test]
fn a_rare_category_is_found_by_every_detector() {
    let mut sales = Sales::new(500, 3);
    sales.city[123] = "Oslo".into();
    sales.country[123] = "NO".into();
    for detector in every() {
        let fitted = fit(&detector, &sales.table());
        let scores = fitted.scores().to_vec();
        let place = above(&scores, scores[123]);
        assert!(place > 0.98, "{detector:?}: {place}");
        let parts = fitted.explain(&sales.table(), &context()).unwrap();
        let strange = parts[[123, 2]] + parts[[123, 3]];
        assert!(strange > parts[[123, 0]] + parts[[123, 1]], "{detector:?}: {:?}", parts.row(123));
    }
}

/// Detectors with their own scale take an unseen category as the rarest fitted, so that there must be a rare one.
#[test]
fn a_category_that_was_not_fitted_is_found_by_every_detector() {
    let mut sales = Sales::new(500, 4);
    for row in [7, 300] {
        sales.city[row] = "Oslo".into();
        sales.country[row] = "NO".into();
    }
    let mut fresh = Sales::new(2, 5);
    fresh.amount = vec![50.0; 2];
    fresh.hours = vec![12; 2];
    fresh.city = vec!["Rome".into(), "Bonn".into()];
    fresh.country = vec!["IT".into(), "DE".into()];
    for detector in every() {
        let fitted = fit(&detector, &sales.table());
        let scores = fitted.score(&fresh.table(), &context()).unwrap();
        let place = above(&fitted.scores().to_vec(), scores[0]);
        assert!(place > 0.95 && scores[0] > scores[1], "{detector:?}: {place} {scores:?}");
    }
}

/// A city in another country: each is common. Detectors of single columns cannot see it, forests cut by rarity, and the border of
/// a support vector machine is too wide for a single difference.
#[test]
fn an_unusual_combination_is_found_by_detectors_that_compare_rows() {
    let mut sales = Sales::new(600, 6);
    sales.city[50] = "Bonn".into();
    sales.country[50] = "FR".into();
    sales.amount[50] = 50.0;
    sales.hours[50] = 12;
    let blind = |detector: &AnyDetector| {
        use AnyDetector as Any;
        matches!(
            detector,
            Any::Hbos(_) | Any::Ecod(_) | Any::Copod(_) | Any::Loda(_) | Any::IsolationForest(_) | Any::OneClassSvm(_)
        )
    };
    for detector in every() {
        let scores = fit(&detector, &sales.table()).scores().to_vec();
        let place = above(&scores, scores[50]);
        let least = match &detector {
            // A cluster has several cities, a sample may have none of one, and components that vary much count little.
            AnyDetector::Cblof(_) | AnyDetector::Inne(_) | AnyDetector::PcaDetector(_) => 0.8,
            _ => 0.95,
        };
        assert!(blind(&detector) || place > least, "{detector:?}: {place}");
    }
}

#[test]
fn contributions_of_columns_add_up_and_name_the_strange_one() {
    let sales = Sales::new(300, 8);
    let mut fresh = Sales::new(20, 9);
    fresh.city[3] = "Oslo".into();
    for detector in every() {
        let fitted = fit(&detector, &sales.table());
        assert_eq!(fitted.columns(), ["amount", "hours", "city", "country"]);
        let scores = fitted.score(&fresh.table(), &context()).unwrap();
        let parts = fitted.explain(&fresh.table(), &context()).unwrap();
        assert_eq!(parts.dim(), (20, 4));
        for (row, score) in scores.iter().enumerate() {
            let off = (parts.row(row).sum() + fitted.base() - score).abs();
            assert!(off <= 1e-9 * score.abs().max(1.0), "{detector:?}: {off}");
        }
    }
}

/// Encoded by hand: surprise with one row added to each category and to what is not fitted; indicators of `mismatch / sqrt 2`
/// beside standardised numbers, with a column for what is not fitted.
#[test]
fn categories_become_what_the_page_says() {
    let table = Table::from_columns([
        ("x", Column::from(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
        ("c", vec!["a", "a", "b", "a", "b", "c"].into()),
    ])
    .unwrap();
    let fresh = Table::from_columns([("c", Column::from(vec!["c", "z"])), ("x", vec![2.5, 3.0].into())]).unwrap();
    let surprise = |count: f64| -((count + 1.0) / 10.0_f64).ln();
    let own = [3.0, 3.0, 2.0, 3.0, 2.0, 1.0];
    let rows = Array2::from_shape_fn((6, 2), |(row, column)| match column {
        0 => row as f64 + 1.0,
        _ => surprise(own[row]),
    });
    let new = ndarray::array![[2.5, surprise(1.0)], [3.0, surprise(0.0)]];
    let by_hand = Ecod::default().fit(rows.view(), &context()).unwrap();
    let fitted = fit(&Ecod::default().into(), &table);
    assert_eq!(fitted.scores(), by_hand.scores());
    let found = fitted.score(&fresh, &context()).unwrap();
    assert_eq!(found, by_hand.score(new.view(), &context()).unwrap());

    let deviation = (35.0_f64 / 12.0).sqrt();
    let size = 3.0 / 2.0_f64.sqrt();
    let place = [0, 0, 1, 0, 1, 2];
    let rows = Array2::from_shape_fn((6, 5), |(row, column)| match column {
        0 => (row as f64 - 2.5) / deviation,
        _ => f64::from(u8::from(column == place[row] + 1)) * size,
    });
    let new = ndarray::array![[-1.0 / deviation, 0.0, 0.0, size, 0.0], [-0.5 / deviation, 0.0, 0.0, 0.0, size]];
    let nearest = NearestNeighbours::default().with_neighbours(2_usize);
    let by_hand = nearest.fit(rows.view(), &context()).unwrap();
    let options = TableDetector::default().with_detector(nearest).with_mismatch(3.0);
    let fitted = options.fit(&table, &context()).unwrap();
    let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
    assert!(near(&fitted.scores().to_vec(), &by_hand.scores().to_vec()));
    let found = fitted.score(&fresh, &context()).unwrap().to_vec();
    assert!(near(&found, &by_hand.score(new.view(), &context()).unwrap().to_vec()), "{found:?}");
    assert_eq!(fitted.categories("c").unwrap().unwrap()[0].as_deref(), Some("a"));
    assert_eq!(fitted.categories("x").unwrap(), None);
    assert_eq!(fitted.categories("y").unwrap_err().code(), Code::NotFound);
}

#[test]
fn a_column_of_weights_counts_rows_as_often_as_they_would_be_repeated() {
    let sales = Sales::new(150, 12);
    let mut random = Random::new(2);
    let counts: Vec<usize> = (0..150).map(|_| (random.bits() % 4) as usize).collect();
    let which: Vec<usize> = (0..150).flat_map(|row| vec![row; counts[row]]).collect();
    let pick = |values: &[String]| which.iter().map(|row| values[*row].clone()).collect::<Vec<_>>();
    let all = Sales {
        amount: which.iter().map(|row| sales.amount[*row]).collect(),
        hours: which.iter().map(|row| sales.hours[*row]).collect(),
        city: pick(&sales.city),
        country: pick(&sales.country),
    };
    let table = Table::from_columns([
        ("amount", Column::from(sales.amount.clone())),
        ("hours", sales.hours.clone().into()),
        ("times", counts.iter().map(|count| *count as i64).collect::<Vec<_>>().into()),
        ("city", sales.city.clone().into()),
        ("country", sales.country.clone().into()),
    ])
    .unwrap();
    for detector in every() {
        // Equally far neighbours are common among categories, and borders of bins run through equal values: which of them count is
        // an accident of order and rounding.
        if matches!(detector, AnyDetector::LocalOutlierFactor(_) | AnyDetector::Loda(_)) {
            continue;
        }
        let options = TableDetector::default().with_detector(detector.clone());
        let one = options.clone().with_weights("times").fit(&table, &context()).unwrap();
        let many = options.fit(&all.table(), &context()).unwrap();
        assert_eq!(one.columns(), many.columns());
        let tolerance = if matches!(detector, AnyDetector::OneClassSvm(_)) { 1e-3 } else { 1e-9 };
        let near = |a: f64, b: f64| (a - b).abs() <= tolerance * b.abs().max(1.0);
        let [found, expected] = [&one, &many].map(|model| model.score(&sales.table(), &context()).unwrap());
        assert!(found.iter().zip(expected.iter()).all(|(a, b)| near(*a, *b)), "{detector:?}");
        assert!(near(one.threshold(), many.threshold()), "{detector:?}");
    }
}

#[test]
fn a_saved_detector_scores_bit_for_bit_as_before_on_any_number_of_threads() {
    let sales = Sales::new(300, 14);
    let fresh = Sales::new(50, 15).table();
    for detector in every() {
        let options = TableDetector::default().with_detector(detector.clone());
        let fitted = options.fit(&sales.table(), &context().with_threads(1)).unwrap();
        let bytes = fitted.to_bytes().unwrap();
        assert_eq!(bytes, options.fit(&sales.table(), &context().with_threads(3)).unwrap().to_bytes().unwrap());
        let loaded = FittedTableDetector::from_bytes(&bytes).unwrap();
        assert_eq!(fitted.score(&fresh, &context()).unwrap(), loaded.score(&fresh, &context()).unwrap());
        assert_eq!(fitted.explain(&fresh, &context()).unwrap(), loaded.explain(&fresh, &context()).unwrap());
        assert_eq!(
            fitted.nearest_normal(&fresh, &context()).unwrap(),
            loaded.nearest_normal(&fresh, &context()).unwrap()
        );
        assert!(loaded.check().is_ok());
    }
}

#[test]
fn the_nearest_normal_row_has_the_same_categories_where_one_is_near() {
    let mut sales = Sales::new(400, 16);
    sales.amount[9] = 500.0;
    let fitted = fit(&AutoDetector::default().with_contamination(0.01).into(), &sales.table());
    let near = fitted.nearest_normal(&sales.table(), &context()).unwrap();
    let labels = fitted.labels();
    for row in 0..400 {
        assert_eq!(labels[near[row] as usize], 0);
        assert!(labels[row] == 1 || near[row] == row as i64);
    }
    assert_eq!(labels[9], 1);
    // A city in another country, otherwise in the middle: what it might have been shares one of the two.
    let mut odd = Sales::new(1, 2);
    (odd.amount[0], odd.hours[0]) = (50.0, 12);
    (odd.city[0], odd.country[0]) = ("Bonn".into(), "FR".into());
    let like = fitted.nearest_normal(&odd.table(), &context()).unwrap()[0] as usize;
    assert!(sales.city[like] == "Bonn" || sales.country[like] == "FR");
    assert!((sales.amount[like] - 50.0).abs() < 10.0 && (sales.hours[like] - 12).abs() <= 3);
}

#[test]
fn thresholds_labels_and_probabilities_are_those_of_the_detector() {
    let mut sales = Sales::new(400, 17);
    for row in 390..400 {
        sales.city[row] = format!("Oslo {}", row % 3);
        sales.amount[row] = 120.0;
    }
    let table = sales.table();
    let labels: Vec<i64> = (0..400).map(|row| if row % 4 == 1 { -1 } else { i64::from(row >= 390) }).collect();
    let fitted = fit(&NearestNeighbours::default().into(), &table);
    assert!((fitted.probabilities().mean().unwrap() - 0.1).abs() < 0.01);
    let taught = fitted.with_labels(&table, &labels, &context()).unwrap();
    let found = taught.predict(&table, &context()).unwrap();
    assert!((0..400).filter(|row| found[*row] == i64::from(*row >= 390)).count() >= 397);
    let probability = taught.probability(&table, &context()).unwrap();
    assert!(probability[395] > 0.5 && probability[0] < 0.5);
    let fixed = FixedThreshold::default().with_score(1e9).into();
    assert_eq!(fitted.with_threshold(&fixed, None, &context()).unwrap().labels().sum(), 0);
    let rule = ConformalThreshold::default().with_false_alarm(0.05).into();
    assert_eq!(fitted.with_threshold(&rule, None, &context()).unwrap_err().code(), Code::InvalidConfig);
    let guarded = fitted.with_threshold(&rule, Some(&Sales::new(500, 18).table()), &context()).unwrap();
    let alarms = guarded.predict(&Sales::new(2000, 19).table(), &context()).unwrap().sum() as f64 / 2000.0;
    assert!(alarms < 0.09, "{alarms}");
}

#[test]
fn the_rarest_of_many_categories_count_as_one_and_missing_ones_are_a_category() {
    let codes: Vec<i64> = (0..400).map(|row| if row < 300 { row % 3 } else { row }).collect();
    let marks = Column::from(Values::Booleans((0..400).map(|row| row % 2 == 0).collect()))
        .with_missing((0..400).map(|row| row == 17).collect());
    let table = Table::from_columns([("code", Column::from(codes)), ("mark", marks)]).unwrap();
    let options = TableDetector::default().with_detector(Hbos::default()).with_categorical(["code"]).with_levels(4);
    let fitted = options.fit(&table, &context()).unwrap();
    assert_eq!(fitted.categories("code").unwrap().unwrap().len(), 103);
    assert_eq!(fitted.categories("mark").unwrap().unwrap()[2], None);
    let scores = fitted.scores().to_vec();
    // All codes of the last hundred are one category; the row without a mark is alone.
    assert!((300..400).all(|row| scores[row] == scores[300 + row % 2]));
    assert!(above(&scores, scores[17]) > 0.99);
}

#[test]
fn columns_may_come_in_any_order_with_others_beside_them() {
    let sales = Sales::new(200, 20);
    let fitted = fit(&AutoDetector::default().into(), &sales.table());
    let other = Table::from_columns([
        ("country", Column::from(sales.country.clone())),
        ("note", vec!["x"; 200].into()),
        ("hours", sales.hours.iter().map(|hour| *hour as f64).collect::<Vec<_>>().into()),
        ("city", sales.city.clone().into()),
        ("amount", sales.amount.clone().into()),
    ])
    .unwrap();
    let [one, two] = [&sales.table(), &other].map(|table| fitted.score(table, &context()).unwrap());
    assert_eq!(one, two);
    let chosen = TableDetector::default().with_ignored(["note"]).with_columns(["city", "note", "amount"]);
    assert_eq!(chosen.fit(&other, &context()).unwrap().columns(), ["city", "amount"]);
}

#[test]
fn bad_tables_and_options_are_typed_errors_that_name_the_column() {
    let sales = Sales::new(100, 21);
    let table = sales.table();
    let failed = |options: TableDetector, table: &Table| options.fit(table, &context()).unwrap_err();
    let options = TableDetector::default;
    for (error, code, words) in [
        (failed(options().with_levels(1), &table), Code::InvalidConfig, "levels"),
        (failed(options().with_mismatch(f64::NAN), &table), Code::InvalidConfig, "mismatch"),
        (failed(options().with_detector(Hbos::default().with_bins(1_usize)), &table), Code::InvalidConfig, "bins"),
        (failed(options().with_columns(["city", "city"]), &table), Code::InvalidConfig, "twice"),
        (failed(options().with_columns(["town"]), &table), Code::InvalidData, "town"),
        (failed(options().with_ignored(["town"]), &table), Code::InvalidData, "town"),
        (failed(options().with_weights("city"), &table), Code::InvalidData, "city"),
        (failed(options().with_columns(["city"]).with_ignored(["city"]), &table), Code::InvalidData, "no column"),
        (failed(options().with_detector(Mahalanobis::default()), &table), Code::InvalidConfig, "robust"),
    ] {
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(words), "{error}");
    }
    let with = |column: Column| Table::from_columns([("good", Column::from(vec![1.0, 2.0])), ("bad", column)]).unwrap();
    for (column, words) in [
        (Column::from(vec![1.0, f64::NAN]), "row 1, column \"bad\" is missing"),
        (Column::from(vec![f64::INFINITY, 1.0]), "row 0, column \"bad\" is inf"),
        (Values::Dates(vec![1, 2]).into(), "column \"bad\" has type Date32"),
    ] {
        let error = failed(options(), &with(column));
        assert_eq!(error.code(), Code::InvalidData);
        assert!(error.message().contains(words), "{error}");
    }
    assert!(options().fit(&with(Column::from(vec!["a", "b"])), &context()).is_ok());
    let many: Vec<String> = (0..70_000).map(|row| format!("id {row}")).collect();
    let error = failed(options(), &Table::from_columns([("id", Column::from(many))]).unwrap());
    assert_eq!(error.code(), Code::TooLarge);

    let fitted = options().with_unseen(Unseen::Refuse).fit(&table, &context()).unwrap();
    let mut fresh = Sales::new(5, 1);
    fresh.city[3] = "Oslo".into();
    let error = fitted.score(&fresh.table(), &context()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    assert!(error.message().contains("row 3, column \"city\": no fitted row had the category \"Oslo\""), "{error}");
    let texts = Table::from_columns([
        ("amount", Column::from(vec!["much"])),
        ("hours", vec![1_i64].into()),
        ("city", vec!["Bonn"].into()),
        ("country", vec!["DE"].into()),
    ])
    .unwrap();
    let error = fitted.score(&texts, &context()).unwrap_err();
    assert!(
        error.code() == Code::InvalidData && error.message().contains("\"amount\" was fitted as numbers"),
        "{error}"
    );
    assert_eq!(fitted.score(&with(Column::from(vec!["a", "b"])), &context()).unwrap_err().code(), Code::InvalidData);
    assert_eq!(texts.kind("amount").unwrap(), &DataType::Utf8);
    let cancelled = context();
    cancelled.cancel();
    assert_eq!(options().fit(&table, &cancelled).unwrap_err().code(), Code::Cancelled);
}

#[test]
fn damaged_bytes_are_refused_or_hold_together() {
    let fitted = fit(&IsolationForest::default().with_trees(3_usize).into(), &Sales::new(60, 22).table());
    let bytes = fitted.to_bytes().unwrap();
    let fresh = Sales::new(5, 23).table();
    for at in (24..bytes.len()).step_by(37) {
        let mut broken = bytes.clone();
        broken[at] ^= 0x41;
        let checksum = crc32fast::hash(&broken[16..]);
        broken[12..16].copy_from_slice(&checksum.to_le_bytes());
        if let Ok(model) = FittedTableDetector::from_bytes(&broken) {
            let _ = model.score(&fresh, &context());
            let _ = model.explain(&fresh, &context());
            let _ = model.nearest_normal(&fresh, &context());
        }
    }
}
