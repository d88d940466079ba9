//! What a call gives, as JavaScript reads it.
use inlaid::data::{Column, Table, TimeUnit, Values};
use inlaid::{Code, Error, Result};
use inlaid_bridge::{self as bridge, Payload};
use napi::bindgen_prelude::{
    BigInt64Array, Float64Array, Float64ArraySlice, Int32Array, ObjectFinalize, ToNapiValue, Uint8Array,
};
use napi::{Env, JsValue, sys};
use napi_derive::napi;

use crate::input::TableColumn;

const MILLISECONDS_PER_DAY: f64 = 86_400_000.0;

/// How many numbers are copied rather than moved.
const FEW: usize = 1024;

/// The largest whole number that JavaScript holds exactly.
const LARGEST_EXACT: u64 = (1 << 53) - 1;

/// What a call gave: a value, or why it failed.
#[napi(object, object_from_js = false)]
pub struct Reply {
    /// The code of the error, if the call failed.
    pub code: Option<String>,
    /// What was wrong.
    pub message: Option<String>,
    /// A JSON text whose `{"$array": position}` marks stand for `blocks`.
    pub report: String,
    /// The numbers beside the report.
    pub blocks: Vec<OutBlock>,
    /// The fitted model.
    pub model: Option<ModelHandle>,
    /// Bytes.
    pub bytes: Option<Uint8Array>,
}

/// One block of a reply; exactly one of `data`, `ints` and `table` is there.
#[napi(object, object_from_js = false)]
pub struct OutBlock {
    /// The numbers of a matrix or vector.
    #[napi(ts_type = "Float64Array")]
    pub data: Option<Numbers>,
    /// The first axis of a matrix; a vector has no shape.
    pub rows: Option<f64>,
    /// The second axis of a matrix.
    pub columns: Option<f64>,
    /// Whole numbers.
    pub ints: Option<Int32Array>,
    /// The columns of a table.
    pub table: Option<Vec<TableColumn>>,
}

/// A fitted model in the hands of JavaScript, freed by its garbage collector.
#[napi(custom_finalize)]
pub struct ModelHandle {
    pub(crate) model: bridge::Model,
    size: i64,
}

impl ObjectFinalize for ModelHandle {
    fn finalize(self, env: Env) -> napi::Result<()> {
        env.adjust_external_memory(-self.size).map(drop)
    }
}

/// Numbers that become a `Float64Array`.
pub struct Numbers(Vec<f64>);

impl ToNapiValue for Numbers {
    /// Many numbers move; few are copied, since memory of ours costs the garbage collector more than they do.
    unsafe fn to_napi_value(env: sys::napi_env, numbers: Self) -> napi::Result<sys::napi_value> {
        if numbers.0.len() <= FEW {
            return Ok(Float64ArraySlice::copy_from(&Env::from_raw(env), &numbers.0)?.raw());
        }
        // SAFETY: `env` is the live environment that the caller was given.
        unsafe { Float64Array::to_napi_value(env, numbers.0.into()) }
    }
}

impl Reply {
    /// The outcome of a call; `size` is about how many bytes a model of it holds, so that the garbage collector knows.
    pub(crate) fn of(env: Env, outcome: Result<bridge::Reply>, size: usize) -> napi::Result<Self> {
        let reply = match outcome.and_then(Parts::of) {
            Ok(reply) => reply,
            Err(error) => return Ok(Self::failure(&error)),
        };
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let model = match reply.model {
            Some(model) => {
                env.adjust_external_memory(size)?;
                Some(ModelHandle { model, size })
            }
            None => None,
        };
        Ok(Self {
            code: None,
            message: None,
            report: reply.report,
            blocks: reply.blocks,
            model,
            bytes: reply.bytes.map(Uint8Array::from),
        })
    }

    fn failure(error: &Error) -> Self {
        Self {
            code: Some(error.code().as_str().to_owned()),
            message: Some(error.message().to_owned()),
            report: "null".to_owned(),
            blocks: Vec::new(),
            model: None,
            bytes: None,
        }
    }
}

