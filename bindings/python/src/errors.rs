//! An engine error as the Python exception of its code.
use std::error::Error as _;

use inlaid::Error;
use pyo3::prelude::*;

/// The exception that `inlaid.errors` keeps for the code of `error`, with the cause as a note.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error).map_or_else(|failure| failure, PyErr::from_value)
}

fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let classes = py.import("inlaid.errors")?.getattr("BY_CODE")?;
    let exception = classes.get_item(error.code().as_str())?.call1((error.message(),))?;
    if let Some(cause) = error.source() {
        exception.call_method1("add_note", (format!("caused by: {cause}"),))?;
    }
    Ok(exception)
}
