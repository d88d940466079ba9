//! What a replay saw.
use serde::{Deserialize, Serialize};

use crate::anomaly::alert::{AlertNotice, Incident, Severity};
use crate::data::{Column, Ints, Table, TimeUnit, Values, Vector};
use crate::error::Result;

/// Every event of a replay with its score, and the incidents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WatchReport {
    /// The names of the series, in the order in which they appeared.
    pub series: Vec<String>,
    /// Which series each event belongs to: its position in `series`.
    pub event_series: Ints,
    /// When each event was, in seconds since 1970; NaN where that is not known.
    pub times: Vector,
    /// The value of each event; NaN where it is missing.
    pub values: Vector,
    /// The score of each event, 0 to 1.
    pub scores: Vector,
    /// What was expected at each event; NaN where the detector did not know.
    pub expected: Vector,
    /// The lower end of the usual band at each event; NaN where the detector did not know.
    pub lower: Vector,
    /// The upper end of the usual band at each event; NaN where the detector did not know.
    pub upper: Vector,
    /// The events that the detector calls anomalies, by their positions.
    pub anomalies: Ints,
    /// The unusual events that a suppression or a cool-down kept from opening anything, by their positions.
    pub silenced: Ints,
    /// The incidents by number; those without `closed` were not over at the end.
    pub incidents: Vec<Incident>,
    /// Everything that people would have been told, in order.
    pub notices: Vec<AlertNotice>,
}

impl Default for WatchReport {
    fn default() -> Self {
        let none = || Vector::from(Vec::new());
        Self {
            series: Vec::new(),
            event_series: Ints::from(Vec::new()),
            times: none(),
            values: none(),
            scores: none(),
            expected: none(),
            lower: none(),
            upper: none(),
            anomalies: Ints::from(Vec::new()),
            silenced: Ints::from(Vec::new()),
            incidents: Vec::new(),
            notices: Vec::new(),
        }
    }
}

impl WatchReport {
    /// One row per event: `time`, `series`, `value`, `score`, `is_anomaly`, `expected`, `lower`, `upper`.
    ///
    /// # Errors
    /// `invalid_data` for a report whose columns differ in length, as only an edited one has them.
    pub fn events_table(&self) -> Result<Table> {
        let events = self.event_series.len();
        let name = |position: &i64| self.series.get(*position as usize).cloned().unwrap_or_default();
        let mut unusual = vec![false; events];
        for event in self.anomalies.iter() {
            if let Some(unusual) = unusual.get_mut(*event as usize) {
                *unusual = true;
            }
        }
        let numbers = |values: &Vector| Column::from(values.iter().copied().collect::<Vec<f64>>());
        Table::from_columns([
            ("time", stamps(self.times.iter().copied())),
            ("series", self.event_series.iter().map(name).collect::<Vec<_>>().into()),
            ("value", numbers(&self.values)),
            ("score", numbers(&self.scores)),
            ("is_anomaly", Values::Booleans(unusual).into()),
            ("expected", numbers(&self.expected)),
            ("lower", numbers(&self.lower)),
            ("upper", numbers(&self.upper)),
        ])
    }

    /// One row per incident: `id`, `severity`, `opened`, `closed`, `series` (those of it, with commas), `events`,
    /// `peak_score`, `summary`.
    ///
    /// # Errors
    /// None that a report of a replay meets.
    pub fn incidents_table(&self) -> Result<Table> {
        let each = || self.incidents.iter();
        let members = |incident: &Incident| {
            incident.members.iter().map(|member| member.series.as_str()).collect::<Vec<_>>().join(", ")
        };
        Table::from_columns([
            ("id", each().map(|incident| incident.id).collect::<Vec<_>>().into()),
            ("severity", each().map(|incident| word(incident.severity).to_owned()).collect::<Vec<_>>().into()),
            ("opened", stamps(each().map(|incident| incident.opened))),
            ("closed", stamps(each().map(|incident| incident.closed.unwrap_or(f64::NAN)))),
            ("series", each().map(members).collect::<Vec<_>>().into()),
            ("events", each().map(|incident| incident.events).collect::<Vec<_>>().into()),
            ("peak_score", each().map(|incident| incident.peak_score).collect::<Vec<_>>().into()),
            ("summary", each().map(|incident| incident.summary.clone()).collect::<Vec<_>>().into()),
        ])
    }
}

/// Seconds since 1970 as timestamps; NaN is missing.
fn stamps(seconds: impl Iterator<Item = f64>) -> Column {
    let seconds: Vec<f64> = seconds.collect();
    let values = seconds.iter().map(|seconds| (seconds * 1e6).round() as i64).collect();
    let missing = seconds.iter().map(|seconds| seconds.is_nan()).collect();
    Column::from(Values::Timestamps { values, unit: TimeUnit::Microsecond, zone: None }).with_missing(missing)
}

pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    }
}
