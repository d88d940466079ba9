//! NYSIIS.
use super::{is_vowel, letters, text_of};

/// The key of the New York State Identification and Intelligence System, of any length.
///
/// Source: Taft, *Name search techniques* (1970).
///
/// ```
/// assert_eq!(inlaid::matching::nysiis("Catherine"), "CATARAN");
/// ```
#[must_use]
pub fn nysiis(text: &str) -> String {
    let name = with_plain_ends(letters(text));
    let Some(first) = name.first() else { return String::new() };
    let mut key = vec![*first];
    let mut place = 1;
    while let Some(&letter) = name.get(place) {
        let (before, after) = (name[place - 1], &name[place + 1..]);
        let (sound, taken): (&[u8], usize) = match letter {
            b'E' if after.starts_with(b"V") => (b"AF", 2),
            _ if is_vowel(letter) => (b"A", 1),
            b'Q' => (b"G", 1),
            b'Z' => (b"S", 1),
            b'M' => (b"N", 1),
            b'K' if after.starts_with(b"N") => (b"N", 1),
            b'K' => (b"C", 1),
            b'S' if after.starts_with(b"CH") => (b"SS", 3),
            b'P' if after.starts_with(b"H") => (b"F", 2),
            b'H' if !is_vowel(before) => (&[before], 1),
            b'H' if !after.first().is_some_and(|next| is_vowel(*next)) => (b"A", 1),
            b'W' if is_vowel(before) => (&[before], 1),
            _ => (&[letter], 1),
        };
        if sound.last() != key.last() {
            key.extend_from_slice(sound);
        }
        place += taken;
    }
    if key.len() > 1 && key.ends_with(b"S") {
        key.pop();
    }
    if key.ends_with(b"AY") {
        key.remove(key.len() - 2);
    }
    if key.len() > 1 && key.ends_with(b"A") {
        key.pop();
    }
    text_of(key)
}

/// What stands at the start and at the end, written one way.
fn with_plain_ends(mut name: Vec<u8>) -> Vec<u8> {
    let starts: [(&[u8], &[u8]); 6] =
        [(b"MAC", b"MCC"), (b"KN", b"N"), (b"K", b"C"), (b"PH", b"FF"), (b"PF", b"FF"), (b"SCH", b"SSS")];
    if let Some((from, to)) = starts.iter().find(|(from, _)| name.starts_with(from)) {
        name.splice(..from.len(), to.iter().copied());
    }
    let ends: [(&[u8], u8); 7] =
        [(b"IE", b'Y'), (b"EE", b'Y'), (b"DT", b'D'), (b"RT", b'D'), (b"RD", b'D'), (b"NT", b'D'), (b"ND", b'D')];
    if let Some((_, to)) = ends.iter().find(|(from, _)| name.ends_with(from)) {
        name.truncate(name.len() - 2);
        name.push(*to);
    }
    name
}
