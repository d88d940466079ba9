//! The recursions against a worked example, published likelihoods and finite differences; the variances against
//! simulation; properties and bad input.
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
        let bands = simulate::quantiles(&end, 0.05, 11, &[0.6826894921], 400_000, 7);
        for (step, variance) in variances.iter().enumerate() {
            let simulated = (bands[0].1[step] - bands[0].0[step]) / 2.0;
            let ratio = variance.sqrt() / simulated;
            let approximate = form.season == Season::Multiplicative && step >= 4;
            let tolerance = if approximate { 0.03 } else { 0.012 };
            assert!((ratio - 1.0).abs() < tolerance, "{form} step {}: {ratio}", step + 1);
        }
    }
}

#[test]
fn a_form_without_a_formula_is_simulated_and_its_seed_decides() {
    let options = AutoEts::default()
        .with_season(4)
        .with_error(EtsError::Additive)
        .with_trend(EtsTrend::Additive)
        .with_seasonal(EtsSeasonal::Multiplicative);
    let series = made_up(60, 3);
    let fitted = one(&options, &series).unwrap();
    let predict = |seed| fitted.predict(8, &[0.5, 0.9], &Context::new().with_seed(seed)).unwrap();
    assert_eq!(predict(1), predict(1));
    assert_ne!(predict(1).intervals, predict(2).intervals);
    assert_eq!(fitted.summary()[0].model, "ETS(A,A,M)");
    // An additive season fits this series as well, so that both intervals must be alike.
    let formula = one(&options.with_seasonal(EtsSeasonal::Additive), &series).unwrap();
    let other = formula.predict(8, &[0.5, 0.9], &Context::new()).unwrap();
    for step in 0..8 {
        let width = |forecast: &crate::forecast::Forecast| {
            forecast.intervals[1].upper[[0, step]] - forecast.intervals[1].lower[[0, step]]
        };
        let ratio = width(&predict(1)) / width(&other);
        assert!((0.8..1.25).contains(&ratio), "step {step}: {ratio}");
    }
}

#[test]
fn a_larger_level_gives_a_wider_interval_around_the_mean() {
    let forecast = one(&AutoEts::default().with_season(4), &made_up(40, 5))
        .unwrap()
        .predict(12, &[0.5, 0.8, 0.95, 0.999], &Context::new())
        .unwrap();
    for step in 0..12 {
        for pair in forecast.intervals.windows(2) {
            assert!(pair[1].lower[[0, step]] < pair[0].lower[[0, step]]);
            assert!(pair[1].upper[[0, step]] > pair[0].upper[[0, step]]);
        }
        assert!(forecast.intervals[0].lower[[0, step]] < forecast.mean[[0, step]]);
    }
}

/// A power of two scales without rounding, so that everything must agree to the bit; 1e-300 and 1e300 are near the ends.
#[test]
fn scaling_the_series_scales_the_forecast() {
    let series = made_up(60, 2);
    let options = AutoEts::default().with_season(4);
    let base = one(&options, &series).unwrap();
    let forecast = base.predict(6, &[0.9], &Context::new()).unwrap();
    for (factor, tolerance) in [(1024.0, 0.0), (2f64.powi(-900), 0.0), (1000.0, 1e-6), (1e-300, 1e-6), (1e300, 1e-6)] {
        let scaled: Vec<f64> = series.iter().map(|y| y * factor).collect();
        let fitted = one(&options, &scaled).unwrap();
        assert_eq!(fitted.summary()[0].model, base.summary()[0].model);
        let found = fitted.predict(6, &[0.9], &Context::new()).unwrap();
        for (a, b) in [
            (&found.mean, &forecast.mean),
            (&found.intervals[0].lower, &forecast.intervals[0].lower),
            (&found.intervals[0].upper, &forecast.intervals[0].upper),
        ] {
            for (a, b) in a.iter().zip(b.iter()) {
                assert!((a / factor - b).abs() <= tolerance * b.abs(), "{factor}: {a} {b}");
            }
        }
    }
}

/// Additive forms do not know where zero is. Tolerance: two searches that end at the same maximum.
#[test]
fn shifting_the_series_shifts_the_forecast_of_additive_forms() {
    let options = AutoEts::default()
        .with_season(4)
        .with_mode(EtsMode::Exact)
        .with_error(EtsError::Additive)
        .with_trend(EtsTrend::Additive)
        .with_seasonal(EtsSeasonal::Additive);
    let series = made_up(60, 4);
    let shifted: Vec<f64> = series.iter().map(|y| y - 500.0).collect();
    let predict = |series: &[f64]| one(&options, series).unwrap().predict(8, &[], &Context::new()).unwrap().mean;
    for (a, b) in predict(&series).iter().zip(predict(&shifted).iter()) {
        assert!((a - 500.0 - b).abs() < 1e-2, "{a} {b}");
    }
}

