"""inlaid's named planning problems beside HiGHS: CPU time and cost, in one run.

    python benches/compare/optimize_planning.py [turns] [seconds]

Knapsacks of the families of Martello and Toth, bins, covers, facilities and rosters of middle size, drawn from seeds. HiGHS solves
the usual mixed-integer model of each through `scipy.optimize.milp`, on one thread, with its default gap set to 1e-7; both have the
same limit of `seconds` (default 30). Both take turns, the least process CPU time of `turns` (default 3) counts; building the model
is not counted. A `*` marks an answer that is not proved. Where both prove theirs, they must be equal.
Needs `pip install inlaid scipy`. One process.
"""

from __future__ import annotations

import sys
import time
from typing import Any, Callable

import numpy as np
from inlaid import optimize
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

Answer = tuple[float, float, bool]


class Model:
    """Columns from 0 up, rows between bounds; least cost."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.upper: list[float] = []
        self.lower_rows: list[float] = []
        self.upper_rows: list[float] = []
        self.entries: list[tuple[int, int, float]] = []

    def columns(self, costs: Any, upper: float = 1.0) -> np.ndarray:
        start = len(self.costs)
        flat = np.asarray(costs, float)
        self.costs += flat.ravel().tolist()
        self.upper += [upper] * flat.size
        return np.arange(start, start + flat.size).reshape(flat.shape)

    def row(self, lower: float, upper: float, columns: Any, values: Any = 1.0) -> None:
        at = len(self.lower_rows)
        self.lower_rows.append(lower)
        self.upper_rows.append(upper)
        columns = np.asarray(columns).ravel()
        values = np.broadcast_to(np.asarray(values, float).ravel(), columns.shape)
        self.entries += [(at, int(j), float(v)) for j, v in zip(columns, values)]

    def solver(self, seconds: float, sign: float = 1.0) -> Callable[[], Answer]:
        i, j, v = zip(*self.entries)
        matrix = coo_array((v, (i, j)), shape=(len(self.lower_rows), len(self.costs))).tocsr()
        rows = LinearConstraint(matrix, self.lower_rows, self.upper_rows)
        bounds = Bounds(0, self.upper)
        options = {"mip_rel_gap": 1e-7, "time_limit": seconds}

        def run() -> Answer:
            start = time.process_time()
            done = milp(self.costs, constraints=rows, bounds=bounds, integrality=1, options=options)
            took = time.process_time() - start
            return took, np.inf if done.x is None else sign * done.fun, done.status == 0

        return run


def timed(solve: Callable[[], Any], cost: Callable[[Any], float]) -> Callable[[], Answer]:
    def run() -> Answer:
        start = time.process_time()
        found = solve()
        return time.process_time() - start, cost(found), found.optimal

    return run


def knapsack(kind: str, count: int, seed: int, seconds: float, knapsacks: int = 1):
    random = np.random.default_rng(seed)
    weights = random.integers(1, 1001, count).astype(float)
    other = random.integers(0, 1000, count)
    profits = {
        "uncorrelated": other + 1.0,
        "weakly correlated": np.maximum(1.0, weights + other % 201 - 100),
        "strongly correlated": weights + 100.0,
    }[kind]
    capacities = np.floor(np.full(knapsacks, weights.sum() / 2 / knapsacks) * np.linspace(0.8, 1.2, knapsacks))
    model = Model()
    at = model.columns(np.tile(-profits, (knapsacks, 1)))
    for k in range(knapsacks):
        model.row(-np.inf, capacities[k], at[k], weights)
    for i in range(count if knapsacks > 1 else 0):
        model.row(-np.inf, 1, at[:, i])
    ours = optimize.SolveKnapsack(time_limit=seconds)
    return timed(lambda: ours.solve(profits, weights, capacities), lambda f: f.profit), model.solver(seconds, -1.0)


def bins(count: int, seed: int, seconds: float):
    sizes = np.random.default_rng(seed).integers(20, 101, count).astype(float)
    ours = optimize.PackBins(capacity=150.0, time_limit=seconds)
    most = ours.solve(sizes).count
    model = Model()
    used = model.columns(np.ones(most))
    at = model.columns(np.zeros((count, most)))
    for i in range(count):
        model.row(1, 1, at[i])
    for k in range(most):
        model.row(-np.inf, 0, np.append(at[:, k], used[k]), np.append(sizes, -150.0))
        if k:
            model.row(0, np.inf, [used[k - 1], used[k]], [1, -1])
    return timed(lambda: ours.solve(sizes), lambda f: float(f.count)), model.solver(seconds)


def cover(sets: int, elements: int, share: float, seed: int, seconds: float):
    random = np.random.default_rng(seed)
    inside = random.random((sets, elements)) < share
    inside[random.integers(0, sets, elements), np.arange(elements)] = True
    of, which = np.nonzero(inside)
    costs = random.integers(1, 101, sets).astype(float)
    model = Model()
    at = model.columns(costs)
    for e in range(elements):
        model.row(1, np.inf, at[inside[:, e]])
    ours = optimize.CoverSets(time_limit=seconds)
    return timed(lambda: ours.solve(of, which, costs), lambda f: f.cost), model.solver(seconds)


def facilities(customers: int, count: int, opening: float, most: int | None, filled: float, seed: int, seconds: float):
    random = np.random.default_rng(seed)
    to, start = random.integers(0, 1000, (customers, 2)), random.integers(0, 1000, (count, 2))
    service = np.floor(np.linalg.norm(to[:, None, :] - start[None, :, :], axis=2))
    demands = random.integers(5, 35, customers).astype(float) if filled else np.empty(0)
    capacities = np.full(count, np.ceil(demands.sum() / count / filled)) if filled else np.empty(0)
    model = Model()
    is_open = model.columns(np.full(count, opening))
    at = model.columns(service)
    for c in range(customers):
        model.row(1, 1, at[c])
        for f in range(count):
            model.row(-np.inf, 0, [at[c, f], is_open[f]], [1, -1])
    for f in range(count if filled else 0):
        model.row(-np.inf, 0, np.append(at[:, f], is_open[f]), np.append(demands, -capacities[f]))
    if most:
        model.row(-np.inf, most, is_open)
    ours = optimize.LocateFacilities(most_open=most, time_limit=seconds)
    opened = np.full(count, opening)
    return timed(lambda: ours.solve(opened, service, demands, capacities), lambda f: f.cost), model.solver(seconds)


def roster(workers: int, days: int, seed: int, seconds: float):
    random = np.random.default_rng(seed)
    demand = np.tile([workers // 5, workers // 5, workers // 10], (days, 1)).astype(float)
    costs = random.integers(0, 10, (workers, days * 3)).astype(float)
    away = random.random(costs.shape) < 0.05
    most, fewest = days * 5 // 7, days // 3
    model = Model()
    at = model.columns(costs).reshape(workers, days, 3)
    short = model.columns(np.full((days, 3), 50.0), float(workers))
    for j in np.flatnonzero(away):
        model.upper[j] = 0
    for d in range(days):
        for s in range(3):
            model.row(demand[d, s], np.inf, np.append(at[:, d, s], short[d, s]))
    for w in range(workers):
        model.row(fewest, most, at[w])
        for d in range(days):
            model.row(-np.inf, 1, at[w, d])
            if d + 1 < days:
                model.row(-np.inf, 1, np.append(at[w, d, 2], at[w, d + 1, :2]))
                model.row(-np.inf, 1, [at[w, d, 1], at[w, d + 1, 0]])
            if d + 5 < days:
                model.row(-np.inf, 5, at[w, d : d + 6])
    ours = optimize.RosterShifts(
        most_shifts=[most],
        fewest_shifts=[fewest],
        most_consecutive_days=5,
        forbidden_successions=[optimize.ForbiddenSuccession(shift=a, next=b) for a, b in [(2, 0), (2, 1), (1, 0)]],
        uncovered_penalty=50.0,
        time_limit=seconds,
    )
    barred = np.where(away, np.inf, costs)
    return timed(lambda: ours.solve(demand, barred), lambda f: f.cost), model.solver(seconds)


def main() -> None:
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 30.0
    problems = [
        ("knapsack, uncorrelated, 200", knapsack("uncorrelated", 200, 1, seconds)),
        ("knapsack, weakly correlated, 1000", knapsack("weakly correlated", 1000, 2, seconds)),
        ("knapsack, weakly correlated, 10000", knapsack("weakly correlated", 10000, 3, seconds)),
        ("knapsack, strongly correlated, 1000", knapsack("strongly correlated", 1000, 4, seconds)),
        ("knapsacks, 100 in 5", knapsack("uncorrelated", 100, 5, seconds, 5)),
        ("knapsacks, 40 in 8", knapsack("uncorrelated", 40, 6, seconds, 8)),
        ("bins, 60", bins(60, 7, seconds)),
        ("bins, 120", bins(120, 8, seconds)),
        ("cover, 500 sets of 100", cover(500, 100, 0.03, 9, seconds)),
        ("cover, 1000 sets of 200", cover(1000, 200, 0.02, 10, seconds)),
        ("facilities, 100 x 50", facilities(100, 50, 2000.0, None, 0.0, 11, seconds)),
        ("median of 10, 150 x 150", facilities(150, 150, 0.0, 10, 0.0, 12, seconds)),
        ("facilities with capacities, 50 x 16", facilities(50, 16, 1500.0, None, 0.4, 13, seconds)),
        ("roster, 10 x 7", roster(10, 7, 14, seconds)),
        ("roster, 20 x 14", roster(20, 14, 15, seconds)),
    ]
    print("| problem | inlaid ms | HiGHS ms | ratio | inlaid | HiGHS |")
    print("|---|---|---|---|---|---|")
    for name, (ours, theirs) in problems:
        runs = [(ours(), theirs()) for _ in range(turns)]
        (own, cost, proved), (other, expected, known) = (min(side) for side in zip(*runs))
        same = abs(cost - expected) <= 1e-6 * max(1.0, abs(expected))
        assert same or not (proved and known), (name, cost, expected)
        marks = ("" if proved else "*", "" if known else "*")
        print(
            f"| {name} | {own * 1e3:.2f} | {other * 1e3:.2f} | {other / max(own, 1e-9):.1f} | {cost:.10g}{marks[0]} | "
            f"{expected:.10g}{marks[1]} |"
        )


if __name__ == "__main__":
    main()
