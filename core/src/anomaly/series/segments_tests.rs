//! Segmentations against all of them, and against ruptures.
use serde::Deserialize;

use super::*;
use crate::Code;
use crate::math::random::Random;

/// Levels, and noise from 1 to 4, that change every now and then.
fn series(count: usize, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let (mut level, mut noise) = (0.0, 1.0);
    (0..count)
        .map(|_| {
            if random.uniform() < 0.03 {
                level += 4.0 * random.normal();
                noise = 1.0 + 3.0 * random.uniform();
            }
            level + noise * random.normal()
        })
        .collect()
}

/// The best segmentation by trying every last change for every end, each cost by definition.
fn slowly(values: &[f64], options: &ChangePoints, penalty: f64, variance: f64) -> (Vec<usize>, f64) {
    let cost = |part: &[f64]| {
        let length = part.len() as f64;
        let mean = part.iter().sum::<f64>() / length;
        let error: f64 = part.iter().map(|value| (value - mean) * (value - mean)).sum();
        match options.kind {
            ChangeKind::Mean => error / variance,
            ChangeKind::MeanVariance => {
                let held = (error / length).max(variance);
                length * (held.ln() + error / length / held)
            }
        }
    };
    let mut best = vec![(f64::INFINITY, 0); values.len() + 1];
    best[0].0 = -penalty;
    for end in options.shortest..=values.len() {
        for start in 0..=end - options.shortest {
            let total = best[start].0 + cost(&values[start..end]) + penalty;
            if total < best[end].0 {
                best[end] = (total, start);
            }
        }
    }
    let mut changes = Vec::new();
    let mut end = best[values.len()].1;
    while end > 0 {
        changes.insert(0, end);
        end = best[end].1;
    }
    (changes, best[values.len()].0)
}

#[test]
fn no_segmentation_costs_less() {
    for seed in 0..40 {
        let series = series(40 + 5 * seed as usize, seed);
        for kind in [ChangeKind::Mean, ChangeKind::MeanVariance] {
            for (shortest, penalty) in [(2, 3.0), (5, 12.0), (9, 6.0)] {
                let options = ChangePoints::default().with_kind(kind).with_shortest(shortest).with_penalty(penalty);
                let found = options.detect(&series, &Context::new()).unwrap();
                let middle = median(&mut series.clone());
                let far = series.iter().fold(0.0, |far: f64, value| far.max((value - middle).abs()));
                let sigma =
                    if kind == ChangeKind::Mean { noise(&series, &Context::new()).unwrap() } else { LEAST * far };
                let (changes, cost) = slowly(&series, &options, penalty, sigma * sigma);
                // Sums in another order, and logarithms of small differences: seen 1e-12, asked 1e-9 of costs of some hundred.
                assert!(
                    (found.cost - cost).abs() < 1e-9 * cost.abs().max(100.0),
                    "{seed} {kind:?}: {} {cost}",
                    found.cost
                );
                assert_eq!(
                    found.positions.iter().map(|at| *at as usize).collect::<Vec<_>>(),
                    changes,
                    "{seed} {kind:?}"
                );
            }
        }
    }
}

#[derive(Deserialize)]
struct Case {
    series: Vec<f64>,
    penalty: f64,
    shortest: usize,
    changes: Vec<i64>,
}

#[test]
fn changes_of_the_mean_are_those_of_ruptures() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/change_points.json");
    let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(cases.len() >= 4);
    for case in cases {
        let sigma = noise(&case.series, &Context::new()).unwrap();
        let penalty = case.penalty / (sigma * sigma);
        let options = ChangePoints::default().with_shortest(case.shortest).with_penalty(penalty);
        let found = options.detect(&case.series, &Context::new()).unwrap();
        assert_eq!(found.positions.to_vec(), case.changes);
    }
}