#[test]
fn batch_rows_order_and_threads_change_nothing() {
    let rows: Vec<Vec<f64>> = (0..6).map(|seed| made_up(40, seed)).collect();
    let matrix = Array2::from_shape_fn((6, 40), |(i, t)| rows[i][t]);
    let backwards = Array2::from_shape_fn((6, 40), |(i, t)| rows[5 - i][t]);
    let simulated =
        AutoEts::default().with_season(4).with_error(EtsError::Additive).with_seasonal(EtsSeasonal::Multiplicative);
    for options in [AutoEts::default().with_season(4), simulated] {
        let predict = |matrix: ArrayView2<'_, f64>, threads| {
            let context = Context::new().with_threads(threads).with_seed(9);
            options.fit(matrix, &context).unwrap().predict(5, &[0.8], &context).unwrap()
        };
        let whole = predict(matrix.view(), 1);
        assert_eq!(whole, predict(matrix.view(), 3));
        let turned = predict(backwards.view(), 2);
        for i in 0..6 {
            let alone = predict(matrix.slice(s![i..i + 1, ..]), 1);
            for (whole, turned, alone) in [
                (&whole.mean, &turned.mean, &alone.mean),
                (&whole.intervals[0].lower, &turned.intervals[0].lower, &alone.intervals[0].lower),
            ] {
                assert_eq!(whole.row(i), turned.row(5 - i));
                assert_eq!(whole.row(i), alone.row(0));
            }
        }
    }
}

#[test]
fn an_update_is_a_filter_over_the_longer_series() {
    let series = made_up(50, 6);
    for form in ["AAN", "MAdM", "ANA"] {
        let options = AutoEts::default()
            .with_season(4)
            .with_error(if form.starts_with('A') { EtsError::Additive } else { EtsError::Multiplicative })
            .with_seasonal(match form.chars().last() {
                Some('N') => EtsSeasonal::None,
                Some('A') => EtsSeasonal::Additive,
                _ => EtsSeasonal::Multiplicative,
            });
        let mut whole = one(&options, &series[..43]).unwrap();
        let mut pieces = whole.clone();
        whole.update(row(&series[43..]), &Context::new()).unwrap();
        for piece in [43..44, 44..48, 48..50] {
            pieces.update(row(&series[piece]), &Context::new()).unwrap();
        }
        let mut refiltered = whole.states()[0].clone();
        refiltered.refilter();
        for state in [&pieces.states()[0], &refiltered] {
            assert_eq!(state.last, whole.states()[0].last);
            assert_eq!(state.last_seasons, whole.states()[0].last_seasons);
        }
        assert_eq!(whole.fitted_values().ncols(), 50);
        assert_eq!(whole.summary()[0].observations, 50);
    }
}

#[test]
fn fitted_values_are_what_their_components_make_and_residuals_what_is_left() {
    let series = made_up(48, 8);
    for seasonal in [EtsSeasonal::Additive, EtsSeasonal::Multiplicative] {
        let options = AutoEts::default().with_season(4).with_seasonal(seasonal).with_trend(EtsTrend::Additive);
        let fitted = one(&options, &series).unwrap();
        let parts = fitted.components();
        let (level, trend, season) = (parts.level.unwrap(), parts.trend.unwrap(), parts.season.unwrap());
        let (values, residuals) = (fitted.fitted_values(), fitted.residuals());
        for t in 0..48 {
            let base = level[[0, t]] + trend[[0, t]];
            let made = if seasonal == EtsSeasonal::Additive { base + season[[0, t]] } else { base * season[[0, t]] };
            assert!((values[[0, t]] - made).abs() < 1e-9 && (residuals[[0, t]] - (series[t] - made)).abs() < 1e-9);
        }
    }
}

#[test]
fn a_saved_model_predicts_bit_for_bit_the_same() {
    let matrix = concatenate![ndarray::Axis(0), row(&made_up(40, 1)), row(&made_up(40, 2))];
    let context = Context::new();
    for options in [
        AutoEts::default().with_season(4),
        AutoEts::default().with_season(4).with_error(EtsError::Additive).with_seasonal(EtsSeasonal::Multiplicative),
        AutoEts::default().with_season(1).with_trend(EtsTrend::AdditiveDamped),
    ] {
        let fitted = options.fit(matrix.view(), &context).unwrap();
        let loaded = FittedAutoEts::from_bytes(&fitted.to_bytes().unwrap()).unwrap();
        assert_eq!(
            loaded.predict(9, &[0.5, 0.99], &context).unwrap(),
            fitted.predict(9, &[0.5, 0.99], &context).unwrap()
        );
        assert_eq!(loaded.summary(), fitted.summary());
    }
}

