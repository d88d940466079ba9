"""Tables with known duplicates, of many kinds, to try record linkage on what it was not made for.

`python make_linkage.py FOLDER [RECORDS]` writes one CSV per kind (two for a link), the same for the same arguments. The column
`truth` holds the entity. Names are made of syllables, so that no list of real people is needed.
"""
import csv
import datetime
import os
import random
import sys

FOLDER = sys.argv[1]
SIZE = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
SYLLABLES = "an be cor da el fi gra ha is jo ka lin mar no or pe qui ro sa ti ul va wen xa yor zel bri chi dra fen gol hur".split()
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def words(rng, count, low=2, high=3):
    made = []
    seen = set()
    while len(made) < count:
        word = "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(low, high)))
        if word not in seen:
            seen.add(word)
            made.append(word)
    return made


class World:
    def __init__(self, seed):
        self.rng = rng = random.Random(seed)
        self.given = words(rng, 500, 2, 2)
        self.surname = words(rng, 4000, 2, 3)
        self.street = words(rng, 3000, 2, 3)
        cities = words(rng, 400, 2, 3)
        self.city = [(c, f"{10000 + 173 * i}", f"state{i % 8}") for i, c in enumerate(cities)]

    def zipf(self, items, power=0.8):
        # Inverse of the power law's cumulative weight.
        at = int(len(items) * self.rng.random() ** (1 / (1 - power + 1e-9)))
        return items[min(at, len(items) - 1)]

    def person(self):
        rng = self.rng
        city, postcode, state = self.zipf(self.city, 0.5)
        born = datetime.date(1930, 1, 1) + datetime.timedelta(days=rng.randrange(27000))
        given, surname = self.zipf(self.given, 0.6), self.zipf(self.surname, 0.6)
        return {
            "first": given, "last": surname, "street": f"{rng.randrange(1, 200)} {self.zipf(self.street, 0.3)} {rng.choice(['street', 'road', 'lane'])}",
            "city": city, "zip": postcode, "state": state, "born": born.isoformat(),
            "phone": f"0{rng.randrange(100000000, 999999999)}", "email": f"{given}.{surname}{rng.randrange(99)}@{rng.choice(['mail', 'post', 'web'])}.example",
            "height_cm": f"{rng.gauss(172, 9):.1f}", "income": str(int(rng.lognormvariate(10.5, 0.5))),
        }


def typo(rng, text):
    if not text:
        return text
    at = rng.randrange(len(text))
    kind = rng.randrange(4)
    letters = "0123456789" if text[at].isdigit() else LETTERS
    if kind == 0:
        return text[:at] + rng.choice(letters) + text[at + 1:]
    if kind == 1:
        return text[:at] + text[at + 1:]
    if kind == 2:
        return text[:at] + rng.choice(letters) + text[at:]
    return text[:at] + text[at:at + 2][::-1] + text[at + 2:]


def corrupt(rng, record, typos, missing, swap=0.0, change=0.0, noise=0.0, origin=None):
    copy = dict(record)
    fresh = origin.person() if change else None
    for name in copy:
        if name == "truth" or name.startswith("_"):
            continue
        if name in ("height_cm", "income", "price", "weight_g"):
            if copy[name] and noise and rng.random() < 0.7:
                value = float(copy[name]) * (1 + rng.gauss(0, noise))
                copy[name] = f"{value:.1f}" if name != "income" else str(int(value))
        else:
            while rng.random() < typos:
                copy[name] = typo(rng, copy[name])
            if change and rng.random() < change and name in fresh:
                copy[name] = fresh[name]
        if rng.random() < missing:
            copy[name] = ""
    if swap and rng.random() < swap:
        copy["first"], copy["last"] = copy["last"], copy["first"]
    return copy


def save(name, records, columns=None, rename=None):
    columns = columns or [c for c in records[0] if c != "truth"]
    with open(os.path.join(FOLDER, name + ".csv"), "w", newline="") as file:
        out = csv.writer(file)
        out.writerow([(rename or {}).get(c, c) for c in columns] + ["truth"])
        for record in records:
            out.writerow([record[c] for c in columns] + [record["truth"]])


def duplicated(world, people, copies, **how):
    rng = world.rng
    records = []
    for person in people:
        records.append(person)
        for _ in range(copies(rng)):
            records.append(corrupt(rng, person, **how))
    rng.shuffle(records)
    return records


def homes(world, count, least, most):
    """People of so many households: the same surname, street, city and telephone."""
    found = []
    for _ in range(count):
        first = world.person()
        for _ in range(world.rng.randint(least, most)):
            other = world.person()
            found.append(dict(first, first=other["first"], born=other["born"], email=other["email"], truth=len(found)))
    return found


def renumbered(records):
    return [dict(record, truth=i) for i, record in enumerate(records)]


def people(world, count):
    return [dict(world.person(), truth=i) for i in range(count)]


