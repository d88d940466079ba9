//! Rows on their way through the trees. All paths have the same length, so that several rows walk in step.
use super::ForestModel;
use crate::math::simd::dispatch;

/// Rows that walk in step: their loads overlap.
pub(super) const ABREAST: usize = 16;
/// Up to so many columns rows are turned first, feature after feature.
const TURNED: usize = 256;
/// The cuts of a tree of the usual size.
const USUAL: usize = 256;

/// Add up the cuts of every row over all trees; `tile` is room to turn rows.
pub(super) fn cuts(forest: &ForestModel, block: &[f64], sums: &mut [f64], tile: &mut Vec<[f64; ABREAST]>) {
    sums.fill(0.0);
    if forest.columns > TURNED || sums.len() < ABREAST / 2 {
        straight(forest, block, sums);
        return;
    }
    let columns = forest.columns;
    tile.clear();
    tile.resize(sums.len().div_ceil(ABREAST) * columns, [0.0; ABREAST]);
    for (tile, rows) in tile.chunks_exact_mut(columns).zip(block.chunks(ABREAST * columns)) {
        for (lane, row) in rows.chunks_exact(columns).enumerate() {
            tile.iter_mut().zip(row).for_each(|(values, value)| values[lane] = *value);
        }
    }
    turned(forest, tile, sums);
}

/// Levels at the top of a tree whose cuts are all compared with all rows: that is cheaper than to find each row's own.
const TOP: u32 = 4;
/// Rows that are compared with the top cuts at once.
const QUARTER: usize = ABREAST / 4;

/// Where the rows of a group are after the top levels.
#[inline(always)]
fn top(values: &[f64], features: &[u32], group: &[[f64; ABREAST]]) -> [usize; ABREAST] {
    let mut at = [0; ABREAST];
    for start in (0..ABREAST).step_by(QUARTER) {
        let right: [[u64; QUARTER]; 1 << TOP] = std::array::from_fn(|node| {
            let rows = &group[features[node] as usize][start..start + QUARTER];
            std::array::from_fn(|lane| if rows[lane] >= values[node] { u64::MAX } else { 0 })
        });
        for lane in 0..QUARTER {
            let pick = |side: u64, right: u64, left: u64| (side & right) | (!side & left);
            let choose = |side: u64, node: usize| pick(side, right[node + 1][lane], right[node][lane]);
            let first = right[1][lane];
            let second = choose(first, 2);
            let third = pick(first, choose(second, 6), choose(second, 4));
            let left = pick(second, choose(third, 10), choose(third, 8));
            let fourth = pick(first, pick(second, choose(third, 14), choose(third, 12)), left);
            at[start + lane] = (16 | (first & 8) | (second & 4) | (third & 2) | (fourth & 1)) as usize;
        }
    }
    at
}

dispatch! {
    up to Avx2:
    fn turned, portable turned_portable(forest: &ForestModel, tile: &[[f64; ABREAST]], sums: &mut [f64]) {
        let nodes = 1_usize << forest.depth;
        let trees = forest.values.chunks_exact(nodes).zip(forest.features.chunks_exact(nodes));
        for ((values, features), leaves) in trees.zip(forest.leaves.chunks_exact(nodes)) {
            let usual: (Result<&[f64; USUAL], _>, Result<&[u32; USUAL], _>) = (values.try_into(), features.try_into());
            for (group, sums) in tile.chunks_exact(forest.columns).zip(sums.chunks_mut(ABREAST)) {
                let mut at = [1_usize; ABREAST];
                let mut level = 0;
                if forest.depth >= TOP {
                    at = top(values, features, group);
                    level = TOP;
                }
                if let (Ok(values), Ok(features)) = usual {
                    for _ in TOP..8 {
                        for lane in 0..ABREAST {
                            let node = at[lane] % USUAL;
                            let value = group[features[node] as usize][lane];
                            at[lane] = 2 * at[lane] + usize::from(value >= values[node]);
                        }
                    }
                } else {
                    for _ in level..forest.depth {
                        for lane in 0..ABREAST {
                            let value = group[features[at[lane]] as usize][lane];
                            at[lane] = 2 * at[lane] + usize::from(value >= values[at[lane]]);
                        }
                    }
                }
                for (sum, at) in sums.iter_mut().zip(&at) {
                    *sum += leaves[at - nodes];
                }
            }
        }
    }
}

dispatch! {
    up to Avx2:
    fn straight, portable straight_portable(forest: &ForestModel, block: &[f64], sums: &mut [f64]) {
        let (columns, nodes) = (forest.columns, 1_usize << forest.depth);
        let trees = forest.values.chunks_exact(nodes).zip(forest.features.chunks_exact(nodes));
        for ((values, features), leaves) in trees.zip(forest.leaves.chunks_exact(nodes)) {
            for (group, sums) in block.chunks(ABREAST * columns).zip(sums.chunks_mut(ABREAST)) {
                let mut at = [1_usize; ABREAST];
                for _ in 0..forest.depth {
                    for (at, row) in at.iter_mut().zip(group.chunks_exact(columns)) {
                        *at = 2 * *at + usize::from(row[features[*at] as usize] >= values[*at]);
                    }
                }
                for (sum, at) in sums.iter_mut().zip(&at) {
                    *sum += leaves[at - nodes];
                }
            }
        }
    }
}

/// Add up the cuts of every row over all trees of planes.
pub(super) fn planes(forest: &ForestModel, block: &[f64], sums: &mut [f64]) {
    sums.fill(0.0);
    let nodes = 1_usize << forest.depth;
    let width = forest.planes.len() / forest.values.len();
    let trees = forest.values.chunks_exact(nodes).zip(forest.planes.chunks_exact(nodes * width));
    for ((values, planes), leaves) in trees.zip(forest.leaves.chunks_exact(nodes)) {
        for (row, sum) in block.chunks_exact(forest.columns).zip(sums.iter_mut()) {
            let mut at = 1_usize;
            for _ in 0..forest.depth {
                let plane = &planes[at * width..(at + 1) * width];
                let value: f64 = plane.iter().map(|(feature, weight)| row[*feature as usize] * weight).sum();
                at = 2 * at + usize::from(value >= values[at]);
            }
            *sum += leaves[at - nodes];
        }
    }
}

/// Add to `parts` how each cut on the way of `row` changes the expected number of cuts, by feature; the sum of all.
pub(super) fn attribute(forest: &ForestModel, row: &[f64], parts: &mut [f64]) -> f64 {
    let nodes = 1_usize << forest.depth;
    let trees = forest.values.chunks_exact(nodes).zip(forest.features.chunks_exact(nodes));
    let trees = trees.zip(forest.expected.chunks_exact(nodes));
    let mut sum = 0.0;
    for (((values, features), expected), leaves) in trees.zip(forest.leaves.chunks_exact(nodes)) {
        let mut at = 1_usize;
        let mut before = expected[1];
        for _ in 0..forest.depth {
            let feature = features[at] as usize;
            at = 2 * at + usize::from(row[feature] >= values[at]);
            let now = if at < nodes { expected[at] } else { leaves[at - nodes] };
            parts[feature] += now - before;
            sum += now - before;
            before = now;
        }
    }
    sum
}
