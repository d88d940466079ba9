//! All rows through all cuts: trees as comparisons of small numbers, 64 rows in a register.
//!
//! Every value is replaced once by its rank among the forest's thresholds of its column. Trees are taken together while a
//! column has at most 255 distinct thresholds in them, so that a rank fits a byte. A row then does not walk: every cut of a
//! tree is compared with all rows, and the numbers of leaves are chosen side by side, from the bottom to the top. A tree of 256
//! rows has some 60 cuts on different leaves, which is about two instructions a row; a walk waits for eight loads. The leaves'
//! numbers give the same sums as walks do, to the last bit.
//! For the idea of comparing all cuts: Lucchese et al., *QuickScorer* (SIGIR 2015).
use std::ops::Range;

use super::ForestModel;
use super::ranks::{Thresholds, fill};
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;

/// Rows that stand in one register of the widest instructions.
pub(super) const LANES: usize = 64;
type Lanes = [u8; LANES];
/// The deepest trees whose leaves have numbers of a byte.
pub(super) const DEEPEST: u32 = 8;
/// The most different leaves.
const LEAVES: usize = 1 << DEEPEST;
/// The largest rank.
const MOST: usize = u8::MAX as usize;
/// Trees whose thresholds are searched together.
const TOGETHER: usize = 128;
/// About how many values are ranked before the trees see them, and the most rows.
const VALUES: usize = 1 << 16;
const MOST_ROWS: usize = 512;

/// A cut: rows of at least this rank in a column of the batch go right.
#[derive(Clone, Copy)]
struct Cut {
    column: u32,
    rank: u8,
}

/// What stands on one side of a cut: a leaf, a cut between two leaves, or what earlier steps left.
#[derive(Clone, Copy)]
enum Side {
    Leaf(u8),
    Pair(Cut, u8, u8),
    Made,
}

/// Choose between two sides for all rows, into a place of the stack. What was made for the left side, or for the right
/// where the left needs nothing, stands in that place, what was made for the right beside it in the next.
struct Step {
    cut: Cut,
    place: u8,
    left: Side,
    right: Side,
}

struct Tree {
    steps: Vec<Step>,
    /// The cuts of each leaf.
    leaves: [f64; LEAVES],
}

/// Trees whose thresholds fit a byte.
struct Group {
    trees: Vec<Tree>,
    /// For every column the rank among the group's thresholds by the rank among the batch's.
    maps: Vec<Vec<u8>>,
}

/// Trees whose values are searched together.
struct Batch {
    columns: Vec<(usize, Thresholds)>,
    groups: Vec<Group>,
}

/// A classic forest.
pub(super) struct Blend {
    columns: usize,
    batches: Vec<Batch>,
}

/// Memory of one thread.
#[derive(Default)]
pub(super) struct Room {
    ranks: Vec<Lanes>,
    stack: Vec<Lanes>,
}

/// A tree without cuts that change nothing; cuts are told by their place in a list.
enum Branch {
    Leaf(u8),
    Cut(usize, Box<[Branch; 2]>),
}

/// A cut of the batch: its column, counted among those of the batch, and its place among the thresholds there.
struct Found {
    feature: u32,
    value: f64,
    column: u32,
    place: u32,
}

/// What becomes a tree, with the range of its cuts.
struct Pruned {
    branch: Branch,
    leaves: Vec<f64>,
    cuts: Range<usize>,
}

impl Blend {
    /// How many rows are scored at once.
    pub(super) fn rows(columns: usize) -> usize {
        (VALUES / columns / LANES * LANES).clamp(LANES, MOST_ROWS)
    }

    pub(super) fn of(forest: &ForestModel, context: &Context) -> Result<Self> {
        let mut batches = Vec::new();
        for start in (0..forest.trees()).step_by(TOGETHER) {
            context.check()?;
            batches.push(Batch::of(forest, start..forest.trees().min(start + TOGETHER)));
        }
        Ok(Self { columns: forest.columns, batches })
    }

