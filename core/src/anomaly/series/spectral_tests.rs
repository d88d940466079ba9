//! Spectral residuals against a version in numpy.
use serde::Deserialize;

use super::*;
use crate::Code;
use crate::math::random::Random;

#[derive(Deserialize)]
struct Case {
    options: SpectralResidual,
    series: Vec<f64>,
    scores: Vec<f64>,
}

/// Scores are ratios of saliencies, whose rounding is about 1e-13 of the largest; seen: 1e-11, asked: 1e-8.
#[test]
fn scores_are_those_of_the_version_in_numpy() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/spectral_residual.json");
    let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(cases.len() >= 4);
    for case in cases {
        let found = case.options.detect(&case.series, &Context::new()).unwrap();
        for (step, (found, wanted)) in found.scores.iter().zip(&case.scores).enumerate() {
            assert!((found - wanted).abs() <= 1e-8 * wanted.max(1.0), "{:?} {step}: {found} {wanted}", case.options);
        }
    }
}

fn series() -> Vec<f64> {
    let mut random = Random::new(8);
    let mut series: Vec<f64> = (0..700).map(|t| (t as f64 * 0.13).sin() + 0.1 * random.normal()).collect();
    series[400] += 4.0;
    series
}

#[test]
fn scores_do_not_depend_on_unit_and_level() {
    let series = series();
    let found = SpectralResidual::default().detect(&series, &Context::new()).unwrap();
    assert!(found.positions.iter().any(|step| *step == 400));
    let top = found.scores.iter().copied().fold(0.0, f64::max);
    assert_eq!(found.scores[400], top);
    for (factor, shift) in [(4.0, -100.0), (-0.3, 7.0), (1e300, 0.0), (1e-300, 0.0)] {
        let moved: Vec<f64> = series.iter().map(|value| factor * value + shift).collect();
        let moved = SpectralResidual::default().detect(&moved, &Context::new()).unwrap();
        for step in 0..series.len() {
            assert!((moved.scores[step] - found.scores[step]).abs() < 1e-7, "{factor} {step}");
        }
    }
}

#[test]
fn a_constant_series_has_score_0() {
    for value in [0.0, 0.1, -1e300, 3.7e12] {
        let found = SpectralResidual::default().detect(&[value; 70], &Context::new()).unwrap();
        assert!(found.scores.iter().all(|score| *score == 0.0), "{value}");
    }
}

#[test]
fn steps_without_a_value_are_refused_or_never_flagged() {
    let mut series = series();
    [0, 399, 401, 402, 699].iter().for_each(|step| series[*step] = f64::NAN);
    let error = SpectralResidual::default().detect(&series, &Context::new()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    let found = SpectralResidual::default().with_gaps(Gaps::Interpolate).detect(&series, &Context::new()).unwrap();
    assert!([0, 399, 401, 402, 699].iter().all(|step| found.scores[*step] == 0.0));
    assert!(found.scores[400] > 3.0);
}

#[test]
fn short_series_and_bad_options_have_their_codes() {
    let code = |options: SpectralResidual, series: &[f64]| options.detect(series, &Context::new()).unwrap_err().code();
    for length in 0..6 {
        assert_eq!(code(SpectralResidual::default(), &vec![1.0; length]), Code::NotEnoughData);
    }
    let short = SpectralResidual::default().with_extended(0).detect(&[1.0, 2.0, 5.0], &Context::new()).unwrap();
    assert!(short.scores.iter().all(|score| score.is_finite()));
    let series = series();
    for options in [
        SpectralResidual::default().with_spectrum_window(4),
        SpectralResidual::default().with_score_window(0),
        SpectralResidual::default().with_extended(1001),
        SpectralResidual::default().with_threshold(f64::NAN),
    ] {
        assert_eq!(code(options, &series), Code::InvalidConfig);
    }
    let cancelled = Context::new();
    cancelled.cancel();
    assert_eq!(SpectralResidual::default().detect(&series, &cancelled).unwrap_err().code(), Code::Cancelled);
}
