//! Every pair of rounded rows met once, for both of its rows.
//!
//! A row begins with a limit from the blocks around it and keeps the others that may be among its nearest, until there is no room
//! for another and the limit is lowered. Threads have hopes of their own, which are joined at the end.
use std::ops::Range;

use super::dense::{Dense, Measured, Spare};
use super::hopes::{Hopes, each_mark};
use super::panels::{BLOCK, FEW, NOWHERE};
use super::sweep::{least, nth};
use crate::Context;
use crate::error::Result;

/// About how many numbers of the blocks that are taken together stay in the cache, and the fewest and the most of these.
const KEPT: usize = 1 << 18;
const TOGETHER: [usize; 2] = [4, 16];
/// With how many blocks around it a block begins, at least.
const BESIDE: usize = 4;
/// Rows whose hopes are measured at once.
const MEASURED: usize = 512;

impl Dense {
    /// What is nearest to each of the rounded rows, some hundred rows at a time.
    pub(super) fn once(&self, wanted: usize, context: &Context) -> Result<Vec<Vec<Measured>>> {
        let blocks = self.panels.blocks();
        let coarse = self.panels.coarseness(&self.panels.rounded);
        let mut start = Hopes::new(blocks * BLOCK, self.panels.count(), wanted, coarse);
        let mut spare = Spare::default();
        for block in 0..blocks {
            context.check()?;
            self.begin(block, &mut start, &mut spare);
        }
        let threads = context.threads().clamp(1, blocks.max(1));
        let found = if threads == 1 {
            vec![self.beside_later(start, 0, 1, context)?]
        } else {
            let found = context.map(threads, |thread| self.beside_later(start.clone(), thread, threads, context))?;
            drop(start);
            found
        };
        self.finish(found, context)
    }

    /// Hold one in so many blocks beside all later ones; each thread has its own hopes.
    fn beside_later(&self, mut hopes: Hopes, thread: usize, threads: usize, context: &Context) -> Result<Hopes> {
        let (blocks, mut spare) = (self.panels.blocks(), Spare::default());
        let together = (KEPT / self.columns / BLOCK).clamp(TOGETHER[0], TOGETHER[1]);
        let reach = |hopes: &Hopes, block: usize| {
            self.panels.reach(hopes.most(block * BLOCK..(block + 1) * BLOCK), 2.0 * self.panels.blur)
        };
        let mut reaches: Vec<f64> = (0..blocks).map(|block| reach(&hopes, block)).collect();
        for block in (thread..blocks).step_by(threads) {
            context.check()?;
            context.report(block, blocks);
            let Spare { low, high, gaps, blocks: listed, .. } = &mut spare;
            self.panels.sides(block, low, high);
            let first = block / 8 * 8;
            self.panels.gaps(low, high, first, gaps);
            reaches[block] = reach(&hopes, block);
            let near = |other: &usize| {
                let gap = gaps[(*other - first) / 8][(*other - first) % 8];
                gap <= reaches[block].max(reaches[*other])
            };
            listed.clear();
            listed.extend((block..blocks).filter(near).map(|other| other as u32));
            for start in (0..spare.blocks.len()).step_by(together) {
                context.check()?;
                let some = start..spare.blocks.len().min(start + together);
                self.meet(block, some.clone(), &mut hopes, &mut spare);
                for other in &spare.blocks[some] {
                    reaches[*other as usize] = reach(&hopes, *other as usize);
                }
            }
        }
        Ok(hopes)
    }

