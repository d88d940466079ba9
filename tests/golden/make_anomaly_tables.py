"""Write anomaly/tables.json: rows with weights and tables with categories, with the scores of PyOD 3.6.7 and scikit-learn 1.9.1.

Whole weights must teach what every row repeated so many times teaches, so the peers see repeated rows, or take the weights
themselves. What draws random numbers must still put the rows that lie far away on top. Categories are encoded here by hand.
"""

import json
import pathlib

import numpy as np
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from pyod.models.knn import KNN
from pyod.models.pca import PCA
from sklearn.covariance import EmpiricalCovariance
from sklearn.neighbors import KernelDensity, LocalOutlierFactor, NearestNeighbors
from sklearn.svm import OneClassSVM

ROWS, FAR = 40, [11, 29]
FOUND = "anomaly.FittedDetector"
TABLE = "anomaly.FittedTableDetector"
SKLEARN, PYOD = "scikit-learn 1.9.1", "PyOD 3.6.7"


def numbers(values) -> list[float]:
    return [float(f"{value:.10g}") for value in np.ravel(values)]


def cloud() -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(8)
    rows = np.round(draw.normal(size=(ROWS, 3)), 3)
    rows[:, 2] = np.round(rows[:, 0] - rows[:, 1] + 0.3 * rows[:, 2], 3)
    rows[FAR] = [[7.5, -6.25, -8.0], [-6.5, 7.0, 9.25]]
    weights = draw.integers(1, 5, ROWS)
    weights[FAR] = 1
    return rows, weights


def weighted(name: str, source: str, options: dict, scores, within: float) -> dict:
    rows, weights = cloud()
    steps = [
        {"op": f"anomaly.{name}.fit_weighted", "options": options, "arrays": [rows.tolist(), weights.tolist()], "as": "m"},
        {"op": f"{FOUND}.scores", "on": "m", "expect": numbers(scores), "within": within},
        *refused(name),
    ]
    return {"name": f"{name} learns from weights what its peer learns", "source": source, "steps": steps}


def refused(name: str) -> list[dict]:
    rows, weights = cloud()
    return [
        {"op": f"anomaly.{name}.fit_weighted", "arrays": [rows.tolist(), weights.tolist()[1:]], "fails": "invalid_data",
         "contains": "39 weights for 40 rows"},
        {"op": f"anomaly.{name}.fit_weighted", "arrays": [rows.tolist(), [-1, *weights.tolist()[1:]]], "fails": "invalid_data",
         "contains": "the weight of row 0 is -1"},
        {"op": f"anomaly.{name}.fit_weighted", "arrays": [rows.tolist(), [0] * ROWS], "fails": "invalid_data"},
    ]


def drawn(name: str) -> dict:
    """A row of weight 0 is scored and not learnt from; the far rows stay on top."""
    rows, weights = cloud()
    total = int(weights.sum())
    steps = [
        {"op": f"anomaly.{name}.fit_weighted", "options": {"contamination": 2 / total},
         "arrays": [rows.tolist(), weights.tolist()], "as": "m"},
        {"op": f"{FOUND}.labels", "on": "m", "expect": [int(row in FAR) for row in range(ROWS)]},
        *refused(name),
    ]
    return {"name": f"{name} finds rows of little weight far away", "source": "by hand: the rows were put there", "steps": steps}


