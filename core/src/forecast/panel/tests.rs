use std::time::{Duration, Instant};

use arrow_schema::DataType;

use super::*;
use crate::data::{Column, Values};
use crate::forecast::{Drift, Naive, SeasonalNaive, Theta};

/// Observations of one series: its name and its numbers at times 1, 2, ..
type Observations = (String, Vec<f64>);

fn context() -> Context {
    Context::new().with_threads(2)
}

/// Numbers in [-1, 1) that look random.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// Series of 1 to 60 points with trend and season, some of them bad.
fn sample(count: usize, seed: u64) -> Vec<Observations> {
    let mut next = noise(seed);
    let mut series = |number: usize| {
        let length = 1 + ((next() + 1.0) * 30.0) as usize;
        let slope = next();
        let season = [0.0, 8.0, -3.0, -5.0];
        let mut values: Vec<f64> = (0..length).map(|t| 100.0 + slope * t as f64 + season[t % 4] + next()).collect();
        if number % 7 == 3 {
            values[length / 2] = f64::NAN;
        }
        (format!("series {number}"), values)
    };
    (0..count).map(&mut series).collect()
}

fn table(series: &[Observations]) -> Table {
    let rows = || series.iter().flat_map(|(id, values)| values.iter().zip(1_i64..).map(move |(y, t)| (id, t, *y)));
    Table::from_columns([
        ("unique_id", rows().map(|row| row.0.as_str()).collect::<Vec<_>>().into()),
        ("ds", rows().map(|row| row.1).collect::<Vec<_>>().into()),
        ("y", rows().map(|row| row.2).collect::<Vec<_>>().into()),
    ])
    .unwrap()
}

fn options() -> PanelOptions {
    PanelOptions::default().with_methods([
        Theta::default().into(),
        SeasonalNaive::default().with_season(4).into(),
        Naive::default().into(),
    ])
}

/// The rows of every series as texts, so that NaN equals NaN.
fn by_series(result: &PanelForecast) -> Vec<(String, String)> {
    let table = &result.forecasts;
    let ids = table.texts("unique_id").unwrap();
    let columns: Vec<_> = table.names()[2..].iter().map(|name| table.floats(name).unwrap()).collect();
    let times = table.integers("ds").unwrap();
    let mut series: Vec<(String, String)> = Vec::new();
    for (row, id) in ids.iter().map(|id| id.unwrap()).enumerate() {
        let cells: Vec<_> = columns.iter().map(|column| format!("{:?}", column[row])).collect();
        let line = format!("{:?} {}\n", times[row], cells.join(" "));
        match series.last_mut().filter(|last| last.0 == id) {
            Some(last) => last.1.push_str(&line),
            None => series.push((id.to_owned(), line)),
        }
    }
    for failure in &result.failures {
        series.push((failure.id.clone(), format!("{failure:?}")));
    }
    series.sort();
    series
}

#[test]
fn a_panel_gives_what_each_series_gives_alone_on_any_number_of_threads() {
    for seed in 1..4 {
        let series = sample(40, seed);
        let together = panel(&table(&series), &options(), &context()).unwrap();
        let mut alone: Vec<_> = series
            .iter()
            .flat_map(|one| by_series(&panel(&table(std::slice::from_ref(one)), &options(), &context()).unwrap()))
            .collect();
        alone.sort();
        assert_eq!(by_series(&together), alone);
        for threads in [1, 3, 8] {
            let again = panel(&table(&series), &options(), &Context::new().with_threads(threads)).unwrap();
            assert_eq!(by_series(&again), alone);
            assert_eq!(again.failures, together.failures);
        }
    }
}

#[test]
fn the_order_of_series_and_rows_does_not_matter() {
    let series = sample(30, 9);
    let expected = by_series(&panel(&table(&series), &options(), &context()).unwrap());
    let mut turned = series;
    turned.reverse();
    turned.rotate_left(7);
    assert_eq!(by_series(&panel(&table(&turned), &options(), &context()).unwrap()), expected);
    // All rows in the order of time, so that the series are interleaved.
    let mut rows: Vec<(i64, &str, f64)> =
        turned.iter().flat_map(|(id, y)| y.iter().zip(1..).map(|(y, t)| (-t, id.as_str(), *y))).collect();
    rows.sort_by_key(|row| row.0);
    let mixed = Table::from_columns([
        ("unique_id", rows.iter().map(|row| row.1).collect::<Vec<_>>().into()),
        ("ds", rows.iter().map(|row| -row.0).collect::<Vec<_>>().into()),
        ("y", rows.iter().map(|row| row.2).collect::<Vec<_>>().into()),
    ])
    .unwrap();
    assert_eq!(by_series(&panel(&mixed, &options(), &context()).unwrap()), expected);
}

