//! Options that are plain values as JSON, the shortest way; Python sees to all others.
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString};
use serde_json::Value;

/// The JSON text of options by name. None where one is more than true, false, None, a text or a finite number.
#[pyfunction]
pub(crate) fn encode(options: &Bound<'_, PyDict>) -> Option<String> {
    let mut text = String::with_capacity(64);
    for (name, value) in options {
        text.push(if text.is_empty() { '{' } else { ',' });
        write(&mut text, &Value::from(name.cast::<PyString>().ok()?.to_str().ok()?));
        text.push(':');
        write(&mut text, &plain(&value)?);
    }
    if !text.is_empty() {
        text.push('}');
    }
    Some(text)
}

fn write(text: &mut String, value: &Value) {
    use std::fmt::Write;
    // Writing into a string does not fail.
    let _ = write!(text, "{value}");
}

fn plain(value: &Bound<'_, PyAny>) -> Option<Value> {
    if value.is_none() {
        return Some(Value::Null);
    }
    if let Ok(value) = value.cast_exact::<PyBool>() {
        return Some(Value::Bool(value.is_true()));
    }
    if let Ok(value) = value.cast_exact::<PyString>() {
        return value.to_str().ok().map(Value::from);
    }
    if let Ok(value) = value.cast_exact::<PyInt>() {
        return value.extract::<i64>().ok().map(Value::from);
    }
    let value = value.cast_exact::<PyFloat>().ok()?.extract::<f64>().ok()?;
    serde_json::Number::from_f64(value).map(Value::Number)
}
