//! The metrics as functions of two texts, and of texts in pairs.
use super::metric::{MetricParameters, TextMetric, TextSimilarity, pairs, similarity_batch, watched};
use super::normalization::TextNormalization;
use super::symbols::{Unwatched, on_symbols};
use super::{edit, metric};
use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::Result;

/// Distances as whole numbers: the function of two texts, and of texts in pairs.
macro_rules! distances {
    ($($(#[$doc:meta])+ $name:ident, $batch:ident: |$a:ident, $b:ident, $watch:ident| $body:expr;)+) => {$(
        $(#[$doc])+
        #[must_use]
        pub fn $name(left: &str, right: &str) -> usize {
            let $watch = &Unwatched;
            let Ok(distance) = on_symbols!(left, right, |$a, $b| $body);
            distance
        }

        #[doc = concat!("[`", stringify!($name), "`] of texts in pairs, after a normalisation.")]
        ///
        /// # Errors
        /// `invalid_data` if there are not as many texts on both sides; `cancelled`.
        pub fn $batch(
            left: &[&str],
            right: &[&str],
            normalization: &TextNormalization,
            context: &Context,
        ) -> Result<Ints> {
            pairs(left, right, context, |left, right| {
                let (left, right) = (normalization.apply(left), normalization.apply(right));
                let $watch = context;
                on_symbols!(&left, &right, |$a, $b| $body).map(|distance| distance as i64)
            })
            .map(Ints::from)
        }
    )+};
}

distances! {
    /// The Levenshtein distance: the fewest insertions, deletions and substitutions of code points that turn one text into
    /// the other. `O(left * right / 64)`, of like texts less.
    ///
    /// ```
    /// assert_eq!(inlaid::matching::levenshtein("kitten", "sitting"), 3);
    /// ```
    levenshtein, levenshtein_batch: |a, b, watch| edit::levenshtein(a, b, usize::MAX, watch);
    /// The optimal string alignment distance: Levenshtein's edits, and neighbours that change places are one edit; no part is
    /// edited twice. `O(left * right / 64)`.
    osa, osa_batch: |a, b, watch| edit::osa(a, b, usize::MAX, watch);
    /// The unrestricted Damerau-Levenshtein distance: Levenshtein's edits, and neighbours that change places are one edit, also
    /// where more is edited between them. `O(left * right)`.
    ///
    /// ```
    /// assert_eq!(inlaid::matching::damerau_levenshtein("CA", "ABC"), 2);
    /// ```
    damerau_levenshtein, damerau_levenshtein_batch: |a, b, watch| edit::damerau(a, b, usize::MAX, watch);
    /// The fewest insertions and deletions that turn one text into the other. `O(left * right / 64)`, of like texts less.
    indel_distance, indel_distance_batch: |a, b, watch| edit::indel(a, b, usize::MAX, watch);
    /// The length of the longest common subsequence, in code points. `O(left * right / 64)`, of like texts less.
    subsequence_length, subsequence_length_batch: |a, b, watch| edit::subsequence(a, b, watch);
}

/// The Levenshtein distance with costs: the least that turns the left text into the right one. `O(left * right)`.
///
/// # Errors
/// `invalid_config` for a cost above 1,000,000; `cancelled`.
pub fn weighted_levenshtein(left: &str, right: &str, costs: &MetricParameters, context: &Context) -> Result<u64> {
    costs.validate()?;
    on_symbols!(left, right, |a, b| edit::weighted(a, b, costs.costs(), context))
}

/// [`weighted_levenshtein`] of texts in pairs, after a normalisation.
///
/// # Errors
/// As [`weighted_levenshtein`]; `invalid_data` if there are not as many texts on both sides.
pub fn weighted_levenshtein_batch(
    left: &[&str],
    right: &[&str],
    costs: &MetricParameters,
    normalization: &TextNormalization,
    context: &Context,
) -> Result<Ints> {
    costs.validate()?;
    pairs(left, right, context, |left, right| {
        let (left, right) = (normalization.apply(left), normalization.apply(right));
        on_symbols!(&left, &right, |a, b| edit::weighted(a, b, costs.costs(), context)).map(|cost| cost as i64)
    })
    .map(Ints::from)
}

/// The Hamming distance: positions that differ. With `pad`, positions that only the longer text has differ too.
///
/// # Errors
/// `invalid_data` for texts of unequal length without `pad`.
pub fn hamming(left: &str, right: &str, pad: bool) -> Result<usize> {
    on_symbols!(left, right, |a, b| {
        if !pad {
            metric::refuse_unequal_lengths(a.len(), b.len())?;
        }
        Ok(edit::hamming(a, b))
    })
}

/// [`hamming`] of texts in pairs, after a normalisation.
///
/// # Errors
/// As [`hamming`]; `invalid_data` if there are not as many texts on both sides; `cancelled`.
pub fn hamming_batch(
    left: &[&str],
    right: &[&str],
    pad: bool,
    normalization: &TextNormalization,
    context: &Context,
) -> Result<Ints> {
    pairs(left, right, context, |left, right| {
        hamming(&normalization.apply(left), &normalization.apply(right), pad).map(|distance| distance as i64)
    })
    .map(Ints::from)
}

/// Similarities with the usual parameters: the function of two texts, and of texts in pairs.
macro_rules! similarities {
    ($($(#[$doc:meta])+ $name:ident, $batch:ident: $metric:ident;)+) => {$(
        $(#[$doc])+
        ///
        /// Other parameters and a normalisation: [`similarity`](super::similarity).
        #[must_use]
        pub fn $name(left: &str, right: &str) -> f64 {
            let parameters = MetricParameters::default();
            let Ok(score) = on_symbols!(left, right, |a, b| {
                watched(a, b, TextMetric::$metric, &parameters, &Unwatched)
            });
            score
        }

        #[doc = concat!("[`", stringify!($name), "`] of texts in pairs, with parameters and after a normalisation.")]
        ///
        /// # Errors
        /// `invalid_config` for a parameter out of range; `invalid_data` if there are not as many texts on both sides;
        /// `cancelled`.
        pub fn $batch(
            left: &[&str],
            right: &[&str],
            parameters: &MetricParameters,
            normalization: &TextNormalization,
            context: &Context,
        ) -> Result<Vector> {
            let options = TextSimilarity::default()
                .with_metric(TextMetric::$metric)
                .with_parameters(parameters.clone())
                .with_normalization(normalization.clone());
            similarity_batch(left, right, &options, context)
        }
    )+};
}

similarities! {
    /// One less the Levenshtein distance over the longer length, 0 to 1. Two empty texts are equal.
    levenshtein_similarity, levenshtein_similarity_batch: Levenshtein;
    /// One less the optimal string alignment distance over the longer length, 0 to 1. Two empty texts are equal.
    osa_similarity, osa_similarity_batch: Osa;
    /// One less the Damerau-Levenshtein distance over the longer length, 0 to 1. Two empty texts are equal.
    damerau_levenshtein_similarity, damerau_levenshtein_similarity_batch: DamerauLevenshtein;
    /// One less insertions and deletions over the sum of lengths, 0 to 1. Two empty texts are equal.
    ///
    /// ```
    /// assert!((inlaid::matching::indel_ratio("kitten", "sitting") - 8.0 / 13.0).abs() < 1e-12);
    /// ```
    indel_ratio, indel_ratio_batch: Indel;
    /// The longest common subsequence over the longer length, 0 to 1. Two empty texts are equal.
    subsequence_similarity, subsequence_similarity_batch: Subsequence;
    /// The share of positions that are equal, 0 to 1; what the shorter text lacks differs. Two empty texts are equal.
    hamming_similarity, hamming_similarity_batch: Hamming;
    /// The Jaro similarity, 0 to 1: code points shared at about the same place, and their order. Two empty texts are equal.
    /// `O(left + right)`.
    jaro, jaro_batch: Jaro;
    /// The Jaro-Winkler similarity, 0 to 1: Jaro, and a tenth of what it lacks for each of up to four equal code points at the
    /// start, given above a Jaro similarity of 0.7. Two empty texts are equal. `O(left + right)`.
    ///
    /// ```
    /// assert!((inlaid::matching::jaro_winkler("MARTHA", "MARHTA") - 0.961_111_111_111).abs() < 1e-12);
    /// ```
    jaro_winkler, jaro_winkler_batch: JaroWinkler;
    /// The best indel ratio of the shorter text with a part of the longer one, 0 to 1: every window of its length and every
    /// shorter part at an end. Two empty texts are equal. `O(left * right * shorter / 64)` at worst.
    partial_ratio, partial_ratio_batch: PartialRatio;
    /// The indel ratio of the texts with their words sorted, 0 to 1. Two empty texts are equal.
    token_sort_ratio, token_sort_ratio_batch: TokenSortRatio;
    /// The indel ratio of the different words, where those of both texts may outweigh the others, 0 to 1; 1 if the words of
    /// one are among those of the other, 0 if a text has no words.
    token_set_ratio, token_set_ratio_batch: TokenSetRatio;
    /// The best of the ratios, each with a weight, 0 to 1; RapidFuzz's `WRatio`. 0 if a text is empty.
    weighted_ratio, weighted_ratio_batch: WeightedRatio;
    /// Shared pairs of code points over all that the texts have (Jaccard), 0 to 1, with a mark before and after each text.
    jaccard, jaccard_batch: Jaccard;
    /// Twice the shared pairs of code points over the sum of both (Sørensen, Dice), 0 to 1, with a mark before and after.
    dice, dice_batch: Dice;
    /// Shared pairs of code points over the geometric mean of both numbers (Ochiai), 0 to 1, with a mark before and after.
    cosine, cosine_batch: Cosine;
    /// Shared pairs of code points over the smaller number of them (Szymkiewicz, Simpson), 0 to 1, with a mark before and after.
    overlap, overlap_batch: Overlap;
}
