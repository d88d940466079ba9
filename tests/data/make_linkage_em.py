"""Expected values of the Fellegi-Sunter mixture: `python make_linkage_em.py > linkage_em.json`, with numpy only.

Two columns of three levels and one of two, levels 1.., 0 missing; 40 patterns with counts drawn from a known mixture. The expectation
maximisation is written out plainly over a matrix of one row per pair, so that it shares nothing with the engine.
"""
import json

import numpy as np

LEVELS = [3, 3, 2]
ROUNDS = 400


def start():
    m = [np.array([0.8, 0.15, 0.05]), np.array([0.7, 0.2, 0.1]), np.array([0.9, 0.1])]
    u = [np.array([0.05, 0.1, 0.85]), np.array([0.1, 0.2, 0.7]), np.array([0.3, 0.7])]
    return m, u, 0.1


def expand(patterns, counts):
    return np.repeat(np.array(patterns), counts, axis=0)


def fit(rows, all_pairs, free_u):
    m, u, prior = start()
    for _ in range(ROUNDS):
        ones, zeros = np.full(len(rows), prior), np.full(len(rows), 1 - prior)
        for c in range(len(LEVELS)):
            seen = rows[:, c] > 0
            ones[seen] *= m[c][rows[seen, c] - 1]
            zeros[seen] *= u[c][rows[seen, c] - 1]
        p = ones / (ones + zeros)
        for c in range(len(LEVELS)):
            seen = rows[:, c] > 0
            m[c] = np.array([p[rows[:, c] == l + 1].sum() for l in range(LEVELS[c])]) / p[seen].sum()
            if free_u:
                q = 1 - p
                u[c] = np.array([q[rows[:, c] == l + 1].sum() for l in range(LEVELS[c])]) / q[seen].sum()
        prior = p.sum() / all_pairs
    return {"m": [list(x) for x in m], "u": [list(x) for x in u], "prior": float(prior), "rounds": ROUNDS, "all_pairs": all_pairs, "free_u": free_u}


def main():
    rng = np.random.default_rng(7)
    true_m = [np.array([0.85, 0.1, 0.05]), np.array([0.75, 0.15, 0.1]), np.array([0.92, 0.08])]
    true_u = [np.array([0.02, 0.08, 0.9]), np.array([0.05, 0.15, 0.8]), np.array([0.25, 0.75])]
    drawn = []
    for _ in range(4000):
        which = true_m if rng.random() < 0.2 else true_u
        drawn.append([0 if rng.random() < 0.08 else int(rng.choice(len(w), p=w)) + 1 for w in which])
    patterns, counts = np.unique(np.array(drawn), axis=0, return_counts=True)
    rows = expand(patterns.tolist(), counts.tolist())
    m, u, prior = start()
    print(json.dumps({
        "levels": LEVELS, "patterns": patterns.tolist(), "counts": counts.tolist(),
        "start": {"m": [list(x) for x in m], "u": [list(x) for x in u], "prior": prior},
        "fits": [fit(rows, len(rows), True), fit(rows, len(rows), False), fit(rows, 10 * len(rows), False)],
    }))


main()
