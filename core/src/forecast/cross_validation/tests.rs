use std::time::{Duration, Instant};

use super::*;
use crate::data::{Column, Values, read_csv};
use crate::error::Code;
use crate::forecast::metrics::{coverage, mae, mase, owa, rmse, smape};
use crate::forecast::{AutoEts, Drift, Naive, SeasonalNaive, Theta};

fn context() -> Context {
    Context::new().with_threads(2)
}

fn wave(length: usize, seed: usize) -> Vec<f64> {
    let noise = |t: usize| ((t * 7919 + seed * 104_729) % 1009) as f64 / 1009.0;
    (0..length).map(|t| 50.0 + 0.3 * t as f64 + [0.0, 6.0, -2.0, -4.0][t % 4] + noise(t)).collect()
}

fn table(series: &[(&str, Vec<f64>)]) -> Table {
    let rows = || series.iter().flat_map(|(id, values)| values.iter().zip(1_i64..).map(move |(y, t)| (*id, t, *y)));
    Table::from_columns([
        ("unique_id", rows().map(|row| row.0).collect::<Vec<_>>().into()),
        ("ds", rows().map(|row| row.1).collect::<Vec<_>>().into()),
        ("y", rows().map(|row| row.2).collect::<Vec<_>>().into()),
    ])
    .unwrap()
}

fn options() -> CrossValidation {
    CrossValidation::default()
        .with_methods([
            Theta::default().with_season(4).into(),
            SeasonalNaive::default().with_season(4).into(),
            Naive::default().into(),
        ])
        .with_horizon(3)
        .with_windows(3)
        .with_step(2)
        .with_levels([0.9])
}

/// Every number of the result, NaN equal to NaN.
fn text(result: &CrossValidated) -> String {
    serde_json::to_string(result).unwrap()
}

#[test]
fn each_window_forecasts_what_its_past_alone_would() {
    let (a, b) = (wave(30, 1), wave(41, 2));
    let result = cross_validate(&table(&[("a", a.clone()), ("b", b.clone())]), &options(), &context()).unwrap();
    assert!(result.failures.is_empty());
    let columns = result.forecasts.names().join(" ");
    assert!(columns.starts_with("unique_id ds cutoff y Theta Theta-lo-90 Theta-hi-90 SeasonalNaive"), "{columns}");
    let mut row = 0;
    for series in [&a, &b] {
        for window in 0..3 {
            let cutoff = series.len() - 3 - 2 * (2 - window);
            let known = ndarray::aview1(&series[..cutoff]).insert_axis(ndarray::Axis(0));
            let alone = Theta::default().with_season(4).fit(known, &context()).unwrap();
            let alone = alone.predict(3, &[0.9], &context()).unwrap();
            for step in 0..3 {
                assert_eq!(result.forecasts.integers("cutoff").unwrap()[row], Some(cutoff as i64));
                assert_eq!(result.forecasts.integers("ds").unwrap()[row], Some((cutoff + step + 1) as i64));
                assert_eq!(result.forecasts.floats("y").unwrap()[row], series[cutoff + step]);
                assert_eq!(result.forecasts.floats("Theta").unwrap()[row], alone.mean[[0, step]]);
                assert_eq!(result.forecasts.floats("Theta-lo-90").unwrap()[row], alone.intervals[0].lower[[0, step]]);
                assert_eq!(result.forecasts.floats("Naive").unwrap()[row], series[cutoff - 1]);
                assert_eq!(result.forecasts.floats("SeasonalNaive").unwrap()[row], series[cutoff + step - 4]);
                row += 1;
            }
        }
    }
    assert_eq!(result.forecasts.rows(), row);
}

#[test]
fn nothing_after_a_cutoff_enters_its_forecasts() {
    let columns = ["Theta", "Theta-lo-90", "Theta-hi-90", "SeasonalNaive", "Naive"];
    for refit in [true, false] {
        let options = options().with_refit(refit);
        let series = wave(40, 3);
        let base = cross_validate(&table(&[("a", series.clone())]), &options, &context()).unwrap();
        for window in 0..3 {
            let cutoff = 40 - 3 - 2 * (2 - window);
            let mut changed = series.clone();
            changed[cutoff..].iter_mut().for_each(|value| *value = *value * -3.0 + 1000.0);
            let other = cross_validate(&table(&[("a", changed)]), &options, &context()).unwrap();
            for column in columns {
                let (before, after) = (base.forecasts.floats(column).unwrap(), other.forecasts.floats(column).unwrap());
                assert_eq!(before[..3 * (window + 1)], after[..3 * (window + 1)], "{column} of window {window}");
                assert!(window == 2 || before[6..] != after[6..], "the last window saw nothing of the change");
            }
        }
    }
}

