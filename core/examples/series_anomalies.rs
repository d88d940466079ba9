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
    ChangePoints, EsdCentre, LevelShift, Poly, PolyFit, RangeScore, ResidualDetector, SeriesAnomalies, ShiftReport,
    SpectralResidual, StlEsd, VarianceShift, VolumeScore,
};
use inlaid::forecast::{AutoEts, SeasonalNaive, Stl, Theta};
use inlaid::{Context, Result};

/// The processor time of this thread.
fn spent() -> std::result::Result<Duration, Box<dyn Error>> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let number = told.split(' ').next().ok_or("schedstat is empty")?;
    Ok(Duration::from_nanos(number.parse()?))
}

/// Scores, and the steps that are anomalies.
type Found = (Vec<f64>, Vec<i64>);
type Detect = Box<dyn Fn(&[f64], &Context) -> Result<Found>>;

fn found(anomalies: SeriesAnomalies) -> Found {
    (anomalies.scores.to_vec(), anomalies.positions.to_vec())
}

fn shifts(report: ShiftReport) -> Found {
    (report.scores.to_vec(), report.positions.to_vec())
}

/// What any detector has to be better than.
fn chance(series: &[f64]) -> Found {
    let mix =
        |step: u64| (step + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let scores: Vec<f64> = (0..series.len() as u64).map(|step| (mix(step) >> 11) as f64).collect();
    let flagged = scores.iter().enumerate().filter(|(_, score)| **score > 0.98 * (1_u64 << 53) as f64);
    let positions = flagged.map(|(step, _)| step as i64).collect();
    (scores, positions)
}

fn detectors() -> Vec<(&'static str, Detect)> {
    let residual = |method| ResidualDetector::default().with_method(method);
    let (ets, theta) = (residual(AutoEts::default().into()), residual(Theta::default().into()));
    let naive = residual(SeasonalNaive::default().into());
    vec![
        ("StlEsd", Box::new(|series, context| StlEsd::default().detect(series, context).map(found))),
        ("StlEsd, trend", Box::new(|s, c| StlEsd::default().with_centre(EsdCentre::Trend).detect(s, c).map(found))),
        ("ResidualDetector, AutoEts", Box::new(move |series, context| ets.detect(series, context).map(found))),
        ("ResidualDetector, Theta", Box::new(move |series, context| theta.detect(series, context).map(found))),
        ("ResidualDetector, SeasonalNaive", Box::new(move |series, context| naive.detect(series, context).map(found))),
        (
            "SpectralResidual",
            Box::new(|series, context| SpectralResidual::default().detect(series, context).map(found)),
        ),
        ("Poly", Box::new(|series, context| Poly::default().detect(series, context).map(found))),
        ("Poly, patience 10", Box::new(|s, c| Poly::default().with_patience(10).detect(s, c).map(found))),
        ("Poly, around", Box::new(|s, c| Poly::default().with_fit(PolyFit::Around).detect(s, c).map(found))),
        (
            "Poly, around, window 100, degree 4",
            Box::new(|series, context| {
                let around = Poly::default().with_fit(PolyFit::Around).with_window(100).with_degree(4);
                around.detect(series, context).map(found)
            }),
        ),
        ("LevelShift", Box::new(|series, context| LevelShift::default().detect(series, context).map(shifts))),
        ("VarianceShift", Box::new(|series, context| VarianceShift::default().detect(series, context).map(shifts))),
        ("chance, 2 % flagged", Box::new(|series, _| Ok(chance(series)))),
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
        let found: Vec<Found> =
            labelled.iter().map(|(file, _)| detect(&file.values, &context)).collect::<Result<_>>()?;
        let seconds = (spent()? - began).as_secs_f64();
        for ((file, truth), (scores, positions)) in labelled.iter().zip(&found) {
            vus += VolumeScore::default().evaluate(truth, scores, &context)?.vus_pr;
            let mut flagged = vec![0; truth.len()];
            positions.iter().for_each(|step| flagged[*step as usize] = 1);
            f1 += RangeScore::default().evaluate(truth, &flagged)?.f1;
            hit += file.windows.iter().filter(|(first, last)| flagged[*first..=*last].contains(&1)).count();
            outside += flagged.iter().zip(truth).filter(|(flag, truth)| **flag == 1 && **truth == 0).count();
        }
        let all: Vec<_> =
            labelled.iter().zip(&found).map(|((file, _), (scores, _))| (*file, scores.as_slice())).collect();
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
    let run = || -> std::result::Result<Vec<f64>, Box<dyn Error>> {
        if kind == "stl" {
            let stl = Stl::default().with_season(words[1].parse()?).with_robust(words[2].parse()?);
            let parts = stl.transform(&series, &context)?;
            let every = (series.len() / 50).max(1);
            return Ok(parts.trend.iter().chain(&*parts.seasonal).step_by(every).copied().collect());
        }
        let options = ChangePoints::default().with_penalty(words[1].parse()?).with_shortest(words[2].parse()?);
        Ok(options.detect(&series, &context)?.positions.iter().map(|step| *step as f64).collect())
    };
    // Linux tells processor time in steps of some milliseconds: as many calls as take longer.
    let (mut calls, mut least, mut numbers) = (1_u32, Duration::MAX, Vec::new());
    for round in 0..8 {
        let began = spent()?;
        for _ in 0..calls {
            numbers = run()?;
        }
        let taken = spent()?.saturating_sub(began);
        if taken < Duration::from_millis(50) && round < 5 {
            calls *= 8;
            continue;
        }
        least = least.min(taken / calls);
    }
    println!("{}", least.as_secs_f64());
    println!("{}", numbers.iter().map(|number| format!("{number:e}")).collect::<Vec<_>>().join(" "));
    Ok(())
}
