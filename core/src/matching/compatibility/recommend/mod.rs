//! Ranked recommendations, and pairs by several notions of a good matching.
mod pairs;
mod top;
mod transport;

use serde::{Deserialize, Serialize};

use super::attributes::options;
use super::matcher::{CompatibilityMatcher, matrix_by_rows, refuse_too_many};
use super::scorer::{RowScores, Scorer};
use crate::Context;
use crate::data::{Column, Ints, Table};
use crate::error::{Result, bail, ensure};

/// Which pairs are recommended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MatchStrategy {
    /// The `k` best right rows of every left row; a right row may be recommended often.
    #[default]
    Best,
    /// All pairs with `min_score` or more.
    Threshold,
    /// Pairs in which each is among the `k` best of the other.
    MutualTopK,
    /// One to one, the best pair first, then the best of those left, and so on.
    Greedy,
    /// One to one, of the greatest total score.
    Optimal,
    /// One to one so that no two rows would both rather have each other.
    Stable,
    /// One to one in three steps, each among what the one before leaves: as many pairs as possible, of the least worst regret
    /// (the score of a left row's best right row less that of its own), of the greatest total score. Rows that stay alone have
    /// no regret, and a right row's is not looked at.
    Fair,
    /// Several to several within the capacities of both sides, of the greatest total score.
    CapacityAware,
}

options! {
    /// What is recommended.
    RecommendMatches {
        /// How rows are scored.
        matcher / with_matcher: CompatibilityMatcher = CompatibilityMatcher::default(),
        /// Which pairs. Default best.
        strategy / with_strategy: MatchStrategy = MatchStrategy::default(),
        /// best and mutual_top_k: how many, at least 1. Default 5.
        k / with_k: usize = 5,
        /// The least score of a pair, 0 to 1. Default 0.
        min_score / with_min_score: f64 = 0.0,
        /// The left rows that take part, from 0. Default all.
        left_rows / with_left_rows: Option<Vec<usize>> = None,
        /// greedy and capacity_aware: the left table's column of how many each row takes, 0 or more. Default 1 each.
        left_capacity / with_left_capacity: Option<String> = None,
        /// greedy, stable and capacity_aware: the right table's column of how many each row takes, 0 or more. Default 1 each.
        right_capacity / with_right_capacity: Option<String> = None,
        /// How many attributes the reasons name, those that add most first. Default 3.
        reasons / with_reasons: usize = 3,
    }
}

/// Pairs of rows that suit each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recommendations {
    /// One row per pair, by left row and rank: `left_row`, `right_row`, `rank` (1 is the left row's best of those
    /// recommended), `score`, and `reasons`, such as `skills 0.40, place 0.31`: what attributes add to the score.
    pub matches: Table,
    /// The sum of the scores.
    pub total_score: f64,
    /// The left rows taking part that have no right row.
    pub unmatched_left: Ints,
    /// The right rows that are recommended to nobody.
    pub unmatched_right: Ints,
    /// The greatest regret of a matched left row: the score of its best right row less that of its worst recommended one.
    pub worst_regret: f64,
}

/// A recommended pair with its score.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pair {
    left: usize,
    right: usize,
    score: f64,
}

/// What a strategy gives: pairs, and the best score of every left row taking part, by position among those.
struct Found {
    pairs: Vec<Pair>,
    best: Vec<f64>,
}

