"""Write metrics.json: accuracy measures of random forecasts, computed with numpy from their definitions.

python make_metrics.py

Definitions: Hyndman, Koehler (2006) for MASE; Makridakis et al. (2020) for sMAPE, MSIS and OWA; Makridakis et al. (2022) for RMSSE;
Gneiting, Raftery (2007) for the scores. CRPS is computed twice, over all pairs of the sample and as the integral of the squared
distance of the distribution functions; both must agree.
"""

import json
from pathlib import Path

import numpy as np


def crps_by_pairs(y, x):
    return np.abs(x - y).mean() - np.abs(x[:, None] - x[None, :]).mean() / 2


def crps_by_integral(y, x):
    points = np.sort(np.append(x, y))
    widths = np.diff(points)
    below = np.array([(x <= p).mean() for p in points[:-1]])
    return (widths * (below - (points[:-1] >= y)) ** 2).sum()


def pinball(y, f, q):
    return np.where(y >= f, q * (y - f), (1 - q) * (f - y)).mean()


def one(random, steps, season, length, scale, shift):
    y = random.normal(size=steps) * scale + shift
    f = y + random.normal(size=steps) * scale / 2
    x = random.normal(size=length) * scale + shift
    half = np.abs(random.normal(size=steps)) * scale
    level = float(random.choice([0.5, 0.8, 0.95]))
    lower, upper = f - half, f + half
    sample = random.normal(size=50) * scale + shift
    quantiles = np.arange(1, 10) / 10
    fan = np.quantile(sample, quantiles)[:, None] + random.normal(size=steps) * scale / 10
    differences = x[season:] - x[:-season]
    q = np.abs(differences).mean()
    alpha = 1 - level
    score = (upper - lower) + 2 / alpha * np.where(y < lower, lower - y, 0) + 2 / alpha * np.where(y > upper, y - upper, 0)
    assert np.isclose(crps_by_pairs(y[0], sample), crps_by_integral(y[0], sample), rtol=1e-12)
    return {
        "actual": y.tolist(),
        "forecast": f.tolist(),
        "training": x.tolist(),
        "season": season,
        "level": level,
        "lower": lower.tolist(),
        "upper": upper.tolist(),
        "sample": sample.tolist(),
        "quantiles": quantiles.tolist(),
        "fan": fan.tolist(),
        "mae": np.abs(y - f).mean(),
        "rmse": np.sqrt(np.square(y - f).mean()),
        "mape": 100 * np.abs((y - f) / y).mean(),
        "smape": (200 * np.abs(y - f) / (np.abs(y) + np.abs(f))).mean(),
        "mase": np.abs(y - f).mean() / q,
        "rmsse": np.sqrt(np.square(y - f).mean() / np.square(differences).mean()),
        "coverage": ((y >= lower) & (y <= upper)).mean(),
        "msis": score.mean() / q,
        "pinball": [pinball(y, row, level) for level, row in zip(quantiles, fan)],
        "weighted_quantile_loss": np.mean(
            [2 * pinball(y, row, level) * steps / np.abs(y).sum() for level, row in zip(quantiles, fan)]
        ),
        "crps_sample": crps_by_pairs(y[0], sample),
        "crps_quantiles": np.mean([2 * pinball(y[:1], row[:1], level) for level, row in zip(quantiles, fan)]),
    }


def main():
    random = np.random.default_rng(20240601)
    shapes = [(6, 1, 20, 1.0, 0.0), (8, 4, 40, 10.0, 100.0), (18, 12, 60, 1e-6, 0.0), (13, 1, 30, 1e9, -1e9), (1, 7, 8, 3.0, 5.0)]
    cases = [one(random, *shape) for shape in shapes]
    text = "[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n"
    Path(__file__).with_name("metrics.json").write_text(text)


if __name__ == "__main__":
    main()
