//! The default stream detector on the development half of the Numenta Anomaly Benchmark: skipped where it is not there.
#![cfg(feature = "anomaly")]
#![allow(clippy::print_stderr)]
#[path = "support/nab.rs"]
mod nab;

use inlaid::Context;
use inlaid::anomaly::{NabScore, StreamDetector};
use ndarray::ArrayView2;

#[test]
fn the_default_detector_reaches_65_with_its_default_threshold() {
    let Some(files) = nab::files() else {
        eprintln!("{} is not there: skipped", nab::folder().display());
        return;
    };
    let options = StreamDetector::default();
    let score = |file: &nab::File| {
        let values = ArrayView2::from_shape((file.values.len(), 1), &file.values).unwrap();
        let mut stream = options.start().unwrap();
        let scores = stream.update_batch(Some(&file.times), values, &Context::new()).unwrap();
        assert!(stream.to_bytes().unwrap().len() <= 64 * 1024, "{}", file.name);
        scores.to_vec()
    };
    let scores: Vec<Vec<f64>> = files.iter().map(score).collect();
    let all: Vec<_> = files.iter().zip(&scores).map(|(file, scores)| (file, scores.as_slice())).collect();
    let report = nab::evaluate(&NabScore::default().with_threshold(options.threshold), &all).unwrap();
    assert!(report.score >= 65.0, "{report:?}");
}
