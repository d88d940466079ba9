"""Give every order a driver near to it who has room, so that the way to all of them together is shortest.

Usage: python main.py ORDERS.csv DRIVERS.csv FOLDER, where ORDERS.csv has the columns order, latitude and longitude, and
DRIVERS.csv driver, latitude, longitude and capacity. Writes assignment.csv and map.svg into the folder.
"""

import sys
from pathlib import Path

import numpy as np
from inlaid.data import read_csv, write_csv
from inlaid.matching import MatchMap, assign_with_capacities, point_costs


def main(orders_file: str, drivers_file: str, folder: Path) -> None:
    orders, drivers = read_csv(orders_file), read_csv(drivers_file)
    left, right = (np.column_stack([table["latitude"], table["longitude"]]) for table in (orders, drivers))

    # Metres from every order to every driver; each order wants one place, each driver has some.
    metres = point_costs(left, right, metric="haversine")
    found = assign_with_capacities(metres, np.ones(len(left), dtype=np.int64), drivers["capacity"])
    capacity = int(np.sum(drivers["capacity"]))
    print(f"{found.units} of {len(left)} orders have one of {len(right)} drivers, who have {capacity} places")
    print(f"{found.total_cost / 1000:.3f} km in all")

    # The price of a driver says what one more place there would save.
    best = int(np.argmin(found.column_prices))
    saved = -found.column_prices[best]
    print(f"one more place is worth most with {drivers['driver'][best]}: {saved:.0f} m")

    assignment = {
        "order": [orders["order"][row] for row in found.rows],
        "driver": [drivers["driver"][column] for column in found.columns],
        "metres": metres[found.rows, found.columns],
    }
    write_csv(assignment, folder / "assignment.csv")
    map_of_pairs = MatchMap(
        title="Who delivers what", left="orders", right="drivers", geographic=True
    ).to_svg(left, right, found.rows, found.columns)
    (folder / "map.svg").write_text(map_of_pairs, encoding="utf-8", newline="")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
