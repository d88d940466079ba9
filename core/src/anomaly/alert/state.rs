//! A policy at work.
use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::incident::{AlertKind, AlertNotice, Incident, IncidentMember, Severity};
use super::policy::AlertPolicy;
use super::summary;
use crate::error::{Result, bail, ensure};
use crate::store::{self, Stored};

/// The most series of one state.
const MOST_SERIES: usize = 1_000_000;
/// The most series of one incident; the next opens another.
const MOST_MEMBERS: usize = 1000;
/// The longest name of a series in bytes.
const LONGEST_NAME: usize = 1000;
/// Times lie within so many seconds of 1970: those of 64 bits in nanoseconds.
pub(in crate::anomaly) const FARTHEST: f64 = 9.2e9;

/// One scored event of one series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AlertEvent {
    /// The name of the series, at most 1000 bytes.
    pub series: String,
    /// How strange the event is; none where that is not known, which changes nothing.
    pub score: Option<f64>,
    /// The score by which an incident that is open goes on or calms down, for detectors that keep quiet after an alarm.
    /// Default: the score.
    #[serde(default)]
    pub raw: Option<f64>,
    /// When it was, in seconds since 1970. Default: one second after the last event.
    #[serde(default)]
    pub time: Option<f64>,
    /// The value. Default none.
    #[serde(default)]
    pub value: Option<f64>,
    /// The value that was expected. Default none.
    #[serde(default)]
    pub expected: Option<f64>,
    /// The lower end of the usual band. Default none.
    #[serde(default)]
    pub lower: Option<f64>,
    /// The upper end of the usual band. Default none.
    #[serde(default)]
    pub upper: Option<f64>,
}

impl AlertEvent {
    /// An event of the series with a score.
    #[must_use]
    pub fn new(series: impl Into<String>, score: f64) -> Self {
        Self { series: series.into(), score: Some(score), ..Self::default() }
    }

    /// When it was, in seconds since 1970.
    #[must_use]
    pub fn with_time(mut self, time: f64) -> Self {
        self.time = Some(time);
        self
    }

    /// The value.
    #[must_use]
    pub fn with_value(mut self, value: f64) -> Self {
        self.value = Some(value);
        self
    }

    /// The score by which an incident that is open goes on or calms down.
    #[must_use]
    pub fn with_raw(mut self, raw: f64) -> Self {
        self.raw = Some(raw);
        self
    }

    /// The value that was expected, and the ends of the usual band.
    #[must_use]
    pub fn with_band(mut self, expected: Option<f64>, lower: Option<f64>, upper: Option<f64>) -> Self {
        (self.expected, self.lower, self.upper) = (expected, lower, upper);
        self
    }
}

/// What is known of one series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Watched {
    /// Which of the last events were unusual, the last in the lowest bit.
    recent: u64,
    /// The first of those.
    since: f64,
    /// Usual events in a row.
    calm: u32,
    /// The time of the last event.
    last: f64,
    /// The open incident that it belongs to.
    incident: Option<i64>,
    /// Until when it opens no incident that is not graver than the last.
    quiet_until: Option<f64>,
    quiet: Severity,
}

/// An incident that is not over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Open {
    incident: Incident,
    /// When the last series joined.
    joined: f64,
    /// Since when it has not become graver by lasting.
    grave_since: f64,
}

/// A policy at work: scored events in, notices out, saved at any time.
///
/// Memory grows with the number of series and of open incidents only; incidents that are over are given out once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertState {
    policy: AlertPolicy,
    /// The latest time of any event.
    clock: Option<f64>,
    timed: bool,
    last_id: i64,
    series: BTreeMap<String, Watched>,
    /// By number.
    open: BTreeMap<i64, Open>,
    /// Unusual events that a suppression or a cool-down kept from opening anything.
    suppressed: u64,
    cooled: u64,
}

impl AlertState {
    pub(super) fn new(policy: AlertPolicy) -> Self {
        Self {
            policy,
            clock: None,
            timed: false,
            last_id: 0,
            series: BTreeMap::new(),
            open: BTreeMap::new(),
            suppressed: 0,
            cooled: 0,
        }
    }

