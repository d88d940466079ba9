//! Shifts whose place and size are known.
use super::*;
use crate::Code;
use crate::math::random::Random;

fn noise(count: usize, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    (0..count).map(|_| random.normal()).collect()
}

/// Levels 0, 6, -2 from 0, 300, 520 on, with outliers.
fn levels() -> Vec<f64> {
    let mut series = noise(800, 3);
    for (step, value) in series.iter_mut().enumerate() {
        *value += match step {
            0..300 => 0.0,
            300..520 => 6.0,
            _ => -2.0,
        };
    }
    [50, 298, 330, 600].iter().for_each(|step| series[*step] += 40.0);
    series
}

/// Noise 1, 6, 0.5 from 0, 300, 550 on, along a slope.
fn noises() -> Vec<f64> {
    let factor = |step: usize| {
        if step < 300 {
            1.0
        } else if step < 550 {
            6.0
        } else {
            0.5
        }
    };
    noise(800, 5).iter().enumerate().map(|(step, value)| value * factor(step) + 0.02 * step as f64).collect()
}

#[test]
fn level_shifts_have_their_place_and_size() {
    let found = LevelShift::default().detect(&levels(), &Context::new()).unwrap();
    assert_eq!(found.positions.to_vec(), [300, 520]);
    for (at, (before, after)) in [(0.0, 6.0), (6.0, -2.0)].into_iter().enumerate() {
        // Medians of 50 normal values scatter by 0.18.
        assert!((found.before[at] - before).abs() < 0.7 && (found.after[at] - after).abs() < 0.7);
        assert!((found.sizes[at] - (found.after[at] - found.before[at])).abs() < 1e-12);
    }
    assert!(found.scores.iter().take(50).all(|score| *score == 0.0));
}

#[test]
fn variance_shifts_have_their_place_and_size() {
    let found = VarianceShift::default().detect(&noises(), &Context::new()).unwrap();
    assert_eq!(found.positions.len(), 2, "{:?}", found.positions);
    for (at, (place, ratio)) in [(300, 6.0), (550, 1.0 / 12.0)].into_iter().enumerate() {
        assert!((found.positions[at] - place).abs() <= 3, "{:?}", found.positions);
        assert!((found.sizes[at] / ratio).ln().abs() < 0.7, "{:?}", found.sizes);
    }
}

#[test]
fn noise_outliers_and_levels_make_no_shift_of_the_other_kind() {
    let quiet = noise(1000, 9);
    assert!(LevelShift::default().detect(&quiet, &Context::new()).unwrap().positions.is_empty());
    assert!(VarianceShift::default().detect(&quiet, &Context::new()).unwrap().positions.is_empty());
    assert!(VarianceShift::default().detect(&levels(), &Context::new()).unwrap().positions.is_empty());
}

#[test]
fn shifts_do_not_depend_on_unit_and_level() {
    for (factor, shift) in [(4.0, -100.0), (-0.3, 7.0), (1e300, 0.0), (1e-300, 0.0)] {
        let moved = |series: Vec<f64>| -> Vec<f64> { series.iter().map(|value| factor * value + shift).collect() };
        let (found, other) = (
            LevelShift::default().detect(&levels(), &Context::new()).unwrap(),
            LevelShift::default().detect(&moved(levels()), &Context::new()).unwrap(),
        );
        assert_eq!(found.positions, other.positions);
        for (one, other) in found.scores.iter().zip(other.scores.iter()) {
            assert!((one - other).abs() < 1e-9 * one.max(1.0));
        }
        assert!((other.sizes[0] / factor - found.sizes[0]).abs() < 1e-9);
        let (found, other) = (
            VarianceShift::default().detect(&noises(), &Context::new()).unwrap(),
            VarianceShift::default().detect(&moved(noises()), &Context::new()).unwrap(),
        );
        assert_eq!(found.positions, other.positions);
        assert!((other.sizes[0] - found.sizes[0]).abs() < 1e-9);
    }
}

#[test]
fn a_constant_series_has_score_0_and_a_step_of_it_is_a_shift() {
    for value in [0.0, 0.1, -1e300] {
        let mut series = vec![value; 200];
        let level = LevelShift::default().detect(&series, &Context::new()).unwrap();
        let variance = VarianceShift::default().detect(&series, &Context::new()).unwrap();
        assert!(level.scores.iter().chain(&*variance.scores).all(|score| *score == 0.0));
        series[120..].iter_mut().for_each(|new| *new += 1.0 + value.abs());
        let level = LevelShift::default().detect(&series, &Context::new()).unwrap();
        assert_eq!(level.positions.to_vec(), [120]);
        assert!(level.scores.iter().all(|score| score.is_finite()));
    }
}

#[test]
fn the_threads_do_not_matter() {
    let detect = |threads| LevelShift::default().detect(&levels(), &Context::new().with_threads(threads)).unwrap();
    assert_eq!(detect(1), detect(3));
}

#[test]
fn missing_values_are_refused_or_bridged() {
    let mut series = levels();
    [0, 310, 311, 799].iter().for_each(|step| series[*step] = f64::NAN);
    assert_eq!(LevelShift::default().detect(&series, &Context::new()).unwrap_err().code(), Code::InvalidData);
    assert_eq!(VarianceShift::default().detect(&series, &Context::new()).unwrap_err().code(), Code::InvalidData);
    let found = LevelShift::default().with_gaps(Gaps::Interpolate).detect(&series, &Context::new()).unwrap();
    assert_eq!(found.positions.to_vec(), [300, 520]);
}

#[test]
fn short_series_and_bad_options_have_their_codes() {
    for length in [0, 1, 2, 99] {
        let series = vec![1.0; length];
        let level = LevelShift::default().detect(&series, &Context::new()).unwrap_err();
        let variance = VarianceShift::default().detect(&series, &Context::new()).unwrap_err();
        assert_eq!([level.code(), variance.code()], [Code::NotEnoughData; 2]);
    }
    assert!(LevelShift::default().detect(&[1.0; 100], &Context::new()).is_ok());
    assert!(VarianceShift::default().detect(&[1.0; 101], &Context::new()).is_ok());
    for options in [LevelShift::default().with_window(3), LevelShift::default().with_threshold(-1.0)] {
        assert_eq!(options.detect(&levels(), &Context::new()).unwrap_err().code(), Code::InvalidConfig);
    }
    let cancelled = Context::new();
    cancelled.cancel();
    assert_eq!(LevelShift::default().detect(&levels(), &cancelled).unwrap_err().code(), Code::Cancelled);
}
