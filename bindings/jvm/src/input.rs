//! Java arrays taken over as the bridge's inputs.
use inlaid::Code;
use inlaid::data::Table;
use inlaid_bridge::Input;
use jni::Env;
use jni::objects::{JByteArray, JDoubleArray, JIntArray, JObjectArray};

use crate::fault::Fault;
use crate::table;

/// How many numbers describe one input or block: its kind, rows and columns.
pub(crate) const DESCRIPTION: usize = 3;

/// The kinds of input and block; `io.inlaid.internal.Border` has the same numbers.
pub(crate) mod kind {
    pub(crate) const MATRIX: i32 = 0;
    pub(crate) const VECTOR: i32 = 1;
    pub(crate) const BYTES: i32 = 2;
    pub(crate) const TABLE: i32 = 3;
}

/// A copy of an input, for the time of the call.
pub(crate) enum Owned {
    Matrix { data: Vec<f64>, rows: usize, columns: usize },
    Vector(Vec<f64>),
    Bytes(Vec<u8>),
    Table(Table),
}

impl Owned {
    pub(crate) fn lend(&self) -> Input<'_> {
        match self {
            Owned::Matrix { data, rows, columns } => Input::Matrix { data, rows: *rows, columns: *columns },
            Owned::Vector(data) => Input::Vector(data),
            Owned::Bytes(data) => Input::Bytes(data),
            Owned::Table(table) => Input::Table(table),
        }
    }
}

/// Copy every input out of the Java heap.
pub(crate) fn take(
    env: &mut Env<'_>,
    inputs: &JObjectArray<'_>,
    descriptions: &JIntArray<'_>,
) -> Result<Vec<Owned>, Fault> {
    if inputs.is_null() {
        return Ok(Vec::new());
    }
    let mut numbers = vec![0; inputs.len(env)? * DESCRIPTION];
    descriptions.get_region(env, 0, &mut numbers)?;
    numbers
        .chunks_exact(DESCRIPTION)
        .enumerate()
        .map(|(position, description)| {
            // A frame of its own per input: references never pile up, however many there are.
            env.with_local_frame(8, |env| one(env, inputs, position, description))
        })
        .collect()
}

fn one(env: &mut Env<'_>, inputs: &JObjectArray<'_>, position: usize, description: &[i32]) -> Result<Owned, Fault> {
    let array = inputs.get_element(env, position)?;
    let size = |axis: usize| usize::try_from(description[axis]).unwrap_or(0);
    Ok(match description[0] {
        kind::MATRIX => {
            let data = doubles(env, &env.cast_local::<JDoubleArray>(array)?)?;
            Owned::Matrix { data, rows: size(1), columns: size(2) }
        }
        kind::VECTOR => Owned::Vector(doubles(env, &env.cast_local::<JDoubleArray>(array)?)?),
        kind::BYTES => Owned::Bytes(env.convert_byte_array(env.cast_local::<JByteArray>(array)?)?),
        kind::TABLE => Owned::Table(table::take(env, array)?),
        other => return Err(Fault::new(Code::Internal, format!("input {position} has the unknown kind {other}"))),
    })
}

/// The numbers of a `double[]`.
pub(crate) fn doubles(env: &Env<'_>, array: &JDoubleArray<'_>) -> Result<Vec<f64>, Fault> {
    let mut data = vec![0.0; array.len(env)?];
    array.get_region(env, 0, &mut data)?;
    Ok(data)
}
