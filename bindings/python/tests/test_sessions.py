"""Operations that ask a function of the caller's while they run, by the border's own search for the least value."""

from __future__ import annotations

import gc
import signal
import sys
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest

from inlaid import CancelledError, InvalidConfigError, InvalidDataError
from inlaid._arrays import lend_matrix, lend_vector
from inlaid._asking import Ask, lend_number, lend_row
from inlaid._bridge import Run, call


def guess(values: Any, most: int = 40, **run: Any) -> Any:
    """Where between 0 and 9 the function is least."""
    options = {"low": 0.0, "high": 9.0, "most": most}
    return call("border.guess", options, [], run=Run(**run), ask=Ask("values", values, lend_vector))


def seek(objective: Any, op: str = "border.seek", brief: bool = True, most: int = 30, **run: Any) -> Any:
    """The point of two parameters where the function is least, and how often it was asked for five values."""
    ask = Ask("objective", objective, lend_number if op == "border.seek" else lend_row, each=True)
    if op == "border.seek_at_once":
        ask = Ask("objective", objective, lend_matrix)
    options = {"parameters": 2, "most": most, "brief": brief}
    return call(op, options, [], run=Run(**run), ask=ask)


def bowl(point: Any) -> Any:
    """Least at (1, -2)."""
    return (point[0] - 1) ** 2 + abs(point[1] + 2)


def test_a_function_is_asked_until_the_answer_is_known() -> None:
    asked: list[Any] = []
    here = threading.get_ident()

    def values(places: Any, number: Any) -> Any:
        assert threading.get_ident() == here
        assert places.dtype == np.float64 and number.dtype == np.int64
        asked.append(number.tolist())
        return [abs(place - 2) for place in places]

    found = guess(values)
    assert found == pytest.approx([2, 2], abs=1e-6) and isinstance(found, np.ndarray)
    assert asked == [[number] for number in range(1, 41)]
    assert guess(values, most=0).tolist() == [0, 9]


def test_what_the_function_raises_comes_out_as_it_is() -> None:
    class Own(BaseException):
        pass

    for raised in (Own("mine"), ValueError(3), KeyboardInterrupt()):
        asked = 0

        def values(places: Any, _: Any, raised: BaseException = raised) -> Any:
            nonlocal asked
            asked += 1
            if asked == 3:
                raise raised
            return places

        for run in ({}, {"progress": lambda done: None}, {"cancel": threading.Event()}):
            asked = 0
            with pytest.raises(type(raised)) as seen:
                guess(values, **run)
            assert seen.value is raised and asked == 3


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ([1.0], "what `values` gives must hold 2 numbers, got 1"),
        (None, "`values()` must"),
        (["a", "b"], "`values()` must hold real numbers"),
        ([[1.0, 2.0]], "`values()` must have one axis"),
    ],
)
def test_a_wrong_answer_is_refused_with_the_functions_name(given: Any, part: str) -> None:
    with pytest.raises(InvalidDataError) as refused:
        guess(lambda places, number: given)
    assert part in str(refused.value)


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="`values` must be a function, got int"):
        guess(7)


def test_progress_rises_and_cancel_stops_between_questions() -> None:
    told: list[float] = []
    guess(lambda places, number: places, progress=told.append)
    assert told == sorted(told) and told[0] <= 0.1 and told[-1] == 1.0
    stop = threading.Event()
    asked = 0

    def values(places: Any, _: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 2:
            stop.set()
        return places

    with pytest.raises(CancelledError):
        guess(values, cancel=stop)
    assert asked == 2


def test_a_session_inside_a_session_and_in_many_threads() -> None:
    def outer(places: Any, _: Any) -> Any:
        return [abs(place - guess(lambda inner, _: np.abs(inner - 5), most=20)[0]) for place in places]

    assert guess(outer, most=20) == pytest.approx([5, 5], abs=1e-2)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(guess(lambda p, n: np.abs(p - 1)))) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(found) == 8 and all(one == pytest.approx([1, 1], abs=1e-6) for one in found)


@pytest.mark.parametrize("brief", [True, False])
def test_a_function_of_one_point_is_called_for_each_row(brief: bool) -> None:
    here, asked = threading.get_ident(), 0

    def objective(point: Any) -> Any:
        nonlocal asked
        asked += 1
        assert threading.get_ident() == here
        assert point.dtype == np.float64 and point.shape == (2,)
        return bowl(point)

    for run in ({}, {"progress": lambda done: None}, {"cancel": threading.Event()}):
        assert seek(objective, brief=brief, **run).tolist() == [1, -2, 30]
    assert asked == 3 * 30 * 5


@pytest.mark.parametrize(
    "kind",
    [
        float,
        lambda value: np.float32(value),
        lambda value: np.array(value),
        lambda value: np.array([value]),
        lambda value: [value],
        lambda value: Fraction(float(value)),
        lambda value: Decimal(float(value)),
        lambda value: pytest.importorskip("pandas").Series([value]),
    ],
)
def test_numbers_of_every_kind_are_answers(kind: Any) -> None:
    assert seek(lambda point: kind(bowl(point)), most=8).tolist() == [1, -2, 8]
    assert seek(lambda point: int(bowl(point)), most=0).tolist() == [0, 0, 0]
    assert seek(lambda point: bowl(point) < 1, most=1).tolist() == [0, 0, 1]


