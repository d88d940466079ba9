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

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Start {
        m: Vec<Vec<f64>>,
        u: Vec<Vec<f64>>,
        prior: f64,
    }

    #[derive(Deserialize)]
    struct Fit {
        m: Vec<Vec<f64>>,
        u: Vec<Vec<f64>>,
        prior: f64,
        rounds: usize,
        all_pairs: f64,
        free_u: bool,
    }

    #[derive(Deserialize)]
    struct Oracle {
        patterns: Vec<Vec<u8>>,
        counts: Vec<f64>,
        start: Start,
        fits: Vec<Fit>,
    }

    fn oracle() -> (Oracle, Patterns) {
        let text = include_str!("../../../../tests/data/linkage_em.json");
        let oracle: Oracle = serde_json::from_str(text).unwrap();
        let packed = |levels: &Vec<u8>| {
            levels.iter().rev().fold(0, |pattern: Pattern, level| (pattern << 4) | Pattern::from(*level))
        };
        let pairs = Patterns { patterns: oracle.patterns.iter().map(packed).collect(), counts: oracle.counts.clone() };
        (oracle, pairs)
    }

    /// Levels as the engine holds them: the missing one first.
    fn levels(plain: &[Vec<f64>]) -> Levels {
        plain.iter().map(|levels| [&[1.0], &levels[..]].concat()).collect()
    }

    fn start(oracle: &Oracle) -> Mixture {
        Mixture { m: levels(&oracle.start.m), u: levels(&oracle.start.u), prior: oracle.start.prior }
    }

    /// `tests/data/make_linkage_em.py`: the same rounds in numpy over one row per pair; sums in another order.
    #[test]
    fn the_mixture_is_that_of_plain_numpy() {
        let (oracle, pairs) = oracle();
        for fit in &oracle.fits {
            let rounds = Rounds {
                imagined: None,
                free_m: true,
                free_u: fit.free_u,
                free_prior: true,
                all_pairs: fit.all_pairs,
                most: fit.rounds,
                tolerance: 1e-300,
            };
            let none = vec![None; oracle.start.m.len()];
            let (found, _) = maximise(start(&oracle), &none, &pairs, &rounds, &Context::new()).unwrap();
            assert!((found.prior / fit.prior - 1.0).abs() < 1e-9, "{} {}", found.prior, fit.prior);
            for (found, expected) in [(&found.m, &fit.m), (&found.u, &fit.u)] {
                for (found, expected) in found.iter().zip(expected) {
                    assert_eq!(found[0], 1.0);
                    for (found, expected) in found[1..].iter().zip(expected) {
                        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
                    }
                }
            }
        }
    }

    #[test]
    fn no_round_makes_the_pairs_less_likely() {
        let (oracle, pairs) = oracle();
        let total: f64 = pairs.counts.iter().sum();
        let likelihood = |mixture: &Mixture| -> f64 {
            let of = |pattern: &Pattern, levels: &Levels| -> f64 {
                levels
                    .iter()
                    .enumerate()
                    .map(|(column, levels)| levels[(pattern >> (4 * column)) as usize & 15])
                    .product()
            };
            let both =
                |pattern| mixture.prior * of(pattern, &mixture.m) + (1.0 - mixture.prior) * of(pattern, &mixture.u);
            pairs.patterns.iter().zip(&pairs.counts).map(|(pattern, count)| count * both(pattern).ln()).sum()
        };
        let rounds = |most| Rounds {
            imagined: None,
            free_m: true,
            free_u: true,
            free_prior: true,
            all_pairs: total,
            most,
            tolerance: 1e-300,
        };
        let mut last = likelihood(&start(&oracle));
        for most in 1..40 {
            let none = vec![None; 3];
            let (found, ended) = maximise(start(&oracle), &none, &pairs, &rounds(most), &Context::new()).unwrap();
            assert!(!ended.converged && ended.rounds == most);
            let next = likelihood(&found);
            assert!(next >= last - 1e-9, "{last} {next}");
            last = next;
        }
    }

    #[test]
    fn rounds_end_when_nothing_moves_and_say_so() {
        let (oracle, pairs) = oracle();
        let rounds = Rounds {
            imagined: None,
            free_m: true,
            free_u: false,
            free_prior: true,
            all_pairs: 4000.0,
            most: 10_000,
            tolerance: 1e-9,
        };
        let (found, ended) = maximise(start(&oracle), &[None; 3], &pairs, &rounds, &Context::new()).unwrap();
        assert!(ended.converged && ended.rounds < 2000, "{ended:?}");
        let fixed = Rounds { free_m: false, free_prior: false, ..rounds };
        let (same, ended) = maximise(found.clone(), &[None; 3], &pairs, &fixed, &Context::new()).unwrap();
        assert!(same == found && ended.converged && ended.rounds == 1);
    }
}
