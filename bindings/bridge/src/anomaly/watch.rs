//! Detectors and a policy together, over streams and tables.
use inlaid::anomaly::{Incident, Replay, Watch, WatchChart, WatchReport, WatchState, WatchStep};
use inlaid::data::Table;
use schemars::JsonSchema;
use serde::Deserialize;

use super::saved_in_place;
use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

pub(super) const MODEL: (&str, &str) = (
    "WatchState",
    "A watch at work: values in, scores and notices out, saved at any time. A series is known from its first event on. No event \
     stops the watch: a missing value, a gap or a time that goes backwards is noted in its score.",
);

/// When something was.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Moment {
    /// When it was, in seconds since 1970, in local time where days and weeks matter. Default unknown.
    #[serde(default)]
    time: Option<f64>,
}

pub(super) fn ops() -> Vec<Op> {
    let series = ArrayArgument {
        name: "series",
        letter: Letter::Texts,
        axes: &["value"],
        doc: "The names of the series, each at most 1000 bytes.",
    };
    let values = ArrayArgument {
        name: "values",
        letter: Letter::Vector,
        axes: &["value"],
        doc: "Their values at this moment, one per name; NaN is a missing one.",
    };
    let table = ArrayArgument {
        name: "table",
        letter: Letter::Table,
        axes: &["row"],
        doc: "The events in the order in which they happened: a column of times, and columns of values, one per series; or a \
              column that names the series and one of values.",
    };
    let start = "Begin to watch.\n\nFails with `invalid_config` for an option of the detector or the policy that is out of range.";
    let update = "Score the values that some series have at one moment, learn from them, and tell what they cause.\n\nFails with \
        `invalid_data` for another number of names than values, a name longer than 1000 bytes or a time farther than 292 years \
        from 1970, `too_large` above 100,000 series; nothing is changed then.";
    let replay = "Replay the rows of a table in their order, exactly as `update` would take them one by one, and report \
        everything.\n\nFails with `invalid_data` for a missing column, one of another type, a text that is no time, or a row \
        without its series; `invalid_config` for several columns of values beside a column of series; `cancelled`. On an error \
        the watch is as it was.";
    let svg = "The chart of one series as SVG: its values, the usual band, unusual events, and incidents as shaded times.\n\nFails \
        with `invalid_config` for a series that was not watched or a size out of range, `not_enough_data` for a report without \
        events.";
    let html = "A self-contained page: the incidents as a table, then for every series, or the one asked for, values and \
        scores.\n\nFails as `to_svg`, and with `too_large` above 1,000 series.";
    let events = "One row per event: `time`, `series`, `value`, `score`, `is_anomaly`, `expected`, `lower`, `upper`.";
    let incidents = "One row per incident: `id`, `severity`, `opened`, `closed`, `series` (those of it, with commas), `events`, \
        `peak_score`, `summary`.";
    let mut ops = vec![
        op("anomaly.Watch.start", start)
            .on_options::<Watch>()
            .gives_model("anomaly.WatchState")
            .runs(|a| Ok(Reply::model_in_place("anomaly.WatchState", a.options::<Watch>()?.start(a.context)?))),
        op("anomaly.WatchState.update", update)
            .on_model()
            .takes(series)
            .takes(values)
            .options::<Moment>()
            .gives::<WatchStep>()
            .once()
            .quick()
            .runs(|a| {
                let moment: Moment = a.options()?;
                let (series, values) = (a.texts(0)?, a.vector(1)?.to_vec());
                Reply::value(a.change(|state: &mut WatchState| state.update(moment.time, series, &values))?)
            }),
        op("anomaly.WatchState.replay", replay)
            .on_model()
            .takes(table)
            .options::<Replay>()
            .gives::<WatchReport>()
            .once()
            .runs(|a| {
                let columns: Replay = a.options()?;
                let table = a.table(0)?;
                Reply::value(a.change(|state: &mut WatchState| state.replay(table, &columns, a.context))?)
            }),
        op("anomaly.WatchState.open_incidents", "The incidents that are not over, the oldest first.")
            .on_model()
            .gives::<Vec<Incident>>()
            .quick()
            .runs(|a| Reply::value(a.change(|state: &mut WatchState| Ok(state.open_incidents()))?)),
        op("anomaly.WatchState.series", "The names of the series that are watched, sorted.")
            .on_model()
            .gives::<Vec<String>>()
            .quick()
            .runs(|a| Reply::value(a.change(|state: &mut WatchState| Ok(state.series()))?)),
        op(
            "anomaly.WatchState.silenced",
            "How many unusual events suppressions and cool-downs kept from opening anything.",
        )
        .on_model()
        .gives::<u64>()
        .quick()
        .runs(|a| Reply::value(a.change(|state: &mut WatchState| Ok(state.silenced()))?)),
        op("anomaly.WatchReport.to_svg", svg)
            .on_report::<WatchReport>()
            .options::<WatchChart>()
            .gives::<String>()
            .runs(|a| {
                let options: WatchChart = a.options_beside_report()?;
                Reply::value(a.report::<WatchReport>()?.to_svg(&options)?)
            }),
        op("anomaly.WatchReport.to_html", html)
            .on_report::<WatchReport>()
            .options::<WatchChart>()
            .gives::<String>()
            .runs(|a| {
                let options: WatchChart = a.options_beside_report()?;
                Reply::value(a.report::<WatchReport>()?.to_html(&options)?)
            }),
        op("anomaly.WatchReport.events_table", events)
            .on_report::<WatchReport>()
            .gives::<Table>()
            .runs(|a| Reply::value(a.report::<WatchReport>()?.events_table()?)),
        op("anomaly.WatchReport.incidents_table", incidents)
            .on_report::<WatchReport>()
            .gives::<Table>()
            .runs(|a| Reply::value(a.report::<WatchReport>()?.incidents_table()?)),
    ];
    ops.extend(saved_in_place!("anomaly.WatchState", WatchState));
    ops
}
