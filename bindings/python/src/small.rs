//! `assign` on a small matrix, past the catalogue.
//!
//! scipy answers such a call in about a microsecond, which is less than options and report take as JSON. Whatever is not the
//! plain case, errors among it, is left to the catalogue.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use inlaid::Context;
use inlaid::matching::{Assign, Assignment, Unmatched, assign};
use numpy::ndarray::ArrayView2;
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::exceptions::PyMemoryError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString, PyType};
use pyo3::{ffi, intern};

/// The most costs of a matrix that is solved with the GIL held: some tens of microseconds.
const SMALL: usize = 1024;

/// The assignment as an object of `class`, or None where the call is not a plain one that ends well.
#[pyfunction]
#[pyo3(signature = (class, costs, maximize, unmatched, seed, threads, progress, cancel))]
#[expect(clippy::too_many_arguments, reason = "positional on purpose: a call of a microsecond")]
pub(crate) fn assign_small<'py>(
    class: &Bound<'py, PyType>,
    costs: &Bound<'py, PyAny>,
    maximize: &Bound<'py, PyAny>,
    unmatched: &Bound<'py, PyAny>,
    seed: &Bound<'py, PyAny>,
    threads: &Bound<'py, PyAny>,
    progress: &Bound<'py, PyAny>,
    cancel: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    /// Nobody can cancel a small call, and it draws no random numbers.
    static CONTEXT: LazyLock<Context> = LazyLock::new(Context::new);
    let watched = !progress.cast_exact::<PyBool>().is_ok_and(|shown| !shown.is_true()) || !cancel.is_none();
    if watched || !is_count(seed) || !is_count(threads) {
        return Ok(None);
    }
    let (Some(options), Ok(costs)) = (options(maximize, unmatched), costs.cast_exact::<PyArray2<f64>>()) else {
        return Ok(None);
    };
    let [rows, columns] = [costs.shape()[0], costs.shape()[1]];
    if costs.len() > SMALL || !costs.is_c_contiguous() || !costs.data().is_aligned() {
        return Ok(None);
    }
    // SAFETY: the array is C-contiguous and aligned, and the GIL, which is held until the costs are read, keeps all who go by
    // it from writing.
    let Ok(values) = (unsafe { costs.as_slice() }) else { return Ok(None) };
    let Ok(view) = ArrayView2::from_shape((rows, columns), values) else { return Ok(None) };
    match catch_unwind(AssertUnwindSafe(|| assign(view, &options, &CONTEXT))) {
        Ok(Ok(assignment)) => object(class, assignment).map(Some),
        _ => Ok(None),
    }
}

fn options(maximize: &Bound<'_, PyAny>, unmatched: &Bound<'_, PyAny>) -> Option<Assign> {
    let unmatched = match unmatched.cast_exact::<PyString>().ok()?.to_str().ok()? {
        "refuse" => Unmatched::Refuse,
        "leave" => Unmatched::Leave,
        _ => return None,
    };
    let maximize = maximize.cast_exact::<PyBool>().ok()?.is_true();
    Some(Assign::default().with_maximize(maximize).with_unmatched(unmatched))
}

/// Whether it is what seed and threads may be; large ones are judged by the catalogue.
fn is_count(value: &Bound<'_, PyAny>) -> bool {
    value.cast_exact::<PyInt>().is_ok_and(|value| value.extract::<u32>().is_ok())
}

fn object<'py>(class: &Bound<'py, PyType>, assignment: Assignment) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    // SAFETY: `class` is a class of Python's own making, whose instances are a header and a dictionary.
    let object = unsafe {
        Bound::from_owned_ptr_or_opt(py, ffi::PyType_GenericAlloc(class.as_type_ptr(), 0))
            .ok_or_else(|| PyMemoryError::new_err("no memory for a result"))?
    };
    let set = |name: &Bound<'py, PyString>, value: Bound<'py, PyAny>| {
        // SAFETY: three live objects. Results refuse `setattr`, so this goes past it.
        let failed = unsafe { ffi::PyObject_GenericSetAttr(object.as_ptr(), name.as_ptr(), value.as_ptr()) } != 0;
        if failed { Err(PyErr::fetch(py)) } else { Ok(()) }
    };
    set(intern!(py, "rows"), PyArray1::from_slice(py, &assignment.rows.into_raw()).into_any())?;
    set(intern!(py, "columns"), PyArray1::from_slice(py, &assignment.columns.into_raw()).into_any())?;
    set(intern!(py, "total_cost"), PyFloat::new(py, assignment.total_cost).into_any())?;
    set(intern!(py, "row_prices"), PyArray1::from_slice(py, &assignment.row_prices.into_raw()).into_any())?;
    set(intern!(py, "column_prices"), PyArray1::from_slice(py, &assignment.column_prices.into_raw()).into_any())?;
    Ok(object)
}