#[test]
fn without_refit_a_model_learns_with_its_first_parameters() {
    let series = wave(40, 4);
    let result = cross_validate(&table(&[("a", series.clone())]), &options().with_refit(false), &context()).unwrap();
    let mut state = Theta::default().with_season(4).fit_checked(&series[..33], &context()).unwrap();
    let theta = result.forecasts.floats("Theta").unwrap();
    for window in 0..3 {
        if window > 0 {
            state.update(&series[33 + 2 * (window - 1)..33 + 2 * window]).unwrap();
        }
        assert_eq!(theta[3 * window..3 * window + 3], state.predict(3, &[], &Context::new()).unwrap().mean);
    }
    let refitted = cross_validate(&table(&[("a", series)]), &options(), &context()).unwrap();
    assert_eq!(theta[..3], refitted.forecasts.floats("Theta").unwrap()[..3]);
    assert_ne!(theta[6..], refitted.forecasts.floats("Theta").unwrap()[6..]);
    assert_eq!(result.forecasts.floats("Naive").unwrap(), refitted.forecasts.floats("Naive").unwrap());
}

#[test]
fn the_accuracy_is_the_mean_of_the_measures_of_every_window() {
    let series = [wave(30, 1), wave(41, 2)];
    let result =
        cross_validate(&table(&[("a", series[0].clone()), ("b", series[1].clone())]), &options(), &context()).unwrap();
    let column = |name: &str| result.forecasts.floats(name).unwrap().to_vec();
    let (y, point, lower, upper) = (column("y"), column("Theta"), column("Theta-lo-90"), column("Theta-hi-90"));
    let mut measures: [Vec<f64>; 7] = Default::default();
    for window in 0..6 {
        let rows = 3 * window..3 * window + 3;
        let series = &series[window / 3];
        let known = &series[..series.len() - 3 - 2 * (2 - window % 3)];
        let (actual, forecast) = (&y[rows.clone()], &point[rows.clone()]);
        let naive2 = Naive2::default().with_season(4).fit_checked(known, &context()).unwrap();
        let naive2 = naive2.predict(3, &[], &Context::new()).unwrap().mean;
        measures[0].push(mase(actual, forecast, known, 4).unwrap());
        measures[1].push(smape(actual, forecast).unwrap());
        measures[2].push(mae(actual, forecast).unwrap());
        measures[3].push(rmse(actual, forecast).unwrap());
        measures[4].push(coverage(actual, &lower[rows.clone()], &upper[rows]).unwrap());
        measures[5].push(smape(actual, &naive2).unwrap());
        measures[6].push(mase(actual, &naive2, known, 4).unwrap());
    }
    let accuracy = &result.accuracy[0];
    assert_eq!((accuracy.method.as_str(), accuracy.forecasts), ("Theta", 6));
    let close =
        |got: Option<f64>, expected: f64| assert!((got.unwrap() / expected - 1.0).abs() < 1e-12, "{got:?} {expected}");
    let average = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    close(accuracy.mase, average(&measures[0]));
    close(accuracy.smape, average(&measures[1]));
    close(accuracy.mae, average(&measures[2]));
    close(accuracy.rmse, average(&measures[3]));
    close(accuracy.intervals[0].coverage, average(&measures[4]));
    close(accuracy.owa, owa(&measures[1], &measures[0], &measures[5], &measures[6]).unwrap());
    assert_eq!(accuracy.intervals[0].level, 0.9);
}

#[test]
fn naive2_against_itself_is_one_and_measures_that_do_not_exist_are_absent() {
    let methods = [Naive2::default().with_season(4).into()];
    let result = cross_validate(&table(&[("a", wave(40, 5))]), &options().with_methods(methods), &context()).unwrap();
    assert!((result.accuracy[0].owa.unwrap() - 1.0).abs() < 1e-12);
    let constant = [("a", vec![3.0; 40])];
    let result =
        cross_validate(&table(&constant), &options().with_methods([Naive::default().into()]), &context()).unwrap();
    let accuracy = &result.accuracy[0];
    assert_eq!((accuracy.mae, accuracy.mase, accuracy.owa), (Some(0.0), None, None));
    let short = [("a", vec![3.0; 4])];
    let result = cross_validate(&table(&short), &options(), &context()).unwrap();
    assert_eq!((result.accuracy[2].forecasts, result.accuracy[2].mae), (0, None));
    assert_eq!(result.forecasts.rows(), 0);
}

