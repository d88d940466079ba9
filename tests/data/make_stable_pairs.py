"""Write stable_pairs.json: stable matchings of random markets, by the package `matching`.

    pip install matching==1.4.3 numpy && python tests/data/make_stable_pairs.py

Everybody lists everybody of the other side, in the order of 64-bit SplitMix64 numbers drawn person by person, proposers first.
Only the seeds and the matchings are written: the reader draws the lists anew.
"""

import json
import sys
import threading
from pathlib import Path

from matching.games import HospitalResident, StableMarriage

MASK = (1 << 64) - 1


class SplitMix:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        return z ^ (z >> 31)

    def orders(self, people, others):
        rows = []
        for _ in range(people):
            draws = [self.next() for _ in range(others)]
            rows.append(sorted(range(others), key=draws.__getitem__))
        return rows


def case(proposers, receivers, seed, capacities):
    random = SplitMix(seed)
    own, other = random.orders(proposers, receivers), random.orders(receivers, proposers)
    # The package refuses lists that share a name between the sides.
    suitors = {f"p{i}": [f"r{j}" for j in row] for i, row in enumerate(own)}
    reviewers = {f"r{j}": [f"p{i}" for i in row] for j, row in enumerate(other)}
    out = dict(proposers=proposers, receivers=receivers, seed=seed, capacities=capacities)
    for name, optimal in (("proposer_optimal", True), ("receiver_optimal", False)):
        partner = [-1] * proposers
        if capacities:
            seats = {f"r{j}": c for j, c in enumerate(capacities)}
            game = HospitalResident.create_from_dictionaries(suitors, reviewers, seats)
            for hospital, residents in game.solve(optimal="resident" if optimal else "hospital").items():
                for resident in residents:
                    partner[int(str(resident)[1:])] = int(str(hospital)[1:])
        else:
            game = StableMarriage.create_from_dictionaries(suitors, reviewers)
            for suitor, reviewer in game.solve(optimal="suitor" if optimal else "reviewer").items():
                partner[int(str(suitor)[1:])] = int(str(reviewer)[1:])
        out[name] = partner
    return out


CASES = [
    (10, 10, 1, []),
    (50, 50, 2, []),
    (120, 120, 3, []),
    (30, 6, 4, [5, 5, 5, 5, 5, 5]),
    (60, 8, 5, [3, 9, 4, 7, 1, 2, 12, 6]),
    (100, 10, 6, [20, 1, 15, 8, 30, 5, 5, 9, 2, 11]),
]


def write():
    cases = ",\n".join(json.dumps(case(*one), separators=(",", ":")) for one in CASES)
    Path(__file__).with_name("stable_pairs.json").write_text(f"[\n{cases}\n]\n")


if __name__ == "__main__":
    # The package copies people and their lists recursively, one inside the other.
    sys.setrecursionlimit(1_000_000)
    threading.stack_size(1 << 29)
    writer = threading.Thread(target=write)
    writer.start()
    writer.join()
