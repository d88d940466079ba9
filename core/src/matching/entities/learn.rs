//! From records and candidates to weights, without labels.
//!
//! 1. Random pairs, and random pairs that are equal in each column, show how records agree by chance.
//! 2. Columns that agree together by chance (a postcode and its suburb) are joined into a forest, so that the second does not
//!    count as if it were independent (Chow, Liu 1968, on the agreement of pairs that are clearly no matches).
//! 3. Pairs that share much but differ together in what persons do not share are taken to be relatives, not matches: see
//!    [`Relatives`].
//! 4. m and the prior are estimated by expectation maximisation over the candidates with u fixed; then u is taken anew with
//!    the matches among the random pairs left out; twice.
//! 5. Levels of less agreement never weigh more than levels of more: neighbours that do are pooled.
use super::compare::{Comparator, EXACT, NOTHING, Pattern, level};
use super::estimate::{Ended, Levels, Mixture, Patterns, Rounds, maximise, normalised, probability, within_reason};
use super::evidence::{Evidence, gather};
use super::options::Linkage;
use super::records::Field;
use super::relatives::Relatives;
use super::weights::Weights;
use crate::Context;
use crate::error::Result;

/// Imagined matches of every column: enough to carry a table of a few records, nothing against hundreds.
const IMAGINED_MATCHES: f64 = 6.0;
/// Imagined agreements by chance, and the pairs they are among.
const IMAGINED_EQUAL: [f64; 2] = [0.3, 10.0];
/// Pairs below this probability are clearly no matches.
const CLEARLY_NOT: f64 = 0.05;
/// What makes two columns dependent: this many times the agreement that independence gives, on this many pairs.
const LIFT: f64 = 3.0;
const SUPPORT: f64 = 30.0;
/// How often m and u are estimated in turn.
const TURNS: usize = 3;

/// What is learnt from.
#[derive(Clone, Copy)]
pub(super) struct Data<'a> {
    pub(super) fields: &'a [Field],
    pub(super) sides: &'a [bool],
    /// The candidates by their patterns.
    pub(super) candidates: &'a Patterns,
    /// All pairs that there are.
    pub(super) all_pairs: f64,
}

/// Matches that are known.
pub(super) struct Known {
    pub(super) matches: Patterns,
    /// How likely a random pair matches, where the labels tell.
    pub(super) prior: Option<f64>,
}

/// The weights and how the estimation ended.
pub(super) fn learn(
    options: &Linkage,
    comparators: Vec<Comparator>,
    data: &Data<'_>,
    known: Option<&Known>,
    context: &Context,
) -> Result<(Weights, Ended)> {
    let Data { fields, sides, candidates, all_pairs } = *data;
    let mut evidence = gather(options, &comparators, fields, sides, context)?;
    let imagined = imagined_matches(&comparators);
    let m: Levels = match known {
        None => imagined.iter().map(|levels| normalised(levels.clone(), levels)).collect(),
        Some(known) => counted(&imagined, &known.matches),
    };
    let records = fields.first().map_or(0, Field::len) as f64;
    let usual = within_reason(records / 4.0 / all_pairs.max(1.0)).min(0.2);
    let prior = options.prior.or(known.and_then(|known| known.prior)).unwrap_or(usual);
    let parents = vec![None; comparators.len()];
    let mut weights = Weights { u: m.clone(), m, parents, prior, comparators };
    // The first u counts every pair as none, so much agreement is not believed; the second leaves the matches out.
    weights.u = chance(&weights, &weights.parents, &evidence, candidates, false);
    doubt(&mut weights);
    weights.u = chance(&weights, &weights.parents, &evidence, candidates, true);
    evidence.relatives = Relatives::find(&weights, candidates);
    let estimated = match &evidence.relatives {
        Some(relatives) => &relatives.left_out_of(candidates),
        None => candidates,
    };
    let parents = forest(&weights, &evidence);
    weights.u = chance(&weights, &parents, &evidence, candidates, true);
    weights.parents = parents;
    let mut ended = Ended { rounds: 0, converged: false };
    for turn in 0..TURNS {
        let rounds = Rounds {
            imagined: Some(&imagined),
            free_m: known.is_none(),
            free_u: false,
            free_prior: options.prior.is_none() && known.is_none_or(|known| known.prior.is_none()),
            all_pairs,
            most: options.most_rounds,
            tolerance: options.tolerance,
        };
        let start = Mixture { m: weights.m.clone(), u: weights.u.clone(), prior: weights.prior };
        let (mixture, how) = maximise(start, &weights.parents, estimated, &rounds, context)?;
        weights.m = mixture.m;
        weights.prior = mixture.prior;
        ended = Ended { rounds: ended.rounds + how.rounds, converged: how.converged };
        if turn + 1 < TURNS {
            weights.u = chance(&weights, &weights.parents, &evidence, candidates, true);
        }
    }
    keep_order(&mut weights);
    Ok((weights, ended))
}

