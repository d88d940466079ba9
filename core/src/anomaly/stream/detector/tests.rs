use super::super::{StreamNote, StreamState};
use super::*;
use crate::error::Code;
use crate::math::random::Random;

const FIVE_MINUTES: i64 = 300_000_000_000;

fn scores(values: &[f64], timed: bool) -> Vec<super::super::StreamScore> {
    let mut stream: StreamState = StreamDetector::default().start().unwrap();
    let time = |row: usize| timed.then_some(row as i64 * FIVE_MINUTES);
    values.iter().enumerate().map(|(row, value)| stream.update(time(row), &[*value]).unwrap()).collect()
}

/// A daily wave with noise, ten days.
fn wave() -> Vec<f64> {
    let mut random = Random::new(17);
    (0..2880).map(|row| (f64::from(row) * std::f64::consts::TAU / 288.0).sin() * 5.0 + 0.2 * random.normal()).collect()
}

#[test]
fn the_unit_of_the_values_does_not_matter() {
    let values = wave();
    let scaled: Vec<f64> = values.iter().map(|value| value * 1024.0).collect();
    let score = |values: &[f64]| scores(values, true).iter().map(|score| score.score).collect::<Vec<_>>();
    assert_eq!(score(&values), score(&scaled));
}

#[test]
fn a_constant_stream_has_no_anomaly_until_it_changes() {
    for timed in [true, false] {
        let mut values = vec![3.0; 600];
        values.push(3.5);
        let scores = scores(&values, timed);
        assert!(scores[..600].iter().all(|score| !score.is_anomaly && score.score < 0.1));
        assert!(scores[600].is_anomaly && scores[600].score > 0.9, "{:?}", scores[600]);
        assert_eq!(scores[0].note, StreamNote::Learning);
    }
}

#[test]
fn a_value_that_is_usual_at_another_hour_is_strange() {
    let mut values = wave();
    // At the wave's crest, values from its zero crossing: within the range of all values, but not at this hour.
    let strange = 2880 - 288 + 72;
    values[strange..strange + 6].fill(-1.0);
    let scores = scores(&values, true);
    let expected = scores[strange].expected.unwrap();
    assert!((expected - 5.0).abs() < 0.5, "{expected}");
    assert!(scores[strange].lower.unwrap() > 0.0 && scores[strange].upper.unwrap() < 10.0);
    assert!(scores[strange..strange + 6].iter().any(|score| score.is_anomaly));
    assert!(scores[1000..strange].iter().filter(|score| score.is_anomaly).count() <= 2);
}

#[test]
fn an_alarm_silences_weaker_ones_only() {
    let mut random = Random::new(1);
    let mut values: Vec<f64> = (0..1500).map(|_| random.normal()).collect();
    for (row, jump) in [(1400, 8.0), (1403, 7.0), (1406, 40.0)] {
        values[row] = jump;
    }
    let scores = scores(&values, false);
    assert!(scores[1400].is_anomaly);
    // 1403 has the raw score of an alarm, but says nothing new.
    assert!(scores[1403].raw > 0.0 && (!scores[1403].is_anomaly || scores[1403].raw > scores[1400].raw));
    let alarms: Vec<usize> = (1400..1450).filter(|row| scores[*row].is_anomaly).collect();
    let raws: Vec<f64> = alarms.iter().map(|row| scores[*row].raw).collect();
    assert!(raws.windows(2).all(|pair| pair[0] < pair[1]), "{alarms:?} {raws:?}");
}

#[test]
fn a_missing_column_leaves_the_others() {
    let mut random = Random::new(2);
    let mut stream = StreamDetector::default().start().unwrap();
    for _ in 0..500 {
        stream.update(None, &[random.normal(), random.normal()]).unwrap();
    }
    let score = stream.update(None, &[f64::NAN, 30.0]).unwrap();
    assert!(score.is_anomaly && score.note == StreamNote::Missing && score.expected.is_none());
}

#[test]
fn options_out_of_range_are_refused() {
    for options in [
        StreamDetector::default().with_threshold(0.0),
        StreamDetector::default().with_threshold(f64::NAN),
        StreamDetector::default().with_memory(1.0),
        StreamDetector::default().with_window(1),
        StreamDetector::default().with_warm_up(0),
        StreamDetector::default().with_cool_down(-0.1),
        StreamDetector::default().with_shortest_cool_down(2000),
    ] {
        assert_eq!(options.start().unwrap_err().code(), Code::InvalidConfig);
    }
}
