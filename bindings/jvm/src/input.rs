//! Java arrays taken over as the bridge's inputs.
use inlaid::Code;
use inlaid::data::{OwnedLists, Table};
use inlaid_bridge::Input;
use jni::Env;
use jni::objects::{
    JByteArray, JDoubleArray, JIntArray, JLongArray, JObject, JObjectArray, JPrimitiveArray, TypeArray,
};

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
    pub(crate) const INTS: i32 = 4;
    pub(crate) const LONGS: i32 = 5;
    pub(crate) const TEXTS: i32 = 6;
    pub(crate) const LISTS: i32 = 7;
}

/// A copy of an input, for the time of the call.
pub(crate) enum Owned {
    Matrix {
        data: Vec<f64>,
        rows: usize,
        columns: usize,
    },
    Vector(Vec<f64>),
    Ints(Vec<i64>),
    /// A block of UTF-8, and where each text ends.
    Texts(String, Vec<usize>),
    Lists(OwnedLists),
    Bytes(Vec<u8>),
    Table(Table),
}

impl Owned {
    /// The texts, borrowed; nothing for other inputs.
    pub(crate) fn texts(&self) -> Vec<&str> {
        let Owned::Texts(block, ends) = self else { return Vec::new() };
        let mut start = 0;
        let text = |&end: &usize| {
            let text = &block[start..end];
            start = end;
            text
        };
        ends.iter().map(text).collect()
    }

    /// The engine's view; `texts` is what [`texts`](Self::texts) gave.
    pub(crate) fn lend<'a>(&'a self, texts: &'a [&'a str]) -> Input<'a> {
        match self {
            Owned::Matrix { data, rows, columns } => Input::Matrix { data, rows: *rows, columns: *columns },
            Owned::Vector(data) => Input::Vector(data),
            Owned::Ints(data) => Input::Ints(data),
            Owned::Texts(..) => Input::Texts(texts),
            Owned::Lists(lists) => Input::Lists(lists.view()),
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
            let data = numbers(env, &env.cast_local::<JDoubleArray>(array)?)?;
            Owned::Matrix { data, rows: size(1), columns: size(2) }
        }
        kind::VECTOR => Owned::Vector(numbers(env, &env.cast_local::<JDoubleArray>(array)?)?),
        kind::INTS => Owned::Ints(widened(env, array)?),
        kind::LONGS => Owned::Ints(numbers(env, &env.cast_local::<JLongArray>(array)?)?),
        kind::TEXTS => texts(env, array, position)?,
        kind::LISTS => lists(env, array, position)?,
        kind::BYTES => Owned::Bytes(env.convert_byte_array(env.cast_local::<JByteArray>(array)?)?),
        kind::TABLE => Owned::Table(table::take(env, array)?),
        other => return Err(Fault::new(Code::Internal, format!("input {position} has the unknown kind {other}"))),
    })
}

/// Texts as Java sends them: an `Object[]` of a `byte[]` of UTF-8 and an `int[]` of where each ends.
fn texts(env: &mut Env<'_>, pair: JObject<'_>, position: usize) -> Result<Owned, Fault> {
    let pair = env.cast_local::<JObjectArray>(pair)?;
    let block = pair.get_element(env, 0)?;
    let block = env.convert_byte_array(env.cast_local::<JByteArray>(block)?)?;
    let ends = ends(env, &pair)?;
    let broken = || Fault::new(Code::Internal, format!("input {position} holds no texts; please report this"));
    let block = String::from_utf8(block).map_err(|_| broken())?;
    let fits = ends.is_sorted() && ends.iter().all(|&end| block.is_char_boundary(end));
    if fits { Ok(Owned::Texts(block, ends)) } else { Err(broken()) }
}

/// Lists as Java sends them: an `Object[]` of an `int[]` with all numbers and an `int[]` of where each list ends.
fn lists(env: &mut Env<'_>, pair: JObject<'_>, position: usize) -> Result<Owned, Fault> {
    let pair = env.cast_local::<JObjectArray>(pair)?;
    let values = pair.get_element(env, 0)?;
    let values = widened(env, values)?;
    let mut start = 0;
    let list = |end: usize| {
        let list = values.get(start..end);
        start = end;
        list
    };
    let lists: Option<OwnedLists> =
        ends(env, &pair)?.into_iter().map(list).collect::<Option<Vec<_>>>().map(|lists| lists.into_iter().collect());
    let broken = || Fault::new(Code::Internal, format!("input {position} holds no lists; please report this"));
    lists.map(Owned::Lists).ok_or_else(broken)
}

/// The ends at the second place of a pair; a negative one, which Java does not send, is 0.
fn ends(env: &mut Env<'_>, pair: &JObjectArray<'_>) -> Result<Vec<usize>, Fault> {
    let ends = pair.get_element(env, 1)?;
    let ends = numbers(env, &env.cast_local::<JIntArray>(ends)?)?;
    Ok(ends.into_iter().map(|end| usize::try_from(end).unwrap_or(0)).collect())
}

/// The numbers of an `int[]` in 64 bits.
fn widened(env: &mut Env<'_>, array: JObject<'_>) -> Result<Vec<i64>, Fault> {
    Ok(numbers(env, &env.cast_local::<JIntArray>(array)?)?.into_iter().map(i64::from).collect())
}

/// The elements of a primitive array.
pub(crate) fn numbers<T: TypeArray + Default + Clone>(
    env: &Env<'_>,
    array: &JPrimitiveArray<'_, T>,
) -> Result<Vec<T>, Fault> {
    let mut all = vec![T::default(); array.len(env)?];
    array.get_region(env, 0, &mut all)?;
    Ok(all)
}
