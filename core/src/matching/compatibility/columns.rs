//! Columns of tables as what is compared.
use std::collections::HashMap;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use crate::data::{Table, TimeUnit, Values};
use crate::error::{Result, bail, ensure};

/// Which table a column is of, for messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'t> {
    pub(super) table: &'t Table,
    pub(super) side: &'static str,
}

impl<'t> Source<'t> {
    fn named(&self, option: &str, name: &str) -> Result<()> {
        ensure!(
            !name.is_empty(),
            InvalidConfig,
            "`{option}` is not given; it must name a column of the {} table",
            self.side
        );
        Ok(())
    }

    fn at<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| error.at(format_args!("{} table", self.side)))
    }

    /// Numbers; NaN is missing, infinite ones are refused.
    pub(super) fn numbers(&self, option: &str, name: &str) -> Result<Vec<f64>> {
        self.named(option, name)?;
        let values = self.at(self.table.floats(name))?.into_owned();
        if let Some(row) = values.iter().position(|value| value.is_infinite()) {
            bail!(
                InvalidData,
                "{} table: column \"{name}\" is {} in row {row} (0-based); numbers must be finite",
                self.side,
                values[row]
            );
        }
        Ok(values)
    }

    /// Numbers, or dates and timestamps as seconds since 1970; the second value tells which.
    pub(super) fn points(&self, option: &str, name: &str) -> Result<(Vec<f64>, bool)> {
        self.named(option, name)?;
        let kind = self.at(self.table.kind(name))?;
        if !matches!(kind, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)) {
            return Ok((self.numbers(option, name)?, false));
        }
        let column = self.at(self.table.column(name))?;
        let mut values: Vec<f64> = match column.values {
            Values::Dates(days) => days.into_iter().map(|day| f64::from(day) * 86_400.0).collect(),
            Values::Timestamps { values, unit, .. } => {
                let unit = match unit {
                    TimeUnit::Second => 1.0,
                    TimeUnit::Millisecond => 1e3,
                    TimeUnit::Microsecond => 1e6,
                    TimeUnit::Nanosecond => 1e9,
                };
                values.into_iter().map(|value| value as f64 / unit).collect()
            }
            _ => bail!(InvalidData, "{} table: column \"{name}\" holds no dates or timestamps", self.side),
        };
        for (value, _) in values.iter_mut().zip(column.missing.iter().flatten()).filter(|(_, gone)| **gone) {
            *value = f64::NAN;
        }
        Ok((values, true))
    }

    /// Texts, whole numbers or booleans, as texts; numbers without a fraction are whole.
    pub(super) fn categories(&self, option: &str, name: &str) -> Result<Vec<Option<String>>> {
        self.named(option, name)?;
        let column = self.at(self.table.column(name))?;
        let mut texts: Vec<Option<String>> = match column.values {
            Values::Texts(values) => values.into_iter().map(Some).collect(),
            Values::Integers(values) => values.into_iter().map(|value| Some(value.to_string())).collect(),
            Values::Booleans(values) => values.into_iter().map(|value| Some(value.to_string())).collect(),
            Values::Floats(values) => {
                values.into_iter().map(|value| (!value.is_nan()).then(|| format!("{}", value + 0.0))).collect()
            }
            Values::Dates(values) => values.into_iter().map(|value| Some(value.to_string())).collect(),
            Values::Timestamps { .. } => bail!(
                InvalidData,
                "{} table: column \"{name}\" holds timestamps; texts, whole numbers or booleans are needed",
                self.side
            ),
        };
        for (text, _) in texts.iter_mut().zip(column.missing.iter().flatten()).filter(|(_, gone)| **gone) {
            *text = None;
        }
        Ok(texts)
    }

    /// Whether the column holds numbers or booleans, one per row.
    pub(super) fn holds_numbers(&self, name: &str) -> bool {
        let single = |kind: &DataType| kind.is_integer() || kind.is_floating() || *kind == DataType::Boolean;
        self.table.kind(name).is_ok_and(single)
    }

    /// Texts.
    pub(super) fn texts(&self, option: &str, name: &str) -> Result<Vec<Option<&'t str>>> {
        self.named(option, name)?;
        self.at(self.table.texts(name))
    }

    /// True or false.
    pub(super) fn flags(&self, option: &str, name: &str) -> Result<Vec<Option<bool>>> {
        self.named(option, name)?;
        let column = self.at(self.table.column(name))?;
        let Values::Booleans(values) = column.values else {
            bail!(InvalidData, "{} table: column \"{name}\" does not hold booleans", self.side)
        };
        let missing = column.missing.unwrap_or_else(|| vec![false; values.len()]);
        Ok(values.into_iter().zip(missing).map(|(value, gone)| (!gone).then_some(value)).collect())
    }

    /// Sets: separated texts, or Arrow lists. The items of each row, unsorted.
    pub(super) fn sets(&self, option: &str, name: &str, separator: &str) -> Result<Vec<Option<Vec<String>>>> {
        self.named(option, name)?;
        let kind = self.at(self.table.kind(name))?;
        if matches!(kind, DataType::List(_) | DataType::LargeList(_)) {
            let mut all = Vec::with_capacity(self.table.rows());
            for chunk in self.at(self.table.chunks(name))? {
                for row in 0..chunk.len() {
                    all.push(if chunk.is_valid(row) { Some(self.items(name, chunk, row)?) } else { None });
                }
            }
            return Ok(all);
        }
        let items = |text: &str| {
            text.split(separator).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
        };
        Ok(self.at(self.table.texts(name))?.into_iter().map(|text| text.map(items)).collect())
    }

    fn items(&self, name: &str, chunk: &ArrayRef, row: usize) -> Result<Vec<String>> {
        let values = match (chunk.as_list_opt::<i32>(), chunk.as_list_opt::<i64>()) {
            (Some(lists), _) => lists.value(row),
            (_, Some(lists)) => lists.value(row),
            _ => bail!(InvalidData, "{} table: column \"{name}\" holds no lists", self.side),
        };
        let table = Table::from_arrays([(name, values)])?;
        Ok(Source { table: &table, side: self.side }.categories("items", name)?.into_iter().flatten().collect())
    }
}

/// Numbers for texts that are equal exactly if the texts are.
#[derive(Debug, Default)]
pub(super) struct Codes(HashMap<String, u32>);

/// The code of what is missing.
pub(super) const MISSING: u32 = u32::MAX;

impl Codes {
    pub(super) fn code(&mut self, text: String) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(text).or_insert(next)
    }

    pub(super) fn column(&mut self, texts: Vec<Option<String>>) -> Vec<u32> {
        texts.into_iter().map(|text| text.map_or(MISSING, |text| self.code(text))).collect()
    }

    /// Sorted codes without repetition, row by row.
    pub(super) fn sets(&mut self, rows: Vec<Option<Vec<String>>>) -> Vec<Option<Vec<u32>>> {
        let set = |items: Vec<String>| {
            let mut codes: Vec<u32> = items.into_iter().map(|item| self.code(item)).collect();
            codes.sort_unstable();
            codes.dedup();
            codes
        };
        let mut set = set;
        rows.into_iter().map(|row| row.map(&mut set)).collect()
    }

    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.0.get(text).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// How many codes two sorted sets share.
pub(super) fn shared(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut total) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, total) = (i + 1, j + 1, total + 1),
        }
    }
    total
}
