//! Nearest neighbours by holding all rows against all, in blocks of rounded rows.
//!
//! Distances of rounded rows (see `panels`) tell for certain which few rows could be among the nearest; only those are measured in
//! double precision, and the rare long rows against all. Between the rows themselves each pair is met once, for both. Rows
//! at the same distance come in their own order, whatever the order of blocks and the number of threads. Blocks whose boxes
//! are too far apart are left out. O(rows^2 columns) at worst, 32 products a cycle at best with AVX-512.
use std::ops::Range;

use super::neighbours::NOBODY;
use super::panels::{BLOCK, FEW, Few, NOWHERE, Panels, order, widen};
use super::screen::apart;
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;

/// About how many numbers of the blocks that are taken together stay in the cache, and the fewest and the most of these.
const KEPT: usize = 1 << 18;
const TOGETHER: [usize; 2] = [4, 16];
/// With how many blocks around it a block begins, at least.
const BESIDE: usize = 4;
/// Groups of a few rows that are tried, and below which share of all blocks near them they are held against those alone.
const TRIED: usize = 64;
const ALONE: f64 = 0.35;
/// Up to so many columns new rows are asked for a few at a time, not a block.
const FEW_COLUMNS: usize = 24;
/// How many blocks near a few rows are met first.
const NEAREST: usize = 6;
/// Rows whose hopes are measured at once.
const MEASURED: usize = 512;

/// All rows, in an order that puts near ones together.
#[derive(Clone, Debug)]
pub(super) struct Dense {
    columns: usize,
    /// Which row stands where.
    order: Vec<u32>,
    /// The rows themselves.
    values: Vec<f64>,
    panels: Panels,
}

/// What is known so far about the neighbours of some rows.
#[derive(Clone)]
struct Hopes {
    wanted: usize,
    /// The most hopes of a row.
    room: usize,
    /// Rows that may be among the nearest, `room` for each: the squared distance in the upper half, the row in the lower.
    hopes: Vec<u64>,
    counts: Vec<u32>,
    /// Beyond this squared distance a row is too far.
    limits: Vec<i32>,
}

/// What a thread needs again and again.
#[derive(Default)]
struct Spare {
    few: Few,
    low: Vec<f64>,
    high: Vec<f64>,
    gaps: Vec<[f64; 8]>,
    blocks: Vec<u32>,
    near: Vec<(f64, u32)>,
    measured: Vec<(f64, u32)>,
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

impl Hopes {
    /// For so many rows, of which the first so many exist.
    fn new(rows: usize, real: usize, wanted: usize) -> Self {
        let mut limits = vec![i32::MAX; real];
        limits.resize(rows, -1);
        let room = 2 * wanted + 16;
        Self { wanted, room, hopes: vec![0; real * room], counts: vec![0; real], limits }
    }

    fn of(&self, row: usize) -> &[u64] {
        &self.hopes[row * self.room..][..self.counts[row] as usize]
    }

    /// Take up a hope where it is within the limit; whether there is no room for another.
    #[inline(always)]
    fn add(&mut self, row: usize, other: usize, square: i32) -> bool {
        let count = self.counts[row] as usize;
        // Without a branch: half of these are not within it.
        self.hopes[row * self.room + count] = (square as u64) << 32 | other as u64;
        let count = count + usize::from(square <= self.limits[row]);
        self.counts[row] = count as u32;
        count == self.room
    }

