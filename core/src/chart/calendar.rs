//! Ticks of the calendar: seconds since 1970 as years, months, days, hours.
//!
//! Days are counted in the proleptic Gregorian calendar, in UTC, without leap seconds. The conversion between days and
//! dates counts in years that start in March, so that the leap day comes last; a 400-year cycle has 146,097 days.

use crate::error::{Result, bail, ensure};

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

/// Days since 1970-01-01 of a date.
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let cycle = year.div_euclid(400);
    let year_of_cycle = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    cycle * 146_097 + year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year - 719_468
}

/// Year, month 1 to 12 and day 1 to 31 of days since 1970-01-01.
pub(super) fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let cycle = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let civil_month = if month < 10 { month + 3 } else { month - 9 };
    (cycle * 400 + year + i64::from(civil_month <= 2), civil_month, day_of_year - (153 * month + 2) / 5 + 1)
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
            let (year, month, _) = date(from.div_euclid(DAY));
            let start = move |n: i64| days((n * step).div_euclid(12), (n * step).rem_euclid(12) + 1, 1) * DAY;
            ((year * 12 + month - 1).div_euclid(step), Box::new(start))
        }
        Every::Years(step) => {
            let year = date(from.div_euclid(DAY)).0;
            (year.div_euclid(step), Box::new(move |n| days(n * step, 1, 1) * DAY))
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
    let (year, month, number) = date(day);
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
    let (_, month, number) = date(at.div_euclid(DAY));
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

/// The `count` stamps that follow on even ones: the same distance, or the same day of every n-th month.
///
/// A day that a month does not have becomes its last one, so that month ends follow on month ends.
///
/// # Errors
/// `invalid_data` where stamps follow and fewer than two are known, or they are not even.
pub(crate) fn following(stamps: &[f64], count: usize) -> Result<Vec<f64>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let (Some(&first), Some(&second), Some(&last)) = (stamps.first(), stamps.get(1), stamps.last()) else {
        bail!(InvalidData, "times of {count} more steps cannot be known from fewer than 2; give them too");
    };
    for stamp in stamps {
        let known = (EARLIEST..LATEST).contains(stamp);
        ensure!(known, InvalidData, "times are seconds since 1970 within the years 0 to 9999, got {stamp}");
    }
    let step = second - first;
    let even = |at: usize, stamp: f64| (first + step * at as f64 - stamp).abs() <= 0.001;
    if step > 0.0 && stamps.iter().enumerate().all(|(at, &stamp)| even(at, stamp)) {
        // A month or a year may look like days where few stamps are known; the calendar decides first.
        if let Some(next) = months(stamps, count).filter(|_| step >= 28.0 * 86_400.0) {
            return Ok(next);
        }
        return Ok((1..=count).map(|ahead| last + step * ahead as f64).collect());
    }
    let Some(next) = months(stamps, count) else {
        bail!(InvalidData, "the times are not even; give those of the {count} steps ahead too");
    };
    Ok(next)
}

/// [`following`] for the same day of every n-th month.
fn months(stamps: &[f64], count: usize) -> Option<Vec<f64>> {
    let parts = |stamp: f64| {
        let (year, month, day) = date((stamp / 86_400.0).floor() as i64);
        (year * 12 + month - 1, day, stamp.rem_euclid(86_400.0))
    };
    let (start, _, time) = parts(*stamps.first()?);
    let step = parts(*stamps.get(1)?).0 - start;
    let wanted = stamps.iter().map(|&stamp| parts(stamp).1).max()?;
    let stamp = |at: usize| {
        let month = start + step * at as i64;
        let first_day = |month: i64| days(month.div_euclid(12), month.rem_euclid(12) + 1, 1);
        let day = wanted.min(first_day(month + 1) - first_day(month));
        (first_day(month) + day - 1) as f64 * 86_400.0 + time
    };
    let even = step > 0 && stamps.iter().enumerate().all(|(at, &known)| (stamp(at) - known).abs() <= 0.001);
    even.then(|| (stamps.len()..stamps.len() + count).map(stamp).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree_over_ten_thousand_years() {
        let (mut year, mut month, mut day) = (0, 1, 1);
        let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for number in days(0, 1, 1)..days(10_000, 1, 1) {
            assert_eq!(date(number), (year, month, day));
            assert_eq!(days(year, month, day), number);
            let length = [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month as usize - 1];
            day += 1;
            if day > length {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        assert_eq!((days(1970, 1, 1), days(2000, 3, 1)), (0, 11_017));
        assert_eq!((days(0, 1, 1) as f64 * 86_400.0, days(10_000, 1, 1) as f64 * 86_400.0), (EARLIEST, LATEST));
    }

    #[test]
    fn ticks_stand_at_the_start_of_their_unit() {
        let stamp = |y, m, d| days(y, m, d) as f64 * 86_400.0;
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
        let stamp = |y, m, d| days(y, m, d) as f64 * 86_400.0;
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
            assert_eq!(following(odd, 1).unwrap_err().code(), crate::Code::InvalidData);
        }
        assert!(following(&[], 0).unwrap().is_empty());
    }

    #[test]
    fn too_many_ticks_are_not_made() {
        assert_eq!(ticks(EARLIEST, LATEST, Every::Milliseconds(1), 20), None);
    }
}
