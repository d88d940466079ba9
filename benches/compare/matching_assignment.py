"""inlaid beside scipy and lapx: CPU time of least-cost assignments of the same matrices, in one run.

    python benches/compare/matching_assignment.py [dense|small|points|random] [sizes] [shapes] [shift]

`dense` (default): six families of square matrices (sizes, such as 500,1000,2000,4000) and of rectangular ones (shapes,
such as 500x2000,2000x500,1000x4000,4000x1000); `shift` is added to every seed, for instances that nothing was tuned on.
`small`: matrices of 2 to 10 rows, one per call and many per call. `points`: 50,000 x 50,000 points, seconds and peak memory.
`random`: 100,000 small matrices with NaN, infinities, ties and no feasible answer against scipy.
Needs `pip install inlaid scipy lapx`. One process, one thread; all take turns on a matrix, the least process CPU time of
as many turns for each counts, and every total is held against scipy's (lapx modes that miss it are not counted).
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import math
import subprocess
import sys
import time
from collections import defaultdict
from typing import Any, Callable

import lap
import numpy as np
from inlaid import matching
from scipy.optimize import linear_sum_assignment

FAMILIES = ("uniform_real", "int_1_1000", "int_1_10", "geometric", "product", "noisy_diag")
MODES = ("lapjv", "lapjvx", "lapjvxa", "lapjvs", "lapjvsa", "lapjvc", "lapjvh", "lapjvr")
EXTENDED = ("lapjv", "lapjvx", "lapjvxa", "lapjvs", "lapjvsa", "lapjvh", "lapjvr")


def mixed(seed: int, count: int) -> np.ndarray:
    """SplitMix64."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(seed: int, count: int) -> np.ndarray:
    return (mixed(seed, count) >> np.uint64(11)).astype(float) * 2.0**-53


def family(name: str, n: int, m: int, shift: int) -> np.ndarray:
    seed = (1000 + n if n == m else 77 + n) + shift
    if name == "geometric":
        left, right = uniform(seed, 2 * n).reshape(n, 2), uniform(seed + 1, 2 * m).reshape(m, 2)
        return (left[:, None, 0] - right[None, :, 0]) ** 2 + (left[:, None, 1] - right[None, :, 1]) ** 2
    if name == "product":
        return np.outer(np.arange(1.0, n + 1), np.arange(1.0, m + 1))
    if name.startswith("int"):
        return (mixed(seed, n * m) % np.uint64(int(name.split("_")[2])) + np.uint64(1)).astype(float).reshape(n, m)
    costs = uniform(seed, n * m).reshape(n, m)
    if name == "noisy_diag":
        # As in tracking: each row has one near column, all others are far.
        near = np.arange(min(n, m))
        costs[near, near] *= 0.1
        costs += 1 - np.eye(n, m)
    return costs


def peers(costs: np.ndarray) -> dict[str, Callable[[], float]]:
    """What every peer says the total is."""
    wide = {"extend_cost": True} if costs.shape[0] != costs.shape[1] else {}

    def scipy() -> float:
        return float(costs[linear_sum_assignment(costs)].sum())

    def mode(name: str) -> Callable[[], float]:
        function, options = getattr(lap, name), wide if name in EXTENDED else {}

        def run() -> float:
            return float(function(costs, **options)[0])

        return run

    return {"scipy": scipy, **{name: mode(name) for name in MODES if hasattr(lap, name)}}


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    answer = run()
    return time.process_time() - start, answer


def dense(sizes: list[int], shapes: list[tuple[int, int]], shift: int) -> None:
    cases = [(name, n, n) for n in sizes for name in FAMILIES]
    cases += [(name, n, m) for n, m in shapes for name in FAMILIES]
    ratios = defaultdict(list)
    print(f"{'family':14}{'n x m':>12}{'inlaid ms':>11}{'scipy ms':>11}{'best peer ms':>14}{'':10}{'ratio':>7}")
    for name, n, m in cases:
        costs = family(name, n, m, shift)
        others = peers(costs)
        if name == "product" and n >= 2000:
            # A minute or more for each mode of lapx, none below scipy.
            others = {"scipy": others["scipy"]}
        best = dict.fromkeys(["inlaid", *others], math.inf)
        wrong: set[str] = set()
        found, expected = None, math.nan
        for _ in range(5 if n * m <= 1_000_000 and name != "product" else 3 if name != "product" else 1):
            for who, run in others.items():
                seconds, total = timed(run)
                if who == "scipy":
                    expected = total
                elif not abs(total - expected) <= 1e-9 * abs(expected):
                    wrong.add(who)
                best[who] = min(best[who], seconds)
            seconds, found = timed(lambda: matching.assign(costs, threads=1))
            best["inlaid"] = min(best["inlaid"], seconds)
        assert abs(found.total_cost - expected) <= 1e-9 * abs(expected), (name, n, m, found.total_cost, expected)
        assert found.verify(costs).is_optimal, (name, n, m)
        rival = min((who for who in others if who not in wrong), key=lambda who: best[who])
        ratio = best["inlaid"] / best[rival]
        ratios[name + (" rectangular" if n != m else "")].append(ratio)
        note = f"  wrong: {', '.join(sorted(wrong))}" if wrong else ""
        print(f"{name:14}{f'{n} x {m}':>12}{1e3 * best['inlaid']:11.2f}{1e3 * best['scipy']:11.1f}"
              f"{1e3 * best[rival]:14.2f} {rival:9}{ratio:7.3f}{note}", flush=True)
    for name, own in ratios.items():
        mean = math.exp(sum(map(math.log, own)) / len(own))
        print(f"{name:28} geometric mean {mean:.3f}, worst {max(own):.3f}")


