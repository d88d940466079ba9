"""By hand: what Python users expect of a forecast besides its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ._arrays import lend_matrix
from .errors import InvalidConfigError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

    from .forecast import Interval


class ForecastByHand:
    """Picking, tabulating and drawing of `Forecast`."""

    if TYPE_CHECKING:
        mean: NDArray[np.float64]
        intervals: list[Interval]

    def interval(self, level: float) -> Interval:
        """The interval of a level that was asked for.

        Args:
            level: The level, in (0, 1).

        Raises:
            InvalidConfigError: The forecast has no interval of that level.

        >>> from inlaid.forecast import Naive
        >>> forecast = Naive().fit([4, 4, 4]).predict(2, levels=[0.8, 0.95])
        >>> forecast.interval(0.95).upper
        array([[4., 4.]])
        """
        for interval in self.intervals:
            if abs(interval.level - level) < 1e-9:
                return interval
        levels = ", ".join(f"{interval.level:g}" for interval in self.intervals) or "none"
        raise InvalidConfigError(f"the forecast has no interval of level {level!r}; its levels: {levels}")

    def to_frame(
        self, ids: Sequence[Any] | None = None, library: Literal["pandas", "polars", "pyarrow"] = "pandas"
    ) -> Any:
        """A long table, one row per series and step: `unique_id`, `step`, `mean`, `mean-lo-95`, `mean-hi-95`, ...

        Args:
            ids: One name per series. Default 0, 1, ...
            library: Whose table it should be. Default pandas.

        Raises:
            InvalidConfigError: Another number of ids than series.
            UnsupportedError: The library is not installed.
        """
        series, steps = self.mean.shape
        names = list(range(series)) if ids is None else list(ids)
        if len(names) != series:
            raise InvalidConfigError(f"`ids` must name {series} series, got {len(names)}")
        columns: dict[str, Any] = {
            "unique_id": [name for name in names for _ in range(steps)],
            "step": np.tile(np.arange(1, steps + 1), series),
            "mean": self.mean.ravel(),
        }
        for interval in self.intervals:
            columns[f"mean-lo-{100 * interval.level:g}"] = interval.lower.ravel()
            columns[f"mean-hi-{100 * interval.level:g}"] = interval.upper.ravel()
        try:
            if library == "pandas":
                import pandas

                return pandas.DataFrame(columns)
            if library == "polars":
                import polars

                return polars.DataFrame(columns)
            if library == "pyarrow":
                import pyarrow

                return pyarrow.table(columns)
        except ImportError as error:
            raise UnsupportedError(f"this table needs {library}: pip install {library}") from error
        raise InvalidConfigError(f"`library` must be pandas, polars or pyarrow, got {library!r}")

    def plot(self, history: ArrayLike | None = None, *, series: int = 0, ax: Axes | None = None) -> Axes:
        """Draw one series with its intervals on matplotlib.

        Args:
            history: What was fitted, `[series, time]` or one series; drawn before the forecast. Default none.
            series: Which row to draw. Default 0.
            ax: Where to draw. Default a new figure.

        Returns:
            The axes, for more to be drawn on.

        Raises:
            UnsupportedError: matplotlib is not installed.
            InvalidConfigError: There is no such row.
        """
        try:
            from matplotlib import colors, pyplot, ticker
        except ImportError as error:
            raise UnsupportedError("plot() needs matplotlib: pip install matplotlib") from error
        rows, steps = self.mean.shape
        if not 0 <= series < rows:
            raise InvalidConfigError(f"`series` must be from 0 to {rows - 1}, got {series!r}")
        known = np.empty(0) if history is None else _row(lend_matrix("history", history), series, rows)
        if ax is None:
            _, ax = pyplot.subplots(figsize=(9, 4))
        if known.size:
            ax.plot(np.arange(1, known.size + 1), known, color="0.25", linewidth=1.2, label="history")
        ahead = np.arange(known.size + 1, known.size + steps + 1)
        line, ground = np.array(colors.to_rgb("C0")), np.array(colors.to_rgb(ax.get_facecolor()))
        for depth, interval in enumerate(sorted(self.intervals, key=lambda interval: -interval.level), start=1):
            # Opaque, so that the legend shows the shade of each band.
            shade = ground + (line - ground) * (1 - 0.82**depth)
            band = ax.fill_between(
                ahead, interval.lower[series], interval.upper[series], color=tuple(shade), linewidth=0
            )
            band.set_label(f"{100 * interval.level:g} %")
        ax.plot(ahead, self.mean[series], color="C0", linewidth=1.6, label="forecast")
        ax.set_xlabel("step")
        ax.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
        ax.margins(x=0.01)
        ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2 + len(self.intervals))
        return ax

    def _repr_html_(self) -> str | None:
        """What notebooks show: the chart of `to_svg`, where the engine draws it."""
        draw = getattr(self, "to_svg", None)
        return None if draw is None else str(draw())


def _row(history: NDArray[np.float64], series: int, rows: int) -> NDArray[np.float64]:
    if len(history) not in (1, rows):
        raise InvalidConfigError(f"`history` must have 1 or {rows} rows, got {len(history)}")
    row: NDArray[np.float64] = history[series if len(history) == rows else 0]
    return row
