//! Fitting: records, candidates, weights, matches, entities.
use std::collections::BTreeMap;

use super::blocking::{Candidates, Limits, choose};
use super::cluster::{Match, cluster};
use super::compare::{Comparator, Matcher, Pattern, crossed};
use super::estimate::{Patterns, within_reason};
use super::evidence::{Counter, below};
use super::fitted::{FittedLinkage, Prepared};
use super::learn::{Data, Known, learn};
use super::options::{ComparisonKind, Linkage};
use super::records::{Field, MISSING};
use super::roster::Roster;
use super::weights::Weights;
use crate::Context;
use crate::data::Table;
use crate::error::{Result, ensure};
use crate::math::random::Random;

/// Pairs below this probability are not kept.
pub(super) const KEPT: f64 = 0.01;
/// Records whose candidates are looked at for exchanged columns.
const LOOKED_AT: usize = 20_000;
/// Exchanges that are too many to be chance.
const EXCHANGES: usize = 3;
/// Among so few records one is.
const FEW_RECORDS: usize = 300;
/// The fewest records that are worth a thread.
const CHUNK: usize = 128;

/// Candidate pairs with the position of their pattern.
pub(super) struct Compared {
    pub(super) pairs: Vec<(u32, u32, u32)>,
    pub(super) seen: Patterns,
}

impl Linkage {
    /// Find the records of one table that are the same thing.
    ///
    /// Missing values (nulls, NaN, blanks, words such as `unknown`) are no evidence. Time and memory grow with the number
    /// of candidate pairs, about 0.5 us each for ten columns.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range; `invalid_data` for a column that is not there, infinite values, or a
    /// table without a column that can tell records apart; `not_enough_data` below 2 rows; `unsupported` for a named
    /// column of a type that cannot be compared; `too_large` for more candidate pairs than allowed; `cancelled`.
    pub fn fit(&self, table: &Table, context: &Context) -> Result<FittedLinkage> {
        let rows = table.rows();
        ensure!(rows >= 2, NotEnoughData, "need at least 2 records, got {rows}");
        self.run(table, None, &Labels::None, context)
    }

    /// Find the records of two tables that are the same thing; records of one table are not compared with each other.
    /// Columns of the same name belong together, others by [`right_column`](super::Comparison::right_column). Records of
    /// the right table are counted on behind those of the left one.
    ///
    /// # Errors
    /// As [`fit`](Linkage::fit); `not_enough_data` if a table has no row.
    pub fn fit_link(&self, left: &Table, right: &Table, context: &Context) -> Result<FittedLinkage> {
        for (side, table) in [("left", left), ("right", right)] {
            ensure!(table.rows() > 0, NotEnoughData, "the {side} table has no row; need at least 1");
        }
        self.run(left, Some(right), &Labels::None, context)
    }

    /// Find the records of one table that are the same thing, where the entities of some records are known: m and the prior
    /// are counted instead of estimated. `entities` has a number for every record, the same for the same thing, below 0 where
    /// it is not known. The entities found may differ from those known: they follow from the weights.
    ///
    /// # Errors
    /// As [`fit`](Linkage::fit); `invalid_data` for another number of entities than rows, `not_enough_data` if no two
    /// records are known to be the same.
    pub fn fit_labelled(&self, table: &Table, entities: &[i64], context: &Context) -> Result<FittedLinkage> {
        let (rows, known) = (table.rows(), entities.len());
        ensure!(rows == known, InvalidData, "{known} entities of {rows} records; there must be one of each");
        ensure!(rows >= 2, NotEnoughData, "need at least 2 records, got {rows}");
        self.run(table, None, &Labels::Entities(entities), context)
    }

