"""Write profiles.json: matrix profiles and subsequence scores by stumpy and by numpy from their definitions.

    pip install stumpy
    python make_profiles.py

stumpy 1.14.1: stump, aamp, mstump, mass; Sub-PCA and KMeansAD are written out here. Missing and infinite numbers are null.
"""

import json
from pathlib import Path

import numpy as np
import stumpy

random = np.random.default_rng(20)


def listed(values):
    return [float(v) if np.isfinite(v) else None for v in values]


def walk(count):
    t = np.arange(count)
    return np.round(np.cumsum(0.3 * random.normal(size=count)) + 2 * np.sin(0.21 * t), 6)


def with_runs():
    x = walk(180)
    x[40:70], x[120:150] = 1.5, 1.5
    return x


def with_gaps():
    x = walk(180)
    x[0], x[60], x[100:104] = np.nan, np.inf, np.nan
    return x


def with_spike():
    x = np.round(0.1 * random.normal(size=150), 6)
    x[70] = 25.0
    return x


def profile(name, series, window, normalized):
    found = stumpy.stump(series.copy(), window) if normalized else stumpy.aamp(series.copy(), window)
    return {
        "name": name,
        "series": listed(series),
        "window": window,
        "normalized": normalized,
        "distances": listed(found[:, 0].astype(float)),
        "neighbours": [int(v) for v in found[:, 1]],
        "left_neighbours": [int(v) for v in found[:, 2]],
        "right_neighbours": [int(v) for v in found[:, 3]],
    }


def profiles():
    repeated = np.tile(walk(31), 5)
    return [
        profile("walk", walk(200), 12, True),
        profile("walk, shortest window", walk(120), 3, True),
        profile("walk by value", walk(150), 10, False),
        profile("constant runs", with_runs(), 10, True),
        profile("gaps", with_gaps(), 8, True),
        profile("gaps by value", with_gaps(), 8, False),
        profile("spike", with_spike(), 15, True),
        profile("offset", np.round(walk(150), 3) + 1e8, 12, True),
        profile("repetitions", repeated, 20, True),
        profile("constant", np.full(60, 2.5), 12, True),
        profile("two windows", walk(60), 59, True),
    ]


def columns():
    series = np.stack([walk(120), walk(120), with_runs()[30:150]], axis=1)
    distances, neighbours = stumpy.mstump(series.T.copy(), 10)
    return {
        "series": series.tolist(),
        "window": 10,
        "distances": [listed(row) for row in distances],
        "neighbours": [[int(v) for v in row] for row in neighbours],
    }


def queries():
    series, query = with_runs(), walk(25)
    return {
        "series": listed(series),
        "query": listed(query),
        "shape": listed(stumpy.mass(query.copy(), series.copy())),
        "value": listed(stumpy.core.mass_absolute(query.copy(), series.copy())),
    }


def windows_of(series, window):
    return np.lib.stride_tricks.sliding_window_view(series, window)


def sub_pca(series, window, components, weighted):
    """Sub-PCA from its definition: standardised columns, singular vectors, distances to their tips over their weights."""
    x = windows_of(series, window)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    _, sizes, vectors = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    largest = np.abs(vectors).argmax(axis=1)
    vectors = vectors * np.sign(vectors[np.arange(len(vectors)), largest])[:, None]
    shares = sizes**2 / (sizes**2).sum()
    score = np.zeros(len(x))
    for vector, share in list(zip(vectors, shares, strict=True))[:components]:
        score += np.sqrt(((x - vector) ** 2).sum(axis=1)) / (share if weighted else 1.0)
    before = -(-(window - 1) // 2)
    return np.concatenate([np.full(before, score[0]), score, np.full((window - 1) // 2, score[-1])])


def k_means(series, window, clusters, normalized, starts=300):
    """KMeansAD from its definition: Lloyd's iteration from many random starts, the best kept."""
    x = windows_of(series, window).astype(float)
    if normalized:
        x = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, ddof=1, keepdims=True)
    best = None
    for _ in range(starts):
        centres = x[random.choice(len(x), clusters, replace=False)]
        labels = None
        while True:
            squares = ((x[:, None, :] - centres[None]) ** 2).sum(axis=2)
            new = squares.argmin(axis=1)
            if labels is not None and (new == labels).all():
                break
            labels = new
            if len(np.unique(labels)) < clusters:
                break
            centres = np.stack([x[labels == k].mean(axis=0) for k in range(clusters)])
        inertia = squares.min(axis=1).sum()
        if len(np.unique(labels)) == clusters and (best is None or inertia < best[0]):
            best = (inertia, np.sqrt(squares.min(axis=1)))
    sums = np.zeros(len(series))
    counts = np.zeros(len(series))
    for start, score in enumerate(best[1]):
        sums[start : start + window] += score
        counts[start : start + window] += 1
    return sums / counts


def waves():
    """Three shapes in turn, far apart, with a little noise, and one that is broken."""
    t = np.arange(300)
    x = np.where((t // 30) % 3 == 0, np.sin(t * 0.8), np.where((t // 30) % 3 == 1, (t % 10) / 5.0 - 1, (t // 5 % 2) * 1.0))
    x = x + 0.05 * random.normal(size=300)
    x[200:206] += 1.5
    return np.round(x, 6)


def detectors():
    pca, means = walk(250), waves()
    return {
        "pca_series": listed(pca),
        "pca": [
            {"window": w, "components": c, "weighted": g, "scores": listed(sub_pca(pca, w, c, g))}
            for w, c, g in [(12, None, True), (9, 3, True), (12, 5, False)]
        ],
        "means_series": listed(means),
        "means": [
            {"window": w, "clusters": c, "normalized": z, "scores": listed(k_means(means, w, c, z))}
            for w, c, z in [(10, 1, True), (12, 3, True), (10, 2, False)]
        ],
    }


if __name__ == "__main__":
    told = {
        "made_with": f"stumpy {stumpy.__version__}, numpy {np.__version__}",
        "profiles": profiles(),
        "columns": columns(),
        "queries": queries(),
        "detectors": detectors(),
    }
    Path(__file__).with_name("profiles.json").write_text(json.dumps(told, separators=(",", ":")) + "\n")