/// Agreement of more than a fifth of all pairs may be that of matches, as in a small table of few things: less is assumed
/// until the matches are known.
fn doubt(weights: &mut Weights) {
    const BELIEVED: f64 = 0.2;
    for (comparator, u) in weights.comparators.iter().zip(&mut weights.u) {
        let different = usize::from(comparator.different());
        let alike = 1.0 - u[different];
        if alike > BELIEVED {
            let levels = u.iter_mut().enumerate().skip(1).filter(|(level, _)| *level != different);
            levels.for_each(|(_, share)| *share *= BELIEVED / alike);
            u[different] = 1.0 - BELIEVED;
        }
    }
}

/// The share of every level among known matches, with the imagined ones.
fn counted(imagined: &Levels, matches: &Patterns) -> Levels {
    let mut levels = imagined.clone();
    for (pattern, count) in matches.patterns.iter().zip(&matches.counts) {
        for (column, levels) in levels.iter_mut().enumerate() {
            levels[usize::from(level(*pattern, column))] += count;
        }
    }
    levels.into_iter().zip(imagined).map(|(seen, before)| normalised(seen, before)).collect()
}

/// Matches as they usually are: mostly equal, sometimes alike, seldom different.
pub(super) fn imagined_matches(comparators: &[Comparator]) -> Levels {
    let of = |comparator: &Comparator| -> Vec<f64> {
        let different = usize::from(comparator.different());
        let mut levels = vec![0.0; usize::from(comparator.levels()) + 1];
        let between = different - usize::from(EXACT) - 1;
        levels[usize::from(NOTHING)] = 1.0;
        for (level, share) in levels.iter_mut().enumerate().skip(1) {
            *share = IMAGINED_MATCHES
                * match level {
                    1 => 0.8,
                    level if level < different => 0.14 / between as f64,
                    level if level == different => {
                        if between == 0 {
                            0.2
                        } else {
                            0.06
                        }
                    }
                    _ => 0.01,
                };
        }
        levels
    };
    comparators.iter().map(of).collect()
}

/// How often levels occur among pairs that do not match. Equal values are counted over all pairs, the rest over the random
/// ones; `aware` leaves out what the weights take to be matches.
/// `parents` are those that the new levels are for; the weights have theirs.
fn chance(
    weights: &Weights,
    parents: &[Option<u32>],
    evidence: &Evidence,
    candidates: &Patterns,
    aware: bool,
) -> Levels {
    let columns = weights.comparators.len();
    let prior = weights.prior_bits();
    let match_probability = |pattern: Pattern| {
        let possible = aware && !evidence.are_relatives(pattern);
        if possible { probability(prior + weights.bits(pattern)) } else { 0.0 }
    };
    let others = |pairs: &Patterns, kept: &dyn Fn(f64) -> f64| -> Vec<f64> {
        let of = |(pattern, count): (&Pattern, &f64)| count * kept(match_probability(*pattern));
        pairs.patterns.iter().zip(&pairs.counts).map(of).collect()
    };
    let random = others(&evidence.random, &|probability| 1.0 - probability);
    let matches = others(candidates, &|probability| probability);
    let mut levels = Vec::with_capacity(columns);
    for column in 0..columns {
        let comparator = &weights.comparators[column];
        let mut matched = [0.0; 2];
        for (pattern, count) in candidates.patterns.iter().zip(&matches) {
            let level = level(*pattern, column);
            matched[0] += if level == EXACT { *count } else { 0.0 };
            matched[1] += if level == NOTHING { 0.0 } else { *count };
        }
        let equal = (evidence.equal[column] - matched[0]).max(0.0) + IMAGINED_EQUAL[0];
        let equal = equal / ((evidence.present[column] - matched[1]).max(0.0) + IMAGINED_EQUAL[1]);
        let mut own = imagined_others(comparator);
        for (pattern, count) in evidence.random.patterns.iter().zip(&random) {
            own[usize::from(level(*pattern, column))] += count;
        }
        let mut own = spread(own, equal.clamp(1e-12, 1.0 - 1e-3), comparator, evidence.crossed[column]);
        if let Some(parent) = parents[column] {
            let stratum = &evidence.strata[parent as usize];
            let seen = others(stratum, &|probability| if probability < CLEARLY_NOT { 1.0 } else { 0.0 });
            // The usual chances, as so many imagined pairs, besides those seen.
            let mut given: Vec<f64> = own.iter().map(|share| share * SUPPORT).collect();
            for (pattern, count) in stratum.patterns.iter().zip(&seen) {
                given[usize::from(level(*pattern, column))] += count;
            }
            let given = normalised(given, &own);
            own.extend(given);
        }
        levels.push(own);
    }
    levels
}

/// Others as they usually are: nearly always different.
fn imagined_others(comparator: &Comparator) -> Vec<f64> {
    let different = usize::from(comparator.different());
    let level = |level: usize| {
        if level == different {
            1.0
        } else if level > 1 {
            0.1
        } else {
            0.0
        }
    };
    (0..=usize::from(comparator.levels())).map(level).collect()
}

