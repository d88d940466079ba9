//! Which similarity, with which parameters, of which form of the texts.
use serde::{Deserialize, Serialize};

use super::grams::{Coefficient, gram_similarity};
use super::normalization::TextNormalization;
use super::symbols::{Symbol, Watch, on_symbols};
use super::{edit, jaro, ratio, words};
use crate::Context;
use crate::data::Vector;
use crate::error::{Result, bail, ensure};

/// A similarity of two texts, 0 (nothing in common) to 1 (equal). RapidFuzz's `fuzz` ratios are the same times 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TextMetric {
    /// One less the insertions, deletions and substitutions over the most there could be; for typing errors.
    Levenshtein,
    /// As levenshtein, and neighbours that changed places are one edit (optimal string alignment).
    Osa,
    /// As osa, and what changed places may be edited again.
    DamerauLevenshtein,
    /// One less the insertions and deletions over both lengths; `fuzz.ratio`.
    Indel,
    /// The longest common subsequence over the longer length.
    Subsequence,
    /// The share of positions that are equal.
    Hamming,
    /// Symbols shared at about the same place, and their order.
    Jaro,
    /// Jaro with a boost for an equal start; for names of persons.
    #[default]
    JaroWinkler,
    /// The best indel ratio of the shorter text with a part of the longer one.
    PartialRatio,
    /// The indel ratio of the texts with their words sorted.
    TokenSortRatio,
    /// As token_sort_ratio, and words of both texts count once and may outweigh the others.
    TokenSetRatio,
    /// The best of the ratios, each with a weight; `fuzz.WRatio`.
    WeightedRatio,
    /// Shared grams over all grams.
    Jaccard,
    /// Twice the shared grams over the sum of grams.
    Dice,
    /// Shared grams over the geometric mean of the numbers of grams.
    Cosine,
    /// Shared grams over the smaller number of grams.
    Overlap,
}

/// Parameters of the metrics that have some; the others do not look at them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MetricParameters {
    /// jaro_winkler: the boost for each of up to 4 equal symbols at the start, 0 to 0.25. It is given above a Jaro
    /// similarity of 0.7. Default 0.1.
    pub prefix_weight: f64,
    /// jaccard, dice, cosine, overlap: symbols in a gram, 1 to 64. Default 2.
    pub gram_size: usize,
    /// jaccard, dice, cosine, overlap: whether texts have `gram_size - 1` marks before and after them. Default true.
    pub pad_grams: bool,
    /// levenshtein: the cost of an insertion into the left text, at most 1,000,000. Default 1.
    pub insertion_cost: u64,
    /// levenshtein: the cost of a deletion from the left text, at most 1,000,000. Default 1.
    pub deletion_cost: u64,
    /// levenshtein: the cost of a substitution, at most 1,000,000. Default 1.
    pub substitution_cost: u64,
    /// hamming: whether texts of unequal length are compared, what is missing differing; they are refused otherwise.
    /// Default true.
    pub pad_hamming: bool,
}

impl Default for MetricParameters {
    fn default() -> Self {
        Self {
            prefix_weight: 0.1,
            gram_size: 2,
            pad_grams: true,
            insertion_cost: 1,
            deletion_cost: 1,
            substitution_cost: 1,
            pad_hamming: true,
        }
    }
}

/// The largest gram.
const LARGEST_GRAM: usize = 64;
/// The largest cost of an edit.
const LARGEST_COST: u64 = 1_000_000;

impl MetricParameters {
    /// Set the boost for each equal symbol at the start.
    #[must_use]
    pub fn with_prefix_weight(mut self, prefix_weight: f64) -> Self {
        self.prefix_weight = prefix_weight;
        self
    }

    /// Set the symbols in a gram and whether texts have marks before and after them.
    #[must_use]
    pub fn with_grams(mut self, gram_size: usize, pad_grams: bool) -> Self {
        (self.gram_size, self.pad_grams) = (gram_size, pad_grams);
        self
    }

    /// Set the costs of an insertion, a deletion and a substitution.
    #[must_use]
    pub fn with_costs(mut self, insertion: u64, deletion: u64, substitution: u64) -> Self {
        (self.insertion_cost, self.deletion_cost, self.substitution_cost) = (insertion, deletion, substitution);
        self
    }

