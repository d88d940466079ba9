//! Named columns over Arrow memory.
//!
//! A table keeps the chunks it was given: nothing is copied on the way in or out, and clones share the columns. Columns
//! may be of any Arrow type; the typed accessors read every integer and float type as numbers and every string type
//! (plain, large, view, dictionary) as texts.
//!
//! ```
//! # fn main() -> inlaid::Result<()> {
//! use inlaid::data::Table;
//!
//! let table = Table::from_columns([("unique_id", vec!["a", "a"].into()), ("y", vec![1.0, 2.0].into())])?;
//! assert_eq!(table.names(), ["unique_id", "y"]);
//! assert_eq!(table.floats("y")?[1], 2.0);
//! # Ok(()) }
//! ```
mod column;
mod read;
#[cfg(test)]
mod tests;
mod wire;

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date64Type, Float64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

pub(crate) use self::column::text_array;
pub use self::column::{Column, TimeUnit, Values};
pub(crate) use self::read::{is_text, texts as texts_of};
use crate::error::{Code, Error, Result, bail, ensure};

/// Named columns of equal length over Arrow memory; clones share it.
#[derive(Clone, Debug)]
pub struct Table {
    schema: SchemaRef,
    batches: Arc<[RecordBatch]>,
    rows: usize,
}

