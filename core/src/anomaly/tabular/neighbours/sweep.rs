//! A group of rows near each other, swept over all blocks near it.
//!
//! The nearest blocks come first. The least distance of every lane of the blocks bounds the nearest so far: as many lanes as
//! neighbours are wanted hold a row at most that far. So the limit is low before the first row is taken up, and blocks whose boxes
//! are beyond it are left out.
use std::ops::Range;

use super::dense::{Dense, Measured, Spare};
use super::grain::Rounded;
use super::hopes::each_mark;
use super::panels::{BLOCK, FEW, NOWHERE, widen};
use super::products::Halves;
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;

/// About how many numbers of the blocks that are taken together stay in the cache, and the fewest and the most of these.
const KEPT: usize = 1 << 18;
const TOGETHER: [usize; 2] = [6, 64];
/// How many blocks near a group are met first, where boxes are looked at.
const NEAREST: usize = 6;

/// The least of every lane, of every other block each.
pub(super) type Least = [[[i32; BLOCK]; 2]; FEW];

/// Rows near each other, at most a block.
pub(super) struct Group<'a> {
    pub(super) values: Vec<&'a [f64]>,
    /// The row that each is, which is left out, or nobody.
    pub(super) own: Vec<u32>,
    /// Whether they are the rounded rows themselves.
    pub(super) is_kept: bool,
    pub(super) rounded: &'a Rounded,
    /// Which of the rounded.
    pub(super) rows: Range<usize>,
    /// Of one of them and a kept row together.
    pub(super) blur: f64,
}

dispatch! {
    /// The least of every lane of the blocks that a few rows were held against, of every other block each.
    pub(super) fn least, portable least_portable(halves: &[Halves], least: &mut Least) {
        for two in halves.chunks(2) {
            for (side, halves) in two.iter().enumerate() {
                for row in 0..FEW {
                    for lane in 0..BLOCK {
                        let (half, so_far) = (halves[row][lane], &mut least[row][side][lane]);
                        *so_far = if half < *so_far { half } else { *so_far };
                    }
                }
            }
        }
    }
}

/// The `wanted`-th smallest; where few are wanted, of the lesser of two each.
pub(super) fn nth(values: &[[i32; BLOCK]; 2], wanted: usize) -> i32 {
    if wanted <= BLOCK / 2 { nth_of_lanes(values, wanted) } else { nth_of_all(values, wanted) }
}

dispatch! {
    /// The `wanted`-th smallest: the largest of those that fewer are smaller than.
    fn nth_of_lanes, portable nth_of_lanes_portable(values: &[[i32; BLOCK]; 2], wanted: usize) -> i32 {
        let mut lesser = values[0];
        for lane in 0..BLOCK {
            lesser[lane] = if values[1][lane] < lesser[lane] { values[1][lane] } else { lesser[lane] };
        }
        let mut smaller = [0; BLOCK];
        for other in lesser {
            for lane in 0..BLOCK {
                smaller[lane] += i32::from(other < lesser[lane]);
            }
        }
        let mut most = i32::MIN;
        for lane in 0..BLOCK {
            let value = if smaller[lane] < wanted as i32 { lesser[lane] } else { i32::MIN };
            most = if value > most { value } else { most };
        }
        most
    }
}

dispatch! {
    /// The `wanted`-th smallest: the largest of those that fewer are smaller than.
    fn nth_of_all, portable nth_of_all_portable(values: &[[i32; BLOCK]; 2], wanted: usize) -> i32 {
        let mut smaller = [[0; BLOCK]; 2];
        for other in values.as_flattened() {
            for side in 0..2 {
                for lane in 0..BLOCK {
                    smaller[side][lane] += i32::from(*other < values[side][lane]);
                }
            }
        }
        let mut most = i32::MIN;
        for side in 0..2 {
            for lane in 0..BLOCK {
                let value = if smaller[side][lane] < wanted as i32 { values[side][lane] } else { i32::MIN };
                most = if value > most { value } else { most };
            }
        }
        most
    }
}

impl Dense {
    /// Call `with` for every row of a group and the nearest to it.
    pub(super) fn sweep(
        &self,
        group: &Group<'_>,
        wanted: usize,
        apart: bool,
        spare: &mut Spare,
        context: &Context,
        mut with: impl FnMut(usize, &[Measured]),
    ) -> Result<()> {
        let blocks = self.panels.blocks() as u32;
        let together = (KEPT / self.columns / BLOCK).clamp(TOGETHER[0], TOGETHER[1]);
        self.begin_group(group, wanted, spare);
        if apart {
            self.nearest_blocks(group, spare);
            self.meet_some(group, spare);
            let reach = self.panels.reach(spare.hopes.most(0..group.rows.len()), group.blur);
            let (gaps, met) = (&spare.gaps, &spare.blocks);
            spare.near.clear();
            let all = gaps.as_flattened().iter().zip(0..blocks);
            let is_left =
                |gap: f64, block: u32| gap <= reach && !met.contains(&block) && !self.panels.repeats(block, wanted);
            spare.near.extend(all.filter(|(gap, block)| is_left(**gap, *block)).map(|(_, block)| block));
        } else {
            spare.near.clear();
            spare.near.extend((0..blocks).filter(|block| !self.panels.repeats(*block, wanted)));
        }
        for start in (0..spare.near.len()).step_by(together) {
            context.check()?;
            spare.blocks.clear();
            spare.blocks.extend_from_slice(&spare.near[start..spare.near.len().min(start + together)]);
            self.meet_some(group, spare);
        }
        let Spare { places, measured, hopes, .. } = spare;
        for row in 0..group.rows.len() {
            hopes.cut(row, group.blur);
            self.places(hopes.of(row), places);
            places.extend(self.panels.long.iter().filter(|place| self.order[**place as usize] != group.own[row]));
            self.nearest(group.values[row], places, wanted, measured);
            with(row, measured);
        }
        Ok(())
    }

