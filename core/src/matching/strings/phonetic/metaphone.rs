//! Metaphone.
use unicode_normalization::UnicodeNormalization;

use super::is_vowel;

/// The Metaphone key of a text: how it sounds by the rules of English spelling; `0` stands for `th`, `X` for `sh`.
///
/// Source: Philips, *Hanging on the Metaphone* (1990).
///
/// ```
/// assert_eq!(inlaid::matching::metaphone("Knight"), inlaid::matching::metaphone("Night"));
/// ```
#[must_use]
pub fn metaphone(text: &str) -> String {
    let all: Vec<u8> = text
        .to_uppercase()
        .nfkd()
        .filter(|letter| letter.is_ascii_uppercase() || *letter == ' ')
        .map(|letter| letter as u8)
        .collect();
    let silent = [b"KN", b"GN", b"PN", b"WR", b"AE"].iter().any(|start| all.starts_with(*start));
    let word = &all[usize::from(silent)..];
    let mut key = String::new();
    let mut place = 0;
    while let Some(&letter) = word.get(place) {
        let after = &word[place + 1..];
        let before = place.checked_sub(1).map(|before| word[before]);
        if after.first() == Some(&letter) && letter != b'C' {
            place += 1;
            continue;
        }
        let (sound, taken) = sound(letter, before, after);
        if !(letter == b' ' && (key.is_empty() || key.ends_with(' '))) {
            key.push_str(sound);
        }
        place += taken;
    }
    key
}

/// The sound of a letter between others, and how many letters it stands for.
fn sound(letter: u8, before: Option<u8>, after: &[u8]) -> (&'static str, usize) {
    let next = after.first().copied();
    let next_but_one = after.get(1).copied();
    let is = |letter: Option<u8>, of: &[u8]| letter.is_some_and(|letter| of.contains(&letter));
    let soft = |letter| is(letter, b"IEY");
    let vowel = |letter: Option<u8>| letter.is_some_and(is_vowel);
    let tion = next == Some(b'I') && is(next_but_one, b"OA");
    match letter {
        b'A' | b'E' | b'I' | b'O' | b'U' if before.is_none_or(|before| before == b' ') => (own(letter), 1),
        b'B' if before == Some(b'M') && next.is_none() => ("", 1),
        b'C' if next == Some(b'H') || after.starts_with(b"IA") => ("X", 2),
        b'C' if soft(next) => ("S", 2),
        b'C' | b'Q' => ("K", 1),
        b'D' if next == Some(b'G') && soft(next_but_one) => ("J", 3),
        b'D' => ("T", 1),
        b'G' if soft(next) => ("J", 1),
        b'G' if next == Some(b'H') && !vowel(next_but_one) => ("", 2),
        b'G' if next == Some(b'N') && after.len() == 1 => ("", 2),
        b'G' => ("K", 1),
        b'H' if before.is_none() || vowel(next) || !vowel(before) => ("H", 1),
        b'K' if before == Some(b'C') => ("", 1),
        b'P' if next == Some(b'H') => ("F", 2),
        b'S' if next == Some(b'H') => ("X", 2),
        b'S' if tion => ("X", 3),
        b'T' if tion => ("X", 1),
        b'T' if next == Some(b'H') => ("0", 2),
        b'T' if after.starts_with(b"CH") => ("", 1),
        b'V' => ("F", 1),
        b'W' if before.is_none() && next == Some(b'H') => ("W", 2),
        b'W' | b'Y' if !vowel(next) => ("", 1),
        b'X' if before.is_none() && (next == Some(b'H') || tion) => ("X", 1),
        b'X' if before.is_none() => ("S", 1),
        b'X' => ("KS", 1),
        b'Z' => ("S", 1),
        b'F' | b'J' | b'K' | b'L' | b'M' | b'N' | b'P' | b'R' | b'S' | b'T' | b'B' | b'W' | b'Y' | b' ' => {
            (own(letter), 1)
        }
        _ => ("", 1),
    }
}

/// The letter as a text.
fn own(letter: u8) -> &'static str {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    letter.checked_sub(b'A').map_or(" ", |index| &LETTERS[usize::from(index)..=usize::from(index)])
}