    /// Add up the cuts of every row over all trees.
    pub(super) fn cuts(&self, block: &[f64], sums: &mut [f64], room: &mut Room) {
        let parts = sums.len().div_ceil(LANES);
        room.stack.resize((DEEPEST as usize + 1) * parts, [0; LANES]);
        sums.fill(0.0);
        for batch in &self.batches {
            let width = batch.columns.len();
            room.ranks.resize(width * batch.groups.len() * parts, [0; LANES]);
            let mut maps = Vec::with_capacity(batch.groups.len());
            for (at, (column, thresholds)) in batch.columns.iter().enumerate() {
                maps.clear();
                maps.extend(batch.groups.iter().map(|group| group.maps[at].as_slice()));
                let lanes = room.ranks.chunks_exact_mut(parts).skip(at).step_by(width);
                let mut to: Vec<&mut [u8]> = lanes.map(<[Lanes]>::as_flattened_mut).collect();
                fill(thresholds, block, self.columns, *column, &maps, &mut to);
            }
            for (at, group) in batch.groups.iter().enumerate() {
                let ranks = &room.ranks[at * width * parts..(at + 1) * width * parts];
                add(&group.trees, ranks, &mut room.stack, sums);
            }
        }
    }
}

impl Batch {
    fn of(forest: &ForestModel, trees: Range<usize>) -> Self {
        let mut found = Vec::new();
        let pruned: Vec<Pruned> = trees
            .map(|tree| {
                let (start, mut leaves) = (found.len(), Vec::new());
                let branch = prune(forest, tree, 1, &mut leaves, &mut found);
                Pruned { branch, leaves, cuts: start..found.len() }
            })
            .collect();
        let columns = number(&mut found, forest.columns);
        let sizes: Vec<usize> = columns.iter().map(|(_, values)| values.len()).collect();
        let (mut groups, mut rest) = (Vec::new(), pruned.as_slice());
        while !rest.is_empty() {
            // A tree has at most 255 cuts: one always fits.
            let (mut counts, mut fit) = (vec![0; sizes.len()], 0);
            for tree in rest {
                found[tree.cuts.clone()].iter().for_each(|cut| counts[cut.column as usize] += 1);
                if fit > 0 && counts.iter().any(|count| *count > MOST) {
                    break;
                }
                fit += 1;
            }
            let (own, later) = rest.split_at(fit);
            groups.push(Group::of(own, &found, &sizes));
            rest = later;
        }
        let columns = columns.into_iter().map(|(feature, values)| (feature, Thresholds::of(values))).collect();
        Self { columns, groups }
    }
}

/// The tree below a node; cuts with the same leaf on both sides are none.
fn prune(forest: &ForestModel, tree: usize, node: usize, leaves: &mut Vec<f64>, found: &mut Vec<Found>) -> Branch {
    let nodes = 1 << forest.depth;
    let first = tree * nodes;
    if node >= nodes {
        let cuts = forest.leaves[first + node - nodes];
        let known = leaves.iter().position(|leaf| leaf.to_bits() == cuts.to_bits());
        return Branch::Leaf(known.unwrap_or_else(|| {
            leaves.push(cuts);
            leaves.len() - 1
        }) as u8);
    }
    let value = forest.values[first + node];
    if value == f64::INFINITY {
        return prune(forest, tree, 2 * node, leaves, found);
    }
    let before = found.len();
    found.push(Found { feature: forest.features[first + node], value, column: 0, place: 0 });
    let sides = [0, 1].map(|side| prune(forest, tree, 2 * node + side, leaves, found));
    if let [Branch::Leaf(left), Branch::Leaf(right)] = sides
        && left == right
    {
        found.truncate(before);
        return Branch::Leaf(left);
    }
    Branch::Cut(before, Box::new(sides))
}

/// Say of every cut where it stands among those of its column; the columns that are cut with their thresholds.
fn number(found: &mut [Found], columns: usize) -> Vec<(usize, Vec<f64>)> {
    let mut cuts: Vec<Vec<(f64, usize)>> = vec![Vec::new(); columns];
    found.iter().enumerate().for_each(|(at, cut)| cuts[cut.feature as usize].push((cut.value, at)));
    let mut named: Vec<(usize, Vec<f64>)> = Vec::new();
    for (feature, mut own) in cuts.into_iter().enumerate().filter(|(_, own)| !own.is_empty()) {
        own.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
        let mut values: Vec<f64> = Vec::with_capacity(own.len());
        for (value, at) in own {
            if values.last() != Some(&value) {
                values.push(value);
            }
            (found[at].column, found[at].place) = (named.len() as u32, values.len() as u32 - 1);
        }
        named.push((feature, values));
    }
    named
}

