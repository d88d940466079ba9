"""Watches a running call: shows its progress, and stops it where the caller asks to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from .errors import CancelledError, InvalidConfigError

if TYPE_CHECKING:
    from ._bridge import Cancel

Progress: TypeAlias = Callable[[float], object]
"""Is called with the part of the work that is done, 0 to 1, about 50 times a second, on the calling thread."""


@contextmanager
def watching(op: str, progress: bool | Progress, cancel: Cancel | None) -> Iterator[Progress]:
    """What the native call should call while it runs; the bar is closed at the end.

    Raises:
        CancelledError: `cancel` is set before the call or while it runs.
        InvalidConfigError: `progress` or `cancel` is something else than they may be.
    """
    if cancel is not None and not hasattr(cancel, "is_set"):
        raise InvalidConfigError(f"`cancel` must be a threading.Event or have is_set(), got {type(cancel).__name__}")
    if not isinstance(progress, bool) and not callable(progress):
        raise InvalidConfigError(f"`progress` must be True, False or a function, got {type(progress).__name__}")

    def look(done: float) -> None:
        if cancel is not None and cancel.is_set():
            raise CancelledError("cancelled by the caller")
        if show is not None:
            show(done)

    show: Progress | None = None
    if cancel is not None and cancel.is_set():
        raise CancelledError("cancelled by the caller before it began")
    if progress is False:
        yield look
        return
    show, close = _bar(op.partition(".")[2]) if progress is True else (progress, _nothing)
    try:
        yield look
        show(1.0)
    finally:
        close()


def _nothing() -> None:
    pass


def _bar(label: str) -> tuple[Progress, Callable[[], object]]:
    """A bar of the library that is installed, or a plain one."""
    for make in (_tqdm, _rich):
        try:
            return make(label)
        except ImportError:
            continue
    return _plain(label)


def _tqdm(label: str) -> tuple[Progress, Callable[[], object]]:
    from tqdm import tqdm

    bar: Any = tqdm(
        total=100, desc=label, unit="%", bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"
    )

    def show(done: float) -> None:
        bar.update(round(100 * done) - bar.n)

    return show, bar.close


def _rich(label: str) -> tuple[Progress, Callable[[], object]]:
    from rich.console import Console
    from rich.progress import Progress as Bars

    bars = Bars(console=Console(stderr=True))
    task = bars.add_task(label, total=1.0)
    bars.start()

    def show(done: float) -> None:
        bars.update(task, completed=done)

    return show, bars.stop


def _plain(label: str) -> tuple[Progress, Callable[[], object]]:
    shown = -1

    def show(done: float) -> None:
        nonlocal shown
        percent = round(100 * done)
        if percent != shown:
            shown = percent
            print(f"\r{label}: {percent:3d}% [{'#' * (percent // 4):25}]", end="", file=sys.stderr, flush=True)

    def close() -> None:
        print(file=sys.stderr)

    return show, close
