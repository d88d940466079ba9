"""What can go wrong, one class per code.

Every class extends `InlaidError` and, where Python has a word for it, the built-in exception of that kind, so that
``except ValueError`` works too. `code` is the same string in every language that inlaid speaks.

>>> from inlaid.forecast import Naive
>>> try:
...     Naive().fit([])
... except InlaidError as error:
...     print(error.code)
not_enough_data
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
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
    "TooLargeError",
    "UnsupportedError",
]


class InlaidError(Exception):
    """Any failure of inlaid; the message says what was wrong, the value seen and what is allowed."""

    code: ClassVar[str] = "internal"
    """Why the call failed; never changes its meaning."""


class InvalidConfigError(InlaidError, ValueError):
    """An option is unknown, of another type or out of range."""

    code = "invalid_config"


class InvalidDataError(InlaidError, ValueError):
    """Data of the wrong shape or kind, NaN where it is refused, or bytes that are not what they should be."""

    code = "invalid_data"


class NotEnoughDataError(InlaidError, ValueError):
    """Too few rows or points."""

    code = "not_enough_data"


class ConvergenceError(InlaidError, ArithmeticError):
    """No answer was found within the limits."""

    code = "did_not_converge"


class ModelNotFoundError(InlaidError, FileNotFoundError):
    """A file or model that the caller named does not exist."""

    code = "not_found"


class IoError(InlaidError, OSError):
    """A file could not be read or written."""

    code = "io"


class IncompatibleError(InlaidError):
    """A saved model of a newer format, damaged, or of another kind."""

    code = "incompatible"


class UnsupportedError(InlaidError, NotImplementedError):
    """Not possible here: not compiled in, not on this platform, or an optional package is missing."""

    code = "unsupported"


class TooLargeError(InlaidError, MemoryError):
    """Over a stated limit; found before memory was taken."""

    code = "too_large"


class CancelledError(InlaidError):
    """The caller asked the call to stop."""

    code = "cancelled"


class InternalError(InlaidError):
    """A defect of inlaid; please report it with the input."""

    code = "internal"


BY_CODE: dict[str, type[InlaidError]] = {kind.code: kind for kind in InlaidError.__subclasses__()}
"""The class of every code."""
