//! One random cut tree: points in, points out, at any time the distribution of a tree built afresh.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};
use crate::math::random::Random;

/// No node.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Node {
    parent: u32,
    /// Children; a leaf has none.
    left: u32,
    right: u32,
    /// How many points are below.
    count: u32,
    /// Points whose value in this dimension is at most `cut` are on the left.
    dimension: u32,
    cut: f64,
}

/// A random cut tree of points in numbered places.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CutTree {
    dimensions: usize,
    root: u32,
    nodes: Vec<Node>,
    free: Vec<u32>,
    /// The leaf of each place.
    leaves: Vec<u32>,
    /// Least and greatest values below each node.
    #[serde(skip)]
    boxes: Vec<f64>,
}

/// Boxes follow from the points.
impl PartialEq for CutTree {
    fn eq(&self, other: &Self) -> bool {
        (self.dimensions, self.root, &self.nodes, &self.free, &self.leaves)
            == (other.dimensions, other.root, &other.nodes, &other.free, &other.leaves)
    }
}

impl CutTree {
    pub(super) fn new(dimensions: usize) -> Self {
        Self { dimensions, root: NONE, nodes: Vec::new(), free: Vec::new(), leaves: Vec::new(), boxes: Vec::new() }
    }

    /// Insert a point into a place that has none.
    pub(super) fn insert(&mut self, place: usize, point: &[f64], random: &mut Random) {
        if self.leaves.len() <= place {
            self.leaves.resize(place + 1, NONE);
        }
        if self.root == NONE {
            self.root = self.leaf(point);
            self.leaves[place] = self.root;
            return;
        }
        let mut node = self.root;
        loop {
            match self.draw(node, point, random) {
                // The point is that of the leaf.
                None => {
                    self.leaves[place] = node;
                    break;
                }
                Some((dimension, cut)) => {
                    let (low, high) = self.bounds(node, dimension);
                    let value = point[dimension];
                    if (value <= cut && cut < low) || (high <= cut && cut < value) {
                        let leaf = self.leaf(point);
                        self.leaves[place] = leaf;
                        node = self.branch(node, leaf, value <= cut, (dimension, cut));
                        break;
                    }
                    let at = self.nodes[node as usize];
                    if at.left != NONE {
                        node = if point[at.dimension as usize] <= at.cut { at.left } else { at.right };
                    }
                }
            }
        }
        // Every node from here up has one point more.
        while node != NONE {
            self.nodes[node as usize].count += 1;
            let begin = node as usize * 2 * self.dimensions;
            for (dimension, &value) in point.iter().enumerate() {
                let low = begin + dimension;
                let high = low + self.dimensions;
                self.boxes[low] = self.boxes[low].min(value);
                self.boxes[high] = self.boxes[high].max(value);
            }
            node = self.nodes[node as usize].parent;
        }
    }

