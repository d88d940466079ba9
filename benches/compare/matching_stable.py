"""Stable matching beside the package `matching`: same lists, same matchings, process CPU time.

    python benches/compare/matching_stable.py [--largest]

Needs `pip install inlaid matching` (written against matching 1.4.3). One process, one thread. Everybody of two equal sides
lists everybody of the other in random order. The peer wants dictionaries of names and copies its players one inside the other,
so it runs on a thread with a large stack; its time is split into building the game (its checks of the lists) and solving it.
Ours is one call that judges both matrices of whole numbers and solves. Sizes 250, 500 and 1000; --largest adds 2000, for which
the peer needs minutes. Then: the fair choices, placements and roommates, without a peer.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import platform
import sys
import threading
import time
from importlib.metadata import version

import numpy as np
from inlaid import matching as ours
from matching.games import StableMarriage


def lists(people: int, others: int, rng: np.random.Generator) -> np.ndarray:
    return np.argsort(rng.random((people, others)), axis=1).astype(np.int64)


def best_of(run, times: int) -> tuple[float, object]:
    """The least process CPU time of several calls, and what the last one gave."""
    seconds = []
    for _ in range(times):
        start = time.process_time()
        result = run()
        seconds.append(time.process_time() - start)
    return min(seconds), result


def marriage(size: int) -> None:
    rng = np.random.default_rng(size)
    own, other = lists(size, size, rng), lists(size, size, rng)
    mine, pairs = best_of(lambda: ours.stable_marriage(own, other), 7)
    # The two sides' names must differ.
    suitors = {f"p{i}": [f"r{j}" for j in row] for i, row in enumerate(own.tolist())}
    reviewers = {f"r{j}": [f"p{i}" for i in row] for j, row in enumerate(other.tolist())}
    start = time.process_time()
    game = StableMarriage.create_from_dictionaries(suitors, reviewers)
    built = time.process_time()
    solved = game.solve(optimal="suitor")
    end = time.process_time()
    theirs = [int(str(solved[player])[1:]) for player in sorted(solved, key=lambda player: int(str(player)[1:]))]
    assert theirs == pairs.receiver_of.tolist(), "the matchings differ"
    print(f"marriage {size:5} x {size:<5} ours {mine * 1e3:9.2f} ms   theirs build {built - start:7.2f} s, solve {end - built:8.2f} s"
          f"   {(end - start) / mine:8.0f}x, solve alone {(end - built) / mine:8.0f}x", flush=True)


def alone() -> None:
    rng = np.random.default_rng(1)
    own, other = lists(2000, 2000, rng), lists(2000, 2000, rng)
    for choose in ("proposer_optimal", "receiver_optimal", "egalitarian", "minimum_regret", "sex_equal", "median"):
        seconds, pairs = best_of(lambda: ours.stable_marriage(own, other, choose=choose, threads=1), 3)
        print(f"2000 x 2000 {choose:17} {seconds * 1e3:8.1f} ms   totals {pairs.proposer_total} and {pairs.receiver_total}, "
              f"regret {pairs.regret}, exact {pairs.exact}")
    seconds, found = best_of(lambda: ours.verify_stability(own, other, pairs.receiver_of), 3)
    print(f"2000 x 2000 verify            {seconds * 1e3:8.1f} ms   stable {found.stable}")
    residents, hospitals = lists(20_000, 200, rng), lists(200, 20_000, rng)
    capacities = np.full(200, 100)
    seconds, _ = best_of(lambda: ours.hospital_residents(residents, hospitals, capacities), 3)
    print(f"20000 residents, 200 hospitals {seconds * 1e3:7.1f} ms")
    people = lists(2000, 2000, rng)
    group = [row[row != person] for person, row in enumerate(people)]
    seconds, found = best_of(lambda: ours.stable_roommates(group), 3)
    print(f"2000 roommates                {seconds * 1e3:8.1f} ms   exists {found.exists}")
    scores = [rng.random((2000, 2000)) for _ in range(2)]
    seconds, _ = best_of(lambda: ours.stable_from_scores(*scores, threads=1), 3)
    print(f"2000 x 2000 from scores       {seconds * 1e3:8.1f} ms")


def main() -> None:
    print(f"inlaid {version('inlaid')}, matching {version('matching')}, numpy {np.__version__}, Python "
          f"{platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors")
    alone()
    for size in [250, 500, 1000] + ([2000] if "--largest" in sys.argv else []):
        marriage(size)


if __name__ == "__main__":
    # The peer copies players that know each other: as deep as there are players.
    sys.setrecursionlimit(10_000_000)
    threading.stack_size(1 << 30)
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
