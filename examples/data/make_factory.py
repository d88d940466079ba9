"""Make products.csv and resources.csv: what a small bakery can make, and what it has. The numbers are made up.

Usage: python make_factory.py FOLDER
"""

import csv
import sys
from pathlib import Path

RESOURCES = [("oven_hours", 165, 18), ("labour_hours", 400, 24), ("flour_kg", 3600, 0.9), ("butter_kg", 300, 7.5)]
# product, profit of a batch, what a batch needs of each resource, least and most batches, whether batches are whole
PRODUCTS = [
    ("rye bread", 62, 0.5, 0.9, 18.0, 0.0, 60, 180, 0),
    ("baguettes", 71, 0.6, 1.1, 15.0, 0.5, 40, 220, 0),
    ("croissants", 118, 0.8, 2.2, 9.0, 5.5, 0, 90, 0),
    ("brioche", 104, 0.9, 1.4, 10.0, 4.0, 0, 120, 0),
    ("fruit tarts", 131, 1.1, 2.6, 6.0, 3.0, 10, 60, 0),
    ("pretzels", 54, 0.4, 1.0, 12.0, 1.0, 0, 150, 0),
    ("wedding cakes", 290, 2.5, 7.0, 5.0, 6.0, 0, 30, 1),
    ("catering boxes", 165, 1.2, 3.5, 14.0, 4.0, 0, 60, 1),
]


def main(folder: Path) -> None:
    with (folder / "resources.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["resource", "available", "price"])
        table.writerows(RESOURCES)
    with (folder / "products.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["product", "profit", *(name for name, _, _ in RESOURCES), "least", "most", "whole"])
        table.writerows(PRODUCTS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
