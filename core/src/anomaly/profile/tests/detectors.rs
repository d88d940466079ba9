//! Detectors by windows.
use super::*;
use crate::Code;
use crate::anomaly::{
    ConformalThreshold, ContaminationThreshold, ExtremeValueThreshold, FixedThreshold, SeriesAnomalies, Threshold,
};

fn all(series: &[f64], window: usize, context: &Context) -> Vec<crate::Result<SeriesAnomalies>> {
    vec![
        DiscordDetector::default().with_window(window).detect(series, context),
        DiscordDetector::default().with_window(window).with_causal(true).detect(series, context),
        KMeansAd::default().with_window(window).with_clusters(5_usize).detect(series, context),
        SubPca::default().with_window(window).detect(series, context),
    ]
}

/// Waves of 40 steps with some noise; half of one is nothing but noise.
fn waves(count: usize) -> Vec<f64> {
    let mut random = Random::new(77);
    let mut series: Vec<f64> =
        (0..count).map(|t| (t as f64 * std::f64::consts::TAU / 40.0).sin() + 0.05 * random.normal()).collect();
    series[count - 300..count - 280].iter_mut().for_each(|value| *value = 0.3 + 0.5 * random.normal());
    series
}

#[test]
fn a_broken_wave_scores_highest() {
    let series = waves(2000);
    for (at, found) in all(&series, 40, &context()).into_iter().enumerate() {
        let found = found.unwrap();
        assert_eq!(found.scores.len(), 2000);
        let highest = (0..2000).max_by(|a, b| found.scores[*a].total_cmp(&found.scores[*b])).unwrap();
        assert!((1660..=1760).contains(&highest), "detector {at}: {highest}");
        assert!(found.positions.iter().any(|step| (1660..=1760).contains(step)), "detector {at}");
        assert!(found.positions.iter().all(|step| found.scores[*step as usize] > found.threshold));
    }
}

#[test]
fn a_constant_series_has_no_anomalies() {
    for found in all(&[4.0; 300], 20, &context()) {
        let found = found.unwrap();
        assert!(found.positions.is_empty() && found.scores.iter().all(|score| *score == 0.0), "{found:?}");
    }
    for found in all(&[4.0; 300], 0, &context()) {
        assert!(found.unwrap().positions.is_empty());
    }
}

#[test]
fn the_past_alone_decides_a_causal_score() {
    let series = waves(1500);
    let detector = DiscordDetector::default().with_window(40).with_causal(true);
    let whole = detector.detect(&series, &context()).unwrap().scores;
    for until in [500, 1210, 1400] {
        let part = detector.detect(&series[..until], &context()).unwrap().scores;
        for step in 0..until {
            assert!((part[step] - whole[step]).abs() < 1e-9, "{until} {step}");
        }
    }
    assert!(whole.iter().take(39 + 4 * 40).all(|score| *score == 0.0));
}

#[test]
fn threads_and_repetition_do_not_matter_but_the_seed_may() {
    let series = waves(9000);
    let run = |threads: usize| {
        let found = all(&series, 30, &Context::new().with_threads(threads).with_seed(3));
        found.into_iter().map(crate::Result::unwrap).collect::<Vec<_>>()
    };
    let alone = run(1);
    assert_eq!(run(4), alone);
    assert_eq!(run(1), alone);
}

#[test]
fn shift_and_scale_change_no_anomaly() {
    let series = waves(1000);
    let moved: Vec<f64> = series.iter().map(|value| 4.0 * value + 1024.0).collect();
    for (a, b) in all(&series, 25, &context()).into_iter().zip(all(&moved, 25, &context())) {
        let (a, b) = (a.unwrap(), b.unwrap());
        let largest = a.scores.iter().copied().fold(0.0, f64::max);
        assert!(a.scores.iter().zip(b.scores.iter()).all(|(a, b)| (a - b).abs() < 1e-6 * largest));
    }
}

