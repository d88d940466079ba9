//! When scores become an incident.
use serde::{Deserialize, Serialize};

use super::incident::Severity;
use super::state::AlertState;
use crate::error::{Result, ensure};

/// The most events that are remembered of a series, one bit each.
const MOST_REMEMBERED: u32 = 64;
/// The most suppressions of a policy.
const MOST_SUPPRESSIONS: usize = 10_000;
/// The longest duration, in seconds: a century or so.
const LONGEST: f64 = 4e9;

/// When scores become an incident, how grave it is, and when it is over.
///
/// An incident opens when [`open_after`](Self::open_after) of the last [`open_within`](Self::open_within) events of a series
/// score [`open_at`](Self::open_at) or more. It closes after [`close_after`](Self::close_after) events in a row below
/// [`close_below`](Self::close_below): what lies between keeps it as it is, so a score that hovers around one limit is one
/// incident and not twenty. Series that become unusual together share an incident. Durations are in seconds; where events have
/// no times, every event counts as one second.
///
/// ```
/// use inlaid::anomaly::{AlertEvent, AlertKind, AlertPolicy};
///
/// let mut alerts = AlertPolicy::default().with_close_after(2).start()?;
/// let mut kinds = Vec::new();
/// for (minute, score) in [0.1, 0.8, 0.4, 0.95, 0.1, 0.2].into_iter().enumerate() {
///     let event = AlertEvent::new("cpu", score).with_time(60.0 * minute as f64).with_value(100.0 * score);
///     kinds.extend(alerts.update(&event)?.into_iter().map(|notice| notice.kind));
/// }
/// assert_eq!(kinds, [AlertKind::Opened, AlertKind::Escalated, AlertKind::Closed]);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AlertPolicy {
    /// From which score on an event is unusual. Default 0.5.
    pub open_at: f64,
    /// Below which score an event is usual again, at most `open_at`. Default 0.3.
    pub close_below: f64,
    /// How many events must be unusual, 1 to `open_within`. Default 1.
    pub open_after: u32,
    /// Among how many of the last events of the series, 1 to 64. Default 1.
    pub open_within: u32,
    /// After how many usual events in a row a series has calmed down, at least 1. Default 3.
    pub close_after: u32,
    /// After how many seconds without any event a series counts as calm, so that its incident can close; 0 is never.
    /// Default 86400, a day.
    pub silent_after: f64,
    /// From which score on an incident is a warning. Default 0.7.
    pub warning_at: f64,
    /// From which score on it is critical, at least `warning_at`. Default 0.9.
    pub critical_at: f64,
    /// For how many seconds after an incident its series open no other, unless it is graver. Default 0.
    pub cool_down: f64,
    /// A series joins an open incident whose last series joined at most so many seconds ago; below 0 is never. Default 300.
    pub group_within: f64,
    /// An incident that lasts so many seconds becomes one step graver, and so again; 0 is never. Default 0.
    pub escalate_after: f64,
    /// When nobody wants to know.
    pub suppressions: Vec<Suppression>,
}

/// A time in which unusual events of some series are counted but open nothing: maintenance, a nightly job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Suppression {
    /// Its begin, in seconds since 1970.
    pub begin: f64,
    /// Its end, in seconds since 1970, after the begin; it does not belong to it.
    pub end: f64,
    /// After how many seconds it comes again, such as 86400 for every day and 604800 for every week; 0 is never. Default 0.
    pub every: f64,
    /// The names of the series; none is all of them. Default none.
    pub series: Vec<String>,
}

impl Suppression {
    /// A suppression of all series between two times in seconds since 1970.
    #[must_use]
    pub fn new(begin: f64, end: f64) -> Self {
        Self { begin, end, ..Self::default() }
    }

    /// After how many seconds it comes again.
    #[must_use]
    pub fn with_every(mut self, every: f64) -> Self {
        self.every = every;
        self
    }

    /// The names of the series.
    #[must_use]
    pub fn with_series(mut self, series: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.series = series.into_iter().map(Into::into).collect();
        self
    }

    fn covers(&self, series: &str, time: f64) -> bool {
        let since = time - self.begin;
        let since = if self.every > 0.0 && since >= 0.0 { since.rem_euclid(self.every) } else { since };
        let meant = self.series.is_empty() || self.series.iter().any(|name| name == series);
        meant && since >= 0.0 && since < self.end - self.begin
    }

