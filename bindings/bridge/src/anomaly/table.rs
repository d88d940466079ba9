//! Detectors for tables of numbers and categories.
use inlaid::anomaly::{FittedTableDetector, TableDetector, Threshold};
use inlaid::data::{Ints, Matrix, Table, Vector};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{BYTES, FROM_BYTES, File, LOAD, SAVE, TO_BYTES};
use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

pub(super) const MODEL: (&str, &str) = (
    "FittedTableDetector",
    "What a detector learnt from a table of numbers and categories: scores, judges and explains tables with the fitted columns, in \
     any order; further columns are not looked at. Scores grow with strangeness; `probability` is common to all detectors.",
);
const CLASS: &str = "anomaly.FittedTableDetector";

/// From which score on a row is an anomaly.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewTableThreshold {
    /// The rule.
    threshold: Threshold,
    /// Rows that were not fitted, whose scores decide; a conformal rule needs them. Default: the scores of the fitted rows decide.
    #[serde(default)]
    fresh: Option<Table>,
}

/// A column.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OneColumn {
    /// The name of the column.
    column: String,
}

const TABLE: ArrayArgument = ArrayArgument {
    name: "table",
    letter: Letter::Table,
    axes: &["row"],
    doc: "One row per observation: columns of integers and floats are numbers, NaN as `missing` of the detector says; texts, \
        booleans and the columns named in `categorical` are categories, a missing one among them.",
};
const FIT: &str = "Learn what is normal from the rows of a table, anomalies among them; `scores` of the result are those of these very \
    rows.\n\nFails with `invalid_config` for an option out of range, or a robust `Mahalanobis` with categories; `invalid_data` for a \
    column that is not there or is neither numbers nor categories, infinite values, NaN unless `missing` of the detector says \
    otherwise, and bad weights; `not_enough_data` for too few rows; `too_large` for too many categories or numbers; `cancelled` if \
    asked to stop.";

/// An operation that looks at new rows.
macro_rules! looks {
    ($($name:literal $method:ident $gives:ty, $doc:expr;)+) => {
        [$(
            op(concat!("anomaly.FittedTableDetector.", $name), $doc)
                .on_model()
                .takes(TABLE)
                .gives::<$gives>()
                .runs(|a| Reply::value(a.model::<FittedTableDetector>()?.$method(a.table(0)?, a.context)?)),
        )+]
    };
}

/// An operation that tells what was learnt.
macro_rules! tells {
    ($($name:literal $method:ident $gives:ty, $doc:expr;)+) => {
        [$(
            op(concat!("anomaly.FittedTableDetector.", $name), $doc)
                .on_model()
                .gives::<$gives>()
                .quick()
                .runs(|a| Reply::value(a.model::<FittedTableDetector>()?.$method())),
        )+]
    };
}

/// What every look at new rows refuses, after what it does.
macro_rules! refuses {
    ($what:literal) => {
        concat!(
            $what,
            "\n\nFails with `invalid_data` for a fitted column that is not there or of another kind, infinite values, NaN unless \
             `missing` says otherwise, a category that was not fitted where `unseen` refuses it, or rows too far away for a finite \
             score; `cancelled` if asked to stop."
        )
    };
}

