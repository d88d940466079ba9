//! Rows rounded to whole numbers of 16 bits, and how they are held against each other.
//!
//! Rows are rounded to units around their mean, 22,000 units at most from it, so that products of 4 rows and 32 others at a time
//! are sums of whole numbers: exact, in any order, and two columns in one instruction. A rounded row lies at most `blur`
//! from the row itself (measured, not assumed), so that the distance of two rounded rows is wrong by `2 blur` at most. The rare
//! rows that are too long for the unit stand apart. Blocks of 32 rows have boxes, by which they are left out together.
use std::ops::Range;

use super::screen::apart;
use crate::Context;
use crate::error::Result;
use crate::math::simd::{Instructions, dispatch, instructions};

/// Rows that stand side by side.
pub(super) const BLOCK: usize = 32;
/// Rows that are held against a block at once.
pub(super) const FEW: usize = 4;
/// Pairs of columns that are taken at once: their products with the few rows stay in the nearest cache.
const CHUNK: usize = 64;
/// The longest rounded row: four times its square is a whole number of 31 bits.
const LONGEST: f64 = 22_000.0;
/// Rows are long for the unit when they are so many times as long as half of them are, at most one in so many.
const LONG: f64 = 16.0;
const FEW_LONG: usize = 100;
/// The squared length of no row.
pub(super) const NOWHERE: i32 = 1 << 30;
/// More rows than this are not chosen from at once.
const MANY: usize = 1 << 18;
/// Boxes that stand side by side.
const BOXES: usize = 8;

/// Two columns of 16 rows.
type Pairs = [i16; 32];
/// What some rows have to do with a block.
pub(super) type Sums = [[i32; BLOCK]; FEW];
/// Which of them matter.
pub(super) type Marks = [[u8; BLOCK]; FEW];

/// Rounded rows in an order that puts near ones together.
#[derive(Clone, Debug)]
pub(super) struct Panels {
    pub(super) columns: usize,
    /// The places of the rows in the order; the long ones are in `long`.
    pub(super) places: Vec<u32>,
    pub(super) long: Vec<u32>,
    mean: Vec<f64>,
    /// `[row][pair of columns]`.
    rows: Vec<[i16; 2]>,
    /// `[block][pair of columns][half of the block]`.
    values: Vec<[Pairs; 2]>,
    /// Squared lengths of the rounded rows.
    pub(super) lengths: Vec<i32>,
    /// The length of one unit, and how far a rounded row may be from its row, in units.
    pub(super) unit: f64,
    pub(super) blur: f64,
    /// `[eight blocks][column][low, high]`.
    boxes: Vec<[[f64; BOXES]; 2]>,
}

/// A few rows to hold against blocks.
#[derive(Default)]
pub(super) struct Few {
    /// Their pairs of columns, one row after the other, lengths and limits.
    pub(super) rows: Vec<[i16; 2]>,
    pub(super) lengths: Vec<i32>,
    pub(super) limits: Vec<i32>,
    spread: Vec<[Pairs; FEW]>,
    /// What [`Panels::hold`] found for each block: squared distances, and which are within a limit.
    pub(super) sums: Vec<Sums>,
    pub(super) marks: Vec<Marks>,
    /// Whether any is marked in a block.
    pub(super) any: Vec<u64>,
}

impl Few {
    /// Take some rows with their limits.
    pub(super) fn take(&mut self, panels: &Panels, rows: Range<usize>, limits: &[i32]) {
        let pairs = panels.pairs();
        self.set(&panels.rows[rows.start * pairs..rows.end * pairs], &panels.lengths[rows], limits);
    }

    /// Take rounded rows with their squared lengths and limits.
    pub(super) fn set(&mut self, rows: &[[i16; 2]], lengths: &[i32], limits: &[i32]) {
        self.rows.clear();
        self.rows.extend_from_slice(rows);
        self.lengths.clear();
        self.lengths.extend_from_slice(lengths);
        self.limits.clear();
        self.limits.extend_from_slice(limits);
    }
}

