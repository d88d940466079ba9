//! What was told, evaluation by evaluation, and the best of it.
use serde::{Deserialize, Serialize};

use super::desk::Outcome;
use super::options::Minimize;
use crate::error::{Result, ensure};

/// Everything told so far. Numbers are kept as they were told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// `[evaluation, width]`.
    pub(super) told: Vec<f64>,
    /// The best candidate, empty until there is one that did not fail.
    pub(super) best: Vec<f64>,
    /// The evaluation of the best candidate.
    pub(super) best_at: usize,
    /// The evaluations at which the best improved.
    pub(super) improved: Vec<u64>,
    /// A fingerprint of all candidates asked.
    pub(super) asked: u64,
    /// Candidates that are evaluated again and again at the end of a noisy run.
    pub(super) repeated: Vec<Repeated>,
}

/// A candidate and its evaluations at the end of a noisy run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Repeated {
    pub(super) candidate: Vec<f64>,
    pub(super) count: u64,
    /// Mean and sum of squared differences from it (Welford, 1962).
    mean: f64,
    squares: f64,
    /// The largest violation.
    pub(super) violation: f64,
}

impl Repeated {
    pub(super) fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard error of the mean, from two evaluations on.
    pub(super) fn standard_error(&self) -> Option<f64> {
        let count = self.count as f64;
        (self.count > 1).then(|| (self.squares / (count - 1.0) / count).sqrt())
    }
}

/// The outcome of one row of answers.
pub(super) fn outcome(row: &[f64], options: &Minimize) -> Outcome {
    let constraints = &row[1..1 + options.inequalities + options.equalities];
    let gradient = &row[1 + constraints.len()..];
    if !row[0].is_finite() || !constraints.iter().all(|c| c.is_finite()) || !gradient.iter().all(|g| g.is_finite()) {
        return Outcome::WORST;
    }
    let (less, equal) = constraints.split_at(options.inequalities);
    let above: f64 = less.iter().map(|g| g.max(0.0)).sum();
    let off: f64 = equal.iter().map(|h| (h.abs() - options.equality_tolerance).max(0.0)).sum();
    let violation = (above + off).min(f64::MAX);
    Outcome { value: if options.maximize { -row[0] } else { row[0] }, violation }
}

impl Record {
    /// How many evaluations were told.
    pub(super) fn len(&self, width: usize) -> usize {
        self.told.len() / width
    }

    /// The outcome of evaluation `at`.
    pub(super) fn outcome(&self, at: usize, options: &Minimize, width: usize) -> Outcome {
        outcome(&self.told[at * width..(at + 1) * width], options)
    }

    /// The outcome of the best candidate; the worst one until there is any.
    pub(super) fn best_outcome(&self, options: &Minimize, width: usize) -> Outcome {
        if self.best.is_empty() { Outcome::WORST } else { self.outcome(self.best_at, options, width) }
    }

    /// Take up the answer for one more candidate.
    pub(super) fn push(&mut self, candidate: &[f64], row: &[f64], options: &Minimize) -> Outcome {
        let width = row.len();
        let found = outcome(row, options);
        if found.beats(&self.best_outcome(options, width)) {
            self.best.clear();
            self.best.extend_from_slice(candidate);
            self.best_at = self.len(width);
            self.improved.push(self.best_at as u64);
        }
        self.told.extend_from_slice(row);
        found
    }

    /// Take up an evaluation of a candidate that is repeated; failed ones put it behind all others.
    pub(super) fn repeat(&mut self, candidate: &[f64], found: Outcome) {
        let known = self.repeated.iter().position(|repeated| repeated.candidate == candidate);
        let at = known.unwrap_or_else(|| {
            let candidate = candidate.to_vec();
            self.repeated.push(Repeated { candidate, count: 0, mean: 0.0, squares: 0.0, violation: 0.0 });
            self.repeated.len() - 1
        });
        let Some(repeated) = self.repeated.get_mut(at) else { return };
        repeated.violation = repeated.violation.max(found.violation.min(f64::MAX));
        if found.value.is_finite() {
            repeated.count += 1;
            let apart = found.value - repeated.mean;
            repeated.mean += apart / repeated.count as f64;
            repeated.squares += apart * (found.value - repeated.mean);
        }
    }

    /// The candidate of the best mean among those that were repeated most.
    pub(super) fn best_repeated(&self) -> Option<&Repeated> {
        let most = self.repeated.iter().map(|repeated| repeated.count).max()?;
        let often = self.repeated.iter().filter(|repeated| repeated.count > 0 && 2 * repeated.count >= most);
        often.min_by(|a, b| a.violation.total_cmp(&b.violation).then(a.mean.total_cmp(&b.mean)))
    }

    /// Add candidates to the fingerprint.
    pub(super) fn note(&mut self, candidates: &[f64]) {
        self.asked = fingerprint(self.asked, candidates);
    }

    /// Whether it holds together.
    pub(super) fn check(&self, width: usize, dimensions: usize) -> Result<()> {
        ensure!(self.told.len().is_multiple_of(width), InvalidData, "answers of different lengths");
        let count = self.len(width);
        let whole = if self.best.is_empty() { self.improved.is_empty() } else { self.best.len() == dimensions };
        ensure!(whole, InvalidData, "the best candidate has {} numbers for {dimensions} parameters", self.best.len());
        let within = self.best.is_empty() || self.best_at < count;
        ensure!(within, InvalidData, "the best evaluation is {} of {count}", self.best_at);
        let ascending = self.improved.windows(2).all(|pair| pair[0] < pair[1]);
        let ends = self.improved.last().is_none_or(|last| *last == self.best_at as u64);
        ensure!(ascending && ends, InvalidData, "improvements that are not in order");
        let repeated = self.repeated.iter().all(|repeated| {
            let numbers = repeated.mean.is_finite() && repeated.squares >= 0.0 && repeated.violation >= 0.0;
            repeated.candidate.len() == dimensions && numbers && repeated.violation.is_finite()
        });
        ensure!(repeated, InvalidData, "repeated candidates that are none");
        Ok(())
    }
}

/// `state` with the bits of more numbers stirred in (the finalizer of SplitMix64).
pub(super) fn fingerprint(state: u64, numbers: &[f64]) -> u64 {
    numbers.iter().fold(state, |state, number| {
        let mut z = (state ^ number.to_bits()).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}
