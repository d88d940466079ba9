//! What an operation is: its name, what it takes and gives, and the code that runs.
use std::any::Any;
use std::sync::Arc;

use inlaid::data::{Lists, Table, beside};
use inlaid::{Code, Context, Error, Result};
use ndarray::{ArrayView1, ArrayView2};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::input::{Input, shape_mismatch};
use crate::session::Asks;
use crate::{Model, Payload};

/// The schema of a type, asked for when the catalogue is described.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The [`SchemaOf`] of `T`.
fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// A kind of array that crosses the border; the alphabet is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    /// Row-major `f64` with two axes.
    Matrix,
    /// `f64` with one axis.
    Vector,
    /// `i64` with one axis: positions of rows, labels, counts.
    Ints,
    /// Unicode texts with one axis; none is missing.
    Texts,
    /// Rows of `i64` of different lengths.
    Lists,
    /// Opaque bytes.
    Bytes,
    /// Named columns over Arrow memory.
    Table,
}

/// An array that an operation takes.
#[derive(Clone, Debug, Serialize)]
pub struct ArrayArgument {
    /// Its name in every language, snake_case.
    pub name: &'static str,
    /// Its kind.
    pub letter: Letter,
    /// What its axes are, such as `series`, `time`.
    pub axes: &'static [&'static str],
    /// What it is, in which unit, and what is refused.
    pub doc: &'static str,
}

/// What an operation belongs to.
#[derive(Clone, Copy, Debug)]
pub enum Receiver {
    /// Nothing: a free function of the room.
    Room,
    /// The options class whose fields are the options of the call.
    Options(SchemaOf),
    /// A fitted model.
    Model,
    /// The class of a fitted model, as a constructor of it.
    ModelClass,
    /// A result, which travels back under the option `self`.
    Report(SchemaOf),
}

/// What an operation gives.
#[derive(Clone, Copy, Debug)]
pub enum Gives {
    /// Nothing but success.
    Nothing,
    /// A value: a number, a text, a matrix, or a result struct.
    Value(SchemaOf),
    /// A fitted model of the class named.
    Model(&'static str),
    /// Bytes.
    Bytes,
}

/// A public operation.
pub struct Op {
    /// `room.function` or `room.Class.method`.
    pub name: String,
    /// What it does, for the docs of every language.
    pub doc: &'static str,
    /// What it belongs to.
    pub receiver: Receiver,
    /// The arrays it takes, in order.
    pub arrays: Vec<ArrayArgument>,
    /// Its own options, besides those of its receiver; a struct.
    pub options: Option<SchemaOf>,
    /// What it gives.
    pub gives: Gives,
    /// What it asks of its caller before it can give that; its code then gives a session.
    pub asks: Option<Asks>,
    /// Cheap: it runs where it is called, without a watching thread.
    pub quick: bool,
    /// Up to how many bytes of options and input it is over before anybody could look after it.
    pub brief: usize,
    /// Whether a call that was cancelled may be made again, as if it had never been.
    pub repeatable: bool,
    /// The code.
    pub run: fn(&Args<'_>) -> Result<Reply>,
}

impl std::fmt::Debug for Op {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Op").field("name", &self.name).finish_non_exhaustive()
    }
}

/// An operation whose code is still to come; what is not said is absent.
pub(crate) struct Draft {
    op: Op,
}

/// Start the declaration of an operation.
pub(crate) fn op(name: impl Into<String>, doc: &'static str) -> Draft {
    let nothing = |_: &Args<'_>| Ok(Reply::nothing());
    let (receiver, gives) = (Receiver::Room, Gives::Nothing);
    let (arrays, options, asks) = (vec![], None, None);
    let (quick, brief, repeatable) = (false, 0, true);
    let name = name.into();
    Draft { op: Op { name, doc, receiver, arrays, options, gives, asks, quick, brief, repeatable, run: nothing } }
}

impl Draft {
    /// It belongs to the options class `T`, whose fields are the options of the call.
    pub(crate) fn on_options<T: JsonSchema>(mut self) -> Self {
        self.op.receiver = Receiver::Options(schema::<T>);
        self
    }

