"""Numbers on their way into the engine: any array-like, as C-contiguous float64 or int64, lent without a copy."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .errors import InvalidDataError, TooLargeError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    ListsLike: TypeAlias = ArrayLike | Iterable[ArrayLike]
    """What is taken where rows of whole numbers are asked for, which may differ in length."""

_NUMBERS = "fiub"
"""The kinds of numpy's types that are real numbers: floats, integers of both kinds, booleans."""

_KINDS = {
    "b": "booleans",
    "f": "floats",
    "U": "texts",
    "S": "bytes",
    "M": "dates",
    "m": "durations",
    "c": "complex numbers",
    "V": "records",
}
"""Kinds of numpy's types as messages call them."""

_FLOAT64 = np.dtype(np.float64)

_LARGEST = 2**63 - 1
"""The largest whole number of 64 bits."""


def lend_matrix(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """Two axes; one axis is taken as a single row. float64 in C order is passed on as it is.

    Raises:
        InvalidDataError: Another number of axes, rows of different lengths, or values that are not real numbers.
        TooLargeError: No memory for the conversion.
    """
    if type(value) is np.ndarray and value.dtype is _FLOAT64 and value.ndim == 2 and value.flags.carray:
        return value  # the usual case, and calls of a microsecond pay for every look
    array = _floats(name, value)
    if array.ndim == 1:
        return array.reshape(1, -1)
    if array.ndim != 2:
        raise InvalidDataError(f"`{name}` must have one or two axes, got {array.ndim} (shape {array.shape})")
    return array


def lend_vector(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """One axis; as `lend_matrix` otherwise."""
    array = _floats(name, value)
    if array.ndim != 1:
        raise InvalidDataError(f"`{name}` must have one axis, got {array.ndim} (shape {array.shape})")
    return array


def lend_ints(name: str, value: ArrayLike) -> NDArray[np.int64]:
    """Whole numbers with one axis. int64 is passed on as it is, other integers are converted.

    Raises:
        InvalidDataError: Another number of axes, booleans, numbers with a fraction or of a float type, numbers beyond
            64 bits, missing ones.
        TooLargeError: No memory for the conversion.
    """
    array = _ints(name, value)
    if array.ndim != 1:
        raise InvalidDataError(f"`{name}` must have one axis, got {array.ndim} (shape {array.shape})")
    return array


def lend_lists(name: str, value: ListsLike) -> NDArray[np.int64] | tuple[NDArray[np.int64], NDArray[np.uintp]]:
    """Rows of whole numbers: an array with two axes, passed on as it is if int64, or rows of different lengths.

    Raises:
        InvalidDataError: As `lend_ints`, with the row.
        TooLargeError: No memory for the conversion.
    """
    if getattr(value, "ndim", None) == 2:
        return _ints(name, value)
    try:
        rows: list[Any] = list(value)  # type: ignore[arg-type]
        ends = np.cumsum([len(row) for row in rows], dtype=np.uintp)
    except TypeError:
        raise InvalidDataError(
            f"`{name}` must be rows of whole numbers, such as a list of lists; got {_glimpse(value)}"
        ) from None
    try:
        if all(type(row) is list for row in rows):
            return lend_ints(name, list(chain.from_iterable(rows))), ends
    except InvalidDataError:
        pass  # found again below, with its row
    parts = [lend_ints(f"{name}[{position}]", row) for position, row in enumerate(rows)]
    return np.concatenate([np.empty(0, np.int64), *parts]), ends


def lend_bytes(name: str, value: Any) -> bytes:
    """Bytes of any object with a buffer.

    Raises:
        InvalidDataError: Anything else.
    """
    if isinstance(value, bytes):
        return value
    try:
        return bytes(memoryview(value))
    except TypeError:
        raise InvalidDataError(f"`{name}` must be bytes, got {type(value).__name__}") from None


def _floats(name: str, value: Any) -> NDArray[np.float64]:
    try:
        array = _plain(name, value)
        if array.dtype.kind not in _NUMBERS:
            raise _no_numbers(name, value, array)
        return np.require(array, np.float64, ("C_CONTIGUOUS", "ALIGNED"))
    except MemoryError as error:
        raise TooLargeError(f"`{name}` does not fit into memory as float64: {error}") from error


def _ints(name: str, value: Any) -> NDArray[np.int64]:
    try:
        if isinstance(value, (list, tuple)) and not {bool, np.bool_}.isdisjoint(map(type, value)):
            position = next(place for place, item in enumerate(value) if isinstance(item, (bool, np.bool_)))
            raise _no_ints(name, f"position {position} holds {value[position]}")
        array = _pandas_ints(name, value) if _is_pandas(value) else _plain(name, value)
        if array.size == 0 and array.dtype.kind in "fO":
            return np.empty(array.shape, np.int64)
        if array.dtype.kind == "O":
            return _objects_as_ints(name, array)
        if array.dtype.kind == "u" and array.dtype.itemsize == 8 and array.size and array.max() > _LARGEST:
            raise _no_ints(name, f"{array.max()} is beyond {_LARGEST}")
        if array.dtype.kind not in "iu":
            raise _no_ints(name, f"got {_KINDS.get(array.dtype.kind, array.dtype)} (dtype {array.dtype})")
        return np.require(array, np.int64, ("C_CONTIGUOUS", "ALIGNED"))
    except MemoryError as error:
        raise TooLargeError(f"`{name}` does not fit into memory as int64: {error}") from error


def _pandas_ints(name: str, value: Any) -> NDArray[Any]:
    """A pandas object; nullable columns keep missing values apart."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind in "iu" and kind and not isinstance(value.dtype, np.dtype):
        missing = np.flatnonzero(value.isna())
        if missing.size:
            raise _no_ints(name, f"position {missing[0]} is missing")
        return value.to_numpy(dtype=f"{kind}8")  # type: ignore[no-any-return]
    return np.asarray(value)


def _is_pandas(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] == "pandas"


def _objects_as_ints(name: str, array: NDArray[Any]) -> NDArray[np.int64]:
    """Python's own numbers, as columns of objects and nullable columns hold them."""
    for position in np.ndindex(array.shape):
        item = array[position]
        if isinstance(item, (bool, np.bool_)) or not isinstance(item, (int, np.integer)):
            place = position[0] if len(position) == 1 else tuple(map(int, position))
            raise _no_ints(name, f"position {place} holds {item!r} ({type(item).__name__})")
        if not -_LARGEST - 1 <= item <= _LARGEST:
            raise _no_ints(name, f"{item} does not fit into 64 bits")
    return array.astype(np.int64)


def _no_ints(name: str, found: str) -> InvalidDataError:
    return InvalidDataError(f"`{name}` must hold whole numbers; {found}")


def _glimpse(value: Any) -> str:
    shown = repr(value)
    return f"{type(value).__name__} {shown if len(shown) <= 60 else shown[:57] + '...'}"


def _plain(name: str, value: Any) -> NDArray[Any]:
    """The numpy array behind `value`, missing values as NaN."""
    if type(value) is np.ndarray:
        return value
    if hasattr(value, "filled") and isinstance(value, np.ndarray):
        return value.astype(np.float64).filled(np.nan)  # type: ignore[attr-defined, no-any-return]
    if _is_pandas(value):
        return _pandas(value)
    try:
        return np.asarray(value)
    except ValueError as error:
        raise InvalidDataError(_ragged(name, value) or f"`{name}` is not an array of numbers: {error}") from None


def _pandas(value: Any) -> NDArray[Any]:
    """A pandas object; columns that keep missing values apart get NaN for them."""
    dtypes = value.dtypes if hasattr(value, "columns") else [value.dtype]
    if all(dtype.kind in _NUMBERS for dtype in dtypes) and hasattr(value, "to_numpy"):
        if all(isinstance(dtype, np.dtype) for dtype in dtypes):
            return np.asarray(value)
        return value.to_numpy(dtype=np.float64, na_value=np.nan)  # type: ignore[no-any-return]
    return np.asarray(value)


def _ragged(name: str, value: Any) -> str:
    """What to say where rows differ in length."""
    try:
        lengths = [len(row) for row in value]
    except TypeError:
        return f"`{name}` mixes numbers and rows; give one row of numbers, or rows of equal length"
    other = next((row for row, length in enumerate(lengths) if length != lengths[0]), None)
    if other is None:
        return ""
    return f"`{name}` must have rows of equal length; row 0 has {lengths[0]} values, row {other} has {lengths[other]}"


def _no_numbers(name: str, value: Any, array: NDArray[Any]) -> InvalidDataError:
    """What to say where values are not numbers."""
    if hasattr(value, "columns") and hasattr(value, "dtypes"):
        kinds = zip(value.columns, value.dtypes, strict=True)
        for column, dtype in kinds:
            if getattr(dtype, "kind", "") not in _NUMBERS:
                return InvalidDataError(f"`{name}` must hold real numbers; column {column!r} has type {dtype}")
    if array.dtype.kind == "O" and array.ndim == 0:
        return InvalidDataError(f"`{name}` must hold real numbers, got {_glimpse(value)}")
    if array.dtype.kind == "O":
        for position in np.ndindex(array.shape):
            if not isinstance(array[position], (int, float, np.number, np.bool_)):
                place = position[0] if len(position) == 1 else tuple(map(int, position))
                found = array[position]
                hint = "; write missing values as NaN" if found is None or str(found) in ("<NA>", "NaT") else ""
                return InvalidDataError(
                    f"`{name}` must hold real numbers; position {place} holds {found!r} ({type(found).__name__}){hint}"
                )
        return InvalidDataError(f"`{name}` must hold real numbers; convert the object array: array.astype(float)")
    kind = _KINDS.get(array.dtype.kind, str(array.dtype))
    return InvalidDataError(f"`{name}` must hold real numbers, got {kind} (dtype {array.dtype})")
