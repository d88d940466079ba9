//! Several columns: what they do together.
use ndarray::{Array2, s};

use super::*;
use crate::Code;
use crate::forecast::SeasonalNaive;
use crate::math::random::Random;

/// Four columns: two that go together, one of its own, one constant; each with a season of 12.
fn table(steps: usize) -> Array2<f64> {
    let mut random = Random::new(12);
    let mut table = Array2::zeros((steps, 4));
    for step in 0..steps {
        let season = 5.0 * (step as f64 * std::f64::consts::TAU / 12.0).sin();
        let (a, b, c) = (random.normal(), random.normal(), random.normal());
        table[[step, 0]] = season + a;
        table[[step, 1]] = 100.0 - season + 0.9 * a + 0.3 * b;
        table[[step, 2]] = 1e4 * (c + season);
        table[[step, 3]] = 7.7;
    }
    table
}

fn expectations() -> Vec<Expectation> {
    let naive = ResidualDetector::default().with_method(SeasonalNaive::default().with_season(12).into());
    vec![
        Expectation::default(),
        Stl::default().with_season(12).with_robust(true).with_periodic(true).into(),
        naive.into(),
    ]
}

fn detect(expectation: &Expectation, table: &Array2<f64>) -> MultivariateAnomalies {
    let options = MultivariateSeries::default().with_expectation(expectation.clone()).with_significance(1e-7);
    options.detect(table.view(), &Context::new()).unwrap()
}

#[test]
fn contributions_add_up_to_the_score_and_name_the_column() {
    let mut table = table(400);
    table[[300, 2]] += 4e5;
    for expectation in expectations() {
        let found = detect(&expectation, &table);
        for step in 0..400 {
            let sum: f64 = found.contributions.row(step).sum();
            assert!((sum - found.anomalies.scores[step]).abs() <= 1e-9 * sum.max(1.0));
        }
        assert!(found.contributions.iter().all(|part| *part >= 0.0));
        assert!(found.anomalies.positions.iter().any(|step| *step == 300), "{expectation:?}");
        // The season of all columns is part of the noise where only the level is expected, and shared.
        let share = if expectation == Expectation::default() { 0.5 } else { 0.9 };
        assert!(found.contributions[[300, 2]] > share * found.anomalies.scores[300], "{expectation:?}");
        assert!(found.contributions.column(3).iter().all(|part| *part == 0.0));
    }
}

#[test]
fn columns_that_part_are_an_anomaly_that_neither_shows_alone() {
    let mut table = table(400);
    let step = 200;
    // Each within two deviations of its noise, against each other.
    table[[step, 0]] += 1.8 - (table[[step, 0]] - 5.0 * (200.0 * std::f64::consts::TAU / 12.0).sin());
    table[[step, 1]] -= 1.8 + (table[[step, 1]] - 100.0 + 5.0 * (200.0 * std::f64::consts::TAU / 12.0).sin());
    let found = detect(&expectations()[1], &table);
    assert_eq!(found.anomalies.positions.to_vec(), [200]);
    assert!(found.deviations.row(200).iter().all(|deviation| deviation.abs() < 3.0));
    let scores = &found.anomalies.scores;
    assert!(found.contributions[[200, 0]] + found.contributions[[200, 1]] > 0.9 * scores[200]);
}

/// Normal noise exceeds the threshold as often as the significance says: 40 of 20,000 give or take four standard errors.
#[test]
fn normal_noise_exceeds_the_threshold_in_its_share() {
    let mut random = Random::new(3);
    let noise = Array2::from_shape_fn((20_000, 5), |_| random.normal());
    let found = MultivariateSeries::default().with_significance(0.002).detect(noise.view(), &Context::new()).unwrap();
    let count = found.anomalies.positions.len();
    assert!((15..=70).contains(&count), "{count}");
}

