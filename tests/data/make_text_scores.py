"""Write text_scores.json: similarities and keys of RapidFuzz and jellyfish (and others for keys) on texts of many kinds.

    pip install rapidfuzz==3.14.6 jellyfish==1.3.0 abydos==0.5.0 cologne-phonetics==2.0.0
    python tests/data/make_text_scores.py > tests/data/text_scores.json

RapidFuzz's ratios are given on its own scale of 0 to 100. Gram similarities are counted here, by their definitions.
"""

import json
import math
import random
import unicodedata

import jellyfish
from abydos.phonetic import RefinedSoundex
from cologne_phonetics import encode as cologne
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, DamerauLevenshtein, Hamming, Indel, Jaro, JaroWinkler, LCSseq, Levenshtein

ALPHABETS = ["ab", "abcdefghijklmnopqrstuvwxyz ", "aeiou nrst", "äöüß é😀👩‍👧a\u0301e\u0308字李 xyz", "\t\n \u2003ab"]


def text(draw: random.Random, length: int) -> str:
    alphabet = draw.choice(ALPHABETS)
    return "".join(draw.choice(alphabet) for _ in range(length))


def edited(draw: random.Random, source: str, edits: int) -> str:
    target = list(source)
    for _ in range(edits):
        place = draw.randrange(len(target) + 1)
        kind = draw.randrange(4)
        if kind == 0:
            target.insert(place, draw.choice("abz é"))
        elif kind == 1 and place < len(target):
            del target[place]
        elif kind == 2 and place + 1 < len(target):
            target[place], target[place + 1] = target[place + 1], target[place]
        elif place < len(target):
            target[place] = draw.choice("abz é")
    return "".join(target)


def shuffled(draw: random.Random, source: str) -> str:
    words = source.split()
    draw.shuffle(words)
    return " ".join(words + words[: draw.randrange(2)])


def grams(value: str, size: int, pad: bool) -> set[tuple]:
    marks = size - 1 if pad and value else 0
    symbols = ["start"] * marks + list(value) + ["end"] * marks
    return {tuple(symbols[i : i + size]) for i in range(len(symbols) - size + 1)}


def gram_scores(a: str, b: str, size: int, pad: bool) -> list[float]:
    x, y = grams(a, size, pad), grams(b, size, pad)
    if not x or not y:
        return [float(a == b)] * 4
    shared = len(x & y)
    return [shared / len(x | y), 2 * shared / (len(x) + len(y)), shared / math.sqrt(len(x) * len(y)), shared / min(len(x), len(y))]


