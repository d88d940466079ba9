"""Write public_statistics.csv (unique_id,ds,y) from the classic series that R's `datasets` package publishes.

Usage: python make_public_statistics.py CLASSICS.csv > public_statistics.csv
CLASSICS.csv has the columns unique_id,m,start,ds,y with m observations a year from start (year-period).

What the numbers are: AirPassengers, international airline passengers in thousands (Box and Jenkins); co2, Mauna Loa CO2
in ppm (Scripps/NOAA); nottem, mean air temperature at Nottingham Castle in degrees F; USAccDeaths, accidental deaths in
the USA (National Safety Council); UKDriverDeaths, car drivers killed or seriously injured in Great Britain; UKgas, UK gas
consumption in millions of therms; austres, Australian residents in thousands (ABS); Nile, annual flow at Aswan in 10^8 m3;
LakeHuron, lake level in feet.
"""

import csv
import sys

KEEP = ["AirPassengers", "co2", "nottem", "USAccDeaths", "UKDriverDeaths", "UKgas", "austres", "Nile", "LakeHuron"]


def stamp(start: str, per_year: int, index: int) -> str:
    """The first day of the index-th (1-based) period."""
    year, period = (int(part) for part in start.split("-"))
    years, period = divmod(period - 1 + index - 1, per_year)
    return f"{year + years:04d}-{1 + period * 12 // per_year:02d}-01"


def main(path: str) -> None:
    with open(path, newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["unique_id"] in KEEP]
    rows.sort(key=lambda row: KEEP.index(row["unique_id"]))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["unique_id", "ds", "y"])
    for row in rows:
        out.writerow([row["unique_id"], stamp(row["start"], int(row["m"]), int(row["ds"])), row["y"]])


if __name__ == "__main__":
    main(sys.argv[1])
