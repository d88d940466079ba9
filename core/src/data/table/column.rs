//! One column as plain values: how tables come from and go to programs without Arrow.
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, LargeStringArray, StringArray,
    StringViewArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray,
};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use serde::{Deserialize, Serialize};

use super::read;
use crate::error::{Code, Error, Result, bail, ensure};

const MILLISECONDS_PER_DAY: i64 = 86_400_000;

/// The values of one column, all of one type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Values {
    /// Numbers; NaN is a missing one.
    Floats(Vec<f64>),
    /// Whole numbers.
    Integers(Vec<i64>),
    /// True or false.
    Booleans(Vec<bool>),
    /// Texts.
    Texts(Vec<String>),
    /// Days since 1970-01-01.
    Dates(Vec<i32>),
    /// Instants, or local times where there is no zone.
    Timestamps {
        /// Units since 1970-01-01T00:00:00.
        values: Vec<i64>,
        /// What one unit is.
        unit: TimeUnit,
        /// A zone such as `UTC`, `+02:00` or `Europe/Berlin`: the values are then in UTC, and shown in the zone.
        zone: Option<String>,
    },
}

/// What one unit of a timestamp is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// 1 s.
    Second,
    /// 1 ms.
    Millisecond,
    /// 1 us.
    Microsecond,
    /// 1 ns.
    Nanosecond,
}

/// Values with the places where there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The values; where one is missing, any value may stand.
    pub values: Values,
    /// `true` where a value is missing, one entry per row; `None` where none is.
    pub missing: Option<Vec<bool>>,
}

impl Values {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Values::Floats(values) => values.len(),
            Values::Integers(values) | Values::Timestamps { values, .. } => values.len(),
            Values::Booleans(values) => values.len(),
            Values::Texts(values) => values.len(),
            Values::Dates(values) => values.len(),
        }
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<Values> for Column {
    fn from(values: Values) -> Self {
        Self { values, missing: None }
    }
}

macro_rules! column_from {
    ($type:ty, $variant:ident) => {
        impl From<Vec<$type>> for Column {
            fn from(values: Vec<$type>) -> Self {
                Values::$variant(values).into()
            }
        }
    };
}
column_from!(f64, Floats);
column_from!(i64, Integers);
column_from!(bool, Booleans);
column_from!(String, Texts);

impl From<Vec<&str>> for Column {
    fn from(values: Vec<&str>) -> Self {
        Values::Texts(values.into_iter().map(String::from).collect()).into()
    }
}

impl Column {
    /// The same values with their missing places, `true` where missing.
    #[must_use]
    pub fn with_missing(mut self, missing: Vec<bool>) -> Self {
        self.missing = Some(missing);
        self
    }

    /// Arrow memory of the values; numbers move, texts are laid out once.
    pub(super) fn into_array(self, name: &str) -> Result<ArrayRef> {
        let rows = self.values.len();
        let nulls = match self.missing {
            Some(missing) => {
                ensure!(
                    missing.len() == rows,
                    InvalidData,
                    "column \"{name}\" has {rows} values and {} marks of missing ones; both must be equal",
                    missing.len()
                );
                missing.contains(&true).then(|| missing.iter().map(|&gone| !gone).collect::<NullBuffer>())
            }
            None => None,
        };
        Ok(match self.values {
            Values::Floats(values) => Arc::new(Float64Array::new(values.into(), nulls)),
            Values::Integers(values) => Arc::new(Int64Array::new(values.into(), nulls)),
            Values::Booleans(values) => Arc::new(BooleanArray::new(values.into(), nulls)),
            Values::Texts(values) => texts(&values, nulls.as_ref(), name)?,
            Values::Dates(values) => Arc::new(Date32Array::new(values.into(), nulls)),
            Values::Timestamps { values, unit, zone } => match unit {
                TimeUnit::Second => {
                    Arc::new(TimestampSecondArray::new(values.into(), nulls).with_timezone_opt(zone)) as ArrayRef
                }
                TimeUnit::Millisecond => {
                    Arc::new(TimestampMillisecondArray::new(values.into(), nulls).with_timezone_opt(zone))
                }
                TimeUnit::Microsecond => {
                    Arc::new(TimestampMicrosecondArray::new(values.into(), nulls).with_timezone_opt(zone))
                }
                TimeUnit::Nanosecond => {
                    Arc::new(TimestampNanosecondArray::new(values.into(), nulls).with_timezone_opt(zone))
                }
            },
        })
    }

