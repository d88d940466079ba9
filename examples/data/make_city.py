"""Write orders.csv and drivers.csv: made-up deliveries in a made-up city.

Usage: python make_city.py FOLDER

Orders gather around a few quarters; drivers stand anywhere and carry two to six orders each, a few more in all than there
are orders. The same numbers on every machine: SplitMix64, seed 7.
"""

import csv
import math
import sys
from pathlib import Path

CENTRE = (52.52, 13.405)
QUARTERS = [(0.00, 0.00, 0.4), (0.03, -0.05, 0.2), (-0.035, 0.06, 0.2), (-0.02, -0.07, 0.1), (0.04, 0.06, 0.1)]
ORDERS, DRIVERS = 120, 32


def uniforms(seed: int):
    """Uniform numbers in [0, 1)."""
    mask = (1 << 64) - 1
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield ((z ^ (z >> 31)) >> 11) * 2.0**-53


def main(folder: Path) -> None:
    draw = uniforms(7)

    def place(spread: float) -> tuple[str, str]:
        pick, quarter = next(draw), QUARTERS[-1]
        for candidate in QUARTERS:
            if pick < candidate[2]:
                quarter = candidate
                break
            pick -= candidate[2]
        radius = spread * math.sqrt(-2 * math.log(1 - next(draw)))
        angle = 2 * math.pi * next(draw)
        latitude = CENTRE[0] + quarter[0] + radius * math.sin(angle)
        longitude = CENTRE[1] + quarter[1] + radius * math.cos(angle) / math.cos(math.radians(CENTRE[0]))
        return f"{latitude:.5f}", f"{longitude:.5f}"

    with open(folder / "orders.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["order", "latitude", "longitude"])
        out.writerows([f"order {i + 1}", *place(0.011)] for i in range(ORDERS))
    with open(folder / "drivers.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["driver", "latitude", "longitude", "capacity"])
        out.writerows([f"driver {i + 1}", *place(0.018), 2 + int(5 * next(draw))] for i in range(DRIVERS))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
