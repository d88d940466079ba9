"""Write stream_peers.json: what streams must say, from other programs and from definitions.

    pip install numpy scipy river
    python make_stream_peers.py

river 0.26.1, numpy 2.4.6, scipy 1.17.1. Values and river's alarms are those of streams.json.

- ADWIN as Bifet and Gavalda (2007) define it, on the raw values of its window. With two changes it must alarm where river's does.
- Average run lengths of EWMA and CUSUM charts: Markov chains with many states (Brook, Evans, *An approach to the probability
  distribution of CUSUM run length*, Biometrika 59, 1972; Lucas, Saccucci, Technometrics 32, 1990), and a simulation beside them.
- Generalised Pareto distributions fitted by scipy to the same excesses.
- Half-space trees of river on rows of which some are strange: the ROC-AUC of its scores over 20 seeds.
"""

import json
import math
from pathlib import Path

import numpy as np
from river import anomaly, drift
from scipy.stats import genpareto, norm

HERE = Path(__file__).parent


def adwin(values, confidence, clock, buckets=5, shortest=5, grace=10, resets=False, fewer=0):
    """Rows of alarms. `resets` forgets the window after one, `fewer` is taken from the parts' sizes in the bound."""
    window, sizes, alarms, events = [], [], [], 0
    for row, value in enumerate(values):
        if resets and alarms and alarms[-1] == row - 1:
            window, sizes, events = [], [], 0
        events += 1
        window.append(value)
        sizes.append(1)
        size = 1
        while sizes.count(size) > buckets:
            oldest = sizes.index(size)
            sizes[oldest : oldest + 2] = [2 * size]
            size *= 2
        if events % clock or len(window) <= grace:
            continue

        def differs():
            x = np.array(window)
            depth = math.log(2 * math.log(len(x)) / confidence)
            for first in np.cumsum(sizes)[:-1]:
                older, newer = x[:first], x[first:]
                if min(len(older), len(newer)) < shortest:
                    continue
                m = 1 / (len(older) - fewer) + 1 / (len(newer) - fewer)
                bound = math.sqrt(2 * m * x.var() * depth) + 2 / 3 * depth * m
                if abs(older.mean() - newer.mean()) > bound:
                    return True
            return False

        changed = False
        while len(window) > 1 and differs():
            changed = True
            del window[: sizes.pop(0)]
        if changed:
            alarms.append(row)
    return alarms


def of_river(values, confidence, clock):
    detector, alarms = drift.ADWIN(delta=confidence, clock=clock), []
    for row, value in enumerate(values):
        detector.update(value)
        if detector.drift_detected:
            alarms.append(row)
    return alarms


def adwins():
    values = json.loads((HERE / "streams.json").read_text())["values"]
    cases = []
    for confidence, clock in [(0.002, 32), (0.05, 8), (0.002, 1)]:
        river = of_river(values, confidence, clock)
        assert adwin(values, confidence, clock, resets=True, fewer=4) == river, "that is all that river does otherwise"
        assert adwin(values, confidence, clock) != river
        cases.append({"confidence": confidence, "clock": clock, "rows": adwin(values, confidence, clock)})
    return cases


