"""Write theta.json: classic series with the theta forecasts of R forecast 8.20 and statsforecast 2.1.1.

python make_theta.py classics.csv timeseries_oracle.json

classics.csv has the columns unique_id, m, ds, y (series shipped with R 4.2.2 and its package forecast 8.20). The oracle holds,
for each series, R's `thetaf` (mean, lo95, hi95) under R and statsforecast's Theta, OptimizedTheta, DynamicTheta and DOT (mean and
parameters, default arguments, season_length = m) under P, for h = m, or 10 where m = 1.
"""

import csv
import json
import sys
from pathlib import Path

MODELS = {"Theta": "standard", "OptimizedTheta": "optimised", "DynamicTheta": "dynamic_standard", "DOT": "dynamic_optimised"}


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
        for peer, model in MODELS.items():
            fit = oracle["P"][name][peer]
            entry[model] = {"mean": fit["mean"], **{key: values[0] for key, values in fit["par"].items()}}
        lines.append(f"{json.dumps(name)}: {json.dumps(entry)}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    Path(__file__).with_name("theta.json").write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