    /// How many blocks are near a group.
    pub(super) fn near(&self, group: &Group<'_>, wanted: usize, spare: &mut Spare) -> usize {
        self.begin_group(group, wanted, spare);
        self.nearest_blocks(group, spare);
        self.meet_some(group, spare);
        let reach = self.panels.reach(spare.hopes.most(0..group.rows.len()), group.blur);
        spare.gaps.as_flattened().iter().take(self.panels.blocks()).filter(|gap| **gap <= reach).count()
    }

    fn begin_group(&self, group: &Group<'_>, wanted: usize, spare: &mut Spare) {
        spare.hopes.renew(group.rows.len(), wanted, self.panels.coarseness(group.rounded));
        spare.lanes.clear();
        spare.lanes.resize(group.rows.len().div_ceil(FEW), [[[i32::MAX; BLOCK]; 2]; FEW]);
    }

    /// Hold a group against the blocks in `spare`.
    fn meet_some(&self, group: &Group<'_>, spare: &mut Spare) {
        let panels = &self.panels;
        let Spare { hopes, lanes, held, blocks, measured, .. } = spare;
        let wanted = hopes.wanted;
        for (first, lanes) in (0..group.rows.len()).step_by(FEW).zip(lanes) {
            let own = first..group.rows.len().min(first + FEW);
            let rows = group.rows.start + own.start..group.rows.start + own.end;
            panels.hold(group.rounded, rows, &hopes.held()[own.clone()], &[], blocks, held);
            let unlimited = own.clone().any(|row| hopes.held()[row] == i32::MAX);
            if unlimited && wanted < 2 * BLOCK {
                least(&held.halves, lanes);
                for (which, row) in own.clone().enumerate() {
                    // Itself may be among them.
                    let last = nth(&lanes[which], wanted + 1);
                    if last < NOWHERE {
                        hopes.begin(row, last, group.blur);
                    }
                }
                let mut limits = [i32::MIN; FEW];
                limits.iter_mut().zip(&hopes.held()[own.clone()]).for_each(|(to, limit)| *to = *limit);
                held.mark(limits, panels.kernels);
            }
            each_mark(held, blocks, own.len(), |which, other, half| {
                let row = first + which;
                // The limit may be lower by now.
                let is_far = half > hopes.held()[row] || other >= panels.count();
                if is_far || self.order[panels.places[other] as usize] == group.own[row] {
                    return;
                }
                let half = group.rounded.half(group.rows.start + row, &panels.rounded, other, half);
                if hopes.add(row, other, half) {
                    self.clear(group.values[row], row, group.blur, hopes, measured);
                }
            });
            for row in own {
                if hopes.of(row).len() > wanted + wanted / 4 {
                    hopes.cut(row, group.blur);
                }
            }
        }
    }

    /// The squares of how far all blocks are from a group, and the few nearest: those around the group itself, or those with the
    /// nearest middles.
    fn nearest_blocks(&self, group: &Group<'_>, spare: &mut Spare) {
        let Spare { low, high, gaps, middles, blocks, hopes, .. } = spare;
        let count = self.panels.blocks();
        low.clear();
        low.resize(self.columns, f64::INFINITY);
        high.clear();
        high.resize(self.columns, f64::NEG_INFINITY);
        group.values.iter().for_each(|row| widen(row, low, high));
        self.panels.gaps(low, high, 0, gaps);
        blocks.clear();
        if group.is_kept {
            let first = (group.rows.start / BLOCK).saturating_sub(NEAREST / 2).min(count.saturating_sub(NEAREST));
            blocks.extend(first as u32..count.min(first + NEAREST) as u32);
            return;
        }
        self.panels.middles(low, high, middles);
        let (mut best, mut most) = ([(f64::INFINITY, u32::MAX); NEAREST], f64::INFINITY);
        for (gap, block) in middles.as_flattened().iter().zip(0..count as u32) {
            if *gap < most && !self.panels.repeats(block, hopes.wanted) {
                let mut at = NEAREST - 1;
                while at > 0 && best[at - 1].0 > *gap {
                    best[at] = best[at - 1];
                    at -= 1;
                }
                best[at] = (*gap, block);
                most = best[NEAREST - 1].0;
            }
        }
        blocks.extend(best.iter().filter(|(_, block)| *block != u32::MAX).map(|(_, block)| *block));
    }
}