#[test]
fn a_bad_series_is_named_and_changes_nothing_for_the_others() {
    let (a, b) = (wave(30, 1), wave(41, 2));
    let mut broken = wave(30, 3);
    broken[7] = f64::NAN;
    for refit in [true, false] {
        let options = options().with_refit(refit);
        let good = cross_validate(&table(&[("a", a.clone()), ("b", b.clone())]), &options, &context()).unwrap();
        let series = [("nan", broken.clone()), ("a", a.clone()), ("short", wave(7, 1)), ("b", b.clone())];
        for threads in [1, 2, 5] {
            let mixed = cross_validate(&table(&series), &options, &Context::new().with_threads(threads)).unwrap();
            assert_eq!((&mixed.forecasts, &mixed.accuracy), (&good.forecasts, &good.accuracy));
            let failures: Vec<_> = mixed.failures.iter().map(|f| (f.id.as_str(), f.code.as_str())).collect();
            assert_eq!(failures, [("nan", "invalid_data"), ("short", "not_enough_data")]);
            assert!(mixed.failures[0].message.contains("position 7"));
            let message = &mixed.failures[1].message;
            assert_eq!(message, "3 windows of 3 steps, 2 apart, need at least 8 observations, got 7");
        }
    }
}

#[test]
fn a_method_that_fails_in_a_window_is_nan_there() {
    // 8 observations: the windows know 1, 3 and 5, and a season of 4 needs 4.
    let series = [("a", wave(8, 1))];
    let result = cross_validate(&table(&series), &options(), &context()).unwrap();
    let seasonal = result.forecasts.floats("SeasonalNaive").unwrap();
    assert!(seasonal[..6].iter().all(|value| value.is_nan()) && seasonal[6..].iter().all(|value| value.is_finite()));
    assert_eq!(result.accuracy[1].forecasts, 1);
    let failed: Vec<_> = result.failures.iter().filter(|f| f.method.as_deref() == Some("SeasonalNaive")).collect();
    assert_eq!(failed.len(), 2);
    assert!(failed[1].message.starts_with("window 2 of 3: "), "{}", failed[1].message);
    let result = cross_validate(&table(&series), &options().with_refit(false), &context()).unwrap();
    assert!(result.forecasts.floats("SeasonalNaive").unwrap().iter().all(|value| value.is_nan()));
    let last = result.failures.iter().rfind(|f| f.method.as_deref() == Some("SeasonalNaive")).unwrap();
    assert_eq!((last.code.as_str(), last.message.contains("earlier window")), ("not_enough_data", true));
}

#[test]
fn a_matrix_is_tried_as_the_same_table_would_be() {
    let (a, b) = (wave(32, 1), wave(32, 2));
    let matrix = ndarray::Array2::from_shape_vec((2, 32), [a.clone(), b.clone()].concat()).unwrap();
    let result = cross_validate_matrix(matrix.view(), &options(), &context()).unwrap();
    let expected = cross_validate(&table(&[("0", a), ("1", b)]), &options(), &context()).unwrap();
    assert_eq!(result.accuracy, expected.accuracy);
    assert_eq!(result.forecasts.names()[..4], ["unique_id", "position", "cutoff", "y"]);
    let numbers = |result: &CrossValidated, name| result.forecasts.integers(name).unwrap();
    let less_one =
        |column: Vec<Option<i64>>| column.into_iter().map(|cell| cell.map(|value| value - 1)).collect::<Vec<_>>();
    assert_eq!(numbers(&result, "position"), less_one(numbers(&expected, "ds")));
    assert_eq!(numbers(&result, "cutoff"), less_one(numbers(&expected, "cutoff")));
    assert_eq!(numbers(&result, "unique_id")[..2], [Some(0), Some(0)]);
    assert_eq!(result.forecasts.floats("Theta").unwrap(), expected.forecasts.floats("Theta").unwrap());
    let error = cross_validate_matrix(matrix.view(), &options().with_season("m"), &context()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidConfig);
    let none = ndarray::Array2::zeros((0, 4));
    assert_eq!(cross_validate_matrix(none.view(), &options(), &context()).unwrap_err().code(), Code::InvalidData);
}

