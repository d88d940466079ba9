"""What the border costs in Python: an empty call, a small fit, a question, and 8 MB in and out. Prints one table.

Run with an interpreter that has inlaid installed: `python benches/border/python.py`.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable

import inlaid
import numpy as np
from inlaid import InvalidDataError
from inlaid._arrays import lend_matrix
from inlaid._asking import Ask, lend_number
from inlaid._bridge import call
from inlaid.forecast import Naive

MEGABYTES = 8
WIDE = np.zeros((1, MEGABYTES * 125_000))


def cost(run: Callable[[], object], calls: int, repeats: int = 15) -> tuple[float, float]:
    """The least and the middle time of a call, in microseconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(calls):
            run()
        times.append((time.perf_counter() - start) / calls * 1e6)
    return min(times), sorted(times)[len(times) // 2]


def refused(series: object) -> None:
    """Lend the array and be refused at the first value: what is measured is the way in alone."""
    try:
        Naive().fit(series)  # type: ignore[arg-type]
    except InvalidDataError:
        return
    raise AssertionError("NaN was not refused")


QUESTIONS = 1000
POINTS = np.ones((9, 1))


def questions(brief: bool, each: bool) -> Callable[[], object]:
    """A call that asks for the values of 9 points of 4 parameters again and again, whose callback does nothing."""
    if each:
        op, ask = "border.seek", Ask("objective", lambda point: 1.0, lend_number, each=True)
    else:
        op, ask = "border.seek_at_once", Ask("objective", lambda points: POINTS, lend_matrix)
    options = {"parameters": 4, "most": QUESTIONS, "brief": brief}
    return lambda: call(op, options, [], ask=ask)


def main() -> None:
    """Measure and print."""
    small = np.arange(16.0).reshape(1, 16)
    options = Naive()
    fitted = options.fit(small)
    wide = options.fit(WIDE)
    bad = WIDE.copy()
    bad[0, 0] = np.nan
    floats = bad.astype(np.float32)
    lines = bad.tolist()
    print(
        f"inlaid {inlaid.__version__}, Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}"
    )
    print(f"{'':52} {'least us':>10} {'median us':>10}")
    for name, run, calls in [
        ("empty quick call (components of a small model)", fitted.components, 2000),
        ("watched call: fit 1 x 16", lambda: options.fit(small), 2000),
        ("watched call: predict 3 steps", lambda: fitted.predict(3), 2000),
        ("watched call with a progress function: fit 1 x 16", lambda: options.fit(small, progress=float), 500),
        ("8 MB in, float64 in C order (refused at once)", lambda: refused(bad), 500),
        ("8 MB in, float32 (converted; refused at once)", lambda: refused(floats), 10),
        ("8 MB in, a list of floats (converted; refused at once)", lambda: refused(lines), 2),
        ("8 MB in, looked at and kept by Naive", lambda: options.fit(WIDE), 10),
        ("8 MB out: predict 10^6 steps", lambda: fitted.predict(125_000 * MEGABYTES), 10),
        ("8 MB out: fitted values, computed anew", wide.fitted_values, 10),
        ("numpy: a copy of 8 MB, for comparison", WIDE.copy, 10),
    ]:
        least, median = cost(run, calls)
        print(f"{name:52} {least:10.1f} {median:10.1f}")
    for name, brief, each in [
        ("a question of 9 points, brief", True, False),
        ("a question of 9 points, on the worker", False, False),
        ("a question of 9 points, brief, called for each", True, True),
        ("a question of 9 points, on the worker, for each", False, True),
    ]:
        least, median = cost(questions(brief, each), 1)
        print(f"{name:52} {least / QUESTIONS:10.1f} {median / QUESTIONS:10.1f}")


if __name__ == "__main__":
    main()
