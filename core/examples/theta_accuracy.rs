//! Accuracy, coverage and CPU time of the benchmark methods and the theta family on a panel with test data.
//!
//! `zcat m4dev.csv.gz > m4dev.csv; cargo run --release --example theta_accuracy -- m4dev.csv`, columns
//! `unique_id,freq,m,h,split,ds,y` with `split` train or test. Seasons are those of column `m`.
#![allow(clippy::print_stdout)]
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use inlaid::Context;
use inlaid::forecast::{Drift, Method, Naive, Naive2, SeasonalNaive, SeriesState, Theta, ThetaModel, metrics};

#[derive(Default)]
struct Series {
    frequency: String,
    season: usize,
    training: Vec<f64>,
    actual: Vec<f64>,
}

/// One method's measures of one series.
struct Score {
    smape: f64,
    mase: f64,
    coverage: f64,
    msis: f64,
}

fn read(path: &str) -> Result<Vec<Series>, Box<dyn std::error::Error>> {
    let mut panel: BTreeMap<String, Series> = BTreeMap::new();
    for line in std::fs::read_to_string(path)?.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [id, frequency, season, _, split, _, value] = fields[..] else {
            return Err("seven columns expected".into());
        };
        let series = panel.entry(id.to_owned()).or_default();
        series.frequency = frequency.to_owned();
        series.season = season.parse()?;
        if split == "train" { &mut series.training } else { &mut series.actual }.push(value.parse()?);
    }
    Ok(panel.into_values().collect())
}

/// CPU time of this thread where the system tells it, wall time otherwise.
fn clock(start: Instant) -> Duration {
    let on_cpu = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = on_cpu.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

fn run<M: Method>(panel: &[Series], method: impl Fn(usize) -> M) -> Result<(Vec<Score>, f64), inlaid::Error> {
    let context = Context::new();
    let start = Instant::now();
    let mut scores = Vec::new();
    let passes: usize = std::env::var("PASSES").ok().and_then(|v| v.parse().ok()).unwrap_or(20);
    let mut spent = 0.0;
    for _ in 0..passes {
        scores.clear();
        let before = clock(start);
        let mut forecasts = Vec::with_capacity(panel.len());
        for series in panel {
            let state = method(series.season).fit_checked(&series.training, &context)?;
            forecasts.push(state.predict(series.actual.len(), &[0.95], &Context::new())?);
        }
        spent += (clock(start) - before).as_secs_f64() / (passes * panel.len()) as f64;
        for (series, forecast) in panel.iter().zip(&forecasts) {
            let (lower, upper) = &forecast.bands[0];
            scores.push(Score {
                smape: metrics::smape(&series.actual, &forecast.mean)?,
                mase: metrics::mase(&series.actual, &forecast.mean, &series.training, series.season)?,
                coverage: metrics::coverage(&series.actual, lower, upper)?,
                msis: metrics::msis(&series.actual, lower, upper, 0.95, &series.training, series.season)?,
            });
        }
    }
    Ok((scores, spent))
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("give the path of the panel's CSV file")?;
    let panel = read(&path)?;
    let theta = |model| move |season| Theta::default().with_model(model).with_season(season);
    let runs = [
        ("Naive", run(&panel, |_| Naive::default())?),
        ("SeasonalNaive", run(&panel, |season| SeasonalNaive::default().with_season(season))?),
        ("Drift", run(&panel, |_| Drift::default())?),
        ("Naive2", run(&panel, |season| Naive2::default().with_season(season))?),
        ("classic", run(&panel, theta(ThetaModel::Classic))?),
        ("standard", run(&panel, theta(ThetaModel::Standard))?),
        ("optimised", run(&panel, theta(ThetaModel::Optimised))?),
        ("dynamic_standard", run(&panel, theta(ThetaModel::DynamicStandard))?),
        ("dynamic_optimised", run(&panel, theta(ThetaModel::DynamicOptimised))?),
        ("season detected", run(&panel, |_| Theta::default())?),
    ];
    let baseline = &runs[3].1.0;
    println!("{:<18}{:<10}{:>8}{:>8}{:>8}{:>8}{:>9}", "method", "group", "sMAPE", "MASE", "OWA", "cover", "MSIS");
    for (name, (scores, spent)) in &runs {
        let mut owas = Vec::new();
        for group in ["Yearly", "Quarterly", "Monthly", "Weekly", "Hourly", "all", "370"] {
            let chosen = |index: &usize| match group {
                "all" => true,
                "370" => panel[*index].frequency != "Hourly",
                _ => panel[*index].frequency == group,
            };
            let rows: Vec<usize> = (0..panel.len()).filter(chosen).collect();
            let of =
                |scores: &[Score], pick: fn(&Score) -> f64| rows.iter().map(|i| pick(&scores[*i])).collect::<Vec<_>>();
            let owa = metrics::owa(
                &of(scores, |s| s.smape),
                &of(scores, |s| s.mase),
                &of(baseline, |s| s.smape),
                &of(baseline, |s| s.mase),
            )?;
            owas.push(owa);
            let average = |pick: fn(&Score) -> f64| mean(of(scores, pick).into_iter());
            println!(
                "{name:<18}{group:<10}{:>8.3}{:>8.3}{owa:>8.4}{:>8.3}{:>9.3}",
                average(|s| s.smape),
                average(|s| s.mase),
                average(|s| s.coverage),
                average(|s| s.msis)
            );
        }
        println!(
            "{name:<18}mean of four groups' OWA {:.4}, {:.2} us CPU per series\n",
            mean(owas[..4].iter().copied()),
            spent * 1e6
        );
    }
    Ok(())
}
