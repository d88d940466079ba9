//! The order of rows that puts near ones together, for blocks and leaves.
use super::dense::FEW_COLUMNS;
use super::panels::{BLOCK, FEW};
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;

/// More rows than this are not chosen from at once.
const MANY: usize = 1 << 18;

/// The order of rows that puts near ones together: cut along the widest side, as a sample shows it, at multiples of a block, then
/// of the few that are taken together.
pub(super) fn order(values: &[f64], columns: usize, context: &Context) -> Result<Vec<u32>> {
    let count = values.len() / columns;
    let mut order: Vec<u32> = (0..count as u32).collect();
    let looked = (4096 / columns).clamp(16, 128);
    let least = if columns <= FEW_COLUMNS { FEW } else { BLOCK };
    let (mut spare, mut low, mut high) = (Vec::new(), vec![0.0; columns], vec![0.0; columns]);
    let mut waiting = vec![(0, count)];
    while let Some((start, end)) = waiting.pop() {
        // Within a block, rows that are taken together are near each other too.
        let unit = if end - start > BLOCK { BLOCK } else { FEW };
        if end - start <= least {
            continue;
        }
        context.check()?;
        low.fill(f64::INFINITY);
        high.fill(f64::NEG_INFINITY);
        enclose(values, columns, &order[start..end], (end - start).div_ceil(looked), &mut low, &mut high);
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

dispatch! {
    /// Widen a box so that it holds one in `step` rows.
    fn enclose, portable enclose_portable(
        values: &[f64],
        columns: usize,
        rows: &[u32],
        step: usize,
        low: &mut [f64],
        high: &mut [f64],
    ) {
        for row in rows.iter().step_by(step) {
            let row = &values[*row as usize * columns..][..columns];
            for ((value, low), high) in row.iter().zip(low.iter_mut()).zip(high.iter_mut()) {
                *low = if *value < *low { *value } else { *low };
                *high = if *value > *high { *value } else { *high };
            }
        }
    }
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
    // Zeros of either sign are equal.
    let value = |row: u32| values[row as usize * columns + column] + 0.0;
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
