//! Every measure against numpy, by hand, and on data for which it does not exist.
use ndarray::{Array2, array};
use serde::Deserialize;

use super::*;
use crate::error::Code;
use crate::forecast::{Forecast, Interval};

/// One random case with its measures, see `tests/data/make_metrics.py`.
#[derive(Deserialize)]
struct Case {
    actual: Vec<f64>,
    forecast: Vec<f64>,
    training: Vec<f64>,
    season: usize,
    level: f64,
    lower: Vec<f64>,
    upper: Vec<f64>,
    sample: Vec<f64>,
    quantiles: Vec<f64>,
    fan: Vec<Vec<f64>>,
    mae: f64,
    rmse: f64,
    mape: f64,
    smape: f64,
    mase: f64,
    rmsse: f64,
    coverage: f64,
    msis: f64,
    pinball: Vec<f64>,
    weighted_quantile_loss: f64,
    crps_sample: f64,
    crps_quantiles: f64,
}

impl Case {
    fn fan(&self) -> Array2<f64> {
        Array2::from_shape_fn((self.quantiles.len(), self.actual.len()), |(q, step)| self.fan[q][step])
    }
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../../../tests/data/metrics.json")).unwrap()
}

fn row(values: &[f64]) -> Array2<f64> {
    Array2::from_shape_vec((1, values.len()), values.to_vec()).unwrap()
}

/// Sums in another order: a few units in the last place.
#[track_caller]
fn near(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() <= 1e-12 * theirs.abs(), "{ours} {theirs}");
}

#[test]
fn measures_and_their_batch_twins_agree_with_numpy() {
    for case in cases() {
        let Case { actual, forecast, training, season, lower, upper, level, .. } = &case;
        let (y, f, x) = (row(actual), row(forecast), row(training));
        let (y, f, x) = (y.view(), f.view(), x.view());
        let (low, high) = (row(lower), row(upper));
        near(mae(actual, forecast).unwrap(), case.mae);
        near(mae_batch(y, f).unwrap()[0], case.mae);
        near(rmse(actual, forecast).unwrap(), case.rmse);
        near(rmse_batch(y, f).unwrap()[0], case.rmse);
        near(mape(actual, forecast).unwrap(), case.mape);
        near(mape_batch(y, f).unwrap()[0], case.mape);
        near(smape(actual, forecast).unwrap(), case.smape);
        near(smape_batch(y, f).unwrap()[0], case.smape);
        near(mase(actual, forecast, training, *season).unwrap(), case.mase);
        near(mase_batch(y, f, x, *season).unwrap()[0], case.mase);
        near(rmsse(actual, forecast, training, *season).unwrap(), case.rmsse);
        near(rmsse_batch(y, f, x, *season).unwrap()[0], case.rmsse);
        near(coverage(actual, lower, upper).unwrap(), case.coverage);
        near(coverage_batch(y, low.view(), high.view()).unwrap()[0], case.coverage);
        near(msis(actual, lower, upper, *level, training, *season).unwrap(), case.msis);
        near(msis_batch(y, low.view(), high.view(), *level, x, *season).unwrap()[0], case.msis);
    }
}

#[test]
fn quantile_and_sample_scores_agree_with_numpy() {
    for case in cases() {
        let fan = case.fan();
        for (index, (quantile, loss)) in case.quantiles.iter().zip(&case.pinball).enumerate() {
            near(pinball_loss(&case.actual, &case.fan[index], *quantile).unwrap(), *loss);
            near(
                pinball_loss_batch(row(&case.actual).view(), row(&case.fan[index]).view(), *quantile).unwrap()[0],
                *loss,
            );
        }
        let loss = weighted_quantile_loss(&case.actual, &case.quantiles, fan.view()).unwrap();
        near(loss, case.weighted_quantile_loss);
        near(crps_sample(case.actual[0], &case.sample).unwrap(), case.crps_sample);
        let first: Vec<f64> = fan.column(0).to_vec();
        near(crps_quantiles(case.actual[0], &case.quantiles, &first).unwrap(), case.crps_quantiles);
        let actual = array![case.actual[0]];
        near(crps_sample_batch(actual.view(), row(&case.sample).view()).unwrap()[0], case.crps_sample);
        near(crps_quantiles_batch(actual.view(), &case.quantiles, row(&first).view()).unwrap()[0], case.crps_quantiles);
    }
}

#[test]
fn the_report_holds_every_measure_of_every_series() {
    for case in cases() {
        let interval = Interval { level: case.level, lower: row(&case.lower).into(), upper: row(&case.upper).into() };
        let forecast = Forecast { mean: row(&case.forecast).into(), intervals: vec![interval] };
        let report = accuracy(row(&case.actual).view(), &forecast, row(&case.training).view(), case.season).unwrap();
        for (ours, theirs) in [
            (report.mae[0], case.mae),
            (report.rmse[0], case.rmse),
            (report.mape[0], case.mape),
            (report.smape[0], case.smape),
            (report.mase[0], case.mase),
            (report.rmsse[0], case.rmsse),
            (report.intervals[0].coverage[0], case.coverage),
            (report.intervals[0].msis[0], case.msis),
        ] {
            near(ours, theirs);
        }
    }
}

