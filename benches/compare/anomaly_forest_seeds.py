"""Quality of the isolation forest beside scikit-learn's: ROC-AUC per set over 20 seeds each.

Usage: python anomaly_forest_seeds.py FOLDER, with inlaid and scikit-learn installed; FOLDER holds the sets of ADBench as `.npz`.
Columns are scaled to 0..1, forests of 100 trees of 256 rows are fitted to all rows without labels and score the same rows.
"""

import sys
from pathlib import Path

import numpy as np
import sklearn
from inlaid import anomaly
from sklearn.ensemble import IsolationForest

SEEDS = range(1, 21)


def main(folder: Path) -> None:
    print(f"scikit-learn {sklearn.__version__}, {len(SEEDS)} seeds")
    print("| set | inlaid | scikit-learn | difference | its standard error |\n|---|---|---|---|---|")
    differences = []
    for path in sorted(folder.glob("*.npz")):
        data = np.load(path, allow_pickle=True)
        rows, labels = data["X"].astype(float), data["y"].astype(np.int64)
        low, high = rows.min(0), rows.max(0)
        rows = np.ascontiguousarray((rows - low) / np.where(high > low, high - low, 1))
        ours, theirs = [], []
        for seed in SEEDS:
            scores = anomaly.IsolationForest().fit(rows, seed=seed, threads=1).scores()
            ours.append(anomaly.roc_auc(labels, scores))
            peer = IsolationForest(random_state=seed, n_jobs=1).fit(rows)
            theirs.append(anomaly.roc_auc(labels, -peer.score_samples(rows)))
        error = np.sqrt((np.var(ours, ddof=1) + np.var(theirs, ddof=1)) / len(SEEDS))
        difference = np.mean(ours) - np.mean(theirs)
        differences.append(difference)
        print(f"| {path.stem} | {np.mean(ours):.4f} | {np.mean(theirs):.4f} | {difference:+.4f} | {error:.4f} |", flush=True)
    print(f"\nmean difference {np.mean(differences):+.4f}, mean of absolute ones {np.mean(np.abs(differences)):.4f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
