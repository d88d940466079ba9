//! Profiles of streams.
use super::*;
use crate::Code;

/// A stream must say what the left profile of the whole says, as far as its memory goes.
fn follows(series: &[f64], window: usize, memory: usize, within: f64) {
    let mut stream = GrowingProfile::default().with_window(window).with_memory(memory).start().unwrap();
    let found = stream.update_batch(series, &context()).unwrap();
    let options = MatrixProfile::default().with_window(window);
    let table = table(series, series, &options);
    assert!(found.distances.iter().take(window - 1).all(|distance| *distance == f64::INFINITY));
    let late = |values: &[f64]| values[window - 1..].to_vec();
    holds(
        &late(&found.distances.to_vec()),
        &found.neighbours.iter().skip(window - 1).copied().collect::<Vec<_>>(),
        &table,
        within,
        |a, b| b + window.div_ceil(4) < a && a - b < memory,
    );
    assert_eq!(stream.seen(), series.len() as u64);
}

#[test]
fn a_stream_says_what_the_whole_says() {
    follows(&walk(2500, 5), 12, 10_000, 1e-9);
    follows(&walk(600, 6), 3, 10_000, 1e-9);
    let mut nasty = walk(1500, 7);
    nasty[200..260].fill(2.0);
    nasty[400] = f64::NAN;
    nasty[500..530].fill(2.0);
    nasty[700] = 1e6;
    nasty[900] = f64::INFINITY;
    nasty[1000] = 1e150;
    let seen: Vec<f64> = nasty.iter().map(|value| if value.abs() > 1e100 { f64::NAN } else { *value }).collect();
    follows(&seen, 20, 10_000, 1e-7);
    follows(&[1.5; 200], 20, 10_000, 0.0);
}

#[test]
fn a_stream_forgets_what_is_older_than_its_memory() {
    follows(&walk(1500, 8), 10, 100, 1e-9);
    follows(&walk(300, 9), 10, 2, 1e-9);
    let mut stream = GrowingProfile::default().with_window(10).with_memory(50).start().unwrap();
    let mut random = Random::new(1);
    for _ in 0..5000 {
        let found = stream.update(random.normal());
        assert!(!found.distance.is_nan());
        assert!(found.neighbour == -1 || stream.seen() as i64 - found.neighbour <= 60);
    }
}

#[test]
fn one_by_one_is_the_same_as_a_batch() {
    let series = walk(700, 10);
    let start = GrowingProfile::default().with_window(15).with_memory(200);
    let (mut one, mut many) = (start.start().unwrap(), start.start().unwrap());
    let all = many.update_batch(&series, &context()).unwrap();
    for (at, value) in series.iter().enumerate() {
        let found = one.update(*value);
        assert_eq!((found.distance, found.neighbour), (all.distances[at], all.neighbours[at]));
    }
}

#[test]
fn a_stream_goes_on_after_saving_as_if_nothing_had_been() {
    let mut series = walk(4000, 11);
    series[300..340].fill(2.0);
    series[600] = f64::NAN;
    series[900] = 1e7;
    for (window, memory) in [(12, 10_000), (12, 300), (3, 2)] {
        let start = GrowingProfile::default().with_window(window).with_memory(memory).start().unwrap();
        let (mut whole, mut parts) = (start.clone(), start);
        for (at, value) in series.iter().enumerate() {
            // Before the first window, between a cut and the next sums, before and behind the first that are forgotten.
            if at % 97 == 5 || (298..345).contains(&at) {
                let bytes = parts.to_bytes().unwrap();
                parts = ProfileStream::from_bytes(&bytes).unwrap();
                assert_eq!(parts.to_bytes().unwrap(), bytes);
                assert_eq!(bytes, whole.to_bytes().unwrap());
            }
            let (one, other) = (whole.update(*value), parts.update(*value));
            assert_eq!((one.distance.to_bits(), one.neighbour), (other.distance.to_bits(), other.neighbour), "{at}");
        }
        let bytes = whole.to_bytes().unwrap();
        assert!(bytes.len() < 40 * (2 * memory + window).min(series.len()) + 100, "{memory}: {}", bytes.len());
        for place in (0..bytes.len()).step_by(bytes.len() / 50) {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x10;
            assert_eq!(ProfileStream::from_bytes(&damaged).unwrap_err().code(), Code::Incompatible);
        }
        assert_eq!(ProfileStream::from_bytes(&bytes[..bytes.len() / 2]).unwrap_err().code(), Code::Incompatible);
    }
}

#[test]
fn a_stream_is_saved_to_a_file_and_refuses_another_model() {
    let mut stream = GrowingProfile::default().with_window(5).start().unwrap();
    stream.update_batch(&walk(50, 12), &context()).unwrap();
    let path = std::env::temp_dir().join(format!("inlaid-profile-stream-{}", std::process::id()));
    stream.save(&path).unwrap();
    let mut again = ProfileStream::load(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(again.update(1.0), stream.update(1.0));
    assert_eq!(ProfileStream::load(&path).unwrap_err().code(), Code::NotFound);
    let other = crate::anomaly::Ewma::default().start().unwrap().to_bytes().unwrap();
    assert_eq!(ProfileStream::from_bytes(&other).unwrap_err().code(), Code::Incompatible);
}

#[test]
fn options_of_a_stream_are_judged() {
    let code = |options: GrowingProfile| options.start().unwrap_err().code();
    assert_eq!(code(GrowingProfile::default().with_window(2)), Code::InvalidConfig);
    assert_eq!(code(GrowingProfile::default().with_memory(1)), Code::InvalidConfig);
    assert_eq!(code(GrowingProfile::default().with_memory(1 << 31)), Code::TooLarge);
    let cancelled = context();
    cancelled.cancel();
    let error = GrowingProfile::default().start().unwrap().update_batch(&[1.0], &cancelled).unwrap_err();
    assert_eq!(error.code(), Code::Cancelled);
}