    /// Set whether texts of unequal length have a Hamming distance.
    #[must_use]
    pub fn with_pad_hamming(mut self, pad_hamming: bool) -> Self {
        self.pad_hamming = pad_hamming;
        self
    }

    /// Refuse values out of range.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        ensure!(
            (0.0..=0.25).contains(&self.prefix_weight),
            InvalidConfig,
            "`prefix_weight` must be between 0 and 0.25, got {}",
            self.prefix_weight
        );
        ensure!(
            (1..=LARGEST_GRAM).contains(&self.gram_size),
            InvalidConfig,
            "`gram_size` must be between 1 and {LARGEST_GRAM}, got {}",
            self.gram_size
        );
        for (name, cost) in [
            ("insertion_cost", self.insertion_cost),
            ("deletion_cost", self.deletion_cost),
            ("substitution_cost", self.substitution_cost),
        ] {
            ensure!(cost <= LARGEST_COST, InvalidConfig, "`{name}` must be at most {LARGEST_COST}, got {cost}");
        }
        Ok(())
    }

    /// The costs of an insertion, a deletion and a substitution.
    pub(super) fn costs(&self) -> [u64; 3] {
        [self.insertion_cost, self.deletion_cost, self.substitution_cost]
    }
}

/// Compare two texts, or texts in pairs, by one of the metrics, after a normalisation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TextSimilarity {
    /// The metric. Default jaro_winkler.
    pub metric: TextMetric,
    /// Parameters of the metric.
    pub parameters: MetricParameters,
    /// What is taken out of both texts before. Default nothing.
    pub normalization: TextNormalization,
}

impl TextSimilarity {
    /// Set the metric.
    #[must_use]
    pub fn with_metric(mut self, metric: TextMetric) -> Self {
        self.metric = metric;
        self
    }

    /// Set the parameters of the metric.
    #[must_use]
    pub fn with_parameters(mut self, parameters: MetricParameters) -> Self {
        self.parameters = parameters;
        self
    }

    /// Set what is taken out of both texts before.
    #[must_use]
    pub fn with_normalization(mut self, normalization: TextNormalization) -> Self {
        self.normalization = normalization;
        self
    }

    /// Refuse values out of range.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        self.parameters.validate()
    }
}

/// How alike two texts are, 0 to 1.
///
/// Two empty texts have similarity 1, but 0 by `token_set_ratio` and `weighted_ratio`; an empty and another text 0. Edit
/// metrics take `O(left * right / 64)`, damerau_levenshtein, levenshtein with costs and the words' ratios up to
/// `O(left * right)`, jaro and grams about `O(left + right)`; memory is `O(left + right)` for all.
///
/// # Errors
/// `invalid_config` for a parameter out of range; `invalid_data` for hamming without padding on texts of unequal length;
/// `cancelled`.
pub fn similarity(left: &str, right: &str, options: &TextSimilarity, context: &Context) -> Result<f64> {
    options.validate()?;
    one(left, right, options, context)
}

/// [`similarity`] of every text of `left` with the one at the same place of `right`.
///
/// # Errors
/// As [`similarity`]; `invalid_data` if there are not as many texts on both sides.
pub fn similarity_batch(left: &[&str], right: &[&str], options: &TextSimilarity, context: &Context) -> Result<Vector> {
    options.validate()?;
    pairs(left, right, context, |left, right| one(left, right, options, context)).map(Vector::from)
}

/// Work on texts in pairs, in parallel.
pub(super) fn pairs<T: Send>(
    left: &[&str],
    right: &[&str],
    context: &Context,
    work: impl Fn(&str, &str) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    ensure!(
        left.len() == right.len(),
        InvalidData,
        "pairs need as many texts on the right as on the left, got {} and {}",
        left.len(),
        right.len()
    );
    const TOGETHER: usize = 1024;
    let parts = context.map(left.len().div_ceil(TOGETHER), |part| {
        let range = part * TOGETHER..left.len().min((part + 1) * TOGETHER);
        let mut results = Vec::with_capacity(range.len());
        for (offset, (left, right)) in left[range.clone()].iter().zip(&right[range.clone()]).enumerate() {
            if left.len() + right.len() > 1 << 12 {
                context.check()?;
            }
            results.push(work(left, right).map_err(|error| error.at(format_args!("pair {}", range.start + offset)))?);
        }
        Ok(results)
    })?;
    Ok(parts.into_iter().flatten().collect())
}