    /// It belongs to a fitted model.
    pub(crate) fn on_model(mut self) -> Self {
        self.op.receiver = Receiver::Model;
        self
    }

    /// It constructs a fitted model.
    pub(crate) fn on_model_class(mut self) -> Self {
        self.op.receiver = Receiver::ModelClass;
        self
    }

    /// It belongs to the result `T`.
    pub(crate) fn on_report<T: JsonSchema>(mut self) -> Self {
        self.op.receiver = Receiver::Report(schema::<T>);
        self
    }

    /// It takes an array, after those said before.
    pub(crate) fn takes(mut self, array: ArrayArgument) -> Self {
        self.op.arrays.push(array);
        self
    }

    /// It has the options of the struct `T`.
    pub(crate) fn options<T: JsonSchema>(mut self) -> Self {
        self.op.options = Some(schema::<T>);
        self
    }

    /// It gives a value.
    pub(crate) fn gives<T: JsonSchema>(mut self) -> Self {
        self.op.gives = Gives::Value(schema::<T>);
        self
    }

    /// It gives a fitted model.
    pub(crate) fn gives_model(mut self, class: &'static str) -> Self {
        self.op.gives = Gives::Model(class);
        self
    }

    /// It gives bytes.
    pub(crate) fn gives_bytes(mut self) -> Self {
        self.op.gives = Gives::Bytes;
        self
    }

    /// It asks its caller while it runs; its code gives a [session](Reply::session).
    pub(crate) fn asks(mut self, asks: Asks) -> Self {
        self.op.asks = Some(asks);
        self
    }

    /// A call changes something even if it is cancelled, and must not be made again.
    pub(crate) fn once(mut self) -> Self {
        self.op.repeatable = false;
        self
    }

    /// It is cheap enough to run without a watching thread.
    pub(crate) fn quick(mut self) -> Self {
        self.op.quick = true;
        self
    }

    /// It takes below a millisecond for options and inputs of up to so many bytes, and then runs without a watching thread.
    pub(crate) fn brief_up_to(mut self, bytes: usize) -> Self {
        self.op.brief = bytes;
        self
    }

    /// Its code.
    pub(crate) fn runs(mut self, run: fn(&Args<'_>) -> Result<Reply>) -> Op {
        self.op.run = run;
        self.op
    }
}

/// What a call was given.
#[derive(Debug)]
pub struct Args<'a> {
    op: &'a Op,
    options: Value,
    model: Option<&'a Model>,
    inputs: &'a [Input<'a>],
    /// Cancellation, progress, seed and threads of the call.
    pub context: &'a Context,
}

