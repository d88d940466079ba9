//! The nearest of all kept rows to new ones, in blocks of rounded rows.
//!
//! New rows that lie near each other are taken together and held against the blocks near their box, the nearest first, each with
//! limits of its own; see `dense` for what is measured after that.
use super::dense::{Dense, KEPT, NEAREST, Spare, TOGETHER};
use super::grain::{Rounded, Words};
use super::hopes::{Hopes, each_mark};
use super::panels::{BLOCK, FEW, widen};
use super::places::order;
use crate::Context;
use crate::error::Result;

/// Up to so many columns new rows are asked for a few at a time, not a block: boxes say little of many columns, and then
/// products count.
const FEW_COLUMNS: usize = 24;

/// Some new rows.
struct Asked<'a> {
    queries: &'a [f64],
    columns: usize,
    /// Which of them.
    group: &'a [u32],
    /// The kept row that each is, which is left out.
    without: &'a [u32],
}

impl Asked<'_> {
    fn row(&self, at: usize) -> &[f64] {
        &self.queries[self.group[at] as usize * self.columns..][..self.columns]
    }

    fn own(&self, at: usize) -> u32 {
        self.without[self.group[at] as usize]
    }
}

/// Those of them that are not too long to be rounded.
struct Near {
    /// Which of the group.
    which: Vec<usize>,
    rounded: Rounded,
    /// Of them and the kept rows.
    blur: f64,
}

impl Dense {
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
        for group in near.chunks(if columns <= FEW_COLUMNS { FEW } else { BLOCK }) {
            context.check()?;
            let asked = Asked { queries, columns, group, without };
            self.ask_some(&asked, wanted, &mut spare, &mut listed, context)?;
            for (query, found) in group.iter().zip(&listed) {
                let own = *query as usize * wanted;
                for ((distance, place), at) in found.iter().zip(own..own + wanted) {
                    (rows[at], distances[at]) = (self.order[*place as usize], *distance);
                }
            }
        }
        Ok(())
    }

    /// The nearest places of each of a group of queries.
    fn ask_some(
        &self,
        asked: &Asked<'_>,
        wanted: usize,
        spare: &mut Spare,
        found: &mut Vec<Vec<(f64, u32)>>,
        context: &Context,
    ) -> Result<()> {
        found.resize(asked.group.len(), Vec::new());
        let alone = |at: usize, place: u32| self.order[place as usize] != asked.own(at);
        let near = self.round(asked);
        for (at, found) in found.iter_mut().enumerate() {
            if near.which.binary_search(&at).is_err() {
                // Too long to be rounded.
                context.check()?;
                let all: Vec<u32> = (0..self.order.len() as u32).filter(|place| alone(at, *place)).collect();
                self.nearest(asked.row(at), &all, wanted, found);
            }
        }
        let hopes = self.meet_all(asked, &near, wanted, spare, context)?;
        for (row, at) in near.which.iter().enumerate() {
            let mut places = self.places(hopes.of(row));
            places.extend(self.panels.long.iter().filter(|place| alone(*at, **place)));
            self.nearest(asked.row(*at), &places, wanted, &mut found[*at]);
        }
        Ok(())
    }

    fn round(&self, asked: &Asked<'_>) -> Near {
        let mut words = Words::with_room(asked.group.len(), self.columns);
        let (mut which, mut blur) = (Vec::new(), 0.0_f64);
        for at in 0..asked.group.len() {
            if let Some(own) = self.panels.round(asked.row(at), &mut words, which.len()) {
                which.push(at);
                blur = blur.max(own);
            }
        }
        Near { which, rounded: self.panels.rounded.like(words), blur: blur + self.panels.blur }
    }

    /// Hold rounded queries against all blocks near them.
    fn meet_all(
        &self,
        asked: &Asked<'_>,
        near: &Near,
        wanted: usize,
        spare: &mut Spare,
        context: &Context,
    ) -> Result<Hopes> {
        let (panels, blur) = (&self.panels, near.blur);
        let count = near.which.len();
        let mut hopes = Hopes::new(count, count, wanted, panels.coarseness(&near.rounded));
        self.gaps(near.which.iter().map(|at| asked.row(*at)), spare);
        let together = (KEPT / self.columns / BLOCK).clamp(TOGETHER[0], TOGETHER[1]);
        let mut size = NEAREST;
        while !spare.near.is_empty() && count > 0 {
            context.check()?;
            let next = size.min(spare.near.len());
            spare.blocks.clear();
            spare.blocks.extend(spare.near.drain(..next).map(|(_, block)| block));
            size = together;
            for first in (0..count).step_by(FEW) {
                let own = first..count.min(first + FEW);
                panels.hold(&near.rounded, own.clone(), &hopes.held()[own.clone()], &[], &spare.blocks, &mut spare.held);
                each_mark(&spare.held, &spare.blocks, own.len(), |which, other, held| {
                    let row = first + which;
                    let at = near.which[row];
                    if other >= panels.count() || self.order[panels.places[other] as usize] == asked.own(at) {
                        return;
                    }
                    if hopes.add(row, other, near.rounded.half(row, &panels.rounded, other, held)) {
                        self.clear(asked.row(at), row, blur, &mut hopes, &mut spare.measured);
                    }
                });
            }
            // After the nearest blocks the others are fewer.
            (0..count).for_each(|row| hopes.cut(row, blur));
            let reach = panels.reach(hopes.most(0..count), blur);
            spare.near.retain(|(gap, _)| *gap <= reach);
        }
        Ok(hopes)
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
