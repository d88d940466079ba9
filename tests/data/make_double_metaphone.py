"""Write double_metaphone.json: Double Metaphone keys of names by DoubleMetaphone, the C program of Maurice Aubrey.

    pip install DoubleMetaphone==1.2 Metaphone==0.6
    python tests/data/make_double_metaphone.py FEBRL.csv[.gz] ... > tests/data/double_metaphone.json

The names are the given names, surnames and suburbs of files of Febrl's person records (all that are different), names that the
rules of the article speak of, and names put together from pieces that the rules look at. `keys` has lines of
`name, first key, second key`, between tabs. Metaphone, a program in Python after the same article, is asked as well; where it
differs is told on the standard error stream: it takes doubled consonants across hyphens twice, has no spaces behind the
word (`beach`, `Jose`), and keeps a silent B (`Thumb`), where the C program does what the published one does.
"""

import csv
import gzip
import json
import random
import re
import sys

from doublemetaphone import doublemetaphone
from metaphone import doublemetaphone as in_python

HARD = """
    Knight Gnome Pneumonia Wright Psalm Xavier Aubrey Bobby Bacher Macher Caesar Chianti Michael Character Charisma Chorus Chymist
    Chore Chemistry Orchestra Architect Orchid Wachtler Wechsler Tichner McHugh McCarthy McClellan Czerny Focaccia Bellocchio Bacchus
    Accident Accede Succeed Succeess Bacci Bertucci Pizza Edge Edgar Ghislane Ghiradelli Hugh Bough Broughton Laugh McLaughlin Cough
    Gough Rough Tough Cagney Tagliaro Danger Ranger Manger Biaggi Oggi Rogier Rogers Gerard Geraldine Gelb Gilbert Gibbs Ginsberg
    Gyllenhaal Jose Josephine Joselyn Yankelovich Jankelowicz Bajador Hajj Raj Cabrillo Gallegos Gallardo Villa Thumb Dumb Plumber
    Number Campbell Raspberry Phillips Rogier Hochmeier Meier Island Isle Carlisle Carlysle Sugar Sholz Heim Sheim Holmsholm Asian
    Smith Schmidt Snider Schneider Szabo Schlesinger Schooner Schermerhorn Schenker Scheduler Schuyler Schwarz Science Scott Resnais
    Artois Tion Nation Tiara Match Thomas Thames Thumb Matthew Thompson Tuttle Victor Vivian Wasserman Vasserman Uomo Womo Whale
    Arnow Arnoff Filipowicz Horowitz Witz Lewinsky Lewandowski Kowalsky Breaux Beaux Thibodeaux Roux Zhao Mazza Zza Zola Fritz Kitzo
    Szczepanski Dziedzic Nguyen Pfeiffer Djokovic Llewellyn Wroblewski Vaughan Monaghan Callaghan Houghton Leigh Wright Dwight Hajek
    Ajax Jj Xx Cc Gg Hh Zz Ww Aa Y W X Z Q J H Czech Cicero Cello Ciao Acquaint Tack Backgammon MacGregor MacCaffrey MacCallum
    VanDerBerg Villalobos Sanjuan Guillermo Rajo Bajan Agnes Signorelli Champagne Magnolia Cagny Wagner Gnu Agnew Ignatius Uggs Ough
    Ghost Aghast Spaghetti Dougherty Daugherty Hughes Borough Igh Igor Eggert Auger Augie Orgy Energy Analogy Algae Biology
""".split()
PHRASES = ["van der Berg", "von Braun", "Van Gogh", "San Jose", "San Juan", "Jose Maria", "Mac Caffrey", "Mac Gregor", "O'Brien",
           "Smith-Jones", "D'Angelo", "St. John", "de la Cruz", "van Achter", "Bach", "ach so", "Jean-Luc", "J. R. R. Tolkien"]
PIECES = """a e i o u y b c d f g h j k l m n p q r s t v w x z ch cz cc cia gh gn gli ger gy gg dg dt th tth tch tion tia sch sh sio
    sia sz sc sm sn ll illo alle alla umb mer ph qu ewski owicz witz zh zza zo ck cq chae cho chl ach ough augh isl ysl eau aux ais
    ois ie ier mc wh wr kn san van ette heim holm ej jo ja agn egi io cio cie x xc""".split()


def known(paths: list[str]) -> set[str]:
    names = set()
    for path in paths:
        opener = gzip.open if path.endswith(".gz") else open
        with opener(path, "rt", newline="") as file:
            for row in csv.DictReader(file, skipinitialspace=True):
                names.update(row[column].strip() for column in ("given_name", "surname", "suburb"))
    return {name for name in names if re.fullmatch(r"[a-z '-]+", name)}


def put_together(draw: random.Random, count: int) -> set[str]:
    return {"".join(draw.choice(PIECES) for _ in range(draw.randrange(1, 6))) for _ in range(count)}


def main() -> None:
    names = sorted(known(sys.argv[1:]) | set(HARD) | set(PHRASES) | put_together(random.Random(7), 1500))
    keys, differing = [], []
    for name in names:
        found = doublemetaphone(name)
        first, second = in_python(name)
        if found != (first, second or first):
            differing.append((name, found, (first, second or first)))
        keys.append(f"{name}\t{found[0]}\t{found[1]}")
    print(f"{len(names)} names, {len(differing)} differ", file=sys.stderr)
    for name, found, other in differing:
        print(f"{name}: {found} in C, {other} in Python", file=sys.stderr)
    json.dump({"keys": keys}, sys.stdout, indent=0)
    print()


if __name__ == "__main__":
    main()
