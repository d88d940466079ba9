//! Rows on their way through the trees. All paths have the same length, so that several rows walk in step.
use super::ForestModel;
use crate::math::simd::dispatch;

/// Rows that walk in step: their loads overlap.
const ABREAST: usize = 8;

dispatch! {
    up to Avx2:
    /// Add up the cuts of every row over all trees.
    pub(super) fn cuts, portable cuts_portable(forest: &ForestModel, block: &[f64], sums: &mut [f64]) {
        let (columns, depth) = (forest.columns, forest.depth);
        sums.fill(0.0);
        let nodes = 1_usize << depth;
        for (cuts, leaves) in forest.cuts.chunks_exact(nodes).zip(forest.leaves.chunks_exact(nodes)) {
            let mut groups = block.chunks_exact(ABREAST * columns);
            let mut rest = &mut *sums;
            for group in groups.by_ref() {
                let (own, later) = rest.split_at_mut(ABREAST);
                let mut at = [1_usize; ABREAST];
                for _ in 0..depth {
                    for lane in 0..ABREAST {
                        let cut = &cuts[at[lane]];
                        let value = group[lane * columns + cut.feature as usize];
                        at[lane] = 2 * at[lane] + usize::from(value >= cut.value);
                    }
                }
                for lane in 0..ABREAST {
                    own[lane] += leaves[at[lane] - nodes];
                }
                rest = later;
            }
            for (row, sum) in groups.remainder().chunks_exact(columns).zip(rest.iter_mut()) {
                let mut at = 1_usize;
                for _ in 0..depth {
                    let cut = &cuts[at];
                    at = 2 * at + usize::from(row[cut.feature as usize] >= cut.value);
                }
                *sum += leaves[at - nodes];
            }
        }
    }
}

/// Add up the cuts of every row over all trees of planes.
pub(super) fn planes(forest: &ForestModel, block: &[f64], sums: &mut [f64]) {
    sums.fill(0.0);
    let nodes = 1_usize << forest.depth;
    let width = forest.planes.len() / forest.cuts.len();
    let trees = forest.cuts.chunks_exact(nodes).zip(forest.planes.chunks_exact(nodes * width));
    for ((cuts, planes), leaves) in trees.zip(forest.leaves.chunks_exact(nodes)) {
        for (row, sum) in block.chunks_exact(forest.columns).zip(sums.iter_mut()) {
            let mut at = 1_usize;
            for _ in 0..forest.depth {
                let plane = &planes[at * width..(at + 1) * width];
                let value: f64 = plane.iter().map(|(feature, weight)| row[*feature as usize] * weight).sum();
                at = 2 * at + usize::from(value >= cuts[at].value);
            }
            *sum += leaves[at - nodes];
        }
    }
}

/// Add to `parts` how each cut on the way of `row` changes the expected number of cuts, by feature; the sum of all.
pub(super) fn attribute(forest: &ForestModel, row: &[f64], parts: &mut [f64]) -> f64 {
    let nodes = 1_usize << forest.depth;
    let trees = forest.cuts.chunks_exact(nodes).zip(forest.expected.chunks_exact(nodes));
    let mut sum = 0.0;
    for ((cuts, expected), leaves) in trees.zip(forest.leaves.chunks_exact(nodes)) {
        let mut at = 1_usize;
        let mut before = expected[1];
        for _ in 0..forest.depth {
            let cut = &cuts[at];
            at = 2 * at + usize::from(row[cut.feature as usize] >= cut.value);
            let now = if at < nodes { expected[at] } else { leaves[at - nodes] };
            parts[cut.feature as usize] += now - before;
            sum += now - before;
            before = now;
        }
    }
    sum
}
