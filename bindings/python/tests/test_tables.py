"""Tables: every kind goes in, and the same kind comes out."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest

import inlaid
from inlaid import InvalidDataError, _tables
from inlaid.forecast import Naive, SeasonalNaive, cross_validate, panel

IDS = ["a"] * 6 + ["b"] * 4
DATES = [
    *np.arange("2024-01", "2024-07", dtype="datetime64[M]"),
    *np.arange("2024-01", "2024-05", dtype="datetime64[M]"),
]
DAYS = np.array(DATES, "datetime64[D]")
VALUES = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0, 8.0, 7.0, 6.0]
COLUMNS: dict[str, Any] = {"unique_id": IDS, "ds": DAYS, "y": VALUES}

MEANS = [6.0, 6.0, 6.0, 6.0]
NEXT = np.array(["2024-07-01", "2024-08-01", "2024-05-01", "2024-06-01"], "datetime64[D]")


def forecast(table: Any, **options: Any) -> Any:
    return panel(table, methods=[Naive()], horizon=2, levels=[0.8], **options).forecasts


def test_pandas_comes_out_as_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"unique_id": IDS, "ds": pandas.to_datetime(DAYS), "y": VALUES})
    for given in (
        frame,
        frame.astype({"unique_id": "category"}),
        frame.astype({"unique_id": "string"}),
        frame.iloc[::-1],
    ):
        made = forecast(given)
        assert isinstance(made, pandas.DataFrame)
        made = made.sort_values(["unique_id", "ds"])
        assert made["unique_id"].tolist() == ["a", "a", "b", "b"]
        assert made["unique_id"].dtype == pandas.Series(["a"]).dtype
        assert made["ds"].dtype.kind == "M"
        assert made["ds"].to_numpy().astype("datetime64[D]").tolist() == NEXT.tolist()
        assert made["Naive"].dtype == np.float64 and made["Naive"].tolist() == MEANS
    models = panel(frame, methods=[Naive()]).models
    assert isinstance(models, pandas.DataFrame)
    assert models["observations"].dtype == np.int64 and models["observations"].tolist() == [6, 4]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_instants_of_pandas_keep_unit_and_zone(unit: Any, zone: str | None) -> None:
    pandas = pytest.importorskip("pandas")
    hours = pandas.date_range("2024-03-01", periods=6, freq="h").as_unit(unit)
    frame = pandas.DataFrame({"unique_id": 7, "ds": hours.tz_localize(zone), "y": VALUES[:6]})
    made = forecast(frame)
    assert str(made["ds"].dtype) == str(frame["ds"].dtype)
    assert made["ds"].tolist() == [frame["ds"].iloc[-1] + pandas.Timedelta(hours=step) for step in (1, 2)]
    assert made["unique_id"].tolist() == [7, 7] and made["unique_id"].dtype.kind == "i"


def test_pandas_with_arrow_types_and_missing_values() -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame({"unique_id": IDS, "ds": pandas.to_datetime(DAYS), "y": VALUES}).convert_dtypes(
        dtype_backend="pyarrow"
    )
    assert forecast(frame)["Naive"].tolist() == MEANS
    numbers = pandas.DataFrame(
        {
            "whole": pandas.array([1, None, 3], "Int64"),
            "yes": pandas.array([True, None, False], "boolean"),
            "text": ["x", None, "z"],
            "when": pandas.to_datetime(["2024-01-01", None, "2024-01-03"]),
            "number": [0.5, None, 2.5],
        }
    )
    again = _tables.give(_tables.lend_table("table", numbers).table, "pandas")
    assert again["whole"].dtype == "Int64" and again["yes"].dtype == "boolean" and again["when"].dtype.kind == "M"
    for name in numbers.columns:
        assert again[name].isna().tolist() == [False, True, False]
        assert again[name].dropna().tolist() == numbers[name].dropna().tolist()


def test_pandas_works_without_pyarrow(python: Callable[..., CompletedProcess[str]]) -> None:
    pytest.importorskip("pandas")
    program = """
