"""Write anomaly/series.json: detectors of whole series and matrix profiles, on series whose anomalies were put there.

Distances of windows are those of a brute force in numpy; the outlier test is the example of Rosner (1983) as the NIST/SEMATECH
e-Handbook of Statistical Methods, section 1.3.5.17.3, has it.
"""

import json
import pathlib

import numpy as np

ROSNER = [
    -0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56, 1.58, 1.65, 1.69, 1.70, 1.76, 1.77, 1.81,
    1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.10, 2.14, 2.15, 2.23, 2.24, 2.26, 2.35, 2.37, 2.40, 2.47, 2.54, 2.62, 2.64, 2.90, 2.92,
    2.92, 2.93, 3.21, 3.26, 3.30, 3.59, 3.68, 4.30, 4.64, 5.34, 5.42, 6.01,
]  # fmt: skip


def noise(count: int) -> np.ndarray:
    """Numbers without a pattern from 0 to 1, the same everywhere."""
    steps = np.arange(count)
    return steps * 7919 % 997 * (steps * 31 % 101) % 997 / 997


def z(window: np.ndarray) -> np.ndarray:
    return (window - window.mean()) / window.std()


def found(name: str, series, positions: list[int], options: dict | None = None, bad: dict | None = None) -> dict:
    op = f"anomaly.{name}.detect"
    steps = [
        {"op": op, "options": options or {}, "arrays": [list(series)], "expect": {"positions": positions}},
        {"op": op, "options": options or {}, "arrays": [[]], "fails": "not_enough_data"},
        {"op": op, "options": bad or {}, "arrays": [[1.0]] if bad is None else [list(series)],
         "fails": "not_enough_data" if bad is None else "invalid_config"},
    ]  # fmt: skip
    return {"name": f"{name} finds what was put into a series", "source": "by hand", "steps": steps}


def by_step(scores: np.ndarray, window: int) -> np.ndarray:
    """The mean over the windows that cover a step."""
    steps = len(scores) + window - 1
    return np.array([scores[max(0, step - window + 1) : step + 1].mean() for step in range(steps)])


