//! The recursions against a worked example, published likelihoods and finite differences; the variances against
//! simulation; properties and hard input in files of their own.
use std::collections::HashMap;
use std::time::{Duration, Instant};

use ndarray::{Array2, ArrayView2, concatenate, s};

use super::curvature::Sensitivity;
use super::form::{Error, Form, Season, Trend};
use super::interval::End;
use super::likelihood::{Places, Problem, Workspace};
use super::recursion::{Point, Start, Weights, passes};
use super::*;
use crate::Code;
use crate::forecast::SeriesState;
use crate::math::random::Random;

mod hard_input;
mod properties;

/// The bundled public statistics by name.
fn statistics() -> HashMap<String, Vec<f64>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/public_statistics.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut all: HashMap<String, Vec<f64>> = HashMap::new();
    for line in text.lines().skip(1) {
        let mut fields = line.split(',');
        let (name, y) = (fields.next().unwrap(), fields.nth(1).unwrap());
        all.entry(name.to_owned()).or_default().push(y.parse().unwrap());
    }
    all
}

fn all_forms() -> Vec<Form> {
    let mut forms = Vec::new();
    for error in [Error::Additive, Error::Multiplicative] {
        for trend in [Trend::None, Trend::Additive, Trend::Damped] {
            for season in [Season::None, Season::Additive, Season::Multiplicative] {
                forms.push(Form { error, trend, season });
            }
        }
    }
    forms
}

fn row(series: &[f64]) -> ArrayView2<'_, f64> {
    ArrayView2::from_shape((1, series.len()), series).unwrap()
}

fn one(options: &AutoEts, series: &[f64]) -> Result<FittedAutoEts> {
    options.fit(row(series), &Context::new().with_threads(1))
}

/// A level, a slope, a season of 4 and noise; positive.
fn made_up(n: usize, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let season = [4.0, -7.0, 9.0, -6.0];
    (0..n).map(|t| 80.0 + 0.6 * t as f64 + season[t % 4] + 3.0 * random.normal()).collect()
}

/// `-2 log L` by the recursion, in the unit of the data.
fn likelihood(form: Form, series: &[f64], period: usize, weights: Weights, start: Start, seasons: &[f64]) -> f64 {
    let (mut end, mut ring) = (start, seasons.to_vec());
    let mut tape = vec![Point::default(); series.len()];
    let sums = (passes(form).forward)(series, period, &weights, &mut end, &mut ring, &mut tape).unwrap();
    series.len() as f64 * sums.square.ln() + 2.0 * sums.log
}

/// By hand. Level 10, slope 2, alpha .5, beta .25, values 13 and 13: the means are 12 and 14.75, so the errors are 1 and
/// -1.75; after the first step level 12.5 and slope 2.25, after the second level 13.875 and slope 1.8125.
#[test]
fn two_steps_of_a_trend_are_those_computed_by_hand() {
    let form = Form { trend: Trend::Additive, ..Form::LEVEL };
    let weights = Weights { alpha: 0.5, beta: 0.25, gamma: 0.0, phi: 1.0 };
    let mut states = Start { level: 10.0, slope: 2.0 };
    let mut tape = [Point::default(); 2];
    let sums = (passes(form).forward)(&[13.0, 13.0], 1, &weights, &mut states, &mut [], &mut tape).unwrap();
    assert_eq!(states, Start { level: 13.875, slope: 1.8125 });
    assert_eq!((tape[0].base, tape[1].base), (12.0, 14.75));
    assert_eq!(sums.square, 1.0 + 1.75 * 1.75);
}

/// By hand. Level 8, factors 2 and .5, alpha .5, gamma .25; first value 20, mean 16, error 4: the level gains .5 * 4 / 2,
/// the factor .25 * 4 / 8. Second value 4.5 = mean 9 * .5, no error.
#[test]
fn two_steps_of_a_multiplicative_season_are_those_computed_by_hand() {
    let form = Form { season: Season::Multiplicative, error: Error::Multiplicative, trend: Trend::None };
    let weights = Weights { alpha: 0.5, beta: 0.0, gamma: 0.25, phi: 1.0 };
    let mut states = Start { level: 8.0, slope: 0.0 };
    let (mut ring, mut tape) = ([2.0, 0.5], [Point::default(); 2]);
    let sums = (passes(form).forward)(&[20.0, 4.5], 2, &weights, &mut states, &mut ring, &mut tape).unwrap();
    assert_eq!((states.level, ring), (9.0, [2.125, 0.5]));
    assert_eq!(sums.square, 0.25 * 0.25);
    assert!((sums.log - (16.0_f64.ln() + 4.5_f64.ln())).abs() < 1e-12);
}