import sys
sys.modules["pyarrow"] = None
import pandas
from inlaid.forecast import Naive, panel
days = pandas.date_range("2024-01-01", periods=4)
frame = pandas.DataFrame({"unique_id": ["a"] * 4, "ds": days, "y": [1.0, 2, 3, 4]})
made = panel(frame, methods=[Naive()], horizon=1).forecasts
print(type(made).__name__, made["Naive"].tolist(), made["ds"].dt.day.tolist())
"""
    assert python(program).stdout.strip() == "DataFrame [4.0] [5]"


def test_polars_comes_out_as_polars() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"unique_id": IDS, "ds": DAYS, "y": VALUES})
    for given in (
        frame,
        frame.lazy(),
        frame.with_columns(polars.col("unique_id").cast(polars.Categorical)),
        frame.rechunk(),
    ):
        made = forecast(given)
        assert isinstance(made, polars.DataFrame)
        made = made.sort("unique_id", "ds")
        assert made.schema["ds"] == polars.Date
        assert made["ds"].to_list() == [day.astype(object) for day in NEXT]
        assert made["Naive"].to_list() == MEANS
    stamped = frame.with_columns(polars.col("ds").cast(polars.Datetime("us", "Europe/Paris")))
    assert forecast(stamped).schema["ds"] == polars.Datetime("us", "Europe/Paris")
    parts = polars.concat([frame[:3], frame[3:]], rechunk=False)
    assert forecast(parts).sort("unique_id", "ds")["Naive"].to_list() == MEANS


def test_pyarrow_comes_out_as_pyarrow() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    given = pyarrow.table({"unique_id": IDS, "ds": pyarrow.array(DAYS), "y": VALUES})
    batch = given.to_batches()[0]
    large = given.set_column(0, "unique_id", given["unique_id"].cast(pyarrow.large_string()).dictionary_encode())
    for table in (given, batch, large):
        made = forecast(table)
        assert isinstance(made, pyarrow.Table)
        assert made["Naive"].to_pylist() == MEANS
        assert made.schema.field("ds").type == pyarrow.date32()


def test_a_reader_and_our_own_tables_come_out_as_our_own() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    polars = pytest.importorskip("polars")

    class Other:
        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            table = pyarrow.table({"unique_id": IDS, "ds": pyarrow.array(DAYS), "y": VALUES})
            return table.__arrow_c_stream__(requested_schema)

    made = forecast(Other())
    assert isinstance(made, inlaid.Table)
    assert len(made) == 4 and "Naive" in made.names and repr(made).startswith("Table(4 rows: unique_id, ds, Naive")
    assert isinstance(forecast(_tables.lend_table("table", Other()).table), inlaid.Table)
    assert polars.DataFrame(made).height == pyarrow.table(made).num_rows == 4


def test_mappings_and_records_come_out_as_they_were() -> None:
    made = forecast(COLUMNS)
    assert isinstance(made, dict) and isinstance(made["Naive"], np.ndarray)
    assert made["Naive"].tolist() == MEANS
    assert made["ds"].dtype == "datetime64[D]" and made["ds"].tolist() == NEXT.tolist()
    records = [dict(zip(COLUMNS, row, strict=True)) for row in zip(IDS, DAYS.tolist(), VALUES, strict=True)]
    rows = forecast(records)
    assert rows[0]["Naive"] == 6.0 and rows[0]["ds"] == datetime.date(2024, 7, 1)
    assert [row["unique_id"] for row in rows] == ["a", "a", "b", "b"]


def test_series_by_their_ids_are_a_panel() -> None:
    made = forecast({"a": VALUES[:6], "b": np.array(VALUES[6:])})
    assert made["Naive"].tolist() == MEANS and made["ds"].tolist() == [7, 8, 5, 6]
    pandas = pytest.importorskip("pandas")
    by_date = {"a": pandas.Series(VALUES[:6], pandas.date_range("2024-01-01", periods=6, freq="MS"))}
    assert forecast(by_date)["ds"].astype("datetime64[D]").tolist() == NEXT[:2].tolist()
    by_month = {"a": pandas.Series(VALUES[:6], pandas.period_range("2024-01", periods=6, freq="M"))}
    assert forecast(by_month)["ds"].astype("datetime64[D]").tolist() == NEXT[:2].tolist()
    with pytest.raises(InvalidDataError, match="'b' has none"):
        forecast({**by_date, "b": [1.0, 2.0]})
    with pytest.raises(InvalidDataError, match=r"table\['b'\].*position 1 holds None"):
        forecast({"a": [1.0], "b": [1.0, None]})


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([1, 2], "must be a table"),
        (None, "NoneType"),
        ("table", "must be a table"),
        ([], "must be a table"),
        ({**COLUMNS, "y": VALUES[:3]}, "rows"),
        ({**COLUMNS, "y": [[1.0]] * 10}, "one axis"),
        ({**COLUMNS, "y": [[1.0], [1.0, 2.0]] * 5}, "single values"),
        ({**COLUMNS, "y": [1.0] * 9 + ["x"]}, "float, str"),
        ({**COLUMNS, "y": [1j] * 10}, "complex"),
        ({**COLUMNS, "y": [2**70] * 10}, "64 bits|numbers"),
        ({**COLUMNS, "y": np.full(10, 2**63, np.uint64)}, "2\\^63"),
        ({"unique_id": IDS, "ds": DAYS}, '"y"'),
        ({**COLUMNS, "y": ["x"] * 10}, '"y"'),
    ],
)
def test_what_is_no_table_is_refused_in_words(table: Any, words: str) -> None:
    with pytest.raises(InvalidDataError, match=words):
        panel(table, methods=[Naive()], horizon=1)


def test_one_bad_series_is_named_and_the_others_are_forecast() -> None:
    made = panel({"good": [1.0, 2.0, 3.0], "bad": [1.0, float("nan"), 3.0]}, methods=[Naive()], horizon=1)
    assert made.forecasts["unique_id"].tolist() == ["good"]
    assert [failure.id for failure in made.failures] == ["bad"]


def test_missing_ids_and_strange_instants_survive_the_way() -> None:
    def again(values: Any) -> Any:
        return _tables.give(_tables.lend_table("table", {"x": values}).table, None)["x"]

    for values in (
        np.array([1, 2], np.int8),
        np.array([1.5, np.nan]),
        np.array([True, False]),
        np.array(["x", "yy"]),
        np.array(["2024-01-01", "NaT"], "datetime64[D]"),
        np.array(["1969-12-31T23:59:59", "2262-01-01"], "datetime64[ns]"),
        np.array(["2024-01-01T05", "NaT"], "datetime64[h]"),
        np.array([], np.float64),
        np.array([], np.str_),
    ):
        made = again(values)
        assert np.array_equal(made, values, equal_nan=values.dtype.kind in "fM"), values
    assert again(["x", None]).tolist() == ["x", None]
    assert np.array_equal(again([1, None]), [1.0, np.nan], equal_nan=True)
    utc = datetime.UTC
    stamped = again([datetime.datetime(2024, 1, 1, tzinfo=utc), None])
    assert stamped[0] == np.datetime64("2024-01-01") and np.isnat(stamped[1])
    with pytest.raises(InvalidDataError, match="mixes time zones"):
        again([datetime.datetime(2024, 1, 1, tzinfo=utc), datetime.datetime(2024, 1, 1)])


def test_cross_validation_gives_the_same_kind_and_options_of_several_classes() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"unique_id": "a", "ds": np.arange(40), "y": np.tile([1.0, 2.0, 3.0, 4.0], 10)})
    made = cross_validate(
        frame, methods=[SeasonalNaive(season=4), Naive()], names=["season", "last"], horizon=4, windows=2
    )
    assert isinstance(made.forecasts, pandas.DataFrame)
    accuracy = {entry.method: entry.mae for entry in made.accuracy}
    assert accuracy["season"] == 0.0 < accuracy["last"]
    with pytest.raises(inlaid.InvalidConfigError, match="methods"):
        cross_validate(frame, methods=["Naive"])  # type: ignore[list-item]