#[test]
fn times_and_cutoffs_keep_their_type() {
    let stamps = Values::Timestamps {
        values: (0..20).map(|hour| hour * 3600).collect(),
        unit: crate::data::TimeUnit::Second,
        zone: Some("UTC".into()),
    };
    let columns = [("unique_id", vec![5_i64; 20].into()), ("ds", Column::from(stamps)), ("y", wave(20, 1).into())];
    let options = options().with_methods([Drift::default().into()]).with_windows(1).with_horizon(2);
    let result = cross_validate(&Table::from_columns(columns).unwrap(), &options, &context()).unwrap();
    let expect = |name: &str, hours: [i64; 2]| {
        let Values::Timestamps { values, zone, .. } = result.forecasts.column(name).unwrap().values else { panic!() };
        assert_eq!((values, zone.as_deref()), (hours.map(|hour| hour * 3600).to_vec(), Some("UTC")));
    };
    expect("ds", [18, 19]);
    expect("cutoff", [17, 17]);
}

#[test]
fn options_out_of_range_are_refused() {
    let series = table(&[("a", wave(40, 1))]);
    for bad in [
        options().with_windows(0),
        options().with_step(0),
        options().with_horizon(0),
        options().with_levels([0.0]),
        options().with_methods([]),
        options().with_names(["cutoff", "b", "c"]),
        options().with_target("cutoff"),
    ] {
        assert_eq!(cross_validate(&series, &bad, &context()).unwrap_err().code(), Code::InvalidConfig);
    }
    let huge = options().with_windows(usize::MAX);
    assert_eq!(cross_validate(&series, &huge, &context()).unwrap_err().code(), Code::TooLarge);
    assert!(serde_json::from_str::<CrossValidation>(r#"{"folds": 3}"#).is_err());
}

#[test]
fn a_result_is_the_same_on_any_number_of_threads_and_survives_text() {
    let series: Vec<_> = (0..20).map(|i| (["a", "b", "c", "d"][i % 4], i)).collect();
    let names: Vec<String> = series.iter().map(|(name, i)| format!("{name}{i}")).collect();
    let series: Vec<_> = names.iter().enumerate().map(|(i, name)| (name.as_str(), wave(10 + 3 * i, i))).collect();
    let options = CrossValidation { horizon: None, ..options() };
    let expected = text(&cross_validate(&table(&series), &options, &Context::new().with_threads(1)).unwrap());
    for threads in [2, 7] {
        let context = Context::new().with_threads(threads);
        assert_eq!(text(&cross_validate(&table(&series), &options, &context).unwrap()), expected);
        assert_eq!(context.progress(), 1.0);
    }
    let back: CrossValidated = serde_json::from_str(&expected).unwrap();
    assert_eq!(text(&back), expected);
}

#[test]
fn a_cancelled_trial_returns_at_once() {
    for refit in [true, false] {
        let names: Vec<String> = (0..600).map(|i| i.to_string()).collect();
        let series: Vec<_> = names.iter().enumerate().map(|(i, name)| (name.as_str(), wave(300, i))).collect();
        let (table, context) = (table(&series), context());
        let options = options().with_windows(20).with_refit(refit);
        let (error, waited) = std::thread::scope(|scope| {
            let running = scope.spawn(|| cross_validate(&table, &options, &context).unwrap_err());
            while context.progress() == 0.0 {
                std::thread::sleep(Duration::from_millis(1));
            }
            context.cancel();
            let since = Instant::now();
            (running.join().unwrap(), since.elapsed())
        });
        assert_eq!(error.code(), Code::Cancelled);
        assert!(waited < Duration::from_millis(100), "{waited:?}");
    }
}

#[test]
#[allow(clippy::print_stderr)]
fn smoothing_beats_naive2_and_seasonal_naive_on_the_classics() {
    let path = format!("{}/../../shared/data/forecasting/classics.csv", env!("CARGO_MANIFEST_DIR"));
    if !std::path::Path::new(&path).exists() {
        eprintln!("skipped: {path} is absent");
        return;
    }
    let table = read_csv(path, &context()).unwrap();
    let methods = [AutoEts::default().into(), Theta::default().into(), SeasonalNaive::default().into()];
    let options = CrossValidation::default().with_methods(methods).with_season("m").with_windows(2);
    let result = cross_validate(&table, &options, &context()).unwrap();
    assert!(result.failures.is_empty(), "{:?}", result.failures);
    let [ets, theta, seasonal] = &result.accuracy[..] else { panic!("three methods") };
    for method in [ets, theta] {
        assert_eq!(method.forecasts, 30);
        assert!(method.owa.unwrap() < 0.95 && method.mase.unwrap() < seasonal.mase.unwrap(), "{method:?}");
    }
}
