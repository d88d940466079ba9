"""inlaid beside HiGHS: CPU time of linear and mixed-integer reference problems, in one run.

    python benches/compare/optimize_linear.py ../shared/data/decisions [names] [turns]

Reads every `lp_*.mps.gz` of the folder (names: such as afiro,bell5; default all) with both, and solves it with the defaults of
both, HiGHS on one thread and to the same relative gap. Both take turns, the least process CPU time of `turns` (default 5)
counts; reading is not counted. Every optimum is held against the other's to 1e-6.
Needs `pip install inlaid highspy`. One process.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
import time
from pathlib import Path

import highspy
from inlaid import optimize

GAP = 1e-7


def ours(model: optimize.LinearModel) -> tuple[float, float, int]:
    start = time.process_time()
    solution = model.solve()
    return time.process_time() - start, solution.objective, solution.nodes


def theirs(path: Path) -> tuple[float, float, int]:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", GAP)
    solver.readModel(str(path))
    start = time.process_time()
    solver.run()
    took = time.process_time() - start
    info = solver.getInfo()
    return took, info.objective_function_value, max(info.mip_node_count, 0)


def main() -> None:
    folder = Path(sys.argv[1])
    names = sys.argv[2].split(",") if len(sys.argv) > 2 else sorted(p.name[3:-7] for p in folder.glob("lp_*.mps.gz"))
    turns = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    print("| problem | rows | columns | whole | inlaid ms | HiGHS ms | ratio | inlaid nodes | HiGHS nodes | optimum |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in names:
        text = gzip.decompress((folder / f"lp_{name}.mps.gz").read_bytes())
        model = optimize.read_mps(text)
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / f"{name}.mps"
            path.write_bytes(text)
            runs = [(ours(model), theirs(path)) for _ in range(turns)]
        (own, objective, nodes), (other, expected, other_nodes) = (min(side) for side in zip(*runs))
        assert abs(objective - expected) <= 1e-6 * max(1.0, abs(expected)), (name, objective, expected)
        print(
            f"| {name} | {len(model.row_lower)} | {len(model.costs)} | {len(model.integers)} | {own * 1e3:.2f} | "
            f"{other * 1e3:.2f} | {own / other:.2f} | {nodes} | {other_nodes} | {expected:.10g} |"
        )


if __name__ == "__main__":
    main()
