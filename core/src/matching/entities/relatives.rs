//! Pairs that share an address, a surname and a telephone, and are two persons all the same.
//!
//! Among pairs that look like matches, errors fall on columns one by one. Where many of them differ in a date and in another
//! column at once (the birth date and the given name), far more often than errors do that meet by chance, they are not
//! matches with errors but relatives: others that agree for a reason. What they agree in is then seen to depend on each
//! other, and neither m nor the prior is estimated from them. A date must be among the columns: a person who moves changes
//! address and telephone together, one who marries surname and address, but nobody's birth date.
//! The idea of a third class between matches and others is Winkler's (*Improved decision rules in the Fellegi-Sunter model of
//! record linkage*, 1993).
use super::compare::{EXACT, NOTHING, Pattern, level};
use super::estimate::{Patterns, probability};
use super::evidence::Evidence;
use super::options::ComparisonKind;
use super::weights::Weights;

/// The correlation of two columns' differences above which they have one cause.
const CORRELATED: f64 = 0.3;
/// Pairs that must differ in both.
const SUPPORT: f64 = 30.0;

/// The columns that relatives differ in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Relatives {
    columns: Vec<usize>,
    /// By column, the level of different values.
    different: Vec<u8>,
}

impl Relatives {
    /// The columns, if there are such pairs among those that the weights take for matches.
    pub(super) fn find(weights: &Weights, candidates: &Patterns) -> Option<Self> {
        let prior = weights.prior_bits();
        let likely = candidates.patterns.iter().zip(&candidates.counts).filter_map(|(pattern, count)| {
            let probability = probability(prior + weights.bits(*pattern));
            (probability > 0.5).then_some((*pattern, probability * count))
        });
        let likely: Vec<(Pattern, f64)> = likely.collect();
        let different: Vec<u8> = weights.comparators.iter().map(|comparator| comparator.different()).collect();
        let columns = weights.comparators.len();
        let dates = (0..columns).filter(|column| weights.comparators[*column].kind == ComparisonKind::Date);
        let found = dates.filter_map(|date| {
            let others = (0..columns).filter(|column| weights.comparators[*column].kind != ComparisonKind::Date);
            let others = others.filter(|other| differ_together(&likely, [date, *other], &different));
            let columns: Vec<usize> = others.chain([date]).collect();
            (columns.len() > 1).then(|| Self { columns, different: different.clone() })
        });
        found.max_by_key(|relatives| relatives.columns.len())
    }

    /// Whether a pair differs in all of the columns that both have, one at least.
    pub(super) fn are(&self, pattern: Pattern) -> bool {
        let differs = |column: &usize| level(pattern, *column) == self.different[*column];
        let mut there = self.columns.iter().filter(|column| level(pattern, **column) != NOTHING).peekable();
        there.peek().is_some() && there.all(differs)
    }

    /// The patterns of all other pairs.
    pub(super) fn left_out_of(&self, pairs: &Patterns) -> Patterns {
        let kept = pairs.patterns.iter().zip(&pairs.counts).filter(|(pattern, _)| !self.are(**pattern));
        let (patterns, counts) = kept.map(|(pattern, count)| (*pattern, *count)).unzip();
        Patterns { patterns, counts }
    }
}

impl Evidence {
    /// Whether a pair is one of relatives.
    pub(super) fn are_relatives(&self, pattern: Pattern) -> bool {
        self.relatives.as_ref().is_some_and(|relatives| relatives.are(pattern))
    }
}

/// Whether two columns differ in the same pairs.
fn differ_together(pairs: &[(Pattern, f64)], columns: [usize; 2], different: &[u8]) -> bool {
    let [mut all, mut first, mut second, mut both] = [0.0; 4];
    for (pattern, count) in pairs {
        let levels = columns.map(|column| level(*pattern, column));
        if levels.iter().all(|level| *level >= EXACT) {
            let [a, b] = [levels[0] == different[columns[0]], levels[1] == different[columns[1]]];
            all += count;
            first += if a { *count } else { 0.0 };
            second += if b { *count } else { 0.0 };
            both += if a && b { *count } else { 0.0 };
        }
    }
    if both < SUPPORT {
        return false;
    }
    let [a, b] = [first / all, second / all];
    let spread = (a * (1.0 - a) * b * (1.0 - b)).sqrt();
    // Where all differ there is nothing to compare with: these are relatives alone.
    spread <= 0.0 || (both / all - a * b) / spread >= CORRELATED
}
