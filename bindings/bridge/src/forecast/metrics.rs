//! Measures of accuracy, for one series and for many at once.
use inlaid::data::Vector;
use inlaid::forecast::Forecast;
use inlaid::forecast::metrics::{self, Accuracy};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

/// The season of the seasonal naive forecast that errors are scaled by.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Scale {
    /// Observations per season, at least 1; 1, the default, scales by the naive forecast.
    #[serde(default = "one")]
    season: usize,
}

/// The level of an interval and the season of the scale.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LevelAndScale {
    /// The level of the interval, in (0, 1).
    level: f64,
    /// Observations per season, at least 1; 1, the default, scales by the naive forecast.
    #[serde(default = "one")]
    season: usize,
}

/// Which quantile was forecast.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Quantile {
    /// The quantile, in (0, 1).
    quantile: f64,
}

/// Which quantiles were forecast.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Quantiles {
    /// The quantiles, each in (0, 1), one per row (or column) of the forecasts.
    quantiles: Vec<f64>,
}

/// What came true, for one series.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Actual {
    /// What came true.
    actual: f64,
}

/// What came true, and which quantiles were forecast.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ActualAndQuantiles {
    /// What came true.
    actual: f64,
    /// The quantiles that were forecast, each in (0, 1).
    quantiles: Vec<f64>,
}

fn one() -> usize {
    1
}

