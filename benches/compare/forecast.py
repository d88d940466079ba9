"""inlaid beside statsforecast: accuracy, intervals and CPU time of the same methods on the same series, in one run.

    python benches/compare/forecast.py FILE.csv[.gz]

FILE has one row per observation with the columns unique_id,freq,m,h,split,ds,y (split is train or test, m the season, h the
horizon). Needs `pip install inlaid statsforecast` (written against statsforecast 2.1.1). One process, one thread; the two
take turns series by series, each fits and forecasts with a 95 % interval, and process CPU time is counted after one series of
every frequency has warmed both up. Then: a fresh process up to its first AutoEts forecast, and two threads against one.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import csv
import gzip
import platform
import re
import resource
import subprocess
import sys
import time
import warnings
from collections import defaultdict
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

import numpy as np
from inlaid import forecast as ours
from statsforecast import models as theirs

LEVEL = 0.95


def read(path: str) -> dict[str, dict[str, Any]]:
    """Series by id: frequency, season, horizon, training and test values in order of time."""
    series: dict[str, dict[str, Any]] = {}
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            new = {"freq": row["freq"], "m": int(row["m"]), "h": int(row["h"]), "train": [], "test": []}
            series.setdefault(row["unique_id"], new)[row["split"]].append(float(row["y"]))
    for one in series.values():
        one["train"], one["test"] = np.array(one["train"]), np.array(one["test"])
    return series


def mine(method: Any):
    def run(y: np.ndarray, h: int):
        forecast = method.fit(y, threads=1).predict(h, levels=[LEVEL], threads=1)
        return forecast.mean[0], forecast.intervals[0].lower[0], forecast.intervals[0].upper[0]

    return run


def peer(method: Any):
    def run(y: np.ndarray, h: int):
        forecast = method.forecast(y=y, h=h, level=[95])
        return forecast["mean"], forecast["lo-95"], forecast["hi-95"]

    return run


PAIRS = {
    "AutoETS": (lambda m: mine(ours.AutoEts(season=m)), lambda m: peer(theirs.AutoETS(season_length=m))),
    "Theta": (
        lambda m: mine(ours.Theta(season=m, model="standard")),
        lambda m: peer(theirs.Theta(season_length=m)),
    ),
    "OptimizedTheta": (
        lambda m: mine(ours.Theta(season=m, model="optimised")),
        lambda m: peer(theirs.OptimizedTheta(season_length=m)),
    ),
    "DynamicOptimizedTheta": (
        lambda m: mine(ours.Theta(season=m, model="dynamic_optimised")),
        lambda m: peer(theirs.DynamicOptimizedTheta(season_length=m)),
    ),
}


def smape(y: np.ndarray, f: np.ndarray) -> float:
    total = np.abs(y) + np.abs(f)
    return float(np.mean(np.where(total == 0, 0, 200 * np.abs(y - f) / np.where(total == 0, 1, total))))


def judge(one: dict[str, Any], forecast: Any) -> list[float]:
    """sMAPE, MASE, coverage and MSIS, by their definitions in the M4 competition."""
    mean, low, high = forecast
    y, train, m = one["test"], one["train"], one["m"]
    scale = np.mean(np.abs(train[m:] - train[:-m]))
    miss = np.maximum(low - y, 0) + np.maximum(y - high, 0)
    return [
        smape(y, mean),
        float(np.mean(np.abs(y - mean)) / scale),
        float(np.mean((low <= y) & (y <= high))),
        float(np.mean(high - low + 2 / (1 - LEVEL) * miss) / scale),
    ]


def compare(series: dict[str, dict[str, Any]]) -> None:
    naive2 = {id: judge(one, mine(ours.Naive2(season=one["m"]))(one["train"], one["h"])) for id, one in series.items()}
    first = {one["freq"]: one for one in series.values()}
    print(f"{'method':23}{'group':11}{'n':>4}{'OWA':>8}{'peer':>8}{'cover':>8}{'peer':>8}{'MSIS':>8}{'peer':>9}"
          f"{'ms':>8}{'peer':>9}{'ratio':>8}")
    for name, (left, right) in PAIRS.items():
        for one in first.values():
            left(one["m"])(one["train"], one["h"]), right(one["m"])(one["train"], one["h"])
        groups: dict[str, list[Any]] = defaultdict(list)
        for id, one in series.items():
            row = []
            for side in (left, right):
                run = side(one["m"])
                start = time.process_time()
                forecast = run(one["train"], one["h"])
                row.append((time.process_time() - start, judge(one, forecast)))
            for group in (one["freq"], "all", *(["all but Hourly"] if one["freq"] != "Hourly" else [])):
                groups[group].append((naive2[id], *row))
        for group, rows in groups.items():
            base = np.mean([row[0] for row in rows], axis=0)
            cells = []
            for side in (1, 2):
                scores = np.mean([row[side][1] for row in rows], axis=0)
                cells.append((scores[0] / base[0] / 2 + scores[1] / base[1] / 2, scores[2], scores[3]))
            (owa, cover, msis), (owa_, cover_, msis_) = cells
            cpu, cpu_ = (1000 * np.mean([row[side][0] for row in rows]) for side in (1, 2))
            print(f"{name:23}{group:15}{len(rows):4}{owa:8.3f}{owa_:8.3f}{cover:8.3f}{cover_:8.3f}{msis:8.2f}{msis_:9.2f}"
                  f"{cpu:8.3f}{cpu_:9.2f}{cpu_ / cpu:8.0f}")


def fresh() -> None:
    """CPU seconds and resident memory of a new process up to its first AutoEts forecast of a monthly series."""
    series = "y = np.arange(120.) + np.tile([3, 9, 4, -6, 1, 2, 8, 5, 7, 3, 2, 0.], 10)"
    programs = {
        "inlaid": f"import numpy as np; from inlaid.forecast import AutoEts; {series}; "
        "AutoEts(season=12).fit(y).predict(12, levels=[.95])",
        "statsforecast": f"import numpy as np; from statsforecast.models import AutoETS; {series}; "
        "AutoETS(season_length=12).forecast(y=y, h=12, level=[95])",
    }
    for name, program in programs.items():
        # The peak of this very program: ru_maxrss would also count the process that started it.
        told = (
            "; import time; t = time.process_time(); s = open('/proc/self/status').read(); "
            "print(t, s.split('VmHWM:')[1].split()[0])"
        )
        runs = [subprocess.run([sys.executable, "-c", program + told], capture_output=True, text=True, check=True).stdout
                for _ in range(5)]
        cpu, memory = np.median([[float(word) for word in run.split()] for run in runs], axis=0)
        print(f"fresh process to first AutoETS forecast: {name:14} {cpu:6.3f} CPU s  {memory / 1024:6.0f} MB resident")


def installed() -> None:
    """Sizes on disk: the package itself, and everything that it pulls in."""
    for name in ("inlaid", "statsforecast"):
        waiting, seen = [name], {}
        while waiting:
            one = waiting.pop().lower().replace("_", "-")
            if one in seen:
                continue
            try:
                files = distribution(one)
            except ModuleNotFoundError:
                continue
            paths = [Path(files.locate_file(file)) for file in files.files or []]
            seen[one] = sum(path.stat().st_size for path in paths if path.is_file() and path.suffix != ".pyc")
            for needed in files.requires or []:
                if "extra ==" not in needed:
                    waiting.append(re.match(r"[\w.-]+", needed).group())
        print(f"installed: {name:14} {seen[name] / 1e6:6.1f} MB, with what it needs {sum(seen.values()) / 1e6:6.1f} MB")


def threads(series: dict[str, dict[str, Any]]) -> None:
    """Wall time of one call on many series, one thread against two, alternately."""
    rows = np.array([np.resize(one["train"], 120) for one in series.values() if one["freq"] == "Monthly"] * 6)
    method = ours.AutoEts(season=12)
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(5):
        for count in times:
            start = time.perf_counter()
            method.fit(rows, threads=count)
            times[count].append(time.perf_counter() - start)
    one, two = (float(np.median(times[count])) for count in (1, 2))
    print(f"AutoEts on {len(rows)} series: {one:.3f} s on one thread, {two:.3f} s on two, {one / two:.2f}x")


def main() -> None:
    warnings.simplefilter("ignore")
    series = read(sys.argv[1])
    print(f"inlaid {version('inlaid')}, statsforecast {version('statsforecast')}, numpy {np.__version__}, Python "
          f"{platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors")
    compare(series)
    fresh()
    installed()
    threads(series)
    print(f"whole run: {resource.getrusage(resource.RUSAGE_SELF).ru_utime:.0f} CPU s")


if __name__ == "__main__":
    main()
