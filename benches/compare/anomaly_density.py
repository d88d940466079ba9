"""inlaid beside PyOD: kernel density equal to six digits and more, isolation by nearest neighbours by AUC over seeds.

    cargo build --release -p inlaid --example anomaly_tables
    python benches/compare/anomaly_density.py target/release/examples/anomaly_tables [--seeds 20] [--sets NAMES]

Needs `pip install pyod scikit-learn` (written against PyOD 3.6.7, scikit-learn 1.9.1). Sets of ADBench in
`../shared/data/anomaly/adbench`, each column to 0..1, rows fitted and scored without labels. The peer of `KernelDensity` is
PyOD's KDE with Scott's bandwidth on standardised columns (constant ones left out), in our units: its score is the negative
logarithm of the density times a row's own scale, which adds the logarithms of the deviations. The peer of `Inne` is PyOD's
INNE with its defaults, which are ours; of every set the mean AUC of either side over the seeds, and the standard error of
the difference. CPU time is of the fit, one thread, the least of all calls.
"""

from __future__ import annotations

import anomaly_tables as tables  # first: it sets one thread

import argparse
import math
import subprocess
import tempfile
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score


def own(binary: str, detector: str, path: Path, seed: int) -> tuple[np.ndarray, float]:
    scores = path.parent / "scores"
    told = subprocess.run([binary, detector, path, "1", scores, str(seed)], check=True, capture_output=True, text=True).stdout
    return np.fromfile(scores), float(told.split()[0])


def timed(work: object) -> tuple[object, float]:
    start = time.process_time()
    return work(), 1000 * (time.process_time() - start)


def density(binary: str, path: Path, rows: np.ndarray) -> tuple[float, float, float]:
    """The largest difference relative to the mean size of scores, and the milliseconds of both."""
    from pyod.models.kde import KDE

    varying = rows[:, rows.std(axis=0) > 1e-12]
    deviations = varying.std(axis=0)
    standard = (varying - varying.mean(axis=0)) / deviations
    bandwidth = len(rows) ** (-1 / (varying.shape[1] + 4))
    theirs, peer = timed(lambda: KDE(bandwidth=bandwidth).fit(standard).decision_scores_ + np.log(deviations).sum())
    ours, time_own = own(binary, "KernelDensity", path, 1)
    return float(np.abs(ours - theirs).max() / np.abs(theirs).mean()), time_own, peer


def isolation(binary: str, path: Path, rows: np.ndarray, labels: np.ndarray, seeds: int) -> tuple[list[float], list[float], float, float]:
    from pyod.models.inne import INNE

    ours, theirs, times = [], [], []
    for seed in range(1, seeds + 1):
        scores, time_own = own(binary, "Inne", path, seed)
        peer, time_peer = timed(lambda: INNE(random_state=seed).fit(rows).decision_scores_)
        ours.append(roc_auc_score(labels, scores))
        theirs.append(roc_auc_score(labels, peer))
        times.append((time_own, time_peer))
    return ours, theirs, *map(min, zip(*times))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--sets", help="names with commas between; default all")
    parser.add_argument("--most", type=int, default=6500, help="sets of more rows are left out for the kernels, whose peer takes minutes")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"pyod {version('pyod')}, scikit-learn {version('scikit-learn')}, numpy {version('numpy')}; CPU ms")
    print(f"{'set':22}{'KDE off':>9}{'ours':>9}{'peer':>10}   {'INNE AUC':>8}{'peer':>8}{'differ':>9}{'error':>8}{'ours':>9}{'peer':>10}")
    names = given.sets.split(",") if given.sets else sorted(path.stem for path in tables.FOLDER.glob("*.npz"))
    differences = []
    for name in names:
        rows, labels = tables.table(name)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table"
            tables.write(rows, path)
            off, kernel, peer = density(given.binary, path, rows) if len(rows) <= given.most else (math.nan,) * 3
            ours, theirs, balls, other = isolation(given.binary, path, rows, labels, given.seeds)
        differences.append(np.mean(ours) - np.mean(theirs))
        error = math.sqrt((np.var(ours, ddof=1) + np.var(theirs, ddof=1)) / given.seeds)
        print(f"{name:22}{off:>9.1e}{kernel:>9.1f}{peer:>10.1f}   {np.mean(ours):>8.4f}{np.mean(theirs):>8.4f}{differences[-1]:>+9.4f}{error:>8.4f}"
              f"{balls:>9.2f}{other:>10.1f}", flush=True)
    print(f"INNE: mean difference {np.mean(differences):+.4f}, mean of its size {np.mean(np.abs(differences)):.4f}")


if __name__ == "__main__":
    main()
