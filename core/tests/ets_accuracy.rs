//! `AutoEts` against published series: likelihoods of every form, and forecasts of the M4 development subset.
//!
//! The data are not in this repository; without `../shared` next to it these tests say so and pass.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "says the figures, and why a test is skipped")]
use std::collections::HashMap;
use std::path::PathBuf;

use inlaid::Context;
use inlaid::forecast::{AutoEts, EtsError, EtsMode, EtsSeasonal, EtsTrend, Method};
use ndarray::ArrayView2;

#[path = "support/m4.rs"]
#[allow(unreachable_pub, dead_code)]
mod m4;

/// A file of the shared folder next to the repository, or nothing with a word about it.
fn shared(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here", path.display());
    None
}

/// Series and period of `classics.csv` by name.
fn classics(text: &str) -> HashMap<String, (usize, Vec<f64>)> {
    let mut all: HashMap<String, (usize, Vec<f64>)> = HashMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let one = all.entry(fields[0].into()).or_insert_with(|| (fields[1].parse().unwrap(), Vec::new()));
        one.1.push(fields[4].parse().unwrap());
    }
    all
}

fn options(form: &str, damped: bool, period: usize) -> AutoEts {
    let mut letters = form.chars();
    let error = if letters.next() == Some('A') { EtsError::Additive } else { EtsError::Multiplicative };
    let trend = match (letters.next(), damped) {
        (Some('N'), _) => EtsTrend::None,
        (_, false) => EtsTrend::Additive,
        (_, true) => EtsTrend::AdditiveDamped,
    };
    let seasonal = match letters.next() {
        Some('N') => EtsSeasonal::None,
        Some('A') => EtsSeasonal::Additive,
        _ => EtsSeasonal::Multiplicative,
    };
    AutoEts::default()
        .with_season(period)
        .with_mode(EtsMode::Exact)
        .with_error(error)
        .with_trend(trend)
        .with_seasonal(seasonal)
}

#[test]
fn the_exact_mode_reaches_the_best_known_likelihood_of_every_form() {
    let (Some(forms), Some(series)) = (shared("reference/ets_forms.csv"), shared("data/forecasting/classics.csv"))
    else {
        return;
    };
    let series = classics(&m4::text(&series).unwrap());
    let forms = m4::text(&forms).unwrap();
    let lines: Vec<&str> = forms.lines().skip(1).collect();
    let gaps = Context::new()
        .map(lines.len(), |i| {
            let fields: Vec<&str> = lines[i].split(',').collect();
            let (period, values) = &series[fields[0]];
            let best: f64 = fields[16].parse().unwrap();
            let row = ArrayView2::from_shape((1, values.len()), values).unwrap();
            let fitted = options(fields[1], fields[2] == "1", *period).fit(row, &Context::new().with_threads(1))?;
            Ok(fitted.summary()[0].log_likelihood.unwrap() - best)
        })
        .unwrap();
    assert_eq!(gaps.len(), 189);
    let mut missed = 0;
    for (line, gap) in lines.iter().zip(&gaps) {
        if *gap < -0.05 {
            missed += 1;
            eprintln!("{gap:.3} below the best known: {line}");
        }
    }
    let ahead = gaps.iter().filter(|gap| **gap > 0.05).count();
    eprintln!("{} of 189 reach the best known likelihood less 0.05, {ahead} exceed it by more", 189 - missed);
    assert!(missed <= 3, "{missed} of 189 forms miss the best known likelihood by more than 0.05");
}

/// statsforecast 2.1.1 `AutoETS(season_length = m)` on the same file: 95 % MSIS per group, written by
/// `benches/compare/statsforecast_ets.py`.
const PEER_MSIS: [(&str, f64); 5] =
    [("Yearly", 23.863), ("Quarterly", 7.935), ("Monthly", 6.079), ("Weekly", 18.198), ("Hourly", 15.027)];

#[test]
fn the_forecasting_mode_is_as_accurate_as_stated_on_the_development_subset() {
    let Some(path) = shared("data/forecasting/m4dev.csv.gz") else {
        return;
    };
    let all = m4::parse(&m4::text(&path).unwrap());
    assert_eq!(all.len(), 400);
    let rows = Context::new()
        .map(all.len(), |i| {
            let series = &all[i];
            let context = Context::new().with_threads(1);
            let row = ArrayView2::from_shape((1, series.train.len()), &series.train).unwrap();
            let fitted = AutoEts::default().with_season(series.period).fit(row, &context)?;
            let forecast = fitted.predict(series.horizon, &[0.95], &context)?;
            let values = |matrix: &inlaid::data::Matrix| matrix.row(0).to_vec();
            let band = &forecast.intervals[0];
            let measures = m4::measure(series, &values(&forecast.mean), &values(&band.lower), &values(&band.upper));
            Ok((series.group.clone(), measures))
        })
        .unwrap();
    for line in m4::table(&rows) {
        eprintln!(
            "{:15} OWA {:.4} coverage {:.4} MSIS {:.3}",
            line.group, line.owa, line.mean.coverage, line.mean.msis
        );
        match PEER_MSIS.iter().find(|(group, _)| *group == line.group) {
            Some((_, peer)) => {
                assert!(line.mean.msis < *peer, "{}: MSIS {} against {peer}", line.group, line.mean.msis);
                assert!((0.93..=0.97).contains(&line.mean.coverage), "{}: {}", line.group, line.mean.coverage);
            }
            None if line.group == "all but Hourly" => assert!(line.owa <= 0.797, "OWA {}", line.owa),
            None => {}
        }
    }
}
