//! Detectors by windows on the development half of the Numenta Anomaly Benchmark: volumes under the surfaces and range F1.
//!
//! `cargo run --profile dist -p inlaid --example profile_nab`
#![allow(clippy::print_stdout, dead_code, reason = "an example says what it found; it does not score as NAB does")]
#[path = "../tests/support/nab.rs"]
mod nab;

use std::error::Error;
use std::time::Instant;

use inlaid::Context;
use inlaid::anomaly::{
    DiscordDetector, KMeansAd, RangeScore, SeriesAnomalies, StreamDetector, SubPca, Threshold, VolumeScore,
};
use inlaid::ndarray::ArrayView2;

type Detect = dyn Fn(&nab::File) -> inlaid::Result<SeriesAnomalies>;

fn main() -> Result<(), Box<dyn Error>> {
    let Some(files) = nab::files() else {
        println!("{} is not there", nab::folder().display());
        return Ok(());
    };
    let context = Context::new().with_threads(1);
    let tail = || Threshold::ExtremeValue { probability: 1e-3, level: 0.95 };
    let mut detectors: Vec<(String, Box<Detect>)> = Vec::new();
    for window in [0_usize, 50, 100, 250] {
        let name = |what: &str| match window {
            0 => format!("{what}, automatic window"),
            _ => format!("{what}, window {window}"),
        };
        let discord = DiscordDetector::default().with_window(window);
        let left = discord.clone().with_causal(true);
        let pca = SubPca::default().with_window(window);
        for rule in [Threshold::default(), tail()] {
            let how = if rule == Threshold::default() { "" } else { ", extreme values" };
            let (c, one) = (context.clone(), discord.clone().with_threshold(rule.clone()));
            detectors.push((name("DiscordDetector") + how, Box::new(move |file| one.detect(&file.values, &c))));
            let (c, one) = (context.clone(), pca.clone().with_threshold(rule.clone()));
            detectors.push((name("SubPca") + how, Box::new(move |file| one.detect(&file.values, &c))));
            let (c, one) = (context.clone(), KMeansAd::default().with_window(window).with_threshold(rule.clone()));
            detectors.push((name("KMeansAd") + how, Box::new(move |file| one.detect(&file.values, &c))));
        }
        let c = context.clone();
        detectors.push((name("DiscordDetector, causal"), Box::new(move |file| left.detect(&file.values, &c))));
    }
    println!("| detector | VUS-PR | VUS-ROC | range F1 | s |\n|---|---|---|---|---|");
    let volumes = VolumeScore::default();
    let show = |name: &str, detect: &dyn Fn(&nab::File) -> Result<(Vec<f64>, Vec<i64>), Box<dyn Error>>| {
        let (mut pr, mut roc, mut f1, mut spent, mut count) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for file in files.iter().filter(|file| !file.windows.is_empty()) {
            let mut truth = vec![0; file.values.len()];
            for (first, last) in &file.windows {
                truth[*first..=*last].fill(1);
            }
            let began = Instant::now();
            let (scores, positions) = detect(file)?;
            spent += began.elapsed().as_secs_f64();
            let report = volumes.evaluate(&truth, &scores, &context)?;
            let mut found = vec![0; truth.len()];
            positions.iter().for_each(|step| found[*step as usize] = 1);
            pr += report.vus_pr;
            roc += report.vus_roc;
            f1 += RangeScore::default().evaluate(&truth, &found)?.f1;
            count += 1.0;
        }
        println!("| {name} | {:.3} | {:.3} | {:.3} | {spent:.1} |", pr / count, roc / count, f1 / count);
        Ok::<(), Box<dyn Error>>(())
    };
    for (name, detect) in &detectors {
        show(name, &|file| {
            let found = detect(file)?;
            Ok((found.scores.to_vec(), found.positions.to_vec()))
        })?;
    }
    show("`StreamDetector`", &|file| {
        let options = StreamDetector::default();
        let values = ArrayView2::from_shape((file.values.len(), 1), &file.values)?;
        let scores = options.start()?.update_batch(Some(&file.times), values, &context)?.to_vec();
        let above = (0..scores.len()).filter(|step| scores[*step] > options.threshold).map(|step| step as i64);
        let above = above.collect();
        Ok((scores, above))
    })?;
    show("distance from the median", &|file| {
        let mut sorted = file.values.clone();
        sorted.sort_by(f64::total_cmp);
        let median = sorted[sorted.len() / 2];
        let scores: Vec<f64> = file.values.iter().map(|value| (value - median).abs()).collect();
        let threshold = inlaid::anomaly::contamination_threshold(&scores, 0.01)?;
        let above = (0..scores.len()).filter(|step| scores[*step] > threshold).map(|step| step as i64).collect();
        Ok((scores, above))
    })?;
    show("chance", &|file| {
        let mut scores = Vec::new();
        for (at, _) in file.values.iter().enumerate() {
            let mixed =
                (at as u64 + 1).wrapping_mul(6_364_136_223_846_793_005).rotate_left(29).wrapping_mul(0x9e37_79b9);
            scores.push((mixed >> 11) as f64);
        }
        Ok((scores, Vec::new()))
    })?;
    Ok(())
}
