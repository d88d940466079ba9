//! Lends inputs to the bridge and turns its reply into Python objects.
use inlaid::data::Lists;
use inlaid::{Code, Context, Error};
use inlaid_bridge::{self as bridge, Input, Payload, Reply};
use numpy::ndarray::Array2;
use numpy::{Element, IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use crate::decode::decode;
use crate::errors::raise;
use crate::table::Table;
use crate::texts::Texts;
use crate::{signals, worker};

/// A fitted model of the engine.
#[pyclass(frozen, module = "inlaid._native")]
pub(crate) struct Model(bridge::Model);

#[pymethods]
impl Model {
    /// The class of the model, such as `forecast.FittedNaive`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.class()
    }
}

/// An input while it is lent: held by Python, borrowed by the engine.
enum Lent<'py> {
    Matrix(PyReadonlyArray2<'py, f64>),
    Vector(PyReadonlyArray1<'py, f64>),
    Ints(PyReadonlyArray1<'py, i64>),
    Texts(Bound<'py, Texts>),
    /// Lists of equal length.
    Rows(PyReadonlyArray2<'py, i64>),
    /// Lists one after the other, and where each ends.
    Ragged(PyReadonlyArray1<'py, i64>, PyReadonlyArray1<'py, usize>),
    Table(Bound<'py, Table>),
    Bytes(Bound<'py, PyBytes>),
}

impl<'py> Lent<'py> {
    fn of(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(matrix) = object.cast::<PyArray2<f64>>() {
            return Ok(Lent::Matrix(matrix.try_readonly()?));
        }
        if let Ok(vector) = object.cast::<PyArray1<f64>>() {
            return Ok(Lent::Vector(vector.try_readonly()?));
        }
        if let Ok(ints) = object.cast::<PyArray1<i64>>() {
            return Ok(Lent::Ints(ints.try_readonly()?));
        }
        if let Ok(rows) = object.cast::<PyArray2<i64>>() {
            return Ok(Lent::Rows(rows.try_readonly()?));
        }
        if let Ok(table) = object.cast::<Table>() {
            return Ok(Lent::Table(table.clone()));
        }
        if let Ok(texts) = object.cast::<Texts>() {
            return Ok(Lent::Texts(texts.clone()));
        }
        if object.is_instance_of::<PyTuple>() {
            let (values, ends) = object.extract()?;
            return Ok(Lent::Ragged(values, ends));
        }
        match object.cast::<PyBytes>() {
            Ok(bytes) => Ok(Lent::Bytes(bytes.clone())),
            Err(_) => {
                let message = format!("{} is no input of the engine", object.get_type().name()?);
                Err(raise(object.py(), &Error::new(Code::InvalidData, message)))
            }
        }
    }

    /// The texts, laid out for the engine; nothing for other inputs.
    fn texts(&self, py: Python<'py>) -> PyResult<Vec<&str>> {
        match self {
            Lent::Texts(texts) => texts.get().view(py),
            _ => Ok(Vec::new()),
        }
    }

    /// The engine's view of it; fails for arrays that are not C-contiguous.
    fn view<'a>(&'a self, py: Python<'py>, texts: &'a [&'a str]) -> PyResult<Input<'a>> {
        let shaped = |lists: Result<Lists<'a>, Error>| lists.map(Input::Lists).map_err(|error| raise(py, &error));
        Ok(match self {
            Lent::Matrix(matrix) => {
                let (rows, columns) = matrix.as_array().dim();
                Input::Matrix { data: matrix.as_slice()?, rows, columns }
            }
            Lent::Vector(vector) => Input::Vector(vector.as_slice()?),
            Lent::Ints(ints) => Input::Ints(ints.as_slice()?),
            Lent::Texts(_) => Input::Texts(texts),
            Lent::Rows(matrix) => {
                let (rows, columns) = matrix.as_array().dim();
                shaped(Lists::of_matrix(matrix.as_slice()?, rows, columns))?
            }
            Lent::Ragged(values, ends) => shaped(Lists::new(values.as_slice()?, ends.as_slice()?))?,
            Lent::Table(table) => Input::Table(&table.get().0),
            Lent::Bytes(bytes) => Input::Bytes(bytes.as_bytes()),
        })
    }
}

/// Run one operation.
///
/// `inputs` are C-contiguous float64 and int64 arrays with one or two axes, tuples of int64 values and where their lists
/// end (uintp), texts, tables and bytes; they are borrowed, not copied.
/// The GIL is released. Signals are answered while the call runs; every 20 ms `watch` is called with the progress, 0 to
/// 1. An exception of either cancels the engine and is raised once it has stopped. Quick calls are not watched.
///
/// Gives the value, the fitted model or the bytes, as far as the operation has them. Tables come out as `give` makes them.
#[pyfunction]
#[pyo3(signature = (op, options, inputs, model, seed, threads, watch, give))]
#[expect(clippy::too_many_arguments, reason = "positional on purpose: a call of a few microseconds")]
pub(crate) fn call<'py>(
    py: Python<'py>,
    op: &str,
    options: &str,
    inputs: Vec<Bound<'py, PyAny>>,
    model: Option<Bound<'py, Model>>,
    seed: u64,
    threads: usize,
    watch: Option<Bound<'py, PyAny>>,
    give: Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let lent = inputs.iter().map(Lent::of).collect::<PyResult<Vec<_>>>()?;
    let texts = lent.iter().map(|one| one.texts(py)).collect::<PyResult<Vec<_>>>()?;
    let views = lent.iter().zip(&texts).map(|(one, texts)| one.view(py, texts)).collect::<PyResult<Vec<_>>>()?;
    let model = model.as_ref().map(|model| &model.get().0);
    let context = || Context::new().with_seed(seed).with_threads(threads);
    let work = |context: &Context| bridge::call(op, options.as_bytes(), model, &views, context);
    // Nobody need look at a quick call, nor at one on a thread that runs no signal handlers.
    if bridge::is_quick(op, options.as_bytes(), &views) || watch.is_none() && !signals::on_main_thread(py)? {
        let reply = py.detach(|| work(&context()));
        return answer(&give, reply);
    }
    if watch.is_none() && bridge::is_repeatable(op) {
        let context = context();
        if let Some(reply) = signals::run(py, &context, || work(&context))? {
            return answer(&give, reply);
        }
    }
    let context = context();
    let look = || {
        let seen = py.check_signals().and_then(|()| match &watch {
            Some(watch) => watch.call1((context.progress(),)).map(drop),
            None => Ok(()),
        });
        seen.inspect_err(|_| context.cancel())
    };
    let reply = worker::run(py, || work(&context), look)?;
    answer(&give, reply)
}

/// The value of a reply, the model or the bytes.
fn answer<'py>(give: &Bound<'py, PyAny>, reply: Result<Reply, Error>) -> PyResult<Bound<'py, PyAny>> {
    let py = give.py();
    let reply = reply.map_err(|error| raise(py, &error))?;
    if let Some(bytes) = reply.bytes {
        return Ok(PyBytes::new(py, &bytes).into_any());
    }
    let blocks = reply.blocks.into_iter().map(|block| object(give, block)).collect::<PyResult<Vec<_>>>()?;
    match reply.model {
        // A session gives its first question later, so a model never has a report beside it.
        Some(model) => Ok(Bound::new(py, Model(model))?.into_any()),
        None => decode(py, &reply.report, &blocks),
    }
}

/// Up to how many numbers are copied into an array of Python's own, which costs less than one around their memory.
const COPIED: usize = 128;

/// A block as a numpy array, which takes over its memory where it is large, or a table that shares it.
fn object<'py>(give: &Bound<'py, PyAny>, block: Payload) -> PyResult<Bound<'py, PyAny>> {
    let py = give.py();
    Ok(match block {
        Payload::Matrix(matrix) => {
            let (data, shape) = matrix.into_raw();
            let matrix = Array2::from_shape_vec(shape, data).map_err(|mismatch| {
                raise(
                    py,
                    &Error::new(Code::Internal, format!("a result has no shape ({mismatch}); please report this")),
                )
            })?;
            matrix.into_pyarray(py).into_any()
        }
        Payload::Vector(vector) => row(py, vector.into_raw()),
        Payload::Ints(ints) => row(py, ints.into_raw()),
        Payload::Table(table) => give.call1((Bound::new(py, Table(table))?,))?,
    })
}

fn row<T: Element>(py: Python<'_>, data: Vec<T>) -> Bound<'_, PyAny> {
    if data.len() <= COPIED { PyArray1::from_slice(py, &data).into_any() } else { data.into_pyarray(py).into_any() }
}