/// Rank the best right rows for left rows, or pair rows of both tables, by their scores.
///
/// best, threshold and mutual_top_k hold only what they recommend, in O(left * right * attributes) and any number of rows; the
/// others hold all scores. Ties go to the lower row. optimal and capacity_aware (with one side of capacity 1) take as long as
/// [`assign`](crate::matching::assign), fair a logarithm of matchings more, capacity_aware
/// with larger capacities on both sides as long as [`assign_with_capacities`](crate::matching::assign_with_capacities).
///
/// # Errors
/// `invalid_config` for an option out of range or that the strategy does not look at; `invalid_data` as
/// [`CompatibilityMatcher::score`], or for a row or capacity out of range; `too_large` above 2^28 scores held, or 2^26 pairs;
/// `cancelled`.
pub fn recommend_matches(
    left: &Table,
    right: &Table,
    options: &RecommendMatches,
    context: &Context,
) -> Result<Recommendations> {
    options.validate()?;
    let scorer = Scorer::new(&options.matcher, left, right)?;
    let rows = taking_part(options, scorer.left_rows)?;
    let mut found = match options.strategy {
        MatchStrategy::Best => top::best(&scorer, &rows, Some(options.k), options.min_score, context)?,
        MatchStrategy::Threshold => top::best(&scorer, &rows, None, options.min_score, context)?,
        MatchStrategy::MutualTopK => top::mutual(&scorer, &rows, options.k, options.min_score, context)?,
        _ => one_to_one(&scorer, &rows, [left, right], options, context)?,
    };
    found.pairs.sort_by(|a, b| a.left.cmp(&b.left).then(b.score.total_cmp(&a.score)).then(a.right.cmp(&b.right)));
    finish(&scorer, &rows, found, options.reasons, context)
}

impl RecommendMatches {
    fn validate(&self) -> Result<()> {
        ensure!(self.k >= 1, InvalidConfig, "k is 0, it must be 1 or more");
        ensure!(
            (0.0..=1.0).contains(&self.min_score),
            InvalidConfig,
            "min_score is {}, it must be 0 to 1",
            self.min_score
        );
        let strategy = self.strategy;
        let both = matches!(strategy, MatchStrategy::Greedy | MatchStrategy::CapacityAware);
        ensure!(
            self.left_capacity.is_none() || both,
            InvalidConfig,
            "left_capacity is for the strategies greedy and capacity_aware, not for {strategy:?}"
        );
        ensure!(
            self.right_capacity.is_none() || both || strategy == MatchStrategy::Stable,
            InvalidConfig,
            "right_capacity is for the strategies greedy, stable and capacity_aware, not for {strategy:?}"
        );
        Ok(())
    }
}

fn taking_part(options: &RecommendMatches, count: usize) -> Result<Vec<usize>> {
    let Some(rows) = &options.left_rows else { return Ok((0..count).collect()) };
    let mut seen = vec![false; count];
    for &row in rows {
        ensure!(row < count, InvalidData, "left_rows names row {row}, the left table has {count} rows");
        ensure!(!std::mem::replace(&mut seen[row], true), InvalidData, "left_rows names row {row} twice");
    }
    let mut rows = rows.clone();
    rows.sort_unstable();
    Ok(rows)
}

/// How many each row of a table takes.
fn capacities(table: &Table, column: Option<&String>, side: &str) -> Result<Vec<usize>> {
    let Some(name) = column else { return Ok(vec![1; table.rows()]) };
    let judge = |(row, value): (usize, Option<i64>)| match value.map(usize::try_from) {
        Some(Ok(capacity)) => Ok(capacity),
        _ => {
            let seen = value.map_or_else(|| "missing".to_owned(), |value| value.to_string());
            bail!(InvalidData, "{side} table: the capacity in row {row} (0-based) is {seen}, it must be 0 or more")
        }
    };
    let values = table.integers(name).map_err(|error| error.at(format_args!("{side} table")))?;
    values.into_iter().enumerate().map(judge).collect()
}

