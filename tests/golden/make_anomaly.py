"""Write anomaly/detectors.json: every detector for tables on a small table, with the scores of PyOD 3.6.7 and scikit-learn 1.9.1.

What no peer computes in the same way, because it draws random numbers, must still put the two rows that lie far away on top.
"""

import json
import pathlib

import numpy as np
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from pyod.models.knn import KNN
from pyod.models.pca import PCA
from scipy.integrate import quad
from scipy.optimize import brentq, minimize
from sklearn.covariance import EmpiricalCovariance
from sklearn.neighbors import LocalOutlierFactor
from sklearn.svm import OneClassSVM

ROWS, FAR = 60, [17, 42]


def table() -> np.ndarray:
    """A cloud whose third column follows the first two, and two rows far away."""
    draw = np.random.default_rng(5)
    rows = np.round(draw.normal(size=(ROWS, 3)), 3)
    rows[:, 2] = np.round(rows[:, 0] - rows[:, 1] + 0.3 * rows[:, 2], 3)
    rows[FAR] = [[7.5, -6.25, -8.0], [-6.5, 7.0, 9.25]]
    return rows


def numbers(values) -> list[float]:
    return [float(f"{value:.10g}") for value in np.ravel(values)]


def labels() -> list[int]:
    return [int(row in FAR) for row in range(ROWS)]


FOUND = "anomaly.FittedDetector"
SHARE = {"contamination": 2 / ROWS}


def with_peer(name: str, peer: str, options: dict, scores, within: float, bad: dict | None) -> dict:
    rows = table().tolist()
    steps = [
        {"op": f"anomaly.{name}.fit", "options": options | SHARE, "arrays": [rows], "as": "m"},
        {"op": f"{FOUND}.scores", "on": "m", "expect": numbers(scores), "within": within},
        {"op": f"anomaly.{name}.fit", "arrays": [[[1, "NaN", 2]] * 30], "fails": "invalid_data", "contains": "row 0, column 1"},
        {"op": f"anomaly.{name}.fit", "options": {"contamination": 0.6}, "arrays": [rows], "fails": "invalid_config"},
    ]
    if bad:
        steps.append({"op": f"anomaly.{name}.fit", "options": bad, "arrays": [rows], "fails": "invalid_config"})
    return {"name": f"{name} scores as its peer", "source": peer, "steps": steps}


def at_random(name: str, bad: dict | None) -> dict:
    rows = table().tolist()
    steps = [
        {"op": f"anomaly.{name}.fit", "options": SHARE, "arrays": [rows], "as": "m"},
        {"op": f"{FOUND}.labels", "on": "m", "expect": labels()},
        {"op": f"{FOUND}.predict", "on": "m", "arrays": [[[0, 0, 0], [9, -9, -9]]], "expect": [0, 1]},
        {"op": f"anomaly.{name}.fit", "arrays": [[[1, "Infinity", 2]] * 30], "fails": "invalid_data"},
    ]
    if bad:
        steps.append({"op": f"anomaly.{name}.fit", "options": bad, "arrays": [rows], "fails": "invalid_config"})
    return {"name": f"{name} finds the two rows far away", "source": "by hand: the rows were put there", "steps": steps}


def probabilities(scores, fitted, contamination: float) -> np.ndarray:
    """Odds that fall as the power 0.6 of the share of fitted rows that score as much, and add up to `contamination`."""
    # w^5 = u takes the steep start out of the integral.
    mean = lambda v: quad(lambda w: 5 * w**4 / (1 + w**3 / v**0.6), 0, 1, epsabs=1e-12)[0]
    pivot = np.exp(brentq(lambda log: mean(np.exp(log)) - contamination, -40, 10))
    known = np.unique(fitted)
    shares = np.array([1 - 0.5 * ((fitted < value).sum() + (fitted <= value).sum()) / len(fitted) for value in known])
    return 1 / (1 + (np.interp(scores, known, shares) / pivot) ** 0.6)