def repeated() -> dict[str, tuple]:
    """What peers say of every row repeated as often as it weighs; of each only the first of its copies."""
    rows, weights = cloud()
    copies = np.repeat(rows, weights, axis=0)
    first = np.concatenate([[0], np.cumsum(weights)[:-1]])
    mean = np.average(rows, axis=0, weights=weights)
    deviation = np.sqrt(np.average((rows - mean) ** 2, axis=0, weights=weights))
    standard, total = (rows - mean) / deviation, weights.sum()
    bandwidth = total ** (-1 / 7)
    density = KernelDensity(bandwidth=bandwidth, kernel="gaussian", rtol=0).fit(standard, sample_weight=weights)
    # One bell in closed form: the weighted covariance of standardised rows, with the floor on its diagonal.
    covariance = (standard * weights[:, None]).T @ standard / total + 1e-6 * np.eye(3)
    squares = np.einsum("ij,jk,ik->i", standard, np.linalg.inv(covariance), standard)
    bell = 0.5 * (squares + np.linalg.slogdet(covariance)[1] + 3 * np.log(2 * np.pi)) + np.log(deviation).sum()
    variance = np.average((rows - np.average(rows, weights=np.repeat(weights[:, None], 3, axis=1))) ** 2,
                          weights=np.repeat(weights[:, None], 3, axis=1))
    svm = OneClassSVM(gamma=1 / (3 * variance), nu=0.5, tol=1e-9).fit(rows, sample_weight=weights)
    return {
        "Hbos": (PYOD, {}, HBOS().fit(copies).decision_scores_[first], 1e-8),
        "Ecod": (PYOD, {}, ECOD().fit(copies).decision_scores_[first], 1e-8),
        "Copod": (PYOD, {}, COPOD().fit(copies).decision_scores_[first], 1e-8),
        "PcaDetector": (PYOD, {}, PCA().fit(copies).decision_scores_[first], 1e-6),
        "NearestNeighbours": (PYOD, {}, KNN(n_neighbors=5).fit(copies).decision_scores_[first], 1e-8),
        "LocalOutlierFactor": (
            SKLEARN, {}, -LocalOutlierFactor(n_neighbors=20).fit(copies).negative_outlier_factor_[first], 1e-8),
        "Mahalanobis": (SKLEARN, {"robust": False}, EmpiricalCovariance().fit(copies).mahalanobis(rows), 1e-8),
        "KernelDensity": (
            f"{SKLEARN} with sample_weight", {}, -density.score_samples(standard) + np.log(deviation).sum(), 1e-8),
        "GaussianMixture": ("numpy, one bell in closed form", {}, bell, 1e-8),
        # Kernels are single precision on both sides: 6e-8, summed over all rows.
        "OneClassSvm": (f"{SKLEARN} with sample_weight", {"tolerance": 1e-9}, -svm.decision_function(rows), 1e-5),
    }


def columns() -> dict:
    draw = np.random.default_rng(3)
    city = draw.choice(["Bonn", "Lyon", "Nice"], ROWS, p=[0.5, 0.3, 0.2]).tolist()
    paid = draw.choice([True, False], ROWS, p=[0.8, 0.2]).tolist()
    amount = np.round(draw.normal(50, 10, ROWS), 2).tolist()
    city[7], amount[20] = "Oslo", 260.0
    return {"amount": amount, "city": city, "paid": paid, "row": list(range(ROWS))}


FRESH = {"paid": [True, False], "city": ["Lyon", "Rome"], "amount": [55.0, 80.0]}
COLUMNS = ["amount", "city", "paid"]


def places(table: dict, name: str) -> tuple[list, np.ndarray]:
    """The categories of a column, the most frequent first, and how often each is there."""
    counts = {}
    for cell in columns()[name]:
        counts[cell] = counts.get(cell, 0) + 1
    # Equally frequent ones by their names.
    order = sorted(counts, key=lambda cell: (-counts[cell], str(cell).lower()))
    return order, np.array([counts[cell] for cell in order])


def surprise(table: dict) -> np.ndarray:
    """The surprise of each category, one row added to each and one for all that were not fitted."""
    parts = [np.array(table["amount"])]
    for name in ["city", "paid"]:
        order, counts = places(table, name)
        total = counts.sum() + len(order) + 1
        known = dict(zip(order, -np.log((counts + 1) / total)))
        parts.append(np.array([known.get(cell, np.log(total)) for cell in table[name]]))
    return np.column_stack(parts)


