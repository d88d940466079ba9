"""inlaid beside OR-tools: CPU time and totals of assignments where few pairs are possible, in one run.

    python benches/compare/matching_sparse.py [RUNS]
    python benches/compare/matching_sparse.py --write FOLDER

Needs `pip install inlaid ortools scipy` (written against ortools 9.15.6755, scipy 1.17.1). One process, one thread; the two
take turns, process CPU time is counted from the lists of pairs to the matching, and the least of RUNS (default 5) is told
with the median. OR-tools' LinearSumAssignment wants whole numbers: real costs are given to it as multiples of a 2^30th of
the greatest. The second form writes the instances for `cargo run --release --example sparse_speed`, which needs no Python.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import statistics
import struct
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

Triplets = tuple[np.ndarray, np.ndarray, np.ndarray, tuple[int, int]]


def raw(seed: int, count: int) -> np.ndarray:
    """SplitMix64 numbers of a seed."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(seed: int, count: int) -> np.ndarray:
    return (raw(seed, count) >> np.uint64(11)).astype(float) * 2.0**-53


def cheapest(rows: np.ndarray, columns: np.ndarray, costs: np.ndarray, shape: tuple[int, int]) -> Triplets:
    """Each pair once, at its least cost: OR-tools takes repeated pairs for different ones."""
    order = np.lexsort((costs, columns, rows))
    rows, columns, costs = rows[order], columns[order], costs[order]
    first = np.r_[True, (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])]
    return rows[first], columns[first], costs[first], shape


def reference(n: int, degree: int, kind: str = "whole") -> Triplets:
    """A permutation and `degree - 1` random columns per row; costs 1 to 10,000, real, or 1 to 10."""
    seed = 500 + n
    permutation = np.argsort(uniform(seed, n), kind="stable")
    others = (raw(seed + 1, n * (degree - 1)) % np.uint64(n)).astype(np.int64).reshape(n, degree - 1)
    columns = np.concatenate([permutation[:, None], others], axis=1).ravel()
    rows = np.repeat(np.arange(n), degree)
    if kind == "real":
        costs = uniform(7, len(rows))
    else:
        most, at = (10_000, seed + 2) if kind == "whole" else (10, 7)
        costs = (raw(at, len(rows)) % np.uint64(most)).astype(np.int64) + 1
    return cheapest(rows, columns, costs, (n, n))


def neighbours(n: int, jitter: float | None, whole: bool) -> Triplets:
    """Squared distances to the 10 nearest of other points, or of the same points moved; one's own partner always."""
    here = uniform(11, 2 * n).reshape(n, 2)
    there = uniform(12, 2 * n).reshape(n, 2) if jitter is None else here + jitter * (uniform(13, 2 * n).reshape(n, 2) - 0.5)
    nearest = cKDTree(there).query(here, k=10)[1]
    rows = np.repeat(np.arange(n), 11)
    columns = np.c_[nearest, np.arange(n)].ravel()
    costs = ((here[rows] - there[columns]) ** 2).sum(axis=1)
    return cheapest(rows, columns, np.round(np.sqrt(costs) * 1e6).astype(np.int64) if whole else costs, (n, n))


INSTANCES: dict[str, Callable[[], Triplets]] = {
    "whole n=20,000 deg 10": lambda: reference(20_000, 10),
    "whole n=50,000 deg 3": lambda: reference(50_000, 3),
    "whole n=50,000 deg 5": lambda: reference(50_000, 5),
    "whole n=50,000 deg 10": lambda: reference(50_000, 10),
    "whole n=2,000 deg 100": lambda: reference(2000, 100),
    "whole n=20,000 deg 100": lambda: reference(20_000, 100),
    "real n=20,000 deg 10": lambda: reference(20_000, 10, "real"),
    "real n=50,000 deg 5": lambda: reference(50_000, 5, "real"),
    "real n=50,000 deg 10": lambda: reference(50_000, 10, "real"),
    "ties n=20,000 deg 10": lambda: reference(20_000, 10, "ties"),
    "ties n=50,000 deg 10": lambda: reference(50_000, 10, "ties"),
    "moved points n=20,000": lambda: neighbours(20_000, 2 / 20_000**0.5, False),
    "moved points n=50,000": lambda: neighbours(50_000, 2 / 50_000**0.5, True),
    "other points n=20,000": lambda: neighbours(20_000, None, False),
    "other points n=50,000": lambda: neighbours(50_000, None, True),
}


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in INSTANCES.items():
        rows, columns, costs, shape = make()
        with (folder / f"{name.replace(' ', '_').replace(',', '')}.bin").open("wb") as file:
            file.write(struct.pack("<QQQ", *shape, len(rows)))
            for part, kind in ((rows, "<i8"), (columns, "<i8"), (costs, "<f8")):
                file.write(part.astype(kind).tobytes())


def compare(runs: int) -> None:
    from inlaid import matching
    from ortools.graph.python import linear_sum_assignment

    def ours(rows: np.ndarray, columns: np.ndarray, costs: np.ndarray, shape: tuple[int, int]) -> float:
        return matching.assign_sparse(rows, columns, costs, row_count=shape[0], column_count=shape[1], threads=1).total_cost

    def theirs(rows: np.ndarray, columns: np.ndarray, costs: np.ndarray, scale: float) -> float:
        solver = linear_sum_assignment.SimpleLinearSumAssignment()
        solver.add_arcs_with_cost(rows, columns, costs)
        assert solver.solve() == solver.OPTIMAL
        return solver.optimal_cost() / scale

    print(f"ortools {version('ortools')}; CPU ms, least (median) of {runs}")
    print(f"{'instance':26}{'pairs':>10}{'inlaid':>16}{'OR-tools':>16}{'ratio':>7}{'totals differ':>15}")
    for name, make in INSTANCES.items():
        rows, columns, costs, shape = make()
        real = costs.dtype.kind == "f"
        scale = 2.0**30 / np.abs(costs).max() if real else 1.0
        whole = np.round(costs * scale).astype(np.int64)
        narrow = rows.astype(np.int32), columns.astype(np.int32)
        floats = costs.astype(float)
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(runs):
            start = time.process_time()
            total = ours(rows, columns, floats, shape)
            middle = time.process_time()
            other = theirs(*narrow, whole, scale)
            times[0].append(1000 * (middle - start))
            times[1].append(1000 * (time.process_time() - middle))
        told = [f"{min(t):.1f} ({statistics.median(t):.0f})" for t in times]
        print(f"{name:26}{len(rows):>10}{told[0]:>16}{told[1]:>16}{min(times[0]) / min(times[1]):>7.2f}"
              f"{(total - other) / abs(other):>15.1e}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write(Path(sys.argv[2]))
    else:
        compare(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
