//! Double Metaphone: two keys for the two ways in which a name may be said.
//!
//! Source: Philips, *The Double Metaphone Search Algorithm*, C/C++ Users Journal 18 (6), June 2000. The rules look at letters
//! around the one at hand; what they find there decides the sounds of both keys and how many letters they stand for.
use unicode_normalization::UnicodeNormalization;

use super::text_of;

/// The first Double Metaphone key of a name: how it is most likely said by a speaker of English; `0` stands for `th`, `X` for
/// `sh`. Vowels only count at the start. The published program cuts keys after four sounds; this one gives all.
///
/// ```
/// use inlaid::matching::{double_metaphone, double_metaphone_alternate};
/// assert_eq!((double_metaphone("Schmidt"), double_metaphone_alternate("Schmidt")), ("XMT".into(), "SMT".into()));
/// assert_eq!((double_metaphone("Smith"), double_metaphone_alternate("Smith")), ("SM0".into(), "XMT".into()));
/// ```
#[must_use]
pub fn double_metaphone(text: &str) -> String {
    text_of(keys(text).0)
}

/// The second Double Metaphone key of a name: how it is said where it comes from, or by another rule of English; the first key
/// where there is but one way. Names may be the same if a key of one is a key of the other.
#[must_use]
pub fn double_metaphone_alternate(text: &str) -> String {
    text_of(keys(text).1)
}

/// C with cedilla in a [`Word`].
const CEDILLA: u8 = 1;
/// What is no letter and no space in a [`Word`].
const OTHER: u8 = b'-';

/// Both keys.
fn keys(text: &str) -> (Vec<u8>, Vec<u8>) {
    let word = Word::new(text);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let silent_start = word.has(0, &["GN", "KN", "PN", "WR", "PS"]);
    let mut place = isize::from(silent_start);
    if let Some(sounds) = word.initial() {
        first.extend_from_slice(sounds.0.as_bytes());
        second.extend_from_slice(sounds.1.as_bytes());
    }
    while place < word.length() {
        let Sounds(primary, alternate, taken) = word.sounds(place);
        first.extend_from_slice(primary.as_bytes());
        second.extend_from_slice(alternate.as_bytes());
        place += taken;
    }
    (first, second)
}

/// What a place adds to the first key and to the second, and how many letters it stands for.
struct Sounds(&'static str, &'static str, isize);

/// The same sound in both keys.
fn both(sound: &'static str, taken: isize) -> Sounds {
    Sounds(sound, sound, taken)
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'A' | b'E' | b'I' | b'O' | b'U' | b'Y')
}

/// A name in upper case, accents off but for the cedilla.
struct Word {
    letters: Vec<u8>,
    /// Spelled as names of Slavic or Germanic origin are.
    slavo_germanic: bool,
    /// Begins as names of Germanic origin do.
    germanic: bool,
}

impl Word {
    fn new(text: &str) -> Self {
        let mut letters = Vec::with_capacity(text.len());
        for letter in text.trim().to_uppercase().nfc() {
            if letter == 'Ç' {
                letters.push(CEDILLA);
                continue;
            }
            let plain =
                std::iter::once(letter).nfkd().filter(|part| !unicode_normalization::char::is_combining_mark(*part));
            letters.extend(plain.map(|part| match u8::try_from(part) {
                Ok(part) if part.is_ascii_uppercase() || part == b' ' => part,
                _ => OTHER,
            }));
        }
        let contains = |part: &[u8]| letters.windows(part.len()).any(|window| window == part);
        let slavo_germanic = contains(b"W") || contains(b"K") || contains(b"CZ");
        let mut word = Self { letters, slavo_germanic, germanic: false };
        word.germanic = word.has(0, &["VAN ", "VON ", "SCH"]);
        word
    }

    fn length(&self) -> isize {
        self.letters.len() as isize
    }

    fn is_last(&self, place: isize) -> bool {
        place + 1 == self.length()
    }

    /// The letter at a place; spaces follow the word, nothing stands before it.
    fn at(&self, place: isize) -> u8 {
        usize::try_from(place).map_or(0, |place| self.letters.get(place).copied().unwrap_or(b' '))
    }

