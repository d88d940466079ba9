//! Weekly hours as minutes, and how much of one another they cover.
use crate::error::{Result, bail, ensure};

/// Minutes of a day and of a week.
const DAY: u32 = 1440;
const WEEK: u32 = 7 * DAY;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Parts of a week or of a line, ascending, disjoint, from start (inclusive) to end (exclusive).
pub(super) type Parts = Vec<(u32, u32)>;

/// Read `mon 09:00-17:00; tue-thu 10:00-12:30; sat 22:00-02:00`; hours that end before they begin end on the next day.
pub(super) fn weekly(text: &str) -> Result<Parts> {
    let mut parts = Vec::new();
    for window in text.split([';', ',']).map(str::trim).filter(|window| !window.is_empty()) {
        let Some((days, hours)) = window.split_once(char::is_whitespace) else {
            bail!(InvalidData, "\"{window}\" is not a day and hours such as mon 09:00-17:00")
        };
        let (first, last) = match days.split_once('-') {
            Some((first, last)) => (day(first, window)?, day(last, window)?),
            None => (day(days, window)?, day(days, window)?),
        };
        let Some((start, end)) = hours.trim().split_once('-') else {
            bail!(InvalidData, "\"{window}\" has no hours such as 09:00-17:00")
        };
        let (start, end) = (minute(start, window)?, minute(end, window)?);
        ensure!(start < DAY, InvalidData, "\"{window}\" begins at 24:00; write 00:00 of the next day");
        let length = if end > start { end - start } else { end + DAY - start };
        for at in 0..=(last + 7 - first) % 7 {
            let from = ((first + at) % 7) * DAY + start;
            let to = from + length;
            parts.push((from, to.min(WEEK)));
            if to > WEEK {
                parts.push((0, to - WEEK));
            }
        }
    }
    Ok(merged(parts))
}

fn day(text: &str, window: &str) -> Result<u32> {
    let lower = text.trim().to_ascii_lowercase();
    match DAYS.iter().position(|day| lower.starts_with(day)) {
        Some(day) => Ok(day as u32),
        None => {
            bail!(InvalidData, "\"{text}\" in \"{window}\" is not a day; days are mon, tue, wed, thu, fri, sat, sun")
        }
    }
}

fn minute(text: &str, window: &str) -> Result<u32> {
    let read =
        |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit()));
    let parts = text.trim().split_once(':').and_then(|(hours, minutes)| Some((read(hours)?, read(minutes)?)));
    match parts {
        Some((hours, minutes)) if minutes < 60 && hours * 60 + minutes <= DAY => Ok(hours * 60 + minutes),
        _ => bail!(InvalidData, "\"{}\" in \"{window}\" is not a time from 00:00 to 24:00", text.trim()),
    }
}

fn merged(mut parts: Parts) -> Parts {
    parts.sort_unstable();
    let mut all: Parts = Vec::with_capacity(parts.len());
    for (start, end) in parts {
        match all.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => all.push((start, end)),
        }
    }
    all
}

/// How long parts are together.
pub(super) fn length(parts: &[(u32, u32)]) -> u32 {
    parts.iter().map(|(start, end)| end - start).sum()
}

/// How long both are on together.
pub(super) fn shared(a: &[(u32, u32)], b: &[(u32, u32)]) -> u32 {
    let (mut i, mut j, mut total) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (start, end) = (a[i].0.max(b[j].0), a[i].1.min(b[j].1));
        total += end.saturating_sub(start);
        if a[i].1 < b[j].1 { i += 1 } else { j += 1 }
    }
    total
}
