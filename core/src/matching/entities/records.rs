//! Records as the comparisons see them: every value cleaned once, equal values under one code.
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use arrow_schema::{DataType, TimeUnit};
use serde::{Deserialize, Serialize};

use super::clean;
use super::options::ComparisonKind;
use crate::Context;
use crate::data::time::civil;
use crate::data::{Table, Values, is_text};
use crate::error::{Result, ensure};

/// The code of a missing value.
pub(super) const MISSING: u32 = u32::MAX;
/// How many symbols of a value similarities look at; equality looks at all.
pub(super) const SEEN: usize = 64;
/// How many symbols of a long text its letter pairs are taken from.
const PAIRED: usize = 512;
/// How many rows are read between two looks at the context.
const STRIDE: usize = 4096;

/// What the values of a raw column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Nature {
    Text,
    Whole,
    Real,
    Day,
    Boolean,
    /// Nothing that records could be compared by, such as lists.
    Other,
}

/// A column of a table as texts, as it was given but for blanks around; equal texts under one code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RawColumn {
    pub(super) nature: Nature,
    pub(super) values: Vec<String>,
    /// Of each row, or [`MISSING`].
    pub(super) codes: Vec<u32>,
}

/// Words that stand for a missing value, whatever their case.
const NOTHING: [&str; 7] = ["nan", "null", "none", "n/a", "unknown", "missing", "<na>"];

impl RawColumn {
    /// Read a column; numbers, days and truth values are written as texts.
    pub(super) fn of(table: &Table, name: &str, context: &Context) -> Result<Self> {
        let kind = table.kind(name)?;
        match kind {
            kind if is_text(kind) => {
                let texts = table.texts(name)?.into_iter();
                Self::coded(Nature::Text, texts, |text| written(text).map(str::to_owned), context)
            }
            kind if kind.is_integer() => {
                Self::coded(Nature::Whole, table.integers(name)?.into_iter(), |value| Some(value.to_string()), context)
            }
            kind if kind.is_floating() => {
                let values = table.floats(name)?;
                let bad = values.iter().position(|value| value.is_infinite());
                ensure!(
                    bad.is_none(),
                    InvalidData,
                    "column \"{name}\" has an infinite value in row {} (0-based); finite numbers or missing ones are needed",
                    bad.unwrap_or(0)
                );
                let whole = values.iter().all(|value| value.is_nan() || (value.fract() == 0.0 && value.abs() < 1e15));
                let nature = if whole { Nature::Whole } else { Nature::Real };
                let present = values.iter().map(|value| (!value.is_nan()).then_some((value + 0.0).to_bits()));
                Self::coded(nature, present, |bits| Some(f64::from_bits(bits).to_string()), context)
            }
            DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
                let write = |day: i64| {
                    let (year, month, day) = civil::civil_from_days(day);
                    Some(format!("{year:04}-{month:02}-{day:02}"))
                };
                Self::coded(Nature::Day, days(table, name, kind)?.into_iter(), write, context)
            }
            DataType::Boolean => {
                let column = table.column(name)?;
                let Values::Booleans(values) = column.values else { return Ok(Self::nothing(table.rows())) };
                let missing = column.missing.unwrap_or_else(|| vec![false; values.len()]);
                let present = values.into_iter().zip(missing).map(|(value, gone)| (!gone).then_some(value));
                Self::coded(Nature::Boolean, present, |value| Some(value.to_string()), context)
            }
            _ => Ok(Self::nothing(table.rows())),
        }
    }

    fn nothing(rows: usize) -> Self {
        Self { nature: Nature::Other, values: Vec::new(), codes: vec![MISSING; rows] }
    }

    /// Rows as codes of what `write` makes of them.
    fn coded<T: Eq + Hash + Copy>(
        nature: Nature,
        cells: impl Iterator<Item = Option<T>>,
        write: impl Fn(T) -> Option<String>,
        context: &Context,
    ) -> Result<Self> {
        let mut known: HashMap<T, u32> = HashMap::new();
        let mut positions: HashMap<String, u32> = HashMap::new();
        let mut column = Self { nature, values: Vec::new(), codes: Vec::new() };
        for (row, cell) in cells.enumerate() {
            if row.is_multiple_of(STRIDE) {
                context.check()?;
            }
            let code = cell.map_or(MISSING, |cell| {
                *known.entry(cell).or_insert_with(|| match write(cell) {
                    Some(text) => *positions.entry(text).or_insert_with_key(|text| {
                        column.values.push(text.clone());
                        column.values.len() as u32 - 1
                    }),
                    None => MISSING,
                })
            });
            column.codes.push(code);
        }
        Ok(column)
    }

    /// The value of a row.
    pub(super) fn get(&self, row: usize) -> Option<&str> {
        self.values.get(self.codes[row] as usize).map(String::as_str)
    }

    /// Whether no row has a value.
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The rows of another table below these.
    pub(super) fn append(&mut self, other: RawColumn) {
        if self.is_empty() {
            self.nature = other.nature;
        } else if !other.is_empty() && self.nature != other.nature {
            let numbers = |nature| matches!(nature, Nature::Whole | Nature::Real);
            let both = numbers(self.nature) && numbers(other.nature);
            self.nature = if both { Nature::Real } else { Nature::Text };
        }
        let mut known: HashMap<String, u32> =
            self.values.iter().enumerate().map(|(code, value)| (value.clone(), code as u32)).collect();
        let codes: Vec<u32> = other
            .values
            .into_iter()
            .map(|value| {
                *known.entry(value).or_insert_with_key(|value| {
                    self.values.push(value.clone());
                    self.values.len() as u32 - 1
                })
            })
            .collect();
        self.codes.extend(other.codes.into_iter().map(|code| codes.get(code as usize).copied().unwrap_or(MISSING)));
    }

    /// Judge a column that came from a file.
    pub(super) fn check(&self, rows: usize) -> Result<()> {
        let sound = self.codes.iter().all(|code| *code == MISSING || (*code as usize) < self.values.len());
        ensure!(
            self.codes.len() == rows && sound,
            InvalidData,
            "a column has {} codes of {} values for {rows} records",
            self.codes.len(),
            self.values.len()
        );
        Ok(())
    }
}