def pairs(draw: random.Random) -> list[tuple[str, str]]:
    found = [("", ""), ("", "a"), (" ", ""), ("a", "a"), ("a", "b"), ("ab", "ba"), ("CA", "ABC"), ("abcd", "badc")]
    for length in [1, 2, 3, 5, 8, 13, 13, 13, 20, 33, 53, 63, 64, 65, 70, 100, 130, 200]:
        for _ in range(3):
            a = text(draw, length)
            found.append((a, edited(draw, a, draw.randrange(1 + length // 3))))
            found.append((a, text(draw, draw.randrange(1 + 2 * length))))
            found.append((a, shuffled(draw, a)))
            found.append((a, text(draw, draw.randrange(9)) + edited(draw, a, 2) + text(draw, draw.randrange(5 * length))))
    return found


def scores(a: str, b: str) -> dict:
    return {
        "levenshtein": [Levenshtein.distance(a, b), Levenshtein.normalized_similarity(a, b)],
        "osa": [OSA.distance(a, b), OSA.normalized_similarity(a, b)],
        "damerau_levenshtein": [DamerauLevenshtein.distance(a, b), DamerauLevenshtein.normalized_similarity(a, b)],
        "indel": [Indel.distance(a, b), Indel.normalized_similarity(a, b)],
        "subsequence": [LCSseq.similarity(a, b), LCSseq.normalized_similarity(a, b)],
        "hamming": [Hamming.distance(a, b, pad=True), Hamming.normalized_similarity(a, b, pad=True)],
        "weighted": [
            Levenshtein.distance(a, b, weights=(2, 3, 4)),
            Levenshtein.normalized_similarity(a, b, weights=(2, 3, 4)),
        ],
        "jaro": Jaro.similarity(a, b),
        "jaro_winkler": JaroWinkler.similarity(a, b),
        "jaro_winkler_0.2": JaroWinkler.similarity(a, b, prefix_weight=0.2),
        "partial_ratio": fuzz.partial_ratio(a, b),
        "token_sort_ratio": fuzz.token_sort_ratio(a, b),
        "token_set_ratio": fuzz.token_set_ratio(a, b),
        "weighted_ratio": fuzz.WRatio(a, b),
        "grams_2": gram_scores(a, b, 2, True),
        "grams_3_bare": gram_scores(a, b, 3, False),
    }


def letters(seed: int, count: int) -> str:
    """Letters a to g by SplitMix64."""
    mask = (1 << 64) - 1
    found = []
    for i in range(1, count + 1):
        z = (seed + i * 0x9E3779B97F4A7C15) & mask
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & mask
        found.append("abcdefg"[(z ^ z >> 31) % 7])
    return "".join(found)


def long_pair(length: int) -> dict:
    """A text, and the same without every 97th letter and with every 89th one changed."""
    a = letters(1, length)
    b = "".join("x" if i % 89 == 0 else c for i, c in enumerate(a) if i % 97)
    return {
        "length": length,
        "levenshtein": [Levenshtein.distance(a, b), Levenshtein.distance(a, letters(2, length))],
        "osa": [OSA.distance(a, b), OSA.distance(a, letters(2, length))],
        "indel": [Indel.distance(a, b), Indel.distance(a, letters(2, length))],
        "jaro": [Jaro.similarity(a, b), Jaro.similarity(a, letters(2, length))],
    }


NAMES = """Robert Rupert Rubin Ashcraft Tymczak Pfister Honeyman Schmidt Müller Lüdenscheidt Wright Knight Knuth Philip Pfeiffer
Macdonald Mackenzie Schwarzenegger Thompson Thomson Thumb Dumb Climb Psycho Xavier Zhang Wheeler Whitney Rhodes Vaughan Hugh Laugh
Leigh Night Edgar Judge Badge Gnome Gnocchi Signed Sign Design Church Character Chianti Science Scythe Schedule Special Social
Nation Station Fashion Mission Asia Catch Match Butcher Queen Quick Quartz Jazz Buzz Yellow Young Boyd Kay Ray Lee Lucie Eve Evers
Stevens Steven Evans Bennett Barrett Everard Edwards Grant Brand Kennedy Kirk Jackson Dixon Fox Maxwell Exxon Cox Box
Wikipedia Breschnew Czerny Tschaikowsky Xaver Axel Sachs Sax Cleopatra Christoph Claudia Cäsar Cicero Cyan Scala Scheich Zucker
Heinz Hans Bach Buch Dietz Deutsch Ritz Katze Stadt Physik Philosophie Joachim Jürgen Josef Yvonne Quark Clara Chlor Craig
O'Brien Smith-Jones Anna Otto Io A B H W Wh Ae Aeneas Wr Kn Gn Pn Ough Though Through Ghost Ghana Spaghetti Aghast Ah Oh Ehre Ihr
Sean Shaun Shawn Sioux Tia Tio Ratio Patio Match Itchy Which Witch Who Whom Rwanda Swan Owl Cow Cowboy Cc Acc Access Accent
""".split()


def ascii_of(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def main() -> None:
    draw = random.Random(2026)
    found = [{"left": a, "right": b, **scores(a, b)} for a, b in pairs(draw)]
    keys = [
        {
            "text": name,
            "soundex": jellyfish.soundex("".join(c for c in name if c.isalpha())),
            "nysiis": jellyfish.nysiis("".join(c for c in ascii_of(name) if c.isalpha()).upper()),
            "metaphone": jellyfish.metaphone(name),
            # This one leaves out the digit of the first letter, so another letter is put before the name.
            "refined_soundex": ascii_of(name)[0] + RefinedSoundex(retain_vowels=True).encode("A" + ascii_of(name))[1:],
            "cologne": cologne(name.replace("-", "").replace("'", ""))[0][1],
        }
        for name in NAMES
    ]
    print('{"pairs": [')
    print(",\n".join(json.dumps(pair, ensure_ascii=True) for pair in found))
    print('],\n"long": [')
    print(",\n".join(json.dumps(long_pair(length)) for length in (1000, 12000)))
    print('],\n"keys": [')
    print(",\n".join(json.dumps(key, ensure_ascii=True) for key in keys))
    print("]}")


if __name__ == "__main__":
    main()
