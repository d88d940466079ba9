//! Series that break careless arithmetic.
use std::time::{Duration, Instant};

use super::*;
use crate::Code;

fn options(window: usize) -> MatrixProfile {
    MatrixProfile::default().with_window(window)
}

#[test]
fn constant_runs_follow_the_convention() {
    let mut series = walk(400, 1);
    series[50..90].fill(3.0);
    series[200..214].fill(-1.0);
    series[300..360].fill(3.0);
    for window in [3, 12, 20, 50] {
        check(&series, &options(window), 1e-9);
    }
}

#[test]
fn a_constant_series_is_like_itself_everywhere() {
    let profile = check(&[7.5; 60], &options(10), 0.0);
    assert!(profile.distances.iter().all(|distance| *distance == 0.0));
    assert_eq!(profile.neighbours[0], 4);
    assert_eq!(profile.neighbours[50], 0);
}

#[test]
fn missing_and_infinite_points_are_never_like_anything() {
    let mut series = walk(500, 2);
    series[0] = f64::NAN;
    series[100] = f64::INFINITY;
    series[250..280].fill(f64::NAN);
    series[499] = f64::NEG_INFINITY;
    for window in [3, 20, 60] {
        let profile = check(&series, &options(window), 1e-9);
        assert!(profile.distances.iter().all(|distance| !distance.is_nan()));
        check(&series, &options(window).with_normalized(false), 1e-9);
    }
    let profile = options(5).search(&[f64::NAN; 20], &context()).unwrap();
    assert!(profile.neighbours.iter().all(|place| *place == -1));
}

/// At an offset of 1e8 a point has a rounding error of 1.5e-8: the definition is taken of the rounded points.
#[test]
fn a_huge_offset_costs_nothing() {
    let series: Vec<f64> = walk(700, 3).iter().map(|value| value + 1e8).collect();
    check(&series, &options(20), 1e-8);
    check(&series, &options(20).with_normalized(false), 1e-8);
    let mut gap = series;
    gap[300..310].fill(f64::NAN);
    check(&gap, &options(20), 1e-8);
}

#[test]
fn a_flat_line_with_spikes_is_exact_behind_the_spike() {
    let mut random = Random::new(8);
    for size in [1.0, 1e6, 1e12] {
        let mut series: Vec<f64> = (0..1500).map(|_| 1e-3 * random.normal()).collect();
        series[200] += size;
        series[900] -= 3.0 * size;
        check(&series, &options(25), 1e-7);
        let mut flat = vec![2.0; 600];
        flat[300] += size;
        check(&flat, &options(25), 1e-9);
        // A level that a sum of squares of 1e24 has passed over.
        let step: Vec<f64> = series.iter().enumerate().map(|(t, x)| x + if t < 700 { 0.0 } else { size }).collect();
        let rounded = options(25).search(&step, &context()).unwrap();
        assert!(rounded.distances.iter().all(|distance| distance.is_finite()));
    }
}

#[test]
fn exact_repetitions_are_at_distance_0() {
    let pattern = walk(37, 10);
    let series: Vec<f64> = pattern.iter().cycle().take(900).copied().collect();
    for window in [5, 50, 300] {
        let profile = check(&series, &options(window), 1e-9);
        assert!(profile.distances.iter().all(|distance| *distance == 0.0), "window {window}");
    }
}

#[test]
fn the_shortest_and_the_longest_window_work() {
    let series = walk(64, 12);
    check(&series, &options(3), 1e-9);
    let profile = options(64).search(&series, &context()).unwrap();
    assert_eq!((profile.distances.to_vec(), profile.neighbours.to_vec()), (vec![f64::INFINITY], vec![-1]));
    check(&[1.0, 2.0, 4.0, 8.0], &options(3), 1e-12);
}

#[test]
fn huge_and_tiny_values_neither_overflow_nor_vanish() {
    let series = walk(400, 13);
    let plain = check(&series, &options(20), 1e-9);
    for factor in [1e300, 1e-290, -1e306] {
        let scaled: Vec<f64> = series.iter().map(|value| value * factor).collect();
        let profile = options(20).search(&scaled, &context()).unwrap();
        for (a, b) in profile.distances.iter().zip(plain.distances.iter()) {
            assert!((a - b).abs() < 1e-8, "{factor}: {a} {b}");
        }
        let by_value = options(20).with_normalized(false).search(&scaled, &context()).unwrap();
        assert!(by_value.distances.iter().all(|distance| distance.is_finite() && *distance > 0.0));
    }
    let mut lonely = series;
    lonely[100] = 1e300;
    let profile = options(20).search(&lonely, &context()).unwrap();
    assert!(profile.distances.iter().all(|distance| distance.is_finite()));
}

#[test]
fn what_cannot_be_searched_is_refused() {
    let code = |result: crate::Result<Profile>| result.unwrap_err().code();
    assert_eq!(code(options(2).search(&[1.0; 10], &context())), Code::InvalidConfig);
    assert_eq!(code(options(11).search(&[1.0; 10], &context())), Code::NotEnoughData);
    assert_eq!(code(options(5).search(&[], &context())), Code::NotEnoughData);
    assert_eq!(code(options(5).search_between(&[1.0; 10], &[1.0; 4], &context())), Code::NotEnoughData);
    let cancelled = context();
    cancelled.cancel();
    assert_eq!(code(options(5).search(&[1.0; 10], &cancelled)), Code::Cancelled);
}

#[test]
fn a_cancelled_search_stops_within_100_ms() {
    let series = walk(200_000, 14);
    for window in [100, 5000, 60_000] {
        let context = context();
        let took = std::thread::scope(|scope| {
            let running = scope.spawn(|| options(window).search(&series, &context));
            std::thread::sleep(Duration::from_millis(300));
            let asked = Instant::now();
            context.cancel();
            assert_eq!(running.join().unwrap().unwrap_err().code(), Code::Cancelled);
            asked.elapsed()
        });
        assert!(took < Duration::from_millis(100), "window {window}: {took:?}");
    }
}