#[test]
fn gaps_and_huge_values_give_finite_scores() {
    let mut series = waves(1200);
    series[100] = f64::NAN;
    series[400..420].fill(f64::INFINITY);
    for scale in [1.0, 1e300] {
        let scaled: Vec<f64> = series.iter().map(|value| value * scale).collect();
        for (at, found) in all(&scaled, 30, &context()).into_iter().enumerate() {
            let found = found.unwrap();
            assert!(found.scores.iter().all(|score| score.is_finite()), "detector {at}, {scale}");
            assert!(found.scores.iter().any(|score| *score > 0.0), "detector {at}, {scale}");
            assert!(found.threshold.is_finite());
        }
    }
    for found in all(&[f64::NAN; 100], 10, &context()) {
        assert!(found.is_err_and(|error| error.code() == Code::NotEnoughData) || at_rest(&context()));
    }
}

/// The matrix profile of nothing but gaps has no anomalies, which is no error.
fn at_rest(context: &Context) -> bool {
    let found = DiscordDetector::default().with_window(10).detect(&[f64::NAN; 100], context).unwrap();
    found.positions.is_empty() && found.threshold == 0.0
}

#[test]
fn what_makes_no_sense_is_refused() {
    for found in all(&[1.0, 2.0, 3.0], 10, &context()) {
        assert_eq!(found.unwrap_err().code(), Code::NotEnoughData);
    }
    for found in all(&[], 0, &context()) {
        assert_eq!(found.unwrap_err().code(), Code::NotEnoughData);
    }
    for found in all(&[1.0; 50], 2, &context()) {
        assert_eq!(found.unwrap_err().code(), Code::InvalidConfig);
    }
    let bad: [Threshold; 4] = [
        ConformalThreshold::default().into(),
        FixedThreshold::default().with_score(f64::NAN).into(),
        ExtremeValueThreshold::default().with_probability(0.5).into(),
        ContaminationThreshold::default().with_contamination(0.7).into(),
    ];
    for bad in bad {
        assert_eq!(
            DiscordDetector::default().with_threshold(bad.clone()).validate().unwrap_err().code(),
            Code::InvalidConfig
        );
        assert_eq!(KMeansAd::default().with_threshold(bad.clone()).validate().unwrap_err().code(), Code::InvalidConfig);
        assert_eq!(SubPca::default().with_threshold(bad).validate().unwrap_err().code(), Code::InvalidConfig);
    }
    assert_eq!(KMeansAd::default().with_contamination(0.0).validate().unwrap_err().code(), Code::InvalidConfig);
    assert_eq!(KMeansAd::default().with_clusters(0_usize).validate().unwrap_err().code(), Code::InvalidConfig);
    assert_eq!(SubPca::default().with_components(0).validate().unwrap_err().code(), Code::InvalidConfig);
    let few = KMeansAd::default().with_window(10).with_clusters(50_usize).detect(&waves(400)[..30], &context());
    assert_eq!(few.unwrap_err().code(), Code::NotEnoughData);
}

#[test]
fn every_rule_of_a_threshold_works() {
    let series = waves(2000);
    let detector = DiscordDetector::default().with_window(40);
    let count = |threshold: Threshold| {
        detector.clone().with_threshold(threshold).detect(&series, &context()).unwrap().positions.len()
    };
    assert!((15..=20).contains(&count(Threshold::default())));
    let fifth = count(ContaminationThreshold::default().with_contamination(0.2).into());
    assert!((395..=400).contains(&fifth), "{fifth}");
    let extreme = count(ExtremeValueThreshold::default().into());
    assert!(extreme < 60, "{extreme}");
    assert_eq!(count(FixedThreshold::default().into()), 2000);
}

#[test]
fn the_automatic_window_is_the_dominant_period() {
    use super::super::judge::window_of;
    let period = |series: &[f64]| window_of(0, series, &context()).unwrap();
    assert!((39..=41).contains(&period(&waves(2000))), "{}", period(&waves(2000)));
    let trend: Vec<f64> = (0..3000).map(|t| 0.1 * t as f64 + [0.0, 3.0, 1.0, 0.0, 5.0, 2.0, 1.0][t % 7]).collect();
    assert_eq!(period(&trend), 35);
    assert_eq!(period(&[1.0; 500]), 16);
    let mut random = Random::new(1);
    let noise: Vec<f64> = (0..5000).map(|_| random.normal()).collect();
    assert_eq!(period(&noise), 125);
    let straight: Vec<f64> = (0..1000).map(f64::from).collect();
    assert!(period(&straight) >= 3);
    assert_eq!(period(&[1.0, 2.0]), 3);
}
