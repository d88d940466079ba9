"""Arrays on their way in: what is taken, what is refused with which words, and what is not copied."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest

import inlaid
from inlaid import InvalidConfigError, InvalidDataError, NotEnoughDataError, TooLargeError
from inlaid.forecast import AutoEts, Naive, SeasonalNaive

WANTED = [[1.0, 2.0, 3.0, 5.0], [4.0, 4.0, 4.0, 4.0]]


def seen(series: Any) -> Any:
    """What the engine saw: residuals plus fitted values, the first column from the model's update."""
    fitted = Naive().fit(series)
    return fitted.fitted_values()[:, 1:].tolist()


@pytest.mark.parametrize(
    "series",
    [
        WANTED,
        tuple(map(tuple, WANTED)),
        np.array(WANTED),
        np.array(WANTED, order="F"),
        np.array(WANTED, np.float32),
        np.array(WANTED, ">f8"),
        np.array(WANTED, np.int8),
        np.array(WANTED, np.uint64),
        np.array(WANTED)[:, ::-1][:, ::-1],
        np.array([WANTED[0], [0] * 4, WANTED[1]])[::2],
        np.frombuffer(b"x" + np.array(WANTED).tobytes(), np.uint8)[1:].view(np.float64).reshape(2, 4),
        [np.array(row) for row in WANTED],
        memoryview(np.array(WANTED)),
    ],
)
def test_any_array_like_means_the_same(series: Any) -> None:
    assert seen(series) == [row[:-1] for row in WANTED]


def test_one_axis_is_one_series_and_results_keep_two() -> None:
    for series in ([1, 2, 5], np.array([1.0, 2.0, 5.0]), (1, 2, 5), range(1, 4)):
        forecast = Naive().fit(series).predict(2, levels=[0.5])
        assert forecast.mean.shape == forecast.interval(0.5).lower.shape == (1, 2)
        assert forecast.mean.dtype == np.float64


def test_read_only_arrays_are_taken_and_left_alone() -> None:
    series = np.array(WANTED)
    series.flags.writeable = False
    before = series.copy()
    Naive().fit(series)
    assert np.array_equal(series, before)


def test_frames_and_series_are_taken_where_an_array_is_asked() -> None:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    row = WANTED[0]
    for series in (
        pandas.Series(row),
        pandas.Series(row, dtype="Float64"),
        pandas.Series([1, 2, 3, 5], dtype="Int64"),
        pandas.Series([1, 2, 3, 5], index=pandas.date_range("2020", periods=4)),
        polars.Series(row),
        polars.Series([1, 2, 3, 5]),
    ):
        assert seen(series) == [row[:-1]]
    for frame in (
        pandas.DataFrame(WANTED),
        pandas.DataFrame(WANTED).astype("Float64"),
        polars.DataFrame(WANTED, orient="row"),
    ):
        assert seen(frame) == [row[:-1] for row in WANTED]


def test_missing_values_of_pandas_polars_and_masks_are_nan() -> None:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    for series in (
        pandas.Series([1, None, 3], dtype="Int64"),
        pandas.Series([1.0, None, 3.0]),
        polars.Series([1, None, 3]),
        polars.Series([1.0, None, 3.0]),
        np.ma.masked_invalid([1.0, np.nan, 3.0]),
        [1.0, float("nan"), 3.0],
    ):
        with pytest.raises(InvalidDataError, match="NaN at position 1"):
            Naive().fit(series)


@pytest.mark.parametrize(
    ("series", "words"),
    [
        (["1", "2"], "texts"),
        (np.array(["1", "2"]), "texts"),
        (np.array([b"1"]), "bytes"),
        ([1.0, None, 2.0], r"position 1 holds None \(NoneType\); write missing values as NaN"),
        (np.array([1.0, "two"], dtype=object), r"position 1 holds 'two' \(str\)"),
        (np.array([[1.0, {}]], dtype=object), r"position \(0, 1\) holds {} \(dict\)"),
        (np.array([1.0, 2.0], dtype=object), "astype"),
        ([decimal.Decimal(1)], "Decimal"),
        ([10**400], "position 0|astype|numbers"),
        ([1 + 2j], "complex"),
        ([datetime.datetime(2020, 1, 1)], "datetime"),
        (np.array(["2020-01-01"], "datetime64[D]"), "dates"),
        ([[1, 2], [3]], "row 0 has 2 values, row 1 has 1"),
        ([[1, 2], 3], "mixes numbers and rows"),
        (5.0, r"one or two axes, got 0"),
        (np.zeros((2, 2, 2)), r"one or two axes, got 3"),
        ({"a": [1, 2]}, "dict"),
        (None, "NoneType"),
        ("series", "texts"),
        (object(), "object"),
        (np.zeros(2, "i4,f4"), "records"),
        ([float("nan")], "NaN"),
        ([1.0, float("inf")], "inf at position 1"),
        ([1.0, float("-inf")], "-inf at position 1"),
    ],
)
def test_bad_data_is_refused_in_words(series: Any, words: str) -> None:
    with pytest.raises(InvalidDataError, match=words) as caught:
        Naive().fit(series)
    assert caught.value.code == "invalid_data"
    assert isinstance(caught.value, ValueError)


