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
#[cfg(test)]
mod properties;
mod query;
mod ratio;
mod symbols;
#[cfg(test)]
mod tests;
mod words;

pub use cdist::{Cdist, FittedCdist, cdist};
pub use functions::{
    cosine, cosine_batch, damerau_levenshtein, damerau_levenshtein_batch, damerau_levenshtein_similarity,
    damerau_levenshtein_similarity_batch, dice, dice_batch, hamming, hamming_batch, hamming_similarity,
    hamming_similarity_batch, indel_distance, indel_distance_batch, indel_ratio, indel_ratio_batch, jaccard,
    jaccard_batch, jaro, jaro_batch, jaro_winkler, jaro_winkler_batch, levenshtein, levenshtein_batch,
    levenshtein_similarity, levenshtein_similarity_batch, osa, osa_batch, osa_similarity, osa_similarity_batch,
    overlap, overlap_batch, partial_ratio, partial_ratio_batch, subsequence_length, subsequence_length_batch,
    subsequence_similarity, subsequence_similarity_batch, token_set_ratio, token_set_ratio_batch, token_sort_ratio,
    token_sort_ratio_batch, weighted_levenshtein, weighted_levenshtein_batch, weighted_ratio, weighted_ratio_batch,
};
pub use join::{DuplicateTexts, FittedTextJoin, TextJoin, TextJoinBlocks, TextMatches, dedup_texts, join_texts};
pub use metric::{MetricParameters, TextMetric, TextSimilarity, similarity, similarity_batch};
pub use normalization::{CaseRule, PunctuationRule, TextNormalization, UnicodeForm, WhitespaceRule, normalize_text};
pub use phonetic::{
    PhoneticKey, cologne_phonetics, double_metaphone, double_metaphone_alternate, metaphone, nysiis, phonetic_key,
    phonetic_key_batch, refined_soundex, soundex,
};
