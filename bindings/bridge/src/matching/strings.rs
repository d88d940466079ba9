//! How alike texts are: in pairs, all with all, and near doubles among many.
use inlaid::data::{Ints, Matrix, Vector};
use inlaid::matching::{
    Cdist, DuplicateTexts, FittedCdist, FittedTextJoin, MetricParameters, PhoneticKey, TextJoin, TextMatches,
    TextMetric, TextNormalization, TextSimilarity, cdist, damerau_levenshtein_batch, dedup_texts, hamming_batch,
    indel_distance_batch, join_texts, levenshtein_batch, normalize_text, osa_batch, phonetic_key, phonetic_key_batch,
    similarity, similarity_batch, subsequence_length_batch, weighted_levenshtein, weighted_levenshtein_batch,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

const LEFT: ArrayArgument = texts("left", "The texts on the left; missing ones are refused.");
const RIGHT: ArrayArgument = texts("right", "The texts on the right; missing ones are refused.");
const TEXTS: ArrayArgument = texts("texts", "The texts; missing ones are refused.");

/// Two texts of so many bytes together take well below a millisecond by every metric.
const SHORT: usize = 2048;

const fn texts(name: &'static str, doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Texts, axes: &["text"], doc }
}

/// Models of this part.
pub(super) const CDIST: (&str, &str) = ("FittedCdist", "The right side of a comparison of all pairs, packed.");
pub(super) const TEXT_JOIN: (&str, &str) = ("FittedTextJoin", "The texts of the right side of a join, indexed.");

/// Two texts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Two {
    /// The text on the left.
    left: String,
    /// The text on the right.
    right: String,
}

/// Two texts and how they are compared.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Compared {
    /// The text on the left.
    left: String,
    /// The text on the right.
    right: String,
    /// The metric. Default jaro_winkler.
    #[serde(default)]
    metric: TextMetric,
    /// Parameters of the metric.
    #[serde(default)]
    parameters: MetricParameters,
    /// What is taken out of both texts before. Default nothing.
    #[serde(default)]
    normalization: TextNormalization,
}

/// What is taken out of texts.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Normalized {
    /// What is taken out of all texts before. Default nothing.
    normalization: TextNormalization,
}

/// Parameters of a metric, and what is taken out of texts.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Measured {
    /// Parameters of the metric.
    parameters: MetricParameters,
    /// What is taken out of all texts before. Default nothing.
    normalization: TextNormalization,
}

/// Two texts and what edits cost.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Weighted {
    /// The text on the left.
    left: String,
    /// The text on the right.
    right: String,
    /// `insertion_cost`, `deletion_cost` and `substitution_cost` of them. Default 1 each.
    #[serde(default)]
    parameters: MetricParameters,
}

fn yes() -> bool {
    true
}

/// Two texts, and whether their lengths may differ.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Hamming {
    /// The text on the left.
    left: String,
    /// The text on the right.
    right: String,
    /// Whether positions that only the longer text has differ; texts of unequal length are refused otherwise. Default true.
    #[serde(default = "yes")]
    pad: bool,
}

/// Whether lengths may differ, and what is taken out of texts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HammingBatch {
    /// Whether positions that only the longer text has differ; texts of unequal length are refused otherwise. Default true.
    #[serde(default = "yes")]
    pad: bool,
    /// What is taken out of all texts before. Default nothing.
    #[serde(default)]
    normalization: TextNormalization,
}

/// A text and what is taken out of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Normalize {
    /// The text.
    text: String,
    /// What is taken out of it. Default nothing.
    #[serde(default)]
    normalization: TextNormalization,
}

/// A text and which key of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Sound {
    /// The text.
    text: String,
    /// Which key. Default soundex.
    #[serde(default)]
    key: PhoneticKey,
}

/// Which key.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Sounds {
    /// Which key. Default soundex.
    key: PhoneticKey,
}

pub(super) fn ops() -> Vec<Op> {
    [distances(), similarities(), compared(), sounds(), many()].into_iter().flatten().collect()
}

