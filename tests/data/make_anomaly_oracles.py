"""Three small tabular sets with the scores of PyOD 3.6.7 and scikit-learn 1.9.1: `python make_anomaly_oracles.py FOLDER`.

FOLDER holds the classical sets of ADBench (Han, Hu, Huang, Jiang, Zhao 2022; BSD-2-Clause) as `14_glass.npz`, `45_wine.npz` and
`39_vertebral.npz`. Columns are scaled to [0, 1]; detectors are fitted to all rows and score the same rows. Writes
`anomaly_oracles.json` beside this script: rows, labels, and for every detector all scores with ten significant digits. Scores of
new rows are those of rows halfway between each row and the next, for detectors whose peers score new rows in the same way.
"""
import json
import pathlib
import sys

import numpy as np
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from pyod.models.knn import KNN
from pyod.models.pca import PCA
from sklearn.covariance import EmpiricalCovariance
from sklearn.neighbors import LocalOutlierFactor
from sklearn.svm import OneClassSVM

SETS = ["14_glass", "45_wine", "39_vertebral"]


def numbers(values):
    return [float(f"{value:.10g}") for value in np.ravel(values)]


def main(folder):
    found = {}
    for name in SETS:
        data = np.load(pathlib.Path(folder) / f"{name}.npz", allow_pickle=True)
        rows, labels = data["X"].astype(float), data["y"].astype(int)
        low, high = rows.min(0), rows.max(0)
        # The very numbers that are written are those that are fitted.
        rows = np.vectorize(lambda value: float(f"{value:.12g}"))((rows - low) / np.where(high > low, high - low, 1))
        fresh = 0.5 * (rows[:-1] + rows[1:])
        scores, new = {}, {}
        for key, detector in {
            "hbos": HBOS(),
            "ecod": ECOD(),
            "copod": COPOD(),
            "pca": PCA(),
            "knn_largest": KNN(n_neighbors=5),
            "knn_mean": KNN(n_neighbors=5, method="mean"),
            "knn_median": KNN(n_neighbors=5, method="median"),
        }.items():
            detector.fit(rows)
            scores[key] = numbers(detector.decision_scores_)
            if key not in ("ecod", "copod"):
                new[key] = numbers(detector.decision_function(fresh))
        scores["lof"] = numbers(-LocalOutlierFactor(n_neighbors=20).fit(rows).negative_outlier_factor_)
        new["lof"] = numbers(-LocalOutlierFactor(n_neighbors=20, novelty=True).fit(rows).score_samples(fresh))
        # A tolerance far below the default: what the peer stops at by default is not the optimum to six digits.
        exact = OneClassSVM(kernel="rbf", gamma="scale", nu=0.5, tol=1e-9).fit(rows)
        scores["svm"], new["svm"] = numbers(-exact.decision_function(rows)), numbers(-exact.decision_function(fresh))
        gauss = EmpiricalCovariance().fit(rows)
        scores["mahalanobis"], new["mahalanobis"] = numbers(gauss.mahalanobis(rows)), numbers(gauss.mahalanobis(fresh))
        found[name] = {
            "columns": rows.shape[1],
            "rows": [float(value) for value in rows.ravel()],
            "labels": [int(label) for label in labels],
            "scores": scores,
            "fresh": new,
        }
    path = pathlib.Path(__file__).with_name("anomaly_oracles.json")
    path.write_text(json.dumps(found, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
