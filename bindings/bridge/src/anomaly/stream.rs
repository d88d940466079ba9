//! Detectors that see one event after the other.
use inlaid::anomaly::{
    Adwin, Cusum, Ewma, HalfSpaceTrees, PageHinkley, RobustRandomCutForest, Spot, StreamDetector, StreamScore,
    StreamScores, StreamState,
};
use inlaid::data::Vector;
use inlaid::{Code, Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::saved_in_place;
use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

pub(super) const MODEL: (&str, &str) = (
    "StreamState",
    "A detector that watches a stream: events in, scores out, saved at any time. It never stops because of an event: a missing \
     value, a gap or a time that goes backwards is noted in its score. Memory is constant. The number of columns is that of the \
     first event.",
);
const CLASS: &str = "anomaly.StreamState";

/// Seconds since 1970 beyond which nanoseconds do not fit into 64 bits.
const FARTHEST: f64 = 9.2e9;

/// When an event was.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Moment {
    /// When it was, in seconds since 1970, in local time where days and weeks matter. Default unknown.
    #[serde(default)]
    time: Option<f64>,
}

/// When the events were.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Moments {
    /// When each event was, in seconds since 1970, in local time where days and weeks matter. Default unknown.
    #[serde(default)]
    times: Option<Vector>,
}

fn nanoseconds(position: usize, seconds: f64) -> Result<i64> {
    if seconds.abs() <= FARTHEST {
        return Ok((seconds * 1e9) as i64);
    }
    let message = format!("time {position} is {seconds}; it must lie within {FARTHEST} seconds of 1970");
    Err(Error::new(Code::InvalidData, message))
}

impl Moments {
    fn nanoseconds(&self) -> Result<Option<Vec<i64>>> {
        let each = |times: &Vector| times.iter().enumerate().map(|(at, time)| nanoseconds(at, *time)).collect();
        self.times.as_ref().map(each).transpose()
    }
}

const VALUES: ArrayArgument = ArrayArgument {
    name: "values",
    letter: Letter::Vector,
    axes: &["column"],
    doc: "The values of the event, one per column. NaN is a missing one.",
};
const EVENTS: ArrayArgument = ArrayArgument {
    name: "values",
    letter: Letter::Matrix,
    axes: &["event", "column"],
    doc: "One event per row. NaN is a missing value.",
};
const START: &str = "Begin a stream.\n\nFails with `invalid_config` for an option out of range.";

/// The operation that begins a stream, for a detector that takes no random numbers.
macro_rules! starts {
    ($($detector:ident),+) => {
        [$(
            op(concat!("anomaly.", stringify!($detector), ".start"), START)
                .on_options::<$detector>()
                .gives_model(CLASS)
                .quick()
                .runs(|a| Ok(Reply::model_in_place(CLASS, a.options::<$detector>()?.start()?))),
        )+]
    };
}

/// The same for a detector that draws random numbers.
macro_rules! starts_at_random {
    ($($detector:ident),+) => {
        [$(
            op(concat!("anomaly.", stringify!($detector), ".start"), START)
                .on_options::<$detector>()
                .gives_model(CLASS)
                .runs(|a| Ok(Reply::model_in_place(CLASS, a.options::<$detector>()?.start(a.context)?))),
        )+]
    };
}

pub(super) fn ops() -> Vec<Op> {
    let update = "Score one event, then learn from it.\n\nFails with `invalid_data` for an event without values, with another \
        number of values than the first, or a time farther than 292 years from 1970; nothing is changed then.";
    let batch = "Score the rows one after the other and learn from them: the scores that `update` would give.\n\nFails as \
        `update`, and with `invalid_data` for another number of times than rows; `cancelled`, after which the rows before have \
        been seen: `events` says how many.";
    let all = "As `update_batch`, with all that is known of each row.";
    let mut ops = Vec::new();
    ops.extend(starts!(StreamDetector, Ewma, Cusum, PageHinkley, Adwin, Spot));
    ops.extend(starts_at_random!(HalfSpaceTrees, RobustRandomCutForest));
    ops.extend([
        op("anomaly.StreamState.update", update)
            .on_model()
            .takes(VALUES)
            .options::<Moment>()
            .gives::<StreamScore>()
            .once()
            .quick()
            .runs(|a| {
                let time = a.options::<Moment>()?.time.map(|time| nanoseconds(0, time)).transpose()?;
                let values = a.vector(0)?.to_vec();
                Reply::value(a.change(|state: &mut StreamState| state.update(time, &values))?)
            }),
        op("anomaly.StreamState.update_batch", batch)
            .on_model()
            .takes(EVENTS)
            .options::<Moments>()
            .gives::<Vector>()
            .once()
            .runs(|a| {
                let (times, values) = (a.options::<Moments>()?.nanoseconds()?, a.matrix(0)?);
                let scores = |state: &mut StreamState| state.update_batch(times.as_deref(), values, a.context);
                Reply::value(a.change(scores)?)
            }),
        op("anomaly.StreamState.update_all", all)
            .on_model()
            .takes(EVENTS)
            .options::<Moments>()
            .gives::<StreamScores>()
            .once()
            .runs(|a| {
                let (times, values) = (a.options::<Moments>()?.nanoseconds()?, a.matrix(0)?);
                let scores = |state: &mut StreamState| state.update_all(times.as_deref(), values, a.context);
                Reply::value(a.change(scores)?)
            }),
        op("anomaly.StreamState.events", "How many events it has seen.")
            .on_model()
            .gives::<u64>()
            .quick()
            .runs(|a| Reply::value(a.change(|state: &mut StreamState| Ok(state.events()))?)),
        op("anomaly.StreamState.columns", "How many columns an event has; none before the first event.")
            .on_model()
            .gives::<Option<usize>>()
            .quick()
            .runs(|a| Reply::value(a.change(|state: &mut StreamState| Ok(state.columns()))?)),
    ]);
    ops.extend(saved_in_place!("anomaly.StreamState", StreamState));
    ops
}
