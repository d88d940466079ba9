"""Estimators do what scikit-learn's own checks ask of outlier detectors."""

import copy
import pickle

import numpy as np
import pytest
from inlaid import anomaly
from inlaid import sklearn as estimators
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

EVERY = [getattr(estimators, name) for name in estimators.__all__]


# Repeated rows in another order are other rows to what draws; support vectors that tie on the border share their load otherwise.
UNLIKE = dict.fromkeys(["Cblof", "Inne", "Mahalanobis"], "draws rows by their place")
UNLIKE["OneClassSvm"] = "both searches stop within a violation of 0.001, the check asks for equal labels and probabilities"


def other_than_repeated(estimator):
    name = type(estimator).__name__
    return {"check_sample_weight_equivalence_on_dense_data": UNLIKE[name]} if name in UNLIKE else {}


@parametrize_with_checks([kind() for kind in EVERY], expected_failed_checks=other_than_repeated)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("kind", EVERY)
def test_scores_are_the_detectors_own(kind):
    rows = np.random.default_rng(2).normal(size=(300, 4))
    rows[5] = 12
    model = kind(contamination=0.01, random_state=4, n_jobs=1).fit(rows)
    own = getattr(anomaly, kind.__name__)(contamination=0.01).fit(rows, seed=4)
    assert np.array_equal(-model.score_samples(rows), own.score(rows))
    assert (model.predict(rows) == -1).sum() == 3
    fixed = anomaly.FixedThreshold(score=own.threshold())
    assert np.array_equal(kind(threshold=fixed, random_state=4).fit(rows).predict(rows) == -1, own.predict(rows) == 1)
    assert model.fit_predict(rows)[5] == -1
    assert model.predict_proba(rows).sum(1) == pytest.approx(1)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.decision_function(rows), model.decision_function(rows))
    assert copy.deepcopy(model).predict(rows[:3]).shape == (3,)


@pytest.mark.parametrize("kind", EVERY)
def test_weights_are_the_detectors_own(kind):
    rows = np.random.default_rng(3).normal(size=(300, 4))
    weights = np.random.default_rng(4).integers(0, 4, 300)
    model = kind(contamination=0.02, random_state=4, n_jobs=1).fit(rows, sample_weight=weights)
    own = getattr(anomaly, kind.__name__)(contamination=0.02).fit_weighted(rows, weights, seed=4)
    assert np.array_equal(-model.score_samples(rows), own.score(rows))
    assert not np.array_equal(model.score_samples(rows), kind(random_state=4).fit(rows).score_samples(rows))
    assert 0 < (model.predict(rows) == -1) @ weights <= 0.02 * weights.sum() + weights.max()
    with pytest.raises(ValueError, match="weight"):
        kind().fit(rows, sample_weight=-weights)


def test_parameters_are_the_detectors_options():
    model = estimators.Hbos(bins=5, missing="ignore", threshold=anomaly.FixedThreshold(score=1e9))
    assert clone(model).get_params()["bins"] == 5
    rows = np.random.default_rng(3).normal(size=(100, 2))
    rows[0, 0] = np.nan
    assert (model.fit(rows).predict(rows) == 1).all()
    with pytest.raises(TypeError, match="depth"):
        estimators.Hbos(depth=3)
    with pytest.raises(ValueError, match="bins"):
        estimators.Hbos(bins=1).fit(rows[1:])


def test_a_frame_keeps_the_names_of_its_columns():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(np.random.default_rng(5).normal(size=(50, 2)), columns=["a", "b"])
    model = estimators.Ecod().fit(frame)
    assert list(model.feature_names_in_) == ["a", "b"]
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame.rename(columns={"a": "c"}))
