"""What a forecast shows: charts of the engine, matplotlib, notebooks, frames."""

from __future__ import annotations

import re
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import inlaid
from inlaid.forecast import Forecast, Naive


@pytest.fixture
def forecast() -> Forecast:
    return Naive().fit([[1.0, 2.0, 4.0], [5.0, 5.0, 6.0]]).predict(2, levels=[0.8, 0.95])


def test_charts_are_self_contained(forecast: Forecast) -> None:
    chart = forecast.to_svg(title="Sales", history=[[1, 2, 4], [5, 5, 6]])
    assert ElementTree.fromstring(chart).tag.endswith("svg")
    page = forecast.to_html(title="Sales")
    assert "Sales" in page
    assert not re.search(r"(src|href)=.?(http|//)", page)
    assert forecast._repr_html_().count("<svg") >= 1  # type: ignore[union-attr]


def test_plot_draws_history_forecast_and_bands(forecast: Forecast) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = forecast.plot(history=[[1, 2, 4], [5, 5, 6]], series=1)
    history, mean = axes.lines
    assert history.get_ydata().tolist() == [5, 5, 6]
    assert mean.get_xdata().tolist() == [4, 5] and mean.get_ydata().tolist() == [6, 6]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["history", "95 %", "80 %", "forecast"]
    assert forecast.plot(ax=axes) is axes
    with pytest.raises(inlaid.InvalidConfigError, match="0 to 1"):
        forecast.plot(series=2)
    with pytest.raises(inlaid.InvalidConfigError, match="1 or 2 rows"):
        forecast.plot(history=np.ones((3, 4)))
    matplotlib.pyplot.close("all")


def test_intervals_are_found_by_level(forecast: Forecast) -> None:
    assert forecast.interval(0.95) is forecast.intervals[1]
    with pytest.raises(inlaid.InvalidConfigError, match=r"0\.9; its levels: 0\.8, 0\.95"):
        forecast.interval(0.9)
    with pytest.raises(inlaid.InvalidConfigError, match="none"):
        Naive().fit([1.0]).predict(1).interval(0.9)


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_a_forecast_becomes_a_long_frame(forecast: Forecast, library: Any) -> None:
    pytest.importorskip(library)
    frame = forecast.to_frame(ids=["a", "b"], library=library)
    rows = (
        frame.to_dict("records")
        if library == "pandas"
        else frame.to_pylist()
        if library == "pyarrow"
        else frame.to_dicts()
    )
    assert [(row["unique_id"], row["step"], row["mean"]) for row in rows] == [
        ("a", 1, 4.0),
        ("a", 2, 4.0),
        ("b", 1, 6.0),
        ("b", 2, 6.0),
    ]
    assert rows[3]["mean-hi-95"] == forecast.interval(0.95).upper[1, 1]
    with pytest.raises(inlaid.InvalidConfigError, match="2 series, got 1"):
        forecast.to_frame(ids=["a"])


def test_a_missing_package_is_named(python: Callable[..., CompletedProcess[str]]) -> None:
    program = """
import sys
sys.modules.update(dict.fromkeys(["matplotlib", "pandas", "polars", "pyarrow"]))
import inlaid
from inlaid.forecast import Naive
forecast = Naive().fit([1.0]).predict(1)
for draw in (forecast.plot, forecast.to_frame):
    try:
        draw()
    except inlaid.UnsupportedError as error:
        assert isinstance(error, NotImplementedError)
        print(error)
"""
    lines = python(program).stdout.splitlines()
    assert "pip install matplotlib" in lines[0] and "pip install pandas" in lines[1]
