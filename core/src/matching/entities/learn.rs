//! From records and candidates to weights, without labels.
//!
//! 1. Random pairs, and random pairs that are equal in each column, show how records agree by chance.
//! 2. Columns that agree together by chance (a postcode and its suburb) are joined into a forest, so that the second does not
//!    count as if it were independent (Chow, Liu 1968, on the agreement of pairs that are clearly no matches).
//! 3. m and the prior are estimated by expectation maximisation over the candidates with u fixed; then u is taken anew with
//!    the matches among the random pairs left out; twice.
//! 4. Levels of less agreement never weigh more than levels of more: neighbours that do are pooled.
use std::collections::HashMap;

use super::compare::{Comparator, EXACT, Matcher, NOTHING, Pattern, level};
use super::estimate::{Ended, Levels, Mixture, Patterns, Rounds, maximise, normalised, probability, within_reason};
use super::options::Linkage;
use super::records::{Field, MISSING};
use super::weights::Weights;
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;

/// Imagined matches of every column: enough to carry a table of a few records, nothing against hundreds.
const IMAGINED_MATCHES: f64 = 6.0;
/// Imagined agreements by chance, and the pairs they are among.
const IMAGINED_EQUAL: [f64; 2] = [0.3, 10.0];
/// Random pairs of every column that are equal in it.
const STRATUM: usize = 3000;
/// Pairs below this probability are clearly no matches.
const CLEARLY_NOT: f64 = 0.05;
/// What makes two columns dependent: this many times the agreement that independence gives, on this many pairs.
const LIFT: f64 = 3.0;
const SUPPORT: f64 = 30.0;
/// How often m and u are estimated in turn.
const TURNS: usize = 3;

/// What is known of the records before anything is estimated.
struct Evidence {
    /// Random pairs.
    random: Patterns,
    /// Random pairs that are equal in each column, and how many such pairs there are.
    strata: Vec<Patterns>,
    /// Of each column: pairs that both have a value, and pairs that are equal.
    present: Vec<f64>,
    equal: Vec<f64>,
    /// The chance that two columns that are sometimes exchanged hold each other's values.
    crossed: Vec<f64>,
}

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
    let evidence = gather(options, &comparators, fields, sides, context)?;
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
        let (mixture, how) = maximise(start, &weights.parents, candidates, &rounds, context)?;
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

fn gather(
    options: &Linkage,
    comparators: &[Comparator],
    fields: &[Field],
    sides: &[bool],
    context: &Context,
) -> Result<Evidence> {
    let rows = fields.first().map_or(0, Field::len);
    let left = if sides.is_empty() { rows } else { sides.iter().filter(|side| !**side).count() };
    let mut random = Random::new(context.seed() ^ 0x7261_6e64);
    let mut matcher = Matcher::new(fields, comparators);
    let all = if sides.is_empty() { rows as f64 * (rows as f64 - 1.0) / 2.0 } else { (left * (rows - left)) as f64 };
    let mut seen = Counter::default();
    let mut done = 0_usize;
    if all <= options.random_pairs as f64 {
        for i in 0..rows {
            for j in 0..i {
                if sides.is_empty() || sides[i] != sides[j] {
                    watch(&mut done, context)?;
                    seen.add(matcher.compare(i, j), 1.0);
                }
            }
        }
    } else {
        // One record against 8 others, so that it is prepared once.
        for _ in 0..options.random_pairs / 8 {
            let i = below(&mut random, left);
            for _ in 0..8 {
                let j =
                    if sides.is_empty() { below(&mut random, rows) } else { left + below(&mut random, rows - left) };
                if i != j {
                    watch(&mut done, context)?;
                    seen.add(matcher.compare(i, j), 1.0);
                }
            }
        }
    }
    let used = &fields[..comparators.len()];
    let mut strata = Vec::with_capacity(used.len());
    let (mut present, mut equal) = (Vec::new(), Vec::new());
    for field in used {
        let groups = Groups::new(field, left, !sides.is_empty());
        present.push(groups.present);
        equal.push(groups.equal);
        let mut seen = Counter::default();
        let wanted = STRATUM.min(groups.equal as usize);
        for _ in 0..wanted {
            if let Some((i, j)) = groups.draw(&mut random) {
                watch(&mut done, context)?;
                seen.add(matcher.compare(i, j), 1.0);
            }
        }
        strata.push(seen.into());
    }
    let crossed = comparators
        .iter()
        .enumerate()
        .map(|(column, comparator)| match comparator.partner {
            Some(partner) => meeting(&fields[column], &fields[partner as usize]),
            None => 0.0,
        })
        .collect();
    Ok(Evidence { random: seen.into(), strata, present, equal, crossed })
}

fn watch(done: &mut usize, context: &Context) -> Result<()> {
    *done += 1;
    if done.is_multiple_of(1024) { context.check() } else { Ok(()) }
}