def taught_probabilities(scores, new) -> np.ndarray:
    """A logistic curve through labelled scores with the targets of Platt (1999)."""
    known = np.array(labels())
    high, low = (known.sum() + 1) / (known.sum() + 2), 1 / ((1 - known).sum() + 2)
    target = np.where(known == 1, high, low)
    middle, spread = scores.mean(), scores.std()
    loss = lambda p: np.sum(np.logaddexp(0, p[0] + p[1] * (scores - middle) / spread)
                            - target * (p[0] + p[1] * (scores - middle) / spread))
    best = minimize(loss, [0.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-12, "fatol": 1e-15, "maxiter": 20_000}).x
    return 1 / (1 + np.exp(-best[0] - best[1] * (new - middle) / spread))


def fitted() -> dict:
    """Everything that is asked of a fitted detector, by the one whose scores are distances."""
    rows = table()
    gauss = EmpiricalCovariance().fit(rows)
    new = np.array([[0.5, -0.25, 0.5], [5.0, 5.0, 5.0]])
    scores = gauss.mahalanobis(rows)
    # Linear between the second and the third largest, at the quantile 1 - 2 / 60.
    threshold = float(np.quantile(scores, 1 - 2 / ROWS))
    near = [int(np.argmin((((rows - row) / rows[[r for r in range(ROWS) if r not in FAR]].std(0)) ** 2)[
        [r for r in range(ROWS) if r not in FAR]].sum(1))) for row in new]
    normal = [row for row in range(ROWS) if row not in FAR]
    path = {"path": "{tmp}/detector.inlaid"}
    options = {"robust": False} | SHARE
    top = sorted(scores)[::-1]
    # z' S^-1 z is the sum over columns of z_j (S^-1 z)_j; what normal rows have on average is where contributions start.
    parts = lambda some: (some - gauss.location_) * ((some - gauss.location_) @ gauss.precision_)
    base = parts(rows[normal]).mean(0)
    taught = taught_probabilities(scores, gauss.mahalanobis(new))
    cut = float(top[1] + top[2]) / 2
    return {
        "name": "a fitted detector scores, judges, explains, learns labels and is saved",
        "source": "squared Mahalanobis distances of scikit-learn 1.9.1, quantiles of numpy, probabilities by scipy",
        "steps": [
            {"op": "anomaly.Mahalanobis.fit", "options": options, "arrays": [rows.tolist()], "as": "m"},
            {"op": f"{FOUND}.score", "on": "m", "arrays": [new.tolist()], "expect": numbers(gauss.mahalanobis(new)), "within": 1e-8},
            {"op": f"{FOUND}.threshold", "on": "m", "expect": threshold, "within": 1e-8},
            {"op": f"{FOUND}.labels", "on": "m", "expect": labels()},
            {"op": f"{FOUND}.predict", "on": "m", "arrays": [new.tolist()], "expect": [0, int(gauss.mahalanobis(new)[1] > threshold)]},
            {"op": f"{FOUND}.nearest_normal", "on": "m", "arrays": [new.tolist()], "expect": [normal[at] for at in near]},
            {"op": f"{FOUND}.method", "on": "m", "expect": "Mahalanobis"},
            {"op": f"{FOUND}.columns", "on": "m", "expect": 3},
            {"op": f"{FOUND}.base", "on": "m", "expect": float(base.sum()), "within": 1e-8},
            {"op": f"{FOUND}.probabilities", "on": "m", "expect": numbers(probabilities(scores, scores, 2 / ROWS)), "within": 1e-4},
            {"op": f"{FOUND}.probability", "on": "m", "arrays": [new.tolist()],
             "expect": numbers(probabilities(gauss.mahalanobis(new), scores, 2 / ROWS)), "within": 1e-4},
            {"op": f"{FOUND}.explain", "on": "m", "arrays": [new.tolist()],
             "expect": [numbers(row) for row in parts(new) - base], "within": 1e-8},
            {"op": f"{FOUND}.with_threshold", "on": "m", "options": {"threshold": {"FixedThreshold": {"score": 3.5}}}, "as": "fixed"},
            {"op": f"{FOUND}.threshold", "on": "fixed", "expect": 3.5},
            {"op": f"{FOUND}.with_threshold", "on": "m", "options": {"threshold": {"ContaminationThreshold": {"contamination": 0.1}}}, "as": "tenth"},
            {"op": f"{FOUND}.threshold", "on": "tenth", "expect": float(np.quantile(scores, 0.9)), "within": 1e-8},
            {"op": f"{FOUND}.labels", "on": "tenth", "expect": (scores > np.quantile(scores, 0.9)).astype(int).tolist()},
            {"op": f"{FOUND}.with_threshold", "on": "m", "options": {"threshold": {"ConformalThreshold": {}}}, "fails": "invalid_config", "contains": "fresh"},
            {"op": f"{FOUND}.with_labels", "on": "m", "arrays": [rows.tolist(), {"ints": labels()}], "as": "taught"},
            {"op": f"{FOUND}.labels", "on": "taught", "expect": labels()},
            {"op": f"{FOUND}.threshold", "on": "taught", "expect": cut, "within": 1e-8},
            {"op": f"{FOUND}.probability", "on": "taught", "arrays": [new.tolist()], "expect": numbers(taught), "within": 1e-5},
            {"op": f"{FOUND}.with_labels", "on": "m", "arrays": [rows.tolist(), {"ints": [1]}], "fails": "invalid_data"},
            {"op": f"{FOUND}.to_bytes", "on": "m", "as": "bytes"},
            {"op": f"{FOUND}.from_bytes", "arrays": [{"kept": "bytes"}], "as": "again"},
            {"op": f"{FOUND}.scores", "on": "again", "expect": numbers(scores), "within": 1e-8},
            {"op": f"{FOUND}.save", "on": "m", "options": path},
            {"op": f"{FOUND}.load", "options": path, "as": "loaded"},
            {"op": f"{FOUND}.score", "on": "loaded", "arrays": [new.tolist()], "expect": numbers(gauss.mahalanobis(new)), "within": 1e-8},
            *(
                {"op": f"{FOUND}.{name}", "on": "m", "arrays": [[[1, 2]]], "fails": "invalid_data", "contains": "2 columns"}
                for name in ("score", "predict", "probability", "explain", "nearest_normal")
            ),
            {"op": f"{FOUND}.from_bytes", "arrays": [{"base64": "bm90IGEgbW9kZWw="}], "fails": "incompatible"},
            {"op": f"{FOUND}.save", "on": "m", "options": {"path": "{tmp}/no/such/folder/m"}, "fails": "not_found"},
            {"op": f"{FOUND}.load", "options": {"path": "{tmp}/nothing"}, "fails": "not_found"},
        ],
    } | ({} if top[1] > threshold >= top[2] else {"name": "the far rows do not lead"})


