"""AutoETS of statsforecast on a file in the format of the M4 development subset: accuracy, intervals and CPU time.

    python benches/compare/statsforecast_ets.py FILE.csv[.gz] [--out RESULT.csv] [--limit N] [--folds K]

Needs `pip install statsforecast` (written against 2.1.1) in an environment of its own. One process, one thread; process
CPU time of fit and forecast after the first series of every frequency has warmed everything up. The table has the same
columns as `cargo run --profile ci --example ets_accuracy`. `--folds K` forecasts the last K horizons inside the training
parts instead, the same ones as that example's `folds=K`.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import argparse
import csv
import gzip
import time

import numpy as np


def read(path: str) -> dict[str, dict]:
    """Series by id: frequency, period, horizon, training and test values in order of time."""
    series: dict[str, dict] = {}
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            one = series.setdefault(
                row["unique_id"],
                {"freq": row["freq"], "m": int(row["m"]), "h": int(row["h"]), "train": [], "test": []},
            )
            one[row["split"]].append(float(row["y"]))
    for one in series.values():
        one["train"] = np.array(one["train"])
        one["test"] = np.array(one["test"])
    return series


def naive2(y: np.ndarray, m: int, h: int) -> np.ndarray:
    """The benchmark of the M4 competition: naive on classically deseasonalised values if the season is significant."""
    n = len(y)
    if m == 1 or n < 3 * m:
        return np.full(h, y[-1])
    centred = y - y.mean()
    total = (centred**2).sum()
    r = np.array([(centred[k:] * centred[: n - k]).sum() / total if total > 0 else 0.0 for k in range(1, m + 1)])
    limit = 1.645 * np.sqrt((1 + 2 * (r[:-1] ** 2).sum()) / n)
    if abs(r[-1]) <= limit:
        return np.full(h, y[-1])
    weights = np.ones(m) if m % 2 else np.concatenate(([0.5], np.ones(m - 1), [0.5]))
    weights /= m
    half = len(weights) // 2
    trend = np.convolve(y, weights, mode="valid")
    ratio = np.full(n, np.nan)
    ratio[half : half + len(trend)] = y[half : half + len(trend)] / trend
    index = np.array([np.nanmean(ratio[k::m]) for k in range(m)])
    index /= index.mean()
    steps = (n + np.arange(h)) % m
    return y[-1] / index[(n - 1) % m] * index[steps]


def measures(one: dict, mean: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> dict[str, float]:
    """sMAPE and MASE of the forecast and of Naive2, coverage and MSIS of the 95 % interval."""
    y, test, m = one["train"], one["test"], one["m"]
    scale = np.abs(y[m:] - y[:-m]).mean()
    benchmark = naive2(y, m, one["h"])
    smape = lambda f: (200 * np.abs(test - f) / np.maximum(np.abs(test) + np.abs(f), 1e-300)).mean()
    width = (upper - lower) + 40 * np.maximum(lower - test, 0) + 40 * np.maximum(test - upper, 0)
    return {
        "smape": smape(mean),
        "mase": np.abs(test - mean).mean() / scale,
        "smape2": smape(benchmark),
        "mase2": np.abs(test - benchmark).mean() / scale,
        "coverage": ((test >= lower) & (test <= upper)).mean(),
        "msis": width.mean() / scale,
    }


def cut(one: dict, fold: int) -> dict | None:
    """The series cut `fold` + 1 horizons before its training part ends, if enough of it is left and it moves."""
    end = len(one["train"]) - (fold + 1) * one["h"]
    train = one["train"][: max(end, 0)]
    if end < max(3 * one["m"], 10) or np.array_equal(train[one["m"] :], train[: -one["m"]]):
        return None
    return {**one, "train": train, "test": one["train"][end : end + one["h"]]}


def table(rows: list[dict]) -> list[dict]:
    """One line per frequency, one for all series, one for all but the hourly ones."""
    groups = list(dict.fromkeys(row["freq"] for row in rows))
    picks = [(g, [r for r in rows if r["freq"] == g]) for g in groups]
    picks += [("all", rows), ("all but Hourly", [r for r in rows if r["freq"] != "Hourly"])]
    lines = []
    for name, pick in picks:
        mean = {key: np.mean([r[key] for r in pick]) for key in pick[0] if key not in ("freq", "id")}
        owa = (mean["smape"] / mean["smape2"] + mean["mase"] / mean["mase2"]) / 2
        lines.append({"group": name, "series": len(pick), "owa": owa, **mean})
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--out", help="write one CSV line per series here")
    parser.add_argument("--limit", type=int, default=0, help="only the first N series of each frequency")
    parser.add_argument("--folds", type=int, default=0, help="forecast the last K horizons of the training parts")
    arguments = parser.parse_args()

    from statsforecast.models import AutoETS

    series = read(arguments.file)
    if arguments.folds:
        cuts = {f"{name}-{k}": cut(one, k) for name, one in series.items() for k in range(arguments.folds)}
        series = {name: one for name, one in cuts.items() if one is not None}
    warmed: set[str] = set()
    counts: dict[str, int] = {}
    rows = []
    for name, one in series.items():
        counts[one["freq"]] = counts.get(one["freq"], 0) + 1
        if arguments.limit and counts[one["freq"]] > arguments.limit:
            continue
        if one["freq"] not in warmed:
            warmed.add(one["freq"])
            AutoETS(season_length=one["m"]).forecast(y=one["train"], h=one["h"], level=[95])
        start = time.process_time()
        forecast = AutoETS(season_length=one["m"]).forecast(y=one["train"], h=one["h"], level=[95])
        seconds = time.process_time() - start
        rows.append(
            {
                "id": name,
                "freq": one["freq"],
                **measures(one, forecast["mean"], forecast["lo-95"], forecast["hi-95"]),
                "cpu_ms": seconds * 1e3,
            }
        )
    print("group           series    OWA  sMAPE   MASE  cover95    MSIS  cpu_ms/series")
    for line in table(rows):
        print(
            f"{line['group']:15s} {line['series']:6d} {line['owa']:6.4f} {line['smape']:6.3f} {line['mase']:6.3f} "
            f"{line['coverage']:8.4f} {line['msis']:7.3f} {line['cpu_ms']:9.3f}"
        )
    if arguments.out:
        with open(arguments.out, "w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
