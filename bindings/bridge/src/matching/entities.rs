//! Records that are the same thing.
use inlaid::data::{Ints, Table, Vector};
use inlaid::matching::{
    FittedLinkage, Linkage, LinkageAccuracy, LinkageChart, LinkageSummary, MergeRecords, NewMatches, PairAccuracy,
    PairExplanation, label_records, linkage_accuracy, merge_records, pair_accuracy,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

/// The class of the fitted model with what it is.
pub(super) const MODEL: (&str, &str) = (
    "FittedLinkage",
    "A fitted linkage: the records it knows, their matches and entities, and what every agreement weighs; explains pairs, \
     takes in new records, saves and loads.",
);
const CLASS: &str = "matching.FittedLinkage";

/// From which probability pairs are given.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Pairs {
    /// The least probability, at least 0.01 and below 1. Default: the threshold that was fitted.
    #[serde(default)]
    threshold: Option<f64>,
}

/// A pair of records.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Pair {
    /// The row of the one record; rows of a right table are counted on behind those of the left one.
    left: i64,
    /// The row of the other.
    right: i64,
}

/// Where new records belong.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// Whether they are of the right table, where two were linked. Default false.
    #[serde(default)]
    right: bool,
}

/// A file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// The path of the file.
    path: String,
}

const fn table(name: &'static str, doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Table, axes: &["row"], doc }
}

const fn rows(name: &'static str, doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Ints, axes: &["item"], doc }
}

const RECORDS: ArrayArgument =
    table("records", "One record a row. Nulls, NaN, blanks and words such as `unknown` are missing.");
const LEFT: ArrayArgument = rows("left", "Rows of the one record of each pair.");
const RIGHT: ArrayArgument = rows("right", "Rows of the other record of each pair, as many.");
const ENTITIES: ArrayArgument = rows("entities", "The entity of every record: any numbers, equal for the same thing.");
const TRUTH: ArrayArgument = rows("truth", "The true entity of every record: any numbers, equal for the same thing.");
const BYTES: ArrayArgument = ArrayArgument {
    name: "bytes",
    letter: Letter::Bytes,
    axes: &["byte"],
    doc: "What `to_bytes` gave, or the content of a file that `save` wrote.",
};

pub(super) fn ops() -> Vec<Op> {
    [fits(), answers(), pictures(), learning(), storage(), tables()].into_iter().flatten().collect()
}

fn fits() -> Vec<Op> {
    let fit = "Find the records of one table that are the same thing, without labels.\n\nNothing need be said: columns, levels, \
        blocking passes and weights come from the data; columns that number the rows are no evidence.\n\nFails with \
        `invalid_config` for an option out of range, `invalid_data` for a column that is not there, infinite values or a table \
        without a column that can tell records apart, `not_enough_data` below 2 rows, `too_large` for more candidate pairs than \
        allowed, `cancelled`.";
    let link = "Find the records of two tables that are the same thing; records of one table are not compared with each \
        other. Columns of the same name belong together unless said otherwise.\n\nFails as `fit`; `not_enough_data` if a table \
        has no row.";
    let labelled = "Find the records that are the same thing, where the entities of some are known: how often matches agree is \
        counted instead of estimated.\n\nFails as `fit`; `invalid_data` for another number of entities than records, \
        `not_enough_data` if no two records are known to be the same.";
    let pairs = "Find the records that are the same thing, where some pairs are known to match: how often matches agree is \
        counted over them.\n\nFails as `fit`; `invalid_data` for lists of unequal length or rows that are not there, \
        `not_enough_data` if no pair matches.";
    let known =
        rows("entities", "The entity of every record, the same number for the same thing; below 0 is not known.");
    let labels = rows("matches", "Above 0 where the pair matches, else 0, as many as pairs.");
    vec![
        op("matching.Linkage.fit", fit)
            .on_options::<Linkage>()
            .takes(RECORDS)
            .gives_model(CLASS)
            .runs(|a| Ok(Reply::model(CLASS, a.options::<Linkage>()?.fit(a.table(0)?, a.context)?))),
        op("matching.Linkage.fit_link", link)
            .on_options::<Linkage>()
            .takes(table("left", "The records of the one table."))
            .takes(table("right", "The records of the other."))
            .gives_model(CLASS)
            .runs(|a| Ok(Reply::model(CLASS, a.options::<Linkage>()?.fit_link(a.table(0)?, a.table(1)?, a.context)?))),
        op("matching.Linkage.fit_labelled", labelled)
            .on_options::<Linkage>()
            .takes(RECORDS)
            .takes(known)
            .gives_model(CLASS)
            .runs(|a| {
                Ok(Reply::model(CLASS, a.options::<Linkage>()?.fit_labelled(a.table(0)?, a.ints(1)?, a.context)?))
            }),
        op("matching.Linkage.fit_pairs", pairs)
            .on_options::<Linkage>()
            .takes(RECORDS)
            .takes(LEFT)
            .takes(RIGHT)
            .takes(labels)
            .gives_model(CLASS)
            .runs(|a| {
                let options: Linkage = a.options()?;
                let [left, right, matches] = [a.ints(1)?, a.ints(2)?, a.ints(3)?];
                Ok(Reply::model(CLASS, options.fit_pairs(a.table(0)?, left, right, matches, a.context)?))
            }),
    ]
}

