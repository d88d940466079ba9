"""inlaid beside PyOD and scikit-learn: CPU time of fitting a detector for tables and scoring the fitted rows, in one run.

    cargo build --release -p inlaid --example anomaly_tables
    python benches/compare/anomaly_tables.py target/release/examples/anomaly_tables [--runs 3] [--sets NAMES] [--detectors NAMES] [--fresh]
    python benches/compare/anomaly_tables.py target/release/examples/anomaly_tables --long ROWS

Needs `pip install pyod scikit-learn` (written against PyOD 3.6.7, scikit-learn 1.9.1). One thread on both sides; the two take
turns, and the least of RUNS (default 3) is told. Tables: the sets of ADBench in `../shared/data/anomaly/adbench`, where they are, each
column to 0..1, and synthetic ones: `normal` (independent normal columns: no structure that a search could use), `factors` (six
normal factors in all columns, and a tenth as much noise) and `clusters` (20 round clusters). Peers are the faster of both
where both have the detector. `differ` is the largest relative difference of scores (for support vectors, after the shift
that makes the means equal; peer and engine both stop at a violation of 0.001), or the difference of AUC where the detector
draws at random and labels are known. With `--fresh` either side fits, then scores as many new rows: those of the table drawn
anew with a twentieth of each column's deviation added as noise (`differ` then says little for ECOD and COPOD, whose peers fit
the new rows too). The second form scores ROWS x 20 with a forest and tells the peak of memory; the peer
scores a tenth of it.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import math
import struct
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

Scores = Callable[[np.ndarray, "np.ndarray | None"], np.ndarray]
FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "anomaly" / "adbench"
SHAPES = ["normal 1000x5", "normal 10000x5", "normal 100000x5", "clusters 10000x16", "factors 5000x50", "factors 20000x50",
          "normal 2000x50", "normal 5000x100", "factors 2000x500", "normal 2000x500"]
# No peer is asked for more than this, in rows: the quadratic ones would not end.
MOST = {"OneClassSvm": 20_000, "LocalOutlierFactor": 100_000}


def synthetic(name: str) -> np.ndarray:
    kind, shape = name.split()
    rows, columns = map(int, shape.split("x"))
    generator = np.random.default_rng(rows + columns)
    noise = generator.normal(size=(rows, columns))
    if kind == "factors":
        return generator.normal(size=(rows, 6)) @ generator.normal(size=(6, columns)) + 0.1 * noise
    if kind == "clusters":
        return generator.normal(0, 5, size=(20, columns))[generator.integers(0, 20, rows)] + noise
    return noise


def table(name: str) -> tuple[np.ndarray, np.ndarray | None]:
    if " " in name:
        return synthetic(name), None
    with np.load(FOLDER / f"{name}.npz", allow_pickle=True) as file:
        values, labels = np.asarray(file["X"], float), np.asarray(file["y"])
    low, high = values.min(axis=0), values.max(axis=0)
    return np.ascontiguousarray((values - low) / np.where(high > low, high - low, 1.0)), labels


def peers(detector: str) -> dict[str, Scores]:
    """By name, what fits the peer and gives the scores of the same rows."""
    from pyod.models.copod import COPOD
    from pyod.models.ecod import ECOD
    from pyod.models.knn import KNN
    from pyod.models.lof import LOF
    from sklearn.ensemble import IsolationForest
    from sklearn.neighbors import LocalOutlierFactor
    from sklearn.svm import OneClassSVM

    def pyod(model: type, **options: object) -> Scores:
        def score(rows: np.ndarray, fresh: np.ndarray | None) -> np.ndarray:
            fitted = model(**options).fit(rows)
            return fitted.decision_scores_ if fresh is None else fitted.decision_function(fresh)

        return score

    def scikit(make: Callable[[], object]) -> Scores:
        return lambda rows, fresh: -make().fit(rows).score_samples(rows if fresh is None else fresh)

    def factors(rows: np.ndarray, fresh: np.ndarray | None) -> np.ndarray:
        if fresh is None:
            return -LocalOutlierFactor().fit(rows).negative_outlier_factor_
        return -LocalOutlierFactor(novelty=True).fit(rows).score_samples(fresh)

    return {
        "IsolationForest": {"scikit-learn": scikit(lambda: IsolationForest(random_state=1))},
        "NearestNeighbours": {"PyOD": pyod(KNN)},
        "LocalOutlierFactor": {"scikit-learn": factors, "PyOD": pyod(LOF)},
        "Ecod": {"PyOD": pyod(ECOD)},
        "Copod": {"PyOD": pyod(COPOD)},
        "OneClassSvm": {"scikit-learn": scikit(OneClassSVM)},
    }[detector]


def write(rows: np.ndarray, path: Path) -> None:
    with path.open("wb") as file:
        file.write(struct.pack("<QQ", *rows.shape))
        np.ascontiguousarray(rows, "<f8").tofile(file)


def difference(detector: str, ours: np.ndarray, theirs: np.ndarray, labels: np.ndarray | None) -> float:
    if detector == "IsolationForest":
        from sklearn.metrics import roc_auc_score

        return math.nan if labels is None else roc_auc_score(labels, ours) - roc_auc_score(labels, theirs)
    if detector == "OneClassSvm":
        theirs = theirs + ours.mean() - theirs.mean()
        return float(np.abs(ours - theirs).max() / np.abs(theirs - theirs.mean()).mean())
    return float((np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-3 * np.abs(theirs).mean())).max())


def anew(rows: np.ndarray, labels: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    """As many rows, drawn from these, with a little noise."""
    generator = np.random.default_rng(len(rows))
    chosen = generator.integers(0, len(rows), len(rows))
    noise = 0.05 * rows.std(axis=0) * generator.normal(size=rows.shape)
    return np.ascontiguousarray(rows[chosen] + noise), None if labels is None else labels[chosen]


def compare(binary: str, names: list[str], detectors: list[str], runs: int, fresh: bool) -> None:
    print(f"pyod {version('pyod')}, scikit-learn {version('scikit-learn')}, numpy {version('numpy')}; CPU ms, least of {runs}")
    print(f"{'detector':20}{'table':24}{'rows':>8}{'columns':>8}{'inlaid':>12}{'peer':>12}{'ratio':>8}  {'peer':14}{'differ':>9}")
    for detector in detectors:
        ratios = []
        for name in names:
            rows, labels = table(name)
            if len(rows) > MOST.get(detector, 10**9):
                continue
            with tempfile.TemporaryDirectory() as folder:
                path, scores, second = (Path(folder) / part for part in ("table", "scores", "fresh"))
                write(rows, path)
                new = None
                if fresh:
                    new, labels = anew(rows, labels)
                    write(new, second)
                own, best = math.inf, {}
                for _ in range(runs):
                    told = subprocess.run([binary, detector, path, "2", scores, *(["1", second] if fresh else [])], check=True, capture_output=True, text=True).stdout
                    own = min(own, float(told.split()[0]))
                    for peer, score in peers(detector).items():
                        start = time.process_time()
                        theirs = score(rows, new)
                        best[peer] = min(best.get(peer, math.inf), 1000 * (time.process_time() - start))
                peer = min(best, key=best.get)
                ratios.append(best[peer] / own)
                off = difference(detector, np.fromfile(scores), theirs, labels)
            print(f"{detector:20}{name:24}{rows.shape[0]:>8}{rows.shape[1]:>8}{own:>12.2f}{best[peer]:>12.1f}{ratios[-1]:>8.1f}  {peer:14}{off:>9.1e}",
                  flush=True)
        print(f"{detector:20}ratios: least {min(ratios):.1f}, geometric mean {math.exp(np.mean(np.log(ratios))):.1f}, "
              f"{sum(ratio >= 10 for ratio in ratios)} of {len(ratios)} at least 10", flush=True)


def long(binary: str, rows: int) -> None:
    from sklearn.ensemble import IsolationForest

    generator = np.random.default_rng(7)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        with path.open("wb") as file:
            file.write(struct.pack("<QQ", rows, 20))
            for start in range(0, rows, 100_000):
                generator.normal(size=(min(100_000, rows - start), 20)).tofile(file)
        part = np.fromfile(path, offset=16, count=rows // 10 * 20).reshape(-1, 20)
        told = subprocess.run([binary, "score:IsolationForest", path, "1"], check=True, capture_output=True, text=True).stdout.split()
        model = IsolationForest(random_state=1).fit(part[:100_000])
        start = time.process_time()
        model.score_samples(part)
        peer = 10_000 * (time.process_time() - start)
        size = rows * 20 * 8 / 2**20
        print(f"{rows} x 20: inlaid {float(told[0]):.0f} ms, scikit-learn {peer:.0f} ms (ten times a tenth), ratio {peer / float(told[0]):.1f}; "
              f"peak of the process {float(told[2]):.0f} MiB, table {size:.0f} MiB, ratio {float(told[2]) / size:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sets", help="names with commas between; default all")
    parser.add_argument("--detectors", default="IsolationForest,NearestNeighbours,LocalOutlierFactor,Ecod,Copod,OneClassSvm")
    parser.add_argument("--fresh", action="store_true", help="fit, then score new rows")
    parser.add_argument("--long", type=int)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    if given.long:
        long(given.binary, given.long)
        return
    names = given.sets.split(",") if given.sets else sorted(path.stem for path in FOLDER.glob("*.npz")) + SHAPES
    compare(given.binary, names, given.detectors.split(","), given.runs, given.fresh)


if __name__ == "__main__":
    main()
