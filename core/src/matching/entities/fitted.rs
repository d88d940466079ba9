//! A linkage that was fitted, and everything that is asked of it.
use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::blocking::{Blocking, BlockingReport, Candidates, Limits};
use super::cluster::Match;
use super::compare::{EXACT, Matcher, NOTHING, level};
use super::fit::{KEPT, bits_of};
use super::options::Linkage;
use super::records::Field;
use super::result::{ColumnEvidence, ColumnSummary, LevelSummary, LinkageSummary, PairExplanation, SkippedColumn};
use super::roster::Roster;
use super::weights::Weights;
use crate::Context;
use crate::data::{Ints, Table, Vector};
use crate::error::{Result, ensure};
use crate::store;

/// A fitted linkage: the records it knows, their matches and entities, and what every agreement weighs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FittedLinkage {
    pub(super) options: Linkage,
    pub(super) weights: Weights,
    pub(super) roster: Roster,
    pub(super) passes: Vec<Blocking>,
    pub(super) seed: u64,
    pub(super) skipped: Vec<SkippedColumn>,
    pub(super) rounds: u64,
    pub(super) converged: bool,
    pub(super) blocking: BlockingReport,
    /// Pairs of at least a hundredth of probability, by their right record, then the left one.
    pub(super) matches: Vec<Match>,
    pub(super) entities: Vec<i64>,
    #[serde(skip)]
    prepared: OnceLock<Prepared>,
}

/// Pairs as a table, with the rows that `row` makes of records.
pub(super) fn pair_columns(pairs: &[&Match], row: impl Fn(u32) -> i64) -> Result<Table> {
    let numbers = |part: &dyn Fn(&Match) -> f64| pairs.iter().map(|pair| part(pair)).collect::<Vec<f64>>();
    Table::from_columns([
        ("left", pairs.iter().map(|pair| row(pair.left)).collect::<Vec<_>>().into()),
        ("right", pairs.iter().map(|pair| row(pair.right)).collect::<Vec<_>>().into()),
        ("weight", numbers(&|pair| pair.bits).into()),
        ("probability", numbers(&|pair| Weights::probability(pair.bits)).into()),
    ])
}

/// What follows from the records and is not saved.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub(super) fields: Vec<Field>,
    pub(super) candidates: Candidates,
}

impl FittedLinkage {
    pub(super) fn new(
        options: Linkage,
        weights: Weights,
        roster: Roster,
        passes: Vec<Blocking>,
        seed: u64,
        prepared: Prepared,
    ) -> Self {
        let blocking = prepared.candidates.report(0);
        Self {
            options,
            weights,
            roster,
            passes,
            seed,
            skipped: Vec::new(),
            rounds: 0,
            converged: false,
            blocking,
            matches: Vec::new(),
            entities: Vec::new(),
            prepared: OnceLock::from(prepared),
        }
    }

    /// The fields and indexes, built anew where the model was loaded.
    pub(super) fn prepared(&self, context: &Context) -> Result<&Prepared> {
        if let Some(prepared) = self.prepared.get() {
            return Ok(prepared);
        }
        let mut fields = Vec::new();
        self.roster.fill(&mut fields, context)?;
        let limits = self.limits();
        let find = |name: &str| self.roster.find(name);
        let seeded = context.clone().with_seed(self.seed);
        let candidates = Candidates::new(&self.passes, &fields, &self.roster.sides, &find, limits, &seeded)?;
        Ok(self.prepared.get_or_init(|| Prepared { fields, candidates }))
    }

    pub(super) fn take_prepared(&mut self, context: &Context) -> Result<Prepared> {
        self.prepared(context)?;
        let taken = self.prepared.take();
        taken.ok_or_else(|| crate::Error::new(crate::Code::Internal, "the indexes are gone; please report this"))
    }

    pub(super) fn put_prepared(&mut self, prepared: Prepared) {
        self.prepared = OnceLock::from(prepared);
    }

    fn limits(&self) -> Limits {
        let options = &self.options;
        Limits { largest_block: options.largest_block, window: options.window, most_pairs: options.most_pairs }
    }

    /// The options that were fitted.
    #[must_use]
    pub fn options(&self) -> &Linkage {
        &self.options
    }

    /// The entity of every record, from 0, numbered by their first record; those of the right table behind the left ones.
    #[must_use]
    pub fn entities(&self) -> Ints {
        self.entities.clone().into()
    }