    /// The incidents that are not over, the oldest first.
    #[must_use]
    pub fn open_incidents(&self) -> Vec<Incident> {
        self.open.values().map(|open| self.shown(&open.incident)).collect()
    }

    /// How many unusual events a suppression kept from opening anything.
    #[must_use]
    pub fn suppressed(&self) -> u64 {
        self.suppressed
    }

    /// How many unusual events a cool-down kept from opening anything.
    #[must_use]
    pub fn cooled(&self) -> u64 {
        self.cooled
    }

    /// Take an event of a series, and tell what it causes: notices of this incident and, as time goes on, of others.
    ///
    /// Events of all series should come in the order of time. One that comes late is judged as if it came now.
    ///
    /// # Errors
    /// `invalid_data` for a name that is too long, or a time that is not finite or farther than 292 years from 1970;
    /// `too_large` above 1,000,000 series. Nothing is changed then.
    pub fn update(&mut self, event: &AlertEvent) -> Result<Vec<AlertNotice>> {
        self.take(&event.series, event)
    }

    /// [`update`](Self::update) with the name beside the event.
    pub(in crate::anomaly) fn take(&mut self, series: &str, event: &AlertEvent) -> Result<Vec<AlertNotice>> {
        self.admit(series, event.time)?;
        let time = event.time.unwrap_or_else(|| self.clock.map_or(0.0, |clock| clock + 1.0));
        self.timed |= event.time.is_some();
        let before = self.clock;
        let now = before.map_or(time, |clock| clock.max(time));
        self.clock = Some(now);
        let mut notices = Vec::new();
        if before.is_some_and(|before| now > before) {
            self.go_on(now, &mut notices);
        }
        let watched = self.series.entry(series.to_owned()).or_default();
        watched.last = now;
        let Some(score) = event.score.filter(|score| !score.is_nan()) else { return Ok(notices) };
        let going_on = event.raw.filter(|raw| !raw.is_nan()).unwrap_or(score);
        let hot = if watched.incident.is_some() { going_on } else { score } >= self.policy.open_at;
        if hot && self.policy.suppresses(series, time) {
            watched.recent = 0;
            self.suppressed += 1;
        } else if let Some(id) = watched.incident {
            self.follow(id, series, event, going_on, time, &mut notices);
        } else {
            self.consider(series, event, score, time, &mut notices);
        }
        Ok(notices)
    }

    pub(in crate::anomaly) fn admit(&self, series: &str, time: Option<f64>) -> Result<()> {
        let length = series.len();
        ensure!(
            length <= LONGEST_NAME,
            InvalidData,
            "the name of a series has at most {LONGEST_NAME} bytes, this one has {length}"
        );
        if let Some(time) = time {
            ensure!(
                time.abs() <= FARTHEST,
                InvalidData,
                "the time of an event must lie within {FARTHEST} seconds of 1970, got {time}"
            );
        }
        ensure!(
            self.series.len() < MOST_SERIES || self.series.contains_key(series),
            TooLarge,
            "there are {MOST_SERIES} series already"
        );
        Ok(())
    }

    /// What time alone does to open incidents: those that last become graver, and silent series calm down.
    fn go_on(&mut self, now: f64, notices: &mut Vec<AlertNotice>) {
        let Self { policy, open, .. } = self;
        let mut graver = Vec::new();
        if policy.escalate_after > 0.0 {
            for open in open.values_mut() {
                while open.incident.severity < Severity::Critical && now - open.grave_since >= policy.escalate_after {
                    open.grave_since += policy.escalate_after;
                    open.incident.severity = open.incident.severity.raised();
                    graver.push(open.incident.id);
                }
            }
        }
        graver.dedup();
        for id in graver {
            self.tell(AlertKind::Escalated, id, now, notices);
        }
        if self.policy.silent_after > 0.0 {
            let silent: Vec<(i64, String, f64)> = self
                .open
                .iter()
                .flat_map(|(id, open)| open.incident.members.iter().map(|member| (*id, member)))
                .filter(|(_, member)| member.closed.is_none())
                .filter_map(|(id, member)| {
                    let last = self.series.get(&member.series)?.last;
                    (now - last >= self.policy.silent_after).then(|| (id, member.series.clone(), last))
                })
                .collect();
            for (id, series, last) in silent {
                self.calm_down(id, &series, last, notices);
            }
        }
    }

