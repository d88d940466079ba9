"""Write customers.csv: 600 made-up records of 400 made-up people, a third of them entered again with mistakes.

Usage: python make_customers.py > customers.csv

The columns are those of the febrl data sets, so that real ones can take its place. rec_id says who a record is about
(rec-17-org, rec-17-dup-0 are the same person): it is there to judge the result and must not be used to find it. Mistakes
are what people make: swapped, doubled, dropped and mistyped letters, words left out, names exchanged, days and months too.
The same records on every machine: SplitMix64, seed 11.
"""

import csv
import sys

GIVEN = """anna ben clara david emma felix grace hannah ivan julia kevin laura marco nina oliver paula quentin rosa simon tara
ulrich vera walter xenia yusuf zoe adam bella carlos diana erik fiona george helen igor jana karl lena martin nora omar petra
ralf sofia thomas ursula viktor wanda""".split()
FAMILY = """abbott baker carter dawson ellis fisher grant hughes irving jensen keller lawson meyer norris osborne parker quinn
reed sanders turner underwood vaughan walker xavier young zimmer archer bishop cooper draper evans foster gardner harper ingram
jackson kramer lambert mason nelson owens palmer ramsey shepherd thornton upton vincent webster""".split()
STREETS = """mill church station garden river hill park school market bridge castle forest lake meadow orchard quarry rose
spring tower valley""".split()
KINDS = ["street", "road", "lane", "avenue", "close", "place"]
TOWNS = """ashford brookfield cranleigh dunmore eastwick fairlight glenview hartwell inverley kingsbury langton marlow newbridge
oakdale penrose redhill sandford thornbury upwell westfield""".split()
STATES = ["nsw", "vic", "qld", "wa", "sa"]
COLUMNS = ["rec_id", "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state"]
COLUMNS += ["date_of_birth", "soc_sec_id"]
PEOPLE, SECOND = 400, 200


class Draw:
    """SplitMix64."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def below(self, count: int) -> int:
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return ((z ^ (z >> 31)) >> 11) * count >> 53

    def of(self, items: list[str]) -> str:
        return items[self.below(len(items))]


def person(draw: Draw, number: int) -> dict[str, str]:
    suburb = draw.below(len(TOWNS))
    return {
        "rec_id": f"rec-{number}-org",
        "given_name": draw.of(GIVEN),
        "surname": draw.of(FAMILY),
        "street_number": str(1 + draw.below(180)),
        "address_1": f"{draw.of(STREETS)} {draw.of(KINDS)}",
        "address_2": f"flat {1 + draw.below(30)}" if draw.below(4) == 0 else "",
        "suburb": TOWNS[suburb],
        "postcode": str(2000 + 37 * suburb + draw.below(3)),
        "state": STATES[suburb % len(STATES)],
        "date_of_birth": f"{1930 + draw.below(75)}{1 + draw.below(12):02d}{1 + draw.below(28):02d}",
        "soc_sec_id": str(1000000 + draw.below(9000000)),
    }


def mistyped(draw: Draw, text: str) -> str:
    """One mistake in a text."""
    if len(text) < 2:
        return text
    at = draw.below(len(text) - 1)
    letters = "0123456789" if text[at].isdigit() else "abcdefghijklmnopqrstuvwxyz"
    kind = draw.below(4)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + text[at + 1 :]
    return text[:at] + letters[draw.below(len(letters))] + text[at + 1 :]


def again(draw: Draw, record: dict[str, str], copy: int) -> dict[str, str]:
    """The same person, entered once more."""
    twin = dict(record, rec_id=record["rec_id"].replace("org", f"dup-{copy}"))
    for _ in range(1 + draw.below(3)):
        kind = draw.below(10)
        column = COLUMNS[1 + draw.below(len(COLUMNS) - 1)]
        if kind == 0:
            twin["given_name"], twin["surname"] = twin["surname"], twin["given_name"]
        elif kind == 1:
            date = twin["date_of_birth"]
            twin["date_of_birth"] = date[:4] + date[6:] + date[4:6] if len(date) == 8 else date
        elif kind in (2, 3):
            twin[column] = ""
        else:
            twin[column] = mistyped(draw, twin[column])
    return twin


def main() -> None:
    draw = Draw(11)
    people = [person(draw, number) for number in range(PEOPLE)]
    records = list(people)
    copies = [0] * PEOPLE
    for _ in range(SECOND):
        number = draw.below(PEOPLE)
        records.append(again(draw, people[number], copies[number]))
        copies[number] += 1
    for at in range(len(records) - 1, 0, -1):
        other = draw.below(at + 1)
        records[at], records[other] = records[other], records[at]
    out = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    out.writeheader()
    out.writerows(records)


if __name__ == "__main__":
    main()