#[test]
fn scores_do_not_depend_on_units_levels_and_threads() {
    let table = table(300);
    for expectation in expectations() {
        let found = detect(&expectation, &table);
        let mut moved = table.clone();
        for (column, (factor, shift)) in [(3.0, 5.0), (-0.01, 0.0), (1e290, 0.0), (1.0, -2.0)].into_iter().enumerate() {
            moved.column_mut(column).mapv_inplace(|value| factor * value + shift);
        }
        let moved = detect(&expectation, &moved);
        for (one, other) in found.anomalies.scores.iter().zip(moved.anomalies.scores.iter()) {
            assert!((one - other).abs() < 1e-6 * one.max(1.0), "{expectation:?}: {one} {other}");
        }
        let options = MultivariateSeries::default().with_expectation(expectation);
        let one = options.detect(table.view(), &Context::new().with_threads(1)).unwrap();
        let three = options.detect(table.view(), &Context::new().with_threads(3)).unwrap();
        assert_eq!(one.anomalies, three.anomalies);
    }
}

#[test]
fn constant_and_equal_columns_are_no_trouble() {
    let constant = Array2::from_elem((50, 3), 0.1);
    let found = detect(&Expectation::default(), &constant);
    assert!(found.anomalies.scores.iter().all(|score| *score == 0.0) && found.anomalies.positions.is_empty());
    let one = table(300);
    let twice = ndarray::concatenate![ndarray::Axis(1), one.slice(s![.., ..1]), one.slice(s![.., ..1])];
    let mut found = detect(&Expectation::default(), &twice);
    assert!(found.anomalies.scores.iter().all(|score| score.is_finite()) && found.anomalies.positions.is_empty());
    let mut parted = twice;
    parted[[100, 1]] += 0.5;
    found = detect(&Expectation::default(), &parted);
    assert_eq!(found.anomalies.positions.to_vec(), [100]);
    let huge = Array2::from_shape_fn((60, 2), |(step, column)| 1e300 * ((step * 7 + column * 3) % 11) as f64);
    assert!(detect(&Expectation::default(), &huge).anomalies.scores.iter().all(|score| score.is_finite()));
}

#[test]
fn steps_without_a_value_are_refused_or_never_flagged() {
    let mut table = table(400);
    table.row_mut(250).fill(f64::NAN);
    table[[260, 1]] = f64::NAN;
    let error = MultivariateSeries::default().detect(table.view(), &Context::new()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    assert!(error.message().contains("column 0") && error.message().contains("step 250"), "{error}");
    for expectation in expectations() {
        let options = MultivariateSeries::default().with_expectation(expectation).with_gaps(Gaps::Interpolate);
        let found = options.detect(table.view(), &Context::new()).unwrap();
        assert_eq!(found.anomalies.scores[250], 0.0);
        assert_eq!(found.deviations[[260, 1]], 0.0);
        assert!(!found.anomalies.positions.iter().any(|step| *step == 250 || *step == 260));
    }
}

#[test]
fn bad_input_has_its_code() {
    let code =
        |table: Array2<f64>| MultivariateSeries::default().detect(table.view(), &Context::new()).unwrap_err().code();
    assert_eq!(code(Array2::zeros((5, 0))), Code::InvalidData);
    for steps in 0..3 {
        assert_eq!(code(Array2::zeros((steps, 2))), Code::NotEnoughData);
    }
    assert_eq!(code(Array2::zeros((5, 513))), Code::TooLarge);
    let options = MultivariateSeries::default().with_significance(0.0);
    assert_eq!(options.detect(table(50).view(), &Context::new()).unwrap_err().code(), Code::InvalidConfig);
    let cancelled = Context::new();
    cancelled.cancel();
    let error = MultivariateSeries::default().detect(table(50).view(), &cancelled).unwrap_err();
    assert_eq!(error.code(), Code::Cancelled);
    let options: MultivariateSeries =
        serde_json::from_str(r#"{"expectation": {"TrendAndSeason": {"stl": {"season": 12}}}, "gaps": "interpolate"}"#)
            .unwrap();
    assert_eq!(options.expectation, Stl::default().with_season(12).into());
}