/// The function of two texts and the function of texts in pairs, for a distance.
macro_rules! distances {
    ($($name:literal, $batch:ident, $doc:literal;)+) => {
        vec![$(
            op(concat!("matching.", $name), concat!($doc, "\n\nFails with `cancelled`."))
                .options::<Two>()
                .gives::<i64>()
                .brief_up_to(SHORT)
                .runs(|a| {
                    let Two { left, right } = a.options()?;
                    let distances = $batch(&[&left], &[&right], &TextNormalization::default(), a.context)?;
                    Reply::value(distances.first().copied().unwrap_or(0))
                }),
            op(
                concat!("matching.", stringify!($batch)),
                concat!($doc, " Of texts in pairs.\n\nFails with `invalid_data` if there are not as many texts on both \
                    sides, and with `cancelled`."),
            )
            .takes(LEFT)
            .takes(RIGHT)
            .options::<Normalized>()
            .gives::<Ints>()
            .runs(|a| {
                let Normalized { normalization } = a.options()?;
                Reply::value($batch(a.texts(0)?, a.texts(1)?, &normalization, a.context)?)
            }),
        )+]
    };
}

fn distances() -> Vec<Op> {
    let mut ops = distances! {
        "levenshtein", levenshtein_batch, "The fewest insertions, deletions and substitutions of code points that turn one \
            text into the other.";
        "osa", osa_batch, "The optimal string alignment distance: Levenshtein's edits, and neighbours that change places are \
            one edit.";
        "damerau_levenshtein", damerau_levenshtein_batch, "The unrestricted Damerau-Levenshtein distance: neighbours that \
            change places are one edit, also where more is edited between them.";
        "indel_distance", indel_distance_batch, "The fewest insertions and deletions that turn one text into the other.";
        "subsequence_length", subsequence_length_batch, "The length of the longest common subsequence, in code points.";
    };
    let weighted = "The least cost of insertions, deletions and substitutions that turn the left text into the right one.\n\n\
        Fails with `invalid_config` for a cost above 1,000,000, and with `cancelled`.";
    ops.extend([
        op("matching.weighted_levenshtein", weighted).options::<Weighted>().gives::<i64>().runs(|a| {
            let Weighted { left, right, parameters } = a.options()?;
            Reply::value(weighted_levenshtein(&left, &right, &parameters, a.context)?)
        }),
        op(
            "matching.weighted_levenshtein_batch",
            "The least cost of insertions, deletions and substitutions that turn the left text into the right one, of texts \
             in pairs.\n\nFails with `invalid_config` for a cost above 1,000,000, `invalid_data` if there are not as many texts \
             on both sides, and `cancelled`.",
        )
        .takes(LEFT)
        .takes(RIGHT)
        .options::<Measured>()
        .gives::<Ints>()
        .runs(|a| {
            let Measured { parameters, normalization } = a.options()?;
            Reply::value(weighted_levenshtein_batch(
                a.texts(0)?,
                a.texts(1)?,
                &parameters,
                &normalization,
                a.context,
            )?)
        }),
        op(
            "matching.hamming",
            "How many positions of two texts differ.\n\nFails with `invalid_data` for texts of unequal length without `pad`.",
        )
        .options::<Hamming>()
        .gives::<i64>()
        .quick()
        .runs(|a| {
            let Hamming { left, right, pad } = a.options()?;
            Reply::value(inlaid::matching::hamming(&left, &right, pad)?)
        }),
        op(
            "matching.hamming_batch",
            "How many positions of texts in pairs differ.\n\nFails with `invalid_data` for texts of unequal length without \
             `pad`, or if there are not as many texts on both sides.",
        )
        .takes(LEFT)
        .takes(RIGHT)
        .options::<HammingBatch>()
        .gives::<Ints>()
        .runs(|a| {
            let HammingBatch { pad, normalization } = a.options()?;
            Reply::value(hamming_batch(a.texts(0)?, a.texts(1)?, pad, &normalization, a.context)?)
        }),
    ]);
    ops
}

fn two(a: &crate::Args<'_>, metric: TextMetric) -> inlaid::Result<Reply> {
    let Two { left, right } = a.options()?;
    Reply::value(similarity(&left, &right, &TextSimilarity::default().with_metric(metric), a.context)?)
}

fn in_pairs(a: &crate::Args<'_>, metric: TextMetric) -> inlaid::Result<Reply> {
    let Measured { parameters, normalization } = a.options()?;
    let options =
        TextSimilarity::default().with_metric(metric).with_parameters(parameters).with_normalization(normalization);
    let scores: Vector = similarity_batch(a.texts(0)?, a.texts(1)?, &options, a.context)?;
    Reply::value(scores)
}

