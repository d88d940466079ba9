//! Nearest neighbours by holding all rows against all, in blocks of rounded rows.
//!
//! Distances of rounded rows (see `panels`) tell for certain which few rows could be among the nearest; only those are measured in
//! double precision, and the rare long rows against all. Between the rows themselves each pair is met once, for both. Rows
//! at the same distance come in their own order, whatever the order of blocks and the number of threads. Blocks whose boxes
//! are too far apart are left out. O(rows^2 columns) at worst, 32 products a cycle at best with AVX-512.
use std::ops::Range;

use super::neighbours::NOBODY;
use super::hopes::{Hopes, each_mark};
use super::panels::{BLOCK, FEW, NOWHERE, Panels, widen};
use super::places::order;
use super::products::{Halves, Held};
use super::screen::apart;
use crate::Context;
use crate::error::Result;
use crate::math::simd::{Kernels, dispatch};

/// About how many numbers of the blocks that are taken together stay in the cache, and the fewest and the most of these.
pub(super) const KEPT: usize = 1 << 18;
pub(super) const TOGETHER: [usize; 2] = [4, 16];
/// With how many blocks around it a block begins, at least.
const BESIDE: usize = 4;
/// Groups of a few rows that are tried, and below which share of all blocks near them they are held against those alone.
const TRIED: usize = 64;
const ALONE: f64 = 0.35;
/// How many blocks near a few rows are met first.
pub(super) const NEAREST: usize = 6;
/// Rows whose hopes are measured at once.
const MEASURED: usize = 512;

/// All rows, in an order that puts near ones together.
#[derive(Clone, Debug)]
pub(super) struct Dense {
    pub(super) columns: usize,
    /// Which row stands where.
    pub(super) order: Vec<u32>,
    /// The rows themselves.
    values: Vec<f64>,
    pub(super) panels: Panels,
}

/// What a thread needs again and again.
#[derive(Default)]
pub(super) struct Spare {
    pub(super) held: Held,
    pub(super) low: Vec<f64>,
    pub(super) high: Vec<f64>,
    pub(super) gaps: Vec<[f64; 8]>,
    pub(super) blocks: Vec<u32>,
    pub(super) near: Vec<(f64, u32)>,
    pub(super) measured: Vec<(f64, u32)>,
}

dispatch! {
    /// The squared distances of a row from some others.
    fn measure, portable measure_portable(rows: &[f64], row: &[f64], others: &[u32], to: &mut Vec<(f64, u32)>) {
        to.clear();
        to.extend(others.iter().map(|other| {
            (apart(row, &rows[*other as usize * row.len()..][..row.len()], f64::INFINITY), *other)
        }));
    }
}

dispatch! {
    /// The least of every lane of the blocks that a few rows were held against, of every other block each.
    fn least, portable least_portable(halves: &[Halves]) -> [[[i32; BLOCK]; 2]; FEW] {
        let mut least = [[[i32::MAX; BLOCK]; 2]; FEW];
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
        least
    }
}

