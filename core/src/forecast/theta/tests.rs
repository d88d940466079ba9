//! The recursion against published implementations, the optimum against them and against a dense search, and properties.
use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView2};
use serde::Deserialize;

use super::filter::Filter;
use super::fit::{SKIPPED, fit, regression};
use super::*;
use crate::forecast::seasonality::{Adjustment, DecompositionKind};
use crate::forecast::{Method, SeriesState};
use crate::math::normal;
use crate::{Code, Context};

/// One classic series with the forecasts of two other implementations, see `tests/data/make_theta.py`.
#[derive(Deserialize)]
struct Classic {
    season: usize,
    y: Vec<f64>,
    thetaf: Reference,
    standard: Peer,
    optimised: Peer,
    dynamic_standard: Peer,
    dynamic_optimised: Peer,
}

#[derive(Deserialize)]
struct Reference {
    mean: Vec<f64>,
    lo95: Vec<f64>,
    hi95: Vec<f64>,
}

#[derive(Deserialize)]
struct Peer {
    mean: Vec<f64>,
    initial_smoothed: f64,
    alpha: f64,
    theta: f64,
}

const OTHERS: [ThetaModel; 4] =
    [ThetaModel::Standard, ThetaModel::Optimised, ThetaModel::DynamicStandard, ThetaModel::DynamicOptimised];
const ALL: [ThetaModel; 5] = [ThetaModel::Classic, OTHERS[0], OTHERS[1], OTHERS[2], OTHERS[3]];

fn classics() -> BTreeMap<String, Classic> {
    serde_json::from_str(include_str!("../../../../tests/data/theta.json")).unwrap()
}

impl Classic {
    fn peer(&self, model: ThetaModel) -> &Peer {
        match model {
            ThetaModel::Standard => &self.standard,
            ThetaModel::Optimised => &self.optimised,
            ThetaModel::DynamicStandard => &self.dynamic_standard,
            _ => &self.dynamic_optimised,
        }
    }

    fn adjusted(&self) -> (Adjustment, Vec<f64>) {
        let kind = DecompositionKind::Multiplicative;
        let adjustment = Adjustment::of(&self.y, Some(self.season), kind, true).unwrap();
        let adjusted = adjustment.remove(&self.y, 0);
        (adjustment, adjusted)
    }
}

impl Peer {
    /// The recursion with the peer's parameters, in the unit of the data.
    fn filter(&self, series: &[f64], model: ThetaModel) -> Filter {
        let weight = 1.0 - 1.0 / self.theta;
        if model.is_dynamic() {
            Filter::learning_line(self.alpha, weight, self.initial_smoothed)
        } else {
            Filter::fixed_line(self.alpha, weight, self.initial_smoothed, regression(series))
        }
    }
}

/// Sum of squared one-step errors that count, and the filter after the series.
fn run(mut filter: Filter, series: &[f64]) -> (f64, Filter) {
    let mut sum = 0.0;
    for (t, value) in series.iter().enumerate() {
        if t >= SKIPPED {
            sum += (value - filter.forecast()).powi(2);
        }
        filter.learn(*value);
    }
    (sum, filter)
}

fn one(series: &[f64]) -> ArrayView2<'_, f64> {
    ArrayView2::from_shape((1, series.len()), series).unwrap()
}

fn noise(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let step = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    (0..count).map(step).collect()
}

fn walk(count: usize, seed: u64) -> Vec<f64> {
    let step = |level: &mut f64, change: f64| {
        *level += change + 0.1;
        Some(*level)
    };
    noise(count, seed).into_iter().scan(20.0, step).collect()
}

/// The oracle has eight digits.
#[test]
fn with_a_peers_parameters_the_recursion_gives_its_forecasts() {
    for (name, classic) in classics() {
        let (adjustment, adjusted) = classic.adjusted();
        for model in OTHERS {
            let peer = classic.peer(model);
            let (_, filter) = run(peer.filter(&adjusted, model), &adjusted);
            let mut path = filter.path(peer.mean.len());
            adjustment.restore(&mut path, &mut [], classic.y.len());
            for (ours, theirs) in path.iter().zip(&peer.mean) {
                assert!((ours - theirs).abs() <= 1e-6 * theirs.abs(), "{name} {model:?}: {ours} {theirs}");
            }
        }
    }
}

#[test]
fn the_loss_is_never_above_a_peers() {
    for (name, classic) in classics() {
        let (_, adjusted) = classic.adjusted();
        for model in OTHERS {
            let (theirs, _) = run(classic.peer(model).filter(&adjusted, model), &adjusted);
            let state = Theta::default().with_model(model).with_season(classic.season);
            let state = state.fit_series(&classic.y, &Context::new()).unwrap();
            let (ours, _) = state.loss();
            assert!(ours <= theirs * (1.0 + 1e-6), "{name} {model:?}: {ours} {theirs}");
        }
    }
}

/// R stops its simplex search near the optimum; ours is the optimum, so forecasts differ by the flatness of the loss.
#[test]
fn the_classic_method_gives_the_forecasts_and_variances_of_r() {
    for (name, classic) in classics() {
        let theta = Theta::default().with_model(ThetaModel::Classic).with_season(classic.season);
        let state = theta.fit_series(&classic.y, &Context::new()).unwrap();
        let mean = state.predict(classic.thetaf.mean.len(), &[], 0).unwrap().mean;
        let summary = state.summary();
        let alpha = summary.parameters["alpha"];
        for (step, value) in mean.iter().enumerate() {
            let theirs = classic.thetaf.mean[step];
            let off = (value - theirs).abs() / theirs.abs();
            let width =
                2.0 * normal::quantile(0.975) * (summary.sigma2.unwrap() * (1.0 + step as f64 * alpha * alpha)).sqrt();
            let their_width = classic.thetaf.hi95[step] - classic.thetaf.lo95[step];
            println!("{name} {step} {off:.1e} {:.1e}", width / their_width - 1.0);
            assert!(off < 1e-4, "{name} step {step}: {value} {theirs}");
            assert!((width / their_width - 1.0).abs() < 1e-3, "{name} step {step}: {width} {their_width}");
        }
    }
}
