//! One random cut tree: points in, points out, at any time the distribution of a tree built afresh.
//!
//! What is saved are the cuts and the leaf of each place; parents, counts and boxes follow from them and the points.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};
use crate::math::random::Random;

/// No node.
const NONE: u32 = u32::MAX;

/// A branch or a leaf: twice the number of the branch, or of the leaf and one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Node(u32);

impl Node {
    const NONE: Self = Self(NONE);

    fn branch(number: usize) -> Self {
        Self(number as u32 * 2)
    }

    fn leaf(number: u32) -> Self {
        Self(number * 2 + 1)
    }

    /// The number of a branch.
    fn as_branch(self) -> Option<usize> {
        self.0.is_multiple_of(2).then_some(self.0 as usize / 2)
    }

    fn number(self) -> usize {
        self.0 as usize / 2
    }
}

/// Where a branch divides its points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Cut {
    left: Node,
    right: Node,
    /// Points whose value in this dimension is at most `value` are on the left.
    dimension: u32,
    value: f64,
}

/// What follows for a branch or a leaf.
#[derive(Clone, Copy, Debug)]
struct Above {
    parent: Node,
    /// How many points are below.
    count: u32,
}

const NOTHING: Above = Above { parent: Node::NONE, count: 0 };

/// A random cut tree of points in numbered places.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CutTree {
    dimensions: usize,
    root: Node,
    cuts: Vec<Cut>,
    /// The leaf of each place; equal points share one.
    places: Vec<u32>,
    free_cuts: Vec<u32>,
    free_leaves: Vec<u32>,
    /// Parents and counts of branches and leaves.
    #[serde(skip)]
    above: [Vec<Above>; 2],
    /// Least values of the points below each branch, then the greatest.
    #[serde(skip)]
    boxes: Vec<f64>,
    /// The point of each leaf.
    #[serde(skip)]
    corners: Vec<f64>,
}

/// The rest follows.
impl PartialEq for CutTree {
    fn eq(&self, other: &Self) -> bool {
        (self.dimensions, self.root, &self.cuts, &self.places, &self.free_cuts, &self.free_leaves)
            == (other.dimensions, other.root, &other.cuts, &other.places, &other.free_cuts, &other.free_leaves)
    }
}

impl CutTree {
    pub(super) fn new(dimensions: usize) -> Self {
        Self {
            dimensions,
            root: Node::NONE,
            cuts: Vec::new(),
            places: Vec::new(),
            free_cuts: Vec::new(),
            free_leaves: Vec::new(),
            above: [Vec::new(), Vec::new()],
            boxes: Vec::new(),
            corners: Vec::new(),
        }
    }

    fn above(&self, node: Node) -> Above {
        self.above[node.0 as usize % 2][node.number()]
    }

    fn above_mut(&mut self, node: Node) -> &mut Above {
        &mut self.above[node.0 as usize % 2][node.number()]
    }

    /// Insert a point into a place that has none.
    pub(super) fn insert(&mut self, place: usize, point: &[f64], random: &mut Random) {
        if self.places.len() <= place {
            self.places.resize(place + 1, NONE);
        }
        if self.root == Node::NONE {
            self.root = self.leaf(place, point);
            return;
        }
        let mut node = self.root;
        loop {
            let Some((dimension, value)) = self.draw(node, point, random) else {
                // A made-up tree may have a branch of equal points.
                if let Some(branch) = node.as_branch() {
                    node = self.cuts[branch].left;
                    continue;
                }
                // The point is that of the leaf.
                self.places[place] = node.number() as u32;
                break;
            };
            let (low, high) = self.bounds(node, dimension);
            let left = point[dimension] <= value;
            if (left && value < low) || (!left && high <= value) {
                let leaf = self.leaf(place, point);
                self.branch(node, leaf, left, (dimension, value));
                node = self.above(leaf).parent;
                break;
            }
            if let Some(branch) = node.as_branch() {
                let cut = self.cuts[branch];
                node = if point[cut.dimension as usize] <= cut.value { cut.left } else { cut.right };
            }
        }
        // Every node from here up has one point more.
        while node != Node::NONE {
            if let Some(branch) = node.as_branch() {
                widen(&mut self.boxes, branch, point);
            }
            let above = self.above_mut(node);
            above.count += 1;
            node = above.parent;
        }
    }