impl Table {
    /// A table of Arrow record batches, in order, without a copy.
    ///
    /// # Errors
    /// `invalid_data` if two columns share a name or a batch has other columns than `schema`.
    pub fn from_batches(schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<Self> {
        let fields = schema.fields();
        for (position, field) in fields.iter().enumerate() {
            ensure!(
                fields[..position].iter().all(|earlier| earlier.name() != field.name()),
                InvalidData,
                "two columns are named \"{}\"; names must differ",
                field.name()
            );
        }
        let same = |batch: &RecordBatch| {
            let theirs = batch.schema_ref().fields();
            theirs.len() == fields.len()
                && fields.iter().zip(theirs).all(|(a, b)| a.name() == b.name() && a.data_type() == b.data_type())
        };
        for (position, batch) in batches.iter().enumerate() {
            ensure!(
                same(batch),
                InvalidData,
                "chunk {position} of the table has columns [{}], expected [{}]",
                list(batch.schema_ref()),
                list(&schema)
            );
        }
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        Ok(Self { schema, batches: batches.into(), rows })
    }

    /// A table of everything that an Arrow reader gives, such as a stream of the Arrow C data interface.
    ///
    /// # Errors
    /// `invalid_data` if the reader fails, or as [`from_batches`](Table::from_batches).
    pub fn from_reader(reader: impl RecordBatchReader) -> Result<Self> {
        let schema = reader.schema();
        let batches = reader.collect::<Result<Vec<_>, _>>().map_err(|error| {
            Error::new(Code::InvalidData, format!("the Arrow stream broke: {error}")).with_source(error)
        })?;
        Self::from_batches(schema, batches)
    }

    /// A table of plain columns, which move in; texts are laid out anew.
    ///
    /// # Errors
    /// `invalid_data` if columns differ in length or two share a name; `too_large` for texts above 2 GiB in a column.
    pub fn from_columns<N: Into<String>>(columns: impl IntoIterator<Item = (N, Column)>) -> Result<Self> {
        let arrays = columns.into_iter().map(|(name, column)| {
            let name = name.into();
            column.into_array(&name).map(|array| (name, array))
        });
        Self::from_arrays(arrays.collect::<Result<Vec<_>>>()?)
    }

    /// A table of Arrow arrays, without a copy.
    ///
    /// # Errors
    /// `invalid_data` if columns differ in length or two share a name.
    pub fn from_arrays<N: Into<String>>(columns: impl IntoIterator<Item = (N, ArrayRef)>) -> Result<Self> {
        let (names, arrays): (Vec<String>, Vec<ArrayRef>) =
            columns.into_iter().map(|(name, array)| (name.into(), array)).unzip();
        let rows = arrays.first().map_or(0, |array| array.len());
        for (name, array) in names.iter().zip(&arrays) {
            ensure!(
                array.len() == rows,
                InvalidData,
                "column \"{name}\" has {} rows, \"{}\" has {rows}; columns must be equally long",
                array.len(),
                names[0]
            );
        }
        let field = |(name, array): (String, &ArrayRef)| Field::new(name, array.data_type().clone(), true);
        let schema = Arc::new(Schema::new(names.into_iter().zip(&arrays).map(field).collect::<Vec<_>>()));
        let batches = if arrays.is_empty() {
            Vec::new()
        } else {
            let batch = RecordBatch::try_new(Arc::clone(&schema), arrays);
            vec![batch.map_err(|error| Error::new(Code::Internal, "a batch was refused").with_source(error))?]
        };
        Self::from_batches(schema, batches)
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The names of the columns, in order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// Whether there is a column of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.schema.column_with_name(name).is_some()
    }

    /// The Arrow schema.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The chunks of the table.
    #[must_use]
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// The table as an Arrow reader, for a stream of the Arrow C data interface; nothing is copied.
    #[must_use]
    pub fn reader(&self) -> impl RecordBatchReader + Send + use<> {
        let batches: Vec<_> = self.batches.iter().cloned().map(Ok).collect();
        RecordBatchIterator::new(batches, Arc::clone(&self.schema))
    }

    /// The Arrow type of a column.
    ///
    /// # Errors
    /// `invalid_data` if there is none of that name; the message names those there are.
    pub fn kind(&self, name: &str) -> Result<&DataType> {
        self.position(name).map(|position| self.schema.field(position).data_type())
    }

    /// The chunks of a column.
    ///
    /// # Errors
    /// As [`kind`](Table::kind).
    pub fn chunks(&self, name: &str) -> Result<Vec<&ArrayRef>> {
        let position = self.position(name)?;
        Ok(self.batches.iter().map(|batch| batch.column(position)).collect())
    }

    /// A column as plain values.
    ///
    /// # Errors
    /// As [`kind`](Table::kind); `unsupported` for a type without a plain form, such as decimals and lists.
    pub fn column(&self, name: &str) -> Result<Column> {
        Column::from_chunks(name, self.kind(name)?, &self.chunks(name)?)
    }

    /// A column of integers or floats as `f64`; missing is NaN, and integers above 2^53 are rounded. Borrowed from the
    /// table where it is one chunk of `f64` with nothing missing.
    ///
    /// # Errors
    /// As [`kind`](Table::kind); `invalid_data` for a column that is not numeric, `unsupported` for decimals.
    pub fn floats(&self, name: &str) -> Result<Cow<'_, [f64]>> {
        let kind = self.kind(name)?;
        if matches!(
            kind,
            DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..)
        ) {
            bail!(Unsupported, "column \"{name}\" has type {kind}; cast decimals to float64 first");
        }
        ensure!(
            kind.is_integer() || kind.is_floating() || *kind == DataType::Null,
            InvalidData,
            "column \"{name}\" has type {kind}; a column of integers or floats is needed"
        );
        let chunks = self.chunks(name)?;
        if let [only] = chunks[..]
            && let Some(values) = only.as_primitive_opt::<Float64Type>().filter(|values| values.null_count() == 0)
        {
            return Ok(Cow::Borrowed(values.values()));
        }
        Ok(Cow::Owned(read::floats(&chunks)))
    }

    /// A column of integers; `None` is missing. Floats without a fraction are taken as integers, since a host may have
    /// turned integers with missing values into floats.
    ///
    /// # Errors
    /// As [`kind`](Table::kind); `invalid_data` for another type or a fraction, `unsupported` above 2^63 - 1.
    pub fn integers(&self, name: &str) -> Result<Vec<Option<i64>>> {
        let kind = self.kind(name)?;
        if kind.is_floating() || *kind == DataType::Null {
            let whole = |(row, &value): (usize, &f64)| {
                let in_range = value.fract() == 0.0 && value.abs() <= (1_u64 << 53) as f64;
                match value.is_nan() {
                    true => Ok(None),
                    false if in_range => Ok(Some(value as i64)),
                    false => {
                        bail!(InvalidData, "column \"{name}\" has {value} in row {row} (0-based); integers are needed")
                    }
                }
            };
            return self.floats(name)?.iter().enumerate().map(whole).collect();
        }
        ensure!(kind.is_integer(), InvalidData, "column \"{name}\" has type {kind}; a column of integers is needed");
        let chunks = self.chunks(name)?;
        let values = if *kind == DataType::UInt64 { read::unsigned(name, &chunks)? } else { read::integers(&chunks) };
        let present = chunks.iter().flat_map(|chunk| (0..chunk.len()).map(|row| chunk.is_valid(row)));
        Ok(values.into_iter().zip(present).map(|(value, present)| present.then_some(value)).collect())
    }

    /// A column of texts, borrowed from the table; `None` is missing.
    ///
    /// # Errors
    /// As [`kind`](Table::kind); `invalid_data` for a column that is not text.
    pub fn texts(&self, name: &str) -> Result<Vec<Option<&str>>> {
        let kind = self.kind(name)?;
        ensure!(is_text(kind), InvalidData, "column \"{name}\" has type {kind}; a column of texts is needed");
        Ok(read::texts(&self.chunks(name)?))
    }

    /// A column of dates or timestamps in its own unit since 1970-01-01; `None` is missing.
    pub(crate) fn raw_times(&self, name: &str) -> Result<Vec<Option<i64>>> {
        let column = self.column(name)?;
        let values: Vec<i64> = match (self.kind(name)?, column.values) {
            (DataType::Date64, _) => column::raw::<Date64Type>(&self.chunks(name)?),
            (_, Values::Dates(days)) => days.into_iter().map(i64::from).collect(),
            (_, Values::Timestamps { values, .. }) => values,
            (kind, _) => bail!(InvalidData, "column \"{name}\" has type {kind}; dates or timestamps are needed"),
        };
        Ok(match column.missing {
            Some(missing) => values.into_iter().zip(missing).map(|(value, gone)| (!gone).then_some(value)).collect(),
            None => values.into_iter().map(Some).collect(),
        })
    }

    fn position(&self, name: &str) -> Result<usize> {
        match self.schema.column_with_name(name) {
            Some((position, _)) => Ok(position),
            None => bail!(InvalidData, "there is no column \"{name}\"; the table has [{}]", list(&self.schema)),
        }
    }
}

