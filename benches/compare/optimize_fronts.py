"""Fronts: the hypervolume that 25,000 evaluations reach, and what they cost; sorting and hypervolumes beside pymoo and moocore.

Question: with the defaults of each, population 100, is the median hypervolume at least that of pymoo and pygmo, and what CPU time does it
take? All see the same problems: inlaid and pymoo those of pymoo in numpy, a generation at a time, pygmo its own in C++. Hypervolumes are
measured by moocore, up to 1.1 in every objective (0.6 for DTLZ1; 1.1, 1.1, 7 for DTLZ7).

    pip install inlaid pymoo pygmo moocore
    python benches/compare/optimize_fronts.py [--seeds 5] [--problems zdt1,dtlz2] [--kernels]
"""

import argparse
import time

import moocore
import numpy as np
import pygmo
from inlaid import optimize
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.algorithms.moo.nsga3 import NSGA3
from pymoo.optimize import minimize
from pymoo.problems import get_problem
from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting
from pymoo.util.ref_dirs import get_reference_directions

REFERENCES = {name: [1.1, 1.1] for name in ("zdt1", "zdt2", "zdt3", "zdt4", "zdt6")}
REFERENCES |= {"dtlz1": [0.6] * 3, "dtlz2": [1.1] * 3, "dtlz7": [1.1, 1.1, 7.0]}
PARAMETERS = {"zdt4": 10, "zdt6": 10, "dtlz1": 7, "dtlz2": 12, "dtlz7": 22}
EVALUATIONS = 25_000


def problem_of(name: str):
    return get_problem(name, n_var=PARAMETERS.get(name, 12), n_obj=3) if name.startswith("dtlz") else get_problem(name)


def ours(name: str, method: str, seed: int) -> np.ndarray:
    problem = problem_of(name)
    space = optimize.Space(parameters=[
        optimize.ContinuousParameter(name=f"x{i}", low=float(low), high=float(high))
        for i, (low, high) in enumerate(zip(problem.xl, problem.xu, strict=True))
    ])
    front = optimize.minimize_front_batch(
        lambda candidates: problem.evaluate(candidates, return_values_of=["F"]),
        space,
        objectives=len(REFERENCES[name]),
        method=method,
        population=100,
        evaluations=EVALUATIONS,
        partitions=[12] if method == "nsga3" else [],
        seed=seed,
    )
    return front.objectives


def pymoo(name: str, method: str, seed: int) -> np.ndarray:
    if method == "nsga3":
        algorithm = NSGA3(ref_dirs=get_reference_directions("das-dennis", 3, n_partitions=12), pop_size=100)
    else:
        algorithm = NSGA2(pop_size=100)
    return minimize(problem_of(name), algorithm, ("n_eval", EVALUATIONS), seed=seed + 1, verbose=False).F


def pagmo(name: str, method: str, seed: int) -> np.ndarray | None:
    if method == "nsga3":
        return None
    kind, size = int(name[-1]), PARAMETERS.get(name, 30)
    problem = pygmo.problem(pygmo.zdt(kind, size) if name.startswith("zdt") else pygmo.dtlz(kind, size, 3))
    population = pygmo.population(problem, 100, seed=seed + 1)
    return pygmo.algorithm(pygmo.nsga2(gen=EVALUATIONS // 100 - 1, seed=seed + 1)).evolve(population).get_f()


def volume(front: np.ndarray, name: str) -> float:
    inside = front[(front < np.array(REFERENCES[name])).all(axis=1)]
    return float(moocore.hypervolume(inside, ref=REFERENCES[name])) if len(inside) else 0.0


def runs(names: list[str], seeds: int) -> None:
    print("| problem | method | inlaid | pymoo | pygmo | CPU s | x pymoo | x pygmo |\n|---|---|---|---|---|---|---|---|")
    for name in names:
        for method in ["nsga2"] + (["nsga3"] if name.startswith("dtlz") else []):
            found = {}
            for solve in (ours, pymoo, pagmo):
                volumes, seconds = [], []
                for seed in range(seeds):
                    began = time.process_time()
                    front = solve(name, method, seed)
                    seconds.append(time.process_time() - began)
                    volumes.append(np.nan if front is None else volume(front, name))
                found[solve.__name__] = (np.median(volumes), min(seconds) if front is not None else np.nan)
            (own, took), (first, slow), (second, quick) = found["ours"], found["pymoo"], found["pagmo"]
            print(f"| {name} | {method} | {own:.5f} | {first:.5f} | {second:.5f} | {took:.3f} | {took / slow:.2f} | {took / quick:.2f} |")


def least(run, turns: int = 7) -> float:
    """The least CPU time of several turns, in milliseconds."""
    times = []
    for _ in range(turns):
        began = time.process_time()
        run()
        times.append(time.process_time() - began)
    return 1e3 * min(times)


def kernels() -> None:
    generator = np.random.default_rng(9)
    for points, objectives in [(1000, 2), (5000, 3), (2000, 5)]:
        values = generator.random((points, objectives))
        own = least(lambda: optimize.non_dominated_ranks(values))
        other = least(lambda: NonDominatedSorting().do(values))
        print(f"ranks n={points} m={objectives}: {own:.2f} ms, pymoo {other:.2f} ms, {own / other:.2f}x")
    for points, objectives in [(1000, 2), (1000, 3), (100, 4), (100, 5), (60, 6), (60, 7)]:
        directions = generator.random((points, objectives))
        front = 1.0 - directions / np.linalg.norm(directions, axis=1, keepdims=True)
        reference = [1.1] * objectives
        own, other = optimize.hypervolume(front, reference), moocore.hypervolume(front, ref=reference)
        assert abs(own - other) <= 1e-9 * other, (own, other)
        took, peer = least(lambda: optimize.hypervolume(front, reference)), least(lambda: moocore.hypervolume(front, ref=reference))
        print(f"hypervolume n={points} m={objectives}: {took:.3f} ms, moocore {peer:.3f} ms, {took / peer:.2f}x, equal to 1e-9")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--problems", default=",".join(REFERENCES))
    parser.add_argument("--kernels", action="store_true")
    given = parser.parse_args()
    if given.kernels:
        kernels()
    else:
        runs(given.problems.split(","), given.seeds)
