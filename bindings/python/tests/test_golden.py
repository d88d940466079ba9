"""Every golden case that all four languages share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import REPOSITORY
from golden import Runner, Thrown, compare, objective

CASES = [
    pytest.param(case, id=f"{path.parent.name}/{path.stem}: {case['name']}")
    for path in sorted((REPOSITORY / "tests/golden").glob("*/*.json"))
    for case in json.loads(path.read_text())
]


@pytest.mark.parametrize("case", CASES)
def test_a_golden_case_holds(case: Any, api: Any, tmp_path: Path) -> None:
    Runner(api, tmp_path).run(case)


def test_the_runner_finds_differences() -> None:
    for expected, got in [
        (1.0, 1.1),
        ([1], [1, 2]),
        ("NaN", 1.0),
        (None, 1),
        ({"a": 1}, {"a": 2}),
        ("Infinity", -1e400),
    ]:
        with pytest.raises(AssertionError):
            compare(expected, got, 1e-3, "")


def test_an_objective_is_worth_what_its_form_says() -> None:
    def bowl(*center: float) -> Any:
        return {"quadratic": {"center": center, "scale": [1, 10]}}

    points = np.array([[1.0, 2.0], [0.0, 0.0]])
    assert [objective(bowl(1, 1), {"each": True})(row) for row in points] == [10, 11]
    both = objective({"columns": [bowl(1, 1), bowl(0, 0)], "fails_at": 2}, {"each": False})
    assert both(points) == [[10, 41], [11, 0]]
    with pytest.raises(Thrown):
        both(points)


def test_most_cases_go_through_the_classes(api: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw: list[str] = []

    class Counting(Runner):
        def raw(self, op: str, *rest: Any) -> Any:
            raw.append(op)
            return super().raw(op, *rest)

    steps = 0
    for case in CASES:
        (content,) = case.values
        steps += len(content["steps"])  # type: ignore[index, arg-type]
        Counting(api, tmp_path).run(content)
    assert len(raw) < 0.1 * steps, raw