#[test]
fn the_report_shows_nan_where_a_measure_does_not_exist() {
    let forecast = Forecast { mean: array![[1.0, 2.0], [1.0, 2.0]].into(), intervals: Vec::new() };
    let training = array![[4.0, 4.0, 4.0], [1.0, 3.0, 2.0]];
    let report = accuracy(array![[1.0, 3.0], [0.0, 2.0]].view(), &forecast, training.view(), 1).unwrap();
    assert!(report.mase[0].is_nan() && report.rmsse[0].is_nan() && report.mape[1].is_nan());
    assert_eq!((report.mae[0], report.mase[1]), (0.5, 0.5 / 1.5));
    let code = |actual: Array2<f64>, training: Array2<f64>, season| {
        accuracy(actual.view(), &forecast, training.view(), season).unwrap_err().code()
    };
    let good = array![[1.0, 3.0], [0.0, 2.0]];
    assert_eq!(code(array![[1.0, 3.0]], training.clone(), 1), Code::InvalidData);
    assert_eq!(code(array![[1.0, f64::NAN], [0.0, 2.0]], training.clone(), 1), Code::InvalidData);
    assert_eq!(code(good.clone(), array![[1.0, f64::NAN, 2.0], [1.0, 3.0, 2.0]], 1), Code::InvalidData);
    assert_eq!(code(good.clone(), training.clone(), 0), Code::InvalidConfig);
    assert_eq!(code(good.clone(), training.clone(), 3), Code::NotEnoughData);
    assert_eq!(code(good, array![[1.0, 2.0, 4.0]], 1), Code::InvalidData);
}

#[test]
fn the_overall_average_divides_means_and_not_series() {
    // By series the ratios would be (1 + 0.1) / 2; of the means they are 11 / 101.
    let owa = owa(&[10.0, 1.0], &[10.0, 1.0], &[1.0, 100.0], &[1.0, 100.0]).unwrap();
    near(owa, 11.0 / 101.0);
}

#[test]
fn a_single_value_has_its_absolute_error_as_crps() {
    assert_eq!(crps_sample(3.0, &[1.0]).unwrap(), 2.0);
    assert_eq!(crps_sample(5.0, &[5.0; 7]).unwrap(), 0.0);
    // A shift changes no score, and neither does the order.
    let base = crps_sample(0.5, &[0.0, 1.0, 4.0]).unwrap();
    assert_eq!(crps_sample(1024.5, &[1028.0, 1024.0, 1025.0]).unwrap(), base);
}

#[test]
fn what_would_divide_by_nothing_is_refused() {
    let code = |outcome: Result<f64>| outcome.unwrap_err().code();
    assert_eq!(code(mase(&[1.0], &[1.0], &[2.0; 5], 1)), Code::InvalidData);
    assert_eq!(code(mase(&[1.0], &[1.0], &[1.0, 2.0, 1.0, 2.0], 2)), Code::InvalidData);
    assert_eq!(code(rmsse(&[1.0], &[1.0], &[2.0; 5], 1)), Code::InvalidData);
    assert_eq!(code(msis(&[1.0], &[1.0], &[1.0], 0.9, &[2.0; 5], 1)), Code::InvalidData);
    assert_eq!(code(mape(&[0.0], &[1.0])), Code::InvalidData);
    assert_eq!(code(owa(&[1.0], &[1.0], &[0.0], &[1.0])), Code::InvalidData);
    assert_eq!(code(weighted_quantile_loss(&[0.0], &[0.5], array![[1.0]].view())), Code::InvalidData);
    assert_eq!(smape(&[0.0], &[0.0]).unwrap(), 0.0);
}

#[test]
fn bad_input_has_its_code() {
    let code = |outcome: Result<f64>| outcome.unwrap_err().code();
    assert_eq!(code(mae(&[], &[])), Code::NotEnoughData);
    assert_eq!(code(mae(&[1.0], &[1.0, 2.0])), Code::InvalidData);
    assert_eq!(code(mae(&[f64::NAN], &[1.0])), Code::InvalidData);
    assert_eq!(code(rmse(&[1e200], &[-1e200])), Code::InvalidData);
    assert_eq!(code(mase(&[1.0], &[1.0], &[1.0, 2.0], 0)), Code::InvalidConfig);
    assert_eq!(code(mase(&[1.0], &[1.0], &[1.0, 2.0], 2)), Code::NotEnoughData);
    assert_eq!(code(mase(&[1.0], &[1.0], &[1.0, f64::INFINITY], 1)), Code::InvalidData);
    assert_eq!(code(coverage(&[1.0], &[2.0], &[1.0])), Code::InvalidData);
    assert_eq!(code(msis(&[1.0], &[1.0], &[2.0], 1.0, &[1.0, 2.0], 1)), Code::InvalidConfig);
    assert_eq!(code(pinball_loss(&[1.0], &[1.0], 0.0)), Code::InvalidConfig);
    assert_eq!(code(crps_sample(1.0, &[])), Code::NotEnoughData);
    assert_eq!(code(crps_quantiles(1.0, &[0.5], &[])), Code::InvalidData);
    assert_eq!(code(weighted_quantile_loss(&[1.0], &[], Array2::zeros((0, 1)).view())), Code::NotEnoughData);
    assert_eq!(code(weighted_quantile_loss(&[1.0], &[0.5], Array2::zeros((2, 1)).view())), Code::InvalidData);
    let error = mae_batch(array![[1.0], [f64::NAN]].view(), array![[1.0], [1.0]].view()).unwrap_err();
    assert_eq!((error.code(), error.message().starts_with("row 1: actual")), (Code::InvalidData, true));
    assert!(mae_batch(Array2::zeros((2, 1)).view(), Array2::zeros((3, 1)).view()).is_err());
}
