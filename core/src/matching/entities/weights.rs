//! What was learnt: the weight of every level of every column, in bits.
use serde::{Deserialize, Serialize};

use super::compare::{Comparator, EXACT, NOTHING, Pattern, level};
use super::estimate::{Levels, probability};
use super::records::{Field, MISSING};

/// Imagined agreements on a value besides those seen, in its frequency.
const IMAGINED: f64 = 1.0;

/// The probabilities of all levels and what follows from them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Weights {
    pub(super) comparators: Vec<Comparator>,
    /// Of every column, the probability of each level among matches; missing has 1.
    pub(super) m: Levels,
    /// Of every column, the probability of each level among others; where it depends on another column, a second list
    /// behind the first for pairs that are equal in that one.
    pub(super) u: Levels,
    /// The column that the agreement of each column among others depends on.
    pub(super) parents: Vec<Option<u32>>,
    /// The probability that a random pair matches.
    pub(super) prior: f64,
}

impl Weights {
    /// The weight of the prior odds.
    pub(super) fn prior_bits(&self) -> f64 {
        (self.prior / (1.0 - self.prior)).log2()
    }

    /// The place of a column's level in its list of u.
    pub(super) fn state(&self, pattern: Pattern, column: usize) -> usize {
        state(&self.parents, &self.m, pattern, column)
    }

    /// Whether the agreement of a column is judged given that of another which is equal.
    pub(super) fn is_given(&self, pattern: Pattern, column: usize) -> bool {
        self.parents[column].is_some_and(|parent| level(pattern, parent as usize) == EXACT)
    }

    /// m and u of a column's level.
    pub(super) fn odds(&self, pattern: Pattern, column: usize) -> (f64, f64) {
        (self.m[column][usize::from(level(pattern, column))], self.u[column][self.state(pattern, column)])
    }

    /// The weight of a column's level, without the frequency of its value.
    pub(super) fn column_bits(&self, pattern: Pattern, column: usize) -> f64 {
        let (m, u) = self.odds(pattern, column);
        (m / u).log2()
    }

    /// What the frequency of the value that both have adds to the weight of a column; 0 where it adds nothing.
    pub(super) fn frequency_bits(&self, field: &Field, pattern: Pattern, column: usize, row: usize) -> f64 {
        if level(pattern, column) != EXACT || !self.comparators[column].term_frequency || self.is_given(pattern, column)
        {
            return 0.0;
        }
        let code = field.codes[row];
        if code == MISSING {
            return 0.0;
        }
        let usual = self.u[column][usize::from(EXACT)];
        (usual / frequency(field, code, usual)).log2()
    }

    /// The weight of all columns of a pair without the frequencies of values, the prior not in it.
    pub(super) fn bits(&self, pattern: Pattern) -> f64 {
        (0..self.comparators.len()).map(|column| self.column_bits(pattern, column)).sum()
    }

    /// The weight of a pair, the prior in it.
    pub(super) fn total(&self, fields: &[Field], pattern: Pattern, row: usize, base: f64) -> f64 {
        let frequencies: f64 =
            (0..self.comparators.len()).map(|column| self.frequency_bits(&fields[column], pattern, column, row)).sum();
        self.prior_bits() + base + frequencies
    }

    /// The probability of a weight.
    pub(super) fn probability(bits: f64) -> f64 {
        probability(bits)
    }

    /// Whether a pattern has any evidence.
    pub(super) fn says_something(pattern: Pattern, columns: usize) -> bool {
        (0..columns).any(|column| level(pattern, column) != NOTHING)
    }
}

/// The place of a column's level in its list of u.
pub(super) fn state(parents: &[Option<u32>], m: &Levels, pattern: Pattern, column: usize) -> usize {
    let own = usize::from(level(pattern, column));
    match parents[column] {
        Some(parent) if level(pattern, parent as usize) == EXACT => own + m[column].len(),
        _ => own,
    }
}

/// The probability that another record has this value too, if it is not the same thing: how often others than the pair have
/// it, drawn towards the usual chance `usual` of agreement.
fn frequency(field: &Field, code: u32, usual: f64) -> f64 {
    let others = f64::from(field.counts[code as usize]) - 2.0;
    let all = field.present() as f64 - 2.0;
    ((others.max(0.0) + IMAGINED) / (all.max(0.0) + IMAGINED / usual)).min(1.0)
}
