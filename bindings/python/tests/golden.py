"""Runs one golden case through the generated classes, or through the raw call where Python's own rules stand before."""

from __future__ import annotations

import base64
import functools
import math
import re
from pathlib import Path
from typing import Any

import numpy as np

import inlaid
from inlaid import _arrays, _bridge, _tables, _texts

NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Runner:
    """The steps of a case, with what earlier steps left."""

    def __init__(self, api: Any, folder: Path) -> None:
        self.folder = folder
        self.kept: dict[str, Any] = {}
        self.methods: dict[str, tuple[Any, Any]] = {}
        for room in api["rooms"]:
            for part in room["classes"]:
                self.methods.update({method["op"]: (part, method) for method in part["methods"]})
            self.methods.update({function["op"]: (None, function) for function in room["functions"]})

    def run(self, case: Any) -> None:
        """Run every step and judge what it gives."""
        for number, step in enumerate(case["steps"]):
            try:
                self.step(step)
            except AssertionError as failure:
                raise AssertionError(f"{case['name']}, step {number} ({step['op']}): {failure}") from failure

    def step(self, step: Any) -> None:
        """Run a step and judge what it gives."""
        try:
            value = self.perform(step)
        except Thrown:
            assert "fails_at" in step["objective"], "the objective threw"
            return
        except inlaid.InlaidError as error:
            assert "fails" in step, f"{error.code}: {error}"
            assert error.code == step["fails"], f"expected {step['fails']}, got {error.code}: {error}"
            assert step.get("contains", "") in str(error), f"{step['contains']!r} is not in: {error}"
            return
        assert "fails" not in step, f"expected {step['fails']}, but it succeeded"
        assert "fails_at" not in step.get("objective", {}), "the objective did not throw"
        if "expect" in step:
            compare(step["expect"], value, step.get("within", 0.0), "")
        if isinstance(value, str):
            assert step.get("contains", "") in value
        if "as" in step:
            self.kept[step["as"]] = value

    def perform(self, step: Any) -> Any:
        """Call what the step names."""
        op = step["op"]
        options = substitute(step.get("options", {}), self.folder)
        arrays = [self.array(array) for array in step.get("arrays", [])]
        part, method = self.methods.get(op, (None, None))
        answers = [lookup(step["answers"])] if "answers" in step else []
        if "objective" in step:
            answers = [objective(step["objective"], method["asks"])]
        if method is not None and "asks" in method:
            assert answers, "an operation that asks needs answers"
        if method is None or not self.speaks(part, method, options, arrays):
            return self.raw(op, options, arrays, step.get("on"))
        room, *names = op.split(".")
        own = {field["name"] for field in method["options"]}
        given = {name: value for name, value in options.items() if name in own}
        if part is None:
            return getattr(getattr(inlaid, room), names[0])(*arrays, *answers, **given)
        kind = getattr(getattr(inlaid, room), names[0])
        if method["is_static"]:
            return getattr(kind, names[1])(*arrays, *answers, **given)
        if part["kind"] == "options":
            built = {name: value for name, value in options.items() if name not in own}
            return getattr(kind(**self.constructed(part, built)), names[1])(*arrays, *answers, **given)
        return getattr(self.kept[step["on"]], names[1])(*arrays, *answers, **given)

    def constructed(self, part: Any, options: dict[str, Any]) -> dict[str, Any]:
        """Options with those of one of several classes, `{"Class": {...}}`, as objects."""
        room = next(getattr(inlaid, op.split(".")[0]) for op, (owner, _) in self.methods.items() if owner is part)

        def build(value: Any) -> Any:
            if isinstance(value, list):
                return [build(item) for item in value]
            if isinstance(value, dict) and len(value) == 1 and hasattr(room, next(iter(value))):
                ((name, fields),) = value.items()
                return getattr(room, name)(**build(fields))
            return value

        return {name: build(value) for name, value in options.items()}

    def speaks(self, part: Any, method: Any, options: dict[str, Any], arrays: list[Any]) -> bool:
        """Whether Python's signatures let the call through: known names, all that is required, as many axes."""
        known = {field["name"]: field["required"] for field in method["options"]}
        if part is not None and part["kind"] == "options":
            known.update({field["name"]: field["required"] for field in part["fields"]})
        letters = {"matrix": "f2", "vector": "f1", "ints": "i1"}
        axes = [letters.get(argument["letter"]) for argument in method["arrays"]]
        given = [f"{array.dtype.kind}{array.ndim}" if isinstance(array, np.ndarray) else None for array in arrays]
        return (
            options.keys() <= known.keys()
            and all(name in options for name, required in known.items() if required)
            and axes == given
        )

    def raw(self, op: str, options: dict[str, Any], arrays: list[Any], on: str | None) -> Any:
        """The call below the classes."""
        inputs = [_tables.lend_table("table", array) if isinstance(array, dict) else array for array in arrays]
        inputs = [lent(item) if isinstance(item, list) else item for item in inputs]
        inputs = [np.ascontiguousarray(item) if isinstance(item, np.ndarray) else item for item in inputs]
        receiver = self.kept.get(on) if on is not None else None
        if receiver is not None and not hasattr(receiver, "_handle"):
            options = {**options, "self": receiver}
        return _bridge.call(op, options, inputs, getattr(receiver, "_handle", None))

    def array(self, array: Any) -> Any:
        """An array of a step as users would give it."""
        if isinstance(array, dict) and "kept" in array:
            return self.kept[array["kept"]]
        if isinstance(array, dict) and "base64" in array:
            return base64.b64decode(array["base64"])
        if isinstance(array, dict) and "ints" in array:
            return np.array(array["ints"], np.int64)
        if isinstance(array, dict) and ("texts" in array or "lists" in array):
            return next(iter(array.values()))
        if isinstance(array, dict):
            return {name: column(cells) for name, cells in array["columns"].items()}
        rows = [[number(value) for value in row] if isinstance(row, list) else number(row) for row in array]
        return _arrays._floats("array", rows)