/// R forecast 8.20 (`ses`, `holt`, `holt(damped = TRUE)` with optimal initial values): with its parameters the recursion
/// gives its log-likelihood. Tolerance: the parameters are published with 8 digits.
#[test]
fn with_published_parameters_the_likelihood_is_the_published_one() {
    let statistics = statistics();
    let trend = |trend| Form { trend, ..Form::LEVEL };
    // Series, form, (alpha, beta, phi), (level, slope), log-likelihood.
    type Case = (&'static str, Form, [f64; 3], [f64; 2], f64);
    let cases: [Case; 6] = [
        ("Nile", Form::LEVEL, [0.245668, 0.0, 1.0], [1110.7341, 0.0], -726.390518),
        ("Nile", trend(Trend::Additive), [0.20950223, 0.00010000086, 1.0], [1121.4068, -3.1633175], -725.956059),
        ("Nile", trend(Trend::Damped), [0.25619556, 0.00010001678, 0.80000009], [1111.1128, 11.24961], -726.502041),
        ("AirPassengers", Form::LEVEL, [0.9999, 0.0, 1.0], [111.98924, 0.0], -863.893366),
        ("AirPassengers", trend(Trend::Additive), [0.9999, 0.00010000714, 1.0], [119.75169, 1.5962732], -863.6473),
        (
            "AirPassengers",
            trend(Trend::Damped),
            [0.9999, 0.0001000246, 0.97999925],
            [118.47192, 1.9516053],
            -863.796048,
        ),
    ];
    for (name, form, [alpha, beta, phi], [level, slope], published) in cases {
        let weights = Weights { alpha, beta, gamma: 0.0, phi };
        let found = -0.5 * likelihood(form, &statistics[name], 1, weights, Start { level, slope }, &[]);
        assert!((found - published).abs() < 1e-4, "{name} {form}: {found} {published}");
    }
}

/// R forecast 8.20, `ets(AirPassengers)`: ETS(M,Ad,M), log-likelihood -679.583216; the exact mode must do at least as
/// well with the same form, and its criterion must be the formula's.
#[test]
fn the_exact_mode_beats_the_published_fit_of_a_classic() {
    let options = AutoEts::default()
        .with_season(12)
        .with_mode(EtsMode::Exact)
        .with_error(EtsError::Multiplicative)
        .with_trend(EtsTrend::AdditiveDamped)
        .with_seasonal(EtsSeasonal::Multiplicative);
    let summary = one(&options, &statistics()["AirPassengers"]).unwrap().summary().remove(0);
    assert_eq!((summary.model.as_str(), summary.season), ("ETS(M,Ad,M)", 12));
    let log_likelihood = summary.log_likelihood.unwrap();
    assert!(log_likelihood >= -679.583216 - 0.05, "{log_likelihood}");
    let (n, k) = (144.0, 18.0);
    let aicc = -2.0 * log_likelihood + 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0);
    assert!((summary.aicc.unwrap() - aicc).abs() < 1e-6);
}