    /// The pairs of at least `threshold` probability: `left`, `right` (rows, each of its own table where two are linked),
    /// `weight` in bits with the prior in it, `probability`. Default: the threshold of the options. Pairs below 0.01
    /// are not kept.
    ///
    /// # Errors
    /// `invalid_config` for a threshold outside [0.01, 1).
    pub fn pairs(&self, threshold: Option<f64>) -> Result<Table> {
        let threshold = threshold.unwrap_or(self.options.threshold.max(KEPT));
        ensure!(
            (KEPT..1.0).contains(&threshold),
            InvalidConfig,
            "threshold is {threshold}, it must be at least {KEPT} and below 1"
        );
        let least = bits_of(threshold);
        let kept: Vec<&Match> = self.matches.iter().filter(|pair| pair.bits >= least).collect();
        self.pair_table(&kept)
    }

    fn pair_table(&self, kept: &[&Match]) -> Result<Table> {
        // The row of every record in its own table: how many of its side come before.
        let mut next = [0_i64; 2];
        let mut own = Vec::with_capacity(self.roster.sides.len());
        for side in &self.roster.sides {
            let row = &mut next[usize::from(*side)];
            own.push(*row);
            *row += 1;
        }
        // In a link the left record comes first, whichever was learnt first.
        let sides = &self.roster.sides;
        let turned: Vec<Match> = kept
            .iter()
            .map(|pair| match sides.get(pair.left as usize) {
                Some(true) => Match { left: pair.right, right: pair.left, bits: pair.bits },
                _ => **pair,
            })
            .collect();
        pair_columns(&turned.iter().collect::<Vec<_>>(), |row| own.get(row as usize).copied().unwrap_or(i64::from(row)))
    }

    /// The probabilities that pairs of known records match, whether they are candidates or not. Rows count over all
    /// records, those of the right table behind those of the left one.
    ///
    /// # Errors
    /// `invalid_data` for lists of unequal length or rows that are not there; `cancelled`.
    pub fn predict(&self, left: &[i64], right: &[i64], context: &Context) -> Result<Vector> {
        let (a, b) = (left.len(), right.len());
        ensure!(a == b, InvalidData, "{a} left rows and {b} right rows; pairs need as many of both");
        let fields = &self.prepared(context)?.fields;
        let mut matcher = Matcher::new(fields, &self.weights.comparators);
        let mut probabilities = Vec::with_capacity(a);
        for (position, (&left, &right)) in left.iter().zip(right).enumerate() {
            if position % 1024 == 0 {
                context.check()?;
            }
            let [left, right] = [self.row(left)?, self.row(right)?];
            let pattern = matcher.compare(left, right);
            let bits = self.weights.total(fields, pattern, left, self.weights.bits(pattern));
            probabilities.push(Weights::probability(bits));
        }
        Ok(probabilities.into())
    }

    fn row(&self, row: i64) -> Result<usize> {
        let rows = self.roster.rows;
        match usize::try_from(row) {
            Ok(position) if position < rows as usize => Ok(position),
            _ => crate::error::bail!(InvalidData, "there is no record {row}; {rows} are known, counted from 0"),
        }
    }

    /// The part of the pairs that belong together which blocking gives as candidates, where the entity of every record is
    /// known: no linkage can find more. 1 where none belong together.
    ///
    /// # Errors
    /// `invalid_data` for another number of entities than records; `cancelled`.
    pub fn pair_completeness(&self, truth: &[i64], context: &Context) -> Result<f64> {
        let (rows, known) = (self.roster.rows as usize, truth.len());
        ensure!(rows == known, InvalidData, "{known} true entities of {rows} records; there must be one of each");
        let candidates = &self.prepared(context)?.candidates;
        let (mut met, mut found, mut kept) = (Vec::new(), Vec::new(), 0_usize);
        for (row, entity) in truth.iter().enumerate() {
            context.check()?;
            candidates.before(row, &mut met, &mut found);
            kept += found.iter().filter(|other| truth[**other as usize] == *entity).count();
        }
        // Per entity, the records of the left side and of the right one.
        let mut sizes: HashMap<i64, [f64; 2]> = HashMap::new();
        for (row, entity) in truth.iter().enumerate() {
            let side = self.roster.sides.get(row).copied().unwrap_or(false);
            sizes.entry(*entity).or_default()[usize::from(side)] += 1.0;
        }
        let linked = !self.roster.sides.is_empty();
        let pairs = |[a, b]: &[f64; 2]| if linked { a * b } else { a * (a - 1.0) / 2.0 };
        let all: f64 = sizes.values().map(pairs).sum();
        Ok(if all > 0.0 { kept as f64 / all } else { 1.0 })
    }

