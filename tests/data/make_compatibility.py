"""Write compatibility.json: scores of rows of two tables, worked out pair by pair from the definitions.

    python tests/data/make_compatibility.py

Needs nothing but Python. Distances are by the haversine formula, hours by counting minutes one by one, sets with `set`.
"""

import json
import math
import random
from pathlib import Path

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def tables():
    rng = random.Random(7)

    def maybe(value, share=0.15):
        return None if rng.random() < share else value

    def row():
        low = rng.randint(10, 60)
        day = rng.randrange(7)
        begin = rng.randrange(0, 24 * 60, 15)
        end = (begin + rng.randrange(30, 900, 15)) % (24 * 60)
        clock = lambda minute: f"{minute // 60:02d}:{minute % 60:02d}"
        return {
            "age": maybe(round(rng.uniform(18, 70), 1)),
            "pay": maybe(rng.randint(20, 90)),
            "low": low,
            "high": low + rng.randint(0, 40),
            "latitude": maybe(round(rng.uniform(45, 55), 4), 0.1),
            "longitude": round(rng.uniform(0, 12), 4),
            "skills": maybe("|".join(rng.sample(["sql", "r", "python", "java", "go"], rng.randint(0, 4)))),
            "colour": maybe(rng.choice(["red", "pink", "blue"])),
            "hours": maybe(
                f"{DAYS[day]}-{DAYS[(day + rng.randrange(7)) % 7]} {clock(begin)}-{clock(end)}; sun 23:00-02:00; "
                f"wed 08:00-12:00"
            ),
            "name": maybe(rng.choice(["martha", "marhta", "dixon", "dicksonx", "dwayne", "duane"])),
            "active": maybe(rng.random() < 0.8, 0.1),
        }

    def side(count):
        rows = [row() for _ in range(count)]
        return {key: [row[key] for row in rows] for key in rows[0]}

    vectors = lambda count: [[round(rng.gauss(0, 1), 3) for _ in range(5)] for _ in range(count)]
    left, right = side(9), side(13)
    return left, right, vectors(9), vectors(13)



def number(o, l, r, view, left, right):
    measure = o.get("measure", "closeness")
    decay = {
        "linear": lambda d: max(0, 1 - d),
        "exponential": lambda d: 0.5**d,
        "gaussian": lambda d: math.exp(-d * d / 2),
    }[o.get("decay", "linear")]
    tolerance = o.get("tolerance", 0)
    if measure == "closeness":
        a, b = l[o["left"]], r[o["right"]]
        every = [v for v in left[o["left"]] + right[o["right"]] if v is not None]
        scale = o.get("scale") or (max(every) - min(every))
        return None if a is None or b is None else decay(max(0, abs(a - b) - tolerance) / scale)
    value, every = (r[o["right"]], right[o["right"]]) if view == "left" else (l[o["left"]], left[o["left"]])
    if value is None:
        return None
    every = [v for v in every if v is not None]
    if measure == "target":
        scale = o.get("scale") or (max(every + [o["target"]]) - min(every + [o["target"]]))
        return decay(max(0, abs(value - o["target"]) - tolerance) / scale)
    low, high = o.get("low", min(every)), o.get("high", max(every))
    height = min(1, max(0, (value - low) / (high - low)))
    return height if measure == "higher_is_better" else 1 - height


def category(o, l, r, *_):
    a, b = l[o["left"]], r[o["right"]]
    if a is None or b is None:
        return None
    similar = o.get("similar", {})
    return 1 if a == b else similar.get(a, {}).get(b, similar.get(b, {}).get(a, 0))


def haversine(a, b, c, d):
    a, b, c, d = map(math.radians, (a, b, c, d))
    h = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(h))


def distance(o, l, r):
    places = [l[o["left_latitude"]], l[o["left_longitude"]], r[o["right_latitude"]], r[o["right_longitude"]]]
    return None if None in places else haversine(*places)


def place(o, l, r, *_):
    km = distance(o, l, r)
    if km is None:
        return None
    return 0 if km > o.get("max_distance", math.inf) else 0.5 ** (km / o.get("half_distance", 10))


def share(own, other, both, measure):
    of = own if measure == "coverage" else own + other - both
    return 1 if of == 0 else both / of


def items(text):
    return {item for item in text.split("|") if item}


def sets(o, l, r, view, *_):
    a, b = l[o["left"]], r[o["right"]]
    if a is None or b is None:
        return None
    a, b = items(a), items(b)
    own, other = (a, b) if view == "left" else (b, a)
    return share(len(own), len(other), len(a & b), o.get("measure", "coverage"))


