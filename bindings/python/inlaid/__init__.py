"""Forecasting and analytics laid into the program that needs them: no server, no sidecar, nothing downloaded.

>>> from inlaid.forecast import Naive
>>> fitted = Naive().fit([112, 118, 132, 129, 121, 135])
>>> forecast = fitted.predict(2, levels=[0.95])
>>> forecast.mean
array([[135., 135.]])

Each room is a module: `inlaid.anomaly`, `inlaid.forecast`, `inlaid.matching`, `inlaid.optimize`. Options are plain
immutable objects made with keyword arguments, `fit` gives a fitted model, and what a model gives are plain records of numpy arrays.

**Data.** Wherever an array is asked for, any array-like is taken: numpy, lists, pandas, polars. C-contiguous float64
arrays are lent to the engine without a copy, others are converted once. One axis is one series; results stay
`[series, step]`. Where a table is asked for, frames of pandas, polars and pyarrow are taken, as are mappings of names
to columns; tables come back as the kind that came in. Where whole numbers are asked for, arrays of any integer type
are taken (int64 is lent), and where texts are, lists of `str`, series of pandas and polars and arrays of pyarrow;
columns of Arrow are lent too.

**Long calls** release the GIL, so Python threads run them side by side. Ctrl-C stops them. They take `seed=`,
`threads=`, `progress=` and `cancel=`, a `threading.Event` that stops the call from elsewhere:

>>> import threading
>>> stop = threading.Event()
>>> fitted = Naive().fit([1, 2, 3], cancel=stop)

**asyncio.** Calls are made to run in threads; give the event to stop a call whose task is cancelled:

>>> import asyncio
>>> async def predict():
...     stop = threading.Event()
...     try:
...         return await asyncio.to_thread(fitted.predict, 3, cancel=stop)
...     finally:
...         stop.set()
>>> asyncio.run(predict()).mean
array([[3., 3., 3.]])

**Errors** are classes of `inlaid.errors`, all of them `InlaidError`, with the same `code` in every language.

**Processes.** Options, results and fitted models can be pickled and copied. A forked child can go on calling.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._bridge import Cancel
from ._catalogue import ROOMS
from ._catalogue import VERSION as __version__
from ._native import Table
from ._progress import Progress
from .errors import (
    CancelledError,
    ConvergenceError,
    IncompatibleError,
    InlaidError,
    InternalError,
    InvalidConfigError,
    InvalidDataError,
    IoError,
    ModelNotFoundError,
    NotEnoughDataError,
    TooLargeError,
    UnsupportedError,
)

if TYPE_CHECKING:
    from . import forecast as forecast
    from . import matching as matching

__all__ = [
    "Cancel",
    "CancelledError",
    "ConvergenceError",
    "IncompatibleError",
    "InlaidError",
    "InternalError",
    "InvalidConfigError",
    "InvalidDataError",
    "IoError",
    "ModelNotFoundError",
    "NotEnoughDataError",
    "Progress",
    "Table",
    "TooLargeError",
    "UnsupportedError",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name in ROOMS:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *ROOMS})
