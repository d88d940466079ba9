//! Who or what belongs together: assignments, stable pairs, compatibility, names and entities.
pub mod assignment;
pub mod compatibility;
pub mod entities;
mod map;
pub mod stable;
pub mod strings;

pub use map::MatchMap;
pub use strings::{
    CaseRule, Cdist, DuplicateTexts, FittedCdist, FittedTextJoin, MetricParameters, PhoneticKey, PunctuationRule,
    TextJoin, TextJoinBlocks, TextMatches, TextMetric, TextNormalization, TextSimilarity, UnicodeForm, WhitespaceRule,
    cdist, cologne_phonetics, cosine, cosine_batch, damerau_levenshtein, damerau_levenshtein_batch,
    damerau_levenshtein_similarity, damerau_levenshtein_similarity_batch, dedup_texts, dice, dice_batch, hamming,
    hamming_batch, hamming_similarity, hamming_similarity_batch, indel_distance, indel_distance_batch, indel_ratio,
    indel_ratio_batch, jaccard, jaccard_batch, jaro, jaro_batch, jaro_winkler, jaro_winkler_batch, join_texts,
    levenshtein, levenshtein_batch, levenshtein_similarity, levenshtein_similarity_batch, metaphone, normalize_text,
    nysiis, osa, osa_batch, osa_similarity, osa_similarity_batch, overlap, overlap_batch, partial_ratio,
    partial_ratio_batch, phonetic_key, phonetic_key_batch, refined_soundex, similarity, similarity_batch, soundex,
    subsequence_length, subsequence_length_batch, subsequence_similarity, subsequence_similarity_batch,
    token_set_ratio, token_set_ratio_batch, token_sort_ratio, token_sort_ratio_batch, weighted_levenshtein,
    weighted_levenshtein_batch, weighted_ratio, weighted_ratio_batch,
};
