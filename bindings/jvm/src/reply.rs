//! The bridge's reply given to Java.
use inlaid::Code;
use inlaid_bridge::{Model, Payload, Reply};
use jni::objects::{JByteArray, JDoubleArray, JIntArray, JObject, JObjectArray};
use jni::{Env, jni_str};

use crate::fault::Fault;
use crate::input::{DESCRIPTION, kind};
use crate::table;

/// What stands where in the answer; `io.inlaid.internal.Border` has the same numbers.
mod place {
    pub(super) const REPORT: usize = 0;
    pub(super) const DESCRIPTIONS: usize = 1;
    pub(super) const BLOCKS: usize = 2;
    pub(super) const BYTES: usize = 3;
}

/// Fill `answer` with the report, the blocks beside it and the bytes; the model is handed on.
pub(crate) fn give(env: &mut Env<'_>, reply: Reply, answer: &JObjectArray<'_>) -> Result<Option<Model>, Fault> {
    let Reply { report, blocks, model, bytes } = reply;
    if report != "null" {
        let report = bytes_of(env, report.as_bytes())?;
        answer.set_element(env, place::REPORT, JObject::from(report))?;
    }
    if let Some(bytes) = bytes {
        let bytes = bytes_of(env, &bytes)?;
        answer.set_element(env, place::BYTES, JObject::from(bytes))?;
    }
    if !blocks.is_empty() {
        let mut descriptions = Vec::with_capacity(blocks.len() * DESCRIPTION);
        let list = env.new_object_array(fitting(blocks.len())?, jni_str!("java/lang/Object"), JObject::null())?;
        for (position, block) in blocks.into_iter().enumerate() {
            let description = env.with_local_frame(8, |env| one(env, block, position, &list))?;
            descriptions.extend(description);
        }
        let numbers = JIntArray::new(env, descriptions.len())?;
        numbers.set_region(env, 0, &descriptions)?;
        answer.set_element(env, place::DESCRIPTIONS, JObject::from(numbers))?;
        answer.set_element(env, place::BLOCKS, JObject::from(list))?;
    }
    Ok(model)
}

fn one(
    env: &mut Env<'_>,
    block: Payload,
    position: usize,
    list: &JObjectArray<'_>,
) -> Result<[i32; DESCRIPTION], Fault> {
    let (object, description) = match block {
        Payload::Matrix(matrix) => {
            let (data, [rows, columns]) = matrix.into_raw();
            (JObject::from(doubles(env, &data)?), [kind::MATRIX, fitting(rows)?, fitting(columns)?])
        }
        Payload::Vector(vector) => {
            let data = vector.into_raw();
            (JObject::from(doubles(env, &data)?), [kind::VECTOR, fitting(data.len())?, 1])
        }
        Payload::Ints(ints) => {
            let data = ints.iter().map(|&number| narrow(number)).collect::<Result<Vec<_>, _>>()?;
            (table::primitive(env, &data)?.into(), [kind::INTS, fitting(data.len())?, 1])
        }
        Payload::Table(table) => {
            (table::give(env, &table)?.into(), [kind::TABLE, fitting(table.rows())?, fitting(table.names().len())?])
        }
    };
    list.set_element(env, position, object)?;
    Ok(description)
}

/// A new `double[]`.
pub(crate) fn doubles<'local>(env: &mut Env<'local>, data: &[f64]) -> Result<JDoubleArray<'local>, Fault> {
    fitting(data.len())?;
    let array = JDoubleArray::new(env, data.len())?;
    array.set_region(env, 0, data)?;
    Ok(array)
}

/// A new `byte[]`.
pub(crate) fn bytes_of<'local>(env: &mut Env<'local>, data: &[u8]) -> Result<JByteArray<'local>, Fault> {
    fitting(data.len())?;
    Ok(env.byte_array_from_slice(data)?)
}

/// A whole number as Java's `int`.
fn narrow(number: i64) -> Result<i32, Fault> {
    let reason = || Fault::new(Code::TooLarge, format!("the result holds {number}, a Java int ends at {}", i32::MAX));
    i32::try_from(number).map_err(|_| reason())
}

/// A length as Java counts it.
pub(crate) fn fitting(length: usize) -> Result<i32, Fault> {
    i32::try_from(length).map_err(|_| {
        Fault::new(Code::TooLarge, format!("the result has {length} items, a Java array holds at most {}", i32::MAX))
    })
}
