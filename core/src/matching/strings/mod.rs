//! How alike two texts are, all pairs of two lists, and who has a near double.
//!
//! | question | function |
//! |---|---|
//! | two texts, or texts in pairs | [`similarity`], [`similarity_batch`] with any [`TextMetric`]; or the metric by its name: [`jaro_winkler`], [`levenshtein`], [`indel_ratio`], [`token_set_ratio`], .. |
//! | all pairs of two lists | [`cdist`]; [`Cdist::fit`] for blocks of them |
//! | which texts of two lists are alike, among very many | [`join_texts`]; [`TextJoin::fit`] for blocks of them |
//! | which texts of one list are alike | [`dedup_texts`] |
//! | names that sound alike | [`phonetic_key`], [`soundex`], [`metaphone`], .. |
//!
//! Everything is counted in code points (`char`s), not in grapheme clusters: `é` may be one or two, see
//! [`TextNormalization`]. Similarities are 0 to 1.
mod cdist;
mod edit;
mod functions;
mod grams;
mod jaro;
mod join;
mod metric;
mod normalization;
mod pattern;
mod phonetic;
mod ratio;
mod symbols;
#[cfg(test)]
mod tests;
mod words;

pub use cdist::{Cdist, FittedCdist, cdist};
pub use functions::*;
pub use join::{DuplicateTexts, FittedTextJoin, TextJoin, TextJoinBlocks, TextMatches, dedup_texts, join_texts};
pub use metric::{MetricParameters, TextMetric, TextSimilarity, similarity, similarity_batch};
pub use normalization::{CaseRule, PunctuationRule, TextNormalization, UnicodeForm, WhitespaceRule, normalize_text};
pub use phonetic::{
    PhoneticKey, cologne_phonetics, metaphone, nysiis, phonetic_key, phonetic_key_batch, refined_soundex, soundex,
};
