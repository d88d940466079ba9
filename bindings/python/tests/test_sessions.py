"""Operations that ask a function of the caller's while they run, by the border's own search for the least value."""

from __future__ import annotations

import gc
import signal
import sys
import threading
import time
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest

from inlaid import CancelledError, InvalidConfigError, InvalidDataError
from inlaid._arrays import lend_vector
from inlaid._bridge import Ask, Run, call


def guess(values: Any, most: int = 40, **run: Any) -> Any:
    """Where between 0 and 9 the function is least."""
    options = {"low": 0.0, "high": 9.0, "most": most}
    return call("border.guess", options, [], run=Run(**run), ask=Ask("values", values, lend_vector))


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
from inlaid._bridge import Ask, call
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
