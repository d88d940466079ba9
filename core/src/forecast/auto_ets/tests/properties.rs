//! What must hold for every series.
use super::*;
use crate::math::power;

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
    for (factor, tolerance) in
        [(1024.0, 0.0), (power::whole(2f64, -900), 0.0), (1000.0, 1e-6), (1e-300, 1e-6), (1e300, 1e-6)]
    {
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
