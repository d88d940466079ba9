//! Ticks of the calendar: seconds since 1970 as years, months, days, hours.
//!
//! Days are counted in the proleptic Gregorian calendar, in UTC, without leap seconds.

use crate::data::time::civil::{civil_from_days, days_from_civil};
use crate::data::time::stamp::{self, Format};
use crate::data::time::step::{self, Clock};
use crate::error::{Code, Error, Result, bail, ensure};

const DAY: i64 = 86_400_000;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The first second of the year 0.
pub(super) const EARLIEST: f64 = -62_167_219_200.0;
/// The first second of the year 10000.
pub(super) const LATEST: f64 = 253_402_300_800.0;

/// The distance between two ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Every {
    /// A divisor of the day, in milliseconds.
    Milliseconds(i64),
    /// Whole days; weeks start on Mondays.
    Days(i64),
    /// A divisor of the year.
    Months(i64),
    /// Whole years.
    Years(i64),
}

/// Every distance that is tried, the finest first.
pub(super) const LADDER: [Every; 41] = {
    use Every::{Days, Milliseconds as Ms, Months, Years};
    [
        Ms(1),
        Ms(2),
        Ms(5),
        Ms(10),
        Ms(20),
        Ms(50),
        Ms(100),
        Ms(200),
        Ms(500),
        Ms(1_000),
        Ms(2_000),
        Ms(5_000),
        Ms(15_000),
        Ms(30_000),
        Ms(60_000),
        Ms(120_000),
        Ms(300_000),
        Ms(900_000),
        Ms(1_800_000),
        Ms(3_600_000),
        Ms(7_200_000),
        Ms(10_800_000),
        Ms(21_600_000),
        Ms(43_200_000),
        Days(1),
        Days(7),
        Days(14),
        Months(1),
        Months(2),
        Months(3),
        Months(6),
        Years(1),
        Years(2),
        Years(5),
        Years(10),
        Years(20),
        Years(50),
        Years(100),
        Years(200),
        Years(500),
        Years(1000),
    ]
};

/// A tick of the calendar: the stamp, what changes from tick to tick, and what it is part of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    /// `06:00`, `14`, `Mar`, `1949`.
    pub(super) label: String,
    /// The day of an hour, the month of a day, the year of a month; empty for years.
    pub(super) within: String,
}

/// The first of a month counted from January of the year 0, in days since 1970-01-01.
fn first_of(month: i64) -> i64 {
    days_from_civil(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1)
}

/// The ticks from `low` to `high` seconds; none where there would be more than `most`.
pub(super) fn ticks(low: f64, high: f64, every: Every, most: usize) -> Option<Vec<Tick>> {
    let from = (low * 1000.0).ceil() as i64;
    let to = (high * 1000.0).floor() as i64;
    // One more than are shown, from the last tick before the start on; counted before any is made.
    let (first, start): (i64, Box<dyn Fn(i64) -> i64>) = match every {
        Every::Milliseconds(step) => (from.div_euclid(step), Box::new(move |n| n * step)),
        // 1969-12-29 was a Monday.
        Every::Days(step) => {
            let shift = if step == 1 { 0 } else { -3 };
            ((from.div_euclid(DAY) - shift).div_euclid(step), Box::new(move |n| (n * step + shift) * DAY))
        }
        Every::Months(step) => {
            let (year, month, _) = civil_from_days(from.div_euclid(DAY));
            ((year * 12 + i64::from(month) - 1).div_euclid(step), Box::new(move |n| first_of(n * step) * DAY))
        }
        Every::Years(step) => {
            let year = civil_from_days(from.div_euclid(DAY)).0;
            (year.div_euclid(step), Box::new(move |n| first_of(n * step * 12) * DAY))
        }
    };
    let mut ticks = Vec::new();
    for n in first.. {
        let at = start(n);
        if at > to {
            break;
        }
        if at >= from {
            if ticks.len() == most {
                return None;
            }
            ticks.push(tick(at, every));
        }
    }
    Some(ticks)
}

