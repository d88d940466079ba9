//! Many series in one table: forecasts and cross-validation.
use inlaid::forecast::{
    CrossValidated, CrossValidation, PanelForecast, PanelOptions, cross_validate, cross_validate_matrix, panel,
};

use super::SERIES;
use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

const TABLE: ArrayArgument = ArrayArgument {
    name: "table",
    letter: Letter::Table,
    axes: &["observation"],
    doc: "One row per observation, with the series (`unique_id`), the time (`ds`) and the value (`y`); rows may come in any \
          order. Times are integers, dates, timestamps or texts such as `1949-01`.",
};

pub(super) fn ops() -> Vec<Op> {
    let forecast = "Forecast many series of different lengths, frequencies and seasons at once, in parallel.\n\nWhat is \
        wrong with one series is reported by its name in `failures` and changes nothing for the others. Fails with \
        `invalid_config` for an option out of range, `invalid_data` for a missing column or one of another type, no rows, \
        or a row without its series, `too_large` above 2^27 numbers, `cancelled` if asked to stop.";
    let validate = "Try methods on the past of every series by rolling-origin cross-validation, and measure them.\n\nEach \
        window knows the observations up to its cutoff and forecasts the next `horizon`; nothing later enters. What is \
        wrong with one series is reported by its name in `failures`. Fails with `invalid_config` for an option out of \
        range, `invalid_data` for a missing column or one of another type, no rows, or a row without its series, \
        `too_large` above 2^27 numbers, `cancelled` if asked to stop.";
    let matrix = "Try methods on the past of every row of a matrix; see `cross_validate`. The series are named by their \
        numbers from 0, and times by the numbers of the observations.";
    vec![
        op("forecast.panel", forecast)
            .takes(TABLE)
            .options::<PanelOptions>()
            .gives::<PanelForecast>()
            .runs(|a| Reply::value(panel(a.table(0)?, &a.options()?, a.context)?)),
        op("forecast.cross_validate", validate)
            .takes(TABLE)
            .options::<CrossValidation>()
            .gives::<CrossValidated>()
            .runs(|a| Reply::value(cross_validate(a.table(0)?, &a.options()?, a.context)?)),
        op("forecast.cross_validate_matrix", matrix)
            .takes(SERIES)
            .options::<CrossValidation>()
            .gives::<CrossValidated>()
            .runs(|a| Reply::value(cross_validate_matrix(a.matrix(0)?, &a.options()?, a.context)?)),
    ]
}
