"""What the generated classes are: options, results and fitted models."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn, Self, dataclass_transform

import numpy as np

from . import _arrays, _tables
from ._bridge import Block, Wire
from .errors import UnsupportedError


class _Record:
    """Named fields that do not change."""

    _ways: ClassVar[Mapping[str, Callable[[str, Any], Any]]] = {}
    """How fields that are arrays, tables or one of several classes are made ready to travel."""

    def _set(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def _wire(self) -> Wire:
        """The fields as options of a call."""
        if not self._ways:
            return dict(vars(self))
        return {
            name: self._ways[name](name, value) if name in self._ways else value for name, value in vars(self).items()
        }

    @classmethod
    def _read(cls, wire: Wire) -> Self:
        """A record of what the engine gave."""
        record = cls.__new__(cls)
        record._set(**wire)
        return record

    def __setattr__(self, name: str, _: object) -> NoReturn:
        raise AttributeError(f"cannot assign to `{name}`: {type(self).__name__} is immutable; use replace()")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"cannot delete `{name}`: {type(self).__name__} is immutable")

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        mine, theirs = vars(self), vars(other)
        return mine.keys() == theirs.keys() and all(_same(value, theirs[name]) for name, value in mine.items())

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), dict(vars(self)))

    def replace(self, **changes: Any) -> Self:
        """The same with some fields changed."""
        return type(self)(**{**vars(self), **changes})

    __replace__ = replace


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Options(_Record):
    """Options of a capability: immutable, equal by value, hashable, shown by what differs from the defaults."""

    def _set(self, **fields: Any) -> None:
        super()._set(**{name: _frozen(value) for name, value in fields.items()})

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self)).parameters
        changed = [f"{k}={v!r}" for k, v in vars(self).items() if not _same(v, _frozen(defaults[k].default))]
        return f"{type(self).__name__}({', '.join(changed)})"


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Report(_Record):
    """A result: immutable fields, equal by value with NaN equal to NaN."""

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def _read(cls, wire: Wire) -> Self:
        record = cls.__new__(cls)
        record.__dict__.update(wire)
        return record

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={_brief(value)}" for name, value in vars(self).items())
        return f"{type(self).__name__}({fields})"


class Model:
    """A fitted model. It is made by `fit` or read from bytes, never by its own constructor.

    Copies and pickles by its saved form.
    """

    __slots__ = ("__weakref__", "_handle", "_kind")

    _handle: Any
    _kind: _tables.Kind | None

    def __init__(self) -> None:
        name = type(self).__name__
        raise TypeError(f"{name} is made by fit(), {name}.load() or {name}.from_bytes()")

    @classmethod
    def _of(cls, handle: Any, *inputs: Any) -> Self:
        """Hold what the engine fitted to `inputs`."""
        model = cls.__new__(cls)
        model._handle = handle
        model._kind = next((item.kind for item in inputs if isinstance(item, _tables.Lent)), None)
        return model

    def __reduce__(self) -> tuple[Any, ...]:
        save = getattr(self, "to_bytes", None)
        if save is None:
            raise UnsupportedError(f"{type(self).__name__} cannot be saved, so it cannot be copied or pickled")
        return _restored, (type(self), save(), self._kind)

    def __repr__(self) -> str:
        name = type(self).__name__
        summary = getattr(self, "summary", None)
        if summary is None:
            return f"<{name}>"
        entries = summary()
        if not isinstance(entries, list):
            return f"<{name}: {entries!r}>"
        first = entries[0] if entries else None
        label = getattr(first, "model", None)
        more = f", {label}" + (", ..." if len(entries) > 1 else "") if label else ""
        return f"<{name}: {len(entries)} series{more}>"


def as_matrix(name: str, value: Any) -> Block | None:
    """A matrix that is an option."""
    return None if value is None else Block(_arrays.lend_matrix(name, value))


def as_vector(name: str, value: Any) -> Block | None:
    """A vector that is an option."""
    return None if value is None else Block(_arrays.lend_vector(name, value))


def as_ints(name: str, value: Any) -> Block | None:
    """Whole numbers that are an option."""
    return None if value is None else Block(_arrays.lend_ints(name, value))


def as_table(name: str, value: Any) -> Block | None:
    """A table that is an option."""
    return None if value is None else Block(_tables.lend_table(name, value).table)


def as_tagged(name: str, value: Any) -> Any:
    """Options of one of several classes, as the engine tells them apart; lists of them too."""
    if hasattr(value, "_wire"):
        return {type(value).__name__: value}
    if isinstance(value, (list, tuple)):
        return [as_tagged(name, item) for item in value]
    return value


def _rebuilt(kind: Any, fields: dict[str, Any]) -> Any:
    record = kind.__new__(kind)
    record._set(**fields)
    return record


def _restored(kind: Any, data: bytes, table: _tables.Kind | None) -> Any:
    model = kind.from_bytes(data)
    model._kind = table
    return model


def _frozen(value: Any) -> Any:
    """A value that cannot be changed under the options that hold it."""
    if isinstance(value, (list, tuple)):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, np.ndarray):
        copy = value.copy()
        copy.flags.writeable = False
        return copy
    return value


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        a, b = np.asarray(a), np.asarray(b)
        return bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc" and b.dtype.kind in "fc"))
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(value, b[key]) for key, value in a.items())
    equals = getattr(a, "equals", None)
    if equals is not None and type(a) is type(b):
        return bool(equals(b))
    return bool(a == b) or (a != a and b != b)


def _brief(value: Any) -> str:
    """A value in a line."""
    if isinstance(value, np.ndarray):
        shape = " x ".join(map(str, value.shape))
        shown = ", ".join(f"{number:.6g}" for number in value.flat[:3])
        return f"<{shape}: {shown}{', ...' if value.size > 3 else ''}>"
    if isinstance(value, list) and len(value) > 3:
        return f"[{', '.join(map(_brief, value[:3]))}, ... {len(value)} in all]"
    if isinstance(value, list):
        return f"[{', '.join(map(_brief, value))}]"
    if hasattr(value, "shape") and hasattr(value, "columns"):
        return f"<{type(value).__name__} {' x '.join(map(str, value.shape))}>"
    if isinstance(value, str) and len(value) > 60:
        return f"{value[:57]!r}..."
    return repr(value)