    /// A random cut of the box of a node and a point; none if both are one point.
    fn draw(&self, node: u32, point: &[f64], random: &mut Random) -> Option<(usize, f64)> {
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

    /// Put a branch of a node and a new leaf in the place of the node, and give the branch, without the leaf in its count.
    fn branch(&mut self, node: u32, leaf: u32, leaf_is_left: bool, (dimension, cut): (usize, f64)) -> u32 {
        let Node { parent, count, .. } = self.nodes[node as usize];
        let (left, right) = if leaf_is_left { (leaf, node) } else { (node, leaf) };
        let branch = self.add(Node { parent, left, right, count, dimension: dimension as u32, cut });
        let width = 2 * self.dimensions;
        let from = node as usize * width;
        self.boxes.copy_within(from..from + width, branch as usize * width);
        self.nodes[node as usize].parent = branch;
        self.nodes[leaf as usize].parent = branch;
        self.replace(parent, node, branch);
        branch
    }

    /// Make `new` the child that `old` was, or the root.
    fn replace(&mut self, parent: u32, old: u32, new: u32) {
        if parent == NONE {
            self.root = new;
            return;
        }
        let parent = &mut self.nodes[parent as usize];
        if parent.left == old {
            parent.left = new;
        } else {
            parent.right = new;
        }
    }

    fn leaf(&mut self, point: &[f64]) -> u32 {
        let leaf = self.add(Node { parent: NONE, left: NONE, right: NONE, count: 1, dimension: 0, cut: 0.0 });
        let begin = leaf as usize * 2 * self.dimensions;
        self.boxes[begin..begin + self.dimensions].copy_from_slice(point);
        self.boxes[begin + self.dimensions..begin + 2 * self.dimensions].copy_from_slice(point);
        leaf
    }

    fn add(&mut self, node: Node) -> u32 {
        if let Some(place) = self.free.pop() {
            self.nodes[place as usize] = node;
            return place;
        }
        self.nodes.push(node);
        self.boxes.resize(self.nodes.len() * 2 * self.dimensions, 0.0);
        self.nodes.len() as u32 - 1
    }

    /// Take out the point of a place.
    pub(super) fn remove(&mut self, place: usize) {
        let leaf = std::mem::replace(&mut self.leaves[place], NONE);
        let Node { parent, count, .. } = self.nodes[leaf as usize];
        let mut node = if count > 1 {
            // Another point is the same.
            leaf
        } else {
            self.free.push(leaf);
            if parent == NONE {
                self.root = NONE;
                return;
            }
            let Node { parent: above, left, right, .. } = self.nodes[parent as usize];
            let sibling = if left == leaf { right } else { left };
            self.nodes[sibling as usize].parent = above;
            self.replace(above, parent, sibling);
            self.free.push(parent);
            above
        };
        while node != NONE {
            self.nodes[node as usize].count -= 1;
            self.join(node);
            node = self.nodes[node as usize].parent;
        }
    }

    /// The box of a branch from those of its children.
    fn join(&mut self, node: u32) {
        let Node { left, right, .. } = self.nodes[node as usize];
        if left == NONE {
            return;
        }
        let (width, own) = (2 * self.dimensions, node as usize * 2 * self.dimensions);
        for dimension in 0..self.dimensions {
            let (one, other) = (left as usize * width + dimension, right as usize * width + dimension);
            self.boxes[own + dimension] = self.boxes[one].min(self.boxes[other]);
            let (one, other) = (one + self.dimensions, other + self.dimensions);
            self.boxes[own + self.dimensions + dimension] = self.boxes[one].max(self.boxes[other]);
        }
    }

    fn bounds(&self, node: u32, dimension: usize) -> (f64, f64) {
        let begin = node as usize * 2 * self.dimensions + dimension;
        (self.boxes[begin], self.boxes[begin + self.dimensions])
    }

    /// The collusive displacement of the point in a place.
    pub(super) fn displacement(&self, place: usize) -> f64 {
        let mut node = self.leaves[place];
        let mut most = 0.0_f64;
        loop {
            let Node { parent, count, .. } = self.nodes[node as usize];
            if parent == NONE {
                return most;
            }
            let around = self.nodes[parent as usize].count;
            most = most.max(f64::from(around - count) / f64::from(count));
            node = parent;
        }
    }

    /// Recompute the boxes from the points of all places.
    pub(super) fn restore(&mut self, points: &[f64]) {
        let dimensions = self.dimensions;
        self.boxes = vec![f64::INFINITY; self.nodes.len() * 2 * dimensions];
        for begin in (0..self.nodes.len()).map(|node| node * 2 * dimensions) {
            self.boxes[begin + dimensions..begin + 2 * dimensions].fill(f64::NEG_INFINITY);
        }
        for (place, point) in points.chunks_exact(dimensions.max(1)).enumerate() {
            let mut node = self.leaves.get(place).copied().unwrap_or(NONE);
            while node != NONE {
                let begin = node as usize * 2 * dimensions;
                for (dimension, &value) in point.iter().enumerate() {
                    let (low, high) = (begin + dimension, begin + dimensions + dimension);
                    self.boxes[low] = self.boxes[low].min(value);
                    self.boxes[high] = self.boxes[high].max(value);
                }
                node = self.nodes[node as usize].parent;
            }
        }
    }

    /// Whether a saved tree is a tree of so many points.
    pub(super) fn check(&self, places: usize, dimensions: usize) -> Result<()> {
        let nodes = self.nodes.len();
        let exists = |node: u32| (node as usize) < nodes;
        let sound = self.dimensions == dimensions
            && self.leaves.len() == places
            && nodes < 2 * places.max(1)
            && exists(self.root)
            && self.leaves.iter().all(|leaf| exists(*leaf) && self.nodes[*leaf as usize].left == NONE)
            && self.free.iter().all(|node| exists(*node));
        ensure!(sound, InvalidData, "a tree does not hold {places} points of {dimensions} values");
        // Walk it once: every node has its parent and none is met twice.
        let mut points = vec![0_u32; nodes];
        self.leaves.iter().for_each(|leaf| points[*leaf as usize] += 1);
        let mut met = vec![false; nodes];
        let mut waiting = vec![(self.root, NONE)];
        let mut order = Vec::new();
        while let Some((node, parent)) = waiting.pop() {
            let whole = exists(node) && !met[node as usize] && self.nodes[node as usize].parent == parent;
            ensure!(whole, InvalidData, "the nodes of a tree do not hang together");
            met[node as usize] = true;
            order.push(node);
            let Node { left, right, dimension, cut, .. } = self.nodes[node as usize];
            if left != NONE {
                ensure!(
                    (dimension as usize) < dimensions && cut.is_finite(),
                    InvalidData,
                    "a tree cuts dimension {dimension} at {cut}"
                );
                waiting.extend([(left, node), (right, node)]);
            }
        }
        for &node in order.iter().rev() {
            let Node { left, right, count, .. } = self.nodes[node as usize];
            if left != NONE {
                points[node as usize] = points[left as usize] + points[right as usize];
            }
            ensure!(
                count > 0 && count == points[node as usize],
                InvalidData,
                "a node counts {count} points, but has {}",
                points[node as usize]
            );
        }
        let unused = self.free.iter().all(|node| !std::mem::replace(&mut met[*node as usize], true));
        ensure!(unused && met.iter().all(|met| *met), InvalidData, "nodes of a tree are used twice or not at all");
        Ok(())
    }
}