    fn one_of(&self, place: isize, letters: &[u8]) -> bool {
        letters.contains(&self.at(place))
    }

    fn vowel(&self, place: isize) -> bool {
        is_vowel(self.at(place))
    }

    /// Whether one of the parts begins at the place.
    fn has(&self, place: isize, parts: &[&str]) -> bool {
        parts.iter().any(|part| (place..).zip(part.bytes()).all(|(place, letter)| self.at(place) == letter))
    }

    /// 2 if the letter comes twice, 1 otherwise.
    fn run(&self, place: isize) -> isize {
        1 + isize::from(self.at(place + 1) == self.at(place))
    }

    /// A sound of an initial W that comes before what its place has.
    fn initial(&self) -> Option<(&'static str, &'static str)> {
        if self.at(0) != b'W' || self.at(1) == b'R' {
            None
        } else if self.vowel(1) {
            Some(("A", "F"))
        } else {
            (self.at(1) == b'H').then_some(("A", "A"))
        }
    }

    fn sounds(&self, place: isize) -> Sounds {
        let next = self.at(place + 1);
        match self.at(place) {
            letter if is_vowel(letter) => both(if place == 0 { "A" } else { "" }, 1),
            b'B' => both("P", self.run(place)),
            CEDILLA => both("S", 1),
            b'C' => self.c(place),
            b'D' if next == b'G' && self.one_of(place + 2, b"IEY") => both("J", 3),
            b'D' if next == b'G' => both("TK", 2),
            b'D' => both("T", 1 + isize::from(matches!(next, b'T' | b'D'))),
            b'F' => both("F", self.run(place)),
            b'G' => self.g(place),
            b'H' if (place == 0 || self.vowel(place - 1)) && is_vowel(next) => both("H", 2),
            b'J' => self.j(place),
            b'K' | b'Q' => both("K", self.run(place)),
            b'L' if self.spanish_double_l(place) => Sounds("L", "", 2),
            b'L' => both("L", self.run(place)),
            b'M' => {
                let silent_b =
                    self.has(place - 1, &["UMB"]) && (self.is_last(place + 1) || self.has(place + 2, &["ER"]));
                both("M", 1 + isize::from(silent_b || next == b'M'))
            }
            b'N' => both("N", self.run(place)),
            b'P' if next == b'H' => both("F", 2),
            b'P' => both("P", 1 + isize::from(matches!(next, b'P' | b'B'))),
            b'R' => {
                let french = self.is_last(place)
                    && !self.slavo_germanic
                    && self.has(place - 2, &["IE"])
                    && !self.has(place - 4, &["ME", "MA"]);
                Sounds(if french { "" } else { "R" }, "R", self.run(place))
            }
            b'S' => self.s(place),
            b'T' => self.t(place),
            b'V' => both("F", self.run(place)),
            b'W' => self.w(place),
            b'X' => self.x(place),
            b'Z' => self.z(place),
            _ => both("", 1),
        }
    }

    fn c(&self, place: isize) -> Sounds {
        // Of German origin: "bacher", "macher".
        let german = place > 1
            && !self.vowel(place - 2)
            && self.has(place - 1, &["ACH"])
            && self.at(place + 2) != b'I'
            && (self.at(place + 2) != b'E' || self.has(place - 2, &["BACHER", "MACHER"]));
        if german || self.has(place, &["CHIA"]) {
            return both("K", 2);
        }
        if place == 0 && self.has(0, &["CAESAR"]) {
            return both("S", 2);
        }
        match self.at(place + 1) {
            b'H' => self.ch(place),
            b'Z' if !self.has(place - 2, &["WICZ"]) => Sounds("S", "X", 2),
            b'C' if self.has(place + 2, &["IA"]) => both("X", 3),
            b'C' if !(place == 1 && self.at(0) == b'M') => {
                if !self.one_of(place + 2, b"IEH") || self.has(place + 2, &["HU"]) {
                    both("K", 2)
                } else if (place == 1 && self.at(0) == b'A') || self.has(place - 1, &["UCCEE", "UCCES"]) {
                    both("KS", 3)
                } else {
                    both("X", 3)
                }
            }
            b'K' | b'G' | b'Q' => both("K", 2),
            b'I' | b'E' | b'Y' => Sounds("S", if self.has(place, &["CIO", "CIE", "CIA"]) { "X" } else { "S" }, 2),
            _ if self.has(place + 1, &[" C", " Q", " G"]) => both("K", 3),
            b'C' if !self.has(place + 1, &["CE", "CI"]) => both("K", 2),
            _ => both("K", 1),
        }
    }

