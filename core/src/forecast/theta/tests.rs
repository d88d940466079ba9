//! The recursion against published implementations, the optimum against them and against a dense search, and properties.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::filter::Filter;
use super::fit::{SKIPPED, fit, regression};
use super::*;
use crate::forecast::seasonality::{Adjustment, DecompositionKind};
use crate::forecast::{Method, SeriesState};
use crate::math::{normal, power};
use crate::{Code, Context};

/// One classic series with the forecasts of two other implementations, see `tests/data/make_classics.py`.
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
    serde_json::from_str(include_str!("../../../../tests/data/classics.json")).unwrap()
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
        let adjustment = Adjustment::of(&self.y, Some(self.season), kind, true, &Context::new()).unwrap();
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
            sum += power::whole(value - filter.forecast(), 2);
        }
        filter.learn(*value);
    }
    (sum, filter)
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

/// R stops its simplex search near the optimum; ours is the optimum, so forecasts differ by the flatness of the loss (at most
/// 2.4e-5, on Nile). R widens no interval by the season, so its half-widths are those of the adjusted series.
#[test]
fn the_classic_method_gives_the_forecasts_and_variances_of_r() {
    for (name, classic) in classics() {
        let theta = Theta::default().with_model(ThetaModel::Classic).with_season(classic.season);
        let state = theta.fit_series(&classic.y, &Context::new()).unwrap();
        let mean = state.predict(classic.thetaf.mean.len(), &[], &Context::new()).unwrap().mean;
        let (sigma2, alpha) = (state.summary().sigma2.unwrap(), state.summary().parameters["alpha"]);
        for (step, value) in mean.iter().enumerate() {
            let theirs = classic.thetaf.mean[step];
            assert!((value - theirs).abs() <= 5e-5 * theirs.abs(), "{name} step {step}: {value} {theirs}");
            let width = 2.0 * normal::quantile(0.975) * (sigma2 * (1.0 + step as f64 * alpha * alpha)).sqrt();
            let theirs = classic.thetaf.hi95[step] - classic.thetaf.lo95[step];
            assert!((width / theirs - 1.0).abs() <= 5e-4, "{name} step {step}: {width} {theirs}");
        }
    }
}

/// Every alpha of a fine grid, with start and weight from the normal equations written out by elimination.
#[test]
fn no_alpha_of_a_fine_grid_is_better() {
    for seed in 0..12 {
        let series: Vec<f64> = {
            let raw = if seed % 2 == 0 { walk(30 + 5 * seed as usize, seed) } else { noise(25 + seed as usize, seed) };
            raw.iter().map(|value| value - raw[0]).collect()
        };
        for model in OTHERS {
            let (best, _) = run(fit(&series, model, &Context::new()).unwrap(), &series);
            let make = |alpha: f64, weight: f64, start: f64| {
                if model.is_dynamic() {
                    Filter::learning_line(alpha, weight, start)
                } else {
                    Filter::fixed_line(alpha, weight, start, regression(&series))
                }
            };
            for alpha in (0..=400).map(|i| 0.1 + 0.89 * f64::from(i) / 400.0) {
                let weights: &[f64] = if model.is_optimised() { &[0.0, 0.25, 0.5, 0.8, 0.999] } else { &[0.5] };
                for weight in weights {
                    // The loss is a parabola in the start: three values give its minimum.
                    let unit = power::whole(1.0 - alpha, -(SKIPPED as i32));
                    let at = |start: f64| run(make(alpha, *weight, start * unit), &series).0;
                    let (low, middle, high) = (at(-1.0), at(0.0), at(1.0));
                    let (curvature, pull) = ((low + high) / 2.0 - middle, (high - low) / 2.0);
                    let least = middle - pull * pull / (4.0 * curvature);
                    assert!(
                        best <= least * (1.0 + 1e-9) + 1e-12,
                        "seed {seed} {model:?} alpha {alpha}: {best} {least}"
                    );
                }
            }
        }
    }
}

/// The model is linear: an error moves later forecasts by itself times a response, whose squares add up.
#[test]
fn variances_are_the_sums_of_squared_responses() {
    let series = walk(40, 5);
    for model in ALL {
        let (_, filter) = run(fit(&series, model, &Context::new()).unwrap(), &series);
        let steps = 12;
        let base = filter.path(steps);
        let mut expected = vec![1.0; steps];
        for hit in 0..steps {
            let mut moved = filter.clone();
            base[..hit].iter().for_each(|value| moved.learn(*value));
            moved.learn(base[hit] + 1.0);
            for (step, value) in moved.path(steps - hit - 1).iter().enumerate() {
                expected[hit + 1 + step] += power::whole(value - base[hit + 1 + step], 2);
            }
        }
        for (ours, theirs) in filter.variances(steps).iter().zip(&expected) {
            assert!((ours / theirs - 1.0).abs() < 1e-9, "{model:?}: {ours} {theirs}");
        }
    }
}