def test_several_values_of_a_point_are_one_row() -> None:
    def values(point: Any) -> Any:
        return [(point[0] - 1) ** 2, abs(point[1] + 2)]

    for given in (values, lambda point: tuple(values(point)), lambda point: np.array(values(point)), bowl):
        assert seek(given, "border.seek_sums").tolist() == [1, -2, 30]


def test_a_function_of_all_points_may_give_one_axis_where_a_point_has_one_value() -> None:
    def values(points: Any) -> Any:
        assert points.shape == (5, 2)
        return bowl(points.T)

    for given in (
        values,
        lambda points: values(points)[:, None],
        lambda points: np.stack([values(points)] * 2, axis=1),
    ):
        assert seek(given, "border.seek_at_once").tolist() == [1, -2, 30]
    with pytest.raises(InvalidDataError, match="what `objective` gives must hold 5 rows, got 1"):
        seek(lambda points: values(points)[:4], "border.seek_at_once")


@pytest.mark.parametrize(
    ("given", "part"),
    [
        (None, "`objective()[3]` must be a number, got NoneType None"),
        ("1", "`objective()[3]` must be a number, got str '1'"),
        (1j, "`objective()[3]` must be a number, got complex 1j"),
        (10**400, "`objective()[3]` must be a number, got int 1000"),
        ([1.0, 2.0], "`objective()[3]` must be one number, got an array of shape (2,)"),
        (np.array([["a"]]), "`objective()[3]` must hold real numbers, got texts"),
        (np.complex128(1j), "`objective()[3]` must hold real numbers, got complex numbers"),
    ],
)
def test_a_wrong_answer_for_a_row_is_refused_with_the_function_and_the_row(given: Any, part: str) -> None:
    def answers() -> Any:
        asked = iter(range(10))
        return lambda point: given if next(asked) == 3 else 1.0

    with pytest.raises(InvalidDataError) as refused:
        seek(answers())
    assert part in str(refused.value)
    if isinstance(given, list):
        part = "`objective()[3]` has 2 numbers, `objective()[0]` has 1; every call must give as many"
    if given is None or isinstance(given, (str, int, complex)):
        part = "`objective()[3]` must hold real numbers"
    if isinstance(given, int):
        return  # as an array it is an object, which another test refuses
    with pytest.raises(InvalidDataError) as refused:
        seek(answers(), "border.seek_sums")
    assert part in str(refused.value)


def test_cancel_stops_between_rows() -> None:
    stop, asked = threading.Event(), 0

    def objective(point: Any) -> Any:
        nonlocal asked
        asked += 1
        stop.set()
        time.sleep(0.03)
        return 1.0

    with pytest.raises(CancelledError):
        seek(objective, cancel=stop)
    assert asked == 1


def test_what_lives_in_a_model_goes_on_after_the_function_raised() -> None:
    model = call("border.seeker", {"parameters": 2, "most": 30}, [])
    thrown, asked = KeyError("mine"), 0

    def objective(point: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 48:
            raise thrown
        return bowl(point)

    def run() -> Any:
        return call("border.Seeker.run", {}, [], model, run=Run(), ask=Ask("objective", objective, lend_number, True))

    with pytest.raises(KeyError) as seen:
        run()
    assert seen.value is thrown
    assert call("border.Seeker.asked", {}, [], model) == 10
    assert run().tolist() == [1, -2, 30]
    assert asked == 48 + 21 * 5, "the question that was not answered is asked again"


def test_a_brief_session_answers_control_c(python: Callable[..., CompletedProcess[str]]) -> None:
    program = """
import os, signal, threading
from inlaid._asking import Ask, lend_number
from inlaid._bridge import call
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
options = {"parameters": 2, "most": 10**9, "brief": True}
try:
    call("border.seek", options, [], ask=Ask("objective", lambda point: 1.0, lend_number, True))
except KeyboardInterrupt:
    print("stopped")
"""
    assert python(program).stdout == "stopped\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_handler_that_does_not_raise_disturbs_nothing() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: seen.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
    try:
        for _ in range(20):
            assert guess(lambda places, number: np.abs(places - 3)) == pytest.approx([3, 3], abs=1e-6)
            time.sleep(0.001)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert seen


def test_control_c_stops_a_session(python: Callable[..., CompletedProcess[str]]) -> None:
    program = """
import os, signal, threading
from inlaid._arrays import lend_vector
from inlaid._asking import Ask
from inlaid._bridge import call
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    call("border.guess", {"low": 0.0, "high": 9.0, "most": 10**9}, [], ask=Ask("f", lambda p, n: p, lend_vector))
except KeyboardInterrupt:
    print("stopped")
"""
    assert python(program).stdout == "stopped\n"


def test_sessions_that_end_early_leak_nothing() -> None:
    def broken(places: Any, _: Any) -> Any:
        raise ValueError

    def some() -> None:
        for _ in range(500):
            with pytest.raises(ValueError):
                guess(broken)

    some()
    gc.collect()
    before = len(gc.get_objects())
    some()
    gc.collect()
    assert len(gc.get_objects()) < before + 100
