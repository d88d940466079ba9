"""Log densities of Gaussian mixtures by scikit-learn from a given start, for the tests of `anomaly`.

    pip install scikit-learn==1.9.1
    python tests/data/make_mixture.py
"""
import json
import warnings
from pathlib import Path

import numpy as np
from sklearn.mixture import GaussianMixture

warnings.simplefilter("ignore")
generator = np.random.default_rng(5)
first = generator.normal(size=(40, 3)) @ np.array([[1, 0.4, 0], [0, 0.5, 0.2], [0, 0, 0.8]]) + [-1.5, 0, 0.3]
second = generator.normal(size=(30, 3)) * [0.6, 1.2, 0.4] + [1.4, 0.5, -0.6]
rows = np.round(np.concatenate([first, second]), 4)
told = {"rows": rows.ravel().tolist()}
for name, kind, precisions in (("full", "full", np.array([np.eye(3)] * 2)), ("diagonal", "diag", np.ones((2, 3)))):
    model = GaussianMixture(2, covariance_type=kind, tol=0, max_iter=25, reg_covar=1e-6, weights_init=[0.5, 0.5],
                            means_init=[[-1, 0, 0.5], [1, 0.2, -0.5]], precisions_init=precisions).fit(rows)
    told[name] = model.score_samples(rows).tolist()
(Path(__file__).parent / "mixture.json").write_text(json.dumps(told) + "\n")
