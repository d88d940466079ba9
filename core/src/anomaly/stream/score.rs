//! What a stream says of one event.
use serde::{Deserialize, Serialize};

use crate::data::{Ints, Vector};

/// Something about an event that is worth knowing beside its score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StreamNote {
    /// Nothing.
    #[default]
    None,
    /// The detector still learns what is normal: the score is 0.
    Learning,
    /// A value is missing, infinite or beyond 1e150. It was left out; if nothing was left, the score is 0.
    Missing,
    /// The time is before that of the last event. The values were scored and learned all the same.
    Backwards,
    /// More than eight usual steps of time lie between this event and the last.
    Gap,
}

/// How strange one event is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StreamScore {
    /// How sure of a new anomaly, 0 to 1.
    pub score: f64,
    /// The score before the detector's cool-down; equal to `score` where a detector has none.
    pub raw: f64,
    /// Whether the score reaches the detector's threshold.
    pub is_anomaly: bool,
    /// The value that was expected, where the detector has an expectation and there is one column.
    pub expected: Option<f64>,
    /// The lower end of the usual band.
    pub lower: Option<f64>,
    /// The upper end of the usual band.
    pub upper: Option<f64>,
    /// What else was seen.
    pub note: StreamNote,
}

/// What a stream says of many events, column by column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StreamScores {
    /// How sure of a new anomaly, 0 to 1, one number per event.
    pub scores: Vector,
    /// The scores before the detector's cool-down.
    pub raw: Vector,
    /// The events whose score reaches the detector's threshold, by their positions from 0.
    pub anomalies: Ints,
    /// The values that were expected; NaN where the detector has no expectation.
    pub expected: Vector,
    /// The lower ends of the usual band; NaN where there is none.
    pub lower: Vector,
    /// The upper ends of the usual band; NaN where there is none.
    pub upper: Vector,
    /// The events of which something is worth noting, by their positions from 0.
    pub noted: Ints,
    /// What that is, in the order of `noted`.
    pub notes: Vec<StreamNote>,
}

/// [`StreamScores`] that grow by one event at a time, so that nothing is left to do at the end of a long batch.
#[derive(Debug, Default)]
pub(super) struct Columns {
    scores: Vec<f64>,
    raw: Vec<f64>,
    anomalies: Vec<i64>,
    expected: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    noted: Vec<i64>,
    notes: Vec<StreamNote>,
}

impl Columns {
    pub(super) fn with_capacity(events: usize) -> Self {
        let column = || Vec::with_capacity(events);
        let (scores, raw, expected, lower, upper) = (column(), column(), column(), column(), column());
        Self { scores, raw, expected, lower, upper, ..Self::default() }
    }

    pub(super) fn push(&mut self, event: &StreamScore) {
        let position = self.scores.len() as i64;
        self.scores.push(event.score);
        self.raw.push(event.raw);
        self.expected.push(event.expected.unwrap_or(f64::NAN));
        self.lower.push(event.lower.unwrap_or(f64::NAN));
        self.upper.push(event.upper.unwrap_or(f64::NAN));
        if event.is_anomaly {
            self.anomalies.push(position);
        }
        if event.note != StreamNote::None {
            self.noted.push(position);
            self.notes.push(event.note);
        }
    }
}

impl From<Columns> for StreamScores {
    fn from(columns: Columns) -> Self {
        Self {
            scores: columns.scores.into(),
            raw: columns.raw.into(),
            anomalies: columns.anomalies.into(),
            expected: columns.expected.into(),
            lower: columns.lower.into(),
            upper: columns.upper.into(),
            noted: columns.noted.into(),
            notes: columns.notes,
        }
    }
}

/// What was expected.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Band {
    pub(super) expected: Option<f64>,
    pub(super) lower: Option<f64>,
    pub(super) upper: Option<f64>,
}

/// What a detector says of the values of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Verdict {
    pub(super) score: f64,
    pub(super) raw: f64,
    pub(super) is_anomaly: bool,
    pub(super) band: Band,
    pub(super) learning: bool,
}

impl Verdict {
    pub(super) const LEARNING: Self = Self {
        score: 0.0,
        raw: 0.0,
        is_anomaly: false,
        band: Band { expected: None, lower: None, upper: None },
        learning: true,
    };

    /// The verdict of a statistic that must not exceed `limit`: a score of one half at the limit.
    pub(super) fn against(statistic: f64, limit: f64) -> Self {
        let score = if statistic.is_infinite() { 1.0 } else { statistic / (statistic + limit) };
        Self { score, raw: score, is_anomaly: statistic > limit, ..Self::default() }
    }
}