def main() -> None:
    rows = table()
    pyod, sklearn = "PyOD 3.6.7", "scikit-learn 1.9.1"
    svm = OneClassSVM(kernel="rbf", gamma="scale", nu=0.5, tol=1e-9).fit(rows)
    cases = [
        with_peer("Hbos", pyod, {}, HBOS().fit(rows).decision_scores_, 1e-8, {"bins": 1}),
        with_peer("Ecod", pyod, {}, ECOD().fit(rows).decision_scores_, 1e-8, None),
        with_peer("Copod", pyod, {}, COPOD().fit(rows).decision_scores_, 1e-8, None),
        with_peer("PcaDetector", pyod, {}, PCA().fit(rows).decision_scores_, 1e-6, {"components": 0}),
        with_peer("NearestNeighbours", pyod, {}, KNN(n_neighbors=5).fit(rows).decision_scores_, 1e-8, {"neighbours": 0}),
        with_peer(
            "LocalOutlierFactor", sklearn, {}, -LocalOutlierFactor(n_neighbors=20).fit(rows).negative_outlier_factor_, 1e-8,
            {"neighbours": 0},
        ),
        with_peer("Mahalanobis", sklearn, {"robust": False}, EmpiricalCovariance().fit(rows).mahalanobis(rows), 1e-8, {"support": 0.4}),
        # Kernels are single precision on both sides: 6e-8, summed over 30 rows.
        with_peer("OneClassSvm", sklearn, {"tolerance": 1e-9}, -svm.decision_function(rows), 1e-5, {"nu": 0}),
        *(
            at_random(name, bad)
            for name, bad in {
                "AutoDetector": None,
                "Cblof": {"alpha": 0.5},
                "GaussianMixture": {"components": 0},
                "IsolationForest": {"trees": 0},
                "Inne": {"samples": 1},
                "KernelDensity": {"bandwidth": -1},
                "Loda": {"bins": 1},
            }.items()
        ),
        fitted(),
    ]
    path = pathlib.Path(__file__).parent / "anomaly" / "detectors.json"
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
