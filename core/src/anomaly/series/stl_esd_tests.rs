//! Seasonal hybrid ESD on series whose anomalies are known.
use super::*;
use crate::Code;
use crate::math::random::Random;

fn wave(count: usize, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    (0..count)
        .map(|t| {
            20.0 + 5.0 * (t as f64 * 0.25).sin() * 1.5
                + [0.0, 3.0, -2.0, 1.0, 6.0, -8.0, 0.5][t % 7]
                + 0.4 * random.normal()
        })
        .collect()
}

/// A season of 24 and noise, with anomalies at known steps.
fn planted() -> (Vec<f64>, Vec<i64>) {
    let mut random = Random::new(2);
    let mut series: Vec<f64> =
        (0..600).map(|t| 100.0 + 20.0 * (t as f64 * std::f64::consts::TAU / 24.0).sin() + random.normal()).collect();
    let at = [77_i64, 210, 211, 433, 598];
    for (place, step) in at.iter().enumerate() {
        series[*step as usize] += if place % 2 == 0 { 9.0 } else { -11.0 };
    }
    (series, at.to_vec())
}

fn detect(options: &StlEsd, series: &[f64]) -> SeriesAnomalies {
    options.detect(series, &Context::new()).unwrap()
}

#[test]
fn planted_anomalies_are_found_and_no_others() {
    let (series, at) = planted();
    for options in [
        StlEsd::default(),
        StlEsd::default().with_season(24),
        StlEsd::default().with_centre(EsdCentre::Trend),
        StlEsd::default().with_robust(false),
    ] {
        let found = detect(&options, &series);
        assert_eq!(found.positions.to_vec(), at, "{options:?}");
        for step in at.iter().map(|step| *step as usize) {
            assert!(series[step] < found.lower[step] || series[step] > found.upper[step]);
            assert!((found.expected[step] - series[step]).abs() > 5.0);
        }
    }
    let up = detect(&StlEsd::default().with_direction(ChangeDirection::Up), &series);
    assert_eq!(up.positions.to_vec(), [77, 211, 598]);
    let down = detect(&StlEsd::default().with_direction(ChangeDirection::Down), &series);
    assert_eq!(down.positions.to_vec(), [210, 433]);
}

#[test]
fn scores_do_not_depend_on_unit_and_level() {
    let (series, _) = planted();
    let found = detect(&StlEsd::default(), &series);
    for (factor, shift) in [(4.0, -1000.0), (-0.5, 3.0), (1e300, 0.0), (1e-300, 0.0)] {
        let moved: Vec<f64> = series.iter().map(|value| factor * value + shift).collect();
        let moved = detect(&StlEsd::default(), &moved);
        assert_eq!(moved.positions, found.positions, "{factor}");
        for step in 0..series.len() {
            assert!((moved.scores[step] - found.scores[step]).abs() < 1e-6, "{factor} {step}");
        }
    }
}

#[test]
fn a_constant_series_has_no_anomalies() {
    for (value, season) in [(0.0, 1), (0.1, 4), (-3e300, 7), (7.7, 1)] {
        let found = detect(&StlEsd::default().with_season(season), &[value; 50]);
        assert!(found.positions.is_empty());
        assert!(found.scores.iter().all(|score| *score < 1e-3), "{value}");
        assert!(found.expected.iter().all(|expected| (expected - value).abs() <= 1e-9 * f64::abs(value)));
    }
    assert!(detect(&StlEsd::default(), &[0.1; 50]).positions.is_empty());
}

#[test]
fn a_regular_series_without_noise_has_no_anomalies_but_a_break_of_it() {
    let mut series: Vec<f64> = (0..200).map(|t| 0.1 * [3.0, 1.0, 4.0, 1.0, 5.0][t % 5]).collect();
    assert!(detect(&StlEsd::default().with_season(5), &series).positions.is_empty());
    series[50] += 0.2;
    assert_eq!(detect(&StlEsd::default().with_season(5), &series).positions.to_vec(), [50]);
}

#[test]
fn steps_without_a_value_are_refused_or_never_flagged() {
    let (mut series, at) = planted();
    let gaps = [0, 78, 300, 301, 302, 599];
    gaps.iter().for_each(|step| series[*step] = f64::NAN);
    let error = StlEsd::default().detect(&series, &Context::new()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    assert!(error.message().contains("step 0"), "{error}");
    let found = detect(&StlEsd::default().with_season(24).with_gaps(Gaps::Interpolate), &series);
    assert!(gaps.iter().all(|step| found.scores[*step] == 0.0));
    assert_eq!(found.positions.to_vec(), at);
    assert!(found.expected.iter().all(|value| value.is_finite()));
}

#[test]
fn short_series_and_bad_options_have_their_codes() {
    let code = |options: StlEsd, series: &[f64]| options.detect(series, &Context::new()).unwrap_err().code();
    for length in 0..3 {
        assert_eq!(code(StlEsd::default(), &vec![1.0; length]), Code::NotEnoughData);
    }
    let series = wave(60, 1);
    assert_eq!(code(StlEsd::default().with_season(31), &series), Code::NotEnoughData);
    for options in [
        StlEsd::default().with_season(0),
        StlEsd::default().with_max_anomalies(0.0),
        StlEsd::default().with_max_anomalies(0.5),
        StlEsd::default().with_significance(1.0),
    ] {
        assert_eq!(code(options, &series), Code::InvalidConfig);
    }
    assert_eq!(code(StlEsd::default(), &[1.0, f64::INFINITY, 1.0, 2.0]), Code::InvalidData);
    let cancelled = Context::new();
    cancelled.cancel();
    assert_eq!(StlEsd::default().detect(&series, &cancelled).unwrap_err().code(), Code::Cancelled);
    assert_eq!(detect(&StlEsd::default(), &series), detect(&StlEsd::default(), &series));
}
