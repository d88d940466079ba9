//! Detectors of whole series: on the development half of the Numenta Anomaly Benchmark, or as one side of a comparison.
//!
//! `cargo run --profile dist --example series_anomalies` for the table; `-- stl SEASON ROBUST < values`, `-- pelt PENALTY
//! SHORTEST < values` print the least CPU time of a call on one thread and numbers to compare, for `benches/compare`.
#![allow(clippy::print_stdout, reason = "an example says what it found")]
#[path = "../tests/support/nab.rs"]
mod nab;

use std::error::Error;
use std::io::Read;
use std::time::Duration;

use inlaid::anomaly::{
    ChangePoints, EsdCentre, Poly, RangeScore, ResidualDetector, SeriesAnomalies, SpectralResidual, StlEsd, VolumeScore,
};
use inlaid::forecast::{AutoEts, SeasonalNaive, Stl, Theta};
use inlaid::{Context, Result};

/// The processor time of this thread.
fn spent() -> std::result::Result<Duration, Box<dyn Error>> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let number = told.split(' ').next().ok_or("schedstat is empty")?;
    Ok(Duration::from_nanos(number.parse()?))
}

type Detect = Box<dyn Fn(&[f64], &Context) -> Result<SeriesAnomalies>>;

fn detectors() -> Vec<(&'static str, Detect)> {
    let residual = |method| ResidualDetector::default().with_method(method);
    let (ets, theta) = (residual(AutoEts::default().into()), residual(Theta::default().into()));
    let naive = residual(SeasonalNaive::default().into());
    vec![
        ("StlEsd", Box::new(|series, context| StlEsd::default().detect(series, context))),
        ("StlEsd, trend", Box::new(|s, c| StlEsd::default().with_centre(EsdCentre::Trend).detect(s, c))),
        ("ResidualDetector, AutoEts", Box::new(move |series, context| ets.detect(series, context))),
        ("ResidualDetector, Theta", Box::new(move |series, context| theta.detect(series, context))),
        ("ResidualDetector, SeasonalNaive", Box::new(move |series, context| naive.detect(series, context))),
        ("SpectralResidual", Box::new(|series, context| SpectralResidual::default().detect(series, context))),
        ("Poly", Box::new(|series, context| Poly::default().detect(series, context))),
    ]
}

fn table() -> std::result::Result<(), Box<dyn Error>> {
    let Some(files) = nab::files() else {
        println!("{} is not there", nab::folder().display());
        return Ok(());
    };
    let context = Context::new().with_threads(1);
    let labelled: Vec<(&nab::File, Vec<i64>)> = files
        .iter()
        .filter(|file| !file.windows.is_empty())
        .map(|file| {
            let inside = |step: usize| file.windows.iter().any(|(first, last)| (*first..=*last).contains(&step));
            (file, (0..file.values.len()).map(|step| i64::from(inside(step))).collect())
        })
        .collect();
    let rows: usize = labelled.iter().map(|(file, _)| file.values.len()).sum();
    let windows: usize = labelled.iter().map(|(file, _)| file.windows.len()).sum();
    println!("{} files with windows, {windows} windows, {rows} rows", labelled.len());
    println!("| | VUS-PR | range F1 | windows hit | flagged outside | krows/CPU s | NAB at the best threshold |");
    println!("|---|---|---|---|---|---|---|");
    for (name, detect) in detectors() {
        let (mut vus, mut f1, mut hit, mut outside) = (0.0, 0.0, 0, 0);
        let began = spent()?;
        let found: Vec<SeriesAnomalies> =
            labelled.iter().map(|(file, _)| detect(&file.values, &context)).collect::<Result<_>>()?;
        let seconds = (spent()? - began).as_secs_f64();
        for ((file, truth), found) in labelled.iter().zip(&found) {
            let scores = found.scores.to_vec();
            vus += VolumeScore::default().evaluate(truth, &scores, &context)?.vus_pr;
            let mut flagged = vec![0; truth.len()];
            found.positions.iter().for_each(|step| flagged[*step as usize] = 1);
            f1 += RangeScore::default().evaluate(truth, &flagged)?.f1;
            hit += file.windows.iter().filter(|(first, last)| flagged[*first..=*last].contains(&1)).count();
            outside += flagged.iter().zip(truth).filter(|(flag, truth)| **flag == 1 && **truth == 0).count();
        }
        let all: Vec<(&nab::File, Vec<f64>)> =
            labelled.iter().zip(&found).map(|((file, _), found)| (*file, found.scores.to_vec())).collect();
        let all: Vec<_> = all.iter().map(|(file, scores)| (*file, scores.as_slice())).collect();
        let best = nab::evaluate(&inlaid::anomaly::NabScore::default(), &all)?.score;
        let count = labelled.len() as f64;
        println!(
            "| {name} | {:.3} | {:.3} | {hit} | {outside} | {:.1} | {best:.1} |",
            vus / count,
            f1 / count,
            rows as f64 / seconds / 1000.0
        );
    }
    Ok(())
}

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(kind) = words.first() else { return table() };
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let series: Vec<f64> = text.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>()?;
    let context = Context::new().with_threads(1);
    let mut least = Duration::MAX;
    let mut numbers = Vec::new();
    for _ in 0..5 {
        let began = spent()?;
        numbers = match kind.as_str() {
            "stl" => {
                let stl = Stl::default().with_season(words[1].parse()?).with_robust(words[2].parse()?);
                let parts = stl.transform(&series, &context)?;
                parts.trend.iter().chain(&*parts.seasonal).step_by((series.len() / 50).max(1)).copied().collect()
            }
            _ => {
                let options = ChangePoints::default().with_penalty(words[1].parse()?).with_shortest(words[2].parse()?);
                options.detect(&series, &context)?.positions.iter().map(|step| *step as f64).collect()
            }
        };
        least = least.min(spent()? - began);
    }
    println!("{}", least.as_secs_f64());
    println!("{}", numbers.iter().map(|number| format!("{number:e}")).collect::<Vec<_>>().join(" "));
    Ok(())
}