/// A text without blanks around; none where it says that there is none.
fn written(text: &str) -> Option<&str> {
    let text = text.trim();
    let nothing = text.is_empty() || (text.len() <= 7 && NOTHING.iter().any(|word| text.eq_ignore_ascii_case(word)));
    (!nothing).then_some(text)
}

/// Dates and timestamps as days since 1970-01-01.
fn days(table: &Table, name: &str, kind: &DataType) -> Result<Vec<Option<i64>>> {
    const DAY: i64 = 86_400;
    let per_day = match kind {
        DataType::Date64 | DataType::Timestamp(TimeUnit::Millisecond, _) => DAY * 1_000,
        DataType::Timestamp(TimeUnit::Second, _) => DAY,
        DataType::Timestamp(TimeUnit::Microsecond, _) => DAY * 1_000_000,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => DAY * 1_000_000_000,
        _ => 1,
    };
    let times = table.raw_times(name)?;
    Ok(times.into_iter().map(|time| time.map(|time| time.div_euclid(per_day))).collect())
}

/// The values of one comparison, of all records.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    pub(super) kind: ComparisonKind,
    /// Which value each record has, or [`MISSING`].
    pub(super) codes: Vec<u32>,
    /// How many records have each value.
    pub(super) counts: Vec<u32>,
    /// Every value, cleaned.
    pub(super) values: Vec<Arc<str>>,
    /// A hash of every value, the same in every field and run.
    pub(super) hashes: Vec<u64>,
    /// The first code points of every value.
    pub(super) symbols: Ragged,
    /// The number of symbols seen of every value, and which occur, in 64 classes.
    pub(super) shapes: Vec<(u32, u64)>,
    /// A hash of the sorted words of every value of several words; 0 for one word.
    pub(super) words: Vec<u64>,
    /// The sorted letter pairs of every value, for long texts.
    pub(super) pairs: Ragged,
    /// The number, the day or the latitude of every value; NaN where it has none.
    pub(super) numbers: Vec<f64>,
    /// The longitude of every value, for places.
    pub(super) longitudes: Vec<f64>,
    present: usize,
    known: HashMap<Arc<str>, u32>,
}

/// Lists of unequal length in one block.
#[derive(Clone, Debug, Default)]
pub(super) struct Ragged {
    items: Vec<u32>,
    ends: Vec<usize>,
}