#[test]
fn gradients_are_those_of_finite_differences_for_every_form() {
    let series: Vec<f64> = made_up(30, 1).iter().map(|y| y / 64.0).collect();
    for form in all_forms() {
        let weights = Weights {
            alpha: 0.3,
            beta: if form.has_trend() { 0.1 } else { 0.0 },
            gamma: if form.has_season() { 0.2 } else { 0.0 },
            phi: if form.is_damped() { 0.9 } else { 1.0 },
        };
        let seasons: Vec<f64> = match form.season {
            Season::None => vec![],
            Season::Additive => vec![0.05, -0.1, 0.15, -0.1],
            Season::Multiplicative => vec![1.05, 0.9, 1.15, 0.9],
        };
        let layout = form.layout(4);
        let mut x = vec![0.0; layout.len];
        x[0] = weights.alpha;
        x[layout.level] = 1.2;
        if form.has_trend() {
            (x[layout.beta], x[layout.slope]) = (weights.beta, 0.02);
        }
        if form.has_season() {
            x[layout.gamma] = weights.gamma;
            x[layout.season..].copy_from_slice(&seasons);
        }
        if form.is_damped() {
            x[layout.phi] = weights.phi;
        }
        let run = |x: &[f64]| {
            let pick = |present: bool, position: usize, absent: f64| if present { x[position] } else { absent };
            let weights = Weights {
                alpha: x[0],
                beta: pick(form.has_trend(), layout.beta, 0.0),
                gamma: pick(form.has_season(), layout.gamma, 0.0),
                phi: pick(form.is_damped(), layout.phi, 1.0),
            };
            let mut start = Start { level: x[layout.level], slope: pick(form.has_trend(), layout.slope, 0.0) };
            let mut ring = if form.has_season() { x[layout.season..].to_vec() } else { vec![] };
            let mut tape = vec![Point::default(); series.len()];
            let sums = (passes(form).forward)(&series, 4, &weights, &mut start, &mut ring, &mut tape).unwrap();
            (sums, weights, tape)
        };
        let n = series.len() as f64;
        let value = |x: &[f64]| {
            let sums = run(x).0;
            n * sums.square.ln() + 2.0 * sums.log
        };
        let errors = |x: &[f64]| -> Vec<f64> {
            let means = run(x).2.into_iter().map(|point| point.mean(form.season));
            let error = |(y, f): (&f64, f64)| if form.is_multiplicative() { (y - f) / f } else { y - f };
            series.iter().zip(means).map(error).collect()
        };
        let (sums, weights, tape) = run(&x);
        let mut gradient = vec![0.0; layout.len];
        let mut ring = vec![0.0; seasons.len()];
        (passes(form).backward)(&series, 4, &weights, n / sums.square, &tape, &mut ring, &mut gradient);
        let mut work = Sensitivity::default();
        (passes(form).curvature)(&series, 4, &weights, &tape, &mut work);
        let mut jacobian = Vec::new();
        for i in 0..x.len() {
            let step = 1e-6;
            let (mut up, mut down) = (x.clone(), x.clone());
            up[i] += step;
            down[i] -= step;
            let numeric = (value(&up) - value(&down)) / (2.0 * step);
            assert!(
                (gradient[i] - numeric).abs() < 1e-4 * (1.0 + numeric.abs()),
                "{form} {i}: {} {numeric}",
                gradient[i]
            );
            let columns = errors(&up).into_iter().zip(errors(&down)).map(|(u, d)| (u - d) / (2.0 * step));
            jacobian.push(columns.collect::<Vec<f64>>());
        }
        for i in 0..x.len() {
            for j in 0..=i {
                let numeric: f64 = jacobian[i].iter().zip(&jacobian[j]).map(|(a, b)| a * b).sum();
                let found = work.gram[i * x.len() + j];
                assert!((found - numeric).abs() < 1e-5 * (1.0 + numeric.abs()), "{form} {i} {j}: {found} {numeric}");
            }
        }
    }
}

/// Against 400,000 simulated paths, whose quantiles are good to half a percent; class 3 is an approximation beyond one
/// period.
#[test]
fn variances_are_those_of_simulated_paths() {
    for form in all_forms() {
        let seasons: &[f64] = match form.season {
            Season::None => &[],
            Season::Additive => &[0.1, -0.2, 0.3, -0.2],
            Season::Multiplicative => &[1.1, 0.8, 1.2, 0.9],
        };
        let end = End {
            form,
            weights: Weights {
                alpha: 0.4,
                beta: if form.has_trend() { 0.1 } else { 0.0 },
                gamma: if form.has_season() { 0.3 } else { 0.0 },
                phi: if form.is_damped() { 0.85 } else { 1.0 },
            },
            states: Start { level: 1.0, slope: if form.has_trend() { 0.05 } else { 0.0 } },
            seasons,
            place: if form.has_season() { 3 } else { 0 },
        };
        let Some(variances) = end.variances(11, 0.05 * 0.05) else {
            assert!(!form.is_multiplicative() && form.season == Season::Multiplicative);
            continue;
        };
        // Half the width of the middle 68.27 % is one standard deviation.
        let bands =
            simulate::quantiles(&end, 0.05, 11, &[0.6826894921], (-1e9, 1e9), 400_000, &Context::new().with_seed(7))
                .unwrap();
        for (step, variance) in variances.iter().enumerate() {
            let simulated = (bands[0].1[step] - bands[0].0[step]) / 2.0;
            let ratio = variance.sqrt() / simulated;
            let approximate = form.season == Season::Multiplicative && step >= 4;
            let tolerance = if approximate { 0.03 } else { 0.012 };
            assert!((ratio - 1.0).abs() < tolerance, "{form} step {}: {ratio}", step + 1);
        }
    }
}
