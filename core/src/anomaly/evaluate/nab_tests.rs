use super::*;
use crate::error::Code;

/// 100 rows, so 15 are not scored; one window of rows 40 to 49.
fn one(alarms: &[usize], profile: NabProfile) -> NabReport {
    let mut scores = vec![0.0; 100];
    for &row in alarms {
        scores[row] = 1.0;
    }
    let windows = NabWindows { series: &[0], first: &[40], last: &[49] };
    NabScore::default().with_profile(profile).with_threshold(0.5).evaluate(&scores, &[100], windows).unwrap()
}

#[test]
fn scores_are_those_computed_by_hand() {
    let standard = |alarms: &[usize]| one(alarms, NabProfile::Standard).score;
    assert_eq!(standard(&[]), 0.0);
    assert!((standard(&[40]) - 100.0).abs() < 1e-12);
    // Row 45 of the window: s(-0.5) / s(-1) = 0.848283640 / 0.986614298 = 0.859792567, so 50 * (1 + 0.859792567).
    assert!((standard(&[45]) - 92.989_628_4).abs() < 1e-6, "{}", standard(&[45]));
    // Of two alarms in a window the earlier counts.
    assert_eq!(standard(&[45, 48]), standard(&[45]));
    // Before the window a false alarm costs 0.11, of 2.
    assert!((standard(&[30, 40]) - (100.0 - 5.5)).abs() < 1e-12);
    assert!((standard(&[30]) + 5.5).abs() < 1e-12);
    // Row 52 is 3 / 9 behind a window of 10 rows: s(1/3) = 2 / (1 + e^(5/3)) - 1 = -0.682264..
    let behind = 1.0 - 2.0 / (1.0 + (5.0_f64 / 3.0).exp());
    assert!((standard(&[40, 52]) - (100.0 - 50.0 * 0.11 * behind)).abs() < 1e-12);
    // Beyond three lengths all of it is due: row 77 is 28 / 9 behind.
    assert!((standard(&[40, 77]) - 94.5).abs() < 1e-12);
    // The first 15 rows are free.
    assert!((standard(&[3, 14, 40]) - 100.0).abs() < 1e-12);
}

#[test]
fn profiles_change_what_errors_cost() {
    assert!((one(&[30, 40], NabProfile::RewardLowFp).score - 89.0).abs() < 1e-12);
    // Best 1, worst -2: a false alarm costs 0.11 of 3.
    assert!((one(&[30, 40], NabProfile::RewardLowFn).score - (100.0 - 11.0 / 3.0)).abs() < 1e-12);
    assert_eq!(one(&[], NabProfile::RewardLowFn).score, 0.0);
}

#[test]
fn the_search_finds_the_best_of_all_thresholds() {
    let mut random = crate::math::random::Random::new(5);
    for _ in 0..20 {
        // Few distinct scores, so that thresholds fall on ties.
        let scores: Vec<f64> = (0..400).map(|_| (random.uniform() * 12.0).floor() / 12.0).collect();
        let windows = NabWindows { series: &[0, 1, 1], first: &[60, 150, 40], last: &[90, 170, 70] };
        let nab = NabScore::default();
        let found = nab.evaluate(&scores, &[200, 200], windows).unwrap();
        let best = (0..=13)
            .map(|step| {
                let at = nab.clone().with_threshold(f64::from(step) / 12.0);
                at.evaluate(&scores, &[200, 200], windows).unwrap().score
            })
            .fold(f64::NEG_INFINITY, f64::max);
        assert!((found.score - best).abs() < 1e-9, "{} {best}", found.score);
        if let Some(threshold) = found.threshold {
            let again = nab.with_threshold(threshold).evaluate(&scores, &[200, 200], windows).unwrap();
            assert_eq!(again, found);
        }
    }
}

#[test]
fn a_series_without_windows_can_only_lose() {
    let windows = NabWindows { series: &[1], first: &[50], last: &[59] };
    let mut scores = vec![0.0; 200];
    scores[150] = 1.0;
    scores[50] = 0.9;
    let report = NabScore::default().with_threshold(0.8).evaluate(&scores, &[100, 100], windows).unwrap();
    assert_eq!((report.detected, report.false_alarms), (1, 1));
    assert!((report.series[0].sum + 0.11).abs() < 1e-12 && (report.series[1].sum - 1.0).abs() < 1e-12);
    let report = NabScore::default().evaluate(&scores, &[100, 100], windows).unwrap();
    assert_eq!((report.threshold, report.score), (Some(1.0), 100.0));
}

#[test]
fn scores_that_never_help_give_no_threshold() {
    let windows = NabWindows { series: &[0], first: &[95], last: &[99] };
    let mut scores = vec![0.0; 100];
    scores[50] = 1.0;
    let report = NabScore::default().evaluate(&scores, &[100], windows).unwrap();
    assert_eq!((report.threshold, report.score), (None, 0.0));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let nab = NabScore::default();
    let windows = |first, last| NabWindows { series: &[0], first, last };
    let code = |scores: &[f64], lengths: &[i64], windows| nab.evaluate(scores, lengths, windows).unwrap_err().code();
    assert_eq!(code(&[0.0; 50], &[40], windows(&[20], &[30])), Code::InvalidData);
    assert_eq!(code(&[0.0; 50], &[-1], windows(&[20], &[30])), Code::InvalidData);
    assert_eq!(code(&[f64::NAN; 50], &[50], windows(&[20], &[30])), Code::InvalidData);
    assert_eq!(code(&[0.0; 50], &[50], windows(&[20], &[50])), Code::InvalidData);
    assert_eq!(code(&[0.0; 50], &[50], windows(&[30], &[20])), Code::InvalidData);
    assert_eq!(code(&[0.0; 50], &[50], windows(&[0], &[3])), Code::NotEnoughData);
    let twice = NabWindows { series: &[0, 0], first: &[20, 25], last: &[30, 35] };
    assert_eq!(code(&[0.0; 50], &[50], twice), Code::InvalidData);
    let nowhere = NabWindows { series: &[1], first: &[20], last: &[30] };
    assert_eq!(code(&[0.0; 50], &[50], nowhere), Code::InvalidData);
    let error = nab.with_threshold(f64::NAN).evaluate(&[], &[], windows(&[], &[])).unwrap_err();
    assert_eq!(error.code(), Code::InvalidConfig);
}
