"""Write change_points.json: changes of the mean found by ruptures 1.1.10 (Pelt, l2, every position allowed).

python make_change_points.py
"""

import json
from pathlib import Path

import numpy as np
import ruptures

random = np.random.default_rng(5)
cases = []
for n, lengths, penalty, shortest in ((200, 40, 12.0, 2), (300, 25, 20.0, 5), (150, 10, 8.0, 3), (250, 250, 15.0, 2)):
    levels = np.repeat(random.normal(0, 4, n // lengths + 1), lengths)[:n]
    x = np.round(levels + random.normal(0, 1, n), 4)
    ends = ruptures.Pelt(model="l2", min_size=shortest, jump=1).fit(x).predict(pen=penalty)
    cases.append({"series": list(x), "penalty": penalty, "shortest": shortest, "changes": ends[:-1]})
(Path(__file__).parent / "change_points.json").write_text(json.dumps(cases) + "\n")