def run_length_of_ewma(rate, limit, shift, states=801):
    """With limits that widen from the first event on, as the chart has them: the distribution is moved event by event."""
    widest = limit * math.sqrt(rate / (2 - rate))
    edges = np.linspace(-widest, widest, states + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    # From every middle to every cell: (1 - r) z + r x, x normal about the shift.
    reach = (edges[None, :] - (1 - rate) * middles[:, None]) / rate - shift
    chain = np.diff(norm.cdf(reach), axis=1)
    first = np.diff(norm.cdf(edges / rate - shift))
    alive, total, event = first, 1.0, 1
    while True:
        width = limit * math.sqrt(rate / (2 - rate) * (1 - (1 - rate) ** (2 * event)))
        # The share of each cell that lies within the limits.
        inside = np.clip((np.minimum(edges[1:], width) - np.maximum(edges[:-1], -width)) / np.diff(edges), 0, 1)
        alive = alive * inside
        if (1 - rate) ** (2 * event) < 1e-15:
            break
        total += alive.sum()
        alive = alive @ chain
        event += 1
    # From here on the limits stay: the sum of all further events is that of a geometric series of matrices.
    return total + alive @ np.linalg.solve(np.eye(states) - chain, np.ones(states))


def run_length_of_cusum(slack, limit, shift, states=801):
    """Both sides; one side's average run length by its chain, 1 / both = 1 / up + 1 / down."""

    def side(shift):
        width = 2 * limit / (2 * states - 1)
        at = np.arange(states) * width
        upper = at[None, :] + width / 2 - at[:, None] + slack - shift
        chain = norm.cdf(upper)
        chain[:, 1:] -= norm.cdf(upper[:, :-1])
        return np.linalg.solve(np.eye(states) - chain, np.ones(states))[0]

    return 1 / (1 / side(shift) + 1 / side(-shift))


def simulated(chart, options, shift, runs=4000):
    random = np.random.default_rng(5)
    lengths = np.zeros(runs)
    alive = np.arange(runs)
    z, up, down, event = np.zeros(runs), np.zeros(runs), np.zeros(runs), 0
    while len(alive):
        event += 1
        x = random.normal(shift, 1, len(alive))
        if chart == "ewma":
            rate, limit = options
            z = (1 - rate) * z + rate * x
            out = np.abs(z) > limit * math.sqrt(rate / (2 - rate) * (1 - (1 - rate) ** (2 * event)))
        else:
            slack, limit = options
            up, down = np.maximum(0, up + x - slack), np.maximum(0, down - x - slack)
            out = np.maximum(up, down) > limit
        lengths[alive[out]] = event
        alive, z, up, down = alive[~out], z[~out], up[~out], down[~out]
    return lengths.mean(), lengths.std() / math.sqrt(runs)


def run_lengths():
    cases = []
    charts = [("ewma", (0.2, 3.0)), ("ewma", (0.1, 2.7)), ("ewma", (0.5, 3.0)), ("ewma", (1.0, 3.0))]
    charts += [("cusum", (0.5, 5.0)), ("cusum", (0.5, 4.0)), ("cusum", (0.25, 8.0))]
    for chart, options in charts:
        for shift in (0.0, 0.5, 1.0, 2.0):
            exact = run_length_of_ewma if chart == "ewma" else run_length_of_cusum
            mean = exact(*options, shift)
            # Twice as fine changes nothing that matters.
            assert abs(exact(*options, shift, states=401) / mean - 1) < 2e-3, (chart, options, shift)
            told, error = simulated(chart, options, shift)
            assert abs(told - mean) < 4 * error + 2e-3 * mean, (chart, options, shift, mean, told)
            cases.append({"chart": chart, "options": options, "shift": shift, "mean": round(float(mean), 4)})
    # Montgomery, Introduction to Statistical Quality Control: 465 and 10.4 for k = 1/2 and h = 5, 168 and 8.38 for h = 4.
    table = {(case["options"], case["shift"]): case["mean"] for case in cases if case["chart"] == "cusum"}
    for key, mean in {((0.5, 5.0), 0.0): 465, ((0.5, 5.0), 1.0): 10.4, ((0.5, 4.0), 0.0): 168, ((0.5, 4.0), 1.0): 8.38}.items():
        assert abs(table[key] / mean - 1) < 5e-3
    # A chart of single values with three sigma: one in 370.4.
    assert abs(next(c["mean"] for c in cases if c["options"] == (1.0, 3.0) and c["shift"] == 0.0) - 370.398) < 0.05
    return cases


def paretos():
    random = np.random.default_rng(11)
    cases = []
    for shape, scale, count in [(0.2, 1.0, 300), (-0.2, 3.0, 200), (0.0, 0.01, 500), (0.5, 100.0, 150)]:
        excesses = genpareto.rvs(shape, scale=scale, size=count, random_state=random)
        # scipy's search starts far away at times; from where ours could be it must not find better.
        best = min(
            (genpareto.fit(excesses, start, floc=0, scale=width * excesses.mean()) for start in (-0.3, 0.1, 0.5) for width in (0.5, 1, 1.5)),
            key=lambda found: genpareto.nnlf(found, excesses),
        )
        cases.append({"excesses": [round(float(e), 12) for e in excesses], "shape": best[0], "scale": best[2],
                      "likelihood": -float(genpareto.nnlf(best, excesses))})
    return cases


def ranked(scores, labels):
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    values = np.asarray(scores)[order]
    for value in np.unique(values):
        same = order[values == value]
        ranks[same] = (np.searchsorted(values, value, "left") + np.searchsorted(values, value, "right") + 1) / 2
    ones = labels.sum()
    return (ranks[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(labels) - ones))


def half_spaces():
    random = np.random.default_rng(2)
    count, window = 2000, 250
    rows = np.column_stack([random.normal(size=count), 5 + 0.1 * random.normal(size=count)])
    labels = np.zeros(count, int)
    labels[random.choice(np.arange(2 * window, count), 30, replace=False)] = 1
    rows[labels == 1] += random.choice([-1, 1], (30, 2)) * [3, 0.3]
    rows = rows.round(3)
    limits = {column: (float(rows[:window, column].min()), float(rows[:window, column].max())) for column in range(2)}
    areas = []
    for seed in range(20):
        trees = anomaly.HalfSpaceTrees(n_trees=25, height=8, window_size=window, limits=limits, seed=seed)
        scores = []
        for row in rows:
            event = dict(enumerate(row))
            scores.append(trees.score_one(event))
            trees.learn_one(event)
        areas.append(ranked(scores[2 * window :], labels[2 * window :]))
    print("river's half-space trees:", np.mean(areas), np.std(areas))
    return {"rows": rows.tolist(), "labels": labels.tolist(), "area": float(np.mean(areas)), "spread": float(np.std(areas))}


def main():
    told = {"half_spaces": half_spaces(), "adwin": adwins(), "run_lengths": run_lengths(), "paretos": paretos()}
    (HERE / "stream_peers.json").write_text(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
