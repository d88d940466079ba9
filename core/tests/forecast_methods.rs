//! What every simple forecasting method must hold, whatever it computes.
#![cfg(feature = "forecast")]
use inlaid::forecast::{Drift, Fitted, Forecast, Method, Naive, Naive2, SeasonalNaive, SeriesState, Theta, ThetaModel};
use inlaid::{Code, Context};
use ndarray::{Array2, Axis, s};

/// Walks with a season of 4 and with none in turn, positive throughout.
fn panel(rows: usize, columns: usize) -> Array2<f64> {
    let mut state = 11_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    let mut levels = vec![60.0; rows];
    let mut panel = Array2::zeros((rows, columns));
    for column in 0..columns {
        for (row, level) in levels.iter_mut().enumerate() {
            *level += noise() + 0.05;
            let season = if row % 2 == 0 { [0.9, 1.2, 1.1, 0.8][column % 4] } else { 1.0 };
            panel[[row, column]] = *level * season;
        }
    }
    panel
}

fn bits(forecast: &Forecast) -> Vec<u64> {
    let intervals = forecast.intervals.iter().flat_map(|interval| interval.lower.iter().chain(interval.upper.iter()));
    forecast.mean.iter().chain(intervals).map(|value| value.to_bits()).collect()
}

fn all_finite(forecast: &Forecast) -> bool {
    bits(forecast).iter().all(|value| f64::from_bits(*value).is_finite())
}

fn bands_widen_with_the_level_and_hold_the_mean<M: Method>(method: &M) {
    let context = Context::new();
    let forecast = method.fit(panel(5, 60).view(), &context).unwrap().predict(9, &[0.5, 0.95], &context).unwrap();
    let [inner, outer] = &forecast.intervals[..] else { panic!("two levels") };
    for (index, mean) in forecast.mean.indexed_iter() {
        assert!(outer.lower[index] < inner.lower[index] && inner.lower[index] < *mean);
        assert!(*mean < inner.upper[index] && inner.upper[index] < outer.upper[index]);
    }
}

fn order_and_threads_do_not_matter<M: Method>(method: &M) {
    let panel = panel(5, 60);
    let forecast = method.fit(panel.view(), &Context::new()).unwrap().predict(9, &[0.95], &Context::new()).unwrap();
    for threads in 1..4 {
        let context = Context::new().with_threads(threads);
        let order = [3, 0, 4, 1, 2];
        let permuted = panel.select(Axis(0), &order);
        let other = method.fit(permuted.view(), &context).unwrap().predict(9, &[0.95], &context).unwrap();
        for (row, original) in order.iter().enumerate() {
            assert_eq!(other.mean.row(row), forecast.mean.row(*original));
            assert_eq!(other.intervals[0].lower.row(row), forecast.intervals[0].lower.row(*original));
        }
    }
}

fn saved_and_loaded_it_forecasts_the_same_bits<M: Method>(method: &M) {
    let context = Context::new();
    let panel = panel(5, 60);
    let mut fitted = method.fit(panel.slice(s![.., ..50]), &context).unwrap();
    fitted.update(panel.slice(s![.., 50..]), &context).unwrap();
    let loaded = Fitted::<M>::from_bytes(&fitted.to_bytes().unwrap()).unwrap();
    let forecast = |fitted: &Fitted<M>| bits(&fitted.predict(9, &[0.5, 0.95], &context).unwrap());
    assert_eq!(forecast(&loaded), forecast(&fitted));
}

fn a_forecast_is_the_fitted_value_once_the_observation_has_come<M: Method>(method: &M) {
    let (panel, context) = (panel(5, 60), Context::new());
    let mut one_by_one = method.fit(panel.slice(s![.., ..50]), &context).unwrap();
    let before = one_by_one.fitted_values();
    let mut at_once = one_by_one.clone();
    at_once.update(panel.slice(s![.., 50..]), &context).unwrap();
    for column in 50..60 {
        let next = one_by_one.predict(1, &[], &context).unwrap();
        one_by_one.update(panel.slice(s![.., column..=column]), &context).unwrap();
        for (fitted, forecast) in one_by_one.fitted_values().column(column).iter().zip(next.mean.column(0)) {
            assert!((fitted - forecast).abs() <= 1e-11 * forecast.abs(), "{fitted} {forecast}");
        }
    }
    let forecast = |fitted: &Fitted<M>| bits(&fitted.predict(5, &[0.9], &context).unwrap());
    assert_eq!(forecast(&one_by_one), forecast(&at_once));
    let after = one_by_one.fitted_values();
    assert!(after.slice(s![.., ..50]).iter().zip(before.iter()).all(|(a, b)| a.to_bits() == b.to_bits()));
    assert_eq!(one_by_one.summary()[0].observations, 60);
}

