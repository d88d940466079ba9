//! What people are told.
use serde::{Deserialize, Serialize};

/// How grave an incident is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    #[default]
    Info,
    /// Worth a look today.
    Warning,
    /// Worth waking somebody.
    Critical,
}

impl Severity {
    /// The next graver one; critical stays.
    pub(super) fn raised(self) -> Self {
        match self {
            Severity::Info => Severity::Warning,
            _ => Severity::Critical,
        }
    }
}

/// What happened to an incident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// It begins.
    #[default]
    Opened,
    /// Another series joins it.
    Joined,
    /// It became graver, by a higher score or by lasting.
    Escalated,
    /// It is over.
    Closed,
}

/// A message: what happened, and the incident as it is then.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AlertNotice {
    /// What happened.
    pub kind: AlertKind,
    /// When it happened, in seconds since 1970.
    pub time: f64,
    /// The incident.
    pub incident: Incident,
}

/// A time in which one series, or several at once, were unusual.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Incident {
    /// Its number, 1 for the first.
    pub id: i64,
    /// How grave it is.
    pub severity: Severity,
    /// The first unusual event, in seconds since 1970; the number of the event where events have no times.
    pub opened: f64,
    /// When it was over; none while it lasts.
    pub closed: Option<f64>,
    /// The highest score of any series.
    pub peak_score: f64,
    /// How many events were unusual.
    pub events: i64,
    /// The series, in the order in which they joined.
    pub members: Vec<IncidentMember>,
    /// What happened in plain words, with the numbers behind it.
    pub summary: String,
}

/// One series of an incident.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IncidentMember {
    /// The name of the series.
    pub series: String,
    /// Its first unusual event, in seconds since 1970.
    pub opened: f64,
    /// When it was usual again; none while it is not.
    pub closed: Option<f64>,
    /// How many of its events were unusual.
    pub events: i64,
    /// Its highest score.
    pub peak_score: f64,
    /// When the score was highest, in seconds since 1970.
    pub peak_time: f64,
    /// The value then.
    pub peak_value: Option<f64>,
    /// The value that was expected then.
    pub expected: Option<f64>,
    /// The lower end of the usual band then.
    pub lower: Option<f64>,
    /// The upper end of the usual band then.
    pub upper: Option<f64>,
}
