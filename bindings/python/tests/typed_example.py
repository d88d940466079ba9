"""What users write, as type checkers see it: checked by mypy --strict and pyright, and run."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import inlaid
from inlaid.forecast import AnyMethod, AutoEts, EtsTrend, FittedAutoEts, Forecast, Naive, SeasonalNaive, panel


def every_hint(series: NDArray[np.float64], folder: Path) -> None:
    """Use everything once."""
    trend: EtsTrend = "additive"
    options = AutoEts(season=12, trend=trend, mode="forecast")
    assert_type(options.season, int | None)
    assert_type(options.replace(season=4), AutoEts)
    fitted = options.fit(series, seed=1, threads=2, progress=print, cancel=threading.Event())
    assert_type(fitted, FittedAutoEts)
    forecast = fitted.predict(12, levels=[0.8, 0.95], progress=False)
    assert_type(forecast, Forecast)
    assert_type(forecast.mean, NDArray[np.float64])
    assert_type(forecast.interval(0.95).upper, NDArray[np.float64])
    assert_type([entry.sigma2 for entry in fitted.summary()], list[float | None])
    assert_type(fitted.components().trend, NDArray[np.float64] | None)
    assert_type(fitted.to_bytes(), bytes)
    fitted.update([[1.0]] * len(series))
    fitted.save(folder / "model")
    assert_type(FittedAutoEts.load(folder / "model"), FittedAutoEts)
    assert_type(forecast.to_svg(history=series), str)
    assert_type(inlaid.forecast.mae([1.0], [2.0]), float)
    methods: list[AnyMethod] = [Naive(), SeasonalNaive(season=2)]
    made = panel({"a": [1.0, 2.0, 3.0, 4.0], "b": np.ones(9)}, methods=methods, horizon=2)
    assert_type([failure.id for failure in made.failures], list[str])
    try:
        Naive().fit([])
    except inlaid.NotEnoughDataError as error:
        assert_type(error.code, str)


def refused(levels: Sequence[float]) -> None:
    """What type checkers must refuse; an ignore that is not needed is an error too."""
    AutoEts(trend="upwards")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AutoEts(seasn=12)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    AutoEts(12)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Naive().fit([1.0]).predict("12", levels=levels)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AutoEts().season = 4  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
