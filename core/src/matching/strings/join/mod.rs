//! Near doubles among many texts, without comparing all of them.
//!
//! Every filter is exact: no pair at or above the cut-off is lost.
//!
//! | metric | what a pair must have in common |
//! |---|---|
//! | levenshtein, osa, damerau_levenshtein, indel, subsequence, hamming, token_sort_ratio | with at most `k` edits, one of `k + 1` segments of the indexed text, unchanged and at about its place (Li, Deng, Wang, Feng, *Pass-Join*, 2011) |
//! | jaro, jaro_winkler | with at most `d` symbols unshared, one of `d + 1` groups of symbols used equally often by both; or the first three symbols |
//! | jaccard, dice, cosine, overlap | one of the rarest grams of both (prefix filter; Xiao, Wang, Lin, Yu, 2008) |
//! | token_set_ratio | a word, or a segment of their sorted words |
//! | weighted_ratio above 0.95 | as indel, since all other ratios count 0.95 at most |
//! | partial_ratio | most symbols of the shorter text; all pairs are gone through |
//!
//! `k` and `d` follow from the cut-off and the lengths. What passes is put to a signature of 64 bits, which counts symbols, and
//! then compared. weighted_ratio below, Levenshtein with costs, and cut-offs so low that segments would be single symbols, are worked
//! off as all pairs by [`cdist`](super::cdist()) with the cut-off.
mod bags;
mod dedup;
mod index;
mod limits;
mod options;
mod postings;
mod segments;
mod sets;
mod shared_words;
#[cfg(test)]
mod tests;
mod texts;

pub use dedup::{DuplicateTexts, dedup_texts};
pub use index::{FittedTextJoin, TextJoinBlocks, TextMatches, join_texts};
pub use options::TextJoin;
