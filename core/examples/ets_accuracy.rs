//! Accuracy, intervals and CPU time of `AutoEts` on a file in the format of the M4 development subset.
//!
//!     cargo run --profile ci --example ets_accuracy -- FILE.csv[.gz] [exact] [folds=K] [rows=OUT.csv]
//!
//! One thread; process CPU time of fit and forecast, as the mean of a group over five passes. `folds=K` forecasts instead the last K horizons inside the training
//! parts, one after the other: what the forecasting mode's prior was chosen on. The table has the same columns as
//! `benches/compare/statsforecast_ets.py`.
#![allow(clippy::print_stdout, clippy::expect_used)]
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use inlaid::Context;
use inlaid::forecast::{AutoEts, EtsMode, Method};
use ndarray::ArrayView2;

#[path = "../tests/support/m4.rs"]
#[allow(unreachable_pub)]
mod m4;

use m4::{Measures, Series};

/// CPU seconds of this process so far.
#[cfg(target_os = "linux")]
fn cpu_seconds() -> f64 {
    // Nanoseconds on the CPU, first of the three numbers; the example has one thread.
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(f64::NAN) * 1e-9
}

/// Wall seconds where the CPU's are not told.
#[cfg(not(target_os = "linux"))]
fn cpu_seconds() -> f64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed().as_secs_f64()
}

/// CPU seconds of all threads of this process so far, in hundredths; NaN where they are not told.
fn cpu_seconds_of_all_threads() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // User and system time stand 12th and 13th after the name in brackets.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.map(|ticks| ticks.parse::<f64>().unwrap_or(f64::NAN)).sum::<f64>() / 100.0
}

/// Wall time of all series on one thread over that on two, the best of five passes each, taken by turns; and the CPU time
/// of two over that of one, which a busy machine does not spoil.
fn two_threads(all: &[Series], mode: EtsMode) -> (f64, f64) {
    let (mut best, mut cpu) = ([f64::INFINITY; 2], [0.0; 2]);
    for _ in 0..5 {
        for ((best, cpu), threads) in best.iter_mut().zip(&mut cpu).zip([1, 2]) {
            let start = Instant::now();
            let before = cpu_seconds_of_all_threads();
            Context::new().with_threads(threads).map(all.len(), |i| Ok(forecast(&all[i], mode))).expect("all series");
            *best = best.min(start.elapsed().as_secs_f64());
            *cpu += cpu_seconds_of_all_threads() - before;
        }
    }
    (best[0] / best[1], cpu[1] / cpu[0])
}

/// CPU milliseconds per series of fit and forecast, the mean over a group and several passes.
fn cpu_ms(group: &[&Series], mode: EtsMode) -> f64 {
    const PASSES: usize = 5;
    let context = Context::new().with_threads(1);
    let start = cpu_seconds();
    for series in (0..PASSES).flat_map(|_| group) {
        let row = ArrayView2::from_shape((1, series.train.len()), &series.train).expect("one row");
        let fitted = AutoEts::default().with_season(series.period).with_mode(mode).fit(row, &context).expect("fit");
        std::hint::black_box(fitted.predict(series.horizon, &[0.95], &context).expect("predict"));
    }
    (cpu_seconds() - start) * 1e3 / (PASSES * group.len()) as f64
}

fn forecast(series: &Series, mode: EtsMode) -> (Measures, String) {
    let context = Context::new().with_threads(1);
    let row = ArrayView2::from_shape((1, series.train.len()), &series.train).expect("one row");
    let fitted = AutoEts::default().with_season(series.period).with_mode(mode).fit(row, &context).expect("fit");
    let forecast = fitted.predict(series.horizon, &[0.95], &context).expect("predict");
    let band = &forecast.intervals[0];
    let row = |matrix: &inlaid::data::Matrix| matrix.row(0).to_vec();
    let measures = m4::measure(series, &row(&forecast.mean), &row(&band.lower), &row(&band.upper));
    (measures, fitted.summary()[0].model.clone())
}

/// The series cut `fold` + 1 horizons before its training part ends, if enough is left.
fn cut(series: &Series, fold: usize) -> Option<Series> {
    let end = series.train.len().checked_sub((fold + 1) * series.horizon)?;
    (end >= (3 * series.period).max(10)).then(|| Series {
        train: series.train[..end].to_vec(),
        test: series.train[end..end + series.horizon].to_vec(),
        ..series.clone()
    })
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("FILE.csv[.gz]");
    let (mut mode, mut folds, mut out) = (EtsMode::Forecast, 0, None);
    for argument in arguments {
        match argument.split_once('=') {
            Some(("folds", count)) => folds = count.parse().expect("folds=K"),
            Some(("rows", path)) => out = Some(path.to_owned()),
            _ if argument == "exact" => mode = EtsMode::Exact,
            _ => panic!("unknown argument {argument}"),
        }
    }
    let mut all = m4::parse(&m4::text(Path::new(&file)).expect("readable file"));
    if folds > 0 {
        all = all.iter().flat_map(|series| (0..folds).filter_map(|fold| cut(series, fold))).collect();
        all.retain(|s| s.train.windows(s.period + 1).any(|w| w[0] != w[s.period]));
    }
    let rows: Vec<(&Series, Measures, String)> = all
        .iter()
        .map(|series| {
            let (measures, model) = forecast(series, mode);
            (series, measures, model)
        })
        .collect();
    let times: HashMap<&str, f64> = rows
        .iter()
        .map(|(series, ..)| series.group.as_str())
        .collect::<HashSet<_>>()
        .into_iter()
        .map(|name| (name, cpu_ms(&all.iter().filter(|s| s.group == name).collect::<Vec<_>>(), mode)))
        .collect();
    let timed = |(s, m, model): (_, Measures, _)| {
        let s: &Series = s;
        (s, Measures { cpu_ms: times[s.group.as_str()], ..m }, model)
    };
    let rows: Vec<(&Series, Measures, String)> = rows.into_iter().map(timed).collect();
    println!("group           series    OWA  sMAPE   MASE  cover95    MSIS  cpu_ms/series");
    let measures: Vec<(String, Measures)> = rows.iter().map(|(s, m, _)| (s.group.clone(), *m)).collect();
    for line in m4::table(&measures) {
        println!(
            "{:15} {:6} {:6.4} {:6.3} {:6.3} {:8.4} {:7.3} {:9.3}",
            line.group,
            line.series,
            line.owa,
            line.mean.smape,
            line.mean.mase,
            line.mean.coverage,
            line.mean.msis,
            line.mean.cpu_ms
        );
    }
    let (gain, cost) = two_threads(&all, mode);
    println!("two threads in one process: {gain:.2}x in wall time, {cost:.2}x the CPU time of one");
    if let Some(path) = out {
        let mut file = std::fs::File::create(path).expect("a file to write");
        writeln!(file, "id,freq,n,smape,mase,smape2,mase2,coverage,msis,cpu_ms,model").expect("write");
        for (s, m, model) in &rows {
            let Measures { smape, mase, naive_smape, naive_mase, coverage, msis, cpu_ms } = m;
            writeln!(
                file,
                "{},{},{},{smape},{mase},{naive_smape},{naive_mase},{coverage},{msis},{cpu_ms},\"{model}\"",
                s.id,
                s.group,
                s.train.len()
            )
            .expect("write");
        }
    }
}