def ranges(o, l, r, view, *_):
    if "left" in o:
        value, low, high = l[o["left"]], r[o["right_low"]], r[o["right_high"]]
    elif "right" in o:
        value, low, high = r[o["right"]], l[o["left_low"]], l[o["left_high"]]
    else:
        own, other = (l[o["left_low"]], l[o["left_high"]]), (r[o["right_low"]], r[o["right_high"]])
        if view == "right":
            own, other = other, own
        both = max(0, min(own[1], other[1]) - max(own[0], other[0]))
        measure = o.get("measure", "coverage")
        lengths = own[1] - own[0], other[1] - other[0]
        if lengths[0] == 0 and (measure == "coverage" or lengths[1] == 0):
            return float(other[0] <= own[0] <= other[1])
        return share(*lengths, both, measure)
    if value is None:
        return None
    outside = max(low - value, value - high, 0)
    slack = o.get("slack", 0)
    return 1 if outside == 0 else max(0, 1 - outside / slack) if slack else 0


def minutes(text):
    week = set()
    for window in text.split(";"):
        days, hours = window.split()
        first, last = (days.split("-") * 2)[:2]
        day, last = DAYS.index(first), DAYS.index(last)
        begin, end = (int(h[:2]) * 60 + int(h[3:]) for h in hours.split("-"))
        end += 1440 if end <= begin else 0
        while True:
            week |= {(day * 1440 + minute) % 10080 for minute in range(begin, end)}
            if day == last:
                break
            day = (day + 1) % 7
    return week


def hours(o, l, r, view, *_):
    a, b = l[o["left"]], r[o["right"]]
    if a is None or b is None:
        return None
    a, b = minutes(a), minutes(b)
    own, other = (a, b) if view == "left" else (b, a)
    return share(len(own), len(other), len(a & b), o.get("measure", "coverage"))


def text(o, l, r, *_):
    a, b = l[o["left"]], r[o["right"]]
    return None if a is None or b is None else jaro_winkler(a, b)


