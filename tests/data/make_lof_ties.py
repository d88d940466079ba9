"""Local outlier factors of rows with many equal distances, from the definition: `python make_lof_ties.py` (Python 3 alone).

Rows are whole numbers, squared distances too, so that it is certain which rows are equally far. `factors`: with the ten nearest
rows, of equally far ones those with the lower numbers; `all_tied`: with all that are as far as the tenth (Breunig, Kriegel, Ng,
Sander 2000, definition 4). Densities are one over the mean reachability plus 1e-10, as in scikit-learn. Writes
`lof_ties.json` beside this script: rows, how many have ties at the tenth neighbour, and the factors.
"""
import json
import math
import pathlib

NEIGHBOURS = 10


def factors(rows, with_ties):
    near, reach, tied = [], [], 0
    for row in range(len(rows)):
        order = sorted((sum((a - b) ** 2 for a, b in zip(rows[row], rows[other])), other) for other in range(len(rows)) if other != row)
        last = order[NEIGHBOURS - 1][0]
        tied += order[NEIGHBOURS][0] == last
        near.append([pair for pair in order if pair[0] <= last] if with_ties else order[:NEIGHBOURS])
        reach.append(math.sqrt(last))
    density = [1 / (sum(max(math.sqrt(far), reach[other]) for far, other in some) / len(some) + 1e-10) for some in near]
    return [sum(density[other] for _, other in some) / len(some) / density[row] for row, some in enumerate(near)], tied


def main():
    state, rows = 12345, []
    while len(rows) < 160:
        row = []
        for _ in range(3):
            state = (state * 1103515245 + 12345) % 2**31
            # Crowded on one side, so that densities differ.
            row.append((state >> 16) % (5 if len(rows) % 3 else 11))
        if row not in rows:
            rows.append(row)
    cut, tied = factors(rows, False)
    every, _ = factors(rows, True)
    told = {"rows": rows, "tied": tied, "factors": [float(f"{value:.13g}") for value in cut], "all_tied": [float(f"{value:.13g}") for value in every]}
    (pathlib.Path(__file__).parent / "lof_ties.json").write_text(json.dumps(told) + "\n")


main()
