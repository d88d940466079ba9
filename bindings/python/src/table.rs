//! Tables: over the Arrow C stream interface without a copy, and by columns where there is no Arrow.
use std::ptr::NonNull;

use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use inlaid::data::{self, Column, TimeUnit, Values};
use inlaid::{Code, Error};
use numpy::{IntoPyArray, PyArrayMethods, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::errors::raise;

/// Named columns in Arrow memory.
///
/// Gives its columns to every library that reads the Arrow PyCapsule interface, such as `polars.DataFrame(table)` and
/// `pyarrow.table(table)`.
#[pyclass(frozen, module = "inlaid._native")]
pub(crate) struct Table(pub(crate) data::Table);

/// A column on its way: the kind of its values, the values, `True` where one is missing, and the zone of timestamps.
type PyColumn<'py> = (&'static str, Bound<'py, PyAny>, Option<Bound<'py, PyAny>>, Option<String>);

#[pymethods]
impl Table {
    /// The table that an object gives by `__arrow_c_stream__`, without a copy.
    #[staticmethod]
    fn from_stream(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = object.py();
        let capsule = object.call_method0("__arrow_c_stream__")?;
        let pointer: NonNull<FFI_ArrowArrayStream> =
            capsule.cast::<PyCapsule>()?.pointer_checked(Some(c"arrow_array_stream"))?.cast();
        // SAFETY: a capsule of this name holds a valid stream by the Arrow PyCapsule interface; it is moved out here,
        // which leaves a released stream behind, and the capsule lives until the end of this function.
        let reader = unsafe { RecordBatchStreamReader::from_raw(pointer.as_ptr()) };
        let broken = |error| Error::new(Code::InvalidData, format!("the Arrow stream is not a table: {error}"));
        reader.map_err(broken).and_then(data::Table::from_reader).map(Self).map_err(|error| raise(py, &error))
    }

    /// A table of columns by name: `(name, kind, values, missing, zone)`, see `columns`.
    #[staticmethod]
    fn from_columns(py: Python<'_>, columns: Vec<Bound<'_, PyAny>>) -> PyResult<Self> {
        let columns = columns.iter().map(column_in).collect::<PyResult<Vec<_>>>()?;
        data::Table::from_columns(columns).map(Self).map_err(|error| raise(py, &error))
    }

    /// The columns by name: `(name, kind, values, missing, zone)`.
    ///
    /// `kind` is `floats`, `integers`, `booleans`, `texts` (a list), `dates` (days), or `timestamps[unit]` with unit
    /// `s`, `ms`, `us` or `ns`; `missing` is None or a boolean array.
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Vec<(String, PyColumn<'py>)>> {
        let named = |name: &str| {
            let column = self.0.column(name).map_err(|error| raise(py, &error))?;
            Ok((name.to_owned(), column_out(py, column)?))
        };
        self.0.names().into_iter().map(named).collect()
    }

    /// The names of the columns, in order.
    #[getter]
    fn names(&self) -> Vec<&str> {
        self.0.names()
    }

    fn __len__(&self) -> usize {
        self.0.rows()
    }

    fn __repr__(&self) -> String {
        format!("Table({} rows: {})", self.0.rows(), self.0.names().join(", "))
    }

    /// The table as an Arrow stream; the requested schema is not looked at, as the interface allows.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let stream = FFI_ArrowArrayStream::new(Box::new(self.0.reader()));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }
}

fn column_in(column: &Bound<'_, PyAny>) -> PyResult<(String, Column)> {
    type Parts<'py> = (String, String, Bound<'py, PyAny>, Option<PyReadonlyArray1<'py, bool>>, Option<String>);
    let (name, kind, values, missing, zone): Parts<'_> = column.extract()?;
    let values = match kind.as_str() {
        "floats" => Values::Floats(values.extract::<PyReadonlyArray1<'_, f64>>()?.to_vec()?),
        "integers" => Values::Integers(values.extract::<PyReadonlyArray1<'_, i64>>()?.to_vec()?),
        "booleans" => Values::Booleans(values.extract::<PyReadonlyArray1<'_, bool>>()?.to_vec()?),
        "texts" => Values::Texts(values.extract()?),
        "dates" => Values::Dates(values.extract::<PyReadonlyArray1<'_, i32>>()?.to_vec()?),
        other => {
            let values = values.extract::<PyReadonlyArray1<'_, i64>>()?.to_vec()?;
            Values::Timestamps { values, unit: unit_in(other)?, zone }
        }
    };
    let missing = missing.map(|missing| missing.to_vec()).transpose()?;
    Ok((name, Column { values, missing }))
}

fn column_out(py: Python<'_>, column: Column) -> PyResult<PyColumn<'_>> {
    let missing = column.missing.map(|missing| missing.into_pyarray(py).into_any());
    let (kind, values, zone) = match column.values {
        Values::Floats(values) => ("floats", values.into_pyarray(py).into_any(), None),
        Values::Integers(values) => ("integers", values.into_pyarray(py).into_any(), None),
        Values::Booleans(values) => ("booleans", values.into_pyarray(py).into_any(), None),
        Values::Texts(values) => ("texts", values.into_pyobject(py)?, None),
        Values::Dates(values) => ("dates", values.into_pyarray(py).into_any(), None),
        Values::Timestamps { values, unit, zone } => (unit_out(unit), values.into_pyarray(py).into_any(), zone),
        _ => return Err(raise(py, &Error::new(Code::Unsupported, "a column of a kind that Python does not know yet"))),
    };
    Ok((kind, values, missing, zone))
}

fn unit_in(kind: &str) -> PyResult<TimeUnit> {
    match kind {
        "timestamps[s]" => Ok(TimeUnit::Second),
        "timestamps[ms]" => Ok(TimeUnit::Millisecond),
        "timestamps[us]" => Ok(TimeUnit::Microsecond),
        "timestamps[ns]" => Ok(TimeUnit::Nanosecond),
        other => Err(PyValueError::new_err(format!("no kind of column: {other}"))),
    }
}

const fn unit_out(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "timestamps[s]",
        TimeUnit::Millisecond => "timestamps[ms]",
        TimeUnit::Microsecond => "timestamps[us]",
        TimeUnit::Nanosecond => "timestamps[ns]",
    }
}