fn named(name: &str) -> String {
    format!("{CLASS}.{name}")
}

fn answers() -> Vec<Op> {
    let entities =
        "The entity of every record, numbered from 0 by their first record; those of a right table come behind.";
    let pairs = "The pairs that match: `left` and `right` (rows, each of its own table where two are linked), `weight` in bits \
        with the prior in it, `probability`.\n\nFails with `invalid_config` for a threshold below 0.01 or not below 1.";
    let predict = "The probabilities that pairs of known records match, candidates or not. Rows of a right table are counted \
        on behind those of the left one.\n\nFails with `invalid_data` for lists of unequal length or rows that are not there, \
        `cancelled`.";
    let explain = "Why two records are taken to be the same thing, or not: what every column says, in bits that add up to \
        the weight.\n\nFails with `invalid_data` for a row that is not there, or twice the same.";
    let complete = "The part of the pairs that belong together which blocking looks at; no linkage can find more.\n\nFails \
        with `invalid_data` for another number of entities than records, `cancelled`.";
    let summary = "What was learnt: columns, levels and their weights, the prior, what blocking found.";
    vec![
        op(named("entities"), entities)
            .on_model()
            .gives::<Ints>()
            .quick()
            .runs(|a| Reply::value(a.model::<FittedLinkage>()?.entities())),
        op(named("pairs"), pairs)
            .on_model()
            .options::<Pairs>()
            .gives::<Table>()
            .runs(|a| Reply::value(a.model::<FittedLinkage>()?.pairs(a.options::<Pairs>()?.threshold)?)),
        op(named("predict"), predict)
            .on_model()
            .takes(LEFT)
            .takes(RIGHT)
            .gives::<Vector>()
            .runs(|a| Reply::value(a.model::<FittedLinkage>()?.predict(a.ints(0)?, a.ints(1)?, a.context)?)),
        op(named("explain"), explain).on_model().options::<Pair>().gives::<PairExplanation>().runs(|a| {
            let pair: Pair = a.options()?;
            Reply::value(a.model::<FittedLinkage>()?.explain(pair.left, pair.right, a.context)?)
        }),
        op(named("pair_completeness"), complete)
            .on_model()
            .takes(TRUTH)
            .gives::<f64>()
            .runs(|a| Reply::value(a.model::<FittedLinkage>()?.pair_completeness(a.ints(0)?, a.context)?)),
        op(named("summary"), summary)
            .on_model()
            .gives::<LinkageSummary>()
            .quick()
            .runs(|a| Reply::value(a.model::<FittedLinkage>()?.summary())),
    ]
}

fn pictures() -> Vec<Op> {
    let svg = "The weights that were learnt, of every level of every column, as one picture (SVG).\n\nFails with \
        `invalid_config` for a size out of range.";
    let html = "What was learnt as a self-contained page: a picture of the weights for each column, and a table.\n\nFails as \
        `to_svg`.";
    let pair_svg = "What the prior and every column say of the pair, and all of them together: a bar each, in bits \
        (SVG).\n\nFails with `invalid_config` for a size out of range.";
    let pair_html =
        "The same as a self-contained page with a table of the values and how they agree.\n\nFails as `to_svg`.";
    vec![
        op(named("to_svg"), svg)
            .on_model()
            .options::<LinkageChart>()
            .gives::<String>()
            .runs(|a| Reply::value(a.model::<FittedLinkage>()?.to_svg(&a.options()?)?)),
        op(named("to_html"), html)
            .on_model()
            .options::<LinkageChart>()
            .gives::<String>()
            .runs(|a| Reply::value(a.model::<FittedLinkage>()?.to_html(&a.options()?)?)),
        op("matching.PairExplanation.to_svg", pair_svg)
            .on_report::<PairExplanation>()
            .options::<LinkageChart>()
            .gives::<String>()
            .quick()
            .runs(|a| {
                let options: LinkageChart = a.options_beside_report()?;
                Reply::value(a.report::<PairExplanation>()?.to_svg(&options)?)
            }),
        op("matching.PairExplanation.to_html", pair_html)
            .on_report::<PairExplanation>()
            .options::<LinkageChart>()
            .gives::<String>()
            .quick()
            .runs(|a| {
                let options: LinkageChart = a.options_beside_report()?;
                Reply::value(a.report::<PairExplanation>()?.to_html(&options)?)
            }),
    ]
}

