"""Optima of named planning problems by HiGHS, for core/src/optimize/planning/peers.rs.

    python tests/data/optimize/make_planning.py

Instances are drawn by SplitMix64 from their seeds, here and in the test in the same order; only the optima are kept, null where
there is no solution. Every problem is written as the plainest mixed-integer model there is, so that it shares no idea with the
searches that it judges. Needs numpy and scipy (made with scipy 1.17, whose `milp` is HiGHS).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

MASK = (1 << 64) - 1


class SplitMix:
    def __init__(self, seed: int) -> None:
        self.state = seed

    def below(self, limit: int) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return (z ^ (z >> 31)) % limit

    def numbers(self, count: int, start: int, limit: int) -> list[int]:
        return [start + self.below(limit) for _ in range(count)]


class Model:
    """Whole columns from 0 up, rows between bounds."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.upper: list[float] = []
        self.rows: list[tuple[float, float, list[tuple[int, float]]]] = []

    def column(self, cost: float, upper: float = 1) -> int:
        self.costs.append(cost)
        self.upper.append(upper)
        return len(self.costs) - 1

    def row(self, lower: float, upper: float, entries: list[tuple[int, float]]) -> None:
        self.rows.append((lower, upper, entries))

    def solve(self) -> float | None:
        at = [(i, j, v) for i, (_, _, entries) in enumerate(self.rows) for j, v in entries]
        i, j, v = zip(*at)
        matrix = coo_array((v, (i, j)), shape=(len(self.rows), len(self.costs))).tocsr()
        limits = LinearConstraint(matrix, [r[0] for r in self.rows], [r[1] for r in self.rows])
        options = {"mip_rel_gap": 1e-9}
        done = milp(self.costs, constraints=limits, bounds=Bounds(0, self.upper), integrality=1, options=options)
        if done.status == 2:
            return None
        assert done.status == 0, done.message
        return round(float(np.round(done.x) @ np.array(self.costs)), 6) + 0.0


def knapsack(r: SplitMix, single: bool) -> float | None:
    items = 10 + r.below(90 if single else 15)
    weights = r.numbers(items, 1, 100)
    profits = [max(w + r.below(60) - 20, 1) for w in weights]
    copies = [1 + r.below(3) for _ in range(items)]
    several = 1 if single else 2 + r.below(3)
    capacities = [np.floor(sum(weights) * (30 + r.below(50)) / 100 / several) for _ in range(several)]
    model = Model()
    at = [[model.column(-profits[i], copies[i]) for i in range(items)] for _ in capacities]
    for k, capacity in enumerate(capacities):
        model.row(-np.inf, capacity, [(at[k][i], weights[i]) for i in range(items)])
    for i in range(items):
        model.row(-np.inf, copies[i], [(at[k][i], 1) for k in range(several)])
    value = model.solve()
    return -value


def bins(r: SplitMix) -> float | None:
    items = 8 + r.below(12)
    sizes = r.numbers(items, 10, 60)
    # First fit says how many bins are enough.
    loads: list[int] = []
    for size in sorted(sizes, reverse=True):
        k = next((k for k, load in enumerate(loads) if load + size <= 100), None)
        if k is None:
            loads.append(size)
        else:
            loads[k] += size
    model = Model()
    used = [model.column(1) for _ in loads]
    at = [[model.column(0) for _ in loads] for _ in sizes]
    for i in range(items):
        model.row(1, 1, [(at[i][k], 1) for k in range(len(loads))])
    for k in range(len(loads)):
        model.row(-np.inf, 0, [(at[i][k], sizes[i]) for i in range(items)] + [(used[k], -100)])
    for k in range(1, len(loads)):
        model.row(0, np.inf, [(used[k - 1], 1), (used[k], -1)])
    return model.solve()


def cover(r: SplitMix, exactly: bool) -> float | None:
    sets = 15 + r.below(40)
    elements = 5 + r.below(8) if exactly else 10 + r.below(40)
    inside: list[list[int]] = []
    for _ in range(elements):
        sure = r.below(sets)
        inside.append([s for s in range(sets) if (r.below(100) < 12) | (s == sure)])
    costs = r.numbers(sets, 1, 50)
    model = Model()
    for cost in costs:
        model.column(cost)
    for of in inside:
        model.row(1, 1 if exactly else np.inf, [(s, 1) for s in of])
    return model.solve()


def facilities(r: SplitMix, kind: str) -> float | None:
    customers, count = 8 + r.below(15), 4 + r.below(7)
    opening = r.numbers(count, 20, 80)
    if kind == "median":
        opening = [0] * count
    service = [[1 + r.below(60) for _ in range(count)] for _ in range(customers)]
    most = 2 + r.below(2) if kind == "median" else count
    model = Model()
    is_open = [model.column(cost) for cost in opening]
    at = [[model.column(service[c][f]) for f in range(count)] for c in range(customers)]
    for c in range(customers):
        model.row(1, 1, [(at[c][f], 1) for f in range(count)])
        for f in range(count):
            model.row(-np.inf, 0, [(at[c][f], 1), (is_open[f], -1)])
    model.row(-np.inf, most, [(f, 1) for f in is_open])
    if kind == "depots":
        demands = r.numbers(customers, 1, 20)
        need = sum(demands)
        for f in range(count):
            capacity = max(np.floor(need * (10 + r.below(40)) / 100), 20)
            model.row(-np.inf, 0, [(at[c][f], demands[c]) for c in range(customers)] + [(is_open[f], -capacity)])
    return model.solve()


def roster(r: SplitMix) -> float | None:
    workers, days, shifts = 4 + r.below(4), 5 + r.below(3), 2
    demand = [[1 + r.below(workers // 2) for _ in range(shifts)] for _ in range(days)]
    costs = [[None if r.below(10) == 0 else r.below(10) for _ in range(days * shifts)] for _ in range(workers)]
    soft = r.below(2) == 0
    model = Model()
    at = [
        [[model.column(cost or 0, 0 if cost is None else 1) for cost in line[d * shifts : (d + 1) * shifts]] for d in range(days)]
        for line in costs
    ]
    for d in range(days):
        for s in range(shifts):
            short = model.column(15, demand[d][s] if soft else 0)
            model.row(demand[d][s], np.inf, [(at[w][d][s], 1) for w in range(workers)] + [(short, 1)])
    for w in range(workers):
        model.row(2, days - 1, [(x, 1) for line in at[w] for x in line])
        for d in range(days):
            model.row(-np.inf, 1, [(x, 1) for x in at[w][d]])
            if d + 1 < days:
                model.row(-np.inf, 1, [(at[w][d][1], 1), (at[w][d + 1][0], 1)])
            if d + 3 < days:
                model.row(-np.inf, 3, [(x, 1) for line in at[w][d : d + 4] for x in line])
    return model.solve()


FAMILIES = {
    "knapsack": (lambda r: knapsack(r, True), 50),
    "knapsacks": (lambda r: knapsack(r, False), 30),
    "bins": (bins, 30),
    "cover": (lambda r: cover(r, False), 25),
    "partition": (lambda r: cover(r, True), 20),
    "open": (lambda r: facilities(r, "open"), 15),
    "median": (lambda r: facilities(r, "median"), 15),
    "depots": (lambda r: facilities(r, "depots"), 20),
    "roster": (roster, 25),
}


def main() -> None:
    cases = []
    for number, (family, (solve, count)) in enumerate(FAMILIES.items()):
        for seed in range(1000 * number, 1000 * number + count):
            cases.append({"family": family, "seed": seed, "optimum": solve(SplitMix(seed))})
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    (Path(__file__).parent / "planning.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
