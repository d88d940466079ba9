//! Compatibility of the rows of two tables.
use inlaid::data::Matrix;
use inlaid::matching::{
    CompatibilityExplanation, CompatibilityMatcher, ExplainPair, RecommendMatches, Recommendations,
    explain_compatibility, recommend_matches,
};

use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

const LEFT: ArrayArgument = ArrayArgument {
    name: "left",
    letter: Letter::Table,
    axes: &["row"],
    doc: "The rows for whom partners are looked for; the attributes name its columns.",
};

const RIGHT: ArrayArgument = ArrayArgument {
    name: "right",
    letter: Letter::Table,
    axes: &["row"],
    doc: "The rows among which partners are looked for.",
};

pub(super) fn ops() -> Vec<Op> {
    let score = "The score of every left row with every right row, `[left row, right row]`: 0 to 1, minus infinity where a \
        rule forbids the pair, as `assign` (maximising) and `stable_from_scores` take it.\n\nFails with `invalid_config` for \
        an option out of range or not given, with the attribute or rule; `invalid_data` for a column that does not exist, \
        has another type, or holds a value that cannot be read, with the row; `too_large` above 2^28 scores; `cancelled`.";
    let explain = "Why a pair of rows has its score: contributions of the attributes that add up to it, and the rules that \
        forbid it.\n\nFails as `CompatibilityMatcher.score`, and with `invalid_data` for a row that does not exist.";
    let recommend = "Rank the best right rows for left rows, or pair rows of both tables, by their scores.\n\nbest, threshold \
        and mutual_top_k hold only what they recommend, so tables may be long. Fails as `CompatibilityMatcher.score`; with \
        `invalid_config` for an option that the strategy does not look at, `invalid_data` for a row or capacity out of range, \
        `too_large` above 2^28 scores held or 2^26 pairs.";
    vec![
        op("matching.CompatibilityMatcher.score", score)
            .on_options::<CompatibilityMatcher>()
            .takes(LEFT)
            .takes(RIGHT)
            .gives::<Matrix>()
            .runs(|a| Reply::value(a.options::<CompatibilityMatcher>()?.score(a.table(0)?, a.table(1)?, a.context)?)),
        op("matching.explain_compatibility", explain)
            .takes(LEFT)
            .takes(RIGHT)
            .options::<ExplainPair>()
            .gives::<CompatibilityExplanation>()
            .runs(|a| Reply::value(explain_compatibility(a.table(0)?, a.table(1)?, &a.options()?, a.context)?)),
        op("matching.recommend_matches", recommend)
            .takes(LEFT)
            .takes(RIGHT)
            .options::<RecommendMatches>()
            .gives::<Recommendations>()
            .runs(|a| Reply::value(recommend_matches(a.table(0)?, a.table(1)?, &a.options()?, a.context)?)),
    ]
}
