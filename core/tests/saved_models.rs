//! Saved models: what was saved comes back bit for bit, and nothing else ever loads, panics or hangs.
#![cfg(feature = "forecast")]

#[path = "saved_models/harness.rs"]
mod harness;

use std::time::Instant;

use inlaid::forecast::{Drift, Fitted, FittedNaive, Method, Naive, SeasonalNaive};
use inlaid::{Code, Context, store};
use ndarray::array;

/// SplitMix64 (Steele, Lea, Flood 2014), so that a failure comes back on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn bytes(&mut self, longest: u64) -> Vec<u8> {
        (0..self.next() % (longest + 1)).map(|_| self.next() as u8).collect()
    }
}

fn refused(bytes: &[u8]) -> String {
    let error = FittedNaive::from_bytes(bytes).expect_err("must not load");
    assert_eq!(error.code(), Code::Incompatible, "{error}");
    assert_eq!(store::kind(bytes).err().map_or(Code::Incompatible, |error| error.code()), Code::Incompatible);
    error.to_string()
}

#[test]
fn a_loaded_model_predicts_and_updates_bit_for_bit_as_the_saved_one() {
    let context = Context::new();
    let series = array![[0.1, 0.7, 1.0 / 3.0, -0.0], [5e-324, 1e16, 2.5, std::f64::consts::PI]];
    let mut saved = Naive::default().fit(series.view(), &context).unwrap();
    let mut loaded = FittedNaive::from_bytes(&saved.to_bytes().unwrap()).unwrap();
    let new = array![[0.3], [0.2]];
    for _ in 0..2 {
        let [left, right] = [&saved, &loaded].map(|model| model.predict(7, &[0.8, 0.95], &context).unwrap());
        let bits = |forecast: &inlaid::forecast::Forecast| {
            let bands = forecast.intervals.iter().flat_map(|band| band.lower.iter().chain(band.upper.iter()));
            forecast.mean.iter().chain(bands).map(|value| value.to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(bits(&left), bits(&right));
        saved.update(new.view(), &context).unwrap();
        loaded.update(new.view(), &context).unwrap();
    }
    assert_eq!(saved.to_bytes().unwrap(), loaded.to_bytes().unwrap());
}

/// Written by hand after the table in `inlaid::store`; the checksum is Python's `zlib.crc32`.
const BY_HAND: &str = "\
    89494e4c4149440a01000000145748fe3e0000000000000014666f7265636173742e4669747465644e616976650105302e31\
    2e300103000000000000f03f00000000000000400000000000000840000000000000f03f";

#[test]
fn a_model_written_by_hand_after_the_description_of_the_format_loads() {
    let bytes: Vec<u8> = BY_HAND
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    let model = FittedNaive::from_bytes(&bytes).unwrap();
    assert_eq!(model.predict(1, &[], &Context::new()).unwrap().mean[[0, 0]], 3.0);
    assert_eq!(model.summary()[0].sigma2, Some(1.0));
    let kind = store::kind(&bytes).unwrap();
    assert_eq!((kind.name.as_str(), kind.version, kind.writer.as_str()), ("forecast.FittedNaive", 1, "0.1.0"));
    if env!("CARGO_PKG_VERSION") == kind.writer {
        assert_eq!(bytes, harness::small());
    }
}

#[test]
fn every_changed_byte_is_refused() {
    let good = harness::small();
    for at in 0..good.len() {
        for change in 1..=255 {
            let mut bytes = good.clone();
            bytes[at] ^= change;
            refused(&bytes);
        }
    }
}

#[test]
fn every_shortened_and_every_lengthened_model_is_refused() {
    let good = harness::small();
    for length in 0..good.len() {
        let sentence = refused(&good[..length]);
        assert!(sentence.contains(if length == 0 { "is empty" } else { "cut short" }), "{sentence}");
    }
    let sentence = refused(&[&good[..], &[0, 0]].concat());
    assert!(sentence.contains("2 more follow"), "{sentence}");
    assert!(refused(&[&good[..], &good[..]].concat()).contains("more follow"));
}

#[test]
fn bytes_of_other_programs_are_refused() {
    let mut random = Random(1);
    for _ in 0..2000 {
        refused(&random.bytes(200));
        refused(&[b"\x89INLAID\n".to_vec(), random.bytes(200)].concat());
        refused(&[b"\x89INLAID\n\x01\0\0\0".to_vec(), random.bytes(200)].concat());
    }
    for foreign in [&b"PK\x03\x04"[..], b"{\"model\": 1}", b"\x80\x05\x95", b"\x89INLAID\r\n\x01\0\0\0"] {
        assert!(refused(foreign).contains("no model saved by inlaid"));
    }
}

#[test]
fn lengths_that_no_byte_stands_behind_are_refused_at_once() {
    let start = Instant::now();
    let endless = [0xff; 9].iter().chain(&[0x01]).copied().collect::<Vec<u8>>();
    for payload in
        [endless.clone(), [&[1][..], &endless].concat(), [&[0xff, 0xff, 0xff, 0xff, 0x7f][..], &[0; 99]].concat()]
    {
        refused(&harness::seal("forecast.FittedNaive", 1, "0.1.0", &payload));
    }
    // A length of the whole that would overflow.
    let mut bytes = harness::small();
    bytes[16..24].fill(0xff);
    assert!(refused(&bytes).contains("cut short"));
    assert!(start.elapsed().as_secs() < 1);
}

#[test]
fn names_from_a_file_do_not_reach_a_message_unless_they_are_names() {
    for (kind, version, writer) in
        [("", 1, "0.1.0"), ("a\u{1b}[2J", 1, "0.1.0"), ("x y", 1, "1"), ("x", 0, "1"), ("x", 1, ""), ("x", 1, "1\n")]
    {
        let sentence = refused(&harness::seal(kind, version, writer, &[]));
        assert!(sentence.contains("properly"), "{sentence}");
    }
    refused(&harness::seal(&"x".repeat(101), 1, "1", &[]));
}

#[test]
fn another_kind_and_a_newer_version_say_what_to_do() {
    let other = harness::seal("forecast.FittedTheta", 1, "0.1.0", &[]);
    let sentence = refused(&other);
    assert!(sentence.contains("a saved forecast.FittedTheta, not a forecast.FittedNaive"), "{sentence}");
    assert_eq!(store::kind(&other).unwrap().name, "forecast.FittedTheta");
    let sentence = refused(&harness::seal("forecast.FittedNaive", 7, "9.1.0", &[]));
    assert!(sentence.contains("version 7") && sentence.contains("inlaid 9.1.0") && sentence.contains("update inlaid"));
    let mut newer = harness::small();
    newer[8] = 2;
    assert!(refused(&newer).contains("update inlaid"));
}

/// A state made up from its fields must be refused by what stands in `sentence`.
fn falls_apart<M: Method>(states: &impl serde::Serialize, options: &[u8], sentence: &str) {
    let payload = [options.to_vec(), postcard::to_stdvec(states).unwrap()].concat();
    let error = Fitted::<M>::from_bytes(&harness::seal(M::FITTED, M::SAVED, "0.1.0", &payload)).err().expect(sentence);
    assert_eq!(error.code(), Code::Incompatible, "{error}");
    let message = error.message();
    assert!(message.contains("does not hold together") && message.contains(sentence), "{message}");
}

#[test]
fn a_model_that_does_not_hold_together_is_refused() {
    let (one, three) = (vec![1.0], vec![1.0, 2.0, 4.0]);
    falls_apart::<Naive>(&[(); 0].as_slice(), &[], "no series");
    falls_apart::<Naive>(&vec![(Vec::<f64>::new(), 1.0)], &[], "0 observations");
    falls_apart::<Naive>(&vec![(one.clone(), 1.0), (three.clone(), 1.0)], &[], "series 1 has 3 observations");
    for value in [f64::NAN, f64::INFINITY] {
        falls_apart::<Naive>(&vec![(vec![value], 1.0)], &[], "series 0: value");
    }
    for sigma in [-1.0, f64::NAN] {
        falls_apart::<Naive>(&vec![(one.clone(), sigma)], &[], "deviation");
        falls_apart::<Drift>(&vec![(three.clone(), 2_usize, 1.0, sigma)], &[], "deviation");
        falls_apart::<SeasonalNaive>(&vec![(three.clone(), 3_usize, sigma)], &[0], "deviation");
    }
    falls_apart::<Drift>(&vec![(one, 1_usize, 1.0, 1.0)], &[], "1 observations");
    falls_apart::<Drift>(&vec![(three.clone(), 2_usize, f64::INFINITY, 1.0)], &[], "slope is inf");
    for count in [0_usize, 4, usize::MAX] {
        falls_apart::<Drift>(&vec![(three.clone(), count, 1.0, 1.0)], &[], "changes");
        falls_apart::<SeasonalNaive>(&vec![(three.clone(), count, 1.0)], &[0], "season has");
    }
    // The options of a model are judged as those of a caller.
    falls_apart::<SeasonalNaive>(&vec![(three, 1_usize, 1.0)], &[1, 0], "season");
}

#[test]
fn made_up_models_with_a_right_checksum_are_refused_or_work() {
    let mut random = Random(2);
    let (mut loaded, runs) = (0, 8000);
    for run in 0..runs {
        let mut input = random.bytes(if run % 2 == 0 { 32 } else { 200 });
        input.insert(0, random.next() as u8);
        loaded += usize::from(harness::run(&input));
    }
    // Otherwise the test would only show that nonsense is refused.
    assert!(loaded > runs / 50 && loaded < runs / 2, "{loaded} of {runs} loaded");
}