const fn vector(name: &'static str, axes: &'static [&'static str], doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Vector, axes, doc }
}

const fn matrix(name: &'static str, axes: &'static [&'static str], doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Matrix, axes, doc }
}

const STEP: &[&str] = &["step"];
const SERIES_STEP: &[&str] = &["series", "step"];
const ACTUAL: ArrayArgument = vector("actual", STEP, "What came true.");
const FORECAST: ArrayArgument = vector("forecast", STEP, "What was forecast, one value per actual value.");
const TRAINING: ArrayArgument =
    vector("training", &["time"], "The observations before the forecast, whose naive errors are the scale.");
const LOWER: ArrayArgument = vector("lower", STEP, "Lower bounds, one per actual value.");
const UPPER: ArrayArgument = vector("upper", STEP, "Upper bounds, one per actual value.");
const ACTUALS: ArrayArgument = matrix("actual", SERIES_STEP, "What came true, one series per row.");
const FORECASTS: ArrayArgument = matrix("forecast", SERIES_STEP, "What was forecast, of the shape of `actual`.");
const TRAININGS: ArrayArgument =
    matrix("training", &["series", "time"], "The observations before the forecasts, one series per row.");
const LOWERS: ArrayArgument = matrix("lower", SERIES_STEP, "Lower bounds, of the shape of `actual`.");
const UPPERS: ArrayArgument = matrix("upper", SERIES_STEP, "Upper bounds, of the shape of `actual`.");

/// What all measures refuse, after what each of them says of itself.
macro_rules! refuses {
    ($what:literal) => {
        concat!(
            $what,
            "\n\nFails with `invalid_data` for arrays of different lengths, NaN or infinite values, or where it would divide \
             by 0; `not_enough_data` for empty arrays; `invalid_config` for an option out of range."
        )
    };
}

/// A measure of two rows and its twin for matrices.
macro_rules! pair {
    ($name:literal, $one:path, $many:path, $doc:literal) => {
        [
            op(concat!("forecast.", $name), refuses!($doc))
                .takes(ACTUAL)
                .takes(FORECAST)
                .gives::<f64>()
                .quick()
                .runs(|a| Reply::value($one(&a.vector(0)?.to_vec(), &a.vector(1)?.to_vec())?)),
            op(
                concat!("forecast.", $name, "_batch"),
                refuses!("One value per series; see the function without `_batch`."),
            )
            .takes(ACTUALS)
            .takes(FORECASTS)
            .gives::<Vector>()
            .quick()
            .runs(|a| Reply::value($many(a.matrix(0)?, a.matrix(1)?)?)),
        ]
    };
}

/// A measure scaled by the naive errors of the training part, and its twin for matrices.
macro_rules! scaled {
    ($name:literal, $one:path, $many:path, $doc:literal) => {
        [
            op(concat!("forecast.", $name), refuses!($doc))
                .takes(ACTUAL)
                .takes(FORECAST)
                .takes(TRAINING)
                .options::<Scale>()
                .gives::<f64>()
                .quick()
                .runs(|a| {
                    let row = |position| a.vector(position).map(|row| row.to_vec());
                    Reply::value($one(&row(0)?, &row(1)?, &row(2)?, a.options::<Scale>()?.season)?)
                }),
            op(
                concat!("forecast.", $name, "_batch"),
                refuses!("One value per series; see the function without `_batch`."),
            )
            .takes(ACTUALS)
            .takes(FORECASTS)
            .takes(TRAININGS)
            .options::<Scale>()
            .gives::<Vector>()
            .quick()
            .runs(|a| {
                let season = a.options::<Scale>()?.season;
                Reply::value($many(a.matrix(0)?, a.matrix(1)?, a.matrix(2)?, season)?)
            }),
        ]
    };
}

pub(super) fn ops() -> Vec<Op> {
    let mut ops = Vec::new();
    ops.extend(pair!("mae", metrics::mae, metrics::mae_batch, "Mean absolute error, in the unit of the data."));
    ops.extend(pair!(
        "rmse",
        metrics::rmse,
        metrics::rmse_batch,
        "Root of the mean squared error, in the unit of the data."
    ));
    ops.extend(pair!(
        "mape",
        metrics::mape,
        metrics::mape_batch,
        "Mean absolute error relative to the actual value, in percent; actual values of 0 are refused."
    ));
    ops.extend(pair!(
        "smape",
        metrics::smape,
        metrics::smape_batch,
        "Symmetric mean absolute percentage error, the mean of `200 |y - f| / (|y| + |f|)`, in percent; 0 where both are 0."
    ));
    ops.extend(scaled!(
        "mase",
        metrics::mase,
        metrics::mase_batch,
        "Mean absolute scaled error: the mean absolute error over that of the seasonal naive forecast within `training`; \
         below 1 is better."
    ));
    ops.extend(scaled!(
        "rmsse",
        metrics::rmsse,
        metrics::rmsse_batch,
        "Root mean squared scaled error: as `mase`, with squares."
    ));
    ops.extend(intervals());
    ops.extend(quantiles());
    ops.push(owa());
    ops.push(accuracy());
    ops
}

fn intervals() -> [Op; 4] {
    let coverage = refuses!("The share of actual values within their bounds, bounds included, 0 to 1.");
    let msis = refuses!(
        "Mean scaled interval score: width plus `2 / (1 - level)` times what lies outside, over the seasonal naive error \
         within `training`; lower is better."
    );
    let batch = refuses!("One value per series; see the function without `_batch`.");
    [
        op("forecast.coverage", coverage).takes(ACTUAL).takes(LOWER).takes(UPPER).gives::<f64>().quick().runs(|a| {
            let row = |position| a.vector(position).map(|row| row.to_vec());
            Reply::value(metrics::coverage(&row(0)?, &row(1)?, &row(2)?)?)
        }),
        op("forecast.coverage_batch", batch)
            .takes(ACTUALS)
            .takes(LOWERS)
            .takes(UPPERS)
            .gives::<Vector>()
            .quick()
            .runs(|a| Reply::value(metrics::coverage_batch(a.matrix(0)?, a.matrix(1)?, a.matrix(2)?)?)),
        op("forecast.msis", msis)
            .takes(ACTUAL)
            .takes(LOWER)
            .takes(UPPER)
            .takes(TRAINING)
            .options::<LevelAndScale>()
            .gives::<f64>()
            .quick()
            .runs(|a| {
                let o: LevelAndScale = a.options()?;
                let row = |position| a.vector(position).map(|row| row.to_vec());
                Reply::value(metrics::msis(&row(0)?, &row(1)?, &row(2)?, o.level, &row(3)?, o.season)?)
            }),
        op("forecast.msis_batch", batch)
            .takes(ACTUALS)
            .takes(LOWERS)
            .takes(UPPERS)
            .takes(TRAININGS)
            .options::<LevelAndScale>()
            .gives::<Vector>()
            .quick()
            .runs(|a| {
                let o: LevelAndScale = a.options()?;
                let rows = |position| a.matrix(position);
                Reply::value(metrics::msis_batch(rows(0)?, rows(1)?, rows(2)?, o.level, rows(3)?, o.season)?)
            }),
    ]
}

fn quantiles() -> [Op; 7] {
    let pinball = refuses!(
        "Pinball loss of a quantile forecast, the mean of `max(q (y - f), (q - 1) (y - f))`, in the unit of the data."
    );
    let weighted = refuses!(
        "Weighted quantile loss: `2 sum pinball / sum |y|` per quantile, mean over the quantiles; without unit."
    );
    let sample = refuses!(
        "Continuous ranked probability score of a sample, `E|X - y| - E|X - X'| / 2`, in the unit of the data."
    );
    let from_quantiles = refuses!(
        "Continuous ranked probability score by quantile forecasts, twice the mean pinball loss, in the unit of the data."
    );
    let batch = refuses!("One value per series; see the function without `_batch`.");
    let values = |axes| vector("actual", axes, "What came true, one value per series.");
    let samples = matrix("samples", &["series", "sample"], "The sample of each series' forecast distribution.");
    let forecasts = matrix("forecasts", &["series", "quantile"], "The quantile forecasts of each series.");
    [
        op("forecast.pinball_loss", pinball)
            .takes(ACTUAL)
            .takes(FORECAST)
            .options::<Quantile>()
            .gives::<f64>()
            .quick()
            .runs(|a| {
                let quantile = a.options::<Quantile>()?.quantile;
                Reply::value(metrics::pinball_loss(&a.vector(0)?.to_vec(), &a.vector(1)?.to_vec(), quantile)?)
            }),
        op("forecast.pinball_loss_batch", batch)
            .takes(ACTUALS)
            .takes(FORECASTS)
            .options::<Quantile>()
            .gives::<Vector>()
            .quick()
            .runs(|a| {
                let quantile = a.options::<Quantile>()?.quantile;
                Reply::value(metrics::pinball_loss_batch(a.matrix(0)?, a.matrix(1)?, quantile)?)
            }),
        op("forecast.weighted_quantile_loss", weighted)
            .takes(ACTUAL)
            .takes(matrix("forecasts", &["quantile", "step"], "What was forecast, one row per quantile."))
            .options::<Quantiles>()
            .gives::<f64>()
            .quick()
            .runs(|a| {
                let o: Quantiles = a.options()?;
                Reply::value(metrics::weighted_quantile_loss(&a.vector(0)?.to_vec(), &o.quantiles, a.matrix(1)?)?)
            }),
        op("forecast.crps_sample", sample)
            .takes(vector("sample", &["sample"], "A sample of the forecast distribution."))
            .options::<Actual>()
            .gives::<f64>()
            .quick()
            .runs(|a| Reply::value(metrics::crps_sample(a.options::<Actual>()?.actual, &a.vector(0)?.to_vec())?)),
        op("forecast.crps_sample_batch", batch)
            .takes(values(&["series"]))
            .takes(samples)
            .gives::<Vector>()
            .quick()
            .runs(|a| Reply::value(metrics::crps_sample_batch(a.vector(0)?, a.matrix(1)?)?)),
        op("forecast.crps_quantiles", from_quantiles)
            .takes(vector("forecasts", &["quantile"], "What was forecast, one value per quantile."))
            .options::<ActualAndQuantiles>()
            .gives::<f64>()
            .quick()
            .runs(|a| {
                let o: ActualAndQuantiles = a.options()?;
                Reply::value(metrics::crps_quantiles(o.actual, &o.quantiles, &a.vector(0)?.to_vec())?)
            }),
        op("forecast.crps_quantiles_batch", batch)
            .takes(values(&["series"]))
            .takes(forecasts)
            .options::<Quantiles>()
            .gives::<Vector>()
            .quick()
            .runs(|a| {
                let o: Quantiles = a.options()?;
                Reply::value(metrics::crps_quantiles_batch(a.vector(0)?, &o.quantiles, a.matrix(1)?)?)
            }),
    ]
}

fn owa() -> Op {
    let doc = refuses!(
        "The M4 competition's overall weighted average: half of mean sMAPE over Naive2's mean sMAPE plus half of mean MASE \
         over Naive2's mean MASE; the means are taken over all series before dividing. Below 1 is better than Naive2."
    );
    let per_series = |name, doc| vector(name, &["series"], doc);
    op("forecast.owa", doc)
        .takes(per_series("smape", "sMAPE of the forecasts, one value per series."))
        .takes(per_series("mase", "MASE of the forecasts, one value per series."))
        .takes(per_series("naive2_smape", "sMAPE of Naive2, one value per series."))
        .takes(per_series("naive2_mase", "MASE of Naive2, one value per series."))
        .gives::<f64>()
        .quick()
        .runs(|a| {
            let row = |position| a.vector(position).map(|row| row.to_vec());
            Reply::value(metrics::owa(&row(0)?, &row(1)?, &row(2)?, &row(3)?)?)
        })
}

fn accuracy() -> Op {
    let doc = refuses!(
        "The usual measures of this forecast, one value per series: MAE, RMSE, MAPE, sMAPE, MASE, RMSSE, and coverage and \
         MSIS of each interval."
    );
    op("forecast.Forecast.accuracy", doc)
        .on_report::<Forecast>()
        .takes(ACTUALS)
        .takes(TRAININGS)
        .options::<Scale>()
        .gives::<Accuracy>()
        .quick()
        .runs(|a| {
            let season = a.options_beside_report::<Scale>()?.season;
            Reply::value(metrics::accuracy(a.matrix(0)?, &a.report::<Forecast>()?, a.matrix(1)?, season)?)
        })
}