def main():
    os.makedirs(FOLDER, exist_ok=True)
    some = lambda rng: rng.choice([0, 0, 1, 1, 2, 3])
    basic = ["first", "last", "street", "city", "zip", "state", "born", "phone"]
    w = World(1)
    save("people_light", duplicated(w, people(w, SIZE // 2), some, typos=0.1, missing=0.05), basic)
    w = World(2)
    save("people_heavy", duplicated(w, people(w, SIZE // 2), some, typos=0.4, missing=0.1, swap=0.1, change=0.05, origin=w), basic)
    w = World(3)
    save("people_missing", duplicated(w, people(w, SIZE // 2), some, typos=0.1, missing=0.4), basic)
    w = World(4)
    save("people_swapped", duplicated(w, people(w, SIZE // 2), some, typos=0.15, missing=0.05, swap=0.4), basic)
    w = World(5)
    save("people_no_duplicates", people(w, SIZE), basic)
    w = World(6)
    save("people_all_duplicates", duplicated(w, people(w, SIZE // 5), lambda rng: 4, typos=0.15, missing=0.05), basic)
    w = World(7)
    save("people_few_columns", duplicated(w, people(w, SIZE // 2), some, typos=0.1, missing=0.02), ["first", "last", "city", "born"], {"first": "c1", "last": "c2", "city": "c3", "born": "c4"})
    w = World(8)
    everything = basic + ["email", "height_cm", "income"]
    save("people_numbers", duplicated(w, people(w, SIZE // 2), some, typos=0.15, missing=0.1, noise=0.02), everything)
    # Households: the same surname, street, city and telephone, other people.
    w = World(9)
    save("people_households", duplicated(w, homes(w, SIZE // 5, 1, 4), some, typos=0.1, missing=0.05), basic)
    w = World(13)
    alone = homes(w, SIZE // 3, 1, 1) + homes(w, SIZE // 30, 2, 3)
    save("households_few", duplicated(w, renumbered(alone), some, typos=0.1, missing=0.05), basic)
    w = World(14)
    save("households_large", duplicated(w, homes(w, SIZE // 10, 3, 6), some, typos=0.1, missing=0.05), basic)
    w = World(15)
    save("households_heavy", duplicated(w, homes(w, SIZE // 5, 1, 4), some, typos=0.3, missing=0.1), basic)
    w = World(16)
    rare = lambda rng: int(rng.random() < 0.1)
    save("households_few_copies", duplicated(w, homes(w, SIZE // 3, 1, 4), rare, typos=0.1, missing=0.05), basic)
    w = World(17)
    without = [name for name in basic if name not in ("phone", "state")]
    save("households_no_phone", duplicated(w, homes(w, SIZE // 5, 1, 4), some, typos=0.1, missing=0.05), without)
    # Copies of people who moved: street, city and telephone are others, all at once.
    w = World(18)
    moved = []
    for person in people(w, SIZE // 2):
        moved.append(person)
        for _ in range(some(w.rng)):
            copy, fresh = corrupt(w.rng, person, typos=0.1, missing=0.05), w.person()
            if w.rng.random() < 0.25:
                copy.update({name: fresh[name] for name in ("street", "city", "zip", "state", "phone")})
            moved.append(copy)
    w.rng.shuffle(moved)
    save("people_moved", moved, basic)
    w = World(10)
    crowd = people(w, SIZE)
    left = crowd[: SIZE * 2 // 3]
    right = [corrupt(w.rng, p, typos=0.2, missing=0.08, swap=0.05) for p in crowd[SIZE // 3:]]
    w.rng.shuffle(right)
    save("link_left", left, basic)
    save("link_right", right, basic)
    w = World(11)
    shops = []
    nouns, kinds = words(w.rng, 300), words(w.rng, 40)
    for i in range(SIZE // 2):
        brand, noun, kind = w.zipf(nouns, 0.5), w.zipf(nouns, 0.4), w.zipf(kinds, 0.3)
        title = f"{brand} {noun} {kind} {w.rng.choice(['pro', 'mini', 'max', 'set', 'kit'])} {w.rng.randrange(10, 999)} {w.rng.choice(['black', 'white', 'red', 'blue'])}"
        shops.append({"title": title, "brand": brand, "category": kind, "price": f"{w.rng.lognormvariate(3.5, 0.9):.2f}", "weight_g": f"{w.rng.lognormvariate(5, 1):.0f}", "truth": i})

    def relist(rng, item):
        copy = corrupt(rng, item, typos=0.3, missing=0.1, noise=0.05)
        parts = copy["title"].split()
        if rng.random() < 0.4:
            rng.shuffle(parts)
        if rng.random() < 0.3 and len(parts) > 3:
            parts.pop()
        copy["title"] = " ".join(parts)
        return copy
    listed = []
    for item in shops:
        listed.append(item)
        if w.rng.random() < 0.6:
            listed.append(relist(w.rng, item))
    w.rng.shuffle(listed)
    save("products", listed)
    for n in (3, 5, 10, 20):
        for seed in range(10):
            w = World(100 * n + seed)
            crowd = people(w, max(2, n * 2 // 3))
            records = list(crowd)
            while len(records) < n:
                records.append(corrupt(w.rng, w.rng.choice(crowd), typos=0.15, missing=0.05))
            save(f"tiny_{n}_{seed}", records, basic)
    w = World(12)
    save("tiny_none", people(w, 12), basic)


main()