/// The order of rows that puts near ones together: cut along the widest side, as a sample shows it, at multiples of a block, then
/// of the few that are taken together.
pub(super) fn order(values: &[f64], columns: usize, context: &Context) -> Result<Vec<u32>> {
    let count = values.len() / columns;
    let mut order: Vec<u32> = (0..count as u32).collect();
    let looked = (4096 / columns).clamp(16, 128);
    let (mut spare, mut low, mut high) = (Vec::new(), vec![0.0; columns], vec![0.0; columns]);
    let mut waiting = vec![(0, count)];
    while let Some((start, end)) = waiting.pop() {
        // Within a block, rows that are taken together are near each other too.
        let unit = if end - start > BLOCK { BLOCK } else { FEW };
        if end - start <= FEW {
            continue;
        }
        context.check()?;
        low.fill(f64::INFINITY);
        high.fill(f64::NEG_INFINITY);
        for row in order[start..end].iter().step_by((end - start).div_ceil(looked)) {
            widen(&values[*row as usize * columns..][..columns], &mut low, &mut high);
        }
        let mut best = (f64::NEG_INFINITY, 0);
        for (column, (low, high)) in low.iter().zip(&high).enumerate() {
            if high - low > best.0 {
                best = (high - low, column);
            }
        }
        let middle = start + ((end - start).div_ceil(unit) / 2) * unit;
        split(values, columns, &mut order[start..end], best.1, middle - start, &mut spare, context)?;
        waiting.push((middle, end));
        waiting.push((start, middle));
    }
    Ok(order)
}

/// Put the rows with the least values of a column before `middle`.
pub(super) fn split(
    values: &[f64],
    columns: usize,
    rows: &mut [u32],
    column: usize,
    middle: usize,
    spare: &mut Vec<(f64, u32)>,
    context: &Context,
) -> Result<()> {
    let value = |row: u32| values[row as usize * columns + column];
    let order = |left: &(f64, u32), right: &(f64, u32)| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1));
    spare.clear();
    if rows.len() <= MANY {
        spare.extend(rows.iter().map(|row| (value(*row), *row)));
        spare.select_nth_unstable_by(middle, order);
        rows.iter_mut().zip(spare).for_each(|(row, (_, moved))| *row = *moved);
        return Ok(());
    }
    // Too many to choose from without a look at the context: a sample tells between which values the middle lies.
    let mut sample: Vec<f64> = rows.iter().step_by(rows.len() / 1000).map(|row| value(*row)).collect();
    sample.sort_unstable_by(f64::total_cmp);
    let place = middle * sample.len() / rows.len();
    let (low, high) = (sample[place.saturating_sub(50)], sample[(place + 50).min(sample.len() - 1)]);
    let (mut below, mut above) = (Vec::with_capacity(rows.len() / 2), Vec::with_capacity(rows.len() / 2));
    for some in rows.chunks(MANY / 2) {
        context.check()?;
        for row in some {
            let value = value(*row);
            if value < low {
                below.push(*row);
            } else if value > high {
                above.push(*row);
            } else {
                spare.push((value, *row));
            }
        }
    }
    // Rarely the sample was wrong.
    if let Some(rest) = middle.checked_sub(below.len())
        && rest < spare.len()
    {
        spare.select_nth_unstable_by(rest, order);
    } else {
        spare.extend(below.drain(..).chain(above.drain(..)).map(|row| (value(row), row)));
        spare.select_nth_unstable_by(middle, order);
    }
    context.check()?;
    let moved = below.iter().copied().chain(spare.iter().map(|(_, row)| *row)).chain(above.iter().copied());
    rows.iter_mut().zip(moved).for_each(|(row, moved)| *row = moved);
    Ok(())
}

