"""The package as it is installed: what it says of itself, what it needs, what it costs to start."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

import inlaid

META = importlib.metadata.metadata("inlaid")


def test_versions_agree() -> None:
    assert importlib.metadata.version("inlaid") == inlaid.__version__


def test_numpy_is_all_that_is_needed() -> None:
    required = [line for line in importlib.metadata.requires("inlaid") or [] if "extra ==" not in line]
    assert len(required) == 1 and re.match(r"numpy\b", required[0])
    assert META["Requires-Python"] == ">=3.11"


def test_the_package_says_that_it_is_typed_and_under_which_terms() -> None:
    files = {str(file) for file in importlib.metadata.files("inlaid") or []}
    assert "inlaid/py.typed" in files
    assert {file.rsplit("/", 1)[-1] for file in files if "/licenses/" in file} == {"LICENSE-MIT", "LICENSE-APACHE"}
    assert META["License-Expression"] == "MIT OR Apache-2.0"


def test_it_takes_less_than_23_mb() -> None:
    files = [file for file in importlib.metadata.files("inlaid") or [] if "__pycache__" not in str(file)]
    size = sum(Path(str(file.locate())).stat().st_size for file in files)
    assert size < 23e6


def test_nothing_but_numpy_and_the_standard_library_is_imported(python: Callable[..., CompletedProcess[str]]) -> None:
    program = """
import sys
import inlaid.forecast
tops = {name.partition(".")[0] for name in sys.modules}
print(sorted(tops - set(sys.stdlib_module_names) - {"numpy", "inlaid", "__main__"}))
"""
    listed = python(program, PYTHONNOUSERSITE="1").stdout.strip()
    assert not re.search("pandas|polars|pyarrow|matplotlib|tqdm|rich", listed), listed


FIRST_FORECAST = """
import re, time
{first}
print(time.process_time(), int(re.search("VmHWM:(.*) kB", open("/proc/self/status").read())[1]) / 1024)
"""
FORECAST = """
from inlaid.forecast import AutoEts
AutoEts(season=12).fit([float(10 + i % 12 + i / 9) for i in range(60)]).predict(12, levels=[0.95])
"""


def test_the_first_forecast_of_a_process_is_cheap(python: Callable[..., CompletedProcess[str]]) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("this system has no /proc")

    def cost(first: str) -> tuple[float, float]:
        # numpy's own linear algebra starts a thread per processor, which spins for a while: not ours to count.
        program = FIRST_FORECAST.format(first=first)
        runs = [python(program, OPENBLAS_NUM_THREADS="1").stdout.split() for _ in range(5)]
        return min(float(seconds) for seconds, _ in runs), min(float(megabytes) for _, megabytes in runs)

    seconds, megabytes = cost(FORECAST)
    alone, _ = cost("import numpy")
    print(
        f"first forecast {1e3 * seconds:.0f} ms of CPU, numpy's import alone {1e3 * alone:.0f} ms; {megabytes:.0f} MB"
    )
    assert megabytes < 60
    assert seconds - alone < 0.04
    assert seconds < 0.1 or alone > 0.06, f"{seconds:.3f} s, numpy alone {alone:.3f} s"
