//! From matching pairs to entities.
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use serde::{Deserialize, Serialize};

use crate::Context;
use crate::error::Result;
use crate::matching::assignment::{Assign, SparseCosts, assign_sparse};

/// How pairs that match become entities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Clustering {
    /// Groups are joined, the strongest first, while the mean weight over all pairs between them speaks for a match: one
    /// pair that matches by mistake does not join two entities.
    #[default]
    AverageLinkage,
    /// Everything that is connected by matches, however long the chain.
    ConnectedComponents,
    /// Records gather around centres: in the order of falling weight, a record joins the centre it matches, or becomes one.
    Center,
    /// Every record is in one match at most, so that the weights of all matches together are greatest; for two tables without
    /// duplicates of their own. Of one table the strongest matches come first.
    OneToOne,
    /// Every record is in one match at most, the strongest first.
    OneToOneGreedy,
}

/// Components up to this size are judged by all their pairs, larger ones by the candidates among them.
const WHOLE: usize = 150;
/// Weights beyond this, in bits, are as good as certain; a mean must not hang on one of them.
const CERTAIN: f64 = 40.0;

/// A pair with its weight in bits, the prior in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Match {
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) bits: f64,
}

/// The entity of every record, numbered by their first record. `matches` are all pairs that are known; those of at least
/// `least` bits match. `sides` tells which records are of the right table, of two; `score` weighs any other pair, and gives nothing for one that cannot match.
pub(super) fn cluster(
    how: Clustering,
    rows: usize,
    matches: &[Match],
    least: f64,
    sides: &[bool],
    score: &mut dyn FnMut(usize, usize) -> Option<f64>,
    context: &Context,
) -> Result<Vec<i64>> {
    let strong = || matches.iter().filter(|pair| pair.bits >= least);
    let mut forest = Forest::new(rows);
    match how {
        Clustering::ConnectedComponents => {
            for pair in strong() {
                forest.join(pair.left, pair.right);
            }
        }
        Clustering::Center => centres(&sorted(strong()), &mut forest),
        Clustering::OneToOne if !sides.is_empty() => {
            let strong: Vec<&Match> = strong().collect();
            one_to_one(&strong, least, sides, &mut forest, context)?;
        }
        Clustering::OneToOne | Clustering::OneToOneGreedy => {
            let mut taken = vec![false; rows];
            for pair in sorted(strong()) {
                let ends = [pair.left as usize, pair.right as usize];
                if ends.iter().all(|end| !taken[*end]) {
                    ends.iter().for_each(|end| taken[*end] = true);
                    forest.join(pair.left, pair.right);
                }
            }
        }
        Clustering::AverageLinkage => average_linkage(matches, least, score, &mut forest, context)?,
    }
    Ok(forest.labels())
}

/// Falling weight; equal weights by their rows.
fn sorted<'a>(matches: impl Iterator<Item = &'a Match>) -> Vec<Match> {
    let mut sorted: Vec<Match> = matches.copied().collect();
    sorted.sort_by(|a, b| b.bits.total_cmp(&a.bits).then((a.left, a.right).cmp(&(b.left, b.right))));
    sorted
}

/// The pairs between two tables, each record in one at most, whose weights above `least` add up to the most: an assignment
/// in which every left record may also have a column of its own, worth nothing.
fn one_to_one(matches: &[&Match], least: f64, sides: &[bool], forest: &mut Forest, context: &Context) -> Result<()> {
    let oriented =
        |pair: &Match| if sides[pair.left as usize] { (pair.right, pair.left) } else { (pair.left, pair.right) };
    // Records with a match, numbered on their side.
    let number = |side: bool| {
        let mut records: Vec<u32> =
            matches.iter().map(|pair| if side { oriented(pair).1 } else { oriented(pair).0 }).collect();
        records.sort_unstable();
        records.dedup();
        records
    };
    let (left, right) = (number(false), number(true));
    context.check()?;
    let place = |records: &[u32], record: u32| records.partition_point(|known| *known < record) as i64;
    let mut pairs: Vec<(i64, i64, f64)> = matches
        .iter()
        .map(|pair| {
            let (a, b) = oriented(pair);
            (place(&left, a), place(&right, b), pair.bits - least)
        })
        .collect();
    pairs.extend((0..left.len()).map(|row| (row as i64, (right.len() + row) as i64, 0.0)));
    context.check()?;
    let rows: Vec<i64> = pairs.iter().map(|pair| pair.0).collect();
    let columns: Vec<i64> = pairs.iter().map(|pair| pair.1).collect();
    let weights: Vec<f64> = pairs.iter().map(|pair| pair.2).collect();
    let costs = SparseCosts::from_triplets(&rows, &columns, &weights, [left.len(), right.len() + left.len()], context)?;
    let best = assign_sparse(&costs, &Assign::default().with_maximize(true), context)?;
    for (row, column) in best.rows.iter().zip(best.columns.iter()) {
        if let Some(right) = right.get(*column as usize) {
            forest.join(left[*row as usize], *right);
        }
    }
    Ok(())
}

