//! Kölner Phonetik.
use super::{letters, text_of};

/// The key of the Kölner Phonetik: a digit for each sound of German, equal ones next to each other once, vowels only at the
/// start. Source: Postel, *Die Kölner Phonetik* (1969).
///
/// ```
/// assert_eq!(inlaid::matching::cologne_phonetics("Müller-Lüdenscheidt"), "65752682");
/// ```
#[must_use]
pub fn cologne_phonetics(text: &str) -> String {
    let name = letters(text);
    let mut codes: Vec<u8> = Vec::new();
    for (place, &letter) in name.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| name[before]);
        let after = name.get(place + 1).copied();
        let is = |letter: Option<u8>, of: &[u8]| letter.is_some_and(|letter| of.contains(&letter));
        let code: &[u8] = match letter {
            b'A' | b'E' | b'I' | b'J' | b'O' | b'U' | b'Y' => b"0",
            b'P' if after == Some(b'H') => b"3",
            b'B' | b'P' => b"1",
            b'D' | b'T' if is(after, b"CSZ") => b"8",
            b'D' | b'T' => b"2",
            b'F' | b'V' | b'W' => b"3",
            b'G' | b'K' | b'Q' => b"4",
            b'C' if before.is_none() && is(after, b"AHKLOQRUX") => b"4",
            b'C' if before.is_some() && is(after, b"AHKOQUX") && !is(before, b"SZ") => b"4",
            b'X' if is(before, b"CKQ") => b"8",
            b'X' => b"48",
            b'L' => b"5",
            b'M' | b'N' => b"6",
            b'R' => b"7",
            b'C' | b'S' | b'Z' => b"8",
            _ => b"",
        };
        for digit in code {
            if codes.last() != Some(digit) {
                codes.push(*digit);
            }
        }
    }
    let mut first = true;
    codes.retain(|digit| std::mem::replace(&mut first, false) || *digit != b'0');
    text_of(codes)
}
