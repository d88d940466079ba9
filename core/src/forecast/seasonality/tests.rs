//! Indices against R, the test and the detection on classic series and on series without season.
use crate::math::power;
use std::collections::BTreeMap;

use ndarray::Array2;
use serde::Deserialize;

use super::*;
use crate::{Code, Context};

/// One classic series with figures of R, see `tests/data/make_classics.py`.
#[derive(Deserialize)]
struct Classic {
    season: usize,
    y: Vec<f64>,
    figure: Option<Vec<f64>>,
    seasonal_at: Vec<usize>,
}

fn classics() -> BTreeMap<String, Classic> {
    serde_json::from_str(include_str!("../../../../tests/data/classics.json")).unwrap()
}

struct Noise(u64);

impl Noise {
    /// Uniform, mean 0, variance 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 / (1u64 << 53) as f64 - 0.5) * 12.0_f64.sqrt()
    }
}

fn period(series: &[f64]) -> usize {
    seasonal_period(series, &SeasonalPeriod::default()).unwrap().period
}

/// R gives eight digits.
#[test]
fn multiplicative_indices_are_those_of_r() {
    let mut compared = 0;
    for (name, classic) in classics() {
        let Some(figure) = classic.figure else { continue };
        let parts = decompose(&classic.y, classic.season, DecompositionKind::Multiplicative).unwrap();
        for (ours, theirs) in parts.indices.iter().zip(&figure) {
            assert!((ours - theirs).abs() <= 1e-7 * theirs, "{name}: {ours} {theirs}");
            compared += 1;
        }
        let whole = |t: usize| parts.trend[t] * parts.season[t] * parts.remainder[t];
        let half = classic.season / 2;
        let middle = half..classic.y.len() - half;
        assert!(middle.clone().all(|t| (whole(t) - classic.y[t]).abs() <= 1e-12 * classic.y[t]));
        assert!((0..classic.y.len()).all(|t| parts.trend[t].is_finite() == middle.contains(&t)));
    }
    assert_eq!(compared, 7 * 12 + 4 * 4);
}

/// By hand: the moving average of an odd period is plain, that of an even one has half weights at its ends.
#[test]
fn additive_indices_are_mean_deviations_from_the_moving_average() {
    let parts = decompose(&[1.0, 2.0, 6.0, 4.0, 5.0, 9.0], 3, DecompositionKind::Additive).unwrap();
    assert_eq!(parts.trend.to_vec()[1..5], [3.0, 4.0, 5.0, 6.0]);
    // Deviations -1 | 2 | -1 | -1 stand at positions 1, 2, 0, 1: means -1, -1, 2 by position, which sum to 0.
    assert_eq!(parts.indices.to_vec(), [-1.0, -1.0, 2.0]);
    let even = decompose(&[1.0, 5.0, 3.0, 7.0], 2, DecompositionKind::Additive).unwrap();
    assert_eq!(even.trend.to_vec()[1..3], [3.5, 4.5]);
    assert_eq!(even.indices.to_vec(), [-1.5, 1.5]);
}

#[test]
fn decomposition_refuses_what_it_cannot_do() {
    let code = |series: &[f64], period, kind| decompose(series, period, kind).unwrap_err().code();
    assert_eq!(code(&[1.0; 9], 1, DecompositionKind::Additive), Code::InvalidConfig);
    assert_eq!(code(&[1.0; 9], 5, DecompositionKind::Additive), Code::NotEnoughData);
    assert_eq!(code(&[1.0; 9], usize::MAX, DecompositionKind::Additive), Code::NotEnoughData);
    assert_eq!(code(&[1.0, 0.0, 1.0, 1.0], 2, DecompositionKind::Multiplicative), Code::InvalidData);
    assert_eq!(code(&[1.0, f64::NAN, 1.0, 1.0], 2, DecompositionKind::Additive), Code::InvalidData);
}

/// Against the formula written in numpy.
#[test]
fn the_test_agrees_with_an_independent_one_on_classic_series() {
    let mut found = [0, 0];
    for (name, classic) in classics() {
        for period in 2..=24 {
            let seasonal = seasonality_test(&classic.y, period, 0.9).unwrap();
            assert_eq!(seasonal, classic.seasonal_at.contains(&period), "{name} at {period}");
            found[usize::from(seasonal)] += 1;
        }
    }
    assert!(found[0] > 50 && found[1] > 50, "{found:?}");
    assert_eq!(seasonality_test(&[1.0; 9], 0, 0.9).unwrap_err().code(), Code::InvalidConfig);
    assert_eq!(seasonality_test(&[1.0; 9], 2, 1.0).unwrap_err().code(), Code::InvalidConfig);
    assert!(!seasonality_test(&[0.1; 90], 2, 0.9).unwrap());
    assert!(!seasonality_test(&[1.0, 2.0, 1.0, 2.0, 1.0], 2, 0.9).unwrap());
    assert!(!seasonality_test(&[1.0, 2.0], usize::MAX, 0.9).unwrap());
}