    /// A series without an incident.
    fn consider(&mut self, series: &str, event: &AlertEvent, score: f64, time: f64, notices: &mut Vec<AlertNotice>) {
        let hot = score >= self.policy.open_at;
        let severity = self.policy.severity(score);
        let Some(watched) = self.series.get_mut(series) else { return };
        let kept = u64::MAX >> (64 - self.policy.open_within.clamp(1, 64));
        let before = (watched.recent << 1) & kept;
        if before == 0 {
            watched.since = time;
        }
        watched.recent = before | u64::from(hot);
        if !hot || watched.recent.count_ones() < self.policy.open_after {
            return;
        }
        if watched.quiet_until.is_some_and(|until| time < until) && severity <= watched.quiet {
            self.cooled += 1;
            return;
        }
        let unusual = i64::from(watched.recent.count_ones());
        let member = IncidentMember { opened: watched.since, events: unusual, ..peak(series, event, score, time) };
        (watched.recent, watched.calm) = (0, 0);
        let joins = |open: &&mut Open| {
            time - open.joined <= self.policy.group_within && open.incident.members.len() < MOST_MEMBERS
        };
        let together = self.open.values_mut().rev().find(joins);
        let (kind, id) = match together {
            Some(open) => {
                open.joined = time;
                open.incident.events += unusual;
                open.incident.opened = open.incident.opened.min(member.opened);
                open.incident.peak_score = open.incident.peak_score.max(score);
                open.incident.severity = open.incident.severity.max(severity);
                open.incident.members.push(member);
                (AlertKind::Joined, open.incident.id)
            }
            None => {
                self.last_id += 1;
                let incident = Incident {
                    id: self.last_id,
                    severity,
                    opened: member.opened,
                    closed: None,
                    peak_score: score,
                    events: unusual,
                    members: vec![member],
                    summary: String::new(),
                };
                self.open.insert(self.last_id, Open { incident, joined: time, grave_since: time });
                (AlertKind::Opened, self.last_id)
            }
        };
        if let Some(watched) = self.series.get_mut(series) {
            watched.incident = Some(id);
        }
        self.tell(kind, id, time, notices);
    }

    /// A series that belongs to an open incident.
    fn follow(
        &mut self,
        id: i64,
        series: &str,
        event: &AlertEvent,
        score: f64,
        time: f64,
        notices: &mut Vec<AlertNotice>,
    ) {
        let Some(watched) = self.series.get_mut(series) else { return };
        let Some(open) = self.open.get_mut(&id) else { return };
        let Some(member) = open.incident.members.iter_mut().find(|member| member.series == series) else { return };
        if score < self.policy.close_below {
            watched.calm = watched.calm.saturating_add(1);
            if watched.calm >= self.policy.close_after && member.closed.is_none() {
                self.calm_down(id, series, time, notices);
            }
            return;
        }
        watched.calm = 0;
        if score < self.policy.open_at {
            return;
        }
        member.closed = None;
        member.events += 1;
        open.incident.events += 1;
        if score > member.peak_score {
            let kept = (member.opened, member.events);
            *member = peak(series, event, score, time);
            (member.opened, member.events) = kept;
        }
        open.incident.peak_score = open.incident.peak_score.max(score);
        let severity = self.policy.severity(score);
        if severity > open.incident.severity {
            open.incident.severity = severity;
            open.grave_since = time;
            self.tell(AlertKind::Escalated, id, time, notices);
        }
    }