fn one(left: &str, right: &str, options: &TextSimilarity, context: &Context) -> Result<f64> {
    let left = options.normalization.apply(left);
    if left.len() + right.len() > 1 << 16 {
        context.check()?;
    }
    let right = options.normalization.apply(right);
    on_symbols!(&left, &right, |a, b| of_symbols(a, b, options.metric, &options.parameters, context))
}

/// Whether the texts may be compared at all.
pub(super) fn refuse_unequal_lengths(a: usize, b: usize) -> Result<()> {
    if a != b {
        bail!(
            InvalidData,
            "the Hamming distance without padding needs texts of equal length, got {a} and {b} code points"
        );
    }
    Ok(())
}

/// The similarity of two sequences of symbols.
pub(super) fn of_symbols<S: Symbol>(
    a: &[S],
    b: &[S],
    metric: TextMetric,
    parameters: &MetricParameters,
    context: &Context,
) -> Result<f64> {
    if metric == TextMetric::Hamming && !parameters.pad_hamming {
        refuse_unequal_lengths(a.len(), b.len())?;
    }
    watched(a, b, metric, parameters, context)
}

/// The similarity without the refusals.
pub(super) fn watched<S: Symbol, W: Watch>(
    a: &[S],
    b: &[S],
    metric: TextMetric,
    parameters: &MetricParameters,
    watch: &W,
) -> Result<f64, W::Stop> {
    let longer = a.len().max(b.len());
    let of_longer = |distance| ratio::of_distance(distance, longer);
    let grams = |coefficient| gram_similarity(a, b, (parameters.gram_size, parameters.pad_grams), coefficient, watch);
    Ok(match metric {
        TextMetric::Levenshtein => levenshtein(a, b, parameters.costs(), watch)?,
        TextMetric::Osa => of_longer(edit::osa(a, b, usize::MAX, watch)?),
        TextMetric::DamerauLevenshtein => of_longer(edit::damerau(a, b, usize::MAX, watch)?),
        TextMetric::Indel => ratio::indel_ratio(a, b, watch)?,
        TextMetric::Subsequence => of_longer(longer - edit::subsequence(a, b, watch)?),
        TextMetric::Hamming => of_longer(edit::hamming(a, b)),
        TextMetric::Jaro => jaro::jaro(a, b, watch)?,
        TextMetric::JaroWinkler => jaro::jaro_winkler(a, b, parameters.prefix_weight, watch)?,
        TextMetric::PartialRatio => ratio::partial_ratio(a, b, watch)?,
        TextMetric::TokenSortRatio => words::token_sort_ratio(a, b, watch)?,
        TextMetric::TokenSetRatio => words::token_set_ratio(a, b, watch)?,
        TextMetric::WeightedRatio => words::weighted_ratio(a, b, watch)?,
        TextMetric::Jaccard => grams(Coefficient::Jaccard)?,
        TextMetric::Dice => grams(Coefficient::Dice)?,
        TextMetric::Cosine => grams(Coefficient::Cosine)?,
        TextMetric::Overlap => grams(Coefficient::Overlap)?,
    })
}

/// One less the cost over the most it can be for texts of these lengths.
fn levenshtein<S: Symbol, W: Watch>(a: &[S], b: &[S], costs: [u64; 3], watch: &W) -> Result<f64, W::Stop> {
    if costs == [1; 3] {
        return Ok(ratio::of_distance(edit::levenshtein(a, b, usize::MAX, watch)?, a.len().max(b.len())));
    }
    let most = edit::most_weighted(a.len(), b.len(), costs);
    Ok(ratio::of_distance(edit::weighted(a, b, costs, watch)? as usize, most as usize))
}