impl Group {
    fn of(trees: &[Pruned], found: &[Found], sizes: &[usize]) -> Self {
        let mut maps: Vec<Vec<u8>> = sizes.iter().map(|size| vec![0; size + 1]).collect();
        for cut in trees.iter().flat_map(|tree| &found[tree.cuts.clone()]) {
            maps[cut.column as usize][cut.place as usize + 1] = 1;
        }
        for map in &mut maps {
            let mut rank = 0;
            map.iter_mut().for_each(|own| {
                rank += *own;
                *own = rank;
            });
        }
        let cut = |at: usize| {
            let Found { column, place, .. } = found[at];
            Cut { column, rank: maps[column as usize][place as usize + 1] }
        };
        let trees = trees.iter().map(|tree| Tree::of(tree, &cut)).collect();
        Self { trees, maps }
    }
}

impl Tree {
    fn of(pruned: &Pruned, cut: &impl Fn(usize) -> Cut) -> Self {
        let mut steps = Vec::new();
        let mut leaves = [0.0; LEAVES];
        leaves[..pruned.leaves.len()].copy_from_slice(&pruned.leaves);
        match side(&pruned.branch, 0, cut, &mut steps) {
            Side::Made => {}
            // No cut at all: whatever the stack holds stands for the only leaf.
            Side::Leaf(only) => leaves = [leaves[usize::from(only)]; LEAVES],
            Side::Pair(cut, left, right) => {
                steps.push(Step { cut, place: 0, left: Side::Leaf(left), right: Side::Leaf(right) });
            }
        }
        Self { steps, leaves }
    }
}

/// Put the steps that a branch needs behind the others; what it makes comes to `place`.
fn side(branch: &Branch, place: u8, cut: &impl Fn(usize) -> Cut, steps: &mut Vec<Step>) -> Side {
    match branch {
        Branch::Leaf(leaf) => Side::Leaf(*leaf),
        Branch::Cut(at, sides) => {
            let cut_here = cut(*at);
            if let [Branch::Leaf(left), Branch::Leaf(right)] = **sides {
                return Side::Pair(cut_here, left, right);
            }
            let left = side(&sides[0], place, cut, steps);
            let beside = place + u8::from(matches!(left, Side::Made));
            let right = side(&sides[1], beside, cut, steps);
            steps.push(Step { cut: cut_here, place, left, right });
            Side::Made
        }
    }
}

/// What a step chooses from, 64 rows at a time.
trait Source {
    fn at(&self, part: usize) -> Lanes;
}

struct Leaf(u8);

struct Pair<'a> {
    ranks: &'a [Lanes],
    rank: u8,
    left: u8,
    right: u8,
}

struct Beside<'a>(&'a [Lanes]);

impl Source for Leaf {
    #[inline(always)]
    fn at(&self, _part: usize) -> Lanes {
        [self.0; LANES]
    }
}

impl Source for Pair<'_> {
    #[inline(always)]
    fn at(&self, part: usize) -> Lanes {
        pick(&self.ranks[part], self.rank, &[self.left; LANES], &[self.right; LANES])
    }
}

impl Source for Beside<'_> {
    #[inline(always)]
    fn at(&self, part: usize) -> Lanes {
        self.0[part]
    }
}

#[inline(always)]
fn pick(ranks: &Lanes, rank: u8, left: &Lanes, right: &Lanes) -> Lanes {
    let mut chosen = [0; LANES];
    for lane in 0..LANES {
        let mask = u8::from(ranks[lane] >= rank).wrapping_neg();
        chosen[lane] = (right[lane] & mask) | (left[lane] & !mask);
    }
    chosen
}

