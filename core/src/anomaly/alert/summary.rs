//! Incidents in plain words.
use std::fmt::Write as _;

use super::incident::{Incident, IncidentMember, Severity};
use crate::data::time::civil::civil_from_days;

const DAY: f64 = 86_400.0;
/// Series that a summary names before it counts them.
const NAMED: usize = 3;
/// The first second of the year 10000, behind which times are written as numbers.
const LATEST: f64 = 253_402_300_800.0;

/// What happened, where and when, with the numbers behind it.
pub(super) fn of(incident: &Incident, timed: bool) -> String {
    let mut text = String::new();
    let word = match incident.severity {
        Severity::Info => "Info",
        Severity::Warning => "Warning",
        Severity::Critical => "Critical",
    };
    let peak = incident.members.iter().max_by(|a, b| a.peak_score.total_cmp(&b.peak_score));
    let _ = write!(text, "{word}: ");
    if let Some(member) = peak {
        describe(member, timed, &mut text);
    }
    let others: Vec<&str> = incident
        .members
        .iter()
        .filter(|member| peak.is_none_or(|peak| peak.series != member.series))
        .map(|member| member.series.as_str())
        .collect();
    if !others.is_empty() {
        let named = others.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let _ = match others.len().saturating_sub(NAMED) {
            0 => write!(text, " Also {named}."),
            more => write!(text, " Also {named} and {more} more."),
        };
    }
    let opened = moment(incident.opened, timed);
    let _ = match incident.closed {
        Some(closed) => {
            let lasted = lasted(closed - incident.opened, timed);
            write!(text, " From {opened} to {} ({lasted}).", moment(closed, timed))
        }
        None => write!(text, " Since {opened}."),
    };
    let plural = if incident.events == 1 { "" } else { "s" };
    let _ = write!(text, " {} unusual event{plural}, highest score {}.", incident.events, number(incident.peak_score));
    text
}

/// `cpu was 97.3 at 2014-02-26 22:05, expected 41.2 (usually 35.1 to 48).`
fn describe(member: &IncidentMember, timed: bool, text: &mut String) {
    let when = moment(member.peak_time, timed);
    let _ = match member.peak_value {
        Some(value) => write!(text, "{} was {} at {when}", member.series, number(value)),
        None => write!(text, "{} was unusual at {when}", member.series),
    };
    if let Some(expected) = member.expected {
        let _ = write!(text, ", expected {}", number(expected));
    }
    if let (Some(lower), Some(upper)) = (member.lower, member.upper) {
        let open = if member.expected.is_some() { " (usually" } else { ", usually" };
        let close = if member.expected.is_some() { ")" } else { "" };
        let _ = write!(text, "{open} {} to {}{close}", number(lower), number(upper));
    }
    text.push('.');
}

/// A time in UTC to the minute, with seconds where it has some; `event 17` where there are no times.
pub(in crate::anomaly) fn moment(seconds: f64, timed: bool) -> String {
    if !timed {
        return format!("event {seconds}");
    }
    if !(-LATEST..LATEST).contains(&seconds) {
        return format!("{seconds} s");
    }
    let days = (seconds / DAY).floor();
    let (year, month, day) = civil_from_days(days as i64);
    let second = (seconds - days * DAY).floor() as u32;
    let clock = format!("{:02}:{:02}", second / 3600, second / 60 % 60);
    match second % 60 {
        0 => format!("{year:04}-{month:02}-{day:02} {clock}"),
        rest => format!("{year:04}-{month:02}-{day:02} {clock}:{rest:02}"),
    }
}

fn lasted(seconds: f64, timed: bool) -> String {
    if !timed {
        return format!("{seconds} events later");
    }
    let whole = seconds.max(0.0).round() as u64;
    let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{whole} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, 0) => format!("{hours} h"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        (_, 0, _) => format!("{days} d"),
        _ => format!("{days} d {hours} h"),
    }
}

/// Four significant digits, without zeros that say nothing.
pub(in crate::anomaly) fn number(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let digits = value.abs().log10().floor();
    if !(-5.0..15.0).contains(&digits) {
        return format!("{value:.3e}");
    }
    let places = (3.0 - digits).max(0.0) as usize;
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