def discord_distances(series: np.ndarray, window: int) -> np.ndarray:
    shapes = np.array([z(one) for one in np.lib.stride_tricks.sliding_window_view(series, window)])
    distances = np.sqrt(((shapes[:, None] - shapes[None]) ** 2).sum(-1))
    far = np.abs(np.subtract.outer(np.arange(len(shapes)), np.arange(len(shapes))))
    return np.where(far > -(-window // 4), distances, np.inf).min(1)


def centre_distances(series: np.ndarray, window: int) -> np.ndarray:
    """With one cluster its centre is the mean window."""
    windows = np.lib.stride_tricks.sliding_window_view(series, window)
    return np.sqrt(((windows - windows.mean(0)) ** 2).sum(1))


def principal(series: np.ndarray, window: int) -> np.ndarray:
    x = np.lib.stride_tricks.sliding_window_view(series, window)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    _, sizes, vectors = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    largest = np.abs(vectors).argmax(axis=1)
    vectors = vectors * np.sign(vectors[np.arange(len(vectors)), largest])[:, None]
    shares = sizes**2 / (sizes**2).sum()
    score = sum(np.sqrt(((x - vector) ** 2).sum(axis=1)) / share for vector, share in zip(vectors, shares, strict=True))
    return np.concatenate([np.full(window // 2, score[0]), score, np.full((window - 1) // 2, score[-1])])


def by_windows(name: str, series: np.ndarray, scores: np.ndarray, source: str, **options) -> dict:
    """Scores of windows, and the steps above what is half way between the highest and the highest elsewhere."""
    near = np.abs(np.arange(len(series)) - 100) < 7
    assert scores[near].max() > 1.1 * scores[~near].max(), name
    level = round(float((scores[near].max() + scores[~near].max()) / 2), 6)
    options |= {"window": 7, "threshold": {"FixedThreshold": {"score": level}}}
    op = f"anomaly.{name}.detect"
    above = np.flatnonzero(scores > level).tolist()
    steps = [
        {"op": op, "options": options, "arrays": [series.tolist()], "within": 1e-9,
         "expect": {"positions": above, "threshold": level, "scores": scores.tolist()}},
        {"op": op, "arrays": [[]], "fails": "not_enough_data"},
        {"op": op, "options": {"window": 2}, "arrays": [series.tolist()], "fails": "invalid_config"},
    ]  # fmt: skip
    return {"name": f"{name} finds what was put into a series, with the scores of its definition", "source": source, "steps": steps}


def profiles() -> list[dict]:
    series = np.round(np.sin(np.arange(60) * 0.7) + 0.4 * noise(60), 4)
    series[40] += 2
    window = 8
    windows = np.lib.stride_tricks.sliding_window_view(series, window)
    shapes = np.array([z(one) for one in windows])
    distances = np.sqrt(((shapes[:, None] - shapes[None]) ** 2).sum(-1))
    far = np.abs(np.subtract.outer(np.arange(len(windows)), np.arange(len(windows))))
    apart = np.where(far > window // 4, distances, np.inf)
    nearest = apart.min(1)
    first = int(np.argmax(nearest))
    profile = {"op": "anomaly.MatrixProfile.search", "options": {"window": window}, "arrays": [series.tolist()]}
    before = np.where(np.tri(len(windows), k=-(window // 4) - 1) > 0, distances, np.inf).min(1)
    path = {"path": "{tmp}/profile.inlaid"}
    other = series[:30]
    between = distances[:, : len(other) - window + 1]
    table = np.column_stack([series, series[::-1]])
    return [
        {
            "name": "a matrix profile is that of a brute force, and has discords and motifs",
            "source": "all pairs of windows in numpy",
            "steps": [
                profile | {"as": "p", "expect": {"distances": nearest.tolist(), "neighbours": apart.argmin(1).tolist()}, "within": 1e-9},
                {"op": "anomaly.Profile.discords", "on": "p", "options": {"count": 1}, "expect": {"positions": [first]}},
                {"op": "anomaly.Profile.discords", "on": "p", "options": {"count": 0}, "fails": "invalid_config"},
                {"op": "anomaly.Profile.motifs", "on": "p", "arrays": [series.tolist()], "options": {"count": 1},
                 "expect": [{"distance": float(nearest.min())}], "within": 1e-9},
                {"op": "anomaly.Profile.motifs", "on": "p", "arrays": [series.tolist()], "options": {"count": 0}, "fails": "invalid_config"},
                {"op": "anomaly.MatrixProfile.search_between", "options": {"window": window}, "arrays": [series.tolist(), other.tolist()],
                 "expect": {"distances": between.min(1).tolist()}, "within": 1e-6},
                {"op": "anomaly.MatrixProfile.search_columns", "options": {"window": window}, "arrays": [table.tolist()],
                 "expect": {"window": window}},
                {"op": "anomaly.MatrixProfile.search", "options": {"window": 80}, "arrays": [series.tolist()], "fails": "not_enough_data"},
                {"op": "anomaly.MatrixProfile.search_between", "options": {"window": 2}, "arrays": [[1, 2, 3], [1, 2, 3]], "fails": "invalid_config"},
                {"op": "anomaly.MatrixProfile.search_columns", "options": {"window": 80}, "arrays": [table.tolist()], "fails": "not_enough_data"},
                {"op": "anomaly.mass", "arrays": [series[:window].tolist(), series.tolist()], "expect": distances[0].tolist(), "within": 1e-6},
                {"op": "anomaly.mass", "arrays": [[1, 2], [1, 2, 3]], "fails": "invalid_config"},
            ],
        },
        {
            "name": "a growing profile knows the nearest window before",
            "source": "all pairs of windows in numpy, those behind left out",
            "steps": [
                {"op": "anomaly.GrowingProfile.start", "options": {"window": window}, "as": "s"},
                {"op": "anomaly.ProfileStream.update", "on": "s", "arrays": [series.tolist()],
                 "expect": {"distances": ["Infinity"] * (window - 1) + [
                     float(value) if np.isfinite(value) else "Infinity"
                     for value in (np.where(np.tri(len(windows), k=-(window // 4) - 1) > 0, distances, np.inf).min(1))
                 ]}, "within": 1e-6},
                {"op": "anomaly.ProfileStream.seen", "on": "s", "expect": 60},
                {"op": "anomaly.GrowingProfile.start", "options": {"window": window}, "as": "half"},
                {"op": "anomaly.ProfileStream.update", "on": "half", "arrays": [series[:30].tolist()]},
                {"op": "anomaly.ProfileStream.to_bytes", "on": "half", "as": "bytes"},
                {"op": "anomaly.ProfileStream.from_bytes", "arrays": [{"kept": "bytes"}], "as": "again"},
                {"op": "anomaly.ProfileStream.save", "on": "again", "options": path},
                {"op": "anomaly.ProfileStream.load", "options": path, "as": "loaded"},
                {"op": "anomaly.ProfileStream.update", "on": "loaded", "arrays": [series[30:].tolist()],
                 "expect": {"distances": before[30 - window + 1 :].tolist()}, "within": 1e-6},
                {"op": "anomaly.ProfileStream.seen", "on": "loaded", "expect": 60},
                {"op": "anomaly.ProfileStream.from_bytes", "arrays": [{"base64": "bm90IGEgbW9kZWw="}], "fails": "incompatible"},
                {"op": "anomaly.ProfileStream.save", "on": "s", "options": {"path": "{tmp}/no/such/folder/m"}, "fails": "not_found"},
                {"op": "anomaly.ProfileStream.load", "options": {"path": "{tmp}/nothing"}, "fails": "not_found"},
                {"op": "anomaly.ProfileStream.update", "on": "s", "arrays": [[[1]]], "fails": "invalid_data"},
                {"op": "anomaly.GrowingProfile.start", "options": {"window": 2}, "fails": "invalid_config"},
            ],
        },
    ]  # fmt: skip


def by_method() -> list:
    """Detectors that hold a method of another room, with its options."""
    # Nothing is odd here, so that a seasonal naive forecast is the value a season before.
    calm = np.tile([5.0, 9.0, 7.0], 40) + 0.1 * noise(120)
    before = ["NaN"] * 40 + calm[37:-3].tolist()
    naive = {"method": {"SeasonalNaive": {"season": 3}}, "warm_up": 40, "level": 0.999999999}
    wrong = {"method": {"SeasonalNaive": {"season": 0}}}
    both = np.column_stack([calm, 100 - 2 * calm])
    week = np.tile([5.0, 9, 7, 3, 4, 8, 6], 30) + 0.2 * noise(210)
    lines = np.column_stack([0.5 * np.arange(210) + week, 3 * noise(210)[::-1]])
    lines[90, 0] += 6
    one, several = "anomaly.ResidualDetector.detect", "anomaly.MultivariateSeries.detect"
    stl = {"expectation": {"TrendAndSeason": {"stl": {"season": 7, "robust": True, "periodic": True}}}, "significance": 1e-9}
    return [
        {
            "name": "a series is held against a forecast of the method that was asked for",
            "source": "the definition of the seasonal naive method: the value a season before",
            "steps": [
                {"op": one, "options": naive, "arrays": [calm.tolist()], "expect": {"expected": before, "positions": []}, "within": 1e-12},
                {"op": one, "options": wrong, "arrays": [calm.tolist()], "fails": "invalid_config", "contains": "season"},
            ],
        },
        {
            "name": "several series are held against forecasts, or against their trend and season",
            "source": "the definition of the seasonal naive method; the spike was put there by hand",
            "steps": [
                {"op": several, "options": {"expectation": {"ResidualDetector": naive}}, "arrays": [both.tolist()],
                 "expect": {"expected": [[value, value if value == "NaN" else 100 - 2 * value] for value in before]}, "within": 1e-12},
                {"op": several, "options": stl, "arrays": [lines.tolist()], "expect": {"anomalies": {"positions": [90]}}},
                {"op": several, "options": {"expectation": {"ResidualDetector": wrong}}, "arrays": [both.tolist()], "fails": "invalid_config"},
            ],
        },
    ]  # fmt: skip


def main() -> None:
    week = np.tile([5.0, 9, 7, 3, 4, 8, 6], 30) + 0.2 * noise(210)
    spike = week.copy()
    spike[100] += 20
    flat = 10 + noise(210)
    flat[100] += 20
    level = np.concatenate([noise(150), 5 + noise(150)])
    calm = np.concatenate([noise(150), 12 * noise(150)])
    steps = np.array([[0.0, 5.0, 1.0][step // 80] for step in range(200)]) + 0.5 * noise(200)
    line = 0.1 * np.arange(200) + 0.2 * noise(200)
    line[150] += 1.5
    large = 0.1 * np.arange(200) + 0.2 * noise(200)
    large[150] += 30
    pair = np.column_stack([np.sin(0.37 * np.arange(400)), np.sin(0.37 * np.arange(400))]) + 0.01 * noise(800).reshape(400, 2)
    pair[200] = [0.9, -0.9]
    several = "anomaly.MultivariateSeries.detect"
    cases = [
        {
            "name": "Rosner's example has three outliers",
            "source": "NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.17.3: statistics and critical values to three digits",
            "steps": [
                {"op": "anomaly.generalized_esd", "options": {"max_anomalies": 10}, "arrays": [ROSNER], "as": "r",
                 "expect": {"outliers": 3, "statistics": [3.118, 2.942, 3.179, 2.810, 2.815, 2.848, 2.279, 2.310, 2.101, 2.067],
                            "critical_values": [3.158, 3.151, 3.143, 3.136, 3.128, 3.120, 3.111, 3.103, 3.094, 3.085]}, "within": 5e-4},
                {"op": "anomaly.generalized_esd", "options": {"max_anomalies": 0}, "arrays": [ROSNER], "fails": "invalid_config"},
            ],
        },
        found("StlEsd", spike, [100], {"season": 7}, {"significance": 0}),
        found("ResidualDetector", flat, [100], {"season": 1, "warm_up": 60, "level": 0.999999}, {"level": 2}),
        found("SpectralResidual", spike, [100], {}, {"window": 0}),
        found("Poly", line, [150], {}, {"degree": 50}),
        found("LevelShift", level, [150], {}, {"window": 1}),
        found("VarianceShift", calm, [150], {}, {"window": 1}),
        found("ChangePoints", steps, [80, 160], {}, {"penalty": -1}),
        by_windows("DiscordDetector", spike, by_step(discord_distances(spike, 7), 7), "all pairs of windows in numpy"),
        by_windows("KMeansAd", spike, by_step(centre_distances(spike, 7), 7), "distances to the mean window in numpy", clusters=1,
                   normalized=False),
        by_windows("SubPca", spike, principal(spike, 7), "singular vectors in numpy, as tests/data/make_profiles.py has them"),
        *by_method(),
        {
            "name": "with patience a spike is one anomaly and not the steps behind it",
            "source": "by hand: the spike was put there, and bends the lines of the steps behind it",
            "steps": [
                {"op": "anomaly.Poly.detect", "options": {"patience": 10}, "arrays": [large.tolist()], "expect": {"positions": [150]}},
                {"op": "anomaly.Poly.detect", "options": {"patience": 1}, "arrays": [large.tolist()], "fails": "invalid_config"},
            ],
        },
        {
            "name": "series that go together are watched together",
            "source": "by hand: at one step both are within their usual range, but against each other",
            "steps": [
                {"op": several, "options": {"significance": 1e-9}, "arrays": [pair.tolist()], "expect": {"anomalies": {"positions": [200]}}},
                {"op": several, "options": {"significance": 2}, "arrays": [pair.tolist()], "fails": "invalid_config"},
            ],
        },
        *profiles(),
    ]  # fmt: skip
    for case in cases:
        if case["name"].startswith("VarianceShift"):
            # The noise just behind the change may be small, so that it is seen a step later: within 0.0099 of 150.
            case["steps"][0]["within"] = 0.0099
    path = pathlib.Path(__file__).parent / "anomaly" / "series.json"
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
