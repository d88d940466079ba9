//! Forecasts as pictures.
use inlaid::forecast::{Forecast, ForecastChart};

use crate::op::op;
use crate::{Op, Reply};

pub(super) fn ops() -> Vec<Op> {
    let svg = "The chart of one series as SVG: history, forecast, and one band per interval, the narrowest darkest. It \
        follows the reader's light or dark mode and needs nothing from elsewhere.\n\nFails with `invalid_config` for a \
        series that the forecast does not have or a size out of range, `invalid_data` for a history, names or times that do \
        not fit, or infinite values.";
    let html = "A self-contained page with the chart of every series, or of the one asked for.\n\nFails as `to_svg`, and with \
        `too_large` above 10000 series.";
    vec![
        op("forecast.Forecast.to_svg", svg)
            .on_report::<Forecast>()
            .options::<ForecastChart>()
            .gives::<String>()
            .quick()
            .runs(|a| {
                let options: ForecastChart = a.options_beside_report()?;
                Reply::value(a.report::<Forecast>()?.to_svg(&options)?)
            }),
        op("forecast.Forecast.to_html", html)
            .on_report::<Forecast>()
            .options::<ForecastChart>()
            .gives::<String>()
            .runs(|a| {
                let options: ForecastChart = a.options_beside_report()?;
                Reply::value(a.report::<Forecast>()?.to_html(&options)?)
            }),
    ]
}
