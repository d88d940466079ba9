"""Write forecast/stl.json: series taken apart by loess, with the numbers of statsmodels 0.15.0."""

import json
import pathlib

import numpy as np
from statsmodels.tsa.seasonal import MSTL, STL


def main() -> None:
    steps = np.arange(96)
    wave = 10 + 0.1 * steps + np.array([3.0, -1, 2, -4])[steps % 4] + np.round(np.sin(steps * steps), 3)
    day = wave + np.array([5.0, 0, -5, 1, 1, -1, 2, -3, 4, -4, 0, 0])[steps % 12]
    stl = STL(wave, period=4).fit()
    mstl = MSTL(day, periods=(4, 12)).fit()
    seasons = [list(column) for column in mstl.seasonal.T]
    cases = [
        {
            "name": "a series is taken apart as by the peer",
            "source": "statsmodels 0.15.0, STL",
            "steps": [
                {"op": "forecast.Stl.transform", "options": {"season": 4}, "arrays": [list(wave)],
                 "expect": {"trend": list(stl.trend), "seasonal": list(stl.seasonal), "remainder": list(stl.resid)}, "within": 1e-8},
                {"op": "forecast.Stl.transform", "options": {"season": 4}, "arrays": [[1, 2, 3]], "fails": "not_enough_data"},
                {"op": "forecast.Stl.transform", "options": {"seasonal_window": 2}, "arrays": [list(wave)], "fails": "invalid_config"},
            ],
        },
        {
            "name": "a series with two seasons is taken apart as by the peer",
            "source": "statsmodels 0.15.0, MSTL",
            "steps": [
                {"op": "forecast.Mstl.transform", "options": {"seasons": [4, 12]}, "arrays": [list(day)],
                 "expect": {"trend": list(mstl.trend), "seasonal": seasons}, "within": 1e-8},
                {"op": "forecast.Mstl.transform", "options": {"seasons": []}, "arrays": [list(day)], "fails": "invalid_config"},
            ],
        },
    ]  # fmt: skip
    path = pathlib.Path(__file__).parent / "forecast" / "stl.json"
    path.write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
