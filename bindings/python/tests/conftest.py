"""The tests meet inlaid as users do: installed. Nothing is imported from the source tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inlaid

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]

if HERE.parent in Path(inlaid.__file__).resolve().parents:
    raise RuntimeError(f"inlaid was imported from the source tree ({inlaid.__file__}); install the wheel first")


@pytest.fixture(scope="session")
def api() -> Any:
    """What the engine says it offers."""
    return json.loads((REPOSITORY / "tests/parity/api.json").read_text())


@pytest.fixture(scope="session")
def seasonal() -> np.ndarray[Any, Any]:
    """20 years of months with trend, season and noise, 40 series."""
    rng = np.random.default_rng(7)
    time = np.arange(240)
    level = rng.uniform(50, 500, (40, 1))
    season = 1 + 0.2 * np.sin(2 * np.pi * time / 12 + rng.uniform(0, 6, (40, 1)))
    return level * (1 + 0.003 * time) * season * rng.normal(1, 0.03, (40, 240))


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program in a fresh interpreter and an empty folder."""

    def run(program: str, *, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    return run
