//! STL against statsmodels, and what must hold for any series.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::Code;
use crate::math::random::Random;

#[derive(Deserialize)]
struct Oracle {
    series: BTreeMap<String, Vec<f64>>,
    cases: Vec<Case>,
    several: Vec<Several>,
}

#[derive(Deserialize)]
struct Case {
    series: String,
    options: Stl,
    at: Vec<usize>,
    seasonal: Vec<f64>,
    trend: Vec<f64>,
    weights: Vec<f64>,
}

#[derive(Deserialize)]
struct Several {
    options: Mstl,
    at: Vec<usize>,
    trend: Vec<f64>,
    short: Vec<f64>,
    long: Vec<f64>,
}

fn oracle() -> Oracle {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/stl.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Rounding is all that may differ: sums are taken in another order, some thirty passes deep. Seen: 2e-12 of the largest
/// value; asked: 1e-9 of it.
fn near(found: &[f64], wanted: &[f64], at: &[usize], scale: f64, what: &str) {
    for (position, wanted) in at.iter().zip(wanted) {
        let off = (found[*position] - wanted).abs() / scale;
        assert!(off < 1e-9, "{what} at {position}: {} instead of {wanted}", found[*position]);
    }
}

#[test]
fn decompositions_are_those_of_statsmodels() {
    let oracle = oracle();
    for case in &oracle.cases {
        let series = &oracle.series[&case.series];
        let parts = case.options.transform(series, &Context::new()).unwrap();
        let scale = series.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let what = |part: &str| format!("{} {:?} {part}", case.series, case.options);
        near(parts.seasonal.as_slice().unwrap(), &case.seasonal, &case.at, scale, &what("seasonal"));
        near(parts.trend.as_slice().unwrap(), &case.trend, &case.at, scale, &what("trend"));
        // Weights are as sensitive as the median distance is small.
        near(parts.weights.as_slice().unwrap(), &case.weights, &case.at, 100.0, &what("weights"));
        for (step, value) in series.iter().enumerate() {
            let sum = parts.trend[step] + parts.seasonal[step] + parts.remainder[step];
            assert!((sum - value).abs() < 1e-13 * scale);
        }
    }
}

#[test]
fn several_seasons_are_those_of_statsmodels() {
    let oracle = oracle();
    let series = &oracle.series["made"];
    for case in &oracle.several {
        let parts = case.options.transform(series, &Context::new()).unwrap();
        assert_eq!(parts.seasons.to_vec(), [7, 24]);
        near(parts.trend.as_slice().unwrap(), &case.trend, &case.at, 100.0, "trend");
        near(&parts.seasonal.row(0).to_vec(), &case.short, &case.at, 100.0, "season of 7");
        near(&parts.seasonal.row(1).to_vec(), &case.long, &case.at, 100.0, "season of 24");
    }
}

fn noisy(count: usize, season: usize) -> Vec<f64> {
    let mut random = Random::new(5);
    (0..count)
        .map(|t| 0.01 * t as f64 + 3.0 * ((t % season) as f64 / season as f64 - 0.5) + 0.3 * random.normal())
        .collect()
}

#[test]
fn parts_shift_and_scale_with_the_series() {
    let series = noisy(311, 12);
    for options in [Stl::default(), Stl::default().with_robust(true), Stl::default().with_periodic(true)] {
        let options = options.with_season(12);
        let parts = options.transform(&series, &Context::new()).unwrap();
        let moved: Vec<f64> = series.iter().map(|value| -8.0 * value + 1000.0).collect();
        let moved = options.transform(&moved, &Context::new()).unwrap();
        for step in 0..series.len() {
            assert!((moved.trend[step] - (-8.0 * parts.trend[step] + 1000.0)).abs() < 1e-9);
            assert!((moved.seasonal[step] + 8.0 * parts.seasonal[step]).abs() < 1e-9);
            assert!((moved.weights[step] - parts.weights[step]).abs() < 1e-8);
        }
        assert!((moved.seasonal_strength - parts.seasonal_strength).abs() < 1e-9);
        assert!((moved.trend_strength - parts.trend_strength).abs() < 1e-9);
    }
}

#[test]
fn a_periodic_season_repeats_itself() {
    let series = noisy(100, 7);
    let parts = Stl::default().with_season(7).with_periodic(true).with_robust(true);
    let parts = parts.transform(&series, &Context::new()).unwrap();
    for step in 7..100 {
        assert!((parts.seasonal[step] - parts.seasonal[step - 7]).abs() < 1e-12);
    }
}

#[test]
fn a_constant_series_is_all_trend() {
    for (value, robust) in [(0.0, false), (0.1, true), (-7e300, false), (1e-300, true)] {
        let series = vec![value; 40];
        let parts = Stl::default().with_season(4).with_robust(robust).transform(&series, &Context::new()).unwrap();
        let tiny = 1e-12 * f64::abs(value);
        assert!(parts.trend.iter().all(|trend| (trend - value).abs() <= tiny));
        assert!(parts.seasonal.iter().chain(&*parts.remainder).all(|part| part.abs() <= tiny));
        assert_eq!((parts.trend_strength, parts.seasonal_strength), (0.0, 0.0));
    }
}

#[test]
fn huge_values_have_parts_or_a_reason() {
    let huge: Vec<f64> = noisy(60, 6).iter().map(|value| value * 1e300).collect();
    let parts = Stl::default().with_season(6).transform(&huge, &Context::new()).unwrap();
    assert!(parts.seasonal.iter().chain(&*parts.trend).chain(&*parts.remainder).all(|part| part.is_finite()));
    let largest: Vec<f64> = (0..60).map(|t| if t % 6 < 3 { f64::MAX } else { -f64::MAX }).collect();
    match Stl::default().with_season(6).transform(&largest, &Context::new()) {
        Ok(parts) => assert!(parts.seasonal.iter().all(|part| part.is_finite())),
        Err(error) => assert_eq!(error.code(), Code::InvalidData),
    }
}

#[test]
fn strengths_tell_what_a_series_is_made_of() {
    let mut random = Random::new(3);
    let strengths = |series: &[f64]| {
        let parts = Stl::default().with_season(12).transform(series, &Context::new()).unwrap();
        (parts.trend_strength, parts.seasonal_strength)
    };
    let line: Vec<f64> = (0..240).map(|t| t as f64 + random.normal()).collect();
    let wave: Vec<f64> =
        (0..240).map(|t| 20.0 * (t as f64 * std::f64::consts::FRAC_PI_6).sin() + random.normal()).collect();
    let (trend, season) = strengths(&line);
    assert!(trend > 0.99 && season < 0.6, "{trend} {season}");
    let (trend, season) = strengths(&wave);
    assert!(season > 0.99 && trend < 0.6, "{trend} {season}");
}

#[test]
fn the_season_is_found_where_none_is_given() {
    assert_eq!(Stl::default().transform(&noisy(300, 9), &Context::new()).unwrap().season, 9);
    let mut random = Random::new(1);
    let noise: Vec<f64> = (0..300).map(|_| random.normal()).collect();
    assert_eq!(Stl::default().transform(&noise, &Context::new()).unwrap_err().code(), Code::InvalidData);
}

#[test]
fn bad_options_and_series_have_their_codes() {
    let series = noisy(50, 5);
    let code = |options: Stl, series: &[f64]| options.transform(series, &Context::new()).unwrap_err().code();
    let five = || Stl::default().with_season(5);
    for options in [
        Stl::default().with_season(1),
        five().with_seasonal_window(8),
        five().with_seasonal_window(1),
        five().with_trend_window(4),
        five().with_low_pass_window(2),
        five().with_trend_degree(2),
        five().with_trend_jump(0),
        five().with_inner_iterations(0),
        five().with_outer_iterations(1001),
    ] {
        assert_eq!(code(options, &series), Code::InvalidConfig);
    }
    assert_eq!(code(five(), &series[..9]), Code::NotEnoughData);
    assert_eq!(code(five(), &[]), Code::NotEnoughData);
    assert_eq!(code(five(), &[f64::NAN; 20]), Code::InvalidData);
    assert!(five().transform(&series[..10], &Context::new()).is_ok());
    let cancelled = Context::new();
    cancelled.cancel();
    assert_eq!(five().transform(&series, &cancelled).unwrap_err().code(), Code::Cancelled);
    let several = |seasons: Vec<usize>| {
        Mstl::default().with_seasons(seasons).transform(&series, &Context::new()).unwrap_err().code()
    };
    assert_eq!([several(vec![]), several(vec![5, 5]), several(vec![1])], [Code::InvalidConfig; 3]);
}
