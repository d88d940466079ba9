"""Matrix profiles beside stumpy: the same distances, and what they cost on one thread.

Question: how many times faster than `stumpy.stump` after its compilation is `MatrixProfile`, on one thread in processor time, and how
many times with everything that a first call costs? Both see the same series in alternating runs; the least of each counts. The Rust
side is `core/examples/profile_speed.rs`, built before:

    cargo build --profile dist -p inlaid --example profile_speed
    pip install stumpy
    python benches/compare/anomaly_profile.py [--program target/dist/examples/profile_speed] [--rounds 3]
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["NUMBA_NUM_THREADS"] = "1"

import numpy as np

SERIES = {
    "random walk": lambda random, n: np.cumsum(random.normal(size=n)),
    "noise": lambda random, n: random.normal(size=n),
    "noisy sine": lambda random, n: np.sin(np.arange(n) * 0.05) + 0.1 * random.normal(size=n),
    "pure sine": lambda random, n: np.sin(np.arange(n) * 0.05),
    "two values": lambda random, n: random.integers(0, 2, size=n).astype(float),
}


def spent_by_children(command: list[str]) -> float:
    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return used() - before


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default="target/dist/examples/profile_speed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", default="20000,50000")
    parser.add_argument("--windows", default="50,100,250,1000")
    options = parser.parse_args()
    random = np.random.default_rng(3)
    with tempfile.TemporaryDirectory() as folder:
        file, result = Path(folder) / "series.f64", Path(folder) / "result.f64"
        series = SERIES["random walk"](random, 5000)
        series.tofile(file)
        script = f"import numpy, stumpy; stumpy.stump(numpy.fromfile({str(file)!r}), 50)"
        theirs = min(spent_by_children([sys.executable, "-c", script]) for _ in range(2))
        ours = min(spent_by_children([options.program, str(file), "50", "1"]) for _ in range(5))
        print(f"first call, 5000 points, window 50: stumpy {theirs:.1f} s, inlaid {ours:.3f} s, x {theirs / ours:.0f}\n")

        import stumpy

        stumpy.stump(series[:500], 50)
        print("| series | points | window | stumpy s | inlaid s | ratio | largest difference |\n|---|---|---|---|---|---|---|")
        for size in map(int, options.sizes.split(",")):
            kinds = SERIES if size == min(map(int, options.sizes.split(","))) else ["random walk", "noise"]
            for kind in kinds:
                for window in map(int, options.windows.split(",")):
                    series = SERIES[kind](random, size)
                    series.tofile(file)
                    theirs = ours = np.inf
                    for _ in range(options.rounds):
                        start = time.process_time()
                        found = stumpy.stump(series, window)
                        theirs = min(theirs, time.process_time() - start)
                        told = subprocess.run(
                            [options.program, str(file), str(window), "2", str(result)], check=True, capture_output=True, text=True
                        )
                        ours = min(ours, float(told.stdout))
                    distances = np.fromfile(result)[: size - window + 1]
                    expected = found[:, 0].astype(float)
                    # A distance below 1e-2 is a root of 1 less a correlation for stumpy, and good to rounding's root only.
                    clear = expected > 1e-2
                    off = np.abs(distances - expected)[clear].max() if clear.any() else 0.0
                    near = np.abs(distances - expected)[~clear].max() if (~clear).any() else 0.0
                    print(
                        f"| {kind} | {size} | {window} | {theirs:.3f} | {ours:.3f} | {theirs / ours:.1f} "
                        f"| {off:.0e}{f' ({near:.0e} below 1e-2)' if near else ''} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