    fn ch(&self, place: isize) -> Sounds {
        if place > 0 && self.has(place, &["CHAE"]) {
            return Sounds("K", "X", 2);
        }
        let greek_start =
            self.has(0, &["CHARAC", "CHARIS", "CHOR", "CHYM", "CHIA", "CHEM"]) && !self.has(0, &["CHORE"]);
        if place == 0 && greek_start {
            return both("K", 2);
        }
        let hard = self.germanic
            || self.has(place - 2, &["ORCHES", "ARCHIT", "ORCHID"])
            || self.one_of(place + 2, b"TS")
            || ((place == 0 || self.one_of(place - 1, b"AOUE")) && self.one_of(place + 2, b"LRNMBHFVW "));
        if hard || (place > 0 && self.has(0, &["MC"])) {
            both("K", 2)
        } else if place > 0 {
            Sounds("X", "K", 2)
        } else {
            both("X", 2)
        }
    }

    fn g(&self, place: isize) -> Sounds {
        let next = self.at(place + 1);
        if next == b'H' {
            return both(self.gh(place), 2);
        }
        if next == b'N' {
            return if place == 1 && self.vowel(0) && !self.slavo_germanic {
                Sounds("KN", "N", 2)
            } else if !self.has(place + 2, &["EY"]) && !self.slavo_germanic {
                Sounds("N", "KN", 2)
            } else {
                both("KN", 2)
            };
        }
        if self.has(place + 1, &["LI"]) && !self.slavo_germanic {
            return Sounds("KL", "L", 2);
        }
        const HARD_STARTS: [&str; 12] = ["Y", "ES", "EP", "EB", "EL", "EY", "IB", "IL", "IN", "IE", "EI", "ER"];
        let at_start = place == 0 && self.has(1, &HARD_STARTS);
        let before_er = (next == b'Y' || self.has(place + 1, &["ER"]))
            && !self.has(0, &["DANGER", "RANGER", "MANGER"])
            && !self.one_of(place - 1, b"EI")
            && !self.has(place - 1, &["RGY", "OGY"]);
        if at_start || before_er {
            return Sounds("K", "J", 2);
        }
        if matches!(next, b'E' | b'I' | b'Y') || self.has(place - 1, &["AGGI", "OGGI"]) {
            return if self.germanic || self.has(place + 1, &["ET"]) {
                both("K", 2)
            } else if self.has(place + 1, &["IER "]) {
                both("J", 2)
            } else {
                Sounds("J", "K", 2)
            };
        }
        both("K", self.run(place))
    }