impl Panels {
    /// Over rows in their order; none where they are too long, or too many columns.
    pub(super) fn of(rows: &[f64], columns: usize, context: &Context) -> Result<Option<Self>> {
        let count = rows.len() / columns;
        let (mut mean, share) = (vec![0.0; columns], 1.0 / count as f64);
        let some = (MANY * 4 / columns).max(1);
        for rows in rows.chunks(some * columns) {
            context.check()?;
            for row in rows.chunks_exact(columns) {
                mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value * share);
            }
        }
        let mut squares = vec![0.0; count];
        for (rows, squares) in rows.chunks(some * columns).zip(squares.chunks_mut(some)) {
            context.check()?;
            lengths(rows, &mean, squares);
        }
        let half = 0.5 * (columns as f64).sqrt();
        let Some(most) = reach(&squares).filter(|_| half < 0.1 * LONGEST) else { return Ok(None) };
        // Rows of no length have any unit.
        let unit = if most > 0.0 { most.sqrt() / (LONGEST - half - 1.0) } else { 1.0 };
        let scale = 1.0 / unit;
        if !scale.is_finite() || scale == 0.0 {
            return Ok(None);
        }
        let (mut places, mut long) = (Vec::with_capacity(count), Vec::new());
        for (place, square) in squares.iter().enumerate() {
            if *square <= most { places.push(place as u32) } else { long.push(place as u32) }
        }
        let (pairs, blocks) = (columns.div_ceil(2), places.len().div_ceil(BLOCK));
        let nowhere = [[f64::INFINITY; BOXES], [f64::NEG_INFINITY; BOXES]];
        let mut panels = Self {
            columns,
            mean,
            rows: vec![[0; 2]; places.len() * pairs],
            values: vec![[[0; 32]; 2]; blocks * pairs],
            lengths: vec![NOWHERE; blocks * BLOCK],
            unit,
            blur: 0.0,
            boxes: vec![nowhere; blocks.div_ceil(BOXES) * columns],
            places,
            long,
        };
        panels.fill(rows, scale, context)?;
        Ok(Some(panels))
    }

    fn fill(&mut self, rows: &[f64], scale: f64, context: &Context) -> Result<()> {
        let (columns, pairs) = (self.columns, self.pairs());
        let mut rest = 0.0_f64;
        let (mut low, mut high) = (vec![0.0; columns], vec![0.0; columns]);
        for (block, places) in self.places.chunks(BLOCK).enumerate() {
            if block % 32 == 0 {
                context.check()?;
            }
            low.fill(f64::INFINITY);
            high.fill(f64::NEG_INFINITY);
            let values = &mut self.values[block * pairs..(block + 1) * pairs];
            for (lane, place) in places.iter().enumerate() {
                let row = &rows[*place as usize * columns..][..columns];
                let at = block * BLOCK + lane;
                let to = &mut self.rows[at * pairs..(at + 1) * pairs];
                let (square, off) = round(row, &self.mean, scale, to);
                self.lengths[at] = square;
                rest = rest.max(off);
                for (values, pair) in values.iter_mut().zip(to) {
                    let half = &mut values[lane / 16];
                    half[lane % 16 * 2] = pair[0];
                    half[lane % 16 * 2 + 1] = pair[1];
                }
                widen(row, &mut low, &mut high);
            }
            let boxes = &mut self.boxes[block / BOXES * columns..][..columns];
            for ((sides, low), high) in boxes.iter_mut().zip(&low).zip(&high) {
                (sides[0][block % BOXES], sides[1][block % BOXES]) = (*low, *high);
            }
        }
        self.blur = blurred(rest);
        Ok(())
    }

    /// How many rows are rounded.
    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    pub(super) fn blocks(&self) -> usize {
        self.lengths.len() / BLOCK
    }

    pub(super) fn pairs(&self) -> usize {
        self.columns.div_ceil(2)
    }

    /// Round another row: its squared length, and by how much it is blurred; none where it is too long.
    pub(super) fn round(&self, row: &[f64], to: &mut [[i16; 2]]) -> Option<(i32, f64)> {
        let mut square = [0.0];
        lengths(row, &self.mean, &mut square);
        let longest = self.unit * (LONGEST - 0.5 * (self.columns as f64).sqrt() - 1.0);
        if square[0].is_nan() || square[0] > longest * longest {
            return None;
        }
        let (square, off) = round(row, &self.mean, 1.0 / self.unit, to);
        Some((square, blurred(off)))
    }

    /// The squared distance of rounded rows up to which rows may be as near as `distance` units, by the blur of both.
    pub(super) fn limit(distance: f64, blur: f64) -> i32 {
        // Conversions saturate.
        let most = distance * (1.0 + 1e-9) + blur;
        (most * most) as i32
    }

    /// The squared distance beyond which boxes hold no row within a limit for rounded rows.
    pub(super) fn reach(&self, limit: i32, blur: f64) -> f64 {
        if limit < 0 {
            return -1.0;
        }
        let most = (f64::from(limit).sqrt() + blur) * self.unit * (1.0 + 1e-9);
        most * most
    }

    /// The sides of a block's box.
    pub(super) fn sides(&self, block: usize, low: &mut Vec<f64>, high: &mut Vec<f64>) {
        let boxes = &self.boxes[block / BOXES * self.columns..][..self.columns];
        low.clear();
        low.extend(boxes.iter().map(|sides| sides[0][block % BOXES]));
        high.clear();
        high.extend(boxes.iter().map(|sides| sides[1][block % BOXES]));
    }

    /// The squared distances of a box from those of all blocks from the one at `from` on, which begins eight of them.
    pub(super) fn gaps(&self, low: &[f64], high: &[f64], from: usize, to: &mut Vec<[f64; BOXES]>) {
        let boxes = &self.boxes[from / BOXES * self.columns..];
        to.resize(boxes.len() / self.columns, [0.0; BOXES]);
        gaps(low, high, boxes, to);
    }

    /// Hold a few rows against blocks.
    pub(super) fn hold(&self, few: &mut Few, blocks: &[u32], limits: Option<&[i32]>) {
        let pairs = self.pairs();
        few.sums.resize(blocks.len(), [[0; BLOCK]; FEW]);
        few.marks.resize(blocks.len(), [[0; BLOCK]; FEW]);
        few.any.resize(blocks.len(), 0);
        let multiply = if instructions() == Instructions::Avx512 { multiply_wide } else { multiply_narrow };
        for start in (0..pairs).step_by(CHUNK) {
            let chunk = start..pairs.min(start + CHUNK);
            few.spread.resize(chunk.len(), [[0; 32]; FEW]);
            for (at, row) in few.rows.chunks_exact(pairs).enumerate() {
                for (to, pair) in few.spread.iter_mut().zip(&row[chunk.clone()]) {
                    // Each pair of columns sixteen times.
                    to[at].as_chunks_mut::<2>().0.fill(*pair);
                }
            }
            multiply(&few.spread, &self.values, pairs, start, blocks, &mut few.sums);
        }
        match limits {
            Some(limits) => judge_both(few, blocks, &self.lengths, limits),
            None => judge(few, blocks, &self.lengths),
        }
    }
}

