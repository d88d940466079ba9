"""Hold the scores of Sub-PCA and KMeansAD in profiles.json against the package that they come from.

    pip install numpy scipy pandas scikit-learn
    pip download --no-deps --no-binary :all: TSB-AD && tar xzf tsb_ad-*.tar.gz
    python check_tsb.py tsb_ad-1.5

TSB-AD 1.5, scikit-learn 1.9.1: the largest difference is 1e-15 of a score. What the package imports for its other detectors, torch
among it, need not be there.
"""

import contextlib
import importlib.abc
import importlib.machinery
import io
import json
import sys
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import scipy.spatial.distance  # noqa: F401  what these import must not see the stand-ins
import scipy.stats  # noqa: F401
import sklearn.cluster  # noqa: F401
import sklearn.decomposition  # noqa: F401
import sklearn.preprocessing  # noqa: F401

UNUSED = ("torch", "statsmodels", "tsfresh", "arch", "tqdm", "einops", "stumpy", "numba", "torchinfo", "hurst")


class StandIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if name.split(".")[0] in UNUSED else None

    def create_module(self, spec):
        module = MagicMock()
        module.__path__, module.__spec__, module.__name__ = [], spec, spec.name
        return module

    def exec_module(self, module):
        pass


def package(path):
    """The classes of the package."""
    sys.path.insert(0, path)
    sys.meta_path.append(StandIn())
    from TSB_AD.models.KMeansAD import KMeansAD
    from TSB_AD.models.PCA import PCA
    from TSB_AD.models.POLY import POLY

    for name in [name for name in sys.modules if name.split(".")[0] in UNUSED]:
        del sys.modules[name]
    return KMeansAD, PCA, POLY


def poly(path, series, window, degree):
    """The scores of its POLY, for make_poly.py."""
    return package(path)[2](power=degree, window=window).fit(series[:, None]).decision_scores_


def main():
    KMeansAD, PCA, _ = package(sys.argv[1])
    told = json.loads(Path(__file__).with_name("profiles.json").read_text())["detectors"]
    series = np.array(told["pca_series"])[:, None]
    for case in told["pca"]:
        detector = PCA(slidingWindow=case["window"], n_components=case["components"], weighted=case["weighted"], svd_solver="full")
        scores = detector.fit(series).decision_scores_
        assert np.allclose(scores, case["scores"], rtol=1e-13, atol=0), case["window"]
    series = np.array(told["means_series"])[:, None]
    for case in told["means"]:
        best = None
        for seed in range(30):
            detector = KMeansAD(k=case["clusters"], window_size=case["window"], stride=1, normalize=case["normalized"])
            detector.model.set_params(n_init=20, random_state=seed, tol=0, max_iter=1000)
            with contextlib.redirect_stdout(io.StringIO()):
                scores = detector.fit_predict(series)
            if best is None or detector.model.inertia_ < best[0]:
                best = (detector.model.inertia_, scores)
        assert np.allclose(best[1], case["scores"], rtol=0, atol=1e-13), case["clusters"]
    print("Sub-PCA and KMeansAD are those of the package")


if __name__ == "__main__":
    main()