/// The function of two texts and the function of texts in pairs, for a similarity.
macro_rules! similarities {
    ($($name:literal, $metric:ident, $doc:literal;)+) => {
        vec![$(
            op(concat!("matching.", $name), concat!($doc, " 0 to 1.\n\nFails with `cancelled`."))
                .options::<Two>()
                .gives::<f64>()
                .brief_up_to(SHORT)
                .runs(|a| two(a, TextMetric::$metric)),
            op(
                concat!("matching.", $name, "_batch"),
                concat!($doc, " 0 to 1, of texts in pairs.\n\nFails with `invalid_config` for a parameter out of range, \
                    `invalid_data` if there are not as many texts on both sides, and `cancelled`."),
            )
            .takes(LEFT)
            .takes(RIGHT)
            .options::<Measured>()
            .gives::<Vector>()
            .runs(|a| in_pairs(a, TextMetric::$metric)),
        )+]
    };
}

fn similarities() -> Vec<Op> {
    similarities! {
        "levenshtein_similarity", Levenshtein, "One less the Levenshtein distance over the longer length.";
        "osa_similarity", Osa, "One less the optimal string alignment distance over the longer length.";
        "damerau_levenshtein_similarity", DamerauLevenshtein, "One less the Damerau-Levenshtein distance over the longer length.";
        "indel_ratio", Indel, "One less insertions and deletions over the sum of lengths.";
        "subsequence_similarity", Subsequence, "The longest common subsequence over the longer length.";
        "hamming_similarity", Hamming, "The share of positions that are equal.";
        "jaro", Jaro, "The Jaro similarity: code points shared at about the same place, and their order.";
        "jaro_winkler", JaroWinkler, "The Jaro similarity with a boost for an equal start.";
        "partial_ratio", PartialRatio, "The best indel ratio of the shorter text with a part of the longer one.";
        "token_sort_ratio", TokenSortRatio, "The indel ratio of the texts with their words sorted.";
        "token_set_ratio", TokenSetRatio, "The indel ratio of the different words, where shared ones may outweigh the others.";
        "weighted_ratio", WeightedRatio, "The best of the ratios, each with a weight.";
        "jaccard", Jaccard, "Shared grams over all grams, by default pairs of code points with a mark at both ends.";
        "dice", Dice, "Twice the shared grams over the sum of grams, by default pairs of code points with a mark at both ends.";
        "cosine", Cosine, "Shared grams over the geometric mean of their numbers, by default pairs of code points with a mark at both ends.";
        "overlap", Overlap, "Shared grams over the smaller number of them, by default pairs of code points with a mark at both ends.";
    }
}

fn compared() -> Vec<Op> {
    vec![
        op(
            "matching.similarity",
            "How alike two texts are by a metric, 0 to 1.\n\nTwo empty texts have similarity 1, but 0 by token_set_ratio and \
             weighted_ratio; an empty and another text 0. Fails with `invalid_config` for a parameter out of range, \
             `invalid_data` for hamming without padding on texts of unequal length, `cancelled`.",
        )
        .options::<Compared>()
        .gives::<f64>()
        .runs(|a| {
            let Compared { left, right, metric, parameters, normalization } = a.options()?;
            let options = TextSimilarity::default()
                .with_metric(metric)
                .with_parameters(parameters)
                .with_normalization(normalization);
            Reply::value(similarity(&left, &right, &options, a.context)?)
        }),
        op(
            "matching.similarity_batch",
            "How alike texts in pairs are by a metric, 0 to 1.\n\nFails with `invalid_config` for a parameter out of range, \
             `invalid_data` if there are not as many texts on both sides or for hamming without padding on texts of unequal \
             length, `cancelled`.",
        )
        .takes(LEFT)
        .takes(RIGHT)
        .options::<TextSimilarity>()
        .gives::<Vector>()
        .runs(|a| Reply::value(similarity_batch(a.texts(0)?, a.texts(1)?, &a.options()?, a.context)?)),
        op("matching.normalize_text", "A text as a normalisation leaves it.\n\nFails with `invalid_config` for an unknown rule.")
            .options::<Normalize>()
            .gives::<String>()
            .runs(|a| {
                let Normalize { text, normalization } = a.options()?;
                Reply::value(normalize_text(&text, &normalization))
            }),
    ]
}

