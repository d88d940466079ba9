"""Assignments of small matrices, which the native library answers past the catalogue."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from inlaid import InvalidConfigError, InvalidDataError, _native
from inlaid.matching import Assignment, assign


def at_once(costs: Any, *, maximize: Any = False, unmatched: Any = "refuse", seed: Any = 0) -> Any:
    return _native.assign_small(Assignment, costs, maximize, unmatched, seed, 0, False, None)


def by_catalogue(costs: Any, **options: Any) -> Assignment:
    """Whoever watches the progress is answered by the catalogue."""
    return assign(costs, progress=lambda _: None, **options)


def test_both_ways_give_the_same() -> None:
    random = np.random.default_rng(5)
    for case in range(600):
        rows, columns = random.integers(0, 12, 2)
        costs = np.round(random.normal(size=(rows, columns)), case % 3)
        if case % 4 == 0:
            costs[random.random(costs.shape) < 0.2] = np.inf
        options = {"unmatched": "leave" if case % 4 == 0 else "refuse"}
        done = at_once(costs, **options)
        assert type(done) is Assignment
        assert done == assign(costs, **options) == by_catalogue(costs, **options)
        assert {name: getattr(done, name).dtype for name in ("rows", "row_prices")} == {"rows": int, "row_prices": float}
    costs = random.random((5, 7))
    assert at_once(costs, maximize=True) == by_catalogue(costs, maximize=True)


def test_results_are_as_any_other() -> None:
    costs = np.array([[4.0, 1.0], [2.0, 9.0]])
    done = at_once(costs)
    assert done.total_cost == 3.0
    assert list(vars(done)) == list(vars(by_catalogue(costs)))
    assert done.verify(costs).is_optimal
    with pytest.raises(AttributeError, match="immutable"):
        done.total_cost = 0.0
    assert done.replace(total_cost=4.0).total_cost == 4.0


@pytest.mark.parametrize(
    "costs",
    [
        [[1.0, 2.0]],
        np.ones((2, 2), np.float32),
        np.ones((2, 2), ">f8"),
        np.ones((4, 4))[:, ::2],
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.ones(3),
        np.ones((2, 2, 2)),
        np.ones((40, 40)),
        np.full((2, 2), np.nan),
        np.full((2, 2), np.inf),
        None,
        "costs",
    ],
)
def test_anything_but_small_plain_matrices_is_left_to_the_catalogue(costs: Any) -> None:
    assert at_once(costs) is None


def test_unaligned_costs_are_left_to_the_catalogue() -> None:
    store = bytearray(1) + np.array([[4.0, 1.0], [2.0, 9.0]]).tobytes()
    unaligned = np.frombuffer(store, np.float64, offset=1).reshape(2, 2)
    assert at_once(unaligned) is None
    assert assign(unaligned).total_cost == 3.0


def test_odd_options_are_judged_by_the_catalogue() -> None:
    costs = np.ones((2, 2))
    for odd in ({"maximize": 1}, {"unmatched": "ignore"}, {"unmatched": None}, {"seed": -1}, {"seed": True}, {"seed": "0"}):
        assert at_once(costs, **odd) is None
    with pytest.raises(InvalidConfigError, match="seed"):
        assign(costs, seed=-1)
    with pytest.raises(InvalidConfigError):
        assign(costs, unmatched="ignore")  # type: ignore[arg-type]
    with pytest.raises(InvalidDataError, match="NaN"):
        assign(np.full((2, 2), np.nan))
