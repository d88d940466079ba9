"""Texts on their way into the engine.

| in | read by |
|---|---|
| list, tuple, another iterable of `str` | the strings themselves: their UTF-8 is lent, not copied |
| `numpy` array of texts or objects, `pandas` series | its strings |
| `pandas` series of Arrow strings, `polars.Series`, `pyarrow` arrays, others of Arrow's C interface | Arrow, no copy |
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias

import numpy as np

from . import _native
from .errors import InvalidDataError


class ArrowArray(Protocol):
    """Anything that gives an array by the Arrow PyCapsule interface, such as `pyarrow.StringArray`."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> object:
        """Two PyCapsules, with an Arrow C schema and an Arrow C array."""
        ...


TextsLike: TypeAlias = Iterable[str] | ArrowArray
"""What is taken where texts are asked for: lists, series of pandas and polars, arrays of numpy and pyarrow."""


def lend_texts(name: str, value: Any) -> _native.Texts:
    """Texts of any kind, none missing.

    Raises:
        InvalidDataError: A value is missing, no text, or half of a surrogate pair, with its position; or this is no row
            of texts at all.
    """
    if type(value) is list:
        return _native.Texts.from_list(name, value)
    if isinstance(value, (str, bytes, dict)) or hasattr(value, "columns"):
        raise _no_texts(name, value)
    package = type(value).__module__.partition(".")[0]
    if package == "pandas":
        return _pandas(name, value)
    if hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__"):
        return _native.Texts.from_arrow(name, value)
    if isinstance(value, np.ndarray):
        if value.ndim != 1:
            raise InvalidDataError(f"`{name}` must have one axis, got {value.ndim} (shape {value.shape})")
        if value.dtype.kind not in "UOT" and value.size:
            raise InvalidDataError(f"`{name}` must hold texts, got the type {value.dtype}")
        return _native.Texts.from_list(name, value.tolist())
    try:
        return _native.Texts.from_list(name, list(value))
    except TypeError:
        raise _no_texts(name, value) from None


def _pandas(name: str, series: Any) -> _native.Texts:
    """A series or index, whatever holds its texts."""
    as_arrow = getattr(series.array, "__arrow_array__", None)
    if as_arrow is not None and "pyarrow" in f"{series.dtype!r}{getattr(series.dtype, 'storage', '')}":
        return _native.Texts.from_arrow(name, as_arrow())
    return _native.Texts.from_list(name, series.to_numpy(dtype=object).tolist())


def _no_texts(name: str, value: Any) -> InvalidDataError:
    return InvalidDataError(f"`{name}` must be a row of texts, such as a list of str; got {type(value).__name__}")
