"""Oracles of streams and range measures: river 0.26.1 (Page-Hinkley, ADWIN), rrcf 0.4.4, vus 0.0.6.

python make_streams.py > streams.json
"""
import json
import random
import sys

import numpy as np
import rrcf
from river import drift
from vus.metrics import get_metrics

random.seed(7)
levels = [0.0] * 400 + [1.0] * 300 + [0.2] * 500 + [3.0] * 200 + [2.0] * 400
values = [round(level + random.gauss(0, 0.5), 3) for level in levels]


def detections(detector):
    found = []
    for row, value in enumerate(values):
        detector.update(value)
        if detector.drift_detected:
            found.append(row)
    return found


page_hinkley = [
    {"limit": limit, "slack": slack, "fading": fading, "direction": mode,
     "rows": detections(drift.PageHinkley(min_instances=30, delta=slack, threshold=limit, alpha=fading, mode=mode))}
    for limit, slack, fading, mode in [(10, 0.005, 0.9999, "both"), (20, 0.1, 1.0, "up"), (15, 0.05, 0.99, "down")]
]
adwin = [{"confidence": delta, "clock": clock, "rows": detections(drift.ADWIN(delta=delta, clock=clock))}
         for delta, clock in [(0.002, 32), (0.05, 8)]]

# Mean CoDisp of the last point of a sequence of windows, over many random trees.
points = np.array([[round(random.gauss(0, 1), 3), round(random.gauss(0, 1), 3)] for _ in range(40)])
points[30] = [6.0, -5.0]
np.random.seed(1)
total = np.zeros(40)
trees = 3000
for _ in range(trees):
    tree = rrcf.RCTree()
    for index, point in enumerate(points):
        if index >= 16:
            tree.forget_point(index - 16)
        tree.insert_point(point, index=index)
        total[index] += tree.codisp(index)
codisp = (total / trees).tolist()

ranges = []
for case in range(3):
    size = 300
    labels = np.zeros(size)
    for begin, length in [[(40, 20), (150, 35)], [(0, 10), (100, 1), (103, 30), (290, 10)], [(60, 60)]][case]:
        labels[begin:begin + length] = 1
    scores = np.array([round(random.random() * 0.6 + 0.3 * labels[max(0, row - 5)], 4) for row in range(size)])
    measures = get_metrics(scores, labels, metric="vus", slidingWindow=20)
    ranges.append({"labels": labels.astype(int).tolist(), "scores": scores.tolist(), "buffer": 20,
                   "vus_roc": float(measures["VUS_ROC"]), "vus_pr": float(measures["VUS_PR"])})
json.dump({"values": values, "page_hinkley": page_hinkley, "adwin": adwin, "points": points.tolist(), "codisp": codisp,
           "ranges": ranges}, sys.stdout)