impl From<RecordBatch> for Table {
    /// Columns that share a name stay as they are; the first of them is the one found by name.
    fn from(batch: RecordBatch) -> Self {
        Self { schema: batch.schema(), rows: batch.num_rows(), batches: [batch].into() }
    }
}

impl PartialEq for Table {
    /// Same names, types and values, whatever the chunks.
    fn eq(&self, other: &Self) -> bool {
        let described = |table: &Self| -> Vec<_> {
            table.schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
        };
        self.rows == other.rows && described(self) == described(other) && same_values(self, other)
    }
}

/// Compare run by run where the chunks of the two tables overlap.
fn same_values(a: &Table, b: &Table) -> bool {
    let mut right = b.batches.iter().filter(|batch| batch.num_rows() > 0).cloned();
    let mut rest = right.next();
    for batch in a.batches.iter().filter(|batch| batch.num_rows() > 0) {
        let mut left = batch.clone();
        while left.num_rows() > 0 {
            let Some(theirs) = rest.take() else { return false };
            let rows = left.num_rows().min(theirs.num_rows());
            let (ours, same) = (left.slice(0, rows), theirs.slice(0, rows));
            if ours.columns() != same.columns() {
                return false;
            }
            left = left.slice(rows, left.num_rows() - rows);
            rest = if rows < theirs.num_rows() {
                Some(theirs.slice(rows, theirs.num_rows() - rows))
            } else {
                right.next()
            };
        }
    }
    true
}

/// Column names for a message, cut where there are very many.
fn list(schema: &Schema) -> String {
    const SHOWN: usize = 30;
    let fields = schema.fields();
    let names: Vec<_> = fields.iter().take(SHOWN).map(|field| field.name().as_str()).collect();
    let more = fields.len().saturating_sub(SHOWN);
    if more == 0 { names.join(", ") } else { format!("{} and {more} more", names.join(", ")) }
}