impl Ragged {
    pub(super) fn get(&self, row: usize) -> &[u32] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.items[start..self.ends[row]]
    }

    fn push(&mut self, items: impl Iterator<Item = u32>) {
        self.items.extend(items);
        self.ends.push(self.items.len());
    }
}

impl Field {
    /// No records yet.
    pub(super) fn new(kind: ComparisonKind) -> Self {
        Self { kind, ..Self::default() }
    }

    /// Add the records of a column from `first` on; `longitude` belongs to places.
    pub(super) fn extend(
        &mut self,
        raw: &RawColumn,
        longitude: Option<&RawColumn>,
        first: usize,
        context: &Context,
    ) -> Result<()> {
        let mut cleaned: Vec<Option<u32>> = vec![None; raw.values.len()];
        for row in first..raw.codes.len() {
            if row.is_multiple_of(STRIDE) {
                context.check()?;
            }
            let code = match (raw.get(row), longitude) {
                (None, _) => MISSING,
                (Some(latitude), Some(longitude)) => {
                    longitude.get(row).map_or(MISSING, |longitude| self.place(latitude, longitude))
                }
                (Some(text), None) => {
                    *cleaned[raw.codes[row] as usize].get_or_insert_with(|| self.code(&clean::value(text, self.kind)))
                }
            };
            self.codes.push(code);
            if let Some(count) = self.counts.get_mut(code as usize) {
                *count += 1;
                self.present += 1;
            }
        }
        Ok(())
    }

    /// The number of records.
    pub(super) fn len(&self) -> usize {
        self.codes.len()
    }

    /// How many records have a value.
    pub(super) fn present(&self) -> usize {
        self.present
    }

    /// The cleaned value of a record.
    pub(super) fn value(&self, row: usize) -> Option<&str> {
        let code = self.codes[row];
        (code != MISSING).then(|| &*self.values[code as usize])
    }

    /// The hash of the value of a record.
    pub(super) fn hash(&self, row: usize) -> Option<u64> {
        let code = self.codes[row];
        (code != MISSING).then(|| self.hashes[code as usize])
    }

    fn place(&mut self, latitude: &str, longitude: &str) -> u32 {
        let (Ok(latitude), Ok(longitude)) = (latitude.parse::<f64>(), longitude.parse::<f64>()) else {
            return MISSING;
        };
        let real = latitude.abs() <= 90.0 && longitude.abs() <= 360.0;
        if !real {
            return MISSING;
        }
        let before = self.values.len();
        let code = self.code(&format!("{latitude} {longitude}"));
        if self.values.len() > before {
            self.numbers[code as usize] = latitude;
            self.longitudes.push(longitude);
        }
        code
    }

    /// The code of a cleaned value, new or known; an empty one is missing.
    fn code(&mut self, value: &str) -> u32 {
        if value.is_empty() {
            return MISSING;
        }
        if let Some(code) = self.known.get(value) {
            return *code;
        }
        let value: Arc<str> = value.into();
        let code = self.values.len() as u32;
        self.hashes.push(clean::hash(value.as_bytes()));
        self.counts.push(0);
        self.symbols.push(value.chars().take(SEEN).map(u32::from));
        let seen = self.symbols.get(code as usize);
        self.shapes.push((seen.len() as u32, seen.iter().fold(0, |letters, symbol| letters | 1 << (symbol & 63))));
        self.words.push(clean::sorted_words(&value));
        if self.kind == ComparisonKind::Text {
            self.pairs.push(letter_pairs(&value).into_iter());
        }
        self.numbers.push(match self.kind {
            ComparisonKind::Numeric => value.parse().unwrap_or(f64::NAN),
            ComparisonKind::Date => clean::day(&value).map_or(f64::NAN, |day| day as f64),
            _ => f64::NAN,
        });
        self.values.push(Arc::clone(&value));
        self.known.insert(value, code);
        code
    }
}

/// The distinct pairs of neighbouring symbols, as sorted hashes; the text is taken to be between two blanks.
fn letter_pairs(text: &str) -> Vec<u32> {
    let mut pairs = Vec::new();
    let mut last = u32::from(' ');
    for symbol in text.chars().take(PAIRED).chain([' ']) {
        let symbol = u32::from(symbol);
        pairs.push(last.wrapping_mul(0x9e37_79b1) ^ symbol.wrapping_mul(0x85eb_ca6b));
        last = symbol;
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
