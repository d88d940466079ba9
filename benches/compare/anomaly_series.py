"""Decompositions and change points beside statsmodels and ruptures: same series, same results, process CPU time.

    cargo build --profile dist -p inlaid --example series_anomalies
    python benches/compare/anomaly_series.py target/dist/examples/series_anomalies

Needs `pip install statsmodels ruptures` (written against statsmodels 0.15.0 and ruptures 1.1.10). Ours is the Rust example, one
thread, which tells the least CPU time of a call over some rounds of many; the two take turns, the least of three turns counts. Results are
compared too: decompositions to 1e-9 of the largest value, change points exactly.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import subprocess
import sys
import time
from importlib.metadata import version

import numpy as np
import ruptures
from statsmodels.tsa.seasonal import STL

TURNS = 3


def ours(program: str, series: np.ndarray, *words: object) -> tuple[float, np.ndarray]:
    text = "\n".join(repr(float(value)) for value in series)
    done = subprocess.run([program, *map(str, words)], input=text, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    return float(lines[0]), np.array(lines[1].split() if len(lines) > 1 else [], float)


def theirs(run) -> tuple[float, object]:
    start = time.process_time()
    result = run()
    return time.process_time() - start, result


def turns(first, second):
    """The least time of each, and the last results."""
    pairs = [(first(), second()) for _ in range(TURNS)]
    return min(a[0] for a, _ in pairs), min(b[0] for _, b in pairs), pairs[-1][0][1], pairs[-1][1][1]


def decompositions(program: str) -> None:
    for count, season, robust in ((500, 12, False), (500, 12, True), (10_000, 24, False), (10_000, 24, True),
                                  (10_000, 288, False), (10_000, 288, True), (100_000, 24, False)):
        random = np.random.default_rng(count)
        t = np.arange(count)
        y = 0.001 * t + 5 * np.sin(t * 2 * np.pi / season) + random.normal(0, 1, count)
        mine, other, found, fit = turns(lambda: ours(program, y, "stl", season, str(robust).lower()),
                                        lambda: theirs(lambda: STL(y, period=season, robust=robust).fit()))
        wanted = np.concatenate([fit.trend, fit.seasonal])[:: max(count // 50, 1)]
        off = np.abs(found - wanted).max() / np.abs(y).max()
        assert off < 1e-9, off
        print(f"STL {count:7} season {season:4} robust {robust!s:5}: ours {mine * 1e3:9.3f} ms  statsmodels {other * 1e3:9.1f} ms"
              f"  {other / mine:6.1f}x  differ by {off:.0e}", flush=True)


def noise(series: np.ndarray) -> float:
    """The scale by which our penalty is multiplied."""
    return 1.482602218505602 * np.median(np.abs(np.diff(series))) / np.sqrt(2)


def changes(program: str) -> None:
    for count, length in ((1000, 100), (5000, 100), (2000, 2000)):
        random = np.random.default_rng(count)
        y = np.repeat(random.normal(0, 4, count // length), length) + random.normal(0, 1, count)
        penalty = 3 * np.log(count)
        mine, other, found, ends = turns(
            lambda: ours(program, y, "pelt", repr(float(penalty / noise(y) ** 2)), 5),
            lambda: theirs(lambda: ruptures.Pelt(model="l2", min_size=5, jump=1).fit(y).predict(pen=penalty)),
        )
        same = list(found) == ends[:-1]
        print(f"PELT {count:6} steps, {len(ends) - 1:3} changes: ours {mine * 1e3:9.3f} ms  ruptures {other * 1e3:9.1f} ms"
              f"  {other / mine:6.0f}x  same changes: {same}", flush=True)


def main() -> None:
    print(f"statsmodels {version('statsmodels')}, ruptures {version('ruptures')}, numpy {version('numpy')}")
    decompositions(sys.argv[1])
    changes(sys.argv[1])


main()
