//! Soundex and its refinement.
use super::{letters, text_of};

/// American Soundex: the first letter and three digits for the consonants after it; equal digits next to each other, also with
/// an `H` or `W` between them, count once. Source: the rules of the United States National Archives.
///
/// ```
/// assert_eq!(inlaid::matching::soundex("Ashcraft"), "A261");
/// ```
#[must_use]
pub fn soundex(text: &str) -> String {
    let letters = letters(text);
    let Some(first) = letters.first() else { return String::new() };
    let mut key = vec![*first];
    let mut last = digit(*first);
    for &letter in &letters[1..] {
        let code = digit(letter);
        if code != 0 && code != last {
            key.push(code);
            if key.len() == 4 {
                break;
            }
        }
        if !matches!(letter, b'H' | b'W') {
            last = code;
        }
    }
    key.resize(4, b'0');
    text_of(key)
}

/// 0 for letters without a digit.
fn digit(letter: u8) -> u8 {
    match letter {
        b'B' | b'F' | b'P' | b'V' => b'1',
        b'C' | b'G' | b'J' | b'K' | b'Q' | b'S' | b'X' | b'Z' => b'2',
        b'D' | b'T' => b'3',
        b'L' => b'4',
        b'M' | b'N' => b'5',
        b'R' => b'6',
        _ => 0,
    }
}

/// Refined Soundex: the first letter, then one digit of ten for every letter, equal ones next to each other once.
///
/// ```
/// assert_eq!(inlaid::matching::refined_soundex("Braz"), "B1905");
/// ```
#[must_use]
pub fn refined_soundex(text: &str) -> String {
    //                     ABCDEFGHIJKLMNOPQRSTUVWXYZ
    const CODES: &[u8] = b"01360240043788015936020505";
    let letters = letters(text);
    let mut key: Vec<u8> = letters.first().copied().into_iter().collect();
    for letter in letters {
        let code = CODES[usize::from(letter - b'A')];
        if key.last() != Some(&code) {
            key.push(code);
        }
    }
    text_of(key)
}