#[test]
fn a_bad_series_changes_nothing_for_the_others() {
    let good: Vec<_> = sample(20, 5).into_iter().filter(|(_, values)| values.iter().all(|y| y.is_finite())).collect();
    let expected = panel(&table(&good), &options(), &context()).unwrap();
    let mut mixed = good.clone();
    mixed.insert(3, ("bad".into(), vec![1.0, f64::INFINITY, 2.0]));
    let with_bad = panel(&table(&mixed), &options(), &context()).unwrap();
    assert_eq!(with_bad.forecasts, expected.forecasts);
    let bad: Vec<_> = with_bad.failures.iter().filter(|failure| failure.id == "bad").collect();
    assert_eq!(bad.len(), 1);
    assert_eq!((bad[0].method.as_deref(), bad[0].code.as_str()), (None, "invalid_data"));
    assert!(bad[0].message.contains("position 1"), "{}", bad[0].message);
}

#[test]
fn equal_series_are_forecast_as_the_rows_of_a_matrix() {
    let series: Vec<Observations> = (0..3)
        .map(|row| (row.to_string(), (0..24).map(|t| (10 * row) as f64 + [1.0, 5.0, 2.0][t % 3] + t as f64).collect()))
        .collect();
    let matrix = ndarray::Array2::from_shape_vec((3, 24), series.iter().flat_map(|s| s.1.clone()).collect()).unwrap();
    let expected = Theta::default().fit(matrix.view(), &context()).unwrap().predict(5, &[0.8], &context()).unwrap();
    let options = PanelOptions::default().with_methods([Theta::default().into()]).with_horizon(5).with_levels([0.8]);
    let got = panel(&table(&series), &options, &context()).unwrap().forecasts;
    assert_eq!(got.floats("Theta").unwrap()[..], expected.mean.clone().into_raw().0[..]);
    assert_eq!(got.floats("Theta-lo-80").unwrap()[..], expected.intervals[0].lower.clone().into_raw().0[..]);
    assert_eq!(got.floats("Theta-hi-80").unwrap()[..], expected.intervals[0].upper.clone().into_raw().0[..]);
    assert_eq!(got.integers("ds").unwrap()[..5], [Some(25), Some(26), Some(27), Some(28), Some(29)]);
}

#[test]
fn a_method_that_fails_leaves_nan_and_the_others_stand() {
    let series = [("short".to_owned(), vec![1.0, 2.0, 3.0])];
    let methods = [SeasonalNaive::default().with_season(4).into(), Drift::default().into()];
    let options = PanelOptions::default().with_methods(methods).with_horizon(2).with_levels([0.5]);
    let result = panel(&table(&series), &options, &context()).unwrap();
    assert!(result.forecasts.floats("SeasonalNaive-lo-50").unwrap().iter().all(|value| value.is_nan()));
    assert_eq!(result.forecasts.floats("Drift").unwrap()[..], [4.0, 5.0]);
    let [failure] = &result.failures[..] else { panic!("{:?}", result.failures) };
    assert_eq!((failure.method.as_deref(), failure.code.as_str()), (Some("SeasonalNaive"), "not_enough_data"));
    assert_eq!(result.models.texts("method").unwrap(), [Some("Drift")]);
    assert_eq!(result.models.integers("observations").unwrap(), [Some(3)]);
}

#[test]
fn types_of_names_and_times_are_kept() {
    let days = |from: i32| (0..3).map(move |day| from + day);
    let table = Table::from_columns([
        ("shop", Column::from(vec![7_i64, 7, 7, 3, 3, 3])),
        ("day", Values::Dates(days(100).chain(days(200)).collect()).into()),
        ("sold", vec![1.0, 2.0, 3.0, 5.0, 5.0, 5.0].into()),
    ])
    .unwrap();
    let options = PanelOptions::default()
        .with_methods([Naive::default().into()])
        .with_horizon(2)
        .with_levels([])
        .with_id("shop")
        .with_time(Some("day"))
        .with_target("sold");
    let result = panel(&table, &options, &context()).unwrap();
    assert_eq!(result.forecasts.names(), ["shop", "day", "Naive"]);
    assert_eq!(result.forecasts.integers("shop").unwrap(), [Some(7), Some(7), Some(3), Some(3)]);
    assert_eq!(result.forecasts.column("day").unwrap().values, Values::Dates(vec![103, 104, 203, 204]));
    assert_eq!(*result.models.kind("shop").unwrap(), DataType::Int64);
    let result = panel(&table, &options.with_time(None), &context()).unwrap();
    assert_eq!(result.forecasts.names(), ["shop", "step", "Naive"]);
    assert_eq!(result.forecasts.integers("step").unwrap(), [Some(1), Some(2), Some(1), Some(2)]);
}