    /// Drop hopes that are too far.
    fn cut(&mut self, row: usize, blur: f64) {
        let count = self.counts[row] as usize;
        if count <= self.wanted {
            return;
        }
        let hopes = &mut self.hopes[row * self.room..][..count];
        let (_, last, _) = hopes.select_nth_unstable(self.wanted - 1);
        let limit = Panels::limit(((*last >> 32) as f64).sqrt() + blur, blur).min(self.limits[row]);
        let mut kept = 0;
        for from in 0..count {
            let hope = hopes[from];
            hopes[kept] = hope;
            kept += usize::from((hope >> 32) as i64 <= i64::from(limit));
        }
        self.limits[row] = limit;
        self.counts[row] = kept as u32;
    }
}

impl Dense {
    /// Over rows of finite values; none where 16 bits do not reach.
    pub(super) fn of(values: &[f64], columns: usize, context: &Context) -> Result<Option<Self>> {
        let order = order(values, columns, context)?;
        let mut sorted = Vec::with_capacity(values.len());
        for (at, row) in order.iter().enumerate() {
            if at % 4096 == 0 {
                context.check()?;
            }
            sorted.extend_from_slice(&values[*row as usize * columns..][..columns]);
        }
        let Some(panels) = Panels::of(&sorted, columns, context)? else { return Ok(None) };
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
        let mut start = Hopes::new(blocks * BLOCK, self.panels.count(), wanted);
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
        let most = hopes.limits[rows].iter().copied().max().unwrap_or(-1);
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
                    let most = hopes.limits[own.clone()].iter().copied().max().unwrap_or(-1);
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
            spare.few.take(panels, own.clone(), &hopes.limits[own.clone()]);
            panels.hold(&mut spare.few, &spare.blocks, None);
            each_mark(&spare.few, &spare.blocks, own.len(), |which, other, square| {
                let row = own.start + which;
                if other != row && other < panels.count() && hopes.add(row, other, square) {
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
            let limits = &hopes.limits[block * BLOCK..(block + 1) * BLOCK];
            self.panels.reach(limits.iter().copied().max().unwrap_or(-1), 2.0 * self.panels.blur)
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
        let mut squares = Vec::new();
        for start in rows.clone().step_by(FEW) {
            let own = start..rows.end.min(start + FEW);
            spare.few.take(panels, own.clone(), &[-1; FEW]);
            panels.hold(&mut spare.few, &spare.blocks, None);
            for (which, row) in own.enumerate() {
                squares.clear();
                // So many of the least are enough to bound the nearest: one of each lane, while lanes are many.
                if hopes.wanted * 2 <= BLOCK {
                    let mut least = [i32::MAX; BLOCK];
                    for (block, sums) in spare.blocks.iter().zip(&spare.few.sums) {
                        for lane in 0..BLOCK {
                            let other = *block as usize * BLOCK + lane;
                            let square = if other == row { i32::MAX } else { sums[which][lane] };
                            least[lane] = least[lane].min(square);
                        }
                    }
                    squares.extend_from_slice(&least);
                } else {
                    for (block, sums) in spare.blocks.iter().zip(&spare.few.sums) {
                        squares.extend_from_slice(&sums[which]);
                        if *block as usize == row / BLOCK {
                            let own = squares.len() - BLOCK + row % BLOCK;
                            squares[own] = i32::MAX;
                        }
                    }
                }
                if squares.len() >= hopes.wanted {
                    let (_, last, _) = squares.select_nth_unstable(hopes.wanted - 1);
                    if *last < NOWHERE {
                        hopes.limits[row] = Panels::limit(f64::from(*last).sqrt() + blur, blur);
                    }
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
            spare.few.take(panels, own.clone(), &hopes.limits[own.clone()]);
            let blocks = &spare.blocks[some.clone()];
            panels.hold(&mut spare.few, blocks, Some(&hopes.limits));
            each_mark(&spare.few, blocks, own.len(), |which, other, square| {
                let row = start + which;
                // Within a block every pair is met twice, and every row with itself.
                if other > row && other < panels.count() {
                    if hopes.add(row, other, square) {
                        self.clear(self.row(panels.places[row] as usize), row, blur, hopes, &mut spare.measured);
                    }
                    if hopes.add(other, row, square) {
                        self.clear(self.row(panels.places[other] as usize), other, blur, hopes, &mut spare.measured);
                    }
                }
            });
        }
    }

    /// Make room.
    #[cold]
    fn clear(&self, values: &[f64], row: usize, blur: f64, hopes: &mut Hopes, measured: &mut Vec<(f64, u32)>) {
        hopes.cut(row, blur);
        if hopes.counts[row] as usize <= hopes.room - hopes.room / 4 {
            return;
        }
        // Many rows at almost the same distance: only measuring tells them apart.
        let places = self.places(hopes.of(row));
        self.nearest(values, &places, hopes.wanted, measured);
        let exact = measured.last().map_or(0.0, |(distance, _)| *distance);
        let mut kept: Vec<u32> = measured.iter().map(|(_, place)| *place).collect();
        kept.sort_unstable();
        let (own, mut to) = (row * hopes.room, 0);
        for (from, place) in places.iter().enumerate() {
            if kept.binary_search(place).is_ok() {
                hopes.hopes[own + to] = hopes.hopes[own + from];
                to += 1;
            }
        }
        hopes.counts[row] = to as u32;
        // Nothing is nearer than an equal row, and one is like the other.
        let limit = if exact > 0.0 { Panels::limit(exact.sqrt() / self.panels.unit, blur) } else { -1 };
        hopes.limits[row] = hopes.limits[row].min(limit);
    }

    fn places(&self, hopes: &[u64]) -> Vec<u32> {
        hopes.iter().map(|hope| self.panels.places[*hope as u32 as usize]).collect()
    }

    /// The nearest of some places to a row, by their true squared distances; ties in the order of rows.
    fn nearest(&self, row: &[f64], places: &[u32], wanted: usize, measured: &mut Vec<(f64, u32)>) {
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

    /// The nearest rows of every query, nearest first, with squared distances; the row in `without` of each is left out.
    pub(super) fn ask(
        &self,
        queries: &[f64],
        without: &[u32],
        rows: &mut [u32],
        distances: &mut [f64],
        context: &Context,
    ) -> Result<()> {
        let columns = self.columns;
        let wanted = distances.len() / without.len().max(1);
        let near = order(queries, columns, context)?;
        let (mut spare, mut listed) = (Spare::default(), Vec::new());
        // Boxes say little of many columns, and then products count.
        for group in near.chunks(if columns <= FEW_COLUMNS { FEW } else { BLOCK }) {
            context.check()?;
            self.ask_some(queries, group, without, wanted, &mut spare, &mut listed, context)?;
            for (query, found) in group.iter().zip(&listed) {
                let own = *query as usize * wanted;
                for ((distance, place), at) in found.iter().zip(own..own + wanted) {
                    (rows[at], distances[at]) = (self.order[*place as usize], *distance);
                }
            }
        }
        Ok(())
    }

    /// The nearest places of each of a block of queries.
    #[allow(clippy::too_many_arguments)]
    fn ask_some(
        &self,
        queries: &[f64],
        group: &[u32],
        without: &[u32],
        wanted: usize,
        spare: &mut Spare,
        found: &mut Vec<Vec<(f64, u32)>>,
        context: &Context,
    ) -> Result<()> {
        let (panels, columns, pairs) = (&self.panels, self.columns, self.panels.pairs());
        let query = |at: usize| &queries[group[at] as usize * columns..][..columns];
        let alone = |at: usize, place: u32| self.order[place as usize] != without[group[at] as usize];
        found.clear();
        found.resize(group.len(), Vec::new());
        let (mut rounded, mut lengths, mut blur) = (vec![[0; 2]; group.len() * pairs], Vec::new(), 0.0_f64);
        let mut asked = Vec::new();
        for (at, found) in found.iter_mut().enumerate() {
            let to = &mut rounded[asked.len() * pairs..(asked.len() + 1) * pairs];
            if let Some((square, own)) = panels.round(query(at), to) {
                asked.push(at);
                lengths.push(square);
                blur = blur.max(own);
            } else {
                // Too long to be rounded.
                context.check()?;
                let all: Vec<u32> = (0..self.order.len() as u32).filter(|place| alone(at, *place)).collect();
                self.nearest(query(at), &all, wanted, found);
            }
        }
        let blur = panels.blur + blur;
        let mut hopes = Hopes::new(asked.len(), asked.len(), wanted);
        self.gaps(asked.iter().map(|at| query(*at)), spare);
        let together = (KEPT / columns / BLOCK).clamp(TOGETHER[0], TOGETHER[1]);
        let mut size = NEAREST;
        while !spare.near.is_empty() && !asked.is_empty() {
            context.check()?;
            let next = size.min(spare.near.len());
            spare.blocks.clear();
            spare.blocks.extend(spare.near.drain(..next).map(|(_, block)| block));
            size = together;
            for first in (0..asked.len()).step_by(FEW) {
                let own = first..asked.len().min(first + FEW);
                let rows = &rounded[own.start * pairs..own.end * pairs];
                spare.few.set(rows, &lengths[own.clone()], &hopes.limits[own.clone()]);
                panels.hold(&mut spare.few, &spare.blocks, None);
                each_mark(&spare.few, &spare.blocks, own.len(), |which, other, square| {
                    let row = first + which;
                    if other < panels.count()
                        && alone(asked[row], panels.places[other])
                        && hopes.add(row, other, square)
                    {
                        self.clear(query(asked[row]), row, blur, &mut hopes, &mut spare.measured);
                    }
                });
            }
            // After the nearest blocks the others are fewer.
            (0..asked.len()).for_each(|row| hopes.cut(row, blur));
            let reach = panels.reach(hopes.limits.iter().copied().max().unwrap_or(-1), blur);
            spare.near.retain(|(gap, _)| *gap <= reach);
        }
        for (row, at) in asked.iter().enumerate() {
            hopes.cut(row, blur);
            let mut places = self.places(hopes.of(row));
            places.extend(panels.long.iter().filter(|place| alone(*at, **place)));
            self.nearest(query(*at), &places, wanted, &mut found[*at]);
        }
        Ok(())
    }

    /// List all blocks, the few nearest to some rows first.
    fn gaps<'a>(&self, rows: impl Iterator<Item = &'a [f64]>, spare: &mut Spare) {
        let Spare { low, high, gaps, near, .. } = spare;
        low.clear();
        low.resize(self.columns, f64::INFINITY);
        high.clear();
        high.resize(self.columns, f64::NEG_INFINITY);
        rows.for_each(|row| widen(row, low, high));
        self.panels.gaps(low, high, 0, gaps);
        near.clear();
        near.extend(gaps.as_flattened().iter().copied().take(self.panels.blocks()).zip(0..));
        if near.len() > NEAREST {
            near.select_nth_unstable_by(NEAREST, |left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
        }
    }
}

/// Call `with` for every marked pair: which of the few rows, the other row, and their squared distance.
#[inline(always)]
fn each_mark(few: &Few, blocks: &[u32], rows: usize, mut with: impl FnMut(usize, usize, i32)) {
    for (((block, sums), marks), any) in blocks.iter().zip(&few.sums).zip(&few.marks).zip(&few.any) {
        if *any == 0 {
            continue;
        }
        for (which, (sums, marks)) in sums.iter().zip(marks).take(rows).enumerate() {
            let (words, _) = marks.as_chunks::<8>();
            for (word, marks) in words.iter().enumerate() {
                let mut left = u64::from_le_bytes(*marks);
                while left != 0 {
                    let lane = word * 8 + left.trailing_zeros() as usize / 8;
                    left &= left - 1;
                    with(which, *block as usize * BLOCK + lane, sums[lane]);
                }
            }
        }
    }
}