/// The blur in units, given its square: what double precision lost on the way is far below a thousandth of a unit.
fn blurred(square: f64) -> f64 {
    square.sqrt() * (1.0 + 1e-9) + 1e-3
}

/// The square of how long a row may be: the longest, or where a few are far longer than most, the longest of the others.
fn reach(squares: &[f64]) -> Option<f64> {
    if squares.iter().any(|square| !square.is_finite()) {
        return None;
    }
    let most = squares.iter().copied().fold(0.0, f64::max);
    let mut sorted = squares.to_vec();
    let half = sorted.len() / 2;
    let (_, middle, above) = sorted.select_nth_unstable_by(half, f64::total_cmp);
    let usual = LONG * LONG * *middle;
    let long = squares.len() / FEW_LONG;
    if most <= usual || above.len() <= long {
        return Some(most);
    }
    let at = above.len() - 1 - long;
    let (_, kept, _) = above.select_nth_unstable_by(at, f64::total_cmp);
    Some(kept.max(usual))
}

dispatch! {
    /// Widen a box so that it holds a row.
    pub(super) fn widen, portable widen_portable(row: &[f64], low: &mut [f64], high: &mut [f64]) {
        for ((value, low), high) in row.iter().zip(low).zip(high) {
            *low = if *value < *low { *value } else { *low };
            *high = if *value > *high { *value } else { *high };
        }
    }
}

dispatch! {
    /// The squared lengths of rows from their mean.
    fn lengths, portable lengths_portable(rows: &[f64], mean: &[f64], to: &mut [f64]) {
        for (row, to) in rows.chunks_exact(mean.len()).zip(to) {
            *to = apart(row, mean, f64::INFINITY);
        }
    }
}

dispatch! {
    /// Round a row to units; its squared length, and the squared distance to what it was.
    fn round, portable round_portable(row: &[f64], mean: &[f64], scale: f64, to: &mut [[i16; 2]]) -> (i32, f64) {
        // Adding and taking away this rounds to whole numbers.
        const SHIFT: f64 = 6_755_399_441_055_744.0;
        let (mut square, mut rest) = (0, 0.0);
        for ((row, mean), to) in row.chunks(2).zip(mean.chunks(2)).zip(to) {
            for ((value, mean), to) in row.iter().zip(mean).zip(to) {
                let exact = (value - mean) * scale;
                let whole = (exact + SHIFT) - SHIFT;
                rest += (exact - whole) * (exact - whole);
                *to = whole as i16;
                square += i32::from(*to) * i32::from(*to);
            }
        }
        (square, rest)
    }
}

dispatch! {
    fn gaps, portable gaps_portable(low: &[f64], high: &[f64], boxes: &[[[f64; BOXES]; 2]], to: &mut [[f64; BOXES]]) {
        for (boxes, to) in boxes.chunks_exact(low.len()).zip(to) {
            let mut sums = [0.0; BOXES];
            for ((sides, low), high) in boxes.iter().zip(low).zip(high) {
                for lane in 0..BOXES {
                    let (below, above) = (sides[0][lane] - high, low - sides[1][lane]);
                    let most = if below > above { below } else { above };
                    let most = if most > 0.0 { most } else { 0.0 };
                    sums[lane] += most * most;
                }
            }
            *to = sums;
        }
    }
}

