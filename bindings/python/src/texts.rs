//! Texts: Python's own strings are lent as they are, those of Arrow over its C interface without a copy.
use std::ptr::NonNull;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{ArrayRef, make_array};
use inlaid::{Code, Error, data};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList, PyString};

use crate::errors::raise;

/// A row of texts, none missing, as the engine takes it.
#[pyclass(frozen, module = "inlaid._native")]
pub(crate) struct Texts(Held);

enum Held {
    /// Each string is kept alive here, and keeps its own UTF-8.
    Strings(Vec<Py<PyString>>),
    Arrow(data::Texts),
}

#[pymethods]
impl Texts {
    /// The strings of a list, which messages call `name`.
    #[staticmethod]
    fn from_list(name: &str, list: &Bound<'_, PyList>) -> PyResult<Self> {
        let mut strings = Vec::with_capacity(list.len());
        for (position, item) in list.iter().enumerate() {
            let refused = |why: &str| invalid(list.py(), &format!("`{name}`[{position}] {why}"));
            let Ok(text) = item.cast::<PyString>() else { return Err(refused(&no_text(&item)?)) };
            if text.to_str().is_err() {
                return Err(refused("is not Unicode: it holds half of a surrogate pair"));
            }
            strings.push(text.clone().unbind());
        }
        Ok(Self(Held::Strings(strings)))
    }

    /// The texts that an object gives by `__arrow_c_stream__` or `__arrow_c_array__`, without a copy.
    #[staticmethod]
    fn from_arrow(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = object.py();
        let chunks = if object.hasattr("__arrow_c_stream__")? { stream(object) } else { array(object) };
        let texts = data::Texts::from_arrays(chunks?).map_err(|error| raise(py, &error.at(format!("`{name}`"))))?;
        match texts.to_options().iter().position(Option::is_none) {
            Some(position) => Err(invalid(py, &format!("`{name}`[{position}] must be a text, got a missing one"))),
            None => Ok(Self(Held::Arrow(texts))),
        }
    }

    fn __len__(&self) -> usize {
        match &self.0 {
            Held::Strings(strings) => strings.len(),
            Held::Arrow(texts) => texts.len(),
        }
    }
}

impl Texts {
    /// The texts, borrowed from whoever holds them.
    pub(crate) fn view<'a>(&'a self, py: Python<'_>) -> PyResult<Vec<&'a str>> {
        match &self.0 {
            Held::Strings(strings) => strings.iter().map(|text| text.to_str(py)).collect(),
            Held::Arrow(texts) => Ok(texts.to_options().into_iter().flatten().collect()),
        }
    }
}

/// What to say of an item that is no text.
fn no_text(item: &Bound<'_, PyAny>) -> PyResult<String> {
    let kind = item.get_type().name()?.to_string();
    let is_missing =
        item.is_none() || matches!(kind.as_str(), "NAType" | "NaTType") || matches!(item.eq(item), Ok(false));
    let kind = if is_missing { format!("a missing one ({kind})") } else { kind };
    Ok(format!("must be a text, got {kind}"))
}

/// The chunks of an Arrow stream of arrays.
fn stream(object: &Bound<'_, PyAny>) -> PyResult<Vec<ArrayRef>> {
    let py = object.py();
    let capsule = object.call_method0("__arrow_c_stream__")?;
    let pointer: NonNull<FFI_ArrowArrayStream> =
        capsule.cast::<PyCapsule>()?.pointer_checked(Some(c"arrow_array_stream"))?.cast();
    // SAFETY: a capsule of this name holds a valid stream by the Arrow PyCapsule interface; it is moved out here, which
    // leaves a released stream behind, and the capsule lives until the end of this function.
    let reader = unsafe { ArrayStreamReader::from_raw(pointer.as_ptr()) };
    let chunks = reader.and_then(|reader| reader.collect::<Result<Vec<_>, _>>());
    chunks.map_err(|error| invalid(py, &format!("the Arrow stream broke: {error}")))
}

/// A single Arrow array.
fn array(object: &Bound<'_, PyAny>) -> PyResult<Vec<ArrayRef>> {
    let py = object.py();
    let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) =
        object.call_method0("__arrow_c_array__")?.extract()?;
    let schema: NonNull<FFI_ArrowSchema> = schema.pointer_checked(Some(c"arrow_schema"))?.cast();
    let array: NonNull<FFI_ArrowArray> = array.pointer_checked(Some(c"arrow_array"))?.cast();
    // SAFETY: capsules of these names hold a valid schema and array by the Arrow PyCapsule interface and live until the
    // end of this function; the array is moved out, which leaves a released one behind, the schema is only read.
    let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) };
    match data {
        Ok(data) => Ok(vec![make_array(data)]),
        Err(error) => Err(invalid(py, &format!("the Arrow array is broken: {error}"))),
    }
}

fn invalid(py: Python<'_>, message: &str) -> PyErr {
    raise(py, &Error::new(Code::InvalidData, message))
}
