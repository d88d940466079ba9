//! How good scores are, given what was truly anomalous.
use inlaid::anomaly::{
    NabReport, NabScore, NabWindows, RangeReport, RangeScore, VolumeReport, VolumeScore, average_precision,
    precision_at, roc_auc,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

/// How many rows are looked at.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Count {
    /// How many of the strangest rows are looked at, at least 1. Default: as many as there are anomalies.
    #[serde(default)]
    count: Option<usize>,
}

const fn ints(name: &'static str, axes: &'static [&'static str], doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Ints, axes, doc }
}

const LABELS: ArrayArgument = ints("labels", &["row"], "1 for an anomaly, 0 for a normal row.");
const TRUTH: ArrayArgument = ints("truth", &["row"], "1 where something truly is anomalous, else 0.");
const SCORES: ArrayArgument = ArrayArgument {
    name: "scores",
    letter: Letter::Vector,
    axes: &["row"],
    doc: "Scores, higher is stranger; one per row. NaN is refused.",
};

pub(super) fn ops() -> Vec<Op> {
    let roc = "The area under the receiver operating characteristic: the probability that an anomaly scores higher than a normal \
        row, ties counted half.\n\nFails with `invalid_data` for labels that are not 0 or 1, arrays of different lengths or NaN; \
        `not_enough_data` unless both labels occur.";
    let precision = "The mean of the precision at every anomaly, from the strangest row down: the area under precision over \
        recall, without interpolation.\n\nFails with `invalid_data` for labels that are not 0 or 1, arrays of different lengths \
        or NaN; `not_enough_data` without an anomaly.";
    let at = "The share of anomalies among the strangest rows; rows of equal scores at the border count by their share.\n\nFails \
        with `invalid_config` for a count of 0 or beyond the rows, `invalid_data` for labels that are not 0 or 1, arrays of \
        different lengths or NaN; `not_enough_data` without an anomaly.";
    let nab = "Score a detector on a corpus of series by the rules of the Numenta Anomaly Benchmark: early alarms inside windows \
        earn, missed windows and false alarms cost.\n\nFails with `invalid_data` for lengths or windows that do not fit to the \
        scores, or NaN; `not_enough_data` without a window.";
    let range = "Precision, recall and F1 of ranges of rows (Tatbul et al., NeurIPS 2018).\n\nFails with `invalid_data` for values \
        other than 0 and 1 or arrays of different lengths, `not_enough_data` without a true range.";
    let volume = "The volumes under the ROC and the precision-recall surfaces, with soft borders of every width up to `buffer` \
        (Paparrizos et al., VLDB 2022).\n\nFails with `invalid_config` for options out of range, `invalid_data` for truth other \
        than 0 and 1, arrays of different lengths or NaN; `not_enough_data` unless both kinds of rows occur; `cancelled`.";
    vec![
        op("anomaly.roc_auc", roc)
            .takes(LABELS)
            .takes(SCORES)
            .gives::<f64>()
            .quick()
            .runs(|a| Reply::value(roc_auc(a.ints(0)?, &a.vector(1)?.to_vec())?)),
        op("anomaly.average_precision", precision)
            .takes(LABELS)
            .takes(SCORES)
            .gives::<f64>()
            .quick()
            .runs(|a| Reply::value(average_precision(a.ints(0)?, &a.vector(1)?.to_vec())?)),
        op("anomaly.precision_at", at).takes(LABELS).takes(SCORES).options::<Count>().gives::<f64>().quick().runs(
            |a| {
                let count: Count = a.options()?;
                Reply::value(precision_at(a.ints(0)?, &a.vector(1)?.to_vec(), count.count)?)
            },
        ),
        op("anomaly.NabScore.evaluate", nab)
            .on_options::<NabScore>()
            .takes(SCORES)
            .takes(ints("lengths", &["series"], "How many rows each series has; they stand one after the other."))
            .takes(ints("series", &["window"], "Which series each true window belongs to, from 0."))
            .takes(ints("first", &["window"], "The first row of each window within its series, from 0."))
            .takes(ints("last", &["window"], "The last row of each window within its series."))
            .gives::<NabReport>()
            .runs(|a| {
                let windows = NabWindows { series: a.ints(2)?, first: a.ints(3)?, last: a.ints(4)? };
                let score: NabScore = a.options()?;
                Reply::value(score.evaluate(&a.vector(0)?.to_vec(), a.ints(1)?, windows)?)
            }),
        op("anomaly.RangeScore.evaluate", range)
            .on_options::<RangeScore>()
            .takes(TRUTH)
            .takes(ints("predicted", &["row"], "1 where something was called anomalous, else 0."))
            .gives::<RangeReport>()
            .runs(|a| Reply::value(a.options::<RangeScore>()?.evaluate(a.ints(0)?, a.ints(1)?)?)),
        op("anomaly.VolumeScore.evaluate", volume)
            .on_options::<VolumeScore>()
            .takes(TRUTH)
            .takes(SCORES)
            .gives::<VolumeReport>()
            .runs(|a| {
                let score: VolumeScore = a.options()?;
                Reply::value(score.evaluate(a.ints(0)?, &a.vector(1)?.to_vec(), a.context)?)
            }),
    ]
}
