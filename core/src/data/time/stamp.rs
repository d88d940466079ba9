//! Time stamps as texts: reading them, and writing more in the same way.
use super::civil::{civil_from_days, days_from_civil, days_in_month};
use super::step::Clock;

const MICROSECONDS: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// How the stamps of one series are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `1949`, `-3`, `007`: whole numbers, filled with zeros to the width.
    Number { width: usize },
    /// `1949-01`.
    Month,
    /// `2020Q1` or `2020-Q1`.
    Quarter { dash: bool },
    /// `1949-01-31`.
    Date,
    /// `2020-01-01T05:00:00.250Z`.
    DateTime { separator: u8, seconds: bool, decimals: u8, utc: bool },
}

impl Format {
    /// What one unit of the position is.
    pub(crate) fn clock(self) -> Clock {
        match self {
            Format::Number { .. } => Clock::Number,
            Format::Month => Clock::Month,
            Format::Quarter { .. } => Clock::Quarter,
            Format::Date => Clock::Calendar { ticks_per_day: 1 },
            Format::DateTime { .. } => Clock::Calendar { ticks_per_day: SECONDS_PER_DAY * MICROSECONDS },
        }
    }

    /// The format that fits both, if the two differ only in the decimals of the seconds or the width of the number.
    pub(crate) fn join(self, other: Format) -> Option<Format> {
        match (self, other) {
            (Format::Number { width: a }, Format::Number { width: b }) => Some(Format::Number { width: a.max(b) }),
            (
                Format::DateTime { separator, seconds, decimals: a, utc },
                Format::DateTime { separator: s, seconds: t, decimals: b, utc: u },
            ) if (separator, seconds, utc) == (s, t, u) => {
                Some(Format::DateTime { separator, seconds, decimals: a.max(b), utc })
            }
            (a, b) => (a == b).then_some(a),
        }
    }

    /// Write a position; `None` beyond the years 0 to 9999.
    pub(crate) fn write(self, position: i64) -> Option<String> {
        let year = |year: i64| (0..=9999).contains(&year).then_some(year);
        let date = |days: i64| {
            let (y, month, day) = civil_from_days(days);
            year(y).map(|y| format!("{y:04}-{month:02}-{day:02}"))
        };
        Some(match self {
            Format::Number { width } => format!("{position:0width$}"),
            Format::Month => format!("{:04}-{:02}", year(position.div_euclid(12))?, position.rem_euclid(12) + 1),
            Format::Quarter { dash } => {
                let dash = if dash { "-" } else { "" };
                format!("{:04}{dash}Q{}", year(position.div_euclid(4))?, position.rem_euclid(4) + 1)
            }
            Format::Date => date(position)?,
            Format::DateTime { separator, seconds, decimals, utc } => {
                let second = position.div_euclid(MICROSECONDS);
                let mut text = date(second.div_euclid(SECONDS_PER_DAY))?;
                let of_day = second.rem_euclid(SECONDS_PER_DAY);
                text.push(char::from(separator));
                text.push_str(&format!("{:02}:{:02}", of_day / 3600, of_day / 60 % 60));
                if seconds {
                    text.push_str(&format!(":{:02}", of_day % 60));
                }
                if decimals > 0 {
                    let kept = decimals.min(6);
                    let fraction = position.rem_euclid(MICROSECONDS) / 10_i64.pow(6 - u32::from(kept));
                    text.push_str(&format!(".{fraction:0width$}", width = usize::from(kept)));
                    text.push_str(&"0".repeat(usize::from(decimals - kept)));
                }
                if utc {
                    text.push('Z');
                }
                text
            }
        })
    }
}

/// Read a stamp: how it is written, and its position on the axis of that format.
pub(crate) fn read(text: &str) -> Option<(Format, i64)> {
    let bytes = text.as_bytes();
    if let Some(found) = number(text) {
        return Some(found);
    }
    if !bytes.is_ascii() {
        return None;
    }
    let year = digits(bytes.get(..4)?)?;
    match &bytes[4..] {
        [b'Q', quarter] => Some((Format::Quarter { dash: false }, year * 4 + quarter_of(*quarter)?)),
        [b'-', b'Q', quarter] => Some((Format::Quarter { dash: true }, year * 4 + quarter_of(*quarter)?)),
        [b'-', month @ ..] if month.len() == 2 => Some((Format::Month, year * 12 + month_of(month)? - 1)),
        [b'-', rest @ ..] => {
            let month = month_of(rest.get(..2)?)?;
            let day = digits(rest.get(3..5)?)?;
            let valid = rest[2] == b'-' && (1..=i64::from(days_in_month(year, month as u32))).contains(&day);
            let days = valid.then(|| days_from_civil(year, month as u32, day as u32))?;
            match &rest[5..] {
                [] => Some((Format::Date, days)),
                [separator @ (b'T' | b't' | b' '), clock @ ..] => time_of_day(clock, *separator, days),
                _ => None,
            }
        }
        _ => None,
    }
}