/// Counts of levels as probabilities, that of equal values and of swapped ones being known.
fn spread(mut seen: Vec<f64>, equal: f64, comparator: &Comparator, crossed: f64) -> Vec<f64> {
    let different = usize::from(comparator.different());
    let swapped = seen.len() > different + 1;
    let known = equal + if swapped { (crossed * crossed).max(1e-9) } else { 0.0 };
    let rest: f64 = seen[2..=different].iter().sum();
    for share in &mut seen[2..=different] {
        *share *= (1.0 - known) / rest;
    }
    seen[usize::from(NOTHING)] = 1.0;
    seen[usize::from(EXACT)] = equal;
    if swapped {
        seen[different + 1] = known - equal;
    }
    seen
}

/// Which column the chance agreement of each depends on: the forest of the strongest dependences.
fn forest(weights: &Weights, evidence: &Evidence) -> Vec<Option<u32>> {
    let columns = weights.comparators.len();
    let prior = weights.prior_bits();
    let equal = |column: usize| weights.u[column][usize::from(EXACT)];
    // What the equality of the first tells of the second among clear others.
    let mut edges: Vec<(f64, usize, usize)> = Vec::new();
    for parent in 0..columns {
        let stratum = &evidence.strata[parent];
        let is_clear = |pattern: &Pattern| {
            evidence.are_relatives(*pattern) || probability(prior + weights.bits(*pattern)) < CLEARLY_NOT
        };
        let clear: Vec<bool> = stratum.patterns.iter().map(is_clear).collect();
        for child in (0..columns).filter(|child| *child != parent) {
            // The rarer agreement is the condition: it is the one that explains the other.
            if (equal(parent), parent) > (equal(child), child) {
                continue;
            }
            // Equal in both, or at least alike in the second.
            let (mut both, mut all) = ([0.0; 2], 0.0);
            for ((pattern, count), clear) in stratum.patterns.iter().zip(&stratum.counts).zip(&clear) {
                let level = level(*pattern, child);
                if *clear && level != NOTHING {
                    all += count;
                    both[0] += if level == EXACT { *count } else { 0.0 };
                    both[1] += if level < weights.comparators[child].different() { *count } else { 0.0 };
                }
            }
            let usual = [equal(child), 1.0 - weights.u[child][usize::from(weights.comparators[child].different())]];
            let gain = both.iter().zip(usual).filter_map(|(both, usual)| {
                let given = both / all.max(1.0);
                (all >= SUPPORT && *both >= SUPPORT && given >= LIFT * usual)
                    .then(|| information(equal(parent), usual, given))
            });
            if let Some(gain) = gain.max_by(f64::total_cmp) {
                edges.push((gain, parent, child));
            }
        }
    }
    edges.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut parents: Vec<Option<u32>> = vec![None; columns];
    let mut trees: Vec<usize> = (0..columns).collect();
    for (_, parent, child) in edges {
        if parents[child].is_none() && trees[parent] != trees[child] {
            parents[child] = Some(parent as u32);
            let (kept, lost) = (trees[parent], trees[child]);
            trees.iter_mut().filter(|tree| **tree == lost).for_each(|tree| *tree = kept);
        }
    }
    parents
}

/// The mutual information of two events of probabilities `a` and `b`, the second having probability `given` after the first.
fn information(a: f64, b: f64, given: f64) -> f64 {
    let both = a * given;
    let cell = |joint: f64, left: f64, right: f64| {
        if joint <= 0.0 || left <= 0.0 || right <= 0.0 { 0.0 } else { joint * (joint / (left * right)).ln() }
    };
    cell(both, a, b)
        + cell(a - both, a, 1.0 - b)
        + cell(b - both, 1.0 - a, b)
        + cell(1.0 - a - b + both, 1.0 - a, 1.0 - b)
}

/// Pool neighbouring levels whose weights stand in the wrong order (pool adjacent violators on m and u).
fn keep_order(weights: &mut Weights) {
    for column in 0..weights.comparators.len() {
        let last = usize::from(weights.comparators[column].different());
        let first = usize::from(EXACT);
        let (m, u) = (&mut weights.m[column], &mut weights.u[column]);
        // Blocks of levels, with the sums of m and u.
        let mut blocks: Vec<(usize, f64, f64)> = Vec::new();
        for level in first..=last {
            blocks.push((1, m[level], u[level]));
            while let [.., (above, above_m, above_u), (below, below_m, below_u)] = blocks[..] {
                if below_m * above_u <= above_m * below_u {
                    break;
                }
                blocks.truncate(blocks.len() - 2);
                blocks.push((above + below, above_m + below_m, above_u + below_u));
            }
        }
        let mut level = first;
        for (count, block_m, block_u) in blocks {
            if count > 1 {
                // The levels of a block keep their share of u and get the weight of the block.
                for level in level..level + count {
                    m[level] = u[level] * block_m / block_u;
                }
            }
            level += count;
        }
    }
}
