//! A column of time stamps, and the axis of one series in it.
use std::sync::Arc;

use arrow_array::types::*;
use arrow_array::{ArrayRef, ArrowPrimitiveType, Float32Array, Float64Array, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};

use super::stamp::{self, Format};
use super::step::{self, Break, Clock, Step};
use crate::data::table::{Table, is_text, text_array};
use crate::error::{Code, Error, Result, bail};

const TEXTS: &str = "1949, 1949-01, 2020Q1, 1949-01-31 or 2020-01-01T05:00:00";

/// The time stamps of every row of a table.
#[derive(Clone, Debug)]
pub(crate) struct TimeColumn<'t> {
    name: &'t str,
    kind: DataType,
    cells: Cells<'t>,
}

#[derive(Clone, Debug)]
enum Cells<'t> {
    /// Every series may be written in its own way.
    Texts(Vec<Option<&'t str>>),
    Positions {
        values: Vec<Option<i64>>,
        clock: Clock,
        /// Added to a position in UTC to get local time.
        offset: i64,
    },
}

/// The time axis of one series: strictly ascending stamps that keep a step.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    stamps: Vec<i64>,
    clock: Clock,
    writing: Writing,
    /// Absent for a single stamp.
    step: Option<Step>,
}

/// How a position becomes a cell again.
#[derive(Clone, Debug)]
enum Writing {
    Text(Format),
    Position { offset: i64, lowest: i64, highest: i64 },
}

/// Cells to be written in the type of the column that was read.
#[derive(Clone, Debug)]
pub(crate) enum Stamps {
    Texts(Vec<String>),
    Positions(Vec<i64>),
}

impl Stamps {
    /// The first cell so many times.
    pub(crate) fn repeated(self, count: usize) -> Self {
        match self {
            Stamps::Texts(texts) => {
                Stamps::Texts(texts.first().map_or_else(Vec::new, |text| vec![text.clone(); count]))
            }
            Stamps::Positions(stamps) => {
                Stamps::Positions(stamps.first().map_or_else(Vec::new, |stamp| vec![*stamp; count]))
            }
        }
    }
}

impl<'t> TimeColumn<'t> {
    /// The column of that name.
    pub(crate) fn of(table: &'t Table, name: &'t str) -> Result<Self> {
        let kind = table.kind(name)?;
        let cells = match kind {
            kind if is_text(kind) => Cells::Texts(table.texts(name)?),
            kind if kind.is_integer() || kind.is_floating() => {
                Cells::Positions { values: table.integers(name)?, clock: Clock::Number, offset: 0 }
            }
            DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => calendar(table, name, kind)?,
            other => bail!(
                InvalidData,
                "column \"{name}\" has type {other}; times may be integers, dates, timestamps or texts such as {TEXTS}"
            ),
        };
        Ok(Self { name, kind: kind.clone(), cells })
    }

