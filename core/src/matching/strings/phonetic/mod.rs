//! Keys for the sound of names: names that sound alike have the same key.
//!
//! | key | for | length |
//! |---|---|---|
//! | [`soundex`] | English names; coarse | a letter and three digits |
//! | [`refined_soundex`] | English names; finer, of the whole name | a letter and digits |
//! | [`nysiis`] | names in the United States | letters |
//! | [`metaphone`] | English words, by their spelling rules | letters |
//! | [`double_metaphone`], [`double_metaphone_alternate`] | names of any origin, as speakers of English say them: two keys | letters |
//! | [`cologne_phonetics`] | German names | digits |
//!
//! Accents are taken off and case does not matter; what then is no letter from A to Z is left out (metaphone keeps spaces between
//! words, double metaphone looks at what stands between them). A text without such letters has the empty key.
mod cologne;
mod double_metaphone;
mod metaphone;
mod nysiis;
mod soundex;
#[cfg(test)]
mod tests;

pub use cologne::cologne_phonetics;
pub use double_metaphone::{double_metaphone, double_metaphone_alternate};
pub use metaphone::metaphone;
pub use nysiis::nysiis;
use serde::{Deserialize, Serialize};
pub use soundex::{refined_soundex, soundex};
use unicode_normalization::UnicodeNormalization;

use crate::Context;
use crate::error::Result;

/// A key for the sound of names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PhoneticKey {
    /// American Soundex.
    #[default]
    Soundex,
    /// Refined Soundex.
    RefinedSoundex,
    /// The New York State Identification and Intelligence System.
    Nysiis,
    /// Metaphone.
    Metaphone,
    /// Double Metaphone, its first key.
    DoubleMetaphone,
    /// Double Metaphone, its second key; the first where there is no other.
    DoubleMetaphoneAlternate,
    /// Kölner Phonetik, for German.
    Cologne,
}

/// The key of a text.
///
/// ```
/// use inlaid::matching::{PhoneticKey, phonetic_key};
/// assert_eq!(phonetic_key("Robert", PhoneticKey::Soundex), phonetic_key("Rupert", PhoneticKey::Soundex));
/// ```
#[must_use]
pub fn phonetic_key(text: &str, key: PhoneticKey) -> String {
    match key {
        PhoneticKey::Soundex => soundex(text),
        PhoneticKey::RefinedSoundex => refined_soundex(text),
        PhoneticKey::Nysiis => nysiis(text),
        PhoneticKey::Metaphone => metaphone(text),
        PhoneticKey::DoubleMetaphone => double_metaphone(text),
        PhoneticKey::DoubleMetaphoneAlternate => double_metaphone_alternate(text),
        PhoneticKey::Cologne => cologne_phonetics(text),
    }
}

/// The key of each text.
///
/// # Errors
/// `cancelled`.
pub fn phonetic_key_batch(texts: &[&str], key: PhoneticKey, context: &Context) -> Result<Vec<String>> {
    context.map(texts.len(), |index| Ok(phonetic_key(texts[index], key)))
}

/// The letters of a text, accents off, in upper case; `ß` is two letters.
fn letters(text: &str) -> Vec<u8> {
    text.to_uppercase().nfkd().filter(char::is_ascii_uppercase).map(|letter| letter as u8).collect()
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'A' | b'E' | b'I' | b'O' | b'U')
}

fn text_of(letters: Vec<u8>) -> String {
    letters.into_iter().map(char::from).collect()
}
