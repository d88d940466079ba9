"""Theta of statsforecast 2.1.1 on the panel that `theta_accuracy` reads: accuracy and process CPU time per series.

pip install statsforecast==2.1.1 pandas; python statsforecast_theta.py m4dev.csv
One thread; each model is run once on ten series before it is timed, so nothing is compiled within the measurement.
"""

import os
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import pandas as pd
from statsforecast.models import DynamicOptimizedTheta, DynamicTheta, OptimizedTheta, Theta

warnings.filterwarnings("ignore")


def naive_error(training, season):
    return np.abs(training[season:] - training[:-season]).mean()


def smape(actual, forecast):
    return (200 * np.abs(actual - forecast) / (np.abs(actual) + np.abs(forecast))).mean()


def is_seasonal(series, season):
    if season == 1 or len(series) < 3 * season:
        return False
    centred = series - series.mean()
    correlation = np.array([(centred[: len(series) - k] * centred[k:]).sum() for k in range(season + 1)])
    correlation = correlation[1:] / correlation[0]
    limit = 1.6448536269514722 * np.sqrt((1 + 2 * (correlation[:-1] ** 2).sum()) / len(series))
    return abs(correlation[-1]) > limit


def indices(series, season):
    weights = np.ones(season) if season % 2 else np.r_[0.5, np.ones(season - 1), 0.5]
    trend = np.convolve(series, weights / season, mode="valid")
    first = season // 2
    ratio = series[first : first + len(trend)] / trend
    position = np.arange(first, first + len(trend)) % season
    factors = np.array([ratio[position == p].mean() for p in range(season)])
    return factors / factors.mean()


def naive2(series, season, horizon):
    if not is_seasonal(series, season):
        return np.full(horizon, series[-1])
    factors = indices(series, season)
    steps = np.arange(len(series), len(series) + horizon) % season
    return series[-1] / factors[(len(series) - 1) % season] * factors[steps]


def seasonal_naive(series, season, horizon):
    return series[len(series) - season + np.arange(horizon) % season]


def main(path):
    data = pd.read_csv(path)
    panel = []
    for _, rows in data.groupby("unique_id"):
        train, test = rows[rows.split == "train"], rows[rows.split == "test"]
        panel.append((rows.freq.iloc[0], int(rows.m.iloc[0]), train.y.to_numpy(float), test.y.to_numpy(float)))
    groups = np.array([row[0] for row in panel])

    def measure(forecasts):
        pairs = [
            (smape(y, f), np.abs(y - f).mean() / naive_error(x, m)) for (_, m, x, y), f in zip(panel, forecasts)
        ]
        return np.array(pairs)

    baseline = measure([naive2(x, m, len(y)) for _, m, x, y in panel])
    seasonal = measure([seasonal_naive(x, m, len(y)) for _, m, x, y in panel])

    def report(name, scores, covered, scaled, spent):
        owas = []
        for group in ["Yearly", "Quarterly", "Monthly", "Weekly", "Hourly", "all", "370"]:
            mask = np.ones(len(panel), bool) if group == "all" else groups != "Hourly" if group == "370" else groups == group
            owa = (scores[mask].mean(0) / baseline[mask].mean(0)).mean()
            owas.append(owa)
            print(f"{name:<18}{group:<10}{scores[mask, 0].mean():8.3f}{scores[mask, 1].mean():8.3f}{owa:8.4f}"
                  f"{covered[mask].mean():8.3f}{scaled[mask].mean():9.3f}")
        print(f"{name:<18}mean of four groups' OWA {np.mean(owas[:4]):.4f}, {spent * 1e6:.1f} us CPU per series\n")

    nothing = np.full(len(panel), np.nan)
    report("Naive2", baseline, nothing, nothing, np.nan)
    report("SeasonalNaive", seasonal, nothing, nothing, np.nan)
    for name, model in [
        ("Theta", Theta),
        ("OptimizedTheta", OptimizedTheta),
        ("DynamicTheta", DynamicTheta),
        ("DOT", DynamicOptimizedTheta),
    ]:
        for _, m, x, y in panel[:10]:
            model(season_length=m).forecast(x, len(y), level=[95])
        spent = time.process_time()
        for _, m, x, y in panel:
            model(season_length=m).forecast(x, len(y))
        spent = (time.process_time() - spent) / len(panel)
        results = [model(season_length=m).forecast(x, len(y), level=[95]) for _, m, x, y in panel]
        covered, scaled = [], []
        for (_, m, x, y), r in zip(panel, results):
            low, high = r["lo-95"], r["hi-95"]
            covered.append(((low <= y) & (y <= high)).mean())
            score = (high - low) + 40 * np.maximum(low - y, 0) + 40 * np.maximum(y - high, 0)
            scaled.append(score.mean() / naive_error(x, m))
        report(name, measure([r["mean"] for r in results]), np.array(covered), np.array(scaled), spent)


if __name__ == "__main__":
    main(sys.argv[1])
