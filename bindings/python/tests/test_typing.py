"""What users see is strictly typed: mypy --strict and pyright over the package and over code that uses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import HERE
from typed_example import every_hint

import inlaid

PACKAGE = Path(inlaid.__file__).parent
CONFIGURATION = HERE.parent / "pyproject.toml"


def check(*command: str, folder: Path) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_runs(tmp_path: Path) -> None:
    every_hint(np.random.default_rng(0).gamma(9, 9, (2, 60)), tmp_path)


def test_mypy_finds_nothing_in_the_package(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    check("mypy", "--config-file", str(CONFIGURATION), "--cache-dir", str(tmp_path), "-p", "inlaid", folder=tmp_path)


def test_mypy_finds_nothing_in_code_that_uses_it(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    check("mypy", "--strict", "--cache-dir", str(tmp_path), str(HERE / "typed_example.py"), folder=tmp_path)


@pytest.mark.parametrize("path", [PACKAGE, HERE / "typed_example.py"], ids=["package", "example"])
def test_pyright_finds_nothing(path: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyright")
    check("pyright", "--pythonpath", sys.executable, str(path), folder=tmp_path)
