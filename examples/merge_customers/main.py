"""Find the records that are the same customer, say why, and merge them.

Usage: python main.py CUSTOMERS.csv FOLDER. Nothing need be known of the columns. Where there is a column rec_id like
rec-17-dup-0, as in the febrl data sets, it is not looked at: its number is the truth that the result is judged by. Writes
entities.csv (the entity of every record), customers.csv (one record per entity) and reasons.txt into the folder.
"""

import sys
from pathlib import Path

import numpy as np
from inlaid.data import read_csv, write_csv
from inlaid.matching import Linkage, linkage_accuracy, merge_records


def main(source: str, folder: Path) -> None:
    table = read_csv(source)
    fitted = Linkage(ignore=["rec_id"] if "rec_id" in table else []).fit(table)
    entities = fitted.entities()
    summary = fitted.summary()
    print(f"{summary.records} records are {summary.entities} customers")
    if "rec_id" in table:
        truth = np.array([int(name.split("-")[1]) for name in table["rec_id"]])
        judged = linkage_accuracy(entities, truth)
        print(f"precision {judged.precision:.4f}, recall {judged.recall:.4f}, F1 {judged.f1:.4f}")

    # Why: the three pairs that were nearest to being kept apart, column by column, in bits.
    found = fitted.pairs()
    reasons = []
    for at in np.argsort(found["weight"], kind="stable")[:3]:
        why = fitted.explain(int(found["left"][at]), int(found["right"][at]))
        reasons.append(f"records {why.left} and {why.right}: {why.weight:.2f} bits, probability {why.probability:.4f}")
        reasons.append(f"  {why.prior_weight:+8.2f}  before looking")
        for column in why.columns:
            weight = column.weight + column.frequency_weight
            left, right = ("-" if value is None else value for value in (column.left, column.right))
            reasons.append(f"  {weight:+8.2f}  {column.column}: {left} | {right} ({column.level})")
    print("\n".join(reasons))

    write_csv({"entity": entities}, folder / "entities.csv")
    write_csv(merge_records(table, entities), folder / "customers.csv")
    (folder / "reasons.txt").write_text("\n".join(reasons) + "\n", encoding="utf-8", newline="")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
