//! Rows rounded to whole numbers of 16 bits, in blocks with boxes.
//!
//! Rows are rounded to units around their mean, 22,000 units at most from it, so that products of 4 rows and 32 others at a time
//! are sums of whole numbers: exact, in any order, and two columns in one instruction. A rounded row lies at most `blur`
//! from the row itself (measured, not assumed), so that the distance of two rounded rows is wrong by `2 blur` at most. The rare
//! rows that are too long for the unit stand apart. Blocks of 32 rows have boxes, by which they are left out together.
use std::ops::Range;

use super::grain::{Blocks, Coarse, Means, Rounded, Words};
use super::products::Held;
use super::screen::apart;
use crate::Context;
use crate::error::Result;
use crate::math::simd::{Kernels, dispatch};

/// Rows that stand side by side.
pub(super) const BLOCK: usize = 32;
/// Rows that are held against a block at once.
pub(super) const FEW: usize = 4;
/// The longest rounded row: four times its square is a whole number of 31 bits.
const LONGEST: f64 = 22_000.0;
/// Rows are long for the unit when they are so many times as long as half of them are, at most one in so many.
const LONG: f64 = 16.0;
const FEW_LONG: usize = 100;
/// Half the squared length of no row: more than any half of a squared distance.
pub(super) const NOWHERE: i32 = 1 << 30;
/// Numbers between two looks at the context.
const MANY: usize = 1 << 20;
/// Boxes that stand side by side.
const BOXES: usize = 8;

/// Rounded rows in an order that puts near ones together.
#[derive(Clone, Debug)]
pub(super) struct Panels {
    pub(super) columns: usize,
    /// The places of the rows in the order; the long ones are in `long`.
    pub(super) places: Vec<u32>,
    pub(super) long: Vec<u32>,
    mean: Vec<f64>,
    pub(super) rounded: Rounded,
    blocks: Blocks,
    /// The length of one unit, and how far a rounded row may be from its row, in units.
    pub(super) unit: f64,
    pub(super) blur: f64,
    /// `[eight blocks][column][low, high]`.
    boxes: Vec<[[f64; BOXES]; 2]>,
    /// How many blocks directly before each are the same row 32 times, as it is itself: hold no lower rows than those.
    repeats: Vec<u32>,
    /// What the processor may be asked for.
    pub(super) kernels: Kernels,
}

impl Panels {
    /// Over rows in their order; none where they are too long, or too many columns.
    pub(super) fn of(rows: &[f64], columns: usize, means: Means, context: &Context) -> Result<Option<Self>> {
        let count = rows.len() / columns;
        let (mut mean, share) = (vec![0.0; columns], 1.0 / count as f64);
        let some = (MANY / columns).max(1);
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
        let blocks = places.len().div_ceil(BLOCK);
        let nowhere = [[f64::INFINITY; BOXES], [f64::NEG_INFINITY; BOXES]];
        let mut boxes = vec![nowhere; blocks.div_ceil(BOXES) * columns];
        let mut words = Words::with_room(places.len(), columns);
        let mut rest = 0.0_f64;
        let (mut low, mut high) = (vec![0.0; columns], vec![0.0; columns]);
        for (block, places) in places.chunks(BLOCK).enumerate() {
            if block % 32 == 0 {
                context.check()?;
            }
            low.fill(f64::INFINITY);
            high.fill(f64::NEG_INFINITY);
            for (lane, place) in places.iter().enumerate() {
                let row = &rows[*place as usize * columns..][..columns];
                rest = rest.max(words.round(block * BLOCK + lane, row, &mean, scale));
                widen(row, &mut low, &mut high);
            }
            let boxes = &mut boxes[block / BOXES * columns..][..columns];
            for ((sides, low), high) in boxes.iter_mut().zip(&low).zip(&high) {
                (sides[0][block % BOXES], sides[1][block % BOXES]) = (*low, *high);
            }
        }
        let repeats = repeats(&boxes, columns, places.len() / BLOCK, blocks);
        let (rounded, blocks) = Rounded::new(words, means, context)?;
        Ok(Some(Self {
            columns,
            places,
            long,
            mean,
            rounded,
            blocks,
            unit,
            blur: blurred(rest),
            boxes,
            repeats,
            kernels: means.kernels,
        }))
    }

