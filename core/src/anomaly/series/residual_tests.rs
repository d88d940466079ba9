//! Residuals of forecasts: causal, in the model's units, with every method.
use super::*;
use crate::Code;
use crate::forecast::{Drift, Naive, Naive2, SeasonalNaive, Theta};
use crate::math::random::Random;

fn methods() -> Vec<AnyMethod> {
    vec![
        AutoEts::default().into(),
        Theta::default().into(),
        Naive::default().into(),
        Drift::default().into(),
        SeasonalNaive::default().into(),
        Naive2::default().into(),
    ]
}

fn series() -> Vec<f64> {
    let mut random = Random::new(4);
    (0..260).map(|t| 50.0 + [0.0, 3.0, -3.0, 1.0][t % 4] + 0.5 * random.normal()).collect()
}

fn detect(options: &ResidualDetector, series: &[f64]) -> SeriesAnomalies {
    options.detect(series, &Context::new().with_threads(1)).unwrap()
}

#[test]
fn every_method_sees_a_spike() {
    let mut series = series();
    series[200] += 40.0;
    for method in methods() {
        let found = detect(&ResidualDetector::default().with_method(method.clone()), &series);
        assert!(found.positions.iter().any(|step| *step == 200), "{}", method.name());
        assert!(found.positions.len() <= 4, "{}: {:?}", method.name(), found.positions);
        assert!(found.scores.iter().take(100).all(|score| *score == 0.0));
        assert!(found.expected.iter().take(100).all(|value| value.is_nan()));
        for (step, value) in series.iter().enumerate().skip(100) {
            let outside = *value < found.lower[step] || *value > found.upper[step];
            assert_eq!(outside, found.scores[step] > found.threshold, "{} {step}", method.name());
        }
    }
}

#[test]
fn a_score_depends_on_the_past_alone() {
    let whole = series();
    for method in methods() {
        let options = ResidualDetector::default().with_method(method).with_warm_up(60).with_refit(50);
        let all = detect(&options, &whole);
        let mut part = whole[..200].to_vec();
        part.extend([1e6, -1e6]);
        let part = detect(&options, &part);
        for step in 0..200 {
            assert_eq!(all.scores[step], part.scores[step], "{} {step}", options.method.name());
        }
    }
}

#[test]
fn the_naive_score_is_the_change_over_the_deviation_of_past_changes() {
    let series = series();
    let options = ResidualDetector::default().with_method(Naive::default().into()).with_warm_up(50).with_refit(1000);
    let found = detect(&options, &series);
    let squares: f64 = series[..50].windows(2).map(|pair| (pair[1] - pair[0]) * (pair[1] - pair[0])).sum();
    let sigma = (squares / 49.0).sqrt();
    for step in 50..80 {
        let wanted = (series[step] - series[step - 1]).abs() / sigma;
        assert!((found.scores[step] - wanted).abs() < 1e-9 * wanted.max(1.0), "{step}");
    }
}

#[test]
fn a_new_level_becomes_normal_after_a_while() {
    let mut series = series();
    series[150..].iter_mut().for_each(|value| *value += 60.0);
    let found = detect(&ResidualDetector::default().with_season(4).with_patience(10), &series);
    assert!(found.positions.iter().any(|step| *step == 150));
    assert!(found.positions.iter().all(|step| *step < 200), "{:?}", found.positions);
}

#[test]
fn scores_do_not_depend_on_unit_and_level() {
    let series = series();
    let options = ResidualDetector::default().with_method(SeasonalNaive::default().with_season(4).into());
    let found = detect(&options, &series);
    for (factor, shift) in [(4.0, -1000.0), (-2.0, 3.0), (1e290, 0.0)] {
        let moved: Vec<f64> = series.iter().map(|value| factor * value + shift).collect();
        let moved = detect(&options, &moved);
        for step in 0..series.len() {
            assert!((moved.scores[step] - found.scores[step]).abs() < 1e-8, "{factor} {step}");
        }
    }
}

#[test]
fn a_constant_series_has_score_0_and_a_change_of_it_a_finite_one() {
    for method in methods() {
        for value in [0.0, 0.1, 7.3e5] {
            let mut series = vec![value; 150];
            let options = ResidualDetector::default().with_method(method.clone()).with_season(1);
            let found = detect(&options, &series);
            assert!(found.scores.iter().all(|score| *score < 0.1), "{} {value}", method.name());
            series[130] += 1.0;
            let found = detect(&options, &series);
            assert!(found.scores[130] > found.threshold && found.scores.iter().all(|score| score.is_finite()));
        }
    }
}

#[test]
fn steps_without_a_value_are_refused_or_never_flagged() {
    let mut series = series();
    [0, 150, 151, 259].iter().for_each(|step| series[*step] = f64::NAN);
    assert_eq!(ResidualDetector::default().detect(&series, &Context::new()).unwrap_err().code(), Code::InvalidData);
    let found = detect(&ResidualDetector::default().with_gaps(Gaps::Interpolate), &series);
    assert!(found.positions.is_empty() && found.scores[150] == 0.0 && found.scores[259] == 0.0);
    assert!(found.expected[150].is_finite());
}

#[test]
fn short_series_and_bad_options_have_their_codes() {
    let series = series();
    let code = |options: ResidualDetector, series: &[f64]| options.detect(series, &Context::new()).unwrap_err().code();
    for length in 0..3 {
        assert_eq!(code(ResidualDetector::default(), &vec![1.0; length]), Code::NotEnoughData);
    }
    assert!(ResidualDetector::default().detect(&series[..20], &Context::new()).is_ok());
    assert_eq!(code(ResidualDetector::default().with_warm_up(260), &series), Code::NotEnoughData);
    for options in [
        ResidualDetector::default().with_season(0),
        ResidualDetector::default().with_level(1.0),
        ResidualDetector::default().with_warm_up(1),
        ResidualDetector::default().with_refit(0),
        ResidualDetector::default().with_window(1),
        ResidualDetector::default().with_patience(0),
    ] {
        assert_eq!(code(options, &series), Code::InvalidConfig);
    }
    assert_eq!(code(ResidualDetector::default(), &[1.0, f64::INFINITY, 2.0, 3.0, 4.0]), Code::InvalidData);
    let cancelled = Context::new();
    cancelled.cancel();
    assert_eq!(ResidualDetector::default().detect(&series, &cancelled).unwrap_err().code(), Code::Cancelled);
}
