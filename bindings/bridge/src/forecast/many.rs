//! Many series in one table: forecasts and cross-validation.
use inlaid::data::Table;
use inlaid::forecast::{
    CrossValidated, CrossValidation, PanelForecast, PanelOptions, PanelPage, cross_validate, cross_validate_matrix,
    panel,
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
    let page = "A self-contained page with a chart of every series: history, forecast, and one band per interval.\n\nFails \
        with `invalid_config` for a method that is not in the forecasts or `last` 0, `invalid_data` for a history without \
        the columns named or without a series that was forecast, `too_large` above 10000 series.";
    let history = ArrayArgument { name: "history", doc: "The table that was forecast.", ..TABLE };
    let accuracy = "The accuracy as a table, one row per method: `method`, `forecasts`, `mase`, `smape`, `owa`, `mae`, \
        `rmse`, then `coverage-80` and `msis-80` and so on for every level; NaN where a measure does not exist.";
    vec![
        op("forecast.PanelForecast.to_html", page)
            .on_report::<PanelForecast>()
            .takes(history)
            .options::<PanelPage>()
            .gives::<String>()
            .runs(|a| {
                let options: PanelPage = a.options_beside_report()?;
                Reply::value(a.report::<PanelForecast>()?.to_html(a.table(0)?, &options)?)
            }),
        op("forecast.CrossValidated.accuracy_table", accuracy)
            .on_report::<CrossValidated>()
            .gives::<Table>()
            .quick()
            .runs(|a| Reply::value(a.report::<CrossValidated>()?.accuracy_table()?)),
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