#[test]
fn without_a_horizon_each_series_is_forecast_for_its_season() {
    let season = |period: usize| (0..48).map(|t| (t % period) as f64 * 3.0 + 0.01 * t as f64).collect::<Vec<_>>();
    let mut next = noise(3);
    let flat = (0..48).map(|_| next()).collect();
    let series = [("monthly".to_owned(), season(12)), ("quarterly".to_owned(), season(4)), ("none".to_owned(), flat)];
    let rows = |result: &PanelForecast, id: &str| {
        result.forecasts.texts("unique_id").unwrap().iter().filter(|name| **name == Some(id)).count()
    };
    let options = PanelOptions::default().with_levels([]);
    let result = panel(&table(&series), &options, &context()).unwrap();
    assert_eq!(["monthly", "quarterly", "none"].map(|id| rows(&result, id)), [12, 4, 10]);
    let set = options.clone().with_methods([Naive::default().into(), Theta::default().with_season(6).into()]);
    let result = panel(&table(&series), &set, &context()).unwrap();
    assert_eq!(["monthly", "quarterly", "none"].map(|id| rows(&result, id)), [6, 6, 6]);
    // A column of seasons: given, given as none, and left to be detected.
    let plain = table(&series);
    let seasons: Vec<i64> = [3, 1, 0].into_iter().flat_map(|season| [season; 48]).collect();
    let missing = seasons.iter().map(|season| *season == 0).collect();
    let columns = plain.names().into_iter().map(|name| (name, plain.column(name).unwrap()));
    let with_seasons =
        Table::from_columns(columns.chain([("m", Column::from(seasons).with_missing(missing))])).unwrap();
    let methods = [SeasonalNaive::default().into(), SeasonalNaive::default().with_season(2).into()];
    let result = panel(&with_seasons, &options.with_methods(methods).with_season("m"), &context()).unwrap();
    assert_eq!(["monthly", "quarterly", "none"].map(|id| rows(&result, id)), [3, 10, 2]);
    let seasons = result.models.integers("season").unwrap();
    assert_eq!(seasons, [3, 2, 1, 2, 1, 2].map(Some));
}

#[test]
fn what_is_wrong_with_a_series_is_told_by_its_name() {
    let table = Table::from_columns([
        (
            "unique_id",
            ["gap", "twice", "one", "odd", "seasons", "zero"].iter().flat_map(|id| [*id; 4]).collect::<Vec<_>>().into(),
        ),
        (
            "ds",
            vec![
                "1", "2", "4", "5", "1", "2", "2", "3", "1", "2", "3", "4", "a", "b", "c", "d", "1", "2", "3", "4",
                "1", "2", "3", "4",
            ]
            .into(),
        ),
        ("y", vec![1.0; 24].into()),
        ("m", [[1_i64; 16].as_slice(), &[1, 1, 2, 1], &[0; 4]].concat().into()),
    ])
    .unwrap();
    let options = PanelOptions::default().with_methods([Naive::default().into()]).with_season("m");
    let result = panel(&table, &options, &context()).unwrap();
    let failures: Vec<_> =
        result.failures.iter().map(|failure| (failure.id.as_str(), failure.message.as_str())).collect();
    let expected = [
        ("gap", "ds goes from 2 to 4 where its step is 1, 1 missing"),
        ("twice", "ds 2 stands twice"),
        ("odd", "cannot read ds \"a\""),
        ("seasons", "m is 1 and 2 within one series"),
        ("zero", "m is 0; it must be at least 1"),
    ];
    assert_eq!(failures.len(), expected.len());
    for ((id, message), (wanted, start)) in failures.into_iter().zip(expected) {
        assert!(id == wanted && message.starts_with(start), "{id}: {message}");
    }
    assert!(result.failures.iter().all(|failure| failure.code == "invalid_data" && failure.method.is_none()));
    assert_eq!(result.forecasts.rows(), 10);
}

