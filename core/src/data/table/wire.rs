//! How a table is written and read where it does not travel beside the text.
//!
//! Where people read it: `{"y": {"floats": [1.0, null]}, "ds": {"dates": [18262]}}`; plain arrays of numbers, texts or
//! booleans are taken too, and integers are told from floats by how they are written. In binary: the columns as they are.
use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::{self, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Column, Table, TimeUnit, Values};
use crate::data::beside::{self, Payload};

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.names();
        let columns = || names.iter().map(|name| Ok((*name, self.column(name).map_err(ser::Error::custom)?)));
        if serializer.is_human_readable() {
            if let Some(mark) = beside::put(|| Payload::Table(self.clone())) {
                return mark.serialize(serializer);
            }
            let mut map = serializer.serialize_map(Some(names.len()))?;
            for column in columns() {
                let (name, column) = column?;
                map.serialize_entry(name, &Cells::from(column))?;
            }
            map.end()
        } else {
            columns().collect::<Result<Vec<_>, S::Error>>()?.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Table {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let columns = if !deserializer.is_human_readable() {
            Vec::<(String, Column)>::deserialize(deserializer)?
        } else if beside::reading() {
            return match beside::take(&beside::Mark::deserialize(deserializer)?) {
                Some(Payload::Table(table)) => Ok(table),
                Some(_) => Err(beside::mismatch("a table")),
                None => Err(beside::missing()),
            };
        } else {
            deserializer.deserialize_map(Columns)?
        };
        Self::from_columns(columns).map_err(de::Error::custom)
    }
}

/// Reads the columns in the order of the text.
struct Columns;

impl<'de> Visitor<'de> for Columns {
    type Value = Vec<(String, Column)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of columns by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut columns = Vec::new();
        while let Some((name, cells)) = map.next_entry::<String, Written>()? {
            columns.push((name, Column::from(Cells::from(cells))));
        }
        Ok(columns)
    }
}

/// A column with `null` where a value is missing.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Cells {
    Floats(Vec<Option<f64>>),
    Integers(Vec<Option<i64>>),
    Booleans(Vec<Option<bool>>),
    Texts(Vec<Option<String>>),
    Dates(Vec<Option<i32>>),
    Timestamps { values: Vec<Option<i64>>, unit: TimeUnit, zone: Option<String> },
}

/// What may be written for a column: with its type, or a plain array.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Integers(Vec<Option<i64>>),
    Floats(Vec<Option<f64>>),
    Booleans(Vec<Option<bool>>),
    Texts(Vec<Option<String>>),
    Typed(Cells),
}

impl From<Written> for Cells {
    fn from(written: Written) -> Self {
        match written {
            Written::Integers(cells) => Cells::Integers(cells),
            Written::Floats(cells) => Cells::Floats(cells),
            Written::Booleans(cells) => Cells::Booleans(cells),
            Written::Texts(cells) => Cells::Texts(cells),
            Written::Typed(cells) => cells,
        }
    }
}

impl From<Column> for Cells {
    fn from(column: Column) -> Self {
        fn cells<T>(values: Vec<T>, missing: Option<Vec<bool>>) -> Vec<Option<T>> {
            match missing {
                Some(gone) => values.into_iter().zip(gone).map(|(value, gone)| (!gone).then_some(value)).collect(),
                None => values.into_iter().map(Some).collect(),
            }
        }
        let missing = column.missing;
        match column.values {
            Values::Floats(values) => {
                let gone = missing.unwrap_or_else(|| values.iter().map(|value| value.is_nan()).collect());
                Cells::Floats(cells(values, Some(gone)))
            }
            Values::Integers(values) => Cells::Integers(cells(values, missing)),
            Values::Booleans(values) => Cells::Booleans(cells(values, missing)),
            Values::Texts(values) => Cells::Texts(cells(values, missing)),
            Values::Dates(values) => Cells::Dates(cells(values, missing)),
            Values::Timestamps { values, unit, zone } => {
                Cells::Timestamps { values: cells(values, missing), unit, zone }
            }
        }
    }
}

impl From<Cells> for Column {
    fn from(cells: Cells) -> Self {
        fn values<T: Default>(cells: Vec<Option<T>>, wrap: impl FnOnce(Vec<T>) -> Values) -> Column {
            let gone = cells.iter().any(Option::is_none).then(|| cells.iter().map(Option::is_none).collect());
            Column { values: wrap(cells.into_iter().map(Option::unwrap_or_default).collect()), missing: gone }
        }
        match cells {
            Cells::Floats(cells) => {
                Values::Floats(cells.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect()).into()
            }
            Cells::Integers(cells) => values(cells, Values::Integers),
            Cells::Booleans(cells) => values(cells, Values::Booleans),
            Cells::Texts(cells) => values(cells, Values::Texts),
            Cells::Dates(cells) => values(cells, Values::Dates),
            Cells::Timestamps { values: stamps, unit, zone } => {
                values(stamps, |values| Values::Timestamps { values, unit, zone })
            }
        }
    }
}
