"""Categories as inlaid encodes them beside the one-hot columns that one would write by hand: ROC-AUC on sets of ADBench.

    cargo build --release -p inlaid --example anomaly_columns --no-default-features --features anomaly
    python benches/compare/anomaly_columns.py target/release/examples/anomaly_columns [--mismatch 2] [--seeds 3]

Needs `pip install pyod scikit-learn` (written against PyOD 3.6.7, scikit-learn 1.9.1). Every second column of a set, drawn by the seed,
becomes categories: its values are cut at quantiles that are drawn too, into 3 to 8 of unequal size. By hand means
`OneHotEncoder` for those and `StandardScaler` for the others, then the peer with its defaults. Sets are those of
`../shared/data/anomaly/adbench` with at most ROWS rows (2,000) and 100 columns.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import warnings
from collections import defaultdict
from pathlib import Path

import numpy as np
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from pyod.models.knn import KNN
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import LocalOutlierFactor
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import OneClassSVM

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "anomaly" / "adbench"


def tables(seeds: int, most: int):
    for path in sorted(FOLDER.glob("*.npz")):
        with np.load(path, allow_pickle=True) as file:
            rows, labels = file["X"].astype(float), file["y"].astype(int)
        if rows.shape[1] > 100 or rows.shape[0] > most:
            continue
        for seed in range(seeds):
            draw = np.random.default_rng(seed)
            chosen = draw.permutation(rows.shape[1])[: max(1, rows.shape[1] // 2)]
            columns = {}
            for column, values in enumerate(rows.T):
                if column in chosen:
                    shares = np.cumsum(draw.dirichlet(np.ones(draw.integers(3, 9))))[:-1]
                    columns[f"c{column}"] = [f"level {at}" for at in np.searchsorted(np.quantile(values, shares), values)]
                else:
                    columns[f"x{column}"] = values
            yield f"{path.stem}-{seed}", columns, labels


def by_hand(columns: dict) -> np.ndarray:
    numbers = [values for name, values in columns.items() if name[0] == "x"]
    words = [values for name, values in columns.items() if name[0] == "c"]
    hot = OneHotEncoder(sparse_output=False).fit_transform(np.array(words, dtype=object).T)
    return np.hstack([StandardScaler().fit_transform(np.array(numbers).T), hot]) if numbers else hot


PEERS = {
    "Ecod": lambda rows: ECOD().fit(rows).decision_scores_,
    "Hbos": lambda rows: HBOS().fit(rows).decision_scores_,
    "IsolationForest": lambda rows: -IsolationForest(random_state=1).fit(rows).score_samples(rows),
    "LocalOutlierFactor": lambda rows: -LocalOutlierFactor(n_neighbors=20).fit(rows).negative_outlier_factor_,
    "NearestNeighbours": lambda rows: KNN(n_neighbors=5).fit(rows).decision_scores_,
    "OneClassSvm": lambda rows: -OneClassSVM(nu=0.5).fit(rows).decision_function(rows),
}


def main() -> None:
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--mismatch", nargs="*", default=["2"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--no-peers", action="store_true")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files, peers = [], defaultdict(dict)
        for name, columns, labels in tables(told.seeds, told.rows):
            path = Path(folder) / f"{name}.csv"
            lines = zip(*([repr(float(v)) if k[0] == "x" else v for v in values] for k, values in columns.items()), labels, strict=True)
            path.write_text(",".join([*columns, "label"]) + "\n" + "".join(",".join(map(str, line)) + "\n" for line in lines))
            files.append(str(path))
            if not told.no_peers:
                rows = by_hand(columns)
                for peer, score in PEERS.items():
                    peers[peer][name] = roc_auc_score(labels, score(rows))
        found = {}
        for mismatch in told.mismatch:
            own = defaultdict(dict)
            text = subprocess.run([told.program, mismatch, *files], check=True, capture_output=True, text=True).stdout
            for line in text.splitlines():
                name, detector, auc = line.split()
                own[detector][name] = float(auc)
            found[mismatch] = own
    sets = len({name.rsplit("-", 1)[0] for name in next(iter(found.values()))["Hbos"]})
    print(f"{len(files)} tables of {sets} sets")
    for detector in found[told.mismatch[0]]:
        line = f"{detector:20}"
        for own in found.values():
            line += f" {np.mean(list(own[detector].values())):.4f}"
        if detector in peers:
            ours = found[told.mismatch[0]][detector]
            off = np.array([np.mean([ours[n] - peers[detector][n] for n in ours if n.rsplit("-", 1)[0] == s])
                            for s in sorted({n.rsplit("-", 1)[0] for n in ours})])
            line += f" by hand {np.mean(list(peers[detector].values())):.4f}, better on {np.sum(off > 0)} of {len(off)}"
        print(line)


if __name__ == "__main__":
    main()
