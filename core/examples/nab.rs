//! The default stream detector on the development half of the Numenta Anomaly Benchmark: scores by profile, at the default
//! threshold and at the best one, with thresholds chosen on other files, rows per second of CPU time, bytes of state.
//!
//! `cargo run --release --example nab`; options as JSON may follow: `-- '{"window": 16}'`.
#![allow(clippy::print_stdout)]
#[path = "../tests/support/nab.rs"]
mod nab;

use std::time::Instant;

use inlaid::Context;
use inlaid::anomaly::{
    Adwin, Cusum, Ewma, HalfSpaceTrees, NabProfile, NabScore, PageHinkley, RobustRandomCutForest, Spot, StreamDetector,
    StreamState,
};
use ndarray::ArrayView2;

/// A few shuffles of the files in halves.
fn halves(count: usize, rounds: u64) -> Vec<Vec<bool>> {
    let mut state = 12_345_u64;
    let mut coin = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 63 == 1
    };
    (0..rounds).map(|_| (0..count).map(|_| coin()).collect()).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(files) = nab::files() else {
        println!("{} is not there", nab::folder().display());
        return Ok(());
    };
    let options: StreamDetector = match std::env::args().nth(1) {
        Some(text) => serde_json::from_str(&text)?,
        None => StreamDetector::default(),
    };
    let context = Context::new();
    let (mut scores, mut bytes, mut rows) = (Vec::new(), 0, 0);
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        scores.clear();
        rows = 0;
        let began = Instant::now();
        for file in &files {
            let mut stream = options.start()?;
            let values = ArrayView2::from_shape((file.values.len(), 1), &file.values)?;
            scores.push(stream.update_batch(Some(&file.times), values, &context)?.to_vec());
            bytes = bytes.max(stream.to_bytes()?.len());
            rows += file.values.len();
        }
        best = best.min(began.elapsed().as_secs_f64());
    }
    println!("{rows} rows, {:.0} rows/s on one thread, at most {bytes} bytes of state", rows as f64 / best);
    let all: Vec<_> = files.iter().zip(&scores).map(|(file, scores)| (file, scores.as_slice())).collect();
    for profile in [NabProfile::Standard, NabProfile::RewardLowFp, NabProfile::RewardLowFn] {
        let nab = NabScore::default().with_profile(profile);
        let best = nab::evaluate(&nab, &all)?;
        let fixed = nab::evaluate(&nab.with_threshold(options.threshold), &all)?;
        println!(
            "{profile:?}: {:.1} at the default threshold ({} of {} windows, {} false alarms), {:.1} at the best, {:.3}",
            fixed.score,
            fixed.detected,
            fixed.windows,
            fixed.false_alarms,
            best.score,
            best.threshold.unwrap_or(f64::NAN)
        );
    }
    for threshold in [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65] {
        print!("{threshold}: {:.1}  ", nab::evaluate(&NabScore::default().with_threshold(threshold), &all)?.score);
    }
    println!();
    let (mut sum, mut count) = (0.0, 0.0);
    for half in halves(all.len(), 40) {
        for side in [true, false] {
            let part = |wanted: bool| {
                all.iter().zip(&half).filter(|(_, is)| **is == wanted).map(|(file, _)| *file).collect::<Vec<_>>()
            };
            let chosen = nab::evaluate(&NabScore::default(), &part(side))?;
            let nab =
                chosen.threshold.map_or(NabScore::default(), |threshold| NabScore::default().with_threshold(threshold));
            sum += nab::evaluate(&nab, &part(!side))?.score;
            count += 1.0;
        }
    }
    println!("threshold from one half of the files, score of the other, mean of 40 splits: {:.1}", sum / count);
    let named: [(&str, StreamState); 8] = [
        ("Ewma", Ewma::default().start()?),
        ("Cusum", Cusum::default().start()?),
        ("PageHinkley", PageHinkley::default().start()?),
        ("Adwin", Adwin::default().start()?),
        ("Spot", Spot::default().with_warm_up(200).start()?),
        ("Spot, depth 50", Spot::default().with_warm_up(200).with_depth(50).start()?),
        ("HalfSpaceTrees", HalfSpaceTrees::default().start(&context)?),
        ("RobustRandomCutForest, shingle 4", RobustRandomCutForest::default().with_shingle(4).start(&context)?),
    ];
    for (name, start) in &named {
        let (mut scores, mut bytes) = (Vec::new(), 0);
        let began = Instant::now();
        for file in &files {
            let mut stream = start.clone();
            let values = ArrayView2::from_shape((file.values.len(), 1), &file.values)?;
            scores.push(stream.update_batch(Some(&file.times), values, &context)?.to_vec());
            bytes = bytes.max(stream.to_bytes()?.len());
        }
        let seconds = began.elapsed().as_secs_f64();
        let all: Vec<_> = files.iter().zip(&scores).map(|(file, scores)| (file, scores.as_slice())).collect();
        let best = nab::evaluate(&NabScore::default(), &all)?;
        println!("{name}: {:.1} at the best threshold, {:.0} rows/s, {bytes} bytes", best.score, rows as f64 / seconds);
    }
    if std::env::args().nth(2).is_some() {
        let report = nab::evaluate(&NabScore::default().with_threshold(options.threshold), &all)?;
        for (file, series) in files.iter().zip(report.series) {
            println!(
                "{:60} {:6.2} {}/{} {}",
                file.name, series.sum, series.detected, series.windows, series.false_alarms
            );
        }
    }
    Ok(())
}
