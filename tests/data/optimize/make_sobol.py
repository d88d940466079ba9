"""Writes sobol.json: first points of Sobol's sequence by scipy (1.17), which tests hold ours against."""
import json
import pathlib

from scipy.stats import qmc

cases = []
for dimensions, count in [(1, 32), (2, 64), (7, 64), (128, 40)]:
    points = qmc.Sobol(dimensions, scramble=False, bits=32).random(count)
    cases.append({"dimensions": dimensions, "points": points.tolist()})
pathlib.Path(__file__).with_name("sobol.json").write_text(json.dumps(cases) + "\n")
