"""Plan what to make of what there is, so that the profit is greatest, and say what more of each resource would be worth.

Usage: python main.py PRODUCTS.csv RESOURCES.csv FOLDER, where PRODUCTS.csv has the columns product, profit, least, most,
whole (1 where batches are whole) and one for what a batch needs of each resource, and RESOURCES.csv resource, available
and price. Writes plan.csv, prices.csv and plan.svg into the folder.
"""

import sys
from pathlib import Path

from inlaid.data import read_csv, write_csv
from inlaid.optimize import LinearProgram


def program_of(products: dict, resources: dict, *, whole: bool) -> tuple:
    """The programme, its variables and its rows; without `whole` any part of a batch may be made."""
    program = LinearProgram("Production")
    batches = [
        program.variable(name, lower=least, upper=most, integer=whole and kind == 1)
        for name, least, most, kind in zip(
            products["product"], products["least"], products["most"], products["whole"], strict=True
        )
    ]
    program.maximize(program.total(batches, products["profit"]))
    limits = [
        program.subject_to(program.total(batches, products[resource]) <= available, name=resource)
        for resource, available in zip(resources["resource"], resources["available"], strict=True)
    ]
    return program, batches, limits


def main(products_file: str, resources_file: str, folder: Path) -> None:
    products, resources = read_csv(products_file), read_csv(resources_file)

    # Without whole batches: what one more unit of a resource is worth, and up to where that holds.
    program, _, limits = program_of(products, resources, whole=False)
    relaxed = program.solve(sensitivity=True)
    print(f"profit without whole batches: {relaxed.objective:.2f}")
    duals = [limit.dual(relaxed) for limit in limits]
    for resource, price, dual, limit in zip(resources["resource"], resources["price"], duals, limits, strict=True):
        upper = relaxed.sensitivity.right_to[limit.index]
        more = "buy more" if dual > price else "enough"
        until = f"up to {upper:.1f}" if upper < float("inf") else "without end"
        print(f"{resource}: one more is worth {dual:.3f} ({until}), costs {price:.2f}: {more}")

    # With whole batches: the plan.
    program, batches, _ = program_of(products, resources, whole=True)
    plan = program.solve()
    print(f"profit of the plan: {plan.objective:.2f}")
    made = [batch.value(plan) for batch in batches]
    write_csv({"product": products["product"], "batches": made}, folder / "plan.csv")
    write_csv({"resource": resources["resource"], "worth": duals}, folder / "prices.csv")
    picture = program.model().to_svg(plan.values, relaxed.row_duals, [], title="What the plan uses")
    (folder / "plan.svg").write_text(picture, encoding="utf-8", newline="")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
