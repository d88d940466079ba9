"""Answers what an operation asks while it runs, with a function of the caller's, on the caller's thread."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import _native
from ._arrays import _floats, _glimpse
from ._progress import Progress
from .errors import InvalidDataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LOOK = 0.02
"""How many seconds pass, at least, between two looks at progress and cancellation while rows are answered."""


class Ask(NamedTuple):
    """A function of the caller's that answers what an operation asks while it runs."""

    name: str
    function: Callable[..., Any]
    lend: Callable[..., Any]
    """Makes its answers ready to travel; given their name, and the row before the answer where there is one per row."""
    each: bool = False
    """Whether it is called for one row of the question after the other."""


def drive(session: Any, ask: Ask, seed: int, threads: int, watch: Progress | None, give: Callable[[Any], Any]) -> Any:
    """Answer the questions of a session until it gives its value."""
    told = 0.0

    def tell(done: float) -> None:
        nonlocal told
        told = max(told, done)  # every step begins at 0
        if watch is not None:
            watch(told)

    look = None if watch is None else tell
    op = "border.step"
    answers: list[Any] = []
    try:
        while True:
            step = _native.call(op, "", answers, session, seed, threads, look, give)
            if "done" in step:
                return step["done"]
            tell(step["progress"])
            op = "border.brief_step" if "brief" in step else "border.step"
            if ask.each:
                answers = [_answered(ask, step["ask"][0], look)]
            else:
                answers = [ask.lend(f"{ask.name}()", ask.function(*step["ask"]))]
    finally:
        _native.call("border.close", "", [], session, seed, threads, None, give)


def _answered(ask: Ask, rows: NDArray[np.float64], look: Callable[[float], None] | None) -> NDArray[np.float64]:
    """What the function gives for each row: a vector of numbers, or a matrix of rows that are equally long."""
    name, function, lend, _ = ask
    answers: list[Any] = []
    due = monotonic() + _LOOK
    for position, row in enumerate(rows):
        if look is not None and monotonic() >= due:
            look(0.0)
            due = monotonic() + _LOOK
        answers.append(lend(name, position, function(row)))
    if lend is lend_row:
        width = len(answers[0]) if answers else 0
        for position, answer in enumerate(answers):
            if len(answer) != width:
                raise InvalidDataError(
                    f"`{name}()[{position}]` has {len(answer)} numbers, `{name}()[0]` has {width}; "
                    "every call must give as many"
                )
        return np.concatenate(answers or [np.empty(0)]).reshape(len(answers), width)
    return np.array(answers, np.float64)


def lend_number(name: str, row: int, value: Any) -> float:
    """One number of any kind, also as an array that holds no other.

    Raises:
        InvalidDataError: Something else, with the name of the function that gave it and the row.
    """
    if isinstance(value, float):  # also numpy's float64, and calls of a microsecond pay for every look
        return value
    if isinstance(value, (np.ndarray, list, tuple)) or hasattr(value, "__array__"):
        array = _floats(f"{name}()[{row}]", value)
        if array.size != 1 or array.ndim > 1:
            raise InvalidDataError(f"`{name}()[{row}]` must be one number, got an array of shape {array.shape}")
        return float(array.reshape(-1)[0])
    if not isinstance(value, (str, bytes, bytearray)):
        try:
            return float(value)
        except (TypeError, ValueError, OverflowError):
            pass
    raise InvalidDataError(f"`{name}()[{row}]` must be a number, got {_glimpse(value)}")


def lend_row(name: str, row: int, value: Any) -> NDArray[np.float64]:
    """A row of numbers, or one number.

    Raises:
        InvalidDataError: Something else, with the name of the function that gave it and the row.
    """
    if isinstance(value, float):  # the short ways, as calls of a microsecond pay for every look
        return np.array((value,))
    if type(value) in (list, tuple) and all(type(item) is float for item in value):
        return np.array(value, np.float64)
    array = _floats(f"{name}()[{row}]", value)
    if array.ndim > 1:
        raise InvalidDataError(f"`{name}()[{row}]` must be a number or a row of numbers, got shape {array.shape}")
    return array.reshape(-1)