#[inline(always)]
fn both(ranks: &[Lanes], rank: u8, left: &impl Source, right: &impl Source, to: &mut [Lanes]) {
    for (part, (ranks, to)) in ranks.iter().zip(to).enumerate() {
        *to = pick(ranks, rank, &left.at(part), &right.at(part));
    }
}

/// The left side stands where the result comes to.
#[inline(always)]
fn onto(ranks: &[Lanes], rank: u8, right: &impl Source, to: &mut [Lanes]) {
    for (part, (ranks, to)) in ranks.iter().zip(to).enumerate() {
        *to = pick(ranks, rank, to, &right.at(part));
    }
}

/// The right side stands where the result comes to.
#[inline(always)]
fn under(ranks: &[Lanes], rank: u8, left: &impl Source, to: &mut [Lanes]) {
    for (part, (ranks, to)) in ranks.iter().zip(to).enumerate() {
        *to = pick(ranks, rank, &left.at(part), to);
    }
}

impl Step {
    #[inline(always)]
    fn run(&self, ranks: &[Lanes], stack: &mut [Lanes], parts: usize) {
        let own = |cut: Cut| &ranks[cut.column as usize * parts..][..parts];
        let pair = |cut: Cut, left: u8, right: u8| Pair { ranks: own(cut), rank: cut.rank, left, right };
        let (to, beside) = stack[usize::from(self.place) * parts..].split_at_mut(parts);
        let (ranks, rank) = (own(self.cut), self.cut.rank);
        match (self.left, self.right) {
            (Side::Leaf(a), Side::Leaf(b)) => both(ranks, rank, &Leaf(a), &Leaf(b), to),
            (Side::Leaf(a), Side::Pair(cut, b, c)) => both(ranks, rank, &Leaf(a), &pair(cut, b, c), to),
            (Side::Pair(cut, a, b), Side::Leaf(c)) => both(ranks, rank, &pair(cut, a, b), &Leaf(c), to),
            (Side::Pair(first, a, b), Side::Pair(second, c, d)) => {
                both(ranks, rank, &pair(first, a, b), &pair(second, c, d), to);
            }
            (Side::Made, Side::Leaf(b)) => onto(ranks, rank, &Leaf(b), to),
            (Side::Made, Side::Pair(cut, b, c)) => onto(ranks, rank, &pair(cut, b, c), to),
            (Side::Made, Side::Made) => onto(ranks, rank, &Beside(&beside[..parts]), to),
            (Side::Leaf(a), Side::Made) => under(ranks, rank, &Leaf(a), to),
            (Side::Pair(cut, a, b), Side::Made) => under(ranks, rank, &pair(cut, a, b), to),
        }
    }
}

dispatch! {
    /// Add the cuts of the leaf that every row comes to in every tree.
    fn add, portable add_portable(trees: &[Tree], ranks: &[Lanes], stack: &mut [Lanes], sums: &mut [f64]) {
        let parts = sums.len().div_ceil(LANES);
        for tree in trees {
            for step in &tree.steps {
                step.run(ranks, stack, parts);
            }
            for (sum, leaf) in sums.iter_mut().zip(stack.as_flattened()) {
                *sum += tree.leaves[usize::from(*leaf)];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::anomaly::IsolationForest;
    use crate::anomaly::tabular::rows::Rows;
    use crate::math::random::Random;

    #[test]
    fn every_version_of_the_instructions_counts_the_same() {
        let mut random = Random::new(5);
        let rows = Array2::from_shape_fn((500, 4), |_| random.normal());
        let context = Context::new();
        let forest = IsolationForest::default().forest(&Rows::trusted(rows.view()), &context).unwrap();
        let blend = Blend::of(&forest, &context).unwrap();
        for batch in &blend.batches {
            for group in &batch.groups {
                let ranks: Vec<Lanes> =
                    (0..batch.columns.len() * 3).map(|_| std::array::from_fn(|_| random.bits() as u8)).collect();
                let (mut wide, mut plain) = (vec![0.0; 170], vec![0.0; 170]);
                let mut stack = vec![[0; LANES]; 27];
                add(&group.trees, &ranks, &mut stack, &mut wide);
                add_portable(&group.trees, &ranks, &mut stack, &mut plain);
                assert_eq!(wide, plain);
            }
        }
    }
}