#[test]
fn one_observation_has_no_step_of_time_but_can_be_forecast_without_times() {
    let series = [("one".to_owned(), vec![5.0])];
    let options = PanelOptions::default().with_methods([Naive::default().into()]).with_horizon(1);
    let result = panel(&table(&series), &options, &context()).unwrap();
    assert_eq!((result.forecasts.rows(), result.failures[0].code.as_str()), (0, "not_enough_data"));
    assert_eq!(result.forecasts.names().len(), 7);
    let result = panel(&table(&series), &options.with_time(None), &context()).unwrap();
    assert_eq!(result.forecasts.floats("Naive").unwrap()[..], [5.0]);
}

#[test]
fn methods_of_one_kind_have_names_of_their_own() {
    let methods: [AnyMethod; 3] =
        [Theta::default().into(), Naive::default().into(), Theta::default().with_season(1).into()];
    let options = PanelOptions::default().with_methods(methods).with_levels([0.07, 0.999]).with_horizon(1);
    let series = sample(1, 2);
    let names = |options: &PanelOptions| {
        let result = panel(&table(&series), options, &context()).unwrap();
        result.forecasts.names().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let found = names(&options);
    assert_eq!(found[2..5], ["Theta", "Theta-lo-7", "Theta-hi-7"]);
    assert_eq!(found[5..7], ["Theta-lo-99.9", "Theta-hi-99.9"]);
    assert_eq!(found[12], "Theta_2");
    let found = names(&options.with_names(["a", "b", "c"]));
    assert_eq!((found[2].as_str(), found[12].as_str()), ("a", "c"));
}

#[test]
fn options_out_of_range_are_refused() {
    let series = sample(1, 2);
    let refused = |options: PanelOptions| panel(&table(&series), &options, &context()).unwrap_err();
    let base = || PanelOptions::default().with_methods([Naive::default().into()]);
    for options in [
        base().with_methods([]),
        base().with_names(["a", "b"]),
        base().with_horizon(0),
        base().with_levels([1.0]),
        base().with_levels([-0.1]),
        base().with_levels([f64::NAN]),
        base().with_levels([0.5, 0.5]),
        base().with_names(["ds"]),
        base().with_id("Naive-lo-80"),
        base().with_methods([Theta::default().with_season(0).into()]),
        base().with_methods([Naive::default().into(), Drift::default().into()]).with_names(["x", "x"]),
    ] {
        let error = refused(options);
        assert_eq!(error.code(), Code::InvalidConfig, "{error}");
    }
    assert_eq!(refused(base().with_target("sales")).code(), Code::InvalidData);
    assert_eq!(refused(base().with_season("m")).code(), Code::InvalidData);
    assert_eq!(refused(base().with_horizon(1 << 31)).code(), Code::TooLarge);
    let many = sample(100, 2);
    let error = panel(&table(&many), &base().with_time(None).with_horizon(1 << 20), &context()).unwrap_err();
    assert_eq!(error.code(), Code::TooLarge);
}

#[test]
fn options_are_written_as_json_with_every_default() {
    let options: PanelOptions = serde_json::from_str(r#"{"methods": [{"Naive": {}}], "time": null}"#).unwrap();
    assert_eq!(options, PanelOptions::default().with_methods([Naive::default().into()]).with_time(None));
    assert!(serde_json::from_str::<PanelOptions>(r#"{"method": []}"#).is_err());
}

#[test]
fn a_cancelled_panel_returns_at_once() {
    let series: Vec<Observations> =
        (0..4000).map(|i| (i.to_string(), (0..400).map(|t| ((t * i) % 17) as f64).collect())).collect();
    let (table, context) = (table(&series), context());
    let options = PanelOptions::default().with_methods([Theta::default().into()]).with_horizon(12);
    let (error, waited) = std::thread::scope(|scope| {
        let running = scope.spawn(|| panel(&table, &options, &context).unwrap_err());
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

#[test]
fn a_result_survives_text_and_bytes() {
    let result = panel(&table(&sample(10, 1)), &options(), &context()).unwrap();
    let text = serde_json::to_string(&result).unwrap();
    let back: PanelForecast = serde_json::from_str(&text).unwrap();
    assert_eq!(by_series(&back), by_series(&result));
    let bytes = postcard::to_stdvec(&result).unwrap();
    assert_eq!(by_series(&postcard::from_bytes::<PanelForecast>(&bytes).unwrap()), by_series(&result));
}