/// A tick at milliseconds since 1970.
fn tick(at: i64, every: Every) -> Tick {
    let (day, time) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    let (year, month, number) = civil_from_days(day);
    let name = MONTHS.get((month - 1) as usize).copied().unwrap_or_default();
    let (hour, minute, second, part) = (time / 3_600_000, time / 60_000 % 60, time / 1000 % 60, time % 1000);
    let (label, within) = match every {
        Every::Milliseconds(step) => {
            let label = match step {
                ..1000 => format!("{hour:02}:{minute:02}:{second:02}.{part:03}"),
                1000..60_000 => format!("{hour:02}:{minute:02}:{second:02}"),
                _ => format!("{hour:02}:{minute:02}"),
            };
            (label, format!("{number} {name} {year}"))
        }
        Every::Days(_) => (number.to_string(), format!("{name} {year}")),
        Every::Months(_) => (name.to_owned(), year.to_string()),
        Every::Years(_) => (year.to_string(), String::new()),
    };
    Tick { at: at as f64 / 1000.0, label, within }
}

/// A stamp by itself, as finely as it needs: `1949`, `Mar 1949`, `14 Mar 1949`, `14 Mar 1949 06:00`.
pub(super) fn alone(seconds: f64) -> String {
    let at = (seconds * 1000.0).round() as i64;
    let time = at.rem_euclid(DAY);
    let (_, month, number) = civil_from_days(at.div_euclid(DAY));
    let every = match (time, number, month) {
        (0, 1, 1) => Every::Years(1),
        (0, 1, _) => Every::Months(1),
        (0, ..) => Every::Days(1),
        _ if time % 1000 != 0 => Every::Milliseconds(1),
        _ if time % 60_000 != 0 => Every::Milliseconds(1000),
        _ => Every::Milliseconds(60_000),
    };
    let Tick { label, within, .. } = tick(at, every);
    match every {
        Every::Years(_) => label,
        Every::Milliseconds(_) => format!("{within} {label}"),
        _ => format!("{label} {within}"),
    }
}

/// The `count` stamps that follow on even ones: the same distance, day of every n-th month, or the next business day.
///
/// # Errors
/// `invalid_data` where stamps follow and fewer than two are known, they do not rise, or they are not even.
pub(crate) fn following(stamps: &[f64], count: usize) -> Result<Vec<f64>> {
    const CLOCK: Clock = Clock::Calendar { ticks_per_day: DAY };
    if count == 0 {
        return Ok(Vec::new());
    }
    let known = stamps.len();
    ensure!(known >= 2, InvalidData, "the times of {count} steps ahead cannot be known from {known}; give them too");
    for stamp in stamps {
        let known = (EARLIEST..LATEST).contains(stamp);
        ensure!(known, InvalidData, "times are seconds since 1970 within the years 0 to 9999, got {stamp}");
    }
    let ticks: Vec<i64> = stamps.iter().map(|stamp| (stamp * 1000.0).round() as i64).collect();
    let falls = ticks.windows(2).position(|pair| pair[1] <= pair[0]);
    if let Some(at) = falls {
        bail!(InvalidData, "times must rise, but do not behind position {at} (0-based)");
    }
    let step = step::find(&ticks, CLOCK).map_err(|broken| {
        let usual = broken.usual.describe(CLOCK);
        let place = broken.after;
        let message =
            format!("times are {usual} apart, but not behind position {place} (0-based); give those ahead too");
        Error::new(Code::InvalidData, message)
    })?;
    let last = ticks.last().copied().unwrap_or_default();
    let next = (1..=count).map(|ahead| step.after(last, ahead, CLOCK).map(|tick| tick as f64 / 1000.0));
    next.collect::<Option<_>>().ok_or_else(|| Error::new(Code::InvalidData, "the times ahead leave the calendar"))
}