    /// The chunks of one column as plain values.
    pub(super) fn from_chunks(name: &str, kind: &DataType, chunks: &[&ArrayRef]) -> Result<Self> {
        let missing = chunks.iter().any(|chunk| chunk.logical_null_count() > 0).then(|| {
            let mut missing = Vec::with_capacity(chunks.iter().map(|chunk| chunk.len()).sum());
            for chunk in chunks {
                let nulls = chunk.logical_nulls();
                missing.extend((0..chunk.len()).map(|row| nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))));
            }
            missing
        });
        let values = match kind {
            DataType::UInt64 => Values::Integers(read::unsigned(name, chunks)?),
            kind if kind.is_integer() => Values::Integers(read::integers(chunks)),
            DataType::Null => Values::Floats(read::floats(chunks)),
            kind if kind.is_floating() => {
                return Ok(Self { values: Values::Floats(read::floats(chunks)), missing: None });
            }
            DataType::Boolean => {
                Values::Booleans(chunks.iter().flat_map(|chunk| chunk.as_boolean().values().iter()).collect())
            }
            DataType::Date32 => Values::Dates(raw::<Date32Type>(chunks)),
            DataType::Date64 => Values::Dates(
                raw::<Date64Type>(chunks)
                    .iter()
                    .map(|ms| {
                        i32::try_from(ms.div_euclid(MILLISECONDS_PER_DAY)).map_err(|_| {
                            Error::new(Code::Unsupported, format!("column \"{name}\": date {ms} ms is out of range"))
                        })
                    })
                    .collect::<Result<_>>()?,
            ),
            DataType::Timestamp(unit, zone) => {
                let (values, unit) = match unit {
                    arrow_schema::TimeUnit::Second => (raw::<TimestampSecondType>(chunks), TimeUnit::Second),
                    arrow_schema::TimeUnit::Millisecond => {
                        (raw::<TimestampMillisecondType>(chunks), TimeUnit::Millisecond)
                    }
                    arrow_schema::TimeUnit::Microsecond => {
                        (raw::<TimestampMicrosecondType>(chunks), TimeUnit::Microsecond)
                    }
                    arrow_schema::TimeUnit::Nanosecond => {
                        (raw::<TimestampNanosecondType>(chunks), TimeUnit::Nanosecond)
                    }
                };
                Values::Timestamps { values, unit, zone: zone.as_deref().map(String::from) }
            }
            kind if read::is_text(kind) => {
                Values::Texts(read::texts(chunks).into_iter().map(|text| text.unwrap_or_default().to_owned()).collect())
            }
            other => bail!(Unsupported, "column \"{name}\" has type {other}, which has no plain form here"),
        };
        Ok(Self { values, missing })
    }
}

/// The physical values of a primitive column.
pub(super) fn raw<T: ArrowPrimitiveType>(chunks: &[&ArrayRef]) -> Vec<T::Native> {
    chunks.iter().flat_map(|chunk| chunk.as_primitive::<T>().values().iter().copied()).collect()
}

/// Texts as Arrow memory; offsets of 32 bits end at 2 GiB.
fn texts(values: &[String], nulls: Option<&NullBuffer>, name: &str) -> Result<ArrayRef> {
    let bytes: usize = values.iter().map(String::len).sum();
    ensure!(
        bytes <= i32::MAX as usize,
        TooLarge,
        "the texts of column \"{name}\" take {bytes} bytes, the limit is {}",
        i32::MAX
    );
    let present = |row: usize| nulls.is_none_or(|nulls| nulls.is_valid(row));
    Ok(Arc::new(
        values.iter().enumerate().map(|(row, text)| present(row).then_some(text.as_str())).collect::<StringArray>(),
    ))
}

/// Texts as an array of the text type named; a dictionary gives the type of its words.
pub(crate) fn text_array<'a>(kind: &DataType, texts: impl Iterator<Item = &'a str> + Clone) -> Result<ArrayRef> {
    Ok(match kind {
        DataType::Dictionary(_, words) => text_array(words, texts)?,
        DataType::LargeUtf8 => Arc::new(LargeStringArray::from_iter_values(texts)),
        DataType::Utf8View => Arc::new(StringViewArray::from_iter_values(texts)),
        _ => {
            let bytes: usize = texts.clone().map(str::len).sum();
            ensure!(bytes <= i32::MAX as usize, TooLarge, "texts of {bytes} bytes do not fit into one column");
            Arc::new(StringArray::from_iter_values(texts))
        }
    })
}