    /// A random cut of the box of a node and a point; none if both are one point.
    fn draw(&self, node: Node, point: &[f64], random: &mut Random) -> Option<(usize, f64)> {
        let range = |dimension: usize| {
            let (low, high) = self.bounds(node, dimension);
            (low.min(point[dimension]), high.max(point[dimension]))
        };
        let whole: f64 = (0..self.dimensions).map(range).map(|(low, high)| high - low).sum();
        if whole == 0.0 {
            return None;
        }
        let mut rest = random.uniform() * whole;
        let mut chosen = None;
        for dimension in 0..self.dimensions {
            let (low, high) = range(dimension);
            if high > low {
                chosen = Some((dimension, (low + rest.max(0.0)).min(high)));
                if rest < high - low {
                    break;
                }
            }
            rest -= high - low;
        }
        chosen
    }

    /// Put a branch of a node and a new leaf in the place of the node, without the leaf in its count.
    fn branch(&mut self, node: Node, leaf: Node, leaf_is_left: bool, (dimension, value): (usize, f64)) {
        let above = self.above(node);
        let (left, right) = if leaf_is_left { (leaf, node) } else { (node, leaf) };
        let cut = Cut { left, right, dimension: dimension as u32, value };
        let number = if let Some(number) = self.free_cuts.pop() {
            self.cuts[number as usize] = cut;
            number as usize
        } else {
            self.cuts.push(cut);
            self.above[0].push(NOTHING);
            self.boxes.resize(self.cuts.len() * 2 * self.dimensions, 0.0);
            self.cuts.len() - 1
        };
        self.above[0][number] = above;
        for dimension in 0..self.dimensions {
            let begin = number * 2 * self.dimensions + dimension;
            (self.boxes[begin], self.boxes[begin + self.dimensions]) = self.bounds(node, dimension);
        }
        let branch = Node::branch(number);
        self.above_mut(node).parent = branch;
        self.above_mut(leaf).parent = branch;
        self.replace(above.parent, node, branch);
    }

    /// Make `new` the child that `old` was, or the root.
    fn replace(&mut self, parent: Node, old: Node, new: Node) {
        let Some(parent) = parent.as_branch() else {
            self.root = new;
            return;
        };
        let cut = &mut self.cuts[parent];
        if cut.left == old {
            cut.left = new;
        } else {
            cut.right = new;
        }
    }

    /// A leaf without a parent for the point of a place.
    fn leaf(&mut self, place: usize, point: &[f64]) -> Node {
        let number = self.free_leaves.pop().unwrap_or(self.above[1].len() as u32);
        let at = number as usize;
        if at == self.above[1].len() {
            self.above[1].push(NOTHING);
            self.corners.resize((at + 1) * self.dimensions, 0.0);
        }
        self.above[1][at] = Above { parent: Node::NONE, count: 1 };
        self.corners[at * self.dimensions..(at + 1) * self.dimensions].copy_from_slice(point);
        self.places[place] = number;
        Node::leaf(number)
    }

    /// Take out the point of a place.
    pub(super) fn remove(&mut self, place: usize) {
        let number = std::mem::replace(&mut self.places[place], NONE);
        let leaf = Node::leaf(number);
        let Above { parent, count } = self.above(leaf);
        let mut node = if count > 1 {
            // Another point is the same.
            leaf
        } else {
            self.free_leaves.push(number);
            let Some(branch) = parent.as_branch() else {
                self.root = Node::NONE;
                return;
            };
            let (Cut { left, right, .. }, above) = (self.cuts[branch], self.above(parent).parent);
            let sibling = if left == leaf { right } else { left };
            self.above_mut(sibling).parent = above;
            self.replace(above, parent, sibling);
            self.free_cuts.push(branch as u32);
            above
        };
        while node != Node::NONE {
            if let Some(branch) = node.as_branch() {
                self.join(branch);
            }
            let above = self.above_mut(node);
            above.count -= 1;
            node = above.parent;
        }
    }

    /// The box of a branch from those of its children.
    fn join(&mut self, branch: usize) {
        let Cut { left, right, .. } = self.cuts[branch];
        for dimension in 0..self.dimensions {
            let (one, other) = (self.bounds(left, dimension), self.bounds(right, dimension));
            let begin = branch * 2 * self.dimensions + dimension;
            self.boxes[begin] = one.0.min(other.0);
            self.boxes[begin + self.dimensions] = one.1.max(other.1);
        }
    }

    fn bounds(&self, node: Node, dimension: usize) -> (f64, f64) {
        let Some(branch) = node.as_branch() else {
            let value = self.corners[node.number() * self.dimensions + dimension];
            return (value, value);
        };
        let begin = branch * 2 * self.dimensions + dimension;
        (self.boxes[begin], self.boxes[begin + self.dimensions])
    }

