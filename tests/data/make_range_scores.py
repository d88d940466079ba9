"""Write range_scores.json: range-based precision, recall and F1 from another program.

    pip install prts numpy
    python make_range_scores.py

prts 1.0.0.3, numpy 1.26.4. Series of labels are texts of 0 and 1: random ones from scattered rows to long ranges, and edge cases. For
each, `precision` with and without a cost of fragments (its cardinality `reciprocal`, else `one`), and `recall` and `f1` by existence
(0, 0.3, 1), bias (flat, front, middle, back) and cost of fragments (with, without), the last one turning fastest.

Where conventions differ: prts leaves fragments without cost by default, inlaid does not; prts takes an existence and a bias for
precision too, which are 0 and flat here as in inlaid; prts fails on labels without any 1, where inlaid gives a precision of 0 without
predictions and refuses a truth without anomalies.
"""

import json
from pathlib import Path

import numpy as np
from prts import ts_fscore, ts_precision, ts_recall

EXISTENCES, BIASES, COSTS = [0.0, 0.3, 1.0], ["flat", "front", "middle", "back"], ["reciprocal", "one"]


def drawn(generator: np.random.Generator, rows: int, share: float, length: float) -> str:
    """Ranges of about `length` rows that cover about `share` of all; at least one row."""
    labels, now = [], generator.random() < share
    for _ in range(rows):
        labels.append(int(now))
        leave = 1 / length if now else share / (1 - share) / length
        now = now != (generator.random() < leave)
    labels[generator.integers(rows)] = 1
    return "".join(map(str, labels))


def main() -> None:
    generator = np.random.default_rng(2018)
    pairs = [(drawn(generator, rows, share, length), drawn(generator, rows, share, other))
             for rows, share, length, other in [(40, 0.5, 1.5, 1.5), (60, 0.4, 2, 5), (80, 0.3, 6, 1.2), (120, 0.2, 12, 3), (200, 0.1, 20, 20),
                                                (200, 0.6, 30, 2), (300, 0.05, 4, 8)] for _ in range(2)]
    pairs += [
        ("1", "1"),
        ("111111", "111111"),
        ("111111", "101010"),
        ("101010", "111111"),
        ("101010", "010101"),
        ("1000001", "1111111"),
        ("0111110", "1000001"),
        ("0011110000", "0000001111"),
        ("0110110110", "0011011011"),
        ("1110000000", "0000000111"),
    ]
    cases = []
    for truth, predicted in pairs:
        real, found = (np.array(list(map(int, text))) for text in (truth, predicted))
        combined = [(existence, bias, cost) for existence in EXISTENCES for bias in BIASES for cost in COSTS]
        cases.append({
            "truth": truth,
            "predicted": predicted,
            "precision": [float(ts_precision(real, found, 0.0, cost, "flat")) for cost in COSTS],
            "recall": [float(ts_recall(real, found, existence, cost, bias)) for existence, bias, cost in combined],
            "f1": [float(ts_fscore(real, found, 1.0, 0.0, existence, cost, "flat", bias)) for existence, bias, cost in combined],
        })
    text = ",\n".join(json.dumps(case) for case in cases)
    (Path(__file__).parent / "range_scores.json").write_text(f'{{"cases": [\n{text}\n]}}\n')


if __name__ == "__main__":
    main()
