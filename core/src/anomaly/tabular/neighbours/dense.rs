//! Nearest neighbours by holding all rows against all, in blocks of rounded rows.
//!
//! Distances of rounded rows (see `panels`) tell for certain which few rows could be among the nearest; only those are measured in
//! double precision, and the rare long rows against all. Either every group of rows is swept over all blocks near it (`sweep`), or
//! each pair is met once, for both (`pairs`), where that promises to cost less. Rows at the same distance come in their own order,
//! whatever the order of blocks and the number of threads. O(rows^2 columns) at worst, 32 products a cycle at best with AVX-512, 64
//! with its VNNI.
use std::ops::Range;

use super::NOBODY;
use super::grain::Means;
use super::hopes::Hopes;
use super::panels::{BLOCK, FEW, Panels};
use super::places::order;
use super::products::Held;
use super::screen::apart;
use super::sweep::{Group, Least};
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;

/// Groups of a few rows that are tried, to know how many blocks are near them.
const TRIED: usize = 16;
/// Rows that are swept by one thread before another may go on.
const SWEPT: usize = 256;
/// Below this share of all blocks near a group, boxes are looked at.
const APART: f64 = 0.8;
/// Up to so many columns rows are swept a few at a time, not a block: boxes say little of many columns, and then products count.
pub(super) const FEW_COLUMNS: usize = 24;

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

/// How all rows are held against all.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// Every group of rows is swept over all blocks, or those near it where they lie apart.
    Swept { apart: bool },
    /// Each pair is met once.
    Once,
}

/// What a thread needs again and again.
#[derive(Default)]
pub(super) struct Spare {
    pub(super) held: Held,
    pub(super) low: Vec<f64>,
    pub(super) high: Vec<f64>,
    pub(super) gaps: Vec<[f64; 8]>,
    pub(super) middles: Vec<[f64; 8]>,
    pub(super) blocks: Vec<u32>,
    pub(super) near: Vec<u32>,
    pub(super) lanes: Vec<Least>,
    pub(super) hopes: Hopes,
    pub(super) places: Vec<u32>,
    pub(super) measured: Vec<Measured>,
}

/// A squared distance by its bits, which are in its order, and the row.
pub(super) type Measured = (u64, u32);

dispatch! {
    /// The squared distances of a row from those at some places.
    fn measure, portable measure_portable(
        rows: &[f64],
        row: &[f64],
        places: &[u32],
        order: &[u32],
        to: &mut Vec<Measured>,
    ) {
        to.clear();
        for place in places {
            let square = apart(row, &rows[*place as usize * row.len()..][..row.len()], f64::INFINITY);
            to.push((square.to_bits(), order[*place as usize]));
        }
    }
}

impl Dense {
    /// Over rows of finite values; none where 16 bits do not reach.
    pub(super) fn of(values: &[f64], columns: usize, context: &Context) -> Result<Option<Self>> {
        Self::with(values, columns, Means::default(), context)
    }

    /// As above, held with these means.
    pub(super) fn with(values: &[f64], columns: usize, means: Means, context: &Context) -> Result<Option<Self>> {
        let order = order(values, columns, context)?;
        let mut sorted = Vec::with_capacity(values.len());
        for (at, row) in order.iter().enumerate() {
            if at % 4096 == 0 {
                context.check()?;
            }
            sorted.extend_from_slice(&values[*row as usize * columns..][..columns]);
        }
        let Some(panels) = Panels::of(&sorted, columns, means, context)? else { return Ok(None) };
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
        let way = self.way(wanted, context)?;
        self.all_by(way, wanted, context)
    }

    /// The way that promises to cost less.
    fn way(&self, wanted: usize, context: &Context) -> Result<Way> {
        let share = self.share(wanted, context)?;
        let apart = share < APART;
        // In cycles for each row: what is done once a pair, or for each of its two rows, and what that takes beforehand and for
        // each hope.
        let (rows, columns) = (self.panels.count() as f64, self.columns as f64);
        let product = columns / if self.panels.rounded.is_coarse() { 64.0 } else { 32.0 };
        let boxes = if apart { rows * columns / if self.columns <= FEW_COLUMNS { 200.0 } else { 1600.0 } } else { 0.0 };
        let swept = share * rows * (product + 0.35) + boxes;
        let once =
            0.5 * (1.2 * share).min(1.0) * rows * (product + 0.35) + 128.0 * product + 500.0 + 60.0 * wanted as f64;
        // Of many equal rows a sweep leaves out most.
        Ok(if swept < once || self.panels.has_repeats(wanted) { Way::Swept { apart } } else { Way::Once })
    }