    /// The collusive displacement of the point in a place.
    pub(super) fn displacement(&self, place: usize) -> f64 {
        let mut below = self.above(Node::leaf(self.places[place]));
        let mut most = 0.0_f64;
        while below.parent != Node::NONE {
            let around = self.above(below.parent);
            most = most.max(f64::from(around.count - below.count) / f64::from(below.count));
            below = around;
        }
        most
    }

    /// Recompute from the points of all places what is not saved.
    pub(super) fn restore(&mut self, points: &[f64]) {
        let dimensions = self.dimensions;
        let leaves = self.places.iter().chain(&self.free_leaves).map(|leaf| *leaf as usize + 1).max().unwrap_or(0);
        self.above = [vec![NOTHING; self.cuts.len()], vec![NOTHING; leaves]];
        for branch in 0..self.cuts.len() {
            if self.free_cuts.contains(&(branch as u32)) {
                continue;
            }
            let Cut { left, right, .. } = self.cuts[branch];
            for child in [left, right] {
                self.above_mut(child).parent = Node::branch(branch);
            }
        }
        self.corners = vec![0.0; leaves * dimensions];
        self.boxes = vec![f64::INFINITY; self.cuts.len() * 2 * dimensions];
        for whole in self.boxes.chunks_exact_mut((2 * dimensions).max(1)) {
            whole[dimensions..].fill(f64::NEG_INFINITY);
        }
        for (place, point) in points.chunks_exact(dimensions.max(1)).enumerate() {
            let Some(&leaf) = self.places.get(place) else { break };
            let begin = leaf as usize * dimensions;
            self.corners[begin..begin + dimensions].copy_from_slice(point);
            let mut node = Node::leaf(leaf);
            while node != Node::NONE {
                if let Some(branch) = node.as_branch() {
                    widen(&mut self.boxes, branch, point);
                }
                let above = self.above_mut(node);
                above.count += 1;
                node = above.parent;
            }
        }
    }

    /// Whether a saved tree is a tree of so many points.
    pub(super) fn check(&self, places: usize, dimensions: usize) -> Result<()> {
        let branches = self.cuts.len();
        let sound = self.dimensions == dimensions
            && self.places.len() == places
            && branches < places.max(1)
            && self.free_leaves.len() < places
            && self.places.iter().chain(&self.free_leaves).all(|leaf| (*leaf as usize) < places)
            && self.free_cuts.iter().all(|cut| (*cut as usize) < branches);
        ensure!(sound, InvalidData, "a tree does not hold {places} points of {dimensions} values");
        // Walk it once: no branch and no leaf is met twice, and every place has a leaf that is met.
        let (mut met, mut leaves) = (vec![false; branches], vec![false; places]);
        let mut waiting = vec![self.root];
        while let Some(node) = waiting.pop() {
            let seen = if node.as_branch().is_some() { &mut met } else { &mut leaves };
            let fresh = seen.get_mut(node.number()).is_some_and(|met| !std::mem::replace(met, true));
            ensure!(fresh && node != Node::NONE, InvalidData, "the nodes of a tree do not hang together");
            if let Some(branch) = node.as_branch() {
                let Cut { left, right, dimension, value } = self.cuts[branch];
                ensure!(
                    (dimension as usize) < dimensions && value.is_finite(),
                    InvalidData,
                    "a tree cuts dimension {dimension} at {value}"
                );
                waiting.extend([left, right]);
            }
        }
        let mut held = vec![false; places];
        self.places.iter().for_each(|leaf| held[*leaf as usize] = true);
        ensure!(held == leaves, InvalidData, "a tree has leaves without a point, or points without a leaf");
        let unused = self.free_cuts.iter().all(|cut| !std::mem::replace(&mut met[*cut as usize], true));
        let spare = self.free_leaves.iter().all(|leaf| !std::mem::replace(&mut leaves[*leaf as usize], true));
        // Numbers are given out without gaps.
        let last = leaves.iter().rposition(|known| *known).map_or(0, |last| last + 1);
        let whole = unused && spare && met.iter().all(|met| *met) && leaves[..last].iter().all(|known| *known);
        ensure!(whole, InvalidData, "nodes of a tree are used twice or not at all");
        Ok(())
    }
}

/// Make the box of a branch hold a point.
fn widen(boxes: &mut [f64], branch: usize, point: &[f64]) {
    let (lows, highs) = boxes[branch * 2 * point.len()..(branch + 1) * 2 * point.len()].split_at_mut(point.len());
    for ((low, high), value) in lows.iter_mut().zip(highs).zip(point) {
        *low = low.min(*value);
        *high = high.max(*value);
    }
}
