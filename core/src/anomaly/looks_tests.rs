//! That a call on a long series can be stopped: the longest time without a look at the context.
use std::time::Duration;

use ndarray::Array2;

use super::*;
use crate::error::Result;
use crate::math::random::Random;
use crate::{Context, forecast};

/// Promised are 100 ms by the clock; on a machine with several busy processes the clock is some times the processor time,
/// so far less of that is asked.
const LONGEST: Duration = Duration::from_millis(30);
const STEPS: usize = 1_000_000;

/// A daily wave with noise, spikes and changes of the level.
fn series(steps: usize) -> Vec<f64> {
    let mut random = Random::new(1);
    let mut level = 0.0;
    (0..steps)
        .map(|step| {
            if step % 997 == 0 {
                level = random.normal() * 4.0;
            }
            let spike = if step % 4999 == 17 { 20.0 } else { 0.0 };
            level + spike + (step as f64 * std::f64::consts::TAU / 24.0).sin() + 0.3 * random.normal()
        })
        .collect()
}

/// What a call says if it works too long without a look at its context.
fn held(name: &str, series: &[f64], work: impl Fn(&[f64], &Context) -> Result<()>) -> Option<String> {
    let context = Context::new().with_threads(1);
    let begin = std::time::Instant::now();
    // The least of some runs: page faults, the ticks of the clock.
    let mut least = (Duration::MAX, String::new());
    for _ in 0..3 {
        least = least.min(context.longest_between_looks(|context| work(series, context)).unwrap());
        if least.0 < LONGEST {
            break;
        }
    }
    let (longest, between) = least;
    let told = format!("{name}: {longest:?} between {between}; {:?} in all", begin.elapsed());
    #[allow(clippy::print_stdout, reason = "what the test measures, with --nocapture")]
    {
        println!("{told}");
    }
    (longest >= LONGEST).then_some(told)
}

fn none(late: &[Option<String>]) {
    let late: Vec<&String> = late.iter().flatten().collect();
    assert!(late.is_empty(), "{late:#?}");
}

#[test]
fn detectors_of_whole_series_look_often_enough_on_a_million_steps() {
    let series = series(STEPS);
    let mut late = Vec::new();
    late.push(held("SpectralResidual", &series, |s, c| SpectralResidual::default().detect(s, c).map(drop)));
    late.push(held("ChangePoints", &series, |s, c| ChangePoints::default().detect(s, c).map(drop)));
    let both = ChangePoints::default().with_kind(ChangeKind::MeanVariance);
    late.push(held("ChangePoints of variance", &series, |s, c| both.detect(s, c).map(drop)));
    late.push(held("StlEsd", &series, |s, c| StlEsd::default().with_season(24).detect(s, c).map(drop)));
    late.push(held("StlEsd without season", &series, |s, c| StlEsd::default().with_season(1).detect(s, c).map(drop)));
    let season = forecast::SeasonalPeriod::default();
    late.push(held("the season of StlEsd", &series, |s, c| {
        let row = ndarray::ArrayView2::from_shape((1, s.len()), s).unwrap();
        forecast::seasonal_period_batch(row, &season, c).map(drop)
    }));
    late.push(held("Poly", &series, |s, c| Poly::default().detect(s, c).map(drop)));
    late.push(held("LevelShift", &series, |s, c| LevelShift::default().detect(s, c).map(drop)));
    late.push(held("VarianceShift", &series, |s, c| VarianceShift::default().detect(s, c).map(drop)));
    let naive = ResidualDetector::default().with_method(forecast::SeasonalNaive::default().into()).with_season(24);
    late.push(held("ResidualDetector", &series, |s, c| naive.detect(s, c).map(drop)));
    none(&late);
}

#[test]
fn detectors_of_windows_look_often_enough_on_a_million_steps() {
    let series = series(STEPS);
    let mut late = Vec::new();
    late.push(held("SubPca", &series, |s, c| SubPca::default().with_window(24).detect(s, c).map(drop)));
    late.push(held("KMeansAd", &series, |s, c| {
        KMeansAd::default().with_window(24).with_clusters(2_usize).detect(s, c).map(drop)
    }));
    none(&late);
}

#[test]
fn streams_and_measures_look_often_enough_on_a_million_rows() {
    let values = series(STEPS);
    let mut late = Vec::new();
    late.push(held("StreamDetector", &values, |s, c| {
        let rows = ndarray::ArrayView2::from_shape((s.len(), 1), s).unwrap();
        StreamDetector::default().start()?.update_all(None, rows, c).map(drop)
    }));
    let truth: Vec<i64> = (0..STEPS as i64).map(|row| i64::from(row % 5000 < 50)).collect();
    late.push(held("VolumeScore", &values, |s, c| VolumeScore::default().evaluate(&truth, s, c).map(drop)));
    let columns = Array2::from_shape_fn((STEPS, 2), |(row, column)| values[(row + 7 * column) % STEPS]);
    late.push(held("MultivariateSeries", &[], |_, c| {
        MultivariateSeries::default().detect(columns.view(), c).map(drop)
    }));
    none(&late);
}