/// Add the products of two columns: in this form compilers know the one instruction that does it.
#[inline(always)]
fn step(sums: &mut [i32; 16], own: &Pairs, there: &Pairs) {
    let mut products = [0; 32];
    for at in 0..32 {
        products[at] = i32::from(own[at]) * i32::from(there[at]);
    }
    for lane in 0..16 {
        sums[lane] += products[2 * lane] + products[2 * lane + 1];
    }
}

/// Set, or add, the products of a few rows with `HALVES` halves of a block from the half `from` on.
#[inline(always)]
fn tile<const HALVES: usize, const ADD: bool>(
    own: &[[Pairs; FEW]],
    block: &[[Pairs; 2]],
    from: usize,
    sums: &mut Sums,
) {
    let mut own_sums = [[[0; 16]; HALVES]; FEW];
    for (own, block) in own.iter().zip(block) {
        for row in 0..FEW {
            for half in 0..HALVES {
                step(&mut own_sums[row][half], &own[row], &block[from + half]);
            }
        }
    }
    for row in 0..FEW {
        for half in 0..HALVES {
            for lane in 0..16 {
                let sum = &mut sums[row][(from + half) * 16 + lane];
                *sum = if ADD { *sum + own_sums[row][half][lane] } else { own_sums[row][half][lane] };
            }
        }
    }
}

dispatch! {
    /// For vectors of 512 bits.
    fn multiply_wide, portable multiply_wide_portable(
        own: &[[Pairs; FEW]],
        values: &[[Pairs; 2]],
        pairs: usize,
        from: usize,
        blocks: &[u32],
        sums: &mut [Sums],
    ) {
        for (block, sums) in blocks.iter().zip(sums) {
            let block = &values[*block as usize * pairs + from..][..own.len()];
            if from == 0 { tile::<2, false>(own, block, 0, sums) } else { tile::<2, true>(own, block, 0, sums) }
        }
    }
}

dispatch! {
    up to Avx2:
    /// For narrower vectors, and fewer of them.
    fn multiply_narrow, portable multiply_narrow_portable(
        own: &[[Pairs; FEW]],
        values: &[[Pairs; 2]],
        pairs: usize,
        from: usize,
        blocks: &[u32],
        sums: &mut [Sums],
    ) {
        for (block, sums) in blocks.iter().zip(sums) {
            let block = &values[*block as usize * pairs + from..][..own.len()];
            for half in 0..2 {
                if from == 0 { tile::<1, false>(own, block, half, sums) } else { tile::<1, true>(own, block, half, sums) }
            }
        }
    }
}

dispatch! {
    /// Turn products into squared distances and mark those within the limit of the row.
    fn judge, portable judge_portable(few: &mut Few, blocks: &[u32], lengths: &[i32]) {
        for (((block, sums), marks), any) in blocks.iter().zip(&mut few.sums).zip(&mut few.marks).zip(&mut few.any) {
            let Some(lengths) = lengths[*block as usize * BLOCK..].first_chunk::<BLOCK>() else { return };
            for (((sums, marks), length), limit) in sums.iter_mut().zip(marks.iter_mut()).zip(&few.lengths).zip(&few.limits) {
                for lane in 0..BLOCK {
                    sums[lane] = (length + lengths[lane]) - 2 * sums[lane];
                    marks[lane] = u8::from(sums[lane] <= *limit);
                }
            }
            *any = either(marks);
        }
    }
}

dispatch! {
    /// As above, within the limit of the row or of the other.
    fn judge_both, portable judge_both_portable(few: &mut Few, blocks: &[u32], lengths: &[i32], limits: &[i32]) {
        for (((block, sums), marks), any) in blocks.iter().zip(&mut few.sums).zip(&mut few.marks).zip(&mut few.any) {
            let start = *block as usize * BLOCK;
            let Some(lengths) = lengths[start..].first_chunk::<BLOCK>() else { return };
            let Some(limits) = limits[start..].first_chunk::<BLOCK>() else { return };
            for (((sums, marks), length), limit) in sums.iter_mut().zip(marks.iter_mut()).zip(&few.lengths).zip(&few.limits) {
                for lane in 0..BLOCK {
                    sums[lane] = (length + lengths[lane]) - 2 * sums[lane];
                    let most = if *limit > limits[lane] { *limit } else { limits[lane] };
                    marks[lane] = u8::from(sums[lane] <= most);
                }
            }
            *any = either(marks);
        }
    }
}

/// All marks on top of each other.
#[inline(always)]
fn either(marks: &Marks) -> u64 {
    let mut all = [0; BLOCK];
    for marks in marks {
        for lane in 0..BLOCK {
            all[lane] |= marks[lane];
        }
    }
    all.as_chunks::<8>().0.iter().fold(0, |any, word| any | u64::from_le_bytes(*word))
}