def jaro_winkler(a, b):
    window = max(0, max(len(a), len(b)) // 2 - 1)
    used, matches = set(), []
    for i, c in enumerate(a):
        for j in range(max(0, i - window), min(len(b), i + window + 1)):
            if j not in used and b[j] == c:
                used.add(j)
                matches.append(c)
                break
    if not matches:
        return 0
    other = [b[j] for j in sorted(used)]
    transposed = sum(x != y for x, y in zip(matches, other)) // 2
    m = len(matches)
    jaro = (m / len(a) + m / len(b) + (m - transposed) / m) / 3
    prefix = 0
    while prefix < min(4, len(a), len(b)) and a[prefix] == b[prefix]:
        prefix += 1
    return jaro + 0.1 * prefix * (1 - jaro) if jaro > 0.7 else jaro


def vector(o, l, r, *_):
    a, b = o["left"][l["row"]], o["right"][r["row"]]
    norm = lambda v: math.sqrt(sum(x * x for x in v))
    return max(0, sum(x * y for x, y in zip(a, b)) / norm(a) / norm(b))


KINDS = {
    "NumberAttribute": number,
    "CategoryAttribute": category,
    "PlaceAttribute": place,
    "SetAttribute": sets,
    "RangeAttribute": ranges,
    "HoursAttribute": hours,
    "TextAttribute": text,
    "VectorAttribute": vector,
}


def view_score(attributes, view, l, r, left, right):
    total = weights = 0
    for attribute in attributes:
        (kind, o), = attribute.items()
        value = KINDS[kind](o, l, r, view, left, right)
        if value is None:
            value = {"skip": None, "zero": 0, "neutral": 0.5}[o.get("missing", "skip")]
        if value is not None:
            total += o.get("weight", 1) * value
            weights += o.get("weight", 1)
    return total / weights if weights else 0


def holds(rule, l, r, matcher, left, right):
    (kind, o), = rule.items()
    if kind == "EqualRule":
        a, b = l[o["left"]], r[o["right"]]
        met = None if a is None or b is None else a == b
    elif kind == "SubsetRule":
        a, b = l[o["left"]], r[o["right"]]
        if a is None or b is None:
            met = None
        else:
            met = items(a) <= items(b) if o.get("direction", "left_in_right") == "left_in_right" else items(b) <= items(a)
    elif kind == "ShareRule":
        a, b = l[o["left"]], r[o["right"]]
        met = None if a is None or b is None else len(items(a) & items(b)) >= o.get("least", 1)
    elif kind == "CompareRule":
        a = l[o["left"]] if "left" in o else o["value"]
        b = r[o["right"]] if "right" in o else o["value"]
        met = None if a is None or b is None else {"at_least": a >= b, "below": a < b, "differs": a != b}[o["comparison"]]
    elif kind == "FlagRule":
        flags = [row[o[side]] for side, row in (("left", l), ("right", r)) if side in o]
        met = False if False in flags else None if None in flags else True
    elif kind == "DistanceRule":
        km = distance(o, l, r)
        met = None if km is None else km <= o["max_distance"]
    elif kind == "RangeRule":
        value = ranges(o["range"], l, r, "left")
        met = None if value is None else value > 0 and value >= o.get("least", 0)
    elif kind == "ScoreRule":
        named = {next(iter(a.values()))["name"]: a for a in matcher["attributes"] if "name" in next(iter(a.values()))}
        (kind, options), = named[o["attribute"]].items()
        value = KINDS[kind](options, l, r, "left", left, right)
        met = None if value is None else value >= o["least"]
    return o.get("missing_passes", False) if met is None else met


def scores(matcher, left, right):
    rows = lambda table: [
        {"row": i, **{key: values[i] for key, values in table.items()}} for i in range(len(table["age"]))
    ]
    combine = {
        "geometric": lambda a, b: math.sqrt(a * b),
        "arithmetic": lambda a, b: (a + b) / 2,
        "minimum": min,
    }[matcher.get("combine", "geometric")]
    result = []
    for l in rows(left):
        line = []
        for r in rows(right):
            score = view_score(matcher["attributes"], "left", l, r, left, right)
            if "right_attributes" in matcher:
                score = combine(score, view_score(matcher["right_attributes"], "right", l, r, left, right))
            allowed = all(holds(rule, l, r, matcher, left, right) for rule in matcher.get("must", []))
            line.append(score if allowed else None)
        result.append(line)
    return result


def matchers(left_vectors, right_vectors):
    both = lambda column, **more: {"left": column, "right": column, **more}
    spots = {f"{side}_{axis}": axis for side in ("left", "right") for axis in ("latitude", "longitude")}
    bounds = {f"{side}_{end}": end for side in ("left", "right") for end in ("low", "high")}
    views = [
        {"NumberAttribute": both("age")},
        {"NumberAttribute": both("age", decay="exponential", scale=5, tolerance=2, missing="zero", weight=0.5)},
        {"NumberAttribute": both("age", decay="gaussian", scale=12.5, missing="neutral")},
        {"NumberAttribute": both("pay", measure="higher_is_better", weight=2)},
        {"NumberAttribute": both("pay", measure="lower_is_better", low=30, high=60)},
        {"NumberAttribute": both("pay", measure="target", target=47.5)},
        {"CategoryAttribute": both("colour", similar={"red": {"pink": 0.7}, "blue": {"red": 0.1, "pink": 0.2}})},
        {"PlaceAttribute": {**spots, "half_distance": 150, "max_distance": 600, "weight": 3}},
        {"SetAttribute": both("skills")},
        {"SetAttribute": both("skills", measure="jaccard", missing="neutral")},
        {"RangeAttribute": {"left": "pay", "right_low": "low", "right_high": "high", "slack": 8}},
        {"RangeAttribute": {"right": "pay", "left_low": "low", "left_high": "high"}},
        {"RangeAttribute": bounds},
        {"RangeAttribute": {**bounds, "measure": "jaccard"}},
        {"HoursAttribute": both("hours")},
        {"HoursAttribute": both("hours", measure="jaccard")},
        {"TextAttribute": both("name")},
        {"VectorAttribute": {"left": left_vectors, "right": right_vectors}},
    ]
    alone = [{"attributes": [view]} for view in views]
    alone += [{"attributes": [views[0]], "right_attributes": [view]} for view in views[3:15]]
    named = {"SetAttribute": both("skills", name="craft")}
    rules = [
        {"EqualRule": both("colour")},
        {"SubsetRule": both("skills")},
        {"SubsetRule": both("skills", direction="right_in_left", missing_passes=True)},
        {"ShareRule": both("skills", least=2)},
        {"CompareRule": both("pay", comparison="at_least")},
        {"CompareRule": {"right": "pay", "value": 50, "comparison": "below", "missing_passes": True}},
        {"CompareRule": both("age", comparison="differs")},
        {"FlagRule": both("active")},
        {"FlagRule": {"right": "active", "missing_passes": True}},
        {"DistanceRule": {**spots, "max_distance": 400}},
        {"RangeRule": {"range": bounds, "least": 0.5}},
        {"RangeRule": {"range": {"left": "pay", "right_low": "low", "right_high": "high"}}},
        {"ScoreRule": {"attribute": "craft", "least": 0.6}},
    ]
    ruled = [{"attributes": [views[0], named], "must": [rule]} for rule in rules]
    whole = [
        {"attributes": views, "right_attributes": views[::2], "must": [rules[8], rules[9]], "combine": combine}
        for combine in ("geometric", "arithmetic", "minimum")
    ]
    return alone + ruled + [{"attributes": views}] + whole


if __name__ == "__main__":
    left, right, left_vectors, right_vectors = tables()
    cases = []
    for matcher in matchers(left_vectors, right_vectors):
        rows = [[None if s is None else round(s, 15) for s in line] for line in scores(matcher, left, right)]
        cases.append({"matcher": matcher, "scores": rows})
    texts = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    tables_text = f'"left":{json.dumps(left)},\n"right":{json.dumps(right)}'
    Path(__file__).with_name("compatibility.json").write_text(f'{{{tables_text},\n"cases":[\n{texts}\n]}}\n')
