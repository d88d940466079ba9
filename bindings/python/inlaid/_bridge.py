"""Calls the engine: options become JSON, arrays stand beside it, the reply becomes Python objects again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isfinite
from typing import Any, NamedTuple, Protocol, TypeAlias, get_args

import numpy as np

from . import _native, _tables
from ._catalogue import ABI, VERSION
from ._progress import Progress, watching
from .errors import InvalidConfigError, InvalidDataError

if (_native.ABI, _native.VERSION) != (ABI, VERSION):
    raise ImportError(
        f"inlaid {VERSION} was loaded with the native library of {_native.VERSION} (ABI {ABI} and {_native.ABI}); "
        "reinstall it: pip install --force-reinstall inlaid"
    )


class Cancel(Protocol):
    """What `cancel=` takes: a `threading.Event`, or anything else that tells by `is_set` whether to stop."""

    def is_set(self) -> bool:
        """Whether the call should stop."""
        ...


class Run(NamedTuple):
    """How a call should run, besides what it should do."""

    seed: int = 0
    threads: int = 0
    progress: bool | Progress = False
    cancel: Cancel | None = None


class Ask(NamedTuple):
    """A function of the caller's that answers what an operation asks while it runs."""

    name: str
    function: Callable[..., Any]
    lend: Callable[[str, Any], Any]
    """Makes its answers ready to travel."""


class Block(NamedTuple):
    """An array or table that is an option: it travels beside the JSON."""

    value: Any


Wire: TypeAlias = dict[str, Any]
"""A JSON object as Python reads it."""

_ORDINARY = Run()

_LARGEST_SEED = 2**64
_MOST_THREADS = 2**32

_GIVE = {kind: partial(_tables.give, kind=kind) for kind in (*get_args(_tables.Kind), None)}
"""What makes tables of the kind that came in."""


def call(
    op: str,
    options: Wire,
    inputs: Sequence[Any],
    model: Any = None,
    run: Run = _ORDINARY,
    kind: _tables.Kind | None = None,
    ask: Ask | None = None,
) -> Any:
    """Run an operation and give its value, its fitted model (a native handle) or its bytes.

    Args:
        op: The name of the operation.
        options: Its options by name; values as users gave them.
        inputs: Its arrays, in order, as `_arrays` and `_tables` make them.
        model: The native handle of the model that it belongs to.
        run: Seed, threads, progress and cancellation.
        kind: What tables of the reply should be where no table comes in.
        ask: Answers what it asks; runs on this thread, and what it raises comes out as it is.
    """
    if ask is not None and not callable(ask.function):
        raise InvalidConfigError(f"`{ask.name}` must be a function, got {type(ask.function).__name__}")
    lent: Sequence[Any] = inputs
    for item in inputs:
        if isinstance(item, _tables.Lent):
            kind = item.kind
            lent = [item.table if isinstance(item, _tables.Lent) else item for item in inputs]
    give = _GIVE[kind]
    seed, threads, progress, cancel = run
    if type(seed) is not int or not 0 <= seed < _LARGEST_SEED:
        seed = _whole("seed", seed, _LARGEST_SEED)
    if type(threads) is not int or not 0 <= threads < _MOST_THREADS:
        threads = _whole("threads", threads, _MOST_THREADS)
    text = _native.encode(options)
    if text is None:
        extra: list[Any] = []
        text = json.dumps({name: encode(name, value, extra) for name, value in options.items()})
        lent = [*lent, *extra]
    if progress is False and cancel is None:
        reply = _native.call(op, text, lent, model, seed, threads, None, give)
        return reply if ask is None else _drive(reply, ask, seed, threads, None, give)
    with watching(op, progress, cancel) as watch:
        reply = _native.call(op, text, lent, model, seed, threads, watch, give)
        return reply if ask is None else _drive(reply, ask, seed, threads, watch, give)


def _drive(session: Any, ask: Ask, seed: int, threads: int, watch: Progress | None, give: Callable[[Any], Any]) -> Any:
    """Answer the questions of a session until it gives its value."""
    told = 0.0

    def tell(done: float) -> None:
        nonlocal told
        told = max(told, done)  # every step begins at 0
        if watch is not None:
            watch(told)

    look = None if watch is None else tell
    answers: list[Any] = []
    try:
        while True:
            step = _native.call("border.step", "", answers, session, seed, threads, look, give)
            if "done" in step:
                return step["done"]
            tell(step["progress"])
            answers = [ask.lend(f"{ask.name}()", ask.function(*step["ask"]))]
    finally:
        _native.call("border.close", "", [], session, seed, threads, None, give)


def encode(name: str, value: Any, extra: list[Any]) -> Any:
    """An option as JSON knows it; blocks go to `extra` and leave a mark.

    Raises:
        InvalidConfigError: A number that JSON cannot carry or a value of no JSON type, with the option's name.
        InvalidDataError: A text that is not Unicode.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _unicode(name, value)
    if isinstance(value, (np.generic, np.ndarray)):
        return encode(name, value.tolist(), extra)
    if isinstance(value, int):
        if not -(2**63) <= value < 2**64:
            raise InvalidConfigError(f"option `{name}`: {value} does not fit into 64 bits")
        return value
    if isinstance(value, float):
        if not isfinite(value):
            raise InvalidConfigError(f"option `{name}`: must be a finite number, got {value}")
        return value
    if isinstance(value, Block):
        extra.append(value.value)
        return {"$array": len(extra) - 1}
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    to_wire = getattr(value, "_wire", None)
    if to_wire is not None:
        value = to_wire()
    if isinstance(value, Mapping):
        return {str(key): encode(f"{name}.{key}", item, extra) for key, item in value.items()}
    to_list = getattr(value, "tolist", None) or getattr(value, "to_list", None)
    if to_list is not None:
        return encode(name, to_list(), extra)
    if isinstance(value, (Sequence, set, frozenset)):
        return [encode(f"{name}[{position}]", item, extra) for position, item in enumerate(value)]
    raise InvalidConfigError(f"option `{name}`: {type(value).__name__} is not a kind of value that options have")


def _unicode(name: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        place = f"at position {error.start}"
        raise InvalidDataError(f"`{name}` is not Unicode: it holds half of a surrogate pair {place}") from None
    return text


def untagged(wire: Wire, *classes: Any) -> Any:
    """The other way: the object of the class that is named."""
    ((name, fields),) = wire.items()
    return next(kind for kind in classes if kind.__name__ == name)._read(fields)


def _whole(name: str, value: Any, limit: int) -> int:
    try:
        number = value.__index__()
    except AttributeError:
        number = -1
    if isinstance(value, bool) or not 0 <= number < limit:
        raise InvalidConfigError(f"`{name}` must be a whole number from 0 to {limit - 1}, got {value!r}")
    return number  # type: ignore[no-any-return]