/// A reply whose blocks can be handed over.
struct Parts {
    report: String,
    blocks: Vec<OutBlock>,
    model: Option<bridge::Model>,
    bytes: Option<Vec<u8>>,
}

impl Parts {
    fn of(reply: bridge::Reply) -> Result<Self> {
        let blocks = reply.blocks.into_iter().map(OutBlock::of).collect::<Result<_>>()?;
        Ok(Self { report: reply.report, blocks, model: reply.model, bytes: reply.bytes })
    }
}

impl OutBlock {
    /// Numbers move out without a copy.
    fn of(payload: Payload) -> Result<Self> {
        let empty = Self { data: None, rows: None, columns: None, ints: None, table: None };
        Ok(match payload {
            Payload::Matrix(matrix) => {
                let (data, [rows, columns]) = matrix.into_raw();
                Self { data: Some(Numbers(data)), rows: Some(rows as f64), columns: Some(columns as f64), ..empty }
            }
            Payload::Vector(vector) => Self { data: Some(Numbers(vector.into_raw())), ..empty },
            Payload::Ints(ints) => Self { ints: Some(narrow(ints.iter())?), ..empty },
            Payload::Table(table) => Self { table: Some(columns(&table)?), ..empty },
        })
    }
}

/// Whole numbers as JavaScript computes with them.
fn narrow<'a>(numbers: impl Iterator<Item = &'a i64>) -> Result<Int32Array> {
    let one = |&number: &i64| {
        let reason =
            || Error::new(Code::TooLarge, format!("the result holds {number}, an Int32Array ends at 2^31 - 1"));
        i32::try_from(number).map_err(|_| reason())
    };
    numbers.map(one).collect::<Result<Vec<_>>>().map(Int32Array::from)
}

fn columns(table: &Table) -> Result<Vec<TableColumn>> {
    let names = table.names();
    names.into_iter().map(|name| Ok(TableColumn::of(name, table.column(name)?))).collect()
}

impl TableColumn {
    fn of(name: &str, column: Column) -> Self {
        let missing = column.missing.map(|marks| marks.into_iter().map(u8::from).collect::<Vec<_>>().into());
        let empty =
            Self { name: name.to_owned(), kind: String::new(), numbers: None, integers: None, texts: None, missing };
        let numbers = |kind: &str, numbers: Vec<f64>| Some((kind.to_owned(), Float64Array::from(numbers)));
        let plain = match column.values {
            Values::Floats(values) => numbers("floats", values),
            Values::Integers(values) if values.iter().all(|value| value.unsigned_abs() <= LARGEST_EXACT) => {
                numbers("integers", values.into_iter().map(|value| value as f64).collect())
            }
            Values::Integers(values) => {
                let integers = Some(BigInt64Array::from(values));
                return Self { kind: "big_integers".to_owned(), integers, ..empty };
            }
            Values::Booleans(values) => numbers("booleans", values.into_iter().map(f64::from).collect()),
            Values::Texts(texts) => return Self { kind: "texts".to_owned(), texts: Some(texts), ..empty },
            Values::Dates(days) => {
                numbers("instants", days.into_iter().map(|day| f64::from(day) * MILLISECONDS_PER_DAY).collect())
            }
            Values::Timestamps { values, unit, .. } => {
                let per_millisecond = match unit {
                    TimeUnit::Second => 1e-3,
                    TimeUnit::Millisecond => 1.0,
                    TimeUnit::Microsecond => 1e3,
                    TimeUnit::Nanosecond => 1e6,
                };
                numbers("instants", values.into_iter().map(|value| (value as f64 / per_millisecond).floor()).collect())
            }
            _ => None,
        };
        match plain {
            Some((kind, numbers)) => Self { kind, numbers: Some(numbers), ..empty },
            None => empty,
        }
    }
}
