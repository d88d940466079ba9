"""Quality of Cblof and Loda beside PyOD's: ROC-AUC per set over 20 seeds each.

    cargo build --release -p inlaid --example anomaly_tables
    python benches/compare/anomaly_detector_seeds.py target/release/examples/anomaly_tables FOLDER

Needs `pip install pyod` (written against PyOD 3.6.7); FOLDER holds the sets of ADBench as `.npz`. Columns are scaled to 0..1;
detectors with the defaults of both sides are fitted to all rows without labels and score the same rows.
"""

import struct
import subprocess
import sys
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
from pyod.models.cblof import CBLOF
from pyod.models.loda import LODA
from sklearn.metrics import roc_auc_score

SEEDS = range(1, 21)
PEERS = {"Cblof": CBLOF, "Loda": LODA}


def scores(binary: str, detector: str, table: Path, seed: int) -> np.ndarray:
    to = table.with_suffix(".scores")
    subprocess.run([binary, detector, table, "1", to, str(seed)], check=True, capture_output=True)
    return np.fromfile(to)


def main(binary: str, folder: Path) -> None:
    warnings.simplefilter("ignore")
    print(f"pyod {version('pyod')}, scikit-learn {version('scikit-learn')}, {len(SEEDS)} seeds")
    for detector, peer in PEERS.items():
        print(f"\n| `{detector}` | inlaid | PyOD | difference | standard error |\n|---|---|---|---|---|")
        differences = []
        for path in sorted(folder.glob("*.npz")):
            data = np.load(path, allow_pickle=True)
            rows, labels = data["X"].astype(float), data["y"].astype(np.int64)
            low, high = rows.min(0), rows.max(0)
            rows = np.ascontiguousarray((rows - low) / np.where(high > low, high - low, 1))
            with tempfile.TemporaryDirectory() as place:
                table = Path(place) / "table"
                table.write_bytes(struct.pack("<QQ", *rows.shape) + rows.tobytes())
                ours = [roc_auc_score(labels, scores(binary, detector, table, seed)) for seed in SEEDS]
            theirs, failed = [], ""
            for seed in SEEDS:
                try:
                    theirs.append(roc_auc_score(labels, peer(random_state=seed).fit(rows).decision_scores_))
                except ValueError as error:
                    failed = str(error)
            if not theirs:
                print(f"| {path.stem} | {np.mean(ours):.4f} | fails: {failed[:60]} | | |", flush=True)
                continue
            off = np.sqrt(np.var(ours, ddof=1) / len(ours) + np.var(theirs, ddof=1) / max(len(theirs), 2))
            differences.append(np.mean(ours) - np.mean(theirs))
            note = f" ({len(theirs)} seeds, the others fail)" if failed else ""
            print(f"| {path.stem} | {np.mean(ours):.4f} | {np.mean(theirs):.4f}{note} | {differences[-1]:+.4f} | {off:.4f} |", flush=True)
        print(f"\nmean difference {np.mean(differences):+.4f}, mean of absolute ones {np.mean(np.abs(differences)):.4f}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
