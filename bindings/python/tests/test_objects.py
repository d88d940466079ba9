"""Options, results and models as objects: equality, immutability, showing, copying, pickling."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inlaid
from inlaid.forecast import (
    AutoEts,
    Components,
    Drift,
    FittedAutoEts,
    FittedNaive,
    Forecast,
    Interval,
    Naive,
    Naive2,
    SeasonalNaive,
    Theta,
)

OPTIONS = [Naive(), Drift(), SeasonalNaive(season=12), Naive2(season=12), Theta(season=12), AutoEts(season=12)]


def test_options_are_equal_by_value() -> None:
    assert AutoEts(season=12) == AutoEts(season=12)
    assert AutoEts(season=12) != AutoEts(season=4)
    assert Naive() != Drift()
    assert len({AutoEts(), AutoEts(), AutoEts(season=12)}) == 2


def test_options_cannot_be_changed() -> None:
    options = AutoEts(season=12)
    with pytest.raises(AttributeError, match="immutable"):
        options.season = 4  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del options.season
    with pytest.raises(AttributeError):
        options.seasn = 4  # type: ignore[attr-defined]
    assert options.replace(season=4) == AutoEts(season=4)
    assert options == AutoEts(season=12)


def test_options_are_shown_as_they_are_written() -> None:
    assert repr(AutoEts()) == "AutoEts()"
    assert repr(AutoEts(season=12, trend="none")) == "AutoEts(season=12, trend='none')"
    for options in OPTIONS:
        assert eval(repr(options)) == options


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_everything_survives_a_pickle(options: Any, protocol: int, seasonal: Any) -> None:
    def again(value: Any) -> Any:
        return pickle.loads(pickle.dumps(value, protocol))

    assert again(options) == options
    fitted = options.fit(seasonal[:2])
    forecast = fitted.predict(5, levels=[0.8])
    assert again(forecast) == forecast
    assert again(fitted.summary()) == fitted.summary()
    assert type(again(fitted)) is type(fitted)
    assert again(fitted).predict(5, levels=[0.8]) == forecast


def test_copies_of_a_model_learn_apart() -> None:
    fitted = Naive().fit([1.0, 2.0])
    for other in (copy.copy(fitted), copy.deepcopy(fitted)):
        other.update([9.0])
        assert other.predict(1).mean.tolist() == [[9.0]]
    assert fitted.predict(1).mean.tolist() == [[2.0]]
    assert copy.deepcopy(AutoEts(season=3)) == AutoEts(season=3)


def test_models_are_saved_and_loaded(tmp_path: Path) -> None:
    fitted = AutoEts(season=1).fit(np.linspace(1, 9, 20))
    for path in (tmp_path / "model.inlaid", str(tmp_path / "other.inlaid")):
        fitted.save(path)
        assert FittedAutoEts.load(path).predict(3) == fitted.predict(3)
    data = fitted.to_bytes()
    for form in (data, bytearray(data), memoryview(data)):
        assert FittedAutoEts.from_bytes(form).predict(3) == fitted.predict(3)
    with pytest.raises(inlaid.IncompatibleError):
        FittedNaive.from_bytes(data)
    with pytest.raises(inlaid.IncompatibleError):
        FittedAutoEts.from_bytes(data[:-1])
    with pytest.raises(inlaid.InvalidDataError, match="bytes"):
        FittedAutoEts.from_bytes("text")  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError) as caught:
        FittedAutoEts.load(tmp_path / "nowhere")
    assert isinstance(caught.value, inlaid.ModelNotFoundError)


def test_models_are_made_by_fit_alone() -> None:
    with pytest.raises(TypeError, match="fit"):
        FittedNaive()
    with pytest.raises(AttributeError):
        Naive().fit([1.0]).note = 1  # type: ignore[attr-defined]


def test_models_and_results_are_shown_in_a_line(seasonal: Any) -> None:
    fitted = AutoEts(season=12, error="multiplicative", trend="none", seasonal="multiplicative").fit(seasonal[:3])
    assert repr(fitted) == "<FittedAutoEts: 3 series, ETS(M,N,M), ...>"
    forecast = Naive().fit([1.0, 2.0, 3.0]).predict(9, levels=[0.8, 0.9])
    assert repr(forecast).startswith("Forecast(mean=<1 x 9: 3, 3, 3, ...>, intervals=[Interval(level=0.8, lower=<1 x 9")
    assert "\n" not in repr(forecast) and len(repr(forecast)) < 400
    assert repr(Components()) == "Components(level=None, trend=None, season=None)"


def test_results_are_equal_by_value() -> None:
    fitted = Naive().fit([1.0, 2.0])
    assert fitted.predict(2, levels=[0.5]) == fitted.predict(2, levels=[0.5])
    assert fitted.predict(2) != fitted.predict(3)
    nan = np.full((1, 2), np.nan)
    assert Components(level=nan) == Components(level=nan.copy()) != Components(trend=nan)
    with pytest.raises(TypeError):
        hash(fitted.predict(2))
    with pytest.raises(AttributeError, match="immutable"):
        fitted.predict(2).mean = nan  # type: ignore[misc]


def test_results_can_be_made_by_hand_and_sent_back() -> None:
    made = Forecast(mean=np.array([[1.0, 2.0]]), intervals=[Interval(level=0.8, lower=[[0, 1]], upper=[[2, 3]])])  # type: ignore[arg-type]
    accuracy = made.accuracy([[1, 2]], [[1, 2, 3]])
    assert accuracy.mae.tolist() == [0.0]
    assert accuracy.intervals[0].coverage.tolist() == [1.0]
    with pytest.raises(inlaid.InvalidDataError, match="`mean`"):
        made.replace(mean="text").accuracy([[1, 2]], [[1, 2, 3]])
