"""Write classics.json: classic series with seasonal indices and theta forecasts of R forecast 8.20 and statsforecast 2.1.1.

python make_classics.py classics.csv timeseries_oracle.json

classics.csv has the columns unique_id, m, ds, y (series shipped with R 4.2.2 and its package forecast 8.20). The oracle
holds for each series, under R, `thetaf` (mean, lo95, hi95) and the `figure` of `decompose(type = "multiplicative")`; under P,
statsforecast's Theta, OptimizedTheta, DynamicTheta and DOT (mean and parameters, default arguments, season_length = m);
h = m, or 10 where m = 1. `seasonal_at`, the periods up to 24 that the M4 seasonality test finds at 90 %, is computed here.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np

MODELS = {"Theta": "standard", "OptimizedTheta": "optimised", "DynamicTheta": "dynamic_standard", "DOT": "dynamic_optimised"}


def is_seasonal(y, m):
    if len(y) < 3 * m:
        return False
    full = np.correlate(y - y.mean(), y - y.mean(), mode="full")
    r = full[len(y) :][:m] / full[len(y) - 1]
    return abs(r[-1]) > 1.6448536269514722 * np.sqrt((1 + 2 * (r[:-1] ** 2).sum()) / len(y))


def main(classics, oracle):
    series = {}
    for row in csv.DictReader(open(classics)):
        entry = series.setdefault(row["unique_id"], {"season": int(row["m"]), "y": []})
        entry["y"].append(float(row["y"]))
    oracle = json.loads(Path(oracle).read_text())
    lines = []
    for name, entry in series.items():
        r = oracle["R"][name]["thetaf"]
        entry["thetaf"] = {key: r[key] for key in ("mean", "lo95", "hi95")}
        if entry["season"] > 1:
            entry["figure"] = oracle["R"][name]["decompose_mult"]["figure"]
        entry["seasonal_at"] = [m for m in range(2, 25) if is_seasonal(np.array(entry["y"]), m)]
        for peer, model in MODELS.items():
            fit = oracle["P"][name][peer]
            entry[model] = {"mean": fit["mean"], **{key: values[0] for key, values in fit["par"].items()}}
        lines.append(f"{json.dumps(name)}: {json.dumps(entry)}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    Path(__file__).with_name("classics.json").write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