    /// A series is usual again; the incident is over when all its series are.
    fn calm_down(&mut self, id: i64, series: &str, time: f64, notices: &mut Vec<AlertNotice>) {
        let Some(Open { incident, .. }) = self.open.get_mut(&id) else { return };
        for member in incident.members.iter_mut().filter(|member| member.series == series) {
            member.closed = Some(time.max(member.opened));
        }
        if incident.members.iter().any(|member| member.closed.is_none()) {
            return;
        }
        // A late event must not close it before it began.
        let closed = incident.members.iter().filter_map(|member| member.closed).fold(incident.opened, f64::max);
        incident.closed = Some(closed);
        self.tell(AlertKind::Closed, id, closed, notices);
        let Some(Open { incident, .. }) = self.open.remove(&id) else { return };
        for member in &incident.members {
            if let Some(watched) = self.series.get_mut(&member.series) {
                (watched.incident, watched.recent, watched.calm) = (None, 0, 0);
                watched.quiet_until = (self.policy.cool_down > 0.0).then_some(closed + self.policy.cool_down);
                watched.quiet = incident.severity;
            }
        }
    }

    fn tell(&self, kind: AlertKind, id: i64, time: f64, notices: &mut Vec<AlertNotice>) {
        if let Some(open) = self.open.get(&id) {
            notices.push(AlertNotice { kind, time, incident: self.shown(&open.incident) });
        }
    }

    fn shown(&self, incident: &Incident) -> Incident {
        let mut incident = incident.clone();
        incident.summary = summary::of(&incident, self.timed);
        incident
    }

    /// The state as bytes: versioned, checksummed.
    ///
    /// # Errors
    /// As [`store::to_bytes`].
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        store::to_bytes(self)
    }

    /// The state that [`to_bytes`](Self::to_bytes) gave.
    ///
    /// # Errors
    /// As [`store::from_bytes`]: `incompatible` for damaged bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        store::from_bytes(bytes)
    }

    /// Save the state to a file, which is replaced as a whole or not at all.
    ///
    /// # Errors
    /// As [`store::save`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        store::save(self, path)
    }

    /// The state in a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// As [`store::load`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        store::load(path)
    }
}

/// A member whose peak is this event.
fn peak(series: &str, event: &AlertEvent, score: f64, time: f64) -> IncidentMember {
    IncidentMember {
        series: series.to_owned(),
        opened: time,
        closed: None,
        events: 1,
        peak_score: score,
        peak_time: time,
        peak_value: event.value.filter(|value| value.is_finite()),
        expected: event.expected,
        lower: event.lower,
        upper: event.upper,
    }
}

impl Stored for AlertState {
    const KIND: &'static str = "anomaly.AlertState";
    const VERSION: u32 = 1;

    fn check(&self) -> Result<()> {
        self.policy.validate()?;
        ensure!(self.series.len() <= MOST_SERIES, InvalidData, "the state has {} series", self.series.len());
        let known = |time: f64| time.abs() <= FARTHEST + 1.0;
        for (name, watched) in &self.series {
            let sound = name.len() <= LONGEST_NAME
                && known(watched.since)
                && known(watched.last)
                && watched.quiet_until.is_none_or(f64::is_finite);
            ensure!(sound, InvalidData, "the series \"{name}\" is broken");
            ensure!(
                watched.incident.is_none_or(|id| self.open.contains_key(&id)),
                InvalidData,
                "the series \"{name}\" has an incident that is gone"
            );
        }
        ensure!(self.clock.is_none_or(known), InvalidData, "the clock is at {:?}", self.clock);
        for (id, Open { incident, joined, grave_since }) in &self.open {
            let members = &incident.members;
            let sound = incident.id == *id
                && (1..=self.last_id).contains(id)
                && self.last_id < i64::MAX / 2
                && (0..i64::MAX / 2).contains(&incident.events)
                && [incident.opened, *joined, *grave_since].into_iter().all(known)
                && !members.is_empty()
                && members.iter().all(|member| self.series.contains_key(&member.series) && known(member.opened))
                && members.iter().all(|member| (0..i64::MAX / 2).contains(&member.events));
            if !sound {
                bail!(InvalidData, "incident {} is broken", incident.id);
            }
        }
        Ok(())
    }
}
