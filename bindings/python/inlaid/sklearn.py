"""The detectors of `inlaid.anomaly` as estimators of scikit-learn, for pipelines, searches and all else that speaks it.

Every estimator takes the options of the detector of the same name, `random_state` for its seed and `n_jobs` for its
threads (None is one per processor). As scikit-learn has it, low scores are abnormal: `score_samples` and
`decision_function` are the detector's scores with the other sign, `predict` gives -1 for an anomaly and 1 for a
normal row. The fitted detector itself, which also explains and knows probabilities, is `detector_`. By default the
share `contamination` of the fitted rows, scored as if they were new ones, is abnormal; more neighbours than other
rows there are become all of them. Needs scikit-learn 1.6 or newer.

>>> import numpy as np
>>> from sklearn.pipeline import make_pipeline
>>> from sklearn.preprocessing import StandardScaler
>>> from inlaid.sklearn import IsolationForest
>>> rows = np.random.default_rng(0).normal(size=(500, 3))
>>> rows[7] = 9
>>> model = make_pipeline(StandardScaler(), IsolationForest(contamination=0.002, random_state=1))
>>> np.flatnonzero(model.fit_predict(rows) == -1)
array([7])
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from . import anomaly

try:
    from sklearn.base import BaseEstimator, OutlierMixin
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ImportError as error:
    raise ImportError("inlaid.sklearn needs scikit-learn 1.6 or newer: pip install 'scikit-learn>=1.6'") from error

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "AutoDetector",
    "Cblof",
    "Copod",
    "Ecod",
    "GaussianMixture",
    "Hbos",
    "Inne",
    "IsolationForest",
    "KernelDensity",
    "LocalOutlierFactor",
    "Loda",
    "Mahalanobis",
    "NearestNeighbours",
    "OneClassSvm",
    "PcaDetector",
]

_RUN = {"random_state": None, "n_jobs": None}


class _Outliers(OutlierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn brings no types along
    """What all estimators share; each has the options of its detector as parameters."""

    _options: ClassVar[type[Any]]

    contamination: float
    threshold: Any
    missing: anomaly.Missing
    random_state: Any
    n_jobs: int | None

    detector_: anomaly.FittedDetector
    offset_: float

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        detector = getattr(anomaly, cls.__name__)
        cls._options = detector
        defaults = {name: field.default for name, field in inspect.signature(detector).parameters.items()}
        # scikit-learn copies parameters and compares them with `is`: plain values only.
        defaults["threshold"] = None
        defaults |= _RUN
        keyword = inspect.Parameter.KEYWORD_ONLY

        def __init__(self: Any, **parameters: Any) -> None:
            unknown = parameters.keys() - defaults.keys()
            if unknown:
                raise TypeError(f"{cls.__name__} has no parameter {', '.join(sorted(unknown))}")
            for name, default in defaults.items():
                setattr(self, name, parameters.get(name, default))

        fields = [inspect.Parameter(name, keyword, default=default) for name, default in defaults.items()]
        receiver = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        __init__.__signature__ = inspect.Signature([receiver, *fields])  # type: ignore[attr-defined]
        cls.__init__ = __init__  # type: ignore[method-assign]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.missing != "refuse"
        return tags

    def _rows(self, rows: ArrayLike, *, reset: bool) -> Any:
        given: Any = rows
        return validate_data(
            self,
            given,
            reset=reset,
            dtype=np.float64,
            order="C",
            ensure_all_finite=True if self.missing == "refuse" else "allow-nan",
            ensure_min_samples=2 if reset else 1,
        )

    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:
        """Learn what is normal from the rows of `X`, anomalies among them; `y` is ignored.

        A row of weight w teaches what w such rows would.
        """
        rows = self._rows(X, reset=True)
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
        options = {name: value for name, value in self.get_params(deep=False).items() if name not in _RUN}
        if options["threshold"] is None:
            del options["threshold"]
        if "neighbours" in options:
            count = len(rows) if weights is None else int(min(weights.sum(), 2**31))
            options["neighbours"] = min(options["neighbours"], max(count - 1, 1))
        detector, run = self._options(**options), {"seed": self._seed(), "threads": self._threads()}
        self.detector_ = detector.fit(rows, **run) if weights is None else detector.fit_weighted(rows, weights, **run)
        if self.threshold is None:
            scores = self.detector_.score(rows, threads=self._threads())
            self.offset_ = -(
                anomaly.contamination_threshold(scores, self.contamination)
                if weights is None
                else anomaly.weighted_contamination_threshold(scores, weights, self.contamination)
            )
        else:
            self.offset_ = -self.detector_.threshold()
        return self

    def fit_predict(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None, **_: Any
    ) -> NDArray[np.int64]:
        """Fit and judge the same rows, as if they were new ones: -1 for an anomaly, 1 for a normal row."""
        return self.fit(X, sample_weight=sample_weight).predict(X)

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:
        """How normal each row is: the detector's scores with the other sign."""
        check_is_fitted(self)
        return -self.detector_.score(self._rows(X, reset=False), threads=self._threads())

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """`score_samples` less `offset_`: below 0 is an anomaly."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """-1 for an anomaly, 1 for a normal row."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """The probabilities of being normal and of being an anomaly, `[row, 2]`."""
        check_is_fitted(self)
        strange = self.detector_.probability(self._rows(X, reset=False), threads=self._threads())
        return np.column_stack([1 - strange, strange])

    def _seed(self) -> int:
        state = self.random_state
        if state is None:
            return 0
        return int(state.randint(2**31)) if hasattr(state, "randint") else int(state)

    def _threads(self) -> int:
        return self.n_jobs if isinstance(self.n_jobs, int) and self.n_jobs > 0 else 0


class AutoDetector(_Outliers):
    """`inlaid.anomaly.AutoDetector` as an estimator."""


class Cblof(_Outliers):
    """`inlaid.anomaly.Cblof` as an estimator."""


class Copod(_Outliers):
    """`inlaid.anomaly.Copod` as an estimator."""


class Ecod(_Outliers):
    """`inlaid.anomaly.Ecod` as an estimator."""


class GaussianMixture(_Outliers):
    """`inlaid.anomaly.GaussianMixture` as an estimator."""


class Hbos(_Outliers):
    """`inlaid.anomaly.Hbos` as an estimator."""


class Inne(_Outliers):
    """`inlaid.anomaly.Inne` as an estimator."""


class IsolationForest(_Outliers):
    """`inlaid.anomaly.IsolationForest` as an estimator."""


class KernelDensity(_Outliers):
    """`inlaid.anomaly.KernelDensity` as an estimator."""


class LocalOutlierFactor(_Outliers):
    """`inlaid.anomaly.LocalOutlierFactor` as an estimator; new rows are always allowed."""


class Loda(_Outliers):
    """`inlaid.anomaly.Loda` as an estimator."""


class Mahalanobis(_Outliers):
    """`inlaid.anomaly.Mahalanobis` as an estimator."""


class NearestNeighbours(_Outliers):
    """`inlaid.anomaly.NearestNeighbours` as an estimator."""


class OneClassSvm(_Outliers):
    """`inlaid.anomaly.OneClassSvm` as an estimator."""


class PcaDetector(_Outliers):
    """`inlaid.anomaly.PcaDetector` as an estimator."""
