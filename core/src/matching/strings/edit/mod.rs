//! Distances by edits: how many insertions, deletions, substitutions and transpositions turn one text into the other.
mod damerau;
mod hamming;
mod levenshtein;
mod strips;
mod subsequence;
#[cfg(test)]
mod tests;
mod weighted;

pub(super) use damerau::damerau;
pub(super) use hamming::hamming;
pub(super) use levenshtein::{levenshtein, osa};
pub(super) use subsequence::{indel, single_word as subsequence_of_pattern, subsequence};
pub(super) use weighted::{most as most_weighted, weighted};