fn sounds() -> Vec<Op> {
    vec![
        op(
            "matching.phonetic_key",
            "A key for the sound of a name.\n\nFails with `invalid_config` for an unknown key.",
        )
        .options::<Sound>()
        .gives::<String>()
        .runs(|a| {
            let Sound { text, key } = a.options()?;
            Reply::value(phonetic_key(&text, key))
        }),
        op(
            "matching.phonetic_key_batch",
            "Keys for the sound of names.\n\nFails with `invalid_config` for an unknown key, and with `cancelled`.",
        )
        .takes(TEXTS)
        .options::<Sounds>()
        .gives::<Vec<String>>()
        .runs(|a| {
            let Sounds { key } = a.options()?;
            Reply::value(phonetic_key_batch(a.texts(0)?, key, a.context)?)
        }),
    ]
}

fn many() -> Vec<Op> {
    vec![
        op(
            "matching.cdist",
            "The similarity of every text of `left` with every text of `right`, 0 to 1.\n\nFails with `invalid_config` for an \
             option out of range, `invalid_data` for hamming without padding on texts of unequal length, `too_large` from 2^31 \
             scores on, `cancelled`.",
        )
        .takes(LEFT)
        .takes(RIGHT)
        .options::<Cdist>()
        .gives::<Matrix>()
        .runs(|a| Reply::value(cdist(a.texts(0)?, a.texts(1)?, &a.options()?, a.context)?)),
        op(
            "matching.Cdist.fit",
            "Pack the right side, to be scored with the left one in blocks.\n\nFails with `invalid_config` for an option out of \
             range, and with `cancelled`.",
        )
        .on_options::<Cdist>()
        .takes(RIGHT)
        .gives_model("matching.FittedCdist")
        .runs(|a| Ok(Reply::model("matching.FittedCdist", a.options::<Cdist>()?.fit(a.texts(0)?, a.context)?))),
        op(
            "matching.FittedCdist.score",
            "The similarity of every text of `left` with every text on the right, 0 to 1.\n\nFails with `invalid_data` for \
             hamming without padding on texts of unequal length, `too_large` from 2^31 scores on, `cancelled`.",
        )
        .on_model()
        .takes(LEFT)
        .gives::<Matrix>()
        .runs(|a| Reply::value(a.model::<FittedCdist>()?.score(a.texts(0)?, a.context)?)),
        op(
            "matching.join_texts",
            "All pairs of a left and a right text that reach the cut-off, without comparing all; of each left text the `k` best \
             if `k` is set.\n\nFails with `invalid_config` for an option out of range, `invalid_data` for hamming without \
             padding on texts of unequal length, `too_large` from 2^32 texts on, `cancelled`.",
        )
        .takes(LEFT)
        .takes(RIGHT)
        .options::<TextJoin>()
        .gives::<TextMatches>()
        .runs(|a| Reply::value(join_texts(a.texts(0)?, a.texts(1)?, &a.options()?, a.context)?)),
        op(
            "matching.TextJoin.fit",
            "Index the right side, to be searched for the left one in blocks.\n\nFails with `invalid_config` for an option out of \
             range, `too_large` from 2^32 texts on, `cancelled`.",
        )
        .on_options::<TextJoin>()
        .takes(RIGHT)
        .gives_model("matching.FittedTextJoin")
        .runs(|a| Ok(Reply::model("matching.FittedTextJoin", a.options::<TextJoin>()?.fit(a.texts(0)?, a.context)?))),
        op(
            "matching.FittedTextJoin.search",
            "The matches of each text of `left`.\n\nFails with `invalid_data` for hamming without padding on texts of unequal \
             length, `too_large` from 2^32 texts on, `cancelled`.",
        )
        .on_model()
        .takes(LEFT)
        .gives::<TextMatches>()
        .runs(|a| Reply::value(a.model::<FittedTextJoin>()?.search(a.texts(0)?, a.context)?)),
        op(
            "matching.dedup_texts",
            "All pairs of texts of one list that reach the cut-off, each once, and the groups they make.\n\nFails with \
             `invalid_config` for an option out of range, `invalid_data` for hamming without padding on texts of unequal \
             length, `too_large` from 2^31 pairs or 2^32 texts on, `cancelled`.",
        )
        .takes(TEXTS)
        .options::<TextJoin>()
        .gives::<DuplicateTexts>()
        .runs(|a| Reply::value(dedup_texts(a.texts(0)?, &a.options()?, a.context)?)),
    ]
}