pub(super) fn below(random: &mut Random, end: usize) -> usize {
    ((u128::from(random.bits()) * end as u128) >> 64) as usize
}

/// Patterns with how often they were seen, in the order in which they were met.
#[derive(Default)]
pub(super) struct Counter {
    positions: HashMap<Pattern, u32, Mixing>,
    seen: Patterns,
}

/// Hashing of patterns, which need no protection from strangers: their number is small.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mixing(u64);

impl std::hash::BuildHasher for Mixing {
    type Hasher = Mixing;
    fn build_hasher(&self) -> Mixing {
        Mixing(0)
    }
}

impl std::hash::Hasher for Mixing {
    fn finish(&self) -> u64 {
        super::clean::mix(self.0)
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = super::clean::mix(self.0) ^ super::clean::hash(bytes);
    }
    fn write_u128(&mut self, pattern: u128) {
        self.0 ^= pattern as u64 ^ ((pattern >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Counter {
    /// Count a pattern; gives its position.
    pub(super) fn add(&mut self, pattern: Pattern, count: f64) -> u32 {
        let position = *self.positions.entry(pattern).or_insert_with(|| {
            self.seen.patterns.push(pattern);
            self.seen.counts.push(0.0);
            self.seen.patterns.len() as u32 - 1
        });
        self.seen.counts[position as usize] += count;
        position
    }
}

impl From<Counter> for Patterns {
    fn from(counter: Counter) -> Self {
        counter.seen
    }
}

/// Records by their value, to draw pairs that are equal.
struct Groups {
    rows: Vec<u32>,
    /// Where the rows of each value end, on the left side and on the right one; the same for one table.
    starts: Vec<[u32; 4]>,
    /// The pairs of this value and all before.
    until: Vec<f64>,
    present: f64,
    equal: f64,
    linked: bool,
}

impl Groups {
    fn new(field: &Field, left: usize, linked: bool) -> Self {
        let mut ends = vec![0_u32; field.values.len() + 1];
        for (code, count) in field.counts.iter().enumerate() {
            ends[code + 1] = ends[code] + count;
        }
        let mut next = ends.clone();
        let mut rows = vec![0; field.present()];
        let mut split: Vec<u32> = ends.clone();
        let mut present_left = 0_usize;
        for (row, &code) in field.codes.iter().enumerate() {
            if code == MISSING {
                continue;
            }
            let place = &mut next[code as usize];
            rows[*place as usize] = row as u32;
            *place += 1;
            if row < left {
                split[code as usize] = *place;
                present_left += 1;
            }
        }
        let (mut starts, mut until, mut equal) = (Vec::new(), Vec::new(), 0.0);
        for code in 0..field.values.len() {
            let (start, end) = (ends[code], ends[code + 1]);
            let sides = if linked { [start, split[code], split[code], end] } else { [start, end, start, end] };
            let [a, b] = [f64::from(sides[1] - sides[0]), f64::from(sides[3] - sides[2])];
            equal += if linked { a * b } else { a * (a - 1.0) / 2.0 };
            starts.push(sides);
            until.push(equal);
        }
        let all = rows.len() as f64;
        let present_left = present_left as f64;
        let present = if linked { present_left * (all - present_left) } else { all * (all - 1.0).max(0.0) / 2.0 };
        Self { rows, starts, until, present, equal, linked }
    }

    fn draw(&self, random: &mut Random) -> Option<(usize, usize)> {
        let at = random.uniform() * self.equal;
        let code = self.until.partition_point(|until| *until <= at).min(self.starts.len().checked_sub(1)?);
        let [a, b, c, d] = self.starts[code].map(|place| place as usize);
        let first = a + below(random, b - a);
        let mut second = c + below(random, if self.linked { d - c } else { (d - c).saturating_sub(1) });
        if !self.linked && second >= first {
            second += 1;
        }
        let (first, second) = (*self.rows.get(first)?, *self.rows.get(second)?);
        (first != second).then_some((first as usize, second as usize))
    }
}

/// The probability that a random value of one field is equal to a random value of another.
fn meeting(a: &Field, b: &Field) -> f64 {
    let counts: HashMap<u64, u32> = a.hashes.iter().copied().zip(a.counts.iter().copied()).collect();
    let shared = b.hashes.iter().zip(&b.counts);
    let equal: f64 =
        shared.map(|(hash, count)| f64::from(*count) * f64::from(counts.get(hash).copied().unwrap_or(0))).sum();
    equal / (a.present() as f64 * b.present() as f64).max(1.0)
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
    let match_probability = |pattern: Pattern| if aware { probability(prior + weights.bits(pattern)) } else { 0.0 };
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
        let clear: Vec<bool> =
            stratum.patterns.iter().map(|pattern| probability(prior + weights.bits(*pattern)) < CLEARLY_NOT).collect();
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
