"""BBOB: the mean part of 51 targets that the default `minimize` reaches with 1000 evaluations per parameter.

Question: how good is one default setting on f1-f24, d = 5 and 10, box [-5, 5]^d, against peers in the same run? The score is the mean
over functions and instances of the part of the targets f - fopt = 10^2, 10^1.8, .. 10^-8 that are reached by the end. Overhead is process
CPU time without the objective's, per evaluation.

    pip install coco-experiment cma scipy
    python benches/compare/optimize_minimize.py [--instances 1-3] [--dimensions 5,10] [--peers]
"""
import argparse
import time
import warnings

import cocoex
import numpy as np

from inlaid import optimize

TARGETS = 10.0 ** np.linspace(2, -8, 51)
GROUPS = {"separable": (1, 5), "moderate": (6, 9), "ill-conditioned": (10, 14), "multimodal": (15, 19), "weakly structured": (20, 24)}


def numbers(text: str) -> list[int]:
    """`1-3,7` as 1, 2, 3, 7."""
    parts = [part.split("-") for part in text.split(",")]
    return [number for part in parts for number in range(int(part[0]), int(part[-1]) + 1)]


class Problem:
    """One function with its best value so far and the time spent in it."""

    def __init__(self, function: int, dimension: int, instance: int) -> None:
        self.problem = cocoex.BareProblem("bbob", function, dimension, instance)
        self.optimum = self.problem.best_value()
        self.best, self.count, self.seconds = np.inf, 0, 0.0

    def __call__(self, point: np.ndarray) -> float:
        value = self.problem(point)
        self.best = min(self.best, value)
        self.count += 1
        return value

    def rows(self, candidates: np.ndarray) -> np.ndarray:
        began = time.process_time()
        values = np.array([self(row) for row in candidates])
        self.seconds += time.process_time() - began
        return values

    def score(self) -> float:
        return float(np.mean(self.best - self.optimum <= TARGETS))


def ours(problem: Problem, dimension: int, evaluations: int, seed: int) -> None:
    parameters = [optimize.ContinuousParameter(name=f"x{i}", low=-5.0, high=5.0) for i in range(dimension)]
    optimize.minimize_batch(problem.rows, optimize.Space(parameters=parameters), evaluations=evaluations, seed=seed)


def pycma(problem: Problem, dimension: int, evaluations: int, seed: int) -> None:
    import cma

    options = {"bounds": [-5, 5], "maxfevals": evaluations, "verbose": -9, "seed": seed + 1}
    generator = np.random.default_rng(seed)
    cma.fmin2(problem, lambda: generator.uniform(-4, 4, dimension), 2.0, options, bipop=True, restarts=9)


def annealing(problem: Problem, dimension: int, evaluations: int, seed: int) -> None:
    import scipy.optimize

    scipy.optimize.dual_annealing(problem, [(-5, 5)] * dimension, maxfun=evaluations, maxiter=10**6, rng=seed)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--instances", default="1-3")
    parser.add_argument("--dimensions", default="5,10")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", action="store_true")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    solvers = {"inlaid": ours} | ({"pycma": pycma, "scipy dual_annealing": annealing} if given.peers else {})
    for dimension in numbers(given.dimensions):
        for name, solve in solvers.items():
            scores, overhead, count = {}, 0.0, 0
            for function in range(1, 25):
                for instance in numbers(given.instances):
                    problem = Problem(function, dimension, instance)
                    began = time.process_time()
                    solve(problem, dimension, 1000 * dimension, given.seed)
                    overhead += time.process_time() - began - problem.seconds
                    count += problem.count
                    scores.setdefault(function, []).append(problem.score())
            groups = {g: np.mean([np.mean(scores[f]) for f in range(a, b + 1)]) for g, (a, b) in GROUPS.items()}
            mean = np.mean([np.mean(values) for values in scores.values()])
            timed = f", {1e6 * overhead / count:.2f} us per evaluation" if solve is ours else ""
            print(f"d={dimension} {name}: {mean:.4f}{timed}; " + ", ".join(f"{g} {v:.3f}" for g, v in groups.items()))


if __name__ == "__main__":
    main()