fn centres(matches: &[Match], forest: &mut Forest) {
    #[derive(Clone, Copy, PartialEq)]
    enum Role {
        Free,
        Centre,
        Member,
    }
    let mut roles = vec![Role::Free; forest.parents.len()];
    for pair in matches {
        let (left, right) = (pair.left as usize, pair.right as usize);
        match (roles[left], roles[right]) {
            (Role::Free, Role::Free) => (roles[left], roles[right]) = (Role::Centre, Role::Member),
            (Role::Centre, Role::Free) => roles[right] = Role::Member,
            (Role::Free, Role::Centre) => roles[left] = Role::Member,
            _ => continue,
        }
        forest.join(pair.left, pair.right);
    }
}

fn average_linkage(
    matches: &[Match],
    least: f64,
    score: &mut dyn FnMut(usize, usize) -> Option<f64>,
    forest: &mut Forest,
    context: &Context,
) -> Result<()> {
    let mut connected = Forest::new(forest.parents.len());
    for pair in matches.iter().filter(|pair| pair.bits >= least) {
        connected.join(pair.left, pair.right);
    }
    // The known pairs of every component of two or more.
    let mut components: HashMap<u32, Vec<Match>> = HashMap::new();
    for pair in matches {
        let root = connected.root(pair.left);
        if root == connected.root(pair.right) {
            components.entry(root).or_default().push(*pair);
        }
    }
    let mut order: Vec<(u32, Vec<Match>)> = components.into_iter().collect();
    order.sort_unstable_by_key(|(root, _)| *root);
    for (_, mut pairs) in order {
        context.check()?;
        let mut rows: Vec<u32> = pairs.iter().flat_map(|pair| [pair.left, pair.right]).collect();
        rows.sort_unstable();
        rows.dedup();
        if rows.len() > 2 && rows.len() <= WHOLE {
            let mut known: Vec<(u32, u32)> =
                pairs.iter().map(|pair| (pair.left.min(pair.right), pair.left.max(pair.right))).collect();
            known.sort_unstable();
            for (at, &left) in rows.iter().enumerate() {
                for &right in &rows[at + 1..] {
                    if known.binary_search(&(left, right)).is_err()
                        && let Some(bits) = score(left as usize, right as usize)
                    {
                        pairs.push(Match { left, right, bits });
                    }
                }
            }
        }
        Linkage::new(&rows, &pairs).run(least, forest, context)?;
    }
    Ok(())
}

/// Average linkage of one component, over the pairs that are known.
struct Linkage {
    rows: Vec<u32>,
    /// Of every living group, its neighbours with the sum and number of the weights between.
    near: Vec<HashMap<u32, (f64, f64)>>,
    /// Raised whenever a group changes, so that old entries of the heap are known.
    versions: Vec<u32>,
}

/// An entry of the heap: a possible join.
struct Join {
    mean: f64,
    groups: [u32; 2],
    versions: [u32; 2],
}

impl PartialEq for Join {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Join {}
impl PartialOrd for Join {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Join {
    fn cmp(&self, other: &Self) -> Ordering {
        self.mean.total_cmp(&other.mean).then(other.groups.cmp(&self.groups)).then(other.versions.cmp(&self.versions))
    }
}

impl Linkage {
    fn new(rows: &[u32], pairs: &[Match]) -> Self {
        let mut near = vec![HashMap::new(); rows.len()];
        let place = |row: u32| rows.partition_point(|known| *known < row) as u32;
        for pair in pairs {
            let (a, b) = (place(pair.left), place(pair.right));
            let bits = pair.bits.clamp(-CERTAIN, CERTAIN);
            near[a as usize].insert(b, (bits, 1.0));
            near[b as usize].insert(a, (bits, 1.0));
        }
        Self { rows: rows.to_vec(), versions: vec![0; rows.len()], near }
    }

