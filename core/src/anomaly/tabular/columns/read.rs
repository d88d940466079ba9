//! The cells of a column as numbers or as names of categories.
use std::borrow::Cow;

use arrow_schema::DataType;

use crate::data::{Table, Values, is_text};
use crate::error::{Result, bail};

/// Numbers, NaN where one is missing; or names, none where one is missing.
pub(super) enum Cells<'a> {
    Numbers(Cow<'a, [f64]>),
    Names(Vec<Option<Cow<'a, str>>>),
}

/// Read a column; texts and booleans are categories anyway, numbers where told.
pub(super) fn read<'a>(table: &'a Table, name: &str, categorical: bool) -> Result<Cells<'a>> {
    let kind = table.kind(name)?;
    if is_text(kind) {
        let names = table.texts(name)?;
        return Ok(Cells::Names(names.into_iter().map(|cell| cell.map(Cow::Borrowed)).collect()));
    }
    if *kind == DataType::Boolean {
        let column = table.column(name)?;
        let Values::Booleans(values) = column.values else {
            bail!(Internal, "column \"{name}\" was no booleans; please report this with the input")
        };
        let word = |value: bool| Cow::Borrowed(if value { "true" } else { "false" });
        return Ok(Cells::Names(present(values.into_iter().map(word), column.missing)));
    }
    if kind.is_integer() && categorical {
        let values = table.integers(name)?;
        return Ok(Cells::Names(values.into_iter().map(|cell| cell.map(|value| value.to_string().into())).collect()));
    }
    if kind.is_numeric() || *kind == DataType::Null {
        let values = table.floats(name)?;
        if !categorical {
            return Ok(Cells::Numbers(values));
        }
        // Whole floats have the names of integers, since a host may have turned those with missing values into floats.
        let names = values.iter().map(|value| (!value.is_nan()).then(|| value.to_string().into()));
        return Ok(Cells::Names(names.collect()));
    }
    bail!(
        InvalidData,
        "column \"{name}\" has type {kind}, which is neither numbers nor categories; ignore it, or make one of these of it, such as \
         the hour of a time"
    )
}

fn present<'a>(names: impl Iterator<Item = Cow<'a, str>>, missing: Option<Vec<bool>>) -> Vec<Option<Cow<'a, str>>> {
    match missing {
        None => names.map(Some).collect(),
        Some(missing) => names.zip(missing).map(|(name, gone)| (!gone).then_some(name)).collect(),
    }
}