/// Texts that all are stamps of one kind with a calendar, as seconds since 1970 in UTC.
pub(crate) fn read(labels: &[String]) -> Option<Vec<f64>> {
    let kind = |format: Format| format.join(format).map(|format| std::mem::discriminant(&format));
    let (first, _) = stamp::read(labels.first()?)?;
    let seconds = |label: &String| {
        let (format, at) = stamp::read(label).filter(|(format, _)| kind(*format) == kind(first))?;
        match format.clock() {
            Clock::Number => None,
            Clock::Month => Some(first_of(at) as f64 * 86_400.0),
            Clock::Quarter => Some(first_of(at * 3) as f64 * 86_400.0),
            Clock::Calendar { ticks_per_day } => Some(at as f64 / (ticks_per_day as f64 / 86_400.0)),
        }
    };
    labels.iter().map(seconds).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_those_of_the_years_with_four_digits() {
        let stamp = |year| days_from_civil(year, 1, 1) as f64 * 86_400.0;
        assert_eq!((stamp(0), stamp(10_000)), (EARLIEST, LATEST));
    }

    #[test]
    fn texts_with_a_calendar_are_read() {
        let seconds = |texts: &[&str]| read(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(seconds(&["1970-01", "1970-02"]), Some(vec![0.0, 31.0 * 86_400.0]));
        assert_eq!(seconds(&["1970Q1", "1970Q2"]), Some(vec![0.0, 90.0 * 86_400.0]));
        assert_eq!(seconds(&["1970-01-02", "1970-01-03"]), Some(vec![86_400.0, 172_800.0]));
        assert_eq!(seconds(&["1970-01-01T01:00:00.5"]), Some(vec![3600.5]));
        assert_eq!(seconds(&["1970", "1971"]), None);
        assert_eq!(seconds(&["1970-01", "1970-01-02"]), None);
        assert_eq!(seconds(&["monday"]), None);
        assert_eq!(seconds(&[]), None);
    }

    #[test]
    fn ticks_stand_at_the_start_of_their_unit() {
        let stamp = |y, m, d| days_from_civil(y, m, d) as f64 * 86_400.0;
        let of = |low, high, every| -> Vec<String> {
            let ticks = ticks(low, high, every, 99).unwrap();
            ticks.into_iter().map(|tick| alone(tick.at)).collect()
        };
        assert_eq!(
            of(stamp(1949, 2, 3), stamp(1950, 2, 1), Every::Months(3)),
            ["Apr 1949", "Jul 1949", "Oct 1949", "1950"]
        );
        assert_eq!(
            of(stamp(2024, 2, 27), stamp(2024, 3, 2), Every::Days(1)),
            ["27 Feb 2024", "28 Feb 2024", "29 Feb 2024", "Mar 2024", "2 Mar 2024"]
        );
        // 1 Jan 2024 was a Monday.
        assert_eq!(of(stamp(2023, 12, 30), stamp(2024, 1, 9), Every::Days(7)), ["2024", "8 Jan 2024"]);
        assert_eq!(
            of(stamp(2024, 1, 1), stamp(2024, 1, 2), Every::Milliseconds(43_200_000)),
            ["2024", "1 Jan 2024 12:00", "2 Jan 2024"]
        );
        assert_eq!(of(stamp(1803, 1, 1), stamp(1999, 1, 1), Every::Years(50)), ["1850", "1900", "1950"]);
        assert_eq!(of(-1.5, 0.5, Every::Milliseconds(500)).len(), 5);
    }

    #[test]
    fn stamps_follow_the_calendar() {
        let stamp = |y, m, d| days_from_civil(y, m, d) as f64 * 86_400.0;
        let ends = [stamp(2023, 11, 30), stamp(2023, 12, 31), stamp(2024, 1, 31)];
        assert_eq!(following(&ends, 2).unwrap(), [stamp(2024, 2, 29), stamp(2024, 3, 31)]);
        assert_eq!(
            following(&[stamp(1949, 1, 1), stamp(1949, 4, 1)], 2).unwrap(),
            [stamp(1949, 7, 1), stamp(1949, 10, 1)]
        );
        // 31 days apart twice: still months.
        let summer = [stamp(2023, 7, 1), stamp(2023, 8, 1), stamp(2023, 9, 1)];
        assert_eq!(following(&summer, 1).unwrap(), [stamp(2023, 10, 1)]);
        assert_eq!(following(&[0.0, 3600.0, 7200.0], 2).unwrap(), [10_800.0, 14_400.0]);
        assert_eq!(following(&[0.0, 604_800.0], 1).unwrap(), [1_209_600.0]);
        for odd in [&[0.0, 60.0, 180.0][..], &[0.0], &[5.0, 5.0], &[5.0, 4.0], &[0.0, 1e15]] {
            assert_eq!(following(odd, 1).unwrap_err().code(), Code::InvalidData);
        }
        assert!(following(&[], 0).unwrap().is_empty());
    }

    #[test]
    fn too_many_ticks_are_not_made() {
        assert_eq!(ticks(EARLIEST, LATEST, Every::Milliseconds(1), 20), None);
    }
}