    fn run(mut self, least: f64, forest: &mut Forest, context: &Context) -> Result<()> {
        let least = least.clamp(-CERTAIN, CERTAIN);
        let mut heap = BinaryHeap::new();
        for a in 0..self.near.len() as u32 {
            self.offer(a, least, &mut heap, |b| a < b);
        }
        let mut steps = 0_usize;
        while let Some(Join { groups: [a, b], versions, .. }) = heap.pop() {
            if steps.is_multiple_of(256) {
                context.check()?;
            }
            steps += 1;
            if versions != [self.versions[a as usize], self.versions[b as usize]] {
                continue;
            }
            forest.join(self.rows[a as usize], self.rows[b as usize]);
            // The one with fewer neighbours goes into the other.
            let (kept, lost) = if self.near[a as usize].len() >= self.near[b as usize].len() { (a, b) } else { (b, a) };
            self.versions[kept as usize] += 1;
            self.versions[lost as usize] = u32::MAX;
            let mut moved: Vec<(u32, (f64, f64))> = std::mem::take(&mut self.near[lost as usize]).into_iter().collect();
            moved.sort_unstable_by_key(|(group, _)| *group);
            self.near[kept as usize].remove(&lost);
            for (group, (sum, count)) in moved {
                if group == kept {
                    continue;
                }
                self.near[group as usize].remove(&lost);
                for (from, to) in [(kept, group), (group, kept)] {
                    let between = self.near[from as usize].entry(to).or_insert((0.0, 0.0));
                    *between = (between.0 + sum, between.1 + count);
                }
            }
            self.offer(kept, least, &mut heap, |_| true);
        }
        Ok(())
    }

    /// Put the possible joins of a group on the heap.
    fn offer(&self, a: u32, least: f64, heap: &mut BinaryHeap<Join>, wanted: impl Fn(u32) -> bool) {
        for (&b, (sum, count)) in &self.near[a as usize] {
            let mean = sum / count;
            if mean >= least && wanted(b) {
                let groups = [a.min(b), a.max(b)];
                heap.push(Join { mean, groups, versions: groups.map(|group| self.versions[group as usize]) });
            }
        }
    }
}

/// Disjoint sets of records.
pub(super) struct Forest {
    parents: Vec<u32>,
}

impl Forest {
    pub(super) fn new(rows: usize) -> Self {
        Self { parents: (0..rows as u32).collect() }
    }

    fn root(&mut self, mut row: u32) -> u32 {
        while self.parents[row as usize] != row {
            let above = self.parents[self.parents[row as usize] as usize];
            self.parents[row as usize] = above;
            row = above;
        }
        row
    }

    /// The set of the lower root takes in the other.
    pub(super) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b) as usize] = a.min(b);
    }

    /// The sets, numbered by their first record.
    pub(super) fn labels(mut self) -> Vec<i64> {
        let mut next = 0;
        let mut numbers = vec![-1; self.parents.len()];
        (0..self.parents.len())
            .map(|row| {
                let root = self.root(row as u32) as usize;
                if numbers[root] < 0 {
                    numbers[root] = next;
                    next += 1;
                }
                numbers[root]
            })
            .collect()
    }
}

#[cfg(test)]
#[allow(clippy::needless_range_loop)] // pairs of rows are meant
mod tests {
    use super::*;
    use crate::math::random::Random;

    fn matches(pairs: &[(u32, u32, f64)]) -> Vec<Match> {
        pairs.iter().map(|(left, right, bits)| Match { left: *left, right: *right, bits: *bits }).collect()
    }

    fn run(how: Clustering, rows: usize, pairs: &[(u32, u32, f64)]) -> Vec<i64> {
        let known = matches(pairs);
        cluster(how, rows, &known, 0.0, &[], &mut |_, _| Some(-10.0), &Context::new()).unwrap()
    }

    #[test]
    fn a_chain_is_one_component_but_not_one_entity() {
        let chain = [(0, 1, 8.0), (1, 2, 3.0), (2, 3, 9.0)];
        assert_eq!(run(Clustering::ConnectedComponents, 5, &chain), [0, 0, 0, 0, 1]);
        assert_eq!(run(Clustering::AverageLinkage, 5, &chain), [0, 0, 1, 1, 2]);
    }

    #[test]
    fn records_gather_around_the_centre_of_the_strongest_match() {
        // 2-3 makes 2 a centre; 1 joins nothing by its match with the member 3 and becomes a centre for 0.
        let pairs = [(2, 3, 9.0), (1, 3, 8.0), (0, 1, 7.0), (2, 4, 6.0)];
        assert_eq!(run(Clustering::Center, 5, &pairs), [0, 0, 1, 1, 1]);
    }

    #[test]
    fn one_to_one_takes_the_strongest_first_and_none_twice() {
        let pairs = [(0, 2, 5.0), (0, 3, 7.0), (1, 3, 6.0), (1, 2, -1.0)];
        assert_eq!(run(Clustering::OneToOne, 4, &pairs), [0, 1, 2, 0]);
    }

