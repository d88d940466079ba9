//! Reading Arrow chunks as numbers and texts, whichever of the many Arrow types they come in.
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use crate::error::{Result, bail};

/// Whether a column of this type can be read as texts.
pub(crate) fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Run one line for the concrete type of a numeric chunk; other types give nothing.
macro_rules! each_number {
    ($chunk:expr, $values:ident => $line:expr) => {
        match $chunk.data_type() {
            DataType::Int8 => each_number!(@ $chunk, Int8Type, $values => $line),
            DataType::Int16 => each_number!(@ $chunk, Int16Type, $values => $line),
            DataType::Int32 => each_number!(@ $chunk, Int32Type, $values => $line),
            DataType::Int64 => each_number!(@ $chunk, Int64Type, $values => $line),
            DataType::UInt8 => each_number!(@ $chunk, UInt8Type, $values => $line),
            DataType::UInt16 => each_number!(@ $chunk, UInt16Type, $values => $line),
            DataType::UInt32 => each_number!(@ $chunk, UInt32Type, $values => $line),
            DataType::UInt64 => each_number!(@ $chunk, UInt64Type, $values => $line),
            _ => {}
        }
    };
    (@ $chunk:expr, $type:ty, $values:ident => $line:expr) => {{
        let $values = $chunk.as_primitive::<$type>().values();
        $line
    }};
}

/// Numbers of any width as `f64`; a missing one is NaN.
pub(super) fn floats(chunks: &[&ArrayRef]) -> Vec<f64> {
    let mut all = Vec::with_capacity(chunks.iter().map(|chunk| chunk.len()).sum());
    for chunk in chunks {
        let start = all.len();
        match chunk.data_type() {
            DataType::Float64 => all.extend_from_slice(chunk.as_primitive::<Float64Type>().values()),
            DataType::Float32 => all.extend(chunk.as_primitive::<Float32Type>().values().iter().map(|&v| f64::from(v))),
            DataType::Float16 => all.extend(chunk.as_primitive::<Float16Type>().values().iter().map(|&v| f64::from(v))),
            _ => each_number!(chunk, values => all.extend(values.iter().map(|&v| v as f64))),
        }
        all.resize(start + chunk.len(), f64::NAN);
        if let Some(nulls) = chunk.nulls() {
            for (value, valid) in all[start..].iter_mut().zip(nulls) {
                if !valid {
                    *value = f64::NAN;
                }
            }
        }
    }
    all
}

/// Integers of any width as `i64` (unsigned ones of 64 bits wrap); where one is missing, any value may stand.
#[allow(clippy::unnecessary_cast)] // one of the widths is i64 itself
pub(super) fn integers(chunks: &[&ArrayRef]) -> Vec<i64> {
    let mut all = Vec::with_capacity(chunks.iter().map(|chunk| chunk.len()).sum());
    for chunk in chunks {
        each_number!(chunk, values => all.extend(values.iter().map(|&v| v as i64)));
    }
    all
}

/// Unsigned integers of 64 bits as `i64`, refused above its range.
pub(super) fn unsigned(name: &str, chunks: &[&ArrayRef]) -> Result<Vec<i64>> {
    let values = integers(chunks);
    let present = chunks.iter().flat_map(|chunk| (0..chunk.len()).map(|row| chunk.is_valid(row)));
    if let Some((value, _)) = values.iter().zip(present).find(|(value, present)| *present && **value < 0) {
        bail!(Unsupported, "column \"{name}\" holds {}, the largest integer here is {}", *value as u64, i64::MAX);
    }
    Ok(values)
}

/// Texts of any Arrow text type, borrowed from the chunks; `None` is missing.
pub(crate) fn texts<'a>(chunks: &[&'a ArrayRef]) -> Vec<Option<&'a str>> {
    let mut all = Vec::with_capacity(chunks.iter().map(|chunk| chunk.len()).sum());
    for chunk in chunks {
        push_texts(chunk, &mut all);
    }
    all
}

fn push_texts<'a>(chunk: &'a ArrayRef, all: &mut Vec<Option<&'a str>>) {
    match chunk.data_type() {
        DataType::Utf8 => all.extend(chunk.as_string::<i32>()),
        DataType::LargeUtf8 => all.extend(chunk.as_string::<i64>()),
        DataType::Utf8View => all.extend(chunk.as_string_view()),
        DataType::Dictionary(_, _) => {
            let Some(dictionary) = chunk.as_any_dictionary_opt() else { return };
            let mut words = Vec::with_capacity(dictionary.values().len());
            push_texts(dictionary.values(), &mut words);
            let keys = dictionary.keys();
            let word = |row: usize, key: usize| words.get(key).copied().flatten().filter(|_| keys.is_valid(row));
            each_number!(keys, values => all.extend(values.iter().enumerate().map(|(row, &key)| word(row, key as usize))));
        }
        _ => {}
    }
}
