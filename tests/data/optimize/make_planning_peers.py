"""Write planning_peers.json: tours, routes, job shops and projects of middle size, solved by the constraint solver of OR-tools.

    pip install ortools==9.15.6755 && python tests/data/optimize/make_planning_peers.py

Only seeds, the best cost and the bound that CP-SAT proved are written: the reader builds the instances anew from 64-bit
SplitMix64 numbers, as `tour`, `routes`, `jobs` and `project` do here.
"""

import json
from pathlib import Path

from ortools.sat.python import cp_model

MASK = (1 << 64) - 1
SECONDS = 25


class SplitMix:
    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        return (z ^ (z >> 31)) % limit


def grid(random, count):
    """Places on a grid with the sum of differences as their distance, which is whole."""
    points = [(random.below(200), random.below(200)) for _ in range(count)]
    return [[abs(a[0] - b[0]) + abs(a[1] - b[1]) for b in points] for a in points]


def run(model):
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = SECONDS
    solver.parameters.num_workers = 2
    status = solver.solve(model)
    assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return {"best": round(solver.objective_value), "bound": round(solver.best_objective_bound)}


def tour(seed):
    size = 40
    ways = grid(SplitMix(seed), size)
    model = cp_model.CpModel()
    arcs = [(a, b, model.new_bool_var("")) for a in range(size) for b in range(size) if a != b]
    model.add_circuit(arcs)
    model.minimize(sum(ways[a][b] * arc for a, b, arc in arcs))
    return run(model)


def routes(seed):
    random, size, capacity = SplitMix(seed), 16, 30
    ways = grid(random, size)
    demands = [0] + [1 + random.below(12) for _ in range(size - 1)]
    windows = [(0, 2000)]
    for place in range(1, size):
        opens = ways[0][place] + random.below(600)
        windows.append((opens, opens + 100 + random.below(300)))
    model = cp_model.CpModel()
    begin = [model.new_int_var(opens, closes, "") for opens, closes in windows]
    load = [model.new_int_var(demand, capacity, "") for demand in demands]
    arcs = [(a, b, model.new_bool_var("")) for a in range(size) for b in range(size) if a != b]
    model.add_multiple_circuit(arcs)
    for a, b, arc in arcs:
        if b:
            took = ways[a][b] + (10 if a else 0)
            if a:
                model.add(begin[b] >= begin[a] + took).only_enforce_if(arc)
                model.add(load[b] >= load[a] + demands[b]).only_enforce_if(arc)
            else:
                model.add(begin[b] >= took).only_enforce_if(arc)
    model.minimize(sum(ways[a][b] * arc for a, b, arc in arcs))
    return run(model)


def jobs(seed):
    random, count, machines = SplitMix(seed), 9, 6
    model = cp_model.CpModel()
    on, ends = [[] for _ in range(machines)], []
    for _ in range(count):
        order = list(range(machines))
        for at in range(machines - 1, 0, -1):
            other = random.below(at + 1)
            order[at], order[other] = order[other], order[at]
        last = None
        for machine in order:
            duration = 1 + random.below(99)
            start = model.new_int_var(0, 10_000, "")
            on[machine].append(model.new_interval_var(start, duration, start + duration, ""))
            if last is not None:
                model.add(start >= last)
            last = start + duration
        ends.append(last)
    for intervals in on:
        model.add_no_overlap(intervals)
    makespan = model.new_int_var(0, 10_000, "")
    for end in ends:
        model.add(makespan >= end)
    model.minimize(makespan)
    return run(model)


def project(seed):
    random, count, resources, capacity = SplitMix(seed), 30, 3, 12
    durations = [1 + random.below(10) for _ in range(count)]
    needs = [[random.below(10) for _ in range(resources)] for _ in range(count)]
    pairs = [(a, b) for b in range(count) for a in range(max(0, b - 8), b) if random.below(5) == 0]
    model = cp_model.CpModel()
    start = [model.new_int_var(0, 1000, "") for _ in range(count)]
    intervals = [model.new_interval_var(start[t], durations[t], start[t] + durations[t], "") for t in range(count)]
    for a, b in pairs:
        model.add(start[b] >= start[a] + durations[a])
    for resource in range(resources):
        model.add_cumulative(intervals, [need[resource] for need in needs], capacity)
    makespan = model.new_int_var(0, 1000, "")
    for t in range(count):
        model.add(makespan >= start[t] + durations[t])
    model.minimize(makespan)
    return run(model)


def main():
    cases = []
    for family, make in [("tour", tour), ("routes", routes), ("jobs", jobs), ("project", project)]:
        for seed in range(1, 7):
            cases.append({"family": family, "seed": seed, **make(seed)})
            print(cases[-1], flush=True)
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    Path(__file__).with_name("planning_peers.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
