//! Detectors for the rows of tables: `fit` on the options class, everything else on the fitted detector.
use inlaid::anomaly::{
    AutoDetector, Cblof, Copod, Ecod, FittedDetector, GaussianMixture, Hbos, Inne, IsolationForest, KernelDensity,
    LocalOutlierFactor, Loda, Mahalanobis, NearestNeighbours, OneClassSvm, PcaDetector, Threshold,
};
use inlaid::data::{Ints, Matrix, Vector};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{BYTES, FROM_BYTES, File, LOAD, SAVE, TO_BYTES};
use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

pub(super) const MODEL: (&str, &str) = (
    "FittedDetector",
    "What a detector learnt: scores, judges and explains rows, saves and loads. Scores grow with strangeness, in the unit of the \
     detector; `probability` is common to all.",
);
const CLASS: &str = "anomaly.FittedDetector";

/// From which score on a row is an anomaly.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewThreshold {
    /// The rule.
    threshold: Threshold,
    /// Rows that were not fitted, `[row, feature]`, whose scores decide; a conformal rule needs them. Default: the scores of the
    /// fitted rows decide.
    #[serde(default)]
    fresh: Option<Matrix>,
}

const ROWS: ArrayArgument = ArrayArgument {
    name: "rows",
    letter: Letter::Matrix,
    axes: &["row", "feature"],
    doc: "One row per observation. Infinite values are refused, NaN as `missing` says.",
};
const FIT: &str = "Learn what is normal from rows, anomalies among them; `scores` of the result are those of these very \
    rows.\n\nFails with `invalid_config` for an option out of range; `invalid_data` for infinite values, and NaN unless `missing` \
    says otherwise; `not_enough_data` for too few rows; `too_large`; `cancelled` if asked to stop.";

const WEIGHTS: ArrayArgument = ArrayArgument {
    name: "weights",
    letter: Letter::Vector,
    axes: &["row"],
    doc: "How many rows each row stands for: finite, 0 or more, at least one above 0. A row of weight 0 is scored, but not learnt from.",
};
const FIT_WEIGHTED: &str = "As `fit`, each row standing for as many as its weight says: whole weights teach what the rows would \
    teach if each were there so many times. Weights are counts, not shares: weights that add up to 1 are one row. A detector that \
    draws rows draws them in proportion.\n\nFails as `fit`, with `invalid_data` for another number of weights than rows, weights \
    that are negative or not finite, or none above 0, and with `not_enough_data` where they add up to too few rows.";

/// The operations that fit a detector.
macro_rules! fits {
    ($($detector:ident),+) => {
        [$(
            op(concat!("anomaly.", stringify!($detector), ".fit"), FIT)
                .on_options::<$detector>()
                .takes(ROWS)
                .gives_model(CLASS)
                .runs(|a| Ok(Reply::model(CLASS, a.options::<$detector>()?.fit(a.matrix(0)?, a.context)?))),
            op(concat!("anomaly.", stringify!($detector), ".fit_weighted"), FIT_WEIGHTED)
                .on_options::<$detector>()
                .takes(ROWS)
                .takes(WEIGHTS)
                .gives_model(CLASS)
                .runs(|a| {
                    let (options, weights) = (a.options::<$detector>()?, a.vector(1)?.to_vec());
                    Ok(Reply::model(CLASS, options.fit_weighted(a.matrix(0)?, &weights, a.context)?))
                }),
        )+]
    };
}

/// An operation that looks at new rows.
macro_rules! looks {
    ($($name:literal $method:ident $gives:ty, $doc:expr;)+) => {
        [$(
            op(concat!("anomaly.FittedDetector.", $name), $doc)
                .on_model()
                .takes(ROWS)
                .gives::<$gives>()
                .runs(|a| Reply::value(a.model::<FittedDetector>()?.$method(a.matrix(0)?, a.context)?)),
        )+]
    };
}

/// An operation that tells what was learnt.
macro_rules! tells {
    ($($name:literal $method:ident $gives:ty, $doc:expr;)+) => {
        [$(
            op(concat!("anomaly.FittedDetector.", $name), $doc)
                .on_model()
                .gives::<$gives>()
                .quick()
                .runs(|a| Reply::value(a.model::<FittedDetector>()?.$method())),
        )+]
    };
}

/// What every look at new rows refuses, after what it does.
macro_rules! refuses {
    ($what:literal) => {
        concat!(
            $what,
            "\n\nFails with `invalid_data` for another number of columns than was fitted, infinite values, NaN unless `missing` \
             says otherwise, or rows too far away for a finite score; `cancelled` if asked to stop."
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
    let mut ops = Vec::new();
    ops.extend(fits!(
        AutoDetector,
        Cblof,
        Copod,
        Ecod,
        GaussianMixture,
        Hbos,
        Inne,
        IsolationForest,
        KernelDensity,
        LocalOutlierFactor,
        Loda,
        Mahalanobis,
        NearestNeighbours,
        OneClassSvm,
        PcaDetector
    ));
    ops.extend(looks! {
        "score" score Vector, refuses!("How strange each row is; higher is stranger.");
        "predict" predict Ints, refuses!("Which rows are anomalies: 1 or 0 for each.");
        "probability" probability Vector, refuses!(
            "How probably each row is an anomaly, 0 to 1: by its place among the fitted rows, or as labels taught it."
        );
        "explain" explain Matrix, refuses!(
            "What each feature adds to the score of each row, `[row, feature]`: with `base` they add up to the score. Exact where \
             the score is a sum over features, else Shapley values against a typical normal row."
        );
        "nearest_normal" nearest_normal Ints, refuses!(
            "For each row the fitted normal row that is nearest, by standardised distance: its position, or -1 where there is none."
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
        "columns" columns usize, "How many columns rows must have.";
    });
    ops.extend([
        op("anomaly.FittedDetector.with_threshold", with_threshold)
            .on_model()
            .options::<NewThreshold>()
            .gives_model(CLASS)
            .runs(|a| {
                let rule: NewThreshold = a.options()?;
                let fresh = rule.fresh.as_ref().map(|rows| rows.view());
                let changed = a.model::<FittedDetector>()?.with_threshold(&rule.threshold, fresh, a.context)?;
                Ok(Reply::model(CLASS, changed))
            }),
        op("anomaly.FittedDetector.with_labels", with_labels)
            .on_model()
            .takes(ROWS)
            .takes(labels)
            .gives_model(CLASS)
            .runs(|a| {
                let taught = a.model::<FittedDetector>()?.with_labels(a.matrix(0)?, a.ints(1)?, a.context)?;
                Ok(Reply::model(CLASS, taught))
            }),
        op("anomaly.FittedDetector.to_bytes", TO_BYTES)
            .on_model()
            .gives_bytes()
            .runs(|a| Ok(Reply::bytes(a.model::<FittedDetector>()?.to_bytes()?))),
        op("anomaly.FittedDetector.from_bytes", FROM_BYTES)
            .on_model_class()
            .takes(BYTES)
            .gives_model(CLASS)
            .runs(|a| Ok(Reply::model(CLASS, FittedDetector::from_bytes(a.bytes(0)?)?))),
        op("anomaly.FittedDetector.save", SAVE).on_model().options::<File>().runs(|a| {
            a.model::<FittedDetector>()?.save(a.options::<File>()?.path)?;
            Ok(Reply::nothing())
        }),
        op("anomaly.FittedDetector.load", LOAD)
            .on_model_class()
            .options::<File>()
            .gives_model(CLASS)
            .runs(|a| Ok(Reply::model(CLASS, FittedDetector::load(a.options::<File>()?.path)?))),
    ]);
    ops
}