    /// Why two records are taken to be the same thing, or not: what every column says, adding up to the weight.
    ///
    /// # Errors
    /// `invalid_data` for a row that is not there, or twice the same.
    pub fn explain(&self, left: i64, right: i64, context: &Context) -> Result<PairExplanation> {
        ensure!(left != right, InvalidData, "record {left} is held against itself; two records are needed");
        let [left, right] = [self.row(left)?, self.row(right)?];
        let fields = &self.prepared(context)?.fields;
        let weights = &self.weights;
        let pattern = Matcher::new(fields, &weights.comparators).compare(left, right);
        let name = |column: u32| weights.comparators[column as usize].column.clone();
        let columns: Vec<ColumnEvidence> = weights
            .comparators
            .iter()
            .enumerate()
            .map(|(column, comparator)| {
                let at = level(pattern, column);
                let (m, u) = weights.odds(pattern, column);
                let given = weights.is_given(pattern, column).then(|| weights.parents[column].map(name)).flatten();
                ColumnEvidence {
                    column: comparator.column.clone(),
                    left: self.roster.shown(column, left),
                    right: self.roster.shown(column, right),
                    level: comparator.describe(at, comparator.partner.map(name).as_deref()),
                    m: (at != NOTHING).then_some(m),
                    u: (at != NOTHING).then_some(u),
                    given: given.filter(|_| at != NOTHING),
                    weight: weights.column_bits(pattern, column),
                    frequency_weight: weights.frequency_bits(&fields[column], pattern, column, left),
                }
            })
            .collect();
        let prior_weight = weights.prior_bits();
        let weight = weights.total(fields, pattern, left, weights.bits(pattern));
        Ok(PairExplanation { left, right, prior_weight, columns, weight, probability: Weights::probability(weight) })
    }

    /// What was learnt: columns, levels and their weights, the prior, blocking.
    #[must_use]
    pub fn summary(&self) -> LinkageSummary {
        let weights = &self.weights;
        let name = |column: u32| weights.comparators[column as usize].column.clone();
        let column = |(column, comparator): (usize, &super::compare::Comparator)| {
            let (m, u) = (&weights.m[column], &weights.u[column]);
            let partner = comparator.partner.map(name);
            let levels = (EXACT..=comparator.levels())
                .map(|at| {
                    let level = usize::from(at);
                    LevelSummary {
                        level: comparator.describe(at, partner.as_deref()),
                        m: m[level],
                        u: u[level],
                        weight: (m[level] / u[level]).log2(),
                        u_given: u.get(level + m.len()).copied(),
                    }
                })
                .collect();
            ColumnSummary {
                column: comparator.column.clone(),
                kind: comparator.kind,
                term_frequency: comparator.term_frequency,
                depends_on: weights.parents[column].map(name),
                swapped_with: partner,
                levels,
            }
        };
        let least = bits_of(self.options.threshold);
        LinkageSummary {
            records: self.roster.rows as usize,
            right_records: self.roster.sides.iter().filter(|side| **side).count(),
            columns: weights.comparators.iter().enumerate().map(column).collect(),
            skipped: self.skipped.clone(),
            prior: weights.prior,
            rounds: self.rounds as usize,
            converged: self.converged,
            blocking: self.blocking.clone(),
            matches: self.matches.iter().filter(|pair| pair.bits >= least).count(),
            entities: self.entities.iter().max().map_or(0, |last| *last as usize + 1),
        }
    }

    /// The model as bytes; see [`store`](crate::store).
    ///
    /// # Errors
    /// `too_large` above [`store::LARGEST`] bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        store::to_bytes(self)
    }

    /// The model that [`to_bytes`](Self::to_bytes) gave; it answers bit for bit as the saved one would.
    ///
    /// # Errors
    /// `incompatible` for bytes that are damaged, newer than this version, or no such model; `too_large`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        store::from_bytes(bytes)
    }

    /// Save the model to a file, which is replaced as a whole or not at all.
    ///
    /// # Errors
    /// As [`to_bytes`](Self::to_bytes); `not_found` for a folder that does not exist; `io`.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        store::save(self, path)
    }

    /// The model in a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes); `not_found`, `io`.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        store::load(path)
    }
}
