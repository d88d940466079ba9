//! One tree from a sample of the rows.
use super::{IsolationForest, mean_cuts};
use crate::Context;
use crate::anomaly::tabular::rows::Rows;
use crate::anomaly::tabular::weights::Units;
use crate::error::Result;
use crate::math::random::Random;

/// Up to so many columns a sample is copied, so that it lies together; of more, few values are ever read.
const COPIED: usize = 64;

/// One tree of a forest; see [`ForestModel`](super::ForestModel).
pub(super) struct Tree {
    pub(super) values: Vec<f64>,
    pub(super) features: Vec<u32>,
    pub(super) expected: Vec<f64>,
    pub(super) leaves: Vec<f64>,
    pub(super) planes: Vec<(u32, f64)>,
}

/// A cut: rows whose value is at least as large go right. The features of planes stand beside.
struct Cut {
    value: f64,
    feature: u32,
}

/// Rows that wait to be cut: where they stand, under which cut, and how many of the first features are known to be constant
/// among them. What is cut below a branch moves only the features behind those.
struct Branch {
    start: usize,
    end: usize,
    node: usize,
    level: u32,
    constant: usize,
}

/// The rows that a tree is grown from.
struct Sample<'a, 'b> {
    rows: &'a Rows<'b>,
    drawn: Vec<usize>,
    /// Their values one after the other; empty where they are read from the table.
    copied: Vec<f64>,
    columns: usize,
}

impl<'a, 'b> Sample<'a, 'b> {
    fn draw(rows: &'a Rows<'b>, units: &Units, samples: usize, offset: f64, random: &mut Random) -> Self {
        let columns = rows.columns();
        let mut drawn = draw(units.len(), samples, random);
        drawn.iter_mut().for_each(|unit| *unit = units.row(*unit, offset));
        let mut copied = Vec::new();
        if columns <= COPIED {
            copied.reserve(samples * columns);
            drawn.iter().for_each(|row| rows.push(*row, &mut copied));
        }
        Self { rows, drawn, copied, columns }
    }

    #[inline(always)]
    fn value(&self, row: u32, feature: u32) -> f64 {
        if self.columns <= COPIED {
            self.copied[row as usize * self.columns + feature as usize]
        } else {
            self.rows.value(self.drawn[row as usize], feature as usize)
        }
    }

    /// The value of a row across a plane.
    fn across(&self, row: u32, plane: &[(u32, f64)]) -> f64 {
        plane.iter().map(|(feature, weight)| self.value(row, *feature) * weight).sum()
    }
}

pub(super) fn grow(
    options: &IsolationForest,
    rows: &Rows<'_>,
    units: &Units,
    samples: usize,
    depth: u32,
    number: u64,
    context: &Context,
) -> Result<Tree> {
    let columns = rows.columns();
    let mut random = Random::new(context.seed().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (number + 1));
    let sample = Sample::draw(rows, units, samples, units.offset(context.seed() ^ number), &mut random);
    let nodes = 1 << depth;
    let width = if options.extension > 0 { options.extension + 1 } else { 0 };
    let mut tree = Tree {
        values: vec![f64::INFINITY; nodes],
        features: vec![0; nodes],
        expected: vec![0.0; nodes],
        leaves: vec![0.0; nodes],
        planes: vec![(0, 0.0); nodes * width],
    };
    let mut order: Vec<u32> = (0..samples as u32).collect();
    let mut features: Vec<u32> = (0..columns as u32).collect();
    let mut sizes = vec![0_u32; nodes];
    let mut branches = vec![Branch { start: 0, end: samples, node: 1, level: 0, constant: 0 }];
    while let Some(Branch { start, end, node, level, mut constant }) = branches.pop() {
        if columns > COPIED {
            context.check()?;
        }
        let count = end - start;
        let end_here = level == depth || count <= 1;
        let middle = if end_here {
            None
        } else {
            sizes[node] = count as u32;
            let own = &mut order[start..end];
            if width > 0 {
                let plane = &mut tree.planes[node * width..(node + 1) * width];
                tilt(&sample, own, &mut features, &mut constant, plane, &mut random)
            } else {
                cut(&sample, own, &mut features, &mut constant, &mut random)
            }
        };
        match middle {
            Some((found, cut)) => {
                (tree.values[node], tree.features[node]) = (cut.value, cut.feature);
                let middle = start + found;
                branches.push(Branch { start: middle, end, node: 2 * node + 1, level: level + 1, constant });
                branches.push(Branch { start, end: middle, node: 2 * node, level: level + 1, constant });
            }
            None => {
                let cuts = f64::from(level) + mean_cuts(count);
                let below = depth - level;
                let first = (node << below) - nodes;
                tree.leaves[first..first + (1 << below)].fill(cuts);
                // Padded cuts lie on no row's way; what they expect is what their leaves say.
                for step in 0..below {
                    tree.expected[node << step..(node << step) + (1 << step)].fill(cuts);
                }
                if node < nodes {
                    sizes[node] = 0;
                }
            }
        }
    }
    expect(&mut tree, &sizes, nodes, &order, &sample);
    Ok(tree)
}

