//! How often every level occurs among matches (m) and among others (u), and how many pairs match: expectation
//! maximisation over the patterns of the candidate pairs.
//!
//! The model of Fellegi and Sunter: given whether a pair matches, columns agree or not independently of each other, so that
//! the odds of a match are the prior odds times `m / u` of each column's level. A missing value says nothing. In each
//! round the expectation gives every pattern its probability, the maximisation takes m, u and the prior from the
//! probabilities. Where u is known from random pairs it stays, which is what keeps the two classes from changing places.
//! O(patterns * columns) a round. Sources: Fellegi, Sunter (1969); Winkler (1988); Larsen, Rubin (2001).
use super::compare::Pattern;
use super::weights::state;
use crate::Context;
use crate::error::Result;

/// Probabilities of the levels of every column, `[column][level]`; level 0, missing, has 1.
pub(super) type Levels = Vec<Vec<f64>>;

/// Pairs by their patterns.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Patterns {
    pub(super) patterns: Vec<Pattern>,
    /// How many pairs have each pattern.
    pub(super) counts: Vec<f64>,
}

/// What is estimated.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mixture {
    /// Probabilities of levels among matches.
    pub(super) m: Levels,
    /// Probabilities of levels among others.
    pub(super) u: Levels,
    /// The probability that a pair matches.
    pub(super) prior: f64,
}

/// Expected matches are never taken to be fewer, so that later records may still match.
const FEWEST: f64 = 0.1;

/// How the rounds run.
#[derive(Clone, Debug)]
pub(super) struct Rounds<'a> {
    /// Imagined matches at each level, added to those seen; none for maximum likelihood.
    pub(super) imagined: Option<&'a Levels>,
    /// Whether m is estimated; it is not where it was counted.
    pub(super) free_m: bool,
    /// Whether u is estimated too.
    pub(super) free_u: bool,
    /// Whether the prior is estimated.
    pub(super) free_prior: bool,
    /// All pairs, those that are no candidates among them, which are taken to be no matches.
    pub(super) all_pairs: f64,
    pub(super) most: usize,
    pub(super) tolerance: f64,
}

/// How the rounds went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ended {
    pub(super) rounds: usize,
    pub(super) converged: bool,
}

/// Run rounds from a start until they settle.
/// `parents` names the column whose equality decides which list of u a column takes.
pub(super) fn maximise(
    start: Mixture,
    parents: &[Option<u32>],
    pairs: &Patterns,
    rounds: &Rounds<'_>,
    context: &Context,
) -> Result<(Mixture, Ended)> {
    let columns = start.m.len();
    let state = |pattern: Pattern, column: usize| state(parents, &start.m, pattern, column) as u8;
    let unpacked: Vec<u8> =
        pairs.patterns.iter().flat_map(|pattern| (0..columns).map(move |column| state(*pattern, column))).collect();
    let mut mixture = start;
    for round in 1..=rounds.most {
        context.check()?;
        let next = step(&mixture, &unpacked, &pairs.counts, rounds, context)?;
        let change = difference(&mixture, &next);
        mixture = next;
        if change <= rounds.tolerance {
            return Ok((mixture, Ended { rounds: round, converged: true }));
        }
    }
    Ok((mixture, Ended { rounds: rounds.most, converged: false }))
}

/// The probability that a pair of this weight, in bits and with the prior in it, matches.
pub(super) fn probability(bits: f64) -> f64 {
    1.0 / (1.0 + (-bits).exp2())
}

fn step(mixture: &Mixture, unpacked: &[u8], counts: &[f64], rounds: &Rounds<'_>, context: &Context) -> Result<Mixture> {
    let columns = mixture.m.len();
    let bits: Levels = mixture
        .m
        .iter()
        .zip(&mixture.u)
        .map(|(m, u)| u.iter().enumerate().map(|(state, u)| (m[state % m.len()] / u).log2()).collect())
        .collect();
    let prior_bits = (mixture.prior / (1.0 - mixture.prior)).log2();
    let zeros = |levels: &Levels| -> Levels { levels.iter().map(|levels| vec![0.0; levels.len()]).collect() };
    let (mut matches, mut others) = (zeros(&mixture.m), zeros(&mixture.u));
    let mut matching = 0.0;
    for (position, (levels, count)) in unpacked.chunks_exact(columns.max(1)).zip(counts).enumerate() {
        if position.is_multiple_of(1 << 15) {
            context.check()?;
        }
        let weight: f64 = levels.iter().zip(&bits).map(|(level, bits)| bits[usize::from(*level)]).sum();
        let expected = probability(prior_bits + weight) * count;
        matching += expected;
        for (column, level) in levels.iter().enumerate() {
            let states = usize::from(*level);
            let levels = matches[column].len();
            matches[column][if states < levels { states } else { states - levels }] += expected;
            others[column][usize::from(*level)] += count - expected;
        }
    }
    if let Some(imagined) = rounds.imagined {
        for (seen, imagined) in matches.iter_mut().flatten().zip(imagined.iter().flatten()) {
            *seen += imagined;
        }
    }
    let m = match rounds.free_m {
        true => matches.into_iter().zip(&mixture.m).map(|(seen, before)| normalised(seen, before)).collect(),
        false => mixture.m.clone(),
    };
    let u = match rounds.free_u {
        true => others.into_iter().zip(&mixture.u).map(|(seen, before)| normalised(seen, before)).collect(),
        false => mixture.u.clone(),
    };
    let prior = match rounds.free_prior {
        true => within_reason(matching.max(FEWEST) / rounds.all_pairs.max(1.0)),
        false => mixture.prior,
    };
    Ok(Mixture { m, u, prior })
}

/// Counts of levels as probabilities that are never 0; the missing level does not count.
pub(super) fn normalised(mut seen: Vec<f64>, before: &[f64]) -> Vec<f64> {
    const LEAST: f64 = 1e-12;
    let total: f64 = seen.iter().skip(1).sum();
    if total.is_nan() || total <= 0.0 {
        return before.to_vec();
    }
    seen.iter_mut().skip(1).for_each(|count| *count = (*count / total).max(LEAST));
    if let Some(missing) = seen.first_mut() {
        *missing = 1.0;
    }
    seen
}

/// A prior that keeps its odds finite.
pub(super) fn within_reason(prior: f64) -> f64 {
    prior.clamp(1e-15, 1.0 - 1e-9)
}

/// The largest change of a probability; that of the prior is relative.
fn difference(a: &Mixture, b: &Mixture) -> f64 {
    let levels = |a: &Levels, b: &Levels| -> f64 {
        a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    let prior = (a.prior / b.prior - 1.0).abs();
    levels(&a.m, &b.m).max(levels(&a.u, &b.u)).max(prior)
}
