//! From which score on something is an anomaly, without a detector.
use inlaid::anomaly::{
    conformal_threshold, contamination_threshold, extreme_value_threshold, learned_threshold,
    weighted_contamination_threshold,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

/// The share of anomalies.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Contamination {
    /// The share of anomalies to expect, above 0 and at most 0.5.
    contamination: f64,
}

/// The tail of the scores.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Tail {
    /// The share that exceeds the threshold, above 0 and below 1 - `level`.
    probability: f64,
    /// Where the tail starts, a share of the scores in (0, 1), such as 0.9.
    level: f64,
}

/// What is promised.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Promise {
    /// The probability of a false alarm, in (0, 1).
    false_alarm: f64,
}

pub(super) fn ops() -> Vec<Op> {
    let scores = |doc| ArrayArgument { name: "scores", letter: Letter::Vector, axes: &["row"], doc };
    let labels = ArrayArgument {
        name: "labels",
        letter: Letter::Ints,
        axes: &["row"],
        doc: "1 for an anomaly, 0 for a normal row, anything else for an unknown one.",
    };
    let any = "Scores of rows, higher is stranger; finite.";
    let contamination = "The score that the share `contamination` of the scores exceeds, linear between two of them.\n\nFails with \
        `invalid_config` for a share outside (0, 0.5], `invalid_data` for NaN or infinite scores, `not_enough_data` for none.";
    let weights = ArrayArgument {
        name: "weights",
        letter: Letter::Vector,
        axes: &["row"],
        doc: "How many rows each score stands for: finite, 0 or more, at least one above 0.",
    };
    let weighted = "As `contamination_threshold`, each score as often as its weight says; whole weights give the threshold of \
        repeated scores.\n\nFails as `contamination_threshold`, and with `invalid_data` for another number of weights than scores, \
        weights that are negative or not finite, or none above 0.";
    let extreme = "The score that the share `probability` of rows would exceed in the long run: a generalised Pareto distribution \
        fitted to the scores above their quantile `level` (Siffer et al., KDD 2017).\n\nFails with `invalid_config` for a level \
        outside (0, 1) or a probability outside (0, 1 - level), `invalid_data` for NaN or infinite scores, `not_enough_data` for \
        none.";
    let conformal = "The score that a normal row exceeds with probability `false_alarm` at most, whatever its distribution, as \
        long as rows are exchangeable.\n\nFails with `invalid_config` for a probability outside (0, 1), `not_enough_data` for \
        fewer than 1 / `false_alarm` - 1 scores, `invalid_data` for NaN or infinite scores.";
    let learned = "The score that separates a few labelled rows best: the largest F1.\n\nFails with `invalid_data` for another \
        number of labels than scores or NaN, `not_enough_data` unless both labels occur.";
    vec![
        op("anomaly.contamination_threshold", contamination)
            .takes(scores(any))
            .options::<Contamination>()
            .gives::<f64>()
            .quick()
            .runs(|a| {
                let share = a.options::<Contamination>()?.contamination;
                Reply::value(contamination_threshold(&a.vector(0)?.to_vec(), share)?)
            }),
        op("anomaly.weighted_contamination_threshold", weighted)
            .takes(scores(any))
            .takes(weights)
            .options::<Contamination>()
            .gives::<f64>()
            .quick()
            .runs(|a| {
                let share = a.options::<Contamination>()?.contamination;
                let (scores, weights) = (a.vector(0)?.to_vec(), a.vector(1)?.to_vec());
                Reply::value(weighted_contamination_threshold(&scores, &weights, share)?)
            }),
        op("anomaly.extreme_value_threshold", extreme).takes(scores(any)).options::<Tail>().gives::<f64>().runs(|a| {
            let tail: Tail = a.options()?;
            Reply::value(extreme_value_threshold(&a.vector(0)?.to_vec(), tail.probability, tail.level)?)
        }),
        op("anomaly.conformal_threshold", conformal)
            .takes(scores("Scores of normal rows that the detector was not fitted to; finite."))
            .options::<Promise>()
            .gives::<f64>()
            .quick()
            .runs(|a| {
                let promise: Promise = a.options()?;
                Reply::value(conformal_threshold(&a.vector(0)?.to_vec(), promise.false_alarm)?)
            }),
        op("anomaly.learned_threshold", learned)
            .takes(scores(any))
            .takes(labels)
            .gives::<f64>()
            .quick()
            .runs(|a| Reply::value(learned_threshold(&a.vector(0)?.to_vec(), a.ints(1)?)?)),
    ]
}