/// Mean cuts below every real cut, from its children weighted by their rows.
fn expect(tree: &mut Tree, sizes: &[u32], nodes: usize, order: &[u32], sample: &Sample<'_, '_>) {
    // Rows per place: of real cuts known, of leaves counted by walking.
    let mut reached = vec![0_u32; 2 * nodes];
    let width = tree.planes.len() / nodes;
    for row in order {
        let mut at = 1;
        while at < nodes {
            reached[at] += 1;
            let value = if width > 0 {
                sample.across(*row, &tree.planes[at * width..(at + 1) * width])
            } else {
                sample.value(*row, tree.features[at])
            };
            at = 2 * at + usize::from(value >= tree.values[at]);
        }
        reached[at] += 1;
    }
    for node in (1..nodes).rev() {
        if sizes[node] > 0 {
            let value = |child: usize| if child < nodes { tree.expected[child] } else { tree.leaves[child - nodes] };
            let (left, right) = (f64::from(reached[2 * node]), f64::from(reached[2 * node + 1]));
            tree.expected[node] = (value(2 * node) * left + value(2 * node + 1) * right) / (left + right).max(1.0);
        }
    }
}

/// Distinct rows, uniformly (Floyd's method), in ascending order.
fn draw(count: usize, samples: usize, random: &mut Random) -> Vec<usize> {
    if samples == count {
        return (0..count).collect();
    }
    let mut drawn = std::collections::BTreeSet::new();
    for last in count - samples..count {
        let row = below(random, last + 1);
        if !drawn.insert(row) {
            drawn.insert(last);
        }
    }
    drawn.into_iter().collect()
}

/// Uniform below `limit`, by the high half of a product.
fn below(random: &mut Random, limit: usize) -> usize {
    ((u128::from(random.bits()) * limit as u128) >> 64) as usize
}

/// Least and largest value of a feature.
fn range(sample: &Sample<'_, '_>, rows: &[u32], feature: u32) -> (f64, f64) {
    rows.iter().map(|row| sample.value(*row, feature)).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (if value < low { value } else { low }, if value > high { value } else { high })
    })
}

/// Cut at a uniform value of a uniform feature that varies; the number of rows on the left. None where nothing varies.
fn cut(
    sample: &Sample<'_, '_>,
    rows: &mut [u32],
    features: &mut [u32],
    constant: &mut usize,
    random: &mut Random,
) -> Option<(usize, Cut)> {
    for tried in *constant..sample.columns {
        let pick = tried + below(random, sample.columns - tried);
        features.swap(tried, pick);
        let feature = features[tried];
        let (low, high) = range(sample, rows, feature);
        if low < high {
            let mut value = low + (high - low) * random.uniform();
            // Rounding must leave a row on either side; the difference may overflow.
            if !(value > low && value <= high) {
                value = high;
            }
            let left = partition(rows, |row| sample.value(row, feature) < value);
            return Some((left, Cut { value, feature }));
        }
        *constant = tried + 1;
    }
    None
}

/// Cut by a plane through a uniform point of the rows' box with normal weights for some features that vary.
fn tilt(
    sample: &Sample<'_, '_>,
    rows: &mut [u32],
    features: &mut [u32],
    constant: &mut usize,
    plane: &mut [(u32, f64)],
    random: &mut Random,
) -> Option<(usize, Cut)> {
    let (mut found, mut value) = (0, 0.0);
    for tried in *constant..sample.columns {
        let pick = tried + below(random, sample.columns - tried);
        features.swap(tried, pick);
        let feature = features[tried];
        let (low, high) = range(sample, rows, feature);
        if low < high {
            let weight = random.normal();
            value += weight * (low + (high - low) * random.uniform());
            plane[found] = (feature, weight);
            found += 1;
            if found == plane.len() {
                break;
            }
        } else {
            // It joins the constant ones; the features of the plane stay behind them.
            features.swap(*constant, tried);
            *constant += 1;
        }
    }
    if found == 0 || !f64::is_finite(value) {
        plane.fill((0, 0.0));
        return None;
    }
    let left = partition(rows, |row| sample.across(row, plane) < value);
    Some((left, Cut { value, feature: 0 }))
}

/// Rows for which `first` holds come first; their number.
fn partition(rows: &mut [u32], first: impl Fn(u32) -> bool) -> usize {
    let mut kept = 0;
    for at in 0..rows.len() {
        let row = rows[at];
        rows.swap(at, kept);
        kept += usize::from(first(row));
    }
    kept
}