fn number(text: &str) -> Option<(Format, i64)> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let width = if digits.len() > 1 && digits.starts_with('0') { text.len() } else { 0 };
    Some((Format::Number { width }, text.parse().ok()?))
}

fn time_of_day(clock: &[u8], separator: u8, days: i64) -> Option<(Format, i64)> {
    let (clock, utc) = match clock {
        [clock @ .., b'Z' | b'z'] => (clock, true),
        clock => (clock, false),
    };
    let (clock, fraction) = match clock.iter().position(|&byte| byte == b'.') {
        Some(dot) => (&clock[..dot], &clock[dot + 1..]),
        None => (clock, &clock[..0]),
    };
    let (hour, minute, second, seconds) = match clock {
        [h1, h2, b':', m1, m2] if fraction.is_empty() => (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?, 0, false),
        [h1, h2, b':', m1, m2, b':', s1, s2] => {
            (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?, digits(&[*s1, *s2])?, true)
        }
        _ => return None,
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Finer than microseconds only if nothing is there.
    let (kept, beyond) = fraction.split_at(fraction.len().min(6));
    if beyond.iter().any(|&byte| byte != b'0') {
        return None;
    }
    let micros = if kept.is_empty() { 0 } else { digits(kept)? * 10_i64.pow(6 - kept.len() as u32) };
    let decimals = fraction.len().min(9) as u8;
    let second = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    Some((Format::DateTime { separator, seconds, decimals, utc }, second * MICROSECONDS + micros))
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

fn month_of(bytes: &[u8]) -> Option<i64> {
    digits(bytes).filter(|month| (1..=12).contains(month))
}

fn quarter_of(byte: u8) -> Option<i64> {
    (b'1'..=b'4').contains(&byte).then(|| i64::from(byte - b'1'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_written_as_they_were_read() {
        for text in [
            "1949",
            "-3",
            "007",
            "12",
            "0",
            "1949-01",
            "2020Q1",
            "2020-Q4",
            "1949-01-31",
            "2020-02-29",
            "0000-01-01",
            "9999-12-31",
            "2020-01-01T05:00:00",
            "2020-01-01 05:00",
            "1969-12-31T23:59:59Z",
            "2020-01-01T05:00:00.250Z",
            "2020-01-01 05:00:00.000001",
            "0001-01-01T00:00:00",
            "2020-01-01T00:00Z",
            "2020-01-01T05:00:00.000250000",
        ] {
            let (format, position) = read(text).unwrap_or_else(|| panic!("{text} was refused"));
            assert_eq!(format.write(position).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_stamp_is_refused() {
        for text in [
            "",
            "-",
            "x",
            "1949-13",
            "1949-00",
            "2020Q5",
            "2020Q0",
            "2020q1",
            "2021-02-29",
            "2020-01-32",
            "2020-1-1",
            "2020-01-01T",
            "2020-01-01T24:00:00",
            "2020-01-01T05:60",
            "2020-01-01T05:00:60",
            "2020/01/01",
            "01.02.2020",
            "2020-01-01T05:00:00+02:00",
            "2020-01-01T05:00:00.0000001",
            "1.5",
            "١٩٤٩",
            "2020-01-01x",
            "20é0-01",
            "99999999999999999999",
            "2020-01x01",
            "2020-01-01T05.5",
        ] {
            assert_eq!(read(text), None, "{text} was taken");
        }
    }

    #[test]
    fn positions_count_the_units_of_the_format() {
        let position = |text| read(text).unwrap().1;
        assert_eq!(position("1970-01-02"), 1);
        assert_eq!(position("2020-03") - position("2019-12"), 3);
        assert_eq!(position("2020Q1") - position("2019Q4"), 1);
        assert_eq!(position("1970-01-01T00:00:01.5Z"), 1_500_000);
        assert_eq!(position("1969-12-31T23:59"), -60_000_000);
    }

    #[test]
    fn years_of_five_digits_cannot_be_written() {
        let (format, last) = read("9999-12-31").unwrap();
        assert_eq!(format.write(last + 1), None);
        assert_eq!(read("9999-12").unwrap().0.write(120_000), None);
    }

    #[test]
    fn broken_stamps_are_refused_or_read_as_they_would_be_written() {
        let alphabet = b"0123456789-:TQZ. z\xc3\xa9";
        let mut state = 88_172_645_463_325_252_u64;
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) as usize % below
        };
        for seed in ["2020-01-31T05:00:00.250Z", "2020-01-31", "2020-Q1", "1949-01", "-007"] {
            for _ in 0..20_000 {
                let mut bytes = seed.as_bytes().to_vec();
                for _ in 0..=next(3) {
                    let at = next(bytes.len());
                    match next(3) {
                        0 => bytes[at] = alphabet[next(alphabet.len())],
                        1 => bytes.insert(at, alphabet[next(alphabet.len())]),
                        _ => bytes.truncate(at.max(1)),
                    }
                }
                let text = String::from_utf8_lossy(&bytes);
                if let Some((format, position)) = read(&text) {
                    let written = format.write(position).unwrap();
                    assert_eq!(read(&written).unwrap().1, position, "{text} became {written}");
                }
            }
        }
    }
}
