//! The theta family and the yardsticks on the M4 development subset.
//!
//! The data are not in this repository; without `../shared` next to it these tests say so and pass.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "says the figures, and why a test is skipped")]
use std::path::PathBuf;

use inlaid::Context;
use inlaid::forecast::{Method, Naive2, SeasonalNaive, SeriesState, Theta, ThetaModel};

#[path = "support/m4.rs"]
#[allow(dead_code, unreachable_pub)]
mod m4;

fn panel() -> Option<Vec<m4::Series>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/forecasting/m4dev.csv.gz");
    if !path.exists() {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    }
    Some(m4::parse(&m4::text(&path).unwrap()))
}

fn table<M: Method>(panel: &[m4::Series], method: impl Fn(usize) -> M) -> Vec<m4::Line> {
    let measures = |series: &m4::Series| {
        let state = method(series.period).fit_checked(&series.train, &Context::new()).unwrap();
        let forecast = state.predict(series.horizon, &[0.95], &Context::new()).unwrap();
        (series.group.clone(), m4::measure(series, &forecast.mean, &forecast.bands[0].0, &forecast.bands[0].1))
    };
    m4::table(&panel.iter().map(measures).collect::<Vec<_>>())
}

fn at<'l>(lines: &'l [m4::Line], group: &str) -> &'l m4::Line {
    lines.iter().find(|line| line.group == group).unwrap()
}

/// sMAPE and MASE of numpy, from `benches/compare/statsforecast_theta.py`.
#[test]
fn the_yardsticks_are_those_of_the_competition() {
    let Some(panel) = panel() else { return };
    let naive2 = table(&panel, |season| Naive2::default().with_season(season));
    let seasonal = table(&panel, |season| SeasonalNaive::default().with_season(season));
    for (group, ours, theirs) in [
        ("Yearly", [16.094, 3.982], [16.094, 3.982]),
        ("Quarterly", [11.520, 1.221], [12.483, 1.439]),
        ("Monthly", [17.656, 0.989], [18.280, 1.076]),
        ("Weekly", [9.961, 3.355], [9.961, 3.355]),
        ("Hourly", [11.621, 2.189], [10.876, 1.075]),
    ] {
        for (lines, [smape, mase]) in [(&naive2, ours), (&seasonal, theirs)] {
            let line = at(lines, group);
            assert!((line.mean.smape - smape).abs() < 6e-4, "{group}: {} {smape}", line.mean.smape);
            assert!((line.mean.mase - mase).abs() < 6e-4, "{group}: {} {mase}", line.mean.mase);
        }
        assert!((at(&naive2, group).owa - 1.0).abs() < 1e-12);
    }
}

/// The second column is statsforecast 2.1.1 on the same series, from `benches/compare/statsforecast_theta.py`.
#[test]
fn theta_is_as_accurate_as_its_peer_and_its_bands_hold() {
    let Some(panel) = panel() else { return };
    for (model, peer) in [
        (ThetaModel::Standard, 0.8852),
        (ThetaModel::Optimised, 0.8612),
        (ThetaModel::DynamicStandard, 0.8854),
        (ThetaModel::DynamicOptimised, 0.8348),
    ] {
        let lines = table(&panel, |season| Theta::default().with_model(model).with_season(season));
        let owa = at(&lines, "all but Hourly").owa;
        assert!(owa <= peer + 0.002, "{model:?}: {owa} {peer}");
        for line in &lines {
            println!(
                "{model:?} {}: OWA {:.4}, coverage {:.3}, MSIS {:.3}",
                line.group, line.owa, line.mean.coverage, line.mean.msis
            );
            assert!((0.92..0.98).contains(&line.mean.coverage), "{model:?} {}: {}", line.group, line.mean.coverage);
        }
    }
}

#[test]
fn detecting_the_season_costs_no_accuracy_overall() {
    let Some(panel) = panel() else { return };
    let known = table(&panel, |season| Theta::default().with_season(season));
    let detected = table(&panel, |_| Theta::default());
    assert!(at(&detected, "all").owa <= at(&known, "all").owa, "{}", at(&detected, "all").owa);
}
