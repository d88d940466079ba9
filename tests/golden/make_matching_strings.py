"""Write matching/strings.json: golden cases of texts, with values of RapidFuzz, jellyfish, cologne-phonetics and DoubleMetaphone.

    pip install rapidfuzz==3.14.6 jellyfish==1.3.0 cologne-phonetics==2.0.0 DoubleMetaphone==1.2
    python tests/golden/make_matching_strings.py > tests/golden/matching/strings.json
"""

import json

import jellyfish
from cologne_phonetics import encode as cologne
from doublemetaphone import doublemetaphone
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, DamerauLevenshtein, Hamming, Indel, Jaro, JaroWinkler, LCSseq, Levenshtein

LEFT = ["kitten", "MARTHA", "CA", "fuzzy was a bear", "YANKEES", "", "", "caf\u00e9", "\U0001f600\U0001f601", "abcdefgh" * 10]
RIGHT = ["sitting", "MARHTA", "ABC", "fuzzy fuzzy was a bear", "NEW YORK YANKEES", "", "a", "cafe\u0301", "\U0001f601", "abdcefgh" * 9]

DISTANCES = {
    "levenshtein": Levenshtein.distance,
    "osa": OSA.distance,
    "damerau_levenshtein": DamerauLevenshtein.distance,
    "indel_distance": Indel.distance,
    "subsequence_length": LCSseq.similarity,
}
SIMILARITIES = {
    "levenshtein_similarity": Levenshtein.normalized_similarity,
    "osa_similarity": OSA.normalized_similarity,
    "damerau_levenshtein_similarity": DamerauLevenshtein.normalized_similarity,
    "indel_ratio": Indel.normalized_similarity,
    "subsequence_similarity": LCSseq.normalized_similarity,
    "hamming_similarity": lambda a, b: Hamming.normalized_similarity(a, b, pad=True),
    "jaro": Jaro.similarity,
    "jaro_winkler": JaroWinkler.similarity,
    "partial_ratio": lambda a, b: fuzz.partial_ratio(a, b) / 100,
    "token_sort_ratio": lambda a, b: fuzz.token_sort_ratio(a, b) / 100,
    "token_set_ratio": lambda a, b: fuzz.token_set_ratio(a, b) / 100,
    "weighted_ratio": lambda a, b: fuzz.WRatio(a, b) / 100,
}
#         night, nacht with marks: 6 pairs each, shared: the start with n, ht, t with the end
GRAMS = {"jaccard": 3 / 9, "dice": 6 / 12, "cosine": 3 / 6, "overlap": 3 / 6}


def step(op: str, options=None, arrays=None, **rest) -> dict:
    found = {"op": f"matching.{op}"}
    if arrays is not None:
        found["arrays"] = [array if array == [1.5] else {"texts": array} for array in arrays]
    if options is not None:
        found["options"] = options
    return {**found, **rest}


def pair_cases(name: str, function, within) -> dict:
    tolerance = {"within": within} if within else {}
    singles = [step(name, {"left": a, "right": b}, expect=function(a, b), **tolerance) for a, b in list(zip(LEFT, RIGHT))[:7]]
    batch = [
        step(f"{name}_batch", arrays=[LEFT, RIGHT], expect=[function(a, b) for a, b in zip(LEFT, RIGHT)], **tolerance),
        step(f"{name}_batch", arrays=[["a", "b"], ["a"]], fails="invalid_data", contains="2 and 1"),
        step(name, {"left": "a"}, fails="invalid_config", contains="right"),
    ]
    return {"name": f"{name.replace('_', ' ')} of known pairs", "source": "RapidFuzz 3.14.6", "steps": singles + batch}


def gram_cases(name: str, wanted: float) -> dict:
    return {
        "name": f"{name} of night and nacht",
        "source": "by hand: six pairs each with marks at both ends, three shared",
        "steps": [
            step(name, {"left": "night", "right": "nacht"}, expect=wanted, within=1e-12),
            step(name, {"left": "", "right": ""}, expect=1),
            step(name, {"right": ""}, fails="invalid_config", contains="left"),
            step(f"{name}_batch", arrays=[["night", "a"], ["nacht", "b"]], expect=[wanted, 0], within=1e-12),
            step(f"{name}_batch", {"parameters": {"gram_size": 0}}, [["a"], ["b"]], fails="invalid_config", contains="gram_size"),
        ],
    }