    /// As `all`, in this way.
    pub(super) fn all_by(&self, way: Way, wanted: usize, context: &Context) -> Result<(Vec<u32>, Vec<f64>)> {
        let count = self.panels.count();
        let parts = match way {
            Way::Once => self.once(wanted, context)?,
            Way::Swept { apart } => context.map(count.div_ceil(SWEPT), |part| {
                let mut spare = Spare::default();
                let all = part * SWEPT..count.min((part + 1) * SWEPT);
                let mut some = Vec::with_capacity(all.len() * wanted);
                let size = self.group(apart);
                for start in all.clone().step_by(size) {
                    let group = self.own(start..all.end.min(start + size));
                    self.sweep(&group, wanted, apart, &mut spare, context, |_, found| some.extend_from_slice(found))?;
                }
                Ok(some)
            })?,
        };
        self.gather(parts, wanted, context)
    }

    /// How many rows are swept together.
    pub(super) fn group(&self, apart: bool) -> usize {
        if apart && self.columns <= FEW_COLUMNS { FEW } else { BLOCK }
    }

    /// Some of the rows, to be swept.
    fn own(&self, rows: Range<usize>) -> Group<'_> {
        Group {
            values: rows.clone().map(|row| self.row(self.panels.places[row] as usize)).collect(),
            own: rows.clone().map(|row| self.order[self.panels.places[row] as usize]).collect(),
            is_kept: true,
            rounded: &self.panels.rounded,
            rows,
            blur: 2.0 * self.panels.blur,
        }
    }

    /// The share of all blocks that are near a group, estimated from some of them.
    fn share(&self, wanted: usize, context: &Context) -> Result<f64> {
        let mut spare = Spare::default();
        let (count, blocks) = (self.panels.count(), self.panels.blocks());
        let size = self.group(true);
        // No more than an eighth of all.
        let step = (count / size / TRIED).max(8) * size;
        let (mut near, mut tried) = (0, 0);
        for start in (step / 2 / size * size..count).step_by(step) {
            context.check()?;
            near += self.near(&self.own(start..count.min(start + size)), wanted, &mut spare);
            tried += 1;
        }
        Ok(if tried == 0 { 1.0 } else { near as f64 / (tried * blocks) as f64 })
    }

    /// The rows named by places of hopes.
    pub(super) fn places(&self, hopes: &[u64], to: &mut Vec<u32>) {
        to.clear();
        to.extend(hopes.iter().map(|hope| self.panels.places[*hope as u32 as usize]));
    }

    /// The nearest of some places to a row, by their true squared distances; ties in the order of rows.
    pub(super) fn nearest(&self, row: &[f64], places: &[u32], wanted: usize, measured: &mut Vec<Measured>) {
        measure(&self.values, row, places, &self.order, measured);
        if measured.len() > 2 * wanted + 8 {
            measured.select_nth_unstable(wanted);
            measured.truncate(wanted);
        }
        measured.sort_unstable();
        measured.truncate(wanted);
    }

    /// Make room.
    #[cold]
    pub(super) fn clear(&self, values: &[f64], row: usize, blur: f64, hopes: &mut Hopes, measured: &mut Vec<Measured>) {
        hopes.cut(row, blur);
        if !hopes.is_crowded(row) {
            return;
        }
        // Many rows at almost the same distance: only measuring tells them apart.
        let mut places = Vec::new();
        self.places(hopes.of(row), &mut places);
        self.nearest(values, &places, hopes.wanted, measured);
        let exact = measured.last().map_or(0.0, |(bits, _)| f64::from_bits(*bits));
        let mut kept: Vec<u32> = measured.iter().map(|(_, row)| *row).collect();
        kept.sort_unstable();
        // Nothing is nearer than an equal row, and one is like the other.
        let limit = if exact > 0.0 { Panels::limit(exact.sqrt() / self.panels.unit, blur) } else { -1 };
        hopes.retain(row, |at| kept.binary_search(&self.order[places[at] as usize]).is_ok(), limit);
    }

    /// Put what was found for the rounded rows into the order of all rows, and search for the long ones.
    fn gather(&self, parts: Vec<Vec<Measured>>, wanted: usize, context: &Context) -> Result<(Vec<u32>, Vec<f64>)> {
        let (panels, count) = (&self.panels, self.order.len());
        let (mut found, mut far) = (vec![NOBODY; count * wanted], vec![f64::INFINITY; count * wanted]);
        let mut write = |place: u32, measured: &[Measured]| {
            let own = self.order[place as usize] as usize * wanted;
            for ((bits, row), at) in measured.iter().zip(own..own + wanted) {
                (found[at], far[at]) = (*row, f64::from_bits(*bits));
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
