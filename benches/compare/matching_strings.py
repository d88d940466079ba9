"""inlaid beside RapidFuzz: all pairs of texts, and near doubles of many names against brute force, in one run.

    python benches/compare/matching_strings.py FEBRL.csv[.gz] [NAMES.txt]

FEBRL has the columns of Febrl's person records; NAMES.txt, one name a line, is made by tests/data/make_names.py. Needs
`pip install inlaid rapidfuzz` (written against RapidFuzz 3.14.6). One process, one thread (`workers=1`, `threads=1`), the two take
turns, process CPU time, the least of seven runs; RapidFuzz writes float32, its default, and float64, the faster of the two
counts. Every score is compared. The join of NAMES.txt with itself is held against all of its pairs: scored by inlaid with the
cutoff, which proves that none is lost; scored without it, on every twentieth block of rows; and by RapidFuzz on 200 rows.
"""

from __future__ import annotations

import csv
import gzip
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from inlaid import matching
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler, Levenshtein

RUNS = 7
ROWS = 500
EVERY = 20
METRICS = {
    "levenshtein": (Levenshtein.normalized_similarity, 1, 0.85),
    "jaro_winkler": (JaroWinkler.similarity, 1, 0.92),
    "indel": (fuzz.ratio, 100, 0.85),
}


def cpu(work) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def texts(path: str) -> dict[str, list[str]]:
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="") as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))
    parts = ("given_name", "surname", "street_number", "address_1", "suburb", "postcode", "state")
    records = [" ".join(row[part] for part in parts) for row in rows[:1000]]
    return {
        "given name and surname": [f"{row['given_name']} {row['surname']}" for row in rows[:2000]],
        "name and address": records,
        "the whole record": [" ".join(value for key, value in row.items() if key != "rec_id") for row in rows[:1000]],
        "four records in one": [record * 4 for record in records[:500]],
    }


def all_pairs(path: str) -> None:
    print(f"inlaid {version('inlaid')}, RapidFuzz {version('rapidfuzz')}, numpy {np.__version__}")
    print(f"{'texts':26}{'symbols':>8}  {'metric':14}{'Mpairs/s':>9}{'float64':>9}{'float32':>9}{'ratio':>7}  largest difference, sum")
    for name, found in texts(path).items():
        length, pairs = np.mean([len(text) for text in found]), len(found) ** 2
        for metric, (scorer, scale, _) in METRICS.items():
            works = [
                lambda: matching.cdist(found, found, metric=metric, threads=1),
                lambda: process.cdist(found, found, scorer=scorer, workers=1, dtype=np.float64),
                lambda: process.cdist(found, found, scorer=scorer, workers=1, dtype=np.float32),
            ]
            best = np.min([[cpu(work) for work in works] for _ in range(RUNS)], axis=0)
            scores = works[0]()
            difference = np.abs(scores - works[1]() / scale).max()
            rates = pairs / best / 1e6
            print(f"{name:26}{length:8.1f}  {metric:14}{rates[0]:9.1f}{rates[1]:9.1f}{rates[2]:9.1f}"
                  f"{rates[0] / max(rates[1:]):7.2f}  {difference:.1e}, {scores.sum() * scale:.3f}")


def joins(path: str) -> None:
    names = Path(path).read_text(encoding="utf-8").splitlines()
    print(f"\n{len(names)} names with themselves")
    for metric, (scorer, scale, cutoff) in METRICS.items():
        seconds, found = [], None
        for _ in range(3):
            start = time.process_time()
            found = matching.join_texts(names, names, metric=metric, cutoff=cutoff, threads=1)
            seconds.append(time.process_time() - start)
        join = min(seconds)
        pruned = matching.Cdist(metric=metric, score_cutoff=cutoff).fit(names, threads=1)
        plain = matching.Cdist(metric=metric).fit(names, threads=1)
        all_pairs = some_pairs = count = 0
        total = 0.0
        for block, first in enumerate(range(0, len(names), ROWS)):
            rows = names[first : first + ROWS]
            start = time.process_time()
            scores = pruned.score(rows, threads=1)
            all_pairs += time.process_time() - start
            count += int((scores >= cutoff).sum())
            total += float(scores.sum())
            if block % EVERY == 0:
                some_pairs += cpu(lambda: plain.score(rows, threads=1))
        some_pairs *= len(range(0, len(names), ROWS)) / len(range(0, len(names), ROWS * EVERY))
        part = names[:200]
        peer = cpu(lambda: process.cdist(part, names, scorer=scorer, workers=1, score_cutoff=cutoff * scale))
        peer *= len(names) / len(part)
        assert count == len(found.left) and abs(total - found.score.sum()) < 1e-6 * total, "the join lost or made up pairs"
        print(f"{metric:14} at {cutoff}: join {join:.2f} s, {count} pairs; all pairs scored {some_pairs:.1f} s (1/{some_pairs / join:.0f}), "
              f"with the cutoff {all_pairs:.1f} s (1/{all_pairs / join:.0f}); RapidFuzz with the cutoff {peer:.0f} s (1/{peer / join:.0f})")


if __name__ == "__main__":
    all_pairs(sys.argv[1])
    if len(sys.argv) > 2:
        joins(sys.argv[2])
