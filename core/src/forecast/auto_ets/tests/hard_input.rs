//! Short, constant, huge, damaged, long: the right answer or the right error.
use super::*;
use crate::math::power;

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
        (0..40).map(|t| power::whole(1.5f64, t)).collect(),
        (0..40).map(|t| power::whole(0.5f64, t)).collect(),
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
    // One difference of 2 and one degree of freedom: t is 6.314 (table), the variance of step 1 is
    // widened by 1 + 6 / 2, weighed 8 to 2 against a ratio of 1 as no error within the sample is left.
    let reach = forecast.intervals[0].upper[[0, 0]] - forecast.mean[[0, 0]];
    assert!((reach - 6.313_752 * 2.0 * 4.0_f64.powf(0.8).sqrt()).abs() < 1e-3, "{reach}");
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