dispatch! {
    /// The `wanted`-th smallest: the largest of those that fewer are smaller than.
    fn nth, portable nth_portable(values: &[[i32; BLOCK]; 2], wanted: usize) -> i32 {
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
    /// Over rows of finite values; none where 16 bits do not reach.
    pub(super) fn of(values: &[f64], columns: usize, context: &Context) -> Result<Option<Self>> {
        Self::with(values, columns, Kernels::default(), context)
    }

    /// As above, with no more than these kernels.
    pub(super) fn with(values: &[f64], columns: usize, kernels: Kernels, context: &Context) -> Result<Option<Self>> {
        let order = order(values, columns, context)?;
        let mut sorted = Vec::with_capacity(values.len());
        for (at, row) in order.iter().enumerate() {
            if at % 4096 == 0 {
                context.check()?;
            }
            sorted.extend_from_slice(&values[*row as usize * columns..][..columns]);
        }
        let Some(panels) = Panels::of(&sorted, columns, kernels, context)? else { return Ok(None) };
        Ok(Some(Self { columns, order, values: sorted, panels }))
    }

    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    /// The row at a place of the order.
    pub(super) fn row(&self, place: usize) -> &[f64] {
        &self.values[place * self.columns..(place + 1) * self.columns]
    }

    /// The `wanted` nearest of every row, itself left out, nearest first: rows and squared distances.
    pub(super) fn all(&self, wanted: usize, context: &Context) -> Result<(Vec<u32>, Vec<f64>)> {
        let blocks = self.panels.blocks();
        let mut start = Hopes::new(
            blocks * BLOCK,
            self.panels.count(),
            wanted,
            self.panels.coarseness(&self.panels.rounded),
        );
        let mut spare = Spare::default();
        for block in 0..blocks {
            context.check()?;
            self.begin(block, &mut start, &mut spare);
        }
        let threads = context.threads().clamp(1, blocks);
        let alone = self.alone(&start, &mut spare) < ALONE;
        let search = |hopes: Hopes, thread: usize| {
            if alone {
                self.beside_near(hopes, thread, threads, context)
            } else {
                self.beside_later(hopes, thread, threads, context)
            }
        };
        let found = if threads == 1 {
            vec![search(start, 0)?]
        } else {
            let found = context.map(threads, |thread| search(start.clone(), thread))?;
            drop(start);
            found
        };
        self.finish(found, context)
    }

    /// What share of all blocks a few rows have to be held against, estimated from some of them.
    fn alone(&self, hopes: &Hopes, spare: &mut Spare) -> f64 {
        let tiles = self.panels.count().div_ceil(FEW);
        let step = tiles.div_ceil(TRIED);
        let mut near = 0;
        for tile in (step / 2..tiles).step_by(step) {
            self.around(tile * FEW..self.panels.count().min((tile + 1) * FEW), hopes, spare);
            near += spare.near.len();
        }
        near as f64 / ((tiles - step / 2).div_ceil(step) * self.panels.blocks()) as f64
    }

    /// List the blocks that may hold neighbours of a few rows.
    fn around(&self, rows: Range<usize>, hopes: &Hopes, spare: &mut Spare) {
        let Spare { low, high, gaps, near, .. } = spare;
        low.clear();
        low.resize(self.columns, f64::INFINITY);
        high.clear();
        high.resize(self.columns, f64::NEG_INFINITY);
        rows.clone().for_each(|row| widen(self.row(self.panels.places[row] as usize), low, high));
        self.panels.gaps(low, high, 0, gaps);
        let most = hopes.most(rows);
        let reach = self.panels.reach(most, 2.0 * self.panels.blur);
        near.clear();
        let all = gaps.as_flattened().iter().take(self.panels.blocks());
        near.extend(all.zip(0_u32..).filter(|(gap, _)| **gap <= reach).map(|(gap, block)| (*gap, block)));
    }

    /// Hold one in so many blocks beside those near it, a few rows at a time: every pair is met twice, but few are.
    fn beside_near(&self, mut hopes: Hopes, thread: usize, threads: usize, context: &Context) -> Result<Hopes> {
        let (panels, blur, mut spare) = (&self.panels, 2.0 * self.panels.blur, Spare::default());
        for block in (thread..panels.blocks()).step_by(threads) {
            context.check()?;
            context.report(block, panels.blocks());
            let rows = block * BLOCK..panels.count().min((block + 1) * BLOCK);
            for start in rows.clone().step_by(FEW) {
                let own = start..rows.end.min(start + FEW);
                self.around(own.clone(), &hopes, &mut spare);
                if spare.near.len() > 2 * NEAREST {
                    // The nearest first: after them the others are fewer.
                    spare.near.select_nth_unstable_by(NEAREST, |left, right| {
                        left.0.total_cmp(&right.0).then(left.1.cmp(&right.1))
                    });
                    self.beside(own.clone(), 0..NEAREST, &mut hopes, &mut spare);
                    own.clone().for_each(|row| hopes.cut(row, blur));
                    let most = hopes.most(own.clone());
                    let reach = panels.reach(most, blur);
                    spare.near.drain(..NEAREST);
                    spare.near.retain(|(gap, _)| *gap <= reach);
                }
                let all = 0..spare.near.len();
                self.beside(own, all, &mut hopes, &mut spare);
            }
        }
        Ok(hopes)
    }

    /// Hold a few rows against some of the blocks near them.
    fn beside(&self, own: Range<usize>, some: Range<usize>, hopes: &mut Hopes, spare: &mut Spare) {
        let (panels, blur) = (&self.panels, 2.0 * self.panels.blur);
        for near in spare.near[some].chunks(TOGETHER[1]) {
            spare.blocks.clear();
            spare.blocks.extend(near.iter().map(|(_, block)| *block));
            panels.hold(&panels.rounded, own.clone(), &hopes.held()[own.clone()], &[], &spare.blocks, &mut spare.held);
            each_mark(&spare.held, &spare.blocks, own.len(), |which, other, held| {
                let row = own.start + which;
                if other == row || other >= panels.count() {
                    return;
                }
                if hopes.add(row, other, panels.rounded.half(row, &panels.rounded, other, held)) {
                    let values = self.row(panels.places[row] as usize);
                    self.clear(values, row, blur, hopes, &mut spare.measured);
                }
            });
        }
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
            let lanes = (hopes.wanted <= BLOCK).then(|| least(&spare.held.halves));
            for (which, row) in own.enumerate() {
                let last = match &lanes {
                    Some(lanes) => nth(&lanes[which], hopes.wanted),
                    None => {
                        halves.clear();
                        halves.extend(spare.held.halves.iter().flat_map(|halves| halves[which]));
                        if halves.len() < hopes.wanted {
                            continue;
                        }
                        *halves.select_nth_unstable(hopes.wanted - 1).1
                    }
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

    /// Make room.
    #[cold]
    pub(super) fn clear(&self, values: &[f64], row: usize, blur: f64, hopes: &mut Hopes, measured: &mut Vec<(f64, u32)>) {
        hopes.cut(row, blur);
        if !hopes.is_crowded(row) {
            return;
        }
        // Many rows at almost the same distance: only measuring tells them apart.
        let places = self.places(hopes.of(row));
        self.nearest(values, &places, hopes.wanted, measured);
        let exact = measured.last().map_or(0.0, |(distance, _)| *distance);
        let mut kept: Vec<u32> = measured.iter().map(|(_, place)| *place).collect();
        kept.sort_unstable();
        // Nothing is nearer than an equal row, and one is like the other.
        let limit = if exact > 0.0 { Panels::limit(exact.sqrt() / self.panels.unit, blur) } else { -1 };
        hopes.retain(row, |at| kept.binary_search(&places[at]).is_ok(), limit);
    }

    pub(super) fn places(&self, hopes: &[u64]) -> Vec<u32> {
        hopes.iter().map(|hope| self.panels.places[*hope as u32 as usize]).collect()
    }

    /// The nearest of some places to a row, by their true squared distances; ties in the order of rows.
    pub(super) fn nearest(&self, row: &[f64], places: &[u32], wanted: usize, measured: &mut Vec<(f64, u32)>) {
        measure(&self.values, row, places, measured);
        let name = |place: u32| self.order[place as usize];
        let order = |left: &(f64, u32), right: &(f64, u32)| {
            left.0.total_cmp(&right.0).then_with(|| name(left.1).cmp(&name(right.1)))
        };
        if measured.len() > 2 * wanted + 8 {
            measured.select_nth_unstable_by(wanted, order);
            measured.truncate(wanted);
        }
        measured.sort_unstable_by(order);
        measured.truncate(wanted);
    }

    /// Measure what is left.
    fn finish(&self, mut states: Vec<Hopes>, context: &Context) -> Result<(Vec<u32>, Vec<f64>)> {
        let (panels, count) = (&self.panels, self.order.len());
        let wanted = states.first().map_or(0, |hopes| hopes.wanted);
        for hopes in &mut states {
            for row in 0..panels.count() {
                if row % 1024 == 0 {
                    context.check()?;
                }
                hopes.cut(row, 2.0 * panels.blur);
            }
        }
        let parts = context.map(panels.count().div_ceil(MEASURED), |part| {
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
        })?;
        let (mut found, mut far) = (vec![NOBODY; count * wanted], vec![f64::INFINITY; count * wanted]);
        let mut write = |place: u32, measured: &[(f64, u32)]| {
            let own = self.order[place as usize] as usize * wanted;
            for ((distance, place), at) in measured.iter().zip(own..own + wanted) {
                (found[at], far[at]) = (self.order[*place as usize], *distance);
            }
        };
        let rows = parts.iter().flat_map(|part| part.chunks_exact(wanted));
        panels.places.iter().zip(rows).for_each(|(place, measured)| write(*place, measured));
        let mut measured = Vec::new();
        for place in &panels.long {
            context.check()?;
            let others: Vec<u32> = (0..count as u32).filter(|other| other != place).collect();
            self.nearest(self.row(*place as usize), &others, wanted, &mut measured);
            write(*place, &measured);
        }
        Ok((found, far))
    }
}