    /// How many rows are rounded.
    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    pub(super) fn blocks(&self) -> usize {
        self.places.len().div_ceil(BLOCK)
    }

    /// Round another row to a place of `to`: by how much it is blurred; none where it is too long.
    pub(super) fn round(&self, row: &[f64], to: &mut Words, at: usize) -> Option<f64> {
        let mut square = [0.0];
        lengths(row, &self.mean, &mut square);
        let longest = self.unit * (LONGEST - 0.5 * (self.columns as f64).sqrt() - 1.0);
        if square[0].is_nan() || square[0] > longest * longest {
            return None;
        }
        Some(blurred(to.round(at, row, &self.mean, 1.0 / self.unit)))
    }

    /// The half of a squared distance of rounded rows up to which rows may be as near as `distance` units, by the blur of both.
    pub(super) fn limit(distance: f64, blur: f64) -> i32 {
        // Conversions saturate.
        let most = distance * (1.0 + 1e-9) + blur;
        (0.5 * most * most + 1.0) as i32
    }

    /// The distance in units of rounded rows, at most, by half of its square.
    pub(super) fn distance(half: i32) -> f64 {
        (2.0 * f64::from(half)).sqrt()
    }

    /// The squared distance beyond which boxes hold no row within a limit for rounded rows.
    pub(super) fn reach(&self, limit: i32, blur: f64) -> f64 {
        if limit < 0 {
            return -1.0;
        }
        let most = (Self::distance(limit) + blur) * self.unit * (1.0 + 1e-9);
        most * most
    }

    /// Whether enough equal rows, of lower numbers, are in blocks before this one.
    pub(super) fn repeats(&self, block: u32, wanted: usize) -> bool {
        self.repeats[block as usize] as usize * BLOCK > wanted
    }

    /// Whether any block is one too many.
    pub(super) fn has_repeats(&self, wanted: usize) -> bool {
        (0..self.blocks() as u32).any(|block| self.repeats(block, wanted))
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

    /// Four times the squared distances of the middle of a box from those of all blocks.
    pub(super) fn middles(&self, low: &[f64], high: &[f64], to: &mut Vec<[f64; BOXES]>) {
        to.resize(self.boxes.len() / self.columns, [0.0; BOXES]);
        middles(low, high, &self.boxes, to);
    }

    /// Hold some rows, at most four, against blocks; limits are those of `Hopes::held`, of these rows and of all in the blocks.
    pub(super) fn hold(
        &self,
        rows: &Rounded,
        which: Range<usize>,
        own: &[i32],
        others: &[i32],
        some: &[u32],
        held: &mut Held,
    ) {
        rows.hold(which, own, &self.blocks, others, some, self.kernels, held);
    }

    /// How limits between these and other rows are turned into those of what blocks are of.
    pub(super) fn coarseness(&self, others: &Rounded) -> Option<Coarse> {
        self.rounded.coarseness(others)
    }
}

/// How many blocks before each, of which the first `full` are full, are one and the same row, as it is itself. Equal rows stand in
/// the order of their numbers from block to block, for every cut puts the lower numbers first.
fn repeats(boxes: &[[[f64; BOXES]; 2]], columns: usize, full: usize, blocks: usize) -> Vec<u32> {
    let mut repeats = vec![0; blocks];
    let sides = |block: usize| {
        boxes[block / BOXES * columns..][..columns].iter().map(move |side| side.map(|s| s[block % BOXES]))
    };
    for block in 1..full {
        let is_point = sides(block).all(|[low, high]| low == high);
        if is_point && sides(block).eq(sides(block - 1)) {
            repeats[block] = repeats[block - 1] + 1;
        }
    }
    repeats
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
    fn middles, portable middles_portable(low: &[f64], high: &[f64], boxes: &[[[f64; BOXES]; 2]], to: &mut [[f64; BOXES]]) {
        for (boxes, to) in boxes.chunks_exact(low.len()).zip(to) {
            let mut sums = [0.0; BOXES];
            for ((sides, low), high) in boxes.iter().zip(low).zip(high) {
                for lane in 0..BOXES {
                    let off = (sides[0][lane] + sides[1][lane]) - (low + high);
                    sums[lane] += off * off;
                }
            }
            *to = sums;
        }
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
