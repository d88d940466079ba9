"""Write linear_models.json: status and optimum of 200 random planning and knapsack models, by HiGHS.

    pip install highspy==1.15.1 && python tests/data/make_linear_models.py

Only the seeds and what HiGHS says are written: the reader builds the models anew from 64-bit SplitMix64 numbers.
"""

import json
from pathlib import Path

import highspy

MASK = (1 << 64) - 1
INF = highspy.kHighsInf


class SplitMix:
    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        return (z ^ (z >> 31)) % limit


class Model:
    """Columns (cost, lower, upper, whole) and rows (lower, upper, entries)."""

    def __init__(self, maximize):
        self.maximize, self.columns, self.rows = maximize, [], []

    def column(self, cost, lower, upper, whole):
        self.columns.append((cost, lower, upper, whole))
        return len(self.columns) - 1

    def row(self, lower, upper, entries):
        self.rows.append((lower, upper, entries))


def planning(r):
    """Lots of several products over several periods with stocks, set-ups and a shared capacity."""
    products, periods = 2 + r.below(3), 3 + r.below(3)
    model = Model(False)
    work = [1 + r.below(3) for _ in range(products)]
    capacity = products * (25 + r.below(40))
    make, stock, setup = {}, {}, {}
    for p in range(products):
        for t in range(periods):
            make[p, t] = model.column(1 + r.below(9), 0, INF, False)
            stock[p, t] = model.column(1 + r.below(3), 0, INF, False)
            setup[p, t] = model.column(20 + r.below(80), 0, 1, True)
    for p in range(products):
        for t in range(periods):
            demand = r.below(40)
            entries = [(make[p, t], 1), (stock[p, t], -1)]
            if t > 0:
                entries.append((stock[p, t - 1], 1))
            model.row(demand, demand, entries)
            model.row(-INF, 0, [(make[p, t], 1), (setup[p, t], -200)])
    for t in range(periods):
        model.row(-INF, capacity, [(make[p, t], work[p]) for p in range(products)])
    return model


def mix(r):
    """Products that share resources, some with a least quantity of a group."""
    count, resources = 8 + r.below(25), 4 + r.below(12)
    model = Model(True)
    for _ in range(count):
        whole = r.below(3) == 0
        model.column(5 + r.below(40), 0, INF if r.below(2) == 0 else 5 + r.below(30), whole)
    for _ in range(resources):
        entries = [(at, 1 + r.below(12)) for at in range(count) if r.below(3) > 0]
        model.row(-INF, 50 + r.below(500), entries)
    for _ in range(r.below(4)):
        entries = [(at, 1) for at in range(count) if r.below(4) == 0]
        model.row(1 + r.below(8), INF, entries)
    return model


def knapsack(r):
    """Several capacities, columns of 0 or 1, every fourth of a few."""
    count, rows = 12 + r.below(25), 1 + r.below(4)
    model = Model(True)
    for _ in range(count):
        model.column(1 + r.below(100), 0, 1 if r.below(4) > 0 else 1 + r.below(4), True)
    for _ in range(rows):
        weights = [1 + r.below(100) for _ in range(count)]
        model.row(-INF, sum(weights) // 2, list(enumerate(weights)))
    return model


def broken(r):
    """A mix with a column that nothing holds, or with a row that asks for too much."""
    model = mix(r)
    if r.below(2) == 0:
        free = model.column(1 + r.below(5), 0, INF, r.below(2) == 0)
        model.row(0, INF, [(free, 1), (0, -1)])
    else:
        entries = [(at, 1) for at in range(len(model.columns))]
        model.row(100000, INF, entries)
    return model


FAMILIES = [planning, mix, knapsack, broken]


def solve(model):
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 1e-9)
    for cost, lower, upper, whole in model.columns:
        solver.addCol(cost, lower, upper, 0, [], [])
        if whole:
            solver.changeColIntegrality(solver.getNumCol() - 1, highspy.HighsVarType.kInteger)
    for lower, upper, entries in model.rows:
        solver.addRow(lower, upper, len(entries), [at for at, _ in entries], [float(v) for _, v in entries])
    if model.maximize:
        solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
        solver.setOptionValue("presolve", "off")
        solver.clearSolver()
        solver.run()
        status = solver.getModelStatus()
    names = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kInfeasible: "infeasible",
        highspy.HighsModelStatus.kUnbounded: "unbounded",
    }
    name = names[status]
    return name, solver.getInfo().objective_function_value if name == "optimal" else None


def main():
    cases = []
    for seed in range(200):
        family = seed % 4
        status, objective = solve(FAMILIES[family](SplitMix(9000 + seed)))
        cases.append({"seed": 9000 + seed, "family": FAMILIES[family].__name__, "status": status, "objective": objective})
    Path(__file__).with_name("linear_models.json").write_text(
        "[\n" + ",\n".join("  " + json.dumps(case) for case in cases) + "\n]\n"
    )


if __name__ == "__main__":
    main()