    /// Find the records of one table that are the same thing, where some pairs are known to match: m is counted over
    /// the pairs with a value above 0 in `matches`; the prior is estimated. Pairs that are known not to match add nothing that
    /// random pairs do not tell better.
    ///
    /// # Errors
    /// As [`fit`](Linkage::fit); `invalid_data` for lists of unequal length or rows that are not there, `not_enough_data` if
    /// no pair matches.
    pub fn fit_pairs(
        &self,
        table: &Table,
        left: &[i64],
        right: &[i64],
        matches: &[i64],
        context: &Context,
    ) -> Result<FittedLinkage> {
        let (a, b, c, rows) = (left.len(), right.len(), matches.len(), table.rows());
        ensure!(
            a == b && b == c,
            InvalidData,
            "{a} left rows, {b} right rows and {c} labels; pairs need as many of all"
        );
        ensure!(rows >= 2, NotEnoughData, "need at least 2 records, got {rows}");
        let there = |row: &i64| usize::try_from(*row).is_ok_and(|row| row < rows);
        let mut known = Vec::new();
        for ((left, right), label) in left.iter().zip(right).zip(matches) {
            ensure!(
                there(left) && there(right) && left != right,
                InvalidData,
                "the pair ({left}, {right}) is none of two different records of {rows}"
            );
            if *label > 0 {
                known.push((*left as usize, *right as usize));
            }
        }
        self.run(table, None, &Labels::Pairs(&known), context)
    }

    fn run(
        &self,
        left: &Table,
        right: Option<&Table>,
        labels: &Labels<'_>,
        context: &Context,
    ) -> Result<FittedLinkage> {
        self.validate()?;
        context.report(0, 100);
        let (roster, mut comparators, skipped) = Roster::read(self, left, right, context)?;
        let mut fields = Vec::new();
        roster.fill(&mut fields, context)?;
        fill_thresholds(&mut comparators, &fields, context);
        let all_pairs = match right {
            None => left.rows() as f64 * (left.rows() as f64 - 1.0) / 2.0,
            Some(right) => left.rows() as f64 * right.rows() as f64,
        };
        let passes = match self.blocking.is_empty() {
            true => choose(&comparators, &fields[..comparators.len()], all_pairs),
            false => self.blocking.clone(),
        };
        let limits = Limits { largest_block: self.largest_block, window: self.window, most_pairs: self.most_pairs };
        let find = |name: &str| roster.find(name);
        let candidates = Candidates::new(&passes, &fields, &roster.sides, &find, limits, context)?;
        context.report(15, 100);
        find_partners(&mut comparators, &fields, &candidates, context)?;
        let compared = compare(&candidates, &fields, &comparators, 0, context)?;
        context.report(60, 100);
        let report = candidates.report(compared.pairs.len());
        let known = labels.count(&fields, &comparators, &roster.sides, context)?;
        let data = Data { fields: &fields, sides: &roster.sides, candidates: &compared.seen, all_pairs };
        let (weights, ended) = learn(self, comparators, &data, known.as_ref(), context)?;
        context.report(80, 100);
        let prepared = Prepared { fields, candidates };
        let mut fitted = FittedLinkage::new(self.clone(), weights, roster, passes, context.seed(), prepared);
        fitted.skipped = skipped;
        fitted.rounds = ended.rounds as u64;
        fitted.converged = ended.converged;
        fitted.blocking = report;
        fitted.settle(&compared, context)?;
        context.report(100, 100);
        Ok(fitted)
    }
}

impl FittedLinkage {
    /// Weigh compared pairs, keep those that may match, and cluster them.
    pub(super) fn settle(&mut self, compared: &Compared, context: &Context) -> Result<()> {
        let prepared = self.prepared(context)?;
        let matches = weigh(&self.weights, &prepared.fields, compared, context)?;
        let mut matcher = Matcher::new(&prepared.fields, &self.weights.comparators);
        let (weights, sides) = (&self.weights, &self.roster.sides);
        let mut score = |left: usize, right: usize| -> Option<f64> {
            let possible = sides.is_empty() || sides[left] != sides[right];
            possible.then(|| {
                let pattern = matcher.compare(left, right);
                weights.total(&prepared.fields, pattern, left, weights.bits(pattern))
            })
        };
        let (how, rows) = (self.options.clustering, self.roster.rows as usize);
        let entities = cluster(how, rows, &matches, bits_of(self.options.threshold), sides, &mut score, context)?;
        self.matches = matches;
        self.entities = entities;
        Ok(())
    }
}