fn hard_values_give_finite_forecasts_or_a_typed_error<M: Method>(method: &M) {
    let (panel, context) = (panel(4, 40), Context::new());
    let outcome = |series: Array2<f64>| {
        method.fit(series.view(), &context).and_then(|fitted| fitted.predict(30, &[0.95], &context))
    };
    for series in [
        panel.mapv(|value| value * 1e300),
        panel.mapv(|value| value * 1e-300),
        panel.mapv(|value| value * 1e-320),
        panel.mapv(|value| -value),
        panel.mapv(|value| (value - 60.0).max(0.0)),
        Array2::zeros((2, 20)),
    ] {
        assert!(all_finite(&outcome(series).unwrap()));
    }
    match outcome(panel.mapv(|value| if value > 60.0 { 1e308 } else { -1e308 })) {
        Ok(forecast) => assert!(all_finite(&forecast)),
        Err(error) => assert_eq!(error.code(), Code::InvalidData, "{error}"),
    }
    for length in method.shortest()..16 {
        let fitted = method.fit(panel.slice(s![.., ..length]), &context).unwrap();
        assert!(all_finite(&fitted.predict(6, &[0.9], &context).unwrap()));
    }
}

fn bad_input_has_its_code<M: Method>(method: &M) {
    let (panel, context) = (panel(4, 40), Context::new());
    let code = |series: Array2<f64>| method.fit(series.view(), &context).map(|_| ()).unwrap_err().code();
    assert_eq!(code(Array2::zeros((0, 9))), Code::InvalidData);
    assert_eq!(code(Array2::zeros((2, 0))), Code::NotEnoughData);
    assert_eq!(code(panel.slice(s![.., ..method.shortest() - 1]).to_owned()), Code::NotEnoughData);
    assert_eq!(code(Array2::from_elem((2, 30), f64::NAN)), Code::InvalidData);
    assert_eq!(code(Array2::from_elem((2, 30), f64::INFINITY)), Code::InvalidData);
    let fitted = method.fit(panel.view(), &context).unwrap();
    assert_eq!(fitted.predict(0, &[], &context).unwrap_err().code(), Code::InvalidConfig);
    assert_eq!(fitted.predict(2, &[1.0], &context).unwrap_err().code(), Code::InvalidConfig);
    assert_eq!(fitted.predict(1 << 31, &[0.9], &context).unwrap_err().code(), Code::TooLarge);
    let cancelled = Context::new();
    cancelled.cancel();
    assert_eq!(method.fit(panel.view(), &cancelled).map(|_| ()).unwrap_err().code(), Code::Cancelled);
}

fn check<M: Method>(method: &M) {
    bands_widen_with_the_level_and_hold_the_mean(method);
    order_and_threads_do_not_matter(method);
    saved_and_loaded_it_forecasts_the_same_bits(method);
    a_forecast_is_the_fitted_value_once_the_observation_has_come(method);
    hard_values_give_finite_forecasts_or_a_typed_error(method);
    bad_input_has_its_code(method);
}

#[test]
fn naive_holds_what_every_method_must() {
    check(&Naive::default());
}

#[test]
fn seasonal_naive_holds_what_every_method_must() {
    check(&SeasonalNaive::default());
    check(&SeasonalNaive::default().with_season(4));
}

#[test]
fn drift_holds_what_every_method_must() {
    check(&Drift::default());
}

#[test]
fn naive2_holds_what_every_method_must() {
    check(&Naive2::default());
    check(&Naive2::default().with_season(4));
}

#[test]
fn theta_holds_what_every_method_must() {
    for model in [
        ThetaModel::Classic,
        ThetaModel::Standard,
        ThetaModel::Optimised,
        ThetaModel::DynamicStandard,
        ThetaModel::DynamicOptimised,
    ] {
        check(&Theta::default().with_model(model));
        check(&Theta::default().with_model(model).with_season(4));
    }
}

#[test]
fn a_detected_season_is_the_one_used() {
    let series = panel(1, 60).row(0).to_vec();
    let context = Context::new();
    assert_eq!(SeasonalNaive::default().fit_checked(&series, &context).unwrap().summary().season, 4);
    assert_eq!(Naive2::default().fit_checked(&series, &context).unwrap().summary().season, 4);
    assert_eq!(Theta::default().fit_checked(&series, &context).unwrap().summary().season, 4);
}

#[test]
fn a_season_of_nothing_is_refused_and_a_season_of_one_is_none() {
    let series = panel(1, 60).row(0).to_vec();
    let context = Context::new();
    for code in [
        SeasonalNaive::default().with_season(0).validate().unwrap_err().code(),
        Naive2::default().with_season(0).validate().unwrap_err().code(),
        Theta::default().with_season(0).validate().unwrap_err().code(),
    ] {
        assert_eq!(code, Code::InvalidConfig);
    }
    let naive = Naive::default().fit_checked(&series, &context).unwrap().predict(5, &[0.9], &Context::new()).unwrap();
    let seasonal = SeasonalNaive::default().with_season(1).fit_checked(&series, &context).unwrap();
    assert_eq!(seasonal.predict(5, &[0.9], &Context::new()).unwrap(), naive);
    let naive2 = Naive2::default().with_season(1).fit_checked(&series, &context).unwrap();
    assert_eq!(naive2.predict(5, &[0.9], &Context::new()).unwrap(), naive);
}