    fn gh(&self, place: isize) -> &'static str {
        if place > 0 && !self.vowel(place - 1) {
            return "K";
        }
        if place == 0 {
            return if self.at(2) == b'I' { "J" } else { "K" };
        }
        // Parker's rule: "hugh", "bough", "broughton".
        if self.one_of(place - 2, b"BHD") || self.one_of(place - 3, b"BHD") || self.one_of(place - 4, b"BH") {
            return "";
        }
        match self.at(place - 1) {
            b'U' if self.one_of(place - 3, b"CGLRT") => "F",
            b'I' => "",
            _ => "K",
        }
    }

    fn j(&self, place: isize) -> Sounds {
        let (next, taken) = (self.at(place + 1), self.run(place));
        let saint = self.has(0, &["SAN "]);
        if saint || self.has(place, &["JOSE"]) {
            let alone = place == 0 && self.at(4) == b' ';
            return Sounds(if saint || alone { "H" } else { "J" }, "H", 1);
        }
        if place == 0 {
            Sounds("J", "A", taken)
        } else if self.vowel(place - 1) && !self.slavo_germanic && matches!(next, b'A' | b'O') {
            Sounds("J", "H", taken)
        } else if self.is_last(place) {
            Sounds("J", "", taken)
        } else if !b"LTKSNMBZ".contains(&next) && !self.one_of(place - 1, b"SKL") {
            both("J", taken)
        } else {
            both("", taken)
        }
    }

    /// As in "cabrillo", "gallegos".
    fn spanish_double_l(&self, place: isize) -> bool {
        let length = self.length();
        self.at(place + 1) == b'L'
            && ((place == length - 3 && self.has(place - 1, &["ILLO", "ILLA", "ALLE"]))
                || ((self.has(length - 2, &["AS", "OS"]) || self.one_of(length - 1, b"AO"))
                    && self.has(place - 1, &["ALLE"])))
    }

    fn s(&self, place: isize) -> Sounds {
        let next = self.at(place + 1);
        if self.has(place - 1, &["ISL", "YSL"]) {
            return both("", 1);
        }
        if place == 0 && self.has(0, &["SUGAR"]) {
            return Sounds("X", "S", 1);
        }
        if next == b'H' {
            return both(if self.has(place + 1, &["HEIM", "HOEK", "HOLM", "HOLZ"]) { "S" } else { "X" }, 2);
        }
        if self.has(place, &["SIO", "SIA"]) {
            return Sounds("S", if self.slavo_germanic { "S" } else { "X" }, 3);
        }
        if next == b'Z' || (place == 0 && matches!(next, b'M' | b'N' | b'L' | b'W')) {
            return Sounds("S", "X", 1 + isize::from(next == b'Z'));
        }
        if next == b'C' {
            return self.sc(place);
        }
        let french = self.is_last(place) && self.has(place - 2, &["AI", "OI"]);
        Sounds(if french { "" } else { "S" }, "S", self.run(place))
    }

    fn sc(&self, place: isize) -> Sounds {
        match self.at(place + 2) {
            b'H' if self.has(place + 3, &["ER", "EN"]) => Sounds("X", "SK", 3),
            b'H' if self.has(place + 3, &["OO", "UY", "ED", "EM"]) => both("SK", 3),
            b'H' if place == 0 && !self.vowel(3) && self.at(3) != b'W' => Sounds("X", "S", 3),
            b'H' => both("X", 3),
            b'I' | b'E' | b'Y' => both("S", 3),
            _ => both("SK", 3),
        }
    }

    fn t(&self, place: isize) -> Sounds {
        if self.has(place, &["TION", "TIA", "TCH"]) {
            both("X", 3)
        } else if self.has(place, &["TH", "TTH"]) {
            let hard = self.germanic || self.has(place + 2, &["OM", "AM"]);
            Sounds(if hard { "T" } else { "0" }, "T", 2)
        } else {
            both("T", 1 + isize::from(self.one_of(place + 1, b"TD")))
        }
    }

    fn w(&self, place: isize) -> Sounds {
        if self.at(place + 1) == b'R' {
            return both("R", 2);
        }
        let polish = self.has(place - 1, &["EWSKI", "EWSKY", "OWSKI", "OWSKY"]);
        if polish || self.has(0, &["SCH"]) || (self.is_last(place) && self.vowel(place - 1)) {
            return Sounds("", "F", 1);
        }
        if self.has(place, &["WICZ", "WITZ"]) { Sounds("TS", "FX", 4) } else { both("", 1) }
    }

    fn x(&self, place: isize) -> Sounds {
        if place == 0 {
            return both("S", 1);
        }
        let silent =
            self.is_last(place) && (self.has(place - 3, &["IAU", "EAU"]) || self.has(place - 2, &["AU", "OU"]));
        both(if silent { "" } else { "KS" }, 1 + isize::from(self.one_of(place + 1, b"CX")))
    }

    fn z(&self, place: isize) -> Sounds {
        if self.at(place + 1) == b'H' {
            return both("J", 2);
        }
        let foreign = self.has(place + 1, &["ZO", "ZI", "ZA"])
            || (self.slavo_germanic && place > 0 && self.at(place - 1) != b'T');
        Sounds("S", if foreign { "TS" } else { "S" }, self.run(place))
    }
}
