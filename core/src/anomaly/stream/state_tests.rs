use ndarray::Array2;

use super::*;
use crate::anomaly::StreamDetector;
use crate::error::Code;
use crate::math::random::Random;

const MINUTE: i64 = 60_000_000_000;

/// Noise with a daily pattern, a row every five minutes.
fn rows(count: usize) -> Vec<(i64, f64)> {
    let mut random = Random::new(11);
    (0..count as i64)
        .map(|row| {
            (row * 5 * MINUTE, 10.0 + (row as f64 * std::f64::consts::TAU / 288.0).sin() + 0.3 * random.normal())
        })
        .collect()
}

#[test]
fn a_stream_goes_on_after_saving_as_if_nothing_had_been() {
    let rows = rows(1500);
    let mut whole = StreamDetector::default().start().unwrap();
    let mut parts = whole.clone();
    for (index, &(time, value)) in rows.iter().enumerate() {
        if index % 100 == 37 {
            let bytes = parts.to_bytes().unwrap();
            assert!(bytes.len() <= 64 * 1024, "{}", bytes.len());
            parts = StreamState::from_bytes(&bytes).unwrap();
        }
        assert_eq!(whole.update(Some(time), &[value]).unwrap(), parts.update(Some(time), &[value]).unwrap());
    }
    assert_eq!(whole.to_bytes().unwrap(), parts.to_bytes().unwrap());
}

#[test]
fn a_batch_gives_the_scores_of_its_events() {
    let rows = rows(800);
    let times: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let values = Array2::from_shape_fn((800, 2), |(row, column)| rows[(row + 100 * column) % 800].1);
    let mut single = StreamDetector::default().start().unwrap();
    let mut batch = single.clone();
    let one: Vec<f64> = (0..800)
        .map(|row| single.update(Some(times[row]), values.row(row).as_slice().unwrap()).unwrap().score)
        .collect();
    assert_eq!(batch.update_batch(Some(&times), values.view(), &Context::new()).unwrap().to_vec(), one);
    assert_eq!(batch, single);
    let mut other = StreamDetector::default().start().unwrap();
    let turned = values.t().as_standard_layout().to_owned();
    assert_eq!(other.update_batch(Some(&times), turned.t(), &Context::new()).unwrap().to_vec(), one);
}

#[test]
fn bad_events_are_noted_and_change_nothing_that_comes_after() {
    let rows = rows(1000);
    let mut clean = StreamDetector::default().start().unwrap();
    let mut rough = clean.clone();
    for (index, &(time, value)) in rows.iter().enumerate() {
        if index % 50 == 20 {
            for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                let score = rough.update(None, &[bad]).unwrap();
                assert_eq!((score.note, score.score, score.is_anomaly), (StreamNote::Missing, 0.0, false));
            }
        }
        assert_eq!(clean.update(Some(time), &[value]).unwrap(), rough.update(Some(time), &[value]).unwrap());
    }
    let last = rows[999].0;
    assert_eq!(rough.update(Some(last - 60 * MINUTE), &[10.0]).unwrap().note, StreamNote::Backwards);
    assert_eq!(rough.update(Some(last + 5 * MINUTE), &[10.0]).unwrap().note, StreamNote::Gap);
    assert_eq!(rough.update(Some(last + 10 * MINUTE), &[10.0]).unwrap().note, StreamNote::None);
    assert_eq!(rough.update(Some(last + 600 * MINUTE), &[10.0]).unwrap().note, StreamNote::Gap);
    assert_eq!(rough.update(Some(last + 600 * MINUTE), &[1e300]).unwrap().note, StreamNote::Missing);
    for value in [1e150, -1e150, 1e150] {
        for time in [i64::MAX, i64::MIN] {
            assert!(rough.update(Some(time), &[value]).unwrap().score.is_finite());
        }
    }
    StreamState::from_bytes(&rough.to_bytes().unwrap()).unwrap();
}

#[test]
fn wrong_shapes_are_refused_and_leave_the_stream_as_it_was() {
    let mut stream = StreamDetector::default().start().unwrap();
    assert_eq!(stream.update(None, &[]).unwrap_err().code(), Code::InvalidData);
    stream.update(None, &[1.0, 2.0]).unwrap();
    let before = stream.clone();
    assert_eq!(stream.update(None, &[1.0]).unwrap_err().code(), Code::InvalidData);
    let values = Array2::zeros((3, 2));
    let context = Context::new();
    assert_eq!(stream.update_batch(Some(&[1]), values.view(), &context).unwrap_err().code(), Code::InvalidData);
    context.cancel();
    assert_eq!(stream.update_batch(None, values.view(), &context).unwrap_err().code(), Code::Cancelled);
    assert_eq!(stream, before);
}

#[test]
fn damaged_bytes_are_refused() {
    let mut stream = StreamDetector::default().start().unwrap();
    for (time, value) in rows(300) {
        stream.update(Some(time), &[value]).unwrap();
    }
    let bytes = stream.to_bytes().unwrap();
    for place in (0..bytes.len()).step_by(97) {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x10;
        assert_eq!(StreamState::from_bytes(&damaged).unwrap_err().code(), Code::Incompatible, "{place}");
    }
    assert_eq!(StreamState::from_bytes(&bytes[..bytes.len() / 2]).unwrap_err().code(), Code::Incompatible);
}
