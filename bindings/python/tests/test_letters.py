"""Whole numbers, texts and lists on their way in and out, by the operation that gives back what the engine saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from inlaid import InvalidDataError, matching
from inlaid._arrays import lend_ints, lend_lists
from inlaid._bridge import call
from inlaid._texts import lend_texts
from inlaid.matching import assign

NAMES = ["Ada", "Grace", "ümläut", "", "名前", "😀"]


def echo(lent: Any) -> Any:
    """What the engine saw of one array."""
    (seen,) = call("border.echo", {}, [lent])
    return seen


@pytest.mark.parametrize(
    "numbers",
    [
        [3, -1, 2],
        (3, -1, 2),
        [np.int8(3), np.int64(-1), 2],
        np.array([3, -1, 2]),
        np.array([3, -1, 2], np.int8),
        np.array([3, -1, 2], np.int32),
        np.array([3, -1, 2], ">i8"),
        np.array([3, -1, 2], object),
        np.array([3, 0, -1, 0, 2])[::2],
        pd.Series([3, -1, 2]),
        pd.Series([3, -1, 2], dtype="Int64"),
        pd.Series([3, -1, 2], dtype="int64[pyarrow]"),
        pl.Series([3, -1, 2]),
        pl.Series([3, -1, 2], dtype=pl.Int16),
        pa.array([3, -1, 2]),
    ],
)
def test_whole_numbers_of_any_kind_mean_the_same(numbers: Any) -> None:
    seen = echo(lend_ints("x", numbers))
    assert seen.dtype == np.int64 and seen.tolist() == [3, -1, 2]


def test_int64_is_lent_and_results_are_handed_over() -> None:
    numbers = np.arange(1000)
    assert lend_ints("x", numbers) is numbers
    series = pd.Series(numbers)
    assert np.shares_memory(lend_ints("x", series), series.to_numpy())
    numbers.flags.writeable = False
    result = echo(lend_ints("x", numbers))
    assert not result.flags.owndata and result.flags.writeable, "numpy must hold the engine's memory"
    assert echo(lend_ints("x", [])).tolist() == [] == echo(lend_ints("x", np.empty(0, np.int64))).tolist()
    edges = [-(2**63), 2**63 - 1]
    assert echo(lend_ints("x", edges)).tolist() == edges
    assert echo(lend_ints("x", np.array([7], np.uint64))).tolist() == [7]


@pytest.mark.parametrize(
    ("numbers", "part"),
    [
        ([1.0, 2.0], "got floats"),
        (np.array([1.5]), "got floats (dtype float64)"),
        ([1, True], "position 1 holds True"),
        (np.array([True]), "got booleans"),
        (np.array([2**63], np.uint64), "9223372036854775808 is beyond"),
        ([2**64, 1], "does not fit into 64 bits"),
        ([-(2**70)], "does not fit into 64 bits"),
        (["1"], "got texts"),
        ([1, None], "position 1 holds None"),
        (pd.Series([1, None], dtype="Int64"), "position 1 is missing"),
        (pl.Series([1, None]), "got floats"),
        (np.array(["2024-01-01"], "M8[D]"), "got dates"),
        ([[1], [2]], "must have one axis, got 2"),
        (7, "must have one axis, got 0"),
        ([[1], [2, 3]], "rows of equal length"),
    ],
)
def test_what_is_no_whole_number_is_refused(numbers: Any, part: str) -> None:
    with pytest.raises(InvalidDataError) as refused:
        lend_ints("x", numbers)
    assert "`x`" in str(refused.value) and part in str(refused.value)


@pytest.mark.parametrize(
    "make",
    [
        list,
        tuple,
        iter,
        np.array,
        lambda names: np.array(names, object),
        lambda names: np.array(["-", *names, "-"], object)[1:-1],
        pd.Series,
        pd.Index,
        lambda names: pd.Series(names, dtype=object),
        lambda names: pd.Series(names, dtype="string[python]"),
        lambda names: pd.Series(names, dtype="string[pyarrow]"),
        lambda names: pd.Series(names, dtype=pd.ArrowDtype(pa.string())),
        lambda names: pd.Series(names, dtype="category"),
        lambda names: pd.Series(names)[::-1].reset_index(drop=True)[::-1],
        pl.Series,
        lambda names: pl.Series(names, dtype=pl.Categorical),
        lambda names: pl.concat([pl.Series(names[:2]), pl.Series(names[2:])], rechunk=False),
        pa.array,
        lambda names: pa.array(["-", *names, "-"])[1:-1],
        lambda names: pa.array(names, pa.large_string()),
        lambda names: pa.array(names, pa.string_view()),
        lambda names: pa.array(names).dictionary_encode(),
        lambda names: pa.chunked_array([names[:1], names[1:1], names[1:]]),
    ],
)
def test_texts_of_any_kind_mean_the_same(make: Callable[[list[str]], Any]) -> None:
    lent = lend_texts("names", make(NAMES))
    assert len(lent) == len(NAMES)
    assert echo(lent) == NAMES
    assert echo(lend_texts("names", make([*NAMES, *NAMES])[:0] if make is not iter else [])) == []


@pytest.mark.parametrize(
    ("texts", "part"),
    [
        (["a", None], "[1] must be a text, got a missing one (NoneType)"),
        (["a", float("nan")], "[1] must be a text, got a missing one (float)"),
        (["a", 1], "[1] must be a text, got int"),
        (["a", b"b"], "[1] must be a text, got bytes"),
        (["a", np.array(["b", "c"])], "[1] must be a text, got ndarray"),
        (["a", "b\ud800"], "[1] is not Unicode: it holds half of a surrogate pair"),
        (np.array(["\udfff"], object), "[0] is not Unicode"),
        (pd.Series(["a", None]), "[1] must be a text, got a missing one"),
        (pd.Series(["a", None], dtype="string[pyarrow]"), "[1] must be a text, got a missing one"),
        (pd.Series(["a", None], dtype="string[python]"), "[1] must be a text, got a missing one"),
        (pd.Series(["a", None], dtype="category"), "[1] must be a text, got a missing one"),
        (pl.Series(["a", None]), "[1] must be a text, got a missing one"),
        (pa.array(["a", None]), "[1] must be a text, got a missing one"),
        (pa.array([1, 2]), "expected texts, got the Arrow type Int64"),
        (pl.Series([1.5]), "expected texts, got the Arrow type Float64"),
        (np.array([1, 2]), "must hold texts, got the type int64"),
        (np.array([["a"]]), "must have one axis, got 2"),
        ("abc", "must be a row of texts, such as a list of str; got str"),
        ({"a": 1}, "got dict"),
        (7, "got int"),
        (pd.DataFrame({"a": ["x"]}), "got DataFrame"),
        (pl.DataFrame({"a": ["x"]}), "got DataFrame"),
    ],
)
def test_what_is_no_text_is_refused_with_its_position(texts: Any, part: str) -> None:
    with pytest.raises(InvalidDataError) as refused:
        lend_texts("names", texts)
    assert "`names`" in str(refused.value) and part in str(refused.value)


def test_texts_stay_as_they_were_lent() -> None:
    names = ["a", "b"]
    lent = lend_texts("names", names)
    names[0] = "changed"
    names.clear()
    assert echo(lent) == ["a", "b"]
    big = "x" * 10_000_000
    assert echo(lend_texts("names", [big]))[0] == big


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 2], [], [3]],
        ((1, 2), (), (3,)),
        [np.array([1, 2]), np.array([], int), np.array([3], np.int8)],
        [[1, 2], np.array([], int), (3,)],
        np.array([[1, 2], [], [3]], dtype=object),
        pd.Series([[1, 2], [], [3]]),
        pl.Series([[1, 2], [], [3]]),
    ],
)
def test_lists_may_be_ragged_and_of_any_kind(rows: Any) -> None:
    assert echo(lend_lists("prefer", rows)) == [[1, 2], [], [3]]


def test_a_matrix_of_int64_is_lent_as_lists() -> None:
    matrix = np.arange(6).reshape(3, 2)
    assert lend_lists("prefer", matrix) is matrix
    assert echo(lend_lists("prefer", matrix)) == matrix.tolist()
    assert echo(lend_lists("prefer", np.asfortranarray(matrix))) == matrix.tolist()
    assert echo(lend_lists("prefer", matrix.astype(np.int16)[::-1])) == matrix[::-1].tolist()
    assert echo(lend_lists("prefer", [])) == []
    assert echo(lend_lists("prefer", np.empty((2, 0), int))) == [[], []]
    assert echo(lend_lists("prefer", [[], []])) == [[], []]


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        ([[1], [2, 1.5]], "`prefer[1]` must hold whole numbers; got floats"),
        ([[1], [True]], "`prefer[1]` must hold whole numbers; position 0 holds True"),
        ([[1], [None]], "`prefer[1]` must hold whole numbers; position 0 holds None"),
        ([[1], ["2"]], "`prefer[1]` must hold whole numbers; got texts"),
        ([np.array([1]), np.array([0.5])], "`prefer[1]`"),
        ([1, 2], "`prefer` must be rows of whole numbers"),
        (7, "`prefer` must be rows of whole numbers"),
        (np.array([[1.0]]), "got floats"),
        ([[[1]]], "`prefer[0]` must have one axis"),
    ],
)
def test_lists_of_something_else_are_refused_with_their_row(rows: Any, part: str) -> None:
    with pytest.raises(InvalidDataError) as refused:
        lend_lists("prefer", rows)
    assert part in str(refused.value)


def test_single_precision_is_converted_once() -> None:
    found = assign(np.array([[4, 1, 3], [2, 0, 5], [3, 2, 2]], np.float32))
    assert found.columns.tolist() == [1, 0, 2] and found.columns.dtype == np.int64


def test_a_single_text_that_is_not_unicode_is_refused_with_its_name() -> None:
    with pytest.raises(InvalidDataError, match=r"`right` is not Unicode: it holds half of a surrogate pair at position 1"):
        matching.levenshtein("a", "b\ud800")