def test_a_frame_with_texts_is_refused_by_its_column() -> None:
    pandas = pytest.importorskip("pandas")
    with pytest.raises(InvalidDataError, match="column 'shop'"):
        Naive().fit(pandas.DataFrame({"y": [1.0, 2.0], "shop": ["a", "b"]}))


def test_too_little_data_is_refused() -> None:
    for series in ([], [[]], np.zeros((0, 5)), np.zeros((3, 0))):
        with pytest.raises((NotEnoughDataError, InvalidDataError)):
            Naive().fit(series)
    with pytest.raises(NotEnoughDataError):
        AutoEts().fit([1.0])
    with pytest.raises(NotEnoughDataError):
        SeasonalNaive(season=12).fit([1.0, 2.0])


def test_constant_series_are_forecast_as_they_are() -> None:
    forecast = AutoEts().fit(np.full(24, 7.0)).predict(3, levels=[0.9])
    assert np.allclose(forecast.mean, 7.0)
    assert np.isfinite(forecast.interval(0.9).upper).all()


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"horizon": 0}, InvalidConfigError, "horizon"),
        ({"horizon": -1}, InvalidConfigError, "horizon"),
        ({"horizon": 1.5}, InvalidConfigError, "horizon"),
        ({"horizon": "12"}, InvalidConfigError, "horizon"),
        ({"horizon": None}, InvalidConfigError, "horizon"),
        ({"horizon": True}, InvalidConfigError, "horizon"),
        ({"horizon": object()}, InvalidConfigError, "`horizon`: object is not"),
        ({"horizon": 2**70}, InvalidConfigError, "64 bits"),
        ({"horizon": 2**31}, TooLargeError, "2147483648"),
        ({"horizon": 1, "levels": [-0.1]}, InvalidConfigError, "-0.1"),
        ({"horizon": 1, "levels": [1]}, InvalidConfigError, "got 1"),
        (
            {"horizon": 1, "levels": [float("nan")]},
            InvalidConfigError,
            r"`levels\[0\]`: must be a finite number, got nan",
        ),
        ({"horizon": 1, "levels": [0.5, np.inf]}, InvalidConfigError, r"levels\[1\]"),
        ({"horizon": 1, "levels": 0.95}, InvalidConfigError, "levels"),
        ({"horizon": 1, "levels": ["0.95"]}, InvalidConfigError, r"levels\[0\]"),
        ({"horizon": 1, "seed": -1}, InvalidConfigError, "seed"),
        ({"horizon": 1, "seed": 2**64}, InvalidConfigError, "seed"),
        ({"horizon": 1, "seed": 0.5}, InvalidConfigError, "seed"),
        ({"horizon": 1, "threads": -1}, InvalidConfigError, "threads"),
        ({"horizon": 1, "threads": True}, InvalidConfigError, "threads"),
        ({"horizon": 1, "progress": "yes"}, InvalidConfigError, "progress"),
        ({"horizon": 1, "cancel": True}, InvalidConfigError, "cancel"),
    ],
)
def test_bad_requests_name_the_option(arguments: Any, error: type[inlaid.InlaidError], words: str) -> None:
    fitted = Naive().fit([1.0, 2.0])
    with pytest.raises(error, match=words):
        fitted.predict(**arguments)


def test_numpy_values_are_options_too() -> None:
    fitted = Naive().fit([1.0, 2.0])
    plain = fitted.predict(2, levels=[0.5, 0.75])
    assert fitted.predict(np.int64(2), levels=np.array([0.5, 0.75])) == plain  # type: ignore[arg-type]
    assert fitted.predict(np.uint8(2), levels=(np.float32(0.5), np.float64(0.75)), seed=np.int32(0)) == plain  # type: ignore[arg-type]


def test_unknown_options_are_pythons_own_error() -> None:
    with pytest.raises(TypeError, match="seasn"):
        AutoEts(seasn=12)  # type: ignore[call-arg]
    with pytest.raises(InvalidConfigError, match=r"got 0"):
        SeasonalNaive(season=0).fit([1.0, 2.0])


COPIES = """
import numpy as np, re, sys
from inlaid import InvalidDataError
from inlaid.forecast import Naive

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024

series = np.ones((10, 2_500_000), np.dtype(sys.argv[1] if len(sys.argv) > 1 else TYPE))
series[:, 0] = np.nan  # refused at the first look, so that nothing is fitted and nothing kept
try:
    Naive().fit(series[:1, :1])
except InvalidDataError:
    pass
before = peak()
try:
    Naive().fit(series)
except InvalidDataError:
    print(peak() - before)
"""


def test_float64_in_c_order_is_not_copied(python: Callable[..., CompletedProcess[str]]) -> None:
    grown = float(python(COPIES.replace("TYPE", "'f8'")).stdout)
    control = float(python(COPIES.replace("TYPE", "'f4'")).stdout)
    megabytes = 10 * 2_500_000 * 8 / 2**20
    assert control > 0.9 * megabytes, "the test would not notice a copy"
    assert grown < 0.05 * megabytes


def test_results_are_the_callers_own() -> None:
    fitted = Naive().fit(np.ones((3, 4)))
    values = fitted.residuals()
    assert values.flags.writeable and values.flags.c_contiguous
    values[:] = 7
    assert not (fitted.residuals() == 7).any()