#[test]
fn a_state_that_does_not_hold_together_is_refused() {
    let good = one(&AutoEts::default().with_season(4).with_seasonal(EtsSeasonal::Additive), &made_up(40, 1)).unwrap();
    let good = &good.states()[0];
    good.check().unwrap();
    let spoilt: [fn(&mut AutoEtsState); 9] = [
        |state| state.weights.alpha = f64::NAN,
        |state| state.period = 0,
        |state| state.period = 5,
        |state| state.last_seasons.truncate(3),
        |state| state.scale = 3.0,
        |state| state.first.level = f64::INFINITY,
        |state| state.fitted = 0,
        |state| state.paths = usize::MAX,
        |state| state.form.season = Season::None,
    ];
    for spoil in spoilt {
        let mut state = good.clone();
        spoil(&mut state);
        assert_eq!(state.check().unwrap_err().code(), Code::InvalidData);
    }
}

/// Whatever the series, the answer is finite numbers or a typed error.
#[test]
fn no_series_gives_nan_infinity_or_a_panic() {
    let noise = made_up(60, 11);
    let with = |change: fn(usize, f64) -> f64| noise.iter().enumerate().map(|(t, y)| change(t, *y)).collect::<Vec<_>>();
    let hard: Vec<Vec<f64>> = vec![
        vec![0.0; 30],
        vec![-7.5; 30],
        vec![5.0, 5.0],
        vec![1.0, 2.0],
        vec![3.0, 1.0, 2.0],
        vec![3.0, 1.0, 2.0, 8.0, 2.0],
        (0..30).map(f64::from).collect(),
        (0..40).map(|t| 1.5f64.powi(t)).collect(),
        (0..40).map(|t| 0.5f64.powi(t)).collect(),
        with(|t, y| if t == 59 { y * 1e6 } else { y }),
        with(|t, y| if t == 30 { y * 1e12 } else { y }),
        with(|t, y| if t == 30 { 1e-12 } else { y }),
        with(|t, y| if t % 3 == 0 { 0.0 } else { y }),
        with(|_, y| y * 1e300),
        with(|_, y| y * 1e-300),
        with(|_, y| y * 1e-310),
        with(|t, _| if t % 2 == 0 { 1.7e308 } else { -1.7e308 }),
        with(|t, _| if t % 2 == 0 { 5e-324 } else { 0.0 }),
        with(|_, y| 1e12 + y),
        with(|_, y| -y),
        with(|t, _| if t < 59 { 4.0 } else { 5.0 }),
        with(|t, _| f64::from(u8::from(t == 20))),
    ];
    for season in [1, 2, 4, 7, 24, 52, 400] {
        for mode in [EtsMode::Forecast, EtsMode::Exact] {
            for (case, series) in hard.iter().enumerate() {
                let fitted = one(&AutoEts::default().with_season(season).with_mode(mode), series)
                    .unwrap_or_else(|error| panic!("case {case} season {season}: {error}"));
                let state = &fitted.states()[0];
                state.check().unwrap_or_else(|error| panic!("case {case} season {season}: {error}"));
                assert!(state.fitted_values().iter().all(|value| value.is_finite()), "case {case} season {season}");
                match fitted.predict(30, &[0.8, 0.99], &Context::new()) {
                    Ok(forecast) => assert!(forecast.mean.iter().all(|value| value.is_finite())),
                    // Only data at the very end of the numbers may leave them.
                    Err(error) => {
                        assert_eq!(error.code(), Code::InvalidData);
                        assert!(series.iter().any(|y| y.abs() > 1e290), "case {case} season {season}: {error}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_constant_series_is_forecast_by_its_constant_without_doubt() {
    let forecast = one(&AutoEts::default().with_season(4), &[6.5; 20]).unwrap().predict(3, &[0.9], &Context::new());
    let forecast = forecast.unwrap();
    assert!(forecast.mean.iter().chain(forecast.intervals[0].lower.iter()).all(|value| *value == 6.5));
}

#[test]
fn too_short_a_series_is_a_random_walk() {
    let fitted = one(&AutoEts::default(), &[3.0, 5.0]).unwrap();
    let forecast = fitted.predict(2, &[0.9], &Context::new()).unwrap();
    assert!(forecast.mean.iter().all(|value| (value - 5.0).abs() < 1e-3));
    // One difference of 2 and one degree of freedom: t is 6.314 (table), the widening of step 1 is sqrt(1 + 4 / 2),
    // weighed 10 to 2 against a ratio of 1 as no error within the sample is left.
    let reach = forecast.intervals[0].upper[[0, 0]] - forecast.mean[[0, 0]];
    assert!((reach - 6.313_752 * 2.0 * (32.0 / 12.0_f64).sqrt()).abs() < 1e-3, "{reach}");
    assert_eq!(one(&AutoEts::default(), &[3.0]).unwrap_err().code(), Code::NotEnoughData);
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let multiplicative = AutoEts::default().with_season(4).with_seasonal(EtsSeasonal::Multiplicative);
    let mut series = made_up(40, 1);
    assert_eq!(one(&multiplicative, &series[..6]).unwrap_err().code(), Code::NotEnoughData);
    series[7] = 0.0;
    let error = one(&multiplicative, &series).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    assert!(error.message().contains("position 7"), "{error}");
    let seasonal = AutoEts::default().with_seasonal(EtsSeasonal::Additive);
    assert_eq!(one(&seasonal, &[1.0, 5.0, 2.0, 2.5, 3.0]).unwrap_err().code(), Code::InvalidConfig);
    for options in [
        AutoEts::default().with_season(0),
        AutoEts::default().with_season(401),
        AutoEts::default().with_season(1).with_seasonal(EtsSeasonal::Additive),
        AutoEts::default().with_paths(10),
    ] {
        assert_eq!(one(&options, &series).unwrap_err().code(), Code::InvalidConfig);
    }
    let fitted = one(&AutoEts::default().with_season(1).with_error(EtsError::Multiplicative), &made_up(30, 1)).unwrap();
    let mut updated = fitted.clone();
    assert_eq!(updated.update(row(&[-1e9, 5.0]), &Context::new()).unwrap_err().code(), Code::InvalidData);
    assert_eq!(updated.states()[0].series, fitted.states()[0].series);
}

#[test]
fn an_absent_season_is_detected() {
    let series = statistics().remove("AirPassengers").unwrap();
    let summary = one(&AutoEts::default(), &series).unwrap().summary().remove(0);
    assert_eq!(summary.season, 12);
    assert_eq!(one(&AutoEts::default().with_season(1), &series).unwrap().summary()[0].season, 1);
}

#[test]
fn a_falling_positive_series_is_not_forecast_below_zero() {
    let series: Vec<f64> = (0..30).map(|t| 100.0 - 3.3 * f64::from(t) + [0.3, -0.2, 0.1][t as usize % 3]).collect();
    let forecast = one(&AutoEts::default().with_season(1), &series).unwrap().predict(10, &[], &Context::new()).unwrap();
    assert!(forecast.mean.iter().all(|value| *value > 0.0), "{:?}", forecast.mean);
}

#[test]
fn the_forecasting_mode_bounds_the_share_of_the_slope() {
    let series = &statistics()["austres"];
    let share = |mode| {
        let options = AutoEts::default().with_season(4).with_mode(mode).with_trend(EtsTrend::Additive);
        let summary = one(&options, series).unwrap().summary().remove(0);
        summary.parameters["beta"] / summary.parameters["alpha"]
    };
    assert!(share(EtsMode::Forecast) <= prior::slope_share(4) + 1e-3);
    assert!(share(EtsMode::Exact) > 2.0 * prior::slope_share(4));
}

#[test]
fn an_odd_start_of_the_search_is_refused_not_followed() {
    let series = [1.0, 2.0, 1.5, 2.5, 1.0, 2.0];
    let context = Context::new();
    let form = Form { error: Error::Multiplicative, ..Form::LEVEL };
    let problem = Problem { series: &series, period: 1, form, slope_share: 1.0, context: &context };
    let places = Places { alpha: 0.5, beta: 0.1, gamma: 0.1, phi: 0.9 };
    let x = problem.vector(places, Start { level: -1.0, slope: 0.0 }, &[]);
    let mut workspace = Workspace::default();
    assert_eq!(workspace.value(&problem, &x).unwrap(), f64::INFINITY);
    let stopping = crate::math::quasi_newton::Stopping { tolerance: 1e-3, steps: 10 };
    assert!(workspace.climb(&problem, x, stopping).unwrap().is_none());
}

#[test]
fn a_long_series_is_cancelled_within_a_tenth_of_a_second() {
    let series = made_up(100_000, 1);
    for mode in [EtsMode::Forecast, EtsMode::Exact] {
        let context = Context::new().with_threads(1);
        let canceller = context.clone();
        let (error, waited) = std::thread::scope(|scope| {
            let cancelled = scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(150));
                canceller.cancel();
                Instant::now()
            });
            let options = AutoEts::default().with_season(12).with_mode(mode);
            let error = options.fit(row(&series), &context).unwrap_err();
            let end = Instant::now();
            (error, end.duration_since(cancelled.join().unwrap()))
        });
        assert_eq!(error.code(), Code::Cancelled);
        assert!(waited < Duration::from_millis(100), "{waited:?}");
    }
}
