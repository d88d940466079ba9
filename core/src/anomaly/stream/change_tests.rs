use serde::Deserialize;

use super::*;
use crate::error::Code;
use crate::math::random::Random;

#[derive(Deserialize)]
struct Oracle {
    values: Vec<f64>,
    page_hinkley: Vec<PageHinkleyCase>,
    adwin: Vec<AdwinCase>,
}

#[derive(Deserialize)]
struct PageHinkleyCase {
    limit: f64,
    slack: f64,
    fading: f64,
    direction: ChangeDirection,
    rows: Vec<usize>,
}

#[derive(Deserialize)]
struct AdwinCase {
    confidence: f64,
    clock: u64,
    rows: Vec<usize>,
}

/// Made with river by `tests/data/make_streams.py`.
fn oracle() -> Oracle {
    serde_json::from_str(include_str!("../../../../tests/data/streams.json")).unwrap()
}

fn alarms(mut stream: StreamState, values: &[f64]) -> Vec<usize> {
    (0..values.len()).filter(|row| stream.update(None, &[values[*row]]).unwrap().is_anomaly).collect()
}

#[test]
fn page_hinkley_alarms_where_river_does() {
    let oracle = oracle();
    for case in oracle.page_hinkley {
        let test = PageHinkley::default()
            .with_limit(case.limit)
            .with_slack(case.slack)
            .with_fading(case.fading)
            .with_direction(case.direction);
        assert_eq!(alarms(test.start().unwrap(), &oracle.values), case.rows, "{:?}", case.direction);
    }
}

#[derive(Deserialize)]
struct Peers {
    adwin: Vec<AdwinCase>,
}

#[test]
fn adwin_alarms_where_its_definition_says() {
    // From the raw values of the window, by `tests/data/make_stream_peers.py`.
    let peers: Peers = serde_json::from_str(include_str!("../../../../tests/data/stream_peers.json")).unwrap();
    let values = oracle().values;
    for case in peers.adwin {
        let adwin = Adwin::default().with_confidence(case.confidence).with_clock(case.clock);
        assert_eq!(alarms(adwin.start().unwrap(), &values), case.rows, "{} {}", case.confidence, case.clock);
    }
}

#[test]
fn adwin_finds_the_changes_that_river_finds() {
    let oracle = oracle();
    for case in oracle.adwin {
        let adwin = Adwin::default().with_confidence(case.confidence).with_clock(case.clock);
        let found = alarms(adwin.start().unwrap(), &oracle.values);
        // River counts each part as four events fewer, so it may need one look more, and it forgets the whole window after an
        // alarm, so it has one alarm per change; the script that makes its rows proves that nothing else is different.
        let first_in =
            |rows: &[usize], from: usize, to: usize| rows.iter().copied().find(|row| (from..to).contains(row));
        for (from, to) in [(0, 400), (400, 700), (700, 1200), (1200, 1400), (1400, 1800)] {
            let (own, river) = (first_in(&found, from, to), first_in(&case.rows, from, to));
            assert_eq!(own.is_some(), river.is_some(), "{from}: {found:?}");
            let (own, river) = (own.unwrap_or(0), river.unwrap_or(0));
            assert!(own.abs_diff(river) <= case.clock as usize, "{from}: {own} {river}");
        }
    }
}

#[test]
fn the_window_keeps_the_sums_of_its_events() {
    let mut random = Random::new(9);
    let values: Vec<f64> = (0..1000).map(|row| random.normal() + if row > 600 { 4.0 } else { 0.0 }).collect();
    let mut running = RunningAdwin {
        options: Adwin::default(),
        rows: Vec::new(),
        events: 0,
        width: 0,
        sum: 0.0,
        squares: 0.0,
        ratio: 0.0,
    };
    for (row, value) in values.iter().enumerate() {
        running.update(&Event { time: None, per_hour: 1.0, values: &[*value] });
        running.check().unwrap();
        let kept = &values[row + 1 - running.width as usize..=row];
        let mean = kept.iter().sum::<f64>() / kept.len() as f64;
        let squares: f64 = kept.iter().map(|value| (value - mean) * (value - mean)).sum();
        assert!((running.sum - mean * kept.len() as f64).abs() < 1e-8);
        assert!((running.squares - squares).abs() < 1e-6 * (1.0 + squares), "{row}: {} {squares}", running.squares);
    }
    assert!(running.width < 500, "{}", running.width);
}

#[test]
fn a_stationary_stream_keeps_its_window() {
    let mut random = Random::new(2);
    let values: Vec<f64> = (0..20_000).map(|_| random.normal()).collect();
    assert!(alarms(Adwin::default().start().unwrap(), &values).len() <= 1);
    let mut stream = Adwin::default().start().unwrap();
    for value in values {
        stream.update(None, &[value]).unwrap();
    }
    let bytes = stream.to_bytes().unwrap();
    assert!(bytes.len() < 2048, "{}", bytes.len());
    assert_eq!(StreamState::from_bytes(&bytes).unwrap(), stream);
}

#[test]
fn options_out_of_range_are_refused() {
    for error in [
        PageHinkley::default().with_limit(0.0).start().unwrap_err(),
        PageHinkley::default().with_fading(1.5).start().unwrap_err(),
        PageHinkley::default().with_slack(f64::NAN).start().unwrap_err(),
        Adwin::default().with_confidence(1.0).start().unwrap_err(),
        Adwin::default().with_clock(0).start().unwrap_err(),
        Adwin::default().with_buckets(0).start().unwrap_err(),
    ] {
        assert_eq!(error.code(), Code::InvalidConfig);
    }
}