def indicators(table: dict, mismatch: float) -> np.ndarray:
    """Standardised numbers, and an indicator per category that puts two of them `mismatch` apart."""
    own = np.array(columns()["amount"])
    parts = [((np.array(table["amount"]) - own.mean()) / own.std())[:, None]]
    for name in ["city", "paid"]:
        order, _ = places(table, name)
        shown = np.zeros((len(table[name]), len(order) + 1))
        for row, cell in enumerate(table[name]):
            shown[row, order.index(cell) if cell in order else len(order)] = mismatch / np.sqrt(2)
        parts.append(shown)
    return np.hstack(parts)


def tails(values: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """The parts of ECOD, column by column: a new value counts as one of the fitted ones."""
    count = len(fitted)
    parts = np.zeros(values.shape)
    for column, own in enumerate(fitted.T):
        skew = np.sign(np.mean((own - own.mean()) ** 3))
        for row, value in enumerate(values[:, column]):
            left = -np.log(max((own <= value).sum(), 1) / count)
            right = -np.log(max((own >= value).sum(), 1) / count)
            parts[row, column] = max(left, right, left if skew < 0 else right if skew > 0 else left + right)
    return parts


def rarity() -> dict:
    """Everything that is asked of a fitted table, by a detector whose score is a sum over columns."""
    table = columns()
    own = surprise(table)
    parts, new = tails(own, own), tails(surprise(FRESH), own)
    scores = parts.sum(1)
    assert np.allclose(scores, ECOD().fit(own).decision_scores_)
    threshold = float(np.quantile(scores, 0.9))
    normal = scores <= threshold
    base = parts[normal].mean(0)
    top = np.argsort(scores)[::-1][:2]
    cut = (np.sort(scores)[-2] + np.sort(scores)[-3]) / 2
    labels = [int(row in top) for row in range(ROWS)]
    path, lent, fresh = {"path": "{tmp}/table.inlaid"}, {"columns": table}, {"columns": FRESH}
    distances = lambda row: (
        (np.array(table["amount"])[normal] - FRESH["amount"][row]) ** 2 / np.array(table["amount"])[normal].var()
        + 4.0 * (np.array(table["city"])[normal] != FRESH["city"][row])
        + 4.0 * (np.array(table["paid"])[normal] != FRESH["paid"][row])
    )
    near = [int(np.flatnonzero(normal)[np.argmin(distances(row))]) for row in range(2)]
    options = {"detector": {"Ecod": {}}, "ignored": ["row"]}
    looks = ("score", "predict", "probability", "explain", "nearest_normal")
    return {
        "name": "a table with categories is scored, judged, explained, taught and saved",
        "source": f"{PYOD} on surprise encoded by hand; contributions, quantiles and nearest rows by numpy",
        "steps": [
            {"op": "anomaly.TableDetector.fit", "options": options, "arrays": [lent], "as": "m"},
            {"op": f"{TABLE}.scores", "on": "m", "expect": numbers(scores), "within": 1e-9},
            {"op": f"{TABLE}.threshold", "on": "m", "expect": threshold, "within": 1e-9},
            {"op": f"{TABLE}.labels", "on": "m", "expect": (~normal).astype(int).tolist()},
            {"op": f"{TABLE}.columns", "on": "m", "expect": COLUMNS},
            {"op": f"{TABLE}.method", "on": "m", "expect": "Ecod"},
            {"op": f"{TABLE}.categories", "on": "m", "options": {"column": "city"}, "expect": places(table, "city")[0]},
            {"op": f"{TABLE}.categories", "on": "m", "options": {"column": "amount"}, "expect": []},
            {"op": f"{TABLE}.categories", "on": "m", "options": {"column": "row"}, "fails": "not_found", "contains": "row"},
            {"op": f"{TABLE}.score", "on": "m", "arrays": [fresh], "expect": numbers(new.sum(1)), "within": 1e-9},
            {"op": f"{TABLE}.predict", "on": "m", "arrays": [fresh], "expect": (new.sum(1) > threshold).astype(int).tolist()},
            {"op": f"{TABLE}.base", "on": "m", "expect": float(base.sum()), "within": 1e-9},
            {"op": f"{TABLE}.explain", "on": "m", "arrays": [fresh], "expect": [numbers(row) for row in new - base], "within": 1e-9},
            {"op": f"{TABLE}.nearest_normal", "on": "m", "arrays": [fresh], "expect": near},
            {"op": f"{TABLE}.probabilities", "on": "m", "expect": numbers(probabilities(scores, scores, 0.1)), "within": 1e-4},
            {"op": f"{TABLE}.probability", "on": "m", "arrays": [fresh],
             "expect": numbers(probabilities(new.sum(1), scores, 0.1)), "within": 1e-4},
            {"op": f"{TABLE}.with_threshold", "on": "m",
             "options": {"threshold": {"ContaminationThreshold": {"contamination": 0.25}}}, "as": "quarter"},
            {"op": f"{TABLE}.threshold", "on": "quarter", "expect": float(np.quantile(scores, 0.75)), "within": 1e-9},
            {"op": f"{TABLE}.with_threshold", "on": "m", "options": {"threshold": {"ConformalThreshold": {}}},
             "fails": "invalid_config", "contains": "fresh"},
            {"op": f"{TABLE}.with_labels", "on": "m", "arrays": [lent, {"ints": labels}], "as": "taught"},
            {"op": f"{TABLE}.threshold", "on": "taught", "expect": float(cut), "within": 1e-9},
            {"op": f"{TABLE}.labels", "on": "taught", "expect": labels},
            {"op": f"{TABLE}.with_labels", "on": "m", "arrays": [lent, {"ints": [1]}], "fails": "invalid_data"},
            {"op": f"{TABLE}.to_bytes", "on": "m", "as": "bytes"},
            {"op": f"{TABLE}.from_bytes", "arrays": [{"kept": "bytes"}], "as": "again"},
            {"op": f"{TABLE}.scores", "on": "again", "expect": numbers(scores), "within": 1e-9},
            {"op": f"{TABLE}.save", "on": "m", "options": path},
            {"op": f"{TABLE}.load", "options": path, "as": "loaded"},
            {"op": f"{TABLE}.score", "on": "loaded", "arrays": [fresh], "expect": numbers(new.sum(1)), "within": 1e-9},
            *(
                {"op": f"{TABLE}.{name}", "on": "m", "arrays": [{"columns": {"city": ["Bonn"], "paid": [True]}}],
                 "fails": "invalid_data", "contains": "amount"}
                for name in looks
            ),
            {"op": f"{TABLE}.from_bytes", "arrays": [{"base64": "bm90IGEgbW9kZWw="}], "fails": "incompatible"},
            {"op": f"{TABLE}.save", "on": "m", "options": {"path": "{tmp}/no/such/folder/m"}, "fails": "not_found"},
            {"op": f"{TABLE}.load", "options": {"path": "{tmp}/nothing"}, "fails": "not_found"},
        ],
    }


def distances() -> dict:
    """Neighbours among indicators, with weights, and what is refused."""
    table = columns()
    own, new = indicators(table, 3.0), indicators(FRESH, 3.0)
    scores = NearestNeighbors(n_neighbors=5).fit(own).kneighbors(new)[0][:, -1]
    times = [1 + row % 3 for row in range(ROWS)]
    again = surprise(table)
    copies = {name: np.repeat(np.array(values), times).tolist() for name, values in table.items()}
    order, _ = places(table, "city")
    heavy = {"detector": {"Hbos": {}}, "columns": ["amount"], "weights": "times"}
    options = {"detector": {"NearestNeighbours": {}}, "columns": COLUMNS, "mismatch": 3}
    lent, fresh = {"columns": table}, {"columns": FRESH}
    refuse = options | {"unseen": "refuse"}
    fit = "anomaly.TableDetector.fit"
    assert len(again) == ROWS and order
    return {
        "name": "tables are compared by numbers and categories, with weights, and bad ones are refused by name",
        "source": f"{SKLEARN} on indicators encoded by hand; {PYOD} on repeated rows",
        "steps": [
            {"op": fit, "options": options, "arrays": [lent], "as": "m"},
            {"op": f"{TABLE}.score", "on": "m", "arrays": [fresh], "expect": numbers(scores), "within": 1e-9},
            {"op": fit, "options": heavy, "arrays": [{"columns": table | {"times": times}}], "as": "heavy"},
            {"op": f"{TABLE}.columns", "on": "heavy", "expect": ["amount"]},
            {"op": f"{TABLE}.scores", "on": "heavy",
             "expect": numbers(HBOS().fit(np.array(copies["amount"])[:, None]).decision_scores_[
                 np.concatenate([[0], np.cumsum(times)[:-1]])]), "within": 1e-8},
            {"op": fit, "options": {"categorical": ["row"], "levels": 4}, "arrays": [lent], "as": "codes"},
            {"op": fit, "options": refuse, "arrays": [lent], "as": "strict"},
            {"op": f"{TABLE}.score", "on": "strict", "arrays": [fresh], "fails": "invalid_data",
             "contains": "row 1, column \"city\": no fitted row had the category \"Rome\""},
            {"op": fit, "options": {"levels": 1}, "arrays": [lent], "fails": "invalid_config", "contains": "levels"},
            {"op": fit, "options": {"mismatch": 0}, "arrays": [lent], "fails": "invalid_config", "contains": "mismatch"},
            {"op": fit, "options": {"detector": {"Mahalanobis": {}}}, "arrays": [lent], "fails": "invalid_config", "contains": "robust"},
            {"op": fit, "options": {"columns": ["town"], "levels": 9}, "arrays": [lent], "fails": "invalid_data", "contains": "town"},
            {"op": fit, "options": {"weights": "city"}, "arrays": [lent], "fails": "invalid_data", "contains": "city"},
        ],
    }


def threshold() -> dict:
    scores, weights = [4.0, 1.0, 7.5, 2.0, 9.0], [3, 10, 2, 4, 1]
    op = "anomaly.weighted_contamination_threshold"
    steps = [
        {"op": op, "arrays": [scores, weights], "options": {"contamination": share},
         "expect": float(np.quantile(np.repeat(scores, weights), 1 - share)), "within": 1e-12}
        for share in (0.1, 0.12, 0.5)
    ]
    bad = [{"op": op, "arrays": [scores, some], "options": {"contamination": 0.1}, "fails": "invalid_data"} for some in ([1, 2], [-1] * 5)]
    return {"name": "a share of weighted scores is that of repeated ones", "source": "quantiles of numpy", "steps": steps + bad}


def probabilities(scores, fitted, contamination: float) -> np.ndarray:
    """Odds that fall as the power 0.6 of the share of fitted rows that score as much, and add up to `contamination`."""
    from scipy.integrate import quad
    from scipy.optimize import brentq

    # w^5 = u takes the steep start out of the integral.
    mean = lambda v: quad(lambda w: 5 * w**4 / (1 + w**3 / v**0.6), 0, 1, epsabs=1e-12)[0]
    pivot = np.exp(brentq(lambda log: mean(np.exp(log)) - contamination, -40, 10))
    known = np.unique(fitted)
    shares = np.array([1 - 0.5 * ((fitted < value).sum() + (fitted <= value).sum()) / len(fitted) for value in known])
    return 1 / (1 + (np.interp(scores, known, shares) / pivot) ** 0.6)


def main() -> None:
    cases = [weighted(name, *peer) for name, peer in repeated().items()]
    cases += [drawn(name) for name in ["AutoDetector", "Cblof", "IsolationForest", "Inne", "Loda"]]
    cases += [rarity(), distances(), threshold()]
    path = pathlib.Path(__file__).parent / "anomaly" / "tables.json"
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
