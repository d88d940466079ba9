"""Tables on their way in and out: the kind that comes in is the kind that goes out.

| in | read by | out |
|---|---|---|
| `pandas.DataFrame` | columns (pyarrow is not needed) | `pandas.DataFrame` |
| `polars.DataFrame`, `polars.LazyFrame` | Arrow stream, no copy | `polars.DataFrame` |
| `pyarrow.Table`, `pyarrow.RecordBatch` | Arrow stream, no copy | `pyarrow.Table` |
| another object with `__arrow_c_stream__` | Arrow stream, no copy | `inlaid.Table`, which is one too |
| mapping of names to columns | columns | dict of numpy arrays |
| sequence of mappings | columns | list of dicts |
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import numpy as np

from . import _native
from ._arrays import lend_vector
from .errors import InvalidDataError, UnsupportedError

Kind: TypeAlias = Literal["pandas", "polars", "pyarrow", "arrow", "columns", "records"]
"""What a table was before it came in."""


class ArrowStream(Protocol):
    """Anything that gives its columns by the Arrow PyCapsule interface, as the frames of most libraries do."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A PyCapsule with an Arrow C stream."""
        ...


TableLike: TypeAlias = ArrowStream | Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""What is taken where a table is asked for."""


class Lent(NamedTuple):
    """A table as the engine takes it, and what it was."""

    table: _native.Table
    kind: Kind


_Column: TypeAlias = tuple[str, str, Any, Any, str | None]
"""Name, kind of the values, values, where they are missing, zone; as `_native.Table.columns` describes it."""


def lend_table(name: str, value: Any) -> Lent:
    """A table of any kind, as the engine takes it.

    Raises:
        InvalidDataError: It is no table, or a column holds values that are neither numbers, texts, booleans nor dates.
    """
    package = type(value).__module__.partition(".")[0]
    if package == "pandas" and hasattr(value, "columns"):
        columns = [_pandas_column(str(label), value[label]) for label in value.columns]
        return Lent(_native.Table.from_columns(columns), "pandas")
    if package == "polars" and hasattr(value, "collect"):
        value = value.collect()
    if hasattr(value, "__arrow_c_stream__"):
        kind: Kind = package if package in ("polars", "pyarrow") else "arrow"  # type: ignore[assignment]
        return Lent(_native.Table.from_stream(value), kind)
    if isinstance(value, Mapping):
        columns = [_column(str(label), column) for label, column in value.items()]
        return Lent(_native.Table.from_columns(columns), "columns")
    if isinstance(value, Sequence) and value and all(isinstance(row, Mapping) for row in value):
        names = list(dict.fromkeys(key for row in value for key in row))
        columns = [_column(str(label), [row.get(label) for row in value]) for label in names]
        return Lent(_native.Table.from_columns(columns), "records")
    raise InvalidDataError(
        f"`{name}` must be a table: a frame of pandas, polars or pyarrow, a mapping of names to columns "
        f"or a list of mappings; got {type(value).__name__}"
    )


def lend_panel(name: str, value: Any, id: str, time: str | None, target: str) -> Lent:
    """A table of many series under each other, or a mapping of ids to series.

    A mapping that has the column `id` or `target` is a table. The times of a pandas series with dates as its index are
    those dates; other series are counted from 1.

    Raises:
        InvalidDataError: As `lend_table` and `lend_vector`; some series have dates and some have none.
    """
    if not isinstance(value, Mapping) or id in value or target in value:
        return lend_table(name, value)
    series = {label: lend_vector(f"{name}[{label!r}]", row) for label, row in value.items()}
    dates = {label: _dates(row) for label, row in value.items()}
    if len({found is None for found in dates.values()}) > 1:
        without = next(label for label, found in dates.items() if found is None)
        raise InvalidDataError(f"`{name}`: all series must have dates or none; {without!r} has none, others have")
    lengths = [len(row) for row in series.values()]
    joined = np.concatenate([*series.values(), np.empty(0)])
    columns = [_column(id, [str(label) for label, row in series.items() for _ in row])]
    if time is not None:
        counted = [
            np.arange(1, length + 1) if found is None else found
            for length, found in zip(lengths, dates.values(), strict=True)
        ]
        columns.append(_column(time, np.concatenate(counted) if counted else np.empty(0, np.int64)))
    return Lent(_native.Table.from_columns([*columns, _column(target, joined)]), "columns")


def _dates(series: Any) -> np.ndarray[Any, Any] | None:
    """The dates that a pandas series is indexed by."""
    if type(series).__module__.partition(".")[0] != "pandas":
        return None
    index: Any = series.index
    if type(index.dtype).__name__ == "PeriodDtype":
        index = index.to_timestamp()
    return np.asarray(index.values) if getattr(index.dtype, "kind", "") == "M" else None


def give(made: _native.Table, kind: Kind | None) -> Any:
    """A table of the engine as the kind that came in; a dict of columns where none did."""
    if kind == "polars":
        import polars

        return polars.DataFrame(made)
    if kind == "pyarrow":
        import pyarrow

        return pyarrow.table(made)
    if kind == "arrow":
        return made
    if kind == "pandas":
        return _to_pandas(made)
    columns = {name: _to_numpy(*column) for name, column in made.columns()}
    if kind != "records":
        return columns
    lists = {name: values.tolist() for name, values in columns.items()}
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def _pandas_column(name: str, series: Any) -> _Column:
    """A column of a frame, whatever its type is backed by."""
    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        return _column(name, series.to_numpy())
    kind = getattr(dtype, "kind", "O")
    if kind == "M":  # with a zone, or of Arrow
        zone = getattr(dtype, "tz", None) or getattr(getattr(dtype, "pyarrow_dtype", None), "tz", None)
        if zone is None:
            return _column(name, series.to_numpy(dtype="datetime64[ns]"))
        _, unit, values, missing, _ = _column(name, series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy())
        return name, unit, values, missing, str(zone)
    if kind in "iub":
        missing = series.isna().to_numpy(dtype=bool)
        plain = series.to_numpy(dtype=bool if kind == "b" else np.int64, na_value=0)
        return _with_missing(_column(name, plain), missing)
    if kind == "f":
        return _column(name, series.to_numpy(dtype=np.float64, na_value=np.nan))
    if type(dtype).__name__ == "PeriodDtype":
        return _column(name, series.dt.to_timestamp().to_numpy())
    return _column(name, series.to_numpy(dtype=object))


def _column(name: str, values: Any) -> _Column:
    """A column of plain values."""
    array = values if isinstance(values, np.ndarray) else _listed(name, values)
    if array.ndim != 1:
        raise InvalidDataError(f"column {name!r} must have one axis, got {array.ndim} (shape {array.shape})")
    kind = array.dtype.kind
    if kind == "f":
        return name, "floats", np.ascontiguousarray(array, np.float64), None, None
    if kind == "u" and array.dtype.itemsize == 8 and array.size and array.max() > np.iinfo(np.int64).max:
        raise InvalidDataError(f"column {name!r} holds {array.max()}; whole numbers may reach 2^63 - 1")
    if kind in "iu":
        return name, "integers", np.ascontiguousarray(array, np.int64), None, None
    if kind == "b":
        return name, "booleans", np.ascontiguousarray(array), None, None
    if kind == "M":
        return _instants(name, array)
    if kind == "U" or type(array.dtype).__name__ == "StringDType":
        return name, "texts", array.tolist(), None, None
    if kind == "O":
        return _objects(name, array.tolist())
    raise InvalidDataError(
        f"column {name!r} has type {array.dtype}; columns hold numbers, texts, booleans, dates or instants"
    )


def _listed(name: str, values: Any) -> np.ndarray[Any, Any]:
    """A column that is no array yet; lists of texts and missing values stay objects."""
    if type(values).__module__.partition(".")[0] == "pandas" or hasattr(values, "to_numpy"):
        return np.asarray(values.to_numpy())
    try:
        array = np.asarray(values)
        plain = array.dtype.kind != "U" or all(isinstance(value, str) for value in values)
    except ValueError:
        raise InvalidDataError(
            f"column {name!r} must be a row of single values, equally many in every column"
        ) from None
    return array if plain else np.array(values, dtype=object)


def _objects(name: str, values: list[Any]) -> _Column:
    """A column of Python objects, which must be of one kind or missing."""
    missing = np.array([_is_missing(value) for value in values], dtype=bool)
    present = [value for value in values if not _is_missing(value)]
    cells = list(zip(values, missing, strict=True))
    made: _Column
    if all(isinstance(value, str) for value in present):
        made = name, "texts", [value if isinstance(value, str) else "" for value in values], None, None
    elif all(isinstance(value, (bool, np.bool_)) for value in present):
        made = name, "booleans", np.array([bool(v) and not gone for v, gone in cells]), None, None
    elif all(isinstance(value, (int, np.integer)) for value in present):
        try:
            made = name, "integers", np.array([0 if gone else v for v, gone in cells], np.int64), None, None
        except OverflowError:
            raise InvalidDataError(f"column {name!r} holds a whole number beyond 64 bits") from None
    elif all(isinstance(value, (int, float, np.number)) for value in present):
        floats = [np.nan if gone else v for v, gone in cells]
        return name, "floats", np.array(floats, np.float64), None, None
    elif all(isinstance(value, datetime.datetime) for value in present):
        return _datetimes(name, values, missing)
    elif all(isinstance(value, (datetime.date, np.datetime64)) for value in present):
        blank = ["NaT" if gone else v for v, gone in cells]
        return _instants(name, np.array(blank, dtype="datetime64"))
    else:
        kinds = sorted({type(value).__name__ for value in present})
        raise InvalidDataError(
            f"column {name!r} holds {', '.join(kinds)}; all its values must be numbers, texts, booleans or dates"
        )
    return _with_missing(made, missing)


def _is_missing(value: Any) -> bool:
    return value is None or value != value or type(value).__name__ in ("NAType", "NaTType")


def _datetimes(name: str, values: list[Any], missing: np.ndarray[Any, Any]) -> _Column:
    """Python's instants; those with a zone go as UTC and keep the name of the first one's zone."""
    present = [value for value, gone in zip(values, missing, strict=True) if not gone]
    zones = {str(value.tzinfo) if value.tzinfo else None for value in present}
    if len(zones) > 1:
        raise InvalidDataError(f"column {name!r} mixes time zones: {', '.join(sorted(map(str, zones)))}")
    zone = zones.pop()
    if zone is not None:
        utc = datetime.UTC
        cells = zip(values, missing, strict=True)
        values = [value if gone else value.astimezone(utc).replace(tzinfo=None) for value, gone in cells]
    blank = ["NaT" if gone else value for value, gone in zip(values, missing, strict=True)]
    column = _instants(name, np.array(blank, dtype="datetime64[us]"))
    return (*column[:4], zone)


def _instants(name: str, array: np.ndarray[Any, Any]) -> _Column:
    """Dates and instants of numpy; the unit stays where the engine has it."""
    unit = np.datetime_data(array.dtype)[0]
    missing = np.isnat(array)
    if unit in ("Y", "M", "W", "D"):
        days = array.astype("datetime64[D]").astype(np.int64)
        days[missing] = 0
        return _with_missing((name, "dates", days.astype(np.int32), None, None), missing)
    target = unit if unit in ("s", "ms", "us", "ns") else "s" if unit in ("h", "m", "generic") else "ns"
    stamps = np.ascontiguousarray(array.astype(f"datetime64[{target}]").astype(np.int64))
    return _with_missing((name, f"timestamps[{target}]", stamps, None, None), missing)


def _with_missing(column: _Column, missing: np.ndarray[Any, Any]) -> _Column:
    name, kind, values, _, zone = column
    return name, kind, values, np.ascontiguousarray(missing) if missing.any() else None, zone


def _to_numpy(kind: str, values: Any, missing: Any, _zone: str | None) -> Any:
    """A column as a numpy array; instants with a zone are in UTC."""
    if kind == "texts":
        if missing is None:
            return np.array(values, dtype=np.str_)
        return np.array([None if gone else text for text, gone in zip(values, missing, strict=True)], dtype=object)
    if kind == "dates":
        values = values.astype("datetime64[D]")
    elif kind.startswith("timestamps"):
        values = values.astype(f"datetime64{kind.removeprefix('timestamps')}")
    if missing is None or kind == "floats":
        return values
    if kind in ("integers", "booleans"):
        values = values.astype(np.float64)
        values[missing] = np.nan
    else:
        values[missing] = np.datetime64("NaT")
    return values


def _to_pandas(made: _native.Table) -> Any:
    """A frame with pandas' own types: datetime64 for dates and instants, Int64 where whole numbers are missing."""
    try:
        import pandas
    except ImportError as error:
        raise UnsupportedError("giving a pandas frame needs pandas: pip install pandas") from error
    columns = {}
    for name, (kind, values, missing, zone) in made.columns():
        if missing is not None and kind in ("integers", "booleans"):
            series = pandas.Series(values, dtype="Int64" if kind == "integers" else "boolean")
            series[missing] = pandas.NA
        elif kind == "dates":
            series = pandas.Series(_to_numpy(kind, values, missing, zone).astype("datetime64[s]"))
        elif kind == "texts":
            gone = _to_numpy(kind, values, missing, zone)
            series = pandas.Series(gone.tolist(), dtype=None if len(gone) else object)
        else:
            series = pandas.Series(_to_numpy(kind, values, missing, zone))
        if zone is not None:
            series = series.dt.tz_localize("UTC").dt.tz_convert(zone)
        columns[name] = series
    return pandas.DataFrame(columns)