#[test]
fn forecasts_move_and_stretch_with_the_series() {
    let series = walk(50, 9);
    let predict = |values: &[f64], model| {
        let state = Theta::default().with_model(model).with_season(1).fit_series(values, &Context::new()).unwrap();
        state.predict(6, &[0.8], &Context::new()).unwrap()
    };
    for model in ALL {
        let base = predict(&series, model);
        for (shift, stretch) in [(1e4, 1.0), (-300.0, 1.0), (0.0, 7.3), (0.0, -2.0), (50.0, 1e-6)] {
            let moved = predict(&series.iter().map(|value| value * stretch + shift).collect::<Vec<_>>(), model);
            for step in 0..6 {
                let expected = base.mean[step] * stretch + shift;
                let width = (base.bands[0].1[step] - base.bands[0].0[step]) * stretch.abs();
                let near = |ours: f64, theirs: f64| (ours - theirs).abs() <= 1e-6 * (width + 1e-6 * shift.abs());
                assert!(
                    near(moved.mean[step], expected),
                    "{model:?} {shift} {stretch}: {} {expected}",
                    moved.mean[step]
                );
                assert!(near(moved.bands[0].1[step] - moved.bands[0].0[step], width), "{model:?} {shift} {stretch}");
            }
        }
        let doubled = predict(&series.iter().map(|value| value * 1024.0).collect::<Vec<_>>(), model);
        assert!(doubled.mean.iter().zip(&base.mean).all(|(ours, theirs)| *ours == theirs * 1024.0));
    }
}

#[test]
fn a_constant_series_stays_constant_without_a_band() {
    for model in ALL {
        for value in [0.0, 4.0, -1e-300, 1e300, 0.1] {
            let state = Theta::default().with_model(model).fit_series(&[value; 30], &Context::new()).unwrap();
            let forecast = state.predict(5, &[0.99], &Context::new()).unwrap();
            assert!(
                forecast.mean.iter().all(|mean| (mean - value).abs() <= 1e-12 * value.abs()),
                "{model:?} {forecast:?}"
            );
            assert!(
                forecast.bands[0].1.iter().all(|upper| (upper - value).abs() <= 1e-6 * value.abs()),
                "{model:?} {forecast:?}"
            );
        }
    }
}

#[test]
fn a_line_without_noise_is_continued_within_a_narrow_band() {
    let series: Vec<f64> = (0..40).map(|t| 5.0 + 2.0 * f64::from(t)).collect();
    for model in [ThetaModel::Optimised, ThetaModel::DynamicOptimised] {
        let state = Theta::default().with_model(model).fit_series(&series, &Context::new()).unwrap();
        let forecast = state.predict(3, &[0.95], &Context::new()).unwrap();
        for (step, mean) in forecast.mean.iter().enumerate() {
            let expected = 85.0 + 2.0 * step as f64;
            assert!((mean - expected).abs() < 0.1, "{model:?}: {mean} {expected}");
            assert!(forecast.bands[0].1[step] - mean < 1.0, "{model:?} {forecast:?}");
        }
    }
}

#[test]
fn the_shortest_series_have_finite_forecasts_and_shorter_ones_are_refused() {
    for model in ALL {
        let theta = Theta::default().with_model(model);
        for length in 1..4 {
            let error = theta.fit_checked(&[1.0, 2.0, 5.0][..length], &Context::new()).unwrap_err();
            assert_eq!(error.code(), Code::NotEnoughData);
        }
        for length in 4..12 {
            let series = walk(length, length as u64);
            let forecast =
                theta.fit_checked(&series, &Context::new()).unwrap().predict(4, &[0.95], &Context::new()).unwrap();
            for step in 0..4 {
                assert!(forecast.mean[step].is_finite());
                assert!(forecast.bands[0].1[step] > forecast.mean[step] + 1e-6, "{model:?} {length} {forecast:?}");
            }
        }
    }
}

#[test]
fn a_season_with_zeros_or_negative_values_is_taken_out_additively() {
    let season = [5.0, -3.0, 0.0, 9.0];
    let series: Vec<f64> = (0..40).map(|t| season[t % 4] + 0.01 * t as f64).collect();
    let state = Theta::default().with_season(4).fit_series(&series, &Context::new()).unwrap();
    assert_eq!(state.summary().model, "DOTM(A)");
    let forecast = state.predict(4, &[], &Context::new()).unwrap();
    for (step, mean) in forecast.mean.iter().enumerate() {
        assert!((mean - season[step]).abs() < 0.6, "{forecast:?}");
    }
    let positive: Vec<f64> = series.iter().map(|value| value + 10.0).collect();
    assert_eq!(
        Theta::default().with_season(4).fit_series(&positive, &Context::new()).unwrap().summary().model,
        "DOTM(M)"
    );
    let additive = Theta::default().with_season(4).with_decomposition(DecompositionKind::Additive);
    assert_eq!(additive.fit_series(&positive, &Context::new()).unwrap().summary().model, "DOTM(A)");
}

#[test]
fn season_options_are_judged() {
    let series = walk(20, 1);
    let context = Context::new();
    assert_eq!(Theta::default().with_season(0).validate().unwrap_err().code(), Code::InvalidConfig);
    let untested = Theta::default().with_season(12).with_seasonality_test(false);
    assert_eq!(untested.fit_series(&series, &context).unwrap_err().code(), Code::NotEnoughData);
    let tested = Theta::default().with_season(12).fit_series(&series, &context).unwrap();
    assert_eq!(tested.summary().season, 1);
    let forced = Theta::default().with_season(7).with_seasonality_test(false).fit_series(&series, &context).unwrap();
    assert_eq!(forced.summary().season, 7);
    assert!(serde_json::from_str::<Theta>(r#"{"model":"dynamic_standard"}"#).is_ok());
    assert!(serde_json::from_str::<Theta>(r#"{"modle":"classic"}"#).is_err());
}

/// A million observations take far longer than this to fit in a debug build.
#[test]
fn a_cancelled_fit_of_one_long_series_stops() {
    let series = walk(1_000_000, 3);
    let context = Context::new();
    context.cancel();
    for theta in [Theta::default(), Theta::default().with_season(1), Theta::default().with_model(ThetaModel::Classic)] {
        assert_eq!(theta.fit_series(&series, &context).unwrap_err().code(), Code::Cancelled);
    }
}