    /// Set the limits of a block's rows by the blocks around it.
    fn begin(&self, block: usize, hopes: &mut Hopes, spare: &mut Spare) {
        let (panels, blur) = (&self.panels, 2.0 * self.panels.blur);
        let around = (hopes.wanted + 1).div_ceil(BLOCK / 2).max(BESIDE);
        let first = block.saturating_sub(around / 2).min(panels.blocks().saturating_sub(around));
        spare.blocks.clear();
        spare.blocks.extend((first..panels.blocks().min(first + around)).map(|block| block as u32));
        let rows = block * BLOCK..panels.count().min((block + 1) * BLOCK);
        let mut halves = Vec::new();
        for start in rows.clone().step_by(FEW) {
            let own = start..rows.end.min(start + FEW);
            panels.hold(&panels.rounded, own.clone(), &[], &[], &spare.blocks, &mut spare.held);
            // No row is its own neighbour.
            if let Some(at) = spare.blocks.iter().position(|other| *other as usize == block) {
                for (which, row) in own.clone().enumerate() {
                    spare.held.halves[at][which][row % BLOCK] = i32::MAX;
                }
            }
            // One of each lane, while lanes are many: so many of the least are enough to bound the nearest.
            let mut lanes = [[[i32::MAX; BLOCK]; 2]; FEW];
            let few = hopes.wanted <= BLOCK;
            if few {
                least(&spare.held.halves, &mut lanes);
            }
            for (which, row) in own.enumerate() {
                let last = if few {
                    nth(&lanes[which], hopes.wanted)
                } else {
                    halves.clear();
                    halves.extend(spare.held.halves.iter().flat_map(|halves| halves[which]));
                    if halves.len() < hopes.wanted {
                        continue;
                    }
                    *halves.select_nth_unstable(hopes.wanted - 1).1
                };
                if last < NOWHERE {
                    hopes.begin(row, last, blur);
                }
            }
        }
    }

    /// Hold the rows of a block against some of the blocks in `spare`, none of which is earlier.
    fn meet(&self, block: usize, some: Range<usize>, hopes: &mut Hopes, spare: &mut Spare) {
        let (panels, blur) = (&self.panels, 2.0 * self.panels.blur);
        let rows = block * BLOCK..panels.count().min((block + 1) * BLOCK);
        for start in rows.clone().step_by(FEW) {
            let own = start..rows.end.min(start + FEW);
            let blocks = &spare.blocks[some.clone()];
            let limits = hopes.held();
            panels.hold(&panels.rounded, own.clone(), &limits[own.clone()], limits, blocks, &mut spare.held);
            if blocks.first() == Some(&(block as u32)) {
                // Within a block every pair is met twice, and every row with itself.
                for (which, row) in own.clone().enumerate() {
                    spare.held.marks[0][which] &= !1 << (row % BLOCK);
                }
            }
            each_mark(&spare.held, blocks, own.len(), |which, other, held| {
                let row = start + which;
                if other < panels.count() {
                    let half = panels.rounded.half(row, &panels.rounded, other, held);
                    if hopes.add(row, other, half) {
                        self.clear(self.row(panels.places[row] as usize), row, blur, hopes, &mut spare.measured);
                    }
                    if hopes.add(other, row, half) {
                        self.clear(self.row(panels.places[other] as usize), other, blur, hopes, &mut spare.measured);
                    }
                }
            });
        }
    }

    /// Measure what is left.
    fn finish(&self, mut states: Vec<Hopes>, context: &Context) -> Result<Vec<Vec<Measured>>> {
        let panels = &self.panels;
        let wanted = states.first().map_or(0, |hopes| hopes.wanted);
        for hopes in &mut states {
            for row in 0..panels.count() {
                if row % 1024 == 0 {
                    context.check()?;
                }
                hopes.cut(row, 2.0 * panels.blur);
            }
        }
        context.map(panels.count().div_ceil(MEASURED), |part| {
            let range = part * MEASURED..panels.count().min((part + 1) * MEASURED);
            let (mut some, mut measured, mut places) =
                (Vec::with_capacity(range.len() * wanted), Vec::new(), Vec::new());
            for row in range {
                places.clear();
                for hopes in &states {
                    places.extend(hopes.of(row).iter().map(|hope| panels.places[*hope as u32 as usize]));
                }
                if states.len() > 1 {
                    places.sort_unstable();
                    places.dedup();
                }
                places.extend_from_slice(&panels.long);
                self.nearest(self.row(panels.places[row] as usize), &places, wanted, &mut measured);
                some.extend_from_slice(&measured);
            }
            context.check()?;
            Ok(some)
        })
    }
}