/// What is known of matches before the fit.
enum Labels<'a> {
    None,
    /// The entity of every record, below 0 where it is not known.
    Entities(&'a [i64]),
    /// Pairs that match.
    Pairs(&'a [(usize, usize)]),
}

/// The most pairs of one known entity, and of all, that are counted.
const COUNTED: [usize; 2] = [1000, 1_000_000];

impl Labels<'_> {
    /// The patterns of the known matches.
    fn count(
        &self,
        fields: &[Field],
        comparators: &[Comparator],
        sides: &[bool],
        context: &Context,
    ) -> Result<Option<Known>> {
        let (pairs, prior): (Vec<(usize, usize)>, _) = match self {
            Labels::None => return Ok(None),
            Labels::Pairs(pairs) => (pairs.to_vec(), None),
            Labels::Entities(entities) => {
                let mut groups: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
                for (row, entity) in entities.iter().enumerate().filter(|(_, entity)| **entity >= 0) {
                    groups.entry(*entity).or_default().push(row);
                }
                let labelled: usize = groups.values().map(Vec::len).sum();
                let all = labelled as f64 * (labelled as f64 - 1.0) / 2.0;
                let same: f64 = groups.values().map(|rows| rows.len() as f64 * (rows.len() as f64 - 1.0) / 2.0).sum();
                let of = |rows: &Vec<usize>| -> Vec<(usize, usize)> {
                    let rows = rows.clone();
                    let pairs = (0..rows.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
                    pairs.take(COUNTED[0]).map(|(i, j)| (rows[j], rows[i])).collect()
                };
                let pairs = groups.values().flat_map(of).take(COUNTED[1]).collect();
                (pairs, Some(within_reason(same / all.max(1.0))))
            }
        };
        ensure!(!pairs.is_empty(), NotEnoughData, "no two records are known to be the same; leave the labels out");
        let mut matcher = Matcher::new(fields, comparators);
        let mut counter = Counter::default();
        for (position, (left, right)) in pairs.into_iter().enumerate() {
            if position % 1024 == 0 {
                context.check()?;
            }
            if sides.is_empty() || sides[left] != sides[right] {
                counter.add(matcher.compare(left, right), 1.0);
            }
        }
        Ok(Some(Known { matches: counter.into(), prior }))
    }
}

/// The weight that a probability is, in bits.
pub(super) fn bits_of(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

/// Thresholds of numbers that have none: as close as 1 % and 5 % of random pairs are.
fn fill_thresholds(comparators: &mut [Comparator], fields: &[Field], context: &Context) {
    const DRAWN: usize = 20_000;
    for (comparator, field) in comparators.iter_mut().zip(fields) {
        if comparator.kind != ComparisonKind::Numeric || !comparator.thresholds.is_empty() {
            continue;
        }
        let numbers: Vec<f64> =
            field.codes.iter().filter(|code| **code != MISSING).map(|code| field.numbers[*code as usize]).collect();
        if numbers.is_empty() {
            continue;
        }
        let mut random = Random::new(context.seed() ^ 0x6e75_6d62);
        let mut differences: Vec<f64> = (0..DRAWN)
            .map(|_| (numbers[below(&mut random, numbers.len())] - numbers[below(&mut random, numbers.len())]).abs())
            .filter(|difference| *difference > 0.0)
            .collect();
        differences.sort_unstable_by(f64::total_cmp);
        for part in [0.01, 0.05] {
            let at = (differences.len() as f64 * part) as usize;
            if let Some(difference) = differences.get(at)
                && comparator.thresholds.last().is_none_or(|last| last < difference)
            {
                comparator.thresholds.push(*difference);
            }
        }
    }
}

/// Which columns hold each other's values in some of the candidate pairs, more often than by chance.
fn find_partners(
    comparators: &mut [Comparator],
    fields: &[Field],
    candidates: &Candidates,
    context: &Context,
) -> Result<()> {
    let able: Vec<usize> = (0..comparators.len()).filter(|column| comparators[*column].can_swap()).collect();
    let pairs: Vec<(usize, usize)> =
        able.iter().enumerate().flat_map(|(at, a)| able[at + 1..].iter().map(|b| (*a, *b))).collect();
    let rows = fields.first().map_or(0, Field::len);
    if pairs.is_empty() {
        return Ok(());
    }
    let compared = &fields[..comparators.len()];
    let least = if rows <= FEW_RECORDS { 1 } else { EXCHANGES };
    let stride = rows.div_ceil(LOOKED_AT).max(1);
    let chunks = rows.div_ceil(stride).div_ceil(CHUNK);
    let counts = context.map(chunks, |chunk| {
        let (mut met, mut found) = (Vec::new(), Vec::new());
        let mut counts = vec![0_usize; pairs.len()];
        for row in (chunk * CHUNK..(chunk + 1) * CHUNK).map(|at| at * stride).filter(|row| *row < rows) {
            context.check()?;
            candidates.before(row, &mut met, &mut found);
            for &other in &found {
                let other = other as usize;
                // Records that share nothing else may well be two people.
                let equal = |field: &Field| field.codes[row] == field.codes[other] && field.codes[row] != MISSING;
                let mut related: Option<bool> = None;
                for (count, (a, b)) in counts.iter_mut().zip(&pairs) {
                    let (a, b) = (&fields[*a], &fields[*b]);
                    let differ = a.codes[row] != a.codes[other] && b.codes[row] != b.codes[other];
                    if differ && crossed(a, b, row, other) {
                        *count += usize::from(*related.get_or_insert_with(|| compared.iter().any(equal)));
                    }
                }
            }
        }
        Ok(counts)
    })?;
    let mut totals: Vec<(usize, usize)> =
        (0..pairs.len()).map(|at| (counts.iter().map(|counts| counts[at]).sum(), at)).collect();
    totals.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (total, at) in totals {
        let (a, b) = pairs[at];
        if total >= least && comparators[a].partner.is_none() && comparators[b].partner.is_none() {
            comparators[a].partner = Some(b as u32);
            comparators[b].partner = Some(a as u32);
        }
    }
    Ok(())
}

/// Compare the candidates of the records from `first` on with those before them.
pub(super) fn compare(
    candidates: &Candidates,
    fields: &[Field],
    comparators: &[Comparator],
    first: usize,
    context: &Context,
) -> Result<Compared> {
    let rows = fields.first().map_or(0, Field::len);
    let chunk = ((rows - first) / 64).max(CHUNK);
    let parts = context.map((rows - first).div_ceil(chunk), |part| {
        let (mut met, mut found) = (Vec::new(), Vec::new());
        let mut counter = Counter::default();
        let mut pairs = Vec::new();
        let mut matcher = Matcher::new(fields, comparators);
        for row in first + part * chunk..(first + (part + 1) * chunk).min(rows) {
            context.check()?;
            candidates.before(row, &mut met, &mut found);
            for (at, &other) in found.iter().enumerate() {
                if at % 4096 == 4095 {
                    context.check()?;
                }
                let pattern: Pattern = matcher.compare(row, other as usize);
                pairs.push((other, row as u32, counter.add(pattern, 1.0)));
            }
        }
        Ok((pairs, Patterns::from(counter)))
    })?;
    let mut counter = Counter::default();
    let mut pairs = Vec::with_capacity(parts.iter().map(|(pairs, _)| pairs.len()).sum());
    for (part, seen) in parts {
        let positions: Vec<u32> =
            seen.patterns.iter().zip(&seen.counts).map(|(pattern, count)| counter.add(*pattern, *count)).collect();
        pairs.extend(part.into_iter().map(|(left, right, pattern)| (left, right, positions[pattern as usize])));
    }
    Ok(Compared { pairs, seen: counter.into() })
}

/// The pairs that may match, with their weights.
pub(super) fn weigh(weights: &Weights, fields: &[Field], compared: &Compared, context: &Context) -> Result<Vec<Match>> {
    let columns = weights.comparators.len();
    let least = bits_of(KEPT);
    let bits: Vec<f64> = compared.seen.patterns.iter().map(|pattern| weights.bits(*pattern)).collect();
    let mut matches = Vec::new();
    for (position, &(left, right, pattern)) in compared.pairs.iter().enumerate() {
        if position.is_multiple_of(1 << 14) {
            context.check()?;
        }
        let (base, pattern) = (bits[pattern as usize], compared.seen.patterns[pattern as usize]);
        if !Weights::says_something(pattern, columns) {
            continue;
        }
        let total = weights.total(fields, pattern, left as usize, base);
        if total >= least {
            matches.push(Match { left, right, bits: total });
        }
    }
    Ok(matches)
}