    fn validate(&self) -> Result<()> {
        let ordered = self.begin.is_finite() && self.end.is_finite() && self.begin < self.end;
        ensure!(
            ordered,
            InvalidConfig,
            "a suppression must end after its begin, got begin {} and end {}",
            self.begin,
            self.end
        );
        check_duration("every of a suppression", self.every)?;
        ensure!(
            self.every == 0.0 || self.every >= self.end - self.begin,
            InvalidConfig,
            "a suppression of {} seconds cannot come again every {}",
            self.end - self.begin,
            self.every
        );
        Ok(())
    }
}

impl Default for AlertPolicy {
    fn default() -> Self {
        Self {
            open_at: 0.5,
            close_below: 0.3,
            open_after: 1,
            open_within: 1,
            close_after: 3,
            silent_after: 86_400.0,
            warning_at: 0.7,
            critical_at: 0.9,
            cool_down: 0.0,
            group_within: 300.0,
            escalate_after: 0.0,
            suppressions: Vec::new(),
        }
    }
}

/// The methods that set one field each.
macro_rules! with {
    ($($(#[$about:meta])* $name:ident($field:ident: $type:ty);)+) => {
        impl AlertPolicy {
            $($(#[$about])* #[must_use] pub fn $name(mut self, $field: $type) -> Self {
                self.$field = $field;
                self
            })+
        }
    };
}

with! {
    /// From which score on an event is unusual.
    with_open_at(open_at: f64);
    /// Below which score an event is usual again.
    with_close_below(close_below: f64);
    /// How many events must be unusual.
    with_open_after(open_after: u32);
    /// Among how many of the last events.
    with_open_within(open_within: u32);
    /// After how many usual events in a row a series has calmed down.
    with_close_after(close_after: u32);
    /// After how many seconds without any event a series counts as calm.
    with_silent_after(silent_after: f64);
    /// From which score on an incident is a warning.
    with_warning_at(warning_at: f64);
    /// From which score on it is critical.
    with_critical_at(critical_at: f64);
    /// For how many seconds after an incident its series open no other.
    with_cool_down(cool_down: f64);
    /// Within how many seconds series share an incident.
    with_group_within(group_within: f64);
    /// After how many seconds an incident becomes graver.
    with_escalate_after(escalate_after: f64);
    /// When nobody wants to know.
    with_suppressions(suppressions: Vec<Suppression>);
}

impl AlertPolicy {
    /// Begin to watch.
    ///
    /// # Errors
    /// `invalid_config` for a limit that is not finite or in the wrong order, a count or a duration out of range.
    pub fn start(&self) -> Result<AlertState> {
        self.validate()?;
        Ok(AlertState::new(self.clone()))
    }

    pub(in crate::anomaly) fn validate(&self) -> Result<()> {
        for (name, value) in [
            ("open_at", self.open_at),
            ("close_below", self.close_below),
            ("warning_at", self.warning_at),
            ("critical_at", self.critical_at),
        ] {
            ensure!(value.is_finite(), InvalidConfig, "{name} must be a finite score, got {value}");
        }
        ensure!(
            self.close_below <= self.open_at,
            InvalidConfig,
            "close_below must be at most open_at ({}), got {}",
            self.open_at,
            self.close_below
        );
        ensure!(
            self.warning_at <= self.critical_at,
            InvalidConfig,
            "warning_at must be at most critical_at ({}), got {}",
            self.critical_at,
            self.warning_at
        );
        for (name, value, most) in [
            ("open_within", self.open_within, MOST_REMEMBERED),
            ("open_after", self.open_after, self.open_within),
            ("close_after", self.close_after, u32::MAX),
        ] {
            ensure!((1..=most).contains(&value), InvalidConfig, "{name} must be 1 to {most}, got {value}");
        }
        check_duration("silent_after", self.silent_after)?;
        check_duration("cool_down", self.cool_down)?;
        check_duration("escalate_after", self.escalate_after)?;
        check_duration("group_within", self.group_within.max(0.0))?;
        let suppressions = self.suppressions.len();
        ensure!(
            suppressions <= MOST_SUPPRESSIONS,
            TooLarge,
            "a policy has at most {MOST_SUPPRESSIONS} suppressions, got {suppressions}"
        );
        self.suppressions.iter().try_for_each(Suppression::validate)
    }

    pub(super) fn severity(&self, score: f64) -> Severity {
        if score >= self.critical_at {
            Severity::Critical
        } else if score >= self.warning_at {
            Severity::Warning
        } else {
            Severity::Info
        }
    }

    pub(super) fn suppresses(&self, series: &str, time: f64) -> bool {
        self.suppressions.iter().any(|suppression| suppression.covers(series, time))
    }
}

fn check_duration(name: &str, seconds: f64) -> Result<()> {
    ensure!((0.0..=LONGEST).contains(&seconds), InvalidConfig, "{name} must be 0 to {LONGEST} seconds, got {seconds}");
    Ok(())
}