fn learning() -> Vec<Op> {
    let new = "Hold new records against the known ones, and against each other, with what was learnt; the model stays as it \
        is. A new record joins the known entity that it matches best, or becomes one; known entities are never joined.\n\n\
        Fails with `invalid_data` for a table without the columns that are compared, `too_large`, `cancelled`.";
    let update = "Take new records in: as `match_new`, and they are known from now on. On an error nothing is learnt.\n\nFails \
        as `match_new`.";
    vec![
        op(named("match_new"), new).on_model().takes(RECORDS).options::<New>().gives::<NewMatches>().runs(|a| {
            let right = a.options::<New>()?.right;
            Reply::value(a.model::<FittedLinkage>()?.match_new(a.table(0)?, right, a.context)?)
        }),
        op(named("update"), update).on_model().takes(RECORDS).options::<New>().gives::<NewMatches>().runs(|a| {
            let (table, right) = (a.table(0)?, a.options::<New>()?.right);
            let mut learnt = None;
            a.model_handle()?.update::<FittedLinkage>(|fitted| {
                learnt = Some(fitted.update(table, right, a.context)?);
                Ok(())
            })?;
            Reply::value(learnt)
        }),
    ]
}

fn storage() -> Vec<Op> {
    let to_bytes = "The model as bytes: versioned, checksummed; the records that it knows are in it.\n\nFails with `too_large` \
        above 1 GiB.";
    let from_bytes = "The model that `to_bytes` gave; it answers bit for bit as that one would.\n\nFails with `incompatible` for \
        bytes that are damaged, of a newer version, or another model.";
    let save = "Save the model to a file, which is replaced as a whole or not at all.\n\nFails with `not_found` for a folder \
        that does not exist, `io` if the file cannot be written.";
    let load = "The model in a file that `save` wrote.\n\nFails with `not_found` for a file that does not exist, `io` if it \
        cannot be read, `incompatible` if it is damaged, of a newer version, or another model.";
    vec![
        op(named("to_bytes"), to_bytes)
            .on_model()
            .gives_bytes()
            .runs(|a| Ok(Reply::bytes(a.model::<FittedLinkage>()?.to_bytes()?))),
        op(named("from_bytes"), from_bytes)
            .on_model_class()
            .takes(BYTES)
            .gives_model(CLASS)
            .runs(|a| Ok(Reply::model(CLASS, FittedLinkage::from_bytes(a.bytes(0)?)?))),
        op(named("save"), save).on_model().options::<File>().runs(|a| {
            a.model::<FittedLinkage>()?.save(a.options::<File>()?.path)?;
            Ok(Reply::nothing())
        }),
        op(named("load"), load)
            .on_model_class()
            .options::<File>()
            .gives_model(CLASS)
            .runs(|a| Ok(Reply::model(CLASS, FittedLinkage::load(a.options::<File>()?.path)?))),
    ]
}

fn tables() -> Vec<Op> {
    let label = "The table with the entity of every record as a last column, `entity`.\n\nFails with `invalid_data` for \
        another number of entities than records, or a table that has such a column.";
    let merge = "One record of each entity: `entity`, `records` (how many), `members` (their rows), then every column with the \
        value that survives.\n\nFails with `invalid_config` for rules that do not suit the table, `invalid_data` for another \
        number of entities than records or a mean of texts, `unsupported` for columns such as lists.";
    let accuracy = "Hold entities against the true ones: precision, recall and F1 of pairs and B-cubed.\n\nFails with \
        `invalid_data` for lists of unequal length, `not_enough_data` for empty ones.";
    let pairs = "Hold pairs of records against the true entities of all records.\n\nFails with `invalid_data` for lists of \
        unequal length, rows that are not there, or a record paired with itself.";
    vec![
        op("matching.label_records", label)
            .takes(RECORDS)
            .takes(ENTITIES)
            .gives::<Table>()
            .runs(|a| Reply::value(label_records(a.table(0)?, a.ints(1)?)?)),
        op("matching.merge_records", merge)
            .takes(RECORDS)
            .takes(ENTITIES)
            .options::<MergeRecords>()
            .gives::<Table>()
            .runs(|a| Reply::value(merge_records(a.table(0)?, a.ints(1)?, &a.options()?)?)),
        op("matching.linkage_accuracy", accuracy)
            .takes(ENTITIES)
            .takes(TRUTH)
            .gives::<LinkageAccuracy>()
            .quick()
            .runs(|a| Reply::value(linkage_accuracy(a.ints(0)?, a.ints(1)?)?)),
        op("matching.pair_accuracy", pairs)
            .takes(LEFT)
            .takes(RIGHT)
            .takes(TRUTH)
            .gives::<PairAccuracy>()
            .quick()
            .runs(|a| Reply::value(pair_accuracy(a.ints(0)?, a.ints(1)?, a.ints(2)?)?)),
    ]
}