#[test]
fn the_periods_of_classic_series_are_found() {
    for (name, classic) in classics() {
        let expected = match name.as_str() {
            // A cycle of 9.6 years shows best at its double.
            "lynx" => 19,
            _ => classic.season,
        };
        assert_eq!(period(&classic.y), expected, "{name}");
    }
}

#[test]
fn a_season_under_trend_and_noise_is_found_and_its_multiple_is_not() {
    let mut noise = Noise(1);
    for season in [2, 3, 4, 5, 7, 12, 24, 52] {
        let turn = |t: usize| std::f64::consts::TAU * (t % season) as f64 / season as f64;
        let shape: Vec<f64> = (0..season).map(|t| 2.0 * turn(t).cos() + (2.0 * turn(t)).sin()).collect();
        let series: Vec<f64> =
            (0..season * 12).map(|t| 0.3 * t as f64 + shape[t % season] + 0.5 * noise.next()).collect();
        assert_eq!(period(&series), season);
    }
}

#[test]
fn noise_and_walks_seldom_look_seasonal() {
    let mut noise = Noise(2);
    for (persistence, length) in [(0.0, 40), (0.0, 200), (0.5, 100), (0.9, 100), (1.0, 60), (1.0, 300)] {
        let mut found = 0;
        for _ in 0..100 {
            let mut value = 0.0;
            let step = |_| {
                value = persistence * value + noise.next();
                value
            };
            let series: Vec<f64> = (0..length).map(step).collect();
            found += usize::from(period(&series) != 1);
        }
        assert!(found <= 8, "{found} of 100 with persistence {persistence} and length {length}");
    }
}

#[test]
fn shift_and_scale_change_no_period() {
    let mut noise = Noise(3);
    let series: Vec<f64> = (0..90).map(|t| power::whole(f64::from(t % 6), 2) + noise.next()).collect();
    for (shift, scale) in [(0.0, 1.0), (1e3, 1.0), (-1e3, 1.0), (0.0, 1e200), (0.0, 1e-200), (0.0, -1.0)] {
        assert_eq!(period(&series.iter().map(|value| value * scale + shift).collect::<Vec<_>>()), 6);
    }
}

#[test]
fn short_constant_and_straight_series_have_no_season() {
    for length in 0..12 {
        assert_eq!(period(&vec![3.3; length]), 1);
        assert_eq!(period(&(0..length).map(|t| t as f64).collect::<Vec<_>>()), 1);
    }
    assert_eq!(period(&[0.0; 100]), 1);
    assert_eq!(period(&(0..500).map(|t| 0.1 * f64::from(t)).collect::<Vec<_>>()), 1);
    assert_eq!(period(&(0..500).map(|t| (0.01 * f64::from(t)).exp()).collect::<Vec<_>>()), 1);
}

#[test]
fn the_batch_twin_agrees_and_options_are_judged() {
    let mut noise = Noise(4);
    let panel = Array2::from_shape_fn((3, 60), |(row, t)| [0.0, 3.0][(t / (row + 1)) % 2] + noise.next() * 0.1);
    let options = SeasonalPeriod::default();
    let batch = seasonal_period_batch(panel.view(), &options, &Context::new()).unwrap();
    for (row, season) in batch.iter().enumerate() {
        assert_eq!(*season, seasonal_period(&panel.row(row).to_vec(), &options).unwrap());
        assert_eq!(season.period, 2 * (row + 1));
    }
    let code = |options: &SeasonalPeriod| seasonal_period(&[1.0; 20], options).unwrap_err().code();
    assert_eq!(code(&SeasonalPeriod::default().with_longest(1)), Code::InvalidConfig);
    assert_eq!(code(&SeasonalPeriod::default().with_least_strength(1.0)), Code::InvalidConfig);
    assert_eq!(code(&SeasonalPeriod::default().with_least_strength(f64::NAN)), Code::InvalidConfig);
    let error = seasonal_period(&[f64::NAN; 20], &options).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
}