def lookup(answers: Any) -> Any:
    """A callback that finds what it is asked, positions, in a list or in lists of lists."""

    def find(*question: Any) -> Any:
        places = zip(*(part.tolist() for part in question), strict=True)
        return [number(functools.reduce(lambda inside, at: inside[at], place, answers)) for place in places]

    return find


class Thrown(Exception):
    """What an objective of a golden case raises."""


def objective(form: Any, asks: Any) -> Any:
    """A callback that is worth what its form says, at one row or at each of several; or raises when it should."""
    calls = 0

    def one(form: Any, row: Any) -> float:
        center, scale = ([number(value) for value in form["quadratic"][name]] for name in ("center", "scale"))
        terms = zip(row.tolist(), center, scale, strict=True)
        return sum(scale * (x - center) * (x - center) for x, center, scale in terms)

    def of_row(row: Any) -> Any:
        return [one(column, row) for column in form["columns"]] if "columns" in form else one(form, row)

    def function(rows: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == form.get("fails_at"):
            raise Thrown
        return of_row(rows) if asks["each"] else [of_row(row) for row in rows]

    return function


def lent(rows: list[Any]) -> Any:
    """Texts or lists below the classes."""
    return (_texts.lend_texts if all(isinstance(row, str) for row in rows) else _arrays.lend_lists)("array", rows)


def number(value: Any) -> float:
    """A number, NaN and infinities by name."""
    return NUMBERS[value] if isinstance(value, str) else float(value)


def column(cells: list[Any]) -> Any:
    """A column: whole numbers, numbers, truths or texts, whichever holds all cells; None is missing."""
    present = [cell for cell in cells if cell is not None]
    if all(isinstance(cell, (bool, int)) for cell in present):
        return cells
    if all(isinstance(cell, (int, float)) or cell in NUMBERS for cell in present):
        return np.array([math.nan if cell is None else number(cell) for cell in cells])
    return cells


def substitute(value: Any, folder: Path) -> Any:
    """The value with `{tmp}` as the folder."""
    if isinstance(value, str):
        return value.replace("{tmp}", str(folder))
    if isinstance(value, dict):
        return {name: substitute(item, folder) for name, item in value.items()}
    return [substitute(item, folder) for item in value] if isinstance(value, list) else value


def compare(expected: Any, got: Any, within: float, place: str) -> None:
    """Whether what was expected is there; what was not expected may be too."""
    if isinstance(got, dict) and isinstance(expected, dict) and set(expected) == {"columns"} and "columns" not in got:
        got = {"columns": got}
    if isinstance(expected, dict):
        for name, value in expected.items():
            found = got.get(name) if isinstance(got, dict) else getattr(got, name)
            compare(value, found, within, f"{place}.{name}")
    elif isinstance(expected, list):
        items = got.tolist() if isinstance(got, np.ndarray) else got
        assert isinstance(items, (list, tuple)) and len(items) == len(expected), f"{place}: {expected} but {items}"
        for position, (value, item) in enumerate(zip(expected, items, strict=True)):
            compare(value, item, within, f"{place}[{position}]")
    elif isinstance(expected, (int, float)) and not isinstance(expected, bool):
        assert isinstance(got, (int, float)), f"{place}: expected {expected}, got {got!r}"
        assert abs(expected - got) <= within * max(abs(expected), 1.0), f"{place}: expected {expected}, got {got!r}"
    elif isinstance(got, float) and expected in NUMBERS:
        assert str(got) == re.sub("inity", "", expected).lower(), f"{place}: expected {expected}, got {got!r}"
    else:
        assert expected == got, f"{place}: expected {expected!r}, got {got!r}"
