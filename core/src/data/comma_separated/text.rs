//! Cells as texts, in the one way that reads back to the same value.
use crate::data::table::{Column, TimeUnit, Values};
use crate::data::time::stamp::Format;

/// The text of a cell, empty where it is missing or NaN; `None` for a date beyond the years 0 to 9999.
pub(crate) fn cell(column: &Column, row: usize) -> Option<String> {
    if column.missing.as_ref().is_some_and(|missing| missing[row]) {
        return Some(String::new());
    }
    match &column.values {
        Values::Floats(values) if values[row].is_nan() => Some(String::new()),
        Values::Floats(values) => Some(format!("{:?}", values[row])),
        Values::Integers(values) => Some(values[row].to_string()),
        Values::Booleans(values) => Some(values[row].to_string()),
        Values::Texts(values) => Some(values[row].clone()),
        Values::Dates(values) => Format::Date.write(values[row].into()),
        Values::Timestamps { values, unit, zone } => instant(values[row], *unit, zone.is_some()),
    }
}

/// A timestamp with as many decimals as its unit has.
fn instant(value: i64, unit: TimeUnit, utc: bool) -> Option<String> {
    let (microseconds, decimals) = match unit {
        TimeUnit::Second => (value.checked_mul(1_000_000)?, 0),
        TimeUnit::Millisecond => (value.checked_mul(1_000)?, 3),
        TimeUnit::Microsecond => (value, 6),
        TimeUnit::Nanosecond => (value.div_euclid(1_000), 6),
    };
    let plain = Format::DateTime { separator: b'T', seconds: true, decimals, utc: false }.write(microseconds)?;
    let below = if unit == TimeUnit::Nanosecond { format!("{:03}", value.rem_euclid(1_000)) } else { String::new() };
    Some(plain + &below + if utc { "Z" } else { "" })
}