    /// Of every way to pair three left records with four right ones, by trying them all.
    #[test]
    fn one_to_one_of_two_tables_has_the_greatest_weight() {
        fn best(left: usize, taken: u32, weights: &[[f64; 4]; 3]) -> f64 {
            let Some(row) = weights.get(left) else { return 0.0 };
            let paired = (0..4).filter(|column| taken >> column & 1 == 0 && row[*column] >= 0.0);
            let paired = paired.map(|column| row[column] + best(left + 1, taken | 1 << column, weights));
            paired.fold(best(left + 1, taken, weights), f64::max)
        }
        let mut better = 0;
        for seed in 0..200 {
            let mut random = Random::new(seed);
            let weights: [[f64; 4]; 3] =
                std::array::from_fn(|_| std::array::from_fn(|_| random.uniform() * 20.0 - 8.0));
            let sides = [true, false, true, false, true, false, true];
            let (left, right) = ([1_u32, 3, 5], [0_u32, 2, 4, 6]);
            let pairs: Vec<(u32, u32, f64)> = (0..12)
                .map(|at| (left[at / 4], right[at % 4], weights[at / 4][at % 4]))
                .map(|(a, b, bits)| (a.min(b), a.max(b), bits))
                .collect();
            let total = |how| {
                let known = matches(&pairs);
                let labels = cluster(how, 7, &known, 0.0, &sides, &mut |_, _| None, &Context::new()).unwrap();
                let mut sizes = [0; 7];
                labels.iter().for_each(|label| sizes[*label as usize] += 1);
                assert!(sizes.iter().all(|size| *size <= 2));
                let joined = known.iter().filter(|pair| labels[pair.left as usize] == labels[pair.right as usize]);
                joined.map(|pair| pair.bits).sum::<f64>()
            };
            let (whole, greedy) = (total(Clustering::OneToOne), total(Clustering::OneToOneGreedy));
            assert!((whole - best(0, 0, &weights)).abs() < 1e-9, "seed {seed}");
            assert!(greedy <= whole + 1e-9);
            better += usize::from(greedy < whole - 1e-9);
        }
        assert!(better > 10);
    }

    #[test]
    fn one_mistaken_match_does_not_join_two_entities() {
        let mut pairs = Vec::new();
        for group in [0, 4] {
            for i in group..group + 4 {
                for j in i + 1..group + 4 {
                    pairs.push((i, j, 15.0));
                }
            }
        }
        pairs.push((3, 4, 4.0));
        assert_eq!(run(Clustering::AverageLinkage, 8, &pairs), [0, 0, 0, 0, 1, 1, 1, 1]);
        assert_eq!(run(Clustering::ConnectedComponents, 8, &pairs), [0; 8]);
    }

    /// Average linkage by its definition: the pair of groups with the largest mean over all pairs of records, again and again.
    fn by_definition(rows: usize, weight: &dyn Fn(usize, usize) -> f64) -> Vec<i64> {
        let mut groups: Vec<Vec<usize>> = (0..rows).map(|row| vec![row]).collect();
        loop {
            let mut best = (-1e-12, 0, 0);
            for a in 0..groups.len() {
                for b in a + 1..groups.len() {
                    let sum: f64 = groups[a].iter().flat_map(|i| groups[b].iter().map(|j| weight(*i, *j))).sum();
                    let mean = sum / (groups[a].len() * groups[b].len()) as f64;
                    if mean > best.0 {
                        best = (mean, a, b);
                    }
                }
            }
            if best.1 == best.2 {
                break;
            }
            let lost = groups.remove(best.2);
            groups[best.1].extend(lost);
        }
        let mut labels = vec![-1; rows];
        let mut next = 0;
        for row in 0..rows {
            if labels[row] < 0 {
                groups.iter().filter(|group| group.contains(&row)).flatten().for_each(|member| labels[*member] = next);
                next += 1;
            }
        }
        labels
    }

    #[test]
    fn average_linkage_is_that_of_its_definition() {
        for seed in 0..60 {
            let mut random = Random::new(seed);
            let rows = 3 + (seed as usize % 9);
            let mut weights = vec![vec![0.0; rows]; rows];
            for i in 0..rows {
                for j in 0..i {
                    let weight = random.uniform() * 30.0 - 14.0;
                    (weights[i][j], weights[j][i]) = (weight, weight);
                }
            }
            // Some pairs are known, the others are asked for.
            let mut known = Vec::new();
            for i in 0..rows {
                for j in 0..i {
                    if weights[i][j] >= 0.0 || random.uniform() < 0.5 {
                        known.push((j as u32, i as u32, weights[i][j]));
                    }
                }
            }
            let found = cluster(
                Clustering::AverageLinkage,
                rows,
                &matches(&known),
                0.0,
                &[],
                &mut |i, j| Some(weights[i][j]),
                &Context::new(),
            );
            assert_eq!(found.unwrap(), by_definition(rows, &|i, j| weights[i][j]), "seed {seed}");
        }
    }

    #[test]
    fn a_component_of_thousands_ends_soon_and_is_one() {
        let mut pairs = Vec::new();
        for i in 0..3000_u32 {
            for step in [1, 2, 5, 30] {
                pairs.push((i, i + step, 20.0));
            }
        }
        let labels = run(Clustering::AverageLinkage, 3030, &pairs);
        assert!(labels[..3000].iter().all(|label| *label == 0));
    }
}
