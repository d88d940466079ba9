//! Packings in a hurry, and bounds without a search.
use std::collections::BTreeSet;

use super::super::knapsack::pack;
use super::super::watch::Watch;
use crate::error::Result;

/// Bins of items, by the position of the item among falling sizes.
pub(super) type Bins = Vec<Vec<u32>>;

const PIECE: usize = 1 << 14;

/// Every item into the fullest bin with room for it; sizes fall.
pub(super) fn best_fit(sizes: &[f64], room: f64, watch: &mut Watch<'_>) -> Result<Bins> {
    let mut bins: Bins = Vec::new();
    // The room that is left, as bits, whose order is that of numbers from 0 up.
    let mut left: BTreeSet<(u64, u32)> = BTreeSet::new();
    for (item, size) in sizes.iter().enumerate() {
        if item % PIECE == 0 {
            watch.look()?;
        }
        let found = left.range((size.to_bits(), 0)..).next().copied();
        let (rest, bin) = match found {
            Some((bits, bin)) => {
                left.remove(&(bits, bin));
                bins[bin as usize].push(item as u32);
                (f64::from_bits(bits) - size, bin)
            }
            None => {
                bins.push(vec![item as u32]);
                (room - size, (bins.len() - 1) as u32)
            }
        };
        left.insert((rest.max(0.0).to_bits(), bin));
    }
    Ok(bins)
}

/// Every item into the first bin with room for it; sizes fall.
pub(super) fn first_fit(sizes: &[f64], room: f64, watch: &mut Watch<'_>) -> Result<Bins> {
    let width = sizes.len().next_power_of_two();
    let mut most = vec![room; 2 * width];
    let mut bins: Bins = Vec::new();
    for (item, size) in sizes.iter().enumerate() {
        if item % PIECE == 0 {
            watch.look()?;
        }
        let mut at = 1;
        while at < width {
            at *= 2;
            if most[at] < *size {
                at += 1;
            }
        }
        let bin = at - width;
        if bin == bins.len() {
            bins.push(Vec::new());
        }
        bins[bin].push(item as u32);
        most[at] -= size;
        while at > 1 {
            at /= 2;
            most[at] = most[2 * at].max(most[2 * at + 1]);
        }
    }
    Ok(bins)
}

/// Bin by bin: the largest item that is left, and of the others those that fill the bin best (Gupta and Ho's minimum bin
/// slack, each bin solved exactly).
pub(super) fn least_slack(sizes: &[f64], room: f64, watch: &mut Watch<'_>) -> Result<Option<Bins>> {
    let mut left: Vec<u32> = (0..sizes.len() as u32).collect();
    let mut bins = Vec::new();
    while let Some(first) = left.first().copied() {
        let rest = room - sizes[first as usize];
        let fits: Vec<u32> = left[1..].iter().copied().filter(|at| sizes[*at as usize] <= rest).collect();
        let weights: Vec<f64> = fits.iter().map(|at| sizes[*at as usize]).collect();
        let packed = pack(&weights, &weights, rest, false, watch)?;
        if watch.is_over() {
            return Ok(None);
        }
        let mut bin = vec![first];
        bin.extend(fits.iter().zip(&packed.taken).filter(|(_, is)| **is).map(|(at, _)| *at));
        let mut inside = bin.clone();
        inside.sort_unstable();
        left.retain(|at| inside.binary_search(at).is_err());
        bins.push(bin);
    }
    Ok(Some(bins))
}

/// Martello and Toth's bound L2: large items need a bin each, and those of middle size what large ones leave. Sizes fall and
/// are at most `room`.
pub(super) fn lower_bound(sizes: &[f64], room: f64, watch: &mut Watch<'_>) -> Result<usize> {
    let count = sizes.len();
    let mut sums = Vec::with_capacity(count + 1);
    sums.push(0.0);
    for size in sizes {
        sums.push(sums[sums.len() - 1] + size);
    }
    let over_half = sizes.partition_point(|size| *size > room / 2.0);
    let mut best = whole_above(sums[count] / room);
    let mut tried = f64::NAN;
    let mut judge = |least: f64, small_end: usize| {
        let alone = sizes.partition_point(|size| *size > room - least);
        let large = over_half.max(alone);
        let left = (large - alone) as f64 * room - (sums[large] - sums[alone]);
        let small = sums[small_end] - sums[large.min(small_end)];
        best = best.max(large + whole_above((small - left) / room));
    };
    for at in over_half..count {
        if at % 4096 == 0 {
            watch.look()?;
        }
        if sizes[at] != tried {
            tried = sizes[at];
            judge(tried, sizes.partition_point(|size| *size >= tried));
        }
    }
    judge(0.0, count);
    Ok(best)
}

/// The least whole number that is not below a bound, with room for rounding; at least 0.
pub(super) fn whole_above(bound: f64) -> usize {
    (bound - bound.abs() * 1e-10 - 1e-9).ceil().max(0.0) as usize
}
