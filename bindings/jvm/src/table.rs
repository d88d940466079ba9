//! Tables: an `Object[]` of names, kinds, values, marks of missing values and zones, column by column.
use inlaid::Code;
use inlaid::data::{Column, Table, TimeUnit, Values};
use jni::objects::{
    JBooleanArray, JByteArray, JDoubleArray, JIntArray, JLongArray, JObject, JObjectArray, JPrimitiveArray, JString,
    TypeArray,
};
use jni::{Env, jni_str};

use crate::fault::Fault;
use crate::input::numbers;
use crate::reply::{bytes_of, doubles, fitting};

/// What stands where in a table; `io.inlaid.internal.Columns` has the same numbers.
mod place {
    pub(super) const NAMES: usize = 0;
    pub(super) const KINDS: usize = 1;
    pub(super) const VALUES: usize = 2;
    pub(super) const MISSING: usize = 3;
    pub(super) const ZONES: usize = 4;
    pub(super) const COUNT: usize = 5;
}

/// The kinds of column; `io.inlaid.internal.Columns` has the same numbers.
mod kind {
    pub(super) const FLOATS: i32 = 0;
    pub(super) const INTEGERS: i32 = 1;
    pub(super) const BOOLEANS: i32 = 2;
    pub(super) const TEXTS: i32 = 3;
    pub(super) const DATES: i32 = 4;
    /// Timestamps in seconds; those in milli-, micro- and nanoseconds follow.
    pub(super) const SECONDS: i32 = 5;
}

const UNITS: [TimeUnit; 4] = [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];

/// The parts of a table as references to Java arrays.
struct Parts<'local> {
    names: JObjectArray<'local>,
    values: JObjectArray<'local>,
    missing: JObjectArray<'local>,
    zones: JObjectArray<'local>,
}

/// Copy a table out of the Java heap.
pub(crate) fn take(env: &mut Env<'_>, table: JObject<'_>) -> Result<Table, Fault> {
    let table = env.cast_local::<JObjectArray>(table)?;
    let mut part = |place| -> Result<_, Fault> {
        let part = table.get_element(env, place)?;
        Ok(env.cast_local::<JObjectArray>(part)?)
    };
    let parts = Parts {
        names: part(place::NAMES)?,
        values: part(place::VALUES)?,
        missing: part(place::MISSING)?,
        zones: part(place::ZONES)?,
    };
    let kinds = table.get_element(env, place::KINDS)?;
    let kinds = numbers(env, &env.cast_local::<JIntArray>(kinds)?)?;
    let columns = kinds.into_iter().enumerate().map(|(position, kind)| {
        // A frame of its own per column: references never pile up, however many there are.
        env.with_local_frame(12, |env| take_column(env, &parts, position, kind))
    });
    let columns: Vec<(String, Column)> = columns.collect::<Result<_, Fault>>()?;
    Ok(Table::from_columns(columns)?)
}

fn take_column(env: &mut Env<'_>, parts: &Parts<'_>, position: usize, kind: i32) -> Result<(String, Column), Fault> {
    let name = text_at(env, &parts.names, position)?.unwrap_or_default();
    let values = parts.values.get_element(env, position)?;
    let values = match kind {
        kind::FLOATS => Values::Floats(numbers(env, &env.cast_local::<JDoubleArray>(values)?)?),
        kind::INTEGERS => Values::Integers(numbers(env, &env.cast_local::<JLongArray>(values)?)?),
        kind::BOOLEANS => Values::Booleans(numbers(env, &env.cast_local::<JBooleanArray>(values)?)?),
        kind::TEXTS => Values::Texts(take_texts(env, values, &name)?),
        kind::DATES => Values::Dates(numbers(env, &env.cast_local::<JIntArray>(values)?)?),
        other => {
            let unit = usize::try_from(other - kind::SECONDS).ok().and_then(|unit| UNITS.get(unit)).copied();
            let unit = unit.ok_or_else(|| unknown_kind(&name, other))?;
            let values = numbers(env, &env.cast_local::<JLongArray>(values)?)?;
            Values::Timestamps { values, unit, zone: text_at(env, &parts.zones, position)? }
        }
    };
    let missing = parts.missing.get_element(env, position)?;
    let mut column = Column::from(values);
    if !missing.is_null() {
        column = column.with_missing(numbers(env, &env.cast_local::<JBooleanArray>(missing)?)?);
    }
    Ok((name, column))
}

fn unknown_kind(name: &str, kind: i32) -> Fault {
    Fault::new(Code::Internal, format!("column \"{name}\" has the unknown kind {kind}"))
}

