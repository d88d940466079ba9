"""Numbers on their way into the engine: any array-like, as C-contiguous float64 that is lent without a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import InvalidDataError, TooLargeError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_NUMBERS = "fiub"
"""The kinds of numpy's types that are real numbers: floats, integers of both kinds, booleans."""


def lend_matrix(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """Two axes; one axis is taken as a single row. float64 in C order is passed on as it is.

    Raises:
        InvalidDataError: Another number of axes, rows of different lengths, or values that are not real numbers.
        TooLargeError: No memory for the conversion.
    """
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


def _plain(name: str, value: Any) -> NDArray[Any]:
    """The numpy array behind `value`, missing values as NaN."""
    if type(value) is np.ndarray:
        return value
    if hasattr(value, "filled") and isinstance(value, np.ndarray):
        return value.astype(np.float64).filled(np.nan)  # type: ignore[attr-defined, no-any-return]
    if type(value).__module__.partition(".")[0] == "pandas":
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
    kinds_of = {"U": "texts", "S": "bytes", "M": "dates", "m": "durations", "c": "complex numbers", "V": "records"}
    kind = kinds_of.get(array.dtype.kind, str(array.dtype))
    return InvalidDataError(f"`{name}` must hold real numbers, got {kind} (dtype {array.dtype})")