def others() -> list[dict]:
    costs = {"insertion_cost": 2, "deletion_cost": 3, "substitution_cost": 4}
    weighted = [Levenshtein.distance(a, b, weights=(2, 3, 4)) for a, b in zip(LEFT, RIGHT)]
    hammings = [Hamming.distance(a, b, pad=True) for a, b in zip(LEFT, RIGHT)]
    names, typed = ["smith", "jones", "jonathan smith"], ["smyth", "johns", "smith", "smith jonathan"]
    matrix = process.cdist(names, typed, scorer=JaroWinkler.similarity, dtype=float).tolist()
    ratios = process.cdist(names, typed, scorer=fuzz.ratio, dtype=float) / 100
    cut = [[x if x >= 0.75 else 0 for x in row] for row in ratios.tolist()]
    sounds = ["Robert", "Ashcraft", "Pfister", "Thompson", "Schmidt", "Knuth"]
    join = {"metric": "levenshtein", "cutoff": 0.75}
    found = {"left": [0, 0], "right": [2, 0], "score": [1, 0.8]}
    return [
        {"name": "edits may have costs", "source": "RapidFuzz 3.14.6", "steps": [
            step("weighted_levenshtein", {"left": LEFT[0], "right": RIGHT[0], "parameters": costs}, expect=weighted[0]),
            step("weighted_levenshtein_batch", {"parameters": costs}, [LEFT, RIGHT], expect=weighted),
            step("weighted_levenshtein", {"left": "a", "right": "b", "parameters": {"insertion_cost": 2_000_000}}, fails="invalid_config"),
            step("weighted_levenshtein_batch", {}, [["a"], []], fails="invalid_data"),
        ]},
        {"name": "positions are compared up to the longer length, or not at all", "source": "RapidFuzz 3.14.6", "steps": [
            step("hamming", {"left": "karolin", "right": "kathrin"}, expect=3),
            step("hamming", {"left": "ab", "right": "a", "pad": False}, fails="invalid_data", contains="2 and 1"),
            step("hamming_batch", arrays=[LEFT, RIGHT], expect=hammings),
            step("hamming_batch", {"pad": False}, [["ab"], ["a"]], fails="invalid_data", contains="pair 0"),
        ]},
        {"name": "any metric may be asked for, of normalised texts", "source": "by hand, and RapidFuzz 3.14.6", "steps": [
            step("similarity", {"left": "MARTHA", "right": "MARHTA"}, expect=JaroWinkler.similarity("MARTHA", "MARHTA"), within=1e-12),
            step("similarity", {"left": "Z\u00fcrich", "right": "zurich", "metric": "levenshtein",
                 "normalization": {"strip_accents": True, "letter_case": "fold"}}, expect=1),
            step("similarity", {"left": "a", "right": "b", "metric": "sound"}, fails="invalid_config", contains="metric"),
            step("similarity_batch", {"metric": "indel"}, [LEFT, RIGHT],
                 expect=[Indel.normalized_similarity(a, b) for a, b in zip(LEFT, RIGHT)], within=1e-12),
            step("similarity_batch", {"parameters": {"prefix_weight": 0.3}}, [["a"], ["b"]], fails="invalid_config", contains="prefix_weight"),
            step("normalize_text", {"text": "  O'Brien,\tZ\u00dcRICH ", "normalization": {"strip_accents": True, "letter_case": "fold",
                 "punctuation": "remove", "whitespace": "collapse"}}, expect="obrien zurich"),
            step("normalize_text", {"text": "a", "normalization": {"letter_case": "title"}}, fails="invalid_config", contains="case"),
        ]},
        {"name": "names have keys for their sound", "source": "jellyfish 1.3.0, cologne-phonetics 2.0.0, DoubleMetaphone 1.2", "steps": [
            *[step("phonetic_key_batch", {"key": key}, [sounds], expect=[function(name) for name in sounds]) for key, function in (
                ("soundex", jellyfish.soundex), ("metaphone", jellyfish.metaphone),
                ("nysiis", lambda name: jellyfish.nysiis(name.upper())), ("cologne", lambda name: cologne(name)[0][1]),
                ("double_metaphone", lambda name: doublemetaphone(name)[0]),
                ("double_metaphone_alternate", lambda name: doublemetaphone(name)[1]))],
            step("phonetic_key", {"text": "Braz", "key": "refined_soundex"}, expect="B1905"),
            step("phonetic_key", {"text": "Braz", "key": "loud"}, fails="invalid_config", contains="key"),
            step("phonetic_key_batch", {"key": "loud"}, [["Braz"]], fails="invalid_config", contains="key"),
        ]},
        {"name": "all pairs are scored at once or in blocks", "source": "RapidFuzz 3.14.6", "steps": [
            step("cdist", arrays=[names, typed], expect=matrix, within=1e-12),
            step("cdist", {"metric": "indel", "score_cutoff": 0.75}, [names, typed], expect=cut, within=1e-12),
            step("cdist", {"score_cutoff": 2}, [names, typed], fails="invalid_config", contains="score_cutoff"),
            {**step("Cdist.fit", {"metric": "jaro_winkler"}, [typed]), "as": "packed"},
            step("FittedCdist.score", arrays=[names[1:]], on="packed", expect=matrix[1:], within=1e-12),
            step("FittedCdist.score", arrays=[[1.5]], on="packed", fails="invalid_data"),
            step("Cdist.fit", {"metric": "loud"}, [typed], fails="invalid_config"),
        ]},
        {"name": "texts that are alike are found", "source": "by hand: smith and smyth differ in one of five letters", "steps": [
            step("join_texts", join, [["smith", "jones"], ["smyth", "johns", "smith"]], expect=found, within=1e-12),
            step("join_texts", {**join, "k": 1}, [["smith", "jones"], ["smyth", "johns", "smith"]],
                 expect={"left": [0], "right": [2], "score": [1]}),
            step("join_texts", {"cutoff": 0}, [["a"], ["a"]], fails="invalid_config", contains="cutoff"),
            {**step("TextJoin.fit", join, [["smyth", "johns", "smith"]]), "as": "index"},
            step("FittedTextJoin.search", arrays=[["smith", "jones"]], on="index", expect=found, within=1e-12),
            step("FittedTextJoin.search", arrays=[[1.5]], on="index", fails="invalid_data"),
            step("TextJoin.fit", {"k": 0}, [["a"]], fails="invalid_config", contains="`k`"),
            step("dedup_texts", join, [["smith", "jones", "smyth"]],
                 expect={"left": [0], "right": [2], "score": [0.8], "group": [0, 1, 0]}, within=1e-12),
            step("dedup_texts", {"cutoff": 1.5}, [["a"]], fails="invalid_config", contains="cutoff"),
        ]},
    ]


def main() -> None:
    cases = [pair_cases(name, function, 0) for name, function in DISTANCES.items()]
    cases += [pair_cases(name, function, 1e-12) for name, function in SIMILARITIES.items()]
    cases += [gram_cases(name, wanted) for name, wanted in GRAMS.items()]
    cases += others()
    print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")


if __name__ == "__main__":
    main()
