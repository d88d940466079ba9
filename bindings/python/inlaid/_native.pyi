"""The native library."""

from collections.abc import Sequence
from typing import Any

ABI: int
VERSION: str

class Model:
    """A fitted model of the engine."""

    @property
    def kind(self) -> str:
        """The class of the model, such as `forecast.FittedNaive`."""

class Table:
    """Named columns in Arrow memory.

    Gives its columns to every library that reads the Arrow PyCapsule interface, such as `polars.DataFrame(table)` and
    `pyarrow.table(table)`.
    """

    @staticmethod
    def from_stream(object: Any) -> Table:
        """The table that an object gives by `__arrow_c_stream__`, without a copy."""

    @staticmethod
    def from_columns(columns: list[Any]) -> Table:
        """A table of columns: `(name, kind, values, missing, zone)`, see `columns`."""

    def columns(self) -> list[tuple[str, tuple[str, Any, Any, str | None]]]:
        """The columns by name: `(name, (kind, values, missing, zone))`."""

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""

    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class Texts:
    """A row of texts, none missing, as the engine takes it."""

    @staticmethod
    def from_list(name: str, list: list[Any]) -> Texts:
        """The strings of a list, which messages call `name`."""

    @staticmethod
    def from_arrow(name: str, object: Any) -> Texts:
        """The texts that an object gives by `__arrow_c_stream__` or `__arrow_c_array__`, without a copy."""

    def __len__(self) -> int: ...

def operations() -> list[str]:
    """The names of all operations."""

def call(
    op: str,
    options: str,
    inputs: Sequence[Any],
    model: Model | None,
    seed: int,
    threads: int,
    watch: Any | None,
    give: Any,
) -> Any:
    """Run one operation; its value, its fitted model or its bytes."""

def encode(options: dict[str, Any]) -> str | None:
    """Options as JSON, if all are plain: None, booleans, texts, whole numbers of 64 bits, finite numbers."""

def assign_small(
    class_: type,
    costs: Any,
    maximize: Any,
    unmatched: Any,
    seed: Any,
    threads: Any,
    progress: Any,
    cancel: Any,
) -> Any | None:
    """`matching.assign` of a small float64 matrix as an object of the class; None where the catalogue must answer."""