    /// The axis of the series whose rows these are, and their order in time where it is another.
    pub(crate) fn axis(&self, rows: &[usize]) -> Result<(Axis, Option<Vec<usize>>)> {
        let (mut stamps, clock, writing) = match &self.cells {
            Cells::Texts(texts) => self.read(texts, rows)?,
            Cells::Positions { values, clock, offset } => {
                let stamps = rows.iter().map(|&row| values[row].map(|value| value.saturating_add(*offset)));
                let (lowest, highest) = range(&self.kind);
                let stamps: Option<Vec<i64>> = stamps.collect();
                let Some(stamps) = stamps else { return Err(self.missing(rows, |row| values[row].is_none())) };
                (stamps, *clock, Writing::Position { offset: *offset, lowest, highest })
            }
        };
        let order = (!stamps.is_sorted()).then(|| {
            let mut order: Vec<usize> = (0..rows.len()).collect();
            order.sort_by_key(|&row| stamps[row]);
            stamps = order.iter().map(|&row| stamps[row]).collect();
            order.into_iter().map(|row| rows[row]).collect()
        });
        let mut axis = Axis { stamps, clock, writing, step: None };
        if let Some(pair) = axis.stamps.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!(InvalidData, "{} {} stands twice; keep one row per time", self.name, axis.show(pair[0]));
        }
        if axis.stamps.len() > 1 {
            axis.step = Some(step::find(&axis.stamps, clock).map_err(|found| self.irregular(&axis, found))?);
        }
        Ok((axis, order))
    }

    /// Cells as an array of the type that was read; a dictionary of texts becomes plain texts.
    pub(crate) fn array(&self, cells: Vec<Stamps>) -> Result<ArrayRef> {
        let mut texts: Vec<String> = Vec::new();
        let mut positions: Vec<i64> = Vec::new();
        for part in cells {
            match part {
                Stamps::Texts(mut part) => texts.append(&mut part),
                Stamps::Positions(mut part) => positions.append(&mut part),
            }
        }
        fn of<T: ArrowPrimitiveType>(positions: Vec<i64>, kind: &DataType) -> Result<ArrayRef>
        where
            T::Native: TryFrom<i64>,
        {
            let cells = positions.into_iter().map(|position| T::Native::try_from(position).ok());
            let cells: Option<Vec<_>> = cells.collect();
            let cells = cells.ok_or_else(|| Error::new(Code::Internal, "a time stamp left the range of its column"))?;
            Ok(Arc::new(PrimitiveArray::<T>::new(cells.into(), None).with_data_type(kind.clone())))
        }
        let kind = &self.kind;
        match kind {
            DataType::Int8 => of::<Int8Type>(positions, kind),
            DataType::Int16 => of::<Int16Type>(positions, kind),
            DataType::Int32 => of::<Int32Type>(positions, kind),
            DataType::Int64 => of::<Int64Type>(positions, kind),
            DataType::UInt8 => of::<UInt8Type>(positions, kind),
            DataType::UInt16 => of::<UInt16Type>(positions, kind),
            DataType::UInt32 => of::<UInt32Type>(positions, kind),
            DataType::UInt64 => of::<UInt64Type>(positions, kind),
            DataType::Date32 => of::<Date32Type>(positions, kind),
            DataType::Date64 => of::<Date64Type>(positions, kind),
            DataType::Timestamp(TimeUnit::Second, _) => of::<TimestampSecondType>(positions, kind),
            DataType::Timestamp(TimeUnit::Millisecond, _) => of::<TimestampMillisecondType>(positions, kind),
            DataType::Timestamp(TimeUnit::Microsecond, _) => of::<TimestampMicrosecondType>(positions, kind),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => of::<TimestampNanosecondType>(positions, kind),
            DataType::Float32 => {
                Ok(Arc::new(positions.into_iter().map(|position| Some(position as f32)).collect::<Float32Array>()))
            }
            kind if kind.is_floating() => {
                Ok(Arc::new(positions.into_iter().map(|position| Some(position as f64)).collect::<Float64Array>()))
            }
            kind => text_array(kind, texts.iter().map(String::as_str)),
        }
    }

    fn read(&self, texts: &[Option<&str>], rows: &[usize]) -> Result<(Vec<i64>, Clock, Writing)> {
        let mut written: Option<(Format, &str)> = None;
        let mut stamps = Vec::with_capacity(rows.len());
        for &row in rows {
            let Some(text) = texts[row] else { return Err(self.missing(rows, |row| texts[row].is_none())) };
            let Some((format, position)) = stamp::read(text) else {
                bail!(InvalidData, "cannot read {} \"{text}\"; times may be written as {TEXTS}", self.name);
            };
            written = match written {
                None => Some((format, text)),
                Some((earlier, first)) => match earlier.join(format) {
                    Some(both) => Some((both, first)),
                    None => bail!(
                        InvalidData,
                        "{} is written as \"{first}\" and as \"{text}\"; one way per series is needed",
                        self.name
                    ),
                },
            };
            stamps.push(position);
        }
        let format = written.map_or(Format::Date, |(format, _)| format);
        Ok((stamps, format.clock(), Writing::Text(format)))
    }

    fn missing(&self, rows: &[usize], gone: impl Fn(usize) -> bool) -> Error {
        let position = rows.iter().position(|&row| gone(row)).unwrap_or_default();
        Error::new(Code::InvalidData, format!("{} is missing at position {position} (0-based)", self.name))
    }

    fn irregular(&self, axis: &Axis, found: Break) -> Error {
        let Break { after, usual, missing } = found;
        let (name, step) = (self.name, usual.describe(axis.clock));
        let (from, to) = (axis.show(axis.stamps[after]), axis.show(axis.stamps[after + 1]));
        let mut message = if missing > 0 {
            format!(
                "{name} goes from {from} to {to} where its step is {step}, {missing} missing; add the missing rows, or \
                 number the rows if the gap is meant"
            )
        } else {
            format!(
                "{name} goes from {from} to {to} where its step is mostly {step}; bring the series to an even step, or \
                 number the rows if their times do not matter"
            )
        };
        if let DataType::Timestamp(_, Some(zone)) = &self.kind
            && offset_minutes(zone).is_none()
        {
            message.push_str(&format!(". Times in zone {zone} step in UTC; drop the zone to step in local time"));
        }
        Error::new(Code::InvalidData, message)
    }
}