impl<'a> Args<'a> {
    pub(crate) fn new(
        op: &'a Op,
        options: &[u8],
        model: Option<&'a Model>,
        inputs: &'a [Input<'a>],
        context: &'a Context,
    ) -> Result<Self> {
        let malformed =
            |reason: &str| Error::new(Code::InvalidConfig, format!("the options are not a JSON object: {reason}"));
        let options = match options {
            [] => Value::Object(serde_json::Map::new()),
            text => serde_json::from_slice(text).map_err(|error| malformed(&error.to_string()))?,
        };
        if !options.is_object() {
            return Err(malformed("another kind of value"));
        }
        Ok(Self { op, options, model, inputs, context })
    }

    /// The array at `position`, a matrix.
    ///
    /// # Errors
    /// `invalid_data` if it is missing, of another kind, or has another size than its shape says.
    pub fn matrix(&self, position: usize) -> Result<ArrayView2<'a, f64>> {
        match self.input(position)? {
            Input::Matrix { data, rows, columns } => {
                ArrayView2::from_shape((*rows, *columns), data).map_err(|_| shape_mismatch(data.len(), *rows, *columns))
            }
            _ => Err(self.wrong(position, "a matrix with two axes")),
        }
    }

    /// The array at `position`, a vector.
    ///
    /// # Errors
    /// `invalid_data` if it is missing or of another kind.
    pub fn vector(&self, position: usize) -> Result<ArrayView1<'a, f64>> {
        match self.input(position)? {
            Input::Vector(data) => Ok(ArrayView1::from(*data)),
            _ => Err(self.wrong(position, "a vector with one axis")),
        }
    }

    /// The whole numbers at `position`.
    ///
    /// # Errors
    /// `invalid_data` if they are missing or something else.
    pub fn ints(&self, position: usize) -> Result<&'a [i64]> {
        match self.input(position)? {
            Input::Ints(data) => Ok(data),
            _ => Err(self.wrong(position, "whole numbers")),
        }
    }

    /// The texts at `position`; none of them is missing.
    ///
    /// # Errors
    /// `invalid_data` if they are missing or something else.
    pub fn texts(&self, position: usize) -> Result<&'a [&'a str]> {
        match self.input(position)? {
            Input::Texts(texts) => Ok(texts),
            _ => Err(self.wrong(position, "texts")),
        }
    }

    /// The lists of whole numbers at `position`.
    ///
    /// # Errors
    /// `invalid_data` if they are missing or something else.
    pub fn lists(&self, position: usize) -> Result<Lists<'a>> {
        match self.input(position)? {
            Input::Lists(lists) => Ok(*lists),
            _ => Err(self.wrong(position, "lists of whole numbers")),
        }
    }

    /// The bytes at `position`.
    ///
    /// # Errors
    /// `invalid_data` if they are missing or something else.
    pub fn bytes(&self, position: usize) -> Result<&'a [u8]> {
        match self.input(position)? {
            Input::Bytes(data) => Ok(data),
            _ => Err(self.wrong(position, "bytes")),
        }
    }

    /// The table at `position`.
    ///
    /// # Errors
    /// `invalid_data` if it is missing or something else.
    pub fn table(&self, position: usize) -> Result<&'a Table> {
        match self.input(position)? {
            Input::Table(table) => Ok(table),
            _ => Err(self.wrong(position, "a table")),
        }
    }

    /// The options of the call as `T`; marks inside them stand for the inputs after the operation's arrays.
    ///
    /// # Errors
    /// `invalid_config` for an unknown option or a value of another type, with the option's name.
    pub fn options<T: DeserializeOwned>(&self) -> Result<T> {
        self.read(&self.options)
    }

    /// The options without the receiver, as `T`, for operations on results.
    ///
    /// # Errors
    /// As [`options`](Self::options).
    pub fn options_beside_report<T: DeserializeOwned>(&self) -> Result<T> {
        let mut options = self.options.clone();
        if let Value::Object(fields) = &mut options {
            fields.shift_remove("self");
        }
        self.read(&options)
    }

    /// The option `name` as the one field of `A`, and the others as `B`.
    ///
    /// # Errors
    /// As [`options`](Self::options).
    pub(crate) fn options_split<A: DeserializeOwned, B: DeserializeOwned>(&self, name: &str) -> Result<(A, B)> {
        let mut others = self.options.clone();
        let mut own = serde_json::Map::new();
        if let Value::Object(fields) = &mut others
            && let Some(value) = fields.shift_remove(name)
        {
            own.insert(name.to_owned(), value);
        }
        Ok((self.read(&Value::Object(own))?, self.read(&others)?))
    }

    /// The result that the operation belongs to.
    ///
    /// # Errors
    /// As [`options`](Self::options).
    pub fn report<T: DeserializeOwned>(&self) -> Result<T> {
        self.read(self.options.get("self").unwrap_or(&Value::Null))
    }

    /// The model that the operation belongs to.
    ///
    /// # Errors
    /// `invalid_data` if it is missing or of another class.
    pub fn model<T: Any + Send + Sync>(&self) -> Result<Arc<T>> {
        self.model_handle()?.read()
    }

    /// The model that the operation belongs to, to change it.
    ///
    /// # Errors
    /// `invalid_data` if it is missing.
    pub fn model_handle(&self) -> Result<&'a Model> {
        self.model.ok_or_else(|| Error::new(Code::InvalidData, format!("`{}` needs a fitted model", self.op.name)))
    }

    /// Look at the model that the operation belongs to, one held in place, or change it; see [`Model::change`].
    ///
    /// # Errors
    /// As [`Model::change`], and `invalid_data` if the model is missing.
    pub fn change<T: Any + Send, R>(&self, change: impl FnOnce(&mut T) -> Result<R>) -> Result<R> {
        self.model_handle()?.change(self.context, change)
    }

    /// The name of the operation.
    pub(crate) fn op_name(&self) -> &'a str {
        &self.op.name
    }

    /// Everything that the call was lent.
    pub(crate) fn inputs(&self) -> &'a [Input<'a>] {
        self.inputs
    }

    fn read<T: DeserializeOwned>(&self, value: &Value) -> Result<T> {
        let blocks = self.inputs.iter().skip(self.op.arrays.len()).map(Input::to_payload).collect::<Result<_>>()?;
        beside::with(blocks, || serde_path_to_error::deserialize(value)).map_err(|error| {
            let path = error.path().to_string();
            let message = in_plain_words(&error.into_inner().to_string());
            let place = if path == "." { String::new() } else { format!("option `{path}`: ") };
            Error::new(Code::InvalidConfig, format!("{place}{message}"))
        })
    }

    fn input(&self, position: usize) -> Result<&'a Input<'a>> {
        self.inputs.get(position).ok_or_else(|| self.wrong(position, "a value, but it is missing"))
    }

    fn wrong(&self, position: usize, wanted: &str) -> Error {
        let name = self.op.arrays.get(position).map_or("?", |array| array.name);
        Error::new(Code::InvalidData, format!("`{name}` of {} must be {wanted}", self.op.name))
    }
}

