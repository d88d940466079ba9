//! Which diagonals are followed in which order, on how many threads; the only file that looks at the context.
//!
//! A band of diagonals is one item of work. Its sums are made from the points themselves at its first row and again after
//! some thousand rows, and wherever windows become much smaller than those before, so that rounding has no room to grow.
//! Every pair is therefore judged by the same numbers whatever the number of threads, and of equally good neighbours the
//! first is kept.
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::kernel::{Best, Sweep, advance, pair, seed, sweep_shapes, sweep_values};
use super::windows::{BAND, LANES, Windows};
use crate::Context;
use crate::error::Result;

/// Rows between two looks at the context.
const TOGETHER: usize = 4096;
/// Pairs of windows that are worth a thread of their own.
const WORTH: usize = 1 << 21;

/// A band: which of both series gives the rows, and the first diagonal.
#[derive(Clone, Copy, Debug)]
struct Band {
    swapped: bool,
    diagonal: usize,
}

/// The best match of every window of `series` before it and after it, more than `exclusion` steps away.
pub(super) fn within(series: &Windows, exclusion: usize, context: &Context) -> Result<(Best, Best)> {
    let bands: Vec<Band> = (exclusion.saturating_add(1)..series.count)
        .step_by(BAND)
        .map(|diagonal| Band { swapped: false, diagonal })
        .collect();
    let [right, left] = run(series, series, &bands, context)?;
    Ok((left, right))
}

/// The best match of every window of `series` in `other`.
pub(super) fn between(series: &Windows, other: &Windows, context: &Context) -> Result<Best> {
    let above = (0..other.count).step_by(BAND).map(|diagonal| Band { swapped: false, diagonal });
    let below = (1..series.count).step_by(BAND).map(|diagonal| Band { swapped: true, diagonal });
    let bands: Vec<Band> = above.chain(below).collect();
    let [best, _] = run(series, other, &bands, context)?;
    Ok(best)
}

/// How many pairs a band has.
fn pairs(series: &Windows, other: &Windows, band: Band) -> usize {
    let (rows, columns) = if band.swapped { (other.count, series.count) } else { (series.count, other.count) };
    rows.min(columns - band.diagonal) * BAND.min(columns - band.diagonal)
}

/// The best matches of the windows of `series` and of `other` in `bands`.
fn run(series: &Windows, other: &Windows, bands: &[Band], context: &Context) -> Result<[Best; 2]> {
    let total: usize = bands.iter().map(|band| pairs(series, other, *band)).sum();
    let threads = context.threads().min(bands.len()).min(1 + total / WORTH).max(1);
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let found = context.map(threads, |_| {
        let mut best = [Best::new(series.count), Best::new(other.count)];
        let mut sums = vec![[0.0; LANES]; BAND / LANES];
        while let Some(band) = bands.get(next.fetch_add(1, Relaxed)) {
            follow(series, other, *band, &mut best, &mut sums, context)?;
            let pairs = pairs(series, other, *band);
            context.report(done.fetch_add(pairs, Relaxed) + pairs, total);
        }
        Ok(best)
    })?;
    let mut found = found.into_iter();
    let mut best = found.next().unwrap_or_else(|| [Best::new(series.count), Best::new(other.count)]);
    for more in found {
        best.iter_mut().zip(&more).for_each(|(best, more)| best.merge(more));
    }
    Ok(best)
}

/// Follow the diagonals of one band from end to end.
fn follow(
    series: &Windows,
    other: &Windows,
    band: Band,
    best: &mut [Best; 2],
    sums: &mut [[f64; LANES]],
    context: &Context,
) -> Result<()> {
    let [of_series, of_other] = best;
    let (row, column, row_best, column_best) =
        if band.swapped { (other, series, of_other, of_series) } else { (series, other, of_series, of_other) };
    let diagonal = band.diagonal;
    let rows = row.count.min(column.count - diagonal);
    let longest = (16 * row.window).clamp(1024, 1 << 16);
    let mut sweep = Sweep { rows: 0..0, diagonal, fresh: true, row, column, row_best, column_best };
    let mut start = 0;
    while start < rows {
        let next = row.cuts.partition_point(|cut| *cut as usize <= start);
        let cut = row.cuts.get(next).map_or(rows, |cut| *cut as usize);
        let end = rows.min(cut).min(start + longest);
        context.check()?;
        seed(row, column, (start, start + diagonal), sums);
        stretch(&mut sweep, start, end, sums, context)?;
        start = end;
    }
    Ok(())
}

/// Bring the sums to a row, given with its first column; columns that are cut there are made anew.
pub(super) fn step(row: &Windows, column: &Windows, place: (usize, usize), sums: &mut [[f64; LANES]]) {
    let (at, first) = place;
    advance(row, column, place, sums);
    let next = column.cuts.partition_point(|cut| (*cut as usize) < first);
    for cut in column.cuts[next..].iter().map(|cut| *cut as usize).take_while(|cut| *cut < first + BAND) {
        let lane = cut - first;
        sums[lane / LANES][lane % LANES] = pair(row, column, at, cut);
    }
}

/// Follow the diagonals from row `start`, to which the sums belong, to before row `end`.
fn stretch(
    sweep: &mut Sweep<'_>,
    start: usize,
    end: usize,
    sums: &mut [[f64; LANES]],
    context: &Context,
) -> Result<()> {
    let (row, column, diagonal) = (sweep.row, sweep.column, sweep.diagonal);
    let go = |sweep: &mut Sweep<'_>, sums: &mut [[f64; LANES]]| {
        if row.normalized { sweep_shapes(sweep, sums) } else { sweep_values(sweep, sums) }
    };
    let mut at = start;
    while at < end {
        context.check()?;
        let first = at + diagonal;
        let next = column.cuts.partition_point(|cut| (*cut as usize) < first);
        let cuts = &column.cuts[next..];
        // The row in which the next cut comes under the band.
        let quiet = cuts.first().map_or(usize::MAX, |cut| (*cut as usize + 1).saturating_sub(diagonal + BAND));
        sweep.fresh = at == start;
        if quiet > at {
            sweep.rows = at..end.min(quiet).min(at + TOGETHER);
        } else {
            if !sweep.fresh {
                step(row, column, (at, first), sums);
                sweep.fresh = true;
            }
            sweep.rows = at..at + 1;
        }
        go(sweep, sums);
        at = sweep.rows.end;
    }
    Ok(())
}