#[test]
fn segments_say_what_they_are() {
    let mut random = Random::new(6);
    let series: Vec<f64> =
        (0..400).map(|t| if t < 150 { 10.0 + random.normal() } else { 20.0 + 5.0 * random.normal() }).collect();
    let options = ChangePoints::default().with_kind(ChangeKind::MeanVariance);
    let found = options.detect(&series, &Context::new()).unwrap();
    assert_eq!(found.positions.len(), 1);
    assert!((found.positions[0] - 150).abs() <= 2);
    for (at, (mean, deviation)) in [(10.0, 1.0), (20.0, 5.0)].into_iter().enumerate() {
        assert!((found.means[at] - mean).abs() < 1.5 && (found.deviations[at] / deviation - 1.0).abs() < 0.2);
    }
    assert!((found.penalty - 3.0 * 400_f64.ln()).abs() < 1e-12);
}

#[test]
fn noise_has_no_change_points() {
    let mut random = Random::new(7);
    let noise: Vec<f64> = (0..3000).map(|_| random.normal()).collect();
    for kind in [ChangeKind::Mean, ChangeKind::MeanVariance] {
        let found = ChangePoints::default().with_kind(kind).detect(&noise, &Context::new()).unwrap();
        assert!(found.positions.is_empty(), "{kind:?} {:?}", found.positions);
    }
}

#[test]
fn segments_do_not_depend_on_unit_and_level() {
    let series = series(300, 3);
    for kind in [ChangeKind::Mean, ChangeKind::MeanVariance] {
        let options = ChangePoints::default().with_kind(kind);
        let found = options.detect(&series, &Context::new()).unwrap();
        for (factor, shift) in [(4.0, -1e4), (-0.3, 7.0), (1e300, 0.0), (1e-300, 0.0)] {
            let moved: Vec<f64> = series.iter().map(|value| factor * value + shift).collect();
            let moved = options.detect(&moved, &Context::new()).unwrap();
            assert_eq!(found.positions, moved.positions, "{kind:?} {factor}");
            assert!(((moved.means[0] - shift) / factor - found.means[0]).abs() < 1e-9);
        }
    }
}

#[test]
fn a_constant_series_is_one_segment_and_a_clean_step_two() {
    for kind in [ChangeKind::Mean, ChangeKind::MeanVariance] {
        for value in [0.0, 0.1, -1e300] {
            let mut series = vec![value; 60];
            let found = ChangePoints::default().with_kind(kind).detect(&series, &Context::new()).unwrap();
            assert!(found.positions.is_empty() && found.means.len() == 1 && found.cost.is_finite());
            assert!((found.means[0] - value).abs() <= 1e-12 * f64::abs(value));
            series[40..].iter_mut().for_each(|new| *new += 1.0 + value.abs());
            let found = ChangePoints::default().with_kind(kind).detect(&series, &Context::new()).unwrap();
            assert_eq!(found.positions.to_vec(), [40], "{kind:?} {value}");
        }
    }
}

#[test]
fn bad_input_has_its_code() {
    let code = |options: ChangePoints, series: &[f64]| options.detect(series, &Context::new()).unwrap_err().code();
    let series = series(100, 1);
    for length in 0..3 {
        assert_eq!(code(ChangePoints::default(), &vec![1.0; length]), Code::NotEnoughData);
    }
    assert_eq!(code(ChangePoints::default().with_penalty(0.0), &series), Code::InvalidConfig);
    assert_eq!(code(ChangePoints::default().with_shortest(0), &series), Code::InvalidConfig);
    let both = ChangePoints::default().with_kind(ChangeKind::MeanVariance).with_shortest(1);
    assert_eq!(code(both, &series), Code::InvalidConfig);
    let mut gap = series.clone();
    gap[50] = f64::NAN;
    assert_eq!(code(ChangePoints::default(), &gap), Code::InvalidData);
    assert!(ChangePoints::default().with_gaps(Gaps::Interpolate).detect(&gap, &Context::new()).is_ok());
}

#[test]
fn a_long_search_stops_when_asked() {
    let series = vec![0.0; 300_000];
    let context = Context::new();
    let watch = context.clone();
    let began = std::thread::scope(|scope| {
        let canceller = scope.spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(30));
            watch.cancel();
            std::time::Instant::now()
        });
        let error = ChangePoints::default().detect(&series, &context).unwrap_err();
        assert_eq!(error.code(), Code::Cancelled);
        canceller.join().unwrap()
    });
    // Far more than 100 ms, for machines that are busy.
    assert!(began.elapsed() < std::time::Duration::from_secs(2));
}