/// What Rust calls its types, as users of other languages know them.
fn in_plain_words(message: &str) -> String {
    let words = [
        ("expected usize", "expected a whole number of 0 or more"),
        ("expected u64", "expected a whole number of 0 or more"),
        ("expected f64", "expected a number"),
        ("expected a sequence", "expected a list"),
        ("invalid type: map", "invalid type: object"),
    ];
    words.iter().fold(message.to_owned(), |text, (rust, plain)| text.replace(rust, plain))
}

/// What a call gives back.
#[derive(Debug, Default)]
pub struct Reply {
    /// A JSON text whose `{"$array": position}` marks stand for `blocks`; `null` if the operation gives no value.
    pub report: String,
    /// The numbers beside the report.
    pub blocks: Vec<Payload>,
    /// The fitted model, if the operation gives one.
    pub model: Option<Model>,
    /// Bytes, if the operation gives them.
    pub bytes: Option<Vec<u8>>,
}

impl Reply {
    /// Nothing but success.
    #[must_use]
    pub fn nothing() -> Self {
        Self { report: "null".into(), ..Self::default() }
    }

    /// A fitted model of `class`.
    pub fn model<T: Any + Send + Sync>(class: &'static str, value: T) -> Self {
        Self { model: Some(Model::new(class, value)), ..Self::nothing() }
    }

    /// A fitted model of `class` that calls change in place; see [`Model::change`].
    pub fn model_in_place<T: Any + Send>(class: &'static str, value: T) -> Self {
        Self { model: Some(Model::in_place(class, value)), ..Self::nothing() }
    }

    /// Bytes.
    #[must_use]
    pub fn bytes(bytes: Vec<u8>) -> Self {
        Self { bytes: Some(bytes), ..Self::nothing() }
    }

    /// A value, its numbers beside it.
    ///
    /// # Errors
    /// `internal` if it cannot be written as JSON.
    pub fn value<T: Serialize>(value: T) -> Result<Self> {
        let (text, blocks) = beside::collect(|| serde_json::to_string(&value));
        drop(value); // the blocks are now the only owners of their numbers and move out without a copy
        let report =
            text.map_err(|error| Error::new(Code::Internal, format!("a result could not be written: {error}")))?;
        Ok(Self { report, blocks, ..Self::default() })
    }
}