pub(super) fn ops() -> Vec<Op> {
    let labels = ArrayArgument {
        name: "labels",
        letter: Letter::Ints,
        axes: &["row"],
        doc: "1 for an anomaly, 0 for a normal row, anything else for an unknown one.",
    };
    let with_threshold = "The same detector with another threshold.\n\nFails with `invalid_config` for a rule out of range or a \
        conformal one without `fresh` rows; `not_enough_data` for too few of them; and as `score`.";
    let with_labels = "The same detector with threshold and probabilities learnt from labelled rows. The threshold has the largest \
        F1 on them.\n\nFails with `invalid_data` for another number of labels than rows; `not_enough_data` unless both labels \
        occur; `did_not_converge`; and as `score`.";
    let categories = "The categories of a column that the fitted rows had, the most frequent first; empty for a column of \
        numbers. A missing category is written as an empty text.\n\nFails with `not_found` for a column that was not fitted.";
    let mut ops = vec![
        op("anomaly.TableDetector.fit", FIT)
            .on_options::<TableDetector>()
            .takes(TABLE)
            .gives_model(CLASS)
            .runs(|a| Ok(Reply::model(CLASS, a.options::<TableDetector>()?.fit(a.table(0)?, a.context)?))),
    ];
    ops.extend(looks! {
        "score" score Vector, refuses!("How strange each row is; higher is stranger.");
        "predict" predict Ints, refuses!("Which rows are anomalies: 1 or 0 for each.");
        "probability" probability Vector, refuses!(
            "How probably each row is an anomaly, 0 to 1: by its place among the fitted rows, or as labels taught it."
        );
        "explain" explain Matrix, refuses!(
            "What each column of the table adds to the score of each row, `[row, column]` in the order of `columns`: with `base` they \
             add up to the score."
        );
        "nearest_normal" nearest_normal Ints, refuses!(
            "For each row the fitted normal row that is nearest, by standardised numbers and differing categories: its position, or \
             -1 where there is none."
        );
    });
    ops.extend(tells! {
        "scores" scores Vector, "The scores of the fitted rows, in their order. A detector that looks at neighbours leaves the row \
            itself out.";
        "labels" labels Ints, "Which of the fitted rows are anomalies: 1 or 0 for each.";
        "probabilities" probabilities Vector, "How probably each fitted row is an anomaly.";
        "threshold" threshold f64, "The score above which a row is an anomaly.";
        "base" base f64, "What the contributions of `explain` start from: the score of a typical normal row.";
        "method" method String, "The detector that was fitted, such as `Hbos`.";
        "columns" columns Vec<String>, "The names of the columns that are looked at, in the order of contributions.";
    });
    ops.extend([
        op("anomaly.FittedTableDetector.categories", categories)
            .on_model()
            .options::<OneColumn>()
            .gives::<Vec<String>>()
            .quick()
            .runs(|a| {
                let (model, one) = (a.model::<FittedTableDetector>()?, a.options::<OneColumn>()?);
                let known = model.categories(&one.column)?.unwrap_or_default();
                Reply::value(known.iter().map(|name| name.as_deref().unwrap_or_default()).collect::<Vec<_>>())
            }),
        op("anomaly.FittedTableDetector.with_threshold", with_threshold)
            .on_model()
            .options::<NewTableThreshold>()
            .gives_model(CLASS)
            .runs(|a| {
                let rule: NewTableThreshold = a.options()?;
                let model = a.model::<FittedTableDetector>()?;
                let changed = model.with_threshold(&rule.threshold, rule.fresh.as_ref(), a.context)?;
                Ok(Reply::model(CLASS, changed))
            }),
        op("anomaly.FittedTableDetector.with_labels", with_labels)
            .on_model()
            .takes(TABLE)
            .takes(labels)
            .gives_model(CLASS)
            .runs(|a| {
                let taught = a.model::<FittedTableDetector>()?.with_labels(a.table(0)?, a.ints(1)?, a.context)?;
                Ok(Reply::model(CLASS, taught))
            }),
        op("anomaly.FittedTableDetector.to_bytes", TO_BYTES)
            .on_model()
            .gives_bytes()
            .runs(|a| Ok(Reply::bytes(a.model::<FittedTableDetector>()?.to_bytes()?))),
        op("anomaly.FittedTableDetector.from_bytes", FROM_BYTES)
            .on_model_class()
            .takes(BYTES)
            .gives_model(CLASS)
            .runs(|a| Ok(Reply::model(CLASS, FittedTableDetector::from_bytes(a.bytes(0)?)?))),
        op("anomaly.FittedTableDetector.save", SAVE).on_model().options::<File>().runs(|a| {
            a.model::<FittedTableDetector>()?.save(a.options::<File>()?.path)?;
            Ok(Reply::nothing())
        }),
        op("anomaly.FittedTableDetector.load", LOAD)
            .on_model_class()
            .options::<File>()
            .gives_model(CLASS)
            .runs(|a| Ok(Reply::model(CLASS, FittedTableDetector::load(a.options::<File>()?.path)?))),
    ]);
    ops
}
