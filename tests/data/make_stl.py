"""Write stl.json: decompositions by statsmodels 0.15.0 of classic series (classics.json) and one made here.

python make_stl.py

Every case has the options in our words, the positions kept and, at these, season, trend, and robust weights.
"""

import json
from pathlib import Path

import numpy as np
from statsmodels.tsa.seasonal import MSTL, STL

HERE = Path(__file__).parent
# Ours to theirs.
NAMES = {
    "season": "period",
    "seasonal_window": "seasonal",
    "trend_window": "trend",
    "low_pass_window": "low_pass",
    "seasonal_degree": "seasonal_deg",
    "trend_degree": "trend_deg",
    "low_pass_degree": "low_pass_deg",
    "seasonal_jump": "seasonal_jump",
    "trend_jump": "trend_jump",
    "low_pass_jump": "low_pass_jump",
    "robust": "robust",
}
# So wide that all tricube weights are 1: the mean, which is what "periodic" says.
PERIODIC = 10**6 + 1


def made():
    """Two seasons, a trend that breaks, outliers that stand together, a length that is no multiple of anything."""
    random = np.random.default_rng(7)
    t = np.arange(487)
    y = 50 + 0.02 * t + 8 * np.sin(t * 2 * np.pi / 7) + 5 * np.cos(t * 2 * np.pi / 24) + random.normal(0, 1, t.size)
    y[250:] += 15
    y[100:104] += 60
    y[::41] -= 25
    return [float(round(v, 3)) for v in y]


def main():
    classics = json.loads((HERE / "classics.json").read_text())
    series = {name: classics[name]["y"] for name in ("AirPassengers", "co2", "USAccDeaths", "UKgas", "austres")}
    series["made"] = made()
    plans = [
        ("AirPassengers", {"season": 12}),
        ("AirPassengers", {"season": 12, "robust": True}),
        ("AirPassengers", {"season": 12, "seasonal_degree": 0, "trend_degree": 0, "low_pass_degree": 0}),
        ("AirPassengers", {"season": 12, "robust": True, "seasonal_degree": 0, "trend_degree": 0}),
        ("AirPassengers", {"season": 12, "seasonal_jump": 2, "trend_jump": 3, "low_pass_jump": 2}),
        ("AirPassengers", {"season": 12, "robust": True, "seasonal_jump": 2, "trend_jump": 5, "low_pass_jump": 4}),
        ("AirPassengers", {"season": 12, "periodic": True}),
        ("AirPassengers", {"season": 12, "periodic": True, "robust": True}),
        ("co2", {"season": 12, "seasonal_window": 35, "robust": True, "inner_iterations": 1, "outer_iterations": 4}),
        ("co2", {"season": 12, "seasonal_window": 13, "trend_window": 25, "low_pass_window": 15}),
        ("USAccDeaths", {"season": 12, "seasonal_window": 3}),
        ("USAccDeaths", {"season": 12, "trend_window": 101, "robust": True}),
        ("UKgas", {"season": 4, "robust": True}),
        ("austres", {"season": 4, "seasonal_window": 9}),
        ("made", {"season": 7, "robust": True}),
        ("made", {"season": 24, "robust": True}),
        ("made", {"season": 24}),
        ("made", {"season": 100, "robust": True}),
        ("made", {"season": 243}),
        ("made", {"season": 2, "seasonal_window": 11, "robust": True}),
    ]
    cases = []
    for name, options in plans:
        y = np.array(series[name])
        theirs = {NAMES[key]: value for key, value in options.items() if key in NAMES}
        if options.get("periodic"):
            theirs |= {"seasonal": PERIODIC, "seasonal_deg": 0}
        fit = STL(y, **theirs).fit(options.get("inner_iterations"), options.get("outer_iterations"))
        at = list(range(0, len(y), 1 if len(y) < 100 else 4)) + [len(y) - 2, len(y) - 1]
        parts = {"seasonal": fit.seasonal, "trend": fit.trend, "weights": fit.weights}
        cases.append({"series": name, "options": options, "at": at} | {k: list(v[at]) for k, v in parts.items()})
    several = []
    for options, theirs in (
        ({"seasons": [24, 7]}, {"periods": (24, 7)}),
        (
            {"seasons": [7, 24], "windows": [9, 31], "iterations": 3, "stl": {"robust": True}},
            {"periods": (7, 24), "windows": (9, 31), "iterate": 3, "stl_kwargs": {"robust": True}},
        ),
    ):
        y = np.array(series["made"])
        fit = MSTL(y, **theirs).fit()
        at = list(range(0, len(y), 6)) + [len(y) - 1]
        parts = {"trend": fit.trend, "short": fit.seasonal[:, 0], "long": fit.seasonal[:, 1]}
        several.append({"options": options, "at": at} | {k: list(v[at]) for k, v in parts.items()})
    text = json.dumps({"series": series, "cases": cases, "several": several})
    (HERE / "stl.json").write_text(text.replace('{"series": "', '\n{"series": "') + "\n")


main()