impl Axis {
    /// The stamps in ascending order, as cells.
    pub(crate) fn stamps(&self, range: std::ops::Range<usize>) -> Result<Stamps> {
        self.cells(self.stamps[range].iter().map(|&stamp| Some(stamp)))
    }

    /// The next `horizon` stamps after the last one.
    ///
    /// # Errors
    /// `not_enough_data` for a single stamp, whose step is not known; `invalid_data` where they leave the range.
    pub(crate) fn future(&self, horizon: usize) -> Result<Stamps> {
        let (Some(step), Some(&last)) = (self.step, self.stamps.last()) else {
            bail!(NotEnoughData, "the step of time needs at least 2 observations, got {}", self.stamps.len());
        };
        self.cells((1..=horizon).map(|steps| step.after(last, steps, self.clock)))
    }

    fn cells(&self, stamps: impl Iterator<Item = Option<i64>>) -> Result<Stamps> {
        let beyond =
            || Error::new(Code::InvalidData, "the times asked for leave the range of the column; ask for fewer steps");
        match self.writing {
            Writing::Text(format) => stamps
                .map(|stamp| stamp.and_then(|stamp| format.write(stamp)).ok_or_else(beyond))
                .collect::<Result<_>>()
                .map(Stamps::Texts),
            Writing::Position { offset, lowest, highest } => stamps
                .map(|stamp| {
                    let position = stamp.and_then(|stamp| stamp.checked_sub(offset));
                    position.filter(|position| (lowest..=highest).contains(position)).ok_or_else(beyond)
                })
                .collect::<Result<_>>()
                .map(Stamps::Positions),
        }
    }

    /// A stamp for a message.
    fn show(&self, stamp: i64) -> String {
        let text = match (&self.writing, self.clock) {
            (Writing::Text(format), _) => format.write(stamp),
            (_, Clock::Calendar { ticks_per_day: 1 }) => Format::Date.write(stamp),
            (_, Clock::Calendar { ticks_per_day }) => {
                let micros = i128::from(stamp) * 86_400_000_000 / i128::from(ticks_per_day);
                let format = Format::DateTime { separator: b'T', seconds: true, decimals: 0, utc: false };
                i64::try_from(micros).ok().and_then(|micros| format.write(micros))
            }
            _ => None,
        };
        text.unwrap_or_else(|| stamp.to_string())
    }
}

/// Dates and timestamps as positions.
fn calendar<'t>(table: &Table, name: &str, kind: &DataType) -> Result<Cells<'t>> {
    const DAY: i64 = 86_400;
    let (per_second, zone) = match kind {
        DataType::Timestamp(unit, zone) => {
            let per_second = match unit {
                TimeUnit::Second => 1,
                TimeUnit::Millisecond => 1_000,
                TimeUnit::Microsecond => 1_000_000,
                TimeUnit::Nanosecond => 1_000_000_000,
            };
            (per_second, zone.as_deref())
        }
        DataType::Date64 => (1_000, None),
        _ => (0, None),
    };
    let ticks_per_day = if per_second == 0 { 1 } else { DAY * per_second };
    let column = table.raw_times(name)?;
    let offset = zone.and_then(offset_minutes).unwrap_or(0) * 60 * per_second;
    Ok(Cells::Positions { values: column, clock: Clock::Calendar { ticks_per_day }, offset })
}

/// Minutes east of UTC of a fixed zone.
fn offset_minutes(zone: &str) -> Option<i64> {
    if ["UTC", "GMT", "Z", "Etc/UTC", "Etc/GMT"].contains(&zone) {
        return Some(0);
    }
    let (sign, rest) = match zone.as_bytes() {
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest {
        [a, b] => ([*a, *b], [b'0', b'0']),
        [a, b, c, d] | [a, b, b':', c, d] => ([*a, *b], [*c, *d]),
        _ => return None,
    };
    let two = |digits: [u8; 2]| std::str::from_utf8(&digits).ok()?.parse::<u8>().ok().map(i64::from);
    Some(sign * (two(hours)? * 60 + two(minutes)?))
}

/// The lowest and highest value of a column of positions.
fn range(kind: &DataType) -> (i64, i64) {
    match kind {
        DataType::Int8 => (i8::MIN.into(), i8::MAX.into()),
        DataType::Int16 => (i16::MIN.into(), i16::MAX.into()),
        DataType::Int32 | DataType::Date32 => (i32::MIN.into(), i32::MAX.into()),
        DataType::UInt8 => (0, u8::MAX.into()),
        DataType::UInt16 => (0, u16::MAX.into()),
        DataType::UInt32 => (0, u32::MAX.into()),
        DataType::UInt64 => (0, i64::MAX),
        kind if kind.is_floating() => (-(1 << 53), 1 << 53),
        _ => (i64::MIN, i64::MAX),
    }
}