/// Texts travel as one block of UTF-8 with the end of each.
fn take_texts(env: &mut Env<'_>, values: JObject<'_>, name: &str) -> Result<Vec<String>, Fault> {
    let pair = env.cast_local::<JObjectArray>(values)?;
    let block = pair.get_element(env, 0)?;
    let block = env.convert_byte_array(env.cast_local::<JByteArray>(block)?)?;
    let ends = pair.get_element(env, 1)?;
    let ends = numbers(env, &env.cast_local::<JIntArray>(ends)?)?;
    let mut start = 0;
    let text = |end: i32| {
        let end = usize::try_from(end).ok()?;
        let text = std::str::from_utf8(block.get(start..end)?).ok()?.to_owned();
        start = end;
        Some(text)
    };
    let texts: Option<Vec<String>> = ends.into_iter().map(text).collect();
    texts.ok_or_else(|| Fault::new(Code::InvalidData, format!("the texts of column \"{name}\" are not UTF-8")))
}

fn text_at(env: &mut Env<'_>, texts: &JObjectArray<'_>, position: usize) -> Result<Option<String>, Fault> {
    let text = texts.get_element(env, position)?;
    if text.is_null() {
        return Ok(None);
    }
    Ok(Some(env.cast_local::<JString>(text)?.try_to_string(env)?))
}

/// Give a table to Java.
pub(crate) fn give<'local>(env: &mut Env<'local>, table: &Table) -> Result<JObjectArray<'local>, Fault> {
    let names = table.names();
    let count = names.len();
    let whole = objects(env, place::COUNT)?;
    let parts = Parts {
        names: objects(env, count)?,
        values: objects(env, count)?,
        missing: objects(env, count)?,
        zones: objects(env, count)?,
    };
    let mut kinds = Vec::with_capacity(count);
    for (position, name) in names.into_iter().enumerate() {
        let column = table.column(name)?;
        kinds.push(env.with_local_frame(12, |env| give_column(env, &parts, position, name, column))?);
    }
    let numbers = JIntArray::new(env, count)?;
    numbers.set_region(env, 0, &kinds)?;
    whole.set_element(env, place::NAMES, JObject::from(parts.names))?;
    whole.set_element(env, place::KINDS, JObject::from(numbers))?;
    whole.set_element(env, place::VALUES, JObject::from(parts.values))?;
    whole.set_element(env, place::MISSING, JObject::from(parts.missing))?;
    whole.set_element(env, place::ZONES, JObject::from(parts.zones))?;
    Ok(whole)
}

fn give_column(
    env: &mut Env<'_>,
    parts: &Parts<'_>,
    position: usize,
    name: &str,
    column: Column,
) -> Result<i32, Fault> {
    let text = env.new_string(name)?;
    parts.names.set_element(env, position, JObject::from(text))?;
    if let Some(missing) = column.missing {
        let missing = primitive(env, &missing)?;
        parts.missing.set_element(env, position, JObject::from(missing))?;
    }
    let (kind, values) = match column.values {
        Values::Floats(values) => (kind::FLOATS, JObject::from(doubles(env, &values)?)),
        Values::Integers(values) => (kind::INTEGERS, primitive(env, &values)?.into()),
        Values::Booleans(values) => (kind::BOOLEANS, primitive(env, &values)?.into()),
        Values::Texts(values) => (kind::TEXTS, give_texts(env, &values)?.into()),
        Values::Dates(values) => (kind::DATES, primitive(env, &values)?.into()),
        Values::Timestamps { values, unit, zone } => {
            if let Some(zone) = zone {
                let zone = env.new_string(zone)?;
                parts.zones.set_element(env, position, JObject::from(zone))?;
            }
            let unit = UNITS.iter().position(|known| *known == unit).unwrap_or_default();
            (kind::SECONDS + fitting(unit)?, primitive(env, &values)?.into())
        }
        _ => return Err(Fault::new(Code::Unsupported, format!("column \"{name}\" has a type that Java cannot take"))),
    };
    parts.values.set_element(env, position, values)?;
    Ok(kind)
}

fn give_texts<'local>(env: &mut Env<'local>, texts: &[String]) -> Result<JObjectArray<'local>, Fault> {
    let mut end = 0;
    let ends = texts.iter().map(|text| {
        end += text.len();
        fitting(end)
    });
    let ends: Vec<i32> = ends.collect::<Result<_, Fault>>()?;
    let pair = objects(env, 2)?;
    let block = bytes_of(env, texts.concat().as_bytes())?;
    pair.set_element(env, 0, JObject::from(block))?;
    let ends = primitive(env, &ends)?;
    pair.set_element(env, 1, JObject::from(ends))?;
    Ok(pair)
}

fn objects<'local>(env: &mut Env<'local>, count: usize) -> Result<JObjectArray<'local>, Fault> {
    Ok(env.new_object_array(fitting(count)?, jni_str!("java/lang/Object"), JObject::null())?)
}

/// A new primitive array.
pub(crate) fn primitive<'local, T: TypeArray>(
    env: &mut Env<'local>,
    data: &[T],
) -> Result<JPrimitiveArray<'local, T>, Fault> {
    fitting(data.len())?;
    let array = JPrimitiveArray::new(env, data.len())?;
    array.set_region(env, 0, data)?;
    Ok(array)
}
