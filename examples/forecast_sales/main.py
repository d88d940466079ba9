"""Forecast every series of a file one season ahead and judge the methods on the past.

Usage: python main.py DATA.csv FOLDER, where DATA.csv has the columns unique_id, ds and y. Writes forecast.csv, accuracy.csv
and forecast.html into the folder.
"""

import sys
from pathlib import Path

from inlaid.data import read_csv, write_csv
from inlaid.forecast import AutoEts, SeasonalNaive, Theta, cross_validate, panel


def main(source: str, folder: Path) -> None:
    table = read_csv(source)

    # How good would each method have been on the last three seasons of every series?
    methods = [AutoEts(), Theta(), SeasonalNaive()]
    tried = cross_validate(table, methods=methods, windows=3, levels=[0.8, 0.95])
    for failure in tried.failures:
        print(f"not judged: {failure.id}: {failure.message}")
    accuracy = tried.accuracy_table()
    print(f"{'method':14}{'forecasts':>10}{'MASE':>8}{'sMAPE %':>9}{'OWA':>8}{'in 80 %':>9}{'in 95 %':>9}")
    columns = ["method", "forecasts", "mase", "smape", "owa", "coverage-80", "coverage-95"]
    for method, count, mase, smape, owa, in80, in95 in zip(*(accuracy[name] for name in columns)):
        print(f"{method:14}{count:10}{mase:8.3f}{smape:9.2f}{owa:8.3f}{in80:9.3f}{in95:9.3f}")

    # The next season of every series; a bad series is named and fails alone.
    result = panel(table, methods=[AutoEts()], levels=[0.8, 0.95])
    for failure in result.failures:
        print(f"not forecast: {failure.id}: {failure.message}")

    write_csv(result.forecasts, folder / "forecast.csv")
    write_csv(accuracy, folder / "accuracy.csv")
    page = result.to_html(
        table,
        title="The next season of every series",
        intro="History, forecast, and the bands that should hold 80 and 95 of 100 values.",
        last=120,
        table=accuracy,
        table_title="Three seasons forecast in hindsight: MASE and OWA below 1 are better than the seasonal naive forecast and Naive2",
    )
    (folder / "forecast.html").write_text(page, encoding="utf-8", newline="")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