/// The strategies that look at all scores at once.
fn one_to_one(
    scorer: &Scorer,
    rows: &[usize],
    [left, right]: [&Table; 2],
    options: &RecommendMatches,
    context: &Context,
) -> Result<Found> {
    refuse_too_many(rows.len(), scorer.right_rows)?;
    let all = capacities(left, options.left_capacity.as_ref(), "left")?;
    let takes: Vec<usize> = rows.iter().map(|&row| all[row]).collect();
    let seats = capacities(right, options.right_capacity.as_ref(), "right")?;
    let columns = scorer.right_rows;
    let min_score = options.min_score;
    let rank = |row: &mut RowScores| {
        row.combined.iter_mut().filter(|score| **score < min_score).for_each(|score| *score = f64::NEG_INFINITY);
    };
    let scores = matrix_by_rows(rows.len(), columns, context, |at| {
        let mut row = scorer.row(rows[at], context)?;
        rank(&mut row);
        Ok(row.combined)
    })?;
    let greatest = |row: usize| Ok(scores.row(row).fold(f64::NEG_INFINITY, |best, &score| best.max(score)));
    let best = context.map(rows.len(), greatest)?;
    let places = match options.strategy {
        MatchStrategy::Greedy => pairs::greedy(scores.view(), &takes, &seats, context)?,
        MatchStrategy::Optimal => pairs::optimal(scores.view(), context)?,
        MatchStrategy::Fair => pairs::fair(scores.view(), &best, context)?,
        MatchStrategy::CapacityAware => pairs::capacity_aware(scores.view(), &takes, &seats, context)?,
        _ => {
            // Both views, where both allow the pair; without a right view both sides think alike.
            let view = |right: bool| {
                matrix_by_rows(rows.len(), columns, context, |at| {
                    let row = scorer.row(rows[at], context)?;
                    let mut view = if right && !row.right.is_empty() { row.right } else { row.left };
                    let forbidden =
                        view.iter_mut().zip(scores.row(at)).filter(|(_, score)| **score == f64::NEG_INFINITY);
                    forbidden.for_each(|(value, _)| *value = f64::NEG_INFINITY);
                    Ok(view)
                })
            };
            pairs::stable(&view(false)?, &view(true)?, &seats, options.right_capacity.is_some(), context)?
        }
    };
    let pair = |(row, right): (usize, usize)| Pair { left: rows[row], right, score: scores[[row, right]] };
    Ok(Found { pairs: places.into_iter().map(pair).collect(), best })
}

fn finish(scorer: &Scorer, rows: &[usize], found: Found, reasons: usize, context: &Context) -> Result<Recommendations> {
    let pairs = &found.pairs;
    let texts = context.map(pairs.len(), |at| {
        let mut parts = scorer.explain(pairs[at].left, pairs[at].right, context)?.parts;
        parts.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
        let words: Vec<String> = parts
            .iter()
            .take(reasons)
            .filter(|part| part.contribution > 0.0)
            .map(|part| format!("{} {:.2}", part.name, part.contribution))
            .collect();
        Ok(words.join(", "))
    })?;
    let mut ranks: Vec<i64> = Vec::with_capacity(pairs.len());
    for (at, pair) in pairs.iter().enumerate() {
        ranks.push(if at > 0 && pairs[at - 1].left == pair.left { ranks[at - 1] + 1 } else { 1 });
    }
    let (mut with, mut wanted) = (vec![false; scorer.left_rows], vec![false; scorer.right_rows]);
    let mut worst_regret = 0.0_f64;
    for pair in pairs {
        (with[pair.left], wanted[pair.right]) = (true, true);
        let best = rows.binary_search(&pair.left).map_or(pair.score, |at| found.best[at]);
        worst_regret = worst_regret.max(best - pair.score);
    }
    let unmatched = |rows: &mut dyn Iterator<Item = usize>| Ints::from(rows.map(|row| row as i64).collect::<Vec<_>>());
    let integers =
        |value: fn(&Pair) -> usize| Column::from(pairs.iter().map(|pair| value(pair) as i64).collect::<Vec<_>>());
    let matches = Table::from_columns([
        ("left_row", integers(|pair| pair.left)),
        ("right_row", integers(|pair| pair.right)),
        ("rank", ranks.into()),
        ("score", pairs.iter().map(|pair| pair.score).collect::<Vec<f64>>().into()),
        ("reasons", texts.into()),
    ])?;
    Ok(Recommendations {
        matches,
        total_score: pairs.iter().map(|pair| pair.score).sum::<f64>() + 0.0,
        unmatched_left: unmatched(&mut rows.iter().copied().filter(|&row| !with[row])),
        unmatched_right: unmatched(&mut (0..scorer.right_rows).filter(|&row| !wanted[row])),
        worst_regret,
    })
}