def small() -> None:
    draw = np.random.default_rng(1)
    print(f"{'n':>3}{'scipy us':>10}{'inlaid us':>11}{'ratio':>8}{'batch us':>10}{'faster':>8}")
    for n in range(2, 11):
        stack = draw.random((20_000, n, n))
        flat = stack.reshape(20_000, n * n)
        best = [math.inf] * 3
        for _ in range(7):
            runs = (
                lambda: [linear_sum_assignment(costs) for costs in stack],
                lambda: [matching.assign(costs, threads=1) for costs in stack],
                lambda: matching.assign_batch(flat, n, threads=1),
            )
            for who, run in enumerate(runs):
                best[who] = min(best[who], timed(run)[0])
        totals = matching.assign_batch(flat, n).total_costs
        expected = [costs[linear_sum_assignment(costs)].sum() for costs in stack]
        assert np.allclose(totals, expected, rtol=0, atol=1e-12)
        scipy, one, batch = (seconds / 20_000 * 1e6 for seconds in best)
        print(f"{n:3}{scipy:10.2f}{one:11.2f}{one / scipy:8.2f}{batch:10.3f}{scipy / batch:7.1f}x")


def points(count: int = 50_000) -> None:
    program = f"""
import time, numpy as np
from inlaid import matching
draw = np.random.default_rng(1)
left, right = draw.random(({count}, 2)), draw.random(({count}, 2))
peak = lambda: int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) // 1024
before, start = peak(), time.process_time()
found = matching.assign_points(left, right, metric={{metric!r}}, threads=1)
print(f"{{metric}}: {{{{time.process_time() - start:.1f}}}} CPU s, peak {{{{peak()}}}} MB ({{{{before}}}} MB before), "
      f"total {{{{found.total_cost:.9f}}}}")
"""
    for metric in ("squared_euclidean", "euclidean"):
        subprocess.run([sys.executable, "-c", program.format(metric=metric)], check=True)


def random(count: int = 100_000) -> None:
    """Every answer equals scipy's; whatever scipy refuses is refused."""
    draw = np.random.default_rng(7)
    refused = 0
    for case in range(count):
        n, m = draw.integers(0, 8, 2)
        kind = draw.integers(6)
        costs = [
            lambda: draw.random((n, m)),
            lambda: draw.integers(0, 3, (n, m)).astype(float),
            lambda: draw.normal(size=(n, m)) * 1e300,
            lambda: draw.integers(-1000, 1000, (n, m)).astype(float),
            lambda: np.where(draw.random((n, m)) < 0.5, -0.0, 0.0),
            lambda: draw.normal(size=(n, m)) * 1e-300,
        ][kind]()
        costs[draw.random((n, m)) < draw.choice([0, 0, 0.3, 0.7])] = np.inf
        if draw.random() < 0.02 and costs.size:
            costs[draw.integers(n), draw.integers(m)] = draw.choice([np.nan, -np.inf])
        maximize = bool(draw.integers(2))
        given = -costs if maximize else costs
        try:
            expected = given[linear_sum_assignment(given, maximize=maximize)].sum()
        except ValueError:
            expected = None
        try:
            found = matching.assign(given, maximize=maximize, threads=1).total_cost
        except ValueError:
            found = None
        if expected is None or found is None:
            assert expected is found is None, (case, given, expected, found)
            refused += 1
            continue
        scale = np.abs(given[np.isfinite(given)]).max(initial=0)
        assert abs(found - expected) <= 1e-14 * scale, (case, given, expected, found)
    print(f"{count} matrices: all as scipy, {refused} of them refused by both")


if __name__ == "__main__":
    what, sizes, shapes, shift, *_ = [*sys.argv[1:], *[""] * 4]
    if what in ("", "dense"):
        dense(
            [int(size) for size in (sizes or "500,1000,2000,4000").split(",")],
            [tuple(map(int, shape.split("x"))) for shape in (shapes or "500x2000,2000x500,1000x4000,4000x1000").split(",")],
            int(shift or 0),
        )
    else:
        {"small": small, "points": points, "random": random}[what]()
