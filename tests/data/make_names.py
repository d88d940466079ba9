"""Write names of persons with typing errors, one a line, for benches and tests: the same ones for the same seed.

    python tests/data/make_names.py FEBRL.csv[.gz] COUNT [SEED] > names.txt

Given names and surnames are drawn as often as the file (columns given_name, surname) has them and combined freely; to half of the
combinations one to three errors of typing happen: a letter more, less, another or two changed places.
"""

import csv
import gzip
import random
import sys


def main(path: str, count: int, seed: int) -> None:
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="") as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))
    given = [row["given_name"] for row in rows if row["given_name"]]
    surnames = [row["surname"] for row in rows if row["surname"]]
    draw = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    for _ in range(count):
        name = list(f"{draw.choice(given)} {draw.choice(surnames)}")
        for _ in range(draw.choice([0, 0, 0, 1, 2, 3])):
            place = draw.randrange(len(name))
            kind = draw.randrange(4)
            if kind == 0:
                name.insert(place, draw.choice(letters))
            elif kind == 1 and len(name) > 1:
                del name[place]
            elif kind == 2 and place + 1 < len(name):
                name[place], name[place + 1] = name[place + 1], name[place]
            else:
                name[place] = draw.choice(letters)
        print("".join(name))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
