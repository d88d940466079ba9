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
    DiscordDetector, KMeansAd, RangeScore, SeriesAnomalies, StreamDetector, SubPca, VolumeScore,
    contamination_threshold,
};
use inlaid::ndarray::ArrayView2;

/// Scores of all steps, and the steps that are called anomalies.
type Found = Result<(Vec<f64>, Vec<i64>), Box<dyn Error>>;

/// Print the means over all files with windows.
fn show(name: &str, files: &[nab::File], detect: &dyn Fn(&nab::File) -> Found) -> Result<(), Box<dyn Error>> {
    let context = Context::new().with_threads(1);
    let (mut pr, mut roc, mut f1, mut spent, mut count) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for file in files.iter().filter(|file| !file.windows.is_empty()) {
        let mut truth = vec![0; file.values.len()];
        for (first, last) in &file.windows {
            truth[*first..=*last].fill(1);
        }
        let began = Instant::now();
        let (scores, positions) = detect(file)?;
        spent += began.elapsed().as_secs_f64();
        let report = VolumeScore::default().evaluate(&truth, &scores, &context)?;
        let mut found = vec![0; truth.len()];
        positions.iter().for_each(|step| found[*step as usize] = 1);
        pr += report.vus_pr;
        roc += report.vus_roc;
        f1 += RangeScore::default().evaluate(&truth, &found)?.f1;
        count += 1.0;
    }
    println!("| {name} | {:.3} | {:.3} | {:.3} | {spent:.1} |", pr / count, roc / count, f1 / count);
    Ok(())
}

fn of(found: inlaid::Result<SeriesAnomalies>) -> Found {
    let found = found?;
    Ok((found.scores.to_vec(), found.positions.to_vec()))
}

/// Which scores are above a threshold.
fn above(scores: Vec<f64>, threshold: f64) -> Found {
    let positions = (0..scores.len()).filter(|step| scores[*step] > threshold).map(|step| step as i64).collect();
    Ok((scores, positions))
}

fn main() -> Result<(), Box<dyn Error>> {
    let Some(files) = nab::files() else {
        println!("{} is not there", nab::folder().display());
        return Ok(());
    };
    let context = Context::new().with_threads(1);
    println!("| detector | VUS-PR | VUS-ROC | range F1 | s |\n|---|---|---|---|---|");
    for window in [0_usize, 50, 100, 250] {
        let size = if window == 0 { "automatic window".to_owned() } else { format!("window {window}") };
        let discord = DiscordDetector::default().with_window(window);
        let causal = discord.clone().with_causal(true);
        let pca = SubPca::default().with_window(window);
        let means = KMeansAd::default().with_window(window);
        show(&format!("`SubPca`, {size}"), &files, &|file| of(pca.detect(&file.values, &context)))?;
        show(&format!("`KMeansAd`, {size}"), &files, &|file| of(means.detect(&file.values, &context)))?;
        show(&format!("`DiscordDetector`, {size}"), &files, &|file| of(discord.detect(&file.values, &context)))?;
        show(&format!("the same, causal, {size}"), &files, &|file| of(causal.detect(&file.values, &context)))?;
    }
    show("`StreamDetector`", &files, &|file| {
        let options = StreamDetector::default();
        let values = ArrayView2::from_shape((file.values.len(), 1), &file.values)?;
        let scores = options.start()?.update_batch(Some(&file.times), values, &context)?.to_vec();
        above(scores, options.threshold)
    })?;
    show("distance from the median", &files, &|file| {
        let mut sorted = file.values.clone();
        sorted.sort_by(f64::total_cmp);
        let median = sorted[sorted.len() / 2];
        let scores: Vec<f64> = file.values.iter().map(|value| (value - median).abs()).collect();
        let threshold = contamination_threshold(&scores, 0.01)?;
        above(scores, threshold)
    })?;
    show("chance", &files, &|file| {
        let mixed = |at: usize| (at as u64 + 1).wrapping_mul(6_364_136_223_846_793_005).rotate_left(29);
        let scores: Vec<f64> =
            (0..file.values.len()).map(|at| (mixed(at).wrapping_mul(0x9e37_79b9) >> 11) as f64).collect();
        let threshold = contamination_threshold(&scores, 0.01)?;
        above(scores, threshold)
    })
}
