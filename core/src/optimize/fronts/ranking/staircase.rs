//! The lower-left border of points in a plane, kept while points arrive.

/// The most steps of a block.
const BLOCK: usize = 256;

/// Points of which none is as small as another in both numbers: `x` grows, `y` falls. In blocks, so that an insertion moves
/// few of them however many there are.
#[derive(Clone, Debug)]
pub(crate) struct Staircase {
    blocks: Vec<Vec<[f64; 2]>>,
}

impl Staircase {
    /// A staircase of one point.
    pub(crate) fn of(point: [f64; 2]) -> Self {
        let mut steps = Vec::with_capacity(8);
        steps.push(point);
        Self { blocks: vec![steps] }
    }

    /// The last block whose first step has an `x` of at most this; the first block where there is none.
    #[inline]
    fn block(&self, x: f64) -> usize {
        if self.blocks.len() == 1 { 0 } else { self.blocks.partition_point(|block| block[0][0] <= x).max(1) - 1 }
    }

    /// Whether a step is at most `point` in both numbers.
    #[inline]
    pub(crate) fn covers(&self, [x, y]: [f64; 2]) -> bool {
        let block = &self.blocks[self.block(x)];
        let after = block.partition_point(|step| step[0] <= x);
        after > 0 && block[after - 1][1] <= y
    }

    /// Take up a point that no step covers, and drop the steps that it covers. Gives the area within `corner` that it adds:
    /// 0 where `corner` is the point itself.
    #[inline]
    pub(crate) fn insert(&mut self, point: [f64; 2], corner: [f64; 2]) -> f64 {
        let [x, y] = point;
        let mut at = self.block(x);
        let mut from = self.blocks[at].partition_point(|step| step[0] < x);
        let before = if from > 0 {
            self.blocks[at][from - 1][1]
        } else if at > 0 {
            self.blocks[at - 1].last().map_or(corner[1], |step| step[1])
        } else {
            corner[1]
        };
        // Walk over what the point covers, adding up the area column by column.
        let (mut area, mut left, mut height) = (0.0, x, before);
        let mut until = from;
        let next = loop {
            let Some(step) = self.blocks[at].get(until).copied() else {
                if at + 1 == self.blocks.len() {
                    break corner[0];
                }
                // The rest of this block is covered: cut it off and go on in the next one.
                self.blocks[at].truncate(from);
                if self.blocks[at].is_empty() {
                    self.blocks.remove(at);
                } else {
                    at += 1;
                }
                (from, until) = (0, 0);
                continue;
            };
            if step[1] < y {
                break step[0];
            }
            area += (step[0] - left) * (height - y);
            (left, height) = (step[0], step[1]);
            until += 1;
        };
        area += (next - left) * (height - y);
        self.replace(at, from, until, point);
        area
    }

    /// Put `point` in the place of steps `from..until` of a block.
    #[inline]
    fn replace(&mut self, at: usize, from: usize, until: usize, point: [f64; 2]) {
        let block = &mut self.blocks[at];
        if until > from {
            block[from] = point;
            if until > from + 1 {
                block.drain(from + 1..until);
            }
            return;
        }
        block.insert(from, point);
        if block.len() > BLOCK {
            let upper = block.split_off(BLOCK / 2);
            self.blocks.insert(at + 1, upper);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    /// The area by adding up the cells of the grid that all coordinates span.
    fn area(points: &[[f64; 2]], corner: [f64; 2]) -> f64 {
        let mut sorted: Vec<[f64; 2]> = points.to_vec();
        sorted.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        let (mut area, mut floor) = (0.0, corner[1]);
        for [x, y] in sorted {
            if y < floor {
                area += (corner[0] - x) * (floor - y);
                floor = y;
            }
        }
        area
    }

    #[test]
    fn areas_add_up_over_any_order_and_many_blocks() {
        for (seed, count, slope) in [(1, 40, 0.0), (2, 3000, 0.0), (3, 3000, 1.0), (4, 3000, 0.98)] {
            let mut random = Random::new(seed);
            let points: Vec<[f64; 2]> = (0..count)
                .map(|_| {
                    let x = (random.uniform() * 1e4).floor() / 1e4;
                    [x, slope * (1.0 - x) + (1.0 - slope) * random.uniform()]
                })
                .collect();
            let mut stairs = Staircase::of(points[0]);
            let mut sum = (1.0 - points[0][0]) * (1.0 - points[0][1]);
            for (at, point) in points.iter().enumerate().skip(1) {
                let covered = points[..at].iter().any(|other| other[0] <= point[0] && other[1] <= point[1]);
                assert_eq!(stairs.covers(*point), covered, "point {at} of seed {seed}");
                if !covered {
                    sum += stairs.insert(*point, [1.0, 1.0]);
                }
            }
            assert!((sum - area(&points, [1.0, 1.0])).abs() < 1e-11, "{sum} for seed {seed}");
        }
    }
}
