"""inlaid beside a plain numpy EM and recordlinkage: F1 and CPU time on the records of Febrl, in one process, one thread.

    python benches/compare/matching_entities.py FEBRL.csv.gz [..]

Needs `pip install inlaid numpy pandas recordlinkage`. The entity is the number in `rec_id`, which none of them sees. inlaid runs with no
option said. recordlinkage gets the blocking and comparisons of its own Febrl example and its ECM classifier. The least of 5
turns each, taken alternately, is reported as process CPU time.
"""
from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import sys
import time
import warnings

import numpy as np
import pandas as pd
import recordlinkage
from inlaid.matching import Linkage, linkage_accuracy

warnings.filterwarnings("ignore")
TURNS = 5


def read(path: str) -> tuple[pd.DataFrame, np.ndarray]:
    table = pd.read_csv(path, dtype=str, skipinitialspace=True)
    table.columns = [name.strip() for name in table.columns]
    return table, table["rec_id"].str.split("-").str[1].astype(int).to_numpy()


def inlaid(table: pd.DataFrame) -> np.ndarray:
    return np.asarray(Linkage().fit(table, threads=1).entities())


def components(rows: int, pairs) -> np.ndarray:
    parents = list(range(rows))

    def root(row: int) -> int:
        while parents[row] != row:
            parents[row] = parents[parents[row]]
            row = parents[row]
        return row

    for a, b in pairs:
        parents[root(a)] = root(b)
    return np.array([root(row) for row in range(rows)])


def features(table: pd.DataFrame):
    index = recordlinkage.Index()
    for column in ("given_name", "surname", "postcode", "date_of_birth", "soc_sec_id"):
        index.block(column)
    pairs = index.index(table)
    compare = recordlinkage.Compare()
    for column in ("given_name", "surname", "address_1", "suburb"):
        compare.string(column, column, method="jarowinkler", threshold=0.85, label=column)
    for column in ("date_of_birth", "postcode", "state", "soc_sec_id", "street_number"):
        compare.exact(column, column, label=column)
    return compare.compute(pairs, table)


def peer(table: pd.DataFrame) -> np.ndarray:
    compared = features(table)
    matches = recordlinkage.ECMClassifier().fit_predict(compared.astype(int))
    return components(len(table), matches)


def plain(table: pd.DataFrame) -> np.ndarray:
    """Expectation maximisation over agreement, all in numpy, on the peer's comparisons."""
    compared = features(table)
    g = compared.to_numpy()
    m, u, prior = np.full(g.shape[1], 0.9), g.mean(0).clip(1e-4, 0.5), 0.1
    for _ in range(50):
        odds = np.log(prior / (1 - prior)) + (g * np.log(m / u) + (1 - g) * np.log((1 - m) / (1 - u))).sum(1)
        p = 1 / (1 + np.exp(-odds))
        m = ((p[:, None] * g).sum(0) / p.sum()).clip(1e-4, 1 - 1e-4)
        u = (((1 - p)[:, None] * g).sum(0) / (1 - p).sum()).clip(1e-4, 1 - 1e-4)
        prior = p.mean()
    return components(len(table), compared.index[p > 0.5])


def main() -> None:
    runs = {"inlaid": inlaid, "numpy EM": plain, "recordlinkage": peer}
    for path in sys.argv[1:]:
        table, truth = read(path)
        least = dict.fromkeys(runs, float("inf"))
        f1 = {}
        for _ in range(TURNS):
            for name, run in runs.items():
                start = time.process_time()
                entities = run(table)
                least[name] = min(least[name], time.process_time() - start)
                f1[name] = linkage_accuracy(entities.astype(np.int64), truth.astype(np.int64)).f1
        for name in runs:
            print(f"{os.path.basename(path)} {len(table)} records: {name:14} F1 {f1[name]:.5f}, {least[name]:.3f} CPU s")


main()
